//! Packages of Go: which files belong together, and what they declare at their top level.
//!
//! Knows folders, package clauses and test files. Does not know other languages.
//! Invariant: what a `_test.go` file declares is known to the package's test files alone; `x_test` is a package of its
//! own.

use super::Unit;
use super::manifests::Manifests;
use super::modules::PackageId;
use super::paths::{folder_of, joined};
use super::symbols::Symbol;
use crate::flow::value::{ClassRef, FnRef};
use crate::ir::{MODULE_FN, VarKind};
use crate::source::{Family, FileId};
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(super) struct GoPackages {
    /// By `FileId`.
    of_file: Vec<Option<PackageOfFile>>,
    packages: Vec<Package>,
    /// By folder: the package that imports of it mean.
    importable: HashMap<Box<str>, PackageId>,
}

#[derive(Clone, Copy, Debug)]
struct PackageOfFile {
    package: PackageId,
    is_test: bool,
}

#[derive(Debug, Default)]
struct Package {
    /// Without test files.
    files: Vec<FileId>,
    declared: HashMap<Box<str>, Symbol>,
    /// By the package's test files only.
    declared_in_tests: HashMap<Box<str>, Symbol>,
}

impl GoPackages {
    /// Packages, numbered in the order of their first files.
    pub(super) fn of(units: &[Unit]) -> GoPackages {
        let mut found = GoPackages { of_file: vec![None; units.len()], ..GoPackages::default() };
        let mut ids: HashMap<(&str, &str), PackageId> = HashMap::new();
        for unit in units.iter().filter(|unit| unit.family() == Family::Go) {
            let folder = folder_of(&unit.path);
            let clause = unit.module.package.map_or("", |name| unit.module.text(name));
            let is_test = unit.path.ends_with("_test.go");
            let id = *ids.entry((folder, clause)).or_insert_with(|| {
                let id = PackageId(found.packages.len() as u32);
                found.packages.push(Package::default());
                id
            });
            found.of_file[unit.file.0 as usize] = Some(PackageOfFile { package: id, is_test });
            let package = &mut found.packages[id.0 as usize];
            if !is_test {
                found.importable.entry(folder.into()).or_insert(id);
                package.files.push(unit.file);
            }
            let declared = if is_test { &mut package.declared_in_tests } else { &mut package.declared };
            for (name, symbol) in top_level(unit) {
                declared.entry(name.into()).or_insert(symbol);
            }
        }
        found
    }

    pub(super) fn count(&self) -> usize {
        self.packages.len()
    }

    pub(super) fn member(&self, package: PackageId, name: &str) -> Option<Symbol> {
        self.packages.get(package.0 as usize)?.declared.get(name).copied()
    }

    pub(super) fn files(&self, package: PackageId) -> &[FileId] {
        self.packages.get(package.0 as usize).map_or(&[], |package| &package.files)
    }

    /// The package of an import path: below the module path of a `go.mod`; in a tree without one, the folder that is
    /// left when host, owner and repository are taken off.
    pub(super) fn imported(&self, written: &str, manifests: &Manifests) -> Option<PackageId> {
        for (module, folder) in &manifests.go_modules {
            if let Some(rest) = written.strip_prefix(module.as_str())
                && (rest.is_empty() || rest.starts_with('/'))
            {
                return self.importable.get(joined(folder, rest)?.as_str()).copied();
            }
        }
        let (host, _) = written.split_once('/')?;
        if !manifests.go_modules.is_empty() || !host.contains('.') {
            return None;
        }
        let mut rest = written;
        for _ in 0..3 {
            rest = rest.split_once('/')?.1;
        }
        self.importable.get(rest).copied()
    }

    /// What a name means in a file that does not declare it.
    pub(super) fn free_name(&self, file: FileId, name: &str) -> Option<Symbol> {
        let of_file = self.of_file.get(file.0 as usize).copied().flatten()?;
        let package = &self.packages[of_file.package.0 as usize];
        let in_tests = || package.declared_in_tests.get(name).copied();
        package.declared.get(name).copied().or_else(|| if of_file.is_test { in_tests() } else { None })
    }
}

fn top_level(unit: &Unit) -> impl Iterator<Item = (&str, Symbol)> {
    unit.module.vars.iter().enumerate().filter(|(_, var)| var.owner == MODULE_FN).filter_map(|(at, var)| {
        let symbol = match var.kind {
            VarKind::Function(id) => Symbol::Function(FnRef { file: unit.file, id }),
            VarKind::Class(id) => Symbol::Class(ClassRef { file: unit.file, id }),
            VarKind::Local => Symbol::Variable(unit.file, crate::ir::VarId(at as u32)),
            VarKind::Import(_) | VarKind::Param | VarKind::Caught => return None,
        };
        let name = unit.module.text(var.name);
        (name != "_" && name != "init").then_some((name, symbol))
    })
}
