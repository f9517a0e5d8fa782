//! Expressions of Python, and the places that statements write.
//!
//! ```python
//! [o.id for o in orders if o.paid]      # Comprehension: Loop over orders, Branch, Yield o.id
//! rows[1:n]                             # Slice
//! lambda o: o.id                        # Closure of a function that returns o.id
//! ```
//!
//! Knows syntax only; strings are in `literal`, operators in `operators`, patterns of `match` in `pattern`.
//! Invariant: parentheses leave no trace.

use super::Lowering;
use super::kinds::Kind;
use crate::ir::{
    Arg, BinaryOp, Block, CallForm, Entry, ExprId, ExprKind, Lit, Loop, LoopKind, SeqKind, Spread, StmtKind, UnaryOp,
    VarKind,
};
use crate::lower::MAX_DEPTH;
use crate::source::Span;
use crate::syntax::flat::NodeId;

impl Lowering<'_> {
    pub(super) fn expr(&mut self, node: NodeId) -> ExprId {
        let span = self.tree.span(node);
        self.nested(1, |this| this.expr_at(node, span)).unwrap_or_else(|| self.childless(span))
    }

    fn expr_at(&mut self, node: NodeId, span: Span) -> ExprId {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::Identifier => self.name(node),
            Kind::Attribute => self.attribute(node),
            Kind::Call => self.call(node),
            Kind::String | Kind::ConcatenatedString => self.string(node),
            Kind::Integer => self.number(node, true),
            Kind::Float => self.number(node, false),
            Kind::True => self.b.expr(ExprKind::Lit(Lit::Bool(true)), span),
            Kind::False => self.b.expr(ExprKind::Lit(Lit::Bool(false)), span),
            Kind::None => self.b.expr(ExprKind::Lit(Lit::Null), span),
            Kind::Ellipsis => self.b.expr(ExprKind::Lit(Lit::Ellipsis), span),
            Kind::Subscript => self.subscript(node),
            Kind::BinaryOperator | Kind::BooleanOperator => self.binary(node),
            Kind::ComparisonOperator => self.comparison(node),
            Kind::NotOperator => {
                let operand = self.only_child(node);
                self.b.expr(ExprKind::Unary { op: UnaryOp::Not, operand }, span)
            }
            Kind::UnaryOperator => self.unary(node),
            Kind::ConditionalExpression => {
                let mut parts = tree.children(node);
                let [then, test, orelse] =
                    [parts.next(), parts.next(), parts.next()].map(|part| self.expr_or_missing(part, node));
                self.b.expr(ExprKind::Conditional { test, then, orelse }, span)
            }
            Kind::ParenthesizedExpression
            | Kind::ParenthesizedListSplat
            | Kind::Type
            | Kind::AsPatternTarget
            | Kind::IfClause
            | Kind::Decorator
            | Kind::Chevron
            | Kind::WithItem
            | Kind::Interpolation
            | Kind::FormatExpression
            | Kind::CasePattern => self.only_child(node),
            Kind::Tuple | Kind::ExpressionList | Kind::PatternList | Kind::TuplePattern => {
                self.sequence(node, SeqKind::Tuple)
            }
            Kind::List | Kind::ListPattern => self.sequence(node, SeqKind::List),
            Kind::Set => self.sequence(node, SeqKind::Set),
            Kind::Dictionary => self.dictionary(node),
            Kind::ListComprehension => self.comprehension(node, SeqKind::List),
            Kind::SetComprehension => self.comprehension(node, SeqKind::Set),
            Kind::DictionaryComprehension => self.comprehension(node, SeqKind::Map),
            Kind::GeneratorExpression => self.comprehension(node, SeqKind::Generator),
            Kind::Lambda => {
                let function = self.lambda(node, None);
                self.b.expr(ExprKind::Closure(function), span)
            }
            Kind::NamedExpression | Kind::Assignment => self.assignment_value(node),
            Kind::Await => {
                let inner = self.only_child(node);
                self.b.expr(ExprKind::Await(inner), span)
            }
            Kind::Yield => self.yielded(node),
            Kind::ListSplat
            | Kind::ListSplatPattern
            | Kind::DictionarySplat
            | Kind::DictionarySplatPattern
            | Kind::SplatType => {
                let inner = self.named_child(node);
                let inner = self.expr_or_missing(inner, node);
                self.b.expr(ExprKind::Spread(inner), span)
            }
            Kind::GenericType => self.generic_as_value(node),
            Kind::UnionType => {
                let mut sides = tree.children(node);
                let [left, right] = [sides.next(), sides.next()].map(|side| self.expr_or_missing(side, node));
                self.b.expr(ExprKind::Binary { op: BinaryOp::BitOr, left, right }, span)
            }
            Kind::Slice => self.slice_object(node),
            Kind::Pair => self.pair_as_tuple(node),
            Kind::DottedName => self.dotted(node),
            // `open(a) as f` outside `with` and `except`, which look inside it themselves.
            Kind::AsPattern => {
                let mut parts = tree.children(node);
                let value = self.expr_or_missing(parts.next(), node);
                match parts.next() {
                    Some(alias) => {
                        let target = self.place(alias, span);
                        self.b.expr(ExprKind::Let { target, value }, span)
                    }
                    None => value,
                }
            }
            Kind::Error => self.over_children(node),
            _ => self.unknown(node),
        }
    }

    /// First child that is no token.
    pub(super) fn named_child(&self, node: NodeId) -> Option<NodeId> {
        self.tree.children(node).find(|&child| !self.tree.kind(child).is_token())
    }

    fn only_child(&mut self, node: NodeId) -> ExprId {
        let child = self.named_child(node);
        self.expr_or_missing(child, node)
    }

    pub(super) fn name(&mut self, node: NodeId) -> ExprId {
        let sym = self.sym(node);
        let kind = match self.scopes.lookup(sym) {
            Some(var) => ExprKind::Var(var),
            None => ExprKind::Name(sym),
        };
        self.b.expr(kind, self.tree.span(node))
    }

    /// `a.b.c` as a name in import position or in a pattern.
    pub(super) fn dotted(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        if tree.children(node).count() > MAX_DEPTH as usize / 4 {
            return self.childless(tree.span(node));
        }
        let mut parts = tree.children(node);
        let mut value = self.expr_or_missing(parts.next(), node);
        for part in parts {
            let span = self.b.module.expr(value).span.to(tree.span(part));
            let name = self.sym(part);
            let kind = ExprKind::Member { base: value, name, name_span: tree.span(part), optional: false };
            value = self.b.expr(kind, span);
        }
        value
    }

    fn number(&mut self, node: NodeId, is_integer: bool) -> ExprId {
        let text = self.text_at(node);
        let sym = if text.contains('_') { self.b.sym(&text.replace('_', "")) } else { self.b.sym(&text) };
        let is_hex = text.starts_with("0x") || text.starts_with("0X");
        let is_real = is_integer && (is_hex || !text.ends_with(['j', 'J']));
        let lit = if is_real { Lit::Int(sym) } else { Lit::Float(sym) };
        self.b.expr(ExprKind::Lit(lit), self.tree.span(node))
    }

    fn attribute(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let mut children = tree.children(node);
        let base = self.expr_or_missing(children.next(), node);
        let Some(name_node) = children.next() else {
            return base;
        };
        let name = self.sym(name_node);
        let kind = ExprKind::Member { base, name, name_span: tree.span(name_node), optional: false };
        self.b.expr(kind, tree.span(node))
    }

    fn call(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let mut children = tree.children(node);
        let callee = self.expr_or_missing(children.next(), node);
        let args = match children.next() {
            Some(list) if tree.kind(list) == Kind::ArgumentList => self.arguments(list),
            Some(generator) => {
                vec![Arg { name: None, spread: Spread::None, value: self.expr(generator) }]
            }
            None => Vec::new(),
        };
        self.b.expr(ExprKind::Call { callee, args, form: CallForm::Plain }, tree.span(node))
    }

    pub(super) fn arguments(&mut self, list: NodeId) -> Vec<Arg> {
        let tree = self.tree;
        let mut args = Vec::new();
        for child in tree.all_children(list) {
            args.push(self.argument(child));
        }
        args
    }

    pub(super) fn argument(&mut self, node: NodeId) -> Arg {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::KeywordArgument => {
                let mut parts = tree.children(node);
                let name = parts.next().map(|name| self.sym(name));
                let value = self.expr_or_missing(parts.next(), node);
                Arg { name, spread: Spread::None, value }
            }
            Kind::ListSplat => {
                let value = self.only_child(node);
                Arg { name: None, spread: Spread::List, value }
            }
            Kind::DictionarySplat => {
                let value = self.only_child(node);
                Arg { name: None, spread: Spread::Map, value }
            }
            _ => Arg { name: None, spread: Spread::None, value: self.expr(node) },
        }
    }

    fn sequence(&mut self, node: NodeId, kind: SeqKind) -> ExprId {
        let tree = self.tree;
        let mut items = Vec::new();
        for child in tree.all_children(node) {
            items.push(self.expr(child));
        }
        self.b.expr(ExprKind::Seq { kind, items, ty: None }, tree.span(node))
    }

    fn dictionary(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let mut entries = Vec::new();
        for child in tree.all_children(node) {
            entries.push(match tree.kind(child) {
                Kind::Pair => {
                    let mut parts = tree.children(child);
                    let key = self.expr_or_missing(parts.next(), child);
                    let value = match parts.next() {
                        Some(lambda) if tree.kind(lambda) == Kind::Lambda => {
                            let name = match self.b.module.expr(key).kind {
                                ExprKind::Lit(Lit::Str(name)) => Some(name),
                                _ => None,
                            };
                            let function = self.lambda(lambda, name);
                            self.b.expr(ExprKind::Closure(function), tree.span(lambda))
                        }
                        value => self.expr_or_missing(value, child),
                    };
                    Entry::Pair { key, value }
                }
                Kind::DictionarySplat => Entry::Spread(self.only_child(child)),
                _ => Entry::Item(self.expr(child)),
            });
        }
        self.b.expr(ExprKind::Record { ty: None, entries }, tree.span(node))
    }

    fn pair_as_tuple(&mut self, node: NodeId) -> ExprId {
        let mut parts = self.tree.children(node);
        let items = [parts.next(), parts.next()].map(|part| self.expr_or_missing(part, node)).to_vec();
        self.b.expr(ExprKind::Seq { kind: SeqKind::Tuple, items, ty: None }, self.tree.span(node))
    }

    /// `x[i]`, `x[i, j]`, `x[a:b]`.
    fn subscript(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let span = tree.span(node);
        let mut children = tree.children(node);
        let base = self.expr_or_missing(children.next(), node);
        let indices: Vec<NodeId> = children.collect();
        match indices[..] {
            [slice] if tree.kind(slice) == Kind::Slice => {
                let [low, high, step] = self.slice_bounds(slice);
                self.b.expr(ExprKind::Slice { base, low, high, step }, span)
            }
            [index] => {
                let index = self.expr(index);
                self.b.expr(ExprKind::Index { base, index }, span)
            }
            _ => {
                let index = self.tuple_of(&indices, node);
                self.b.expr(ExprKind::Index { base, index }, span)
            }
        }
    }

    /// `list[int]` that the grammar took for a type, where a value stands.
    fn generic_as_value(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let mut children = tree.children(node);
        let base = self.expr_or_missing(children.next(), node);
        let Some(list) = children.next() else {
            return base;
        };
        let args: Vec<NodeId> = tree.children(list).collect();
        let index = match args[..] {
            [only] => self.expr(only),
            _ => self.tuple_of(&args, list),
        };
        self.b.expr(ExprKind::Index { base, index }, tree.span(node))
    }

    /// A tuple without parentheses, over its items' span.
    pub(super) fn tuple_of(&mut self, nodes: &[NodeId], parent: NodeId) -> ExprId {
        let tree = self.tree;
        let span = match (nodes.first(), nodes.last()) {
            (Some(&first), Some(&last)) => tree.span(first).to(tree.span(last)),
            _ => tree.span(parent),
        };
        let items = nodes.iter().map(|&item| self.expr(item)).collect();
        self.b.expr(ExprKind::Seq { kind: SeqKind::Tuple, items, ty: None }, span)
    }

    fn slice_bounds(&mut self, slice: NodeId) -> [Option<ExprId>; 3] {
        let tree = self.tree;
        let mut bounds = [None; 3];
        let mut at = 0;
        for child in tree.children(slice) {
            if tree.kind(child) == Kind::Colon {
                at = (at + 1).min(2);
            } else {
                bounds[at] = Some(self.expr(child));
            }
        }
        bounds
    }

    /// A slice among several indices, `m[1:2, 0]`, is what Python makes of it: `slice(1, 2, None)`.
    fn slice_object(&mut self, node: NodeId) -> ExprId {
        let span = self.tree.span(node);
        let bounds = self.slice_bounds(node);
        let sym = self.b.sym("slice");
        let callee = self.b.expr(ExprKind::Name(sym), span);
        let mut args = Vec::new();
        for bound in bounds {
            let value = match bound {
                Some(bound) => bound,
                None => self.b.expr(ExprKind::Lit(Lit::Null), span),
            };
            args.push(Arg { name: None, spread: Spread::None, value });
        }
        self.b.call(callee, args, span)
    }

    /// `yield`, `yield x`, `yield from xs` (a spread).
    fn yielded(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        if let Some(context) = self.contexts.last_mut() {
            context.is_generator = true;
        }
        let is_from = tree.children(node).any(|child| tree.kind(child) == Kind::YieldFrom);
        let mut value = self.named_child(node).map(|child| self.expr(child));
        if let Some(inner) = value
            && is_from
        {
            let span = self.b.module.expr(inner).span;
            value = Some(self.b.expr(ExprKind::Spread(inner), span));
        }
        self.b.expr(ExprKind::Yield(value), tree.span(node))
    }

    /// `x := v`, and the `b = v` of `a = b = v`.
    fn assignment_value(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let span = tree.span(node);
        let mut children = tree.children(node).filter(|&child| tree.kind(child) != Kind::Type);
        let target = children.next();
        let value = self.expr_or_missing(children.next(), node);
        let target = match target {
            Some(target) => self.place(target, span),
            None => self.childless(span),
        };
        self.b.expr(ExprKind::Let { target, value }, span)
    }

    /// What an assignment writes; `write` is recorded with every variable in it.
    pub(super) fn place(&mut self, node: NodeId, write: Span) -> ExprId {
        let span = self.tree.span(node);
        self.nested(1, |this| this.place_at(node, span, write)).unwrap_or_else(|| self.childless(span))
    }

    fn place_at(&mut self, node: NodeId, span: Span, write: Span) -> ExprId {
        let tree = self.tree;
        let kind = match tree.kind(node) {
            Kind::Identifier => {
                let sym = self.sym(node);
                let var = self.binding(sym, span);
                self.b.wrote(var, write);
                return self.b.expr(ExprKind::Var(var), span);
            }
            Kind::AsPatternTarget | Kind::ParenthesizedExpression | Kind::CasePattern => {
                return match self.named_child(node) {
                    Some(inner) => self.place(inner, write),
                    None => self.childless(span),
                };
            }
            Kind::Tuple | Kind::TuplePattern | Kind::PatternList | Kind::ExpressionList => SeqKind::Tuple,
            Kind::List | Kind::ListPattern => SeqKind::List,
            Kind::ListSplat | Kind::ListSplatPattern => {
                let inner = match self.named_child(node) {
                    Some(inner) => self.place(inner, write),
                    None => self.childless(span),
                };
                return self.b.expr(ExprKind::Spread(inner), span);
            }
            _ => return self.expr(node),
        };
        let mut items = Vec::new();
        for child in tree.children(node) {
            items.push(self.place(child, write));
        }
        self.b.expr(ExprKind::Seq { kind, items, ty: None }, span)
    }

    /// A loop whose innermost body yields the element. The first iterable is evaluated outside, the targets are seen
    /// inside only.
    fn comprehension(&mut self, node: NodeId, kind: SeqKind) -> ExprId {
        let tree = self.tree;
        let span = tree.span(node);
        let mut children = tree.children(node);
        let body = children.next();
        let clauses: Vec<NodeId> = children.collect();
        let lowered = self.nested(clauses.len() as u32, |this| {
            let first_iter = clauses.first().map(|&clause| this.clause_iter(clause));
            this.scopes.enter();
            for &clause in &clauses {
                if tree.kind(clause) == Kind::ForInClause
                    && let Some(target) = this.named_child(clause)
                {
                    for name in this.names_in(target) {
                        let sym = this.sym(name);
                        this.declare(sym, VarKind::Local, tree.span(name));
                    }
                }
            }
            let mut steps = Vec::new();
            for (index, &clause) in clauses.iter().enumerate() {
                steps.push(this.clause(clause, first_iter.filter(|_| index == 0)));
            }
            let value = this.expr_or_missing(body, node);
            let value_span = this.b.module.expr(value).span;
            let yielded = this.b.expr(ExprKind::Yield(Some(value)), value_span);
            let mut inner = this.b.stmt(StmtKind::Expr(yielded), value_span);
            for step in steps.into_iter().rev() {
                let step = match step {
                    StmtKind::Loop(mut l) => {
                        l.body = vec![inner];
                        StmtKind::Loop(l)
                    }
                    StmtKind::Branch { test, .. } => StmtKind::Branch { test, then: vec![inner], orelse: Block::new() },
                    other => other,
                };
                inner = this.b.stmt(step, span);
            }
            this.scopes.leave();
            this.b.expr(ExprKind::Comprehension { kind, body: inner }, span)
        });
        lowered.unwrap_or_else(|| self.childless(span))
    }

    /// What the first clause iterates over; the unknown for a clause that is none.
    fn clause_iter(&mut self, clause: NodeId) -> ExprId {
        let tree = self.tree;
        let sources: Vec<NodeId> =
            tree.children(clause).filter(|&child| !tree.kind(child).is_token()).skip(1).collect();
        match sources[..] {
            [only] => self.expr(only),
            _ => self.tuple_of(&sources, clause),
        }
    }

    /// `for target in iter` or `if test`, with an empty body.
    fn clause(&mut self, clause: NodeId, iter: Option<ExprId>) -> StmtKind {
        let tree = self.tree;
        if tree.kind(clause) != Kind::ForInClause {
            let test = self.expr(clause);
            return StmtKind::Branch { test, then: Block::new(), orelse: Block::new() };
        }
        let iter = match iter {
            Some(iter) => iter,
            None => self.clause_iter(clause),
        };
        let target = self.named_child(clause).map(|target| self.place(target, tree.span(target)));
        StmtKind::Loop(Box::new(Loop {
            kind: LoopKind::Each,
            key: None,
            target,
            iter: Some(iter),
            test: None,
            init: Block::new(),
            step: Block::new(),
            body: Block::new(),
            orelse: Block::new(),
            is_async: tree.first_of(clause, Kind::Async).is_some(),
            head: tree.span(clause),
        }))
    }
}
