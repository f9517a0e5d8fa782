//! Calls: who is called, and what that means.
//!
//! Knows how receivers, paths and project functions resolve, and applies a model's facts to a call.
//! Does not know any one library.

use super::eval::origin_of;
use super::facts::{CallTarget, LoopFact, LoopSource};
use super::value::{Columns, EntityRef, Evidence, List, Object, Origin, Pending, Query, Rows, Shape, Size, Text, Value};
use super::{Interp, MAX_INLINE, loops};
use crate::ir::{Arg, CallForm, ExprId, ExprKind, FnId, Spread, Sym};
use crate::models::lookup::{CallId, KindId};
use crate::models::schema::{self, 
    Aggregates, Bounds, Call, CallbackWhen, Eager, Effect, Iterates, Position, SqlRole, TextRole, When,
};
use crate::source::{Family, Span};
use std::sync::Arc;

/// A model's call with the receiver that it is called on.
pub(super) struct Resolved {
    call: CallId,
    object: Option<Arc<Object>>,
    evidence: Evidence,
    /// Any receiver: the value itself carries what is known (`xs.map(f)`).
    receiver: Value,
}

impl Resolved {
    pub(super) fn call_id(&self) -> CallId {
        self.call
    }

    pub(super) fn kind_and_evidence(&self) -> (Option<KindId>, Evidence) {
        (self.object.as_ref().and_then(|object| object.kind), self.evidence)
    }
}

type Args = Vec<(Value, Arg)>;

impl Interp<'_, '_> {
    pub(super) fn eval_call(&mut self, id: ExprId, callee: ExprId, args: &[Arg], form: CallForm) -> Value {
        let unit = self.unit;
        let module = &unit.module;
        let span = self.span(id);
        let (receiver, name) = match &module.expr(callee).kind {
            ExprKind::Member { base, name, .. } => (Some((self.eval(*base), *base)), Some(*name)),
            _ => (None, None),
        };
        let positional = args.iter().filter(|arg| arg.name.is_none()).count();
        // Functions that are registered here learn their routes before their bodies are followed.
        self.note_registration(id, receiver.as_ref().map(|(value, _)| value), name, callee, args);
        let mut values: Args = Vec::with_capacity(args.len());
        for arg in args {
            let mut value = self.eval(arg.value);
            if arg.spread == Spread::List
                && let Value::List(list) = &value
            {
                value = list.element.clone();
            }
            values.push((value, arg.clone()));
        }
        let result = match (receiver, name) {
            (Some((value, base)), Some(name)) => self.call_method(id, span, &value, base, name, &values, positional, form),
            _ => self.call_value(id, span, callee, &values, positional, form),
        };
        self.follow_unclaimed(&values);
        result
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call, taken apart once by the only caller")]
    fn call_method(
        &mut self,
        id: ExprId,
        span: Span,
        receiver: &Value,
        base: ExprId,
        name: Sym,
        args: &Args,
        positional: usize,
        form: CallForm,
    ) -> Value {
        let unit = self.unit;
        let text = unit.module.text(name);
        // The project's own methods come before a library's.
        if let Some((function, owner)) = self.project_method(receiver, name) {
            self.note_target(id, CallTarget { function: Some(function), ..CallTarget::default() });
            return self.call_project(function, owner, args, id, span);
        }
        if let Value::Record(record) = receiver
            && let Some(Value::Function(function, owner)) = record.get(text)
        {
            let (function, owner) = (*function, owner.as_deref().cloned());
            return self.call_project(function, owner, args, id, span);
        }
        if let Some(value) = self.native_method(receiver, base, text, args, span) {
            return value;
        }
        if let Some(resolved) = self.resolve_method(receiver, base, name, positional) {
            let path = match receiver {
                Value::Path(path) => Some(Arc::from(format!("{path}.{text}"))),
                _ => None,
            };
            let target = CallTarget {
                model: Some(resolved.call),
                function: None,
                path,
                receiver: resolved.object.as_ref().and_then(|object| object.kind),
            };
            self.note_target(id, target);
            return self.apply(id, span, resolved, args, form, text);
        }
        match receiver {
            Value::Path(path) => {
                let full: Arc<str> = format!("{path}.{text}").into();
                self.note_target(id, CallTarget { path: Some(full.clone()), ..CallTarget::default() });
                if let Some(made) = self.made_by(&full, args) {
                    return made;
                }
                self.guess_sink(id, span, base, text, args);
                self.unknown_call(&full, args, span)
            }
            // A method of data from the client gives such data: `req.query.sort.trim()`.
            Value::Data(origin) => Value::Data(*origin),
            Value::Place(place) => {
                self.guess_sink(id, span, base, text, args);
                Value::Data(Origin::Param(place.param))
            }
            Value::List(list) if list.rows.is_some() && keeps_rows(text) => Value::List(list.clone()),
            // A method that no model names keeps a lazy query what it is (`qs.custom_filter()`).
            Value::Object(object) if object.kind.is_some() && self.is_lazy(object) => Value::Object(object.clone()),
            Value::Object(object) if self.is_instance(object) => Value::Data(Origin::Row),
            _ => {
                self.guess_sink(id, span, base, text, args);
                self.unknown_call(text, args, span)
            }
        }
    }

    fn is_lazy(&self, object: &Object) -> bool {
        object.kind.is_some_and(|kind| {
            let fact = &self.models.kind(kind).fact;
            fact.iterate.is_some() || fact.r#await.is_some()
        })
    }

    fn note_target(&mut self, id: ExprId, target: CallTarget) {
        self.facts.calls.insert(id, target);
    }

    fn project_method(&self, receiver: &Value, name: Sym) -> Option<(super::value::FnRef, Option<Value>)> {
        match receiver {
            Value::Instance(class) => {
                if let Some(function) = self.method_of(*class, name) {
                    return Some((function, Some(receiver.clone())));
                }
                match self.fields.get(&(*class, name)) {
                    Some(Value::Function(function, owner)) => Some((*function, owner.as_deref().cloned())),
                    _ => None,
                }
            }
            Value::Class(class) => self.method_of(*class, name).map(|function| (function, None)),
            Value::Object(object) if self.is_instance(object) => match &object.query.entity {
                Some(EntityRef::Class(class)) => {
                    self.method_of(*class, name).map(|function| (function, Some(receiver.clone())))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn resolve_method(&self, receiver: &Value, base: ExprId, name: Sym, args: usize) -> Option<Resolved> {
        let unit = self.unit;
        let text = unit.module.text(name);
        let id = unit.name_id(name);
        let on_kind = |kind: KindId, object: Arc<Object>, evidence: Evidence| {
            self.models.method(kind, id, text, args).map(|call| Resolved {
                call,
                receiver: Value::Object(object.clone()),
                object: Some(object),
                evidence,
            })
        };
        let found = match receiver {
            Value::Object(object) => object.kind.and_then(|kind| on_kind(kind, object.clone(), object.evidence)),
            Value::Class(class) => {
                let facts = self.project.class(*class);
                let class_kind = facts
                    .entity
                    .and_then(|entity| self.models.entity(entity).class_kind.as_deref())
                    .and_then(|kind| self.models.kind_named(kind));
                let query = Query { entity: Some(EntityRef::Class(*class)), ..Query::default() };
                class_kind.into_iter().chain(facts.kinds.iter().copied()).find_map(|kind| {
                    on_kind(kind, self.object_of(kind, Evidence::Proven, query.clone()), Evidence::Proven)
                })
            }
            Value::Instance(class) => {
                let facts = self.project.class(*class);
                let query = Query { entity: facts.served.clone(), ..Query::default() };
                facts.kinds.iter().find_map(|&kind| {
                    on_kind(kind, self.object_of(kind, Evidence::Declared, query.clone()), Evidence::Declared)
                })
            }
            Value::Path(path) => {
                let full = format!("{path}.{text}");
                let function = self.models.function(&full, args).map(|call| Resolved {
                    call,
                    object: None,
                    evidence: Evidence::Proven,
                    receiver: Value::Unknown,
                });
                function.or_else(|| {
                    self.models.kinds_of_type(path).iter().find_map(|&kind| {
                        on_kind(kind, self.object_of(kind, Evidence::Proven, Query::default()), Evidence::Proven)
                    })
                })
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        // A conventional receiver, only where nothing better is known about it.
        let unsettled = match receiver {
            Value::Unknown | Value::Place(_) | Value::Data(Origin::Param(_) | Origin::Unknown) | Value::Instance(_) => true,
            Value::Path(path) => !path.contains(['.', '/']) || path.starts_with('.') || unit.family() != Family::Go,
            _ => false,
        };
        if unsettled && let Some(receiver_name) = self.receiver_name(base) {
            let conventional = self.conventional_kinds(receiver_name).into_iter().find_map(|kind| {
                on_kind(kind, self.object_of(kind, Evidence::Conventional, Query::default()), Evidence::Conventional)
            });
            if conventional.is_some() {
                return conventional;
            }
        }
        let call = self.models.method_of_any(id, text, args)?;
        Some(Resolved { call, object: None, evidence: Evidence::Proven, receiver: receiver.clone() })
    }

    fn object_of(&self, kind: KindId, evidence: Evidence, query: Query) -> Arc<Object> {
        Arc::new(Object { kind: Some(kind), evidence, query, pending: None, text: None })
    }

    fn call_value(
        &mut self,
        id: ExprId,
        span: Span,
        callee: ExprId,
        args: &Args,
        positional: usize,
        form: CallForm,
    ) -> Value {
        // `gorm.G[Order](db)`: a function with a type argument.
        if let ExprKind::Index { base, index } = self.unit.module.expr(callee).kind
            && let ExprKind::TypeValue(ty) = self.unit.module.expr(index).kind
            && let Value::Path(path) = self.eval(base)
        {
            let result = self.call_path(id, span, &path, args, positional, form);
            return match (result, crate::project::classes::entity_of_type(self.unit, ty)) {
                (Value::Object(object), Some(entity)) => {
                    let mut object = (*object).clone();
                    object.query.entity = Some(entity);
                    Value::Object(Arc::new(object))
                }
                (result, _) => result,
            };
        }
        let value = self.eval(callee);
        match &value {
            Value::Function(function, owner) => {
                let (function, owner) = (*function, owner.as_deref().cloned());
                self.note_target(id, CallTarget { function: Some(function), ..CallTarget::default() });
                self.call_project(function, owner, args, id, span)
            }
            Value::Path(path) => {
                let path = path.clone();
                self.call_path(id, span, &path, args, positional, form)
            }
            Value::Class(class) => {
                let class = *class;
                self.construct(class, args, id, span)
            }
            Value::Object(object) => {
                let name = if form == CallForm::Tagged { "`" } else { "()" };
                let called = object.kind.and_then(|kind| self.models.method(kind, self.models.name(name), name, positional));
                match called {
                    Some(call) => {
                        let target = CallTarget { model: Some(call), receiver: object.kind, ..CallTarget::default() };
                        self.note_target(id, target);
                        let resolved = Resolved {
                            call,
                            object: Some(object.clone()),
                            evidence: object.evidence,
                            receiver: value.clone(),
                        };
                        self.apply(id, span, resolved, args, form, name)
                    }
                    None => Value::Unknown,
                }
            }
            Value::Unknown | Value::Place(_) => {
                // `knex("orders")`, a session factory by convention.
                if let Some(receiver) = self.receiver_name(callee) {
                    let name = if form == CallForm::Tagged { "`" } else { "()" };
                    let found = self.conventional_kinds(receiver).into_iter().find_map(|kind| {
                        let call = self.models.method(kind, self.models.name(name), name, positional)?;
                        Some((call, self.object_of(kind, Evidence::Conventional, Query::default())))
                    });
                    if let Some((call, object)) = found {
                        let resolved = Resolved {
                            call,
                            receiver: Value::Object(object.clone()),
                            object: Some(object),
                            evidence: Evidence::Conventional,
                        };
                        return self.apply(id, span, resolved, args, form, name);
                    }
                }
                let name = self.receiver_name(callee).unwrap_or("").to_owned();
                self.unknown_call(&name, args, span)
            }
            _ => Value::Unknown,
        }
    }

    fn call_path(
        &mut self,
        id: ExprId,
        span: Span,
        path: &Arc<str>,
        args: &Args,
        positional: usize,
        form: CallForm,
    ) -> Value {
        let name = path.rsplit('.').next().unwrap_or(path).to_owned();
        if let Some(call) = self.models.function(path, positional) {
            self.note_target(id, CallTarget { model: Some(call), path: Some(path.clone()), ..CallTarget::default() });
            let resolved = Resolved { call, object: None, evidence: Evidence::Proven, receiver: Value::Unknown };
            return self.apply(id, span, resolved, args, form, &name);
        }
        self.note_target(id, CallTarget { path: Some(path.clone()), ..CallTarget::default() });
        // Go builtins that append and allocate, a constructor of a modelled class.
        if self.unit.family() == Family::Go {
            match path.as_ref() {
                "append" => return self.append(args),
                "make" | "new" => return self.allocated(args),
                _ => {}
            }
        }
        match self.made_by(path, args) {
            Some(made) => made,
            None => self.unknown_call(&name, args, span),
        }
    }

    /// An instance of a modelled class, or an entity: `requests.Session()`, `sa.Table("orders", …)`.
    fn made_by(&self, path: &str, args: &Args) -> Option<Value> {
        if let Some(&kind) = self.models.kinds_of_type(path).first() {
            let entity = args.first().and_then(|(value, _)| self.entity_of_value(value));
            let query = Query { entity, ..Query::default() };
            return Some(Value::Object(self.object_of(kind, Evidence::Proven, query)));
        }
        self.models.entity_of_call(path).map(|entity| self.entity_value(entity, args))
    }

    /// `pgTable("users", …)`, `mongoose.model("User", schema)`: the value is the entity.
    fn entity_value(&self, entity: crate::models::lookup::EntityId, args: &Args) -> Value {
        let fact = self.models.entity(entity);
        let name = args.first().and_then(|(value, _)| value.as_text()?.as_constant().map(str::to_owned));
        let query =
            Query { entity: name.map(|name| EntityRef::Named(name.into())), entity_sort: Some(entity), ..Query::default() };
        let kind = fact.class_kind.as_deref().and_then(|kind| self.models.kind_named(kind));
        Value::Object(Arc::new(Object { kind, evidence: Evidence::Proven, query, pending: None, text: None }))
    }

    /// Go's `append(xs, x)`.
    fn append(&mut self, args: &Args) -> Value {
        let mut list = match args.first().map(|(value, _)| value) {
            Some(Value::List(list)) => (**list).clone(),
            _ => List {
                element: Value::Unknown,
                size: Size::Unknown,
                rows: None,
                constant: false,
                shape: Shape::Elements,
            },
        };
        let was_empty = list.element.is_unknown();
        for (value, arg) in args.iter().skip(1) {
            let value = if arg.spread == Spread::List
                && let Value::List(other) = value
            {
                other.element.clone()
            } else {
                value.clone()
            };
            list.element = if was_empty { value } else { std::mem::take(&mut list.element).join(value) };
        }
        list.size = Size::Unknown;
        list.constant = false;
        self.collect_rows(&mut list);
        Value::List(Arc::new(list))
    }

    /// Go's `make([]string, n)` and `new(T)`: the elements are zero until they are written.
    fn allocated(&self, args: &Args) -> Value {
        let Some((_, arg)) = args.first() else { return Value::Unknown };
        let ExprKind::TypeValue(ty) = self.unit.module.expr(arg.value).kind else { return Value::Unknown };
        match self.value_of_type(self.unit, ty) {
            Value::List(list) if list.element.is_unknown() => {
                Value::List(Arc::new(List { element: Value::Null, ..(*list).clone() }))
            }
            other => other,
        }
    }

    /// A list that is filled inside a loop over rows is those rows again.
    fn collect_rows(&self, list: &mut List) {
        if list.rows.is_none()
            && let Some(innermost) = self.current().loops.last()
            && let Some(rows) = &self.facts.loops[innermost.0 as usize].rows
        {
            list.rows = Some(rows.clone());
        }
    }

    /// Instantiates a project class.
    fn construct(&mut self, class: super::value::ClassRef, args: &Args, id: ExprId, span: Span) -> Value {
        let facts = self.project.class(class);
        self.note_target(id, CallTarget::default());
        // A serializer of rows is still those rows.
        let name = self.project.unit(class.file).module.text(self.project.unit(class.file).module.class(class.id).name);
        if facts.entity.is_none() && wraps_rows(name) && !facts.base_paths.is_empty() {
            let rows = args.iter().find(|(value, _)| self.size_and_rows(value).is_some_and(|(_, rows)| rows.is_some()));
            if let Some((value, arg)) = rows.cloned() {
                return Value::List(Arc::new(self.iterated(value, arg.value)));
            }
        }
        if facts.entity.is_some() {
            // A new object: nothing of it was read from the store.
            return self.instance(EntityRef::Class(class), Query { plain: true, ..Query::default() }, Evidence::Proven);
        }
        if let Some(&kind) = facts.kinds.first() {
            let constructor = self.unit.module.strings.lookup("__init__").and_then(|name| self.method_of(class, name));
            if constructor.is_none() && facts.methods.is_empty() {
                let query = Query { entity: facts.served.clone(), ..Query::default() };
                return Value::Object(self.object_of(kind, Evidence::Proven, query));
            }
        }
        // A wrapper around rows (`OrderPage(items=rows)`) still holds them.
        if let Some((value, _)) = args.iter().find(|(value, _)| self.size_and_rows(value).is_some_and(|(_, rows)| rows.is_some()))
            && !facts.methods.contains_key(&self.unit.module.strings.lookup("__init__").unwrap_or(Sym(u32::MAX)))
        {
            let entries = args
                .iter()
                .filter_map(|(value, arg)| arg.name.map(|name| (self.unit.module.text(name).into(), value.clone())))
                .collect::<Vec<(Arc<str>, Value)>>();
            if entries.is_empty() {
                return value.clone();
            }
            return Value::Record(Arc::new(super::value::Record { entries, rest: None, constant: false }));
        }
        let _ = span;
        Value::Instance(class)
    }

    /// Text and list methods that belong to the languages.
    fn native_method(&mut self, receiver: &Value, base: ExprId, name: &str, args: &Args, span: Span) -> Option<Value> {
        let values = || args.iter().map(|(value, _)| value.clone()).collect::<Vec<_>>();
        let plain = || args.iter().map(|(_, arg)| arg.clone()).collect::<Vec<_>>();
        if let Value::Text(text) = receiver {
            let text = text.clone();
            return match name {
                "format" if self.unit.family() == Family::Python => Some(self.str_format(&text, &plain(), &values())),
                "join" if self.unit.family() == Family::Python => {
                    let list = args.first()?;
                    let iterated = self.iterated(list.0.clone(), list.1.value);
                    Some(self.join(&Value::List(Arc::new(iterated)), span))
                }
                "concat" => Some(self.concat((*text).clone(), &plain(), &values())),
                "replace" | "replaceAll" => {
                    let (token, _) = args.first()?;
                    let (value, arg) = args.get(1)?;
                    Some(self.replace(&text, token, value, arg.value))
                }
                "strip" | "lstrip" | "rstrip" | "lower" | "upper" | "title" | "trim" | "trimStart" | "trimEnd"
                | "toLowerCase" | "toUpperCase" | "toString" | "encode" | "decode" | "valueOf" | "expandtabs"
                | "removesuffix" | "removeprefix" | "slice" | "substring" | "substr" => Some(receiver.clone()),
                "split" | "splitlines" | "rsplit" => {
                    let element = text.worst().map_or(Value::Data(Origin::Constant), Value::Data);
                    Some(Value::list(element, Size::Unknown))
                }
                _ => None,
            };
        }
        if matches!(receiver, Value::List(_)) {
            match name {
                "append" | "push" | "add" | "appendleft" | "insert" | "unshift" | "prepend" => {
                    let (value, _) = args.last()?.clone();
                    self.add_to_list(base, value);
                    return Some(Value::Null);
                }
                "extend" | "update" => {
                    let (value, arg) = args.first()?.clone();
                    let iterated = self.iterated(value, arg.value);
                    self.add_to_list(base, iterated.element);
                    return Some(Value::Null);
                }
                "join" if self.unit.family() == Family::TypeScript => return Some(self.join(receiver, span)),
                "count" | "index" | "indexOf" | "sort" | "reverse" | "clear" | "remove" | "copy" => {
                    return Some(if matches!(name, "copy" | "reverse" | "sort") { receiver.clone() } else { Value::Number });
                }
                _ => {}
            }
        }
        if let Value::Record(record) = receiver {
            match name {
                "get" => {
                    let key = args.first()?.0.as_text().and_then(|text| text.as_constant().map(str::to_owned));
                    if let Some(found) = key.as_deref().and_then(|key| record.get(key)) {
                        return Some(found.clone());
                    }
                    let fallback = args.get(1).is_none_or(|(value, _)| value.is_constant());
                    if record.constant && fallback {
                        return Some(Value::Data(Origin::Listed));
                    }
                    return Some(record.rest.clone().unwrap_or_default());
                }
                "keys" | "values" | "items" => {
                    let element = if record.constant { Value::Data(Origin::Listed) } else { record.rest.clone().unwrap_or_default() };
                    let size = if record.rest.is_none() { Size::Constant(record.entries.len() as u32) } else { Size::Unknown };
                    return Some(Value::list(element, size));
                }
                _ => {}
            }
        }
        None
    }

    fn add_to_list(&mut self, place: ExprId, value: Value) {
        let rows = {
            let mut probe = List {
                element: Value::Unknown,
                size: Size::Unknown,
                rows: None,
                constant: false,
                shape: Shape::Elements,
            };
            self.collect_rows(&mut probe);
            probe.rows
        };
        let in_loop = !self.current().loops.is_empty();
        self.update(place, |known| {
            if let Value::List(list) = known {
                let mut list = (**list).clone();
                let empty = list.size == Size::Constant(0);
                list.constant = value.is_constant() && (list.constant || empty);
                list.element = if empty && list.element.is_unknown() {
                    value
                } else {
                    std::mem::take(&mut list.element).join(value)
                };
                list.size = match list.size {
                    Size::Constant(n) if !in_loop => Size::Constant(n + 1),
                    _ => Size::Unknown,
                };
                if list.rows.is_none() {
                    list.rows = rows;
                }
                *known = Value::List(Arc::new(list));
            }
        });
    }

    /// A call that nothing is known about.
    fn unknown_call(&mut self, path: &str, args: &Args, span: Span) -> Value {
        let name = path.rsplit('.').next().unwrap_or(path);
        // Serializers and response wrappers keep the rows that they are given.
        if wraps_rows(name)
            && let Some((value, _)) =
                args.iter().find(|(value, _)| self.size_and_rows(value).is_some_and(|(_, rows)| rows.is_some()))
        {
            return value.clone();
        }
        let _ = span;
        // Data from the client stays that in what an unknown function makes of it, unless its name says otherwise.
        let lower = name.to_ascii_lowercase();
        if lower.contains("quote") || lower.contains("escape") || lower.contains("sanitiz") || lower.contains("ident") {
            return Value::Data(Origin::Quoted);
        }
        Value::Unknown
    }

    /// Applies a model's facts.
    fn apply(&mut self, id: ExprId, span: Span, resolved: Resolved, args: &Args, form: CallForm, name: &str) -> Value {
        let models = self.models;
        let call = models.call(resolved.call);
        let consumed = self.consume(call, args);
        let args = consumed.as_ref().unwrap_or(args);
        let receiver_query = match (&resolved.object, &resolved.receiver) {
            (Some(object), _) => object.query.clone(),
            (None, _) => Query::default(),
        };
        let mut query = self.with_call(&receiver_query, call, args, name, span);
        let kind = resolved.object.as_ref().and_then(|object| object.kind);
        let statement = self.statement(call, args);
        // What is prepared from a stream's own statement goes on streaming: `tx.Prepare(pq.CopyIn("t", "a"))`.
        let streamed = statement.clone().filter(|value| {
            let Value::Object(object) = value else { return false };
            object.kind.is_some_and(|kind| models.kind(kind).fact.run == Some(Effect::Queue))
        });
        self.note_sql(id, span, call, &resolved, args, form, statement.as_ref());
        let (mut effect, query) = self.effect_of(call, &mut query, kind, statement, args);
        // A prefetched manager and a queryset that has run answer from memory.
        let from_memory = call.from_loaded && receiver_query.ran;
        if from_memory {
            effect = Effect::Build;
        }
        self.note_secret_position(call);
        // Callbacks run while the call runs.
        let called_back = self.run_callbacks(id, span, call, &resolved, args);
        if call.memoizes || call.loader {
            self.note_function_kind(call, args);
        }
        if let Some(at) = &call.respond {
            for (value, _) in self.values_at(args, at) {
                self.respond(&value, span);
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
        let mut result = self.result_of(id, call, &resolved, &query, args, called_back, span);
        if let Some(out) = call.out {
            self.fill_out(args, out, &query, kind, resolved.evidence, span, effect);
        }
        if is_trip {
            let varies = self.call_varies(id);
            if call.when == When::Await {
                let loops = self.loops();
                let pending = Pending { call: resolved.call, effect, span, expr: id, loops, varies, result };
                return Value::Object(Arc::new(Object {
                    kind: self.pending_kind(call).or(kind),
                    evidence: resolved.evidence,
                    query,
                    pending: Some(Arc::new(pending)),
                    text: None,
                }));
            }
            self.trip(id, span, effect, Some(resolved.call), kind, &query, resolved.evidence, varies);
        }
        if from_memory && let Value::Object(object) = &result {
            let mut object = (**object).clone();
            object.query.ran = true;
            result = Value::Object(Arc::new(object));
        }
        if let Some(source) = call.source {
            result = Value::Data(origin_of(source));
        }
        if kind.is_some_and(|kind| models.kind(kind).fact.in_place)
            && call.returns.as_deref() == Some("self")
            && let ExprKind::Call { callee, .. } = self.unit.module.expr(id).kind
            && let ExprKind::Member { base, .. } = self.unit.module.expr(callee).kind
            && let Value::Object(_) = &result
        {
            let changed = result.clone();
            self.update(base, |known| {
                if matches!(known, Value::Object(_)) {
                    *known = changed;
                }
            });
        }
        result
    }

    /// `list(qs)`, `sorted(qs)`: a lazy query that is given to the call runs here; the call goes on with its rows.
    fn consume(&mut self, call: &Call, args: &Args) -> Option<Args> {
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
    fn tupled(&mut self, args: &Args, enumerated: Option<usize>) -> Value {
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

    fn pending_kind(&self, call: &Call) -> Option<KindId> {
        self.models.kind_named(call.returns.as_deref()?)
    }

    /// The receiver's query with what the call adds.
    fn with_call(&mut self, receiver: &Query, call: &Call, args: &Args, name: &str, span: Span) -> Query {
        let mut query = receiver.clone();
        if query.origin.is_none() {
            query.origin = Some((self.unit.file, span));
        }
        if let Some(at) = &call.entity
            && let Some((value, arg)) = self.values_at(args, at).into_iter().next()
        {
            query.entity = self.entity_of_value(&value).or_else(|| self.entity_of_place(arg.value)).or(query.entity);
        }
        if let Some(pattern) = &call.entity_in_name
            && let Some(entity) = from_pattern(pattern, "{Entity}", name)
        {
            query.entity = Some(self.entity_named(entity));
        }
        match &call.bounds {
            Some(Bounds::Always(false)) => query.bounded = false,
            Some(bounds) if self.is_bounded(bounds, args) => query.bounded = true,
            Some(_) | None => {}
        }
        if call.narrows {
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
        if let Some(eager) = &call.eager {
            self.add_eager(&mut query, eager, args, name);
        }
        if let Some(columns) = call.columns {
            let names = args
                .iter()
                .flat_map(|(value, arg)| self.relation_paths(value, arg.value, None))
                .map(|path| path.split("__").next().unwrap_or_default().to_owned())
                .collect();
            query.columns = Some(Arc::new(Columns { names, left_out: columns == schema::Columns::Defer }));
        }
        if self.mentions_current_user(args) {
            query.owned = true;
        }
        if args.iter().any(|(_, arg)| arg.name.is_some_and(|name| self.unit.module.text(name).ends_with("__in"))) {
            query.narrowed = true;
        }
        query
    }

    /// `filter(owner=request.user)`, `where: { userId: req.user.id }`.
    fn mentions_current_user(&self, args: &Args) -> bool {
        args.iter().any(|(_, arg)| {
            let span = self.span(arg.value);
            if span.end - span.start > 400 {
                return false;
            }
            let text = self.unit.snippet(span);
            ["request.user", "req.user", "current_user", "currentUser", "ctx.user", "session.user", "user_id=user", "user.id",
                "userId", "user_id"]
            .iter()
            .any(|word| text.contains(word))
        })
    }

    /// The statement that the call runs, where it is an argument.
    fn statement(&mut self, call: &Call, args: &Args) -> Option<Value> {
        let at = call.statement.as_ref()?;
        self.values_at(args, at).into_iter().next().map(|(value, _)| value)
    }

    /// What the call does at the store, and the query that it does it with.
    fn effect_of(
        &mut self,
        call: &Call,
        query: &mut Query,
        kind: Option<KindId>,
        statement: Option<Value>,
        args: &Args,
    ) -> (Effect, Query) {
        let _ = kind;
        let mut effect = call.effect;
        let mut query = std::mem::take(query);
        if call.pure {
            return (Effect::Build, query);
        }
        if let Some(Value::Object(object)) = &statement {
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
        let text = statement
            .as_ref()
            .and_then(|value| value.as_text().cloned())
            .or_else(|| call.sql.iter().find_map(|sql| self.sql_values(args, sql).into_iter().next()?.0.as_text().cloned()));
        if let Some(text) = text {
            let skeleton = text.skeleton();
            if sql_is_bounded(&skeleton) {
                query.bounded = true;
            }
            if sql_narrows(&skeleton) {
                query.narrowed = true;
            }
            if query.entity.is_none()
                && let Some(table) = sql_table(&skeleton)
            {
                query.entity = Some(EntityRef::Named(table.into()));
            }
            if effect == Effect::Execute {
                effect = sql_effect(&skeleton);
            }
            // A read call that runs a write statement writes: `INSERT … RETURNING` through `query`.
            if matches!(effect, Effect::ReadOne | Effect::ReadMany) && sql_effect(&skeleton) == Effect::Write {
                effect = Effect::Write;
            }
            query.plain = true;
        } else if effect == Effect::Execute && statement.is_none() {
            effect = Effect::ReadMany;
        } else if effect == Effect::Execute {
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
        (effect, query)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one application, known only together")]
    fn result_of(
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
            let about_argument = resolved.object.is_some() && !args.is_empty();
            let subject = if call.path.is_some() || resolved.receiver.is_unknown() || about_argument {
                args.first().map(|(value, arg)| (value.clone(), arg.value))
            } else {
                Some((resolved.receiver.clone(), id))
            };
            let textual = match role {
                TextRole::Number => Some(Value::Number),
                TextRole::Safe => Some(Value::Data(Origin::Quoted)),
                TextRole::Escaped => Some(Value::Data(Origin::Escaped)),
                TextRole::Same => subject.map(|(value, expr)| match value {
                    Value::Unknown | Value::Path(_) => Value::Unknown,
                    Value::Object(object) if object.text.is_none() => Value::Object(object),
                    value @ (Value::List(_) | Value::Record(_)) => value,
                    value => Value::text(self.text_of(&value, expr)),
                }),
                TextRole::Printf => Some(self.sprintf(&plain_args(), &values())),
                TextRole::Format => subject.map(|(value, expr)| {
                    let text = self.text_of(&value, expr);
                    self.str_format(&text, &plain_args(), &values())
                }),
                TextRole::Concat => Some(self.concat(Text::default(), &plain_args(), &values())),
                TextRole::Join => subject.map(|(value, _)| self.join(&value, span)),
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
                        text: value.as_text().cloned(),
                    }));
                }
                return value;
            }
        }
        if let Some(appends) = &call.appends {
            let added = match appends.text {
                TextRole::Printf => {
                    let skip = usize::from(appends.to.is_some());
                    self.sprintf(&plain_args()[skip.min(args.len())..], &values()[skip.min(args.len())..])
                }
                _ => {
                    let skip = usize::from(appends.to.is_some());
                    self.concat(Text::default(), &plain_args()[skip.min(args.len())..], &values()[skip.min(args.len())..])
                }
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
            let source = args.first().map(|(value, _)| value.clone()).filter(|_| call.path.is_some()).unwrap_or_else(|| {
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
                    let value = self.result_value(returns, query, resolved.evidence, resolved.object.as_ref().and_then(|o| o.kind));
                    (Arc::from(key.as_str()), self.located(value, span, query, resolved))
                })
                .collect();
            return Value::Record(Arc::new(super::value::Record { entries, rest: None, constant: false }));
        }
        let value = match call.returns.as_deref() {
            None => {
                if call.effect == Effect::Build && call.columns.is_none() && call.source.is_none() {
                    Value::Unknown
                } else {
                    Value::Unknown
                }
            }
            Some("self") => match (&resolved.object, &resolved.receiver) {
                (Some(object), _) => {
                    let mut object = (**object).clone();
                    object.query = query.clone();
                    Value::Object(Arc::new(object))
                }
                (None, receiver) => receiver.clone(),
            },
            Some("callback") => called_back.filter(|value| !value.is_unknown()).unwrap_or_else(|| match &resolved.object {
                Some(_) => resolved.receiver.clone(),
                None => Value::Unknown,
            }),
            Some("elements") => {
                let mut list = match &resolved.receiver {
                    Value::List(list) => (**list).clone(),
                    _ => List {
                        element: Value::Unknown,
                        size: Size::Unknown,
                        rows: None,
                        constant: false,
                        shape: Shape::Elements,
                    },
                };
                if matches!(resolved.receiver, Value::Unknown)
                    && let Some(Value::List(source)) = args.iter().map(|(value, _)| value).find(|v| matches!(v, Value::List(_)))
                {
                    list = (**source).clone();
                }
                list.element = called_back.unwrap_or_default();
                list.constant = list.element.is_constant();
                Value::List(Arc::new(list))
            }
            Some("zipped") => self.tupled(args, None),
            Some("element") => match &resolved.receiver {
                Value::List(list) => list.element.clone(),
                _ => Value::Unknown,
            },
            Some(returns) => {
                if let Some(at) = returns.strip_prefix("arg:").and_then(|at| at.parse::<usize>().ok()) {
                    args.get(at).map(|(value, _)| value.clone()).unwrap_or_default()
                } else if let Some(at) = returns.strip_prefix("enumerated:").and_then(|at| at.parse::<usize>().ok()) {
                    self.tupled(args, Some(at))
                } else if let Some(at) = returns.strip_prefix("element:").and_then(|at| at.parse::<usize>().ok()) {
                    match args.get(at) {
                        Some((Value::List(list), _)) => list.element.clone(),
                        _ => Value::Unknown,
                    }
                } else {
                    let value =
                        self.result_value(returns, query, resolved.evidence, resolved.object.as_ref().and_then(|o| o.kind));
                    self.with_eager_of_options(value, call, args)
                }
            }
        };
        self.located(value, span, query, resolved)
    }

    /// Rows remember the call that read them.
    fn located(&self, value: Value, span: Span, query: &Query, resolved: &Resolved) -> Value {
        match value {
            Value::List(list) if list.rows.is_none() && is_read_many(self.models.call(resolved.call)) => {
                let rows = Rows {
                    file: self.unit.file,
                    span,
                    query: query.clone(),
                    kind: resolved.object.as_ref().and_then(|object| object.kind),
                    evidence: resolved.evidence,
                    sliced: false,
                };
                Value::List(Arc::new(List { rows: Some(Arc::new(rows)), ..(*list).clone() }))
            }
            other => other,
        }
    }

    /// A value by a model's word for it.
    pub(super) fn result_value(&mut self, returns: &str, query: &Query, evidence: Evidence, kind: Option<KindId>) -> Value {
        let _ = kind;
        match returns {
            "one" => match &query.entity {
                Some(entity) if !query.plain => self.instance(entity.clone(), Query { bounded: false, ..query.clone() }, evidence),
                Some(_) | None => Value::Data(Origin::Row),
            },
            "many" => {
                let element = match &query.entity {
                    Some(entity) if !query.plain => self.instance(entity.clone(), query.clone(), evidence),
                    Some(_) | None => Value::Data(Origin::Row),
                };
                Value::list(element, Size::Unknown)
            }
            "row" => Value::Data(Origin::Row),
            "rows" => Value::list(Value::Data(Origin::Row), Size::Unknown),
            "scalar" => Value::Data(Origin::Row),
            kind => match self.models.kind_named(kind) {
                Some(kind) => Value::Object(Arc::new(Object {
                    kind: Some(kind),
                    evidence,
                    query: Query {
                        ran: false,
                        entity_sort: query.entity_sort.or_else(|| self.models.entity_of_class_kind(kind)),
                        ..query.clone()
                    },
                    pending: None,
                    text: None,
                })),
                None => Value::Unknown,
            },
        }
    }

    /// An option object (`joinedload(A.b)`) carries its own paths.
    fn with_eager_of_options(&mut self, value: Value, call: &Call, args: &Args) -> Value {
        let _ = (call, args);
        value
    }

    fn add_eager(&mut self, query: &mut Query, eager: &Eager, args: &Args, name: &str) {
        let mut paths: Vec<String> = (*query.eager).clone();
        // `selectinload(A.bs).joinedload(B.c)` goes on from `bs`.
        let onto = if eager.deepens { paths.last().cloned().filter(|path| path != "*") } else { None };
        let mut add = |path: String| {
            let path = match &onto {
                Some(onto) if path != "*" && !path.is_empty() => format!("{onto}.{path}"),
                Some(_) | None => path,
            };
            if !path.is_empty() && !paths.contains(&path) {
                paths.push(path);
            }
        };
        if let Some(pattern) = &eager.in_name {
            if let Some(edge) = from_pattern(pattern, "{Edge}", name) {
                add(edge.to_owned());
            }
        } else if eager.bare_all && args.is_empty() {
            add("*".to_owned());
        }
        let separator = eager.separator.as_deref();
        for (at, (value, arg)) in args.iter().enumerate() {
            if eager.arg.is_some_and(|wanted| wanted != at) {
                continue;
            }
            if eager.merge {
                let carrier = match value {
                    Value::Object(object) => Some(object),
                    Value::List(list) => list.element.as_object(),
                    _ => None,
                };
                if let Some(object) = carrier {
                    object.query.eager.iter().cloned().for_each(&mut add);
                    continue;
                }
                // `.options(load_options())` of a function that is not seen may load anything.
                if value.as_text().is_none() && matches!(self.unit.module.expr(arg.value).kind, ExprKind::Call { .. }) {
                    add("*".to_owned());
                    continue;
                }
            }
            if eager.keys.is_empty() {
                let named = self.relation_paths(value, arg.value, separator);
                // `Prefetch("items", queryset=Item.objects.select_related("product"))`
                let below = eager.below.as_ref().and_then(|at| self.values_at(args, at).into_iter().next());
                for path in named {
                    if let Some((Value::Object(object), _)) = &below {
                        object.query.eager.iter().for_each(|inner| add(format!("{path}.{inner}")));
                    }
                    add(path);
                }
            } else if let Value::Record(record) = value {
                for key in &eager.keys {
                    if let Some(tree) = record.get(key) {
                        let mut found = Vec::new();
                        relation_tree(tree, "", &eager.keys, &mut found);
                        found.into_iter().for_each(&mut add);
                    }
                }
            }
        }
        query.eager = Arc::new(paths);
    }

    /// Relation names that an argument gives: texts, attributes of entities, lists of them, lookup objects.
    fn relation_paths(&self, value: &Value, expr: ExprId, separator: Option<&str>) -> Vec<String> {
        let split = |text: &str| match separator {
            Some(separator) => text.split(separator).collect::<Vec<_>>().join("."),
            None => text.to_owned(),
        };
        if let Some(text) = value.as_text().and_then(|text| text.as_constant()) {
            return vec![split(text)];
        }
        if let Value::Object(object) = value
            && !object.query.eager.is_empty()
        {
            return (*object.query.eager).clone();
        }
        let module = &self.unit.module;
        match &module.expr(expr).kind {
            // `joinedload(Order.customer)`
            ExprKind::Member { name, .. } => vec![module.text(*name).to_owned()],
            ExprKind::Seq { items, .. } => {
                items.iter().flat_map(|&item| self.relation_paths(&Value::Unknown, item, separator)).collect()
            }
            ExprKind::Lit(crate::ir::Lit::Str(text)) => vec![split(module.text(*text))],
            // `Prefetch("books", queryset=…)`
            ExprKind::Call { args, .. } => args
                .first()
                .map(|arg| self.relation_paths(&Value::Unknown, arg.value, separator))
                .unwrap_or_default(),
            // What is not spelled out may load anything.
            ExprKind::Var(_) | ExprKind::Name(_) | ExprKind::Spread(_) => vec!["*".to_owned()],
            _ => Vec::new(),
        }
    }

    fn is_bounded(&mut self, bounds: &Bounds, args: &Args) -> bool {
        match bounds {
            Bounds::Always(always) => *always,
            Bounds::Given(given) => {
                let unit = self.unit;
                let named = given.kw.as_ref().and_then(|kw| {
                    args.iter().find(|(_, arg)| arg.name.is_some_and(|name| unit.module.text(name) == kw.as_str()))
                });
                let positional = given.arg.and_then(|at| args.iter().filter(|(_, arg)| arg.name.is_none()).nth(at));
                if given.carried {
                    return positional.or(named).into_iter().chain(args).any(
                        |(value, _)| matches!(value, Value::Object(object) if object.query.bounded),
                    );
                }
                if !given.keys.is_empty() {
                    return args.iter().any(|(value, _)| match value {
                        Value::Record(record) => {
                            given.keys.iter().any(|key| record.get(key).is_some_and(|value| !value.is_null()))
                        }
                        _ => false,
                    }) || self.text_mentions(args, &given.keys);
                }
                if !given.stages.is_empty() {
                    return args.iter().any(|(_, arg)| {
                        let text = unit.snippet(self.span(arg.value));
                        given.stages.iter().any(|stage| text.contains(stage.as_str()))
                    });
                }
                match named.or(positional) {
                    Some((Value::Null, _)) => false,
                    Some((Value::Int(n), _)) => *n >= 0,
                    Some(_) => true,
                    None => false,
                }
            }
        }
    }

    /// A spread or variable object that is not spelled out here may hold the bound: `...paging`.
    fn text_mentions(&self, args: &Args, keys: &[String]) -> bool {
        args.iter().any(|(value, arg)| {
            let unknown_object = matches!(value, Value::Unknown | Value::Place(_))
                && matches!(self.unit.module.expr(arg.value).kind, ExprKind::Var(_) | ExprKind::Call { .. } | ExprKind::Member { .. });
            let spread_unknown = matches!(value, Value::Record(record) if matches!(record.rest, Some(Value::Unknown | Value::Place(_))));
            let _ = keys;
            unknown_object || spread_unknown
        })
    }

    /// Argument values at a position.
    pub(super) fn values_at(&self, args: &Args, at: &Position) -> Vec<(Value, Arg)> {
        let unit = self.unit;
        let named = at.kw.as_ref().and_then(|kw| {
            args.iter().find(|(_, arg)| arg.name.is_some_and(|name| unit.module.text(name) == kw.as_str())).cloned()
        });
        if let Some(found) = named {
            return vec![self.under_key(found, at.key.as_deref())];
        }
        let positional: Vec<&(Value, Arg)> = args.iter().filter(|(_, arg)| arg.name.is_none()).collect();
        if at.rest {
            return positional.into_iter().skip(at.arg.unwrap_or(0)).cloned().collect();
        }
        let found = match (at.last, at.arg) {
            (Some(last), _) => positional.len().checked_sub(last + 1).and_then(|at| positional.get(at)),
            (None, Some(at)) => positional.get(at),
            (None, None) if at.key.is_some() => positional.iter().find(|(value, _)| matches!(value, Value::Record(_))),
            (None, None) => None,
        };
        found.map(|found| self.under_key((*found).clone(), at.key.as_deref())).into_iter().collect()
    }

    fn under_key(&self, (value, arg): (Value, Arg), key: Option<&str>) -> (Value, Arg) {
        let Some(key) = key else { return (value, arg) };
        let expr = crate::project::classes::entry(self.unit, arg.value, key).unwrap_or(arg.value);
        let value = match value {
            Value::Record(record) => record.get(key).cloned().unwrap_or_default(),
            _ => Value::Unknown,
        };
        (value, Arg { value: expr, ..arg })
    }

    pub(super) fn entity_of_value(&self, value: &Value) -> Option<EntityRef> {
        match value {
            Value::Class(class) => Some(EntityRef::Class(*class)),
            Value::Object(object) => object.query.entity.clone(),
            Value::Instance(class) => Some(EntityRef::Class(*class)),
            Value::List(list) => self.entity_of_value(&list.element),
            Value::Text(text) => {
                let name = text.as_constant()?.split_whitespace().next()?.to_owned();
                Some(EntityRef::Named(name.into()))
            }
            Value::Path(path) => {
                let last = path.rsplit('.').next()?;
                last.starts_with(|c: char| c.is_ascii_uppercase()).then(|| EntityRef::Named(last.into()))
            }
            Value::Record(_) => None,
            _ => None,
        }
    }

    /// `&users` by the type that it was declared with; `User.id` by its class.
    fn entity_of_place(&self, expr: ExprId) -> Option<EntityRef> {
        let module = &self.unit.module;
        match &module.expr(expr).kind {
            ExprKind::Ref(inner) | ExprKind::Deref(inner) => self.entity_of_place(*inner),
            ExprKind::Var(var) => {
                let ty = module.var(*var).ty?;
                crate::project::classes::entity_of_type(self.unit, ty)
            }
            ExprKind::Member { base, .. } => {
                let class = self.unit.class_of_expr(*base)?;
                Some(EntityRef::Class(super::value::ClassRef { file: self.unit.file, id: class }))
            }
            ExprKind::Record { ty, .. } | ExprKind::Seq { ty, .. } => {
                crate::project::classes::entity_of_type(self.unit, (*ty)?)
            }
            _ => None,
        }
    }

    fn run_callbacks(&mut self, id: ExprId, span: Span, call: &Call, resolved: &Resolved, args: &Args) -> Option<Value> {
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
                _ => List {
                    element: Value::Unknown,
                    size: Size::Unknown,
                    rows: None,
                    constant: false,
                    shape: Shape::Elements,
                },
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
                        Some(before @ Value::Object(_)) if call.returns.as_deref() == Some("callback") => before.clone(),
                        Some(_) | None => resolved.receiver.clone(),
                    },
                    "error" => Value::Error,
                    role if role.starts_with("element:") => {
                        source = element_of(self, role["element:".len()..].parse().ok());
                        source.as_ref().map(|list| list.element.clone()).unwrap_or_default()
                    }
                    kind => self.models.kind_named(kind).map_or(Value::Unknown, |kind| {
                        let query = resolved.object.as_ref().map(|object| object.query.clone()).unwrap_or_default();
                        Value::Object(self.object_of(kind, Evidence::Declared, query))
                    }),
                };
                values.push(value);
            }
            let callee = arg.value;
            let settled = |interp: &mut Self, value| if callback.awaits { interp.awaited(value, callee) } else { value };
            let returned = match callback.when {
                CallbackWhen::Once => {
                    let returned = self.follow_callee(function, &values, id);
                    settled(self, returned)
                }
                CallbackWhen::Later => {
                    let loops = std::mem::take(&mut self.frame().loops);
                    let leaving = std::mem::take(&mut self.frame().leaving);
                    let returned = self.follow_callee(function, &values, id);
                    self.frame().loops = loops;
                    self.frame().leaving = leaving;
                    returned
                }
                CallbackWhen::PerElement => {
                    let list = source.or(list).unwrap_or(List {
                        element: Value::Unknown,
                        size: Size::Unknown,
                        rows: None,
                        constant: false,
                        shape: Shape::Elements,
                    });
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
                        span: closure,
                        source: self.callback_source(&list, iterable),
                        parent: self.current().loops.last().copied(),
                        iterable,
                        element: None,
                        rows: list.rows.clone(),
                        callback: true,
                        function: self.function(),
                    };
                    let id_of_loop = self.open_loop(fact);
                    let leaving = std::mem::take(&mut self.frame().leaving);
                    let returned = self.follow_callee(function, &values, id);
                    let returned = settled(self, returned);
                    self.frame().leaving = leaving;
                    self.close_loop(id_of_loop);
                    returned
                }
            };
            result = Some(returned);
        }
        result
    }

    fn callback_source(&self, list: &List, iterable: Option<Span>) -> LoopSource {
        let source = loops::source_of(list);
        if source == LoopSource::Unknown
            && let Some(span) = iterable
        {
            let text = self.unit.snippet(span).to_ascii_lowercase();
            if text.contains("chunk") || text.contains("batch") {
                return LoopSource::Exempt;
            }
        }
        source
    }

    /// A callback: a closure inline, a named function through its summary.
    fn follow_callee(&mut self, function: super::value::FnRef, values: &[Value], at: ExprId) -> Value {
        if function.file == self.unit.file && !self.is_summarised(function.id) {
            return self.follow_closure(function.id, values);
        }
        let args: Args = values
            .iter()
            .map(|value| (value.clone(), Arg { name: None, spread: Spread::None, value: at }))
            .collect();
        let span = self.span(at);
        self.call_project(function, None, &args, at, span)
    }

    /// Walks a closure's body here and now.
    pub(super) fn follow_closure(&mut self, id: FnId, values: &[Value]) -> Value {
        if self.current().inlined.len() >= MAX_INLINE || self.current().inlined.contains(&id) {
            return Value::Unknown;
        }
        let unit = self.unit;
        let function = unit.module.function(id);
        self.frame().inlined.push(id);
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
        self.exec_block(&function.body);
        self.walk_remaining(id);
        let result = std::mem::replace(&mut self.frame().returned, returned).unwrap_or_default();
        self.frame().leaving = leaving;
        self.frame().inlined.pop();
        self.walked(id);
        result
    }

    /// Marks a range as seen: closures are followed where a model says so, or else where they stand.
    fn walked(&mut self, id: FnId) {
        self.seen.insert((self.unit.module.function(id).span, CLOSURE), 0);
    }

    /// Closures that no model claims still run sometime: their bodies are walked without the loops around.
    fn follow_unclaimed(&mut self, args: &Args) {
        for (value, _) in args {
            self.follow_value(value, 0);
        }
    }

    fn follow_value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Function(function, _) if function.file == self.unit.file => self.walk_unclaimed(function.id),
            Value::Record(record) if depth < 3 => {
                for (_, value) in &record.entries {
                    self.follow_value(value, depth + 1);
                }
            }
            Value::List(list) if depth < 3 => self.follow_value(&list.element, depth + 1),
            _ => {}
        }
    }

    /// Closures that were returned, stored or exported: walked once the function around them has set the scene.
    pub(super) fn walk_remaining(&mut self, parent: FnId) {
        for at in 0..self.closures[parent.index()].len() {
            let id = self.closures[parent.index()][at];
            self.walk_unclaimed(id);
        }
    }

    pub(super) fn walk_unclaimed(&mut self, id: FnId) {
        let span = self.unit.module.function(id).span;
        if self.is_summarised(id) || self.seen.contains_key(&(span, CLOSURE)) {
            return;
        }
        let loops = std::mem::take(&mut self.frame().loops);
        self.follow_closure(id, &[]);
        self.frame().loops = loops;
    }

    /// `lru_cache(f)`, `new DataLoader(batch)`: notes on the function.
    fn note_function_kind(&mut self, call: &Call, args: &Args) {
        for (value, _) in args {
            if let Value::Function(function, _) = value
                && function.file == self.unit.file
            {
                let facts = &mut self.facts.functions[function.id.index()];
                facts.memoized |= call.memoizes;
                facts.loader |= call.loader;
            }
        }
    }

    fn note_secret_position(&mut self, call: &Call) {
        // Secret positions are read by the secrets rule through `FileFacts::calls`.
        let _ = call;
    }

    pub(super) fn apply_decorators(&mut self, id: FnId) {
        let unit = self.unit;
        for &decorator in &unit.module.function(id).decorators {
            if let Some(path) = unit.path_of_expr(decorator)
                && let Some(call) = self.models.function(&path, 1).or_else(|| self.models.function(&path, 0))
                && self.models.call(call).memoizes
            {
                self.facts.functions[id.index()].memoized = true;
            }
        }
    }

    /// The condition of a loop that visits rows: `rows.Next()`.
    pub(super) fn advances(&self, test: ExprId) -> bool {
        self.facts
            .calls
            .get(&test)
            .and_then(|target| target.model)
            .is_some_and(|call| self.models.call(call).advances)
    }

    /// The call's own arguments and receiver depend on the innermost loop.
    pub(super) fn call_varies(&self, id: ExprId) -> bool {
        let Some(innermost) = self.current().loops.last() else { return false };
        let span = self.facts.loops[innermost.0 as usize].span;
        self.varies_in(&[id], span)
    }
}

/// Marks closures in `Interp::seen`.
const CLOSURE: u8 = 255;

pub(super) fn is_round_trip(effect: Effect) -> bool {
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

fn is_read_many(call: &Call) -> bool {
    matches!(call.effect, Effect::ReadMany | Effect::Execute | Effect::Fetch)
}

/// Methods of a list that keep all of its elements.
fn keeps_rows(name: &str) -> bool {
    matches!(name, "sort" | "sorted" | "reverse" | "toSorted" | "toJSON" | "slice" | "concat" | "all" | "filter" | "toReversed")
}

/// Functions whose name says that they turn objects into a response.
fn wraps_rows(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with("serializer")
        || lower.ends_with("response")
        || lower.ends_with("dto")
        || lower.ends_with("schema")
        || lower.starts_with("serialize")
        || lower.starts_with("to_")
        || lower.starts_with("map_")
        || name.starts_with("to") && name[2..].starts_with(|c: char| c.is_ascii_uppercase())
        || matches!(
            lower.as_str(),
            "jsonify" | "dump" | "dumps" | "json" | "list" | "ok" | "success" | "plaintoinstance" | "instancetoplain"
                | "jsonable_encoder" | "sorted" | "reversed" | "tuple" | "marshal" | "stringify" | "validate_python" | "map"
        )
}

/// What `{Edge}` stands for in `With{Edge}`.
fn from_pattern<'n>(pattern: &str, placeholder: &str, name: &'n str) -> Option<&'n str> {
    let (before, after) = pattern.split_once(placeholder)?;
    name.strip_prefix(before)?.strip_suffix(after).filter(|inner| !inner.is_empty())
}

/// `include: { posts: { include: { author: true } } }` and `relations: ["a.b"]` as dotted paths.
fn relation_tree(tree: &Value, prefix: &str, keys: &[String], found: &mut Vec<String>) {
    match tree {
        Value::Record(record) => {
            for (name, inner) in &record.entries {
                if matches!(inner, Value::Bool(false)) {
                    continue;
                }
                if keys.iter().any(|key| **key == **name) {
                    relation_tree(inner, prefix, keys, found);
                    continue;
                }
                let path = if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") };
                relation_tree(inner, &path, keys, found);
                found.push(path);
            }
        }
        Value::List(list) => relation_tree(&list.element, prefix, keys, found),
        Value::Text(text) => {
            if let Some(text) = text.as_constant() {
                found.push(if prefix.is_empty() { text.to_owned() } else { format!("{prefix}.{text}") });
            }
        }
        _ => {}
    }
}

/// Python's `range`: few rounds, chunks when it has a step, else unknown.
fn range(args: &Args) -> Value {
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

/// What a SQL statement does, by its first word.
pub(super) fn sql_effect(skeleton: &str) -> Effect {
    let first = skeleton.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let word: String = first.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase();
    match word.as_str() {
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "REPLACE" | "UPSERT" | "CALL" | "TRUNCATE" => Effect::Write,
        "CREATE" | "ALTER" | "DROP" | "GRANT" | "COMMENT" | "ANALYZE" | "VACUUM" | "LOCK" | "USE" => Effect::Build,
        "SET" | "BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "START" | "PRAGMA" => Effect::Build,
        _ => Effect::ReadMany,
    }
}

/// The outer statement has a `LIMIT`, or gives one row of aggregates.
pub(super) fn sql_is_bounded(skeleton: &str) -> bool {
    let upper = skeleton.to_ascii_uppercase();
    if has_word(&upper, "LIMIT") || upper.contains("FETCH FIRST") || upper.contains("FETCH NEXT") || upper.contains("SELECT TOP") {
        return true;
    }
    let Some(select) = upper.trim_start().strip_prefix("SELECT") else { return false };
    let Some(from) = select.find("FROM") else { return !select.trim().is_empty() && !select.contains('\u{1}') };
    let columns = select[..from].trim();
    let aggregate = ["COUNT(", "SUM(", "MAX(", "MIN(", "AVG(", "EXISTS", "COALESCE(SUM", "COALESCE(MAX"];
    aggregate.iter().any(|word| columns.starts_with(word)) && !upper.contains("GROUP BY")
}

fn sql_narrows(skeleton: &str) -> bool {
    let upper = skeleton.to_ascii_uppercase();
    upper.contains("= ANY(") || upper.contains(" IN (")
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_') && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The first table that a statement names.
pub(super) fn sql_table(skeleton: &str) -> Option<&str> {
    let upper = skeleton.to_ascii_uppercase();
    let at = ["FROM ", "INTO ", "UPDATE ", "FROM\n"].iter().filter_map(|word| upper.find(word).map(|at| at + word.len())).min()?;
    let rest = skeleton.get(at..)?.trim_start();
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '`'))).unwrap_or(rest.len());
    let name = rest[..end].trim_matches(['"', '`']);
    let name = name.rsplit('.').next().unwrap_or(name).trim_matches(['"', '`']);
    (!name.is_empty()).then_some(name)
}

/// Whether a role takes a bare dynamic value as a finding.
pub(super) fn is_identifier(role: SqlRole) -> bool {
    role == SqlRole::Identifier
}
