//! What else a call in a loop runs: the queries besides the one that a finding shows.
//!
//! ```python
//! class OrderViewSet(ModelViewSet):
//!     queryset = Order.objects.all()       # one finding: Order.customer, and also Order.shop and OrderLine
//!     serializer_class = OrderSerializer
//! ```
//! Knows the trips that stand behind one call. Does not know how they are cured.
//! Invariant: names stand once each, in the order in which the interpreter met them.

use super::is_per_element;
use crate::findings::Related;
use crate::flow::facts::{RoundTrip, RoundTripKind};
use crate::models::schema::Effect;
use crate::rules::{Input, words};

/// Longer lists tell a reader nothing more.
const MAX_NAMED: usize = 8;

/// The further queries of a call, by name.
#[derive(Default)]
pub(super) struct Beside {
    /// Relations as `Order.customer`, queries by the entity that they read.
    names: Vec<String>,
    /// Where each of them stands.
    pub(super) places: Vec<Related>,
    more: bool,
}

impl Beside {
    /// What the call of `trip` runs besides it, for each element of the same loop.
    pub(super) fn of(input: &Input<'_, '_>, trip: &RoundTrip) -> Beside {
        let mut found = Beside::default();
        if trip.path.is_empty() {
            return found;
        }
        let shown = name(input, trip);
        for other in input.facts.beside.iter().chain(&input.facts.round_trips) {
            if other.span != trip.span || !is_alike(other, trip) {
                continue;
            }
            let name = name(input, other);
            if name == shown || found.names.contains(&name) {
                continue;
            }
            if found.names.len() == MAX_NAMED {
                found.more = true;
                break;
            }
            let note = format!("the same call queries {name} here");
            found.places.push(Related { file: other.site.0, span: other.site.1, note });
            found.names.push(name);
        }
        found
    }

    /// `Order.shop, OrderLine and more`; nothing where there is nothing.
    pub(super) fn listed(&self) -> Option<String> {
        let (last, first) = self.names.split_last()?;
        let listed = match (first, self.more) {
            ([], false) => last.clone(),
            ([], true) => format!("{last} and more"),
            (first, false) => format!("{} and {last}", first.join(", ")),
            (first, true) => format!("{}, {last} and more", first.join(", ")),
        };
        Some(listed)
    }
}

/// Run in the same loop, as often, by the same call, and to be cured in the same way.
fn is_alike(other: &RoundTrip, trip: &RoundTrip) -> bool {
    let is_write = |trip: &RoundTrip| trip.effect == Effect::Write;
    !other.path.is_empty()
        && other.loops.last() == trip.loops.last()
        && other.varies
        && !other.once
        && !other.searches
        && is_per_element(other)
        && is_write(other) == is_write(trip)
}

fn name(input: &Input<'_, '_>, trip: &RoundTrip) -> String {
    let of = |owner| words::entity_name(input.project, owner);
    match &trip.what {
        RoundTripKind::Relation { name, owner, .. } | RoundTripKind::Deferred { name, owner } => {
            format!("{}.{name}", of(owner))
        }
        RoundTripKind::Expired { owner } => of(owner),
        RoundTripKind::Call => match &trip.query.entity {
            Some(entity) => of(entity),
            None => trip.path.last().map_or_else(String::new, |hop| hop.name.clone()),
        },
    }
}
