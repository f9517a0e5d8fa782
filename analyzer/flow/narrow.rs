//! Conditions: what a test's outcome says about the variables in it.
//!
//! Knows memberships, equality with constants and checks by name. Does not know branches: `exec` joins them.

use crate::flow::Interp;
use crate::flow::value::{Origin, Value};
use crate::ir::{BinaryOp, ClassKind, ExprId, ExprKind, FnId, Lit, MODULE_FN, StmtKind, UnaryOp, VarId};

impl Interp<'_, '_> {
    /// What a condition's outcome says about the variables in it.
    pub(super) fn refine(&mut self, test: ExprId, holds: bool) {
        let unit = self.unit;
        let module = &unit.module;
        if let ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or, .. } = module.expr(test).kind
            && let Some(variable) = self.one_of_several(test, holds)
        {
            self.mark_listed(variable);
        }
        match &module.expr(test).kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.refine(*operand, !holds),
            ExprKind::Binary { op: BinaryOp::And, left, right } if holds => {
                self.refine(*left, true);
                self.refine(*right, true);
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right } if !holds => {
                self.refine(*left, false);
                self.refine(*right, false);
            }
            // `if x is not None and x not in ALLOWED: raise`: behind it x is nothing, or one of them.
            ExprKind::Binary { op: BinaryOp::And, left, right }
                if self.asks_for_presence(*left, true).is_some_and(|var| self.is_only_about(*right, var)) =>
            {
                self.refine(*right, false);
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right }
                if self.asks_for_presence(*left, false).is_some_and(|var| self.is_only_about(*right, var)) =>
            {
                self.refine(*right, true);
            }
            ExprKind::Binary { op, left, right } if self.outcome(*op, *right).is_some() => {
                let outcome = self.outcome(*op, *right).expect("asked for by the arm");
                self.refine(*left, outcome == holds);
            }
            ExprKind::Binary { op: BinaryOp::In, left, right } if holds => self.refine_member(*left, *right),
            ExprKind::Binary { op: BinaryOp::NotIn, left, right } if !holds => self.refine_member(*left, *right),
            ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::Is, left, right } if holds => {
                self.refine_equal(*left, *right);
            }
            ExprKind::Binary { op: BinaryOp::Ne | BinaryOp::IsNot, left, right } if !holds => {
                self.refine_equal(*left, *right);
            }
            // `ALLOWED.includes(x)`, `ALLOWED.has(x)`, `slices.Contains(allowed, x)`, `re.fullmatch(p, x)`, `isAllowed(x)`.
            ExprKind::Call { callee, args, .. } if holds => {
                let name = module.last_name(*callee).unwrap_or_default();
                let is_check = matches!(
                    name,
                    "includes"
                        | "has"
                        | "Contains"
                        | "contains"
                        | "fullmatch"
                        | "hasOwnProperty"
                        | "isidentifier"
                        | "isdigit"
                        | "isnumeric"
                        | "isalnum"
                        | "MatchString"
                        | "test"
                        | "match"
                        | "isInteger"
                ) || name.to_ascii_lowercase().contains("valid")
                    || name.to_ascii_lowercase().contains("allowed")
                    || name.to_ascii_lowercase().contains("safe")
                    || checks_form(name)
                    || checks_membership(name);
                if is_check {
                    for arg in args {
                        self.mark_listed(arg.value);
                    }
                    if let ExprKind::Member { base, .. } = module.expr(*callee).kind
                        && matches!(name, "isidentifier" | "isdigit" | "isnumeric" | "isalnum")
                    {
                        self.mark_listed(base);
                    }
                }
            }
            ExprKind::Var(var) if holds => {
                if let Value::Check(checked) = self.env[var.index()] {
                    self.set(checked, Value::Data(Origin::Listed));
                }
            }
            ExprKind::Let { value, .. } => self.refine(*value, holds),
            _ => {}
        }
    }

    /// `is_valid(x) == false`, `PATTERN.match(x) is not None`: what the call said where the comparison holds.
    fn outcome(&self, op: BinaryOp, right: ExprId) -> Option<bool> {
        let is_equal = match op {
            BinaryOp::Eq | BinaryOp::Is => true,
            BinaryOp::Ne | BinaryOp::IsNot => false,
            _ => return None,
        };
        match self.unit.module.expr(right).kind {
            ExprKind::Lit(Lit::Bool(value)) => Some(value == is_equal),
            ExprKind::Lit(Lit::Null) => Some(!is_equal),
            _ => None,
        }
    }

    /// `x`, `x is not None`, `x != ""`; with `present` false `not x`, `x is None`, `x == ""`.
    fn asks_for_presence(&self, test: ExprId, present: bool) -> Option<VarId> {
        let module = &self.unit.module;
        let variable = |id: ExprId| match module.expr(id).kind {
            ExprKind::Var(var) => Some(var),
            _ => None,
        };
        match module.expr(test).kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.asks_for_presence(operand, !present),
            ExprKind::Binary { op, left, right } => {
                let is_empty = matches!(module.expr(right).kind, ExprKind::Lit(Lit::Null))
                    || module.str_of(right).is_some_and(str::is_empty);
                let asks = match op {
                    BinaryOp::Ne | BinaryOp::IsNot => present,
                    BinaryOp::Eq | BinaryOp::Is => !present,
                    _ => false,
                };
                variable(left).filter(|_| asks && is_empty)
            }
            _ => variable(test).filter(|_| present),
        }
    }

    /// Whether a test says something of one variable only: `x not in ALLOWED`, `!isKnown(x)`, `PATTERN.match(x) is None`.
    fn is_only_about(&self, test: ExprId, var: VarId) -> bool {
        let module = &self.unit.module;
        let is_var = |id: ExprId| matches!(module.expr(id).kind, ExprKind::Var(other) if other == var);
        match &module.expr(test).kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.is_only_about(*operand, var),
            ExprKind::Binary { op: BinaryOp::In | BinaryOp::NotIn, left, .. } => is_var(*left),
            ExprKind::Binary { op, left, right } => {
                self.outcome(*op, *right).is_some() && self.is_only_about(*left, var)
            }
            ExprKind::Call { args, .. } => matches!(args.as_slice(), [only] if is_var(only.value)),
            _ => false,
        }
    }

    /// Parameters that a function has found to be one of several where it comes to its end, which is the only way out but
    /// for raising.
    pub(super) fn checked_parameters(&self, id: FnId) -> Vec<u16> {
        let module = &self.unit.module;
        let function = module.function(id);
        let is_listed = |var: VarId| matches!(self.env[var.index()], Value::Data(Origin::Listed));
        let params = function.params.iter().enumerate();
        let checked = params.filter(|(_, param)| module.var(param.var).writes.is_empty() && is_listed(param.var));
        // A declared type closes nothing off for whoever comes from outside.
        let is_declared = |ty| matches!(self.value_of_type(self.unit, ty), Value::Data(Origin::Listed));
        let checked = checked.filter(|(_, param)| !param.ty.is_some_and(is_declared));
        let checked: Vec<u16> = checked.map(|(at, _)| at as u16).collect();
        if checked.is_empty() || id == MODULE_FN {
            return Vec::new();
        }
        let last = function.body.last().map(|&last| module.stmt(last).span);
        let leaves_early = module.stmts.iter().any(|stmt| {
            matches!(stmt.kind, StmtKind::Return(_)) && function.span.contains(stmt.span) && Some(stmt.span) != last
        });
        if leaves_early { Vec::new() } else { checked }
    }

    /// `order == "asc" || order == "desc"`, and what is left behind `if order != "asc" && order != "desc"`: the variable
    /// that is one of the constants.
    fn one_of_several(&mut self, test: ExprId, holds: bool) -> Option<ExprId> {
        let module = &self.unit.module;
        let (left, right) = match (&module.expr(test).kind, holds) {
            (ExprKind::Binary { op: BinaryOp::Or, left, right }, true)
            | (ExprKind::Binary { op: BinaryOp::And, left, right }, false) => (*left, *right),
            (ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::Is, left, right }, true)
            | (ExprKind::Binary { op: BinaryOp::Ne | BinaryOp::IsNot, left, right }, false) => {
                let (left, right) = (*left, *right);
                let is_variable = matches!(module.expr(left).kind, ExprKind::Var(_));
                return (is_variable && self.is_constant_pattern(right)).then_some(left);
            }
            _ => return None,
        };
        let (a, b) = (self.one_of_several(left, holds)?, self.one_of_several(right, holds)?);
        match (&self.unit.module.expr(a).kind, &self.unit.module.expr(b).kind) {
            (ExprKind::Var(a_var), ExprKind::Var(b_var)) if a_var == b_var => Some(a),
            _ => None,
        }
    }

    /// `x in ALLOWED`: any collection that is not itself data from the client.
    pub(super) fn refine_member(&mut self, element: ExprId, collection: ExprId) {
        let known = self.eval(collection);
        if !matches!(known, Value::Data(Origin::Request) | Value::Text(_)) || known.is_constant() {
            self.mark_listed(element);
        }
    }

    pub(super) fn refine_equal(&mut self, left: ExprId, right: ExprId) {
        let (a, b) = (self.eval(left), self.eval(right));
        if matches!(&b, Value::Text(_) | Value::Data(Origin::Constant)) && b.is_constant() {
            self.mark_listed(left);
        } else if matches!(&a, Value::Text(_)) && a.is_constant() {
            self.mark_listed(right);
        }
    }

    pub(super) fn mark_listed(&mut self, expr: ExprId) {
        let value = self.eval(expr);
        if value.is_constant()
            || matches!(value, Value::Object(_) | Value::List(_) | Value::Record(_))
            || matches!(value, Value::Instance(class) if self.class_kind_of(class) != ClassKind::Alias)
        {
            return;
        }
        match self.unit.module.expr(expr).kind {
            ExprKind::Var(var) => self.set(var, Value::Data(Origin::Listed)),
            ExprKind::Member { .. } | ExprKind::Index { .. } | ExprKind::Call { .. } => {
                let span = self.span(expr);
                self.frame().checked.push(span);
            }
            _ => {}
        }
    }

    /// `if params.get("order") in ("asc", "desc"): order = params.get("order")`: what has been checked in the same words.
    /// An assignment to the object in between is not looked for.
    pub(super) fn as_checked(&self, expr: ExprId, value: Value) -> Value {
        let checked = &self.current().checked;
        if checked.is_empty() || !matches!(value, Value::Unknown | Value::Data(_) | Value::Place(_) | Value::Text(_)) {
            return value;
        }
        let words = self.unit.snippet(self.span(expr));
        if checked.iter().any(|&span| self.unit.snippet(span) == words) { Value::Data(Origin::Listed) } else { value }
    }

    /// `sort if sort in SORTS else "name"`, its test evaluated already.
    pub(super) fn conditional(&mut self, test: ExprId, then: ExprId, orelse: ExprId) -> Value {
        self.branches += 1;
        let mark = self.log.len();
        let checked = self.current().checked.len();
        self.refine(test, true);
        let a = self.where_left_out(self.left_out(test, true, 0), |interp| interp.eval(then));
        let after_then = self.roll_back(mark, true);
        self.frame().checked.truncate(checked);
        self.refine(test, false);
        let b = self.where_left_out(self.left_out(test, false, 0), |interp| interp.eval(orelse));
        self.frame().checked.truncate(checked);
        self.merge(mark, after_then, true);
        self.close_branch();
        a.join(b)
    }

    /// A literal, or a name for one.
    pub(super) fn is_constant_pattern(&mut self, pattern: ExprId) -> bool {
        let module = &self.unit.module;
        module.str_of(pattern).is_some()
            || matches!(module.expr(pattern).kind, ExprKind::Var(_) | ExprKind::Name(_) | ExprKind::Member { .. })
                && self.quietly(|interp| interp.eval(pattern)).is_constant()
    }
}

/// `strSliceContains(order, fields)`, `in_list(order, FIELDS)`.
fn checks_membership(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with("contains")
        || ["inslice", "in_slice", "inarray", "in_array", "inlist", "in_list", "oneof", "one_of"]
            .iter()
            .any(|word| lower.ends_with(word))
}

/// `isUuid(id)`, `is_iso_duration(text)`: what has the form holds nothing that could end a literal or a name.
fn checks_form(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let forms = [
        "uuid",
        "ulid",
        "cuid",
        "objectid",
        "iso8601",
        "isoduration",
        "iso_duration",
        "isodate",
        "iso_date",
        "numeric",
        "number",
        "integer",
        "digit",
        "hexadecimal",
        "alphanumeric",
        "slug",
        "identifier",
        "supported",
        "known",
        "permitted",
    ];
    lower.starts_with("is") && forms.iter().any(|form| lower.contains(form))
}
