//! Reading an attribute that is a relation: what it costs, and what it gives.
//!
//! Knows relations of entities and eager loading. Does not know severities.

use crate::flow::Interp;
use crate::flow::calls::spread_names::is_open_list;
use crate::flow::calls::substitute::{Given, substitute};
use crate::flow::calls::summary::ParamRead;
use crate::flow::calls::through::hops_to;
use crate::flow::facts::{Hop, RoundTrip, RoundTripKind};
use crate::flow::value::{ClassRef, Columns, EntityRef, Evidence, FnRef, Object, Origin, Query, Size, Value};
use crate::ir::ExprId;
use crate::models::schema::{Access, Effect};
use crate::project::classes::RelationFact;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// An attribute that is a relation of the entity.
    pub(in crate::flow) fn read_relation(
        &mut self,
        object: &Arc<Object>,
        class: ClassRef,
        relation: &RelationFact,
        at: ExprId,
    ) -> Value {
        if !is_loaded(object, relation) {
            let sent = match relation.access {
                Access::Lazy => true,
                // Only awaiting it sends the query.
                Access::Promise => self.awaiting == Some(at),
                Access::Kind | Access::None => false,
            };
            if sent {
                self.relation_trip(object, class, relation, at, None);
            }
        }
        self.related(object, class, relation)
    }

    /// What a relation's attribute gives.
    pub(in crate::flow) fn related(&self, object: &Object, class: ClassRef, relation: &RelationFact) -> Value {
        // Rows of `parent.children` know their parent, and what it has loaded.
        let parent = match &relation.target {
            Some(EntityRef::Class(target)) if relation.many => self.parent_relation(*target, class, &relation.name),
            _ => None,
        };
        let parent = parent.map(|name| format!("{name}.*"));
        let below: Vec<String> = object
            .query
            .eager
            .iter()
            .filter_map(|path| path.strip_prefix(&format!("{}.", relation.name)).map(str::to_owned))
            .chain(object.query.eager.iter().any(|path| path == "*" || is_open_list(path)).then(|| "*".to_owned()))
            .chain(parent)
            .collect();
        let query = Query {
            entity: relation.target.clone(),
            eager: Arc::new(below),
            // A manager's query starts where its methods are called.
            origin: if relation.access == Access::Kind { None } else { object.query.origin },
            ran: is_eager(object, relation),
            reached: reached_by(object, &relation.name),
            of_param: reached_from_param(object, &relation.name),
            methods_of: match (&relation.target, relation.access) {
                (Some(EntityRef::Class(target)), Access::Kind) => self.methods_of_default_manager(*target),
                _ => None,
            },
            through: (relation.access == Access::Kind).then(|| relation.name.as_str().into()),
            columns: columns_below(object, relation),
            below: (!relation.many).then(|| hops_below(object.query.below.as_deref(), &relation.name)),
            ..Query::default()
        };
        match relation.access {
            Access::Lazy | Access::Promise | Access::None => self.relation_value(relation, query, object.evidence),
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
        }
    }

    /// The to-one relation of `child` that leads back to `parent` from its relation `by`, when no other could.
    fn parent_relation(&self, child: ClassRef, parent: ClassRef, by: &str) -> Option<String> {
        let relations = self.project.class(child).relations.iter();
        let of_parent = relations.filter(|(_, relation)| relation.target == Some(EntityRef::Class(parent)));
        let mut back = of_parent.filter(|(name, _)| child != parent || name.as_str() != by);
        match (back.next(), back.next()) {
            (Some((only, relation)), None) if !relation.many => Some(only.clone()),
            _ => None,
        }
    }

    pub(in crate::flow) fn relation_value(&self, relation: &RelationFact, query: Query, evidence: Evidence) -> Value {
        let Some(target) = relation.target.clone() else { return Value::Unknown };
        let element = self.instance(target, Query { ran: false, ..query }, evidence);
        if relation.many { Value::list(element, Size::Unknown) } else { element }
    }

    pub(in crate::flow) fn relation_trip(
        &mut self,
        object: &Arc<Object>,
        class: ClassRef,
        relation: &RelationFact,
        at: ExprId,
        through: Option<(&Hop, &ParamRead)>,
    ) {
        // `customer.name = x` and `del o.customer` are no reads; the interpreter asks only for reads.
        // Where the callee itself loops over the parameter, the loop and the place are its own.
        let own = FnRef { file: self.unit.file, id: self.function() };
        let (span, loops, owner) = match through {
            None => (self.span(at), self.loops(), own),
            Some((_, read)) if !read.loops.is_empty() => (read.span, read.loops.clone(), read.function),
            Some((hop, _)) => (hop.span, self.loops(), own),
        };
        let varies = match through {
            None => self.call_varies(at),
            Some((_, read)) => read.varies || !read.loops.is_empty(),
        };
        let (path, site) = match through {
            Some((hop, read)) if read.loops.is_empty() => {
                (hops_to(hop, &read.path_of_calls), (read.function.file, read.span))
            }
            Some(_) | None => (Vec::new(), (owner.file, span)),
        };
        let effect = if relation.many { Effect::ReadMany } else { Effect::MaybeRead };
        let what = RoundTripKind::Relation {
            name: relation.name.clone(),
            owner: EntityRef::Class(class),
            many: relation.many,
        };
        let trip = RoundTrip {
            function: owner.id,
            span,
            loops,
            varies,
            // A way through calls is one step less sure, also where only the rows came from elsewhere.
            evidence: if through.is_some() { object.evidence.min(Evidence::Conventional) } else { object.evidence },
            path,
            of_receiver: reached_by(object, &relation.name),
            site,
            of_param: reached_from_param(object, &relation.name).filter(|_| through.is_none()),
            ..self.trip_of(object, effect, what, at)
        };
        if owner.file == self.unit.file {
            self.record_trip(trip);
        } else {
            self.facts.abroad.trips.push((owner.file, trip));
        }
    }

    /// A relation read inside a callee, of an object that the caller gave.
    pub(in crate::flow) fn read_of_callee(
        &mut self,
        object: &Arc<Object>,
        name: &str,
        read: &ParamRead,
        hop: &Hop,
        at: ExprId,
    ) -> Value {
        let Some(EntityRef::Class(class)) = object.query.entity.clone().filter(|_| self.is_instance(object)) else {
            return Value::Data(Origin::Row);
        };
        let Some(relation) = self.project.class(class).relations.get(name).cloned() else {
            return self.member_of_callee(object, class, name, read, hop, at);
        };
        if !is_loaded(object, &relation) && relation.access == Access::Lazy {
            self.relation_trip(object, class, &relation, at, Some((hop, read)));
        }
        self.related(object, class, &relation)
    }

    /// A property that is read inside a callee, or a method that is called there.
    pub(in crate::flow) fn member_of_callee(
        &mut self,
        object: &Arc<Object>,
        class: ClassRef,
        name: &str,
        read: &ParamRead,
        hop: &Hop,
        at: ExprId,
    ) -> Value {
        let Some(method) = self.method_of(class, name) else { return Value::Data(Origin::Row) };
        let unit = self.project.unit(method.file);
        if gives(&object.query, name) || unit.module.function(method.id).is_abstract {
            return Value::Data(Origin::Row);
        }
        let made = self.summary_anywhere(method);
        let memoized = self.is_memoized(method);
        let Some(made) = made.filter(|_| !memoized) else { return Value::Data(Origin::Row) };
        let within = Hop { file: method.file, span: read.span, name: unit.module.qualified_name(method.id) };
        // Where the callee itself loops over the parameter, the loop and the place are its own. What one and the same object
        // is asked for in a loop, it may remember.
        let is_here = read.loops.is_empty();
        if !is_here && !read.path.iter().any(|step| &**step == "*") {
            return Value::Data(Origin::Row);
        }
        for trip in &made.trips {
            let is_loaded = trip.of_receiver.as_deref().is_some_and(|path| loads(&object.query, path));
            if is_loaded || object.query.plain || trip.in_loop || !trip.loops.is_empty() {
                continue;
            }
            let mut path = if is_here { hops_to(hop, &read.path_of_calls) } else { Vec::new() };
            path.push(within.clone());
            path.extend(trip.path.iter().cloned());
            let repeated = RoundTrip {
                function: if is_here { self.function() } else { read.function.id },
                span: if is_here { hop.span } else { read.span },
                expr: at,
                loops: if is_here { self.loops() } else { read.loops.clone() },
                varies: read.varies || !is_here,
                once: is_here && self.runs_once(),
                searches: false,
                evidence: trip.evidence.min(Evidence::Conventional),
                query: from_rows(trip, object),
                path,
                of_receiver: None,
                ..trip.clone()
            };
            if is_here || read.function.file == self.unit.file {
                self.record_trip(repeated);
            } else {
                self.facts.abroad.trips.push((read.function.file, repeated));
            }
        }
        substitute(&made.returns, &Given { is_open: true, ..Given::default() }, (self.unit.file, self.span(at)))
    }

    /// A column that the query left out.
    pub(in crate::flow) fn is_deferred(&self, object: &Object, name: &str) -> bool {
        let (Some(columns), Some(EntityRef::Class(class))) = (&object.query.columns, &object.query.entity) else {
            return false;
        };
        let unit = self.project.unit(class.file);
        let declared = unit.module.class(class.id).fields.iter().any(|field| unit.module.text(field.name) == name);
        let is_named = |known: &String| known == name || (!columns.left_out && first_hop(known) == name);
        let named = columns.names.iter().any(is_named);
        declared && named == columns.left_out && !matches!(name, "id" | "pk")
    }

    pub(in crate::flow) fn read_deferred(&mut self, object: &Arc<Object>, class: ClassRef, name: &str, at: ExprId) {
        let what = RoundTripKind::Deferred { name: name.to_owned(), owner: EntityRef::Class(class) };
        self.record_trip(RoundTrip { varies: true, ..self.trip_of(object, Effect::ReadOne, what, at) });
    }
}

/// Whether the relation came with the object, so that reading it is free.
fn is_loaded(object: &Object, relation: &RelationFact) -> bool {
    object.query.plain || is_eager(object, relation)
}

fn is_eager(object: &Object, relation: &RelationFact) -> bool {
    relation.loaded || loads(&object.query, &relation.name)
}

/// Whether a query loads what its rows reach by a path of relations, joined by dots.
pub(in crate::flow) fn loads(query: &Query, path: &str) -> bool {
    let is_step = |rest: &str| rest.is_empty() || rest.starts_with('.');
    let leads = |loaded: &String| {
        let whole = || loaded.strip_suffix(".*").and_then(|above| path.strip_prefix(above));
        loaded == "*"
            || is_open_list(loaded)
            || loaded.strip_prefix(path).is_some_and(is_step)
            || whole().is_some_and(is_step)
    };
    query.eager.iter().any(leads)
}

/// Whether a query gives its rows an attribute of that name: `annotate(total=…)`.
pub(in crate::flow) fn gives(query: &Query, name: &str) -> bool {
    query.eager.iter().any(|given| given == name)
}

/// The query of a trip of the receiver, as one of the object that is the receiver in the caller.
pub(in crate::flow) fn from_rows(trip: &RoundTrip, object: &Object) -> Query {
    let mut query = trip.query.clone();
    if trip.of_receiver.is_some()
        && let Some(hops) = &object.query.below
    {
        query.below = Some(query.below.map_or_else(|| hops.clone(), |inner| hops_below(Some(hops), &inner)));
    }
    query
}

/// `only("customer__name")` and `defer("customer__notes")`: the columns of the customer that come with the row.
fn columns_below(object: &Object, relation: &RelationFact) -> Option<Arc<Columns>> {
    let columns = object.query.columns.as_ref().filter(|_| !relation.many && is_eager(object, relation))?;
    let below = |known: &String| Some(known.strip_prefix(&relation.name)?.strip_prefix('.')?.to_owned());
    let names: Vec<String> = columns.names.iter().filter_map(below).collect();
    (!names.is_empty()).then(|| Arc::new(Columns { names, left_out: columns.left_out }))
}

fn first_hop(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// One hop more.
fn hops_below(hops: Option<&str>, relation: &str) -> Arc<str> {
    match hops {
        Some(hops) => format!("{hops}.{relation}").into(),
        None => relation.into(),
    }
}

/// The same of a parameter.
pub(in crate::flow) fn reached_from_param(object: &Object, relation: &str) -> Option<(u16, Arc<str>)> {
    let (param, reached) = object.query.of_param.as_ref()?;
    let reached = match (&**reached, relation) {
        ("", relation) => relation.into(),
        (_, "") => reached.clone(),
        (reached, relation) => format!("{reached}.{relation}").into(),
    };
    Some((*param, reached))
}

/// How the method's receiver reaches a relation of an object that it reaches itself.
pub(in crate::flow) fn reached_by(object: &Object, relation: &str) -> Option<Arc<str>> {
    let reached = object.query.reached.as_deref()?;
    Some(if reached.is_empty() { relation.into() } else { format!("{reached}.{relation}").into() })
}
