//! Functions that loop over rows of a parameter, and what their callers have loaded with those rows.
//!
//! ```python
//! def sheet(orders: list[Order]):
//!     return [order.customer.name for order in orders]      # silent: who calls it has loaded the customers
//!
//! sheet(list(Order.objects.select_related("customer")))
//! ```
//! Knows loops over parameters and the queries that callers give. Does not know what is reported.
//! Invariant: a caller whose rows are not known says nothing; one that has not loaded the relation keeps it loud.

use crate::flow::Interp;
use crate::flow::facts::{FileFacts, LoopId, RoundTrip, RoundTripKind};
use crate::flow::store::relations::loads;
use crate::flow::value::{FnRef, Query, Value};
use crate::source::FileId;
use rustc_hash::FxHashMap;

/// What a call gives for a parameter whose rows the callee loops over.
#[derive(Clone, Debug)]
pub struct Handed {
    pub to: FnRef,
    pub param: u16,
    pub query: Query,
}

impl Interp<'_, '_> {
    /// A lazy load in a loop over a parameter's rows: callers answer for it.
    pub(in crate::flow) fn note_asked(&mut self, trip: &RoundTrip) {
        let Some((_, &innermost)) = relation_of(trip).zip(trip.loops.last()) else { return };
        let around = self.facts.loops.get(innermost.0 as usize);
        let Some(param) = around.and_then(|around| around.rows.as_ref()?.of) else { return };
        if !self.current().summary.asks.contains(&param) {
            self.frame().summary.asks.push(param);
        }
        if !self.facts.asked.contains(&(innermost, param)) {
            self.facts.asked.push((innermost, param));
        }
    }

    /// Notes the rows that a call gives to a function that loads relations of each.
    pub(in crate::flow) fn note_handed(&mut self, to: FnRef, asks: &[u16], bound: &[Option<Value>]) {
        for &param in asks {
            let Some(Some(value)) = bound.get(usize::from(param)) else { continue };
            let query = match value {
                Value::List(list) => match &list.element {
                    Value::Object(element) if self.is_instance(element) && element.query.of_param.is_none() => {
                        let known = list.rows.as_ref().is_some_and(|rows| rows.of.is_none());
                        known.then(|| element.query.clone())
                    }
                    _ => None,
                },
                Value::Object(object) if self.is_lazy(object) && object.query.param.is_none() => {
                    Some(object.query.clone())
                }
                _ => None,
            };
            // What was made here rather than read says nothing of the rows that others give.
            if let Some(query) = query.filter(|query| query.entity.is_some() && !query.plain) {
                self.facts.handed.push(Handed { to, param, query });
            }
        }
    }
}

/// Drops the lazy loads of rows that every caller gives with the relation loaded.
pub(in crate::flow) fn settle(facts: &mut [FileFacts]) {
    let mut given: FxHashMap<(FnRef, u16), Vec<Query>> = FxHashMap::default();
    for file in &mut *facts {
        for Handed { to, param, query } in std::mem::take(&mut file.handed) {
            given.entry((to, param)).or_default().push(query);
        }
    }
    if given.is_empty() {
        return;
    }
    for (at, file) in facts.iter_mut().enumerate() {
        let is_spared = |trip: &RoundTrip, facts: &FileFacts| {
            let Some((path, param)) = relation_of(trip).zip(param_of(facts, trip)) else { return false };
            let function = FnRef { file: FileId(at as u32), id: trip.function };
            given.get(&(function, param)).is_some_and(|queries| queries.iter().all(|query| loads(query, &path)))
        };
        let mut trips = std::mem::take(&mut file.round_trips);
        trips.retain(|trip| !is_spared(trip, file));
        file.round_trips = trips;
        let mut beside = std::mem::take(&mut file.beside);
        beside.retain(|trip| !is_spared(trip, file));
        file.beside = beside;
    }
}

/// How a trip's relation is reached from a row, joined by dots.
fn relation_of(trip: &RoundTrip) -> Option<String> {
    let RoundTripKind::Relation { name, .. } = &trip.what else { return None };
    Some(trip.query.below.as_ref().map_or_else(|| name.clone(), |hops| format!("{hops}.{name}")))
}

/// The parameter whose rows the innermost loop around a trip visits.
fn param_of(facts: &FileFacts, trip: &RoundTrip) -> Option<u16> {
    let &LoopId(innermost) = trip.loops.last()?;
    facts.asked.iter().find_map(|&(LoopId(at), param)| (at == innermost).then_some(param))
}
