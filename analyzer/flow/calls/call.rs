//! Calls: who is called, and what that means.
//!
//! Knows how paths and project functions resolve, and applies a model's facts to a call; receivers are `resolve`'s.
//! Does not know any one library.

use crate::flow::Interp;
use crate::flow::calls::held::called_itself;
use crate::flow::calls::native::{keeps_rows, prints_fields, wraps_rows};
use crate::flow::calls::resolve::Resolved;
use crate::flow::facts::CallTarget;
use crate::flow::value::{ClassRef, EntityRef, Evidence, FnRef, List, Object, Origin, Query, Rows, Value};
use crate::ir::{Arg, CallForm, ExprId, ExprKind, FnId, Spread, Sym};
use crate::models::schema::{Call, Effect};
use crate::source::{Family, Span};
use std::sync::Arc;

/// Functions of a dispatch table that are followed at one call.
const MAX_TABLE: usize = 16;

pub(in crate::flow) type Args = Vec<(Value, Arg)>;

impl Interp<'_, '_> {
    pub(in crate::flow) fn eval_call(&mut self, id: ExprId, callee: ExprId, args: &[Arg], form: CallForm) -> Value {
        let unit = self.unit;
        let module = &unit.module;
        let span = self.span(id);
        if unit.is_template
            && let Some(module) = self.imported_template(callee, args)
        {
            return module;
        }
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
        if unit.is_template
            && let Some(result) = self.call_of_tag(id, callee, &values)
        {
            return result;
        }
        let result = match (receiver, name) {
            // `db.fetch_all(…)` of an imported module is a call of its function.
            (Some((value, base)), Some(name))
                if !matches!(value, Value::Module(_))
                    && !self.is_callable_field(&value, name, callee, positional, form) =>
            {
                self.call_method(id, span, &value, base, name, &values, positional, form)
            }
            _ => self.call_value(id, span, callee, &values, positional, form),
        };
        self.follow_unclaimed(id, callee, &values);
        self.send_given(id, &values);
        self.run_tasks(id, &values);
        result
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call, taken apart once by the only caller")]
    pub(in crate::flow) fn call_method(
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
            self.render_by_method(*class, text, args, id);
            if let Some(loaded) = self.loaded_by_call(*class, text, args) {
                return loaded;
            }
        }
        // The project's own methods come before a library's; of one that is declared only, a model may know more.
        let own = self.project_method(receiver, name);
        // `self.serializer_class(orders, many=True)`: an attribute that holds a class.
        if own.is_none()
            && let Value::Instance(class) = receiver
            && let Some(&Value::Class(made)) = self.attribute_of_class(*class, text)
        {
            return self.construct(made, args, id);
        }
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
        if let Value::Instance(class) = receiver
            && let Some(value) = self.query_by_method(*class, text, span)
        {
            return value;
        }
        if let Some(value) = self.native_method(receiver, base, text, args, span) {
            return value;
        }
        if let Value::Path(path) = receiver
            && let Some(entity) = self.looked_up(path, text, args)
        {
            return entity;
        }
        let first = args.first().and_then(|(value, _)| value.as_text()?.as_constant());
        if let Some(resolved) = self.resolve_method(receiver, base, name, positional, first) {
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
            let call = self.models.call(resolved.call);
            // `self.get_serializer(orders)`; `self.paginate_queryset(orders)` reads them.
            if let (Value::Instance(view), Some(at), Effect::Build) = (receiver, &call.statement, call.effect)
                && let Some((value, arg)) = self.values_at(args, at).into_iter().next()
            {
                self.serialize_by_view(*view, &value, arg.value, id);
            }
            let result = self.apply(id, span, &resolved, args, form, text);
            return match receiver {
                Value::Path(path) => self.cut_in_memory(&format!("{path}.{text}"), result),
                _ => result,
            };
        }
        if let Value::Instance(class) = receiver
            && let Some(value) = self.given_by_field(*class, text)
        {
            self.guess_sink(id, span, text, args);
            return value;
        }
        if let Value::Unknown | Value::Place(_) | Value::Instance(_) = receiver
            && let Some((function, owner)) = self.by_name_alone(text)
        {
            self.note_target(id, CallTarget { function: Some(function), ..CallTarget::default() });
            return self.call_project(function, Some(&owner), args, id, span);
        }
        if let Some(made) = self.resolved_by_container(receiver, text, args) {
            return made;
        }
        match receiver {
            Value::Path(path) => {
                let full: Arc<str> = format!("{path}.{text}").into();
                self.note_target(id, CallTarget { path: Some(full.clone()), ..CallTarget::default() });
                if let Some(made) = self.made_by(&full, args) {
                    return made;
                }
                self.guess_sink(id, span, text, args);
                self.unknown_call(&full, args)
            }
            // A method of data from the client gives such data: `req.query.sort.trim()`.
            Value::Data(origin) => {
                if *origin == Origin::Row {
                    self.call_of_attribute(base, name, id);
                }
                Value::Data(*origin)
            }
            Value::Place(place) => {
                self.guess_sink(id, span, text, args);
                let step = self.method_step(text, positional, args);
                self.member_of_place(place, &step, id)
            }
            Value::List(list) if list.rows.is_some() && keeps_rows(text) => Value::List(list.clone()),
            // `page.model_dump()` of an object that was filled with rows.
            Value::Record(_) if args.is_empty() && prints_fields(text) && self.holds_rows(receiver) => receiver.clone(),
            // A method that no model names keeps a lazy query what it is (`qs.custom_filter()`).
            Value::Object(object) if object.kind.is_some() && self.is_lazy(object) => Value::Object(object.clone()),
            Value::Object(object) if self.is_instance(object) => Value::Data(Origin::Row),
            _ => {
                self.guess_sink(id, span, text, args);
                self.unknown_call(text, args)
            }
        }
    }

    /// `container.get(UserService)`, `moduleRef.resolve(UserService)`: whatever is asked for a class gives an object of it.
    fn resolved_by_container(&self, receiver: &Value, name: &str, args: &Args) -> Option<Value> {
        let is_open = matches!(receiver, Value::Unknown | Value::Place(_) | Value::Path(_) | Value::Instance(_));
        if !is_open || !matches!(name, "get" | "resolve" | "make" | "getInstance" | "getService" | "inject") {
            return None;
        }
        let Some((Value::Class(class), _)) = args.first() else { return None };
        let facts = self.project.class(*class);
        (facts.entity.is_none() && !facts.methods.is_empty()).then_some(Value::Instance(*class))
    }

    /// The method that only one class of the project has, with an instance of that class.
    fn by_name_alone(&self, name: &str) -> Option<(FnRef, Value)> {
        if self.unit.family() != Family::TypeScript {
            return None;
        }
        let function = self.project.method_by_name(name)?;
        let class =
            ClassRef { file: function.file, id: self.project.unit(function.file).module.function(function.id).class? };
        let owner = if self.project.class(class).entity.is_some() {
            self.instance(EntityRef::Class(class), Query::default(), Evidence::Conventional)
        } else {
            Value::Instance(class)
        };
        Some((function, owner))
    }

    /// `List.visible_to(user)`, where `visible_to` is a class method of List's base: what it reads are Lists.
    fn of_subclass(&self, result: Value, function: FnRef, class: ClassRef) -> Value {
        let Some(id) = self.project.unit(function.file).module.function(function.id).class else { return result };
        let base = EntityRef::Class(ClassRef { file: function.file, id });
        match result {
            Value::Object(object) if object.query.entity.as_ref() == Some(&base) => {
                let query = Query { entity: Some(EntityRef::Class(class)), ..object.query.clone() };
                Value::Object(Arc::new(Object { query, ..(*object).clone() }))
            }
            result => result,
        }
    }

    pub(in crate::flow) fn note_target(&mut self, id: ExprId, target: CallTarget) {
        self.facts.calls.insert(id, target);
    }

    pub(in crate::flow) fn call_value(
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
            let functions: Vec<FnRef> = table
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
                self.construct(class, args, id)
            }
            Value::Object(object) => {
                let name = called_itself(form);
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
                    let name = called_itself(form);
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
                if let Value::Place(place) = &value
                    && place.path.is_empty()
                {
                    return self.call_of_parameter(place.param, args);
                }
                let name = self.receiver_name(callee).unwrap_or("").to_owned();
                self.unknown_call(&name, args)
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

    pub(in crate::flow) fn call_path(
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
        if let ("type", [(instance, _)]) = (path.as_ref(), args.as_slice())
            && self.unit.family() == Family::Python
        {
            return self.class_of(instance);
        }
        match self.made_by(path, args) {
            Some(made) => made,
            None => self.unknown_call(&name, args),
        }
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
    pub(in crate::flow) fn unknown_call(&mut self, path: &str, args: &Args) -> Value {
        let name = path.rsplit('.').next().unwrap_or(path);
        // Serializers and response wrappers keep the rows that they are given.
        if wraps_rows(name)
            && let Some((value, _)) =
                args.iter().find(|(value, _)| self.size_and_rows(value).is_some_and(|(_, rows)| rows.is_some()))
        {
            return value.clone();
        }
        // `injectArguments({ find, save }, { db })`: what wraps functions gives functions of the same names.
        if let Some((Value::Record(record), _)) = args.first()
            && !record.entries.is_empty()
            && record.entries.iter().all(|(_, value)| matches!(value, Value::Function(..)))
        {
            return Value::Record(record.clone());
        }
        // `com.ToStr(id)` of a number are its digits.
        if let [(Value::Number | Value::Int(_), _)] = args.as_slice()
            && ["str", "string", "tostr", "tostring", "itoa", "fmt"].contains(&name.to_ascii_lowercase().as_str())
        {
            return Value::Number;
        }
        // Data from the client stays that in what an unknown function makes of it, unless its name says otherwise.
        let is_name = name.to_ascii_lowercase().contains("ident");
        if is_name || names_quoting(name) { Value::Data(Origin::Quoted) } else { Value::Unknown }
    }

    /// `lru_cache(f)`, `new DataLoader(batch)`: notes on the function.
    pub(in crate::flow) fn note_function_kind(&mut self, call: &Call, args: &Args) {
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

    pub(in crate::flow) fn apply_decorators(&mut self, id: FnId) {
        let unit = self.unit;
        let function = unit.module.function(id);
        let of_entity = function
            .class
            .is_some_and(|class| self.project.class(ClassRef { file: unit.file, id: class }).entity.is_some());
        for &decorator in &function.decorators {
            if let Some(path) = unit.path_of_expr(decorator)
                && let Some(call) = self.models.function(&path, 1).or_else(|| self.models.function(&path, 0))
                && self.models.call(call).memoizes
            {
                let facts = &mut self.facts.functions[id.index()];
                if of_entity && self.models.call(call).per_instance {
                    facts.kept_per_row = true;
                } else {
                    facts.memoized = true;
                }
            }
        }
    }
}

/// A function of the project that makes text safe, by its name or by the package that it stands in: `clean.SqlString`.
pub(in crate::flow) fn is_quoting(name: &str, path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let stem = parts.next().and_then(|file| file.split('.').next());
    let is_cleaning = |part: &str| ["clean", "sanitiz", "sanitis", "escap"].iter().any(|word| part.starts_with(word));
    let is_of_package = stem.into_iter().chain(parts.next()).any(is_cleaning);
    names_quoting(name) || is_of_package && name.to_ascii_lowercase().contains("sql")
}

/// A function that makes text safe, by its name: `quoteName`, `sanitizedTable`, `toLiteral`.
pub(in crate::flow) fn names_quoting(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["quote", "escape", "sanitiz", "sanitis"].iter().any(|word| lower.contains(word))
        || lower.strip_suffix("literal").is_some_and(|before| !before.is_empty())
}
