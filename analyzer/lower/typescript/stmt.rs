//! Statements other than loops, declarations and modules.
//!
//! Invariant: a labelled statement is its body; a comma expression as a statement is one statement per part.

use super::chain::operator;
use super::function::Shape;
use super::kinds::{Field, Kind};
use super::pattern::Bind;
use super::{Exporting, Lower};
use crate::ir::{BinaryOp, Block, Case, ExprId, ExprKind, Handler, StmtId, StmtKind, Try, UnaryOp, VarKind, WithItem};
use crate::source::Span;

/// The parts of `target op= value`.
#[derive(Default)]
pub(super) struct Assignment {
    pub(super) target: Option<ExprId>,
    pub(super) value: Option<ExprId>,
    pub(super) op: Option<BinaryOp>,
    /// `using x = …`, which TypeScript's grammar reads as an assignment.
    is_using: bool,
}

impl Lower<'_> {
    /// The current node and all its siblings after it, in a node that ends at `end`.
    pub(super) fn statements(&mut self, end: u32, out: &mut Block) {
        loop {
            let child = self.at;
            self.statement(out);
            if let Some(with) = self.open_with.take() {
                self.rest_of_block(with, end);
                return;
            }
            if self.is_last(child, end) || !self.next() {
                return;
            }
        }
    }

    /// The statements of the current block, in the current scope.
    pub(super) fn block_statements(&mut self, out: &mut Block) {
        let end = self.at.end;
        if self.enter() {
            self.statements(end, out);
            self.leave();
        }
    }

    /// What follows `using` in its block is its body.
    fn rest_of_block(&mut self, with: StmtId, block_end: u32) {
        let mut rest = Vec::new();
        self.depth += 1;
        if self.is_too_deep() {
            self.opaque += 1;
            while self.next() {}
        } else if self.next() {
            self.statements(block_end, &mut rest);
        }
        self.depth -= 1;
        let end = rest.last().map(|last| self.b.module.stmts[last.index()].span);
        let statement = &mut self.b.module.stmts[with.index()];
        statement.span = end.map_or(statement.span, |end| statement.span.to(end));
        if let StmtKind::With { body, .. } = &mut statement.kind {
            *body = rest;
        }
    }

    /// The first statements of a file that are strings; whether anything follows them.
    pub(super) fn directives(&mut self) -> bool {
        loop {
            match self.kind {
                Kind::HashBangLine => {}
                Kind::ExpressionStatement => {
                    let Some(text) = self.node.child(0) else { return true };
                    if self.grammar.kind(text.kind_id()) != Kind::String {
                        return true;
                    }
                    let text = self.string_at(Span::new(text.start_byte(), text.end_byte()));
                    self.b.module.directives.push(text);
                }
                _ => return true,
            }
            if !self.next() {
                return false;
            }
        }
    }

    pub(super) fn statement(&mut self, out: &mut Block) {
        if !self.kind.is_named() {
            return;
        }
        self.nodes += 1;
        if self.is_too_deep() {
            let lost = self.cut();
            let span = self.b.module.exprs[lost.index()].span;
            out.push(self.b.stmt(StmtKind::Expr(lost), span));
            return;
        }
        self.depth += 1;
        let outer_prelude = std::mem::take(&mut self.prelude);
        let start = out.len();
        self.one_statement(out);
        if !self.prelude.is_empty() {
            out.splice(start..start, self.prelude.drain(..));
        }
        self.prelude = outer_prelude;
        self.depth -= 1;
    }

    fn one_statement(&mut self, out: &mut Block) {
        let span = self.span();
        match self.kind {
            Kind::ExpressionStatement => self.expression_statement(out),
            Kind::ReturnStatement => {
                let value = self.operand();
                out.push(self.b.stmt(StmtKind::Return(value), span));
            }
            Kind::ThrowStatement => {
                let value = self.operand();
                out.push(self.b.stmt(StmtKind::Raise(value), span));
            }
            Kind::IfStatement => self.if_statement(span, out),
            Kind::StatementBlock => {
                let block = self.block();
                out.push(self.b.stmt(StmtKind::Block(block), span));
            }
            Kind::ForInStatement => self.for_in_statement(span, out),
            Kind::ForStatement => self.for_statement(span, out),
            Kind::WhileStatement | Kind::DoStatement => self.while_statement(span, out),
            Kind::TryStatement => self.try_statement(span, out),
            Kind::SwitchStatement => self.switch_statement(span, out),
            Kind::BreakStatement => out.push(self.b.stmt(StmtKind::Break, span)),
            Kind::ContinueStatement => out.push(self.b.stmt(StmtKind::Continue, span)),
            Kind::LabeledStatement => self.children(|l| {
                if l.field() == Field::Body {
                    l.statement(out);
                }
            }),
            Kind::WithStatement => self.with_statement(out),
            Kind::ImportStatement => self.import_statement(),
            Kind::ExportStatement => self.export_statement(out),
            Kind::EmptyStatement | Kind::DebuggerStatement | Kind::HashBangLine => {}
            Kind::Error => self.lost_children(out),
            _ => self.declaration(Vec::new(), out),
        }
    }

    /// Declarations, which may stand after `export`; anything else is an expression.
    pub(super) fn declaration(&mut self, decorators: Vec<ExprId>, out: &mut Block) {
        let span = self.span();
        match self.kind {
            Kind::LexicalDeclaration | Kind::VariableDeclaration | Kind::UsingDeclaration => {
                self.variable_declaration(out);
            }
            Kind::FunctionDeclaration | Kind::GeneratorFunctionDeclaration | Kind::FunctionSignature => {
                let exporting = std::mem::take(&mut self.exporting);
                let is_signature = self.kind == Kind::FunctionSignature;
                let function = self.function(Shape { decorators, exporting, ..Shape::default() });
                // An overload's signature runs nothing.
                if !is_signature {
                    out.push(self.b.stmt(StmtKind::Define(function), span));
                }
            }
            Kind::ClassDeclaration | Kind::AbstractClassDeclaration => {
                let class = self.class(None, decorators);
                out.push(self.b.stmt(StmtKind::DefineClass(class), span));
            }
            Kind::InterfaceDeclaration => {
                let class = self.interface();
                out.push(self.b.stmt(StmtKind::DefineClass(class), span));
            }
            Kind::TypeAliasDeclaration => {
                let class = self.type_alias();
                out.push(self.b.stmt(StmtKind::DefineClass(class), span));
            }
            Kind::EnumDeclaration => {
                let class = self.enumeration();
                out.push(self.b.stmt(StmtKind::DefineClass(class), span));
            }
            Kind::ImportAlias => self.import_alias(out),
            Kind::AmbientDeclaration => self.ambient(out),
            Kind::InternalModule | Kind::Module => self.namespace(out),
            _ => {
                let value = self.expr();
                out.push(self.b.stmt(StmtKind::Expr(value), span));
            }
        }
    }

    /// `declare const x: T`, `declare global { … }`, `declare module.name: T`.
    fn ambient(&mut self, out: &mut Block) {
        let exporting = self.exporting;
        self.children(|l| match l.kind {
            Kind::PropertyIdentifier | Kind::TypeIdentifier | Kind::PredefinedType => {}
            _ if l.kind.is_named() => {
                l.exporting = exporting;
                l.statement(out);
            }
            _ => {}
        });
        self.exporting = Exporting::No;
    }

    /// `namespace A { … }`: a variable and a block; what it exports stays inside.
    fn namespace(&mut self, out: &mut Block) {
        let exporting = std::mem::take(&mut self.exporting);
        let span = self.span();
        self.children(|l| {
            let at = l.span();
            match l.kind {
                Kind::Identifier | Kind::NestedIdentifier => {
                    let first = l.first_name(at);
                    let name = l.sym_of(first);
                    let here = l.scopes.here();
                    let var = l.declare_again(here, name, VarKind::Local, super::scope::Space::Both, first);
                    l.export(exporting, name, var, first);
                }
                Kind::StatementBlock => {
                    // `export` inside a namespace is no export of the file.
                    l.namespaces += 1;
                    let block = l.block();
                    l.namespaces -= 1;
                    out.push(l.b.stmt(StmtKind::Block(block), span));
                }
                _ => {}
            }
        });
    }

    /// `A` of `A.B.C`.
    fn first_name(&self, at: Span) -> Span {
        let bytes = self.bytes_of(at);
        let dot = memchr::memchr(b'.', bytes).unwrap_or(bytes.len());
        Span { start: at.start, end: at.start + bytes[..dot].trim_ascii_end().len() as u32 }
    }

    // --- blocks ---

    /// The statements of a block, in a scope of their own.
    pub(super) fn block(&mut self) -> Block {
        let mut out = Vec::new();
        self.scopes.open(self.function, false);
        self.block_statements(&mut out);
        self.scopes.close(&mut self.b.module);
        out
    }

    /// The current statement as a block: `if (x) return;`.
    pub(super) fn body(&mut self) -> Block {
        if self.kind == Kind::StatementBlock {
            return self.block();
        }
        let mut out = Vec::new();
        self.scopes.open(self.function, false);
        self.statement(&mut out);
        self.open_with = None;
        self.scopes.close(&mut self.b.module);
        out
    }

    /// The expression after a keyword.
    fn operand(&mut self) -> Option<ExprId> {
        let mut value = None;
        self.children(|l| {
            if l.kind.is_named() && value.is_none() {
                value = Some(l.expr());
            }
        });
        value
    }

    /// The parts of an ERROR node, as far as they are statements or expressions.
    fn lost_children(&mut self, out: &mut Block) {
        self.children(|l| {
            if l.kind.is_named() {
                l.statement(out);
            }
        });
    }

    /// The current ERROR node, where a part of a statement should be.
    pub(super) fn lost_statement(&mut self, out: &mut Block) {
        let span = self.span();
        let lost = self.over_children();
        out.push(self.b.stmt(StmtKind::Expr(lost), span));
    }

    // --- expressions as statements ---

    fn expression_statement(&mut self, out: &mut Block) {
        let span = self.span();
        self.children(|l| match l.kind {
            Kind::SequenceExpression => l.children(|l| {
                if l.kind.is_named() {
                    let at = l.span();
                    l.effect(at, out);
                }
            }),
            _ if l.kind.is_named() => l.effect(span, out),
            _ => {}
        });
    }

    /// The current expression, run for its effect.
    pub(super) fn effect(&mut self, span: Span, out: &mut Block) {
        match self.kind {
            Kind::AssignmentExpression | Kind::AugmentedAssignmentExpression => {
                let assignment = self.assignment();
                let kind = match (assignment.target, assignment.value) {
                    (Some(target), Some(context)) if assignment.is_using => {
                        let items = vec![WithItem { context, target: Some(target) }];
                        let with = self.b.stmt(StmtKind::With { items, body: Vec::new(), is_async: false }, span);
                        self.open_with = Some(with);
                        out.push(with);
                        return;
                    }
                    (Some(target), Some(value)) => StmtKind::Assign { target, ty: None, op: assignment.op, value },
                    (Some(part), None) | (None, Some(part)) => StmtKind::Expr(part),
                    (None, None) => return,
                };
                out.push(self.b.stmt(kind, span));
            }
            Kind::UnaryExpression => {
                let value = self.expr();
                let is_delete = self.bytes_of(span).starts_with(b"delete");
                let kind = match self.b.module.exprs[value.index()].kind {
                    ExprKind::Unary { op: UnaryOp::Other, operand } if is_delete => {
                        // The operator was the last to be lowered; the statement takes its operand.
                        self.b.module.exprs.pop();
                        StmtKind::Delete(operand)
                    }
                    _ => StmtKind::Expr(value),
                };
                out.push(self.b.stmt(kind, span));
            }
            Kind::InternalModule => self.namespace(out),
            _ => {
                let value = self.expr();
                out.push(self.b.stmt(StmtKind::Expr(value), span));
            }
        }
    }

    /// `target = value`, `target op= value`.
    pub(super) fn assignment(&mut self) -> Assignment {
        let span = self.span();
        let mut parts = Assignment::default();
        let mut exported = None;
        self.children(|l| {
            if !l.kind.is_named() {
                match l.kind {
                    Kind::Using => parts.is_using = true,
                    Kind::Equals | Kind::Token => {}
                    _ => parts.op = Some(operator(l.kind)),
                }
                return;
            }
            let Some(target) = parts.target else {
                let using = Bind::Declare { kind: VarKind::Local, is_const: true, is_hoisted: false };
                let bind = if parts.is_using { using } else { Bind::Assign };
                parts.target = Some(l.pattern(bind, Some(span)));
                return;
            };
            if parts.value.is_some() {
                return;
            }
            if parts.op.is_none() {
                exported = l.common_export(target);
            }
            l.hint = match l.b.module.exprs[target.index()].kind {
                _ if matches!(exported, Some(super::modules::CommonExport::Whole)) => Some(l.b.sym("default")),
                ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(name),
                ExprKind::Var(var) => Some(l.b.module.vars[var.index()].name),
                _ => None,
            };
            parts.value = Some(l.expr());
        });
        if let (Some(exported), Some(target), Some(value)) = (exported, parts.target, parts.value) {
            let at = self.b.module.exprs[target.index()].span;
            let var = self.export_common(&exported, value, at);
            self.b.wrote(var, span);
            parts.target = Some(self.b.expr(ExprKind::Var(var), at));
        }
        parts
    }

    // --- branches ---

    fn if_statement(&mut self, span: Span, out: &mut Block) {
        let mut test = None;
        let mut then: Option<Block> = None;
        let mut orelse = Vec::new();
        self.children(|l| match l.kind {
            Kind::ElseClause => l.children(|l| {
                if l.kind.is_named() {
                    orelse = l.body();
                }
            }),
            _ if !l.kind.is_named() => {}
            _ if test.is_none() => test = Some(l.expr()),
            _ if then.is_none() => then = Some(l.body()),
            _ => l.statement(&mut orelse),
        });
        let test = test.unwrap_or_else(|| self.nothing());
        let kind = StmtKind::Branch { test, then: then.unwrap_or_default(), orelse };
        out.push(self.b.stmt(kind, span));
    }

    fn switch_statement(&mut self, span: Span, out: &mut Block) {
        let mut subject = None;
        let mut cases = Vec::new();
        self.children(|l| match l.kind {
            Kind::SwitchBody => {
                // The cases share one scope.
                l.scopes.open(l.function, false);
                l.children(|l| {
                    if matches!(l.kind, Kind::SwitchCase | Kind::SwitchDefault) {
                        let case = l.case();
                        cases.push(case);
                    }
                });
                l.scopes.close(&mut l.b.module);
            }
            _ if l.kind.is_named() && subject.is_none() => subject = Some(l.expr()),
            _ => {}
        });
        out.push(self.b.stmt(StmtKind::Switch { subject, cases, is_type_switch: false }, span));
    }

    fn case(&mut self) -> Case {
        self.nodes += 1;
        let span = self.span();
        let mut patterns = Vec::new();
        let mut body = Vec::new();
        let mut has_colon = self.kind == Kind::SwitchDefault;
        if self.enter() {
            loop {
                if self.kind == Kind::Colon {
                    has_colon = true;
                } else if has_colon {
                    self.statements(span.end, &mut body);
                    break;
                } else if self.kind.is_named() {
                    patterns.push(self.expr());
                }
                if !self.next() {
                    break;
                }
            }
            self.leave();
        }
        Case { patterns, guard: None, body, span }
    }

    fn try_statement(&mut self, span: Span, out: &mut Block) {
        let mut body: Option<Block> = None;
        let mut handlers = Vec::new();
        let mut finally = Vec::new();
        let mut finally_span = None;
        self.children(|l| match l.kind {
            Kind::StatementBlock if body.is_none() => body = Some(l.block()),
            Kind::CatchClause => handlers.push(l.catch_clause()),
            Kind::FinallyClause => {
                finally_span = Some(l.span());
                l.children(|l| {
                    if l.kind == Kind::StatementBlock {
                        finally = l.block();
                    }
                });
            }
            _ => {}
        });
        let body = body.unwrap_or_default();
        let kind = StmtKind::Try(Box::new(Try { body, handlers, orelse: Vec::new(), finally, finally_span }));
        out.push(self.b.stmt(kind, span));
    }

    fn catch_clause(&mut self) -> Handler {
        self.nodes += 1;
        let span = self.span();
        let mut head = Span { start: span.start, end: span.start };
        let mut var = None;
        let mut body = Vec::new();
        self.scopes.open(self.function, false);
        self.children(|l| {
            let at = l.span();
            match l.kind {
                Kind::Identifier | Kind::Undefined => {
                    let name = l.sym_of(at);
                    let here = l.scopes.here();
                    var = Some(l.declare_in(here, name, VarKind::Caught, super::scope::Space::Value, at));
                }
                Kind::ObjectPattern | Kind::ArrayPattern => {
                    let caught = l.synthetic("", VarKind::Caught, at);
                    var = Some(caught);
                    let target = l.pattern(Bind::local(), Some(at));
                    let value = l.b.expr(ExprKind::Var(caught), at);
                    body.push(l.b.stmt(StmtKind::Assign { target, ty: None, op: None, value }, at));
                }
                Kind::TypeAnnotation => {
                    let ty = l.annotation();
                    if let Some(var) = var {
                        l.b.module.vars[var.index()].ty = ty;
                    }
                }
                Kind::StatementBlock => {
                    head.end = at.start;
                    l.block_statements(&mut body);
                }
                _ => {}
            }
        });
        self.scopes.close(&mut self.b.module);
        head.end = head.end.max(head.start);
        Handler { types: Vec::new(), var, body, is_group: false, span, head }
    }

    /// `with (object) statement`: the object runs, then the body.
    fn with_statement(&mut self, out: &mut Block) {
        let mut has_object = false;
        self.children(|l| {
            if !l.kind.is_named() {
                return;
            }
            if has_object {
                l.statement(out);
            } else {
                has_object = true;
                let at = l.span();
                let object = l.expr();
                out.push(l.b.stmt(StmtKind::Expr(object), at));
            }
        });
    }
}
