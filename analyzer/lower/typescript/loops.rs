//! `for`, `for … of`, `for … in`, `while` and `do`.
//!
//! Invariant: the head reaches from the keyword to the closing parenthesis; the names of the head live in a scope around
//! the body.

use super::Lower;
use super::kinds::{Field, Kind};
use super::pattern::Bind;
use crate::ir::{Block, ExprId, Loop, LoopKind, StmtKind, VarKind};
use crate::source::Span;

/// A loop of which only the place is known.
fn bare_loop(kind: LoopKind, span: Span) -> Loop {
    Loop {
        kind,
        key: None,
        target: None,
        iter: None,
        test: None,
        init: Vec::new(),
        step: Vec::new(),
        body: Vec::new(),
        orelse: Vec::new(),
        is_async: false,
        head: Span { start: span.start, end: span.start },
    }
}

impl Lower<'_> {
    pub(super) fn for_in_statement(&mut self, span: Span, out: &mut Block) {
        let mut this = bare_loop(LoopKind::Each, span);
        let mut bind = Bind::Assign;
        let mut place: Option<ExprId> = None;
        let mut is_keys = false;
        self.scopes.open(self.function, false);
        self.children(|l| {
            let at = l.span();
            match l.kind {
                Kind::Await if place.is_none() => this.is_async = true,
                Kind::Const | Kind::Let | Kind::Var | Kind::Using => {
                    let (is_const, is_hoisted) = (matches!(l.kind, Kind::Const | Kind::Using), l.kind == Kind::Var);
                    bind = Bind::Declare { kind: VarKind::Local, is_const, is_hoisted };
                }
                Kind::In => is_keys = true,
                _ if !l.kind.is_named() => {}
                _ => match l.field() {
                    Field::Left => place = Some(l.pattern(bind, Some(at))),
                    Field::Right => this.iter = Some(l.expr()),
                    Field::Body => {
                        this.body = l.body();
                        return;
                    }
                    Field::Value => _ = l.expr(),
                    _ => l.lost_statement(&mut this.body),
                },
            }
            this.head.end = at.end;
        });
        self.scopes.close(&mut self.b.module);
        if is_keys {
            this.key = place;
        } else {
            this.target = place;
        }
        out.push(self.b.stmt(StmtKind::Loop(Box::new(this)), span));
    }

    pub(super) fn for_statement(&mut self, span: Span, out: &mut Block) {
        let mut this = bare_loop(LoopKind::Counted, span);
        self.scopes.open(self.function, false);
        self.children(|l| {
            let at = l.span();
            if l.kind.is_named() {
                match l.field() {
                    Field::Initializer => l.clause(&mut this.init),
                    Field::Condition if l.kind != Kind::EmptyStatement => this.test = Some(l.expr()),
                    Field::Condition => {}
                    Field::Increment => l.clause(&mut this.step),
                    Field::Body => {
                        this.body = l.body();
                        return;
                    }
                    _ => l.lost_statement(&mut this.body),
                }
            }
            this.head.end = at.end;
        });
        self.scopes.close(&mut self.b.module);
        if this.init.is_empty() && this.step.is_empty() {
            this.kind = if this.test.is_some() { LoopKind::While } else { LoopKind::Forever };
        }
        out.push(self.b.stmt(StmtKind::Loop(Box::new(this)), span));
    }

    /// An initialiser or a step: a declaration, or expressions run for their effect.
    fn clause(&mut self, out: &mut Block) {
        match self.kind {
            Kind::EmptyStatement => {}
            Kind::LexicalDeclaration | Kind::VariableDeclaration => self.statement(out),
            Kind::SequenceExpression => self.children(|l| {
                if l.kind.is_named() {
                    let at = l.span();
                    l.effect(at, out);
                }
            }),
            _ => {
                let at = self.span();
                self.effect(at, out);
            }
        }
    }

    pub(super) fn while_statement(&mut self, span: Span, out: &mut Block) {
        let kind = if self.kind == Kind::DoStatement { LoopKind::DoWhile } else { LoopKind::While };
        let mut this = bare_loop(kind, span);
        self.children(|l| {
            let at = l.span();
            if l.kind.is_named() {
                match l.field() {
                    Field::Condition => this.test = Some(l.expr()),
                    Field::Body => {
                        this.body = l.body();
                        return;
                    }
                    _ => l.lost_statement(&mut this.body),
                }
            }
            if kind == LoopKind::While || this.head.is_empty() {
                this.head.end = at.end;
            }
        });
        out.push(self.b.stmt(StmtKind::Loop(Box::new(this)), span));
    }
}
