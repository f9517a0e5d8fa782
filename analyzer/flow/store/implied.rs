//! Round trips that no call spells out: a statement per item of one argument, a relation that each row loads as soon as
//! it is read, rows that are read again after a commit.
//!
//! Knows what models and relations declare so. Does not know severities.
//! Known miss: instances that went stale in another function than the one that reads them.

use crate::flow::Interp;
use crate::flow::facts::{LoopFact, LoopSource, RoundTrip, RoundTripKind};
use crate::flow::value::{EntityRef, List, Object, Query, Rows, Size, Value};
use crate::ir::{Arg, ExprId, MODULE_FN, VarId};
use crate::models::schema::{Call, Effect};
use std::sync::Arc;

impl Interp<'_, '_> {
    /// `cur.executemany(sql, rows)` that sends each row on its own: the loop is the driver's. `None` where the items are
    /// few, or where a loop of the program stands around it, which tells more.
    pub(in crate::flow) fn loop_over_items(
        &mut self,
        call: &Call,
        args: &[(Value, Arg)],
        at: ExprId,
    ) -> Option<LoopFact> {
        let position = call.per_item.as_ref()?;
        let (items, arg) = self.values_at(&args.to_vec(), position).into_iter().next()?;
        let is_loop = self.current().loops.is_empty();
        let (source, rows) = match &items {
            Value::List(list) if matches!(list.size, Size::Constant(_)) => return None,
            Value::List(list) => match &list.rows {
                Some(rows) => (LoopSource::Query, Some(rows.clone())),
                None => (LoopSource::Unknown, None),
            },
            // `Order.create({…})` is given one.
            Value::Record(_) => return None,
            _ => (LoopSource::Unknown, None),
        };
        let is_list = matches!(items, Value::List(_)) || call.per_item.as_ref().is_some_and(|at| at.arg != Some(0));
        let span = self.span(at);
        (is_loop && is_list).then(|| LoopFact {
            iterable: Some(self.span(arg.value)),
            ..LoopFact::of_call(span, source, rows, self.function())
        })
    }

    /// `relationship(lazy="immediate")`: rows of its entity that are read load it one by one.
    pub(in crate::flow) fn note_loads_with_rows(&mut self, trip: &RoundTrip) {
        let is_read = trip.what == RoundTripKind::Call && trip.effect == Effect::ReadMany && trip.path.is_empty();
        let Some(EntityRef::Class(class)) = trip.query.entity.clone().filter(|_| is_read && !trip.query.plain) else {
            return;
        };
        let relations = &self.project.class(class).relations;
        let mut at_load: Vec<_> =
            relations.values().filter_map(|relation| Some((relation, relation.at_load?))).collect();
        at_load.sort_by_key(|(_, (file, span))| (*file, span.start));
        for (relation, (file, span)) in at_load {
            if crate::flow::store::relations::loads(&trip.query, &relation.name) {
                continue;
            }
            let rows = Rows {
                file: self.unit.file,
                span: trip.span,
                query: trip.query.clone(),
                kind: trip.kind,
                evidence: trip.evidence,
                sliced: false,
                of: None,
            };
            let source = if trip.query.bounded { LoopSource::Bounded } else { LoopSource::Query };
            let of_rows =
                LoopFact { implicit: true, ..LoopFact::of_call(span, source, Some(Arc::new(rows)), MODULE_FN) };
            let load = RoundTrip {
                function: MODULE_FN,
                span,
                effect: if relation.many { Effect::ReadMany } else { Effect::MaybeRead },
                what: RoundTripKind::Relation {
                    name: relation.name.clone(),
                    owner: EntityRef::Class(class),
                    many: relation.many,
                },
                call: None,
                loops: Arc::new([]),
                varies: true,
                once: false,
                of_receiver: None,
                site: (file, span),
                ..trip.clone()
            };
            self.facts.abroad.at_load.push((file, of_rows, load));
        }
    }

    /// `session.commit()`: what was read before is read again, row by row.
    pub(in crate::flow) fn expire_instances(&mut self, call: &Call) {
        let Some(unless) = &call.expires_unless else { return };
        if self.project.is_switched_off(unless) {
            return;
        }
        for at in 0..self.env.len() {
            let var = VarId(at as u32);
            let Value::List(list) = &self.env[at] else { continue };
            let Value::Object(element) = &list.element else { continue };
            let is_own = self.unit.module.var(var).owner == self.function();
            if !is_own || element.query.plain || list.rows.is_none() || !self.is_instance(element) {
                continue;
            }
            let query = Query { expired: true, ..element.query.clone() };
            let element = Value::Object(Arc::new(Object { query, ..(**element).clone() }));
            let list = List { element, ..(**list).clone() };
            self.set(var, Value::List(Arc::new(list)));
        }
    }

    /// A column of an instance that a commit has made stale.
    pub(in crate::flow) fn read_expired(&mut self, object: &Arc<Object>, owner: EntityRef, at: ExprId) {
        let what = RoundTripKind::Expired { owner };
        self.record_trip(RoundTrip { varies: true, ..self.trip_of(object, Effect::ReadOne, what, at) });
    }
}
