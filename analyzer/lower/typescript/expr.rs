//! Expressions.
//!
//! Knows literals, operators, objects and calls of `new`. Chains of members, calls and binary operators are in `chain`.
//! Invariant: parentheses leave no trace; a comma expression is an `Opaque` over its parts.

use super::function::Shape;
use super::kinds::Kind;
use super::pattern::Bind;
use super::{Exporting, Lower, text};
use crate::ir::{Arg, CallForm, Entry, Expr, ExprId, ExprKind, Lit, SeqKind, StmtKind, Sym, TypeKind, UnaryOp};
use crate::source::Span;

impl Lower<'_> {
    /// Lowers the current node, whatever it is, to an expression.
    pub(super) fn expr(&mut self) -> ExprId {
        let hint = self.hint.take();
        let owner = self.field_owner.take();
        self.nodes += 1;
        if self.is_too_deep() {
            return self.cut();
        }
        self.depth += 1;
        let expr = match self.kind {
            Kind::Identifier | Kind::ShorthandPropertyIdentifier | Kind::TypeIdentifier => self.identifier(),
            Kind::MemberExpression
            | Kind::CallExpression
            | Kind::SubscriptExpression
            | Kind::NonNullExpression
            | Kind::InstantiationExpression => self.chain(),
            Kind::AsExpression | Kind::SatisfiesExpression => {
                (self.hint, self.field_owner) = (hint, owner);
                self.chain()
            }
            Kind::ParenthesizedExpression => {
                (self.hint, self.field_owner) = (hint, owner);
                self.only_child()
            }
            Kind::String => self.string(),
            Kind::TemplateString => self.template(false),
            Kind::Object => self.object(),
            Kind::Array => self.array(),
            Kind::ArrowFunction
            | Kind::FunctionExpression
            | Kind::GeneratorFunction
            | Kind::FunctionDeclaration
            | Kind::GeneratorFunctionDeclaration
            | Kind::MethodDefinition => {
                let span = self.span();
                let function = self.function(Shape { hint, owner, decorators: Vec::new(), exporting: Exporting::No });
                self.b.expr(ExprKind::Closure(function), span)
            }
            Kind::BinaryExpression => self.binary(),
            Kind::AwaitExpression => self.awaited(),
            Kind::NewExpression => self.new_call(),
            Kind::TernaryExpression => self.ternary(),
            Kind::UnaryExpression => self.unary(),
            Kind::UpdateExpression => self.update(),
            Kind::AssignmentExpression | Kind::AugmentedAssignmentExpression => self.assignment_value(),
            Kind::YieldExpression => self.yielded(),
            Kind::This => {
                let span = self.span();
                self.this(span)
            }
            Kind::Number => self.number(),
            Kind::True => self.literal(Lit::Bool(true)),
            Kind::False => self.literal(Lit::Bool(false)),
            Kind::Null | Kind::Undefined => self.literal(Lit::Null),
            Kind::Regex => {
                let span = self.span();
                let sym = self.sym_of(span);
                self.literal(Lit::Regex(sym))
            }
            Kind::SpreadElement => {
                let span = self.span();
                let inner = self.only_child();
                self.b.expr(ExprKind::Spread(inner), span)
            }
            // Names that no declaration can give a meaning: `super`, the `import` of `import("m")`, `import.meta`.
            Kind::Super | Kind::Import | Kind::MetaProperty => {
                let span = self.span();
                let name = self.sym_of(span);
                self.b.expr(ExprKind::Name(name), span)
            }
            Kind::Class | Kind::ClassDeclaration | Kind::AbstractClassDeclaration => self.class_value(hint),
            Kind::TypeAssertion => self.type_assertion(),
            Kind::SequenceExpression => self.over_children(),
            Kind::JsxElement | Kind::JsxSelfClosingElement | Kind::JsxExpression => self.jsx(),
            Kind::PrivatePropertyIdentifier | Kind::PropertyIdentifier => {
                let span = self.span();
                self.str_of(span)
            }
            Kind::ComputedPropertyName | Kind::Decorator => self.only_child(),
            Kind::NestedIdentifier => self.nested_identifier(),
            Kind::ObjectPattern
            | Kind::ArrayPattern
            | Kind::AssignmentPattern
            | Kind::ObjectAssignmentPattern
            | Kind::ShorthandPropertyIdentifierPattern => {
                let span = self.span();
                self.pattern(Bind::Assign, Some(span))
            }
            _ => self.unknown(),
        };
        self.depth -= 1;
        expr
    }

    fn literal(&mut self, lit: Lit) -> ExprId {
        let span = self.span();
        self.b.expr(ExprKind::Lit(lit), span)
    }

    fn identifier(&mut self) -> ExprId {
        let span = self.span();
        if span.is_empty() {
            // MISSING: the parser put it there.
            return self.nothing();
        }
        self.name(span)
    }

    /// The source text of a name, as a string.
    pub(super) fn str_of(&mut self, span: Span) -> ExprId {
        let sym = self.sym_of(span);
        self.b.expr(ExprKind::Lit(Lit::Str(sym)), span)
    }

    fn string(&mut self) -> ExprId {
        let span = self.span();
        let sym = self.string_at(span);
        self.b.expr(ExprKind::Lit(Lit::Str(sym)), span)
    }

    /// The text between the quotes at `span`.
    pub(super) fn string_at(&mut self, span: Span) -> Sym {
        let raw = self.bytes_of(span);
        let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
        let text = text::cook(inner);
        self.b.sym(&text)
    }

    fn number(&mut self) -> ExprId {
        let span = self.span();
        let raw = String::from_utf8_lossy(self.bytes_of(span));
        let (is_integer, text) = text::number(&raw);
        let sym = self.b.sym(&text);
        self.literal(if is_integer { Lit::Int(sym) } else { Lit::Float(sym) })
    }

    /// The first named child, lowered; the others (a type annotation) are passed over.
    pub(super) fn only_child(&mut self) -> ExprId {
        let mut inner = None;
        self.children(|l| {
            if inner.is_none() && l.kind.is_named() {
                inner = Some(l.expr());
            }
        });
        inner.unwrap_or_else(|| self.nothing())
    }

    /// `a.B.c` in `import X = a.B.c` and in JSX.
    fn nested_identifier(&mut self) -> ExprId {
        let span = self.span();
        let mut base = None;
        self.children(|l| {
            if !l.kind.is_named() {
                return;
            }
            let Some(of) = base else {
                base = Some(l.expr());
                return;
            };
            let name_span = l.span();
            let name = l.sym_of(name_span);
            base = Some(l.b.expr(ExprKind::Member { base: of, name, name_span, optional: false }, span));
        });
        base.unwrap_or_else(|| self.cut())
    }

    // --- objects and arrays ---

    fn array(&mut self) -> ExprId {
        let span = self.span();
        let mut items = Vec::new();
        self.children(|l| {
            if l.kind.is_named() {
                items.push(l.expr());
            }
        });
        self.b.expr(ExprKind::Seq { kind: SeqKind::List, items, ty: None }, span)
    }

    fn object(&mut self) -> ExprId {
        let span = self.span();
        let mut entries = Vec::new();
        self.children(|l| {
            let at = l.span();
            match l.kind {
                Kind::Pair => entries.extend(l.pair()),
                Kind::ShorthandPropertyIdentifier => {
                    let key = l.str_of(at);
                    let value = l.expr();
                    entries.push(Entry::Pair { key, value });
                }
                Kind::SpreadElement => {
                    let inner = l.only_child();
                    entries.push(Entry::Spread(inner));
                }
                Kind::MethodDefinition => {
                    l.nodes += 1;
                    let function = l.function(Shape::default());
                    let name = l.b.module.functions[function.index()].name;
                    let head = l.b.module.functions[function.index()].head;
                    let key = l.b.expr(ExprKind::Lit(Lit::Str(name)), head);
                    let value = l.b.expr(ExprKind::Closure(function), at);
                    entries.push(Entry::Pair { key, value });
                }
                _ if l.kind.is_named() => {
                    let lost = l.expr();
                    entries.push(Entry::Item(lost));
                }
                _ => {}
            }
        });
        self.b.expr(ExprKind::Record { ty: None, entries }, span)
    }

    fn pair(&mut self) -> Option<Entry> {
        self.nodes += 1;
        if let Some(entry) = self.plain_pair() {
            return Some(entry);
        }
        let (mut key, mut value) = (None, None);
        self.children(|l| {
            if !l.kind.is_named() {
                return;
            }
            match key {
                None => key = Some(l.property_key()),
                Some(key) if value.is_none() => {
                    l.hint = match l.b.module.exprs[key.index()].kind {
                        ExprKind::Lit(Lit::Str(name)) => Some(name),
                        _ => None,
                    };
                    value = Some(l.expr());
                }
                Some(_) => {}
            }
        });
        Some(Entry::Pair { key: key?, value: value? })
    }

    /// `name: value` of a value that is one literal or path, read from the text instead of the tree: most entries of most
    /// objects are such.
    fn plain_pair(&mut self) -> Option<Entry> {
        let at = self.at;
        let text = self.bytes_of(at);
        let colon = text.iter().position(|&byte| !text::is_name_byte(byte))?;
        if text[colon] != b':' || !text::is_plain_name(&text[..colon]) {
            return None;
        }
        let length = text[colon + 1..].trim_ascii_start().len() as u32;
        let value = self.plain_value(Span { start: at.end - length, end: at.end })?;
        let key = self.str_of(Span { start: at.start, end: at.start + colon as u32 });
        Some(Entry::Pair { key, value })
    }

    /// A string, a small number, a name or a path of names.
    fn plain_value(&mut self, span: Span) -> Option<ExprId> {
        let text = self.bytes_of(span);
        let lit = match (*text.first()?, text) {
            (quote @ (b'"' | b'\''), _) => {
                // The next quote is the last byte, so that nothing but the literal stands here.
                if memchr::memchr(quote, &text[1..])? + 2 != text.len() {
                    return None;
                }
                Lit::Str(self.string_at(span))
            }
            (b'0'..=b'9', _) => {
                if text.len() > 9 || !text.iter().all(u8::is_ascii_digit) {
                    return None;
                }
                Lit::Int(self.sym_of(span))
            }
            (_, b"true") => Lit::Bool(true),
            (_, b"false") => Lit::Bool(false),
            (_, b"null" | b"undefined") => Lit::Null,
            (_, b"this" | b"super") => return None,
            _ if text::is_plain_name(text) => {
                self.nodes += 1;
                return Some(self.name(span));
            }
            _ => return self.dotted(span),
        };
        self.nodes += 1;
        Some(self.b.expr(ExprKind::Lit(lit), span))
    }

    /// The key of a property: a name is a string.
    pub(super) fn property_key(&mut self) -> ExprId {
        match self.kind {
            Kind::PropertyIdentifier | Kind::PrivatePropertyIdentifier | Kind::Identifier => {
                let span = self.span();
                self.str_of(span)
            }
            _ => self.expr(),
        }
    }

    /// The name of a method or field; of a computed one the source text, `[Symbol.iterator]`.
    pub(super) fn property_name(&mut self) -> Sym {
        let span = self.span();
        match self.kind {
            Kind::String => self.string_at(span),
            _ => self.sym_of(span),
        }
    }

    // --- operators ---

    fn awaited(&mut self) -> ExprId {
        let span = self.span();
        let mut inner = None;
        let mut is_cast = false;
        self.children(|l| {
            if l.kind.is_named() && inner.is_none() {
                is_cast = matches!(l.kind, Kind::AsExpression | Kind::SatisfiesExpression);
                inner = Some(l.expr());
            }
        });
        let Some(inner) = inner else { return self.nothing() };
        if is_cast && let Some(cast) = self.awaited_cast(inner, span) {
            return cast;
        }
        self.awaited_import(inner);
        self.b.expr(ExprKind::Await(inner), span)
    }

    /// The grammar reads `await x as T` as `await (x as T)`; it is `(await x) as T`.
    fn awaited_cast(&mut self, outermost: ExprId, span: Span) -> Option<ExprId> {
        let mut cast = outermost;
        loop {
            let Expr { kind: ExprKind::Cast { value, .. }, span: at } = self.b.module.exprs[cast.index()] else {
                return None;
            };
            self.b.module.exprs[cast.index()].span.start = span.start;
            let Expr { ref kind, span: inner } = self.b.module.exprs[value.index()];
            // A cast in parentheses starts later, and is what is awaited.
            if matches!(kind, ExprKind::Cast { .. }) && inner.start == at.start {
                cast = value;
                continue;
            }
            self.awaited_import(value);
            let awaited = self.b.expr(ExprKind::Await(value), Span { start: span.start, end: inner.end });
            if let ExprKind::Cast { value, .. } = &mut self.b.module.exprs[cast.index()].kind {
                *value = awaited;
            }
            return Some(outermost);
        }
    }

    fn yielded(&mut self) -> ExprId {
        let span = self.span();
        let mut is_delegated = false;
        let mut inner = None;
        self.children(|l| match l.kind {
            Kind::Star => is_delegated = true,
            _ if l.kind.is_named() => inner = Some(l.expr()),
            _ => {}
        });
        if let (true, Some(all)) = (is_delegated, inner) {
            let at = self.b.module.exprs[all.index()].span;
            inner = Some(self.b.expr(ExprKind::Spread(all), at));
        }
        self.b.expr(ExprKind::Yield(inner), span)
    }

    fn ternary(&mut self) -> ExprId {
        let span = self.span();
        let mut parts = [None; 3];
        let mut count = 0;
        self.children(|l| {
            if l.kind.is_named() && l.kind != Kind::Error && count < 3 {
                parts[count] = Some(l.expr());
                count += 1;
            }
        });
        match parts {
            [Some(test), Some(then), Some(orelse)] => self.b.expr(ExprKind::Conditional { test, then, orelse }, span),
            _ => self.b.expr(ExprKind::Opaque(parts.into_iter().flatten().collect()), span),
        }
    }

    fn unary(&mut self) -> ExprId {
        let span = self.span();
        let mut op = UnaryOp::Other;
        let mut operand = None;
        self.children(|l| match l.kind {
            Kind::Bang => op = UnaryOp::Not,
            Kind::Minus => op = UnaryOp::Neg,
            Kind::Plus => op = UnaryOp::Plus,
            Kind::Tilde => op = UnaryOp::BitNot,
            Kind::TypeOf => op = UnaryOp::Typeof,
            Kind::Void => op = UnaryOp::Void,
            _ if l.kind.is_named() && operand.is_none() => operand = Some(l.expr()),
            _ => {}
        });
        match operand {
            Some(operand) => self.b.expr(ExprKind::Unary { op, operand }, span),
            None => self.nothing(),
        }
    }

    /// `x++`, `--x`.
    fn update(&mut self) -> ExprId {
        let span = self.span();
        let mut operand = None;
        self.children(|l| {
            if l.kind.is_named() && operand.is_none() {
                operand = Some(l.pattern(Bind::Assign, Some(span)));
            }
        });
        match operand {
            Some(operand) => self.b.expr(ExprKind::Unary { op: UnaryOp::Step, operand }, span),
            None => self.nothing(),
        }
    }

    /// An assignment whose value is used: `a = b = c`; `x += 1` gives the sum to `x`.
    fn assignment_value(&mut self) -> ExprId {
        let span = self.span();
        let assignment = self.assignment();
        match (assignment.target, assignment.value) {
            (Some(target), Some(value)) => {
                let Some(op) = assignment.op else { return self.b.expr(ExprKind::Let { target, value }, span) };
                let left = self.copy_of(target);
                let value = self.b.expr(ExprKind::Binary { op, left, right: value }, span);
                self.b.expr(ExprKind::Let { target, value }, span)
            }
            (Some(place), None) | (None, Some(place)) => place,
            (None, None) => self.nothing(),
        }
    }

    /// `new Callee<T>(args)`; the arguments may be missing.
    fn new_call(&mut self) -> ExprId {
        let span = self.span();
        let mut callee = None;
        let mut args: Vec<Arg> = Vec::new();
        self.children(|l| match l.kind {
            Kind::Arguments if callee.is_some() => l.arguments(&mut args),
            Kind::TypeArguments => {}
            _ if l.kind.is_named() && callee.is_none() => callee = Some(l.expr()),
            _ => {}
        });
        match callee {
            Some(callee) => self.b.expr(ExprKind::Call { callee, args, form: CallForm::New }, span),
            None => self.nothing(),
        }
    }

    /// `<T>value`.
    fn type_assertion(&mut self) -> ExprId {
        let span = self.span();
        let (mut ty, mut value) = (None, None);
        self.children(|l| match l.kind {
            Kind::TypeArguments => ty = l.type_arguments().first().copied(),
            _ if l.kind.is_named() && value.is_none() => value = Some(l.expr()),
            _ => {}
        });
        let ty = ty.unwrap_or_else(|| self.b.ty(TypeKind::Unknown, span));
        match value {
            Some(value) => self.b.expr(ExprKind::Cast { value, ty }, span),
            None => self.nothing(),
        }
    }

    /// A class as a value is defined before the statement it stands in, and named there.
    fn class_value(&mut self, hint: Option<Sym>) -> ExprId {
        let span = self.span();
        self.hint = hint;
        let class = self.class(None, Vec::new());
        let define = self.b.stmt(StmtKind::DefineClass(class), span);
        self.prelude.push(define);
        match self.b.module.classes[class.index()].var {
            Some(var) => self.b.expr(ExprKind::Var(var), span),
            None => self.nothing(),
        }
    }

    /// A second expression for the same place, where one node stands for a read and a write.
    fn copy_of(&mut self, place: ExprId) -> ExprId {
        let span = self.b.module.exprs[place.index()].span;
        let kind = match self.b.module.exprs[place.index()].kind {
            ExprKind::Name(name) => {
                let copy = self.b.expr(ExprKind::Name(name), span);
                self.scopes.want(name, super::scope::Wanted::Expr(copy));
                return copy;
            }
            ExprKind::Var(var) => ExprKind::Var(var),
            ExprKind::Lit(ref lit) => ExprKind::Lit(lit.clone()),
            ExprKind::Member { base, name, name_span, optional } => {
                ExprKind::Member { base: self.copy_of(base), name, name_span, optional }
            }
            ExprKind::Index { base, index } => ExprKind::Index { base: self.copy_of(base), index: self.copy_of(index) },
            // What a call or an operator gives is not computed a second time.
            _ => ExprKind::Opaque(Vec::new()),
        };
        self.b.expr(kind, span)
    }
}
