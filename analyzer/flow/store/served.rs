//! Classes that leave open which entity they read: `CRUDBase[Order]`, `BaseRepository<Order>`, `model = Order`.
//!
//! Knows type arguments of bases and attributes of classes. Does not know what the methods do.
//! Invariant: inside such a class the entity has the name that the class gives it, of a type parameter or an attribute of
//! the receiver; at a call, the receiver's class says which entity that is.
//! Known miss: instances of the generic class itself, `CRUDBase(Order)`.

use crate::flow::Interp;
use crate::flow::facts::RoundTrip;
use crate::flow::value::{ClassRef, EntityRef, List, Object, Query, Rows, Value};
use crate::ir::{ExprId, ExprKind};
use crate::source::Family;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// `select(self.model)`: the receiver's class knows.
    pub(in crate::flow) fn entity_of_receiver(&self, expr: ExprId) -> Option<EntityRef> {
        let module = &self.unit.module;
        let ExprKind::Member { base, name, .. } = module.expr(expr).kind else { return None };
        self.is_own_receiver(base).then(|| EntityRef::Named(module.text(name).into()))
    }

    /// A callee's result, whose open entity the receiver's class settles.
    pub(in crate::flow) fn of_served(&self, value: Value, receiver: Option<&Value>) -> Value {
        let Some(Value::Instance(class) | Value::Class(class)) = receiver else { return value };
        self.settled(value, *class)
    }

    /// A round trip of a method, whose open entity the receiver's class settles.
    pub(in crate::flow) fn trip_of_served(&self, trip: RoundTrip, receiver: Option<&Value>) -> RoundTrip {
        let Some(Value::Instance(class) | Value::Class(class)) = receiver else { return trip };
        match self.entity_served(&trip.query, *class) {
            Some(entity) => RoundTrip { query: Query { entity: Some(entity), ..trip.query }, ..trip },
            None => trip,
        }
    }

    fn settled(&self, value: Value, class: ClassRef) -> Value {
        match value {
            Value::Object(object) => {
                let Some(entity) = self.entity_served(&object.query, class) else { return Value::Object(object) };
                if self.is_instance(&object) {
                    return self.instance(entity, object.query.clone(), object.evidence);
                }
                let query = Query { entity: Some(entity), ..object.query.clone() };
                let pending = object.pending.as_ref().map(|pending| {
                    let result = self.settled(pending.result.clone(), class);
                    Arc::new(crate::flow::value::Pending { result, ..(**pending).clone() })
                });
                Value::Object(Arc::new(Object { query, pending, ..(*object).clone() }))
            }
            Value::List(list) => {
                let element = self.settled(list.element.clone(), class);
                let rows = list.rows.as_ref().map(|rows| match self.entity_served(&rows.query, class) {
                    Some(entity) => {
                        let query = Query { entity: Some(entity), ..rows.query.clone() };
                        Arc::new(Rows { query, ..(**rows).clone() })
                    }
                    None => rows.clone(),
                });
                Value::List(Arc::new(List { element, rows, ..(*list).clone() }))
            }
            Value::Tuple(items) => Value::Tuple(items.iter().map(|item| self.settled(item.clone(), class)).collect()),
            value => value,
        }
    }

    /// The entity that a name of the generic class stands for in one of its subclasses.
    fn entity_served(&self, query: &Query, class: ClassRef) -> Option<EntityRef> {
        let Some(EntityRef::Named(name)) = &query.entity else { return None };
        if query.plain || self.project.entity_called(self.unit, name).is_some() {
            return None;
        }
        let attribute = self.attribute_of_class(class, name);
        let is_entity = |served: &EntityRef| match served {
            // Any struct of Go may be a row.
            EntityRef::Class(class) => self.unit.family() == Family::Go || self.project.class(*class).entity.is_some(),
            EntityRef::Named(_) => false,
        };
        attribute.or_else(|| self.project.class(class).served.clone()).filter(is_entity)
    }

    /// `model = Order` in the class's body.
    fn attribute_of_class(&self, class: ClassRef, name: &str) -> Option<EntityRef> {
        let unit = self.project.unit(class.file);
        let fields = &unit.module.class(class.id).fields;
        let value = fields.iter().find(|field| unit.module.text(field.name) == name)?.value?;
        self.project.class_of_expr(unit, value).map(EntityRef::Class)
    }
}
