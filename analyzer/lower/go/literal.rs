//! String literals and composite literals.
//!
//! Knows how Go spells text, and decides whether braces build a list, a map or a struct: by the written type, else by
//! what stands between them. A named type of another file is known by its keys only: `{Name: x}` is taken for a
//! struct's field, `pkg.T{name: x}` for a map's key, since another package's fields are exported.

use super::{EMPTY, Kind, Lowering};
use crate::ir::{ClassKind, Entry, ExprId, ExprKind, SeqKind, Sym, TypeId, TypeKind, VarKind};
use crate::lower::MAX_DEPTH;
use crate::source::Span;

/// What a composite literal's type says about its elements.
#[derive(Clone, Copy)]
enum Shape {
    List(TypeId),
    Map(TypeId, TypeId),
    Struct,
    /// Declared in another file of the package, or not known at all.
    Elsewhere,
    /// Declared in another package.
    Imported,
}

impl Lowering<'_> {
    /// The text that a string literal stands for.
    pub(super) fn string(&mut self, kind: Kind, span: Span) -> Sym {
        let quote = if kind == Kind::RawString { b'`' } else { b'"' };
        let bytes = &self.bytes[span.start as usize..span.end as usize];
        if bytes.first() != Some(&quote) {
            return EMPTY;
        }
        let is_closed = bytes.len() > 1 && bytes.last() == Some(&quote);
        let inner = Span { start: span.start + 1, end: span.end - u32::from(is_closed) };
        let bytes = &self.bytes[inner.start as usize..inner.end as usize];
        if kind == Kind::RawString {
            if !bytes.contains(&b'\r') {
                return self.sym_at(inner);
            }
            // The language drops carriage returns from raw strings.
            let kept: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != b'\r').collect();
            return self.b.sym(&String::from_utf8_lossy(&kept));
        }
        if !bytes.contains(&b'\\') {
            return self.sym_at(inner);
        }
        let decoded = decode(bytes);
        self.b.sym(&String::from_utf8_lossy(&decoded))
    }

    pub(super) fn composite_literal(&mut self, span: Span) -> ExprId {
        self.enter();
        let ty = self.ty();
        self.next_node();
        let value = self.literal_value(Some(ty), span);
        self.leave();
        value
    }

    /// `{…}` under the cursor, with the type that stands in front of it or that its surroundings give it.
    pub(super) fn literal_value(&mut self, ty: Option<TypeId>, span: Span) -> ExprId {
        let shape = ty.map_or(Shape::Elsewhere, |ty| self.shape(ty));
        let (key_type, element_type) = match shape {
            Shape::List(element) => (None, Some(element)),
            Shape::Map(key, value) => (Some(key), Some(value)),
            Shape::Struct | Shape::Elsewhere | Shape::Imported => (None, None),
        };
        let mut entries = Vec::new();
        let mut has_keys = false;
        let mut has_bare_braces = false;
        let mut kind = self.enter_past_sign();
        while kind != Kind::End {
            if kind == Kind::KeyedElement {
                has_keys = true;
                self.enter();
                let key = self.key(shape, key_type);
                self.closure_name = self.b.module.str_of(key).is_some().then(|| self.text_of(key)).flatten();
                self.next_past_sign();
                let value = self.element(element_type).0;
                self.leave();
                entries.push(Entry::Pair { key, value });
            } else {
                let (item, is_bare) = self.element(element_type);
                has_bare_braces |= is_bare;
                entries.push(Entry::Item(item));
            }
            self.closure_name = None;
            kind = self.next_item();
        }
        self.leave();
        // Braces without a type stand for elements of a list or map, never for a struct's field.
        let is_list = match shape {
            Shape::List(_) => true,
            Shape::Elsewhere | Shape::Imported => has_bare_braces,
            Shape::Map(..) | Shape::Struct => false,
        };
        if is_list && !has_keys {
            let item_of = |entry: &Entry| match entry {
                Entry::Pair { value, .. } | Entry::Item(value) | Entry::Spread(value) => *value,
            };
            let items = entries.iter().map(item_of).collect();
            return self.b.expr(ExprKind::Seq { kind: SeqKind::List, items, ty }, span);
        }
        self.b.expr(ExprKind::Record { ty, entries }, span)
    }

    /// The element under the cursor, and whether it is braces without a type.
    fn element(&mut self, ty: Option<TypeId>) -> (ExprId, bool) {
        let is_wrapped = self.kind_here() == Kind::LiteralElement;
        let kind = if is_wrapped { self.enter() } else { self.kind_here() };
        let is_bare = kind == Kind::LiteralValue;
        if kind != Kind::FuncLiteral {
            self.closure_name = None;
        }
        let value = if is_bare { self.elided(ty) } else { self.expr() };
        if is_wrapped {
            self.leave();
        }
        (value, is_bare)
    }

    /// `{…}` as an element: its type is the container's element type, and `*T` means `&T{…}`.
    fn elided(&mut self, ty: Option<TypeId>) -> ExprId {
        let span = self.span();
        if self.depth >= MAX_DEPTH {
            return self.too_deep();
        }
        self.depth += 1;
        self.b.module.stats.nodes += 1;
        let pointee = ty.and_then(|ty| match self.b.module.ty(ty).kind {
            TypeKind::Pointer(pointee) => Some(pointee),
            _ => None,
        });
        let value = self.literal_value(pointee.or(ty), span);
        self.depth -= 1;
        if pointee.is_some() { self.b.expr(ExprKind::Ref(value), span) } else { value }
    }

    fn key(&mut self, shape: Shape, key_type: Option<TypeId>) -> ExprId {
        let is_wrapped = self.kind_here() == Kind::LiteralElement;
        let kind = if is_wrapped { self.enter() } else { self.kind_here() };
        let key = if kind == Kind::Identifier && self.is_field(shape) {
            let (name, span) = self.name();
            self.b.expr(ExprKind::Lit(crate::ir::Lit::Str(name)), span)
        } else {
            self.element(key_type).0
        };
        if is_wrapped {
            self.leave();
        }
        key
    }

    /// Whether the identifier under the cursor, a key, names a field.
    fn is_field(&self, shape: Shape) -> bool {
        match shape {
            Shape::Struct | Shape::Elsewhere => true,
            Shape::List(_) | Shape::Map(..) => false,
            Shape::Imported => {
                let start = self.span().start as usize;
                // Anything but ASCII lower case may begin an exported name.
                !self.bytes.get(start).is_some_and(|first| first.is_ascii_lowercase() || *first == b'_')
            }
        }
    }

    fn text_of(&self, key: ExprId) -> Option<Sym> {
        match self.b.module.expr(key).kind {
            ExprKind::Lit(crate::ir::Lit::Str(name)) => Some(name),
            _ => None,
        }
    }

    fn shape(&self, ty: TypeId) -> Shape {
        let mut ty = ty;
        // `type A B; type B []T` in one file: a few steps reach what is written.
        for _ in 0..8 {
            match &self.b.module.ty(ty).kind {
                TypeKind::List(element) => return Shape::List(*element),
                TypeKind::Map(key, value) => return Shape::Map(*key, *value),
                TypeKind::Object(_) => return Shape::Struct,
                TypeKind::Named { head: Some(var), path, .. } if path.len() == 1 => {
                    let VarKind::Class(class) = self.b.module.var(*var).kind else { return Shape::Elsewhere };
                    let class = self.b.module.class(class);
                    match (class.kind, class.fields.first().and_then(|field| field.ty)) {
                        (ClassKind::Struct, _) => return Shape::Struct,
                        (ClassKind::Alias, Some(aliased)) => ty = aliased,
                        _ => return Shape::Elsewhere,
                    }
                }
                TypeKind::Named { path, .. } if path.len() > 1 => return Shape::Imported,
                _ => return Shape::Elsewhere,
            }
        }
        Shape::Elsewhere
    }
}

/// The bytes of an interpreted string; an escape that Go does not have stays as it is written.
fn decode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        at += 1;
        if byte != b'\\' || at == bytes.len() {
            out.push(byte);
            continue;
        }
        let escape = bytes[at];
        at += 1;
        let simple = match escape {
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'\\' | b'\'' | b'"' => escape,
            b'x' | b'u' | b'U' | b'0'..=b'7' => {
                let (digits, radix, start) = match escape {
                    b'x' => (2, 16, at),
                    b'u' => (4, 16, at),
                    b'U' => (8, 16, at),
                    _ => (3, 8, at - 1),
                };
                let digits = bytes.get(start..start + digits).and_then(|digits| std::str::from_utf8(digits).ok());
                match digits.and_then(|digits| Some((u32::from_str_radix(digits, radix).ok()?, digits.len()))) {
                    Some((code, length)) => {
                        at = start + length;
                        if matches!(escape, b'u' | b'U') {
                            let decoded = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                            out.extend_from_slice(decoded.encode_utf8(&mut [0; 4]).as_bytes());
                        } else {
                            out.push(code as u8);
                        }
                    }
                    None => out.extend_from_slice(&[b'\\', escape]),
                }
                continue;
            }
            _ => {
                out.extend_from_slice(&[b'\\', escape]);
                continue;
            }
        };
        out.push(simple);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(decode(br#"a\tb\n\"q\"\\ \x41\101\u00e9\U0001F600"#), "a\tb\n\"q\"\\ AA\u{e9}\u{1F600}".as_bytes());
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(decode(br"\q \x4"), br"\q \x4");
        assert_eq!(decode(br"tail\"), br"tail\");
    }
}
