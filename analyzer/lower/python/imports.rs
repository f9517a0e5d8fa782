//! Imports and exports of Python.
//!
//! ```python
//! import a.b                       # `a` bound to module a, and module a.b without a variable
//! from ..m import (a as b, c)      # level 2, members a (bound to b) and c
//! __all__ = ["run"]                # export run
//! ```
//!
//! Does not know which file a module is.
//! Invariant: an import stands in the module's list wherever it is written; its variable belongs to the function around it.

use super::Lowering;
use super::kinds::Kind;
use crate::ir::{Export, ExprId, ExprKind, Import, ImportId, Imported, Lit, MODULE_FN, SeqKind, Sym, VarKind};
use crate::source::Span;
use crate::syntax::flat::NodeId;

impl Lowering<'_> {
    pub(super) fn import_statement(&mut self, node: NodeId) {
        let tree = self.tree;
        for child in tree.children(node) {
            let span = tree.span(child);
            if tree.kind(child) == Kind::AliasedImport {
                let mut parts = tree.children(child);
                if let Some(name) = parts.next() {
                    let module = self.dotted_sym(name);
                    self.add_import(module, 0, Imported::Module, parts.next(), span);
                }
                continue;
            }
            let Some(first) = self.child(child, 0) else { continue };
            let module = self.sym(first);
            self.add_import(module, 0, Imported::Module, Some(first), span);
            if tree.children(child).nth(1).is_some() {
                let module = self.dotted_sym(child);
                self.add_import(module, 0, Imported::Module, None, span);
            }
        }
    }

    /// `from m import a`, and `from __future__ import a`, whose module is no node.
    pub(super) fn import_from(&mut self, node: NodeId) {
        let tree = self.tree;
        let mut children = tree.children(node);
        let (module, level) = if tree.kind(node) == Kind::FutureImportStatement {
            (self.b.sym("__future__"), 0)
        } else {
            match children.next() {
                Some(from) => self.source_module(from),
                None => return,
            }
        };
        for child in children {
            let span = tree.span(child);
            match tree.kind(child) {
                Kind::WildcardImport => self.add_import(module, level, Imported::All, None, span),
                Kind::AliasedImport => {
                    let mut parts = tree.children(child);
                    if let Some(name) = parts.next() {
                        let member = self.dotted_sym(name);
                        self.add_import(module, level, Imported::Member(member), parts.next(), span);
                    }
                }
                Kind::DottedName => {
                    let member = self.dotted_sym(child);
                    let bound = tree.children(child).last();
                    self.add_import(module, level, Imported::Member(member), bound, span);
                }
                _ => {}
            }
        }
    }

    /// The module of `from ..a.b import x`, without its dots, and their number.
    fn source_module(&mut self, node: NodeId) -> (Sym, u32) {
        let tree = self.tree;
        if tree.kind(node) != Kind::RelativeImport {
            return (self.dotted_sym(node), 0);
        }
        let prefix = tree.first_of(node, Kind::ImportPrefix).map(|prefix| self.text_at(prefix)).unwrap_or_default();
        let level = prefix.bytes().filter(|&byte| byte == b'.').count() as u32;
        let module = match tree.first_of(node, Kind::DottedName) {
            Some(name) => self.dotted_sym(name),
            None => self.b.sym(""),
        };
        (module, level)
    }

    /// `a.b.c` as one symbol; blanks around the dots are no part of it.
    fn dotted_sym(&mut self, node: NodeId) -> Sym {
        let text = self.text_at(node);
        if text.bytes().any(|byte| byte.is_ascii_whitespace() || byte == b'\\') {
            let parts: Vec<_> = self.tree.children(node).map(|part| self.text_at(part)).collect();
            return self.b.sym(&parts.join("."));
        }
        self.b.sym(&text)
    }

    fn add_import(&mut self, module: Sym, level: u32, what: Imported, bound: Option<NodeId>, span: Span) {
        let id = ImportId(self.b.module.imports.len() as u32);
        let var = bound.map(|name| {
            let sym = self.sym(name);
            self.bind_as(sym, VarKind::Import(id), self.tree.span(name))
        });
        self.b.import(Import { module, level, what, var, span });
    }

    /// The names in `__all__`, with the module's variables of these names.
    pub(super) fn exports(&mut self) {
        for (name, span) in std::mem::take(&mut self.exported) {
            let var = self.scopes.lexical(name).filter(|&var| self.b.module.var(var).owner == MODULE_FN);
            self.b.module.exports.push(Export { name: Some(name), var, value: None, module: None, member: None, span });
        }
    }

    /// Strings of a list or tuple, for `__all__`.
    pub(super) fn collect_exported(&mut self, value: ExprId) {
        let module = &self.b.module;
        let mut found = Vec::new();
        let mut pending = vec![value];
        while let Some(id) = pending.pop() {
            let expr = module.expr(id);
            match &expr.kind {
                ExprKind::Lit(Lit::Str(sym)) => found.push((*sym, expr.span)),
                ExprKind::Seq { kind: SeqKind::List | SeqKind::Tuple | SeqKind::Set, items, .. } => {
                    pending.extend(items.iter().rev());
                }
                ExprKind::Binary { left, right, .. } => pending.extend([*right, *left]),
                _ => {}
            }
        }
        self.exported.extend(found);
    }
}
