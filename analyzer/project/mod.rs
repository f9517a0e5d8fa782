//! All lowered files together: imports as paths, classes with their kinds, entities and relations.
//!
//! Knows IR and models. Does not know values, rules or the file system.
//! Invariant: everything here is computed once, before any function is interpreted.
//! Invariant: a name resolves the same way whoever asks: `path_of_import`, `path_of_expr`, `class_of_expr`.

mod brought;
pub mod classes;
mod frontend;
mod go_packages;
mod implementations;
pub mod imports;
mod links;
mod look_alikes;
pub mod manifests;
pub mod modules;
mod paths;
mod python_modules;
mod registrations;
mod script_modules;
mod settings;
mod switches;
pub mod symbols;
mod tables;
mod telling_names;
mod templates;
#[cfg(test)]
mod tests;

pub use brought::path_of_module;
pub use settings::Setting;
pub use templates::Tag;

use crate::flow::value::{ClassRef, FnRef};
use crate::ir::{
    ClassId, ClassKind, ExprId, ExprKind, ImportId, MODULE_FN, Module, StmtKind, Sym, TypeId, TypeKind, VarId, VarKind,
};
use crate::models::load::{self, ModelError};
use crate::models::lookup::{KindId, Models, NameId};
use crate::models::schema::Driver;
use crate::source::{Family, FileId, Language, Span, classify};
use classes::ClassFacts;
use links::{Links, Target};
use manifests::Manifest;
use modules::Modules;
use rustc_hash::FxHashMap;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use symbols::Symbol;
use templates::Templates;

/// One lowered file in the project.
#[derive(Debug)]
pub struct Unit {
    pub file: FileId,
    /// Relative to the project root, `/` separators.
    pub path: String,
    pub language: Language,
    /// It is a template, which counts as part of the Python program that renders it.
    pub is_template: bool,
    pub module: Arc<Module>,
    pub bytes: Arc<[u8]>,
    /// By `ImportId`: the dotted path that the import stands for.
    pub import_paths: Vec<Option<Arc<str>>>,
    /// By `ImportId`: the declaration of the project that the import leads to.
    pub import_symbols: Vec<Option<Symbol>>,
    /// Python: variables of the module itself, those of class bodies left out.
    pub top_level: HashMap<Sym, VarId>,
    /// By `Sym`: the name's id in the models, where a model mentions it.
    pub names: Vec<Option<NameId>>,
    /// By `ClassId`.
    pub classes: Vec<ClassFacts>,
    /// What free names stand for in a file that imports nothing.
    unbound: Vec<(Sym, Arc<str>)>,
    /// Libraries (by position in `Models::libraries`) whose imports the file shows.
    pub libraries: Vec<bool>,
    /// The file imports a library with queries or routes.
    pub uses_store: bool,
    /// Code for a browser, or what a server renders for one: no request is answered there, and hardly any store is read.
    pub is_frontend: bool,
    /// A tool wrote it: nobody edits it, so what is to change stands at its callers.
    pub is_generated: bool,
    /// Filled when first asked for.
    declared: OnceLock<Declared>,
}

/// What a file declares, by what others ask with. Generated files declare thousands of types, each of which is looked up.
#[derive(Debug, Default)]
struct Declared {
    /// What the top level first assigns to a variable.
    initializers: FxHashMap<VarId, ExprId>,
    /// The outermost class of a name.
    classes: FxHashMap<Sym, ClassId>,
}

impl Declared {
    fn of(module: &Module) -> Declared {
        let mut declared = Declared::default();
        for &stmt in module.functions.get(MODULE_FN.index()).map_or(&[][..], |top| &top.body) {
            if let StmtKind::Assign { target, value, op: None, .. } = module.stmt(stmt).kind
                && let ExprKind::Var(var) = module.expr(target).kind
            {
                declared.initializers.entry(var).or_insert(value);
            }
        }
        for (at, class) in module.classes.iter().enumerate() {
            declared.classes.entry(class.name).or_insert(ClassId(at as u32));
        }
        declared
    }
}

#[derive(Debug)]
pub struct Project<'m> {
    pub units: Vec<Unit>,
    pub models: &'m AllModels,
    /// Libraries that any file of the family imports, by family.
    pub libraries: [Vec<bool>; 3],
    /// By name; filled by `classes::link`.
    entities: HashMap<Box<str>, Vec<ClassRef>>,
    /// Names of entities, by how variables that hold one are named; filled when first asked for.
    variables: OnceLock<FxHashMap<String, Vec<Box<str>>>>,
    modules: Modules,
    templates: Templates,
    settings: settings::Settings,
    implementations: implementations::Implementations,
    /// By type: the interfaces that a tool wrote into the tree and that it implements.
    generated_interfaces: implementations::Implementations,
    telling: telling_names::TellingNames,
    switches: switches::Switches,
    registrations: registrations::Registrations,
    /// Entities that libraries bring, by the path that importers name.
    brought: HashMap<Box<str>, ClassRef>,
    tables: tables::Tables,
}

/// Compiled models of the three families.
#[derive(Debug)]
pub struct AllModels(pub [Models; 3]);

impl AllModels {
    /// The built-in models.
    pub fn load() -> Result<AllModels, ModelError> {
        AllModels::with(&[])
    }

    /// The built-in models and those of a project's configuration.
    pub fn with(own: &[toml::Table]) -> Result<AllModels, ModelError> {
        let mut libraries = load::builtin()?;
        libraries.extend(load::configured(own)?);
        if let Some(error) = load::check(&libraries).into_iter().next() {
            return Err(error);
        }
        let mut of = |family: Family| {
            let (mine, rest): (Vec<_>, Vec<_>) =
                std::mem::take(&mut libraries).into_iter().partition(|(of, _)| *of == family);
            libraries = rest;
            Models::new(family, mine.into_iter().map(|(_, library)| library))
        };
        Ok(AllModels([of(Family::Python), of(Family::TypeScript), of(Family::Go)]))
    }

    pub fn of(&self, family: Family) -> &Models {
        match family {
            Family::Python => &self.0[0],
            Family::TypeScript => &self.0[1],
            Family::Go => &self.0[2],
        }
    }
}

/// A file that was lowered, before it is part of a project.
#[derive(Debug)]
pub struct Lowered {
    pub file: FileId,
    pub path: String,
    pub language: Language,
    pub is_template: bool,
    pub module: Arc<Module>,
    pub bytes: Arc<[u8]>,
}

impl Unit {
    pub fn new(lowered: Lowered, models: &Models) -> Unit {
        let Lowered { file, path, language, is_template, module, bytes } = lowered;
        let family = language.family();
        let import_paths =
            (0..module.imports.len()).map(|at| imports::path_of_import(family, &module, ImportId(at as u32))).collect();
        let names = module.strings.iter().map(|text| models.name(text)).collect();
        let mut unit = Unit {
            file,
            path,
            language,
            is_template,
            module,
            bytes,
            import_paths,
            import_symbols: Vec::new(),
            top_level: HashMap::new(),
            names,
            classes: Vec::new(),
            unbound: Vec::new(),
            libraries: Vec::new(),
            uses_store: false,
            is_frontend: false,
            is_generated: false,
            declared: OnceLock::new(),
        };
        unit.is_generated = classify::is_generated(&unit.path, &unit.bytes[..unit.bytes.len().min(2 << 10)]);
        if family == Family::Python {
            unit.top_level = top_level(&unit.module);
        }
        if unit.module.imports.is_empty() {
            let unbound = |(at, text)| Some((Sym(at as u32), Arc::clone(models.unbound.get(text)?)));
            unit.unbound = unit.module.strings.iter().enumerate().filter_map(unbound).collect();
        }
        unit.libraries = vec![false; models.libraries.len()];
        for library in unit
            .import_paths
            .iter()
            .flatten()
            .chain(unit.unbound.iter().map(|(_, path)| path))
            .flat_map(|path| models.libraries_of_import(path))
        {
            unit.libraries[library as usize] = true;
        }
        unit.uses_store = unit.libraries.iter().zip(&models.libraries).any(|(here, library)| *here && library.is_store);
        unit.is_frontend = frontend::is_frontend(&unit, models);
        unit
    }

    /// A handler names the exceptions that it catches; a bare one catches exits too.
    pub fn has_typed_handlers(&self) -> bool {
        self.family() == Family::Python
    }

    /// Whether the module starts with a directive: `"use client"`.
    pub fn says(&self, directive: &str) -> bool {
        self.module.directives.iter().any(|&sym| self.module.text(sym) == directive)
    }

    /// Failures are results of calls rather than exceptions.
    pub fn returns_errors(&self) -> bool {
        self.family() == Family::Go
    }

    /// Failures travel in promises and callbacks.
    pub fn has_promises(&self) -> bool {
        self.family() == Family::TypeScript
    }

    pub fn family(&self) -> Family {
        self.language.family()
    }

    /// Where importers find what the file declares: a Go file's folder, else the path without extension, a package's own.
    pub fn place(&self) -> &str {
        let folder = paths::folder_of(&self.path);
        let stem = self.path.rsplit_once('.').map_or(self.path.as_str(), |(stem, _)| stem);
        match (self.family(), stem.rsplit('/').next()) {
            (Family::Go, _) | (Family::Python, Some("__init__")) | (Family::TypeScript, Some("index")) => folder,
            _ => stem,
        }
    }

    /// Source text of a span, lossily decoded.
    pub fn snippet(&self, span: Span) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes.get(span.start as usize..span.end as usize).unwrap_or_default())
    }

    /// Go: how other packages would write a name of this one, as far as the tree shows: `./app/ent.Client`.
    fn path_in_package(&self, name: &str) -> String {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("./{folder}.{name}")
    }

    pub fn name_id(&self, sym: Sym) -> Option<NameId> {
        self.names[sym.index()]
    }

    /// Import-resolved dotted path of an expression: `sa.orm.Session`, a builtin's bare name, else `None`.
    pub fn path_of_expr(&self, id: ExprId) -> Option<String> {
        let module = &self.module;
        match &module.expr(id).kind {
            ExprKind::Var(var) => match self.path_of_var(*var) {
                Some(path) => Some(path.to_string()),
                None => self.path_of_global(*var),
            },
            ExprKind::Name(name) => Some(self.path_of_name(*name).to_owned()),
            ExprKind::Member { base, name, .. } => {
                Some(format!("{}.{}", self.path_of_expr(*base)?, module.text(*name)))
            }
            // `Repository<User>` as a base, `Generic[T]`.
            ExprKind::Index { base, .. } => self.path_of_expr(*base),
            ExprKind::Call { callee, .. } => self.path_of_expr(*callee),
            _ => None,
        }
    }

    /// A name that the file does not bind.
    pub fn path_of_name(&self, name: Sym) -> &str {
        self.unbound.iter().find(|(known, _)| *known == name).map_or_else(|| self.module.text(name), |(_, path)| path)
    }

    /// `db = SQLAlchemy(app)` at the top level: what `db.Model` names is an attribute of that class.
    fn path_of_global(&self, var: VarId) -> Option<String> {
        let module = &self.module;
        let declared = module.var(var);
        if declared.owner != MODULE_FN || declared.kind != VarKind::Local || declared.writes.len() != 1 {
            return None;
        }
        let value = self.initializer_of(var)?;
        match module.expr(value).kind {
            ExprKind::Call { callee, .. } if !matches!(module.expr(callee).kind, ExprKind::Var(inner) if inner == var) => {
                self.path_of_expr(callee).or_else(|| self.path_of_base(callee)).filter(|path| path.contains('.'))
            }
            _ => None,
        }
    }

    /// `class Database(SQLAlchemy)` of this file has what its base has.
    fn path_of_base(&self, class: ExprId) -> Option<String> {
        let class = self.module.class(self.class_of_expr(class)?);
        class.bases.iter().find_map(|&base| self.path_of_expr(base))
    }

    /// What the top level first assigns to a variable.
    pub fn initializer_of(&self, var: VarId) -> Option<ExprId> {
        self.declared().initializers.get(&var).copied()
    }

    fn declared(&self) -> &Declared {
        self.declared.get_or_init(|| Declared::of(&self.module))
    }

    pub fn path_of_var(&self, var: VarId) -> Option<&Arc<str>> {
        match self.module.var(var).kind {
            VarKind::Import(import) => self.import_paths[import.index()].as_ref(),
            _ => None,
        }
    }

    /// The class of this file that an expression names.
    pub fn class_of_expr(&self, id: ExprId) -> Option<ClassId> {
        match &self.module.expr(id).kind {
            ExprKind::Var(var) => self.class_of_var(*var),
            ExprKind::Name(name) => self.class_named(*name),
            ExprKind::Index { base, .. } => self.class_of_expr(*base),
            // `() => User`
            ExprKind::Closure(function) => match self.module.function(*function).body.as_slice() {
                [stmt] => match self.module.stmt(*stmt).kind {
                    crate::ir::StmtKind::Return(Some(value)) => self.class_of_expr(value),
                    _ => None,
                },
                _ => None,
            },
            ExprKind::Lit(crate::ir::Lit::Str(text)) => {
                let text = self.module.text(*text);
                let last = text.rsplit('.').next().unwrap_or(text);
                self.module.strings.lookup(last).and_then(|sym| self.class_named(sym))
            }
            ExprKind::Member { base, name, .. } if self.module.text(*name) == "name" => self.class_of_expr(*base),
            _ => None,
        }
    }

    pub fn class_of_var(&self, var: VarId) -> Option<ClassId> {
        match self.module.var(var).kind {
            VarKind::Class(class) => Some(class),
            _ => None,
        }
    }

    /// A class of the file by its name, the outermost first.
    pub fn class_named(&self, name: Sym) -> Option<ClassId> {
        self.declared().classes.get(&name).copied()
    }

    /// Import-resolved path of a named type, and the class of this file that it is.
    pub fn path_of_type(&self, id: TypeId) -> (Option<String>, Option<ClassId>) {
        let module = &self.module;
        match &module.ty(id).kind {
            TypeKind::Pointer(inner) => self.path_of_type(*inner),
            TypeKind::Named { head, path, .. } => {
                let class = match (head, path.as_slice()) {
                    (Some(var), [_]) => self.class_of_var(*var),
                    (None, [only]) => self.class_named(*only),
                    _ => None,
                };
                let mut names = path.iter().map(|&sym| module.text(sym));
                let first = match head.and_then(|var| self.path_of_var(var)) {
                    Some(path) => {
                        names.next();
                        path.to_string()
                    }
                    None => match names.next() {
                        Some(name) => name.to_owned(),
                        None => return (None, class),
                    },
                };
                (Some(names.fold(first, |path, name| format!("{path}.{name}"))), class)
            }
            _ => (None, None),
        }
    }
}

impl<'m> Project<'m> {
    /// Puts lowered files together; the order is that of their `FileId`s.
    pub fn new(mut units: Vec<Unit>, files: &[Manifest], models: &'m AllModels) -> Project<'m> {
        let mut libraries: [Vec<bool>; 3] = Family::ALL.map(|family| vec![false; models.of(family).libraries.len()]);
        for unit in &units {
            let of_family = &mut libraries[unit.family() as usize];
            for (seen, here) in of_family.iter_mut().zip(&unit.libraries) {
                *seen |= here;
            }
        }
        let settings = settings::Settings::of(&units);
        let modules = Modules::of(&units, files, models);
        resolve_imports(&mut units, &modules);
        let brought = brought::of(&units);
        brought::resolve(&mut units, &brought);
        frontend::mark_packages(&mut units, files);
        let templates = Templates::of(&units, models);
        let implementations = implementations::Implementations::default();
        let generated_interfaces = implementations::Implementations::default();
        let switches = switches::Switches::of(&units, models);
        let mut project = Project {
            units,
            models,
            libraries,
            entities: HashMap::new(),
            variables: OnceLock::new(),
            modules,
            templates,
            settings,
            implementations,
            generated_interfaces,
            telling: telling_names::TellingNames::default(),
            switches,
            registrations: registrations::Registrations::default(),
            brought,
            tables: tables::Tables::of(files),
        };
        classes::link(&mut project);
        project.registrations = registrations::of(&project);
        project.implementations = implementations::of(&project);
        project.generated_interfaces = implementations::generated(&project);
        project.telling = telling_names::of(&project);
        project
    }

    /// Classes that stand behind an interface or abstract class, mocks left out.
    pub fn implementations(&self, class: ClassRef) -> &[ClassRef] {
        self.implementations.get(&class).map_or(&[], Vec::as_slice)
    }

    /// The entity that a class is registered for: `admin.site.register(Order, OrderAdmin)`, in any file.
    pub fn registered_for(&self, class: ClassRef) -> Option<ClassRef> {
        self.registrations.get(&class).copied()
    }

    /// The interfaces that a tool wrote into the tree and that this type implements.
    pub fn generated_interfaces(&self, class: ClassRef) -> &[ClassRef] {
        self.generated_interfaces.get(&class).map_or(&[], Vec::as_slice)
    }

    /// What the project's settings modules say about `REST_FRAMEWORK.PAGE_SIZE`.
    pub fn setting(&self, path: &str) -> Setting {
        self.settings.get(path)
    }

    /// The setting names something of the tree: `"DEFAULT_PAGINATION_CLASS": "shop.api.pagination.Pages"`.
    pub fn setting_names_own(&self, setting: &str) -> bool {
        let Some((module, _)) = self.settings.text(setting).and_then(|text| text.rsplit_once('.')) else {
            return false;
        };
        let path = module.replace('.', "/");
        self.units.iter().any(|unit| {
            let stem = unit.path.trim_end_matches(".py").trim_end_matches("/__init__");
            stem.strip_suffix(&*path).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        })
    }

    /// The entity that a setting names: `AUTH_USER_MODEL = "users.User"`.
    pub fn entity_in_setting(&self, unit: &Unit, name: &str) -> Option<ClassRef> {
        let Some(text) = self.settings.text(name) else {
            let path = self.models_of(unit.file).setting_defaults.get(name)?;
            return self.brought.get(path.as_str()).copied();
        };
        // The first part is the app's label, which need not be the name of a folder.
        self.entity_called(unit, text).or_else(|| self.entity_called(unit, text.rsplit('.').next()?))
    }

    /// The entity behind an expression that a setting names: `settings.AUTH_USER_MODEL`, `get_user_model()`, a variable that
    /// holds it.
    pub fn entity_by_setting(&self, unit: &Unit, expr: ExprId) -> Option<ClassRef> {
        let module = &unit.module;
        let named = match &module.expr(expr).kind {
            ExprKind::Call { callee, .. } => *callee,
            ExprKind::Var(var) if module.var(*var).kind == VarKind::Local => {
                let value = unit.initializer_of(*var)?;
                // `User = get_user_model()`
                return if value == expr { None } else { self.entity_by_setting(unit, value) };
            }
            ExprKind::Member { .. } => expr,
            _ => return None,
        };
        let setting = self.models_of(unit.file).entity_settings.get(&unit.path_of_expr(named)?)?;
        self.entity_in_setting(unit, setting)
    }

    /// The template that a program means by a name, seen from one of its files.
    pub fn template_named(&self, from: &Unit, name: &str) -> Option<FileId> {
        self.templates.named(from, name)
    }

    /// The tag or filter of the project that templates call by a name, as lowering writes it.
    pub fn template_tag(&self, name: &str) -> Option<&Tag> {
        self.templates.tag(name)
    }

    pub fn unit(&self, file: FileId) -> &Unit {
        &self.units[file.0 as usize]
    }

    /// The only method of the project's scripts with a name that says much: `getListeningSessionsOfUser`.
    pub fn method_by_name(&self, name: &str) -> Option<FnRef> {
        self.telling.get(name).copied().flatten()
    }

    pub fn class(&self, class: ClassRef) -> &ClassFacts {
        &self.unit(class.file).classes[class.id.index()]
    }

    /// Whether a library brings a class.
    pub fn is_brought(&self, class: ClassRef) -> bool {
        brought::is_brought(&self.unit(class.file).path)
    }

    /// A class and its bases in the project, the nearest first, each once.
    pub fn lineage(&self, class: ClassRef) -> impl Iterator<Item = ClassRef> {
        let mut classes = vec![class];
        let mut at = 0;
        std::iter::from_fn(move || {
            let next = *classes.get(at)?;
            at += 1;
            for &base in &self.class(next).bases {
                if !classes.contains(&base) {
                    classes.push(base);
                }
            }
            Some(next)
        })
    }

    pub fn models_of(&self, file: FileId) -> &'m Models {
        self.models.of(self.unit(file).family())
    }

    /// Whether a keyword is false anywhere in the project: `sessionmaker(engine, expire_on_commit=False)`.
    pub fn is_switched_off(&self, keyword: &str) -> bool {
        self.switches.is_off(keyword)
    }

    /// Whether a library of the file's family is imported anywhere in the project.
    pub fn uses_library(&self, family: Family, library: u16) -> bool {
        self.libraries[family as usize].get(library as usize).copied().unwrap_or(false)
    }

    /// The drivers that files of the family import are those of stores inside the process, and no others.
    pub fn runs_embedded(&self, family: Family) -> bool {
        let used = self.libraries[family as usize].iter().zip(&self.models.of(family).libraries);
        let mut drivers = used.filter(|(used, _)| **used).filter_map(|(_, library)| library.driver).peekable();
        drivers.peek().is_some() && drivers.all(|driver| driver == Driver::Embedded)
    }

    /// The kinds that an instance of a type has, with the project class behind the name.
    pub fn kinds_of_type(&self, unit: &Unit, ty: TypeId) -> (Vec<KindId>, Option<ClassRef>) {
        /// Aliases of aliases; what lies deeper is unknown.
        const DEEPEST: u32 = 8;
        let (mut unit, mut ty) = (unit, ty);
        let models = self.models.of(unit.family());
        for _ in 0..DEEPEST {
            let path = unit.path_of_type(ty).0;
            // What a tool generated is what the models say of it, also where it stands in the tree (ent, sqlc).
            if unit.family() == Family::Go
                && let Some(name) = &path
            {
                let in_package = if name.contains('.') { name.clone() } else { unit.path_in_package(name) };
                let kinds = models.kinds_of_generated(&in_package);
                if !kinds.is_empty() {
                    return (kinds.to_vec(), None);
                }
            }
            let Some(class) = self.class_of_type(unit, ty) else {
                return (path.map(|path| models.kinds_of_type(&path).to_vec()).unwrap_or_default(), None);
            };
            match self.aliased(class) {
                Some((of, target)) if self.class_of_type(of, target) != Some(class) => (unit, ty) = (of, target),
                Some(_) | None => return (self.class(class).kinds.clone(), Some(class)),
            }
        }
        (Vec::new(), None)
    }

    /// The type that an alias stands for, and the file that it is written in.
    pub fn aliased(&self, class: ClassRef) -> Option<(&Unit, TypeId)> {
        let unit = self.unit(class.file);
        let declared = unit.module.class(class.id);
        match declared.fields.as_slice() {
            [field] if declared.kind == ClassKind::Alias => Some((unit, field.ty?)),
            _ => None,
        }
    }

    /// The entity that a variable of Python is named after: `order_line` after `OrderLine`.
    pub fn entity_of_variable(&self, unit: &Unit, name: &str) -> Option<ClassRef> {
        let plain = |name: &str| name.replace('_', "").to_lowercase();
        let names = self.variables.get_or_init(|| {
            let mut found: FxHashMap<String, Vec<Box<str>>> = FxHashMap::default();
            let mut names: Vec<&Box<str>> = self.entities.keys().collect();
            names.sort_unstable();
            for name in names {
                found.entry(plain(name)).or_default().push(name.clone());
            }
            found
        });
        let [only] = names.get(&plain(name))?.as_slice() else { return None };
        let class = self.entity_called(unit, only)?;
        if !self.is_brought(class) {
            return Some(class);
        }
        // `user`, where a setting says which entity users are.
        let brought = self.brought.iter().find(|(_, known)| **known == class).map(|(path, _)| path)?;
        let defaults = &self.models_of(unit.file).setting_defaults;
        let setting = defaults.iter().find(|(_, path)| path.as_str() == &**brought).map(|(setting, _)| setting);
        setting.map_or(Some(class), |setting| self.entity_in_setting(unit, setting))
    }

    /// The entity that a text names: `Customer`, `shop.Customer` with the app or module it belongs to. Of several with the
    /// name, the one in the same folder counts, else the one in the same top-level folder when it is alone there.
    pub fn entity_called(&self, unit: &Unit, text: &str) -> Option<ClassRef> {
        let (owner, name) = text.rsplit_once('.').map_or((None, text), |(owner, name)| (Some(owner), name));
        let of_family = |class: &&ClassRef| self.unit(class.file).family() == unit.family();
        let mut found: Vec<ClassRef> = self.entities.get(name)?.iter().filter(of_family).copied().collect();
        if let Some(owner) = owner {
            let last = owner.rsplit('.').next().unwrap_or(owner);
            let first = owner.split('.').next().unwrap_or(owner);
            found.retain(|class| {
                let stem = self.unit(class.file).path.rsplit_once('.').map_or("", |(stem, _)| stem);
                stem.split('/').any(|part| part == first || part == last)
            });
        }
        // What the project declares itself counts before what a library brings.
        if found.iter().any(|class| !self.is_brought(*class)) {
            found.retain(|class| !self.is_brought(*class));
        }
        let folder = |path: &str| paths::folder_of(path).to_owned();
        let top = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
        let alone = |near: &dyn Fn(&str) -> String| {
            let here = near(&unit.path);
            let mut near = found.iter().filter(|class| near(&self.unit(class.file).path) == here);
            match (near.next(), near.next()) {
                (Some(&only), None) => Some(only),
                _ => None,
            }
        };
        match found.as_slice() {
            [] => None,
            [only] => Some(*only),
            _ => alone(&folder).or_else(|| alone(&top)),
        }
    }
}

/// Variables of a Python module by name. Those of a class body belong to the same function; the class's own name does not
/// lie in its body.
fn top_level(module: &Module) -> HashMap<Sym, VarId> {
    let outermost = module.classes.iter().filter(|class| class.outer.is_none() && class.parent_fn == MODULE_FN);
    let mut bodies: Vec<(Span, Option<VarId>)> = outermost.map(|class| (class.span, class.var)).collect();
    bodies.sort_unstable_by_key(|(span, _)| span.start);
    let is_in_body = |var: VarId, span: Span| {
        let after = bodies.partition_point(|(body, _)| body.start <= span.start);
        after > 0 && bodies[after - 1].0.contains(span) && bodies[after - 1].1 != Some(var)
    };
    let mut found = HashMap::new();
    for (at, var) in module.vars.iter().enumerate().filter(|(_, var)| var.owner == MODULE_FN) {
        let id = VarId(at as u32);
        if !is_in_body(id, var.span) {
            found.entry(var.name).or_insert(id);
        }
    }
    found
}

/// Fills in where imports lead. An import of a name that the tree itself has from a library stands for the library's.
fn resolve_imports(units: &mut [Unit], modules: &Modules) {
    let targets = Links::all(units, modules);
    for (unit, targets) in units.iter_mut().zip(targets) {
        unit.import_symbols = Vec::with_capacity(targets.len());
        for (at, target) in targets.into_iter().enumerate() {
            unit.import_symbols.push(match target {
                Some(Target::Symbol(symbol)) => Some(symbol),
                Some(Target::Library(path)) => {
                    unit.import_paths[at] = Some(path);
                    None
                }
                None => None,
            });
        }
    }
    // `from app.extensions import db`, where `db = SQLAlchemy()`.
    let mut paths = Vec::new();
    for (row, unit) in units.iter().enumerate() {
        for (at, symbol) in unit.import_symbols.iter().enumerate() {
            if let Some(Symbol::Variable(file, var)) = *symbol
                && let Some(path) = units[file.0 as usize].path_of_global(var)
            {
                paths.push((row, at, path));
            }
        }
    }
    for (row, at, path) in paths {
        units[row].import_paths[at] = Some(path.into());
    }
}

/// Fields of a class by name, for quick lookup.
pub type FieldIndex = HashMap<Sym, usize>;
