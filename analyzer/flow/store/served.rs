//! Classes that leave open what they read: `CRUDBase[Order]`, `BaseRepository<Order>`, `model = Order`,
//! `queryset = Order.objects.all()`.
//!
//! ```python
//! class Active:                                  # a mixin for views, which do not repeat this
//!     def get_queryset(self):
//!         return super().get_queryset().filter(active=True)
//! ```
//! Knows type arguments of bases and attributes of classes. Does not know what the methods do.
//! Invariant: inside such a class the entity has the name that the class gives it, of a type parameter or an attribute of
//! the receiver; at a call, the receiver's class says which entity, or which query, that is.
//! An instance of the generic class itself, `CRUDBase(Order)`, is a record of what its constructor was given.

use crate::flow::Interp;
use crate::flow::calls::substitute::built_on;
use crate::flow::facts::RoundTrip;
use crate::flow::value::{ClassRef, EntityRef, Evidence, List, Object, Query, Record, Rows, Value};
use crate::ir::{ExprId, ExprKind};
use crate::source::{Family, Span};
use std::sync::Arc;

impl Interp<'_, '_> {
    /// `select(self.model)`: the receiver's class knows.
    pub(in crate::flow) fn entity_of_receiver(&self, expr: ExprId) -> Option<EntityRef> {
        let module = &self.unit.module;
        let ExprKind::Member { base, name, .. } = module.expr(expr).kind else { return None };
        let name = module.text(name);
        (self.is_own_receiver(base) && !name.starts_with("__")).then(|| EntityRef::Named(name.into()))
    }

    /// A callee's result, whose open entity the receiver's class settles.
    pub(in crate::flow) fn of_served(&self, value: Value, receiver: Option<&Value>) -> Value {
        match receiver {
            Some(Value::Instance(class) | Value::Class(class)) => self.settled(value, *class),
            Some(Value::Record(held)) => match held.class {
                Some(class) => self.settled_by(value, class, Some(held)),
                None => value,
            },
            _ => value,
        }
    }

    /// A round trip of a method, whose open entity the receiver's class settles.
    pub(in crate::flow) fn trip_of_served(&self, trip: RoundTrip, receiver: Option<&Value>) -> RoundTrip {
        let (class, held) = match receiver {
            Some(Value::Instance(class) | Value::Class(class)) => (*class, None),
            Some(Value::Record(held)) => match held.class {
                Some(class) => (class, Some(&**held)),
                None => return trip,
            },
            _ => return trip,
        };
        match self.entity_served(&trip.query, class, held) {
            Some(entity) => RoundTrip { query: Query { entity: Some(entity), ..trip.query }, ..trip },
            None => trip,
        }
    }

    pub(in crate::flow) fn settled(&self, value: Value, class: ClassRef) -> Value {
        self.settled_by(value, class, None)
    }

    fn settled_by(&self, value: Value, class: ClassRef, held: Option<&Record>) -> Value {
        match value {
            Value::Object(object) => {
                if let Some(query) = self.query_served(&object.query, class) {
                    return match query.entity.clone().filter(|_| self.is_instance(&object)) {
                        Some(entity) => self.instance(entity, query, object.evidence),
                        None => Value::Object(Arc::new(Object { query, ..(*object).clone() })),
                    };
                }
                let Some(entity) = self.entity_served(&object.query, class, held) else { return Value::Object(object) };
                if self.is_instance(&object) {
                    return self.instance(entity, object.query.clone(), object.evidence);
                }
                let query = Query { entity: Some(entity), ..object.query.clone() };
                let pending = object.pending.as_ref().map(|pending| {
                    let result = self.settled_by(pending.result.clone(), class, held);
                    Arc::new(crate::flow::value::Pending { result, ..(**pending).clone() })
                });
                Value::Object(Arc::new(Object { query, pending, ..(*object).clone() }))
            }
            Value::List(list) => {
                let element = self.settled_by(list.element.clone(), class, held);
                let rows = list.rows.as_ref().map(|rows| {
                    let of_entity = || {
                        let entity = Some(self.entity_served(&rows.query, class, held)?);
                        Some(Query { entity, ..rows.query.clone() })
                    };
                    match self.query_served(&rows.query, class).or_else(of_entity) {
                        Some(query) => Arc::new(Rows { query, ..(**rows).clone() }),
                        None => rows.clone(),
                    }
                });
                Value::List(Arc::new(List { element, rows, ..(*list).clone() }))
            }
            Value::Tuple(items) => {
                Value::Tuple(items.iter().map(|item| self.settled_by(item.clone(), class, held)).collect())
            }
            value => value,
        }
    }

    /// The entity that a name of the generic class stands for in one of its subclasses.
    fn entity_served(&self, query: &Query, class: ClassRef, held: Option<&Record>) -> Option<EntityRef> {
        let Some(EntityRef::Named(name)) = &query.entity else { return None };
        if query.plain || self.project.entity_called(self.unit, name).is_some() {
            return None;
        }
        let given = held.and_then(|held| match held.get(name) {
            Some(Value::Class(given)) => Some(EntityRef::Class(*given)),
            // A name of the class's type parameter: `-> list[ModelType]`.
            None if name.starts_with(char::is_uppercase) => held.entries.iter().find_map(|(_, value)| match value {
                Value::Class(given) => Some(EntityRef::Class(*given)),
                _ => None,
            }),
            _ => None,
        });
        let attribute = given.or_else(|| self.entity_in_attribute(class, name));
        let is_entity = |served: &EntityRef| match served {
            // Any struct of Go may be a row.
            EntityRef::Class(class) => self.unit.family() == Family::Go || self.project.class(*class).entity.is_some(),
            EntityRef::Named(_) => false,
        };
        attribute.or_else(|| self.project.class(class).served.clone()).filter(is_entity)
    }

    /// The entity that an attribute of the class, or of its bases, holds: `model = Order`.
    fn entity_in_attribute(&self, class: ClassRef, name: &str) -> Option<EntityRef> {
        for owner in self.project.lineage(class) {
            let unit = self.project.unit(owner.file);
            let mut fields = unit.module.class(owner.id).fields.iter();
            let declared = fields.find(|field| unit.module.text(field.name) == name).and_then(|field| field.value);
            if let Some(entity) = declared.and_then(|value| self.project.class_of_expr(unit, value)) {
                return Some(EntityRef::Class(entity));
            }
        }
        None
    }

    /// `super().get_queryset()` in a view or in a mixin for views: a query that the receiver's class knows.
    pub(in crate::flow) fn query_of_base(&self, method: &str, span: Span) -> Option<Value> {
        let view = self.models.views.iter().find(|view| view.query_method.as_deref() == Some(method))?;
        let kind = self.models.kind_named(view.query_kind.as_deref()?)?;
        let entity = EntityRef::Named(view.query_attr.as_deref()?.into());
        let query = Query { entity: Some(entity), origin: Some((self.unit.file, span)), ..Query::default() };
        Some(Value::Object(Self::object_of(kind, Evidence::Declared, query)))
    }

    /// The entity of `self.model.objects` and the query of `self.queryset`, where the class itself does not say: the name
    /// of the attribute stands for both.
    pub(in crate::flow) fn open_entity(&self, base: ExprId) -> Option<EntityRef> {
        let module = &self.unit.module;
        let ExprKind::Member { base: owner, name, .. } = module.expr(base).kind else { return None };
        if self.is_own_receiver(owner) {
            let name = module.text(name);
            let holds_query = self.models.views.iter().any(|view| view.query_attr.as_deref() == Some(name));
            return holds_query.then(|| EntityRef::Named(name.into()));
        }
        self.entity_of_receiver(owner)
    }

    /// What a query goes on from that the receiver's class holds: the query of one attribute, or the entity of another.
    fn query_served(&self, query: &Query, class: ClassRef) -> Option<Query> {
        let Some(EntityRef::Named(name)) = &query.entity else { return None };
        let is_name = |attribute: &Option<String>| attribute.as_deref() == Some(name);
        let view = self.models.views.iter().find(|view| is_name(&view.query_attr) || is_name(&view.entity_attr))?;
        let open = Query { entity: None, ..query.clone() };
        let of_entity = || {
            let entity = self.entity_in_attribute(class, view.entity_attr.as_deref()?)?;
            let methods_of = match &entity {
                EntityRef::Class(entity) => self.methods_of_default_manager(*entity),
                EntityRef::Named(_) => None,
            };
            Some(Query { entity: Some(entity), methods_of, ..open.clone() })
        };
        let of_query = || match self.attribute_of_class(class, view.query_attr.as_deref()?) {
            Some(Value::Object(held)) => Some(built_on(&Query { ran: false, ..held.query.clone() }, &open)),
            _ => None,
        };
        // `if hasattr(self, "model")`: where the class has but one of them, that is the one.
        if is_name(&view.entity_attr) { of_entity().or_else(of_query) } else { of_query().or_else(of_entity) }
    }

    /// A query whose entity nothing has settled has none.
    pub(in crate::flow) fn without_open_entity(value: Value) -> Value {
        match value {
            Value::Object(object) => match &object.query.entity {
                Some(EntityRef::Named(name)) if name.starts_with(|first: char| first.is_ascii_lowercase()) => {
                    let query = Query { entity: None, ..object.query.clone() };
                    Value::Object(Arc::new(Object { query, ..(*object).clone() }))
                }
                _ => Value::Object(object),
            },
            value => value,
        }
    }

    /// Rows whose open lists of relations hold what the class says.
    pub(in crate::flow) fn loaded_in(&self, value: Value, class: ClassRef) -> Value {
        match value {
            Value::Object(object) => match self.with_lists_of(&object.query, class) {
                Some(query) => Value::Object(Arc::new(Object { query, ..(*object).clone() })),
                None => Value::Object(object),
            },
            Value::List(list) => {
                let element = self.loaded_in(list.element.clone(), class);
                Value::List(Arc::new(List { element, ..(*list).clone() }))
            }
            value => value,
        }
    }

    /// What an attribute in the body of a class, or of one of its bases, holds.
    pub(in crate::flow) fn attribute_of_class(&self, class: ClassRef, name: &str) -> Option<&Value> {
        let mut held = self.project.lineage(class).filter_map(|owner| self.field_named(owner, name));
        held.find(|value| !value.is_unknown())
    }
}
