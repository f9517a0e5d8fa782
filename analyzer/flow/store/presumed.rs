//! Relations of entities whose declaration cannot be read: `post.author.username`, where `Post` comes from a package.
//!
//! Knows what is done with an attribute that no column's value allows. Does not know which attributes there are.
//! Invariant: an entity of the project is never presumed of; a relation that the query names as loaded is silent.

use crate::flow::Interp;
use crate::flow::facts::{RoundTrip, RoundTripKind};
use crate::flow::store::relations::loads;
use crate::flow::value::{EntityRef, Evidence, Object, Query, Value};
use crate::ir::{ExprId, ExprKind, Sym};
use crate::models::lookup::KindId;
use crate::models::schema::{Effect, Presumes};
use std::sync::Arc;

impl<'m> Interp<'_, 'm> {
    /// The query of a conventional manager of a class that is imported from where nothing can be read: `Post.objects`.
    pub(in crate::flow) fn presumed_entity(&self, base: ExprId, kind: KindId, query: Query) -> Query {
        if let Some(entity) = self.open_entity(base) {
            return Query { entity: Some(entity), ..query };
        }
        let Some(sort) = self.models.presumed_sort(kind) else { return query };
        let ExprKind::Member { base: owner, .. } = self.unit.module.expr(base).kind else { return query };
        let Some(path) = self.unit.path_of_expr(owner).filter(|path| self.is_project_path(path)) else { return query };
        let name = path.rsplit('.').next().unwrap_or(&path);
        if !path.contains('.') || !name.starts_with(|first: char| first.is_ascii_uppercase()) {
            return query;
        }
        Query { entity: Some(EntityRef::Named(name.into())), entity_sort: Some(sort), ..query }
    }

    /// `post.author.username`: `at` reads `name` of the attribute `base`.
    pub(in crate::flow) fn read_of_attribute(&mut self, base: ExprId, name: Sym, at: ExprId) {
        if let Some((object, attribute, presumes)) = self.attribute_of_unread(base) {
            let read = self.unit.module.text(name);
            let is_value = presumes.values.iter().any(|value| value == read) || read.starts_with('_');
            if !is_value && !loads(&object.query, &attribute) {
                self.presumed_trip(&object, attribute, false, base, at);
            }
        }
    }

    /// `post.comments.all()`: a method that only a manager of related rows has.
    pub(in crate::flow) fn call_of_attribute(&mut self, base: ExprId, method: Sym, at: ExprId) {
        if let Some((object, attribute, presumes)) = self.attribute_of_unread(base) {
            let called = self.unit.module.text(method);
            if presumes.many.iter().any(|many| many == called) && !loads(&object.query, &attribute) {
                self.presumed_trip(&object, attribute, true, at, at);
            }
        }
    }

    /// An attribute of a row whose entity is known by name only.
    fn attribute_of_unread(&mut self, expr: ExprId) -> Option<(Arc<Object>, String, &'m Presumes)> {
        let unit = self.unit;
        let ExprKind::Member { base, name, .. } = unit.module.expr(expr).kind else { return None };
        let ExprKind::Var(var) = unit.module.expr(base).kind else { return None };
        let Value::Object(object) = self.read(var) else { return None };
        let Some(EntityRef::Named(entity)) = &object.query.entity else { return None };
        // The attribute of a class that leaves the entity open is no name of one.
        if object.query.plain || entity.starts_with(|first: char| first.is_ascii_lowercase()) {
            return None;
        }
        let presumes = self.models.kind(object.kind?).fact.presumes.as_ref()?;
        Some((object, unit.module.text(name).to_owned(), presumes))
    }

    fn presumed_trip(&mut self, object: &Arc<Object>, name: String, many: bool, place: ExprId, at: ExprId) {
        let Some(owner) = object.query.entity.clone() else { return };
        let effect = if many { Effect::ReadMany } else { Effect::MaybeRead };
        let here = self.trip_of(object, effect, RoundTripKind::Relation { name, owner, many }, place);
        let trip = RoundTrip { expr: at, evidence: object.evidence.min(Evidence::Conventional), ..here };
        self.record_trip(trip);
    }
}
