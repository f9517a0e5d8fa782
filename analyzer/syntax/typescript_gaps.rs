//! What tree-sitter-typescript 0.23.2 cannot read although it is TypeScript, made readable before parsing.
//!
//! ```text
//! sql<User[]>`SELECT 1`          the grammar has no type arguments on a tag: it sees comparisons, or errors
//! sql        `SELECT 1`          what is parsed
//! export type * from "./api"     as `export      * from "./api"`
//! ```
//! Does not know what any node means.
//! Invariant: the text keeps its length, and only type-level text becomes spaces: every span holds for the original.
//! Known false alarm: a template, comment or string that holds ``x<y>` `` is blanked too, where it changes no node.

use crate::source::Language;
use memchr::memmem;
use std::borrow::Cow;

/// Type arguments longer than this many bytes are left as they are.
const LONGEST: usize = 4_096;

/// The bytes to parse instead of `bytes`.
pub(super) fn readable(language: Language, bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut text = Cow::Borrowed(bytes);
    if !matches!(language, Language::TypeScript | Language::Tsx) {
        return text;
    }
    for close in memmem::find_iter(bytes, b">`") {
        if let Some(open) = opening(bytes, close)
            && !is_element(bytes, open, close)
        {
            blank(&mut text.to_mut()[open..=close]);
        }
    }
    for at in memmem::find_iter(bytes, b"export type *") {
        blank(&mut text.to_mut()[at + b"export ".len()..][..b"type".len()]);
    }
    text
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// Where the `<` of the type arguments stands that end at `close`, right after a name.
fn opening(bytes: &[u8], close: usize) -> Option<usize> {
    let (mut angles, mut brackets) = (1_u32, 0_u32);
    let mut at = close;
    while at > close.saturating_sub(LONGEST) {
        at -= 1;
        match bytes[at] {
            b'>' if at > 0 && bytes[at - 1] == b'=' => at -= 1,
            b'>' => angles += 1,
            b'<' => {
                angles -= 1;
                if angles == 0 {
                    let before = at.checked_sub(1).map(|before| bytes[before])?;
                    let is_name = before.is_ascii_alphanumeric() || matches!(before, b'_' | b'$' | 0x80..);
                    return (is_name && brackets == 0 && at + 1 < close).then_some(at);
                }
            }
            b')' | b']' | b'}' => brackets += 1,
            b'(' | b'[' | b'{' => {
                brackets = brackets.checked_sub(1)?;
                if at > 0 && bytes[at - 1] == b'$' {
                    return None;
                }
            }
            b';' | b'=' | b'+' | b'!' if brackets == 0 => return None,
            b'`' => return None,
            _ => {}
        }
    }
    None
}

/// Whether `<name>` is closed later by `</name>`: JSX text such as ``run<code>`npm`</code>``.
fn is_element(bytes: &[u8], open: usize, close: usize) -> bool {
    let mut end_tag = b"</".to_vec();
    end_tag.extend_from_slice(&bytes[open + 1..=close]);
    memmem::find(&bytes[close..], &end_tag).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        String::from_utf8(readable(Language::Tsx, text.as_bytes()).into_owned()).expect("blanks keep UTF-8")
    }

    #[test]
    fn type_arguments_of_tags_are_blanked() {
        for (text, parsed) in [
            ("sql<A>`x`", "sql   `x`"),
            ("db.sql<A[], B<C>>`x`", "db.sql           `x`"),
            ("q<{ a: 1;\n b: () => X }>`x`", "q        \n              `x`"),
            ("export type * from 'a'", "export      * from 'a'"),
        ] {
            assert_eq!(read(text), parsed);
        }
    }

    #[test]
    fn other_text_stays() {
        for text in
            ["`<li>`", "`a<${x}>`", "a < b; c >`x`", "x<b>`y`</b>", "if (a<b) { c = d>`x` }", "sql`<a>`", "=>`x`", ">`"]
        {
            assert_eq!(read(text), text);
        }
        assert_eq!(readable(Language::JavaScript, b"a<b>`x`").as_ref(), b"a<b>`x`");
    }
}
