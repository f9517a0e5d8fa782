//! Turns one file into IR.
use crate::ir::Module;
use tree_sitter::Tree;
pub(super) fn lower(_tree: &Tree, _bytes: &[u8]) -> Module {
    Module::default()
}
