//! Functions that remember what they have read: asked again, they answer without a query.
//!
//! Knows one pattern in all its spellings: a condition asks a place that outlives the call (a field of a service, a
//! global, a captured variable), and the same function writes that place; or it asks by a telling name whether the memory is
//! filled, before it has another function fill it. Does not know libraries.
//! Known miss: a memory that another function fills, and that is not asked for by name.

use crate::flow::Interp;
use crate::flow::value::ClassRef;
use crate::ir::visit::{walk_block, walk_expr};
use crate::ir::{Block, ExprId, ExprKind, FnId, Module, StmtKind, Sym, UnaryOp, VarId, VarKind};
use std::cell::RefCell;

/// Methods that put something into a store in memory.
const WRITERS: [&str; 11] =
    ["set", "Set", "Store", "store", "put", "Put", "add", "Add", "setdefault", "LoadOrStore", "Do"];

impl Interp<'_, '_> {
    /// Whether a function keeps its results in a place that outlives it.
    pub(in crate::flow) fn remembers(&self, id: FnId) -> bool {
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
            VarKind::Local if !function.span.contains(module.var(var).span) => Some(Lasting::Outside),
            VarKind::Param if function.receiver == Some(var) => Some(Lasting::Receiver),
            // `names[id]`, which the caller hands from one round to the next.
            VarKind::Param if function.params.iter().any(|param| param.var == var) => Some(Lasting::Given),
            _ => None,
        };
        if self.loads_unless_loaded(&function.body) {
            return true;
        }
        let asked = places_asked(module, &function.body, &lasting);
        !asked.is_empty() && places_written(module, &function.body, &lasting).iter().any(|place| asked.contains(place))
    }

    /// `if !service.IsInitialized(userId) { service.Initialize(userId) }`: what is asked has the memory that is filled.
    fn loads_unless_loaded(&self, body: &Block) -> bool {
        let module = &self.unit.module;
        let says_so = |expr: ExprId| {
            let ExprKind::Call { callee, .. } = module.expr(expr).kind else { return false };
            self.receiver_name(callee).is_some_and(is_question_of_memory)
        };
        body.iter().any(|&stmt| match &module.stmt(stmt).kind {
            StmtKind::Branch { test, orelse, .. } if orelse.is_empty() => match module.expr(*test).kind {
                ExprKind::Unary { op: UnaryOp::Not, operand } => says_so(operand),
                _ => false,
            },
            _ => false,
        })
    }
}

/// `isInitialized`, `has_loaded`, `IsCached`.
fn is_question_of_memory(name: &str) -> bool {
    let plain: String = name.chars().filter(|&c| c != '_').map(|c| c.to_ascii_lowercase()).collect();
    let asked = plain.strip_prefix("is").or_else(|| plain.strip_prefix("has"));
    asked.is_some_and(|state| {
        matches!(state, "initialized" | "initialised" | "loaded" | "cached" | "warm" | "preloaded")
    })
}

/// A variable and the names of the attributes behind it: `self.cache`.
type Place = (VarId, Vec<u32>);

/// Why a variable outlives the call.
#[derive(Clone, Copy)]
enum Lasting {
    Outside,
    Receiver,
    Given,
}

/// The lasting place that an expression reads or indexes; of a call, what it is a method of.
fn place_of(module: &Module, expr: ExprId, lasting: &dyn Fn(VarId) -> Option<Lasting>) -> Option<Place> {
    let mut names = Vec::new();
    let mut is_indexed = false;
    let mut at = expr;
    loop {
        match &module.expr(at).kind {
            ExprKind::Member { base, name, .. } => {
                names.push(name.0);
                at = *base;
            }
            ExprKind::Index { base, .. } | ExprKind::Slice { base, .. } => {
                names.clear();
                is_indexed = true;
                at = *base;
            }
            ExprKind::Call { callee, .. } => {
                names.clear();
                at = match &module.expr(*callee).kind {
                    ExprKind::Member { base, .. } => *base,
                    _ => *callee,
                };
            }
            ExprKind::Var(var) => {
                names.reverse();
                let is_place = match lasting(*var)? {
                    Lasting::Outside => true,
                    Lasting::Receiver => !names.is_empty(),
                    Lasting::Given => is_indexed && names.is_empty(),
                };
                return is_place.then_some((*var, names));
            }
            _ => return None,
        }
    }
}

/// Places that a condition asks, directly or through a variable that was read from them.
fn places_asked(module: &Module, body: &Block, lasting: &dyn Fn(VarId) -> Option<Lasting>) -> Vec<Place> {
    let places = RefCell::new(Vec::new());
    let from: RefCell<Vec<(VarId, Place)>> = RefCell::new(Vec::new());
    let ask = |root: ExprId| {
        walk_expr(module, root, &mut |expr| {
            match &module.expr(expr).kind {
                ExprKind::Var(var) if lasting(*var).is_none() => {
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
fn places_written(module: &Module, body: &Block, lasting: &dyn Fn(VarId) -> Option<Lasting>) -> Vec<Place> {
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
            {
                let name = module.text(*name);
                let stores = |place: &Place| {
                    // `albumCache.SetDefault(id, album)`
                    WRITERS.contains(&name) || (name.to_ascii_lowercase().starts_with("set") && is_cache(module, place))
                };
                places.borrow_mut().extend(place_of(module, *base, lasting).filter(stores));
            }
            true
        },
    );
    places.into_inner()
}

fn is_cache(module: &Module, (var, names): &Place) -> bool {
    let name = names.last().map_or(module.var(*var).name, |&name| Sym(name));
    module.text(name).to_ascii_lowercase().contains("cache")
}
