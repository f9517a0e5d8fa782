//! Applies a model's facts to a call: what it does at a store, and what it gives back.
//!
//! Knows the vocabulary of models. Does not know any one library, nor how a callee was found (`call`).

use crate::flow::Interp;
use crate::flow::calls::arguments::from_pattern;
use crate::flow::calls::call::Args;
use crate::flow::calls::keyed::{pairs_of, values_of};
use crate::flow::calls::resolve::Resolved;
use crate::flow::calls::substitute::origin_of_value;
use crate::flow::eval::origin_of;
use crate::flow::store::results::asks_anew;
use crate::flow::store::sql::{self, sql_effect};
use crate::flow::value::{
    Columns, EntityRef, List, Object, Origin, Pending, Query, Record, Rows, Shape, Size, Statement, Text, Value,
};
use crate::ir::{Arg, CallForm, ExprId, ExprKind};
use crate::models::lookup::KindId;
use crate::models::schema::{Aggregates, Bounds, Call, Effect, Iterates, SetOf, SqlArg, SqlRole, TextRole, When};
use crate::source::{Family, FileId, Span};
use std::sync::Arc;

impl Interp<'_, '_> {
    /// Applies a model's facts.
    pub(in crate::flow) fn apply(
        &mut self,
        id: ExprId,
        span: Span,
        resolved: &Resolved,
        args: &Args,
        form: CallForm,
        name: &str,
    ) -> Value {
        let models = self.models;
        let call = models.call(resolved.call);
        let settled = call.settles.then(|| self.sent_by(resolved, id)).flatten();
        let resolved = settled.as_ref().unwrap_or(resolved);
        let consumed = self.consume(call, args);
        let args = consumed.as_ref().unwrap_or(args);
        let kind = resolved.object.as_ref().and_then(|object| object.kind);
        // A cursor forgets its last statement when it runs the next.
        let is_cursor = kind.is_some_and(|kind| models.kind(kind).fact.iterate == Some(Effect::Fetch));
        let restarts = is_cursor && call.effect == Effect::Execute && !call.sql.is_empty();
        let receiver_query = match &resolved.object {
            Some(object) if !restarts => object.query.clone(),
            Some(_) | None => Query::default(),
        };
        let mut query = self.with_call(id, &receiver_query, call, args, name, span);
        let statement = self.statement(call, args);
        // What is prepared from a stream's own statement goes on streaming: `tx.Prepare(pq.CopyIn("t", "a"))`.
        let streamed = statement.clone().filter(|value| {
            let Value::Object(object) = value else { return false };
            object.kind.is_some_and(|kind| models.kind(kind).fact.run == Some(Effect::Queue))
        });
        self.note_sql(id, span, call, resolved, args, form);
        let (mut effect, mut query) = self.effect_of(call, &mut query, statement.as_ref(), args);
        if !query.plain && query.entity.is_none() && kind.is_some_and(|kind| models.kind(kind).fact.prepared) {
            query.statement = Statement::Unknown;
        }
        if restarts {
            self.remember_statement(id, &query);
        }
        // A prefetched manager and a queryset that has run answer from memory.
        let from_memory = call.from_loaded && receiver_query.ran;
        if from_memory {
            effect = Effect::Build;
        }
        // Callbacks run while the call runs.
        let called_back = self.run_callbacks(id, span, call, resolved, args);
        if call.outside {
            self.goes_outside(id, span, 0);
        }
        if call.memoizes || call.loader {
            self.note_function_kind(call, args);
        }
        if let Some(at) = &call.respond {
            let mut sent: Vec<Value> = self.values_at(args, at).into_iter().map(|(value, _)| value).collect();
            // `jsonify(orders=orders)`: what has a name is a part of the answer like what has none.
            if at.rest {
                sent.extend(args.iter().filter(|(_, arg)| arg.name.is_some()).map(|(value, _)| value.clone()));
            }
            self.respond(&Value::Tuple(sent.into()), span);
        }
        if let Some(renders) = &call.renders {
            self.render_by_call(id, renders, args, resolved.object.as_ref());
        }
        if let Some(at) = &call.pages {
            for (_, arg) in self.values_at(args, at) {
                self.update(arg.value, |known| {
                    if let Value::Object(object) = known {
                        let query = Query { bounded: true, ..object.query.clone() };
                        *known = Value::Object(Arc::new(Object { query, ..(**object).clone() }));
                    }
                });
            }
        }
        if let Some(at) = &call.awaits {
            return self.await_all(args, at);
        }
        if let Some(streamed) = streamed
            && effect == Effect::Build
        {
            return streamed;
        }
        let is_trip = is_round_trip(effect);
        let mut result = self.result_of(id, call, resolved, &query, args, called_back, span);
        // What was just written holds what it was given: `create(webhook=webhook)`.
        if effect == Effect::Write
            && let Value::Object(object) = &result
            && self.is_instance(object)
        {
            let mut object = (**object).clone();
            object.query.plain = true;
            result = Value::Object(Arc::new(object));
        }
        self.fill_destination(call, args, &query, resolved, span, effect, &mut result);
        if is_trip {
            let varies = call.flushes || self.call_varies(id);
            if call.when == When::Await {
                let loops = self.loops();
                let pending = Pending {
                    call: resolved.call,
                    effect,
                    span,
                    expr: id,
                    loops,
                    varies,
                    site: (self.unit.file, span),
                    path: Vec::new(),
                    result,
                };
                return Value::Object(Arc::new(Object {
                    kind: self.pending_kind(call).or(kind),
                    evidence: resolved.evidence,
                    query,
                    pending: Some(Arc::new(pending)),
                    text: None,
                }));
            }
            let opened = self.loop_over_items(call, args, id).map(|of_driver| self.open_loop(of_driver));
            let varies = varies || opened.is_some();
            self.trip(id, span, effect, Some(resolved.call), kind, &query, resolved.evidence, varies);
            if let Some(opened) = opened {
                self.close_loop(opened);
            }
            self.expire_instances(call);
        }
        if from_memory && let Value::Object(object) = &result {
            let mut object = (**object).clone();
            object.query.ran = true;
            result = Value::Object(Arc::new(object));
        }
        if let Some(at) = &call.passes
            && let Some((given, _)) = self.values_at(args, at).into_iter().next()
            && self.size_and_rows(&given).is_some_and(|(_, rows)| rows.is_some())
        {
            result = given;
        }
        if let Some(source) = call.source {
            result = Value::Data(origin_of(source));
        }
        if kind.is_some_and(|kind| models.kind(kind).fact.in_place)
            && call.returns.as_deref() == Some("self")
            && let Some(place) = self.place_of_chain(id)
            && let Value::Object(changed) = &result
        {
            let changed = Arc::clone(changed);
            self.update(place, |known| {
                if matches!(known, Value::Object(before) if before.kind == changed.kind) {
                    *known = Value::Object(changed);
                }
            });
        }
        result
    }

    /// `query` of `query.where(…).limit(20)`, where each call gives back the builder that it changes.
    fn place_of_chain(&self, call: ExprId) -> Option<ExprId> {
        let module = &self.unit.module;
        let mut at = call;
        loop {
            let ExprKind::Call { callee, .. } = module.expr(at).kind else { return Some(at) };
            let ExprKind::Member { base, name, .. } = module.expr(callee).kind else { return None };
            // What the copy becomes, the builder does not.
            if module.text(name).eq_ignore_ascii_case("clone") {
                return None;
            }
            let model = self.facts.calls.get(&at).and_then(|target| target.model);
            let gives_itself = |model| self.models.call(model).returns.as_deref() == Some("self");
            if at != call && !model.is_some_and(gives_itself) {
                return None;
            }
            at = base;
        }
    }

    /// `cur.execute("SELECT … LIMIT 5")`: what is fetched from the cursor later are rows of this statement.
    fn remember_statement(&mut self, id: ExprId, query: &Query) {
        let module = &self.unit.module;
        if let ExprKind::Call { callee, .. } = module.expr(id).kind
            && let ExprKind::Member { base, .. } = module.expr(callee).kind
        {
            self.update(base, |known| {
                if let Value::Object(object) = known {
                    *known = Value::Object(Arc::new(Object { query: query.clone(), ..(**object).clone() }));
                }
            });
        }
    }

    /// `list(qs)`, `sorted(qs)`: a lazy query that is given to the call runs here; the call goes on with its rows.
    pub(in crate::flow) fn consume(&mut self, call: &Call, args: &Args) -> Option<Args> {
        let at = call.consumes.as_ref()?;
        let wanted: Vec<ExprId> = self.values_at(args, at).iter().map(|(_, arg)| arg.value).collect();
        let mut args = args.clone();
        for (value, arg) in &mut args {
            if wanted.contains(&arg.value)
                && let Value::Object(object) = &*value
                && (object.pending.is_some() || self.is_lazy(object))
            {
                let rows = self.iterated(std::mem::take(value), arg.value);
                *value = Value::List(Arc::new(rows));
            }
        }
        Some(args)
    }

    /// `enumerate(xs)`: pairs of a number and an element; `zip(xs, ys)`: tuples of one element of each.
    pub(in crate::flow) fn tupled(&mut self, args: &Args, enumerated: Option<usize>) -> Value {
        let chosen: Vec<(Value, Arg)> = match enumerated {
            Some(at) => args.get(at).cloned().into_iter().collect(),
            None => args.iter().filter(|(_, arg)| arg.name.is_none()).cloned().collect(),
        };
        let lists: Vec<List> = chosen.into_iter().map(|(value, arg)| self.iterated(value, arg.value)).collect();
        let mut items: Vec<Value> = lists.iter().map(|list| list.element.clone()).collect();
        if enumerated.is_some() {
            items.insert(0, Value::Number);
        }
        let element = Value::Tuple(items.into());
        // The shortest list ends the loop; the one that was read from a store tells most about it.
        let lead = lists.iter().position(|list| matches!(list.size, Size::Constant(_)));
        let lead = lead.or_else(|| lists.iter().position(|list| list.rows.is_some())).unwrap_or(0);
        match lists.into_iter().nth(lead) {
            Some(list) => Value::List(Arc::new(List { element, constant: false, ..list })),
            None => Value::list(element, Size::Unknown),
        }
    }

    pub(in crate::flow) fn pending_kind(&self, call: &Call) -> Option<KindId> {
        self.models.kind_named(call.returns.as_deref()?)
    }

    /// The receiver's query with what the call adds.
    pub(in crate::flow) fn with_call(
        &mut self,
        id: ExprId,
        receiver: &Query,
        call: &Call,
        args: &Args,
        name: &str,
        span: Span,
    ) -> Query {
        let mut query = receiver.clone();
        if !call.from_loaded {
            query.reached = None;
            asks_anew(&mut query);
        }
        // A chain of calls is one place: `Order.objects.filter(…).order_by(…)`.
        let goes_on = |(file, origin): (FileId, Span)| file == self.unit.file && span.contains(origin);
        if query.origin.is_none_or(goes_on) {
            query.origin = Some((self.unit.file, span));
        }
        if let Some(at) = &call.entity
            && let Some((value, arg)) = self.values_at(args, at).into_iter().next()
        {
            query.entity = Self::entity_of_value(&value)
                .or_else(|| self.entity_of_place(arg.value))
                .or(query.entity)
                .or_else(|| self.entity_of_receiver(arg.value));
        }
        if query.entity.is_none()
            && call.path.is_some()
            && let Some(class) = self.project.entity_by_setting(self.unit, id)
        {
            query.entity = Some(EntityRef::Class(class));
        }
        if call.adopts {
            let given = args.iter().filter_map(|(value, _)| match value {
                Value::Class(class) => Some(*class),
                _ => None,
            });
            let known = query.methods_of.iter().flat_map(|classes| classes.iter().copied());
            query.methods_of = Some(known.chain(given).collect());
        }
        if let Some(pattern) = &call.entity_in_name
            && let Some(entity) = from_pattern(pattern, "{Entity}", name)
        {
            query.entity = Some(self.entity_named(entity));
        }
        match &call.bounds {
            Some(Bounds::Always(false)) => {
                query.bounded = false;
                query.asked = None;
            }
            Some(bounds) if self.is_bounded(bounds, args) => {
                let asked = self.asked_by_bounds(bounds, args);
                query.asked = if query.bounded && query.asked.is_none() { None } else { asked };
                query.bounded = true;
            }
            Some(_) | None => {}
        }
        // `where(inArray(t.id, ids))`: the condition narrows.
        let narrows = |value: &Value| matches!(value, Value::Object(object) if object.query.narrowed);
        if call.narrows || args.iter().any(|(value, _)| narrows(value) || narrows_to_keys(value, 0)) {
            query.narrowed = true;
        }
        if call.plain {
            query.plain = true;
        }
        match call.aggregates {
            Some(Aggregates::Always) => query.grouped = true,
            Some(Aggregates::AfterPlain) if receiver.plain => query.grouped = true,
            _ => {}
        }
        if call.same_parent {
            self.share_parents(&mut query, args);
        }
        if let Some(eager) = &call.eager {
            self.add_eager(&mut query, eager, args, name);
        }
        if let Some(columns) = call.columns {
            let names = args
                .iter()
                .flat_map(|(value, arg)| self.relation_paths(value, arg.value, None))
                .map(|path| path.replace("__", "."))
                .collect();
            query.columns =
                Some(Arc::new(Columns { names, left_out: columns == crate::models::schema::Columns::Defer }));
        }
        self.note_scope(&mut query, name, args, span);
        self.note_reading(&mut query, name, args);
        // `filter(id__in=ids)`; not `exclude(id__in=ids)`, nor one of a few states, nor the ids that another query gives.
        let is_list_of_keys = |value: &Value, arg: &Arg| {
            let key = arg.name.and_then(|name| self.unit.module.text(name).strip_suffix("__in"));
            key.is_some_and(is_key_name) && !matches!(value, Value::Object(object) if self.is_lazy(object))
        };
        // `filter(id=order_id)`: one row, and at most as many as a join makes of it.
        let names_key = |arg: &Arg| arg.name.is_some_and(|name| matches!(self.unit.module.text(name), "id" | "pk"));
        let is_key = |value: &Value, arg: &Arg| match &self.unit.module.expr(arg.value).kind {
            // `filter(Q(id=order_id), …)`
            ExprKind::Call { args, .. } if arg.name.is_none() => matches!(args.as_slice(), [only] if names_key(only)),
            _ => names_key(arg) && !matches!(value, Value::Object(object) if self.is_lazy(object)),
        };
        if name != "exclude" && args.iter().any(|(value, arg)| is_list_of_keys(value, arg) || is_key(value, arg)) {
            query.narrowed = true;
        }
        query
    }

    /// What the call does at the store, and the query that it does it with.
    pub(in crate::flow) fn effect_of(
        &mut self,
        call: &Call,
        query: &mut Query,
        statement: Option<&Value>,
        args: &Args,
    ) -> (Effect, Query) {
        let mut effect = call.effect;
        let mut query = std::mem::take(query);
        if call.pure {
            return (Effect::Build, query);
        }
        if let Some(Value::Object(object)) = statement {
            // What the call itself adds stays: `paginate(db, stmt)` bounds the statement that it is given.
            let added = std::mem::replace(&mut query, object.query.clone());
            query.grouped |= added.grouped;
            query.bounded |= added.bounded;
            query.plain |= added.plain;
            query.origin = object.query.origin.or(added.origin);
            if effect == Effect::Execute {
                effect = object
                    .kind
                    .and_then(|kind| self.models.kind(kind).fact.run)
                    .or_else(|| object.text.as_ref().map(|text| sql_effect(&text.skeleton())))
                    .unwrap_or(Effect::ReadMany);
            }
        }
        let text = statement.as_ref().and_then(|value| value.as_text().cloned()).or_else(|| {
            call.sql.iter().find_map(|sql| self.sql_values(args, sql).into_iter().next()?.0.as_text().cloned())
        });
        let is_statement = |sql: &SqlArg| sql.role == SqlRole::Statement;
        if let Some(text) = text {
            let skeleton = text.skeleton();
            // `strings.ReplaceAll(queries.Orders, "%order%", order)`: no word of it is known.
            if call.sql.iter().any(is_statement) && !sql::says_something(&skeleton) {
                query.statement = Statement::Unknown;
            }
            let was_bounded = query.bounded;
            sql::judge(&mut query, &skeleton);
            if query.bounded && !was_bounded {
                query.asked = self.limit_on_demand();
            }
            // `${when(limit, (limit) => sql`limit ${limit}`)}`: the caller that wants a page gets one.
            query.bounded |= args.iter().any(|(_, arg)| {
                let part = self.unit.snippet(self.span(arg.value)).to_ascii_uppercase();
                part.contains("`LIMIT ${")
            });
            if effect == Effect::Execute {
                effect = sql_effect(&skeleton);
            }
            // A read call that runs a write statement writes: `INSERT … RETURNING` through `query`.
            if matches!(effect, Effect::ReadOne | Effect::ReadMany) && sql_effect(&skeleton) == Effect::Write {
                effect = Effect::Write;
            }
            // `db.Exec("CREATE TABLE …")`, `conn.Exec("ROLLBACK")`
            if effect == Effect::Write && sql_effect(&skeleton) == Effect::Build {
                effect = Effect::Build;
            }
            query.plain = true;
        } else if let Some(param) = self.statement_parameter(call, args) {
            query.statement = Statement::Param(param);
            query.plain = true;
        } else if let Some(Value::Place(place)) = statement
            && place.path.is_empty()
        {
            // `Paginator(queryset, 25)`: the caller knows the query.
            query.param = Some(place.param);
        } else if statement.is_none_or(Value::is_unknown) && self.runs_unknown_text(call, args) {
            query.statement = Statement::Unknown;
        }
        if effect == Effect::Execute {
            effect = Effect::ReadMany;
        }
        // `execute(statement, [row, row])` sends all rows at once.
        let many = args.iter().skip(1).any(|(value, _)| match value {
            Value::List(list) => matches!(list.element, Value::Record(_) | Value::Tuple(_)),
            _ => false,
        });
        if effect == Effect::Write && many {
            effect = Effect::WriteBatch;
        }
        if effect == Effect::WriteBatch && call.set_of.as_ref().is_some_and(|set| selects_one(set, args)) {
            effect = Effect::Write;
        }
        (effect, query)
    }

    /// The parameter that is the whole text which the call runs: `cursor.execute(sql)`.
    fn statement_parameter(&self, call: &Call, args: &Args) -> Option<u16> {
        call.sql.iter().filter(|sql| sql.role == SqlRole::Statement).find_map(|sql| {
            match self.sql_values(args, sql).into_iter().next()?.0 {
                Value::Place(place) if place.path.is_empty() => Some(place.param),
                _ => None,
            }
        })
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one application, known only together")]
    pub(in crate::flow) fn result_of(
        &mut self,
        id: ExprId,
        call: &Call,
        resolved: &Resolved,
        query: &Query,
        args: &Args,
        called_back: Option<Value>,
        span: Span,
    ) -> Value {
        let plain_args = || args.iter().map(|(_, arg)| arg.clone()).collect::<Vec<_>>();
        let values = || args.iter().map(|(value, _)| value.clone()).collect::<Vec<_>>();
        if let Some(role) = call.text {
            // `db.Rebind(q)` is about its argument, `b.String()` and `s.trim()` about the receiver.
            // In Python the receiver of `join` is what stands between.
            let joins_argument = role == TextRole::Join && self.unit.family() == Family::Python;
            let about_argument = resolved.object.is_some() && !args.is_empty() || joins_argument;
            let subject = if call.path.is_some() || about_argument {
                args.first().map(|(value, arg)| (value.clone(), arg.value))
            } else {
                Some((resolved.receiver.clone(), id))
            };
            let textual = match role {
                TextRole::Number => Some(Value::Number),
                TextRole::Safe => Some(Value::Data(Origin::Quoted)),
                // Escaping changes nothing about one of a few constants.
                // `json.dumps(rows)` stands for the rows, and is escaped.
                TextRole::Escaped if subject.as_ref().is_some_and(|(value, _)| self.may_hold_rows(value)) => {
                    subject.map(|(value, _)| self.escaped_rows(&value))
                }
                TextRole::Escaped => Some(match subject.map(|(value, _)| origin_of_value(&value)) {
                    Some(origin @ (Origin::Constant | Origin::Listed | Origin::Number)) => Value::Data(origin),
                    Some(_) | None => Value::Data(Origin::Escaped),
                }),
                TextRole::Same => subject.map(|(value, expr)| match value {
                    value @ Value::Object(_) if value.as_text().is_none() => {
                        self.printed(&value, expr);
                        value
                    }
                    value @ (Value::Unknown | Value::Path(_) | Value::List(_) | Value::Record(_)) => value,
                    value => Value::text(self.text_of(&value, expr)),
                }),
                TextRole::Printf => Some(self.sprintf(&plain_args(), &values())),
                TextRole::Format => subject.map(|(value, expr)| {
                    let text = self.text_of(&value, expr);
                    self.str_format(&text, &plain_args(), &values())
                }),
                TextRole::Concat => Some(self.concat(Text::default(), &plain_args(), &values())),
                TextRole::Join => subject.map(|(value, _)| self.join(&value, span)),
                TextRole::Replace | TextRole::ReplaceFirst => {
                    let of = if call.path.is_some() { args.get(1..).unwrap_or_default() } else { args.as_slice() };
                    subject.map(|(value, expr)| self.replaced(&value, expr, of, role == TextRole::ReplaceFirst))
                }
            };
            // `text(f"…")` is both: the statement object keeps the text.
            if let Some(value) = textual {
                if let Some(returns) = call.returns.as_deref()
                    && let Some(kind) = self.models.kind_named(returns)
                {
                    return Value::Object(Arc::new(Object {
                        kind: Some(kind),
                        evidence: resolved.evidence,
                        query: query.clone(),
                        pending: None,
                        text: match role {
                            // `sql, args, err := builder.ToSql()`
                            TextRole::Safe | TextRole::Escaped => Some(Arc::new(self.text_of(&value, id))),
                            _ => value.as_text().cloned(),
                        },
                    }));
                }
                return value;
            }
        }
        if let Some(appends) = &call.appends {
            let added = if appends.text == TextRole::Printf {
                let skip = usize::from(appends.to.is_some());
                self.sprintf(&plain_args()[skip.min(args.len())..], &values()[skip.min(args.len())..])
            } else {
                let skip = usize::from(appends.to.is_some());
                self.concat(Text::default(), &plain_args()[skip.min(args.len())..], &values()[skip.min(args.len())..])
            };
            let place = match appends.to {
                Some(at) => args.get(at).map(|(_, arg)| arg.value),
                None => match self.unit.module.expr(id).kind {
                    ExprKind::Call { callee, .. } => match self.unit.module.expr(callee).kind {
                        ExprKind::Member { base, .. } => Some(base),
                        _ => None,
                    },
                    _ => None,
                },
            };
            if let (Some(place), Some(added)) = (place, added.as_text().cloned()) {
                self.update(place, |known| {
                    if let Value::Object(object) = known {
                        let mut object = (**object).clone();
                        let mut text = object.text.as_deref().cloned().unwrap_or_default();
                        text.push(&added);
                        object.text = Some(Arc::new(text));
                        *known = Value::Object(Arc::new(object));
                    }
                });
            }
            return Value::Number;
        }
        if let Some(iterates) = call.iterates {
            let source =
                args.first().map(|(value, _)| value.clone()).filter(|_| call.path.is_some()).unwrap_or_else(|| {
                    if resolved.receiver.is_unknown() {
                        args.first().map(|(value, _)| value.clone()).unwrap_or_default()
                    } else {
                        resolved.receiver.clone()
                    }
                });
            let element = match &source {
                Value::List(list) => list.element.clone(),
                _ => Value::Unknown,
            };
            let (size, shape) = match iterates {
                Iterates::Chunks => (Size::Unknown, Shape::Chunks),
                Iterates::Pages => (Size::Unknown, Shape::Pages),
                Iterates::Stream => (Size::Unknown, Shape::Stream),
                Iterates::Constant => (Size::Constant(1), Shape::Elements),
            };
            return Value::List(Arc::new(List { element, size, rows: None, constant: false, shape }));
        }
        if call.path.as_ref().is_some_and(|paths| paths.iter().any(|path| path == "range")) {
            return range(args);
        }
        if !call.fields.is_empty() {
            let entries = call
                .fields
                .iter()
                .map(|(key, returns)| {
                    if returns == "self" {
                        return (Arc::from(key.as_str()), resolved.receiver.clone());
                    }
                    let value = self.result_value(
                        returns,
                        query,
                        resolved.evidence,
                        resolved.object.as_ref().and_then(|o| o.kind),
                    );
                    (Arc::from(key.as_str()), self.located(value, span, query, resolved))
                })
                .collect();
            return Value::Record(Arc::new(Record { entries, ..Record::default() }));
        }
        let value = match call.returns.as_deref() {
            None => Value::Unknown,
            Some("self") => match (&resolved.object, &resolved.receiver) {
                (Some(object), _) => {
                    let mut object = (**object).clone();
                    object.query = query.clone();
                    Value::Object(Arc::new(object))
                }
                (None, receiver) => receiver.clone(),
            },
            Some("callback") => {
                called_back.filter(|value| !value.is_unknown()).unwrap_or_else(|| match &resolved.object {
                    Some(_) => resolved.receiver.clone(),
                    None => Value::Unknown,
                })
            }
            Some("elements") => {
                let mut list = match &resolved.receiver {
                    Value::List(list) => (**list).clone(),
                    _ => List::of(Value::Unknown),
                };
                if matches!(resolved.receiver, Value::Unknown)
                    && let Some(Value::List(source)) =
                        args.iter().map(|(value, _)| value).find(|v| matches!(v, Value::List(_)))
                {
                    list = (**source).clone();
                }
                list.element = called_back.unwrap_or_default();
                list.constant = list.element.is_constant();
                Value::List(Arc::new(list))
            }
            Some("zipped") => self.tupled(args, None),
            Some("keyed") => self.keyed(args),
            Some("named") => self.named(args),
            Some(values @ ("values" | "pairs")) => match args.first() {
                Some((Value::Record(record), _)) => {
                    Value::List(Arc::new(if values == "values" { values_of(record) } else { pairs_of(record) }))
                }
                Some((value, _)) => value.clone(),
                None => Value::Unknown,
            },
            Some("element") => match &resolved.receiver {
                Value::List(list) => list.element.clone(),
                _ => Value::Unknown,
            },
            Some(returns) => {
                if let Some(at) = returns.strip_prefix("arg:").and_then(|at| at.parse::<usize>().ok()) {
                    args.get(at).map(|(value, _)| value.clone()).unwrap_or_default()
                } else if let Some(at) = returns.strip_prefix("enumerated:").and_then(|at| at.parse::<usize>().ok()) {
                    self.tupled(args, Some(at))
                } else if let Some(at) = returns.strip_prefix("listed:").and_then(|at| at.parse::<usize>().ok()) {
                    let element = args.get(at).map(|(value, _)| value.clone()).unwrap_or_default();
                    Value::list(element, Size::Unknown)
                } else if let Some(at) = returns.strip_prefix("element:").and_then(|at| at.parse::<usize>().ok()) {
                    match args.get(at) {
                        Some((Value::List(list), _)) => list.element.clone(),
                        _ => Value::Unknown,
                    }
                } else {
                    self.result_value(returns, query, resolved.evidence, resolved.object.as_ref().and_then(|o| o.kind))
                }
            }
        };
        self.located(value, span, query, resolved)
    }

    /// Rows remember the call that read them.
    pub(in crate::flow) fn located(&self, value: Value, span: Span, query: &Query, resolved: &Resolved) -> Value {
        match value {
            Value::List(list) if list.rows.is_none() && is_read_many(self.models.call(resolved.call)) => {
                // `pgx.CollectRows(rows, …)`: they were read where the statement stands.
                let is_fetch = self.models.call(resolved.call).effect == Effect::Fetch && resolved.object.is_none();
                let origin = query.origin.filter(|&(file, _)| is_fetch && file == self.unit.file);
                let span = origin.map_or(span, |(_, origin)| origin);
                let rows = Rows {
                    file: self.unit.file,
                    span,
                    query: query.clone(),
                    kind: resolved.object.as_ref().and_then(|object| object.kind),
                    evidence: resolved.evidence,
                    sliced: false,
                    of: None,
                };
                Value::List(Arc::new(List { rows: Some(Arc::new(rows)), ..(*list).clone() }))
            }
            other => other,
        }
    }
}

/// The condition of a write is spelled out and names no set of rows.
fn selects_one(set: &SetOf, args: &Args) -> bool {
    let Some((Value::Record(given), _)) = args.first() else { return false };
    let condition = match &set.under {
        Some(key) => given.get(key),
        None => return names_one(set, given),
    };
    matches!(condition, Some(Value::Record(condition)) if names_one(set, condition))
}

fn names_one(set: &SetOf, condition: &Record) -> bool {
    let is_one = |(name, value): &(Arc<str>, Value)| {
        !set.keys.iter().any(|key| **key == **name)
            && match value {
                Value::Record(inner) => names_one(set, inner),
                Value::List(_) => false,
                _ => true,
            }
    };
    condition.rest.is_none() && !condition.entries.is_empty() && condition.entries.iter().all(is_one)
}

pub(in crate::flow) fn is_round_trip(effect: Effect) -> bool {
    match effect {
        Effect::ReadOne
        | Effect::ReadMany
        | Effect::ReadScalar
        | Effect::ReadBatch
        | Effect::Write
        | Effect::WriteBatch
        | Effect::MaybeRead
        | Effect::Transaction => true,
        Effect::Build | Effect::Fetch | Effect::Queue | Effect::Execute | Effect::Remote => false,
    }
}

pub(in crate::flow) fn is_read_many(call: &Call) -> bool {
    matches!(call.effect, Effect::ReadMany | Effect::Execute | Effect::Fetch)
}

/// Python's `range`: few rounds, chunks when it has a step, else unknown.
pub(in crate::flow) fn range(args: &Args) -> Value {
    let values: Vec<&Value> = args.iter().map(|(value, _)| value).collect();
    let (size, shape) = match values.as_slice() {
        [Value::Int(n)] => (u32::try_from(*n).map_or(Size::Unknown, Size::Constant), Shape::Elements),
        [Value::Int(a), Value::Int(b)] => (u32::try_from(b - a).map_or(Size::Unknown, Size::Constant), Shape::Elements),
        [_, _, Value::Int(1)] => (Size::Unknown, Shape::Elements),
        [_, _, _] => (Size::Unknown, Shape::Chunks),
        _ => (Size::Unknown, Shape::Elements),
    };
    Value::List(Arc::new(List { element: Value::Number, size, rows: None, constant: false, shape }))
}

/// `{ where: { id: { in: ids } } }`, `{"_id": {"$in": ids}}`.
fn narrows_to_keys(value: &Value, depth: u32) -> bool {
    let Value::Record(record) = value else { return false };
    depth < 4
        && record.entries.iter().any(|(key, inner)| {
            let lists = |inner: &Value| match inner {
                Value::Record(condition) => condition.entries.iter().any(|(operator, keys)| {
                    matches!(&**operator, "in" | "$in" | "_in")
                        && (!keys.is_constant() || matches!(keys, Value::Data(_) | Value::Path(_)))
                }),
                // `{ id: In(ids) }`, `{ id: ids }`
                Value::Object(object) => object.query.narrowed,
                Value::List(list) => !list.constant,
                _ => false,
            };
            (lists(inner) && is_key_name(key))
                || (&**key == "id_in" && !inner.is_constant())
                || narrows_to_keys(inner, depth + 1)
        })
}

/// Columns that tell rows apart, so that a list of their values bounds the rows: `id`, `user_id`, `slug`.
pub(in crate::flow) fn is_key_name(name: &str) -> bool {
    let last = name.rsplit(['_', '.']).next().unwrap_or(name).to_ascii_lowercase();
    last == "pk"
        || last.ends_with("id")
        || matches!(
            last.as_str(),
            "ids" | "uuid" | "slug" | "email" | "key" | "hash" | "sha" | "username" | "code" | "name"
        )
}
