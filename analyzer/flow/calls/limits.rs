//! Limits that a function puts on a query only where its caller asks for a page.
//!
//! Knows branches on parameters, and which parameter a caller asks with. Does not know what callers pass: that is
//! settled where they call.
//! Known miss: a field of a field (`options.page.size`) counts as asked for.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::value::{Asked, Object, Place, Value};
use crate::ir::visit::walk_block;
use crate::ir::{BinaryOp, Entry, ExprId, ExprKind, Lit, StmtKind, VarId, VarKind};
use crate::models::schema::Bounds;
use crate::project::classes::entry;
use std::sync::Arc;

/// Operators and attributes inside a condition that are looked through.
const MAX_DEPTH: u32 = 8;

impl Interp<'_, '_> {
    /// `if page > 0 { query = query.Limit(size, page * size) }` on a parameter: the callers that want a page get one.
    /// A handler's own parameters come from the client, who may leave them out.
    pub(in crate::flow) fn limited_on_demand(&self, test: ExprId, written: &[(VarId, Value)]) -> Vec<VarId> {
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
                    let is_param = module.var(*var).kind == VarKind::Param
                        && module.function(self.current().function).receiver != Some(*var);
                    // `if v := find.Limit; v != nil`
                    is_param || matches!(self.env[var.index()], Value::Place(_))
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
    pub(in crate::flow) fn keep_limits(&mut self, limited: Vec<VarId>, test: ExprId) {
        let asked = self.asked_by(test, 0);
        for var in limited {
            if let Value::Object(object) = &self.env[var.index()]
                && !object.query.bounded
            {
                let mut query = object.query.clone();
                query.bounded = true;
                query.asked.clone_from(&asked);
                let object = Object { query, ..(**object).clone() };
                self.set(var, Value::Object(Arc::new(object)));
            }
        }
    }

    /// The parameter that an expression is made of, where the caller may leave it out.
    pub(in crate::flow) fn asked_by(&self, expr: ExprId, depth: u32) -> Option<Asked> {
        let module = &self.unit.module;
        if depth >= MAX_DEPTH {
            return None;
        }
        match &module.expr(expr).kind {
            ExprKind::Var(var) => self.asked_by_var(*var, None, depth),
            ExprKind::Member { base, name, .. } => match module.expr(*base).kind {
                ExprKind::Var(var) => self.asked_by_var(var, Some(module.text(*name)), depth),
                _ => None,
            },
            ExprKind::Unary { operand, .. } => self.asked_by(*operand, depth + 1),
            ExprKind::Deref(inner) | ExprKind::Ref(inner) | ExprKind::Cast { value: inner, .. } => {
                self.asked_by(*inner, depth + 1)
            }
            ExprKind::Binary { left, right, .. } => {
                self.asked_by(*left, depth + 1).or_else(|| self.asked_by(*right, depth + 1))
            }
            // `int(limit)`, `Number(limit)`
            ExprKind::Call { args, .. } if args.len() == 1 => self.asked_by(args[0].value, depth + 1),
            // `limit ? limit : undefined`
            ExprKind::Conditional { test, then, orelse }
                if self.stands_for_nothing(*then) || self.stands_for_nothing(*orelse) =>
            {
                self.asked_by(*test, depth + 1)
            }
            _ => None,
        }
    }

    fn stands_for_nothing(&self, expr: ExprId) -> bool {
        let module = &self.unit.module;
        match &module.expr(expr).kind {
            ExprKind::Lit(literal) => matches!(literal, Lit::Null),
            ExprKind::Name(name) => module.text(*name) == "undefined",
            ExprKind::Record { entries, .. } => entries.is_empty(),
            _ => false,
        }
    }

    fn asked_by_var(&self, var: VarId, field: Option<&str>, depth: u32) -> Option<Asked> {
        let module = &self.unit.module;
        let function = module.function(self.current().function);
        if function.receiver == Some(var) {
            return None;
        }
        let field: Option<Arc<str>> = field.map(Into::into);
        if let Some(at) = function.params.iter().position(|param| param.var == var) {
            let is_optional = function.params[at].default.is_none_or(|default| self.stands_for_nothing(default));
            return (is_optional || field.is_some()).then_some(Asked { param: at as u16, field });
        }
        let Value::Place(place) = &self.env[var.index()] else {
            // `if v := find.Limit; v != nil`
            return self
                .only_value_of(var)
                .filter(|_| field.is_none())
                .and_then(|value| self.asked_by(value, depth + 1));
        };
        let Place { param, path } = &**place;
        match (path.as_slice(), field) {
            ([], field) => Some(Asked { param: *param, field }),
            ([name], None) => Some(Asked { param: *param, field: Some(name.clone()) }),
            _ => None,
        }
    }

    /// What the only assignment of a local variable writes.
    fn only_value_of(&self, var: VarId) -> Option<ExprId> {
        let module = &self.unit.module;
        let mut values = Vec::new();
        walk_block(
            module,
            &module.function(self.current().function).body,
            &mut |stmt| {
                if let StmtKind::Assign { target, value, op: None, .. } = &module.stmt(stmt).kind
                    && matches!(module.expr(*target).kind, ExprKind::Var(written) if written == var)
                {
                    values.push(*value);
                }
                true
            },
            &mut |_| true,
        );
        match values.as_slice() {
            [value] => Some(*value),
            _ => None,
        }
    }

    /// The parameter behind the argument that bounds: `take: limit ? limit : undefined`, `.limit(limit)`.
    pub(in crate::flow) fn asked_by_bounds(&self, bounds: &Bounds, args: &Args) -> Option<Asked> {
        let Bounds::Given(given) = bounds else { return None };
        if !given.keys.is_empty() {
            return args.iter().find_map(|(_, arg)| {
                given.keys.iter().find_map(|key| match entry(self.unit, arg.value, key) {
                    Some(value) => self.asked_by(value, 0),
                    None => self.asked_by_spread(arg.value, key),
                })
            });
        }
        let is_named = |name| given.kw.as_deref() == Some(self.unit.module.text(name));
        let named = args.iter().find(|(_, arg)| arg.name.is_some_and(is_named));
        let positional = given.arg.and_then(|at| args.iter().filter(|(_, arg)| arg.name.is_none()).nth(at));
        self.asked_by(named.or(positional)?.1.value, 0)
    }

    /// `...(limit ? { take: limit } : {})`, `...(limit && { take: limit })`
    fn asked_by_spread(&self, expr: ExprId, key: &str) -> Option<Asked> {
        let module = &self.unit.module;
        let ExprKind::Record { entries, .. } = &module.expr(expr).kind else { return None };
        entries.iter().find_map(|spread| {
            let Entry::Spread(value) = spread else { return None };
            match module.expr(*value).kind {
                ExprKind::Conditional { test, then, orelse } => {
                    let has = [then, orelse].into_iter().any(|way| entry(self.unit, way, key).is_some());
                    let may_miss = self.stands_for_nothing(then) || self.stands_for_nothing(orelse);
                    (has && may_miss).then(|| self.asked_by(test, 0)).flatten()
                }
                ExprKind::Binary { op: BinaryOp::And, left, right } => {
                    entry(self.unit, right, key).and_then(|_| self.asked_by(left, 0))
                }
                _ => None,
            }
        })
    }

    /// `if limit != nil { query += " LIMIT ?" }`: the parameter that the function puts a limit into its text for.
    pub(in crate::flow) fn limit_on_demand(&self) -> Option<Asked> {
        let unit = self.unit;
        let module = &unit.module;
        let mut asked = None;
        walk_block(
            module,
            &module.function(self.current().function).body,
            &mut |stmt| {
                if let StmtKind::Branch { test, then, orelse } = &module.stmt(stmt).kind
                    && orelse.is_empty()
                    && asked.is_none()
                    && then.iter().any(|&stmt| unit.snippet(module.stmt(stmt).span).contains("LIMIT"))
                {
                    asked = self.asked_by(*test, 0);
                }
                true
            },
            &mut |_| true,
        );
        asked
    }
}
