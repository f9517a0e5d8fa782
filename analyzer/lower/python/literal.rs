//! Strings of Python: prefixes, escapes, adjacent literals, f-strings and t-strings.
//!
//! ```python
//! f"SELECT {cols} " "FROM t"        # Template: "SELECT ", hole cols, " FROM t"
//! r"\d" b"\x41"                     # Lit "\\dA"
//! ```
//!
//! Knows nothing of what a string means. Named escapes (`\N{…}`) stay as written.
//! Invariant: a string without holes is a `Lit`, and adjacent literals are one expression.

use super::Lowering;
use super::kinds::Kind;
use crate::ir::{Arg, CallForm, ExprId, ExprKind, Lit, Part, Spread};
use crate::source::Span;
use crate::syntax::flat::NodeId;

/// What the letters before the quote say.
#[derive(Clone, Copy, Default)]
struct Prefix {
    is_raw: bool,
    is_bytes: bool,
    is_format: bool,
    is_template: bool,
}

/// Text and holes of one or more adjacent literals.
#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    text: String,
    is_template: bool,
}

impl Lowering<'_> {
    /// A `String` or `ConcatenatedString`.
    pub(super) fn string(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let span = tree.span(node);
        if let Some(kind) = self.plain_string(node) {
            return self.b.expr(kind, span);
        }
        let mut parts = Parts::default();
        if tree.kind(node) == Kind::ConcatenatedString {
            for piece in tree.children(node) {
                self.piece(piece, &mut parts);
            }
        } else {
            self.piece(node, &mut parts);
        }
        self.finish(parts, span)
    }

    /// One literal without prefix and escapes: nothing has to be copied.
    fn plain_string(&mut self, node: NodeId) -> Option<ExprKind> {
        let tree = self.tree;
        let mut children = tree.children(node);
        let start = children.next().filter(|&start| tree.kind(start) == Kind::StringStart)?;
        let bytes = &self.bytes[tree.span(start).start as usize..tree.span(start).end as usize];
        if !matches!(bytes.first(), Some(b'"' | b'\'')) {
            return None;
        }
        let content = children.next()?;
        let text = match tree.kind(content) {
            Kind::StringContent if children.next().is_some_and(|end| tree.kind(end) == Kind::StringEnd) => {
                self.text_at(content)
            }
            Kind::StringEnd => "".into(),
            _ => return None,
        };
        if memchr::memchr(b'\\', text.as_bytes()).is_some() {
            return None;
        }
        Some(ExprKind::Lit(Lit::Str(self.b.sym(&text))))
    }

    /// The text of a string literal without holes, and where it starts if no escape moves its characters.
    pub(super) fn constant_text(&mut self, node: NodeId) -> Option<(String, Option<u32>)> {
        let tree = self.tree;
        if tree.kind(node) != Kind::String || tree.first_of(node, Kind::Interpolation).is_some() {
            return None;
        }
        let mut parts = Parts::default();
        self.piece(node, &mut parts);
        let content = tree.first_of(node, Kind::StringContent);
        let is_verbatim = content.is_some_and(|content| self.text_at(content) == parts.text.as_str());
        let start = content.filter(|_| is_verbatim).map(|content| tree.span(content).start);
        Some((parts.text, start))
    }

    fn piece(&mut self, string: NodeId, parts: &mut Parts) {
        let tree = self.tree;
        let mut prefix = Prefix::default();
        for child in tree.children(string) {
            match tree.kind(child) {
                Kind::StringStart => {
                    prefix = prefix_of(&self.text_at(child));
                    parts.is_template |= prefix.is_template;
                }
                Kind::StringContent => decode(&self.text_at(child), prefix, &mut parts.text),
                Kind::Interpolation => self.hole(child, parts),
                _ => {}
            }
        }
    }

    /// `{value=!r:spec}`.
    fn hole(&mut self, node: NodeId, parts: &mut Parts) {
        let tree = self.tree;
        let mut value = None;
        let mut spec = String::new();
        let mut format = "".into();
        let mut nested = Vec::new();
        let mut shows_source = None;
        for child in tree.children(node) {
            match tree.kind(child) {
                Kind::Equal => shows_source = Some(tree.span(child).end),
                Kind::TypeConversion => spec = self.text_at(child).into_owned(),
                Kind::FormatSpecifier => {
                    format = self.text_at(child);
                    nested.extend(tree.children(child).filter(|&inner| tree.kind(inner) == Kind::FormatExpression));
                }
                _ if value.is_none() => value = Some(child),
                _ => {}
            }
        }
        if let Some(end) = shows_source {
            // f"{total = }" is f"total = {total!r}".
            let blanks = self.bytes[end as usize..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            parts.text += &self.text_of(Span { start: tree.span(node).start + 1, end: end + blanks as u32 });
            if spec.is_empty() && format.is_empty() {
                spec.push_str("!r");
            }
        }
        let mut hole = self.expr_or_missing(value, node);
        if !nested.is_empty() {
            // f"{price:{width}}": both values flow into the text.
            let mut items = vec![hole];
            for inner in nested {
                let first = self.child(inner, 0);
                items.push(self.expr_or_missing(first, inner));
            }
            hole = self.b.expr(ExprKind::Opaque(items), tree.span(node));
        }
        self.flush(parts);
        spec += format.strip_prefix(':').map_or("", |text| if spec.is_empty() { text } else { &format });
        let spec = (!spec.is_empty()).then(|| self.b.sym(&spec));
        parts.done.push(Part::Hole { value: hole, spec });
    }

    fn flush(&mut self, parts: &mut Parts) {
        if !parts.text.is_empty() {
            let sym = self.b.sym(&parts.text);
            parts.done.push(Part::Text(sym));
            parts.text.clear();
        }
    }

    fn finish(&mut self, mut parts: Parts, span: Span) -> ExprId {
        if parts.done.is_empty() && !parts.is_template {
            let sym = self.b.sym(&parts.text);
            return self.b.expr(ExprKind::Lit(Lit::Str(sym)), span);
        }
        self.flush(&mut parts);
        let template = self.b.expr(ExprKind::Template(parts.done), span);
        if !parts.is_template {
            return template;
        }
        let tag = self.b.sym("t");
        let callee = self.b.expr(ExprKind::Name(tag), Span { start: span.start, end: span.start + 1 });
        let args = vec![Arg { name: None, spread: Spread::None, value: template }];
        self.b.expr(ExprKind::Call { callee, args, form: CallForm::Tagged }, span)
    }
}

fn prefix_of(start: &str) -> Prefix {
    let mut prefix = Prefix::default();
    for letter in start.chars() {
        match letter {
            'r' | 'R' => prefix.is_raw = true,
            'b' | 'B' => prefix.is_bytes = true,
            'f' | 'F' => prefix.is_format = true,
            't' | 'T' => {
                prefix.is_format = true;
                prefix.is_template = true;
            }
            _ => {}
        }
    }
    prefix
}

/// Appends the value of a literal's content.
fn decode(content: &str, prefix: Prefix, out: &mut String) {
    let mut rest = content;
    while let Some(at) = rest.find(['\\', '{', '}']) {
        let (before, special) = rest.split_at(at);
        out.push_str(before);
        let taken = if !special.starts_with('\\') {
            // In an f-string a brace in the text is written twice.
            out.push_str(&special[..1]);
            let is_doubled = special.as_bytes().get(1) == special.as_bytes().first();
            1 + usize::from(prefix.is_format && is_doubled)
        } else if prefix.is_raw {
            out.push('\\');
            1
        } else {
            escape(special, prefix.is_bytes, out)
        };
        rest = &special[taken..];
    }
    out.push_str(rest);
}

/// Appends the character that the escape at the start of `text` stands for; returns its length in bytes.
fn escape(text: &str, is_bytes: bool, out: &mut String) -> usize {
    let Some(letter) = text[1..].chars().next() else {
        out.push('\\');
        return 1;
    };
    let simple = match letter {
        '\n' => return 2,
        '\r' => return if text[2..].starts_with('\n') { 3 } else { 2 },
        '\\' | '\'' | '"' => Some(letter),
        'a' => Some('\x07'),
        'b' => Some('\x08'),
        'f' => Some('\x0c'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\x0b'),
        _ => None,
    };
    if let Some(simple) = simple {
        out.push(simple);
        return 2;
    }
    let (radix, digits, from) = match letter {
        'x' => (16, 2, 2),
        'u' if !is_bytes => (16, 4, 2),
        'U' if !is_bytes => (16, 8, 2),
        '0'..='7' => (8, 3, 1),
        _ => (0, 0, 0),
    };
    let count =
        text[from.min(text.len())..].chars().take(digits).take_while(|c| radix > 0 && c.is_digit(radix)).count();
    let is_whole = count > 0 && (radix == 8 || count == digits);
    let value = if is_whole { u32::from_str_radix(&text[from..from + count], radix).ok() } else { None };
    if let Some(value) = value {
        out.push(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
        return from + count;
    }
    out.push('\\');
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(start: &str, content: &str) -> String {
        let mut out = String::new();
        decode(content, prefix_of(start), &mut out);
        out
    }

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(decoded("\"", r"a\n\t\x41\u00e9\101\\\q\N{DASH}"), "a\n\tA\u{e9}A\\\\q\\N{DASH}");
        assert_eq!(decoded("b\"", r"\x41\u00e9"), "A\\u00e9");
        assert_eq!(decoded("r\"", r"\d\n"), r"\d\n");
        assert_eq!(decoded("\"", "a\\\nb"), "ab");
        assert_eq!(decoded("\"", "{{x}}\\"), "{{x}}\\");
    }

    #[test]
    fn doubled_braces_of_format_strings_are_one() {
        assert_eq!(decoded("f\"", "{{x}} }}"), "{x} }");
        assert_eq!(decoded("rf\"", r"\{{"), r"\{");
    }
}
