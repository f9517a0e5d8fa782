//! Limits that a function puts on a query only where its caller asks for a page.
//!
//! Knows branches on parameters. Does not know what callers pass.
//! Known miss: a caller that asks for no page gets all rows.

use super::Interp;
use super::value::{Object, Value};
use crate::ir::{ExprId, ExprKind, VarId, VarKind};
use std::sync::Arc;

/// Operators and attributes inside a condition that are looked through.
const MAX_DEPTH: u32 = 8;

impl Interp<'_, '_> {
    /// `if page > 0 { query = query.Limit(size, page * size) }` on a parameter: the callers that want a page get one.
    /// A handler's own parameters come from the client, who may leave them out.
    pub(super) fn limited_on_demand(&self, test: ExprId, written: &[(VarId, Value)]) -> Vec<VarId> {
        let is_limited = |value: &Value| matches!(value, Value::Object(object) if object.query.bounded);
        let mut limited = written.iter().filter(|(_, value)| is_limited(value)).map(|(var, _)| *var).peekable();
        let is_handler = self.facts.functions[self.function().index()].route.is_some();
        if limited.peek().is_none() || is_handler || !self.asks_parameter(test, 0) {
            return Vec::new();
        }
        limited.collect()
    }

    fn asks_parameter(&self, expr: ExprId, depth: u32) -> bool {
        let module = &self.unit.module;
        depth < MAX_DEPTH
            && match &module.expr(expr).kind {
                ExprKind::Var(var) => {
                    module.var(*var).kind == VarKind::Param
                        && module.function(self.current().function).receiver != Some(*var)
                }
                ExprKind::Member { base, .. } => self.asks_parameter(*base, depth + 1),
                ExprKind::Unary { operand, .. } => self.asks_parameter(*operand, depth + 1),
                ExprKind::Binary { left, right, .. } => {
                    self.asks_parameter(*left, depth + 1) || self.asks_parameter(*right, depth + 1)
                }
                _ => false,
            }
    }

    /// After the branch the limited queries stay limited.
    pub(super) fn keep_limits(&mut self, limited: Vec<VarId>) {
        for var in limited {
            if let Value::Object(object) = &self.env[var.index()]
                && !object.query.bounded
            {
                let mut query = object.query.clone();
                query.bounded = true;
                let object = Object { query, ..(**object).clone() };
                self.set(var, Value::Object(Arc::new(object)));
            }
        }
    }
}
