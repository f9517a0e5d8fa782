//! Statements of Python.
//!
//! ```python
//! assert user.ok, "no"         # Branch not user.ok -> Raise AssertionError("no")
//! a = b = f()                  # Assign a = Let b = f()
//! raise X from error           # Raise Opaque(X, error); `from None` is a plain Raise X
//! ```
//!
//! Knows syntax only; classes, functions, imports and patterns have modules of their own.
//! Invariant: statements come out in source order; a statement that the program does not run (`pass`, `global`) has no IR.

use super::Lowering;
use super::kinds::Kind;
use super::operators::binary_op;
use crate::ir::{
    Arg, Block, Case, ExprId, ExprKind, Handler, Lit, Loop, LoopKind, MODULE_FN, Spread, StmtKind, Try, UnaryOp,
    VarKind, WithItem,
};
use crate::source::Span;
use crate::syntax::flat::NodeId;

/// `elif` chains up to this length are nested branches; longer ones are a switch without a subject.
const LONG_ELIF: usize = 32;

impl Lowering<'_> {
    /// The statements among a node's children; of an ERROR node, whatever stands in it.
    pub(super) fn statements(&mut self, parent: NodeId, out: &mut Block) {
        let tree = self.tree;
        for child in tree.all_children(parent) {
            self.statement(child, out);
        }
    }

    fn block(&mut self, node: Option<NodeId>) -> Block {
        let mut block = Block::new();
        if let Some(node) = node {
            self.statements(node, &mut block);
        }
        block
    }

    /// The block of a clause like `else:` or `finally:`.
    fn clause_block(&mut self, clause: Option<NodeId>) -> Block {
        let body = clause.and_then(|clause| self.tree.first_of(clause, Kind::Block));
        self.block(body)
    }

    pub(super) fn statement(&mut self, node: NodeId, out: &mut Block) {
        if self.tree.kind(node).is_token() {
            return;
        }
        if self.nested(1, |this| this.statement_at(node, out)).is_none() {
            let span = self.tree.span(node);
            let value = self.childless(span);
            out.push(self.b.stmt(StmtKind::Expr(value), span));
        }
    }

    fn statement_at(&mut self, node: NodeId, out: &mut Block) {
        let tree = self.tree;
        let span = tree.span(node);
        let kind = match tree.kind(node) {
            Kind::ExpressionStatement => return self.expression_statement(node, out),
            Kind::ReturnStatement => StmtKind::Return(self.named_child(node).map(|value| self.expr(value))),
            Kind::IfStatement => return self.if_statement(node, out),
            Kind::ForStatement | Kind::WhileStatement => self.loop_statement(node),
            Kind::TryStatement => self.try_statement(node),
            Kind::WithStatement => self.with_statement(node),
            Kind::MatchStatement => self.match_statement(node),
            Kind::FunctionDefinition => StmtKind::Define(self.function(node, &[], None)),
            Kind::ClassDefinition => return self.class_statement(node, &[], span, out),
            Kind::DecoratedDefinition => {
                let (decorators, definition) = self.decorated(node);
                match definition.map(|definition| (tree.kind(definition), definition)) {
                    Some((Kind::FunctionDefinition, function)) => {
                        StmtKind::Define(self.function(function, &decorators, None))
                    }
                    Some((_, class)) => return self.class_statement(class, &decorators, span, out),
                    None => StmtKind::Expr(self.over_children(node)),
                }
            }
            Kind::ImportStatement => return self.import_statement(node),
            Kind::ImportFromStatement | Kind::FutureImportStatement => return self.import_from(node),
            Kind::RaiseStatement => self.raise(node),
            Kind::AssertStatement => self.assert(node),
            Kind::DeleteStatement => return self.delete(node, out),
            Kind::BreakStatement => StmtKind::Break,
            Kind::ContinueStatement => StmtKind::Continue,
            Kind::PassStatement | Kind::GlobalStatement | Kind::NonlocalStatement => return,
            Kind::TypeAliasStatement => return self.type_alias(node, out),
            Kind::PrintStatement => StmtKind::Expr(self.old_call(node, "print")),
            Kind::ExecStatement => StmtKind::Expr(self.old_call(node, "exec")),
            // Where an error has left parts of statements.
            Kind::Error
            | Kind::Block
            | Kind::ElseClause
            | Kind::ElifClause
            | Kind::FinallyClause
            | Kind::ExceptClause
            | Kind::WithClause => return self.statements(node, out),
            Kind::CaseClause => {
                let cases = vec![self.case(node)];
                StmtKind::Switch { subject: None, cases, is_type_switch: false }
            }
            Kind::Assignment => return self.assign(node, span, out),
            Kind::AugmentedAssignment => return self.augmented(node, span, out),
            _ => StmtKind::Expr(self.expr(node)),
        };
        out.push(self.b.stmt(kind, span));
    }

    fn expression_statement(&mut self, node: NodeId, out: &mut Block) {
        let tree = self.tree;
        let span = tree.span(node);
        let mut children = tree.children(node);
        let (first, second) = (children.next(), children.next());
        match first.map(|first| (tree.kind(first), first)) {
            Some((Kind::Assignment, assignment)) => return self.assign(assignment, span, out),
            Some((Kind::AugmentedAssignment, assignment)) => return self.augmented(assignment, span, out),
            _ => {}
        }
        let value = match (first, second) {
            (Some(only), None) => self.expr(only),
            (None, _) => return,
            (Some(_), Some(_)) => {
                let items: Vec<NodeId> = tree.children(node).collect();
                self.tuple_of(&items, node)
            }
        };
        out.push(self.b.stmt(StmtKind::Expr(value), span));
    }

    /// `target: T = value`; without a value only the variable's type is kept.
    pub(super) fn assign(&mut self, node: NodeId, span: Span, out: &mut Block) {
        let tree = self.tree;
        let mut target = None;
        let mut ty = None;
        let mut value = None;
        for child in tree.children(node) {
            match tree.kind(child) {
                _ if target.is_none() => target = Some(child),
                Kind::Type => ty = Some(child),
                _ => value = Some(child),
            }
        }
        let Some(target) = target else { return };
        let is_name = tree.kind(target) == Kind::Identifier;
        let value = value.map(|value| self.expr(value));
        let ty = ty.map(|ty| self.annotation(ty).0);
        if is_name {
            let name = self.sym(target);
            if let Some(value) = value {
                self.name_closure(value, name);
                if self.current() == MODULE_FN && self.b.module.text(name) == "__all__" {
                    self.collect_exported(value);
                }
            }
            if let Some(ty) = ty {
                let var = self.binding(name, tree.span(target));
                self.b.module.vars[var.index()].ty.get_or_insert(ty);
            }
        }
        if let Some(value) = value {
            let target = self.place(target, span);
            out.push(self.b.stmt(StmtKind::Assign { target, ty, op: None, value }, span));
        }
    }

    fn augmented(&mut self, node: NodeId, span: Span, out: &mut Block) {
        let tree = self.tree;
        let token = tree.children(node).map(|child| tree.kind(child)).find(|kind| kind.is_token());
        let mut sides = tree.children(node).filter(|&child| !tree.kind(child).is_token());
        let target = sides.next();
        let value = self.expr_or_missing(sides.next(), node);
        if let Some(target) = target
            && self.current() == MODULE_FN
            && self.text_at(target) == "__all__"
        {
            self.collect_exported(value);
        }
        let target = match target {
            Some(target) => self.place(target, span),
            None => self.childless(span),
        };
        let op = token.map(binary_op);
        out.push(self.b.stmt(StmtKind::Assign { target, ty: None, op, value }, span));
    }

    /// Decorators and what they decorate.
    pub(super) fn decorated(&self, node: NodeId) -> (Vec<NodeId>, Option<NodeId>) {
        let tree = self.tree;
        let decorators = tree.children(node).filter(|&child| tree.kind(child) == Kind::Decorator).collect();
        let definition = tree
            .children(node)
            .find(|&child| matches!(tree.kind(child), Kind::FunctionDefinition | Kind::ClassDefinition));
        (decorators, definition)
    }

    fn if_statement(&mut self, node: NodeId, out: &mut Block) {
        let tree = self.tree;
        let span = tree.span(node);
        // The tests with their bodies, and the clause of each.
        let mut arms: Vec<(ExprId, Block, Span)> = Vec::new();
        let mut orelse = Block::new();
        arms.push(self.arm(node));
        for clause in tree.all_children(node) {
            // Each arm is one level deeper than the one before it.
            let levels = arms.len().min(LONG_ELIF) as u32;
            let fits = self.nested(levels, |this| match tree.kind(clause) {
                Kind::ElifClause => {
                    let arm = this.arm(clause);
                    arms.push(arm);
                }
                Kind::ElseClause => orelse = this.clause_block(Some(clause)),
                Kind::Error => {
                    if let Some((_, body, _)) = arms.last_mut() {
                        this.statements(clause, body);
                    }
                }
                _ => {}
            });
            if fits.is_none() {
                self.b.module.stats.opaque += 1;
            }
        }
        if arms.len() > LONG_ELIF {
            let mut cases: Vec<Case> = arms
                .into_iter()
                .map(|(test, body, span)| Case { patterns: vec![test], guard: None, body, span })
                .collect();
            if !orelse.is_empty() {
                cases.push(Case { patterns: Vec::new(), guard: None, body: orelse, span });
            }
            let kind = StmtKind::Switch { subject: None, cases, is_type_switch: false };
            out.push(self.b.stmt(kind, span));
            return;
        }
        for (test, then, start) in arms.into_iter().rev() {
            let whole = Span { start: start.start, end: span.end };
            let branch = self.b.stmt(StmtKind::Branch { test, then, orelse }, whole);
            orelse = vec![branch];
        }
        out.append(&mut orelse);
    }

    /// Test and body of `if` or `elif`.
    fn arm(&mut self, node: NodeId) -> (ExprId, Block, Span) {
        let tree = self.tree;
        let test = tree.children(node).next().filter(|&test| tree.kind(test) != Kind::Block);
        let test = self.expr_or_missing(test, node);
        let body = self.block(tree.first_of(node, Kind::Block));
        (test, body, tree.span(node))
    }

    fn loop_statement(&mut self, node: NodeId) -> StmtKind {
        let tree = self.tree;
        let span = tree.span(node);
        let is_for = tree.kind(node) == Kind::ForStatement;
        let mut head: Vec<NodeId> = Vec::new();
        for child in tree.children(node) {
            match tree.kind(child) {
                Kind::Block => break,
                kind if kind.is_token() => {}
                _ => head.push(child),
            }
        }
        let head_end = head.last().map_or(span.start, |&last| tree.span(last).end);
        let (mut target, mut iter, mut test) = (None, None, None);
        if is_for {
            iter = head.get(1).map(|&iter| self.expr(iter));
            target = head.first().map(|&target| self.place(target, tree.span(target)));
        } else {
            test = head.first().map(|&test| self.expr(test));
        }
        let body = self.block(tree.first_of(node, Kind::Block));
        let orelse = self.clause_block(tree.first_of(node, Kind::ElseClause));
        StmtKind::Loop(Box::new(Loop {
            kind: if is_for { LoopKind::Each } else { LoopKind::While },
            key: None,
            target,
            iter,
            test,
            init: Block::new(),
            step: Block::new(),
            body,
            orelse,
            is_async: tree.first_of(node, Kind::Async).is_some(),
            head: Span { start: span.start, end: head_end },
        }))
    }

    fn try_statement(&mut self, node: NodeId) -> StmtKind {
        let tree = self.tree;
        let mut lowered = Try {
            body: Block::new(),
            handlers: Vec::new(),
            orelse: Block::new(),
            finally: Block::new(),
            finally_span: None,
        };
        for child in tree.all_children(node) {
            match tree.kind(child) {
                Kind::Block | Kind::Error => self.statements(child, &mut lowered.body),
                Kind::ExceptClause => {
                    let handler = self.handler(child);
                    lowered.handlers.push(handler);
                }
                Kind::ElseClause => lowered.orelse = self.clause_block(Some(child)),
                Kind::FinallyClause => {
                    lowered.finally = self.clause_block(Some(child));
                    lowered.finally_span = Some(tree.span(child));
                }
                _ => {}
            }
        }
        StmtKind::Try(Box::new(lowered))
    }

    fn handler(&mut self, node: NodeId) -> Handler {
        let tree = self.tree;
        let span = tree.span(node);
        let mut types = Vec::new();
        let mut alias = None;
        let mut head_end = span.start + 6;
        let mut body = None;
        for child in tree.children(node) {
            match tree.kind(child) {
                Kind::Block => {
                    body = Some(child);
                    break;
                }
                Kind::AsPattern => {
                    let mut parts = tree.children(child);
                    if let Some(caught) = parts.next() {
                        self.caught(caught, &mut types);
                    }
                    alias = parts.next();
                }
                kind if kind.is_token() => {}
                _ => self.caught(child, &mut types),
            }
            head_end = tree.span(child).end;
        }
        let name = alias.and_then(|alias| self.names_in(alias).first().copied());
        let var = name.map(|name| {
            let sym = self.sym(name);
            let var = self.binding(sym, tree.span(name));
            let entry = &mut self.b.module.vars[var.index()];
            if entry.kind == VarKind::Local && entry.writes.is_empty() {
                entry.kind = VarKind::Caught;
            }
            entry.writes.push(tree.span(name));
            var
        });
        let is_group = tree.first_of(node, Kind::Star).is_some();
        let body = self.block(body);
        let head = Span { start: span.start, end: head_end.min(span.end) };
        Handler { types, var, body, is_group, span, head }
    }

    /// The classes of an `except`: a tuple's items one by one.
    fn caught(&mut self, node: NodeId, types: &mut Vec<ExprId>) {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::Tuple => {
                for item in tree.children(node) {
                    types.push(self.expr(item));
                }
            }
            Kind::ParenthesizedExpression => {
                if let Some(inner) = self.named_child(node) {
                    _ = self.nested(1, |this| this.caught(inner, types));
                }
            }
            _ => types.push(self.expr(node)),
        }
    }

    fn with_statement(&mut self, node: NodeId) -> StmtKind {
        let tree = self.tree;
        let mut items = Vec::new();
        if let Some(clause) = tree.first_of(node, Kind::WithClause) {
            for item in tree.children(clause) {
                let mut value = self.child(item, 0);
                // `with (open(a) as f):` is one item in parentheses.
                while let Some(inside) = value.filter(|&value| tree.kind(value) == Kind::ParenthesizedExpression) {
                    value = self.named_child(inside);
                }
                let Some(value) = value else { continue };
                if tree.kind(value) == Kind::AsPattern {
                    let mut parts = tree.children(value);
                    let context = self.expr_or_missing(parts.next(), value);
                    let target = parts.next().map(|target| self.place(target, tree.span(target)));
                    items.push(WithItem { context, target });
                } else {
                    items.push(WithItem { context: self.expr(value), target: None });
                }
            }
        }
        let body = self.block(tree.first_of(node, Kind::Block));
        StmtKind::With { items, body, is_async: tree.first_of(node, Kind::Async).is_some() }
    }

    fn match_statement(&mut self, node: NodeId) -> StmtKind {
        let tree = self.tree;
        let subjects: Vec<NodeId> = tree.children(node).take_while(|&child| tree.kind(child) != Kind::Block).collect();
        let subject = match subjects[..] {
            [only] => self.expr(only),
            _ => self.tuple_of(&subjects, node),
        };
        let mut cases = Vec::new();
        if let Some(body) = tree.first_of(node, Kind::Block) {
            for clause in tree.children(body).filter(|&clause| tree.kind(clause) == Kind::CaseClause) {
                let case = self.case(clause);
                cases.push(case);
            }
        }
        StmtKind::Switch { subject: Some(subject), cases, is_type_switch: false }
    }

    fn raise(&mut self, node: NodeId) -> StmtKind {
        let tree = self.tree;
        let mut children = tree.children(node);
        let Some(raised) = children.next() else {
            return StmtKind::Raise(None);
        };
        let value = self.expr(raised);
        let Some(cause) = children.next().filter(|&cause| tree.kind(cause) != Kind::None) else {
            return StmtKind::Raise(Some(value));
        };
        let span = tree.span(raised).to(tree.span(cause));
        let cause = self.expr(cause);
        StmtKind::Raise(Some(self.b.expr(ExprKind::Opaque(vec![value, cause]), span)))
    }

    fn assert(&mut self, node: NodeId) -> StmtKind {
        let tree = self.tree;
        let span = tree.span(node);
        let mut children = tree.children(node);
        let operand = self.expr_or_missing(children.next(), node);
        let test_span = self.b.module.expr(operand).span;
        let test = self.b.expr(ExprKind::Unary { op: UnaryOp::Not, operand }, test_span);
        let message = children.next().map(|message| self.expr(message));
        let error = self.b.sym("AssertionError");
        let callee = self.b.expr(ExprKind::Name(error), span);
        let args = message.map(|value| Arg { name: None, spread: Spread::None, value });
        let error = self.b.call(callee, args.into_iter().collect(), span);
        let raise = self.b.stmt(StmtKind::Raise(Some(error)), span);
        StmtKind::Branch { test, then: vec![raise], orelse: Block::new() }
    }

    /// `del a, b[0]`: one statement for each.
    fn delete(&mut self, node: NodeId, out: &mut Block) {
        let tree = self.tree;
        for child in tree.children(node) {
            let targets = match tree.kind(child) {
                Kind::ExpressionList | Kind::Tuple => tree.children(child).collect(),
                _ => vec![child],
            };
            for target in targets {
                let value = self.expr(target);
                out.push(self.b.stmt(StmtKind::Delete(value), tree.span(target)));
            }
        }
    }

    /// Python 2's `print x, y`, `print >>f, x` and `exec code in scope` as calls.
    fn old_call(&mut self, node: NodeId, name: &str) -> ExprId {
        let tree = self.tree;
        let span = tree.span(node);
        let sym = self.b.sym(name);
        let end = span.end.min(span.start + name.len() as u32);
        let callee = self.b.expr(ExprKind::Name(sym), Span { start: span.start, end });
        let mut args = Vec::new();
        for child in tree.children(node) {
            let name = (tree.kind(child) == Kind::Chevron).then(|| self.b.sym("file"));
            args.push(Arg { name, spread: Spread::None, value: self.expr(child) });
        }
        self.b.call(callee, args, span)
    }

    /// The module's first statement, when it is a string.
    pub(super) fn docstring(&mut self, root: NodeId) {
        let Some(first) = self.child(root, 0) else { return };
        let Some(string) = self.child(first, 0) else { return };
        if self.tree.kind(first) == Kind::ExpressionStatement
            && matches!(self.tree.kind(string), Kind::String | Kind::ConcatenatedString)
        {
            let value = self.string(string);
            if let ExprKind::Lit(Lit::Str(text)) = self.b.module.expr(value).kind {
                self.b.module.directives.push(text);
            }
        }
    }
}
