//! Types of GraphQL that a program makes one by one, with a resolver beside each field.
//!
//! ```ts
//! const Order = new GraphQLObjectType({ name: "Order", fields: () => ({
//!   customer: { type: Customer, resolve: (order) => Customer.findByPk(order.customerId) },   // once per order
//! }) });
//! ```
//! Knows object literals and the functions that give them. Does not know which lists the objects come from.
//! Known miss: fields that a helper builds in a loop.

use crate::flow::Interp;
use crate::flow::frameworks::per_element::{CHILD, is_single};
use crate::flow::value::FnRef;
use crate::ir::{Entry, ExprId, ExprKind, StmtKind};
use crate::models::schema::ResolverMap;
use crate::project::Unit;
use crate::source::Span;

/// Literals within literals that are followed: fields that spread fields of others.
const DEEPEST: u32 = 4;

impl Interp<'_, '_> {
    pub(super) fn note_object_types(&mut self, map: &ResolverMap) {
        let unit = self.unit;
        let module = &unit.module;
        let mut found: Vec<(FnRef, Span, &str)> = Vec::new();
        for expr in &module.exprs {
            let ExprKind::Call { callee, args, .. } = &expr.kind else { continue };
            let is_made = || unit.path_of_expr(*callee).is_some_and(|path| map.objects.contains(&path));
            let Some(config) = args.first().filter(|_| is_made()) else { continue };
            let parts = self.entries_of(unit, config.value);
            let part = |name: &str| parts.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
            let Some(name) = part("name").and_then(|(of, value)| of.module.str_of(value)) else { continue };
            let is_root = |roots: &[String]| roots.iter().any(|root| name.ends_with(root.as_str()));
            let method = match () {
                () if is_root(&map.reads) => "READ",
                () if is_root(&map.roots) => "WRITE",
                () if is_single(name) => continue,
                () => CHILD,
            };
            let Some((of, fields)) = part("fields") else { continue };
            for (of, field) in self.fields_in(of, fields, DEEPEST) {
                let resolver = self.entries_of(of, field).into_iter().find(|(key, _)| *key == "resolve");
                if let Some((_, (of, value))) = resolver
                    && let Some(function) = self.function_of(of, value)
                {
                    found.push((function, of.module.expr(value).span, method));
                }
            }
        }
        for (function, span, method) in found {
            self.note_resolver(function, span, method);
        }
    }

    /// The values of a literal of fields: written down, spread into it, or given by a function.
    fn fields_in<'u>(&'u self, unit: &'u Unit, expr: ExprId, depth: u32) -> Vec<(&'u Unit, ExprId)> {
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        let expr = match unit.module.expr(expr).kind {
            ExprKind::Call { callee, .. } => callee,
            _ => expr,
        };
        if let Some(function) = self.function_of(unit, expr) {
            let made_in = self.project.unit(function.file);
            let given = given_by(made_in, function);
            return given.map_or_else(Vec::new, |given| self.fields_in(made_in, given, depth));
        }
        let Some((unit, literal)) = self.literal_of(unit, expr) else { return Vec::new() };
        let ExprKind::Record { entries, .. } = &unit.module.expr(literal).kind else { return Vec::new() };
        let fields = entries.iter().flat_map(|entry| match entry {
            Entry::Pair { value, .. } => vec![(unit, *value)],
            Entry::Spread(value) => self.fields_in(unit, *value, depth),
            Entry::Item(_) => Vec::new(),
        });
        fields.collect()
    }
}

/// What a function's last statement returns.
fn given_by(unit: &Unit, function: FnRef) -> Option<ExprId> {
    let module = &unit.module;
    match module.stmt(*module.function(function.id).body.last()?).kind {
        StmtKind::Return(value) => value,
        _ => None,
    }
}
