//! Annotations that are written as strings: a small parser of types over text.
//!
//! ```python
//! rows: "list[User | None]"      # list of (User | None)
//! owner: "Optional['User']"      # a string in the string
//! ```
//!
//! Knows the syntax of types. What a form like `Optional` means is in `types`.
//! Invariant: a type has its own place in the file when no escape stands in the string, else the string's.
//! Invariant: text that is no type as a whole is `Unknown`.

use super::Lowering;
use super::types::{Form, form_of};
use crate::ir::{Sym, TypeId, TypeKind};
use crate::source::Span;
use crate::syntax::flat::NodeId;

impl Lowering<'_> {
    pub(super) fn string_type(&mut self, node: NodeId, span: Span) -> TypeId {
        let Some((text, start)) = self.constant_text(node) else {
            return self.b.ty(TypeKind::Unknown, span);
        };
        let mut parser = TextType { text: &text, at: 0, start, span };
        let ty = self.union_in_text(&mut parser);
        parser.blank();
        match ty {
            Some(ty) if parser.at == text.len() => ty,
            _ => self.b.ty(TypeKind::Unknown, span),
        }
    }

    /// `A | B`.
    fn union_in_text(&mut self, parser: &mut TextType<'_>) -> Option<TypeId> {
        let from = parser.here();
        let mut members = vec![self.nested(1, |this| this.one_in_text(parser))??];
        while parser.eats('|') {
            members.push(self.nested(1, |this| this.one_in_text(parser))??);
        }
        let span = parser.since(from);
        Some(self.union_type(members, span))
    }

    fn one_in_text(&mut self, parser: &mut TextType<'_>) -> Option<TypeId> {
        let from = parser.here();
        if parser.eats('(') {
            let inner = self.union_in_text(parser)?;
            return parser.eats(')').then_some(inner);
        }
        if parser.eats('[') {
            // The parameters of a Callable.
            self.args_in_text(parser)?;
            return Some(self.b.ty(TypeKind::Unknown, parser.since(from)));
        }
        if parser.eats_text("...") {
            return Some(self.b.ty(TypeKind::Unknown, parser.since(from)));
        }
        if let Some(quoted) = parser.quoted() {
            let mut inner = TextType {
                text: quoted.0,
                at: 0,
                start: parser.start.map(|start| start + quoted.1),
                span: parser.span,
            };
            return self.union_in_text(&mut inner);
        }
        let mut names = vec![parser.name()?];
        while parser.eats('.') {
            names.push(parser.name()?);
        }
        if names == ["None"] {
            let none = self.literal_type("None");
            return Some(self.b.ty(none, parser.since(from)));
        }
        let form = form_of(names[names.len() - 1]);
        let path: Vec<Sym> = names.iter().map(|name| self.b.sym(name)).collect();
        let mut args = Vec::new();
        if parser.eats('[') {
            if form == Form::Literal {
                let text = parser.until(']')?;
                let members = text.split(',').map(|text| {
                    let kind = TypeKind::Literal(self.b.sym(text.trim().trim_matches(['"', '\''])));
                    self.b.ty(kind, parser.since(from))
                });
                let members = members.collect();
                return Some(self.union_type(members, parser.since(from)));
            }
            args = self.args_in_text(parser)?;
            match form {
                Form::Callable => args = args.split_off(args.len().saturating_sub(1)),
                Form::Wrapper => args.truncate(1),
                Form::Generic | Form::Optional | Form::Union | Form::Literal => {}
            }
        }
        let span = parser.since(from);
        match self.special_type(if args.is_empty() { Form::Generic } else { form }, args, span) {
            Ok(special) => Some(special),
            Err(args) => {
                let head = self.type_head(path[0]);
                Some(self.b.ty(TypeKind::Named { head, path, args }, span))
            }
        }
    }

    /// Arguments up to the closing bracket; ellipses are left out.
    fn args_in_text(&mut self, parser: &mut TextType<'_>) -> Option<Vec<TypeId>> {
        let mut args = Vec::new();
        loop {
            if parser.eats(']') {
                return Some(args);
            }
            if !parser.eats_text("...") {
                args.push(self.union_in_text(parser)?);
            }
            if !parser.eats(',') {
                return parser.eats(']').then_some(args);
            }
        }
    }
}

/// A position in the text of a string annotation.
struct TextType<'s> {
    text: &'s str,
    at: usize,
    /// Where the text starts in the file; unknown when escapes stand in it.
    start: Option<u32>,
    /// The whole string.
    span: Span,
}

impl<'s> TextType<'s> {
    fn blank(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn here(&mut self) -> usize {
        self.blank();
        self.at
    }

    fn since(&self, from: usize) -> Span {
        match self.start {
            Some(start) => Span { start: start + from as u32, end: start + self.at as u32 },
            None => self.span,
        }
    }

    fn eats(&mut self, c: char) -> bool {
        self.blank();
        let found = self.text[self.at..].starts_with(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    fn eats_text(&mut self, text: &str) -> bool {
        self.blank();
        let found = self.text[self.at..].starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn name(&mut self) -> Option<&'s str> {
        self.blank();
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = &rest[..length];
        self.at += length;
        (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some(name)
    }

    /// The text up to a closing character, which is passed.
    fn until(&mut self, close: char) -> Option<&'s str> {
        let rest = &self.text[self.at..];
        let length = rest.find(close)?;
        self.at += length + close.len_utf8();
        Some(&rest[..length])
    }

    /// A string in the string, and where its text starts in this one.
    fn quoted(&mut self) -> Option<(&'s str, u32)> {
        let quote = self.text[self.at..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
        self.at += 1;
        let from = self.at as u32;
        Some((self.until(quote)?, from))
    }
}
