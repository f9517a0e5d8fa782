//! JSX: an `Opaque` over the component's name, the attributes' values and the children.
//!
//! Does not know what a framework makes of an element. Text and attribute names carry no data and are passed over.

use super::Lower;
use super::kinds::Kind;
use crate::ir::{ExprId, ExprKind, Lit};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn jsx(&mut self) -> ExprId {
        let span = self.span();
        let mut items = Vec::new();
        match self.kind {
            Kind::JsxElement => self.children(|l| match l.kind {
                Kind::JsxOpeningElement => l.tag(&mut items),
                Kind::JsxExpression => l.braces(&mut items),
                Kind::JsxElement | Kind::JsxSelfClosingElement | Kind::Error => items.push(l.expr()),
                _ => {}
            }),
            Kind::JsxExpression => self.braces(&mut items),
            _ => self.tag(&mut items),
        }
        self.b.expr(ExprKind::Opaque(items), span)
    }

    /// Name and attributes of an opening or self-closing tag.
    fn tag(&mut self, items: &mut Vec<ExprId>) {
        let mut has_name = false;
        self.children(|l| match l.kind {
            Kind::Identifier if !has_name => {
                has_name = true;
                let at = l.span();
                // A lower-case name is an element of the page, no variable.
                if l.bytes_of(at).first().is_some_and(|first| !first.is_ascii_lowercase()) {
                    items.push(l.expr());
                }
            }
            Kind::MemberExpression | Kind::NestedIdentifier if !has_name => {
                has_name = true;
                items.push(l.expr());
            }
            Kind::JsxAttribute => {
                l.nodes += 1;
                if let Some(value) = l.text_attribute() {
                    items.push(value);
                    return;
                }
                l.children(|l| match l.kind {
                    Kind::JsxExpression => l.braces(items),
                    Kind::String | Kind::JsxElement | Kind::JsxSelfClosingElement | Kind::Error => items.push(l.expr()),
                    _ => {}
                });
            }
            Kind::JsxExpression => l.braces(items),
            _ => {}
        });
    }

    /// `name="text"`, read from the text instead of the tree.
    fn text_attribute(&mut self) -> Option<ExprId> {
        let at = self.at;
        let bytes = self.bytes_of(at);
        let equals = memchr::memchr(b'=', bytes)?;
        let value = bytes[equals + 1..].trim_ascii_start();
        let (Some(b'"' | b'\''), Some(b'"' | b'\'')) = (value.first(), value.last()) else { return None };
        self.nodes += 1;
        let span = Span { start: at.end - value.len() as u32, end: at.end };
        let text = self.string_at(span);
        Some(self.b.expr(ExprKind::Lit(Lit::Str(text)), span))
    }

    /// `{expression}`, `{...spread}`, `{/* nothing */}`.
    fn braces(&mut self, items: &mut Vec<ExprId>) {
        self.nodes += 1;
        self.children(|l| {
            if l.kind.is_named() {
                items.push(l.expr());
            }
        });
    }
}
