//! Text that reaches a place where it runs as SQL.
//!
//! Knows SQL argument positions of models, and telling method names on unknown receivers. Does not know severities.

use crate::flow::Interp;
use crate::flow::facts::TextSink;
use crate::flow::store::apply::is_round_trip;
use crate::flow::store::effects::SINK;
use crate::flow::store::sql::{is_identifier, is_query_name, is_sql};
use crate::flow::value::{Evidence, FnRef, Origin, Query, Text, TextPart, Value};
use crate::ir::{Arg, CallForm, ExprId, ExprKind};
use crate::models::schema::{Call, Position, SqlArg, SqlRole};
use crate::source::Span;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// SQL text arguments of a call.
    pub(in crate::flow) fn note_sql(
        &mut self,
        id: ExprId,
        span: Span,
        call: &Call,
        resolved: &crate::flow::calls::resolve::Resolved,
        args: &[(Value, Arg)],
        form: CallForm,
    ) {
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

    /// A whole statement is given, and nothing is known of it.
    pub(in crate::flow) fn runs_unknown_text(&self, call: &Call, args: &[(Value, Arg)]) -> bool {
        let statements = call.sql.iter().filter(|sql| sql.role == SqlRole::Statement);
        let mut given = statements.flat_map(|sql| self.sql_values(args, sql)).peekable();
        given.peek().is_some() && given.all(|(value, _)| matches!(value, Value::Unknown | Value::Data(_)))
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one fact")]
    pub(in crate::flow) fn sink_of(
        &mut self,
        id: ExprId,
        span: Span,
        value: &Value,
        arg: &Arg,
        sql: &SqlArg,
        resolved: &crate::flow::calls::resolve::Resolved,
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
        let mut role = sql.role;
        let (text, bare) = match value {
            Value::Text(text) => ((**text).clone(), text.parts.len() == 1 && text.as_constant().is_none()),
            // `order_by(text(sort))`: as a text it was left to the callers, as an ordering it is raw whoever calls.
            Value::Object(object) if sql.role == SqlRole::Ordering => match object.text.as_deref() {
                Some(text) if is_parameter(text) => {
                    role = SqlRole::Identifier;
                    (text.clone(), true)
                }
                Some(_) | None => return,
            },
            // A statement object that was built of text was reported where it was built.
            Value::Object(_) => return,
            Value::Data(origin) => (Text::hole(*origin, self.unit.file, self.span(arg.value)), true),
            Value::Place(_) => (self.text_of(value, arg.value), true),
            Value::List(list) if sql.each || sql.rest => match list.element.as_text() {
                Some(text) => ((**text).clone(), false),
                None => return,
            },
            _ => return,
        };
        if bare && matches!(role, SqlRole::Expression | SqlRole::Ordering) {
            return;
        }
        let counts_bare = sql.bare || is_identifier(role);
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
            role,
            path: Vec::new(),
            hands_on: false,
            site: (self.unit.file, span),
            spliced: (FnRef { file: self.unit.file, id: self.function() }, span),
            call: Some(resolved.call_id()),
            kind,
            evidence,
            bare: bare && !counts_bare,
            bound,
            guessed: false,
        };
        self.record_sink(sink);
    }

    pub(in crate::flow) fn record_sink(&mut self, sink: TextSink) {
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
    pub(in crate::flow) fn sql_values(&self, args: &[(Value, Arg)], sql: &SqlArg) -> Vec<(Value, Arg)> {
        let at = Position {
            arg: sql.arg,
            kw: sql.kw.clone(),
            key: sql.key.clone(),
            last: None,
            rest: sql.rest,
            returned: false,
        };
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
    pub(in crate::flow) fn guess_sink(&mut self, id: ExprId, span: Span, name: &str, args: &[(Value, Arg)]) {
        if !is_query_name(name) {
            return;
        }
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
        // A tag is given the holes apart from the text: what it makes of them is its own affair.
        let is_tagged = matches!(self.unit.module.expr(id).kind, ExprKind::Call { form: CallForm::Tagged, .. });
        if is_tagged {
            return;
        }
        if text.as_constant().is_some() {
            // A statement that is spelled out runs, whoever the receiver is.
            let effect = crate::flow::store::sql::sql_effect(&text.skeleton());
            if is_round_trip(effect) {
                let skeleton = text.skeleton();
                let mut query = Query { plain: true, ..Query::default() };
                crate::flow::store::sql::judge(&mut query, &skeleton);
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
            path: Vec::new(),
            hands_on: false,
            site: (self.unit.file, span),
            spliced: (FnRef { file: self.unit.file, id: self.function() }, span),
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

/// The whole text is one parameter.
fn is_parameter(text: &Text) -> bool {
    matches!(text.parts.as_slice(), [TextPart::Hole(hole)] if matches!(hole.origin, Origin::Param(_)))
}
