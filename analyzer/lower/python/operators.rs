//! Operators of Python: which IR operator a token is, and chains of them.
//!
//! ```python
//! "a" + b + "c"          # binary_operator, nested to the left, as long as the author likes
//! low <= x < high        # one comparison_operator with three operands
//! ```
//!
//! Does not know what an operand is: that is `expr`.
//! Invariant: a chain of any length is lowered without recursing along it, and its IR is no deeper than the cap.

use super::Lowering;
use super::kinds::Kind;
use crate::ir::{BinaryOp, ExprId, ExprKind, UnaryOp};
use crate::source::Span;
use crate::syntax::flat::NodeId;

/// Chains up to this length keep their shape; real ones have rarely more than 20 operands.
const LONG_CHAIN: usize = 64;

pub(super) fn binary_op(token: Kind) -> BinaryOp {
    match token {
        Kind::And => BinaryOp::And,
        Kind::Or => BinaryOp::Or,
        Kind::Plus | Kind::PlusAssign => BinaryOp::Add,
        Kind::Minus | Kind::MinusAssign => BinaryOp::Sub,
        Kind::Star | Kind::StarAssign => BinaryOp::Mul,
        Kind::StarStar | Kind::StarStarAssign => BinaryOp::Pow,
        Kind::Slash | Kind::SlashAssign | Kind::SlashSlash | Kind::SlashSlashAssign => BinaryOp::Div,
        Kind::Percent | Kind::PercentAssign => BinaryOp::Mod,
        Kind::Ampersand | Kind::AmpersandAssign => BinaryOp::BitAnd,
        Kind::Pipe | Kind::PipeAssign => BinaryOp::BitOr,
        Kind::Caret | Kind::CaretAssign => BinaryOp::BitXor,
        Kind::ShiftLeft | Kind::ShiftLeftAssign | Kind::ShiftRight | Kind::ShiftRightAssign => BinaryOp::Shift,
        Kind::Less => BinaryOp::Lt,
        Kind::LessEqual => BinaryOp::Le,
        Kind::EqualEqual => BinaryOp::Eq,
        Kind::NotEqual | Kind::Diamond => BinaryOp::Ne,
        Kind::GreaterEqual => BinaryOp::Ge,
        Kind::Greater => BinaryOp::Gt,
        Kind::In => BinaryOp::In,
        Kind::NotIn => BinaryOp::NotIn,
        Kind::Is => BinaryOp::Is,
        Kind::IsNot => BinaryOp::IsNot,
        _ => BinaryOp::Other,
    }
}

impl Lowering<'_> {
    fn operator(&self, node: NodeId) -> BinaryOp {
        let token = self.tree.children(node).map(|child| self.tree.kind(child)).find(|kind| kind.is_token());
        token.map_or(BinaryOp::Other, binary_op)
    }

    /// First and last operand of a binary node.
    fn operands(&self, node: NodeId) -> (Option<NodeId>, Option<NodeId>) {
        let mut operands = self.tree.children(node).filter(|&child| !self.tree.kind(child).is_token());
        let left = operands.next();
        (left, operands.last())
    }

    /// `a + b - c`, `a and b or c`: the left spine is followed in a loop.
    pub(super) fn binary(&mut self, node: NodeId) -> ExprId {
        let kind = self.tree.kind(node);
        if let (Some(left), Some(right)) = self.operands(node)
            && self.tree.kind(left) != kind
        {
            let op = self.operator(node);
            let left = self.expr(left);
            let right = self.expr(right);
            return self.b.expr(ExprKind::Binary { op, left, right }, self.tree.span(node));
        }
        let mut links: Vec<(BinaryOp, Option<NodeId>, Span)> = Vec::new();
        let mut at = node;
        let leftmost = loop {
            let (left, right) = self.operands(at);
            links.push((self.operator(at), right, self.tree.span(at)));
            match left {
                Some(left) if self.tree.kind(left) == kind => at = left,
                other => break other,
            }
        };
        links.reverse();
        let start = self.tree.span(at);
        let levels =
            if links.len() > LONG_CHAIN { usize::BITS - links.len().leading_zeros() } else { links.len() as u32 };
        let lowered = self.nested(levels, |this| {
            let mut operands = Vec::with_capacity(links.len() + 1);
            operands.push(match leftmost {
                Some(leftmost) => this.expr(leftmost),
                None => this.childless(Span { start: start.start, end: start.start }),
            });
            for &(_, right, span) in &links {
                operands.push(match right {
                    Some(right) => this.expr(right),
                    None => this.childless(Span { start: span.end, end: span.end }),
                });
            }
            if links.len() <= LONG_CHAIN {
                let mut rest = operands.into_iter();
                let first = rest.next().expect("the leftmost operand was pushed");
                return rest.zip(&links).fold(first, |left, (right, &(op, _, span))| {
                    this.b.expr(ExprKind::Binary { op, left, right }, span)
                });
            }
            let op = links[0].0;
            let is_associative = matches!(op, BinaryOp::Add | BinaryOp::And | BinaryOp::Or | BinaryOp::BitOr);
            if is_associative && links.iter().all(|link| link.0 == op) {
                this.balanced(op, &operands)
            } else {
                let span = this.tree.span(node);
                this.b.expr(ExprKind::Opaque(operands), span)
            }
        });
        lowered.unwrap_or_else(|| self.childless(self.tree.span(node)))
    }

    /// The same value as the chain's for an associative operator, as deep as the logarithm of its length.
    pub(super) fn balanced(&mut self, op: BinaryOp, operands: &[ExprId]) -> ExprId {
        if let &[only] = operands {
            return only;
        }
        let (left, right) = operands.split_at(operands.len() / 2);
        let left = self.balanced(op, left);
        let right = self.balanced(op, right);
        let span = self.b.module.expr(left).span.to(self.b.module.expr(right).span);
        self.b.expr(ExprKind::Binary { op, left, right }, span)
    }

    /// `a < b < c` is `a < b and b < c`, where the second `b` is lowered again if it is a name or constant, and unknown
    /// otherwise: it is evaluated once.
    pub(super) fn comparison(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let (tokens, operands): (Vec<NodeId>, Vec<NodeId>) =
            tree.children(node).partition(|&child| tree.kind(child).is_token());
        let mut left = self.expr_or_missing(operands.first().copied(), node);
        let mut pairs = Vec::with_capacity(tokens.len());
        for (index, &token) in tokens.iter().enumerate() {
            let right = self.expr_or_missing(operands.get(index + 1).copied(), node);
            let whole = self.b.module.expr(left).span.to(self.b.module.expr(right).span);
            pairs.push(self.b.expr(ExprKind::Binary { op: binary_op(tree.kind(token)), left, right }, whole));
            if let Some(&again) = operands.get(index + 1)
                && index + 1 < tokens.len()
            {
                left = self.once_more(again);
            }
        }
        if pairs.is_empty() { left } else { self.balanced(BinaryOp::And, &pairs) }
    }

    fn once_more(&mut self, node: NodeId) -> ExprId {
        match self.tree.kind(node) {
            Kind::Identifier | Kind::Integer | Kind::Float | Kind::None | Kind::True | Kind::False => self.expr(node),
            _ => {
                let span = self.tree.span(node);
                self.b.expr(ExprKind::Opaque(Vec::new()), span)
            }
        }
    }

    pub(super) fn unary(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let mut children = tree.children(node);
        let token = children.next();
        let operand = if token.is_some_and(|token| tree.kind(token).is_token()) { children.next() } else { token };
        let op = match token.map(|token| tree.kind(token)) {
            Some(Kind::Minus) => UnaryOp::Neg,
            Some(Kind::Plus) => UnaryOp::Plus,
            Some(Kind::Tilde) => UnaryOp::BitNot,
            _ => UnaryOp::Other,
        };
        let operand = self.expr_or_missing(operand, node);
        self.b.expr(ExprKind::Unary { op, operand }, tree.span(node))
    }
}
