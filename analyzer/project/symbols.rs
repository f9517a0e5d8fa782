//! What names of other files mean: imports, re-exports, members of modules, names of a Go package.
//!
//! Knows modules and IR. Does not know libraries: an import that leads out of the tree has no symbol.
//! Invariant: everything is resolved before any function is interpreted; a cycle of re-exports ends without a symbol.

use super::Project;
use super::modules::ModuleRef;
use crate::flow::value::{ClassRef, FnRef};
use crate::ir::{ExprId, ImportId, VarId};
use crate::source::FileId;

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
        let _ = (module, name);
        None
    }

    /// The files of a module.
    pub fn files_of(&self, module: ModuleRef) -> Vec<FileId> {
        let _ = module;
        Vec::new()
    }

    /// What a name means that the file itself does not declare: another file of the same Go package, `import *`.
    pub fn symbol_of_free_name(&self, file: FileId, name: &str) -> Option<Symbol> {
        let _ = (file, name);
        None
    }
}
