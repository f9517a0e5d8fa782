//! Relations that a call is given by a list of their names: `select_related(*self.RELATED)`.
//!
//! ```python
//! class Related:                                 # a mixin for views
//!     RELATED = []
//!     def get_queryset(self):
//!         return super().get_queryset().select_related(*self.RELATED)
//! ```
//! Knows lists that are spelled out: at the top level of a file, and as attributes of classes. Does not know queries.
//! Invariant: a list of which a part is not spelled out may hold any name.
//! Invariant: a list that the receiver's class may hold, where the class of the method does not, is open: among the paths
//! stands its name, and the class that is known in the end says what it holds.

use crate::flow::Interp;
use crate::flow::value::{ClassRef, Query, Value};
use crate::ir::{Arg, BinaryOp, ExprId, ExprKind, Lit, MODULE_FN, Module, Spread, VarKind};
use crate::project::Unit;
use std::sync::Arc;

/// Lists made of lists that are followed.
const MAX_DEPTH: u32 = 6;

/// What stands before the name of an open list.
const OPEN: char = '@';

/// Whether a path stands for what an open list holds.
pub(in crate::flow) fn is_open_list(path: &str) -> bool {
    path.starts_with(OPEN)
}

impl Interp<'_, '_> {
    /// The relations that an argument names, which may be a list that is spread.
    pub(in crate::flow) fn relations_given(&self, value: &Value, arg: &Arg, separator: Option<&str>) -> Vec<String> {
        let split = |name: String| separator.map_or(name.clone(), |separator| name.replace(separator, "."));
        let is_text = value.as_text().is_some_and(|text| text.as_constant().is_some());
        // What is worked out from something else is a part of what may be asked for.
        let is_computed = matches!(self.unit.module.expr(arg.value).kind, ExprKind::Comprehension { .. });
        if arg.spread != Spread::List || is_text || is_computed {
            return self.relation_paths(value, arg.value, separator);
        }
        let class = self.class_of_method(self.current().function);
        match self.names_in_list(self.unit, class, arg.value, 0) {
            Some(names) if !names.is_empty() => names.into_iter().map(split).collect(),
            _ => match self.own_list(arg.value) {
                Some(name) => vec![format!("{OPEN}{name}")],
                None => vec!["*".to_owned()],
            },
        }
    }

    /// `self.RELATED`, `cls.RELATED`
    fn own_list(&self, expr: ExprId) -> Option<&str> {
        let module = &self.unit.module;
        let ExprKind::Member { base, name, .. } = module.expr(expr).kind else { return None };
        is_receiver(module, base).then(|| module.text(name))
    }

    /// The query with what its open lists hold in a class; those that the class does not have hold nothing.
    pub(in crate::flow) fn with_lists_of(&self, query: &Query, class: ClassRef) -> Option<Query> {
        if !query.eager.iter().any(|path| is_open_list(path)) {
            return None;
        }
        let eager = query.eager.iter().flat_map(|path| match path.strip_prefix(OPEN) {
            Some(name) => match self.attribute_listed(class, name, 0) {
                Some(names) => names.into_iter().map(|name| name.replace("__", ".")).collect(),
                None if self.is_empty_in(class, name) => Vec::new(),
                None => vec!["*".to_owned()],
            },
            None => vec![path.clone()],
        });
        Some(Query { eager: Arc::new(eager.collect()), ..query.clone() })
    }

    /// A class and its bases do not have the attribute, or say that there is none.
    fn is_empty_in(&self, class: ClassRef, name: &str) -> bool {
        let declared = self.project.lineage(class).find_map(|owner| {
            let module = &self.project.unit(owner.file).module;
            let field = module.class(owner.id).fields.iter().find(|field| module.text(field.name) == name)?;
            Some((module, field.value))
        });
        let is_computed = || self.method_of(class, name).is_some();
        match declared {
            Some((module, Some(value))) => matches!(module.expr(value).kind, ExprKind::Lit(Lit::Null)),
            Some((_, None)) => true,
            None => !is_computed(),
        }
    }

    fn attribute_listed(&self, class: ClassRef, name: &str, depth: u32) -> Option<Vec<String>> {
        self.project.lineage(class).find_map(|owner| {
            let unit = self.project.unit(owner.file);
            let fields = &unit.module.class(owner.id).fields;
            let value = fields.iter().find(|field| unit.module.text(field.name) == name)?.value?;
            Some(self.names_in_list(unit, Some(class), value, depth + 1))
        })?
    }

    fn names_in_list(&self, unit: &Unit, class: Option<ClassRef>, expr: ExprId, depth: u32) -> Option<Vec<String>> {
        let module = &unit.module;
        if depth > MAX_DEPTH {
            return None;
        }
        let below = |expr: ExprId| self.names_in_list(unit, class, expr, depth + 1);
        match &module.expr(expr).kind {
            ExprKind::Seq { items, .. } => {
                let mut names = Vec::new();
                for &item in items {
                    match module.expr(item).kind {
                        ExprKind::Spread(inner) => names.extend(below(inner)?),
                        _ => names.push(text_in(module, item)?),
                    }
                }
                Some(names)
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } => {
                let mut names = below(*left)?;
                names.extend(below(*right)?);
                Some(names)
            }
            ExprKind::Var(var) => {
                let declared = module.var(*var);
                if declared.kind != VarKind::Local || declared.owner != MODULE_FN {
                    return None;
                }
                let is_settled = declared.writes.len() == 1;
                let value = unit.initializer_of(*var).filter(|&value| is_settled && value != expr);
                match value {
                    Some(value) => below(value),
                    // A name of the class's own body.
                    None => self.attribute_listed(class?, module.text(declared.name), depth + 1),
                }
            }
            ExprKind::Member { base, name, .. } => {
                let of = if is_receiver(module, *base) { class } else { self.project.class_of_expr(unit, *base) };
                self.attribute_listed(of?, module.text(*name), depth + 1)
            }
            _ => None,
        }
    }
}

fn is_receiver(module: &Module, expr: ExprId) -> bool {
    matches!(module.expr(expr).kind, ExprKind::Var(var) if matches!(module.text(module.var(var).name), "self" | "cls"))
}

/// `"author"`, `Prefetch("author", queryset=…)`
fn text_in(module: &Module, expr: ExprId) -> Option<String> {
    if let Some(text) = module.str_of(expr) {
        return Some(text.to_owned());
    }
    match &module.expr(expr).kind {
        ExprKind::Call { args, .. } => module.str_of(args.first()?.value).map(str::to_owned),
        _ => None,
    }
}
