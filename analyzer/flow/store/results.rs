//! What a call or an attribute of the store gives, by the word that a model has for it: `one`, `many`, `rows`, a kind.
//!
//! Knows those words. Does not know what is sent for it.

use crate::flow::Interp;
use crate::flow::store::effects::element_of_param;
use crate::flow::value::{Evidence, Object, Origin, Query, Size, Value};
use crate::models::lookup::KindId;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// A value by a model's word for it.
    pub(in crate::flow) fn result_value(
        &mut self,
        returns: &str,
        query: &Query,
        evidence: Evidence,
        kind: Option<KindId>,
    ) -> Value {
        match returns {
            "one" => match &query.entity {
                Some(entity) if !query.plain => {
                    self.instance_read(entity.clone(), Query { bounded: false, ..query.clone() }, evidence, kind)
                }
                Some(_) | None => Value::Data(Origin::Row),
            },
            "many" => {
                let element = match &query.entity {
                    Some(entity) if !query.plain => self.instance_read(entity.clone(), query.clone(), evidence, kind),
                    // `def page(query): return {"items": query.limit(10).all()}`: the caller knows whose rows these are.
                    None if !query.plain && kind.is_some_and(|kind| self.gives_rows(kind)) => {
                        query.param.map_or(Value::Data(Origin::Row), |param| element_of_param(param, query))
                    }
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
}

impl Interp<'_, '_> {
    /// Whether what a value of a kind holds are rows of entities: of a query, or of one page of it.
    fn gives_rows(&self, kind: KindId) -> bool {
        let fact = &self.models.kind(kind).fact;
        fact.slice_bounds || (fact.iterate.is_some() && fact.element.as_deref() == Some("one"))
    }
}

/// `order.lines.order_by("id")` reads the lines anew: what was loaded below those that came with the order says nothing of
/// them. They still know their parent.
pub(in crate::flow) fn asks_anew(query: &mut Query) {
    let is_kept = |path: &String| path == "*" || path.ends_with(".*");
    if query.through.is_some() && query.origin.is_none() && !query.eager.iter().all(is_kept) {
        query.eager = Arc::new(query.eager.iter().filter(|path| is_kept(path)).cloned().collect());
    }
}
