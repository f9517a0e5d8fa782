//! The expressions of both dialects as a tree: `order.items.all|length`, `order.items.all()|selectattr("paid")`.
//!
//! ```text
//! order.lines.0|date:"Y" != other and not row(order, class="x")[0]
//! ```
//! Reads what either dialect allows, since a file does not say which one it is in. Does not know tags or variables.
//! Invariant: reading never fails: what cannot be read ends the expression, and the reader goes on behind it.
//! Invariant: no tree is higher than `MAX_HEIGHT`; what is higher becomes `Opaque` without children.

use crate::ir::{BinaryOp, UnaryOp};
use crate::source::Span;

/// Levels of one expression. Real templates stay below 20.
const MAX_HEIGHT: u32 = 100;

#[derive(Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) span: Span,
    height: u32,
}

#[derive(Clone)]
pub(super) enum Kind {
    Name,
    Text,
    Number,
    Bool(bool),
    Null,
    /// The name's span.
    Member(Box<Node>, Span),
    Index(Box<Node>, Box<Node>),
    /// With an upper bound or without.
    Slice(Box<Node>, Option<Box<Node>>),
    Call(Box<Node>, Vec<Argument>),
    /// `subject|name:a` and `subject|name(a, b=c)`; the name's span.
    Filter(Box<Node>, Span, Vec<Argument>),
    Unary(UnaryOp, Box<Node>),
    Binary(BinaryOp, Box<Node>, Box<Node>),
    Conditional(Box<Node>, Box<Node>, Option<Box<Node>>),
    List(Vec<Node>),
    Tuple(Vec<Node>),
    Record(Vec<(Node, Node)>),
    Opaque(Vec<Node>),
}

#[derive(Clone)]
pub(super) struct Argument {
    pub(super) name: Option<Span>,
    pub(super) spread: crate::ir::Spread,
    pub(super) value: Node,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Token {
    Word,
    Text,
    Number,
    /// Up to two bytes: `==`, `//`, `.`, `|`.
    Sign([u8; 2]),
}

const fn sign(text: &[u8]) -> Token {
    Token::Sign([text[0], if text.len() > 1 { text[1] } else { 0 }])
}

/// Reads one piece of a template from left to right.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
    depth: u32,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8], span: Span) -> Reader<'b> {
        Reader { bytes, at: span.start as usize, end: span.end as usize, depth: 0 }
    }

    pub(super) fn text(&self, span: Span) -> &'b [u8] {
        &self.bytes[span.start as usize..span.end as usize]
    }

    /// The next token and its span; nothing is taken.
    pub(super) fn peek(&self) -> Option<(Token, Span)> {
        let mut at = self.at;
        while at < self.end && (self.bytes[at].is_ascii_whitespace() || self.bytes[at] == b'\\') {
            at += 1;
        }
        if at >= self.end {
            return None;
        }
        let bytes = &self.bytes[at..self.end];
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
        let length_of = |is: &dyn Fn(&u8) -> bool| bytes.iter().position(|b| !is(b)).unwrap_or(bytes.len());
        let (token, length) = match bytes[0] {
            quote @ (b'"' | b'\'') => match closing(bytes, quote) {
                Some(length) => (Token::Text, length),
                None => (sign(&[quote]), 1),
            },
            b'0'..=b'9' => (Token::Number, length_of(&|b| b.is_ascii_alphanumeric() || *b == b'_')),
            first if is_word(&first) => (Token::Word, length_of(&is_word)),
            first => match bytes.get(..2) {
                Some(two @ (b"==" | b"!=" | b"<=" | b">=" | b"//" | b"**")) => (sign(two), 2),
                _ => (sign(&[first]), 1),
            },
        };
        Some((token, Span::new(at, at + length)))
    }

    pub(super) fn take(&mut self) -> Option<(Token, Span)> {
        let (token, span) = self.peek()?;
        self.at = span.end as usize;
        Some((token, span))
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.peek().is_none()
    }

    pub(super) fn next_is(&self, wanted: &[u8]) -> bool {
        self.peek().is_some_and(|(token, span)| match token {
            Token::Sign(_) | Token::Word => self.text(span) == wanted,
            Token::Text | Token::Number => false,
        })
    }

    /// Takes this word or sign, if it is the next.
    pub(super) fn takes(&mut self, wanted: &[u8]) -> bool {
        let is_next = self.next_is(wanted);
        if is_next {
            self.take();
        }
        is_next
    }

    pub(super) fn word(&mut self) -> Option<Span> {
        match self.peek()? {
            (Token::Word, span) => {
                self.at = span.end as usize;
                Some(span)
            }
            _ => None,
        }
    }

    /// Whether the next sign follows without white space: `a[0]`, unlike `a [0]`.
    fn touches(&self) -> bool {
        self.at < self.end && !self.bytes[self.at].is_ascii_whitespace()
    }

    /// `name =` ahead, but not `name ==`.
    pub(super) fn keyword(&mut self) -> Option<Span> {
        let before = self.at;
        if let Some(name) = self.word()
            && self.next_is(b"=")
        {
            self.take();
            return Some(name);
        }
        self.at = before;
        None
    }

    /// A whole expression, with operators; `None` where none begins.
    pub(super) fn expression(&mut self) -> Option<Node> {
        if self.depth >= MAX_HEIGHT {
            self.at = self.end;
            return None;
        }
        self.depth += 1;
        let found = self.conditional();
        self.depth -= 1;
        found
    }

    /// `a, b, c` without brackets, as a tuple when there are several.
    pub(super) fn expressions(&mut self) -> Option<Node> {
        let first = self.expression()?;
        if !self.next_is(b",") {
            return Some(first);
        }
        let start = first.span;
        let mut items = vec![first];
        while self.takes(b",") {
            let Some(next) = self.expression() else { break };
            items.push(next);
        }
        let span = items.last().map_or(start, |last| start.to(last.span));
        Some(node(Kind::Tuple(items), span))
    }

    /// What a loop goes over: an expression without `x if y else z`, since an `if` behind it chooses elements.
    pub(super) fn iterable(&mut self) -> Option<Node> {
        let first = self.binary(0)?;
        if !self.next_is(b",") {
            return Some(first);
        }
        let mut items = vec![first];
        while self.takes(b",") {
            let Some(next) = self.binary(0) else { break };
            items.push(next);
        }
        let span = items[0].span.to(items[items.len() - 1].span);
        Some(node(Kind::Tuple(items), span))
    }

    fn conditional(&mut self) -> Option<Node> {
        let then = self.binary(0)?;
        if !self.takes(b"if") {
            return Some(then);
        }
        let Some(test) = self.binary(0) else { return Some(then) };
        let orelse = if self.takes(b"else") { self.expression() } else { None };
        let end = orelse.as_ref().map_or(test.span, |orelse| orelse.span);
        let span = then.span.to(end);
        Some(node(Kind::Conditional(Box::new(test), Box::new(then), orelse.map(Box::new)), span))
    }

    /// Operators that bind at least as tightly as `level`.
    fn binary(&mut self, level: u8) -> Option<Node> {
        let mut left = self.unary(level)?;
        while let Some((op, found, length)) = self.operator()
            && found >= level
        {
            for _ in 0..length {
                self.take();
            }
            if op == BinaryOp::Is {
                left = self.test(left);
                continue;
            }
            if self.depth >= MAX_HEIGHT {
                self.at = self.end;
                break;
            }
            self.depth += 1;
            let right = self.binary(found + 1);
            self.depth -= 1;
            let Some(right) = right else { break };
            let span = left.span.to(right.span);
            left = node(Kind::Binary(op, Box::new(left), Box::new(right)), span);
        }
        Some(left)
    }

    /// `x is defined`, `x is divisibleby(3)`, `x is not none`: the name of a test with its arguments.
    fn test(&mut self, subject: Node) -> Node {
        self.takes(b"not");
        let mut span = subject.span;
        let mut parts = vec![subject];
        if let Some(name) = self.word() {
            span = span.to(name);
            if self.next_is(b"(") {
                let (arguments, end) = self.arguments();
                span = span.to(end);
                parts.extend(arguments.into_iter().map(|argument| argument.value));
            }
        }
        node(Kind::Opaque(parts), span)
    }

    /// The operator ahead, how tightly it binds, and its tokens.
    fn operator(&self) -> Option<(BinaryOp, u8, u8)> {
        let (token, span) = self.peek()?;
        let found = match (token, self.text(span)) {
            (Token::Word, b"or") => (BinaryOp::Or, 0),
            (Token::Word, b"and") => (BinaryOp::And, 1),
            (Token::Word, b"in") => (BinaryOp::In, 3),
            (Token::Word, b"is") => (BinaryOp::Is, 3),
            (Token::Word, b"not") => {
                let mut ahead = Reader { at: span.end as usize, ..*self };
                return ahead.takes(b"in").then_some((BinaryOp::NotIn, 3, 2));
            }
            (Token::Sign(_), b"==") => (BinaryOp::Eq, 3),
            (Token::Sign(_), b"!=") => (BinaryOp::Ne, 3),
            (Token::Sign(_), b"<") => (BinaryOp::Lt, 3),
            (Token::Sign(_), b"<=") => (BinaryOp::Le, 3),
            (Token::Sign(_), b">") => (BinaryOp::Gt, 3),
            (Token::Sign(_), b">=") => (BinaryOp::Ge, 3),
            (Token::Sign(_), b"~") => (BinaryOp::Other, 4),
            (Token::Sign(_), b"+") => (BinaryOp::Add, 5),
            (Token::Sign(_), b"-") => (BinaryOp::Sub, 5),
            (Token::Sign(_), b"*") => (BinaryOp::Mul, 6),
            (Token::Sign(_), b"/" | b"//") => (BinaryOp::Div, 6),
            (Token::Sign(_), b"%") => (BinaryOp::Mod, 6),
            (Token::Sign(_), b"**") => (BinaryOp::Pow, 7),
            _ => return None,
        };
        Some((found.0, found.1, 1))
    }

    fn unary(&mut self, level: u8) -> Option<Node> {
        let (token, span) = self.peek()?;
        let op = match (token, self.text(span)) {
            (Token::Word, b"not") if level <= 2 => (UnaryOp::Not, 2),
            (Token::Sign(_), b"-") => (UnaryOp::Neg, 7),
            (Token::Sign(_), b"+") => (UnaryOp::Plus, 7),
            _ => return self.filtered(),
        };
        if self.depth >= MAX_HEIGHT {
            self.at = self.end;
            return None;
        }
        self.take();
        self.depth += 1;
        let operand = self.binary(op.1);
        self.depth -= 1;
        let operand = operand?;
        let span = span.to(operand.span);
        Some(node(Kind::Unary(op.0, Box::new(operand)), span))
    }

    /// A value with what is read from it and the filters that it goes through: one argument of a tag of Django.
    pub(super) fn filtered(&mut self) -> Option<Node> {
        let mut value = self.postfix()?;
        while self.next_is(b"|") {
            self.take();
            let Some(mut name) = self.word() else { break };
            // `|namespace.filter`
            while self.next_is(b".") && self.touches() {
                self.take();
                let Some(part) = self.word() else { break };
                name = name.to(part);
            }
            let mut span = value.span.to(name);
            let arguments = if self.next_is(b"(") && self.touches() {
                let (arguments, end) = self.arguments();
                span = span.to(end);
                arguments
            } else if self.next_is(b":") && self.touches() {
                self.take();
                let given = self.postfix();
                span = given.as_ref().map_or(span, |given| span.to(given.span));
                let plain = |value| Argument { name: None, spread: crate::ir::Spread::None, value };
                given.map(plain).into_iter().collect()
            } else {
                Vec::new()
            };
            value = node(Kind::Filter(Box::new(value), name, arguments), span);
        }
        Some(value)
    }

    fn postfix(&mut self) -> Option<Node> {
        let mut value = self.primary()?;
        loop {
            if !self.touches() {
                return Some(value);
            }
            if self.next_is(b".") {
                self.take();
                let Some((token, name)) = self.take() else { return Some(value) };
                let span = value.span.to(name);
                value = match token {
                    Token::Word => node(Kind::Member(Box::new(value), name), span),
                    // `rows.0`, and `rows.0.name`, whose `0` is a token of its own.
                    Token::Number => node(Kind::Index(Box::new(value), Box::new(node(Kind::Number, name))), span),
                    Token::Text | Token::Sign(_) => return Some(value),
                };
            } else if self.next_is(b"(") {
                let (arguments, end) = self.arguments();
                let span = value.span.to(end);
                value = node(Kind::Call(Box::new(value), arguments), span);
            } else if self.next_is(b"[") {
                value = self.indexed(value);
            } else {
                return Some(value);
            }
        }
    }

    fn indexed(&mut self, value: Node) -> Node {
        self.take();
        let index = self.expression();
        let mut end = index.as_ref().map_or(value.span, |index| index.span);
        let mut high = None;
        let mut is_slice = false;
        while self.takes(b":") {
            is_slice = true;
            let part = self.expression();
            end = part.as_ref().map_or(end, |part| part.span);
            high = high.or(part);
        }
        let span = value.span.to(self.closed(b"]").unwrap_or(end));
        match (index, is_slice) {
            (Some(index), false) => node(Kind::Index(Box::new(value), Box::new(index)), span),
            (_, true) => node(Kind::Slice(Box::new(value), high.map(Box::new)), span),
            (None, false) => value,
        }
    }

    /// `(a, b=c, *d, **e)`, and where it ends.
    fn arguments(&mut self) -> (Vec<Argument>, Span) {
        use crate::ir::Spread;
        let mut end = self.take().map_or(Span::default(), |(_, open)| open);
        let mut arguments = Vec::new();
        loop {
            let spread = if self.takes(b"**") {
                Spread::Map
            } else if self.takes(b"*") {
                Spread::List
            } else {
                Spread::None
            };
            let name = if spread == Spread::None { self.keyword() } else { None };
            if let Some(value) = self.expression() {
                end = value.span;
                arguments.push(Argument { name, spread, value });
            }
            if !self.takes(b",") {
                break;
            }
        }
        let end = self.closed(b")").unwrap_or(end);
        (arguments, end)
    }

    /// Takes a closing bracket, when it is the next.
    fn closed(&mut self, bracket: &[u8]) -> Option<Span> {
        let (_, span) = self.peek()?;
        self.takes(bracket).then_some(span)
    }

    fn primary(&mut self) -> Option<Node> {
        let (token, span) = self.peek()?;
        let kind = match token {
            Token::Word => match self.text(span) {
                b"true" | b"True" => Kind::Bool(true),
                b"false" | b"False" => Kind::Bool(false),
                b"none" | b"None" => Kind::Null,
                b"if" | b"else" | b"and" | b"or" | b"in" | b"is" | b"not" => return None,
                b"_" => return self.translated(),
                _ => Kind::Name,
            },
            Token::Text => Kind::Text,
            Token::Number => {
                self.take();
                return Some(self.number(span));
            }
            Token::Sign([b'(' | b'[', 0]) => return self.sequence(),
            Token::Sign([b'{', 0]) => return self.record(),
            Token::Sign(_) => return None,
        };
        self.take();
        Some(node(kind, span))
    }

    /// `_("text")`, and `_` as a name.
    fn translated(&mut self) -> Option<Node> {
        let (_, span) = self.take()?;
        Some(node(Kind::Name, span))
    }

    /// `1`, `1.5`.
    fn number(&mut self, first: Span) -> Node {
        let mut span = first;
        if self.touches() && self.next_is(b".") {
            let before = self.at;
            self.take();
            match self.peek() {
                Some((Token::Number, rest)) => {
                    self.take();
                    span = span.to(rest);
                }
                _ => self.at = before,
            }
        }
        node(Kind::Number, span)
    }

    fn sequence(&mut self) -> Option<Node> {
        let (open, mut span) = self.take()?;
        let is_list = open == sign(b"[");
        let mut items = Vec::new();
        let mut has_comma = false;
        while let Some(item) = self.expression() {
            span = span.to(item.span);
            items.push(item);
            if !self.takes(b",") {
                break;
            }
            has_comma = true;
        }
        if let Some(end) = self.closed(if is_list { b"]" } else { b")" }) {
            span = span.to(end);
        }
        if is_list {
            return Some(node(Kind::List(items), span));
        }
        if items.len() == 1 && !has_comma {
            return items.pop();
        }
        Some(node(Kind::Tuple(items), span))
    }

    fn record(&mut self) -> Option<Node> {
        let (_, mut span) = self.take()?;
        let mut entries = Vec::new();
        while let Some(key) = self.expression() {
            span = span.to(key.span);
            if !self.takes(b":") {
                break;
            }
            let Some(value) = self.expression() else { break };
            span = span.to(value.span);
            entries.push((key, value));
            if !self.takes(b",") {
                break;
            }
        }
        if let Some(end) = self.closed(b"}") {
            span = span.to(end);
        }
        Some(node(Kind::Record(entries), span))
    }
}

/// The length of a quoted text with its quotes. What is longer than any real one counts as not closed, so that many quotes
/// without an end are not looked for to the end of the file each.
fn closing(bytes: &[u8], quote: u8) -> Option<usize> {
    const LONGEST: usize = 4_096;
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            byte if byte == quote => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

fn node(kind: Kind, span: Span) -> Node {
    let of = |nodes: &[Node]| nodes.iter().map(|node| node.height).max().unwrap_or(0);
    let given = |arguments: &[Argument]| arguments.iter().map(|argument| argument.value.height).max().unwrap_or(0);
    let below = match &kind {
        Kind::Name | Kind::Text | Kind::Number | Kind::Bool(_) | Kind::Null => 0,
        Kind::Member(base, _) | Kind::Unary(_, base) => base.height,
        Kind::Index(a, b) | Kind::Binary(_, a, b) => a.height.max(b.height),
        Kind::Slice(base, high) => base.height.max(high.as_ref().map_or(0, |high| high.height)),
        Kind::Call(base, arguments) | Kind::Filter(base, _, arguments) => base.height.max(given(arguments)),
        Kind::Conditional(a, b, c) => a.height.max(b.height).max(c.as_ref().map_or(0, |c| c.height)),
        Kind::List(items) | Kind::Tuple(items) | Kind::Opaque(items) => of(items),
        Kind::Record(entries) => entries.iter().map(|(key, value)| key.height.max(value.height)).max().unwrap_or(0),
    };
    if below >= MAX_HEIGHT {
        return Node { kind: Kind::Opaque(Vec::new()), span, height: 1 };
    }
    Node { kind, span, height: below + 1 }
}
