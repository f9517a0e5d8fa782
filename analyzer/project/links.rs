//! Follows imports, re-exports and members of modules to the declaration.
//!
//! ```python
//! from .orders import Order        # in shop/__init__.py: `shop.Order` is the class in shop/orders.py
//! from sqlalchemy.orm import Session   # in app/db.py: `from app.db import Session` is the library's
//! ```
//! Knows modules and IR. Does not know values.
//! Invariant: a cycle of imports or re-exports ends without a target.

use super::Unit;
use super::modules::{ModuleRef, Modules};
use super::symbols::Symbol;
use crate::flow::value::{ClassRef, FnRef};
use crate::ir::{Export, ExprKind, Imported, MODULE_FN, VarId, VarKind};
use crate::source::{Family, FileId};
use std::cell::RefCell;
use std::sync::Arc;

/// Where a name leads.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Target {
    Symbol(Symbol),
    /// Out of the tree: the path in the form of `Unit::import_paths`.
    Library(Arc<str>),
}

#[derive(Clone, Debug)]
enum Import {
    Unasked,
    UnderWay,
    Known(Option<Target>),
}

pub(super) struct Links<'a> {
    units: &'a [Unit],
    modules: &'a Modules,
    /// While the units' own `import_symbols` are not filled: what is known so far.
    filling: Option<RefCell<Vec<Vec<Import>>>>,
}

/// Modules whose names all count in another, on the way to one name.
type Seen<'n> = Vec<(FileId, &'n str)>;

impl<'a> Links<'a> {
    /// Over units whose imports are resolved.
    pub(super) fn of(units: &'a [Unit], modules: &'a Modules) -> Links<'a> {
        Links { units, modules, filling: None }
    }

    /// Where every import leads, by `FileId` and `ImportId`.
    pub(super) fn all(units: &'a [Unit], modules: &'a Modules) -> Vec<Vec<Option<Target>>> {
        let unasked = units.iter().map(|unit| vec![Import::Unasked; unit.module.imports.len()]).collect();
        let links = Links { units, modules, filling: Some(RefCell::new(unasked)) };
        let of = |unit: &Unit| (0..unit.module.imports.len()).map(|at| links.import(unit.file, at)).collect();
        units.iter().map(of).collect()
    }

    fn unit(&self, file: FileId) -> &'a Unit {
        &self.units[file.0 as usize]
    }

    /// Where an import leads; nowhere, where its own module is a library's.
    fn import(&self, file: FileId, at: usize) -> Option<Target> {
        let Some(filling) = &self.filling else {
            return self.unit(file).import_symbols.get(at).copied().flatten().map(Target::Symbol);
        };
        let (row, module) = (file.0 as usize, self.modules.of_import(file, at)?);
        match &filling.borrow()[row][at] {
            Import::Known(target) => return target.clone(),
            Import::UnderWay => return None,
            Import::Unasked => {}
        }
        filling.borrow_mut()[row][at] = Import::UnderWay;
        let target = self.imported(file, at, module);
        filling.borrow_mut()[row][at] = Import::Known(target.clone());
        target
    }

    fn imported(&self, file: FileId, at: usize, module: ModuleRef) -> Option<Target> {
        let unit = self.unit(file);
        match unit.module.imports[at].what {
            Imported::Module | Imported::All | Imported::Nothing => {
                let whole = self.common_whole(module);
                Some(whole.unwrap_or(Target::Symbol(Symbol::Module(module))))
            }
            Imported::Default => {
                let is_common = |file: FileId| !self.unit(file).module.exports.iter().any(|e| self.is_es(file, e));
                self.member(module, "default").or_else(|| match module {
                    ModuleRef::File(file) if is_common(file) => Some(Target::Symbol(Symbol::Module(module))),
                    ModuleRef::File(_) | ModuleRef::Package(_) => None,
                })
            }
            Imported::Member(name) => self.member(module, unit.module.text(name)),
        }
    }

    /// `module.exports = Order`: the module itself is the class. A record's entries are the module's members.
    fn common_whole(&self, module: ModuleRef) -> Option<Target> {
        let ModuleRef::File(file) = module else { return None };
        let unit = self.unit(file);
        if unit.family() != Family::TypeScript {
            return None;
        }
        let name = unit.module.strings.lookup("default")?;
        let export = unit.module.exports.iter().find(|export| export.name == Some(name))?;
        if self.is_es(file, export) {
            return None;
        }
        match self.variable(file, export.var?)? {
            Target::Symbol(Symbol::Value(..)) => None,
            target => Some(target),
        }
    }

    /// `export …`, unlike `module.exports = …`, `exports.x = …` and `export = …`.
    fn is_es(&self, file: FileId, export: &Export) -> bool {
        let unit = self.unit(file);
        let text = unit.bytes.get(export.span.start as usize..).unwrap_or_default();
        let is_common = text.starts_with(b"module") || text.starts_with(b"exports");
        let is_assigned = || text.strip_prefix(b"export").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"="));
        !is_common && !is_assigned()
    }

    /// What `module.name` means.
    pub(super) fn member(&self, module: ModuleRef, name: &str) -> Option<Target> {
        self.member_beyond(module, name, &mut Vec::new())
    }

    fn member_beyond<'n>(&self, module: ModuleRef, name: &'n str, seen: &mut Seen<'n>) -> Option<Target>
    where
        'a: 'n,
    {
        let submodule = || self.modules.submodule(module, name).map(|module| Target::Symbol(Symbol::Module(module)));
        match module {
            ModuleRef::Package(package) => {
                self.modules.member_of_package(package, name).map(Target::Symbol).or_else(submodule)
            }
            ModuleRef::File(file) => match self.unit(file).family() {
                Family::Python => self.python_member(file, name, seen).or_else(submodule),
                Family::TypeScript => self.script_member(file, name, seen),
                Family::Go => None,
            },
        }
    }

    fn python_member<'n>(&self, file: FileId, name: &'n str, seen: &mut Seen<'n>) -> Option<Target>
    where
        'a: 'n,
    {
        let unit = self.unit(file);
        let declared = unit.module.strings.lookup(name).and_then(|sym| unit.top_level.get(&sym));
        declared.and_then(|&var| self.variable(file, var)).or_else(|| self.starred(file, name, seen))
    }

    /// `from m import *`, which brings what `__all__` lists, or every name without a leading underscore.
    pub(super) fn starred<'n>(&self, file: FileId, name: &'n str, seen: &mut Seen<'n>) -> Option<Target>
    where
        'a: 'n,
    {
        let unit = self.unit(file);
        if !unit.module.imports.iter().any(|import| import.what == Imported::All) || seen.contains(&(file, name)) {
            return None;
        }
        seen.push((file, name));
        let mut of_library = None;
        for (at, import) in unit.module.imports.iter().enumerate() {
            if import.what != Imported::All {
                continue;
            }
            match self.modules.of_import(file, at) {
                Some(module) => {
                    let found =
                        if self.is_public(module, name) { self.member_beyond(module, name, seen) } else { None };
                    if found.is_some() {
                        return found;
                    }
                }
                None if of_library.is_none() => of_library = unit.import_paths[at].as_deref(),
                // Two libraries: it may be either's.
                None => return None,
            }
        }
        of_library
            .filter(|_| unit.family() == Family::Python)
            .map(|path| Target::Library(format!("{path}.{name}").into()))
    }

    fn is_public(&self, module: ModuleRef, name: &str) -> bool {
        let ModuleRef::File(file) = module else { return true };
        let unit = self.unit(file);
        match unit.module.exports.as_slice() {
            [] => !name.starts_with('_'),
            listed => {
                let sym = unit.module.strings.lookup(name);
                sym.is_some() && listed.iter().any(|export| export.name == sym)
            }
        }
    }

    fn script_member<'n>(&self, file: FileId, name: &'n str, seen: &mut Seen<'n>) -> Option<Target>
    where
        'a: 'n,
    {
        let unit = self.unit(file);
        let module = &unit.module;
        if let Some(sym) = module.strings.lookup(name) {
            for (at, export) in module.exports.iter().enumerate().filter(|(_, export)| export.name == Some(sym)) {
                let found = match export.module {
                    Some(written) => self.re_exported(file, at, export, module.text(written), name, seen),
                    None => export.var.and_then(|var| self.variable(file, var)),
                };
                if found.is_some() {
                    return found;
                }
            }
        }
        if name == "default" {
            return None;
        }
        self.export_starred(file, name, seen).or_else(|| self.entry_of_default(file, name))
    }

    /// `export { a as b } from "./m"`, `export * as ns from "./m"`.
    fn re_exported<'n>(
        &self,
        file: FileId,
        at: usize,
        export: &Export,
        written: &str,
        name: &'n str,
        seen: &mut Seen<'n>,
    ) -> Option<Target>
    where
        'a: 'n,
    {
        let member = export.member.map(|member| self.unit(file).module.text(member));
        let Some(module) = self.modules.of_export(file, at) else {
            let is_tree = written.starts_with('.');
            let path = match member {
                Some("*") => written.to_owned(),
                member => format!("{written}.{}", member.unwrap_or(name)),
            };
            return (!is_tree).then(|| Target::Library(path.into()));
        };
        if member == Some("*") {
            return Some(Target::Symbol(Symbol::Module(module)));
        }
        let key = (file, name);
        if seen.contains(&key) {
            return None;
        }
        seen.push(key);
        self.member_beyond(module, member.unwrap_or(name), seen)
    }

    /// `export * from "./m"`.
    fn export_starred<'n>(&self, file: FileId, name: &'n str, seen: &mut Seen<'n>) -> Option<Target>
    where
        'a: 'n,
    {
        let unit = self.unit(file);
        let is_star = |export: &Export| export.name.is_none() && export.module.is_some();
        if !unit.module.exports.iter().any(is_star) || seen.contains(&(file, name)) {
            return None;
        }
        seen.push((file, name));
        let mut of_library = None;
        let mut libraries = 0;
        for (at, export) in unit.module.exports.iter().enumerate().filter(|(_, export)| is_star(export)) {
            if let Some(module) = self.modules.of_export(file, at) {
                let found = self.member_beyond(module, name, seen);
                if found.is_some() {
                    return found;
                }
            } else {
                of_library = export.module.map(|written| unit.module.text(written));
                libraries += 1;
            }
        }
        let library = of_library.filter(|written| libraries == 1 && !written.starts_with('.'))?;
        Some(Target::Library(format!("{library}.{name}").into()))
    }

    /// `export default { list }`, `module.exports = { list }`: the entry under a name.
    fn entry_of_default(&self, file: FileId, name: &str) -> Option<Target> {
        let unit = self.unit(file);
        let default = unit.module.strings.lookup("default")?;
        let export = unit.module.exports.iter().find(|export| export.name == Some(default))?;
        let value = unit.initializer_of(export.var?)?;
        self.entry(file, value, name)
    }

    /// What stands under a name in an object literal of a file's top level.
    pub(super) fn entry(&self, file: FileId, record: crate::ir::ExprId, name: &str) -> Option<Target> {
        let unit = self.unit(file);
        let value = super::classes::entry(unit, record, name)?;
        match unit.module.expr(value).kind {
            ExprKind::Var(var) => self.variable(file, var),
            ExprKind::Closure(id) => Some(Target::Symbol(Symbol::Function(FnRef { file, id }))),
            _ => Some(Target::Symbol(Symbol::Value(file, value))),
        }
    }

    /// What a variable of a file's top level stands for.
    pub(super) fn variable(&self, file: FileId, var: VarId) -> Option<Target> {
        let unit = self.unit(file);
        let declared = unit.module.var(var);
        let symbol = match declared.kind {
            VarKind::Import(import) => {
                let found = self.import(file, import.index());
                let is_library = self.modules.of_import(file, import.index()).is_none();
                let path = || unit.import_paths[import.index()].clone().map(Target::Library);
                return found.or_else(|| if is_library { path() } else { None });
            }
            VarKind::Function(id) => Symbol::Function(FnRef { file, id }),
            VarKind::Class(id) => Symbol::Class(ClassRef { file, id }),
            VarKind::Local if declared.owner != MODULE_FN => return None,
            VarKind::Local => {
                let is_default = unit.module.text(declared.name) == "default";
                let value = if is_default { unit.initializer_of(var) } else { None };
                match value {
                    Some(value) if matches!(unit.module.expr(value).kind, ExprKind::Record { .. }) => {
                        Symbol::Value(file, value)
                    }
                    Some(_) | None => Symbol::Variable(file, var),
                }
            }
            VarKind::Param | VarKind::Caught => return None,
        };
        Some(Target::Symbol(symbol))
    }
}
