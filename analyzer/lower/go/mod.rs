//! Turns one Go file into IR.
//!
//! Knows Go's syntax and block scopes. Does not know packages outside the file, libraries or rules.
//! Invariant: every named node is lowered or becomes `Opaque` over its lowered children.
//! Invariant: a lowering function is called with the cursor on its node and returns with the cursor on the same node.
//! Invariant: comments and ERROR nodes are met by `enter` and `next` only, so that no other place has to expect them.
//!
//! Shapes worth knowing:
//! ```text
//! if x, err := f(); err != nil {}     Block [Assign, Branch]
//! switch v := x.(type) {}             Block [Assign v = x, Switch v]
//! case v := <-ch:                     Case with a childless Opaque for "ready", its body starts with the Assign
//! return            (named results)   Return of the results' variables
//! _                                   Name `_`, never a variable; a blank range variable is left out
//! ch <- v                             Expr (Binary Other ch v)
//! ```

mod decl;
mod expr;
mod imports;
mod kinds;
mod literal;
mod scope;
mod stmt;
mod types;

use super::MAX_DEPTH;
use super::builder::Builder;
use crate::ir::{Block, ExprId, ExprKind, FnId, Function, MODULE_FN, Module, StmtId, StmtKind, Sym, VarId, VarKind};
use crate::source::Span;
use kinds::Kind;
use scope::Scopes;
use tree_sitter::{Node, Tree, TreeCursor};

pub(super) fn lower(tree: &Tree, bytes: &[u8]) -> Module {
    let root = tree.root_node();
    let mut go = Lowering::new(root.walk(), bytes);
    go.file();
    let errors = if root.has_error() { errors_below(root) } else { Vec::new() };
    go.finish(&errors)
}

/// Symbols that every module of Go holds, in this order.
const EMPTY: Sym = Sym(0);
const BLANK: Sym = Sym(1);
/// `nil`, `true`, `false`, `iota`: nodes of their own in the grammar, yet names that a program may declare.
const PREDECLARED: [&str; 4] = ["nil", "true", "false", "iota"];
const FIRST_PREDECLARED: u32 = 2;

struct Lowering<'t> {
    b: Builder,
    cursor: TreeCursor<'t>,
    kinds: &'static [Kind],
    bytes: &'t [u8],
    /// The same bytes where they are UTF-8.
    text: Option<&'t str>,
    scopes: Scopes,
    /// The function whose body is being lowered.
    owner: FnId,
    /// Named results of that function, for a bare `return`; `None` is a blank one.
    results: Vec<Option<VarId>>,
    /// What the next closure is assigned to.
    closure_name: Option<Sym>,
    depth: u32,
    /// The cursor was asked to enter a node without children.
    is_hollow: bool,
    /// What is walked now is walked again later: its comments and errors wait until then.
    is_peeking: bool,
    /// What ERROR nodes held; the statement list around them takes it.
    strays: Block,
    /// Operators, calls and selectors whose leftmost operand is being lowered.
    spine: Vec<(Kind, Span)>,
    /// Working space for lists of expressions.
    items: Vec<ExprId>,
    /// Working space for declared names.
    names: Vec<(Sym, Span)>,
    /// `nil`, `true`, `false` or `iota` is declared somewhere in the file.
    shadows_predeclared: bool,
}

impl<'t> Lowering<'t> {
    fn new(cursor: TreeCursor<'t>, bytes: &'t [u8]) -> Lowering<'t> {
        let mut b = Builder::default();
        // Measured on navidrome and kratos: an expression per 13 bytes, a statement per 80, a type per 95.
        b.module.exprs.reserve(bytes.len() / 12);
        b.module.stmts.reserve(bytes.len() / 64);
        b.module.types.reserve(bytes.len() / 80);
        for text in ["", "_"].into_iter().chain(PREDECLARED) {
            b.sym(text);
        }
        Lowering {
            b,
            cursor,
            kinds: kinds::table(),
            bytes,
            text: std::str::from_utf8(bytes).ok(),
            scopes: Scopes::default(),
            owner: MODULE_FN,
            results: Vec::new(),
            closure_name: None,
            depth: 0,
            is_hollow: false,
            is_peeking: false,
            strays: Vec::new(),
            spine: Vec::new(),
            items: Vec::new(),
            names: Vec::new(),
            shadows_predeclared: false,
        }
    }

    /// The whole file: names first, since a package's declarations see each other in any order, then types, so that
    /// composite literals know theirs, then everything else.
    fn file(&mut self) {
        let span = self.span();
        let body = self.new_function(EMPTY, None, span);
        debug_assert_eq!(body, MODULE_FN);
        self.b.module.functions[body.index()].head = Span { start: span.start, end: span.start };
        if !self.cursor.goto_first_child() {
            return;
        }
        self.each_sibling(|go, kind| {
            go.is_peeking = !matches!(kind, Kind::ImportDeclaration | Kind::PackageClause);
            go.hoist(kind);
        });
        self.is_peeking = false;
        let mut block = Vec::new();
        self.rewind();
        self.each_sibling(|go, kind| {
            if kind == Kind::TypeDeclaration {
                go.statement(kind, &mut block);
                block.append(&mut go.strays);
            }
        });
        self.rewind();
        self.each_sibling(|go, kind| {
            match kind {
                Kind::Comment => go.comment(),
                Kind::Error => go.error(),
                Kind::TypeDeclaration => {}
                kind if kind.is_sign() => {}
                kind => go.statement(kind, &mut block),
            }
            block.append(&mut go.strays);
        });
        let stmts = &self.b.module.stmts;
        block.sort_by_key(|id| stmts[id.index()].span.start);
        self.b.module.functions[body.index()].body = block;
    }

    /// Back to the first sibling.
    fn rewind(&mut self) {
        self.cursor.goto_parent();
        self.cursor.goto_first_child();
    }

    fn each_sibling(&mut self, mut each: impl FnMut(&mut Self, Kind)) {
        loop {
            let kind = self.kind_here();
            each(self, kind);
            if !self.cursor.goto_next_sibling() {
                return;
            }
        }
    }

    fn finish(mut self, errors: &[Span]) -> Module {
        imports::correct_guesses(&mut self.b.module);
        let mut module = self.b.module;
        module.comments.sort_unstable();
        module.stats.errors = errors.len() as u32;
        if !errors.is_empty() {
            for function in &mut module.functions {
                let first = errors.partition_point(|error| error.start < function.span.start);
                function.is_partial = errors.get(first).is_some_and(|&error| function.span.contains(error));
            }
        }
        module
    }

    // The cursor.

    fn kind_of(&self, node: Node) -> Kind {
        self.kinds.get(node.kind_id() as usize).copied().unwrap_or(Kind::Error)
    }

    fn kind_here(&self) -> Kind {
        self.kind_of(self.cursor.node())
    }

    fn span(&self) -> Span {
        span_of(self.cursor.node())
    }

    /// Moves to the first child that is neither a comment nor an ERROR. `leave` undoes it, whatever came back.
    fn enter(&mut self) -> Kind {
        if !self.cursor.goto_first_child() {
            self.is_hollow = true;
            return Kind::End;
        }
        self.settle()
    }

    /// Moves to the next sibling that is neither a comment nor an ERROR.
    fn next(&mut self) -> Kind {
        if self.is_hollow || !self.cursor.goto_next_sibling() {
            return Kind::End;
        }
        self.settle()
    }

    /// `next`, past keywords, operators and brackets.
    fn next_node(&mut self) -> Kind {
        loop {
            let kind = self.next();
            if kind == Kind::End || !kind.is_sign() {
                return kind;
            }
        }
    }

    /// `next_node` in a list: nothing follows a closing bracket.
    fn next_item(&mut self) -> Kind {
        loop {
            let kind = self.next();
            if kind == Kind::End || kind.is_closing() {
                return Kind::End;
            }
            if !kind.is_sign() {
                return kind;
            }
        }
    }

    /// From a node's first child past the one sign that follows it, which is stepped over without being looked at.
    fn next_past_sign(&mut self) -> Kind {
        if self.is_hollow || !self.cursor.goto_next_sibling() || !self.cursor.goto_next_sibling() {
            return Kind::End;
        }
        let kind = self.kind_here();
        if !kind.is_sign() && kind != Kind::Comment && kind != Kind::Error {
            return kind;
        }
        // A comment or an ERROR beside the sign: from the start again, one by one.
        self.rewind();
        self.next_node()
    }

    /// `enter`, past keywords, operators and brackets.
    fn enter_node(&mut self) -> Kind {
        let kind = self.enter();
        if kind != Kind::End && kind.is_sign() { self.next_node() } else { kind }
    }

    /// `enter_node` where the first child is a sign: comments and ERROR nodes never come first in a node.
    fn enter_past_sign(&mut self) -> Kind {
        if !self.cursor.goto_first_child() {
            self.is_hollow = true;
            return Kind::End;
        }
        self.next_item()
    }

    fn settle(&mut self) -> Kind {
        loop {
            match self.kind_here() {
                Kind::Comment => self.comment(),
                Kind::Error => self.error(),
                kind => return kind,
            }
            if !self.cursor.goto_next_sibling() {
                return Kind::End;
            }
        }
    }

    fn leave(&mut self) {
        if self.is_hollow {
            self.is_hollow = false;
        } else {
            self.cursor.goto_parent();
        }
    }

    fn comment(&mut self) {
        if self.is_peeking {
            return;
        }
        let span = self.span();
        self.b.module.comments.push(span);
    }

    /// Lowers what an ERROR node holds into `strays`.
    fn error(&mut self) {
        if self.is_peeking || self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let mut found = Vec::new();
        let mut kind = self.enter();
        while kind != Kind::End {
            self.stray(kind, &mut found);
            kind = self.next();
        }
        self.leave();
        self.depth -= 1;
        self.strays.append(&mut found);
    }

    /// A node that stands where its kind is not expected.
    fn stray(&mut self, kind: Kind, found: &mut Block) {
        if kind.is_statement() {
            self.statement(kind, found);
        } else if !kind.is_sign() {
            let span = self.span();
            let value = self.expr();
            found.push(self.b.stmt(StmtKind::Expr(value), span));
        }
    }

    // Texts and declarations.

    fn sym_at(&mut self, span: Span) -> Sym {
        let range = span.start as usize..span.end as usize;
        match self.text.and_then(|text| text.get(range.clone())) {
            Some(text) => self.b.sym(text),
            None => self.b.sym(&String::from_utf8_lossy(&self.bytes[range])),
        }
    }

    /// Symbol and span of the identifier under the cursor.
    fn name(&mut self) -> (Sym, Span) {
        let span = self.span();
        (self.sym_at(span), span)
    }

    /// Declares a name in the innermost scope. The blank name gets a variable that nothing finds.
    fn declare(&mut self, name: Sym, kind: VarKind, span: Span) -> VarId {
        let var = self.b.var(name, self.owner, kind, span);
        self.bind(name, var, matches!(kind, VarKind::Class(_)));
        var
    }

    fn bind(&mut self, name: Sym, var: VarId, is_type: bool) {
        if name.0 < FIRST_PREDECLARED {
            return;
        }
        self.shadows_predeclared |= name.0 < FIRST_PREDECLARED + PREDECLARED.len() as u32;
        self.scopes.bind(name, var, is_type);
    }

    /// The variable that `hoist` declared for the name at this span.
    fn hoisted(&self, name: Sym, span: Span) -> Option<VarId> {
        if self.scopes.depth() > 0 {
            return None;
        }
        self.scopes.lookup(name).map(|binding| binding.var).filter(|&var| self.b.module.var(var).span == span)
    }

    /// Records a write of every variable that a target names.
    fn wrote(&mut self, target: ExprId, span: Span) {
        match &self.b.module.exprs[target.index()].kind {
            &ExprKind::Var(var) => self.b.wrote(var, span),
            ExprKind::Seq { items, .. } => {
                for at in 0..items.len() {
                    if let ExprKind::Seq { items, .. } = &self.b.module.exprs[target.index()].kind
                        && let ExprKind::Var(var) = self.b.module.exprs[items[at].index()].kind
                    {
                        self.b.wrote(var, span);
                    }
                }
            }
            _ => {}
        }
    }

    fn new_function(&mut self, name: Sym, parent: Option<FnId>, span: Span) -> FnId {
        self.b.function(Function { head: span, ..Function::new(name, parent, span) })
    }

    fn push_stmt(&mut self, kind: StmtKind, span: Span, out: &mut Vec<StmtId>) {
        out.push(self.b.stmt(kind, span));
    }
}

fn span_of(node: Node) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// Spans of ERROR and MISSING nodes in source order; an ERROR inside an ERROR counts as part of it.
fn errors_below(root: Node) -> Vec<Span> {
    let mut found = Vec::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let is_fault = node.is_error() || node.is_missing();
        if is_fault {
            found.push(span_of(node));
        }
        // A file that is one ERROR throughout is looked into: what it holds is where the errors are.
        let is_whole = node == root;
        if node.has_error() && (!is_fault || is_whole) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                found.sort_unstable();
                return found;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::{self, Module};
    use crate::source::Language;

    fn lowered(text: &str) -> Module {
        let tree = crate::syntax::parse(Language::Go, text.as_bytes()).expect("small files have a tree");
        let module = super::lower(&tree, text.as_bytes());
        assert_eq!(ir::check::violations(&module, text.len()), Vec::<String>::new());
        module
    }

    #[test]
    fn deep_nesting_ends_in_opaque() {
        const DEEP: usize = 5_000;
        for (open, inner, close) in [
            ("(", "1", ")"),
            ("!", "x", ""),
            ("f(", "1", ")"),
            ("func() { x = ", "1", "}"),
            ("[]any{", "1", "}"),
            ("T{A: ", "1", "}"),
            ("", "x", " + f(1)"),
            ("", "x", ".a(1)[2]"),
        ] {
            let text = format!("package p\nvar x = {}{inner}{}\n", open.repeat(DEEP), close.repeat(DEEP));
            assert!(lowered(&text).stats.opaque > 0, "{open}{inner}{close}");
        }
        for (open, close) in [("if a {", "}"), ("for {", "}"), ("{", "}"), ("switch { case a:", "}"), ("a:", ";")] {
            let text = format!("package p\nfunc f() {{ {} {} }}\n", open.repeat(DEEP), close.repeat(DEEP));
            assert!(lowered(&text).stats.opaque > 0, "{open}");
        }
    }

    #[test]
    fn long_concatenation_is_whole_up_to_the_cap() {
        let text = format!("package p\nvar q = \"a\"{}\n", " + \"b\"".repeat(300));
        let module = lowered(&text);
        assert_eq!(module.stats.opaque, 0);
        assert!(module.exprs.len() > 600);
    }

    #[test]
    fn errors_keep_the_rest_of_the_file() {
        let text = "package p\nfunc a() { x(; y() }\nfunc b() { if { z() }\nfunc c() { w() }\n";
        for end in 0..text.len() {
            lowered(&text[..end]);
        }
        let module = lowered(text);
        assert!(module.stats.errors > 0);
        assert!(module.strings.lookup("w").is_some());
    }
}
