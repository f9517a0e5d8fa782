//! `owner.name`: attributes of objects, classes, instances and unknown values.
//!
//! Knows attributes of models, fields and methods of project classes. Does not know calls.

use crate::flow::Interp;
use crate::flow::calls::given::is_called;
use crate::flow::calls::summary::ParamRead;
use crate::flow::eval::{capitalise, is_constant_name, origin_of};
use crate::flow::facts::LoopId;
use crate::flow::store::relations::gives;
use crate::flow::value::{ClassRef, EntityRef, Evidence, FnRef, List, Object, Origin, Place, Query, Rows, Value};
use crate::ir::{ExprId, ExprKind, Lit, Sym, VarId};
use crate::project::Unit;
use crate::project::symbols::Symbol;
use crate::source::FileId;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// `owner.name` by text, without source position: destructuring.
    pub(super) fn member_of(&mut self, owner: Value, name: &str, at: ExprId) -> Value {
        match self.unit.module.strings.lookup(name) {
            Some(sym) => self.member(owner, sym, at, at),
            None => Value::Unknown,
        }
    }

    pub(super) fn member(&mut self, owner: Value, name: Sym, at: ExprId, base: ExprId) -> Value {
        let unit = self.unit;
        let text = unit.module.text(name);
        match owner {
            ref instance @ (Value::Object(_) | Value::Instance(_)) if text == "__class__" => self.class_of(instance),
            Value::Object(object) => self.member_of_object(&object, name, at),
            Value::Path(path) => {
                let full = format!("{path}.{text}");
                if let Some(&kind) = self.models.kinds_of_type(&path).first()
                    && let Some(attr) = self.models.attribute(kind, unit.name_id(name), text)
                    && let Value::Object(object) = Self::object(kind, Evidence::Proven)
                {
                    return self.attribute(&object, attr, text);
                }
                // `import { prisma } from "./db"`: only the name says what it is.
                if self.is_project_path(&path) {
                    let guessed = self.conventional_attribute(name, base);
                    if !guessed.is_unknown() {
                        return guessed;
                    }
                }
                self.value_of_path(&full)
            }
            Value::Module(module) => match self.project.member_of_module(module, text) {
                Some(symbol) => self.value_of_symbol(symbol),
                None => match self.project.library_of_member(module, text) {
                    Some(path) => self.value_of_path(&path),
                    None => Value::Unknown,
                },
            },
            Value::Class(class) => self.member_of_class(class, name),
            Value::Instance(class) => self.member_of_instance(class, name, at),
            Value::Record(record) => match record.get(text) {
                Some(value) => value.clone(),
                None => match (record.rest.clone(), record.class) {
                    (Some(rest), _) => self.entry_of_registry(rest, text),
                    (None, Some(class)) => self.member_of_instance(class, name, at),
                    (None, None) if record.constant => Value::Data(Origin::Listed),
                    (None, None) => Value::Unknown,
                },
            },
            Value::Data(origin) => {
                if origin == Origin::Row {
                    self.read_of_attribute(base, name, at);
                }
                Value::Data(origin)
            }
            Value::Place(place) => match self.user_of_request(&place, name, base) {
                Some(user) => user,
                None => self.member_of_place(&place, text, at),
            },
            Value::Text(_) if text == "length" => Value::Number,
            Value::List(list) => match text {
                "length" | "size" => Value::Number,
                // An attribute of a whole list is an attribute of its wrapper: `serializer.data`, `page.items`.
                _ => match &list.rows {
                    Some(_) if matches!(text, "data" | "items" | "rows" | "results") => Value::List(list),
                    _ => Value::Unknown,
                },
            },
            Value::Function(..)
            | Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Number
            | Value::Text(_)
            | Value::Tuple(_)
            | Value::Check(_)
            | Value::Error => Value::Unknown,
            Value::Unknown => self.conventional_attribute(name, base),
        }
    }

    /// `db.Order` of `db[model.name] = model`: the entity of that name, rather than the one that was seen going in.
    fn entry_of_registry(&self, entry: Value, name: &str) -> Value {
        match entry {
            Value::Class(class) if self.project.class(class).entity.is_some() => match self.entity_named(name) {
                EntityRef::Class(named) => Value::Class(named),
                EntityRef::Named(_) => Value::Class(class),
            },
            entry => entry,
        }
    }

    /// The class of an instance: `self.__class__`, `type(order)`.
    pub(super) fn class_of(&self, instance: &Value) -> Value {
        match instance {
            Value::Instance(class) => Value::Class(*class),
            Value::Object(object) if self.is_instance(object) => match object.query.entity {
                Some(EntityRef::Class(class)) => Value::Class(class),
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    /// `prisma.user` where `prisma` is only a conventional name.
    pub(super) fn conventional_attribute(&mut self, name: Sym, base: ExprId) -> Value {
        let Some(receiver) = self.receiver_name(base) else { return Value::Unknown };
        let text = self.unit.module.text(name);
        for kind in self.conventional_kinds(receiver) {
            // `globalForPrisma.prisma` holds a client; it is no model of one.
            if self.models.kinds_of_receiver(text).any(|held| held == kind) {
                continue;
            }
            if let Some(attr) = self.models.attribute(kind, self.unit.name_id(name), text)
                && let Value::Object(object) = Self::object(kind, Evidence::Conventional)
            {
                return self.attribute(&object, attr, text);
            }
        }
        Value::Unknown
    }

    /// `request.user` of a parameter that its name alone says to be a request.
    fn user_of_request(&mut self, place: &Place, name: Sym, base: ExprId) -> Option<Value> {
        let text = self.unit.module.text(name);
        let id = self.unit.name_id(name).filter(|_| place.path.is_empty())?;
        let receiver = self.receiver_name(base)?;
        let (object, attr) = self.conventional_kinds(receiver).into_iter().find_map(|kind| {
            let attr = self.models.attribute(kind, Some(id), text)?;
            self.models.attr(attr).entity_setting.as_ref()?;
            Some((Self::object_of(kind, Evidence::Conventional, Query::default()), attr))
        })?;
        Some(self.attribute(&object, attr, text)).filter(|user| !user.is_unknown())
    }

    /// An import that is no library's own module.
    pub(super) fn is_project_path(&self, path: &str) -> bool {
        self.models.libraries_of_import(path).next().is_none()
    }

    pub(super) fn member_of_place(&mut self, place: &Arc<Place>, name: &str, at: ExprId) -> Value {
        if is_called(place) {
            return Value::Unknown;
        }
        // `self.id` of parameters is data; the path is kept short, because recursion would make it grow.
        if place.path.len() >= 6 {
            return Value::Data(Origin::Param(place.param));
        }
        let mut path = place.path.clone();
        path.push(name.into());
        let read = self.read_of_parameter(place.param, path.clone(), at);
        self.frame().summary.note_read(read);
        Value::Place(Arc::new(Place { param: place.param, path }))
    }

    pub(super) fn read_of_parameter(&self, param: u16, path: Vec<Arc<str>>, at: ExprId) -> ParamRead {
        let function = FnRef { file: self.unit.file, id: self.function() };
        let loops = self.loops_of_read(&path);
        ParamRead { param, path, span: self.span(at), loops, function, path_of_calls: Vec::new(), varies: true }
    }

    /// The loops that repeat a read of a parameter: an attribute of one and the same object is loaded once, whatever loops
    /// stand around the place.
    pub(super) fn loops_of_read(&self, path: &[Arc<str>]) -> Arc<[LoopId]> {
        let is_of_element = path.iter().any(|step| &**step == "*");
        let is_call = path.last().is_some_and(|step| step.ends_with(')'));
        if is_of_element || is_call { self.loops() } else { Arc::new([]) }
    }

    pub(super) fn member_of_object(&mut self, object: &Arc<Object>, name: Sym, at: ExprId) -> Value {
        let unit = self.unit;
        let text = unit.module.text(name);
        // Relations of an entity instance.
        if let Some(EntityRef::Class(class)) = &object.query.entity
            && self.is_instance(object)
        {
            if object.query.plain {
                return Value::Data(Origin::Row);
            }
            if let Some(relation) = self.project.class(*class).relations.get(text).cloned() {
                return self.read_relation(object, *class, &relation, at);
            }
            if self.is_deferred(object, text) {
                self.read_deferred(object, *class, text, at);
            } else if object.query.expired && self.method_of(*class, text).is_none() {
                self.read_expired(object, EntityRef::Class(*class), at);
            }
        }
        if let Some(kind) = object.kind
            && let Some(attr) = self.models.attribute(kind, unit.name_id(name), text)
        {
            return self.attribute(object, attr, text);
        }
        if let Some(EntityRef::Class(class)) = &object.query.entity {
            let class = *class;
            if self.is_instance(object) {
                if let Some(function) = self.method_of(class, unit.module.text(name)) {
                    return self.bound_member(function, Value::Object(object.clone()), at);
                }
                return Value::Data(Origin::Row);
            }
        }
        if self.is_instance(object) {
            return Value::Data(Origin::Row);
        }
        // `result.rows`, `page.items`: attributes of a lazy object that no model names keep it.
        Value::Unknown
    }

    pub(super) fn attribute(&mut self, object: &Arc<Object>, attr: crate::models::lookup::AttrId, name: &str) -> Value {
        let fact = self.models.attr(attr).clone();
        if let Some(source) = fact.source {
            return Value::Data(origin_of(source));
        }
        let by_setting =
            fact.entity_setting.as_deref().map(|setting| self.project.entity_in_setting(self.unit, setting));
        let entity = match by_setting {
            Some(Some(class)) => Some(EntityRef::Class(class)),
            // A user of a library's own sort.
            Some(None) => return Value::Unknown,
            None => fact.entity_name.then(|| self.entity_named(name)),
        };
        match fact.returns.as_deref() {
            None => Value::Unknown,
            Some("self") => Value::Object(object.clone()),
            Some(returns) => {
                let mut query = object.query.clone();
                if entity.is_some() {
                    query.entity = entity;
                }
                match (self.result_value(returns, &query, object.evidence, object.kind), query.origin) {
                    // The rows of a page that was read where its query stands.
                    (Value::List(list), Some(origin)) if query.bounded && list.rows.is_none() => {
                        let rows = Rows { query, ..Rows::of(object, origin) };
                        Value::List(Arc::new(List { rows: Some(Arc::new(rows)), ..(*list).clone() }))
                    }
                    (value, _) => value,
                }
            }
        }
    }

    /// The class of the project with that name, in any capitalisation of its first letter, or the bare name.
    pub(super) fn entity_named(&self, name: &str) -> EntityRef {
        let capitalised = capitalise(name);
        for candidate in [name, capitalised.as_str()] {
            if let Some(id) = self.unit.module.strings.lookup(candidate).and_then(|sym| self.unit.class_named(sym)) {
                return EntityRef::Class(ClassRef { file: self.unit.file, id });
            }
        }
        for candidate in [name, capitalised.as_str()] {
            if let Some(class) = self.project.entity_called(self.unit, candidate) {
                return EntityRef::Class(class);
            }
        }
        EntityRef::Named(name.into())
    }

    pub(super) fn member_of_class(&mut self, class: ClassRef, name: Sym) -> Value {
        let unit = self.unit;
        let text = unit.module.text(name);
        let facts = self.project.class(class);
        // `Order._meta.db_table`, `User.__tablename__`: facts of the declaration, never data.
        if matches!(text, "_meta" | "__tablename__" | "__table__" | "__name__") {
            return Value::Data(Origin::Constant);
        }
        // `User.query`, `User.objects`.
        if let Some(kind) = facts.entity.and_then(|entity| self.models.entity(entity).class_kind.as_deref())
            && let Some(kind) = self.models.kind_named(kind)
        {
            // `published = PublishedManager()`: an attribute of a kind serves this entity.
            if let Some(manager) = self.manager_named(class, text) {
                return Value::Object(manager);
            }
            if let Some(attr) = self.models.attribute(kind, unit.name_id(name), text) {
                let object = Object {
                    kind: Some(kind),
                    evidence: Evidence::Proven,
                    query: Query { entity: Some(EntityRef::Class(class)), ..Query::default() },
                    pending: None,
                    text: None,
                };
                return self.attribute(&Arc::new(object), attr, text);
            }
        }
        if let Some(function) = self.method_of(class, unit.module.text(name)) {
            return Value::Function(function, None);
        }
        if self.class_kind_of(class) == crate::ir::ClassKind::Enum {
            return Value::Data(Origin::Constant);
        }
        if let Some(value) = self.field(class, name) {
            return value.clone();
        }
        // `Order._meta.db_table`, `User.__tablename__`, `User.name` as a column.
        if text.starts_with('_') || is_constant_name(text) {
            return Value::Data(Origin::Constant);
        }
        if facts.entity.is_some() {
            return Value::Data(Origin::Constant);
        }
        Value::Unknown
    }

    /// What is known of an attribute of a class's instances, of this file or another.
    pub(super) fn field(&self, class: ClassRef, name: Sym) -> Option<&Value> {
        if class.file == self.unit.file {
            return self.fields.get(&(class, name));
        }
        self.field_named(class, self.unit.module.text(name))
    }

    /// The same by the attribute's text.
    pub(super) fn field_named(&self, class: ClassRef, name: &str) -> Option<&Value> {
        let name = self.project.unit(class.file).module.strings.lookup(name)?;
        if class.file == self.unit.file { self.fields.get(&(class, name)) } else { self.known.field(class, name) }
    }

    /// What a declaration of the project gives where it is named.
    pub(super) fn value_of_symbol(&self, symbol: Symbol) -> Value {
        match symbol {
            Symbol::Module(module) => Value::Module(module),
            Symbol::Class(class) => Value::Class(class),
            Symbol::Function(function) => Value::Function(function, None),
            Symbol::Variable(file, var) => {
                self.known.global(file, var).cloned().unwrap_or_else(|| self.declared_global(file, var))
            }
            Symbol::Value(file, value) => self.declared_by(file, value),
        }
    }

    /// A top-level variable of a file that has not been interpreted: what its type or its initialiser's callee says.
    fn declared_global(&self, file: FileId, var: VarId) -> Value {
        let unit = self.project.unit(file);
        if let Some(ty) = unit.module.var(var).ty {
            let value = self.value_of_type(unit, ty);
            if !value.is_unknown() {
                return value;
            }
        }
        match unit.initializer_of(var) {
            Some(value) => self.declared_by(file, value),
            None => Value::Unknown,
        }
    }

    /// What a modelled function or constructor gives, by its path alone.
    pub(in crate::flow) fn made_by_library(&self, unit: &Unit, callee: ExprId, args: usize) -> Value {
        let Some(path) = unit.path_of_expr(callee) else { return Value::Unknown };
        let kind = self
            .models
            .function(&path, args)
            .and_then(|call| self.models.kind_named(self.models.call(call).returns.as_deref()?))
            .or_else(|| self.models.kinds_of_type(&path).first().copied());
        kind.map_or(Value::Unknown, |kind| Self::object(kind, Evidence::Proven))
    }

    fn declared_by(&self, file: FileId, value: ExprId) -> Value {
        let unit = self.project.unit(file);
        match &unit.module.expr(value).kind {
            ExprKind::Call { callee, args, .. } => {
                if let Some(class) = unit.class_of_expr(*callee) {
                    return Value::Instance(ClassRef { file, id: class });
                }
                self.made_by_library(unit, *callee, args.len())
            }
            ExprKind::Closure(id) => Value::Function(FnRef { file, id: *id }, None),
            ExprKind::Lit(Lit::Str(text)) => Value::constant(unit.module.text(*text)),
            ExprKind::Lit(Lit::Int(_) | Lit::Float(_)) => Value::Number,
            _ => Value::Unknown,
        }
    }

    pub(super) fn class_kind_of(&self, class: ClassRef) -> crate::ir::ClassKind {
        let unit = self.project.unit(class.file);
        let declared = unit.module.class(class.id);
        let enum_base = self.project.class(class).base_paths.iter().any(|path| {
            matches!(
                path.rsplit('.').next(),
                Some("Enum" | "StrEnum" | "IntEnum" | "TextChoices" | "IntegerChoices" | "Flag")
            )
        });
        if enum_base { crate::ir::ClassKind::Enum } else { declared.kind }
    }

    /// A method of a class or its bases.
    pub(super) fn method_of(&self, class: ClassRef, name: &str) -> Option<FnRef> {
        self.project.lineage(class).find_map(|class| self.project.class(class).methods.get(name).copied())
    }

    pub(super) fn member_of_instance(&mut self, class: ClassRef, name: Sym, at: ExprId) -> Value {
        let unit = self.unit;
        if let Some(function) = self.method_of(class, unit.module.text(name)) {
            return self.bound_member(function, Value::Instance(class), at);
        }
        for owner in self.project.lineage(class) {
            if let Some(value) = self.field(owner, name)
                && !value.is_unknown()
            {
                return value.clone();
            }
            let facts = self.project.class(owner);
            let declared_in = self.project.unit(owner.file);
            let field =
                declared_in.module.strings.lookup(unit.module.text(name)).and_then(|sym| facts.fields.get(&sym));
            if let Some(&field) = field {
                let declared = &declared_in.module.class(owner.id).fields[field];
                if let Some(ty) = declared.ty {
                    let value = self.value_of_type(declared_in, ty);
                    if !value.is_unknown() {
                        return value;
                    }
                }
            }
        }
        // Attributes that a base class of a library gives: `self.request`, `self.queryset`.
        let text = unit.module.text(name);
        let facts = self.project.class(class);
        for view in &self.models.views {
            if let Some(kind) = view.self_attrs.get(text)
                && view.bases.iter().any(|base| facts.base_paths.contains(base))
                && let Some(kind) = self.models.kind_named(kind)
            {
                return Self::object(kind, Evidence::Declared);
            }
        }
        for &kind in &facts.kinds.clone() {
            if let Some(attr) = self.models.attribute(kind, unit.name_id(name), text) {
                let query = Query { entity: facts.served.clone(), ..Query::default() };
                let object =
                    Object { kind: Some(kind), evidence: Evidence::Declared, query, pending: None, text: None };
                return self.attribute(&Arc::new(object), attr, text);
            }
        }
        Value::Unknown
    }

    /// A method, or what a property gives.
    pub(super) fn bound_member(&mut self, function: FnRef, owner: Value, at: ExprId) -> Value {
        let module = &self.project.unit(function.file).module;
        let declared = module.function(function.id);
        if declared.is_property {
            // The query gives the rows an attribute of that name: `annotate(total=…)`.
            if let Value::Object(object) = &owner
                && gives(&object.query, module.text(declared.name))
            {
                return Value::Data(Origin::Row);
            }
            return self.call_project(function, Some(&owner), &[], at, self.span(at));
        }
        Value::Function(function, Some(Arc::new(owner)))
    }
}
