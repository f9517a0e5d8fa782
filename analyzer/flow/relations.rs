//! Reading an attribute that is a relation: what it costs, and what it gives.
//!
//! Knows relations of entities and eager loading. Does not know severities.

use super::Interp;
use super::facts::{Hop, RoundTrip, RoundTripKind};
use super::summary::ParamRead;
use super::value::{ClassRef, EntityRef, Evidence, Object, Origin, Query, Size, Value};
use crate::ir::{ExprId, Sym};
use crate::models::schema::{Access, Effect};
use crate::project::classes::RelationFact;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// An attribute that is a relation of the entity.
    pub(super) fn read_relation(
        &mut self,
        object: &Arc<Object>,
        class: ClassRef,
        relation: &RelationFact,
        at: ExprId,
    ) -> Value {
        let loaded =
            relation.loaded
                || object.query.eager.iter().any(|path| {
                    path == "*" || path == &relation.name || path.starts_with(&format!("{}.", relation.name))
                });
        // Django: rows of `parent.children.all()` know their parent.
        let parent = match (&relation.target, relation.access) {
            (Some(EntityRef::Class(target)), Access::Kind) => self.parent_relation(*target, class),
            _ => None,
        };
        let below: Vec<String> = object
            .query
            .eager
            .iter()
            .filter_map(|path| path.strip_prefix(&format!("{}.", relation.name)).map(str::to_owned))
            .chain(object.query.eager.iter().any(|path| path == "*").then(|| "*".to_owned()))
            .chain(parent)
            .collect();
        let query = Query {
            entity: relation.target.clone(),
            eager: Arc::new(below),
            origin: object.query.origin,
            ran: loaded,
            ..Query::default()
        };
        match relation.access {
            Access::Lazy => {
                if !loaded && !object.query.plain {
                    self.relation_trip(object, class, relation, at, None);
                }
                self.relation_value(relation, query, object.evidence)
            }
            Access::Promise => {
                // Only awaiting it sends the query.
                if !loaded && !object.query.plain && self.awaiting == Some(at) {
                    self.relation_trip(object, class, relation, at, None);
                }
                self.relation_value(relation, query, object.evidence)
            }
            Access::Kind => match relation.kind {
                Some(kind) => Value::Object(Arc::new(Object {
                    kind: Some(kind),
                    evidence: object.evidence,
                    query,
                    pending: None,
                    text: None,
                })),
                None => Value::Unknown,
            },
            Access::None => self.relation_value(relation, query, object.evidence),
        }
    }

    /// The to-one relation of `child` that leads back to `parent`, when there is just one.
    fn parent_relation(&self, child: ClassRef, parent: ClassRef) -> Option<String> {
        let relations = &self.project.class(child).relations;
        let mut back = relations
            .iter()
            .filter(|(_, relation)| !relation.many && relation.target == Some(EntityRef::Class(parent)))
            .map(|(name, _)| name.clone());
        match (back.next(), back.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    pub(super) fn relation_value(&self, relation: &RelationFact, query: Query, evidence: Evidence) -> Value {
        let Some(target) = relation.target.clone() else { return Value::Unknown };
        let element = self.instance(target, Query { ran: false, ..query }, evidence);
        if relation.many { Value::list(element, Size::Unknown) } else { element }
    }

    pub(super) fn relation_trip(
        &mut self,
        object: &Arc<Object>,
        class: ClassRef,
        relation: &RelationFact,
        at: ExprId,
        through: Option<(&Hop, &ParamRead)>,
    ) {
        // `customer.name = x` and `del o.customer` are no reads; the interpreter asks only for reads.
        // Where the callee itself loops over the parameter, the loop and the place are its own.
        let (span, loops) = match through {
            None => (self.span(at), self.loops()),
            Some((_, read)) if !read.loops.is_empty() => (read.span, read.loops.clone()),
            Some((hop, _)) => (hop.span, self.loops()),
        };
        let varies = match through {
            None => self.call_varies(at),
            Some(_) => true,
        };
        let trip = RoundTrip {
            function: self.function(),
            span,
            expr: at,
            effect: if relation.many { Effect::ReadMany } else { Effect::MaybeRead },
            what: RoundTripKind::Relation {
                name: relation.name.clone(),
                owner: EntityRef::Class(class),
                many: relation.many,
            },
            call: None,
            kind: object.kind,
            query: object.query.clone(),
            loops,
            varies,
            once: self.runs_once(),
            searches: false,
            evidence: object.evidence,
            path: through.map(|(hop, _)| hop.clone()).into_iter().collect(),
            concurrent: false,
        };
        self.record_trip(trip);
    }

    /// A relation read inside a callee, of an object that the caller gave.
    pub(super) fn read_of_callee(&mut self, object: &Arc<Object>, name: Sym, read: &ParamRead, hop: &Hop) -> Value {
        let text = self.unit.module.text(name);
        if let Some(EntityRef::Class(class)) = &object.query.entity
            && self.is_instance(object)
            && let Some(relation) = self.project.class(*class).relations.get(text).cloned()
        {
            let class = *class;
            let before = self.facts.round_trips.len();
            let value = self.quietly(|interp| interp.read_relation(object, class, &relation, read.expr));
            let _ = before;
            let loaded = relation.loaded
                || object.query.plain
                || object.query.eager.iter().any(|path| {
                    path == "*" || path == &relation.name || path.starts_with(&format!("{}.", relation.name))
                });
            if !loaded && matches!(relation.access, Access::Lazy) {
                self.relation_trip(object, class, &relation, read.expr, Some((hop, read)));
            }
            return value;
        }
        Value::Data(Origin::Row)
    }

    /// A column that the query left out.
    pub(super) fn is_deferred(&self, object: &Object, name: &str) -> bool {
        let (Some(columns), Some(EntityRef::Class(class))) = (&object.query.columns, &object.query.entity) else {
            return false;
        };
        let unit = self.project.unit(class.file);
        let declared = unit.module.class(class.id).fields.iter().any(|field| unit.module.text(field.name) == name);
        let named = columns.names.iter().any(|known| known == name);
        declared && named == columns.left_out && !matches!(name, "id" | "pk")
    }

    pub(super) fn read_deferred(&mut self, object: &Arc<Object>, class: ClassRef, name: &str, at: ExprId) {
        let span = self.span(at);
        let trip = RoundTrip {
            function: self.function(),
            span,
            expr: at,
            effect: Effect::ReadOne,
            what: RoundTripKind::Deferred { name: name.to_owned(), owner: EntityRef::Class(class) },
            call: None,
            kind: object.kind,
            query: object.query.clone(),
            loops: self.loops(),
            varies: true,
            once: self.runs_once(),
            searches: false,
            evidence: object.evidence,
            path: Vec::new(),
            concurrent: false,
        };
        self.record_trip(trip);
    }
}
