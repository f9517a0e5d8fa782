//! How requests reach functions: decorators, registrations, view classes; and what a handler sends back.
//!
//! Knows routes, views and contexts of models. Does not know rules.

use crate::flow::facts::RouteFact;
use crate::flow::value::{ClassRef, Evidence, FnRef, Origin, Value};
use crate::flow::{Interp, SummaryState};
use crate::ir::{Arg, Entry, ExprId, ExprKind, FnId, MODULE_FN, Sym};
use crate::models::glob::path_matches;
use crate::models::lookup::{KindId, RouteId, name_matches};
use crate::models::schema::{Route, RouteMethod, View};
use crate::project::classes::argument_of;
use crate::project::symbols::Symbol;
use crate::source::Span;

impl<'m> Interp<'_, 'm> {
    /// The view facts of a class that make this method of it a handler.
    fn view_of(&self, class: ClassRef, method: &str) -> Option<&'m View> {
        let facts = self.project.class(class);
        let unit = self.project.unit(class.file);
        let name = unit.module.text(unit.module.class(class.id).name);
        let is_base = |wanted: &String| {
            facts.base_paths.iter().any(|path| path_matches(wanted, path))
                || facts.bases.iter().any(|base| {
                    let module = &self.project.unit(base.file).module;
                    let name = module.text(module.class(base.id).name);
                    // Code that a tool generated into the tree: `*.Unimplemented*Server`.
                    name == wanted || (wanted.starts_with("*.") && path_matches(wanted, &format!("generated.{name}")))
                })
        };
        let implements = |wanted: &String| {
            self.project.generated_interfaces(class).iter().any(|interface| {
                let module = &self.project.unit(interface.file).module;
                name_matches(wanted, module.text(module.class(interface.id).name))
                    && self.project.class(*interface).methods.contains_key(method)
            })
        };
        let models = self.models;
        models.views.iter().enumerate().find_map(|(at, view)| {
            let uses = || self.project.uses_library(unit.family(), self.models.library_of_view(at));
            let fits = if view.classes.is_empty() {
                view.bases.iter().any(is_base)
                    || view.decorators.iter().any(|decorator| facts.decorator_paths.contains(decorator))
            } else {
                view.classes.iter().any(|pattern| name_matches(pattern, name))
                    && (view.bases.is_empty() || view.bases.iter().any(is_base))
                    && uses()
            };
            let fits = fits || (view.interfaces.iter().any(implements) && uses());
            let handles = view.handlers.iter().any(|handler| name_matches(handler, method));
            (fits && handles).then_some(view)
        })
    }
}

impl Interp<'_, '_> {
    /// Routes by decorators and view classes, contexts by decorators, bases, names and files.
    pub(in crate::flow) fn classify_functions(&mut self) {
        let unit = self.unit;
        self.note_file_routes();
        for at in 0..unit.module.functions.len() {
            let id = FnId(at as u32);
            let function = unit.module.function(id);
            for &decorator in &function.decorators {
                if let Some(route) = self.decorated_route(decorator) {
                    let fact = self.route_fact(route, decorator, Some(FnRef { file: unit.file, id }));
                    self.facts.functions[at].route = Some(fact);
                }
            }
            if let Some(class) = self.class_of_method(id) {
                self.note_view_method(class, id);
            }
        }
        self.note_per_element();
    }

    /// The class of a method; that of a Go method may stand in another file of its package.
    pub(in crate::flow) fn class_of_method(&self, id: FnId) -> Option<ClassRef> {
        let unit = self.unit;
        let function = unit.module.function(id);
        if let Some(id) = function.class {
            return Some(ClassRef { file: unit.file, id });
        }
        match self.project.symbol_of_free_name(unit.file, unit.module.text(function.receiver_type?))? {
            Symbol::Class(class) => Some(class),
            Symbol::Module(_) | Symbol::Function(_) | Symbol::Variable(..) | Symbol::Value(..) => None,
        }
    }

    fn decorated_route(&mut self, decorator: ExprId) -> Option<RouteId> {
        let unit = self.unit;
        let (callee, args) = match &unit.module.expr(decorator).kind {
            ExprKind::Call { callee, args, .. } => (*callee, args.len()),
            _ => (decorator, 0),
        };
        if let Some(path) = unit.path_of_expr(callee)
            && let Some(route) = self.models.route_of_decorator(&path)
        {
            return Some(route);
        }
        let ExprKind::Member { base, name, .. } = unit.module.expr(callee).kind else { return None };
        let text = unit.module.text(name);
        // The receiver is a module-level router, whose value the first pass has not seen yet: ask its declaration.
        let value = self.static_value(base);
        if let Value::Object(object) = value {
            self.models.route_of_method(object.kind?, text, true, args)
        } else {
            let receiver = self.receiver_name(base)?.to_owned();
            self.conventional_kinds(&receiver)
                .into_iter()
                .find_map(|kind| self.models.route_of_method(kind, text, true, args))
        }
    }

    /// The kind that a module-level variable's only initialiser gives, without interpretation.
    fn static_value(&self, expr: ExprId) -> Value {
        let unit = self.unit;
        let module = &unit.module;
        let ExprKind::Var(var) = module.expr(expr).kind else { return Value::Unknown };
        if let Some(path) = unit.path_of_var(var) {
            return self.value_of_path(path);
        }
        let body = &module.function(MODULE_FN).body;
        let initial = body.iter().find_map(|&stmt| match &module.stmt(stmt).kind {
            crate::ir::StmtKind::Assign { target, value, .. } => match module.expr(*target).kind {
                ExprKind::Var(written) if written == var => Some(*value),
                _ => None,
            },
            _ => None,
        });
        let Some(initial) = initial else { return Value::Unknown };
        let ExprKind::Call { callee, args, .. } = &module.expr(initial).kind else { return Value::Unknown };
        self.made_by_library(unit, *callee, args.len())
    }

    fn route_fact(&self, id: RouteId, declaration: ExprId, handler: Option<FnRef>) -> RouteFact {
        let unit = self.unit;
        let route = self.models.route(id);
        let args: &[Arg] = match &unit.module.expr(declaration).kind {
            ExprKind::Call { args, .. } => args,
            _ => &[],
        };
        // `router.route("/x").get(handler)`
        let url_args: &[Arg] = match &unit.module.expr(declaration).kind {
            ExprKind::Call { callee, .. } if route.url_of_receiver => match &unit.module.expr(*callee).kind {
                ExprKind::Member { base, .. } => match &unit.module.expr(*base).kind {
                    ExprKind::Call { args, .. } => args,
                    _ => args,
                },
                _ => args,
            },
            _ => args,
        };
        let url = route
            .url
            .as_ref()
            .and_then(|at| argument_of(unit, url_args, at))
            .and_then(|url| unit.module.str_of(url))
            .map(str::to_owned);
        let method = self.route_method(route, declaration, args, url.as_deref());
        let url = url.map(|url| match route.method {
            RouteMethod::Url => url.split_once(' ').map_or(url.clone(), |(_, path)| path.to_owned()),
            _ => url,
        });
        let url = self.with_class_prefix(route, handler, url);
        let response_model = route.response_model.as_ref().and_then(|at| argument_of(unit, args, at));
        let authenticated = self.mentions_auth(route, declaration, handler);
        RouteFact {
            route: Some(id),
            method,
            url,
            file: unit.file,
            span: self.span(declaration),
            authenticated,
            returns: route.returns,
            response_model,
        }
    }

    /// The pattern of the class's decorator stands before the method's.
    fn with_class_prefix(&self, route: &Route, handler: Option<FnRef>, url: Option<String>) -> Option<String> {
        let Some(handler) = handler else { return url };
        let unit = self.project.unit(handler.file);
        let class = unit.module.function(handler.id).class;
        let Some(class) = class.filter(|_| !route.class_prefix.is_empty()) else { return url };
        let prefix = unit.module.class(class).decorators.iter().find_map(|&decorator| {
            let path = unit.path_of_expr(decorator)?;
            if !route.class_prefix.contains(&path) {
                return None;
            }
            let ExprKind::Call { args, .. } = &unit.module.expr(decorator).kind else { return None };
            let first = args.first()?.value;
            let text = unit.module.str_of(first).or_else(|| {
                crate::project::classes::entry(unit, first, "path").and_then(|path| unit.module.str_of(path))
            })?;
            Some(text.trim_matches('/').to_owned())
        });
        let Some(prefix) = prefix else { return url };
        let parts = [prefix, url.unwrap_or_default().trim_matches('/').to_owned()];
        let joined: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Some(format!("/{}", joined.join("/")))
    }

    fn route_method(&self, route: &Route, declaration: ExprId, args: &[Arg], url: Option<&str>) -> String {
        let unit = self.unit;
        let module = &unit.module;
        match route.method {
            RouteMethod::Name => {
                let callee = match &module.expr(declaration).kind {
                    ExprKind::Call { callee, .. } => *callee,
                    _ => declaration,
                };
                let name = match &module.expr(callee).kind {
                    ExprKind::Member { name, .. } | ExprKind::Name(name) => module.text(*name).to_owned(),
                    ExprKind::Var(_) => unit
                        .path_of_expr(callee)
                        .and_then(|path| path.rsplit('.').next().map(str::to_owned))
                        .unwrap_or_default(),
                    _ => String::new(),
                };
                name.to_ascii_uppercase()
            }
            RouteMethod::At => {
                let given = route.method_at.as_ref().and_then(|at| argument_of(unit, args, at));
                let text = given.map(|given| unit.snippet(self.span(given)).to_ascii_uppercase());
                match text {
                    Some(text) if text.contains("GET") => "GET".to_owned(),
                    Some(text) => text.trim_matches(['[', ']', '"', '\'', '(', ')', ' ', ',']).to_owned(),
                    None => route.default_method.clone().unwrap_or_else(|| "ANY".to_owned()),
                }
            }
            RouteMethod::Url => match url.and_then(|url| url.split_once(' ')) {
                Some((method, _)) => method.to_ascii_uppercase(),
                None => "ANY".to_owned(),
            },
            RouteMethod::Any => "ANY".to_owned(),
            RouteMethod::Read => "READ".to_owned(),
            RouteMethod::Write => "WRITE".to_owned(),
            RouteMethod::Child => "CHILD".to_owned(),
        }
    }

    /// Authentication by the names in the declaration, the handler's decorators and its parameters' defaults.
    fn mentions_auth(&self, route: &Route, declaration: ExprId, handler: Option<FnRef>) -> bool {
        let unit = self.unit;
        let mut texts = vec![unit.snippet(self.span(declaration)).into_owned()];
        if let Some(handler) = handler {
            let unit = self.project.unit(handler.file);
            let function = unit.module.function(handler.id);
            texts.extend(function.decorators.iter().map(|&d| unit.snippet(unit.module.expr(d).span).into_owned()));
            texts.push(unit.snippet(function.head).into_owned());
            // `@UseGuards(SessionGuard)` above the controller.
            let around = function.class.map(|class| &unit.module.class(class).decorators);
            texts.extend(around.into_iter().flatten().map(|&d| unit.snippet(unit.module.expr(d).span).into_owned()));
        }
        texts.iter().any(|text| names_auth(route, text))
    }

    fn note_view_method(&mut self, class: ClassRef, id: FnId) {
        let unit = self.unit;
        let name = unit.module.text(unit.module.function(id).name);
        let Some(view) = self.view_of(class, name) else { return };
        if self.facts.functions[id.index()].route.is_some() {
            return;
        }
        // Go writes `Get`.
        let lower = name.to_ascii_lowercase();
        let method = match (view.method, lower.as_str()) {
            (Some(RouteMethod::Read), _) => "READ",
            (Some(RouteMethod::Write), _) => "WRITE",
            (Some(RouteMethod::Child), _) => "CHILD",
            (_, "list" | "retrieve" | "get") => "GET",
            (_, "post" | "create") => "POST",
            (_, "put" | "update") => "PUT",
            (_, "patch" | "partial_update") => "PATCH",
            (_, "delete" | "destroy") => "DELETE",
            // A remote procedure says by its first word what it does: `CreateComment`.
            _ if names_write(name) => "POST",
            _ => "ANY",
        };
        if view.method == Some(RouteMethod::Child) {
            self.facts.functions[id.index()].per_element = true;
            // A hook of rows answers no request.
            if !view.returns {
                return;
            }
        }
        let head = self.project.unit(class.file).module.class(class.id);
        let authenticated = self.class_asks_for_auth(class, &view.auth_attrs);
        self.facts.functions[id.index()].route = Some(RouteFact {
            route: None,
            method: method.to_owned(),
            url: None,
            file: class.file,
            span: head.head,
            authenticated,
            returns: view.returns,
            response_model: None,
        });
    }

    /// `.Methods("GET")` after gorilla/mux's `r.HandleFunc("/orders", list)`.
    fn note_chained_methods(&mut self, registration: ExprId, name: Sym, args: &[Arg]) {
        let unit = self.unit;
        let span = self.span(registration);
        let chained = unit.module.text(name);
        let texts: Vec<String> =
            args.iter().map(|arg| unit.snippet(self.span(arg.value)).to_ascii_uppercase()).collect();
        // `"GET"` or `http.MethodGet`.
        let methods = || texts.iter().map(|text| text.trim_matches('"').trim_start_matches("HTTP.METHOD").to_owned());
        let Some(method) = methods().find(|method| method == "GET").or_else(|| methods().next()) else { return };
        for facts in &mut self.facts.functions {
            if let Some(fact) = &mut facts.route
                && fact.span == span
                && fact.route.is_some_and(|route| self.models.route(route).chained_methods.as_deref() == Some(chained))
            {
                fact.method.clone_from(&method);
            }
        }
    }

    /// `app.get("/x", auth, handler)`, `mux.HandleFunc("GET /x", h.List)`.
    pub(in crate::flow) fn note_registration(
        &mut self,
        id: ExprId,
        receiver: Option<&Value>,
        name: Option<Sym>,
        callee: ExprId,
        args: &[Arg],
    ) {
        let unit = self.unit;
        if let Some(name) = name
            && let ExprKind::Member { base, .. } = unit.module.expr(callee).kind
            && let ExprKind::Call { .. } = unit.module.expr(base).kind
        {
            self.note_chained_methods(base, name, args);
        }
        let route = match (receiver, name) {
            (Some(Value::Object(object)), Some(name)) => object
                .kind
                .and_then(|kind| self.models.route_of_method(kind, unit.module.text(name), false, args.len())),
            (Some(Value::Path(path)), Some(name)) => {
                self.models.route_of_path(&format!("{path}.{}", unit.module.text(name)))
            }
            (Some(_), Some(name)) => {
                let ExprKind::Member { base, .. } = unit.module.expr(callee).kind else { return };
                let text = unit.module.text(name);
                self.receiver_name(base).map(str::to_owned).and_then(|receiver| {
                    self.conventional_kinds(&receiver)
                        .into_iter()
                        .find_map(|kind| self.models.route_of_method(kind, text, false, args.len()))
                })
            }
            (None, _) => unit.path_of_expr(callee).and_then(|path| self.models.route_of_path(&path)),
            _ => None,
        };
        let Some(route) = route else { return };
        let handler_at = self.models.route(route).handler.clone();
        let Some(handler) = handler_at.and_then(|at| argument_of(unit, args, &at)) else { return };
        for function in self.handlers_in(handler) {
            let fact = self.route_fact(route, id, Some(function));
            if function.file == unit.file {
                if fact.returns && self.has_been_walked(function.id) {
                    self.facts.abroad.routes.push((function, fact.clone()));
                }
                match &mut self.facts.functions[function.id.index()].route {
                    Some(known) => known.refine(&fact),
                    unknown => *unknown = Some(fact),
                }
            } else {
                self.facts.abroad.routes.push((function, fact));
            }
        }
    }

    /// `kithttp.NewServer(listOrders(svc), …)`: what the maker makes was walked with the maker, before its result was known
    /// to be an answer. Its file is then walked once more.
    fn has_been_walked(&self, function: FnId) -> bool {
        let module = &self.unit.module;
        let here = module.function(self.current().function);
        let declared = module.function(function);
        let is_made_elsewhere = module.text(declared.name).is_empty() && !here.span.contains(declared.span);
        is_made_elsewhere || !matches!(self.summaries[function.index()], SummaryState::Missing)
    }

    /// The functions that an argument stands for: itself, a wrapper's argument, a list's items.
    fn handlers_in(&mut self, expr: ExprId) -> Vec<FnRef> {
        let unit = self.unit;
        match &unit.module.expr(expr).kind {
            ExprKind::Closure(id) => vec![FnRef { file: unit.file, id: *id }],
            ExprKind::Call { args, .. } => {
                let args: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
                let found: Vec<FnRef> = args.into_iter().flat_map(|arg| self.handlers_in(arg)).collect();
                // `HandleList(store)`: a function of the project makes the handler.
                if found.is_empty() { self.functions_of(expr) } else { found }
            }
            ExprKind::Seq { items, .. } => {
                let items = items.clone();
                items.into_iter().flat_map(|item| self.handlers_in(item)).collect()
            }
            // `server.addService(orders, { listOrders, getOrder: … })`
            ExprKind::Record { entries, .. } => {
                let values = entries.iter().filter_map(|entry| match entry {
                    Entry::Pair { value, .. } => Some(*value),
                    Entry::Spread(_) | Entry::Item(_) => None,
                });
                let values: Vec<ExprId> = values.collect();
                values.into_iter().flat_map(|value| self.handlers_in(value)).collect()
            }
            _ => self.functions_of(expr),
        }
    }

    fn functions_of(&mut self, expr: ExprId) -> Vec<FnRef> {
        match self.quietly(|interp| interp.eval(expr)) {
            Value::Function(function, _) => vec![function],
            _ => Vec::new(),
        }
    }

    /// What a route says about a handler's parameters, by position.
    pub(in crate::flow) fn route_parameters(&mut self, id: FnId) -> Vec<Option<Value>> {
        let unit = self.unit;
        let function = unit.module.function(id);
        let Some(route) = self.facts.functions[id.index()].route.as_ref().and_then(|fact| fact.route) else {
            return self.view_parameters(id);
        };
        let route = self.models.route(route);
        // What stands before the other parameters, where there are more of them than the framework always gives.
        let is_shifted = route.object.is_some() && function.params.len() > route.params.len();
        let object = route.object.as_ref().filter(|_| is_shifted).and_then(|at| self.object_before_request(id, at));
        function
            .params
            .iter()
            .enumerate()
            .map(|(at, param)| {
                if at == 0 && is_shifted {
                    return object.clone();
                }
                let at = at - usize::from(is_shifted);
                if let Some(kind) = route.params.get(at).and_then(|kind| self.models.kind_named(kind)) {
                    return Some(Self::object(kind, Evidence::Declared));
                }
                let from_request = route.params_from_request
                    || param.decorators.iter().any(|&decorator| {
                        unit.path_of_expr(decorator).is_some_and(|path| route.from_request.contains(&path))
                    });
                if !from_request {
                    return None;
                }
                let injected = param.default.into_iter().chain(param.decorators.iter().copied()).any(|expr| {
                    unit.path_of_expr(expr).is_some_and(|path| {
                        route
                            .injected
                            .iter()
                            .any(|name| *name == path || path.rsplit('.').next() == Some(name.as_str()))
                    })
                }) || param.ty.is_some_and(|ty| {
                    let text = unit.snippet(unit.module.ty(ty).span);
                    route.injected.iter().any(|name| text.contains(name.rsplit('.').next().unwrap_or(name)))
                });
                if injected {
                    return None;
                }
                let declared = param.ty.map_or(Value::Unknown, |ty| self.value_of_type(unit, ty));
                match declared {
                    Value::Number | Value::Data(_) => Some(declared),
                    Value::Unknown => Some(Value::Data(Origin::Request)),
                    Value::Instance(_) => Some(Value::Data(Origin::Request)),
                    _ => None,
                }
            })
            .collect()
    }

    fn view_parameters(&mut self, id: FnId) -> Vec<Option<Value>> {
        let unit = self.unit;
        let function = unit.module.function(id);
        let Some(class) = self.class_of_method(id) else { return Vec::new() };
        let name = unit.module.text(function.name);
        let view = self.view_of(class, name);
        let params = view.map(|view| view.params.clone()).unwrap_or_default();
        params
            .iter()
            .map(|kind| self.models.kind_named(kind).map(|kind| Self::object(kind, Evidence::Declared)))
            .collect()
    }

    /// A handler whose result is the response sends what it returns.
    pub(in crate::flow) fn respond_by_return(&mut self, value: &Value, span: Span) {
        // Only the handler's own result is the response, not that of a callback inside it.
        let frame = self.current();
        let function = frame.inlined.last().copied().unwrap_or(frame.function);
        let returns = self.facts.functions[function.index()].route.as_ref().is_some_and(|route| route.returns);
        if returns && !self.paginates_by_decorator(function) {
            self.respond(value, span);
        }
    }

    /// `ctx.body = rows`: what is assigned goes to the client.
    pub(in crate::flow) fn respond_by_attribute(&mut self, owner: &Value, name: Sym, value: &Value, at: ExprId) {
        let kinds: Vec<KindId> = match owner {
            Value::Object(object) => object.kind.into_iter().collect(),
            Value::Instance(class) => self.project.class(*class).kinds.clone(),
            _ => return,
        };
        let unit = self.unit;
        let responds = kinds.iter().any(|&kind| {
            let attr = self.models.attribute(kind, unit.name_id(name), unit.module.text(name));
            attr.is_some_and(|attr| self.models.attr(attr).respond)
        });
        if responds {
            self.respond(value, self.span(at));
        }
    }

    /// `@paginate` above a handler cuts what it returns.
    fn paginates_by_decorator(&self, function: FnId) -> bool {
        let unit = self.unit;
        let decorators = &unit.module.function(function).decorators;
        decorators.iter().filter_map(|&decorator| unit.path_of_expr(decorator)).any(|path| {
            let facts = self.models.libraries.iter().flat_map(|library| &library.paginated);
            facts.filter(|fact| !fact.in_memory).any(|fact| fact.decorators.contains(&path))
        })
    }

    /// Constructors first: they say what `self.x` holds.
    pub(in crate::flow) fn interpret_constructors(&mut self) {
        let unit = self.unit;
        for class in 0..unit.module.classes.len() {
            let class_id = crate::ir::ClassId(class as u32);
            let owner = ClassRef { file: unit.file, id: class_id };
            let class = unit.module.class(class_id);
            for &method in &class.methods {
                let function = unit.module.function(method);
                let name = unit.module.text(function.name);
                if !matches!(name, "__init__" | "constructor" | "setUp" | "__post_init__" | "initialize") {
                    continue;
                }
                // `constructor(private readonly orders: Repository<Order>)` declares the field too.
                for param in &function.params {
                    if param.is_field
                        && let Some(ty) = param.ty
                    {
                        let value = self.value_of_type(unit, ty);
                        let name = unit.module.var(param.var).name;
                        self.fields.insert((owner, name), value);
                    }
                }
                self.summary_of(method);
            }
            for field in &class.fields {
                if let Some(ty) = field.ty
                    && !self.fields.contains_key(&(owner, field.name))
                {
                    let value = self.value_of_type(unit, ty);
                    if !value.is_unknown() {
                        self.fields.insert((owner, field.name), value);
                    }
                }
            }
        }
    }
}

impl Interp<'_, '_> {
    /// A class, its decorators or a base of it in the project asks who the client is: `LoginRequiredMixin`,
    /// `@method_decorator(login_required)`, `permission_classes = […]`.
    pub(in crate::flow) fn class_asks_for_auth(&self, class: ClassRef, auth_attrs: &[String]) -> bool {
        let says = |text: &str| {
            let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
            auth_attrs.iter().any(|attr| text.contains(attr.as_str())) || words.into_iter().any(is_auth_name)
        };
        for class in self.project.lineage(class) {
            let unit = self.project.unit(class.file);
            let declared = unit.module.class(class.id);
            let text = unit.snippet(declared.span);
            if text.contains("AllowAny") {
                return false;
            }
            let of_head = unit.snippet(declared.head);
            let attrs = auth_attrs.iter().any(|attr| text.contains(attr.as_str()));
            let decorators = declared.decorators.iter().any(|&id| says(&unit.snippet(unit.module.expr(id).span)));
            if attrs || decorators || says(&of_head) {
                return true;
            }
        }
        false
    }
}

/// `CreateComment`, `delete_order`: the first word of the name is that of a write.
fn names_write(name: &str) -> bool {
    const WRITES: [&str; 9] = ["Create", "Update", "Delete", "Upsert", "Insert", "Remove", "Add", "Set", "Save"];
    WRITES.iter().any(|word| {
        let Some(start) = name.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)) else { return false };
        name[start.len()..].starts_with(|next: char| next.is_ascii_uppercase() || next == '_')
    })
}

/// A word of the text stands for authentication.
pub(in crate::flow) fn names_auth(route: &Route, text: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| {
        !word.is_empty() && (route.auth.iter().any(|pattern| name_matches(pattern, word)) || is_auth_name(word))
    })
}

/// Names that show authentication whatever the framework.
fn is_auth_name(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "auth" | "authenticated" | "isauthenticated" | "protect" | "authorize" | "authrequired" | "useguards"
    ) || lower.starts_with("require_")
        || lower.starts_with("requireauth")
        || lower.starts_with("authenticate")
        || lower.starts_with("current_user")
        || lower.starts_with("get_current_user")
        || lower.contains("login_required")
        || lower.contains("authmiddleware")
        || lower.contains("authguard")
        // Decorators and mixins of views, procedures of remote calls.
        || lower.contains("loginrequired")
        || lower.contains("permissionrequired")
        || lower.contains("permission_required")
        || lower.contains("permission") && ["with", "has", "check", "require"].iter().any(|verb| lower.starts_with(verb))
        || lower.contains("staff_member_required")
        || lower.contains("user_passes_test")
        || lower.contains("userpassestest")
        || lower.contains("authed")
        || (lower.starts_with("protected") || lower.starts_with("private") || lower.starts_with("admin"))
            && (lower.ends_with("procedure") || lower.ends_with("mixin") || lower.ends_with("view"))
}
