//! Turns one template of Django or Jinja into IR.
//!
//! ```text
//! {% for order in orders %}                    # fn (orders, **context)
//!   {{ order.customer.name|upper }}            #   each order in orders
//!   {% include "row.html" with item=order %}   #     expr `|upper`(order.customer.name)
//! {% endfor %}                                 #     expr `{% include %}`("row.html", item=order, **{**context, "order": order})
//! ```
//!
//! The template is function 1: every name that it does not bind is a parameter, and `**context` is all that it is given.
//! Macros are functions of the module. A tag is a call of `{% name %}`, a filter one of `|name`; filters that read an
//! attribute of each element (`map(attribute=…)`, `selectattr`, `{% regroup %}`) are comprehensions.
//!
//! Knows the tags and filters that both engines bring. Does not know which of the two reads the file, nor what a member
//! does: whether it is called where it can be called is the interpreter's to say.
//! A lexer and parser of its own, because no grammar reads both dialects: those of tree-sitter for Jinja take Django's
//! `|date:"Y"` and tag arguments for errors, and minijinja's syntax tree is of an unstable interface and ends at the first
//! tag that it does not know.
//! Invariant: lowering is total. A broken tag or expression lowers to what could be read of it.
//! Invariant: no block is nested deeper than `MAX_BLOCKS`; what lies deeper belongs to the block around it.

mod expr;
mod pieces;
mod syntax;
mod tags;
#[cfg(test)]
mod tests;

use crate::ir::{
    Block, Case, ExprId, ExprKind, FnId, Function, Loop, LoopKind, MODULE_FN, Module, Param, ParamKind, StmtKind, Sym,
    VarId, VarKind,
};
use crate::lower::builder::Builder;
use crate::source::Span;
use pieces::Piece;
use std::collections::{HashMap, HashSet};
use syntax::Reader;

/// The template itself, as a function of its context.
const TEMPLATE_FN: FnId = FnId(1);

/// Blocks in blocks that are followed: half of what a lowering may nest, since each of them is a statement in a statement.
const MAX_BLOCKS: usize = crate::lower::MAX_DEPTH as usize / 2;

/// Variables that one is made of, and places that write them.
const MAX_SOURCES: usize = 16;

pub(super) fn lower(bytes: &[u8]) -> Module {
    let found = pieces::of(bytes);
    let closers = found.list.iter().filter_map(|piece| match piece {
        Piece::Tag { inner, .. } => Reader::new(bytes, *inner).word(),
        Piece::Output(_) => None,
    });
    let closers =
        closers.filter_map(|word| bytes[word.start as usize..word.end as usize].strip_prefix(b"end")).collect();
    let whole = Span::new(0, bytes.len());
    let mut lowering = Lowering {
        b: Builder::default(),
        bytes,
        closers,
        function: TEMPLATE_FN,
        context: VarId(0),
        given: HashMap::new(),
        scopes: vec![Vec::new()],
        frames: vec![Frame::of(Opened::Template, whole, b"")],
        macros: Vec::new(),
        unfollowed: 0,
    };
    lowering.b.module.stats.errors = found.unclosed;
    lowering.b.module.stats.nodes = found.list.len() as u32;
    lowering.declare(whole);
    for piece in found.list {
        match piece {
            Piece::Output(inner) => lowering.output(inner),
            Piece::Tag { span, inner } => lowering.tag(span, inner),
        }
    }
    lowering.finish(whole);
    let mut module = lowering.b.module;
    module.comments = found.comments;
    module
}

struct Lowering<'b> {
    b: Builder,
    bytes: &'b [u8],
    /// Names of tags that have an end somewhere in the file: `for`, `cache`.
    closers: HashSet<&'b [u8]>,
    /// The template or the macro around the current place.
    function: FnId,
    /// `**context`.
    context: VarId,
    /// Names that the context gives.
    given: HashMap<Sym, VarId>,
    /// Variables that the template binds, innermost scope last.
    scopes: Vec<Vec<(Sym, VarId)>>,
    frames: Vec<Frame<'b>>,
    /// Functions of macros, to be defined by the module's body.
    macros: Vec<FnId>,
    /// Open blocks that are too deep to be followed.
    unfollowed: u32,
}

/// A block that is open.
struct Frame<'b> {
    opened: Opened,
    /// The opening tag.
    head: Span,
    /// The tag that it belongs to, without `end`.
    name: &'b [u8],
    block: Block,
    has_scope: bool,
}

enum Opened {
    Template,
    /// `{% with %}`, `{% block %}` and any other tag with an end.
    Plain,
    /// Finished arms with their tests, and the test of the arm under way; `None` in `{% else %}`.
    Branches {
        done: Vec<(Option<ExprId>, Span, Block)>,
        test: Option<ExprId>,
        start: Span,
    },
    /// The loop's body, once `{% else %}` or `{% empty %}` came.
    Each {
        target: Option<ExprId>,
        iter: ExprId,
        only_if: Option<ExprId>,
        body: Option<Block>,
    },
    Macro {
        function: FnId,
        outer: FnId,
    },
}

impl<'b> Frame<'b> {
    fn of(opened: Opened, head: Span, name: &'b [u8]) -> Frame<'b> {
        Frame { opened, head, name, block: Block::new(), has_scope: false }
    }
}

impl<'b> Lowering<'b> {
    /// The module's body and the template's function, with its parameter for everything.
    fn declare(&mut self, whole: Span) {
        let empty = self.b.sym("");
        self.b.function(Function::new(empty, None, whole));
        self.b.function(Function::new(empty, Some(MODULE_FN), whole));
        let name = self.b.sym("context");
        self.context = self.b.var(name, TEMPLATE_FN, VarKind::Param, Span::new(0, 0));
    }

    fn finish(&mut self, whole: Span) {
        while self.frames.len() > 1 {
            self.b.module.stats.errors += 1;
            self.close(Span { start: whole.end, end: whole.end });
        }
        let body = self.frames.pop().map(|frame| frame.block).unwrap_or_default();
        let context = parameter(self.context, ParamKind::KeywordVariadic);
        let is_partial = self.b.module.stats.errors > 0;
        let template = &mut self.b.module.functions[TEMPLATE_FN.index()];
        template.body = body;
        template.params.push(context);
        template.is_partial = is_partial;
        for function in std::mem::take(&mut self.macros) {
            let span = self.b.module.functions[function.index()].span;
            let define = self.b.stmt(StmtKind::Define(function), span);
            self.b.module.functions[MODULE_FN.index()].body.push(define);
        }
    }

    fn text(&self, span: Span) -> &'b [u8] {
        &self.bytes[span.start as usize..span.end as usize]
    }

    fn sym_of(&mut self, span: Span) -> Sym {
        let text = String::from_utf8_lossy(self.text(span));
        self.b.sym(&text)
    }

    fn output(&mut self, inner: Span) {
        let mut reader = Reader::new(self.bytes, inner);
        if let Some(node) = reader.expressions() {
            let value = self.expr(&node);
            self.emit(StmtKind::Expr(value), node.span);
        }
        if !reader.is_at_end() {
            self.b.module.stats.errors += 1;
        }
    }

    /// Adds a statement to the innermost block.
    fn emit(&mut self, kind: StmtKind, span: Span) {
        let stmt = self.b.stmt(kind, span);
        if let Some(frame) = self.frames.last_mut() {
            frame.block.push(stmt);
        }
    }

    /// Opens a block; one that lies too deep is not followed.
    fn open(&mut self, opened: Opened, head: Span, name: &'b [u8], has_scope: bool) {
        if has_scope {
            self.scopes.push(Vec::new());
        }
        self.frames.push(Frame { has_scope, ..Frame::of(opened, head, name) });
    }

    fn is_too_deep(&self) -> bool {
        self.frames.len() > MAX_BLOCKS
    }

    /// Closes blocks up to the innermost one of a tag; nothing where there is none.
    fn close_named(&mut self, name: &[u8], tag: Span) {
        if self.unfollowed > 0 {
            self.unfollowed -= 1;
            return;
        }
        let Some(depth) = self.frames.iter().skip(1).rposition(|frame| frame.name == name) else { return };
        while self.frames.len() > depth + 1 {
            self.close(tag);
        }
    }

    /// Closes the innermost block at a tag, which is part of it.
    fn close(&mut self, tag: Span) {
        let Some(frame) = self.frames.pop() else { return };
        if frame.has_scope {
            self.scopes.pop();
        }
        let span = frame.head.to(tag);
        match frame.opened {
            Opened::Template => {}
            Opened::Plain => self.emit(StmtKind::Block(frame.block), span),
            Opened::Branches { mut done, test, start } => {
                done.push((test, start, frame.block));
                self.branches(done, span);
            }
            Opened::Each { target, iter, only_if, body } => {
                let (mut body, orelse) = match body {
                    Some(body) => (body, frame.block),
                    None => (frame.block, Block::new()),
                };
                if let Some(test) = only_if {
                    let branch = StmtKind::Branch { test, then: body, orelse: Block::new() };
                    body = vec![self.b.stmt(branch, span)];
                }
                let kind = StmtKind::Loop(Box::new(Loop {
                    kind: LoopKind::Each,
                    key: None,
                    target,
                    iter: Some(iter),
                    test: None,
                    init: Block::new(),
                    step: Block::new(),
                    body,
                    orelse,
                    is_async: false,
                    head: frame.head,
                }));
                self.emit(kind, span);
            }
            Opened::Macro { function, outer } => {
                self.function = outer;
                let declared = &mut self.b.module.functions[function.index()];
                declared.body = frame.block;
                declared.span = span;
            }
        }
    }

    /// One arm is a branch; several stand side by side, however many there are.
    fn branches(&mut self, mut arms: Vec<(Option<ExprId>, Span, Block)>, span: Span) {
        let has_one_test = arms.iter().filter(|(test, ..)| test.is_some()).count() == 1;
        if has_one_test && arms.len() <= 2 && arms[0].0.is_some() {
            let orelse = if arms.len() == 2 { arms.pop().map(|(_, _, block)| block) } else { None };
            if let Some((Some(test), _, then)) = arms.pop() {
                self.emit(StmtKind::Branch { test, then, orelse: orelse.unwrap_or_default() }, span);
            }
            return;
        }
        let cases = arms.into_iter().map(|(test, start, body)| {
            let end = body.last().map_or(start, |&last| self.b.module.stmt(last).span);
            Case { patterns: test.into_iter().collect(), guard: None, body, span: start.to(end) }
        });
        let cases = cases.collect();
        self.emit(StmtKind::Switch { subject: None, cases, is_type_switch: false }, span);
    }

    /// What a name means here: a variable of the template, else one that the context gives.
    fn variable(&mut self, name: Sym) -> VarId {
        if let Some(var) = self.bound(name) {
            return var;
        }
        if let Some(&var) = self.given.get(&name) {
            return var;
        }
        // Given from outside: its place lies in no loop.
        let outside = Span::new(self.bytes.len(), self.bytes.len());
        let var = self.b.var(name, TEMPLATE_FN, VarKind::Param, outside);
        self.given.insert(name, var);
        let param = parameter(var, ParamKind::KeywordOnly);
        self.b.module.functions[TEMPLATE_FN.index()].params.push(param);
        var
    }

    fn bound(&self, name: Sym) -> Option<VarId> {
        let mut bound = self.scopes.iter().rev().flat_map(|scope| scope.iter().rev());
        bound.find(|(known, _)| *known == name).map(|(_, var)| *var)
    }

    /// Binds a name to each element of something, or to what is not known.
    fn bind(&mut self, name: Span) -> ExprId {
        let var = self.declared(name, name);
        self.b.wrote(var, name);
        self.b.expr(ExprKind::Var(var), name)
    }

    /// Binds a name to a value. It changes where what it was made of changes: `{% with customer=order.customer %}` is another
    /// one for each order, `{% with shop=shop_of_page %}` is the same in every round.
    fn bind_to(&mut self, name: Span, sources: &[VarId]) -> ExprId {
        let outside = Span::new(self.bytes.len(), self.bytes.len());
        let var = self.declared(name, outside);
        for source in sources {
            for at in 0..self.b.module.var(*source).writes.len().min(MAX_SOURCES) {
                let write = self.b.module.var(*source).writes[at];
                if self.b.module.var(var).writes.len() < MAX_SOURCES {
                    self.b.wrote(var, write);
                }
            }
        }
        self.b.expr(ExprKind::Var(var), name)
    }

    /// The variable of a name in the innermost scope.
    fn declared(&mut self, name: Span, place: Span) -> VarId {
        let sym = self.sym_of(name);
        let known = self.scopes.last().and_then(|scope| scope.iter().find(|(known, _)| *known == sym));
        if let Some(&(_, var)) = known {
            return var;
        }
        let var = self.b.var(sym, self.function, VarKind::Local, place);
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((sym, var));
        }
        var
    }

    /// Variables of the template's own that an expression is made of.
    fn sources(&mut self, value: ExprId) -> Vec<VarId> {
        let module = &self.b.module;
        let mut found = Vec::new();
        crate::ir::visit::walk_expr(module, value, &mut |id| {
            if let ExprKind::Var(var) = module.expr(id).kind
                && module.var(var).kind == VarKind::Local
                && !found.contains(&var)
            {
                found.push(var);
            }
            found.len() < MAX_SOURCES
        });
        found
    }
}

fn parameter(var: VarId, kind: ParamKind) -> Param {
    Param { var, pattern: None, ty: None, default: None, decorators: Vec::new(), kind, is_field: false }
}
