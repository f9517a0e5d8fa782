//! Turns a concrete syntax tree into IR, with the file's own scopes already resolved.
//!
//! Knows the three languages, and templates, which have no tree. Does not know libraries, rules or other files; one language's module knows nothing of another's.
//! Invariant: lowering is total. A node that no lowering knows becomes `Opaque` over its lowered children.
//! Invariant: no recursion deeper than `MAX_DEPTH`; what lies deeper is one childless `Opaque`.

pub mod builder;
mod go;
mod python;
mod template;
mod typescript;

use crate::ir::Module;
use crate::source::{Family, Language};
use tree_sitter::Tree;

/// Nesting of syntax nodes that a lowering follows. Real code stays below 200; each level costs some 500 bytes of stack.
pub const MAX_DEPTH: u32 = 400;

/// Lowers one parsed file; never fails.
pub fn lower(language: Language, tree: &Tree, bytes: &[u8]) -> Module {
    let mut module = match language.family() {
        Family::Python => python::lower(tree, bytes),
        Family::TypeScript => typescript::lower(language, tree, bytes),
        Family::Go => go::lower(tree, bytes),
    };
    module.shrink_to_fit();
    module
}

/// Lowers a template of Django or Jinja; never fails.
pub fn lower_template(bytes: &[u8]) -> Module {
    template::lower(bytes)
}
