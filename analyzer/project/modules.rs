//! Which file or package an import's path leads to.
//!
//! Knows paths, manifests (`tsconfig.json`, `package.json`, `go.mod`, `pyproject.toml`) and the languages' lookup rules.
//! Does not know what the files declare.

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
