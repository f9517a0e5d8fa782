//! Library facts of one language, compiled for lookup by id.
//!
//! Knows kinds, names and paths. Does not know rules or any one library.
//! Invariant: a lookup never allocates; every list of facts keeps the order of the files and of the facts in them.

use super::glob::Glob;
use super::schema::{
    Attr, Call, Context, ContextFact, Declares, Driver, Effect, Entity, ExceptionFact, ExceptionMeaning, Fix, Kind,
    Library, Page, Paginated, Relation, Renderer, Reporting, ReportingLevel, ResolverMap, Route, RowCalls, Serializer,
    TemplateTag, View,
};
use crate::source::Family;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::sync::Arc;

/// An abstract type of a library, by position in `Models::kinds`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct KindId(pub u16);

/// A name that some model mentions, by position in `Models::names`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NameId(pub u32);

macro_rules! fact_ids {
    ($($name:ident),*) => {$(
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u16);
    )*};
}
fact_ids!(CallId, AttrId, EntityId, RouteId, ViewId);

#[derive(Clone, Debug)]
pub struct KindFacts {
    pub fact: Kind,
    pub library: u16,
    /// This kind and the kinds that it extends, nearest first.
    pub lineage: Vec<KindId>,
    /// Rows are read off it one by one: one of its calls advances it.
    pub is_cursor: bool,
    patterns: Vec<(Pattern, CallId)>,
    attr_patterns: Vec<(Pattern, AttrId)>,
}

/// `name`, `prefix*`, `*suffix` or `*`.
#[derive(Clone, Debug)]
enum Pattern {
    Prefix(String),
    Suffix(String),
}

impl Pattern {
    /// `None` for a plain name.
    fn of(text: &str) -> Option<Pattern> {
        if let Some(prefix) = text.strip_suffix('*') {
            Some(Pattern::Prefix(prefix.to_owned()))
        } else {
            text.strip_prefix('*').map(|suffix| Pattern::Suffix(suffix.to_owned()))
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Pattern::Suffix(suffix) => text.len() > suffix.len() && text.ends_with(suffix.as_str()),
        }
    }
}

/// Whether a name matches `name`, `prefix*` or `*suffix`.
pub fn name_matches(pattern: &str, name: &str) -> bool {
    Pattern::of(pattern).map_or(pattern == name, |p| p.matches(name))
}

/// A dotted path and one of files in one notation.
fn segments(path: &str) -> String {
    path.replace('.', "/")
}

/// Everything that is known about the libraries of one language family.
#[derive(Debug)]
pub struct Models {
    pub family: Family,
    pub libraries: Vec<LibraryFacts>,
    kinds: Vec<KindFacts>,
    kind_ids: HashMap<String, KindId>,
    pub calls: Vec<Call>,
    call_library: Vec<u16>,
    pub attrs: Vec<Attr>,
    pub entities: Vec<Entity>,
    pub routes: Vec<Route>,
    /// What a path stands for: the setting that names an entity.
    pub entity_settings: HashMap<String, String>,
    /// By setting: the path of the entity that it names where a project leaves it alone.
    pub setting_defaults: HashMap<String, String>,
    /// Entities that libraries bring, by module.
    pub declares: Vec<Declares>,
    /// Functions that give the entity that their texts name.
    pub entity_lookups: Vec<String>,
    /// What a name stands for in a file that imports nothing.
    pub unbound: HashMap<String, Arc<str>>,
    pub views: Vec<View>,
    view_library: Vec<u16>,
    names: HashMap<String, NameId>,
    methods: HashMap<(KindId, NameId), Vec<CallId>>,
    any_methods: HashMap<NameId, Vec<CallId>>,
    any_types: HashMap<String, Vec<KindId>>,
    type_globs: Vec<(Glob, Vec<KindId>)>,
    function_globs: Vec<(Glob, CallId)>,
    functions: HashMap<String, Vec<CallId>>,
    /// What the configuration says of the project's own functions: by last name the segments before it, and the call.
    own: HashMap<String, Vec<(String, CallId)>>,
    attr_names: HashMap<(KindId, NameId), AttrId>,
    types: HashMap<String, Vec<KindId>>,
    values: HashMap<String, KindId>,
    receivers: HashMap<String, Vec<KindId>>,
    receiver_patterns: Vec<(Pattern, KindId)>,
    entity_bases: HashMap<String, Vec<EntityId>>,
    entity_decorators: HashMap<String, EntityId>,
    entity_calls: HashMap<String, EntityId>,
    entity_class_kinds: HashMap<KindId, EntityId>,
    route_decorators: HashMap<String, RouteId>,
    route_methods: HashMap<(KindId, String), Vec<(RouteId, bool)>>,
    route_paths: HashMap<String, RouteId>,
    exceptions: HashMap<String, ExceptionMeaning>,
    /// By import prefix: the libraries that have it. Prefixes end at a segment.
    import_prefixes: HashMap<String, Vec<u16>>,
    /// Prefixes that end in `/` or `.` and cover whatever starts with them.
    open_prefixes: Vec<(String, u16)>,
    /// Every function or builtin, and every method name, with what calling it makes of a failure.
    reporting_paths: HashMap<String, ReportingLevel>,
    reporting_names: HashMap<String, Vec<(Vec<String>, ReportingLevel)>>,
    /// Calls that cut a page out of rows in memory.
    memory_pages: HashSet<String>,
    /// Last names of the functions that take a credential.
    secret_functions: HashSet<String>,
    /// Methods that name relations to load.
    pub loading_methods: HashSet<String>,
    /// The context facts of all libraries.
    contexts: Vec<ContextIndex>,
    /// Globs of files with a context, and the context of each.
    context_files: GlobSet,
    context_of_glob: Vec<Context>,
    /// Globs of files whose exports are routes, and the route of each.
    route_files: GlobSet,
    route_of_glob: Vec<RouteId>,
}

/// A context fact with what is looked up for every function.
#[derive(Debug)]
pub struct ContextIndex {
    pub fact: ContextFact,
    pub library: u16,
    /// The kinds of `fact.params`.
    pub params: Vec<KindId>,
}

#[derive(Debug)]
pub struct LibraryFacts {
    pub name: String,
    pub imports: Vec<String>,
    pub serializers: Vec<Serializer>,
    pub row_calls: Vec<RowCalls>,
    pub pages: Vec<Page>,
    pub renderers: Vec<Renderer>,
    pub template_tags: Vec<TemplateTag>,
    pub resolver_map: Option<ResolverMap>,
    pub relations: Vec<Relation>,
    pub paginated: Vec<Paginated>,
    pub contexts: Vec<ContextFact>,
    pub reporting: Vec<Reporting>,
    pub fixes: Vec<Fix>,
    /// It runs queries or registers routes.
    pub is_store: bool,
    /// It drives a store of this sort.
    pub driver: Option<Driver>,
}

impl Models {
    /// Compiles checked libraries; references to unknown kinds have been refused by `load::check`.
    pub fn new(family: Family, libraries: impl IntoIterator<Item = Library>) -> Models {
        let mut models = Models {
            entity_settings: HashMap::default(),
            setting_defaults: HashMap::default(),
            declares: Vec::new(),
            entity_lookups: Vec::new(),
            unbound: HashMap::default(),
            family,
            libraries: Vec::new(),
            kinds: Vec::new(),
            kind_ids: HashMap::default(),
            calls: Vec::new(),
            call_library: Vec::new(),
            attrs: Vec::new(),
            entities: Vec::new(),
            routes: Vec::new(),
            views: Vec::new(),
            view_library: Vec::new(),
            names: HashMap::default(),
            methods: HashMap::default(),
            any_methods: HashMap::default(),
            any_types: HashMap::default(),
            type_globs: Vec::new(),
            function_globs: Vec::new(),
            functions: HashMap::default(),
            own: HashMap::default(),
            attr_names: HashMap::default(),
            types: HashMap::default(),
            values: HashMap::default(),
            receivers: HashMap::default(),
            receiver_patterns: Vec::new(),
            entity_bases: HashMap::default(),
            entity_decorators: HashMap::default(),
            entity_calls: HashMap::default(),
            entity_class_kinds: HashMap::default(),
            route_decorators: HashMap::default(),
            route_methods: HashMap::default(),
            route_paths: HashMap::default(),
            exceptions: HashMap::default(),
            import_prefixes: HashMap::default(),
            open_prefixes: Vec::new(),
            reporting_paths: HashMap::default(),
            reporting_names: HashMap::default(),
            memory_pages: HashSet::default(),
            secret_functions: HashSet::default(),
            loading_methods: HashSet::default(),
            contexts: Vec::new(),
            context_files: GlobSet::empty(),
            context_of_glob: Vec::new(),
            route_files: GlobSet::empty(),
            route_of_glob: Vec::new(),
        };
        let mut libraries: Vec<Library> = libraries.into_iter().collect();
        for library in &mut libraries {
            models.add_kinds(std::mem::take(&mut library.kind), library);
        }
        models.link_lineages();
        for library in libraries {
            models.add_facts(library);
        }
        models.compile_globs();
        models.index();
        models
    }

    fn add_kinds(&mut self, kinds: Vec<Kind>, library: &Library) {
        let index = self.libraries.len() as u16;
        self.libraries.push(LibraryFacts {
            name: library.library.clone(),
            imports: library.imports.clone(),
            relations: library.relation.clone(),
            serializers: library.serializer.clone(),
            row_calls: library.row_calls.clone(),
            pages: library.page.clone(),
            renderers: library.renderer.clone(),
            template_tags: library.template_tag.clone(),
            resolver_map: library.resolver_map.clone(),
            paginated: library.paginated.clone(),
            contexts: library.context.clone(),
            reporting: library.reporting.clone(),
            fixes: library.fix.clone(),
            driver: library.driver,
            is_store: !library.route.is_empty()
                || library
                    .call
                    .iter()
                    .any(|call| !matches!(call.effect, Effect::Build | Effect::Remote | Effect::Fetch)),
        });
        for fact in kinds {
            let id = KindId(self.kinds.len() as u16);
            self.kind_ids.insert(fact.id.clone(), id);
            for path in &fact.types {
                match (path.strip_prefix("*."), Glob::of(path)) {
                    (Some(name), _) if !name.contains('*') => {
                        self.any_types.entry(name.to_owned()).or_default().push(id);
                    }
                    (_, Some(glob)) => self.type_globs.push((glob, vec![id])),
                    (_, None) => self.types.entry(path.clone()).or_default().push(id),
                }
            }
            for path in &fact.values {
                self.values.insert(path.clone(), id);
            }
            for name in &fact.names {
                match Pattern::of(name) {
                    Some(pattern) => self.receiver_patterns.push((pattern, id)),
                    None => self.receivers.entry(name.clone()).or_default().push(id),
                }
            }
            self.kinds.push(KindFacts {
                fact,
                library: index,
                lineage: vec![id],
                is_cursor: false,
                patterns: Vec::new(),
                attr_patterns: Vec::new(),
            });
        }
    }

    /// Turns the lists that are asked per call or per function into tables.
    fn index(&mut self) {
        let takes = |call: &&Call| !call.secret.as_slice().is_empty();
        let paths = self.calls.iter().filter(takes).filter_map(|call| call.path.as_ref());
        let names = paths.flat_map(super::schema::Names::iter).filter_map(|path| path.rsplit('.').next());
        self.secret_functions = names.map(str::to_owned).collect();
        let loading = self.calls.iter().filter(|call| call.eager.is_some()).flat_map(|call| &call.name);
        self.loading_methods = loading.flat_map(super::schema::Names::iter).map(str::to_owned).collect();
        for (at, library) in self.libraries.iter().enumerate() {
            let at = at as u16;
            for prefix in &library.imports {
                if prefix.ends_with(['/', '.']) {
                    self.open_prefixes.push((prefix.clone(), at));
                } else {
                    self.import_prefixes.entry(prefix.clone()).or_default().push(at);
                }
            }
            for fact in &library.reporting {
                for path in &fact.paths {
                    let level = self.reporting_paths.entry(path.clone()).or_insert(fact.level);
                    *level = fact.level.max(*level);
                }
                for name in &fact.names {
                    let known = self.reporting_names.entry(name.clone()).or_default();
                    known.push((fact.receivers.clone(), fact.level));
                }
            }
            let in_memory = library.paginated.iter().filter(|fact| fact.in_memory);
            self.memory_pages.extend(in_memory.flat_map(|fact| fact.calls.iter().cloned()));
            for fact in &library.contexts {
                let params = fact.params.iter().filter_map(|kind| self.kind_ids.get(kind).copied()).collect();
                self.contexts.push(ContextIndex { fact: fact.clone(), library: at, params });
            }
        }
    }

    /// The libraries whose imports cover a path; one may come twice.
    pub fn libraries_of_import<'a>(&'a self, path: &'a str) -> impl Iterator<Item = u16> + 'a {
        let ends = path.match_indices(['.', '/']).map(|(at, _)| at).chain([path.len()]);
        let closed = ends.filter_map(|end| self.import_prefixes.get(&path[..end])).flatten().copied();
        let open = self.open_prefixes.iter().filter(|(prefix, _)| path.starts_with(prefix.as_str()));
        closed.chain(open.map(|(_, library)| *library))
    }

    /// The context facts of all libraries, in their order.
    pub fn contexts(&self) -> &[ContextIndex] {
        &self.contexts
    }

    /// Whether a function of this name, whatever its path, may take a credential.
    pub fn may_take_secret(&self, name: &str) -> bool {
        self.secret_functions.contains(name)
    }

    /// Whether a call cuts its page out of rows that are loaded already.
    pub fn pages_in_memory(&self, path: &str) -> bool {
        self.memory_pages.contains(path)
    }

    fn compile_globs(&mut self) {
        let mut set = GlobSetBuilder::new();
        for fact in self.libraries.iter().flat_map(|library| &library.contexts) {
            for glob in &fact.files {
                // A glob that does not compile has been refused with its line by `load::check`.
                if let Ok(glob) = GlobBuilder::new(glob).literal_separator(true).build() {
                    set.add(glob);
                    self.context_of_glob.push(fact.context);
                }
            }
        }
        self.context_files = set.build().unwrap_or_default();
        let mut set = GlobSetBuilder::new();
        for (at, route) in self.routes.iter().enumerate() {
            for glob in &route.files {
                if let Ok(glob) = GlobBuilder::new(glob).literal_separator(true).build() {
                    set.add(glob);
                    self.route_of_glob.push(RouteId(at as u16));
                }
            }
        }
        self.route_files = set.build().unwrap_or_default();
    }

    /// The routes that exported functions of a file at this path are.
    pub fn routes_of_file(&self, path: &str) -> Vec<RouteId> {
        let mut routes: Vec<RouteId> =
            self.route_files.matches(path).into_iter().map(|at| self.route_of_glob[at]).collect();
        routes.dedup();
        routes
    }

    /// The most urgent context that models give files at this path.
    pub fn context_of_file(&self, path: &str) -> Option<Context> {
        self.context_files.matches(path).into_iter().map(|at| self.context_of_glob[at]).max()
    }

    fn link_lineages(&mut self) {
        for index in 0..self.kinds.len() {
            let mut lineage = vec![KindId(index as u16)];
            let mut at = 0;
            while at < lineage.len() {
                for parent in &self.kinds[lineage[at].0 as usize].fact.extends {
                    if let Some(&id) = self.kind_ids.get(parent)
                        && !lineage.contains(&id)
                    {
                        lineage.push(id);
                    }
                }
                at += 1;
            }
            self.kinds[index].lineage = lineage;
        }
    }

    fn name_id(&mut self, name: &str) -> NameId {
        let next = NameId(self.names.len() as u32);
        *self.names.entry(name.to_owned()).or_insert(next)
    }

    fn add_facts(&mut self, library: Library) {
        self.entity_settings.extend(library.entity_settings.clone());
        self.setting_defaults.extend(library.setting_defaults.clone());
        self.declares.extend(library.declares.iter().cloned());
        self.entity_lookups.extend(library.entity_lookups.clone());
        self.unbound.extend(library.unbound.iter().map(|(name, path)| (name.clone(), path.as_str().into())));
        let at = self.libraries.iter().position(|l| l.name == library.library).unwrap_or(0) as u16;
        for call in library.call {
            if library.is_own {
                self.claim(&call);
            }
            self.add_call(call, at);
        }
        for attr in library.attr {
            let id = AttrId(self.attrs.len() as u16);
            for on in attr.on.iter() {
                let Some(&kind) = self.kind_ids.get(on) else { continue };
                for name in attr.name.iter() {
                    if let Some(pattern) = Pattern::of(name) {
                        self.kinds[kind.0 as usize].attr_patterns.push((pattern, id));
                    } else {
                        let next = NameId(self.names.len() as u32);
                        let name = *self.names.entry(name.to_owned()).or_insert(next);
                        self.attr_names.entry((kind, name)).or_insert(id);
                    }
                }
            }
            self.attrs.push(attr);
        }
        for entity in library.entity {
            let id = EntityId(self.entities.len() as u16);
            if let Some(kind) = entity.class_kind.as_deref().and_then(|kind| self.kind_ids.get(kind)) {
                self.entity_class_kinds.entry(*kind).or_insert(id);
            }
            for base in &entity.bases {
                self.entity_bases.entry(base.clone()).or_default().push(id);
            }
            for decorator in &entity.decorators {
                self.entity_decorators.entry(decorator.clone()).or_insert(id);
            }
            for call in &entity.calls {
                self.entity_calls.entry(call.clone()).or_insert(id);
            }
            self.entities.push(entity);
        }
        for route in library.route {
            self.add_route(route);
        }
        self.view_library.extend(library.view.iter().map(|_| at));
        self.views.extend(library.view);
        for exception in library.exception {
            let ExceptionFact { paths, meaning } = exception;
            for path in paths {
                self.exceptions.entry(path).or_insert(meaning);
            }
        }
    }

    fn add_call(&mut self, call: Call, library: u16) {
        let id = CallId(self.calls.len() as u16);
        if let Some(paths) = &call.path {
            for path in paths.iter() {
                match Glob::of(path) {
                    Some(glob) => self.function_globs.push((glob, id)),
                    None => self.functions.entry(path.to_owned()).or_default().push(id),
                }
            }
        }
        if let (None, None, Some(names)) = (&call.on, &call.path, &call.name) {
            for name in names.iter() {
                let name = self.name_id(name);
                self.any_methods.entry(name).or_default().push(id);
            }
        }
        if let (Some(on), Some(names)) = (&call.on, &call.name) {
            for on in on.iter() {
                let Some(&kind) = self.kind_ids.get(on) else { continue };
                self.kinds[kind.0 as usize].is_cursor |= call.advances;
                for name in names.iter() {
                    if let Some(pattern) = Pattern::of(name) {
                        self.kinds[kind.0 as usize].patterns.push((pattern, id));
                    } else {
                        let name = self.name_id(name);
                        self.methods.entry((kind, name)).or_default().push(id);
                    }
                }
            }
        }
        self.calls.push(call);
        self.call_library.push(library);
    }

    /// Notes the functions of the project that a call of its configuration may mean: its paths, and the methods of the types
    /// that it is on.
    fn claim(&mut self, call: &Call) {
        let id = CallId(self.calls.len() as u16);
        let mut paths: Vec<String> = call.path.iter().flat_map(super::schema::Names::iter).map(str::to_owned).collect();
        if let (Some(on), Some(names)) = (&call.on, &call.name) {
            let kinds = on.iter().filter_map(|on| self.kind_ids.get(on));
            let types = kinds.flat_map(|kind| &self.kinds[kind.0 as usize].fact.types);
            paths.extend(types.flat_map(|path| names.iter().map(move |name| format!("{path}.{name}"))));
        }
        for path in paths {
            if let Some((before, name)) = segments(&path).rsplit_once('/') {
                self.own.entry(name.to_owned()).or_default().push((before.to_owned(), id));
            }
        }
    }

    /// What the configuration says of a function of the project: `place` is the path of its module, without extension, and
    /// `name` its qualified name. One of the two paths may start further out: at a source root, or with a Go module's path.
    pub fn own_function(&self, place: &str, name: &str, args: usize) -> Option<CallId> {
        if self.own.is_empty() {
            return None;
        }
        let whole = segments(&format!("{place}/{name}"));
        let (before, last) = whole.trim_start_matches('/').rsplit_once('/')?;
        let ends =
            |path: &str, end: &str| path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
        let mut calls = self.own.get(last)?.iter();
        calls
            .find(|(path, call)| (ends(before, path) || ends(path, before)) && fits(self.call(*call), args))
            .map(|(_, call)| *call)
    }

    fn add_route(&mut self, route: Route) {
        let id = RouteId(self.routes.len() as u16);
        if let (Some(on), Some(names)) = (&route.on, &route.name) {
            for on in on.iter() {
                let Some(&kind) = self.kind_ids.get(on) else { continue };
                for name in names.iter() {
                    self.route_methods.entry((kind, name.to_owned())).or_default().push((id, route.decorator));
                }
            }
        }
        if let Some(paths) = &route.path {
            let table = if route.decorator { &mut self.route_decorators } else { &mut self.route_paths };
            for path in paths.iter() {
                table.entry(path.to_owned()).or_insert(id);
            }
        }
        self.routes.push(route);
    }

    pub fn kind(&self, id: KindId) -> &KindFacts {
        &self.kinds[id.0 as usize]
    }

    pub fn kind_named(&self, id: &str) -> Option<KindId> {
        self.kind_ids.get(id).copied()
    }

    pub fn library_of_kind(&self, id: KindId) -> &LibraryFacts {
        &self.libraries[self.kind(id).library as usize]
    }

    pub fn call(&self, id: CallId) -> &Call {
        &self.calls[id.0 as usize]
    }

    pub fn library_of_call(&self, id: CallId) -> &LibraryFacts {
        &self.libraries[self.call_library[id.0 as usize] as usize]
    }

    pub fn attr(&self, id: AttrId) -> &Attr {
        &self.attrs[id.0 as usize]
    }

    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[id.0 as usize]
    }

    /// The library of a view, by the view's position in `views`.
    pub fn library_of_view(&self, at: usize) -> u16 {
        self.view_library[at]
    }

    /// What instances of an entity of this kind's library are, where the library has entities that are values.
    pub fn instance_kind_of(&self, kind: KindId) -> Option<KindId> {
        // A query that says it itself: `client.User.Query()` of ent gives nodes.
        if let Some(element) = self.kind(kind).fact.element.as_deref()
            && let Some(element) = self.kind_named(element)
        {
            return Some(element);
        }
        let library = self.kind(kind).library;
        self.entities
            .iter()
            .filter(|entity| !entity.calls.is_empty())
            .filter_map(|entity| self.kind_named(entity.instance_kind.as_deref()?))
            .find(|&instance| self.kind(instance).library == library)
    }

    /// The sort of entity that a class with such a manager is, although nothing of it can be read; only where its
    /// library says what may be presumed of its instances.
    pub fn presumed_sort(&self, manager: KindId) -> Option<EntityId> {
        let library = self.kind(manager).library;
        let is_presumed = |entity: &&Entity| {
            let instance = entity.instance_kind.as_deref().and_then(|kind| self.kind_named(kind));
            instance.is_some_and(|kind| self.kind(kind).library == library && self.kind(kind).fact.presumes.is_some())
        };
        let at = self.entities.iter().position(|entity| is_presumed(&entity))?;
        Some(EntityId(at as u16))
    }

    pub fn route(&self, id: RouteId) -> &Route {
        &self.routes[id.0 as usize]
    }

    /// The id of a name that some model mentions.
    pub fn name(&self, text: &str) -> Option<NameId> {
        self.names.get(text).copied()
    }

    /// The facts about `name` called on a value of a kind with that many positional arguments.
    pub fn method(&self, kind: KindId, id: Option<NameId>, name: &str, args: usize) -> Option<CallId> {
        let facts = self.kind(kind);
        for &step in &facts.lineage {
            if let Some(id) = id
                && let Some(calls) = self.methods.get(&(step, id))
                && let Some(&call) = calls.iter().find(|&&call| fits(self.call(call), args))
            {
                return Some(call);
            }
        }
        for &step in &facts.lineage {
            for (pattern, call) in &self.kind(step).patterns {
                if pattern.matches(name) && fits(self.call(*call), args) {
                    return Some(*call);
                }
            }
        }
        None
    }

    /// What a call of a function means with this text as its first argument, where that makes a difference:
    /// `process.on("unhandledRejection", f)`.
    pub fn function_given(&self, path: &str, first: &str, args: usize) -> Option<CallId> {
        let is_given = |call: &Call| call.given.as_ref().is_some_and(|texts| texts.iter().any(|text| text == first));
        let calls = self.functions.get(path)?;
        calls.iter().copied().find(|&call| is_given(self.call(call)) && has_arguments(self.call(call), args))
    }

    /// The facts about a method that means the same on any receiver (`xs.map(f)`, `s.trim()`).
    pub fn method_of_any(&self, id: Option<NameId>, _name: &str, args: usize) -> Option<CallId> {
        self.any_methods.get(&id?)?.iter().copied().find(|&call| fits(self.call(call), args))
    }

    pub fn function(&self, path: &str, args: usize) -> Option<CallId> {
        match self.functions.get(path) {
            Some(calls) => calls.iter().copied().find(|&call| fits(self.call(call), args)),
            None => self.function_globs.iter().find(|(glob, _)| glob.matches(path)).map(|(_, call)| *call),
        }
    }

    pub fn attribute(&self, kind: KindId, id: Option<NameId>, name: &str) -> Option<AttrId> {
        let facts = self.kind(kind);
        for &step in &facts.lineage {
            if let Some(id) = id
                && let Some(&attr) = self.attr_names.get(&(step, id))
            {
                return Some(attr);
            }
        }
        facts.lineage.iter().find_map(|&step| {
            self.kind(step).attr_patterns.iter().find(|(pattern, _)| pattern.matches(name)).map(|(_, attr)| *attr)
        })
    }

    /// Kinds of an instance of a class with this path.
    /// All kinds, in the order of the models.
    pub fn kinds(&self) -> impl Iterator<Item = KindId> {
        (0..self.kinds.len()).map(|at| KindId(at as u16))
    }

    pub fn kinds_of_type(&self, path: &str) -> &[KindId] {
        if let Some(kinds) = self.types.get(path) {
            return kinds;
        }
        self.kinds_of_generated(path)
    }

    /// Kinds of a type that a library's tool writes into the project: `*.DBTX` by its name alone, `*/ent.*Query`.
    pub fn kinds_of_generated(&self, path: &str) -> &[KindId] {
        let last = path.rsplit('.').next().unwrap_or(path);
        if last.len() < path.len()
            && let Some(kinds) = self.any_types.get(last)
        {
            return kinds;
        }
        self.type_globs.iter().find(|(glob, _)| glob.matches(path)).map_or(&[], |(_, kinds)| kinds)
    }

    pub fn kind_of_value(&self, path: &str) -> Option<KindId> {
        self.values.get(path).copied()
    }

    /// Kinds whose conventional receivers include this name, plain names before patterns.
    pub fn kinds_of_receiver<'a>(&'a self, name: &'a str) -> impl Iterator<Item = KindId> + 'a {
        let plain = self.receivers.get(name).into_iter().flatten().copied();
        plain.chain(self.receiver_patterns.iter().filter(move |(p, _)| p.matches(name)).map(|(_, kind)| *kind))
    }

    pub fn entity_of_base(&self, path: &str) -> &[EntityId] {
        self.entity_bases.get(path).map_or(&[], Vec::as_slice)
    }

    pub fn entity_of_decorator(&self, path: &str) -> Option<EntityId> {
        self.entity_decorators.get(path).copied()
    }

    /// The sort of entity whose class or value has this kind.
    pub fn entity_of_class_kind(&self, kind: KindId) -> Option<EntityId> {
        self.entity_class_kinds.get(&kind).copied()
    }

    pub fn entity_of_call(&self, path: &str) -> Option<EntityId> {
        self.entity_calls.get(path).copied()
    }

    pub fn route_of_decorator(&self, path: &str) -> Option<RouteId> {
        self.route_decorators.get(path).copied()
    }

    pub fn route_of_path(&self, path: &str) -> Option<RouteId> {
        self.route_paths.get(path).copied()
    }

    /// The route that a method call (or decorator) on a value of a kind declares.
    pub fn route_of_method(&self, kind: KindId, name: &str, decorator: bool, args: usize) -> Option<RouteId> {
        self.kind(kind).lineage.iter().find_map(|&step| {
            // The key needs an owned name; routes are looked up only for kinds that have any.
            self.route_methods.get(&(step, name.to_owned()))?.iter().find_map(|&(id, is_decorator)| {
                (is_decorator == decorator && self.route(id).min_args.unwrap_or(0) <= args).then_some(id)
            })
        })
    }

    /// What catching this exception means; `pkg.Model.DoesNotExist` also matches `*.DoesNotExist`.
    pub fn exception(&self, path: &str) -> Option<ExceptionMeaning> {
        if let Some(&meaning) = self.exceptions.get(path) {
            return Some(meaning);
        }
        let last = path.rsplit('.').next().unwrap_or(path);
        self.exceptions.get(&format!("*.{last}")).copied()
    }

    /// How strongly a call makes a failure observable, by its path or by method and receiver name.
    pub fn reporting(&self, path: Option<&str>, receiver: Option<&str>, name: &str) -> Option<ReportingLevel> {
        let by_path = path.and_then(|path| self.reporting_paths.get(path).copied());
        let by_name = self.reporting_names.get(name).into_iter().flatten().filter(|(receivers, _)| {
            receivers.is_empty() || receiver.is_some_and(|r| receivers.iter().any(|p| name_matches(p, r)))
        });
        by_name.map(|(_, level)| *level).chain(by_path).max()
    }
}

fn fits(call: &Call, args: usize) -> bool {
    call.given.is_none() && has_arguments(call, args)
}

fn has_arguments(call: &Call, args: usize) -> bool {
    call.min_args.is_none_or(|min| args >= min) && call.max_args.is_none_or(|max| args <= max)
}
