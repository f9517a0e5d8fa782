//! Turns one Python file into IR.
//!
//! ```python
//! def open_orders(user):                       # fn open_orders(user)
//!     if user is None: raise Denied()          #   if (user is null)  raise Denied()
//!     return [o.id for o in user.orders]       #   return list[for o in user.orders yield o.id]
//! ```
//!
//! Knows Python 3.8 to 3.14, and of Python 2 what the grammar reads. Does not know libraries, rules or other files.
//! Invariant: every statement and expression is lowered or becomes `Opaque` over its lowered children; ERROR nodes
//! inside an expression are left out, at statement level their children are lowered as statements.
//! Invariant: spans are byte offsets into the original file; none is invented.
//! Invariant: a write's span is the statement's for assignments, and the name's or target's for everything else.

mod class;
mod expr;
mod function;
mod imports;
mod kinds;
mod literal;
mod operators;
mod pattern;
mod scope;
mod stmt;
#[cfg(test)]
mod tests;
mod type_text;
mod types;

use crate::ir::{Block, ExprId, ExprKind, FnId, Function, Module, Sym, VarId};
use crate::lower::MAX_DEPTH;
use crate::lower::builder::Builder;
use crate::source::Span;
use crate::syntax::flat::{FlatTree, NodeId};
use kinds::Kind;
use scope::{Context, Scopes};
use std::borrow::Cow;
use std::collections::HashMap;
use tree_sitter::Tree;

pub(super) fn lower(tree: &Tree, bytes: &[u8]) -> Module {
    let mut flat = FlatTree::new(tree, kinds::shapes(), Kind::Error);
    let comments = std::mem::take(&mut flat.comments);
    let mut lowering = Lowering {
        b: Builder::default(),
        tree: &flat,
        bytes,
        text: std::str::from_utf8(bytes).ok(),
        scopes: Scopes::default(),
        globals: HashMap::new(),
        contexts: Vec::new(),
        exported: Vec::new(),
        depth: 0,
    };
    lowering.module();
    let mut module = lowering.b.module;
    module.comments = comments;
    module.stats.nodes = flat.named;
    module.stats.errors = flat.errors.len() as u32;
    module
}

struct Lowering<'t> {
    b: Builder,
    tree: &'t FlatTree<Kind>,
    bytes: &'t [u8],
    /// The file as text, when all of it is UTF-8.
    text: Option<&'t str>,
    scopes: Scopes,
    /// Module variables that some function declares `global`.
    globals: HashMap<Sym, VarId>,
    /// Functions around the place being lowered; the module's body is the first.
    contexts: Vec<Context>,
    /// Strings met in `__all__`.
    exported: Vec<(Sym, Span)>,
    /// Nesting of the place being lowered, in syntax nodes.
    depth: u32,
}

impl<'t> Lowering<'t> {
    fn module(&mut self) {
        let root = NodeId(0);
        let whole = Span::new(0, self.bytes.len());
        let name = self.b.sym("");
        let id = self.b.function(Function::new(name, None, whole));
        self.contexts.push(Context::new(id));
        self.scopes.enter();
        self.hoist_module();
        self.docstring(root);
        let mut body = Block::new();
        self.statements(root, &mut body);
        let is_partial = !self.tree.errors.is_empty();
        let function = &mut self.b.module.functions[id.index()];
        function.body = body;
        function.is_partial = is_partial;
        self.exports();
    }

    /// Text of a span; bytes that are no UTF-8 are replaced.
    fn text_of(&self, span: Span) -> Cow<'t, str> {
        let range = span.start as usize..span.end as usize;
        match self.text.and_then(|text| text.get(range.clone())) {
            Some(text) => Cow::Borrowed(text),
            None => String::from_utf8_lossy(self.bytes.get(range).unwrap_or_default()),
        }
    }

    fn text_at(&self, node: NodeId) -> Cow<'t, str> {
        self.text_of(self.tree.span(node))
    }

    fn sym(&mut self, node: NodeId) -> Sym {
        let text = self.text_at(node);
        self.b.sym(&text)
    }

    fn child(&self, node: NodeId, index: usize) -> Option<NodeId> {
        self.tree.children(node).nth(index)
    }

    /// A node that no lowering knows, over what its children lower to.
    fn unknown(&mut self, node: NodeId) -> ExprId {
        self.b.module.stats.opaque += 1;
        self.over_children(node)
    }

    fn over_children(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let children: Vec<NodeId> = tree.all_children(node).filter(|&child| !tree.kind(child).is_token()).collect();
        let items = children.into_iter().map(|child| self.expr(child)).collect();
        self.b.expr(ExprKind::Opaque(items), tree.span(node))
    }

    /// What stands for a node that is missing or nested too deep.
    fn childless(&mut self, span: Span) -> ExprId {
        self.b.module.stats.opaque += 1;
        self.b.expr(ExprKind::Opaque(Vec::new()), span)
    }

    /// An expression where the grammar promises one; `Opaque` where an error took it.
    fn expr_or_missing(&mut self, node: Option<NodeId>, parent: NodeId) -> ExprId {
        if let Some(node) = node {
            return self.expr(node);
        }
        let span = self.tree.span(parent);
        self.childless(span)
    }

    /// Runs `lower` with `levels` more of nesting counted; `None` when that is too deep.
    fn nested<T>(&mut self, levels: u32, lower: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth + levels > MAX_DEPTH {
            return None;
        }
        self.depth += levels;
        let value = lower(self);
        self.depth -= levels;
        Some(value)
    }
}

impl Lowering<'_> {
    fn function_mut(&mut self, id: FnId) -> &mut Function {
        &mut self.b.module.functions[id.index()]
    }
}
