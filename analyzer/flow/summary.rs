//! What a function does, in terms of its parameters, decided once and applied at every call.
//!
//! Knows facts and places. Invariant: a summary has bounded size; what does not fit makes it `incomplete`.

use super::facts::{Hop, LoopId, RoundTrip, RoundTripKind, TextSink};
use super::relations::{from_rows, loads, reached_by};
use super::sql::{self, sql_effect};
use super::value::{
    ClassRef, Evidence, FnRef, Hole, List, Object, Origin, Pending, Query, Record, Rows, Statement, Text, TextPart,
    Value,
};
use super::{Frame, Interp, MAX_PENDING, SummaryState};
use crate::ir::{Arg, ExprId, ExprKind, FnId, MODULE_FN, ParamKind, Spread};
use crate::models::schema::Effect;
use crate::project::symbols::Symbol;
use crate::source::{Family, FileId, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// Round trips, reads and sinks kept per function.
const MAX_EFFECTS: usize = 24;
/// Calls from a loop to a query that are shown and followed.
const MAX_HOPS: usize = 12;

#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub returns: Value,
    /// Round trips that every call makes, with loops of this function around them.
    pub trips: Vec<RoundTrip>,
    /// Attributes that are read from parameters.
    pub reads: Vec<ParamRead>,
    /// Text sinks whose holes are parameters.
    pub sinks: Vec<TextSink>,
    /// Parameters that are sent to the client: `writeJSON(w, code, value)`.
    pub responds: Vec<u16>,
    pub incomplete: bool,
}

/// `parameter.customer.name`, read somewhere in the function.
#[derive(Clone, Debug)]
pub(super) struct ParamRead {
    pub param: u16,
    pub path: Vec<Arc<str>>,
    pub span: Span,
    /// Loops of the function that reads, and that function.
    pub loops: Arc<[LoopId]>,
    pub function: FnRef,
    /// Calls between the parameter's function and the one that reads, outermost first.
    pub path_of_calls: Vec<Hop>,
}

impl Summary {
    pub(super) fn note_read(&mut self, read: ParamRead) {
        if self.reads.len() < MAX_EFFECTS {
            if !self.reads.iter().any(|known| known.param == read.param && known.path == read.path) {
                self.reads.push(read);
            }
        } else {
            self.incomplete = true;
        }
    }

    pub(super) fn note_trip(&mut self, trip: &RoundTrip) {
        let same =
            |known: &RoundTrip| known.effect == trip.effect && known.what == trip.what && known.span == trip.span;
        if self.trips.iter().any(same) {
            return;
        }
        if self.trips.len() < MAX_EFFECTS && trip.path.len() < MAX_HOPS {
            self.trips.push(trip.clone());
        } else {
            self.incomplete = true;
        }
    }

    pub(super) fn note_sink(&mut self, sink: &TextSink) {
        if self.sinks.len() < MAX_EFFECTS {
            self.sinks.push(sink.clone());
        } else {
            self.incomplete = true;
        }
    }
}

impl Interp<'_, '_> {
    /// The summary of a function of this file, interpreting it when nobody has; `None` in a recursion.
    pub(super) fn summary_of(&mut self, id: FnId) -> Option<Arc<Summary>> {
        match &self.summaries[id.index()] {
            SummaryState::Done(summary) => return Some(summary.clone()),
            SummaryState::Running => return None,
            SummaryState::Missing => {}
        }
        if self.frames.len() > MAX_PENDING {
            return None;
        }
        self.summaries[id.index()] = SummaryState::Running;
        // The callee's writes are its own: open branches of the caller do not undo them.
        let branches = std::mem::take(&mut self.branches);
        let log = std::mem::take(&mut self.log);
        let summary = Arc::new(self.interpret_function(id));
        self.branches = branches;
        self.log = log;
        self.summaries[id.index()] = SummaryState::Done(summary.clone());
        Some(summary)
    }

    /// Walks a function's body with its parameters as places.
    pub(super) fn interpret_function(&mut self, id: FnId) -> Summary {
        let unit = self.unit;
        let function = unit.module.function(id);
        self.frames.push(Frame::of(id));
        if id != MODULE_FN {
            self.bind_parameters(id);
        }
        if function.is_generator {
            self.frame().yielded.push(None);
        }
        self.exec_body(id);
        self.walk_remaining(id);
        let frame = self.frames.pop().expect("the frame was pushed above");
        let mut summary = frame.summary;
        if !summary.trips.is_empty() && id != MODULE_FN && self.remembers(id) {
            self.facts.functions[id.index()].memoized = true;
        }
        summary.returns = frame.returned.unwrap_or_default();
        if function.is_generator {
            let element = frame.yielded.into_iter().next().flatten().unwrap_or_default();
            summary.returns = Value::list(element, super::value::Size::Unknown);
        }
        // A declared result type says more than nothing.
        if summary.returns.is_unknown()
            && let Some(&ty) = function.returns.first()
        {
            summary.returns = self.value_of_type(unit, ty);
        }
        summary
    }

    fn bind_parameters(&mut self, id: FnId) {
        let unit = self.unit;
        let function = unit.module.function(id);
        if let Some(receiver) = function.receiver {
            let class = function.class.map(|id| super::value::ClassRef { file: unit.file, id }).or_else(|| {
                let name = function.receiver_type?;
                if let Some(id) = unit.class_named(name) {
                    return Some(super::value::ClassRef { file: unit.file, id });
                }
                match self.project.symbol_of_free_name(unit.file, unit.module.text(name))? {
                    Symbol::Class(class) => Some(class),
                    Symbol::Module(_) | Symbol::Function(_) | Symbol::Variable(..) | Symbol::Value(..) => None,
                }
            });
            if let Some(class) = class {
                let is_class_method =
                    function.decorators.iter().any(|&d| unit.path_of_expr(d).as_deref() == Some("classmethod"));
                // `self` of an entity's own method is an instance of the entity.
                let value = if is_class_method {
                    Value::Class(class)
                } else if self.project.class(class).entity.is_some() {
                    self.instance(
                        super::value::EntityRef::Class(class),
                        super::value::Query { reached: Some("".into()), ..super::value::Query::default() },
                        super::value::Evidence::Declared,
                    )
                } else {
                    Value::Instance(class)
                };
                self.set(receiver, value);
            }
        }
        let routed = self.route_parameters(id);
        for (at, param) in function.params.iter().enumerate() {
            let declared = param.ty.map_or(Value::Unknown, |ty| self.value_of_type(unit, ty));
            let injected = param.default.map(|default| self.eval(default));
            let value = match routed.get(at).cloned().flatten() {
                Some(value) => value,
                None if !declared.is_unknown() => self.continuing(declared, at as u16),
                None => match injected {
                    // A dependency's own value (`= Depends(get_db)`), or a default object.
                    // A generator that yields the session gives the session.
                    Some(Value::List(list)) if matches!(list.element, Value::Object(_) | Value::Instance(_)) => {
                        list.element.clone()
                    }
                    Some(value @ (Value::Object(_) | Value::Instance(_) | Value::List(_))) => value,
                    _ => Value::Place(Arc::new(super::value::Place { param: at as u16, path: Vec::new() })),
                },
            };
            self.set(param.var, value.clone());
            if let Some(pattern) = param.pattern {
                self.assign(pattern, value);
            }
            for &decorator in &param.decorators {
                self.eval(decorator);
            }
        }
    }

    /// A parameter that is declared to be a lazy query: the caller knows which.
    fn continuing(&self, declared: Value, param: u16) -> Value {
        match declared {
            Value::Object(object) if self.is_lazy(&object) => {
                let query = Query { param: Some(param), ..object.query.clone() };
                Value::Object(Arc::new(Object { query, ..(*object).clone() }))
            }
            declared => declared,
        }
    }

    /// Records a result of the function (or closure) under interpretation.
    pub(super) fn returned(&mut self, value: Value, span: Span, at: Option<ExprId>) {
        self.respond_by_return(&value, span);
        if let Some(at) = at {
            self.serialize_response(&value, span, at);
        }
        let frame = self.current();
        let function = self.unit.module.function(frame.inlined.last().copied().unwrap_or(frame.function));
        // Go: `return load(id)` gives several results too.
        let is_several = self.unit.family() == Family::Go && function.returns.len() > 1;
        let value = match value {
            value @ (Value::Tuple(_) | Value::Unknown) => value,
            value if is_several => Value::Tuple([value, Value::Error].into()),
            value => value,
        };
        let frame = self.frame();
        frame.returned = Some(match frame.returned.take() {
            Some(before) => before.join(value),
            None => value,
        });
    }

    /// Applies a project function's summary at a call.
    pub(super) fn call_project(
        &mut self,
        target: FnRef,
        receiver: Option<&Value>,
        args: &[(Value, Arg)],
        at: ExprId,
        span: Span,
    ) -> Value {
        if !self.follows_calls {
            return Value::Unknown;
        }
        let unit = self.project.unit(target.file);
        let function = unit.module.function(target.id);
        self.note_edge(target);
        if function.is_abstract {
            return self.call_abstract(target, receiver, args, at, span);
        }
        let is_own = target.file == self.unit.file;
        if is_own && !self.is_summarised(target.id) {
            let values: Vec<Value> = args.iter().map(|(value, _)| value.clone()).collect();
            let arguments: Vec<ExprId> = args.iter().map(|(_, arg)| arg.value).collect();
            let around = self.current().loops.last().map(|id| self.facts.loops[id.0 as usize].span);
            let varies = around.is_some_and(|span| self.varies_in(&arguments, span));
            let before = self.current().varying.len();
            if varies {
                self.frame().varying.push(target.id);
            }
            let result = self.follow_closure(target.id, &values);
            self.frame().varying.truncate(before);
            return result;
        }
        let summary = if is_own { self.summary_of(target.id) } else { self.known.summary(target).cloned() };
        let Some(summary) = summary else {
            return function.returns.first().map_or(Value::Unknown, |&ty| self.value_of_type(unit, ty));
        };
        let memoized = self.is_memoized(target);
        let bound = self.bind_arguments(target, args);
        let hop = Hop { file: self.unit.file, span, name: unit.module.qualified_name(target.id) };
        let arg_exprs: Vec<ExprId> = args.iter().map(|(_, arg)| arg.value).collect();
        if !memoized {
            for trip in &summary.trips {
                let trip = with_statement(trip, &bound);
                self.trip_through_call(&trip, &hop, at, span, &arg_exprs, receiver);
            }
        }
        for read in &summary.reads {
            let Some(Some(value)) = bound.get(usize::from(read.param)).cloned() else { continue };
            self.read_through_call(&value, read, &hop, at);
        }
        for sink in &summary.sinks {
            self.sink_through_call(&target, sink, &bound, args, &hop, at, span);
        }
        for &param in &summary.responds {
            if let Some(Some(value)) = bound.get(usize::from(param)) {
                self.respond(value, span);
            }
        }
        let call = (self.unit.file, span);
        self.in_caller(substitute(&summary.returns, &bound, call), receiver, &hop, at)
    }

    /// Whether a second call with the same arguments is answered from memory.
    pub(super) fn is_memoized(&self, function: FnRef) -> bool {
        if function.file == self.unit.file {
            return self.facts.functions[function.id.index()].memoized;
        }
        let exports = self.known.of(function.file);
        exports.and_then(|exports| exports.memoized.get(function.id.index())).copied().unwrap_or_default()
    }

    /// A method of `CachedUsers`.
    fn is_of_cache(&self, method: FnRef) -> bool {
        let module = &self.project.unit(method.file).module;
        let declared = module.function(method.id);
        let class = declared.class.map(|class| module.class(class).name).or(declared.receiver_type);
        class.is_some_and(|name| module.text(name).to_ascii_lowercase().contains("cache"))
    }

    fn note_edge(&mut self, target: FnRef) {
        let edge = (self.function(), target);
        if self.edges.insert(edge) {
            self.facts.edges.push(edge);
        }
    }

    /// Whether the project says what a function does: itself, or where it is declared only, an implementation.
    pub(super) fn has_body(&self, function: FnRef, receiver: &Value) -> bool {
        let is_abstract = |function: FnRef| self.project.unit(function.file).module.function(function.id).is_abstract;
        !is_abstract(function) || self.implementations_of(function, receiver).any(|method| !is_abstract(method))
    }

    /// What may stand behind a method without a body. The receiver's own type counts, where it takes the declaration over
    /// from another: what implements the one may not implement the other.
    fn implementations_of(&self, function: FnRef, receiver: &Value) -> impl Iterator<Item = FnRef> {
        let module = &self.project.unit(function.file).module;
        let declared = module.function(function.id);
        let class = match receiver {
            Value::Instance(class) => Some(*class),
            _ => declared.class.map(|id| ClassRef { file: function.file, id }),
        };
        let name = module.text(declared.name);
        let classes = class.map_or(&[] as &[ClassRef], |class| self.project.implementations(class)).iter();
        classes.filter_map(move |&class| self.method_of(class, name))
    }

    /// A method without a body: what any of its implementations does may happen.
    fn call_abstract(
        &mut self,
        target: FnRef,
        receiver: Option<&Value>,
        args: &[(Value, Arg)],
        at: ExprId,
        span: Span,
    ) -> Value {
        let unit = self.project.unit(target.file);
        let function = unit.module.function(target.id);
        let declared = function.returns.first().map_or(Value::Unknown, |&ty| self.value_of_type(unit, ty));
        let methods: Vec<FnRef> = self.implementations_of(target, receiver.unwrap_or(&Value::Unknown)).collect();
        // `NewCachedUsers(NewUsers(db))`: where one of them remembers, it stands before the others.
        if methods.len() > 1 && methods.iter().any(|&method| self.is_memoized(method) || self.is_of_cache(method)) {
            return declared;
        }
        // `for _, forge := range forges { forge.Refresh(ctx) }`: what has a type with several implementations is a part of
        // the program, of which there are few.
        let of_element = self.receiver_of(at).is_some_and(|base| self.is_loop_element(base));
        let innermost = if of_element { self.frame().loops.pop() } else { None };
        let mut result = Value::Unknown;
        for method in methods {
            if self.project.unit(method.file).module.function(method.id).is_abstract {
                continue;
            }
            let given = self.call_project(method, receiver, args, at, span);
            result = if result.is_unknown() { given } else { result.join(given) };
        }
        self.frame().loops.extend(innermost);
        if result.is_unknown() { declared } else { result }
    }

    /// A callee's result in the caller: a round trip that was built there is sent from the call.
    fn in_caller(&self, value: Value, receiver: Option<&Value>, hop: &Hop, at: ExprId) -> Value {
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
                        varies: self.call_varies(at),
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
            Value::List(list) if matches!(&list.element, Value::Object(object) if object.pending.is_some()) => {
                let element = self.in_caller(list.element.clone(), receiver, hop, at);
                Value::List(Arc::new(List { element, ..(*list).clone() }))
            }
            other => other,
        }
    }

    /// Argument values by parameter position.
    fn bind_arguments(&self, target: FnRef, args: &[(Value, Arg)]) -> Vec<Option<Value>> {
        let module = &self.project.unit(target.file).module;
        let params = &module.function(target.id).params;
        let mut bound: Vec<Option<Value>> = vec![None; params.len()];
        let mut next = 0;
        for (value, arg) in args {
            let at = match arg.name {
                Some(name) => {
                    let name = self.unit.module.text(name);
                    params.iter().position(|param| module.text(module.var(param.var).name) == name)
                }
                None if arg.spread != Spread::None => None,
                None => {
                    while next < params.len() && params[next].kind == ParamKind::KeywordOnly {
                        next += 1;
                    }
                    let at = next;
                    if params.get(at).is_some_and(|param| param.kind != ParamKind::Variadic) {
                        next += 1;
                    }
                    (at < params.len()).then_some(at)
                }
            };
            if let Some(at) = at {
                bound[at] = Some(match bound[at].take() {
                    Some(before) => before.join(value.clone()),
                    None => value.clone(),
                });
            }
        }
        bound
    }

    fn trip_through_call(
        &mut self,
        trip: &RoundTrip,
        hop: &Hop,
        at: ExprId,
        span: Span,
        args: &[ExprId],
        receiver: Option<&Value>,
    ) {
        let given = match receiver {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        };
        if let Some((reached, object)) = trip.of_receiver.as_deref().zip(given)
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
            query: given.map_or_else(|| trip.query.clone(), |object| from_rows(trip, object)),
            ..trip.clone()
        };
        if through.in_loop {
            // A loop inside the callee has been reported there; the summary carries on that it costs more.
            self.frame().summary.note_trip(&through);
            return;
        }
        self.record_trip(through);
    }

    /// `order` of `order.total()` and of the property `order.total`.
    pub(super) fn receiver_of(&self, at: ExprId) -> Option<ExprId> {
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
    pub(super) fn read_through_call(&mut self, value: &Value, read: &ParamRead, hop: &Hop, expr: ExprId) {
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
                // A lazy query that the callee iterates.
                Value::Object(object) if &**step == "*" && !self.is_instance(object) => {
                    value = self.element_of(object);
                }
                Value::Object(object) => {
                    let object = object.clone();
                    value = self.read_of_callee(&object, step, read, hop, expr);
                    if last {
                        return;
                    }
                }
                _ => return,
            }
        }
    }

    /// A read of the callee as one of the caller's own parameter. The loop that repeats it stays where it is.
    fn read_further(&self, param: u16, path: Vec<Arc<str>>, read: &ParamRead, hop: &Hop) -> ParamRead {
        let path_of_calls = hops_to(hop, &read.path_of_calls);
        if read.loops.is_empty() {
            let function = FnRef { file: self.unit.file, id: self.function() };
            return ParamRead { param, path, span: hop.span, loops: self.loops(), function, path_of_calls };
        }
        ParamRead { param, path, path_of_calls, ..read.clone() }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call")]
    fn sink_through_call(
        &mut self,
        callee: &FnRef,
        sink: &TextSink,
        bound: &[Option<Value>],
        args: &[(Value, Arg)],
        hop: &Hop,
        at: ExprId,
        span: Span,
    ) {
        let mut text = (*sink.text).clone();
        let mut argument = span;
        for part in &mut text.parts {
            if let TextPart::Hole(hole) = part
                && let Origin::Param(param) = hole.origin
            {
                let given = bound.get(usize::from(param)).and_then(Option::as_ref);
                // A default value is a constant.
                hole.origin = match given {
                    // An object is asked for its parts, which are not text of its own.
                    Some(
                        Value::Instance(_) | Value::Class(_) | Value::Function(..) | Value::Module(_) | Value::Path(_),
                    ) => Origin::Listed,
                    Some(value) => origin_of_value(value),
                    None => Origin::Constant,
                };
                self.facts.passed.push((*callee, param));
                if given.is_some() {
                    let place = args.get(usize::from(param)).map_or(span, |(_, arg)| self.span(arg.value));
                    hole.file = self.unit.file;
                    hole.span = place;
                    argument = place;
                }
            }
        }
        let path = hops_to(hop, &sink.path);
        if path.len() > MAX_HOPS {
            return;
        }
        let through = TextSink {
            function: self.function(),
            span,
            expr: at,
            argument,
            text: Arc::new(text),
            path,
            ..sink.clone()
        };
        self.record_sink(through);
    }
}

/// The calls of a longer way: one more in front.
pub(super) fn hops_to(first: &Hop, rest: &[Hop]) -> Vec<Hop> {
    std::iter::once(first.clone()).chain(rest.iter().cloned()).collect()
}

/// The origin of a value that is spliced into text.
pub(super) fn origin_of_value(value: &Value) -> Origin {
    match value {
        Value::Text(text) => text.worst().unwrap_or(Origin::Constant),
        Value::Data(origin) => *origin,
        Value::Number | Value::Int(_) | Value::Bool(_) => Origin::Number,
        Value::Null | Value::Class(_) => Origin::Constant,
        Value::Place(place) => Origin::Param(place.param),
        Value::Object(object) if object.kind.is_none() => Origin::Row,
        Value::List(list) if list.constant => Origin::Constant,
        Value::List(list) => origin_of_value(&list.element),
        _ => Origin::Unknown,
    }
}

/// A value of a callee with the caller's arguments in place of parameters.
pub(super) fn substitute(value: &Value, bound: &[Option<Value>], call: (FileId, Span)) -> Value {
    let given = |param: u16| bound.get(usize::from(param)).and_then(Option::as_ref);
    match value {
        Value::Place(place) if place.path.is_empty() => given(place.param).cloned().unwrap_or_default(),
        Value::Place(place) => match given(place.param) {
            Some(Value::Data(origin)) => Value::Data(*origin),
            Some(Value::Place(outer)) => {
                let mut path = outer.path.clone();
                path.extend(place.path.iter().cloned());
                Value::Place(Arc::new(super::value::Place { param: outer.param, path }))
            }
            _ => Value::Unknown,
        },
        Value::Data(Origin::Param(param)) => match given(*param) {
            Some(value) => Value::Data(origin_of_value(value)),
            None => Value::Unknown,
        },
        Value::Text(text) if text.holes().any(|hole| matches!(hole.origin, Origin::Param(_))) => {
            let mut out = Text::default();
            for part in &text.parts {
                match part {
                    TextPart::Hole(hole) => match hole.origin {
                        Origin::Param(param) => match given(param) {
                            Some(Value::Text(inner)) if !hole.joined => out.push(inner),
                            Some(value) => out.push(&Text {
                                parts: vec![TextPart::Hole(Hole { origin: origin_of_value(value), ..hole.clone() })],
                            }),
                            None => out.push(&Text {
                                parts: vec![TextPart::Hole(Hole { origin: Origin::Constant, ..hole.clone() })],
                            }),
                        },
                        _ => out.push(&Text { parts: vec![part.clone()] }),
                    },
                    TextPart::Const(_) => out.push(&Text { parts: vec![part.clone()] }),
                }
            }
            Value::text(out)
        }
        Value::List(list) => {
            let rows = list.rows.as_ref().map(|rows| match (rows.query.statement, rows.query.param) {
                (Statement::Param(_), _) => {
                    let query = judged(&rows.query, bound);
                    // The text is the caller's, so the query is.
                    let is_callers = query.statement == Statement::Judged;
                    let (file, span) = if is_callers { call } else { (rows.file, rows.span) };
                    Arc::new(Rows { file, span, query, ..(**rows).clone() })
                }
                (Statement::Judged | Statement::Unknown, Some(_)) => {
                    let (query, evidence) = continued(&rows.query, bound);
                    Arc::new(Rows { query, evidence: evidence.unwrap_or(rows.evidence), ..(**rows).clone() })
                }
                (Statement::Judged | Statement::Unknown, None) => rows.clone(),
            });
            let element = substitute(&list.element, bound, call);
            Value::List(Arc::new(List { element, rows, ..(**list).clone() }))
        }
        Value::Tuple(items) => Value::Tuple(items.iter().map(|item| substitute(item, bound, call)).collect()),
        Value::Record(record) => Value::Record(Arc::new(Record {
            entries: record.entries.iter().map(|(key, value)| (key.clone(), substitute(value, bound, call))).collect(),
            rest: record.rest.as_ref().map(|rest| substitute(rest, bound, call)),
            constant: record.constant,
        })),
        Value::Object(object) => {
            let text =
                object.text.clone().and_then(|text| substitute(&Value::Text(text), bound, call).as_text().cloned());
            let pending = object.pending.as_ref().map(|pending| {
                Arc::new(Pending { result: substitute(&pending.result, bound, call), ..(**pending).clone() })
            });
            let (query, evidence) = continued(&judged(&object.query, bound), bound);
            let evidence = evidence.unwrap_or(object.evidence);
            Value::Object(Arc::new(Object { evidence, query, pending, text, ..(**object).clone() }))
        }
        other => other.clone(),
    }
}

/// A query whose text is a parameter, with the text that the caller gives.
fn judged(query: &Query, bound: &[Option<Value>]) -> Query {
    let Statement::Param(param) = query.statement else { return query.clone() };
    let mut query = query.clone();
    query.statement = match bound.get(usize::from(param)).and_then(Option::as_ref) {
        Some(Value::Place(outer)) if outer.path.is_empty() => Statement::Param(outer.param),
        Some(value) => match value.as_text() {
            Some(text) => {
                sql::judge(&mut query, &text.skeleton());
                Statement::Judged
            }
            None => Statement::Unknown,
        },
        None => Statement::Unknown,
    };
    query
}

/// A round trip of a callee whose text is a parameter does what the caller's text says.
fn with_statement<'t>(trip: &'t RoundTrip, bound: &[Option<Value>]) -> Cow<'t, RoundTrip> {
    let Statement::Param(param) = trip.query.statement else { return Cow::Borrowed(trip) };
    let text = bound.get(usize::from(param)).and_then(Option::as_ref).and_then(Value::as_text);
    let effect = match text.map(|text| sql_effect(&text.skeleton())) {
        Some(effect @ (Effect::Write | Effect::Build)) if trip.effect == Effect::ReadMany => effect,
        Some(_) | None => trip.effect,
    };
    Cow::Owned(RoundTrip { effect, query: judged(&trip.query, bound), ..trip.clone() })
}

/// A callee's query that goes on from one of its parameters, as the caller's; and the evidence for what was given.
fn continued(query: &Query, bound: &[Option<Value>]) -> (Query, Option<Evidence>) {
    let Some(param) = query.param else { return (query.clone(), None) };
    match bound.get(usize::from(param)).and_then(Option::as_ref) {
        Some(Value::Object(given)) => (built_on(&given.query, query), Some(given.evidence)),
        Some(Value::Place(place)) if place.path.is_empty() => {
            (Query { param: Some(place.param), ..query.clone() }, None)
        }
        _ => (Query { param: None, ..query.clone() }, None),
    }
}

/// A query with what another adds that goes on from it elsewhere.
pub(super) fn built_on(before: &Query, query: &Query) -> Query {
    let mut eager = (*before.eager).clone();
    eager.extend(query.eager.iter().filter(|path| !before.eager.contains(path)).cloned());
    Query {
        statement: query.statement,
        entity: before.entity.clone().or_else(|| query.entity.clone()),
        entity_sort: before.entity_sort.or(query.entity_sort),
        bounded: before.bounded || query.bounded,
        narrowed: before.narrowed || query.narrowed,
        eager: Arc::new(eager),
        plain: before.plain || query.plain,
        columns: query.columns.clone().or_else(|| before.columns.clone()),
        grouped: before.grouped || query.grouped,
        origin: before.origin.or(query.origin),
        writes: before.writes || query.writes,
        owned: before.owned || query.owned,
        ran: query.ran,
        handed: before.handed.or(query.handed),
        param: before.param,
        reached: before.reached.clone().or_else(|| query.reached.clone()),
        below: before.below.clone().or_else(|| query.below.clone()),
        methods_of: before.methods_of.clone().or_else(|| query.methods_of.clone()),
        of_manager: before.of_manager,
    }
}

impl RoundTripKind {
    pub fn is_relation(&self) -> bool {
        matches!(self, RoundTripKind::Relation { .. })
    }
}
