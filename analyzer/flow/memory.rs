//! Functions that remember what they have read: asked again, they answer without a query.
//!
//! Knows one pattern in all its spellings: a condition asks a place that outlives the call (a field of a service, a
//! global, a captured variable), and the same function writes that place. Does not know libraries.
//! Known miss: a memory that another function fills.

use super::Interp;
use super::value::ClassRef;
use crate::ir::visit::{walk_block, walk_expr};
use crate::ir::{Block, ExprId, ExprKind, FnId, Module, StmtKind, VarId, VarKind};
use std::cell::RefCell;

/// Methods that put something into a store in memory.
const WRITERS: [&str; 12] =
    ["set", "Set", "Store", "store", "put", "Put", "add", "Add", "setdefault", "LoadOrStore", "Do", "update"];

impl Interp<'_, '_> {
    /// Whether a function keeps its results in a place that outlives it.
    pub(super) fn remembers(&self, id: FnId) -> bool {
        let module = &self.unit.module;
        let function = module.function(id);
        // What an entity keeps is kept per row, and a loop visits many.
        let of_entity = function
            .class
            .is_some_and(|class| self.project.class(ClassRef { file: self.unit.file, id: class }).entity.is_some());
        if of_entity {
            return false;
        }
        let lasting = |var: VarId| match module.var(var).kind {
            VarKind::Local => !function.span.contains(module.var(var).span),
            VarKind::Param => function.receiver == Some(var),
            VarKind::Import(_) | VarKind::Function(_) | VarKind::Class(_) | VarKind::Caught => false,
        };
        let asked = places_asked(module, &function.body, &lasting);
        !asked.is_empty() && places_written(module, &function.body, &lasting).iter().any(|place| asked.contains(place))
    }
}

/// A variable and the names of the attributes behind it: `self.cache`.
type Place = (VarId, Vec<u32>);

/// The lasting place that an expression reads or indexes.
fn place_of(module: &Module, expr: ExprId, lasting: &dyn Fn(VarId) -> bool) -> Option<Place> {
    let mut names = Vec::new();
    let mut at = expr;
    loop {
        match &module.expr(at).kind {
            ExprKind::Member { base, name, .. } => {
                names.push(name.0);
                at = *base;
            }
            ExprKind::Index { base, .. } | ExprKind::Slice { base, .. } => {
                names.clear();
                at = *base;
            }
            ExprKind::Call { callee, .. } => {
                at = *callee;
            }
            ExprKind::Var(var) if lasting(*var) => {
                names.reverse();
                names.truncate(1);
                let is_receiver = module.var(*var).kind == VarKind::Param;
                return (!is_receiver || !names.is_empty()).then_some((*var, names));
            }
            _ => return None,
        }
    }
}

/// Places that a condition asks, directly or through a variable that was read from them.
fn places_asked(module: &Module, body: &Block, lasting: &dyn Fn(VarId) -> bool) -> Vec<Place> {
    let places = RefCell::new(Vec::new());
    let from: RefCell<Vec<(VarId, Place)>> = RefCell::new(Vec::new());
    let ask = |root: ExprId| {
        walk_expr(module, root, &mut |expr| {
            match &module.expr(expr).kind {
                ExprKind::Var(var) if !lasting(*var) => {
                    let read = from.borrow();
                    places
                        .borrow_mut()
                        .extend(read.iter().filter(|(known, _)| known == var).map(|(_, place)| place.clone()));
                }
                _ => places.borrow_mut().extend(place_of(module, expr, lasting)),
            }
            true
        });
    };
    walk_block(
        module,
        body,
        &mut |stmt| {
            match &module.stmt(stmt).kind {
                StmtKind::Branch { test, .. } => ask(*test),
                StmtKind::Assign { target, value, .. } => {
                    let Some(place) = place_of(module, *value, lasting) else { return true };
                    walk_expr(module, *target, &mut |expr| {
                        if let ExprKind::Var(var) = module.expr(expr).kind {
                            from.borrow_mut().push((var, place.clone()));
                        }
                        true
                    });
                }
                _ => {}
            }
            true
        },
        &mut |_| true,
    );
    places.into_inner()
}

/// Places that the function writes, by assignment or by a method that stores.
fn places_written(module: &Module, body: &Block, lasting: &dyn Fn(VarId) -> bool) -> Vec<Place> {
    let places = RefCell::new(Vec::new());
    walk_block(
        module,
        body,
        &mut |stmt| {
            if let StmtKind::Assign { target, op: None, .. } = &module.stmt(stmt).kind {
                places.borrow_mut().extend(place_of(module, *target, lasting));
            }
            true
        },
        &mut |expr| {
            if let ExprKind::Call { callee, .. } = &module.expr(expr).kind
                && let ExprKind::Member { base, name, .. } = &module.expr(*callee).kind
                && WRITERS.contains(&module.text(*name))
            {
                places.borrow_mut().extend(place_of(module, *base, lasting));
            }
            true
        },
    );
    places.into_inner()
}
