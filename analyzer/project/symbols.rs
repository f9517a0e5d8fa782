//! What names of other files mean: imports, re-exports, members of modules, names of a Go package.
//!
//! Knows modules and IR. Does not know libraries: an import that leads out of the tree has no symbol.
//! Invariant: everything is resolved before any function is interpreted; a cycle of re-exports ends without a symbol.

use super::links::{Links, Target};
use super::modules::ModuleRef;
use super::{Project, Unit};
use crate::flow::value::{ClassRef, FnRef};
use crate::ir::{ExprId, ExprKind, ImportId, MODULE_FN, TypeId, TypeKind, VarId, VarKind};
use crate::source::FileId;
use std::sync::Arc;

/// A declaration of the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Symbol {
    Module(ModuleRef),
    Class(ClassRef),
    Function(FnRef),
    /// A variable at the top level of a file.
    Variable(FileId, VarId),
    /// `export default <expression>`, `module.exports = {…}`.
    Value(FileId, ExprId),
}

impl Project<'_> {
    /// What an import binds, re-exports followed to the declaration.
    pub fn symbol_of_import(&self, file: FileId, import: ImportId) -> Option<Symbol> {
        self.unit(file).import_symbols.get(import.index()).copied().flatten()
    }

    /// What `module.name` means.
    pub fn member_of_module(&self, module: ModuleRef, name: &str) -> Option<Symbol> {
        match self.links().member(module, name)? {
            Target::Symbol(symbol) => Some(symbol),
            Target::Library(_) => None,
        }
    }

    /// The library's path behind `module.name`, where the module has the name from a library.
    pub fn library_of_member(&self, module: ModuleRef, name: &str) -> Option<Arc<str>> {
        match self.links().member(module, name)? {
            Target::Symbol(_) => None,
            Target::Library(path) => Some(path),
        }
    }

    /// What `symbol.name` means: a member of a module, an entry of an object literal that is exported.
    pub fn member_of_symbol(&self, symbol: Symbol, name: &str) -> Option<Symbol> {
        match symbol {
            Symbol::Module(module) => self.member_of_module(module, name),
            Symbol::Value(file, record) => match self.links().entry(file, record, name)? {
                Target::Symbol(symbol) => Some(symbol),
                Target::Library(_) => None,
            },
            Symbol::Class(_) | Symbol::Function(_) | Symbol::Variable(..) => None,
        }
    }

    /// The files of a module.
    pub fn files_of(&self, module: ModuleRef) -> Vec<FileId> {
        match module {
            ModuleRef::File(file) => vec![file],
            ModuleRef::Package(package) => self.modules.files_of(package).to_vec(),
        }
    }

    /// What a name means that the file itself does not declare: another file of the same Go package, `import *`.
    pub fn symbol_of_free_name(&self, file: FileId, name: &str) -> Option<Symbol> {
        if let Some(symbol) = self.modules.name_of_package(file, name) {
            return Some(symbol);
        }
        match self.links().starred(file, name, &mut Vec::new())? {
            Target::Symbol(symbol) => Some(symbol),
            Target::Library(_) => None,
        }
    }

    fn links(&self) -> Links<'_> {
        Links::of(&self.units, &self.modules)
    }

    /// What an expression names: a variable, an import, a member of a module.
    pub fn symbol_of_expr(&self, unit: &Unit, id: ExprId) -> Option<Symbol> {
        match &unit.module.expr(id).kind {
            ExprKind::Var(var) => self.symbol_of_var(unit, *var),
            ExprKind::Name(name) => self.symbol_of_free_name(unit.file, unit.module.text(*name)),
            ExprKind::Member { base, name, .. } => {
                self.member_of_symbol(self.symbol_of_expr(unit, *base)?, unit.module.text(*name))
            }
            // `Repository<User>` as a base, `Generic[T]`.
            ExprKind::Index { base, .. } => self.symbol_of_expr(unit, *base),
            _ => None,
        }
    }

    /// What a variable of a file's top level stands for.
    pub fn symbol_of_var(&self, unit: &Unit, var: VarId) -> Option<Symbol> {
        match unit.module.var(var).kind {
            VarKind::Import(import) => self.symbol_of_import(unit.file, import),
            VarKind::Function(id) => Some(Symbol::Function(FnRef { file: unit.file, id })),
            VarKind::Class(id) => Some(Symbol::Class(ClassRef { file: unit.file, id })),
            VarKind::Local if unit.module.var(var).owner == MODULE_FN => Some(Symbol::Variable(unit.file, var)),
            VarKind::Local | VarKind::Param | VarKind::Caught => None,
        }
    }

    /// The class that an expression names, wherever it is declared.
    pub fn class_of_expr(&self, unit: &Unit, id: ExprId) -> Option<ClassRef> {
        if let Some(id) = unit.class_of_expr(id) {
            return Some(ClassRef { file: unit.file, id });
        }
        // `User.name`, where a class is named by its text.
        if let ExprKind::Member { base, name, .. } = unit.module.expr(id).kind
            && unit.module.text(name) == "name"
            && let Some(class) = self.class_of_expr(unit, base)
        {
            return Some(class);
        }
        match self.symbol_of_expr(unit, id) {
            Some(Symbol::Class(class)) => Some(class),
            Some(Symbol::Variable(file, var)) => {
                let unit = self.unit(file);
                self.looks_up(unit).then(|| self.entity_looked_up(unit, unit.initializer_of(var)?)).flatten()
            }
            None if self.looks_up(unit) => self.entity_looked_up(unit, id),
            None => None,
            Some(Symbol::Module(_) | Symbol::Function(_) | Symbol::Value(..)) => None,
        }
    }

    /// Whether a file calls a function that looks entities up by name.
    fn looks_up(&self, unit: &Unit) -> bool {
        let mut names = self.models_of(unit.file).entity_lookups.iter().filter_map(|path| path.rsplit('.').next());
        names.any(|name| unit.module.strings.lookup(name).is_some())
    }

    /// `get_model("shop", "Order")`
    fn entity_looked_up(&self, unit: &Unit, call: ExprId) -> Option<ClassRef> {
        let ExprKind::Call { callee, args, .. } = &unit.module.expr(call).kind else { return None };
        if !self.models_of(unit.file).entity_lookups.contains(&unit.path_of_expr(*callee)?) {
            return None;
        }
        let texts: Vec<&str> = args.iter().filter_map(|arg| unit.module.str_of(arg.value)).collect();
        self.entity_in_app(unit, &texts)
    }

    /// The entity of that application and name, in two texts or in one with a dot.
    pub fn entity_in_app(&self, unit: &Unit, texts: &[&str]) -> Option<ClassRef> {
        let name = texts.last()?;
        // The application's label need not be the name of a folder.
        self.entity_called(unit, &texts.join(".")).or_else(|| self.entity_called(unit, name.rsplit('.').next()?))
    }

    /// The class that a type names, wherever it is declared.
    pub fn class_of_type(&self, unit: &Unit, id: TypeId) -> Option<ClassRef> {
        let module = &unit.module;
        match &module.ty(id).kind {
            TypeKind::Pointer(inner) => self.class_of_type(unit, *inner),
            TypeKind::Named { head, path, .. } => {
                if let Some(id) = unit.path_of_type(id).1 {
                    return Some(ClassRef { file: unit.file, id });
                }
                let (&first, rest) = path.split_first()?;
                let mut symbol = match head {
                    Some(var) => self.symbol_of_var(unit, *var),
                    None => self.symbol_of_free_name(unit.file, module.text(first)),
                }?;
                for &name in rest {
                    symbol = self.member_of_symbol(symbol, module.text(name))?;
                }
                match symbol {
                    Symbol::Class(class) => Some(class),
                    Symbol::Module(_) | Symbol::Function(_) | Symbol::Variable(..) | Symbol::Value(..) => None,
                }
            }
            TypeKind::List(_)
            | TypeKind::Map(..)
            | TypeKind::Union(_)
            | TypeKind::Literal(_)
            | TypeKind::Function(_)
            | TypeKind::Object(_)
            | TypeKind::Unknown => None,
        }
    }
}
