//! Receivers: what a method's name means on a value.
//!
//! Knows how project classes, modelled kinds and conventional names answer to a method.
//! Does not know what the call then does: that is `apply`.

use crate::flow::Interp;
use crate::flow::value::{EntityRef, Evidence, FnRef, Object, Origin, Query, Value};
use crate::ir::{ExprId, Sym};
use crate::models::lookup::{CallId, KindId};
use crate::source::Family;
use std::sync::Arc;

/// A model's call with the receiver that it is called on.
pub(in crate::flow) struct Resolved {
    pub(in crate::flow) call: CallId,
    pub(in crate::flow) object: Option<Arc<Object>>,
    pub(in crate::flow) evidence: Evidence,
    /// Any receiver: the value itself carries what is known (`xs.map(f)`).
    pub(in crate::flow) receiver: Value,
}

impl Resolved {
    pub(in crate::flow) fn call_id(&self) -> CallId {
        self.call
    }

    pub(in crate::flow) fn kind_and_evidence(&self) -> (Option<KindId>, Evidence) {
        (self.object.as_ref().and_then(|object| object.kind), self.evidence)
    }
}

impl Interp<'_, '_> {
    pub(in crate::flow) fn is_lazy(&self, object: &Object) -> bool {
        object.kind.is_some_and(|kind| {
            let fact = &self.models.kind(kind).fact;
            fact.iterate.is_some() || fact.r#await.is_some()
        })
    }

    pub(in crate::flow) fn is_cursor(&self, object: &Object) -> bool {
        object.kind.is_some_and(|kind| self.models.kind(kind).is_cursor)
    }

    pub(in crate::flow) fn project_method(&self, receiver: &Value, name: Sym) -> Option<(FnRef, Option<Value>)> {
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
            Value::Record(record) if record.class.is_some() && record.get(text).is_none() => {
                let function = self.method_of(record.class?, text)?;
                Some((function, Some(receiver.clone())))
            }
            Value::Class(class) => self.method_of(*class, text).map(|function| (function, None)),
            Value::Record(record) => {
                let class = record.class.filter(|_| record.get(text).is_none())?;
                self.method_of(class, text).map(|function| (function, Some(Value::Instance(class))))
            }
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

    /// What a method means, called with that many positional arguments and, if it is one, this text as the first.
    pub(in crate::flow) fn resolve_method(
        &self,
        receiver: &Value,
        base: ExprId,
        name: Sym,
        args: usize,
        first: Option<&str>,
    ) -> Option<Resolved> {
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
                let given = first.and_then(|first| self.models.function_given(&full, first, args));
                let function = given.or_else(|| self.models.function(&full, args)).map(|call| Resolved {
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
                let query = self.presumed_entity(base, kind, query.clone());
                on_kind(kind, Self::object_of(kind, Evidence::Conventional, query), Evidence::Conventional)
            });
            if conventional.is_some() {
                return conventional;
            }
        }
        if unsettled && id.is_some() {
            let mut suggested = self.suggested_by_names(receiver).into_iter();
            let found = suggested.find_map(|object| on_kind(object.kind?, object, Evidence::Conventional));
            if found.is_some() {
                return found;
            }
        }
        let call = self.models.method_of_any(id, text, args)?;
        Some(Resolved { call, object: None, evidence: Evidence::Proven, receiver: receiver.clone() })
    }

    pub(in crate::flow) fn object_of(kind: KindId, evidence: Evidence, query: Query) -> Arc<Object> {
        Arc::new(Object { kind: Some(kind), evidence, query, pending: None, text: None })
    }
}
