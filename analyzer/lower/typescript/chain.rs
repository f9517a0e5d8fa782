//! Left-nested expressions, walked in a loop: `a.b().c[0]!.d()` and `a + b + c`.
//!
//! The tree of `a.b().c` has the last link on top. The walk goes down to `a`, and builds one expression per link on the
//! way back, so that a chain of any length takes one stack frame.
//! Invariant: a chain adds no more depth to the IR than `MAX_DEPTH` leaves. Of a longer chain of links the first ones
//! become one `Opaque` over their arguments; a longer chain of one operator is folded in groups, one of several operators
//! is an `Opaque` over its operands.

use super::super::MAX_DEPTH;
use super::kinds::Kind;
use super::{Lower, text};
use crate::ir::{Arg, BinaryOp, CallForm, ExprId, ExprKind, Lit, Part, Spread, TypeKind};
use crate::source::Span;

/// Operands of one operator that are folded together before the results are: 100 + n / 100 levels for n operands.
const GROUP: usize = 100;

impl Lower<'_> {
    pub(super) fn chain(&mut self) -> ExprId {
        let first = self.links.len();
        let mut dotted = None;
        while matches!(
            self.kind,
            Kind::MemberExpression
                | Kind::CallExpression
                | Kind::SubscriptExpression
                | Kind::NonNullExpression
                | Kind::AsExpression
                | Kind::SatisfiesExpression
                | Kind::InstantiationExpression
        ) {
            let span = self.span();
            if self.kind == Kind::MemberExpression {
                dotted = self.dotted(span);
                if dotted.is_some() {
                    break;
                }
            }
            self.links.push((self.kind, span));
            if !self.enter() {
                // A link without children: nothing to stand on.
                self.links.truncate(first);
                return self.b.expr(ExprKind::Opaque(Vec::new()), span);
            }
        }
        let height = self.links.len() - first;
        self.nodes += height as u32;
        let outer_depth = self.depth;
        let room = MAX_DEPTH.saturating_sub(outer_depth) as usize;
        let mut lost: Option<Vec<ExprId>> = (height > room).then(Vec::new);
        self.depth = outer_depth + height.min(room) as u32;
        let may_misread = dotted.is_none()
            && matches!(self.kind, Kind::AwaitExpression | Kind::UnaryExpression | Kind::BinaryExpression)
            && self.links.last().is_some_and(|&(kind, _)| !is_cast(kind));
        let mut base = match dotted {
            Some(base) => base,
            None => self.expr(),
        };
        let mut holders = Vec::new();
        if may_misread {
            base = self.last_operand(base, &mut holders);
        }
        for left in (1..=height).rev() {
            let (kind, mut span) = self.links[first + left - 1];
            if is_cast(kind) {
                base = self.give_back(base, &mut holders);
            } else if !holders.is_empty() {
                span.start = self.b.module.exprs[base.index()].span.start;
            }
            if left > room {
                let lost = lost.get_or_insert_default();
                if lost.is_empty() {
                    lost.push(base);
                    self.opaque += 1;
                }
                self.operands(lost);
            } else {
                if let Some(items) = lost.take() {
                    let inner = self.links[first + left].1;
                    base = self.b.expr(ExprKind::Opaque(items), inner);
                }
                self.depth = outer_depth + left as u32;
                let linked = self.link(kind, span, base);
                base = if left == height { self.awaited_operand(linked, base, &mut holders) } else { linked };
            }
            self.leave();
        }
        if let Some(items) = lost {
            let span = self.links[first].1;
            base = self.b.expr(ExprKind::Opaque(items), span);
        }
        self.depth = outer_depth;
        self.links.truncate(first);
        self.give_back(base, &mut holders)
    }

    /// The grammar reads `!a.b<T>(c)` as `(!a.b)<T>(c)`, and `await` and binary operators alike. Without parentheses no
    /// operator binds tighter than a call: the links belong to the last operand. Gives that operand, and the expressions
    /// that hold it, outermost first.
    fn last_operand(&self, base: ExprId, holders: &mut Vec<ExprId>) -> ExprId {
        let mut at = base;
        loop {
            let holder = &self.b.module.exprs[at.index()];
            let (ExprKind::Await(operand) | ExprKind::Unary { operand, .. } | ExprKind::Binary { right: operand, .. }) =
                holder.kind
            else {
                return at;
            };
            holders.push(at);
            // An operand in parentheses ends before its holder.
            if self.b.module.exprs[operand.index()].span.end < holder.span.end {
                return operand;
            }
            at = operand;
        }
    }

    /// The grammar of JavaScript reads `await (f)(x)` as a call of `await`: what stands in its parentheses is the operand.
    fn awaited_operand(&mut self, call: ExprId, callee: ExprId, holders: &mut Vec<ExprId>) -> ExprId {
        let ExprKind::Name(name) = self.b.module.exprs[callee.index()].kind else { return call };
        let ExprKind::Call { args, form: CallForm::Plain, .. } = &self.b.module.exprs[call.index()].kind else {
            return call;
        };
        match args.as_slice() {
            [Arg { name: None, spread: Spread::None, value }] if self.b.module.text(name) == "await" => {
                let value = *value;
                self.b.module.exprs[call.index()].kind = ExprKind::Await(value);
                holders.push(call);
                value
            }
            _ => call,
        }
    }

    /// Puts what the links made of the last operand into its holders; gives the outermost of them.
    fn give_back(&mut self, operand: ExprId, holders: &mut Vec<ExprId>) -> ExprId {
        let end = self.b.module.exprs[operand.index()].span.end;
        for holder in holders.iter() {
            self.b.module.exprs[holder.index()].span.end = end;
        }
        if let Some(last) = holders.last() {
            match &mut self.b.module.exprs[last.index()].kind {
                ExprKind::Await(inner)
                | ExprKind::Unary { operand: inner, .. }
                | ExprKind::Binary { right: inner, .. } => {
                    *inner = operand;
                }
                _ => {}
            }
        }
        holders.drain(..).next().unwrap_or(operand)
    }

    /// `a.b.c`, read from the text instead of the tree: most chains start so, and three steps of the cursor per link cost
    /// more than the names.
    pub(super) fn dotted(&mut self, span: Span) -> Option<ExprId> {
        let text = self.bytes_of(span);
        let mut dots = 0;
        let mut at_start = true;
        for &byte in text {
            match byte {
                b'.' if !at_start => (dots, at_start) = (dots + 1, true),
                b'0'..=b'9' if at_start => return None,
                _ if text::is_name_byte(byte) => at_start = false,
                _ => return None,
            }
        }
        if at_start || self.depth + dots > MAX_DEPTH {
            return None;
        }
        let dot = memchr::memchr(b'.', text)?;
        let mut end = span.start + dot as u32;
        let head = Span { start: span.start, end };
        let mut base = match &text[..dot] {
            b"this" => self.this(head),
            b"super" | b"import" | b"new" | b"undefined" | b"null" | b"true" | b"false" => return None,
            _ => self.name(head),
        };
        self.nodes += dots + 1;
        for name in text[dot + 1..].split(|&byte| byte == b'.') {
            let start = end + 1;
            end = start + name.len() as u32;
            let name_span = Span { start, end };
            let name = self.sym_of(name_span);
            let span = Span { start: span.start, end };
            base = self.b.expr(ExprKind::Member { base, name, name_span, optional: false }, span);
        }
        Some(base)
    }

    /// What a link adds to `base`; the cursor stands on the base and may go to its siblings.
    fn link(&mut self, kind: Kind, span: Span, base: ExprId) -> ExprId {
        match kind {
            Kind::MemberExpression => self.member(span, base),
            Kind::CallExpression => self.call(span, base),
            Kind::SubscriptExpression => self.subscript(span, base),
            Kind::NonNullExpression => {
                let ty = self.b.ty(TypeKind::Unknown, span);
                self.b.expr(ExprKind::Cast { value: base, ty }, span)
            }
            Kind::AsExpression | Kind::SatisfiesExpression => self.cast(span, base),
            // `f<T>`: the type arguments are dropped.
            _ => base,
        }
    }

    fn member(&mut self, span: Span, base: ExprId) -> ExprId {
        let mut optional = false;
        let mut property = None;
        while self.next() {
            match self.kind {
                Kind::OptionalChain => optional = true,
                Kind::PropertyIdentifier | Kind::PrivatePropertyIdentifier | Kind::Identifier => {
                    property = Some(self.span());
                    break;
                }
                _ => {}
            }
        }
        let Some(name_span) = property else { return base };
        let name = self.sym_of(name_span);
        self.b.expr(ExprKind::Member { base, name, name_span, optional }, span)
    }

    fn subscript(&mut self, span: Span, base: ExprId) -> ExprId {
        let mut index = None;
        while self.next() {
            if self.kind.is_named() && self.kind != Kind::OptionalChain {
                index = Some(self.expr());
                break;
            }
        }
        let Some(index) = index else { return base };
        self.b.expr(ExprKind::Index { base, index }, span)
    }

    fn call(&mut self, span: Span, callee: ExprId) -> ExprId {
        let mut args = Vec::new();
        let mut form = CallForm::Plain;
        while self.next() {
            match self.kind {
                Kind::Arguments => {
                    self.arguments(&mut args);
                    break;
                }
                Kind::TemplateString => {
                    form = CallForm::Tagged;
                    let value = self.template(true);
                    args.push(Arg { name: None, spread: Spread::None, value });
                    break;
                }
                _ => {}
            }
        }
        let may_load = matches!(self.b.module.exprs[callee.index()].kind, ExprKind::Name(_));
        let call = self.b.expr(ExprKind::Call { callee, args, form }, span);
        if may_load {
            self.required(call);
        }
        call
    }

    /// `x as T`, `x satisfies T`; `x as const` is `x`.
    fn cast(&mut self, span: Span, base: ExprId) -> ExprId {
        let mut ty = None;
        while self.next() {
            if self.kind.is_named() {
                ty = Some(self.ty());
                break;
            }
        }
        match ty {
            Some(ty) => self.b.expr(ExprKind::Cast { value: base, ty }, span),
            None => base,
        }
    }

    /// Arguments and indices of a link that is not built.
    fn operands(&mut self, out: &mut Vec<ExprId>) {
        while self.next() {
            match self.kind {
                Kind::Arguments => self.children(|l| {
                    if l.kind.is_named() {
                        out.push(l.expr());
                    }
                }),
                Kind::TemplateString => out.push(self.template(true)),
                _ => {}
            }
        }
    }

    pub(super) fn arguments(&mut self, args: &mut Vec<Arg>) {
        if self.bytes_of(self.at) == b"()" {
            return;
        }
        self.children(|l| {
            if !l.kind.is_named() {
                return;
            }
            let spread = if l.kind == Kind::SpreadElement { Spread::List } else { Spread::None };
            let value = if spread == Spread::List { l.only_child() } else { l.expr() };
            args.push(Arg { name: None, spread, value });
        });
    }

    // --- operators ---

    pub(super) fn binary(&mut self) -> ExprId {
        let first = self.links.len();
        while self.kind == Kind::BinaryExpression {
            let span = self.span();
            self.links.push((self.kind, span));
            if !self.enter() {
                self.links.truncate(first);
                return self.b.expr(ExprKind::Opaque(Vec::new()), span);
            }
        }
        let height = self.links.len() - first;
        self.nodes += height as u32 - 1;
        let outer_depth = self.depth;
        let is_long = height > GROUP || outer_depth as usize + height > MAX_DEPTH as usize;
        let expr = if is_long { self.long_binary(first) } else { self.short_binary(first) };
        self.depth = outer_depth;
        self.links.truncate(first);
        expr
    }

    fn short_binary(&mut self, first: usize) -> ExprId {
        self.depth += (self.links.len() - first) as u32;
        let mut left = self.expr();
        for at in (first..self.links.len()).rev() {
            let span = self.links[at].1;
            self.depth -= 1;
            let (op, right) = self.right_operand();
            if let Some(right) = right {
                left = self.b.expr(ExprKind::Binary { op, left, right }, span);
            }
            self.leave();
        }
        left
    }

    fn long_binary(&mut self, first: usize) -> ExprId {
        let mut operands = vec![self.expr()];
        let mut only_op: Option<BinaryOp> = None;
        let mut is_mixed = false;
        let span = self.links[first].1;
        for _ in first..self.links.len() {
            let (op, right) = self.right_operand();
            is_mixed |= only_op.is_some_and(|only| only != op);
            only_op = Some(op);
            operands.extend(right);
            self.leave();
        }
        let associative = matches!(
            only_op,
            Some(BinaryOp::Add | BinaryOp::Mul | BinaryOp::And | BinaryOp::Or | BinaryOp::Nullish | BinaryOp::BitOr)
        );
        let levels = GROUP + operands.len() / GROUP;
        match only_op {
            Some(op) if associative && !is_mixed && levels + (self.depth as usize) <= MAX_DEPTH as usize => {
                let mut groups = Vec::with_capacity(operands.len() / GROUP + 1);
                for group in operands.chunks(GROUP) {
                    groups.extend(self.fold(op, group));
                }
                self.fold(op, &groups).unwrap_or_else(|| self.b.expr(ExprKind::Opaque(Vec::new()), span))
            }
            _ => {
                self.opaque += 1;
                self.b.expr(ExprKind::Opaque(operands), span)
            }
        }
    }

    fn fold(&mut self, op: BinaryOp, operands: &[ExprId]) -> Option<ExprId> {
        let (&head, rest) = operands.split_first()?;
        let mut left = head;
        for &right in rest {
            let span = self.b.module.exprs[left.index()].span.to(self.b.module.exprs[right.index()].span);
            left = self.b.expr(ExprKind::Binary { op, left, right }, span);
        }
        Some(left)
    }

    /// The operator and the operand after the cursor's node.
    fn right_operand(&mut self) -> (BinaryOp, Option<ExprId>) {
        let mut op = BinaryOp::Other;
        let mut right = None;
        while self.next() {
            if self.kind.is_named() {
                right = Some(self.expr());
                break;
            }
            op = operator(self.kind);
        }
        (op, right)
    }

    /// A template's texts and holes. A template without holes is a string, except as a tag's argument.
    pub(super) fn template(&mut self, is_tagged: bool) -> ExprId {
        let span = self.span();
        let mut parts = Vec::new();
        let mut from = span.start + 1;
        if memchr::memchr(b'$', self.bytes_of(span)).is_none() {
            return self.text_template(span, is_tagged);
        }
        self.children(|l| {
            if l.kind != Kind::TemplateSubstitution {
                return;
            }
            let at = l.span();
            l.template_text(from, at.start, &mut parts);
            from = at.end;
            let mut value = None;
            l.children(|l| {
                if l.kind.is_named() && value.is_none() {
                    value = Some(l.expr());
                }
            });
            if let Some(value) = value {
                parts.push(Part::Hole { value, spec: None });
            }
        });
        let until = span.end.saturating_sub(1);
        if parts.is_empty() {
            return self.text_template(span, is_tagged);
        }
        self.template_text(from, until, &mut parts);
        self.b.expr(ExprKind::Template(parts), span)
    }

    /// A template without holes.
    fn text_template(&mut self, span: Span, is_tagged: bool) -> ExprId {
        let raw = self.bytes_of(span);
        let text = text::cook(raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default());
        let text = self.b.sym(&text);
        let kind = if is_tagged { ExprKind::Template(vec![Part::Text(text)]) } else { ExprKind::Lit(Lit::Str(text)) };
        self.b.expr(kind, span)
    }

    fn template_text(&mut self, from: u32, until: u32, parts: &mut Vec<Part>) {
        if from < until {
            let text = text::cook(self.bytes_of(Span { start: from, end: until }));
            let text = self.b.sym(&text);
            parts.push(Part::Text(text));
        }
    }
}

fn is_cast(kind: Kind) -> bool {
    matches!(kind, Kind::AsExpression | Kind::SatisfiesExpression)
}

pub(super) fn operator(kind: Kind) -> BinaryOp {
    match kind {
        Kind::Plus | Kind::PlusEquals => BinaryOp::Add,
        Kind::Minus | Kind::MinusEquals => BinaryOp::Sub,
        Kind::Star | Kind::StarEquals => BinaryOp::Mul,
        Kind::Slash | Kind::SlashEquals => BinaryOp::Div,
        Kind::Percent | Kind::PercentEquals => BinaryOp::Mod,
        Kind::StarStar | Kind::StarStarEquals => BinaryOp::Pow,
        Kind::And | Kind::AndEquals => BinaryOp::BitAnd,
        Kind::Or | Kind::OrEquals => BinaryOp::BitOr,
        Kind::Caret | Kind::CaretEquals => BinaryOp::BitXor,
        Kind::ShiftLeft
        | Kind::ShiftRight
        | Kind::ShiftRightZero
        | Kind::ShiftLeftEquals
        | Kind::ShiftRightEquals
        | Kind::ShiftRightZeroEquals => BinaryOp::Shift,
        Kind::EqualEqual | Kind::Same => BinaryOp::Eq,
        Kind::NotEqual | Kind::NotSame => BinaryOp::Ne,
        Kind::Less => BinaryOp::Lt,
        Kind::LessEqual => BinaryOp::Le,
        Kind::Greater => BinaryOp::Gt,
        Kind::GreaterEqual => BinaryOp::Ge,
        Kind::AndAnd | Kind::AndAndEquals => BinaryOp::And,
        Kind::OrOr | Kind::OrOrEquals => BinaryOp::Or,
        Kind::Nullish | Kind::NullishEquals => BinaryOp::Nullish,
        Kind::In => BinaryOp::In,
        Kind::InstanceOf => BinaryOp::InstanceOf,
        _ => BinaryOp::Other,
    }
}
