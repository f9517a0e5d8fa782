//! Calls: who is called, and what that means.
//!
//! Knows how receivers, paths and project functions resolve, and applies a model's facts to a call.
//! Does not know any one library.

use super::Interp;
use super::facts::CallTarget;
use super::value::{EntityRef, Evidence, FnRef, List, Object, Origin, Query, Rows, Shape, Size, Value};
use crate::ir::{Arg, CallForm, ExprId, ExprKind, FnId, Spread, Sym};
use crate::models::lookup::{CallId, KindId};
use crate::models::schema::Call;
use crate::source::{Family, Span};
use std::sync::Arc;

/// A model's call with the receiver that it is called on.
pub(super) struct Resolved {
    pub(super) call: CallId,
    pub(super) object: Option<Arc<Object>>,
    pub(super) evidence: Evidence,
    /// Any receiver: the value itself carries what is known (`xs.map(f)`).
    pub(super) receiver: Value,
}

impl Resolved {
    pub(super) fn call_id(&self) -> CallId {
        self.call
    }

    pub(super) fn kind_and_evidence(&self) -> (Option<KindId>, Evidence) {
        (self.object.as_ref().and_then(|object| object.kind), self.evidence)
    }
}

/// Functions of a dispatch table that are followed at one call.
const MAX_TABLE: usize = 16;

pub(super) type Args = Vec<(Value, Arg)>;

impl Interp<'_, '_> {
    pub(super) fn eval_call(&mut self, id: ExprId, callee: ExprId, args: &[Arg], form: CallForm) -> Value {
        let unit = self.unit;
        let module = &unit.module;
        let span = self.span(id);
        if let Some(result) = self.call_of_base(id, span, callee, args, form) {
            return result;
        }
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
            // `db.fetch_all(…)` of an imported module is a call of its function.
            (Some((value, base)), Some(name)) if !matches!(value, Value::Module(_)) => {
                self.call_method(id, span, &value, base, name, &values, positional, form)
            }
            _ => self.call_value(id, span, callee, &values, positional, form),
        };
        self.follow_unclaimed(&values);
        result
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call, taken apart once by the only caller")]
    pub(super) fn call_method(
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
        if let Value::Class(class) | Value::Instance(class) = receiver {
            self.serialize_by_method(*class, text, args, id);
        }
        // The project's own methods come before a library's; of one that is declared only, a model may know more.
        let own = self.project_method(receiver, name);
        if let Some((function, owner)) = own.filter(|(function, _)| self.has_body(*function, receiver)) {
            if let Some(value) = self.call_own(function, id, span, args, positional, form) {
                return value;
            }
            self.note_target(id, CallTarget { function: Some(function), ..CallTarget::default() });
            let result = self.call_project(function, owner.as_ref(), args, id, span);
            match receiver {
                Value::Class(class) => return self.of_subclass(result, function, *class),
                // A queryset's own `filter` that is not followed to its end gives what the library's gives.
                Value::Object(object) if object.query.methods_of.is_some() && result.is_unknown() => {}
                _ => return result,
            }
        }
        if let Value::Record(record) = receiver
            && let Some(Value::Function(function, owner)) = record.get(text)
        {
            let (function, owner) = (*function, owner.as_deref().cloned());
            return self.call_project(function, owner.as_ref(), args, id, span);
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
            if let (Value::Instance(view), Some(at)) = (receiver, &self.models.call(resolved.call).statement)
                && let Some((value, arg)) = self.values_at(args, at).into_iter().next()
            {
                self.serialize_by_view(*view, &value, arg.value, id);
            }
            return self.apply(id, span, &resolved, args, form, text);
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

    /// `List.visible_to(user)`, where `visible_to` is a class method of List's base: what it reads are Lists.
    fn of_subclass(&self, result: Value, function: super::value::FnRef, class: super::value::ClassRef) -> Value {
        let Some(id) = self.project.unit(function.file).module.function(function.id).class else { return result };
        let base = EntityRef::Class(super::value::ClassRef { file: function.file, id });
        match result {
            Value::Object(object) if object.query.entity.as_ref() == Some(&base) => {
                let query = Query { entity: Some(EntityRef::Class(class)), ..object.query.clone() };
                Value::Object(Arc::new(Object { query, ..(*object).clone() }))
            }
            result => result,
        }
    }

    pub(super) fn is_lazy(&self, object: &Object) -> bool {
        object.kind.is_some_and(|kind| {
            let fact = &self.models.kind(kind).fact;
            fact.iterate.is_some() || fact.r#await.is_some()
        })
    }

    pub(super) fn note_target(&mut self, id: ExprId, target: CallTarget) {
        self.facts.calls.insert(id, target);
    }

    pub(super) fn project_method(&self, receiver: &Value, name: Sym) -> Option<(super::value::FnRef, Option<Value>)> {
        let text = self.unit.module.text(name);
        match receiver {
            Value::Instance(class) => {
                if let Some(function) = self.method_of(*class, text) {
                    return Some((function, Some(receiver.clone())));
                }
                match self.fields.get(&(*class, name)) {
                    Some(Value::Function(function, owner)) => Some((*function, owner.as_deref().cloned())),
                    _ => None,
                }
            }
            Value::Class(class) => self.method_of(*class, text).map(|function| (function, None)),
            // `Order.objects.paid()`: a method of the project's own manager or queryset.
            Value::Object(object) if object.query.methods_of.is_some() && !self.is_instance(object) => {
                let classes = object.query.methods_of.iter().flat_map(|classes| classes.iter());
                let function = classes.copied().find_map(|class| self.method_of(class, text))?;
                Some((function, Some(receiver.clone())))
            }
            Value::Object(object) if self.is_instance(object) => match &object.query.entity {
                Some(EntityRef::Class(class)) => {
                    self.method_of(*class, text).map(|function| (function, Some(receiver.clone())))
                }
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn resolve_method(&self, receiver: &Value, base: ExprId, name: Sym, args: usize) -> Option<Resolved> {
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
                let methods_of = self.serves(*class).then(|| [*class].into());
                let query = Query { entity: Some(EntityRef::Class(*class)), methods_of, ..Query::default() };
                class_kind.into_iter().chain(facts.kinds.iter().copied()).find_map(|kind| {
                    on_kind(kind, Self::object_of(kind, Evidence::Proven, query.clone()), Evidence::Proven)
                })
            }
            Value::Instance(class) => {
                let facts = self.project.class(*class);
                let query = self.query_of_manager(*class, base);
                facts.kinds.iter().find_map(|&kind| {
                    on_kind(kind, Self::object_of(kind, Evidence::Declared, query.clone()), Evidence::Declared)
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
                        on_kind(kind, Self::object_of(kind, Evidence::Proven, Query::default()), Evidence::Proven)
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
            Value::Unknown | Value::Place(_) | Value::Data(Origin::Param(_) | Origin::Unknown) | Value::Instance(_) => {
                true
            }
            Value::Path(path) => !path.contains(['.', '/']) || path.starts_with('.') || unit.family() != Family::Go,
            _ => false,
        };
        if unsettled && let Some(receiver_name) = self.receiver_name(base) {
            let param = match receiver {
                Value::Place(place) if place.path.is_empty() => Some(place.param),
                _ => None,
            };
            let query = Query { param, ..Query::default() };
            let conventional = self.conventional_kinds(receiver_name).into_iter().find_map(|kind| {
                on_kind(kind, Self::object_of(kind, Evidence::Conventional, query.clone()), Evidence::Conventional)
            });
            if conventional.is_some() {
                return conventional;
            }
        }
        let call = self.models.method_of_any(id, text, args)?;
        Some(Resolved { call, object: None, evidence: Evidence::Proven, receiver: receiver.clone() })
    }

    pub(super) fn object_of(kind: KindId, evidence: Evidence, query: Query) -> Arc<Object> {
        Arc::new(Object { kind: Some(kind), evidence, query, pending: None, text: None })
    }

    pub(super) fn call_value(
        &mut self,
        id: ExprId,
        span: Span,
        callee: ExprId,
        args: &Args,
        positional: usize,
        form: CallForm,
    ) -> Value {
        // `load[Order](ctx)`: a function of the project with a type argument.
        if let ExprKind::Index { base, .. } = self.unit.module.expr(callee).kind
            && let Value::Function(function, owner) = self.eval(base)
        {
            self.note_target(id, CallTarget { function: Some(function), ..CallTarget::default() });
            return self.call_project(function, owner.as_deref(), args, id, span);
        }
        // `gorm.G[Order](db)`: a function with a type argument.
        if let ExprKind::Index { base, index } = self.unit.module.expr(callee).kind
            && let ExprKind::TypeValue(ty) = self.unit.module.expr(index).kind
            && let Value::Path(path) = self.eval(base)
        {
            let result = self.call_path(id, span, &path, args, positional, form);
            return match (result, crate::project::classes::entity_of_type(self.project, self.unit, ty)) {
                (Value::Object(object), Some(entity)) => {
                    let mut object = (*object).clone();
                    object.query.entity = Some(entity);
                    Value::Object(Arc::new(object))
                }
                (result, _) => result,
            };
        }
        // `VIEWS[kind](request)`: any of the functions in the table may run.
        if let ExprKind::Index { base, index } = self.unit.module.expr(callee).kind
            && self.unit.module.str_of(index).is_none()
            && let Value::Record(table) = self.eval(base)
        {
            let functions: Vec<super::value::FnRef> = table
                .entries
                .iter()
                .filter_map(|(_, value)| match value {
                    Value::Function(function, None) => Some(*function),
                    _ => None,
                })
                .take(MAX_TABLE)
                .collect();
            let mut results = functions.into_iter().map(|function| self.call_project(function, None, args, id, span));
            if let Some(first) = results.next() {
                return results.fold(first, Value::join);
            }
        }
        let value = self.eval(callee);
        match &value {
            Value::Function(function, owner) => {
                let (function, owner) = (*function, owner.as_deref().cloned());
                if let Some(value) = self.call_own(function, id, span, args, positional, form) {
                    return value;
                }
                self.note_target(id, CallTarget { function: Some(function), ..CallTarget::default() });
                self.call_project(function, owner.as_ref(), args, id, span)
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
                let called =
                    object.kind.and_then(|kind| self.models.method(kind, self.models.name(name), name, positional));
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
                        self.apply(id, span, &resolved, args, form, name)
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
                        Some((call, Self::object_of(kind, Evidence::Conventional, Query::default())))
                    });
                    if let Some((call, object)) = found {
                        let resolved = Resolved {
                            call,
                            receiver: Value::Object(object.clone()),
                            object: Some(object),
                            evidence: Evidence::Conventional,
                        };
                        return self.apply(id, span, &resolved, args, form, name);
                    }
                }
                let name = self.receiver_name(callee).unwrap_or("").to_owned();
                self.unknown_call(&name, args, span)
            }
            _ => Value::Unknown,
        }
    }

    /// A call of a project function of which the configuration says what it does.
    fn call_own(
        &mut self,
        target: FnRef,
        id: ExprId,
        span: Span,
        args: &Args,
        positional: usize,
        form: CallForm,
    ) -> Option<Value> {
        let called = self.project.unit(target.file);
        let name = called.module.qualified_name(target.id);
        let call = self.models.own_function(called.place(), &name, positional)?;
        let kind = self.models.call(call).on.as_ref().and_then(|on| self.models.kind_named(on.iter().next()?));
        let object = kind.map(|kind| Self::object_of(kind, Evidence::Proven, Query::default()));
        self.note_target(id, CallTarget { model: Some(call), receiver: kind, ..CallTarget::default() });
        let receiver = object.clone().map_or(Value::Unknown, Value::Object);
        let last = name.rsplit('.').next().unwrap_or(&name).to_owned();
        Some(self.apply(id, span, &Resolved { call, object, evidence: Evidence::Proven, receiver }, args, form, &last))
    }

    pub(super) fn call_path(
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
            let result = self.apply(id, span, &resolved, args, form, &name);
            return self.cut_in_memory(path, result);
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
    pub(super) fn made_by(&self, path: &str, args: &Args) -> Option<Value> {
        if let Some(&kind) = self.models.kinds_of_type(path).first() {
            let entity = args.first().and_then(|(value, _)| Self::entity_of_value(value));
            let query = Query { entity, ..Query::default() };
            return Some(Value::Object(Self::object_of(kind, Evidence::Proven, query)));
        }
        self.models.entity_of_call(path).map(|entity| self.entity_value(entity, args))
    }

    /// `pgTable("users", …)`, `mongoose.model("User", schema)`: the value is the entity.
    pub(super) fn entity_value(&self, entity: crate::models::lookup::EntityId, args: &Args) -> Value {
        let fact = self.models.entity(entity);
        let name = args.first().and_then(|(value, _)| value.as_text()?.as_constant().map(str::to_owned));
        let query = Query {
            entity: name.map(|name| EntityRef::Named(name.into())),
            entity_sort: Some(entity),
            ..Query::default()
        };
        let kind = fact.class_kind.as_deref().and_then(|kind| self.models.kind_named(kind));
        Value::Object(Arc::new(Object { kind, evidence: Evidence::Proven, query, pending: None, text: None }))
    }

    /// Go's `append(xs, x)`.
    pub(super) fn append(&mut self, args: &Args) -> Value {
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
    pub(super) fn allocated(&self, args: &Args) -> Value {
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
    pub(super) fn collect_rows(&self, list: &mut List) {
        if list.rows.is_none()
            && let Some(innermost) = self.current().loops.last()
            && let Some(rows) = &self.facts.loops[innermost.0 as usize].rows
        {
            list.rows = Some(rows.clone());
        }
    }

    /// Instantiates a project class.
    pub(super) fn construct(&mut self, class: super::value::ClassRef, args: &Args, id: ExprId, span: Span) -> Value {
        let facts = self.project.class(class);
        self.note_target(id, CallTarget::default());
        self.serialize_by_call(class, args, id);
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
            let constructor = self.method_of(class, "__init__");
            if constructor.is_none() && facts.methods.is_empty() {
                let methods_of = self.serves(class).then(|| [class].into());
                let query = Query { entity: facts.served.clone(), methods_of, ..Query::default() };
                return Value::Object(Self::object_of(kind, Evidence::Proven, query));
            }
        }
        // A wrapper around rows (`OrderPage(items=rows)`) still holds them.
        if let Some((value, _)) =
            args.iter().find(|(value, _)| self.size_and_rows(value).is_some_and(|(_, rows)| rows.is_some()))
            && !facts.methods.contains_key("__init__")
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
    pub(super) fn native_method(
        &mut self,
        receiver: &Value,
        base: ExprId,
        name: &str,
        args: &Args,
        span: Span,
    ) -> Option<Value> {
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
                    return Some(if matches!(name, "copy" | "reverse" | "sort") {
                        receiver.clone()
                    } else {
                        Value::Number
                    });
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
                    let element = if record.constant {
                        Value::Data(Origin::Listed)
                    } else {
                        record.rest.clone().unwrap_or_default()
                    };
                    let size =
                        if record.rest.is_none() { Size::Constant(record.entries.len() as u32) } else { Size::Unknown };
                    return Some(Value::list(element, size));
                }
                _ => {}
            }
        }
        None
    }

    pub(super) fn add_to_list(&mut self, place: ExprId, value: Value) {
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
        // Who calls a closure may do so any number of times.
        let in_loop = !self.current().loops.is_empty() || !self.current().inlined.is_empty();
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

    /// A page that is cut from rows which are already loaded: `fastapi_pagination.paginate(rows)`.
    fn cut_in_memory(&self, path: &str, result: Value) -> Value {
        match result {
            Value::List(list) if self.models.pages_in_memory(path) => match &list.rows {
                Some(rows) => {
                    let rows = Rows { sliced: true, ..(**rows).clone() };
                    Value::List(Arc::new(List { rows: Some(Arc::new(rows)), ..(*list).clone() }))
                }
                None => Value::List(list),
            },
            result => result,
        }
    }

    /// A call that nothing is known about.
    pub(super) fn unknown_call(&mut self, path: &str, args: &Args, span: Span) -> Value {
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

    /// `lru_cache(f)`, `new DataLoader(batch)`: notes on the function.
    pub(super) fn note_function_kind(&mut self, call: &Call, args: &Args) {
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
}

/// Methods of a list that keep all of its elements.
pub(super) fn keeps_rows(name: &str) -> bool {
    matches!(
        name,
        "sort" | "sorted" | "reverse" | "toSorted" | "toJSON" | "slice" | "concat" | "all" | "filter" | "toReversed"
    )
}

/// Functions whose name says that they turn objects into a response.
pub(super) fn wraps_rows(name: &str) -> bool {
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
            "jsonify"
                | "dump"
                | "dumps"
                | "json"
                | "list"
                | "ok"
                | "success"
                | "plaintoinstance"
                | "instancetoplain"
                | "jsonable_encoder"
                | "sorted"
                | "reversed"
                | "tuple"
                | "marshal"
                | "stringify"
                | "validate_python"
                | "map"
        )
}
