//! View classes that list a whole table without a handler of their own: `queryset = Order.objects.all()`.
//!
//! Knows the view facts of models and the project's settings. Does not know rules.
//! Known false alarm: a base class outside the tree that sets pagination (medium confidence).

use crate::flow::Interp;
use crate::flow::facts::{ListView, RouteFact};
use crate::flow::value::{ClassRef, EntityRef, Evidence, Object, Query, Value};
use crate::ir::{ClassId, ExprId, ExprKind, Lit};
use crate::models::schema::View;
use crate::project::Setting;
use crate::source::Span;
use std::sync::Arc;

impl Interp<'_, '_> {
    pub(in crate::flow) fn list_views(&mut self) {
        for at in 0..self.unit.module.classes.len() {
            let class = ClassRef { file: self.unit.file, id: ClassId(at as u32) };
            let facts = self.project.class(class);
            let view = self
                .models
                .views
                .iter()
                .find(|view| view.lists && view.bases.iter().any(|base| facts.base_paths.contains(base)));
            if let Some(view) = view.cloned() {
                self.list_view(class, &view);
            }
        }
    }

    fn list_view(&mut self, class: ClassRef, view: &View) {
        let unit = self.unit;
        let module = &unit.module;
        // Own code for reading the collection is followed like any handler.
        let overrides = ["list", "get"].iter().any(|name| self.has_method(class, name));
        if overrides || view.pagination_method.as_deref().is_some_and(|name| self.has_method(class, name)) {
            return;
        }
        // `http_method_names = ["post"]`: nobody reads the collection.
        let methods = view.methods_attr.as_deref().and_then(|name| self.class_attribute(class, name));
        if let Some((methods, _)) = methods
            && let ExprKind::Seq { items, .. } = &module.expr(methods).kind
            && items.iter().all(|item| module.str_of(*item).is_some_and(|method| !method.eq_ignore_ascii_case("get")))
        {
            return;
        }
        let pagination = view.pagination_attr.as_deref().and_then(|name| self.class_attribute(class, name));
        let mut opted_out = None;
        if let Some((value, span)) = pagination {
            let is_off = match module.expr(value).kind {
                ExprKind::Lit(Lit::Null) => !view.pages_by_default,
                ExprKind::Lit(Lit::Bool(is_on)) => view.pages_by_default && !is_on,
                _ => false,
            };
            if !is_off {
                return;
            }
            opted_out = Some(span);
        } else if view.pages_by_default || self.pages_by_setting(view) || self.pages_by_base(class, view) {
            return;
        }
        let head = module.class(class.id).head;
        let Some((value, span, _)) = self.query_of_view(class, view) else { return };
        let query = match &value {
            Value::Object(object) => object.query.clone(),
            Value::List(list) => match &list.rows {
                Some(rows) => rows.query.clone(),
                None => return,
            },
            _ => Query::default(),
        };
        if query.bounded || query.grouped {
            return;
        }
        let attribute = view.query_attr.as_deref().and_then(|name| self.class_attribute(class, name));
        // `queryset = Order.STATE_CHOICES` lists what the class names.
        let is_constant = |named: ExprId| match module.expr(named).kind {
            ExprKind::Member { name, .. } => module.text(name).chars().all(|c| c.is_uppercase() || c == '_'),
            _ => false,
        };
        if attribute.is_some_and(|(named, _)| is_constant(named)) {
            return;
        }
        let query = match (&query.entity, attribute) {
            // `Order.objects.all()` where Order is declared in another file.
            (None, Some((value, _))) => Query { entity: self.leading_name(value).map(EntityRef::Named), ..query },
            _ => query,
        };
        let authenticated = self.class_asks_for_auth(class, &view.auth_attrs);
        let own = self.reads_own_rows(class, view);
        let query = Query { owned: query.owned || own, of_user: query.of_user || own, ..query };
        let known_bases = self.project.class(class).base_paths.iter().all(|path| !path.starts_with('.'));
        let route = RouteFact {
            route: None,
            method: "GET".to_owned(),
            url: None,
            file: unit.file,
            span: head,
            authenticated,
            returns: false,
            response_model: None,
        };
        let evidence = match (self.settings_known(view), known_bases, opted_out.is_some()) {
            // Nobody knows what a class of another package does that only its name says to be such a view.
            _ if opted_out.is_none() && self.is_view_by_name(class, view) => Evidence::None,
            (_, _, true) | (true, true, false) => Evidence::Proven,
            _ => Evidence::Conventional,
        };
        self.facts.list_views.push(ListView { class: class.id, span, head, query, route, opted_out, evidence });
    }

    /// A base in another file sets the pagination.
    fn pages_by_base(&self, class: ClassRef, view: &View) -> bool {
        let Some(name) = view.pagination_attr.as_deref() else { return false };
        let declared = self.project.lineage(class).find_map(|owner| {
            let module = &self.project.unit(owner.file).module;
            let field = module.class(owner.id).fields.iter().find(|field| module.text(field.name) == name)?;
            Some((module, field.value?))
        });
        declared.is_some_and(|(module, value)| !matches!(module.expr(value).kind, ExprKind::Lit(Lit::Null)))
    }

    /// A base is of a package without a model, and ends in the name of a view that has one.
    fn is_view_by_name(&self, class: ClassRef, view: &View) -> bool {
        let paths = &self.project.class(class).base_paths;
        paths.iter().any(|path| !view.bases.contains(path) && self.models.view_extended_by(path).is_some())
    }

    /// `def get_queryset(self): return super().get_queryset().filter(user=self.request.user)`.
    fn reads_own_rows(&self, class: ClassRef, view: &View) -> bool {
        let Some(method) = view.query_method.as_deref().and_then(|name| self.method_of(class, name)) else {
            return false;
        };
        let unit = self.project.unit(method.file);
        let body = unit.snippet(unit.module.function(method.id).span);
        // Not `self.request.user.is_staff`.
        let mut mentions = body.match_indices("=self.request.user").chain(body.match_indices("(self.request.user"));
        mentions.any(|(at, found)| body[at + found.len()..].starts_with([')', ',', '\n', ' ']))
    }

    /// `self.get_queryset()` of a view that leaves it to its base: what the attribute says, anew for every call.
    pub(in crate::flow) fn query_by_method(&mut self, class: ClassRef, name: &str, span: Span) -> Option<Value> {
        let facts = self.project.class(class);
        let models = self.models;
        let view = models.views.iter().find(|view| {
            view.query_method.as_deref() == Some(name) && view.bases.iter().any(|base| facts.base_paths.contains(base))
        })?;
        let (value, _, _) = self.query_of_view(class, view)?;
        let Value::Object(object) = value else { return None };
        let query = Query { ran: false, handed: Some((self.unit.file, span)), ..object.query.clone() };
        Some(Value::Object(Arc::new(Object { query, ..(*object).clone() })))
    }

    /// What a view reads: its query, the place that says so, and an expression there.
    pub(in crate::flow) fn query_of_view(&mut self, class: ClassRef, view: &View) -> Option<(Value, Span, ExprId)> {
        let entity = view.entity_attr.as_deref();
        self.query_of_class(class, view.query_attr.as_deref(), view.query_method.as_deref(), entity)
    }

    /// The same of a class with the names of the attribute and the method that hold the query, and of the attribute that
    /// names the entity.
    pub(in crate::flow) fn query_of_class(
        &mut self,
        class: ClassRef,
        query_attr: Option<&str>,
        query_method: Option<&str>,
        entity_attr: Option<&str>,
    ) -> Option<(Value, Span, ExprId)> {
        let unit = self.unit;
        let module = &unit.module;
        let method = query_method.and_then(|name| self.method_of(class, name));
        let attribute = query_attr.and_then(|name| self.class_attribute(class, name));
        match (method, attribute) {
            (Some(function), _) if function.file == unit.file => {
                let returns = self.summary_of(function.id).map(|made| made.returns.clone()).unwrap_or_default();
                let declared = module.function(function.id);
                let place = attribute.map_or(ExprId(0), |(value, _)| value);
                Some((self.read_by(returns, class), declared.head, place))
            }
            // A base class of another file reads it.
            (Some(function), attribute) => {
                let returns = self.known.summary(function).map(|made| made.returns.clone()).unwrap_or_default();
                match (self.read_by(returns, class), attribute) {
                    (Value::Unknown, Some((value, span))) => Some((self.fields_value(class, query_attr?), span, value)),
                    (read, attribute) => {
                        let head = module.class(class.id).head;
                        let (place, span) = attribute.unwrap_or((ExprId(0), head));
                        Some((read, span, place))
                    }
                }
            }
            (None, Some((value, span))) => Some((self.fields_value(class, query_attr?), span, value)),
            (None, None) => {
                let (value, span) = entity_attr.and_then(|name| self.class_attribute(class, name))?;
                // A view without a queryset in sight is set up somewhere else.
                let entity = crate::project::classes::entity_of_argument(self.project, unit, value)?;
                Some((self.instance(entity, Query::default(), Evidence::Declared), span, value))
            }
        }
    }

    /// What a method of a class or its bases reads, for that class.
    fn read_by(&self, returns: Value, class: ClassRef) -> Value {
        self.loaded_in(Self::without_open_entity(self.settled(returns, class)), class)
    }

    /// A setting turns pagination on for all views, or may do so where the tree does not show it.
    fn pages_by_setting(&self, view: &View) -> bool {
        let Some(setting) = &view.pagination_setting else { return false };
        match self.project.setting(setting) {
            Setting::Elsewhere => true,
            Setting::Set => {
                // A class of the project has the size itself.
                view.page_size_setting.as_ref().is_none_or(|size| self.project.setting(size) == Setting::Set)
                    || self.project.setting_names_own(setting)
            }
            Setting::Unset | Setting::Absent => false,
        }
    }

    fn settings_known(&self, view: &View) -> bool {
        view.pagination_setting.as_ref().is_none_or(|setting| self.project.setting(setting) != Setting::Absent)
    }

    fn has_method(&self, class: ClassRef, name: &str) -> bool {
        self.method_of(class, name).is_some()
    }

    /// A class attribute's value and place, of the class or its bases in this file.
    pub(in crate::flow) fn class_attribute(&self, class: ClassRef, name: &str) -> Option<(crate::ir::ExprId, Span)> {
        let mut queue = vec![class];
        let mut at = 0;
        while at < queue.len() {
            let class = queue[at];
            at += 1;
            if class.file != self.unit.file {
                continue;
            }
            let module = &self.unit.module;
            let found = module.class(class.id).fields.iter().find(|field| module.text(field.name) == name);
            if let Some(field) = found
                && let Some(value) = field.value
            {
                return Some((value, field.span));
            }
            queue.extend(
                self.project
                    .class(class)
                    .bases
                    .iter()
                    .copied()
                    .filter(|base| !queue.contains(base))
                    .collect::<Vec<_>>(),
            );
        }
        None
    }

    pub(in crate::flow) fn fields_value(&self, class: ClassRef, name: &str) -> Value {
        let name = self.unit.module.strings.lookup(name);
        name.and_then(|name| self.fields.get(&(class, name)).cloned()).unwrap_or_default()
    }

    /// `Order` of `Order.objects.filter(…)`.
    fn leading_name(&self, expr: crate::ir::ExprId) -> Option<std::sync::Arc<str>> {
        let module = &self.unit.module;
        match &module.expr(expr).kind {
            ExprKind::Call { callee: inner, .. } => self.leading_name(*inner),
            ExprKind::Member { base, .. } => self.leading_name(*base),
            ExprKind::Var(var) => Some(module.text(module.var(*var).name).into()),
            ExprKind::Name(name) => Some(module.text(*name).into()),
            _ => None,
        }
    }
}
