//! Which classes stand behind an interface or abstract class.
//!
//! Knows bases and methods of classes. Python and TypeScript name what they implement; in Go a type implements an
//! interface by having its methods, each with as many parameters and results. Does not know values.
//! Invariant: test doubles are left out, and an interface that much of a program fits (`Close()`) has none.

use super::Project;
use crate::flow::value::{ClassRef, FnRef};
use crate::ir::{ClassId, ClassKind, Module, TypeId, TypeKind};
use crate::source::{Family, FileId, classify};
use rustc_hash::FxHashMap;

/// More implementations than this say that the interface is a general one (`io.Writer`), not a seam of the program.
const MAX_IMPLEMENTATIONS: usize = 6;

/// Types that are looked at for one interface, before those are left out that have all of it from another.
const MAX_FITTING: usize = 64;

pub(super) type Implementations = FxHashMap<ClassRef, Vec<ClassRef>>;

pub(super) fn of(project: &Project<'_>) -> Implementations {
    let mut found = nominal(project);
    structural(project, &mut found);
    found.retain(|_, classes| (1..=MAX_IMPLEMENTATIONS).contains(&classes.len()));
    found
}

/// The other way round, for interfaces of generated code.
pub(super) fn generated(project: &Project<'_>) -> Implementations {
    let mut found = Implementations::default();
    for interface in classes(project).filter(|class| project.unit(class.file).is_generated) {
        for &class in project.implementations(interface) {
            found.entry(class).or_default().push(interface);
        }
    }
    found
}

fn classes<'a>(project: &'a Project<'_>) -> impl Iterator<Item = ClassRef> + 'a {
    project
        .units
        .iter()
        .flat_map(|unit| (0..unit.module.classes.len()).map(|at| ClassRef { file: unit.file, id: ClassId(at as u32) }))
}

/// Classes that name the other as a base, however far up.
fn nominal(project: &Project<'_>) -> Implementations {
    let mut found = Implementations::default();
    for class in classes(project).filter(|&class| family(project, class.file) != Family::Go) {
        if is_double(project, class) {
            continue;
        }
        let mut ancestors = project.class(class).bases.clone();
        let mut at = 0;
        while at < ancestors.len() {
            let base = ancestors[at];
            at += 1;
            found.entry(base).or_default().push(class);
            for &next in &project.class(base).bases {
                if !ancestors.contains(&next) && next != class {
                    ancestors.push(next);
                }
            }
        }
    }
    found
}

/// Go types that have every method of an interface.
fn structural(project: &Project<'_>, found: &mut Implementations) {
    let mut types_by_method: FxHashMap<&str, Vec<ClassRef>> = FxHashMap::default();
    let go = || classes(project).filter(|&class| family(project, class.file) == Family::Go);
    for class in go().filter(|&class| kind(project, class) == ClassKind::Struct && !is_double(project, class)) {
        for (name, _) in own_methods(project, class) {
            types_by_method.entry(name).or_default().push(class);
        }
    }
    for interface in go().filter(|&class| kind(project, class) == ClassKind::Interface) {
        let wanted = all_methods(project, interface);
        // The rarest method leaves the fewest types to ask.
        let nobody = Vec::new();
        let candidates =
            wanted.iter().map(|(name, _)| types_by_method.get(*name).unwrap_or(&nobody)).min_by_key(|c| c.len());
        let fitting = candidates.into_iter().flatten().copied().filter(|&class| {
            let has = own_methods(project, class);
            wanted.iter().all(|method| has.contains(method)) && fits(project, interface, class)
        });
        let fitting: Vec<ClassRef> = fitting.take(MAX_FITTING).collect();
        let fitting = without_promoted(project, &wanted, fitting);
        if !fitting.is_empty() {
            found.insert(interface, fitting);
        }
    }
}

/// `type artistRepository struct { sqlRepository }` has `SetStar` from what it embeds: the embedded type stands for all that
/// declare no method of the interface themselves.
fn without_promoted(project: &Project<'_>, wanted: &[(&str, (usize, usize))], fitting: Vec<ClassRef>) -> Vec<ClassRef> {
    if fitting.len() <= MAX_IMPLEMENTATIONS {
        return fitting;
    }
    let declares = |class: ClassRef| {
        let own = &project.class(class).methods;
        wanted.iter().any(|(name, _)| own.contains_key(*name))
    };
    let is_promoted = |class: ClassRef| {
        let mut embedded = project.class(class).bases.iter();
        !declares(class) && embedded.any(|base| fitting.contains(base))
    };
    fitting.iter().copied().filter(|&class| !is_promoted(class)).collect()
}

/// Whether the methods that an interface itself declares have the same parameters and results in a type: `Create(ctx, *Plugin)`
/// is not what `Create(ctx, *Stage)` asks for.
fn fits(project: &Project<'_>, interface: ClassRef, class: ClassRef) -> bool {
    let has = &project.class(class).methods;
    project.class(interface).methods.iter().all(|(name, wanted)| {
        // A promoted method is not looked at.
        has.get(name).is_none_or(|own| {
            let (ours, theirs) = (signature(project, *own), signature(project, *wanted));
            ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(a, b)| a == b || a.is_none() || b.is_none())
        })
    })
}

/// Names of the types that a method takes and gives, without packages; `None` for what has no name.
fn signature<'a>(project: &'a Project<'_>, method: FnRef) -> Vec<Option<&'a str>> {
    let module = &project.unit(method.file).module;
    let function = module.function(method.id);
    let params = function.params.iter().map(|param| param.ty);
    params.chain(function.returns.iter().map(|&ty| Some(ty))).map(|ty| type_name(module, ty?)).collect()
}

fn type_name(module: &Module, ty: TypeId) -> Option<&str> {
    match &module.ty(ty).kind {
        TypeKind::Pointer(inner) | TypeKind::List(inner) => type_name(module, *inner),
        TypeKind::Named { path, .. } => {
            let name = path.last().map(|&name| module.text(name))?;
            // An alias of another package, or a parameter of the type, may stand for it.
            let is_open = name == "any" || name.len() == 1;
            (!is_open).then_some(name)
        }
        TypeKind::Map(..)
        | TypeKind::Union(_)
        | TypeKind::Literal(_)
        | TypeKind::Function(_)
        | TypeKind::Object(_)
        | TypeKind::Unknown => None,
    }
}

/// A type's methods, those of embedded types included: name, number of parameters, number of results.
fn all_methods<'a>(project: &'a Project<'_>, class: ClassRef) -> Vec<(&'a str, (usize, usize))> {
    methods_but(project, class, None)
}

/// As `all_methods`, without those of embedded interfaces: what a type embeds an interface for, somebody else implements.
fn own_methods<'a>(project: &'a Project<'_>, class: ClassRef) -> Vec<(&'a str, (usize, usize))> {
    methods_but(project, class, Some(ClassKind::Interface))
}

fn methods_but<'a>(
    project: &'a Project<'_>,
    class: ClassRef,
    left_out: Option<ClassKind>,
) -> Vec<(&'a str, (usize, usize))> {
    let mut seen = vec![class];
    let mut methods: Vec<(&str, (usize, usize))> = Vec::new();
    let mut at = 0;
    while at < seen.len() {
        let facts = project.class(seen[at]);
        at += 1;
        methods.extend(facts.methods.iter().map(|(name, method)| {
            let function = project.unit(method.file).module.function(method.id);
            (&**name, (function.params.len(), function.returns.len()))
        }));
        for &base in &facts.bases {
            if !seen.contains(&base) && left_out != Some(kind(project, base)) {
                seen.push(base);
            }
        }
    }
    methods.sort_unstable();
    methods.dedup();
    methods
}

fn family(project: &Project<'_>, file: FileId) -> Family {
    project.unit(file).family()
}

fn kind(project: &Project<'_>, class: ClassRef) -> ClassKind {
    project.unit(class.file).module.class(class.id).kind
}

/// Mocks, fakes and what stands in test code.
fn is_double(project: &Project<'_>, class: ClassRef) -> bool {
    let unit = project.unit(class.file);
    let name = unit.module.text(unit.module.class(class.id).name).to_ascii_lowercase();
    let says_so = |text: &str| ["mock", "fake", "stub", "noop", "dummy"].iter().any(|word| text.contains(word));
    says_so(&name) || says_so(&unit.path.to_ascii_lowercase()) || classify::is_test_path(&unit.path)
}
