//! Patterns of `match`, lowered as expressions.
//!
//! ```python
//! case Point(x=0, y=Kind.A) as p:    # Let p = Call Point(x=0, y=Kind.A)
//! case {"id": id, **rest} | [id]:    # two patterns: Record, Seq List
//! case _ if ready:                   # no pattern, a guard
//! ```
//!
//! Knows syntax only.
//! Invariant: a captured name is a `Var`, a dotted name a `Member`; a nested `_` is the `Name` of that text.

use super::Lowering;
use super::kinds::Kind;
use crate::ir::{Arg, BinaryOp, Block, Case, Entry, ExprId, ExprKind, SeqKind, Spread, UnaryOp};
use crate::source::Span;
use crate::syntax::flat::NodeId;

impl Lowering<'_> {
    pub(super) fn case(&mut self, node: NodeId) -> Case {
        let tree = self.tree;
        let mut patterns = Vec::new();
        let mut guard = None;
        let mut body = Block::new();
        for child in tree.children(node) {
            match tree.kind(child) {
                Kind::CasePattern => patterns.push(child),
                Kind::IfClause => guard = Some(child),
                Kind::Block => {
                    // Captures and the guard come before the body in the source.
                    let lowered = self.case_patterns(&patterns);
                    let guard = guard.map(|guard| self.expr(guard));
                    self.statements(child, &mut body);
                    return Case { patterns: lowered, guard, body, span: tree.span(node) };
                }
                _ => {}
            }
        }
        let patterns = self.case_patterns(&patterns);
        let guard = guard.map(|guard| self.expr(guard));
        Case { patterns, guard, body, span: tree.span(node) }
    }

    fn case_patterns(&mut self, nodes: &[NodeId]) -> Vec<ExprId> {
        let tree = self.tree;
        let &[only] = nodes else {
            // `case a, b:` is a tuple.
            let Some((&first, &last)) = nodes.first().zip(nodes.last()) else {
                return Vec::new();
            };
            let items = nodes.iter().map(|&node| self.pattern(node)).collect();
            let span = tree.span(first).to(tree.span(last));
            return vec![self.b.expr(ExprKind::Seq { kind: SeqKind::Tuple, items, ty: None }, span)];
        };
        let inner = tree.children(only).next();
        match inner.map(|inner| tree.kind(inner)) {
            Some(Kind::Underscore) => Vec::new(),
            Some(Kind::UnionPattern) => {
                let union = inner.expect("its kind was read");
                self.pattern_items(union, 0)
            }
            _ => vec![self.pattern(only)],
        }
    }

    /// One pattern: a `CasePattern`, or what stands in it.
    fn pattern(&mut self, node: NodeId) -> ExprId {
        let span = self.tree.span(node);
        self.nested(1, |this| this.pattern_at(node, span)).unwrap_or_else(|| self.childless(span))
    }

    fn pattern_at(&mut self, node: NodeId, span: Span) -> ExprId {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::CasePattern => {
                let mut items = self.pattern_items(node, 0);
                if items.len() == 1 { items.remove(0) } else { self.childless(span) }
            }
            Kind::AsPattern => {
                let mut parts = tree.children(node);
                let value = match parts.next() {
                    Some(inner) => self.pattern(inner),
                    None => self.childless(span),
                };
                match parts.next() {
                    Some(name) => {
                        let target = self.place(name, span);
                        self.b.expr(ExprKind::Let { target, value }, span)
                    }
                    None => value,
                }
            }
            Kind::UnionPattern => {
                let items = self.pattern_items(node, 0);
                if items.is_empty() { self.childless(span) } else { self.balanced(BinaryOp::BitOr, &items) }
            }
            Kind::ListPattern => {
                let items = self.pattern_items(node, 0);
                self.b.expr(ExprKind::Seq { kind: SeqKind::List, items, ty: None }, span)
            }
            Kind::TuplePattern => {
                let items = self.pattern_items(node, 0);
                self.b.expr(ExprKind::Seq { kind: SeqKind::Tuple, items, ty: None }, span)
            }
            Kind::DictPattern => self.dict_pattern(node),
            Kind::SplatPattern => {
                let inner = match tree.first_of(node, Kind::Identifier) {
                    Some(name) => self.place(name, span),
                    None => self.wildcard(span),
                };
                self.b.expr(ExprKind::Spread(inner), span)
            }
            Kind::ClassPattern => self.class_pattern(node),
            Kind::ComplexPattern => {
                // `1 - 2j`
                let items = self.pattern_items(node, 0);
                match items[..] {
                    [left, right] => self.b.expr(ExprKind::Binary { op: BinaryOp::Add, left, right }, span),
                    _ => self.b.expr(ExprKind::Opaque(items), span),
                }
            }
            Kind::DottedName => match tree.children(node).nth(1) {
                Some(_) => self.dotted(node),
                None => match self.child(node, 0) {
                    Some(name) => self.place(name, span),
                    None => self.childless(span),
                },
            },
            Kind::Underscore => self.wildcard(span),
            _ => self.expr(node),
        }
    }

    fn wildcard(&mut self, span: Span) -> ExprId {
        let sym = self.b.sym("_");
        self.b.expr(ExprKind::Name(sym), span)
    }

    /// The patterns among a node's children but the first `skip`; a `-` belongs to the number after it.
    fn pattern_items(&mut self, node: NodeId, skip: usize) -> Vec<ExprId> {
        let tree = self.tree;
        let mut items = Vec::new();
        let mut minus = None;
        for child in tree.children(node).skip(skip) {
            match tree.kind(child) {
                Kind::Minus => minus = Some(tree.span(child)),
                Kind::Underscore => items.push(self.wildcard(tree.span(child))),
                kind if kind.is_token() => {}
                _ => {
                    let mut item = self.pattern(child);
                    if let Some(sign) = minus.take() {
                        let kind = ExprKind::Unary { op: UnaryOp::Neg, operand: item };
                        item = self.b.expr(kind, sign.to(tree.span(child)));
                    }
                    items.push(item);
                }
            }
        }
        items
    }

    /// `Point(0, y=Kind.A)`.
    fn class_pattern(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let mut children = tree.children(node);
        let callee = self.expr_or_missing(children.next(), node);
        let mut args = Vec::new();
        for child in children {
            let inner = tree.children(child).next();
            let keyword = inner.filter(|&inner| tree.kind(inner) == Kind::KeywordPattern);
            let Some(keyword) = keyword else {
                args.push(Arg { name: None, spread: Spread::None, value: self.pattern(child) });
                continue;
            };
            let name = tree.first_of(keyword, Kind::Identifier);
            // `y=Kind.A`, `y=-1`, `y=_`: all but the name are the pattern.
            let mut values = self.pattern_items(keyword, 1);
            let value = if values.len() == 1 { values.remove(0) } else { self.childless(tree.span(keyword)) };
            let name = name.map(|name| self.sym(name));
            args.push(Arg { name, spread: Spread::None, value });
        }
        self.b.call(callee, args, tree.span(node))
    }

    /// `{"id": id, **rest}`: keys and values alternate.
    fn dict_pattern(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let mut entries = Vec::new();
        let mut key = None;
        for child in tree.children(node) {
            match tree.kind(child) {
                Kind::CasePattern => {
                    let value = self.pattern(child);
                    entries.push(match key.take() {
                        Some(key) => Entry::Pair { key, value },
                        None => Entry::Item(value),
                    });
                }
                Kind::SplatPattern => {
                    let rest = match tree.first_of(child, Kind::Identifier) {
                        Some(name) => self.place(name, tree.span(child)),
                        None => self.wildcard(tree.span(child)),
                    };
                    entries.push(Entry::Spread(rest));
                }
                kind if kind.is_token() => {}
                _ => {
                    let is_dotted = tree.kind(child) == Kind::DottedName;
                    key = Some(if is_dotted { self.dotted(child) } else { self.expr(child) });
                }
            }
        }
        self.b.expr(ExprKind::Record { ty: None, entries }, tree.span(node))
    }
}
