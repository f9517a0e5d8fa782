//! Turns one TypeScript, TSX or JavaScript file into IR.
//!
//! ```text
//! const { id } = await load(req)      {"id": id} = await load(req)
//! rows.map(async r => r.n + 1)        rows.map(fn@2)   where fn@2(r) [async] return (r.n + 1)
//! ```
//! Knows the grammars, hoisting, blocks and `this`. Does not know libraries, rules or other files.
//! Invariant: one cursor walks the tree once, in source order; a method that lowers a node leaves the cursor on that node.
//! Invariant: every named node is lowered or becomes `Opaque` over its lowered children; type parameters, labels and
//! the parameters of function types carry no data and are passed over.
//! Invariant: recursion and the depth of the IR stay below `MAX_DEPTH`; left-nested chains are walked in a loop.

mod chain;
mod class;
mod declaration;
mod expr;
mod function;
mod jsx;
mod kinds;
mod loops;
mod modules;
mod pattern;
mod scope;
mod stmt;
#[cfg(test)]
mod tests;
mod text;
mod types;

use super::MAX_DEPTH;
use super::builder::Builder;
use crate::ir::{
    Block, ClassId, ExprId, ExprKind, FnId, Function, Import, Imported, MODULE_FN, Module, StmtId, Sym, VarId, VarKind,
};
use crate::source::{Language, Span};
use crate::syntax;
use kinds::{Field, Grammar, Kind};
use scope::{Scopes, Space, Wanted};
use tree_sitter::{Node, Tree, TreeCursor};

pub(super) fn lower(language: Language, tree: &Tree, bytes: &[u8]) -> Module {
    let mut lower = Lower::new(language, tree, bytes);
    lower.program();
    lower.finish(tree)
}

/// What `this` means at a place.
#[derive(Clone, Copy)]
enum This {
    /// The module's: no variable.
    Global,
    /// A plain function's; the variable is made at its first use.
    Function(FnId, Option<VarId>),
    Class(VarId),
}

/// Whether the declaration being lowered is exported, and how.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Exporting {
    #[default]
    No,
    Named,
    Default,
}

/// The class that a method or a field's function belongs to.
#[derive(Clone, Copy)]
struct Owner {
    class: ClassId,
    this: VarId,
}

struct Lower<'t> {
    cursor: TreeCursor<'t>,
    grammar: &'static Grammar,
    bytes: &'t [u8],
    /// The cursor's node, its kind and its place, after `enter` and `next`; `leave` does not refresh them.
    node: Node<'t>,
    kind: Kind,
    at: Span,
    b: Builder,
    scopes: Scopes,
    function: FnId,
    this: This,
    depth: u32,
    /// Name for the function or class that the next expression may be.
    hint: Option<Sym>,
    /// The class whose field the next expression is the value of.
    field_owner: Option<Owner>,
    exporting: Exporting,
    /// Statements that expressions need before their own statement: class expressions, properties of `module.exports`.
    prelude: Block,
    /// A `using` declaration whose body is the rest of its block.
    open_with: Option<StmtId>,
    /// Links of the chains being walked, innermost last.
    links: Vec<(Kind, Span)>,
    /// Variables behind `exports.name`.
    common_exports: Vec<(Sym, VarId)>,
    /// Namespaces around the current node.
    namespaces: u32,
    has_errors: bool,
    nodes: u32,
    opaque: u32,
}

impl<'t> Lower<'t> {
    fn new(language: Language, tree: &'t Tree, bytes: &'t [u8]) -> Lower<'t> {
        let grammar = kinds::grammar(language);
        let node = tree.root_node();
        let mut lower = Lower {
            cursor: tree.walk(),
            grammar,
            bytes,
            node,
            kind: grammar.kind(node.kind_id()),
            at: Span::new(node.start_byte(), node.end_byte()),
            b: Builder::default(),
            scopes: Scopes::default(),
            function: MODULE_FN,
            this: This::Global,
            depth: 0,
            hint: None,
            field_owner: None,
            exporting: Exporting::No,
            prelude: Vec::new(),
            open_with: None,
            links: Vec::new(),
            common_exports: Vec::new(),
            namespaces: 0,
            has_errors: node.has_error(),
            nodes: 0,
            opaque: 0,
        };
        // IR nodes per source byte of backend code; one reservation instead of many moves.
        lower.b.module.exprs.reserve(bytes.len() / 12);
        lower.b.module.stmts.reserve(bytes.len() / 64);
        lower
    }

    fn program(&mut self) {
        let name = self.b.sym("");
        let span = Span::new(0, self.bytes.len());
        let id = self.b.function(Function::new(name, None, span));
        self.b.module.functions[id.index()].is_partial = self.has_errors;
        self.scopes.open(MODULE_FN, true);
        let mut body = Vec::new();
        if self.enter() {
            if self.directives() {
                self.statements(span.end, &mut body);
            }
            self.leave();
        }
        self.scopes.close(&mut self.b.module);
        self.b.module.functions[id.index()].body = body;
    }

    fn finish(mut self, tree: &Tree) -> Module {
        if !self.common_exports.is_empty() {
            self.read_common_exports();
        }
        let stats = &mut self.b.module.stats;
        stats.nodes = self.nodes;
        stats.opaque = self.opaque;
        if self.has_errors {
            stats.errors = syntax::error_count(tree) as u32;
        }
        for var in &mut self.b.module.vars {
            // Writes through a closure or before the declaration were settled later than the others.
            if var.writes.len() > 1 {
                var.writes.sort_unstable();
            }
        }
        self.b.module
    }

    // --- moving ---

    /// Goes to the first child that is no comment; stays and says false when there is none.
    fn enter(&mut self) -> bool {
        debug_assert_eq!(self.cursor.node(), self.node, "a node is entered before anything else moves the cursor");
        if !self.cursor.goto_first_child() {
            return false;
        }
        if self.settle() {
            return true;
        }
        self.cursor.goto_parent();
        false
    }

    /// Goes to the next sibling that is no comment.
    fn next(&mut self) -> bool {
        self.cursor.goto_next_sibling() && self.settle()
    }

    fn leave(&mut self) {
        self.cursor.goto_parent();
    }

    fn settle(&mut self) -> bool {
        loop {
            self.node = self.cursor.node();
            self.kind = self.grammar.kind(self.node.kind_id());
            self.at = Span::new(self.node.start_byte(), self.node.end_byte());
            if !matches!(self.kind, Kind::Comment | Kind::HtmlComment) {
                return true;
            }
            self.b.module.comments.push(self.at);
            if !self.cursor.goto_next_sibling() {
                return false;
            }
        }
    }

    /// Calls `each` on every child that is no comment, except a closing token; `each` must come back to the child it was
    /// given. The cursor's node must be the current one.
    fn children(&mut self, mut each: impl FnMut(&mut Self)) {
        let end = self.at.end;
        if self.enter() {
            loop {
                let child = self.at;
                each(self);
                if self.is_last(child, end) || !self.next() {
                    break;
                }
            }
            self.leave();
        }
    }

    /// Whether nothing but space and one closing token follows a child of a node that ends at `end`. A step of the cursor
    /// costs more than a look at the text; in a broken file nothing is sure.
    fn is_last(&self, child: Span, end: u32) -> bool {
        if self.has_errors {
            return false;
        }
        match self.bytes[child.end as usize..end as usize] {
            [] | [b';' | b')' | b']' | b'}'] => true,
            [ref between @ .., b')' | b']' | b'}'] => between.iter().all(u8::is_ascii_whitespace),
            _ => false,
        }
    }

    fn span(&self) -> Span {
        self.at
    }

    fn field(&self) -> Field {
        self.cursor.field_id().map_or(Field::None, |id| self.grammar.field(id.get()))
    }

    fn bytes_of(&self, span: Span) -> &'t [u8] {
        &self.bytes[span.start as usize..span.end as usize]
    }

    fn sym_of(&mut self, span: Span) -> Sym {
        let bytes = self.bytes_of(span);
        match std::str::from_utf8(bytes) {
            Ok(text) => self.b.sym(text),
            Err(_) => self.b.sym(&String::from_utf8_lossy(bytes)),
        }
    }

    // --- names ---

    /// A use of a name as a value.
    fn name(&mut self, span: Span) -> ExprId {
        let name = self.sym_of(span);
        let expr = self.b.expr(ExprKind::Name(name), span);
        self.scopes.want(name, Wanted::Expr(expr));
        expr
    }

    /// A new variable in `scope`.
    fn declare_in(&mut self, scope: usize, name: Sym, kind: VarKind, space: Space, span: Span) -> VarId {
        let owner = self.scopes.function_at(scope);
        let var = self.b.var(name, owner, kind, span);
        self.scopes.declare(scope, name, Some(var), space);
        var
    }

    /// A variable that the same scope may declare again: `var x`, functions, parameters.
    fn declare_again(&mut self, scope: usize, name: Sym, kind: VarKind, space: Space, span: Span) -> VarId {
        if let Some(var) = self.scopes.declared(scope, name) {
            let known = &mut self.b.module.vars[var.index()].kind;
            if matches!(known, VarKind::Local) {
                *known = kind;
            }
            return var;
        }
        let var = self.declare_in(scope, name, kind, space, span);
        self.scopes.repeat(scope, name, var);
        var
    }

    /// A variable that no source text can name.
    fn synthetic(&mut self, name: &str, kind: VarKind, span: Span) -> VarId {
        let name = self.b.sym(name);
        self.b.var(name, self.function, kind, span)
    }

    fn import(&mut self, module: Sym, what: Imported, var: Option<VarId>, span: Span) {
        let id = self.b.import(Import { module, level: 0, what, var, span });
        if let Some(var) = var {
            self.b.module.vars[var.index()].kind = VarKind::Import(id);
        }
    }

    fn this(&mut self, span: Span) -> ExprId {
        let var = match self.this {
            This::Global => {
                let name = self.b.sym("this");
                return self.b.expr(ExprKind::Name(name), span);
            }
            This::Class(var) | This::Function(_, Some(var)) => var,
            This::Function(function, None) => self.own_this(function, span),
        };
        self.b.expr(ExprKind::Var(var), span)
    }

    fn own_this(&mut self, function: FnId, span: Span) -> VarId {
        let name = self.b.sym("this");
        let var = self.b.var(name, function, VarKind::Local, span);
        self.this = This::Function(function, Some(var));
        var
    }

    // --- what is not lowered ---

    /// A node that no lowering knows: its children are lowered.
    fn unknown(&mut self) -> ExprId {
        if self.kind != Kind::Error {
            self.opaque += 1;
        }
        self.over_children()
    }

    /// An `Opaque` over the named children.
    fn over_children(&mut self) -> ExprId {
        let span = self.span();
        let mut items = Vec::new();
        self.children(|l| {
            if l.kind.is_named() {
                items.push(l.expr());
            }
        });
        self.b.expr(ExprKind::Opaque(items), span)
    }

    /// Whether the recursion must end here.
    fn is_too_deep(&self) -> bool {
        self.depth >= MAX_DEPTH
    }

    fn cut(&mut self) -> ExprId {
        self.opaque += 1;
        self.nothing()
    }

    /// An `Opaque` without children for the node under the cursor, which has no part to lower.
    fn nothing(&mut self) -> ExprId {
        let node = self.cursor.node();
        let span = Span::new(node.start_byte(), node.end_byte());
        self.b.expr(ExprKind::Opaque(Vec::new()), span)
    }
}
