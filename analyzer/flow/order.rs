//! The order in which files are interpreted, so that callees come before callers.
//!
//! Knows which files use declarations of which. Does not know values.
//! Invariant: files of one level never read each other's exports, so that a level may run in parallel and gives the
//! same result whatever the scheduling.

use crate::flow::value::ClassRef;
use crate::ir::{ClassId, ExprKind, ImportId, TypeKind};
use crate::project::modules::ModuleRef;
use crate::project::symbols::Symbol;
use crate::project::{Project, Unit};
use crate::source::{Family, FileId};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::DfsPostOrder;
use rustc_hash::FxHashSet;

/// Files by level: each reads the exports of lower levels only.
#[derive(Debug)]
pub struct Order {
    pub levels: Vec<Vec<FileId>>,
    /// Files in an import cycle, in the same order: a second visit sees what the first had to leave out.
    pub again: Vec<Vec<FileId>>,
}

impl Order {
    pub fn of(project: &Project<'_>) -> Order {
        let uses: Vec<Vec<usize>> = project.units.iter().map(|unit| dependencies(project, unit)).collect();
        let (level, in_cycle) = levels(&uses);
        let depth = level.iter().copied().max().map_or(0, |deepest| deepest + 1);
        let mut levels = vec![Vec::new(); depth];
        let mut again = vec![Vec::new(); depth];
        for file in 0..uses.len() {
            levels[level[file]].push(FileId(file as u32));
            if in_cycle[file] {
                again[level[file]].push(FileId(file as u32));
            }
        }
        again.retain(|level| !level.is_empty());
        Order { levels, again }
    }
}

/// Files whose declarations a file names.
fn dependencies(project: &Project<'_>, unit: &Unit) -> Vec<usize> {
    let mut files = Vec::new();
    let is_go = unit.family() == Family::Go;
    let called: FxHashSet<&str> = unit
        .module
        .exprs
        .iter()
        .filter_map(|expr| match &expr.kind {
            ExprKind::Member { name, .. } if is_go => Some(unit.module.text(*name)),
            _ => None,
        })
        .collect();
    // Go: methods may stand in other files than their type.
    let methods_called = |class: ClassRef| {
        let methods = project.class(class).methods.iter();
        methods.filter(|(name, _)| called.contains(&***name)).map(|(_, method)| method.file).collect::<Vec<_>>()
    };
    let mut note = |symbol: Option<Symbol>| match symbol {
        Some(Symbol::Module(ModuleRef::File(file)) | Symbol::Variable(file, _) | Symbol::Value(file, _)) => {
            files.push(file);
        }
        Some(Symbol::Module(module @ ModuleRef::Package(_))) => files.extend(project.files_of(module)),
        Some(Symbol::Class(class)) => {
            files.push(class.file);
            files.extend(methods_called(class));
            for &implementation in project.implementations(class) {
                files.push(implementation.file);
                files.extend(project.class(implementation).methods.values().map(|method| method.file));
            }
        }
        Some(Symbol::Function(function)) => files.push(function.file),
        None => {}
    };
    for import in 0..unit.module.imports.len() {
        note(project.symbol_of_import(unit.file, ImportId(import as u32)));
    }
    for at in 0..unit.module.classes.len() {
        note(Some(Symbol::Class(ClassRef { file: unit.file, id: ClassId(at as u32) })));
    }
    // Go: names of the package's other files.
    if is_go {
        let names = unit.module.exprs.iter().filter_map(|expr| match &expr.kind {
            ExprKind::Name(name) => Some(*name),
            _ => None,
        });
        let types = unit.module.types.iter().filter_map(|ty| match &ty.kind {
            TypeKind::Named { head: None, path, .. } => path.first().copied(),
            _ => None,
        });
        let receivers = unit.module.functions.iter().filter_map(|function| function.receiver_type);
        let mut free: Vec<_> = names.chain(types).chain(receivers).collect();
        free.sort_unstable();
        free.dedup();
        for name in free {
            note(project.symbol_of_free_name(unit.file, unit.module.text(name)));
        }
    }
    let mut files: Vec<usize> =
        files.into_iter().filter(|&file| file != unit.file).map(|file| file.0 as usize).collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// Levels, once the uses that close a cycle are left out; and which files are in a cycle.
fn levels(uses: &[Vec<usize>]) -> (Vec<usize>, Vec<bool>) {
    let mut graph = DiGraph::<(), ()>::with_capacity(uses.len(), uses.iter().map(Vec::len).sum());
    let nodes: Vec<NodeIndex> = uses.iter().map(|_| graph.add_node(())).collect();
    for (user, used) in uses.iter().enumerate() {
        for &used in used {
            graph.add_edge(nodes[user], nodes[used], ());
        }
    }
    let mut in_cycle = vec![false; uses.len()];
    for component in tarjan_scc(&graph).into_iter().filter(|component| component.len() > 1) {
        for node in component {
            in_cycle[node.index()] = true;
        }
    }
    // A file that is left before one that it uses closes a cycle with it.
    let mut left: Vec<Option<usize>> = vec![None; uses.len()];
    let mut walk = DfsPostOrder::empty(&graph);
    for &start in &nodes {
        walk.move_to(start);
        while let Some(node) = walk.next(&graph) {
            let lower = uses[node.index()].iter().filter_map(|&used| left[used]);
            left[node.index()] = Some(lower.max().map_or(0, |deepest| deepest + 1));
        }
    }
    (left.into_iter().map(Option::unwrap_or_default).collect(), in_cycle)
}

#[cfg(test)]
mod tests {
    use super::levels;

    #[test]
    fn what_is_used_comes_first() {
        // 0 uses 1 and 2, 1 uses 2, 3 stands alone.
        let (level, in_cycle) = levels(&[vec![1, 2], vec![2], vec![], vec![]]);
        assert_eq!(level, [2, 1, 0, 0]);
        assert_eq!(in_cycle, [false; 4]);
    }

    #[test]
    fn a_cycle_is_cut_where_the_walk_comes_back() {
        // 0 uses 1, 1 uses 2, 2 uses 0; 3 uses 0.
        let (level, in_cycle) = levels(&[vec![1], vec![2], vec![0], vec![0]]);
        assert_eq!(level, [2, 1, 0, 3]);
        assert_eq!(in_cycle, [true, true, true, false]);
    }
}
