//! Facts: round trips, lazy relations, SQL text, responses; and what iterating or awaiting a value does.
//!
//! Knows queries and loops. Does not know severities or messages.
//! Invariant: one fact per place, sort and function; a place met again keeps the fact with more loops around it.

use crate::flow::Interp;
use crate::flow::calls::keyed::{pairs_of, values_of};
use crate::flow::calls::resolve::Resolved;
use crate::flow::calls::steps::loading_step;
use crate::flow::facts::{LoopId, LoopSource, Response, RoundTrip, RoundTripKind};
use crate::flow::store::apply::is_round_trip;
use crate::flow::value::{Evidence, List, Object, Origin, Place, Query, Rows, Shape, Size, Text, TextPart, Value};
use crate::ir::{Arg, ExprId, ExprKind};
use crate::models::lookup::{CallId, KindId};
use crate::models::schema::{Effect, Position};
use crate::source::{Family, Span};
use std::cmp::Reverse;
use std::sync::Arc;

/// Marks closures in `Interp::seen`.
pub(in crate::flow) const CLOSURE: u8 = 255;
pub(in crate::flow) const TRIP: u8 = 1;
pub(in crate::flow) const RELATION: u8 = 2;
pub(in crate::flow) const SINK: u8 = 3;
pub(in crate::flow) const TRIP_OF_CALLEE: u8 = 5;

impl Interp<'_, '_> {
    #[expect(clippy::too_many_arguments, reason = "the fields of one fact")]
    pub(in crate::flow) fn trip(
        &mut self,
        expr: ExprId,
        span: Span,
        effect: Effect,
        call: Option<CallId>,
        kind: Option<KindId>,
        query: &Query,
        evidence: Evidence,
        varies: bool,
    ) {
        let trip = RoundTrip {
            function: self.function(),
            span,
            expr,
            effect,
            what: RoundTripKind::Call,
            call,
            kind,
            query: query.clone(),
            loops: self.loops(),
            varies,
            once: self.runs_once(),
            searches: false,
            evidence,
            path: Vec::new(),
            of_receiver: query.reached.clone().filter(|path| !path.is_empty()),
            in_loop: false,
            site: (self.unit.file, span),
            concurrent: false,
            of_param: None,
            unless: None,
        };
        self.record_trip(trip);
    }

    /// A round trip for something of an object, sent here and now.
    pub(in crate::flow) fn trip_of(
        &self,
        object: &Object,
        effect: Effect,
        what: RoundTripKind,
        at: ExprId,
    ) -> RoundTrip {
        let span = self.span(at);
        RoundTrip {
            function: self.function(),
            span,
            expr: at,
            effect,
            what,
            call: None,
            kind: object.kind,
            query: object.query.clone(),
            loops: self.loops(),
            varies: self.call_varies(at),
            once: self.runs_once(),
            searches: false,
            evidence: object.evidence,
            path: Vec::new(),
            of_receiver: None,
            in_loop: false,
            site: (self.unit.file, span),
            concurrent: false,
            of_param: None,
            unless: None,
        }
    }

    pub(in crate::flow) fn record_trip(&mut self, mut trip: RoundTrip) {
        if trip.unless.is_none() {
            trip.unless = self.frame().left_out.last().cloned();
        }
        let innermost = trip.loops.last().and_then(|id| self.facts.loops.get(id.0 as usize));
        trip.searches |= innermost.is_some_and(|around| around.searches);
        if self.is_repeated_for_nobody(&trip) {
            let at_once = RoundTrip { loops: Arc::new([]), ..trip.clone() };
            self.frame().summary.note_trip(&at_once);
        } else {
            self.frame().summary.note_trip(&trip);
        }
        self.note_asked(&trip);
        self.note_loads_with_rows(&trip);
        let sort = match (trip.what.is_of_instance(), trip.path.is_empty()) {
            (true, _) => RELATION,
            (false, true) => TRIP,
            // What a serializer does stands where its rows are read.
            (false, false) => TRIP_OF_CALLEE,
        };
        match self.seen.get(&(trip.span, sort)) {
            // The same call through several ways: the one with loops around it tells more.
            Some(&at) if at < self.facts.round_trips.len() => {
                let known = &mut self.facts.round_trips[at];
                // What costs a round trip per element is the one to show, then the surest way to it, then the shortest.
                let rank =
                    |trip: &RoundTrip| (trip.loops.len(), weight(trip.effect), trip.evidence, Reverse(trip.path.len()));
                if rank(&trip) <= rank(known) {
                    self.note_beside(trip);
                    return;
                }
                if known.function == trip.function {
                    let less_telling = std::mem::replace(known, trip);
                    self.note_beside(less_telling);
                } else {
                    // `const load = async (id) => …` was walked where it stands; here a function calls it in a loop.
                    self.seen.insert((trip.span, sort), self.facts.round_trips.len());
                    self.facts.round_trips.push(trip);
                }
            }
            _ => {
                self.seen.insert((trip.span, sort), self.facts.round_trips.len());
                self.facts.round_trips.push(trip);
            }
        }
    }

    /// `for range 5 { if done, err := try(id); done { … } }`: rounds of which the program has few are no loop for callers.
    fn is_repeated_for_nobody(&self, trip: &RoundTrip) -> bool {
        let is_small = |id: &LoopId| self.facts.loops[id.0 as usize].source == LoopSource::Constant;
        !trip.loops.is_empty() && !trip.what.is_of_instance() && trip.loops.iter().all(is_small)
    }

    /// A trip of a call in a loop whose place among the facts another one has.
    fn note_beside(&mut self, trip: RoundTrip) {
        let is_of_call = !trip.loops.is_empty() && !trip.path.is_empty();
        if is_of_call && self.beside.insert((trip.span, trip.site.0, trip.site.1)) {
            self.facts.beside.push(trip);
        }
    }

    /// An enclosing block inside the innermost loop ends by leaving it.
    pub(in crate::flow) fn runs_once(&self) -> bool {
        let frame = self.current();
        frame.leaving.iter().any(|&leaves| leaves) && frame.loops.len() > frame.loops_outside
    }

    /// What iterating a value gives, running it when it is a lazy query.
    pub(in crate::flow) fn iterated(&mut self, value: Value, at: ExprId) -> List {
        let unknown = List::of;
        match value {
            Value::List(list) => (*list).clone(),
            Value::Object(object) => self.iterate_object(&object, at),
            Value::Tuple(items) => {
                let constant = items.iter().all(Value::is_constant);
                let size = Size::Constant(items.len() as u32);
                let element = items.iter().cloned().reduce(Value::join).unwrap_or_default();
                List { element, size, rows: None, constant, shape: Shape::Elements }
            }
            // A `Map` is iterated as pairs, Go's map by value.
            Value::Record(record) if self.unit.family() == Family::TypeScript => pairs_of(&record),
            Value::Record(record) if self.unit.family() == Family::Go && !record.constant => values_of(&record),
            Value::Record(record) => List {
                element: if record.constant { Value::Data(Origin::Listed) } else { Value::Unknown },
                size: if record.rest.is_none() { Size::Constant(record.entries.len() as u32) } else { Size::Unknown },
                rows: None,
                constant: record.constant,
                shape: Shape::Elements,
            },
            Value::Int(n) => List {
                element: Value::Number,
                size: u32::try_from(n).map_or(Size::Unknown, Size::Constant),
                rows: None,
                constant: false,
                shape: Shape::Elements,
            },
            Value::Number => unknown(Value::Number),
            Value::Data(Origin::Request) => List { size: Size::Request, ..unknown(Value::Data(Origin::Request)) },
            Value::Data(origin) => unknown(Value::Data(origin)),
            Value::Place(place) => {
                let mut path = place.path.clone();
                if path.len() < 6 {
                    path.push("*".into());
                }
                // `list(order.lines.all())`: the caller knows what is iterated.
                if place.path.last().is_some_and(|step| step.ends_with(')')) {
                    let read = self.read_of_parameter(place.param, path.clone(), at);
                    self.frame().summary.note_read(read);
                }
                let rows = place.path.is_empty().then(|| self.rows_of_param(place.param, self.span(at)));
                List { rows, ..unknown(Value::Place(Arc::new(Place { param: place.param, path }))) }
            }
            Value::Text(text) => unknown(text.worst().map_or(Value::Data(Origin::Constant), Value::Data)),
            // Iterating an enumeration visits its members.
            Value::Class(class) => {
                let unit = self.project.unit(class.file);
                let members = unit.module.class(class.id).fields.len() as u32;
                List {
                    element: Value::Data(Origin::Constant),
                    size: Size::Constant(members.min(crate::flow::loops::SMALL)),
                    rows: None,
                    constant: true,
                    shape: Shape::Elements,
                }
            }
            // A constant of another module: `for status in STATUSES`.
            Value::Path(path) => {
                let last = path.rsplit('.').next().unwrap_or("");
                let constant = crate::flow::eval::is_constant_name(last);
                List {
                    element: if constant { Value::Data(Origin::Constant) } else { Value::Unknown },
                    size: if constant { Size::Constant(1) } else { Size::Unknown },
                    rows: None,
                    constant,
                    shape: Shape::Elements,
                }
            }
            Value::Unknown
            | Value::Null
            | Value::Bool(_)
            | Value::Module(_)
            | Value::Instance(_)
            | Value::Function(..)
            | Value::Check(_)
            | Value::Error => unknown(Value::Unknown),
        }
    }

    pub(in crate::flow) fn iterate_object(&mut self, object: &Arc<Object>, at: ExprId) -> List {
        let unknown = List::of;
        if object.pending.is_some() {
            // `for await (const x of cursor)`, iterating what was awaited on the way.
            let value = self.awaited(Value::Object(object.clone()), at);
            return match value {
                Value::List(list) => (*list).clone(),
                _ => unknown(Value::Unknown),
            };
        }
        let Some(kind) = object.kind else { return unknown(Value::Data(Origin::Row)) };
        let fact = &self.models.kind(kind).fact;
        let effect = fact.iterate;
        let span = self.span(at);
        if let Some(effect) = effect
            && is_round_trip(effect)
            && !object.query.ran
        {
            let effect = if object.query.writes { Effect::Write } else { effect };
            let varies = self.call_varies(at);
            self.trip(at, span, effect, None, Some(kind), &object.query, object.evidence, varies);
            if self.models.kind(kind).fact.caches {
                self.update(at, |known| {
                    if let Value::Object(object) = known {
                        let mut object = (**object).clone();
                        object.query.ran = true;
                        *known = Value::Object(Arc::new(object));
                    }
                });
            }
        }
        let element = self.element_of(object);
        let reads = effect.is_some();
        let rows = reads.then(|| {
            let span = object
                .query
                .origin
                .filter(|(file, _)| *file == self.unit.file)
                .map_or(span, |(_, origin)| if span.contains(origin) { span } else { origin.to(origin) });
            let (file, span) = self.built_elsewhere(&object.query).unwrap_or((self.unit.file, span));
            Arc::new(Rows::of(object, (file, span)))
        });
        List { rows, ..unknown(element) }
    }

    /// What iterating a lazy query gives, without running it.
    pub(in crate::flow) fn element_of(&mut self, object: &Object) -> Value {
        let Some(kind) = object.kind else { return Value::Data(Origin::Row) };
        let fact = &self.models.kind(kind).fact;
        match fact.element.clone().as_deref() {
            Some("one") => match &object.query.entity {
                Some(entity) if !object.query.plain => {
                    self.instance_read(entity.clone(), object.query.clone(), object.evidence, object.kind)
                }
                // Which entity's rows these are, the caller of the manager's method knows.
                None if object.query.of_manager && !object.query.plain => {
                    let query = object.query.clone();
                    let (evidence, pending, text) = (object.evidence, None, None);
                    Value::Object(Arc::new(Object { kind: None, evidence, query, pending, text }))
                }
                // Nor which a parameter's are: `def names(orders: QuerySet): return [order.customer.name for order in orders]`.
                None if fact.slice_bounds && !object.query.plain => match object.query.param {
                    Some(param) => element_of_param(param, &object.query),
                    None => Value::Data(Origin::Row),
                },
                Some(_) | None => Value::Data(Origin::Row),
            },
            Some("row") => Value::Data(Origin::Row),
            Some(other) => self.result_value(other, &object.query, object.evidence, Some(kind)),
            None if fact.iterate.is_some() => Value::Data(Origin::Row),
            None => Value::Unknown,
        }
    }

    /// `qs[0]` runs the query for one row.
    pub(in crate::flow) fn run_lazily_one(&mut self, object: &Arc<Object>, at: ExprId) -> Value {
        let span = self.span(at);
        let varies = self.call_varies(at);
        if !object.query.ran {
            self.trip(at, span, Effect::ReadOne, None, object.kind, &object.query, object.evidence, varies);
        }
        match &object.query.entity {
            Some(entity) if !object.query.plain => {
                self.instance_read(entity.clone(), object.query.clone(), object.evidence, object.kind)
            }
            Some(_) | None => Value::Data(Origin::Row),
        }
    }

    /// What awaiting gives; a statement that was only built is sent now.
    pub(in crate::flow) fn awaited(&mut self, value: Value, at: ExprId) -> Value {
        match value {
            Value::Object(object) => {
                if let Some(pending) = object.pending.clone() {
                    let varies = self.call_varies(at) || pending.varies;
                    let effect = if object.query.writes { Effect::Write } else { pending.effect };
                    let trip = RoundTrip {
                        span: pending.span,
                        expr: pending.expr,
                        call: Some(pending.call),
                        varies,
                        path: pending.path.clone(),
                        site: pending.site,
                        concurrent: self.in_callback_loop(),
                        ..self.trip_of(&object, effect, RoundTripKind::Call, at)
                    };
                    self.record_trip(trip);
                    return pending.result.clone();
                }
                let Some(kind) = object.kind else { return Value::Object(object) };
                let fact = &self.models.kind(kind).fact;
                let Some(effect) = fact.r#await else { return Value::Object(object) };
                let element = fact.element.clone();
                let span = self.span(at);
                let effect = if object.query.writes { Effect::Write } else { effect };
                if is_round_trip(effect) {
                    let varies = self.call_varies(at);
                    self.trip(at, span, effect, None, Some(kind), &object.query, object.evidence, varies);
                }
                if effect == Effect::ReadMany {
                    let element = match element.as_deref() {
                        Some("one") => match &object.query.entity {
                            Some(entity) if !object.query.plain => {
                                self.instance_read(entity.clone(), object.query.clone(), object.evidence, object.kind)
                            }
                            Some(_) | None => Value::Data(Origin::Row),
                        },
                        _ => Value::Data(Origin::Row),
                    };
                    let rows = Rows::of(&object, (self.unit.file, span));
                    return Value::List(Arc::new(List {
                        element,
                        size: Size::Unknown,
                        rows: Some(Arc::new(rows)),
                        constant: false,
                        shape: Shape::Elements,
                    }));
                }
                match (element.as_deref(), &object.query.entity) {
                    (Some("one"), Some(entity)) if !object.query.plain => {
                        self.instance_read(entity.clone(), object.query.clone(), object.evidence, object.kind)
                    }
                    _ => Value::Data(Origin::Row),
                }
            }
            other => other,
        }
    }

    /// `db.select().from(t).then((rows) => …)`: the query is sent, and the method goes on with what it gave. What is sent
    /// together with its siblings of the same tick still waits for them.
    pub(in crate::flow) fn sent_by(&mut self, resolved: &Resolved, at: ExprId) -> Option<Resolved> {
        let Value::Object(object) = &resolved.receiver else { return None };
        let waits = object.kind.is_some_and(|kind| self.models.kind(kind).fact.same_tick_batches);
        if (object.pending.is_none() && !self.is_awaitable(object)) || (waits && self.in_callback_loop()) {
            return None;
        }
        let receiver = self.awaited(resolved.receiver.clone(), at);
        let object = receiver.as_object().cloned();
        Some(Resolved { call: resolved.call, object, evidence: resolved.evidence, receiver })
    }

    pub(in crate::flow) fn in_callback_loop(&self) -> bool {
        self.current().loops.last().is_some_and(|id| self.facts.loops[id.0 as usize].callback)
    }

    /// `Promise.all(list)`, `asyncio.gather(*calls)`: everything that was built is sent.
    pub(in crate::flow) fn await_all(&mut self, args: &[(Value, Arg)], at: &Position) -> Value {
        let values = self.values_at(&args.to_vec(), at);
        let mut results = Vec::new();
        for (value, arg) in &values {
            results.push(match value {
                Value::List(list) => {
                    let element = self.await_built(list.element.clone());
                    Value::List(Arc::new(List { element, ..(**list).clone() }))
                }
                Value::Tuple(items) => {
                    let items: Vec<Value> = items.iter().map(|item| self.await_built(item.clone())).collect();
                    Value::Tuple(items.into())
                }
                Value::Object(object) if object.pending.is_some() => self.await_built(value.clone()),
                other => self.awaited(other.clone(), arg.value),
            });
        }
        if at.rest {
            return Value::Tuple(results.into());
        }
        // `Promise.all([a, b])` with a literal list keeps each part.
        if let Some((_, arg)) = values.first()
            && let ExprKind::Seq { items, .. } = &self.unit.module.expr(arg.value).kind
            && items.len() <= 16
        {
            let items = items.clone();
            let parts: Vec<Value> = items
                .iter()
                .map(|&item| {
                    let value = self.quietly(|interp| interp.eval(item));
                    self.quietly(|interp| interp.await_built(value))
                })
                .collect();
            for &item in &items {
                let value = self.quietly(|interp| interp.eval(item));
                self.await_built(value);
            }
            return Value::Tuple(parts.into());
        }
        results.into_iter().next().unwrap_or_default()
    }

    /// Sends what was built elsewhere: the round trip belongs to the place and the loops of the building call.
    pub(in crate::flow) fn await_built(&mut self, value: Value) -> Value {
        let Value::Object(object) = &value else { return value };
        let Some(pending) = object.pending.clone() else {
            // A lazy builder among the elements.
            let lazy = object.kind.and_then(|kind| self.models.kind(kind).fact.r#await);
            return match lazy {
                Some(effect) if is_round_trip(effect) => Value::Data(Origin::Row),
                _ => value,
            };
        };
        if object.kind.is_some_and(|kind| self.models.kind(kind).fact.same_tick_batches) {
            return pending.result.clone();
        }
        let trip = RoundTrip {
            span: pending.span,
            call: Some(pending.call),
            loops: pending.loops.clone(),
            varies: pending.varies,
            once: false,
            path: pending.path.clone(),
            site: pending.site,
            concurrent: true,
            ..self.trip_of(object, pending.effect, RoundTripKind::Call, pending.expr)
        };
        self.record_trip(trip);
        pending.result.clone()
    }

    /// `with engine.connect() as conn`: the context manager gives itself, unless its model says otherwise.
    pub(in crate::flow) fn entered(&mut self, value: Value) -> Value {
        match value {
            Value::Object(object) => match object.kind.and_then(|kind| {
                let name = self.models.name("__enter__");
                self.models.method(kind, name, "__enter__", 0)
            }) {
                Some(call) => {
                    let returns = self.models.call(call).returns.clone().unwrap_or_default();
                    self.result_value(&returns, &object.query.clone(), object.evidence, object.kind)
                }
                None => Value::Object(object),
            },
            other => other,
        }
    }

    /// The result of a returned expression: an async function awaits what it returns.
    pub(in crate::flow) fn eval_returned(&mut self, value: ExprId) -> Value {
        let result = self.eval(value);
        let frame = self.current();
        let function = frame.inlined.last().copied().unwrap_or(frame.function);
        let awaits = self.unit.module.function(function).is_async
            || self.facts.functions[function.index()].route.as_ref().is_some_and(|route| route.returns);
        // What is returned inside `Promise.all(rows.map(async …))` is sent by each call on its own.
        if awaits && matches!(&result, Value::Object(object) if object.pending.is_some() || self.is_awaitable(object)) {
            return self.awaited(result, value);
        }
        result
    }

    pub(in crate::flow) fn is_awaitable(&self, object: &Object) -> bool {
        object.kind.is_some_and(|kind| self.models.kind(kind).fact.r#await.is_some())
    }

    /// How many elements a value has, and the query behind them.
    pub(in crate::flow) fn size_and_rows(&self, value: &Value) -> Option<(Size, Option<Arc<Rows>>)> {
        match value {
            Value::List(list) => Some((list.size, list.rows.clone())),
            Value::Record(record) => record.rows.clone().map(|rows| (Size::Unknown, Some(rows))),
            Value::Object(object) => {
                let kind = object.kind?;
                let fact = &self.models.kind(kind).fact;
                fact.iterate.filter(|&effect| effect == Effect::ReadMany)?;
                let (file, span) = object.query.handed.or(object.query.origin)?;
                Some((Size::Unknown, Some(Arc::new(Rows::of(object, (file, span))))))
            }
            // The caller's list, whose elements are iterated here.
            Value::Place(place) if place.path.is_empty() => Some((
                Size::Unknown,
                Some(self.rows_of_param(place.param, self.unit.module.function(self.function()).head)),
            )),
            _ => None,
        }
    }

    /// The rows that the caller will have given as a parameter.
    pub(in crate::flow) fn rows_of_param(&self, param: u16, span: Span) -> Arc<Rows> {
        Arc::new(Rows {
            file: self.unit.file,
            span,
            query: Query::default(),
            kind: None,
            evidence: Evidence::None,
            sliced: false,
            of: Some(param),
        })
    }

    /// A value goes to the client.
    pub(in crate::flow) fn respond(&mut self, value: &Value, span: Span) {
        let mut found = Vec::new();
        self.rows_inside(value, &mut found, 0);
        let given: Vec<u16> = found.iter().filter_map(|rows| rows.of).collect();
        for param in given {
            let responds = &mut self.frame().summary.responds;
            if !responds.contains(&param) {
                responds.push(param);
            }
        }
        found.retain(|rows| rows.of.is_none());
        let has_page = found.iter().any(|rows| rows.query.bounded && !rows.sliced);
        for rows in found {
            let beside_page = has_page && !rows.query.bounded;
            if !self.responded.insert((self.function(), rows.file, rows.span)) {
                continue;
            }
            let response =
                Response { function: self.function(), route: None, span, rows, through_unknown: false, beside_page };
            self.facts.responses.push(response);
        }
    }

    /// Rows that were read here or in a callee are in the value; what a caller gives is not known to be any.
    pub(in crate::flow) fn holds_rows(&self, value: &Value) -> bool {
        let mut found = Vec::new();
        self.rows_inside(value, &mut found, 0);
        found.iter().any(|rows| rows.of.is_none())
    }

    /// As `holds_rows`, or a caller may give some.
    pub(in crate::flow) fn may_hold_rows(&self, value: &Value) -> bool {
        let mut found = Vec::new();
        self.rows_inside(value, &mut found, 0);
        !found.is_empty()
    }

    /// Text that is made of rows: each list of them, with elements that can do no harm in other text.
    pub(in crate::flow) fn escaped_rows(&self, value: &Value) -> Value {
        let mut found = Vec::new();
        self.rows_inside(value, &mut found, 0);
        let listed = |rows| {
            let list = List { rows: Some(rows), size: Size::Unknown, ..List::of(Value::Data(Origin::Escaped)) };
            Value::List(Arc::new(list))
        };
        match <[Arc<Rows>; 1]>::try_from(found) {
            Ok([rows]) => listed(rows),
            Err(several) => Value::Tuple(several.into_iter().map(listed).collect()),
        }
    }

    pub(in crate::flow) fn rows_inside(&self, value: &Value, found: &mut Vec<Arc<Rows>>, depth: usize) {
        if depth > 4 {
            return;
        }
        if let Some((_, Some(rows))) = self.size_and_rows(value) {
            found.push(rows);
            return;
        }
        match value {
            Value::Record(record) => {
                for (_, value) in &record.entries {
                    self.rows_inside(value, found, depth + 1);
                }
            }
            Value::Tuple(items) => items.iter().for_each(|item| self.rows_inside(item, found, depth + 1)),
            Value::List(list) => self.rows_inside(&list.element, found, depth + 1),
            Value::Object(object) => {
                // A handler that returns the promise of rows.
                if let Some(pending) = &object.pending {
                    self.rows_inside(&pending.result, found, depth + 1);
                }
            }
            _ => {}
        }
    }
}

impl Text {
    /// The constant pieces before a hole, by the hole's number.
    pub fn before_hole(&self, number: usize) -> String {
        let mut out = String::new();
        let mut seen = 0;
        for part in &self.parts {
            match part {
                TextPart::Const(text) => out.push_str(text),
                TextPart::Hole(_) if seen == number => break,
                TextPart::Hole(_) => {
                    seen += 1;
                    out.push('\u{1}');
                }
            }
        }
        out
    }
}

/// A row of the query that the caller gives, with what was added to the query since.
pub(in crate::flow) fn element_of_param(param: u16, query: &Query) -> Value {
    let added = (!query.eager.is_empty()).then(|| loading_step(&query.eager).into());
    let path = added.into_iter().chain(["*".into()]).collect();
    Value::Place(Arc::new(Place { param, path }))
}

/// How much one of several statements of a callee says for the call: `deleteMany` of a batch before a `count` says nothing.
fn weight(effect: Effect) -> u8 {
    match effect {
        Effect::ReadOne | Effect::ReadMany | Effect::ReadScalar | Effect::Write => 3,
        Effect::MaybeRead => 2,
        Effect::ReadBatch
        | Effect::WriteBatch
        | Effect::Fetch
        | Effect::Queue
        | Effect::Execute
        | Effect::Remote
        | Effect::Build => 1,
        Effect::Transaction => 0,
    }
}
