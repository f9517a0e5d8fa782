//! What a callee does, at its caller: round trips, reads of parameters, text that reaches SQL.
//!
//! Knows how the way from call to call grows. Does not know how a callee is found: that is `summary`.

use crate::flow::Interp;
use crate::flow::calls::guards::{self, Settled};
use crate::flow::calls::steps::is_loading_step;
use crate::flow::calls::substitute::origin_of_value;
use crate::flow::calls::summary::{MAX_HOPS, ParamRead};
use crate::flow::facts::{Hop, Passed, RoundTrip, TextSink};
use crate::flow::store::relations::{from_rows, loads, reached_by, reached_from_param};
use crate::flow::value::{FnRef, Hole, List, Object, Origin, Pending, Query, Text, TextPart, Value};
use crate::ir::{ExprId, ExprKind};
use crate::source::Span;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// A callee's result in the caller: a round trip that was built there is sent from the call.
    pub(in crate::flow) fn in_caller(&self, value: Value, receiver: Option<&Value>, hop: &Hop, at: ExprId) -> Value {
        match value {
            Value::Object(object) if object.query.of_manager && receiver.is_some() => {
                self.in_caller(Value::Object(self.with_receiver(&object, receiver, at)), None, hop, at)
            }
            Value::Object(object) if object.query.reached.is_some() => {
                let mut object = (*object).clone();
                if let (Some(path), Some(Value::Object(receiver))) = (object.query.reached.take(), receiver) {
                    if path.is_empty() {
                        return Value::Object(receiver.clone());
                    }
                    object.query.ran |= loads(&receiver.query, &path);
                    object.query.reached = reached_by(receiver, &path);
                }
                self.in_caller(Value::Object(Arc::new(object)), None, hop, at)
            }
            Value::Object(object) => match &object.pending {
                Some(pending) => {
                    let pending = Pending {
                        span: hop.span,
                        expr: at,
                        loops: self.loops(),
                        varies: self.is_body_or_varies(at),
                        path: hops_to(hop, &pending.path),
                        ..(**pending).clone()
                    };
                    Value::Object(Arc::new(Object { pending: Some(Arc::new(pending)), ..(*object).clone() }))
                }
                None if self.is_lazy(&object) => {
                    let query = Query { handed: Some((hop.file, hop.span)), ..object.query.clone() };
                    Value::Object(Arc::new(Object { query, ..(*object).clone() }))
                }
                None => Value::Object(object),
            },
            // `def chunked(self): yield from self.filter(…)` of a manager.
            Value::List(list) if receiver.is_some() && is_of_manager(&list) => {
                let element = self.in_caller(list.element.clone(), receiver, hop, at);
                let element = match element {
                    Value::Object(object) => match object.query.entity.clone() {
                        Some(entity) if !object.query.plain => {
                            self.instance_read(entity, object.query.clone(), object.evidence, object.kind)
                        }
                        _ => Value::Data(Origin::Row),
                    },
                    element => element,
                };
                Value::List(Arc::new(List { element, ..(*list).clone() }))
            }
            Value::List(list) if matches!(&list.element, Value::Object(object) if object.pending.is_some()) => {
                let element = self.in_caller(list.element.clone(), receiver, hop, at);
                Value::List(Arc::new(List { element, ..(*list).clone() }))
            }
            other => other,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call")]
    pub(in crate::flow) fn trip_through_call(
        &mut self,
        trip: &RoundTrip,
        hop: &Hop,
        at: ExprId,
        span: Span,
        args: &[ExprId],
        receiver: Option<&Value>,
        bound: &[Option<Value>],
        from: &[Vec<ExprId>],
    ) {
        let unless = match trip.unless.as_ref().map(|unless| guards::settle(unless, bound)) {
            Some(Settled::Given) => return,
            Some(Settled::Outer(outer)) if self.is_required(&outer) => return,
            Some(Settled::Outer(outer)) => Some(outer),
            Some(Settled::LeftOut) | None => None,
        };
        let given = match receiver {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        };
        if let Some((reached, object)) = trip.of_receiver.as_deref().zip(given)
            && (object.query.plain || loads(&object.query, reached))
        {
            return;
        }
        // `for order in orders: ship(order, customer)`: what `ship` reads of the customer is read once.
        let from_param = trip.of_param.as_ref().map(|(param, reached)| {
            let value = bound.get(usize::from(*param)).and_then(Option::as_ref);
            let object = value.and_then(|value| match value {
                Value::Object(object) => Some(object),
                _ => None,
            });
            (*param, reached, object)
        });
        if let Some((_, reached, Some(object))) = &from_param
            && (object.query.plain || loads(&object.query, reached))
        {
            return;
        }
        let path = hops_to(hop, &trip.path);
        if path.len() > MAX_HOPS {
            self.frame().summary.incomplete = true;
            return;
        }
        let loops = self.loops();
        let varies = match loops.last() {
            // `ids.map(load)`: the callee itself is the body, and each element its argument.
            Some(innermost) if self.facts.loops[innermost.0 as usize].is_body(span) => true,
            Some(innermost) => {
                let span = self.facts.loops[innermost.0 as usize].span;
                let mut exprs = args.to_vec();
                // `order.total()` depends on its receiver.
                match (receiver, self.receiver_of(at)) {
                    (Some(_), Some(base)) if trip.of_receiver.is_some() => exprs = vec![base],
                    (Some(_), _) => exprs.push(at),
                    (None, _) => {}
                }
                if let Some((param, ..)) = from_param {
                    exprs.retain(|expr| from.get(usize::from(param)).is_some_and(|given| given.contains(expr)));
                }
                self.varies_in(&exprs, span)
            }
            None => false,
        };
        let through = RoundTrip {
            function: self.function(),
            span,
            expr: at,
            loops,
            varies,
            once: self.runs_once(),
            searches: false,
            path,
            of_receiver: trip.of_receiver.as_deref().zip(given).and_then(|(path, object)| reached_by(object, path)),
            in_loop: trip.in_loop || !trip.loops.is_empty(),
            unless,
            of_param: match (from_param, trip.of_receiver.as_deref().zip(given)) {
                (Some((_, path, object)), _) => object.and_then(|object| reached_from_param(object, path)),
                (None, Some((path, object))) => reached_from_param(object, path),
                (None, None) => None,
            },
            query: given.map_or_else(|| trip.query.clone(), |object| from_rows(trip, object)),
            ..trip.clone()
        };
        let through = self.trip_of_served(through, receiver);
        if through.in_loop {
            // A loop inside the callee has been reported there; the summary carries on that it costs more.
            self.frame().summary.note_trip(&through);
            return;
        }
        self.record_trip(through);
    }

    /// Whether a call sees another element in every round: it is the loop itself, `ids.map(load)`, or depends on it.
    fn is_body_or_varies(&self, at: ExprId) -> bool {
        let innermost = self.current().loops.last();
        innermost.is_some_and(|id| self.facts.loops[id.0 as usize].is_body(self.span(at))) || self.call_varies(at)
    }

    /// Whether arguments depend on the loop around the call that has them.
    pub(in crate::flow) fn gives_by_element(&self, args: &[ExprId], call: Span) -> bool {
        let Some(innermost) = self.current().loops.last() else { return false };
        let around = &self.facts.loops[innermost.0 as usize];
        around.is_body(call) || self.varies_in(args, around.span)
    }

    /// `order` of `order.total()` and of the property `order.total`.
    pub(in crate::flow) fn receiver_of(&self, at: ExprId) -> Option<ExprId> {
        let module = &self.unit.module;
        let member = match module.expr(at).kind {
            ExprKind::Call { callee, .. } => callee,
            _ => at,
        };
        match module.expr(member).kind {
            ExprKind::Member { base, .. } => Some(base),
            _ => None,
        }
    }

    /// Follows a path that the callee reads from a parameter, with the value that the caller gives.
    pub(in crate::flow) fn read_through_call(&mut self, value: &Value, read: &ParamRead, hop: &Hop, expr: ExprId) {
        let mut value = value.clone();
        for (at, step) in read.path.iter().enumerate() {
            let last = at + 1 == read.path.len();
            match &value {
                Value::Place(place) => {
                    if place.path.len() + read.path.len() > 6 {
                        return;
                    }
                    let mut path = place.path.clone();
                    path.extend(read.path[at..].iter().cloned());
                    let through = self.read_further(place.param, path, read, hop);
                    self.frame().summary.note_read(through);
                    return;
                }
                Value::List(list) if &**step == "*" => value = list.element.clone(),
                Value::List(_) if is_loading_step(step) => {}
                // A lazy query that the callee iterates.
                Value::Object(object) if &**step == "*" && !self.is_instance(object) => {
                    let object = self.listed_by_framework(object);
                    if at > 0 && last {
                        self.iterated_by_callee(&object, read, hop, expr);
                    }
                    value = self.element_of(&object);
                }
                Value::Object(object) if step.ends_with(')') => {
                    let object = object.clone();
                    value = self.call_of_callee(&object, step, last.then_some(read), hop, expr);
                }
                Value::Object(object) => {
                    let object = object.clone();
                    // What leads from one and the same object to a call in a loop is loaded once.
                    let once = !last && !read.loops.is_empty() && !read.path[..at].iter().any(|step| &**step == "*");
                    let outside = once.then(|| ParamRead { loops: Arc::new([]), ..read.clone() });
                    value = self.read_of_callee(&object, step, outside.as_ref().unwrap_or(read), hop, expr);
                    if last {
                        return;
                    }
                }
                _ => return,
            }
        }
    }

    /// A read of the callee as one of the caller's own parameter. The loop that repeats it stays where it is.
    pub(in crate::flow) fn read_further(
        &self,
        param: u16,
        path: Vec<Arc<str>>,
        read: &ParamRead,
        hop: &Hop,
    ) -> ParamRead {
        let path_of_calls = hops_to(hop, &read.path_of_calls);
        if read.loops.is_empty() {
            let function = FnRef { file: self.unit.file, id: self.function() };
            let loops = self.loops_of_read(&path);
            return ParamRead { param, path, span: hop.span, loops, function, path_of_calls, varies: true };
        }
        ParamRead { param, path, path_of_calls, ..read.clone() }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call")]
    pub(in crate::flow) fn sink_through_call(
        &mut self,
        callee: &FnRef,
        sink: &TextSink,
        bound: &[Option<Value>],
        from: &[Vec<ExprId>],
        hop: &Hop,
        at: ExprId,
        span: Span,
    ) {
        let mut text = (*sink.text).clone();
        let mut argument = span;
        let (mut hands_on, mut given_here) = (false, false);
        let mut given_texts: Vec<(usize, Arc<Text>)> = Vec::new();
        for (at, part) in text.parts.iter_mut().enumerate() {
            if let TextPart::Hole(hole) = part
                && let Origin::Param(param) = hole.origin
            {
                let given = bound.get(usize::from(param)).and_then(Option::as_ref);
                let place = from.get(usize::from(param)).and_then(|from| from.first()).copied();
                let is_of_field = hole.field.is_some();
                // A default value is a constant.
                hole.origin = match given {
                    // An object is asked for its parts, which are not text of its own.
                    Some(
                        Value::Instance(_) | Value::Class(_) | Value::Function(..) | Value::Module(_) | Value::Path(_),
                    ) => Origin::Listed,
                    // Of options the callee takes one entry.
                    Some(Value::Record(record)) if hole.field.is_some() => {
                        let given = hole.field.as_deref().and_then(|field| record.get(field)).or(record.rest.as_ref());
                        hole.field = match given {
                            Some(Value::Place(place)) => place.path.first().cloned(),
                            _ => None,
                        };
                        match given {
                            Some(Value::Unknown) => Origin::Listed,
                            Some(value) => origin_of_value(value),
                            None => Origin::Constant,
                        }
                    }
                    // Which one is not known here.
                    Some(Value::Record(record)) => {
                        let requested =
                            record.entries.iter().any(|(_, value)| origin_of_value(value) == Origin::Request);
                        if requested { Origin::Request } else { Origin::Listed }
                    }
                    // A text that a wrapper runs as it is: nothing shows that it was put together.
                    Some(Value::Unknown) if sink.bare => Origin::Listed,
                    // A statement that a builder has made was judged where it was built.
                    Some(Value::Object(object)) if sink.bare && object.kind.is_some() => Origin::Listed,
                    Some(value) => {
                        if let Value::Place(place) = value {
                            hole.field = place.path.first().cloned().or_else(|| hole.field.take());
                        }
                        match (value, place) {
                            (Value::Unknown, Some(place)) => {
                                self.text_of(value, place).worst().unwrap_or(Origin::Unknown)
                            }
                            _ => origin_of_value(value),
                        }
                    }
                    None => Origin::Constant,
                };
                let is_whole = |hole: &Hole| matches!(hole.origin, Origin::Param(_)) && hole.field.is_none();
                let is_part = match given {
                    Some(Value::Place(place)) => !place.path.is_empty(),
                    Some(Value::Text(given)) => given.parts.len() > 1 && !given.holes().any(is_whole),
                    _ => false,
                };
                let own = match hole.origin {
                    Origin::Param(own) if !is_part => Some((FnRef { file: self.unit.file, id: self.function() }, own)),
                    _ => None,
                };
                if is_of_field || !matches!(given, Some(Value::Record(_))) {
                    self.facts.passed.push(Passed { callee: *callee, param, from: own });
                }
                hands_on |= own.is_some();
                given_here |= !hole.origin.is_harmless() && own.is_none();
                if given.is_some() {
                    argument = place.map_or(span, |place| self.span(place));
                    hole.file = self.unit.file;
                    hole.span = argument;
                }
                // A piece of SQL that was put together here: what stands around its own holes says what they are.
                if let Some(Value::Text(given)) = given
                    && given.parts.len() > 1
                    && !(sink.bare || hole.joined || hole.origin.is_harmless())
                {
                    given_texts.push((at, Arc::clone(given)));
                }
            }
        }
        if !given_texts.is_empty() {
            let mut whole = Text::default();
            for (at, part) in text.parts.into_iter().enumerate() {
                match given_texts.iter().find(|(given_at, _)| *given_at == at) {
                    Some((_, given)) => whole.push(given),
                    None => whole.push(&Text { parts: vec![part] }),
                }
            }
            text = whole;
        }
        // A wrapper runs the text as it is given: `get(ctx, &name, base + " WHERE uid = '" + uid + "'")`.
        let mut bare = sink.bare;
        let is_spliced = !bare;
        if let [TextPart::Hole(Hole { origin: Origin::Param(param), .. })] = sink.text.parts.as_slice()
            && bare
            && let Some(Some(Value::Text(given))) = bound.get(usize::from(*param))
            && given.parts.len() > 1
        {
            text = (**given).clone();
            bare = false;
        }
        let path = hops_to(hop, &sink.path);
        if path.len() > MAX_HOPS {
            return;
        }
        let own = FnRef { file: self.unit.file, id: self.function() };
        let through = TextSink {
            bare,
            spliced: if sink.bare { (own, span) } else { sink.spliced },
            function: self.function(),
            span,
            expr: at,
            argument,
            text: Arc::new(text),
            path,
            hands_on: hands_on && is_spliced && !given_here,
            ..sink.clone()
        };
        self.record_sink(through);
    }
}

/// A list of rows that a manager's or queryset's own method reads.
fn is_of_manager(list: &List) -> bool {
    matches!(&list.element, Value::Object(object) if object.query.of_manager)
}

/// The calls of a longer way: one more in front.
pub(in crate::flow) fn hops_to(first: &Hop, rest: &[Hop]) -> Vec<Hop> {
    std::iter::once(first.clone()).chain(rest.iter().cloned()).collect()
}
