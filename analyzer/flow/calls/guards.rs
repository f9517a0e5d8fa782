//! What a function does only for some callers: queries that an argument spares.
//!
//! Knows tests of parameters. Does not know what is queried.
//! Known miss: a parameter that is renamed where it is taken apart (`{ webhooks: given }`).

use crate::flow::Interp;
use crate::flow::facts::Given;
use crate::flow::value::Value;
use crate::ir::{BinaryOp, Block, ExprId, ExprKind, Lit, Loop, LoopKind, StmtKind, UnaryOp, VarId, VarKind};
use crate::source::Family;

/// Conditions inside a condition that are looked through.
const MAX_DEPTH: u32 = 4;

impl Interp<'_, '_> {
    /// The argument that is left out where the test has this outcome: `if (!webhooks)`, `if cache is None`.
    pub(in crate::flow) fn left_out(&self, test: ExprId, holds: bool, depth: u32) -> Option<Given> {
        let module = &self.unit.module;
        if depth > MAX_DEPTH {
            return None;
        }
        match &module.expr(test).kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.left_out(*operand, !holds, depth + 1),
            ExprKind::Var(var) if !holds => self.parameter(*var),
            ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::Is, left, right } if holds && self.is_nothing(*right) => {
                self.parameter_of(*left)
            }
            ExprKind::Binary { op: BinaryOp::Ne | BinaryOp::IsNot, left, right }
                if !holds && self.is_nothing(*right) =>
            {
                self.parameter_of(*left)
            }
            // Both hold, so each does.
            ExprKind::Binary { op: BinaryOp::And, left, right } if holds => {
                self.left_out(*left, true, depth + 1).or_else(|| self.left_out(*right, true, depth + 1))
            }
            _ => None,
        }
    }

    /// `webhooks` of `webhooks ?? await load()`.
    pub(in crate::flow) fn parameter_of(&self, expr: ExprId) -> Option<Given> {
        match self.unit.module.expr(expr).kind {
            ExprKind::Var(var) => self.parameter(var),
            _ => None,
        }
    }

    /// Nobody calls the function without it. Elsewhere than in Python, a parameter may be left out without a default.
    pub(in crate::flow) fn is_required(&self, given: &Given) -> bool {
        let params = &self.unit.module.function(self.current().function).params;
        let declared = params.get(usize::from(given.param));
        given.key.is_none()
            && self.unit.family() == Family::Python
            && declared.is_some_and(|param| param.default.is_none())
    }

    fn parameter(&self, var: VarId) -> Option<Given> {
        let module = &self.unit.module;
        let function = module.function(self.current().function);
        let declared = module.var(var);
        if declared.kind == VarKind::Param
            && let Some(at) = function.params.iter().position(|param| param.var == var)
        {
            return Some(Given { param: at as u16, key: None });
        }
        let at = function
            .params
            .iter()
            .position(|param| param.pattern.is_some_and(|pattern| module.expr(pattern).span.contains(declared.span)))?;
        Some(Given { param: at as u16, key: Some(module.text(declared.name).into()) })
    }

    fn is_nothing(&self, expr: ExprId) -> bool {
        match &self.unit.module.expr(expr).kind {
            ExprKind::Lit(Lit::Null) => true,
            ExprKind::Name(name) => self.unit.module.text(*name) == "undefined",
            _ => false,
        }
    }

    /// Does work that is done only for callers that leave an argument out.
    pub(in crate::flow) fn where_left_out<T>(&mut self, given: Option<Given>, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.frame().left_out.len();
        self.frame().left_out.extend(given);
        let result = work(self);
        self.frame().left_out.truncate(before);
        result
    }

    /// `try: row = known[id]` with a handler for what is not there: a memory that is filled at a miss.
    pub(in crate::flow) fn is_miss(&self, body: &Block, types: &[ExprId]) -> bool {
        let module = &self.unit.module;
        let of_lookup = types.iter().any(|&ty| {
            let name = self.unit.snippet(module.expr(ty).span);
            ["KeyError", "IndexError", "LookupError"].iter().any(|known| name.contains(known))
        });
        let looks_up = |expr: ExprId| {
            let inner = match &module.expr(expr).kind {
                ExprKind::Yield(Some(value)) => *value,
                _ => expr,
            };
            matches!(module.expr(inner).kind, ExprKind::Index { .. })
        };
        of_lookup
            && body.first().is_some_and(|&first| match &module.stmt(first).kind {
                StmtKind::Expr(expr) | StmtKind::Return(Some(expr)) => looks_up(*expr),
                StmtKind::Assign { value, .. } => looks_up(*value),
                _ => false,
            })
    }

    /// A loop that ends early in some round: `for secret in secrets: if find(secret): break`.
    pub(in crate::flow) fn ends_early(&self, l: &Loop) -> bool {
        l.kind == LoopKind::Each && self.breaks(&l.body, false)
    }

    /// `if deleted >= limit: break` ends nothing that was found.
    fn counts(&self, test: ExprId) -> bool {
        let compares = |op: &BinaryOp| matches!(op, BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge);
        matches!(&self.unit.module.expr(test).kind, ExprKind::Binary { op, .. } if compares(op))
    }

    fn breaks(&self, block: &Block, conditional: bool) -> bool {
        block.iter().any(|&stmt| match &self.unit.module.stmt(stmt).kind {
            StmtKind::Break => conditional,
            StmtKind::Branch { test, then, orelse } if !self.counts(*test) => {
                self.breaks(then, true) || self.breaks(orelse, true)
            }
            StmtKind::Block(inner) => self.breaks(inner, conditional),
            _ => false,
        })
    }
}

/// Whether the caller's arguments hold what a callee's query would read, or whose own caller decides that.
pub(in crate::flow) fn settle(given: &Given, bound: &[Option<Value>]) -> Settled {
    let Some(value) = bound.get(usize::from(given.param)).and_then(Option::as_ref) else { return Settled::LeftOut };
    let value = match (&given.key, value) {
        (None, value) => value,
        (Some(key), Value::Record(record)) => match record.get(key) {
            Some(value) => value,
            None => return Settled::LeftOut,
        },
        (Some(_), Value::Place(place)) if place.path.is_empty() => {
            return Settled::Outer(Given { param: place.param, key: given.key.clone() });
        }
        (Some(_), _) => return Settled::LeftOut,
    };
    match value {
        Value::Null => Settled::LeftOut,
        Value::Place(place) => match place.path.as_slice() {
            [] => Settled::Outer(Given { param: place.param, key: None }),
            [key] => Settled::Outer(Given { param: place.param, key: Some(key.clone()) }),
            _ => Settled::Given,
        },
        _ => Settled::Given,
    }
}

pub(in crate::flow) enum Settled {
    LeftOut,
    Given,
    /// A parameter of the caller itself.
    Outer(Given),
}
