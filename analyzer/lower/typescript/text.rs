//! What a string, template or number literal means: its text without quotes and escapes.
//!
//! Knows the escapes of ECMAScript. Does not know syntax trees.
//! Invariant: any bytes give a text; a lone surrogate and invalid UTF-8 become U+FFFD.

use std::borrow::Cow;

/// The cooked text between quotes or template marks.
pub(super) fn cook(raw: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(raw);
    if memchr::memchr(b'\\', raw).is_none() {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    // The first half of a surrogate pair that was written as two `\u` escapes.
    let mut high: Option<u32> = None;
    while let Some(c) = rest.next() {
        if c != '\\' {
            flush(&mut out, &mut high);
            out.push(c);
            continue;
        }
        let Some(escape) = rest.next() else { break };
        let mut digits = rest.clone();
        let code = match escape {
            'u' => unicode(&mut digits),
            'x' => hex(&mut digits, 2),
            _ => None,
        };
        if let Some(code) = code {
            rest = digits;
            match (high.take(), code) {
                (Some(first), 0xDC00..=0xDFFF) => {
                    let code = 0x10000 + ((first - 0xD800) << 10) + (code - 0xDC00);
                    out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                (first, code) => {
                    if first.is_some() {
                        out.push(char::REPLACEMENT_CHARACTER);
                    }
                    if (0xD800..=0xDBFF).contains(&code) {
                        high = Some(code);
                    } else {
                        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                }
            }
            continue;
        }
        flush(&mut out, &mut high);
        match escape {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'v' => out.push('\u{b}'),
            '\n' | '\u{2028}' | '\u{2029}' => {}
            '\r' => _ = rest.next_if_eq(&'\n'),
            '0'..='7' => {
                let mut code = escape.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = rest.peek().and_then(|c| c.to_digit(8)).filter(|d| code * 8 + d < 256) else {
                        break;
                    };
                    code = code * 8 + digit;
                    rest.next();
                }
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => out.push(other),
        }
    }
    flush(&mut out, &mut high);
    Cow::Owned(out)
}

fn flush(out: &mut String, high: &mut Option<u32>) {
    if high.take().is_some() {
        out.push(char::REPLACEMENT_CHARACTER);
    }
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// After `\u`: four digits, or any number of them in braces.
fn unicode(rest: &mut Chars<'_>) -> Option<u32> {
    if rest.next_if_eq(&'{').is_none() {
        return hex(rest, 4);
    }
    let mut code: u32 = 0;
    while let Some(digit) = rest.peek().and_then(|c| c.to_digit(16)) {
        code = code.saturating_mul(16).saturating_add(digit);
        rest.next();
    }
    rest.next_if_eq(&'}');
    Some(code)
}

fn hex(rest: &mut Chars<'_>, digits: u32) -> Option<u32> {
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + rest.peek().and_then(|c| c.to_digit(16))?;
        rest.next();
    }
    Some(code)
}

/// Whether the text is one identifier that needs no syntax tree to be read as such; names with other letters or escapes
/// are left to the grammar.
pub(super) fn is_plain_name(text: &[u8]) -> bool {
    text.first().is_some_and(|first| !first.is_ascii_digit()) && text.iter().all(|&byte| is_name_byte(byte))
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

/// Whether a number literal is an integer, and its text without separators and the mark of a bigint.
pub(super) fn number(raw: &str) -> (bool, Cow<'_, str>) {
    let prefix = raw.get(..2).map(str::to_ascii_lowercase);
    let has_prefix = prefix.is_some_and(|prefix| matches!(prefix.as_str(), "0x" | "0b" | "0o"));
    let is_integer = has_prefix || !raw.contains(['.', 'e', 'E']);
    let text = raw.strip_suffix('n').unwrap_or(raw);
    let text = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    (is_integer, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_cooked() {
        for (raw, text) in [
            (r"plain", "plain"),
            (r"a\n\t\\\'\`", "a\n\t\\'`"),
            (r"\x41\u0042\u{43}\101", "ABCA"),
            (r"\uD83D\uDE00!", "😀!"),
            (r"\uD83D!", "\u{FFFD}!"),
            (r"\uZZ\x4", "uZZx4"),
            ("a\\\nb\\\r\nc", "abc"),
            (r"\0\8", "\u{0}8"),
            (r"end\", "end"),
        ] {
            assert_eq!(cook(raw.as_bytes()), text, "{raw}");
        }
        assert_eq!(cook(b"\xff\\n"), "\u{FFFD}\n");
    }

    #[test]
    fn numbers_lose_separators_and_marks() {
        assert_eq!(number("1_000n"), (true, "1000".into()));
        assert_eq!(number("0xBEn"), (true, "0xBE".into()));
        assert_eq!(number("1e3"), (false, "1e3".into()));
        assert_eq!(number(".5"), (false, ".5".into()));
    }
}
