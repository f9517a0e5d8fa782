//! Closures that are given to functions of the project, which call them: `withTx(ctx, func(tx *sql.Tx) error { … })`,
//! `await forEachAsync(orders, async (order) => …)`.
//!
//! Knows which parameters a function calls, with what, and per element of what. Does not know libraries.
//! Invariant: a function that remembers by its name what a closure gave, calls it for nobody's element.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::calls::substitute::{Given, substitute};
use crate::flow::calls::summary::Summary;
use crate::flow::facts::{Hop, LoopFact, LoopSource};
use crate::flow::loops;
use crate::flow::value::{FnRef, Place, Value};
use crate::ir::{Arg, ExprId};
use crate::source::Span;
use std::sync::Arc;

/// The step from a parameter to what calling it gives.
const CALLED: &str = "*called";
/// Calls of parameters that are kept per function.
const MAX_CALLS: usize = 4;

/// A call of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::flow) struct ParamCall {
    pub param: u16,
    pub values: Vec<Value>,
    /// The loop of the function around it, and the parameter whose elements that one visits.
    pub around: Option<(LoopSource, Option<u16>)>,
}

/// What calling a parameter gives, whatever is then read of it.
pub(in crate::flow) fn is_called(place: &Place) -> bool {
    place.path.first().is_some_and(|step| &**step == CALLED)
}

impl Interp<'_, '_> {
    /// `fn(tx)`, where `fn` is a parameter.
    pub(in crate::flow) fn call_of_parameter(&mut self, param: u16, args: &Args) -> Value {
        let around = self.current().loops.last().map(|id| &self.facts.loops[id.0 as usize]);
        let around = around.map(|at| (at.source, at.rows.as_ref().and_then(|rows| rows.of.or(rows.query.param))));
        let values = args.iter().map(|(value, _)| value.clone()).collect();
        let calls = &mut self.frame().summary.calls;
        if calls.len() < MAX_CALLS {
            calls.push(ParamCall { param, values, around });
        }
        Value::Place(Arc::new(Place { param, path: vec![CALLED.into()] }))
    }

    /// Walks the closures that a callee calls, here and now; gives what the one gave that the callee returns.
    pub(in crate::flow) fn call_given(
        &mut self,
        target: FnRef,
        summary: &Summary,
        bound: &[Option<Value>],
        args: &[(Value, Arg)],
        at: ExprId,
        span: Span,
    ) -> Option<Value> {
        let unit = self.project.unit(target.file);
        if remembers(unit.module.text(unit.module.function(target.id).name)) {
            return None;
        }
        let hop = Hop { file: self.unit.file, span, name: unit.module.qualified_name(target.id) };
        let mut answer = None;
        for call in &summary.calls {
            let Some(Some(Value::Function(function, _))) = bound.get(usize::from(call.param)) else { continue };
            let given = Given { values: bound, ..Given::default() };
            // `[serialize(row) for row in query.paginate(page).items]`: rows of the caller's query.
            let in_caller = |value: &Value| match self.given_back(value, bound, &hop, at) {
                Some(settled) => settled,
                None => substitute(value, &given, (self.unit.file, span)),
            };
            let values: Vec<Value> = call.values.iter().map(in_caller).collect();
            // A closure where it stands, `withTx(load)` where the function is named.
            let is_closure = function.file == self.unit.file && !self.is_summarised(function.id);
            let named = args.get(usize::from(call.param)).map_or(span, |(_, arg)| self.span(arg.value));
            let body = if is_closure { self.unit.module.function(function.id).span } else { named };
            let opened = call.around.and_then(|around| self.loop_of_callee(body, around, bound, args, at));
            let opened = opened.map(|of_callee| self.open_loop(of_callee));
            // `return each(orders, ship)` leaves a loop around it, and not the callee's.
            let leaving = opened.is_some().then(|| std::mem::take(&mut self.frame().leaving));
            let result = self.follow_callee(*function, &values, at);
            if let Some(leaving) = leaving {
                self.frame().leaving = leaving;
            }
            if let Some(opened) = opened {
                // Whoever visits elements with it waits for what it promises.
                self.awaited(result.clone(), at);
                self.close_loop(opened);
            }
            if matches!(&summary.returns, Value::Place(place) if place.param == call.param && is_called(place)) {
                answer = Some(result);
            }
        }
        answer
    }

    /// The callee's loop over what it is given, around the closure; none for retries, chunks and the like.
    fn loop_of_callee(
        &self,
        body: Span,
        (source, over): (LoopSource, Option<u16>),
        bound: &[Option<Value>],
        args: &[(Value, Arg)],
        at: ExprId,
    ) -> Option<LoopFact> {
        let list = over.and_then(|param| match bound.get(usize::from(param))? {
            Some(Value::List(list)) => Some(list),
            _ => None,
        });
        let source = list.map_or(source, |list| loops::source_of(list));
        if matches!(source, LoopSource::Exempt | LoopSource::Opaque | LoopSource::Constant) {
            return None;
        }
        let call = self.span(at);
        Some(LoopFact {
            head: Span { start: call.start, end: body.start.max(call.start) },
            parent: self.current().loops.last().copied(),
            iterable: over.and_then(|param| args.get(usize::from(param))).map(|(_, arg)| self.span(arg.value)),
            ..LoopFact::of_call(body, source, list.and_then(|list| list.rows.clone()), self.function())
        })
    }
}

/// `cached(key, load)`, `memoize(load)`, `once(load)`: most calls of it call nothing.
pub(in crate::flow) fn remembers(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["cache", "memo", "once", "remember", "dedupe", "debounce", "throttle"].iter().any(|word| lower.contains(word))
}
