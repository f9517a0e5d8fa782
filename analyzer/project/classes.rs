//! Classes with what they are: their kinds, the entity they declare, their relations.
//!
//! Knows bases, decorators and fields. Does not know queries or rules.
//! Invariant: inheritance cycles end; each class is visited once per question.

use super::symbols::Symbol;
use super::{Project, Unit};
use crate::flow::value::{ClassRef, EntityRef, FnRef};
use crate::ir::{Arg, ClassId, Entry, ExprId, ExprKind, FnId, Lit, StmtKind, Sym, TypeId, TypeKind};
use crate::models::lookup::{EntityId, KindId, Models};
use crate::models::schema::{Access, Cardinality, Position, Relation};
use crate::source::{FileId, Span};
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Clone, Debug, Default)]
pub struct ClassFacts {
    /// Bases that are classes of the project.
    pub bases: Vec<ClassRef>,
    /// Import-resolved paths of all other bases, those of project bases included.
    pub base_paths: Vec<String>,
    pub decorator_paths: Vec<String>,
    /// Kinds of an instance, from library bases and embedded types.
    pub kinds: Vec<KindId>,
    pub entity: Option<EntityId>,
    /// The entity that the class serves: `extends Repository<User>`.
    pub served: Option<EntityRef>,
    /// By attribute name, those of bases included.
    pub relations: HashMap<String, RelationFact>,
    /// Its own methods by name; those of a Go type stand in any file of its package.
    pub methods: HashMap<Arc<str>, FnRef>,
    /// By the name's symbol in the class's own file.
    pub fields: HashMap<Sym, usize>,
}

#[derive(Clone, Debug)]
pub struct RelationFact {
    pub name: String,
    pub many: bool,
    pub access: Access,
    pub kind: Option<KindId>,
    pub target: Option<EntityRef>,
    /// It may lead nowhere.
    pub nullable: bool,
    /// A list of all attributes leaves it out.
    pub unlisted: bool,
    /// Reading it never costs a query, because the declaration loads it with the parent.
    pub loaded: bool,
    /// Each parent loads it with a query of its own as soon as it is read itself: the declaration that says so.
    pub at_load: Option<(FileId, Span)>,
}

/// Fills in the class facts of all units.
pub fn link(project: &mut Project<'_>) {
    let models = project.models;
    for file in 0..project.units.len() {
        let classes = project.units[file].module.classes.len();
        let facts = (0..classes).map(|at| direct_facts(project, FileId(file as u32), ClassId(at as u32))).collect();
        project.units[file].classes = facts;
    }
    add_methods_of_packages(project);
    for file in 0..project.units.len() {
        let of_family = models.of(project.units[file].family());
        for class in 0..project.units[file].classes.len() {
            let id = ClassRef { file: FileId(file as u32), id: ClassId(class as u32) };
            let inherited = inherited_facts(project, of_family, id);
            let alike = match inherited.kinds.as_slice() {
                [] => super::look_alikes::kind_of_interface(project, of_family, id),
                _ => None,
            };
            let facts = &mut project.units[file].classes[class];
            facts.base_paths = inherited.base_paths;
            facts.kinds = inherited.kinds;
            facts.kinds.extend(alike);
            facts.entity = inherited.entity;
            facts.served = inherited.served;
        }
    }
    project.entities = entities_by_name(project);
    let mut reverse: Vec<(ClassRef, RelationFact)> = Vec::new();
    for file in 0..project.units.len() {
        let of_family = models.of(project.units[file].family());
        for class in 0..project.units[file].classes.len() {
            let id = ClassId(class as u32);
            let relations = declared_relations(project, &project.units[file], of_family, id, &mut reverse);
            project.units[file].classes[class].relations = relations;
        }
    }
    for (class, relation) in reverse {
        let facts = &mut project.units[class.file.0 as usize].classes[class.id.index()];
        facts.relations.entry(relation.name.clone()).or_insert(relation);
    }
    inherit_relations(project);
}

fn direct_facts(project: &Project<'_>, file: FileId, id: ClassId) -> ClassFacts {
    let unit = project.unit(file);
    let module = &unit.module;
    let class = module.class(id);
    let own = ClassRef { file, id };
    let mut facts = ClassFacts::default();
    // `class OrderManager(Manager.from_queryset(OrderQuerySet))` extends what the call is made of.
    let parts = |base: ExprId| match &module.expr(base).kind {
        ExprKind::Call { callee, args, .. } => match module.expr(*callee).kind {
            ExprKind::Member { base, .. } => {
                std::iter::once(base).chain(args.iter().map(|arg| arg.value)).collect::<Vec<_>>()
            }
            _ => vec![base],
        },
        _ => vec![base],
    };
    for base in class.bases.iter().flat_map(|&base| parts(base)) {
        match project.class_of_expr(unit, base) {
            Some(of_library) if project.is_brought(of_library) => {
                facts.bases.push(of_library);
                facts.base_paths.extend(unit.path_of_expr(base));
            }
            Some(base) if base != own => facts.bases.push(base),
            _ => facts.base_paths.extend(unit.path_of_expr(base)),
        }
    }
    for field in class.fields.iter().filter(|field| field.is_embedded) {
        if let Some(ty) = field.ty {
            match project.class_of_type(unit, ty) {
                Some(base) if base != own => facts.bases.push(base),
                _ => facts.base_paths.extend(unit.path_of_type(ty).0),
            }
        }
    }
    facts.decorator_paths = class.decorators.iter().filter_map(|&d| unit.path_of_expr(d)).collect();
    for &method in &class.methods {
        let own = FnRef { file, id: method };
        let known = facts.methods.entry(module.text(module.function(method).name).into()).or_insert(own);
        // `find(id: number): User; find(id: string): User; find(id) {…}`: the one with a body counts.
        if module.function(known.id).is_abstract {
            *known = own;
        }
    }
    facts.fields = class.fields.iter().enumerate().map(|(at, field)| (field.name, at)).collect();
    facts
}

/// Go: a method may stand in another file of the package than its receiver's type.
fn add_methods_of_packages(project: &mut Project<'_>) {
    let mut found: Vec<(ClassRef, Arc<str>, FnRef)> = Vec::new();
    let is_target = |unit: &&Unit| unit.module.package.is_some() && !unit.path.ends_with("_test.go");
    for unit in project.units.iter().filter(is_target) {
        for (at, function) in unit.module.functions.iter().enumerate() {
            let (Some(receiver), None) = (function.receiver_type, function.class) else { continue };
            if let Some(Symbol::Class(class)) = project.symbol_of_free_name(unit.file, unit.module.text(receiver)) {
                let function_ref = FnRef { file: unit.file, id: FnId(at as u32) };
                found.push((class, unit.module.text(function.name).into(), function_ref));
            }
        }
    }
    for (class, name, function) in found {
        let facts = &mut project.units[class.file.0 as usize].classes[class.id.index()];
        facts.methods.entry(name).or_insert(function);
    }
}

struct Inherited {
    base_paths: Vec<String>,
    kinds: Vec<KindId>,
    entity: Option<EntityId>,
    served: Option<EntityRef>,
}

fn inherited_facts(project: &Project<'_>, models: &Models, id: ClassRef) -> Inherited {
    let mut seen = vec![id];
    let mut at = 0;
    let mut found = Inherited { base_paths: Vec::new(), kinds: Vec::new(), entity: None, served: None };
    // What a base can do counts more than what a decorator says: `@Entity() class User extends Base`, whose own base is an
    // active record.
    let mut decorated = None;
    while at < seen.len() {
        let class = seen[at];
        at += 1;
        let unit = project.unit(class.file);
        let facts = project.class(class);
        let extended = facts.base_paths.iter().filter_map(|path| models.view_extended_by(path));
        for path in facts.base_paths.iter().map(String::as_str).chain(extended) {
            if !found.base_paths.iter().any(|known| known == path) {
                found.base_paths.push(path.to_owned());
            }
            for &kind in models.kinds_of_type(path) {
                if !found.kinds.contains(&kind) {
                    found.kinds.push(kind);
                }
            }
        }
        for &base in &facts.bases {
            if !seen.contains(&base) {
                seen.push(base);
            }
        }
        let is_entity = |entity: &EntityId| is_entity(project.unit(id.file), id.id, models, *entity);
        if found.entity.is_none() {
            found.entity =
                facts.base_paths.iter().flat_map(|path| models.entity_of_base(path)).copied().find(is_entity);
        }
        if decorated.is_none() {
            decorated =
                facts.decorator_paths.iter().filter_map(|path| models.entity_of_decorator(path)).find(is_entity);
        }
        if found.served.is_none() {
            let class = unit.module.class(class.id);
            // `PrismaService extends PrismaClient<ClientOptions>`: the argument of a client is none of its rows.
            let takes_none = facts.base_paths.first().is_some_and(|path| {
                let mut kinds = models.kinds_of_type(path).iter().map(|&kind| &models.kind(kind).fact).peekable();
                kinds.peek().is_some() && kinds.all(|kind| kind.entity_type_arg.is_none())
            });
            let base = class.base_types.first().filter(|_| !takes_none);
            found.served = base.and_then(|&ty| entity_of_type(project, unit, ty));
            let embedded = || class.fields.iter().filter(|field| field.is_embedded).filter_map(|field| field.ty);
            found.served =
                found.served.or_else(|| embedded().find_map(|ty| entity_of_argument_type(project, unit, ty)));
        }
    }
    found.entity = found.entity.or(decorated);
    if found.entity.is_none() && !found.base_paths.is_empty() {
        found.entity = entity_by_attributes(project, models, &seen, &found.base_paths);
    }
    found
}

/// The entity that a class is by what its body and its bases' are made of, where a base is of a package without a model.
fn entity_by_attributes(
    project: &Project<'_>,
    models: &Models,
    classes: &[ClassRef],
    base_paths: &[String],
) -> Option<EntityId> {
    let is_unknown = |path: &String| path.contains('.') && models.libraries_of_import(path).next().is_none();
    if !base_paths.iter().any(is_unknown) {
        return None;
    }
    classes.iter().find_map(|class| {
        let unit = project.unit(class.file);
        let values = unit.module.class(class.id).fields.iter().filter_map(|field| field.value);
        let calls = values.filter(|&value| matches!(unit.module.expr(value).kind, ExprKind::Call { .. }));
        calls.into_iter().find_map(|call| models.entity_made_of(&unit.path_of_expr(call)?))
    })
}

/// Conditions of an entity that bases and decorators alone do not settle.
fn is_entity(unit: &Unit, class: ClassId, models: &Models, entity: EntityId) -> bool {
    let fact = models.entity(entity);
    let class = unit.module.class(class);
    let keyword = fact.keyword.as_ref().is_none_or(|wanted| {
        class.keywords.iter().any(|arg: &Arg| {
            arg.name.is_some_and(|name| unit.module.text(name) == wanted.as_str())
                && matches!(unit.module.expr(arg.value).kind, ExprKind::Lit(Lit::Bool(true)))
        })
    });
    let fields = fact.fields.is_empty()
        || class.fields.iter().any(|field| fact.fields.iter().any(|f| f == unit.module.text(field.name)));
    keyword && fields
}

/// The project's entities by name, in the order of their files.
fn entities_by_name(project: &Project<'_>) -> HashMap<Box<str>, Vec<ClassRef>> {
    let mut found: HashMap<Box<str>, Vec<ClassRef>> = HashMap::new();
    for unit in &project.units {
        for (at, _) in unit.classes.iter().enumerate().filter(|(_, facts)| facts.entity.is_some()) {
            let id = ClassId(at as u32);
            let name = unit.module.text(unit.module.class(id).name);
            found.entry(name.into()).or_default().push(ClassRef { file: unit.file, id });
        }
    }
    found
}

/// `*Repository[Order]`: the entity of the type argument.
fn entity_of_argument_type(project: &Project<'_>, unit: &Unit, ty: TypeId) -> Option<EntityRef> {
    match &unit.module.ty(ty).kind {
        TypeKind::Pointer(inner) => entity_of_argument_type(project, unit, *inner),
        TypeKind::Named { args, .. } => {
            let class = project.class_of_type(unit, *args.first()?)?;
            Some(EntityRef::Class(class))
        }
        _ => None,
    }
}

/// The entity that a type names: `User`, `User[]`, `Mapped["User"]`, `Promise<User>`, `*User`.
pub fn entity_of_type(project: &Project<'_>, unit: &Unit, ty: TypeId) -> Option<EntityRef> {
    /// Aliases of aliases, and arguments of arguments; what lies deeper names nothing.
    const DEEPEST: u32 = 8;
    entity_within(project, unit, ty, DEEPEST)
}

fn entity_within(project: &Project<'_>, unit: &Unit, ty: TypeId, depth: u32) -> Option<EntityRef> {
    let depth = depth.checked_sub(1)?;
    match &unit.module.ty(ty).kind {
        TypeKind::List(inner) | TypeKind::Pointer(inner) => entity_within(project, unit, *inner, depth),
        TypeKind::Union(items) => items.iter().find_map(|&item| entity_within(project, unit, item, depth)),
        TypeKind::Named { path, args, .. } => {
            let class = project.class_of_type(unit, ty);
            // `Page<User>` of the project is asked for its argument, `Base<T>` that is an entity is one.
            let is_final =
                |class: &ClassRef| class.file == unit.file || args.is_empty() || project.class(*class).entity.is_some();
            if let Some(class) = class.filter(is_final) {
                let aliased = project.aliased(class).and_then(|(of, ty)| entity_within(project, of, ty, depth));
                let named = |entity: &EntityRef| matches!(entity, EntityRef::Class(_));
                return Some(aliased.filter(named).unwrap_or(EntityRef::Class(class)));
            }
            if let Some(&inner) = args.first() {
                return entity_within(project, unit, inner, depth);
            }
            let name = path.last().map(|&name| unit.module.text(name))?;
            // `string`, `int64`: a type of the language is no entity.
            let is_of_language = path.len() == 1 && name.starts_with(|first: char| first.is_ascii_lowercase());
            let entity = project.entity_called(unit, name).map(EntityRef::Class);
            entity.or_else(|| (!is_of_language).then(|| EntityRef::Named(name.into())))
        }
        _ => None,
    }
}

/// Whether a type is a collection, seen through wrappers.
pub fn is_list_type(unit: &Unit, ty: TypeId) -> bool {
    match &unit.module.ty(ty).kind {
        TypeKind::List(_) => true,
        TypeKind::Pointer(inner) => is_list_type(unit, *inner),
        TypeKind::Union(items) => items.iter().any(|&item| is_list_type(unit, item)),
        TypeKind::Named { path, args, .. } => {
            let name = path.last().map_or("", |&name| unit.module.text(name));
            matches!(
                name,
                "list"
                    | "List"
                    | "Sequence"
                    | "Iterable"
                    | "set"
                    | "Set"
                    | "Array"
                    | "ReadonlyArray"
                    | "Collection"
                    | "QuerySet"
                    | "tuple"
                    | "AsyncIterable"
                    | "DynamicMapped"
                    | "WriteOnlyMapped"
            ) || (matches!(name, "Mapped" | "Optional" | "Promise" | "Awaitable" | "Annotated" | "Relation")
                && args.first().is_some_and(|&inner| is_list_type(unit, inner)))
        }
        _ => false,
    }
}

fn declared_relations(
    project: &Project<'_>,
    unit: &Unit,
    models: &Models,
    id: ClassId,
    reverse: &mut Vec<(ClassRef, RelationFact)>,
) -> HashMap<String, RelationFact> {
    let module = &unit.module;
    let class = module.class(id);
    let mut relations = HashMap::new();
    let mut attributes: Vec<(Sym, Option<TypeId>, Vec<Candidate>)> = Vec::new();
    for field in &class.fields {
        let call = field.value.filter(|&value| matches!(module.expr(value).kind, ExprKind::Call { .. }));
        let by_call = call.and_then(|call| Some((call, unit.path_of_expr(call)?)));
        // `class Owner(models.ForeignKey)` of the project: a call of it is one of its base.
        let by_subclass = call.and_then(|call| {
            let ExprKind::Call { callee, .. } = module.expr(call).kind else { return None };
            Some((call, &project.class(project.class_of_expr(unit, callee)?).base_paths))
        });
        let by_decorator = field.decorators.iter().filter_map(|&d| Some((d, unit.path_of_expr(d)?)));
        let candidates: Vec<Candidate> = by_call
            .into_iter()
            .map(|(expr, path)| (expr, path, false))
            .chain(
                by_subclass
                    .into_iter()
                    .flat_map(|(call, bases)| bases.iter().map(move |path| (call, path.clone(), false))),
            )
            .chain(by_decorator.map(|(expr, path)| (expr, path, true)))
            .collect();
        attributes.push((field.name, field.ty, candidates));
    }
    attributes.extend(computed_attributes(unit, models, id));
    let mut proxies: Vec<(String, String)> = Vec::new();
    for (attribute, ty, candidates) in attributes {
        let found = models.libraries.iter().flat_map(|library| &library.relations).find_map(|relation| {
            candidates.iter().find_map(|(expr, path, decorated)| {
                let listed = if *decorated { &relation.decorators } else { &relation.calls };
                listed.iter().any(|known| known == path).then_some((relation, *expr))
            })
        });
        let Some((relation, declaration)) = found else { continue };
        let name = module.text(attribute).to_owned();
        if let Some(at) = &relation.through {
            let through = argument(unit, declaration, at).and_then(|arg| module.str_of(arg));
            proxies.extend(through.map(|through| (name, through.to_owned())));
            continue;
        }
        let fact = relation_fact(project, unit, id, models, relation, declaration, ty, &name);
        if let Some(back) = &relation.reverse
            && let Some(EntityRef::Class(target)) = &fact.target
        {
            let named = argument(unit, declaration, &back.at).and_then(|arg| relation_name(unit, arg));
            let default = back
                .default
                .as_ref()
                .map(|pattern| pattern.replace("{model}", &module.text(class.name).to_lowercase()));
            if let Some(name) = named.or(default).filter(|name| !name.ends_with('+')) {
                reverse.push((
                    *target,
                    RelationFact {
                        name,
                        many: back.cardinality != Cardinality::One,
                        access: back.access,
                        kind: back.kind.as_deref().and_then(|kind| models.kind_named(kind)),
                        target: Some(EntityRef::Class(ClassRef { file: unit.file, id })),
                        nullable: true,
                        unlisted: true,
                        loaded: false,
                        at_load: None,
                    },
                ));
            }
        }
        relations.insert(name, fact);
    }
    // What an attribute of the relation's rows is worth, the relation does not say.
    for (name, through) in proxies {
        if let Some(relation) = relations.get(&through) {
            let fact = RelationFact { target: None, unlisted: true, ..relation.clone() };
            relations.entry(name).or_insert(fact);
        }
    }
    relations
}

/// A declaration that may be a relation's: the expression, its path, and whether it decorates the field.
type Candidate = (ExprId, String, bool);

/// `@declared_attr def owner(cls): return relationship("User")` of a mixin.
fn computed_attributes(unit: &Unit, models: &Models, id: ClassId) -> Vec<(Sym, Option<TypeId>, Vec<Candidate>)> {
    let module = &unit.module;
    let known: Vec<&String> =
        models.libraries.iter().flat_map(|library| &library.relations).flat_map(|relation| &relation.methods).collect();
    let is_computed = |path: String| known.iter().any(|known| path.strip_prefix(known.as_str()).is_some());
    let mut found = Vec::new();
    for &method in &module.class(id).methods {
        let function = module.function(method);
        if !function.decorators.iter().filter_map(|&decorator| unit.path_of_expr(decorator)).any(is_computed) {
            continue;
        }
        let [only] = function.body.as_slice() else { continue };
        if let StmtKind::Return(Some(value)) = module.stmt(*only).kind
            && let ExprKind::Call { .. } = module.expr(value).kind
            && let Some(path) = unit.path_of_expr(value)
        {
            found.push((function.name, function.returns.first().copied(), vec![(value, path, false)]));
        }
    }
    found
}

fn has_field(unit: &Unit, class: ClassId, name: &str) -> bool {
    unit.module.class(class).fields.iter().any(|field| unit.module.text(field.name) == name)
}

#[expect(clippy::too_many_arguments, reason = "a declaration and what says what it means, for one caller")]
fn relation_fact(
    project: &Project<'_>,
    unit: &Unit,
    class: ClassId,
    models: &Models,
    relation: &Relation,
    declaration: ExprId,
    ty: Option<TypeId>,
    name: &str,
) -> RelationFact {
    let target = relation
        .target
        .as_ref()
        .and_then(|at| argument(unit, declaration, at))
        .and_then(|arg| match unit.module.str_of(arg) {
            // `ForeignKey("self")`
            Some("self") => Some(EntityRef::Class(ClassRef { file: unit.file, id: class })),
            Some(_) | None => entity_of_argument(project, unit, arg),
        })
        .or_else(|| ty.and_then(|ty| entity_of_type(project, unit, ty)));
    let many = match relation.cardinality {
        Cardinality::One => false,
        Cardinality::Many => true,
        // Without an annotation, a key column beside it says that it is to one: `author_id` for `author`.
        Cardinality::Annotated => match ty {
            Some(ty) => is_list_type(unit, ty),
            None => !has_field(unit, class, &format!("{name}_id")),
        },
    };
    let mut fact = RelationFact {
        name: name.to_owned(),
        many,
        access: relation.access,
        kind: relation.kind.as_deref().and_then(|kind| models.kind_named(kind)),
        target,
        nullable: relation
            .nullable
            .as_ref()
            .and_then(|at| argument(unit, declaration, at))
            .is_some_and(|value| matches!(unit.module.expr(value).kind, ExprKind::Lit(Lit::Bool(true)))),
        unlisted: relation.unlisted,
        loaded: false,
        at_load: None,
    };
    if let Some(option) = &relation.option
        && let Some(value) = argument(unit, declaration, &option.at)
    {
        let text = match unit.module.expr(value).kind {
            ExprKind::Lit(Lit::Bool(true)) => "true",
            ExprKind::Lit(Lit::Bool(false)) => "false",
            _ => unit.module.str_of(value).unwrap_or(""),
        };
        if option.loaded.iter().any(|value| value == text) {
            fact.loaded = true;
        } else if option.at_load.iter().any(|value| value == text) {
            fact.loaded = true;
            fact.at_load = Some((unit.file, unit.module.expr(declaration).span));
        } else if let Some(kind) = option.kinds.get(text) {
            fact.access = Access::Kind;
            fact.kind = models.kind_named(kind);
        } else if option.lazy.iter().any(|value| value == text) {
            fact.access = if relation.access == Access::None { Access::Promise } else { Access::Lazy };
        }
    }
    // `author: Promise<User>` of a TypeORM entity is lazy without any option.
    if fact.access == Access::None
        && let Some(ty) = ty
        && let TypeKind::Named { path, .. } = &unit.module.ty(ty).kind
        && path.last().is_some_and(|&name| unit.module.text(name) == "Promise")
    {
        fact.access = Access::Promise;
    }
    fact
}

/// A base's relations are its subclasses'.
fn inherit_relations(project: &mut Project<'_>) {
    for file in 0..project.units.len() {
        for class in 0..project.units[file].classes.len() {
            let mut queue = project.units[file].classes[class].bases.clone();
            let mut at = 0;
            while at < queue.len() {
                let base = queue[at];
                at += 1;
                let facts = project.class(base).clone();
                for next in facts.bases {
                    if !queue.contains(&next) {
                        queue.push(next);
                    }
                }
                let mut inherited: Vec<_> = facts.relations.into_iter().collect();
                inherited.sort_by(|a, b| a.0.cmp(&b.0));
                let mine = &mut project.units[file].classes[class].relations;
                for (name, relation) in inherited {
                    mine.entry(name).or_insert(relation);
                }
            }
        }
    }
}

/// The expression at a position of a call's arguments.
pub fn argument(unit: &Unit, call: ExprId, at: &Position) -> Option<ExprId> {
    let ExprKind::Call { args, .. } = &unit.module.expr(call).kind else { return None };
    argument_of(unit, args, at)
}

pub fn argument_of(unit: &Unit, args: &[Arg], at: &Position) -> Option<ExprId> {
    let module = &unit.module;
    let named = at
        .kw
        .as_ref()
        .and_then(|kw| args.iter().find(|arg| arg.name.is_some_and(|name| module.text(name) == kw.as_str())));
    let positional = || {
        let mut plain = args.iter().filter(|arg| arg.name.is_none());
        match (at.last, at.arg) {
            (Some(last), _) => plain.rev().nth(last),
            (None, Some(index)) => plain.nth(index),
            (None, None) => None,
        }
    };
    let arg = named.or_else(positional)?;
    let Some(key) = &at.key else { return Some(arg.value) };
    entry(unit, arg.value, key)
}

/// The value under a key of an object literal; a position with a key and no argument looks at every object argument.
pub fn entry(unit: &Unit, record: ExprId, key: &str) -> Option<ExprId> {
    let ExprKind::Record { entries, .. } = &unit.module.expr(record).kind else { return None };
    entries.iter().find_map(|entry| match entry {
        Entry::Pair { key: at, value } if unit.module.str_of(*at) == Some(key) => Some(*value),
        _ => None,
    })
}

/// A class, a string naming one, or a function returning one.
pub fn entity_of_argument(project: &Project<'_>, unit: &Unit, arg: ExprId) -> Option<EntityRef> {
    if let Some(class) = project.class_of_expr(unit, arg) {
        return Some(EntityRef::Class(class));
    }
    if let Some(class) = project.entity_by_setting(unit, arg) {
        return Some(EntityRef::Class(class));
    }
    match &unit.module.expr(arg).kind {
        ExprKind::Lit(Lit::Str(text)) => {
            let text = unit.module.text(*text);
            let named = || EntityRef::Named(text.rsplit('.').next().unwrap_or(text).into());
            Some(project.entity_called(unit, text).map_or_else(named, EntityRef::Class))
        }
        ExprKind::Closure(function) => match unit.module.function(*function).body.as_slice() {
            [stmt] => match unit.module.stmt(*stmt).kind {
                StmtKind::Return(Some(value)) => entity_of_argument(project, unit, value),
                _ => None,
            },
            _ => None,
        },
        ExprKind::Var(_) | ExprKind::Name(_) | ExprKind::Member { .. } => {
            let path = unit.path_of_expr(arg)?;
            path.rsplit('.').next().map(|name| EntityRef::Named(name.into()))
        }
        _ => None,
    }
}

/// The accessor's name: a string, or a call whose first argument is one (`backref("xs", lazy=…)`).
fn relation_name(unit: &Unit, arg: ExprId) -> Option<String> {
    match &unit.module.expr(arg).kind {
        ExprKind::Call { args, .. } => {
            args.first().and_then(|first| unit.module.str_of(first.value)).map(str::to_owned)
        }
        _ => unit.module.str_of(arg).map(str::to_owned),
    }
}
