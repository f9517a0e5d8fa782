//! Closures: who calls them, per element of what, and where those that nobody claims are walked.
//!
//! Invariant: a closure is never entered while it is being walked, never deeper than `MAX_INLINE`, and from within others
//! at most `MAX_WALKS_INSIDE` times: closures that call closures would be walked once per path.

use crate::flow::Frame;
use crate::flow::Interp;
use crate::flow::SummaryState;
use crate::flow::calls::call::Args;
use crate::flow::calls::resolve::Resolved;
use crate::flow::facts::{LoopFact, LoopSource};
use crate::flow::loops;
use crate::flow::store::effects::CLOSURE;
use crate::flow::value::{Evidence, List, Origin, Value};
use crate::flow::{MAX_INLINE, MAX_WALKS_INSIDE};
use crate::ir::{Arg, ExprId, ExprKind, FnId, MODULE_FN, Spread, StmtKind, VarKind};
use crate::models::schema::{Call, CallbackWhen};
use crate::source::Span;
use std::sync::Arc;

impl Interp<'_, '_> {
    pub(in crate::flow) fn run_callbacks(
        &mut self,
        id: ExprId,
        span: Span,
        call: &Call,
        resolved: &Resolved,
        args: &Args,
    ) -> Option<Value> {
        let mut result = None;
        for callback in &call.callback {
            let positional: Vec<&(Value, Arg)> = args.iter().filter(|(_, arg)| arg.name.is_none()).collect();
            let named = callback.kw.as_ref().and_then(|kw| {
                args.iter().find(|(_, arg)| arg.name.is_some_and(|name| self.unit.module.text(name) == kw.as_str()))
            });
            let found = match (callback.last, callback.arg) {
                _ if named.is_some() => named.as_ref(),
                (Some(last), _) => positional.len().checked_sub(last + 1).and_then(|at| positional.get(at)),
                (None, Some(at)) => positional.get(at),
                (None, None) => None,
            };
            let Some((Value::Function(function, _), arg)) = found.map(|found| (&found.0, &found.1)) else { continue };
            let function = *function;
            let list = match &resolved.receiver {
                Value::List(_) | Value::Object(_) if call.path.is_none() => Some(resolved.receiver.clone()),
                _ => None,
            };
            let list = list.map(|value| match value {
                Value::List(list) => (*list).clone(),
                _ => List::of(Value::Unknown),
            });
            let element_of = |interp: &mut Self, at: Option<usize>| match at {
                None => list.clone(),
                Some(at) => args.get(at).map(|(value, arg)| interp.iterated(value.clone(), arg.value)),
            };
            let mut source = None;
            let mut values = Vec::new();
            for role in &callback.params {
                let value = match role.as_str() {
                    "element" => {
                        source = element_of(self, None);
                        source.as_ref().map(|list| list.element.clone()).unwrap_or_default()
                    }
                    "index" => Value::Number,
                    // The next scope goes on with what the one before it gave back.
                    "self" => match &result {
                        Some(before @ Value::Object(_)) if call.returns.as_deref() == Some("callback") => {
                            before.clone()
                        }
                        Some(_) | None => resolved.receiver.clone(),
                    },
                    "error" => Value::Error,
                    role if role.starts_with("arg:") => {
                        let at = role["arg:".len()..].parse().ok();
                        at.and_then(|at: usize| args.get(at)).map(|(value, _)| value.clone()).unwrap_or_default()
                    }
                    role if role.starts_with("element:") => {
                        source = element_of(self, role["element:".len()..].parse().ok());
                        source.as_ref().map(|list| list.element.clone()).unwrap_or_default()
                    }
                    kind => self.models.kind_named(kind).map_or(Value::Unknown, |kind| {
                        let query = resolved.object.as_ref().map(|object| object.query.clone()).unwrap_or_default();
                        Value::Object(Self::object_of(kind, Evidence::Declared, query))
                    }),
                };
                values.push(value);
            }
            let callee = arg.value;
            let settled =
                |interp: &mut Self, value| if callback.awaits { interp.awaited(value, callee) } else { value };
            let returned = match callback.when {
                CallbackWhen::Once => {
                    let returned = self.follow_callee(function, &values, id);
                    settled(self, returned)
                }
                CallbackWhen::Later => {
                    let loops = std::mem::take(&mut self.frame().loops);
                    let leaving = std::mem::take(&mut self.frame().leaving);
                    let returned = self.apart(|interp| interp.follow_callee(function, &values, id));
                    self.frame().loops = loops;
                    self.frame().leaving = leaving;
                    returned
                }
                CallbackWhen::PerElement => {
                    let list = source.or(list).unwrap_or(List::of(Value::Unknown));
                    let closure = self.span(arg.value);
                    let iterable = match self.unit.module.expr(id).kind {
                        ExprKind::Call { callee, .. } => match self.unit.module.expr(callee).kind {
                            ExprKind::Member { base, .. } => Some(self.span(base)),
                            _ => args.first().map(|(_, arg)| self.span(arg.value)),
                        },
                        _ => None,
                    };
                    let fact = LoopFact {
                        head: Span { start: span.start, end: closure.start.max(span.start) },
                        parent: self.current().loops.last().copied(),
                        iterable,
                        ..LoopFact::of_call(
                            closure,
                            self.callback_source(&list, iterable),
                            list.rows.clone(),
                            self.function(),
                        )
                    };
                    let id_of_loop = self.open_loop(fact);
                    let leaving = std::mem::take(&mut self.frame().leaving);
                    // `ids.map(load)`: what `load` is given is another element in every round, wherever it stands.
                    let before = self.current().varying.len();
                    if function.file == self.unit.file && !self.is_summarised(function.id) {
                        self.frame().varying.push(function.id);
                    }
                    let returned = self.follow_callee(function, &values, id);
                    let returned = settled(self, returned);
                    self.frame().varying.truncate(before);
                    self.frame().leaving = leaving;
                    self.close_loop(id_of_loop);
                    returned
                }
            };
            result = Some(returned);
        }
        result
    }

    pub(in crate::flow) fn callback_source(&self, list: &List, iterable: Option<Span>) -> LoopSource {
        let source = loops::source_of(list);
        if source == LoopSource::Unknown
            && let Some(span) = iterable
            && (loops::names_exempt(&self.unit.snippet(span)) || loops::names_parts(&self.unit.snippet(span)))
        {
            return LoopSource::Exempt;
        }
        source
    }

    /// A callback: a closure inline, a named function through its summary.
    pub(in crate::flow) fn follow_callee(
        &mut self,
        function: crate::flow::value::FnRef,
        values: &[Value],
        at: ExprId,
    ) -> Value {
        if function.file == self.unit.file && !self.is_summarised(function.id) {
            return self.follow_closure(function.id, values);
        }
        let args: Args =
            values.iter().map(|value| (value.clone(), Arg { name: None, spread: Spread::None, value: at })).collect();
        let span = self.span(at);
        self.call_project(function, None, &args, at, span)
    }

    /// Walks a closure's body here and now.
    pub(in crate::flow) fn follow_closure(&mut self, id: FnId, values: &[Value]) -> Value {
        if self.current().inlined.len() >= MAX_INLINE || self.current().inlined.contains(&id) {
            return Value::Unknown;
        }
        if !self.current().inlined.is_empty() {
            let walks = &mut self.walks_inside[id.index()];
            if *walks >= MAX_WALKS_INSIDE {
                return Value::Unknown;
            }
            *walks += 1;
        }
        let unit = self.unit;
        let function = unit.module.function(id);
        self.frame().inlined.push(id);
        let outside = self.current().loops.len();
        let outside = std::mem::replace(&mut self.frame().loops_outside, outside);
        let returned = self.frame().returned.take();
        let leaving = std::mem::take(&mut self.frame().leaving);
        let routed = self.route_parameters(id);
        for (at, param) in function.params.iter().enumerate() {
            let mut value = values.get(at).cloned().unwrap_or_default();
            if value.is_unknown() {
                value = routed.get(at).cloned().flatten().unwrap_or_default();
            }
            if value.is_unknown()
                && let Some(ty) = param.ty
            {
                value = self.value_of_type(unit, ty);
            }
            if value.is_unknown()
                && let Some(default) = param.default
            {
                value = self.eval(default);
            }
            self.set(param.var, value.clone());
            if let Some(pattern) = param.pattern {
                self.assign(pattern, value);
            }
        }
        self.exec_body(id);
        self.walk_remaining(id);
        let result = std::mem::replace(&mut self.frame().returned, returned).unwrap_or_default();
        self.frame().leaving = leaving;
        self.frame().loops_outside = outside;
        self.frame().inlined.pop();
        self.walked(id);
        result
    }

    /// `const users = createUserRepo(db)`: what a function of the project makes, before the functions that use it are walked.
    pub(in crate::flow) fn settle_globals(&mut self) {
        let module = &self.unit.module;
        self.frames.push(Frame::of(MODULE_FN));
        for &stmt in &module.function(MODULE_FN).body {
            let StmtKind::Assign { target, op: None, value, .. } = module.stmt(stmt).kind else { continue };
            let ExprKind::Var(var) = module.expr(target).kind else { continue };
            if self.env[var.index()].is_unknown() && self.makes_without_closures(value) {
                let made = self.quietly(|interp| interp.eval(value));
                self.assign(target, made);
            }
        }
        self.frames.pop();
    }

    /// A call that is given no closure, which would be walked with it.
    fn makes_without_closures(&self, expr: ExprId) -> bool {
        let module = &self.unit.module;
        match &module.expr(expr).kind {
            ExprKind::Await(inner) | ExprKind::Cast { value: inner, .. } => self.makes_without_closures(*inner),
            ExprKind::Call { callee, args, .. } => {
                let is_closure = |arg: &Arg| matches!(module.expr(arg.value).kind, ExprKind::Closure(_));
                self.project.symbol_of_expr(self.unit, *callee).is_some() && !args.iter().any(is_closure)
            }
            _ => false,
        }
    }

    /// Closures that other files can reach get a summary: `export const load = async (id) => …`, and those that a
    /// function returns (`createQueries(pool)`).
    pub(in crate::flow) fn summarise_closures(&mut self) {
        let module = &self.unit.module;
        let globals =
            module.vars.iter().zip(&self.env).filter(|(var, _)| var.owner == MODULE_FN).map(|(_, value)| value);
        let returned = self.summaries.iter().filter_map(|state| match state {
            SummaryState::Done(summary) => Some(&summary.returns),
            SummaryState::Missing | SummaryState::Running => None,
        });
        let mut found = Vec::new();
        for value in globals.chain(returned).chain(self.fields.values()) {
            self.closures_in(value, 0, &mut found);
        }
        let exported = module.exports.iter().filter_map(|export| export.value);
        found.extend(exported.filter_map(|value| match module.expr(value).kind {
            ExprKind::Closure(id) => Some(id),
            _ => None,
        }));
        found.sort_unstable();
        found.dedup();
        self.frames.push(Frame::of(MODULE_FN));
        let mut at = 0;
        while at < found.len() {
            let id = found[at];
            at += 1;
            self.forget_parameters_around(id);
            let summary = self.quietly(|interp| interp.interpret_function(id));
            // What it returns may be closures again.
            let known = found.len();
            self.closures_in(&summary.returns, 0, &mut found);
            let mut fresh = found.split_off(known);
            fresh.retain(|id| !found.contains(id));
            found.append(&mut fresh);
            self.summaries[id.index()] = SummaryState::Done(Arc::new(summary));
        }
        self.frames.pop();
    }

    fn closures_in(&self, value: &Value, depth: usize, found: &mut Vec<FnId>) {
        match value {
            Value::Function(function, _) if function.file == self.unit.file && !self.is_summarised(function.id) => {
                found.push(function.id);
            }
            Value::Record(record) if depth < 3 => {
                for (_, value) in &record.entries {
                    self.closures_in(value, depth + 1, found);
                }
            }
            Value::Tuple(items) if depth < 3 => items.iter().for_each(|item| self.closures_in(item, depth + 1, found)),
            _ => {}
        }
    }

    /// What a captured variable holds of its own function's parameters means nothing to the closure's callers.
    fn forget_parameters_around(&mut self, id: FnId) {
        let unit = self.unit;
        let mut at = unit.module.function(id).parent;
        while let Some(outer) = at.filter(|&outer| outer != MODULE_FN) {
            for (index, var) in unit.module.vars.iter().enumerate().filter(|(_, var)| var.owner == outer) {
                if matches!(self.env[index], Value::Place(_) | Value::Data(Origin::Param(_))) {
                    self.env[index] = var.ty.map_or(Value::Unknown, |ty| self.value_of_type(unit, ty));
                }
            }
            at = unit.module.function(outer).parent;
        }
    }

    /// Marks a range as seen: closures are followed where a model says so, or else where they stand.
    pub(in crate::flow) fn walked(&mut self, id: FnId) {
        self.seen.insert((self.unit.module.function(id).span, CLOSURE), 0);
    }

    /// Closures that were returned, stored or exported: walked once the function around them has set the scene.
    pub(in crate::flow) fn walk_remaining(&mut self, parent: FnId) {
        if parent == MODULE_FN && self.follows_calls {
            self.walk_named();
        }
        for at in 0..self.closures[parent.index()].len() {
            let id = self.closures[parent.index()][at];
            self.apart(|interp| interp.walk_unclaimed(id));
        }
    }

    /// `export const load = async (id) => …`: a function like a declared one, whose callers give its parameters.
    fn walk_named(&mut self) {
        let module = &self.unit.module;
        let mut named = Vec::new();
        for (var, value) in module.vars.iter().zip(&self.env) {
            if let Value::Function(function, None) = value
                && matches!(var.kind, VarKind::Local)
                && var.owner == MODULE_FN
                && function.file == self.unit.file
                && module.function(function.id).parent == Some(MODULE_FN)
                && !self.is_summarised(function.id)
                && !self.seen.contains_key(&(module.function(function.id).span, CLOSURE))
            {
                named.push(function.id);
            }
        }
        for id in named {
            self.interpret_function(id);
            self.walked(id);
        }
    }
}
