//! What a callee gives back that it reached from a parameter, once the caller says what that is.
//!
//! ```python
//! def with_lines(orders):
//!     return [(order, len(order.notes)) for order in orders.prefetch_related("lines")]
//!
//! for order, notes in with_lines(Order.objects.all()): …      # rows of Order, with their lines
//! ```
//! Knows steps of paths: elements, relations, methods that go on with a query. Does not know what the steps cost: that is
//! told by the callee's reads.
//! Invariant: what cannot be followed stays the parameter's place, of which the caller knows no more than before.

use crate::flow::Interp;
use crate::flow::calls::steps::is_loading_step;
use crate::flow::facts::Hop;
use crate::flow::value::{EntityRef, List, Place, Record, Rows, Value};
use crate::ir::ExprId;
use std::sync::Arc;

/// Values within values that are looked through.
const DEEPEST: usize = 4;

impl Interp<'_, '_> {
    /// A callee's result with what it reached from its parameters; `None` where that is nothing.
    pub(in crate::flow) fn given_back(
        &mut self,
        value: &Value,
        bound: &[Option<Value>],
        hop: &Hop,
        at: ExprId,
    ) -> Option<Value> {
        if !holds_step(value, bound, 0) {
            return None;
        }
        self.settled_in(value, bound, hop, at)
    }

    fn settled_in(&mut self, value: &Value, bound: &[Option<Value>], hop: &Hop, at: ExprId) -> Option<Value> {
        match value {
            Value::Place(place) => self.at_end_of(place, place.path.len(), bound, hop, at),
            Value::List(list) => {
                let element = self.settled_in(&list.element, bound, hop, at)?;
                let rows = match &list.rows {
                    Some(rows) => Some(rows.clone()),
                    None => self.rows_behind(&list.element, bound, hop, at),
                };
                Some(Value::List(Arc::new(List { element, rows, ..(**list).clone() })))
            }
            Value::Tuple(items) => {
                let settled: Vec<Option<Value>> =
                    items.iter().map(|item| self.settled_in(item, bound, hop, at)).collect();
                settled.iter().any(Option::is_some).then(|| {
                    let pairs = items.iter().zip(settled);
                    Value::Tuple(pairs.map(|(item, settled)| settled.unwrap_or_else(|| item.clone())).collect())
                })
            }
            Value::Record(record) => {
                let entries: Vec<(Arc<str>, Value)> = record
                    .entries
                    .iter()
                    .map(|(key, item)| {
                        let settled = self.settled_in(item, bound, hop, at);
                        (key.clone(), settled.unwrap_or_else(|| item.clone()))
                    })
                    .collect();
                let rest = record.rest.as_ref().map(|rest| {
                    let settled = self.settled_in(rest, bound, hop, at);
                    settled.unwrap_or_else(|| rest.clone())
                });
                Some(Value::Record(Arc::new(Record { entries, rest, ..(**record).clone() })))
            }
            _ => None,
        }
    }

    /// The rows that a list of the callee has one element for each of.
    fn rows_behind(&mut self, element: &Value, bound: &[Option<Value>], hop: &Hop, at: ExprId) -> Option<Arc<Rows>> {
        let place = match element {
            Value::Place(place) => place,
            Value::Tuple(items) => items.iter().find_map(|item| match item {
                Value::Place(place) => Some(place),
                _ => None,
            })?,
            _ => return None,
        };
        let steps = place.path.iter().position(|step| &**step == "*")?;
        let iterated = self.at_end_of(place, steps, bound, hop, at)?;
        self.size_and_rows(&iterated)?.1
    }

    /// Where some steps of a path lead from what the caller gives.
    fn at_end_of(
        &mut self,
        place: &Place,
        steps: usize,
        bound: &[Option<Value>],
        hop: &Hop,
        at: ExprId,
    ) -> Option<Value> {
        let mut value = bound.get(usize::from(place.param))?.clone()?;
        for step in &place.path[..steps] {
            value = match &value {
                Value::List(list) if &**step == "*" => list.element.clone(),
                Value::List(_) if is_loading_step(step) => value,
                Value::Object(object) if &**step == "*" && !self.is_instance(object) => {
                    let object = self.listed_by_framework(object);
                    self.element_of(&object)
                }
                Value::Object(object) if step.ends_with(')') => {
                    let object = object.clone();
                    self.call_of_callee(&object, step, None, hop, at)
                }
                Value::Object(object) if self.is_instance(object) => {
                    let Some(EntityRef::Class(class)) = object.query.entity else { return None };
                    let relation = self.project.class(class).relations.get(&**step)?;
                    self.related(object, class, relation)
                }
                _ => return None,
            };
        }
        matches!(value, Value::Object(_) | Value::List(_)).then_some(value)
    }
}

/// Whether a value holds something that a query of the caller leads to.
fn holds_step(value: &Value, bound: &[Option<Value>], depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    match value {
        Value::Place(place) => {
            let given = bound.get(usize::from(place.param)).and_then(Option::as_ref);
            !place.path.is_empty() && matches!(given, Some(Value::Object(_) | Value::List(_)))
        }
        Value::List(list) => holds_step(&list.element, bound, depth + 1),
        Value::Tuple(items) => items.iter().any(|item| holds_step(item, bound, depth + 1)),
        Value::Record(record) => {
            let mut values = record.entries.iter().map(|(_, value)| value).chain(&record.rest);
            values.any(|value| holds_step(value, bound, depth + 1))
        }
        _ => false,
    }
}
