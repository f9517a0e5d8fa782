//! Which file or package an import's path leads to.
//!
//! Knows paths, manifests (`tsconfig.json`, `package.json`, `go.mod`, `pyproject.toml`) and the languages' lookup rules.
//! Does not know what the files declare.

use super::Unit;
use super::go_packages::GoPackages;
use super::symbols::Symbol;
use crate::source::FileId;

/// A package of several files: a Go package, a Python folder without `__init__.py`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PackageId(pub u32);

/// A module of the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ModuleRef {
    File(FileId),
    Package(PackageId),
}

/// The modules of a project.
#[derive(Debug, Default)]
pub struct Modules {
    go: GoPackages,
}

impl Modules {
    pub(super) fn of(units: &[Unit]) -> Modules {
        Modules { go: GoPackages::of(units) }
    }

    /// Go: what a name means that another file of the package declares.
    pub(super) fn name_of_package(&self, file: FileId, name: &str) -> Option<Symbol> {
        self.go.free_name(file, name)
    }
}
