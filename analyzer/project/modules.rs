//! Which file or package an import's path leads to.
//!
//! Knows paths, manifests (`tsconfig.json`, `package.json`, `go.mod`, `pyproject.toml`) and the languages' lookup rules.
//! Does not know what the files declare.

use super::Unit;
use super::go_packages::GoPackages;
use super::manifests::{Manifest, Manifests};
use super::python_modules::PythonModules;
use super::script_modules::ScriptModules;
use super::symbols::Symbol;
use crate::ir::Sym;
use crate::models::lookup::Models;
use crate::source::{Family, FileId};

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
pub(super) struct Modules {
    go: GoPackages,
    python: PythonModules,
    /// By `FileId` and `ImportId`.
    imports: Vec<Vec<Option<ModuleRef>>>,
    /// By `FileId` and position in `Module::exports`: the module of `export … from "m"`.
    exports: Vec<Vec<Option<ModuleRef>>>,
}

impl Modules {
    pub(super) fn of(units: &[Unit], files: &[Manifest], models: &super::AllModels) -> Modules {
        let manifests = Manifests::of(files);
        let go = GoPackages::of(units);
        let python = PythonModules::of(units, go.count());
        let scripts = ScriptModules::of(units);
        let mut lookup = Lookup {
            python: python.lookup(&manifests, models.of(Family::Python)),
            scripts: scripts.lookup(&manifests, models.of(Family::TypeScript)),
            go: &go,
            manifests: &manifests,
        };
        let imports = units.iter().map(|unit| lookup.of_imports(unit)).collect();
        let exports = units.iter().map(|unit| lookup.of_exports(unit)).collect();
        Modules { go, python, imports, exports }
    }

    /// The module that an import names.
    pub(super) fn of_import(&self, file: FileId, import: usize) -> Option<ModuleRef> {
        self.imports.get(file.0 as usize)?.get(import).copied().flatten()
    }

    /// The module that an export names.
    pub(super) fn of_export(&self, file: FileId, export: usize) -> Option<ModuleRef> {
        self.exports.get(file.0 as usize)?.get(export).copied().flatten()
    }

    /// Python: the module of that name inside a package.
    pub(super) fn submodule(&self, module: ModuleRef, name: &str) -> Option<ModuleRef> {
        self.python.submodule(module, name)
    }

    /// Go: what a package declares for its importers.
    pub(super) fn member_of_package(&self, package: PackageId, name: &str) -> Option<Symbol> {
        self.go.member(package, name)
    }

    /// Go: what a name means that another file of the package declares.
    pub(super) fn name_of_package(&self, file: FileId, name: &str) -> Option<Symbol> {
        self.go.free_name(file, name)
    }

    pub(super) fn files_of(&self, package: PackageId) -> &[FileId] {
        self.go.files(package)
    }
}

struct Lookup<'a> {
    python: super::python_modules::Lookup<'a>,
    scripts: super::script_modules::Lookup<'a>,
    go: &'a GoPackages,
    manifests: &'a Manifests,
}

impl Lookup<'_> {
    fn of_imports(&mut self, unit: &Unit) -> Vec<Option<ModuleRef>> {
        // `import { a, b } from "./m"` is two imports of one module.
        let mut last: Option<(Sym, u32, Option<ModuleRef>)> = None;
        let imports = unit.module.imports.iter().map(|import| match last {
            Some((module, level, found)) if (module, level) == (import.module, import.level) => found,
            _ => {
                let found = self.module(unit, unit.module.text(import.module), import.level);
                last = Some((import.module, import.level, found));
                found
            }
        });
        imports.collect()
    }

    fn of_exports(&mut self, unit: &Unit) -> Vec<Option<ModuleRef>> {
        if unit.family() != Family::TypeScript {
            return Vec::new();
        }
        let mut of = |module: Sym| self.module(unit, unit.module.text(module), 0);
        unit.module.exports.iter().map(|export| export.module.and_then(&mut of)).collect()
    }

    fn module(&mut self, unit: &Unit, written: &str, level: u32) -> Option<ModuleRef> {
        match unit.family() {
            Family::Python => self.python.module(unit, written, level),
            Family::TypeScript => self.scripts.module(unit, written).map(ModuleRef::File),
            Family::Go => self.go.imported(written, self.manifests).map(ModuleRef::Package),
        }
    }
}

/// Whether a library that the models describe is imported by this top-level name.
pub(super) fn is_modelled(models: &Models, name: &str) -> bool {
    let first = |prefix: &str| prefix.split(['.', '/']).next().is_some_and(|first| first == name);
    models.libraries.iter().any(|library| library.imports.iter().any(|prefix| first(prefix)))
}
