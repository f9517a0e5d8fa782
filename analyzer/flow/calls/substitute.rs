//! A callee's values with the caller's arguments in place of its parameters.
//!
//! Knows values alone: nothing here reads a program. Invariant: what no argument settles becomes unknown, never a guess.

use crate::flow::facts::RoundTrip;
use crate::flow::store::sql::{self, sql_effect};
use crate::flow::value::{
    Asked, Evidence, Hole, List, Object, Origin, Pending, Place, Query, Record, Rows, Statement, Text, TextPart, Value,
};
use crate::models::schema::Effect;
use crate::source::{FileId, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// The origin of a value that is spliced into text.
pub(in crate::flow) fn origin_of_value(value: &Value) -> Origin {
    match value {
        Value::Text(text) => text.worst().unwrap_or(Origin::Constant),
        Value::Data(origin) => *origin,
        Value::Number | Value::Int(_) | Value::Bool(_) => Origin::Number,
        Value::Null | Value::Class(_) => Origin::Constant,
        Value::Place(place) => Origin::Param(place.param),
        Value::Object(object) if object.kind.is_none() => Origin::Row,
        Value::List(list) if list.constant => Origin::Constant,
        Value::List(list) => origin_of_value(&list.element),
        Value::Tuple(parts) => {
            parts.iter().map(origin_of_value).max_by_key(|&origin| origin.rank()).unwrap_or(Origin::Constant)
        }
        // A lookup table that is written down.
        Value::Record(record) if record.constant => Origin::Constant,
        _ => Origin::Unknown,
    }
}

/// What a caller gives, by parameter.
#[derive(Default)]
pub(in crate::flow) struct Given<'a> {
    pub values: &'a [Option<Value>],
    /// The rows behind each of them.
    pub rows: Vec<Option<Arc<Rows>>>,
    /// The caller's own parameter that it hands on, by parameter.
    pub passed: Vec<Option<Asked>>,
    /// Some arguments are spread out of a collection, so that a parameter without one may have one.
    pub is_open: bool,
}

/// A value of a callee with the caller's arguments in place of parameters.
pub(in crate::flow) fn substitute(value: &Value, from: &Given<'_>, call: (FileId, Span)) -> Value {
    let bound = from.values;
    let given = |param: u16| bound.get(usize::from(param)).and_then(Option::as_ref);
    match value {
        Value::Place(place) if place.path.is_empty() => given(place.param).cloned().unwrap_or_default(),
        Value::Place(place) => match given(place.param) {
            Some(Value::Data(origin)) => Value::Data(*origin),
            Some(Value::Place(outer)) => {
                let mut path = outer.path.clone();
                path.extend(place.path.iter().cloned());
                Value::Place(Arc::new(Place { param: outer.param, path }))
            }
            // `name.strip()` is as harmful as the name.
            Some(value) if place.path.last().is_some_and(|step| step.ends_with(')')) => {
                Value::Data(origin_of_value(value))
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
                            Some(Value::Record(record)) if hole.field.is_some() => {
                                let field = hole.field.as_deref().and_then(|field| record.get(field));
                                match field.or(record.rest.as_ref()) {
                                    Some(Value::Text(inner)) if !hole.joined => out.push(inner),
                                    field => out.push(&Text {
                                        parts: vec![TextPart::Hole(Hole {
                                            origin: field.map_or(Origin::Constant, origin_of_value),
                                            field: None,
                                            ..hole.clone()
                                        })],
                                    }),
                                }
                            }
                            // A name of a package stands for what the program has written down there.
                            Some(Value::Path(_)) => out.push(&Text {
                                parts: vec![TextPart::Hole(Hole { origin: Origin::Listed, ..hole.clone() })],
                            }),
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
            let rows = list.rows.as_ref().and_then(|rows| rows_in_caller(rows, from, call));
            let element = substitute(&list.element, from, call);
            Value::List(Arc::new(List { element, rows, ..(**list).clone() }))
        }
        Value::Tuple(items) => Value::Tuple(items.iter().map(|item| substitute(item, from, call)).collect()),
        Value::Record(record) => Value::Record(Arc::new(Record {
            entries: record.entries.iter().map(|(key, value)| (key.clone(), substitute(value, from, call))).collect(),
            rest: record.rest.as_ref().map(|rest| substitute(rest, from, call)),
            constant: record.constant,
            class: record.class,
            rows: record.rows.as_ref().and_then(|rows| rows_in_caller(rows, from, call)),
        })),
        Value::Object(object) if object.query.of_param.is_some() => {
            let mut object = (**object).clone();
            if let Some((param, path)) = object.query.of_param.take()
                && path.is_empty()
                && let Some(Value::Object(given)) = given(param)
                && given.query.entity.is_some()
            {
                return Value::Object(given.clone());
            }
            substitute(&Value::Object(Arc::new(object)), from, call)
        }
        Value::Object(object) => {
            let text =
                object.text.clone().and_then(|text| substitute(&Value::Text(text), from, call).as_text().cloned());
            let pending = object.pending.as_ref().map(|pending| {
                Arc::new(Pending { result: substitute(&pending.result, from, call), ..(**pending).clone() })
            });
            let (query, evidence) = continued(&judged(&settled(&object.query, from), bound), bound);
            let evidence = evidence.unwrap_or(object.evidence);
            Value::Object(Arc::new(Object { evidence, query, pending, text, ..(**object).clone() }))
        }
        other => other.clone(),
    }
}

/// The rows of a callee's list, as the caller knows them.
fn rows_in_caller(rows: &Arc<Rows>, from: &Given<'_>, call: (FileId, Span)) -> Option<Arc<Rows>> {
    let bound = from.values;
    if let Some(param) = rows.of {
        let given = from.rows.get(usize::from(param))?.as_ref()?;
        return Some(Arc::new(Rows { sliced: given.sliced || rows.sliced, ..(**given).clone() }));
    }
    let rows = &Arc::new(Rows { query: settled(&rows.query, from), ..(**rows).clone() });
    Some(match (rows.query.statement, rows.query.param) {
        (Statement::Param(_), _) => {
            let query = judged(&rows.query, bound);
            // The text is the caller's, so the query is.
            let is_callers = query.statement == Statement::Judged;
            let (file, span) = if is_callers { call } else { (rows.file, rows.span) };
            Arc::new(Rows { file, span, query, ..(**rows).clone() })
        }
        (Statement::Judged | Statement::Unknown, Some(_)) => {
            let (query, evidence) = continued(&rows.query, bound);
            // Only the caller knows where the query stands.
            let asked = query.origin.filter(|_| rows.query.origin.is_none());
            let (file, span) = asked.unwrap_or((rows.file, rows.span));
            Arc::new(Rows { file, span, query, evidence: evidence.unwrap_or(rows.evidence), ..(**rows).clone() })
        }
        (Statement::Judged | Statement::Unknown, None) => rows.clone(),
    })
}

/// A query whose text is a parameter, with the text that the caller gives.
fn judged(query: &Query, bound: &[Option<Value>]) -> Query {
    let Statement::Param(param) = query.statement else { return query.clone() };
    let mut query = query.clone();
    query.statement = match bound.get(usize::from(param)).and_then(Option::as_ref) {
        Some(Value::Place(outer)) if outer.path.is_empty() => Statement::Param(outer.param),
        // `query, args, err := builder.ToSql()`: the builder knows what its text says.
        Some(Value::Object(builder)) if builder.query.entity.is_some() => {
            query = built_on(&Query { ran: false, ..builder.query.clone() }, &query);
            Statement::Judged
        }
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

/// A query that is bounded on demand: whether this caller asks for a part.
fn settled(query: &Query, from: &Given<'_>) -> Query {
    let Some(asked) = &query.asked else { return query.clone() };
    let given = from.values.get(usize::from(asked.param)).and_then(Option::as_ref);
    let none = |value: &Value| matches!(value, Value::Null | Value::Int(0));
    // `FindUsers{IDs: ids}`: asked for by keys.
    let by_keys = matches!(given, Some(Value::Record(record))
        if record.entries.iter().any(|(_, value)| matches!(value, Value::List(_))));
    let (bounded, asked) = match (given, &asked.field) {
        (None, _) => (from.is_open, None),
        (Some(Value::Place(outer)), field) => match (outer.path.as_slice(), field) {
            ([], field) => (true, Some(Asked { param: outer.param, field: field.clone() })),
            ([outer_field], None) => (true, Some(Asked { param: outer.param, field: Some(outer_field.clone()) })),
            _ => (true, None),
        },
        (Some(Value::Record(record)), Some(field)) => match record.get(field) {
            Some(value) => (!none(value), None),
            None => (record.rest.is_some(), None),
        },
        (Some(value), _) if none(value) => (false, None),
        (Some(_), field) => match (from.passed.get(usize::from(asked.param)).and_then(Option::as_ref), field) {
            (Some(outer), field) if outer.field.is_none() || field.is_none() => {
                let field = outer.field.clone().or_else(|| field.clone());
                (true, Some(Asked { param: outer.param, field }))
            }
            _ => (true, None),
        },
    };
    let bounded_on_demand = query.bounded_on_demand && bounded;
    Query { bounded, bounded_on_demand, asked, narrowed: query.narrowed || by_keys, ..query.clone() }
}

/// Whether rows in a value are bounded on demand.
pub(in crate::flow) fn is_asked(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            object.query.asked.is_some() || object.pending.as_ref().is_some_and(|pending| is_asked(&pending.result))
        }
        Value::List(list) => list.rows.as_ref().is_some_and(|rows| rows.query.asked.is_some()),
        Value::Tuple(items) => items.iter().any(is_asked),
        Value::Record(record) => record.entries.iter().any(|(_, value)| is_asked(value)),
        _ => false,
    }
}

/// A round trip of a callee whose text is a parameter does what the caller's text says.
pub(in crate::flow) fn with_statement<'t>(trip: &'t RoundTrip, bound: &[Option<Value>]) -> Cow<'t, RoundTrip> {
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
        // Nothing is known of what the query goes on from: it may well have a bound.
        _ => (Query { param: None, statement: Statement::Unknown, ..query.clone() }, None),
    }
}

/// A query with what another adds that goes on from it elsewhere.
pub(in crate::flow) fn built_on(before: &Query, query: &Query) -> Query {
    let mut eager = (*before.eager).clone();
    eager.extend(query.eager.iter().filter(|path| !before.eager.contains(path)).cloned());
    Query {
        statement: query.statement,
        entity: before.entity.clone().or_else(|| query.entity.clone()),
        entity_sort: before.entity_sort.or(query.entity_sort),
        bounded: before.bounded || query.bounded,
        bounded_on_demand: before.bounded_on_demand || query.bounded_on_demand,
        asked: match (before.bounded, query.bounded) {
            (true, true) if before.asked.is_none() || query.asked.is_none() => None,
            (true, _) => before.asked.clone(),
            (false, _) => query.asked.clone(),
        },
        narrowed: before.narrowed || query.narrowed,
        eager: Arc::new(eager),
        plain: before.plain || query.plain,
        columns: query.columns.clone().or_else(|| before.columns.clone()),
        grouped: before.grouped || query.grouped,
        origin: before.origin.or(query.origin),
        writes: before.writes || query.writes,
        owned: before.owned || query.owned,
        of_user: before.of_user || query.of_user,
        of_tenant: before.of_tenant || query.of_tenant,
        reading: before.reading.then(query.reading),
        ran: query.ran,
        expired: query.expired,
        handed: before.handed.or(query.handed),
        into: before.into,
        param: before.param,
        reached: before.reached.clone().or_else(|| query.reached.clone()),
        of_param: before.of_param.clone(),
        below: before.below.clone().or_else(|| query.below.clone()),
        through: before.through.clone().or_else(|| query.through.clone()),
        methods_of: before.methods_of.clone().or_else(|| query.methods_of.clone()),
        of_manager: before.of_manager,
    }
}
