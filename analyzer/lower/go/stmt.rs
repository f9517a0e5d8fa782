//! Statements.
//!
//! Knows Go's statements and the scopes that they open. Labels are dropped: a labelled `break` breaks.
//! Invariant: every statement that opens a scope closes it, whatever ERROR nodes it holds.

use super::expr::assigning_op;
use super::{BLANK, Kind, Lowering};
use crate::ir::{
    BinaryOp, Block, Case, ExprId, ExprKind, Lit, Loop, LoopKind, StmtKind, Sym, TypeKind, UnaryOp, VarId, VarKind,
};
use crate::lower::MAX_DEPTH;
use crate::source::Span;

impl Lowering<'_> {
    /// The block under the cursor, in the scope that is open.
    pub(super) fn block(&mut self) -> Block {
        let mut out = Vec::new();
        let mut kind = self.enter_past_sign();
        while kind != Kind::End {
            if kind == Kind::StatementList {
                self.statement_list(&mut out);
            }
            kind = self.next_item();
        }
        self.leave();
        out.append(&mut self.strays);
        out
    }

    /// The block under the cursor in a scope of its own.
    fn scoped_block(&mut self) -> Block {
        self.scopes.open();
        let block = self.block();
        self.scopes.close();
        block
    }

    fn statement_list(&mut self, out: &mut Block) {
        let mut kind = self.enter();
        while kind != Kind::End {
            if !kind.is_sign() {
                self.statement(kind, out);
            }
            kind = self.next();
        }
        self.leave();
        out.append(&mut self.strays);
    }

    /// The statement under the cursor. A declaration of several names gives several statements, an empty one none.
    pub(super) fn statement(&mut self, kind: Kind, out: &mut Block) {
        // What an ERROR before this statement held comes first: a block inside must not take it.
        out.append(&mut self.strays);
        if self.depth >= MAX_DEPTH {
            let span = self.span();
            let opaque = self.too_deep();
            return self.push_expr(opaque, span, out);
        }
        self.depth += 1;
        self.b.module.stats.nodes += 1;
        match kind {
            Kind::ExpressionStatement => {
                let span = self.span();
                self.enter();
                let value = self.expr();
                self.leave();
                self.push_expr(value, span, out);
            }
            Kind::ShortVarDeclaration => self.short_var_declaration(out),
            Kind::AssignmentStatement => self.assignment(out),
            Kind::IncStatement | Kind::DecStatement => self.step(out),
            Kind::SendStatement => {
                let span = self.span();
                let sent = self.sent();
                self.push_expr(sent, span, out);
            }
            Kind::IfStatement => self.if_statement(out),
            Kind::ReturnStatement => self.return_statement(out),
            Kind::ForStatement => self.for_statement(out),
            Kind::ExpressionSwitchStatement => self.switch(out),
            Kind::TypeSwitchStatement => self.type_switch(out),
            Kind::SelectStatement => self.select(out),
            Kind::GoStatement | Kind::DeferStatement => {
                let span = self.span();
                self.enter_past_sign();
                let call = self.expr();
                self.leave();
                let kind = if kind == Kind::GoStatement { StmtKind::Spawn(call) } else { StmtKind::Defer(call) };
                self.push_stmt(kind, span, out);
            }
            Kind::Block => {
                let span = self.span();
                let block = self.scoped_block();
                self.push_stmt(StmtKind::Block(block), span, out);
            }
            Kind::LabeledStatement => {
                self.enter();
                let labelled = self.next_node();
                if labelled != Kind::End {
                    self.statement(labelled, out);
                }
                self.leave();
            }
            Kind::BreakStatement | Kind::ContinueStatement => {
                let span = self.span();
                let kind = if kind == Kind::BreakStatement { StmtKind::Break } else { StmtKind::Continue };
                self.push_stmt(kind, span, out);
            }
            Kind::GotoStatement | Kind::FallthroughStatement => {
                let span = self.span();
                self.b.module.stats.opaque += 1;
                let opaque = self.b.expr(ExprKind::Opaque(Vec::new()), span);
                self.push_expr(opaque, span, out);
            }
            Kind::EmptyStatement | Kind::PackageClause => {}
            Kind::VarDeclaration
            | Kind::VarSpecList
            | Kind::ConstDeclaration
            | Kind::TypeDeclaration
            | Kind::StatementList => {
                let mut inner = self.enter_node();
                while inner != Kind::End {
                    self.statement(inner, out);
                    inner = self.next_node();
                }
                self.leave();
            }
            Kind::VarSpec => self.value_spec(false, out),
            Kind::ConstSpec => self.value_spec(true, out),
            Kind::TypeSpec | Kind::TypeAlias => self.type_spec(out),
            Kind::FunctionDeclaration => self.function_declaration(out),
            Kind::MethodDeclaration => self.method_declaration(out),
            // The file's own imports are bound by `hoist`.
            Kind::ImportDeclaration if self.scopes.depth() == 0 => {}
            Kind::ImportDeclaration => self.import_declaration(),
            _ => {
                let span = self.span();
                let value = self.expr();
                self.push_expr(value, span, out);
            }
        }
        self.depth -= 1;
    }

    // Simple statements.

    fn short_var_declaration(&mut self, out: &mut Block) {
        let span = self.span();
        let names = self.names.len();
        let others = self.items.len();
        self.enter();
        self.declared_names();
        self.next_past_sign();
        let closure_name = if self.names.len() == names + 1 { Some(self.names[names].0) } else { None };
        let value = self.expr_list(closure_name);
        self.leave();
        self.items.truncate(others);
        for index in names..self.names.len() {
            let (name, at) = self.names[index];
            let target = self.defined(name, at, span);
            self.items.push(target);
        }
        self.names.truncate(names);
        self.assign_to(others, None, Some(value), span, out);
    }

    /// Puts the names of the expression list under the cursor on `names`. What is no name is an error and dropped.
    fn declared_names(&mut self) {
        let mut kind = self.enter_node();
        while kind != Kind::End {
            if matches!(kind, Kind::Identifier | Kind::Nil | Kind::True | Kind::False | Kind::Iota) {
                let name = self.name();
                self.names.push(name);
            }
            kind = self.next_node();
        }
        self.leave();
    }

    /// A name on the left of `:=`: the variable of this very scope, else a new one.
    fn defined(&mut self, name: Sym, at: Span, write: Span) -> ExprId {
        if name == BLANK {
            return self.b.expr(ExprKind::Name(BLANK), at);
        }
        let var = match self.scopes.declared_here(name) {
            Some(var) => var,
            None => self.declare(name, VarKind::Local, at),
        };
        self.target(name, var, at, write)
    }

    fn assignment(&mut self, out: &mut Block) {
        let span = self.span();
        self.enter();
        let target = self.expr_list(None);
        let op = assigning_op(self.next());
        self.next();
        let closure_name = match self.b.module.expr(target).kind {
            ExprKind::Var(var) => Some(self.b.module.var(var).name),
            ExprKind::Member { name, .. } => Some(name),
            _ => None,
        };
        let value = self.expr_list(closure_name);
        self.leave();
        self.wrote(target, span);
        self.push_stmt(StmtKind::Assign { target, ty: None, op, value }, span, out);
    }

    fn step(&mut self, out: &mut Block) {
        let span = self.span();
        self.enter();
        let operand = self.expr();
        self.leave();
        self.wrote(operand, span);
        let step = self.b.expr(ExprKind::Unary { op: UnaryOp::Step, operand }, span);
        self.push_expr(step, span, out);
    }

    /// `channel <- value` under the cursor.
    fn sent(&mut self) -> ExprId {
        let span = self.span();
        self.enter();
        let left = self.expr();
        self.next_node();
        let right = self.expr();
        self.leave();
        self.b.expr(ExprKind::Binary { op: BinaryOp::Other, left, right }, span)
    }

    fn return_statement(&mut self, out: &mut Block) {
        let span = self.span();
        let mut value = None;
        if self.enter_past_sign() == Kind::ExpressionList {
            value = Some(self.expr_list(None));
        }
        self.leave();
        if value.is_none() && !self.results.is_empty() {
            let start = self.items.len();
            for index in 0..self.results.len() {
                let kind = self.results[index].map_or(ExprKind::Name(BLANK), ExprKind::Var);
                let result = self.b.expr(kind, span);
                self.items.push(result);
            }
            let results: Vec<ExprId> = self.items.drain(start..).collect();
            value = Some(self.places(&results, span));
        }
        self.push_stmt(StmtKind::Return(value), span, out);
    }

    // Compound statements.

    fn if_statement(&mut self, out: &mut Block) {
        let span = self.span();
        self.scopes.open();
        let mut kind = self.enter_past_sign();
        let mut whole = Vec::new();
        if kind.is_simple_statement() {
            self.statement(kind, &mut whole);
            self.next_node();
        }
        let test = self.expr();
        kind = self.next_node();
        let then = if kind == Kind::Block { self.scoped_block() } else { Vec::new() };
        let mut orelse = Vec::new();
        match self.next_node() {
            Kind::Block => orelse = self.scoped_block(),
            Kind::IfStatement => self.statement(Kind::IfStatement, &mut orelse),
            _ => {}
        }
        self.leave();
        self.scopes.close();
        self.push_stmt(StmtKind::Branch { test, then, orelse }, span, &mut whole);
        self.push_whole(whole, span, out);
    }

    /// A statement with what its header runs before it: a block where there is such a thing.
    fn push_whole(&mut self, whole: Block, span: Span, out: &mut Block) {
        match whole[..] {
            [only] => out.push(only),
            _ => self.push_stmt(StmtKind::Block(whole), span, out),
        }
    }

    fn for_statement(&mut self, out: &mut Block) {
        let span = self.span();
        self.scopes.open();
        let mut l = Loop {
            kind: LoopKind::Forever,
            key: None,
            target: None,
            iter: None,
            test: None,
            init: Vec::new(),
            step: Vec::new(),
            body: Vec::new(),
            orelse: Vec::new(),
            is_async: false,
            head: Span { start: span.start, end: span.start + "for".len() as u32 },
        };
        let mut kind = self.enter_past_sign();
        if kind != Kind::Block && kind != Kind::End {
            l.head.end = self.span().end;
            match kind {
                Kind::ForClause => self.for_clause(&mut l),
                Kind::RangeClause => self.range_clause(&mut l),
                _ => {
                    l.kind = LoopKind::While;
                    l.test = Some(self.expr());
                }
            }
            kind = self.next_node();
        }
        if kind == Kind::Block {
            l.body = self.scoped_block();
        }
        self.leave();
        self.scopes.close();
        self.push_stmt(StmtKind::Loop(Box::new(l)), span, out);
    }

    /// `init; test; step`, each of them optional.
    fn for_clause(&mut self, l: &mut Loop) {
        let mut semicolons = 0;
        let mut kind = self.enter();
        while kind != Kind::End {
            match kind {
                Kind::Semicolon => semicolons += 1,
                kind if kind.is_sign() => {}
                kind if semicolons == 1 && !kind.is_simple_statement() => l.test = Some(self.expr()),
                kind if semicolons == 0 => self.statement(kind, &mut l.init),
                kind => self.statement(kind, &mut l.step),
            }
            kind = self.next();
        }
        self.leave();
        let is_bare = l.init.is_empty() && l.step.is_empty() && l.test.is_none();
        l.kind = if is_bare { LoopKind::Forever } else { LoopKind::Counted };
    }

    /// `k, v := range xs`, `k, v = range xs`, `range xs`.
    fn range_clause(&mut self, l: &mut Loop) {
        let span = self.span();
        l.kind = LoopKind::Each;
        let names = self.names.len();
        let mut places = Vec::new();
        let mut kind = self.enter();
        if kind == Kind::ExpressionList {
            // Whether the names are declared is known after them, and the declared ones are visible after the range.
            let is_declaring = self.is_followed_by_define();
            if is_declaring {
                self.declared_names();
            } else {
                places = self.exprs();
                for &place in &places {
                    self.wrote(place, span);
                }
            }
            kind = self.next_node();
        } else if kind.is_sign() {
            kind = self.next_node();
        }
        if kind != Kind::End {
            l.iter = Some(self.expr());
        }
        self.leave();
        for index in names..self.names.len() {
            let (name, at) = self.names[index];
            let place = self.defined(name, at, span);
            places.push(place);
        }
        self.names.truncate(names);
        let mut places = places.into_iter().map(|place| self.unless_blank(place));
        l.key = places.next().flatten();
        l.target = places.next().flatten();
    }

    fn is_followed_by_define(&self) -> bool {
        let mut next = self.cursor.node().next_sibling();
        while let Some(node) = next {
            match self.kind_of(node) {
                Kind::Comment | Kind::Error => next = node.next_sibling(),
                kind => return kind == Kind::Define,
            }
        }
        false
    }

    fn unless_blank(&self, place: ExprId) -> Option<ExprId> {
        (!matches!(self.b.module.expr(place).kind, ExprKind::Name(BLANK))).then_some(place)
    }

    fn switch(&mut self, out: &mut Block) {
        let span = self.span();
        self.scopes.open();
        let (mut whole, mut cases, mut subject) = (Vec::new(), Vec::new(), None);
        let mut kind = self.enter_node();
        while kind != Kind::End {
            match kind {
                Kind::ExpressionCase | Kind::DefaultCase => {
                    let case = self.case();
                    cases.push(case);
                }
                kind if kind.is_simple_statement() => self.statement(kind, &mut whole),
                _ => subject = Some(self.expr()),
            }
            kind = self.next_node();
        }
        self.leave();
        self.scopes.close();
        self.push_stmt(StmtKind::Switch { subject, cases, is_type_switch: false }, span, &mut whole);
        self.push_whole(whole, span, out);
    }

    /// A case of any switch, or of `select`, under the cursor.
    fn case(&mut self) -> Case {
        let span = self.span();
        self.scopes.open();
        let (mut patterns, mut body) = (Vec::new(), Vec::new());
        let mut kind = self.enter_node();
        while kind != Kind::End {
            match kind {
                Kind::StatementList => self.statement_list(&mut body),
                Kind::ExpressionList => patterns = self.exprs(),
                Kind::SendStatement => patterns.push(self.sent()),
                Kind::ReceiveStatement => self.received(&mut patterns, &mut body),
                kind if kind.is_type() => patterns.push(self.type_pattern()),
                _ => patterns.push(self.expr()),
            }
            kind = self.next_node();
        }
        self.leave();
        self.scopes.close();
        body.append(&mut self.strays);
        Case { patterns, guard: None, body, span }
    }

    /// `case T:` and `case nil:` of a type switch.
    fn type_pattern(&mut self) -> ExprId {
        let span = self.span();
        let ty = self.ty();
        if let TypeKind::Named { head: None, path, .. } = &self.b.module.ty(ty).kind
            && path[..] == [Sym(super::FIRST_PREDECLARED)]
        {
            return self.b.expr(ExprKind::Lit(Lit::Null), span);
        }
        self.b.expr(ExprKind::TypeValue(ty), span)
    }

    /// `<-ch` is the case's pattern; `v := <-ch` starts its body, and the pattern says only that there is one.
    fn received(&mut self, patterns: &mut Vec<ExprId>, body: &mut Block) {
        let span = self.span();
        if self.enter() != Kind::ExpressionList {
            patterns.push(self.expr());
            return self.leave();
        }
        let names = self.names.len();
        let targets = self.items.len();
        let is_declaring = self.is_followed_by_define();
        let assigned = if is_declaring {
            self.declared_names();
            None
        } else {
            Some(self.expr_list(None))
        };
        self.next_node();
        let value = self.expr();
        self.leave();
        patterns.push(self.b.expr(ExprKind::Opaque(Vec::new()), Span { start: span.start, end: span.start }));
        if let Some(target) = assigned {
            self.wrote(target, span);
            return self.push_stmt(StmtKind::Assign { target, ty: None, op: None, value }, span, body);
        }
        for index in names..self.names.len() {
            let (name, at) = self.names[index];
            let target = self.defined(name, at, span);
            self.items.push(target);
        }
        self.names.truncate(names);
        self.assign_to(targets, None, Some(value), span, body);
    }

    fn type_switch(&mut self, out: &mut Block) {
        let span = self.span();
        self.scopes.open();
        let (mut whole, mut cases) = (Vec::new(), Vec::new());
        let mut bound: Option<(VarId, Span)> = None;
        let mut subject = None;
        let names = self.names.len();
        let mut kind = self.enter();
        while kind != Kind::End {
            match kind {
                Kind::TypeCase | Kind::DefaultCase => {
                    let case = self.case();
                    cases.push(case);
                }
                Kind::ExpressionList => self.declared_names(),
                kind if kind.is_simple_statement() => self.statement(kind, &mut whole),
                kind if kind.is_sign() => {}
                _ => {
                    let value = self.expr();
                    subject = Some(value);
                    let declared = self.names.drain(names..).next();
                    if let Some((name, at)) = declared.filter(|&(name, _)| name != BLANK) {
                        let write = at.to(self.b.module.expr(value).span);
                        let var = self.declare(name, VarKind::Local, at);
                        let target = self.target(name, var, at, write);
                        let assign = StmtKind::Assign { target, ty: None, op: None, value };
                        self.push_stmt(assign, write, &mut whole);
                        bound = Some((var, at));
                    }
                }
            }
            kind = self.next();
        }
        self.leave();
        self.scopes.close();
        if let Some((var, at)) = bound {
            subject = Some(self.b.expr(ExprKind::Var(var), at));
        }
        self.push_stmt(StmtKind::Switch { subject, cases, is_type_switch: true }, span, &mut whole);
        self.push_whole(whole, span, out);
    }

    fn select(&mut self, out: &mut Block) {
        let span = self.span();
        let mut cases = Vec::new();
        let mut kind = self.enter_node();
        while kind != Kind::End {
            let case = self.case();
            cases.push(case);
            kind = self.next_node();
        }
        self.leave();
        self.push_stmt(StmtKind::Switch { subject: None, cases, is_type_switch: false }, span, out);
    }
}
