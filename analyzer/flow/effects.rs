//! Facts: round trips, lazy relations, SQL text, responses; and what iterating or awaiting a value does.
//!
//! Knows queries and loops. Does not know severities or messages.
//! Invariant: one fact per place and sort; a place met again keeps the fact with more loops around it.

use super::call::{is_identifier, is_round_trip};
use super::facts::{Hop, Response, RoundTrip, RoundTripKind, TextSink};
use super::summary::ParamRead;
use super::value::{
    ClassRef, EntityRef, Evidence, List, Object, Origin, Query, Rows, Shape, Size, Text, TextPart, Value,
};
use super::Interp;
use crate::ir::{Arg, CallForm, ExprId, ExprKind, Sym};
use crate::models::lookup::{CallId, KindId};
use crate::models::schema::{Access, Call, Effect, Position, SqlArg, SqlRole};
use crate::project::classes::RelationFact;
use crate::source::Span;
use std::sync::Arc;

const TRIP: u8 = 1;
const RELATION: u8 = 2;
const SINK: u8 = 3;
const RESPONSE: u8 = 4;

impl Interp<'_, '_> {
    #[expect(clippy::too_many_arguments, reason = "the fields of one fact")]
    pub(super) fn trip(
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
            concurrent: false,
        };
        self.record_trip(trip);
    }

    pub(super) fn record_trip(&mut self, trip: RoundTrip) {
        self.frame().summary.note_trip(&trip);
        let sort = if trip.what.is_relation() { RELATION } else { TRIP };
        match self.seen.get(&(trip.span, sort)) {
            // The same call through several ways: the one with loops around it tells more.
            Some(&at) if at < self.facts.round_trips.len() => {
                let known = &mut self.facts.round_trips[at];
                let better = (trip.loops.len(), trip.effect != Effect::Transaction) > (known.loops.len(), known.effect != Effect::Transaction);
                if better && known.function == trip.function {
                    *known = trip;
                }
            }
            _ => {
                self.seen.insert((trip.span, sort), self.facts.round_trips.len());
                self.facts.round_trips.push(trip);
            }
        }
    }

    /// An enclosing block inside the innermost loop ends by leaving it.
    pub(super) fn runs_once(&self) -> bool {
        self.current().leaving.iter().any(|&leaves| leaves) && !self.current().loops.is_empty()
    }

    /// What iterating a value gives, running it when it is a lazy query.
    pub(super) fn iterated(&mut self, value: Value, at: ExprId) -> List {
        let unknown = |element| List { element, size: Size::Unknown, rows: None, constant: false, shape: Shape::Elements };
        match value {
            Value::List(list) => (*list).clone(),
            Value::Object(object) => self.iterate_object(&object, at),
            Value::Tuple(items) => {
                let constant = items.iter().all(Value::is_constant);
                let size = Size::Constant(items.len() as u32);
                let element = items.iter().cloned().reduce(Value::join).unwrap_or_default();
                List { element, size, rows: None, constant, shape: Shape::Elements }
            }
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
                unknown(Value::Place(Arc::new(super::value::Place { param: place.param, path })))
            }
            Value::Text(text) => unknown(text.worst().map_or(Value::Data(Origin::Constant), Value::Data)),
            // Iterating an enumeration visits its members.
            Value::Class(class) => {
                let unit = self.project.unit(class.file);
                let members = unit.module.class(class.id).fields.len() as u32;
                List {
                    element: Value::Data(Origin::Constant),
                    size: Size::Constant(members.min(super::loops::SMALL)),
                    rows: None,
                    constant: true,
                    shape: Shape::Elements,
                }
            }
            // A constant of another module: `for status in STATUSES`.
            Value::Path(path) => {
                let last = path.rsplit('.').next().unwrap_or("");
                let constant = super::eval::is_constant_name(last);
                List {
                    element: if constant { Value::Data(Origin::Constant) } else { Value::Unknown },
                    size: if constant { Size::Constant(1) } else { Size::Unknown },
                    rows: None,
                    constant,
                    shape: Shape::Elements,
                }
            }
            Value::Unknown | Value::Null | Value::Bool(_) | Value::Instance(_) | Value::Function(..) | Value::Check(_)
            | Value::Error => unknown(Value::Unknown),
        }
    }

    fn iterate_object(&mut self, object: &Arc<Object>, at: ExprId) -> List {
        let unknown = |element| List { element, size: Size::Unknown, rows: None, constant: false, shape: Shape::Elements };
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
        let element = fact.element.clone();
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
        let element = match element.as_deref() {
            Some("one") => match &object.query.entity {
                Some(entity) if !object.query.plain => self.instance(entity.clone(), object.query.clone(), object.evidence),
                Some(_) | None => Value::Data(Origin::Row),
            },
            Some("row") => Value::Data(Origin::Row),
            Some(other) => self.result_value(other, &object.query, object.evidence, Some(kind)),
            None if effect.is_some() => Value::Data(Origin::Row),
            None => Value::Unknown,
        };
        let reads = effect.is_some();
        let rows = reads.then(|| {
            let span = object.query.origin.filter(|(file, _)| *file == self.unit.file).map_or(span, |(_, origin)| {
                if span.contains(origin) { span } else { origin.to(origin) }
            });
            Arc::new(Rows {
                file: self.unit.file,
                span,
                query: object.query.clone(),
                kind: Some(kind),
                evidence: object.evidence,
                sliced: false,
            })
        });
        List { rows, ..unknown(element) }
    }

    /// `qs[0]` runs the query for one row.
    pub(super) fn run_lazily_one(&mut self, object: &Arc<Object>, at: ExprId) -> Value {
        let span = self.span(at);
        let varies = self.call_varies(at);
        if !object.query.ran {
            self.trip(at, span, Effect::ReadOne, None, object.kind, &object.query, object.evidence, varies);
        }
        match &object.query.entity {
            Some(entity) if !object.query.plain => self.instance(entity.clone(), object.query.clone(), object.evidence),
            Some(_) | None => Value::Data(Origin::Row),
        }
    }

    /// What awaiting gives; a statement that was only built is sent now.
    pub(super) fn awaited(&mut self, value: Value, at: ExprId) -> Value {
        match value {
            Value::Object(object) => {
                if let Some(pending) = object.pending.clone() {
                    let varies = self.call_varies(at) || pending.varies;
                    let effect = if object.query.writes { Effect::Write } else { pending.effect };
                    let trip = RoundTrip {
                        function: self.function(),
                        span: pending.span,
                        expr: pending.expr,
                        effect,
                        what: RoundTripKind::Call,
                        call: Some(pending.call),
                        kind: object.kind,
                        query: object.query.clone(),
                        loops: self.loops(),
                        varies,
                        once: self.runs_once(),
                        searches: false,
                        evidence: object.evidence,
                        path: Vec::new(),
                        concurrent: self.in_callback_loop(),
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
                                self.instance(entity.clone(), object.query.clone(), object.evidence)
                            }
                            Some(_) | None => Value::Data(Origin::Row),
                        },
                        _ => Value::Data(Origin::Row),
                    };
                    let rows = Rows {
                        file: self.unit.file,
                        span,
                        query: object.query.clone(),
                        kind: Some(kind),
                        evidence: object.evidence,
                        sliced: false,
                    };
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
                        self.instance(entity.clone(), object.query.clone(), object.evidence)
                    }
                    _ => Value::Data(Origin::Row),
                }
            }
            other => other,
        }
    }

    fn in_callback_loop(&self) -> bool {
        self.current().loops.last().is_some_and(|id| self.facts.loops[id.0 as usize].callback)
    }

    /// `Promise.all(list)`, `asyncio.gather(*calls)`: everything that was built is sent.
    pub(super) fn await_all(&mut self, args: &[(Value, Arg)], at: &Position) -> Value {
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
    fn await_built(&mut self, value: Value) -> Value {
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
            function: self.function(),
            span: pending.span,
            expr: pending.expr,
            effect: pending.effect,
            what: RoundTripKind::Call,
            call: Some(pending.call),
            kind: object.kind,
            query: object.query.clone(),
            loops: pending.loops.clone(),
            varies: pending.varies,
            once: false,
            searches: false,
            evidence: object.evidence,
            path: Vec::new(),
            concurrent: true,
        };
        self.record_trip(trip);
        pending.result.clone()
    }

    /// `with engine.connect() as conn`: the context manager gives itself, unless its model says otherwise.
    pub(super) fn entered(&mut self, value: Value) -> Value {
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
    pub(super) fn eval_returned(&mut self, value: ExprId) -> Value {
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

    fn is_awaitable(&self, object: &Object) -> bool {
        object.kind.is_some_and(|kind| self.models.kind(kind).fact.r#await.is_some())
    }

    /// An attribute that is a relation of the entity.
    pub(super) fn read_relation(&mut self, object: &Arc<Object>, class: ClassRef, relation: &RelationFact, at: ExprId) -> Value {
        let loaded = relation.loaded
            || object.query.eager.iter().any(|path| {
                path == "*" || path == &relation.name || path.starts_with(&format!("{}.", relation.name))
            });
        let below: Vec<String> = object
            .query
            .eager
            .iter()
            .filter_map(|path| path.strip_prefix(&format!("{}.", relation.name)).map(str::to_owned))
            .chain(object.query.eager.iter().any(|path| path == "*").then(|| "*".to_owned()))
            .collect();
        // Django: rows of `parent.children.all()` know their parent.
        let query = Query {
            entity: relation.target.clone(),
            eager: Arc::new(below),
            origin: object.query.origin,
            ran: loaded,
            ..Query::default()
        };
        match relation.access {
            Access::Lazy => {
                if !loaded && !object.query.plain {
                    self.relation_trip(object, class, relation, at, None);
                }
                self.relation_value(relation, query, object.evidence)
            }
            Access::Promise => {
                // Only awaiting it sends the query.
                if !loaded && !object.query.plain && self.awaiting == Some(at) {
                    self.relation_trip(object, class, relation, at, None);
                }
                self.relation_value(relation, query, object.evidence)
            }
            Access::Kind => match relation.kind {
                Some(kind) => Value::Object(Arc::new(Object {
                    kind: Some(kind),
                    evidence: object.evidence,
                    query,
                    pending: None,
                    text: None,
                })),
                None => Value::Unknown,
            },
            Access::None => self.relation_value(relation, query, object.evidence),
        }
    }

    fn relation_value(&self, relation: &RelationFact, query: Query, evidence: Evidence) -> Value {
        let Some(target) = relation.target.clone() else { return Value::Unknown };
        let element = self.instance(target, Query { ran: false, ..query }, evidence);
        if relation.many { Value::list(element, Size::Unknown) } else { element }
    }

    fn relation_trip(&mut self, object: &Arc<Object>, class: ClassRef, relation: &RelationFact, at: ExprId, through: Option<(&Hop, &ParamRead)>) {
        // `customer.name = x` and `del o.customer` are no reads; the interpreter asks only for reads.
        // Where the callee itself loops over the parameter, the loop and the place are its own.
        let (span, loops) = match through {
            None => (self.span(at), self.loops()),
            Some((_, read)) if !read.loops.is_empty() => (read.span, read.loops.clone()),
            Some((hop, _)) => (hop.span, self.loops()),
        };
        let varies = match through {
            None => self.call_varies(at),
            Some(_) => true,
        };
        let trip = RoundTrip {
            function: self.function(),
            span,
            expr: at,
            effect: if relation.many { Effect::ReadMany } else { Effect::MaybeRead },
            what: RoundTripKind::Relation {
                name: relation.name.clone(),
                owner: EntityRef::Class(class),
                many: relation.many,
            },
            call: None,
            kind: object.kind,
            query: object.query.clone(),
            loops,
            varies,
            once: self.runs_once(),
            searches: false,
            evidence: object.evidence,
            path: through.map(|(hop, _)| hop.clone()).into_iter().collect(),
            concurrent: false,
        };
        self.record_trip(trip);
    }

    /// A relation read inside a callee, of an object that the caller gave.
    pub(super) fn read_of_callee(&mut self, object: &Arc<Object>, name: Sym, read: &ParamRead, hop: &Hop) -> Value {
        let text = self.unit.module.text(name);
        if let Some(EntityRef::Class(class)) = &object.query.entity
            && self.is_instance(object)
            && let Some(relation) = self.project.class(*class).relations.get(text).cloned()
        {
            let class = *class;
            let before = self.facts.round_trips.len();
            let value = self.quietly(|interp| interp.read_relation(object, class, &relation, read.expr));
            let _ = before;
            let loaded = relation.loaded
                || object.query.plain
                || object.query.eager.iter().any(|path| {
                    path == "*" || path == &relation.name || path.starts_with(&format!("{}.", relation.name))
                });
            if !loaded && matches!(relation.access, Access::Lazy) {
                self.relation_trip(object, class, &relation, read.expr, Some((hop, read)));
            }
            return value;
        }
        Value::Data(Origin::Row)
    }

    /// A column that the query left out.
    pub(super) fn is_deferred(&self, object: &Object, name: &str) -> bool {
        let (Some(columns), Some(EntityRef::Class(class))) = (&object.query.columns, &object.query.entity) else { return false };
        let unit = self.project.unit(class.file);
        let declared = unit.module.class(class.id).fields.iter().any(|field| unit.module.text(field.name) == name);
        let named = columns.names.iter().any(|known| known == name);
        declared && named == columns.left_out && !matches!(name, "id" | "pk")
    }

    pub(super) fn read_deferred(&mut self, object: &Arc<Object>, class: ClassRef, name: &str, at: ExprId) {
        let span = self.span(at);
        let trip = RoundTrip {
            function: self.function(),
            span,
            expr: at,
            effect: Effect::ReadOne,
            what: RoundTripKind::Deferred { name: name.to_owned(), owner: EntityRef::Class(class) },
            call: None,
            kind: object.kind,
            query: object.query.clone(),
            loops: self.loops(),
            varies: true,
            once: self.runs_once(),
            searches: false,
            evidence: object.evidence,
            path: Vec::new(),
            concurrent: false,
        };
        self.record_trip(trip);
    }

    /// An out-parameter receives what the call reads: `Find(&users)`.
    #[expect(clippy::too_many_arguments, reason = "the parts of one application")]
    pub(super) fn fill_out(
        &mut self,
        args: &[(Value, Arg)],
        out: usize,
        query: &Query,
        kind: Option<KindId>,
        evidence: Evidence,
        span: Span,
        effect: Effect,
    ) {
        let Some((known, arg)) = args.get(out) else { return };
        let place = arg.value;
        let is_list = matches!(known, Value::List(_));
        let rows = Rows { file: self.unit.file, span, query: query.clone(), kind, evidence, sliced: false };
        let value = if is_list || (known.is_unknown() && matches!(effect, Effect::ReadMany)) {
            let element = match known {
                Value::List(list) => list.element.clone(),
                _ => Value::Data(Origin::Row),
            };
            Value::List(Arc::new(List {
                element,
                size: Size::Unknown,
                rows: Some(Arc::new(rows)),
                constant: false,
                shape: Shape::Elements,
            }))
        } else {
            return;
        };
        let target = match self.unit.module.expr(place).kind {
            ExprKind::Ref(inner) => inner,
            _ => place,
        };
        if let ExprKind::Var(_) | ExprKind::Member { .. } = self.unit.module.expr(target).kind {
            self.assign(target, value);
        }
    }

    /// How many elements a value has, and the query behind them.
    pub(super) fn size_and_rows(&self, value: &Value) -> Option<(Size, Option<Arc<Rows>>)> {
        match value {
            Value::List(list) => Some((list.size, list.rows.clone())),
            Value::Object(object) => {
                let kind = object.kind?;
                let fact = &self.models.kind(kind).fact;
                fact.iterate.filter(|&effect| effect == Effect::ReadMany)?;
                let (file, span) = object.query.origin?;
                Some((
                    Size::Unknown,
                    Some(Arc::new(Rows {
                        file,
                        span,
                        query: object.query.clone(),
                        kind: Some(kind),
                        evidence: object.evidence,
                        sliced: false,
                    })),
                ))
            }
            _ => None,
        }
    }

    /// A value goes to the client.
    pub(super) fn respond(&mut self, value: &Value, span: Span) {
        if let Value::Place(place) = value
            && place.path.is_empty()
        {
            let responds = &mut self.frame().summary.responds;
            if !responds.contains(&place.param) {
                responds.push(place.param);
            }
        }
        let mut found = Vec::new();
        self.rows_inside(value, &mut found, 0);
        for rows in found {
            if self.seen.contains_key(&(rows.span, RESPONSE)) {
                continue;
            }
            self.seen.insert((rows.span, RESPONSE), self.facts.responses.len());
            let response = Response {
                function: self.function(),
                span,
                rows,
                through_unknown: false,
                paginated: false,
            };
            self.facts.responses.push(response);
        }
    }

    fn rows_inside(&self, value: &Value, found: &mut Vec<Arc<Rows>>, depth: usize) {
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

    /// SQL text arguments of a call.
    #[expect(clippy::too_many_arguments, reason = "the parts of one application")]
    pub(super) fn note_sql(
        &mut self,
        id: ExprId,
        span: Span,
        call: &Call,
        resolved: &super::call::Resolved,
        args: &[(Value, Arg)],
        form: CallForm,
        statement: Option<&Value>,
    ) {
        let _ = statement;
        for sql in &call.sql {
            if sql.role == SqlRole::Bound && form == CallForm::Tagged {
                continue;
            }
            let values = self.sql_values(args, sql);
            let bound = args.len() > values.len();
            for (value, arg) in values {
                self.sink_of(id, span, &value, &arg, sql, resolved, bound);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one fact")]
    fn sink_of(
        &mut self,
        id: ExprId,
        span: Span,
        value: &Value,
        arg: &Arg,
        sql: &SqlArg,
        resolved: &super::call::Resolved,
        bound: bool,
    ) {
        // `query({ text, values })` where the model names only the argument.
        let mut argument = self.span(arg.value);
        let mut value = value;
        if let Value::Record(record) = value
            && !sql.each
            && let Some((key, inner)) = ["text", "sql", "query"].iter().find_map(|key| Some((key, record.get(key)?)))
        {
            value = inner;
            if let Some(expr) = crate::project::classes::entry(self.unit, arg.value, key) {
                argument = self.span(expr);
            }
        }
        let (text, bare) = match value {
            Value::Text(text) => ((**text).clone(), text.parts.len() == 1 && text.as_constant().is_none()),
            // A statement object that was built of text was reported where it was built.
            Value::Object(_) => return,
            Value::Data(origin) => (Text::hole(*origin, self.unit.file, self.span(arg.value)), true),
            Value::Place(place) => (Text::hole(Origin::Param(place.param), self.unit.file, self.span(arg.value)), true),
            Value::List(list) if sql.each || sql.rest => match list.element.as_text() {
                Some(text) => ((**text).clone(), false),
                None => return,
            },
            _ => return,
        };
        let counts_bare = sql.bare || is_identifier(sql.role);
        if bare && !counts_bare && !text.holes().any(|hole| matches!(hole.origin, Origin::Param(_) | Origin::Request)) {
            return;
        }
        let (kind, evidence) = resolved.kind_and_evidence();
        let sink = TextSink {
            function: self.function(),
            span,
            expr: id,
            argument,
            text: Arc::new(text),
            role: sql.role,
            call: Some(resolved.call_id()),
            kind,
            evidence,
            bare: bare && !counts_bare,
            bound,
            guessed: false,
        };
        self.record_sink(sink);
    }

    pub(super) fn record_sink(&mut self, sink: TextSink) {
        if sink.text.holes().any(|hole| matches!(hole.origin, Origin::Param(_))) {
            self.frame().summary.note_sink(&sink);
        }
        if sink.text.holes().all(|hole| hole.origin.is_harmless()) {
            return;
        }
        match self.seen.get(&(sink.argument, SINK)) {
            Some(&at) if at < self.facts.sinks.len() => {
                let rank = |sink: &TextSink| sink.text.worst().map_or(0, Origin::rank);
                if rank(&sink) > rank(&self.facts.sinks[at]) {
                    self.facts.sinks[at] = sink;
                }
            }
            _ => {
                self.seen.insert((sink.argument, SINK), self.facts.sinks.len());
                self.facts.sinks.push(sink);
            }
        }
    }

    /// SQL arguments, their lists and dicts taken apart.
    pub(super) fn sql_values(&self, args: &[(Value, Arg)], sql: &SqlArg) -> Vec<(Value, Arg)> {
        let at = Position { arg: sql.arg, kw: sql.kw.clone(), key: sql.key.clone(), last: None, rest: sql.rest };
        let found = self.values_at(&args.to_vec(), &at);
        if !sql.each {
            return found;
        }
        let module = &self.unit.module;
        found
            .into_iter()
            .flat_map(|(value, arg)| match (&value, &module.expr(arg.value).kind) {
                (Value::Record(record), _) => {
                    record.entries.iter().map(|(_, value)| (value.clone(), arg.clone())).collect::<Vec<_>>()
                }
                _ => vec![(value, arg)],
            })
            .collect()
    }

    /// SQL-shaped text with a hole at a telling method of a receiver that nobody knows.
    pub(super) fn guess_sink(&mut self, id: ExprId, span: Span, base: ExprId, name: &str, args: &[(Value, Arg)]) {
        if !is_query_name(name) {
            return;
        }
        let _ = base;
        // Go passes a context first.
        let found = args.iter().take(3).find_map(|(value, arg)| {
            // `db.query({ text: … })`
            let value = match value {
                Value::Record(record) => ["text", "sql"].iter().find_map(|key| record.get(key)).unwrap_or(value),
                _ => value,
            };
            match value {
                Value::Text(text) if is_sql(&text.skeleton()) => Some((text.clone(), arg)),
                _ => None,
            }
        });
        let Some((text, arg)) = found else { return };
        if text.as_constant().is_some() {
            // A statement that is spelled out runs, whoever the receiver is.
            let effect = super::call::sql_effect(&text.skeleton());
            if is_round_trip(effect) {
                let skeleton = text.skeleton();
                let entity = super::call::sql_table(&skeleton).map(|table| EntityRef::Named(table.into()));
                let query = Query { entity, bounded: super::call::sql_is_bounded(&skeleton), plain: true, ..Query::default() };
                let varies = self.call_varies(id);
                self.trip(id, span, effect, None, None, &query, Evidence::Conventional, varies);
            }
            return;
        }
        let sink = TextSink {
            function: self.function(),
            span,
            expr: id,
            argument: self.span(arg.value),
            text,
            role: SqlRole::Statement,
            call: None,
            kind: None,
            evidence: Evidence::None,
            bare: false,
            bound: args.len() > 1,
            guessed: true,
        };
        self.record_sink(sink);
    }
}

/// Method names that run SQL text in the drivers of all three languages.
fn is_query_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "execute" | "query" | "raw" | "exec" | "run" | "all" | "get" | "each" | "executemany" | "executescript" | "read_sql"
            | "fetch" | "fetchall" | "fetchone" | "fetchrow" | "fetchval" | "fetch_all" | "fetch_one" | "querycontext"
            | "execcontext" | "queryrow" | "queryrowcontext" | "prepare" | "queryrowx" | "queryx" | "select" | "unsafe"
            | "one" | "none" | "any" | "many" | "execute_sql" | "executesql" | "runquery" | "run_query" | "execute_query"
            | "executequery" | "sql" | "rawquery" | "raw_query" | "preparecontext" | "command" | "mustexec" | "batch" | "scalar"
    )
}

/// A statement from its first word on, with a clause of its own.
pub(super) fn is_sql(skeleton: &str) -> bool {
    let text = skeleton.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let upper: String = text.chars().take(4000).collect::<String>().to_ascii_uppercase();
    let word: String = upper.chars().take_while(char::is_ascii_alphabetic).collect();
    let has = |clause: &str| {
        upper.match_indices(clause).any(|(at, _)| {
            let before = upper[..at].chars().next_back();
            let after = upper[at + clause.len()..].chars().next();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_') && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    };
    match word.as_str() {
        "SELECT" => has("FROM"),
        "INSERT" | "REPLACE" | "MERGE" | "UPSERT" => has("INTO"),
        "UPDATE" => has("SET"),
        "DELETE" => has("FROM"),
        "WITH" => has("AS") && has("SELECT"),
        "CREATE" | "ALTER" | "DROP" => {
            ["TABLE", "DATABASE", "SCHEMA", "INDEX", "VIEW", "USER", "ROLE", "TRIGGER", "FUNCTION"].iter().any(|w| has(w))
        }
        "TRUNCATE" | "GRANT" | "REVOKE" | "COPY" | "CALL" | "EXEC" | "EXPLAIN" | "PRAGMA" | "USE" => upper.contains(' '),
        _ => false,
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
