//! New values: instances of project and modelled classes, entities that a call declares, lists that are allocated.
//!
//! Knows what a class is made of. Does not know which call made it.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::calls::native::wraps_rows;
use crate::flow::facts::CallTarget;
use crate::flow::value::{ClassRef, EntityRef, Evidence, List, Object, Query, Record, Value};
use crate::ir::{CallForm, ExprId, ExprKind, Module, StmtId, StmtKind, VarId};
use crate::models::lookup::EntityId;
use crate::source::Family;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// An instance of a modelled class, or an entity: `requests.Session()`, `sa.Table("orders", …)`.
    pub(in crate::flow) fn made_by(&self, path: &str, args: &Args) -> Option<Value> {
        if let Some(&kind) = self.models.kinds_of_type(path).first() {
            let entity = args.first().and_then(|(value, _)| Self::entity_of_value(value));
            let query = Query { entity, ..Query::default() };
            return Some(Value::Object(Self::object_of(kind, Evidence::Proven, query)));
        }
        if let Some(entity) = self.looked_up(path, "", args) {
            return Some(entity);
        }
        self.models.entity_of_call(path).map(|entity| self.entity_value(entity, args))
    }

    /// `apps.get_model("shop", "Order")`: the class, where the project declares it. The path, or the path of the receiver
    /// and the method's name.
    pub(in crate::flow) fn looked_up(&self, path: &str, method: &str, args: &Args) -> Option<Value> {
        let is_it = |lookup: &String| match method {
            "" => lookup == path,
            _ => lookup.strip_suffix(method).and_then(|rest| rest.strip_suffix('.')) == Some(path),
        };
        if !self.models.entity_lookups.iter().any(is_it) {
            return None;
        }
        let texts: Vec<&str> = args.iter().filter_map(|(value, _)| value.as_text()?.as_constant()).collect();
        self.project.entity_in_app(self.unit, &texts).map(Value::Class)
    }

    /// `pgTable("users", …)`, `mongoose.model("User", schema)`: the value is the entity.
    pub(in crate::flow) fn entity_value(&self, entity: EntityId, args: &Args) -> Value {
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

    /// Instantiates a project class.
    pub(in crate::flow) fn construct(&mut self, class: ClassRef, args: &Args, id: ExprId) -> Value {
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
        if let Some(held) = self.holding(class, args) {
            return held;
        }
        if let Some(queries) = self.serving_rows(class, args) {
            return queries;
        }
        if let Some(made) = self.made_like_base(class, args, id) {
            return made;
        }
        if let Some(&kind) = facts.kinds.first() {
            let constructor = self.method_of(class, "__init__");
            if constructor.is_none() && facts.methods.is_empty() {
                let methods_of = self.serves(class).then(|| [class].into());
                let query = Query { entity: facts.served.clone(), methods_of, ..Query::default() };
                return Value::Object(Self::object_of(kind, Evidence::Proven, query));
            }
        }
        if let Some(served) = self.serving_given(class, args) {
            return served;
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
            return Value::Record(Arc::new(Record { entries, ..Record::default() }));
        }
        Value::Instance(class)
    }

    /// `class CountedPaginator(Paginator)`: what is made of a statement, made by the library's own class.
    fn made_like_base(&mut self, class: ClassRef, args: &Args, id: ExprId) -> Option<Value> {
        let facts = self.project.class(class);
        let made = facts.base_paths.iter().find_map(|path| {
            let call = self.models.function(path, args.len())?;
            let fact = self.models.call(call);
            let kind = self.models.kind_named(fact.returns.as_deref()?)?;
            (fact.statement.is_some() && facts.kinds.contains(&kind)).then_some(path)
        })?;
        let path: Arc<str> = made.as_str().into();
        let positional = args.iter().filter(|(_, arg)| arg.name.is_none()).count();
        let span = self.span(id);
        let Value::Object(object) = self.call_path(id, span, &path, args, positional, CallForm::Plain) else {
            return None;
        };
        let query = Query { methods_of: Some([class].into()), ..object.query.clone() };
        Some(Value::Object(Arc::new(Object { query, ..(*object).clone() })))
    }

    /// `OrderQuerySet(Order)`, and in a manager `OrderQuerySet(self.model, using=self._db)`: queries of the entity, or of the
    /// manager's.
    fn serving_rows(&self, class: ClassRef, args: &Args) -> Option<Value> {
        let (value, arg) = args.first().filter(|_| self.serves(class))?;
        let module = &self.unit.module;
        let entity = match value {
            Value::Class(given) if self.project.class(*given).entity.is_some() => Some(EntityRef::Class(*given)),
            _ => None,
        };
        let is_own = matches!(module.expr(arg.value).kind, ExprKind::Member { base, .. } if self.is_own_receiver(base));
        let manager = module.function(self.current().function).class.map(|id| ClassRef { file: self.unit.file, id });
        let of_manager = entity.is_none() && is_own && manager.is_some_and(|manager| self.serves(manager));
        let &kind = self.project.class(class).kinds.first().filter(|_| entity.is_some() || of_manager)?;
        let query = Query { entity, of_manager, methods_of: Some([class].into()), ..Query::default() };
        Some(Value::Object(Self::object_of(kind, Evidence::Declared, query)))
    }

    /// `CRUDBase(Order)`: an instance that serves the entity that it is given, under the attribute that keeps it.
    fn serving_given(&self, class: ClassRef, args: &Args) -> Option<Value> {
        let serves_one = matches!(self.project.class(class).served, Some(EntityRef::Class(_)));
        if self.unit.family() != Family::Python || serves_one {
            return None;
        }
        let is_entity =
            |value: &Value| matches!(value, Value::Class(given) if self.project.class(*given).entity.is_some());
        let given = args.iter().position(|(value, _)| is_entity(value))?;
        let constructor = self.method_of(class, "__init__")?;
        let unit = self.project.unit(constructor.file);
        let declared = unit.module.function(constructor.id);
        let (value, arg) = &args[given];
        let param = match arg.name {
            Some(name) => {
                let name = self.unit.module.text(name);
                declared.params.iter().position(|param| unit.module.text(unit.module.var(param.var).name) == name)?
            }
            None => given,
        };
        let param = declared.params.get(param)?.var;
        let kept = attributes_kept(&unit.module, &declared.body, declared.receiver?);
        let entries: Vec<(Arc<str>, Value)> =
            kept.filter(|(_, kept)| *kept == param).map(|(name, _)| (name.into(), value.clone())).collect();
        let class = Some(class);
        (!entries.is_empty()).then(|| Value::Record(Arc::new(Record { entries, class, ..Record::default() })))
    }

    /// `OrderFilter(request.GET, queryset=orders)`: an object that goes on from the query that it is given.
    fn holding(&self, class: ClassRef, args: &Args) -> Option<Value> {
        let facts = self.project.class(class);
        let mut kinds = facts.kinds.iter().map(|&kind| (kind, &self.models.kind(kind).fact));
        let (kind, at) = kinds.find_map(|(kind, fact)| Some((kind, fact.holds.as_ref()?)))?;
        let (value, arg) = self.values_at(args, at).into_iter().next()?;
        // Positions are those of the library's constructor.
        if arg.name.is_none() && self.method_of(class, "__init__").is_some() {
            return None;
        }
        let Value::Object(given) = value else { return None };
        let query = Query { methods_of: None, ..given.query.clone() };
        Some(Value::Object(Self::object_of(kind, given.evidence, query)))
    }

    /// Go's `make([]string, n)` and `new(T)`: the elements are zero until they are written.
    pub(in crate::flow) fn allocated(&self, args: &Args) -> Value {
        let Some((_, arg)) = args.first() else { return Value::Unknown };
        let ExprKind::TypeValue(ty) = self.unit.module.expr(arg.value).kind else { return Value::Unknown };
        match self.value_of_type(self.unit, ty) {
            Value::List(list) if list.element.is_unknown() => {
                Value::List(Arc::new(List { element: Value::Null, ..(*list).clone() }))
            }
            other => other,
        }
    }
}

/// `self.model = model` among the statements of a constructor: the attribute's name and the variable.
fn attributes_kept<'m>(
    module: &'m Module,
    body: &'m [StmtId],
    receiver: VarId,
) -> impl Iterator<Item = (&'m str, VarId)> + 'm {
    body.iter().filter_map(move |&stmt| {
        let StmtKind::Assign { target, value, .. } = module.stmt(stmt).kind else { return None };
        let ExprKind::Member { base, name, .. } = module.expr(target).kind else { return None };
        let (ExprKind::Var(owner), ExprKind::Var(kept)) = (&module.expr(base).kind, &module.expr(value).kind) else {
            return None;
        };
        (*owner == receiver).then(|| (module.text(name), *kept))
    })
}
