//! Methods that a callee calls on what its parameter reaches, at the caller that gives the parameter.
//!
//! Knows what models say of the receiver that the caller gives. Does not know the arguments of the call: they are the
//! callee's.
//!
//! ```python
//! def open_lines(order):
//!     return order.lines.filter(open=True).count()  # one query per order
//! ```

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::calls::substitute::{Given, substitute};
use crate::flow::calls::summary::ParamRead;
use crate::flow::calls::through::hops_to;
use crate::flow::facts::{Hop, RoundTrip, RoundTripKind};
use crate::flow::store::apply::is_round_trip;
use crate::flow::store::results::asks_anew;
use crate::flow::value::{ClassRef, EntityRef, Evidence, FnRef, Object, Origin, Query, Value};
use crate::ir::ExprId;
use crate::models::lookup::CallId;
use crate::models::schema::{Bounds, Effect};
use std::sync::Arc;

/// The method's name and its number of arguments.
pub(in crate::flow) fn method_of_step(step: &str) -> Option<(&str, usize)> {
    let (name, arguments) = step.strip_suffix(')')?.split_once('(')?;
    Some((name, arguments.split(':').next()?.parse().ok()?))
}

/// The step that has relations loaded, whatever method says so.
const LOADS: &str = "+";

/// Going on with a query that loads these relations.
pub(in crate::flow) fn loading_step(paths: &[String]) -> String {
    format!("{LOADS}(0:{})", paths.join(","))
}

/// Whether a step changes no more than what is loaded.
pub(in crate::flow) fn is_loading_step(step: &str) -> bool {
    step.starts_with(LOADS)
}

/// The relations that a step names as those to load.
fn named_in_step(step: &str) -> impl Iterator<Item = &str> {
    let named = step.strip_suffix(')').and_then(|step| step.split_once(':')).map_or("*", |(_, named)| named);
    named.split(',')
}

impl Interp<'_, '_> {
    /// A call as a step of a path: `filter(1)`, `prefetch_related(2:lines,customer)`.
    pub(in crate::flow) fn method_step(&self, name: &str, arguments: usize, args: &Args) -> String {
        if !self.models.loading_methods.contains(name) {
            return format!("{name}({arguments})");
        }
        let named: Vec<String> = args.iter().flat_map(|(value, arg)| self.relations_given(value, arg, None)).collect();
        format!("{name}({arguments}:{})", named.join(","))
    }

    /// `order.lines.count()` inside a callee, of an object that the caller gave. What it sends counts for the read that
    /// ends with it, which has the loops around the call.
    pub(in crate::flow) fn call_of_callee(
        &mut self,
        object: &Arc<Object>,
        step: &str,
        read: Option<&ParamRead>,
        hop: &Hop,
        at: ExprId,
    ) -> Value {
        let Some((name, arguments)) = method_of_step(step) else { return Value::Unknown };
        if is_loading_step(step) {
            let mut object = (**object).clone();
            let named = named_in_step(step).map(str::to_owned);
            object.query.eager = Arc::new(object.query.eager.iter().cloned().chain(named).collect());
            return Value::Object(Arc::new(object));
        }
        if self.is_instance(object)
            && let Some(EntityRef::Class(class)) = object.query.entity.clone()
            && self.method_of(class, name).is_some()
        {
            return match read {
                Some(read) => self.member_of_callee(object, class, name, read, hop, at),
                None => self.given_by_method(object, class, name, hop, at),
            };
        }
        // A queryset's own method goes on with its query.
        let has_own = |classes: &Arc<[_]>| classes.iter().any(|&class| self.method_of(class, name).is_some());
        if object.query.methods_of.as_ref().is_some_and(has_own) {
            let mut object = (**object).clone();
            object.query.ran = false;
            return Value::Object(Arc::new(object));
        }
        let models = self.models;
        let Some(kind) = object.kind else { return Value::Data(Origin::Row) };
        let Some(id) = models.method(kind, models.name(name), name, arguments) else { return Value::Unknown };
        let call = models.call(id);
        let from_memory = call.from_loaded && object.query.ran;
        let mut query = object.query.clone();
        if !call.from_loaded {
            query.reached = None;
            query.ran = false;
            asks_anew(&mut query);
        }
        // What is loaded from here on comes with what the chain gives: `order.lines.select_related("product").filter(…)`.
        query.origin = query.origin.or(Some((self.unit.file, self.span(at))));
        query.bounded |= matches!(call.bounds, Some(Bounds::Always(true)));
        query.plain |= call.plain;
        if let Some(eager) = &call.eager {
            let separator = eager.separator.as_deref().unwrap_or(".");
            let named = named_in_step(step).filter(|path| !path.is_empty()).map(|path| path.replace(separator, "."));
            query.eager = Arc::new(query.eager.iter().cloned().chain(named).collect());
        }
        let object = Arc::new(Object { query, ..(**object).clone() });
        if let Some(read) = read
            && !call.pure
            && !from_memory
            && is_round_trip(call.effect)
        {
            self.trip_of_callee(&object, Some(id), call.effect, read, hop, at);
        }
        match call.returns.as_deref() {
            Some("self") => Value::Object(object),
            Some(returns) => match self.result_value(returns, &object.query, object.evidence, object.kind) {
                // `order.lines.all()` of an order that came with its lines.
                Value::Object(given) if from_memory => {
                    let query = Query { ran: true, ..given.query.clone() };
                    Value::Object(Arc::new(Object { query, ..(*given).clone() }))
                }
                given => given,
            },
            None => Value::Unknown,
        }
    }

    /// What a method of the entity gives, where the callee goes on from it: `for line in order.open_lines(): …`.
    fn given_by_method(&mut self, object: &Arc<Object>, class: ClassRef, name: &str, hop: &Hop, at: ExprId) -> Value {
        let Some(method) = self.method_of(class, name) else { return Value::Data(Origin::Row) };
        let Some(made) = self.summary_anywhere(method).filter(|made| !made.returns.is_unknown()) else {
            return Value::Data(Origin::Row);
        };
        let open = Given { is_open: true, ..Given::default() };
        let given = substitute(&made.returns, &open, (self.unit.file, self.span(at)));
        self.in_caller(given, Some(&Value::Object(object.clone())), hop, at)
    }

    /// The callee iterates a lazy query that it reaches from what the caller gave.
    pub(in crate::flow) fn iterated_by_callee(
        &mut self,
        object: &Arc<Object>,
        read: &ParamRead,
        hop: &Hop,
        at: ExprId,
    ) {
        let effect = object.kind.and_then(|kind| self.models.kind(kind).fact.iterate);
        if let Some(effect) = effect.filter(|&effect| is_round_trip(effect) && !object.query.ran) {
            self.trip_of_callee(object, None, effect, read, hop, at);
        }
    }

    /// A manager that a framework lists, as the query that it makes of it: a nested serializer calls `all()`.
    pub(in crate::flow) fn listed_by_framework(&self, object: &Arc<Object>) -> Arc<Object> {
        let listed = || {
            let kind = object.kind?;
            let name = self.models.kind(kind).fact.listed_by.as_deref()?;
            let call = self.models.method(kind, self.models.name(name), name, 0)?;
            self.models.kind_named(self.models.call(call).returns.as_deref()?)
        };
        match listed() {
            Some(kind) => Arc::new(Object { kind: Some(kind), ..(**object).clone() }),
            None => object.clone(),
        }
    }

    fn trip_of_callee(
        &mut self,
        object: &Arc<Object>,
        call: Option<CallId>,
        effect: Effect,
        read: &ParamRead,
        hop: &Hop,
        at: ExprId,
    ) {
        // What is known by a receiver's name alone is the callee's own affair.
        if object.query.entity.is_none() {
            return;
        }
        let is_here = read.loops.is_empty();
        let own = FnRef { file: self.unit.file, id: self.function() };
        let owner = if is_here { own } else { read.function };
        let trip = RoundTrip {
            function: owner.id,
            span: if is_here { hop.span } else { read.span },
            call,
            loops: if is_here { self.loops() } else { read.loops.clone() },
            varies: read.varies || !is_here,
            evidence: object.evidence.min(Evidence::Conventional),
            path: if is_here { hops_to(hop, &read.path_of_calls) } else { Vec::new() },
            of_receiver: object.query.reached.clone().filter(|path| !path.is_empty()),
            site: (read.function.file, read.span),
            ..self.trip_of(object, effect, RoundTripKind::Call, at)
        };
        if owner.file == self.unit.file {
            self.record_trip(trip);
        } else {
            self.facts.abroad.trips.push((owner.file, trip));
        }
    }
}
