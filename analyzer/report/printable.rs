//! Keeps what analysed code and file names could do to a terminal away from it.
//!
//! Knows characters. Does not know formats.
//! Invariant: the result holds no control character and none that hides or reorders text (escape sequences, bidirectional
//! overrides, zero-width characters); each becomes U+FFFD.

use std::borrow::Cow;

/// A text on one line, safe to print.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unprintable) { Cow::Owned(text.chars().map(shown).collect()) } else { Cow::Borrowed(text) }
}

/// A character as it may be shown; a line break or a tab becomes a space.
pub fn shown(character: char) -> char {
    match character {
        '\n' | '\r' | '\t' => ' ',
        _ if is_unprintable(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// Control characters, and the format characters that change how others are shown (the set of CVE-2021-42574 and the
/// zero-width ones).
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Breaks a text between words into lines of at most `width` characters; a longer word has a line of its own.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a last line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_never_broken() {
        assert_eq!(wrap("one two\n three extraordinarily", 9), ["one two", "three", "extraordinarily"]);
        assert_eq!(wrap("", 9), [""]);
    }

    #[test]
    fn escape_sequences_and_overrides_are_taken_out() {
        assert_eq!(printable("a\u{1b}[31mb\u{202e}c\u{9b}d\ne"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d e");
        assert!(matches!(printable("naïve – 日本"), Cow::Borrowed(_)));
    }
}
