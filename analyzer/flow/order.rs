//! The order in which files are interpreted, so that callees come before callers.
//!
//! Knows which files use declarations of which. Does not know values.
//! Invariant: files of one level never read each other's exports, so that a level may run in parallel and gives the
//! same result whatever the scheduling.

use crate::flow::value::ClassRef;
use crate::ir::{ClassId, ClassKind, ExprKind, ImportId, TypeId, VarKind};
use crate::project::modules::ModuleRef;
use crate::project::symbols::Symbol;
use crate::project::{Project, Unit};
use crate::source::{Family, FileId};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// Files by level: each reads the exports of lower levels only. A file in a cycle of uses stands twice, so that its second
/// visit sees what the first had to leave out; what uses the cycle comes after both.
#[derive(Debug)]
pub struct Order {
    pub levels: Vec<Vec<FileId>>,
    /// Templates, each after those that include it; all of them after all programs.
    pub templates: Vec<Vec<FileId>>,
}

impl Order {
    /// `uses` are the files that each file needs, by `FileId`.
    pub fn of(project: &Project<'_>, uses: &[Vec<usize>]) -> Order {
        let files = |levels: Vec<Vec<usize>>, is_template: bool| {
            let of = |level: Vec<usize>| level.into_iter().filter(|&at| project.units[at].is_template == is_template);
            levels.into_iter().map(|level| of(level).map(|at| FileId(at as u32)).collect()).collect()
        };
        let templates = if project.units.iter().any(|unit| unit.is_template) {
            files(levels(&includers(project)), true)
        } else {
            Vec::new()
        };
        Order { levels: files(levels(uses), false), templates }
    }
}

/// By file, the templates that name it: what they include, extend or import is walked with what they give it.
fn includers(project: &Project<'_>) -> Vec<Vec<usize>> {
    let mut includers = vec![Vec::new(); project.units.len()];
    for (at, unit) in project.units.iter().enumerate().filter(|(_, unit)| unit.is_template) {
        let names = unit.module.strings.iter().filter(|text| text.contains('.'));
        let mut named: Vec<usize> =
            names.filter_map(|name| project.template_named(unit, name)).map(|file| file.0 as usize).collect();
        let tags = unit.module.strings.iter().filter_map(|name| project.template_tag(name)?.template.as_deref());
        named.extend(tags.filter_map(|name| project.template_named(unit, name)).map(|file| file.0 as usize));
        named.sort_unstable();
        named.dedup();
        for included in named.into_iter().filter(|&included| included != at) {
            includers[included].push(at);
        }
    }
    includers
}

/// Files whose declarations a file names, by number.
pub fn dependencies(project: &Project<'_>, unit: &Unit) -> Vec<usize> {
    let module = &unit.module;
    let is_go = unit.family() == Family::Go;
    let members = module.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Member { name, .. } if is_go => Some(module.text(*name)),
        _ => None,
    });
    let mut uses = Uses { project, called: members.collect(), seen: FxHashSet::default(), files: Vec::new() };
    for import in 0..module.imports.len() {
        let symbol = project.symbol_of_import(unit.file, ImportId(import as u32));
        // Of a Go package, the files count that declare what is named.
        if !(is_go && matches!(symbol, Some(Symbol::Module(_)))) {
            uses.note(symbol);
        }
    }
    for ty in 0..module.types.len() {
        if let Some(class) = project.class_of_type(unit, TypeId(ty as u32)) {
            uses.note_class(class);
        }
    }
    if unit.family() == Family::TypeScript {
        uses.files.extend(module.strings.iter().filter_map(|name| Some(project.method_by_name(name)?.file)));
    }
    for at in 0..module.classes.len() {
        uses.note_class(ClassRef { file: unit.file, id: ClassId(at as u32) });
    }
    if is_go {
        // A type of which only a method stands here.
        let mut free: Vec<_> = module.functions.iter().filter_map(|function| function.receiver_type).collect();
        let mut members = Vec::new();
        for expr in &module.exprs {
            match expr.kind {
                ExprKind::Name(name) => free.push(name),
                ExprKind::Member { base, name, .. } => {
                    if let ExprKind::Var(var) = module.expr(base).kind
                        && let VarKind::Import(import) = module.var(var).kind
                    {
                        members.push((import, name));
                    }
                }
                _ => {}
            }
        }
        // Names of the package's other files.
        free.sort_unstable();
        free.dedup();
        for name in free {
            uses.note(project.symbol_of_free_name(unit.file, module.text(name)));
        }
        members.sort_unstable();
        members.dedup();
        for (import, name) in members {
            let imported = project.symbol_of_import(unit.file, import);
            let member = imported.and_then(|symbol| project.member_of_symbol(symbol, module.text(name)));
            uses.note(member);
        }
    }
    let mut files: Vec<usize> =
        uses.files.into_iter().filter(|&file| file != unit.file).map(|file| file.0 as usize).collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// The files of what one file names.
struct Uses<'a, 'm> {
    project: &'a Project<'m>,
    /// Names of members that stand in the file.
    called: FxHashSet<&'a str>,
    /// Classes whose files are noted.
    seen: FxHashSet<ClassRef>,
    files: Vec<FileId>,
}

impl Uses<'_, '_> {
    fn note(&mut self, symbol: Option<Symbol>) {
        match symbol {
            Some(Symbol::Module(ModuleRef::File(file)) | Symbol::Variable(file, _) | Symbol::Value(file, _)) => {
                self.files.push(file);
            }
            Some(Symbol::Module(module @ ModuleRef::Package(_))) => self.files.extend(self.project.files_of(module)),
            Some(Symbol::Class(class)) => self.note_class(class),
            Some(Symbol::Function(function)) => self.files.push(function.file),
            None => {}
        }
    }

    /// The files with the code of a class: its methods that are named here, those of what it is made of, of its fields that
    /// are named here (`s.driver.List()`), and of what stands behind it. An interface has no code of its own; left out, it
    /// does not tie its implementations to whoever calls them through it.
    fn note_class(&mut self, class: ClassRef) {
        let project = self.project;
        let mut waiting = vec![class];
        while let Some(class) = waiting.pop() {
            if !self.seen.insert(class) {
                continue;
            }
            let facts = project.class(class);
            let unit = project.unit(class.file);
            let declared = unit.module.class(class.id);
            if declared.kind != ClassKind::Interface {
                self.files.push(class.file);
                // Go: methods may stand in other files than their type.
                let methods = facts.methods.iter().filter(|(name, _)| self.called.contains(&***name));
                self.files.extend(methods.map(|(_, method)| method.file));
            }
            let named = declared.fields.iter().filter(|field| self.called.contains(unit.module.text(field.name)));
            let fields = named.filter_map(|field| project.class_of_type(unit, field.ty?));
            waiting.extend(facts.bases.iter().chain(project.implementations(class)).copied().chain(fields));
        }
    }
}

/// Levels, in which a file of a cycle stands twice.
fn levels(uses: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut graph = DiGraph::<(), ()>::with_capacity(uses.len(), uses.iter().map(Vec::len).sum());
    let nodes: Vec<NodeIndex> = uses.iter().map(|_| graph.add_node(())).collect();
    for (user, used) in uses.iter().enumerate() {
        for &used in used {
            graph.add_edge(nodes[user], nodes[used], ());
        }
    }
    let mut levels: Vec<Vec<usize>> = Vec::new();
    // By file: the first level at which all that is known of it can be read.
    let mut ready = vec![0; uses.len()];
    // What is used comes first.
    for component in tarjan_scc(&graph) {
        let mut files: Vec<usize> = component.into_iter().map(NodeIndex::index).collect();
        files.sort_unstable();
        let start = files.iter().flat_map(|&file| &uses[file]).map(|&used| ready[used]).max().unwrap_or_default();
        let inner = levels_of_cycle(&files, uses);
        let depth = inner.iter().copied().max().map_or(0, |deepest| deepest + 1);
        let rounds = if files.len() > 1 { 2 } else { 1 };
        let end = start + rounds * depth;
        if levels.len() < end {
            levels.resize_with(end, Vec::new);
        }
        for (&file, inner) in files.iter().zip(inner) {
            ready[file] = end;
            for round in 0..rounds {
                levels[start + round * depth + inner].push(file);
            }
        }
    }
    for level in &mut levels {
        level.sort_unstable();
    }
    levels
}

/// Levels of files that use each other, once the uses that close a cycle are left out.
fn levels_of_cycle(files: &[usize], uses: &[Vec<usize>]) -> Vec<usize> {
    let place = |file: usize| files.binary_search(&file).ok();
    let used: Vec<Vec<usize>> =
        files.iter().map(|&file| uses[file].iter().filter_map(|&used| place(used)).collect()).collect();
    let mut levels: Vec<Option<usize>> = vec![None; files.len()];
    for at in in_order(&used) {
        let lower = used[at].iter().filter_map(|&used| levels[used]);
        levels[at] = Some(lower.max().map_or(0, |deepest| deepest + 1));
    }
    levels.into_iter().map(Option::unwrap_or_default).collect()
}

/// An order in which few files come before one that they use (Eades, Lin and Smyth, "A fast and effective heuristic for the
/// feedback arc set problem", 1993): what uses nothing that is left comes first, what nothing that is left uses comes last,
/// and a cycle is opened where a file is used most and uses least.
fn in_order(used: &[Vec<usize>]) -> Vec<usize> {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); used.len()];
    for (user, used) in used.iter().enumerate() {
        for &used in used {
            users[used].push(user);
        }
    }
    let mut left = Left {
        uses: used.iter().map(Vec::len).collect(),
        users: users.iter().map(Vec::len).collect(),
        by_use: BTreeSet::new(),
        ends: Vec::new(),
    };
    (0..used.len()).for_each(|at| left.put_back(at));
    let (mut first, mut last) = (Vec::new(), Vec::new());
    while let Some(&(_, most_used)) = left.by_use.first() {
        let at = left.ends.pop().unwrap_or(most_used);
        if !left.take_out(at) {
            continue;
        }
        if left.users[at] == 0 && left.uses[at] > 0 {
            last.push(at);
        } else {
            first.push(at);
        }
        for &used in &used[at] {
            let is_left = left.take_out(used);
            left.users[used] -= 1;
            if is_left {
                left.put_back(used);
            }
        }
        for &user in &users[at] {
            let is_left = left.take_out(user);
            left.uses[user] -= 1;
            if is_left {
                left.put_back(user);
            }
        }
    }
    last.reverse();
    first.extend(last);
    first
}

/// The files that have no place in an order yet.
struct Left {
    /// By file: how many of those that are left it uses, and how many use it.
    uses: Vec<usize>,
    users: Vec<usize>,
    /// What is used most and uses least comes first.
    by_use: BTreeSet<(isize, usize)>,
    /// Files that use none of the others, or that none of them uses; some were taken out since.
    ends: Vec<usize>,
}

impl Left {
    fn key(&self, at: usize) -> (isize, usize) {
        (self.uses[at].cast_signed() - self.users[at].cast_signed(), at)
    }

    /// Whether it was still left.
    fn take_out(&mut self, at: usize) -> bool {
        self.by_use.remove(&self.key(at))
    }

    fn put_back(&mut self, at: usize) {
        self.by_use.insert(self.key(at));
        if self.uses[at] == 0 || self.users[at] == 0 {
            self.ends.push(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::levels;

    #[test]
    fn what_is_used_comes_first() {
        // 0 uses 1 and 2, 1 uses 2, 3 stands alone.
        let levels = levels(&[vec![1, 2], vec![2], vec![], vec![]]);
        assert_eq!(levels, [vec![2, 3], vec![1], vec![0]]);
    }

    #[test]
    fn a_cycle_is_opened_at_what_is_used_most() {
        // Models that all of 1, 2 and 3 use, and that use 3 in one place.
        assert_eq!(super::levels_of_cycle(&[0, 1, 2, 3], &[vec![3], vec![0, 2], vec![0], vec![0, 1]]), [0, 2, 1, 3]);
    }

    #[test]
    fn a_cycle_is_visited_twice_before_what_uses_it() {
        // 0 uses 1, 1 uses 2, 2 uses 0; 3 uses 0. Each order of the three leaves out one use.
        let levels = levels(&[vec![1], vec![2], vec![0], vec![0]]);
        assert_eq!(levels, [vec![0], vec![2], vec![1], vec![0], vec![2], vec![1], vec![3]]);
    }
}
