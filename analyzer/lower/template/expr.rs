//! Expressions of a template as IR: variables, members, filters.
//!
//! Knows the filters of both engines that read something of each element, or give what a builtin of Python gives.
//! Does not know tags.

use super::Lowering;
use super::syntax::{Argument, Kind, Node};
use crate::ir::{Arg, Block, Entry, ExprId, ExprKind, Lit, Loop, LoopKind, SeqKind, Spread, StmtKind, Sym, VarKind};
use crate::source::Span;

/// What an iteration knows of itself: `forloop.counter`, `loop.index`.
const OF_LOOPS: [&[u8]; 2] = [b"forloop", b"loop"];

impl Lowering<'_> {
    pub(super) fn expr(&mut self, node: &Node) -> ExprId {
        self.b.module.stats.nodes += 1;
        let span = node.span;
        let kind = match &node.kind {
            Kind::Name => return self.name(span),
            Kind::Text => return self.quoted(span),
            Kind::Number => {
                let is_float = self.text(span).contains(&b'.');
                let digits = self.sym_of(span);
                ExprKind::Lit(if is_float { Lit::Float(digits) } else { Lit::Int(digits) })
            }
            Kind::Bool(value) => ExprKind::Lit(Lit::Bool(*value)),
            Kind::Null => ExprKind::Lit(Lit::Null),
            Kind::Member(base, name) => {
                let base = self.expr(base);
                let name_span = *name;
                let name = self.sym_of(name_span);
                ExprKind::Member { base, name, name_span, optional: false }
            }
            Kind::Index(base, index) => {
                let (base, index) = (self.expr(base), self.expr(index));
                ExprKind::Index { base, index }
            }
            Kind::Slice(base, high) => {
                let base = self.expr(base);
                let high = high.as_ref().map(|high| self.expr(high));
                ExprKind::Slice { base, low: None, high, step: None }
            }
            Kind::Call(callee, arguments) => {
                let callee = self.expr(callee);
                let args = self.args(arguments);
                return self.b.call(callee, args, span);
            }
            Kind::Filter(subject, name, arguments) => return self.filter(subject, *name, arguments, span),
            Kind::Unary(op, operand) => {
                let operand = self.expr(operand);
                ExprKind::Unary { op: *op, operand }
            }
            Kind::Binary(op, left, right) => {
                let (left, right) = (self.expr(left), self.expr(right));
                ExprKind::Binary { op: *op, left, right }
            }
            Kind::Conditional(test, then, orelse) => {
                let (test, then) = (self.expr(test), self.expr(then));
                let orelse = match orelse {
                    Some(orelse) => self.expr(orelse),
                    None => self.b.expr(ExprKind::Lit(Lit::Null), Span { start: span.end, end: span.end }),
                };
                ExprKind::Conditional { test, then, orelse }
            }
            Kind::List(items) => ExprKind::Seq { kind: SeqKind::List, items: self.each(items), ty: None },
            Kind::Tuple(items) => ExprKind::Seq { kind: SeqKind::Tuple, items: self.each(items), ty: None },
            Kind::Record(entries) => {
                let pairs = entries.iter().map(|(key, value)| {
                    let (key, value) = (self.expr(key), self.expr(value));
                    Entry::Pair { key, value }
                });
                let entries = pairs.collect();
                ExprKind::Record { ty: None, entries }
            }
            Kind::Opaque(items) => {
                self.b.module.stats.opaque += u32::from(items.is_empty());
                ExprKind::Opaque(self.each(items))
            }
        };
        self.b.expr(kind, span)
    }

    fn each(&mut self, items: &[Node]) -> Vec<ExprId> {
        items.iter().map(|item| self.expr(item)).collect()
    }

    pub(super) fn args(&mut self, arguments: &[Argument]) -> Vec<Arg> {
        let lowered = arguments.iter().map(|argument| {
            let name = argument.name.map(|name| self.sym_of(name));
            Arg { name, spread: argument.spread, value: self.expr(&argument.value) }
        });
        lowered.collect()
    }

    fn name(&mut self, span: Span) -> ExprId {
        let name = self.sym_of(span);
        if OF_LOOPS.contains(&self.text(span)) && self.bound(name).is_none() {
            return self.b.expr(ExprKind::Opaque(Vec::new()), span);
        }
        let var = self.variable(name);
        self.b.expr(ExprKind::Var(var), span)
    }

    pub(super) fn quoted(&mut self, span: Span) -> ExprId {
        let text = unquoted(self.text(span));
        self.b.str_lit(&text, span)
    }

    /// A name that nothing in a template can hide: of a tag, of a filter, of a builtin.
    pub(super) fn builtin(&mut self, name: &str, span: Span) -> ExprId {
        let name = self.b.sym(name);
        self.b.expr(ExprKind::Name(name), span)
    }

    fn filter(&mut self, subject: &Node, name: Span, arguments: &[Argument], span: Span) -> ExprId {
        if let Some(attribute) = self.attribute_of_each(name, arguments) {
            return self.attribute_comprehension(subject, attribute, name, span);
        }
        let text = String::from_utf8_lossy(self.text(name));
        let called = match &*text {
            "length" | "count" => "len".to_owned(),
            "list" => "list".to_owned(),
            // Of a lazy query these cut the query itself: Django's `slice` is `queryset[a:b]`.
            "slice" if !arguments.is_empty() => return self.sliced(subject, &arguments[0], span),
            other => format!("|{other}"),
        };
        let callee = self.builtin(&called, name);
        let mut args = vec![Arg { name: None, spread: Spread::None, value: self.expr(subject) }];
        args.extend(self.args(arguments));
        self.b.call(callee, args, span)
    }

    /// `orders|slice:":5"`
    fn sliced(&mut self, subject: &Node, by: &Argument, span: Span) -> ExprId {
        let has_end = match by.value.kind {
            Kind::Text => {
                unquoted(self.text(by.value.span)).trim_end().rsplit(':').next().is_some_and(|end| !end.is_empty())
            }
            _ => true,
        };
        let base = self.expr(subject);
        let bound = self.expr(&by.value);
        let (low, high) = if has_end { (None, Some(bound)) } else { (Some(bound), None) };
        self.b.expr(ExprKind::Slice { base, low, high, step: None }, span)
    }

    /// The attribute that a filter of Jinja reads of each element: `selectattr("paid")`, `map(attribute="customer.name")`.
    fn attribute_of_each(&self, name: Span, arguments: &[Argument]) -> Option<Span> {
        let is_text = |argument: &&Argument| matches!(argument.value.kind, Kind::Text);
        let found = match self.text(name) {
            b"selectattr" | b"rejectattr" => arguments.first(),
            b"groupby" => arguments.first(),
            b"map" | b"sort" | b"sum" | b"unique" | b"min" | b"max" => {
                arguments.iter().find(|argument| argument.name.is_some_and(|name| self.text(name) == b"attribute"))
            }
            // Django's, with names of attributes.
            b"dictsort" | b"dictsortreversed" => arguments.first(),
            _ => None,
        };
        found.filter(is_text).map(|argument| argument.value.span)
    }

    /// `[each.customer for each in orders]`, or the orders themselves where the filter keeps them.
    fn attribute_comprehension(&mut self, subject: &Node, attribute: Span, filter: Span, span: Span) -> ExprId {
        let keeps = !matches!(self.text(filter), b"map" | b"sum" | b"groupby");
        let is_group = self.text(filter) == b"groupby";
        let each = self.b.sym("each");
        let iter = self.expr(subject);
        let var = self.b.var(each, self.function, VarKind::Local, filter);
        self.b.wrote(var, filter);
        let target = self.b.expr(ExprKind::Var(var), filter);
        let base = self.b.expr(ExprKind::Var(var), attribute);
        let read = self.path(base, attribute);
        let mut body = Block::new();
        let value = if keeps {
            // The attribute is read of each element all the same.
            body.push(self.b.stmt(StmtKind::Expr(read), attribute));
            self.b.expr(ExprKind::Var(var), filter)
        } else if is_group {
            self.group_of(subject, read, span)
        } else {
            read
        };
        let value = self.b.expr(ExprKind::Yield(Some(value)), span);
        body.push(self.b.stmt(StmtKind::Expr(value), span));
        self.comprehension(target, iter, body, span)
    }

    /// A group of `groupby` and `{% regroup %}`: what they have in common, and its elements.
    pub(super) fn group_of(&mut self, subject: &Node, grouper: ExprId, span: Span) -> ExprId {
        let rows = self.expr(subject);
        let key = |lowering: &mut Self, name: &str| lowering.b.str_lit(name, span);
        let entries = vec![
            Entry::Pair { key: key(self, "grouper"), value: grouper },
            Entry::Pair { key: key(self, "list"), value: rows },
        ];
        self.b.expr(ExprKind::Record { ty: None, entries }, span)
    }

    pub(super) fn comprehension(&mut self, target: ExprId, iter: ExprId, body: Block, span: Span) -> ExprId {
        let each = Loop {
            kind: LoopKind::Each,
            key: None,
            target: Some(target),
            iter: Some(iter),
            test: None,
            init: Block::new(),
            step: Block::new(),
            body,
            orelse: Block::new(),
            is_async: false,
            head: span,
        };
        let body = self.b.stmt(StmtKind::Loop(Box::new(each)), span);
        self.b.expr(ExprKind::Comprehension { kind: SeqKind::List, body }, span)
    }

    /// `customer.name`, as a text says it, read from a base.
    pub(super) fn path(&mut self, base: ExprId, path: Span) -> ExprId {
        /// Longer paths are no paths.
        const LONGEST: usize = 8;
        let mut value = base;
        let text = unquoted(self.text(path));
        for part in text.split('.').take(LONGEST).filter(|part| !part.is_empty()) {
            let name = self.b.sym(part);
            value = self.b.expr(ExprKind::Member { base: value, name, name_span: path, optional: false }, path);
        }
        value
    }

    /// All that is visible here, for a template that is rendered inside this one: `{**context, "order": order}`.
    pub(super) fn surroundings(&mut self, span: Span) -> ExprId {
        /// More variables than a template has.
        const MOST: usize = 64;
        let whole = self.b.expr(ExprKind::Var(self.context), span);
        let mut entries = vec![Entry::Spread(whole)];
        let mut seen: Vec<Sym> = Vec::new();
        let mut visible = Vec::new();
        for &(name, var) in self.scopes.iter().rev().flat_map(|scope| scope.iter().rev()).take(MOST) {
            if !seen.contains(&name) {
                seen.push(name);
                visible.push((name, var));
            }
        }
        for (name, var) in visible {
            let key = self.b.expr(ExprKind::Lit(Lit::Str(name)), span);
            let value = self.b.expr(ExprKind::Var(var), span);
            entries.push(Entry::Pair { key, value });
        }
        self.b.expr(ExprKind::Record { ty: None, entries }, span)
    }
}

/// A quoted text without its quotes; the backslash of an escaped quote is left out.
fn unquoted(text: &[u8]) -> String {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    String::from_utf8_lossy(inner).replace("\\\"", "\"").replace("\\'", "'")
}
