//! Managers and querysets of the project's own: `objects = OrderQuerySet.as_manager()`, and calls of a base's method.
//!
//! Knows attributes of entities, and the method of a manager that says where its queries start. Does not know what a
//! call does at the store.
//!
//! ```python
//! class OrderManager(models.Manager):
//!     def get_queryset(self):
//!         return super().get_queryset().select_related("customer")
//! ```

use crate::flow::Interp;
use crate::flow::SummaryState;
use crate::flow::calls::call::Args;
use crate::flow::calls::resolve::Resolved;
use crate::flow::calls::substitute::built_on;
use crate::flow::value::{ClassRef, EntityRef, Evidence, FnRef, Object, Query, Value};
use crate::ir::{Arg, CallForm, ExprId, ExprKind, Spread};
use crate::models::lookup::KindId;
use crate::models::schema::Effect;
use crate::source::{Family, Span};
use std::sync::Arc;

impl Interp<'_, '_> {
    /// What an attribute of an entity, or of its bases, gives that serves the entity's rows.
    pub(in crate::flow) fn manager_named(&self, class: ClassRef, name: &str) -> Option<Arc<Object>> {
        let mut held = self.project.lineage(class).filter_map(|owner| self.field_named(owner, name));
        held.find_map(|value| self.serving(class, value))
    }

    fn unit_of(&self, class: ClassRef) -> &crate::project::Unit {
        self.project.unit(class.file)
    }

    /// A manager, for the rows of an entity.
    fn serving(&self, class: ClassRef, manager: &Value) -> Option<Arc<Object>> {
        let entity = Some(EntityRef::Class(class));
        let object = match manager {
            Value::Object(manager) if manager.kind.is_some() && !self.is_instance(manager) => {
                let mut manager = (**manager).clone();
                manager.query.entity = entity;
                // Its queries start where they are asked for, not where it is declared.
                manager.query.origin = None;
                manager
            }
            Value::Instance(own) => {
                let facts = self.project.class(*own);
                let &kind = facts.kinds.first().filter(|_| facts.entity.is_none())?;
                let query = Query { entity, methods_of: Some([*own].into()), ..Query::default() };
                (*Self::object_of(kind, Evidence::Proven, query)).clone()
            }
            _ => return None,
        };
        Some(Arc::new(self.started(object)))
    }

    /// A manager with what its own `get_queryset` adds to every query.
    fn started(&self, mut manager: Object) -> Object {
        let start = manager.kind.and_then(|kind| self.models.kind(kind).fact.starts_at.as_deref());
        let methods_of = manager.query.methods_of.clone();
        let classes = methods_of.iter().flat_map(|classes| classes.iter().copied());
        let method = start.and_then(|name| classes.into_iter().find_map(|class| self.method_of(class, name)));
        if let Some(Value::Object(queries)) = method.and_then(|method| self.known_result(method))
            && queries.query.of_manager
        {
            manager.query = self.added_to(&manager.query, &queries.query);
        }
        manager
    }

    /// What a function that has been interpreted returns.
    fn known_result(&self, function: FnRef) -> Option<Value> {
        if function.file != self.unit.file {
            return Some(self.known.summary(function)?.returns.clone());
        }
        match &self.summaries[function.id.index()] {
            SummaryState::Done(summary) => Some(summary.returns.clone()),
            SummaryState::Missing | SummaryState::Running => None,
        }
    }

    /// Methods of the manager that an entity's relations go through: the first that it declares.
    pub(in crate::flow) fn methods_of_default_manager(&self, class: ClassRef) -> Option<Arc<[ClassRef]>> {
        let unit = self.unit_of(class);
        let fields = unit.module.class(class.id).fields.iter();
        let mut managers = fields.filter_map(|field| self.manager_named(class, unit.module.text(field.name)));
        managers.next()?.query.methods_of.clone()
    }

    /// The query of a manager or queryset that is called on: `self` goes on with what the caller has.
    pub(in crate::flow) fn query_of_manager(&self, class: ClassRef, receiver: ExprId) -> Query {
        let serves = self.serves(class);
        Query {
            entity: self.project.class(class).served.clone(),
            methods_of: serves.then(|| [class].into()),
            of_manager: serves && self.is_own_receiver(receiver),
            ..Query::default()
        }
    }

    /// Whether a class is a manager or queryset of the project's own.
    pub(in crate::flow) fn serves(&self, class: ClassRef) -> bool {
        let facts = self.project.class(class);
        let is_served = |kind: &KindId| {
            let fact = &self.models.kind(*kind).fact;
            fact.starts_at.is_some() || fact.iterate == Some(Effect::ReadMany)
        };
        facts.entity.is_none() && facts.kinds.iter().any(is_served)
    }

    pub(in crate::flow) fn is_own_receiver(&self, expr: ExprId) -> bool {
        let module = &self.unit.module;
        let receiver = module.function(self.current().function).receiver;
        matches!(module.expr(expr).kind, ExprKind::Var(var) if receiver == Some(var))
    }

    /// What a method built from its receiver, built from the receiver that the caller gives.
    pub(in crate::flow) fn with_receiver(&self, object: &Object, receiver: Option<&Value>, at: ExprId) -> Arc<Object> {
        let query = if let Some(Value::Object(receiver)) = receiver {
            // The query starts where the method is asked for it, which is where more can be added to it.
            let here = Some((self.unit.file, self.span(at)));
            Query { origin: receiver.query.origin.or(here), ..self.added_to(&receiver.query, &object.query) }
        } else {
            // `self.published()` in another method of the same class still waits for its caller.
            let of_manager = self.receiver_of(at).is_some_and(|base| self.is_own_receiver(base));
            Query { of_manager, ..object.query.clone() }
        };
        Arc::new(Object { query, ..object.clone() })
    }

    /// `super().get_queryset()`: a method of the bases, on the same receiver.
    pub(in crate::flow) fn call_of_base(
        &mut self,
        id: ExprId,
        span: Span,
        callee: ExprId,
        args: &[Arg],
        form: CallForm,
    ) -> Option<Value> {
        let unit = self.unit;
        let module = &unit.module;
        if unit.family() != Family::Python {
            return None;
        }
        let ExprKind::Member { base, name, .. } = module.expr(callee).kind else { return None };
        let ExprKind::Call { callee: called, .. } = module.expr(base).kind else { return None };
        if unit.path_of_expr(called).as_deref() != Some("super") {
            return None;
        }
        let function = module.function(self.current().function);
        let class = ClassRef { file: unit.file, id: function.class? };
        let receiver = self.env[function.receiver?.index()].clone();
        let mut values: Args = Vec::with_capacity(args.len());
        for arg in args {
            let value = self.eval(arg.value);
            let value = match value {
                Value::List(list) if arg.spread == Spread::List => list.element.clone(),
                value => value,
            };
            values.push((value, arg.clone()));
        }
        let facts = self.project.class(class);
        let text = module.text(name);
        if let Some(method) = facts.bases.iter().find_map(|&base| self.method_of(base, text)) {
            let result = self.call_project(method, Some(&receiver), &values, id, span);
            return Some(self.with_named(text, result, &values));
        }
        // Of the library's base.
        let positional = args.iter().filter(|arg| arg.name.is_none()).count();
        let name_id = unit.name_id(name);
        let of_row = match &receiver {
            Value::Object(object) if self.is_instance(object) => object.kind,
            _ => None,
        };
        if !self.serves(class) && of_row.is_none() {
            let context = self.with_named(text, Value::Unknown, &values);
            return self.query_of_base(text, span).or(Some(context).filter(|context| !context.is_unknown()));
        }
        let mut kinds = of_row.into_iter().chain(facts.kinds.iter().copied());
        let found = kinds.find_map(|kind| Some((kind, self.models.method(kind, name_id, text, positional)?)));
        let (kind, call) = found?;
        let object = match &receiver {
            // `super().save()` of an entity.
            Value::Object(object) if of_row.is_some() => object.clone(),
            _ => {
                let query = Query {
                    entity: facts.served.clone(),
                    methods_of: Some([class].into()),
                    of_manager: true,
                    ..Query::default()
                };
                Self::object_of(kind, Evidence::Declared, query)
            }
        };
        let resolved = Resolved {
            call,
            evidence: Evidence::Declared,
            receiver: Value::Object(object.clone()),
            object: Some(object),
        };
        Some(self.apply(id, span, &resolved, &values, form, text))
    }

    /// A manager's query with what one of its methods adds: no longer the relation that the parent may hold.
    fn added_to(&self, base: &Query, built: &Query) -> Query {
        let known = base.methods_of.as_deref().unwrap_or_default();
        let own = built.methods_of.as_deref().unwrap_or_default();
        // What a base of the manager answers with has the manager's own methods; a queryset has others, which come first.
        let is_base =
            |class: &ClassRef| known.iter().any(|&manager| self.project.lineage(manager).any(|of| of == *class));
        let methods_of = if own.iter().all(is_base) || known.is_empty() {
            base.methods_of.clone().or_else(|| built.methods_of.clone())
        } else {
            Some(own.iter().chain(known).copied().collect())
        };
        Query { reached: None, methods_of, ..built_on(base, built) }
    }
}
