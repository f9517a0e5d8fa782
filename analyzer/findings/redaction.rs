//! Takes secrets out of the sentences of findings that are not about them.
//!
//! ```text
//! connect(password="otter-lantern-58")   ->  `connect(password="****")` runs once per element of `orders`
//! ```
//!
//! Knows texts and the values of literals that some finding calls a secret. Does not know files or rules.
//! Invariant: no known secret stands in a sentence, whole or cut by an ellipsis.
//! Invariant: a secret that is a plain word (`password = "password"`) is masked between quotes only: elsewhere the word is
//! a name.

use super::Finding;

/// What stands for a secret: as long as nothing that is one.
const MASK: &str = "****";

/// Of a secret that an ellipsis cuts, so many letters give nothing away.
const HARMLESS: usize = 3;

/// The value of a literal as it stands in the code: without prefix and quotes. `None` where nothing is left.
pub fn value(literal: &str) -> Option<&str> {
    let inner = literal.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let inner = if inner.starts_with(['"', '\'', '`']) { inner } else { literal };
    let inner = inner.trim_matches(['"', '\'', '`']).trim();
    (!inner.is_empty()).then_some(inner)
}

/// Masks these values in all texts of a finding.
pub fn mask(finding: &mut Finding, values: &[String]) {
    let Finding { title, evidence, recommendation, related, .. } = finding;
    let notes = related.iter_mut().map(|related| &mut related.note);
    for text in [title, evidence, recommendation].into_iter().chain(notes) {
        for value in values {
            *text = masked(text, value);
        }
    }
}

fn masked(text: &str, value: &str) -> String {
    // Quoted code in a sentence stands on one line.
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_word = value.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    let is_alone = |before: Option<char>, behind: Option<char>| {
        let is_quote = |letter: Option<char>| matches!(letter, Some('"' | '\''));
        let is_part = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        if is_word { is_quote(before) && is_quote(behind) } else { !is_part(before) && !is_part(behind) }
    };
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&value) {
        let behind = &rest[at + value.len()..];
        let before = rest[..at].chars().next_back().or_else(|| result.chars().next_back());
        result.push_str(&rest[..at]);
        result.push_str(if is_alone(before, behind.chars().next()) { MASK } else { &value });
        rest = behind;
    }
    result.push_str(rest);
    if is_word { result } else { without_remains(&result, &value) }
}

/// Takes out what an ellipsis leaves of a value: its beginning before one, its end behind one.
fn without_remains(text: &str, value: &str) -> String {
    let mut pieces: Vec<String> = text.split('…').map(str::to_owned).collect();
    let count = pieces.len();
    let cuts = || value.char_indices().map(|(at, _)| at).skip(HARMLESS + 1);
    for (index, piece) in pieces.iter_mut().enumerate() {
        if index + 1 < count
            && let Some(length) = cuts().filter(|&at| piece.ends_with(&value[..at])).last()
        {
            piece.truncate(piece.len() - length);
            piece.push_str(MASK);
        }
        let tail = |at: &usize| value[*at..].chars().count() > HARMLESS && piece.starts_with(&value[*at..]);
        if index > 0
            && let Some(at) = value.char_indices().map(|(at, _)| at).find(tail)
        {
            piece.replace_range(..value.len() - at, MASK);
        }
    }
    pieces.join("…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_stands_between_the_quotes() {
        assert_eq!(value("\"otter-58\""), Some("otter-58"));
        assert_eq!(value("b'otter-58'"), Some("otter-58"));
        assert_eq!(value("\"\"\"otter\n58\"\"\""), Some("otter\n58"));
        assert_eq!(value("otter-58"), Some("otter-58"));
        assert_eq!(value("''"), None);
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let text = "`f(\"otter-58\", 'otter-58')` and otter-58";
        assert_eq!(masked(text, "otter-58"), "`f(\"****\", '****')` and ****");
        assert_eq!(masked("`f(\"otter 58\")`", "otter\n  58"), "`f(\"****\")`");
    }

    #[test]
    fn words_are_names_outside_of_quotes() {
        let text = "`login(password, \"password\")` is not in `password`";
        assert_eq!(masked(text, "password"), "`login(password, \"****\")` is not in `password`");
    }

    #[test]
    fn parts_of_other_words_stay() {
        assert_eq!(masked("`abc123` in `xabc123y`", "abc123"), "`****` in `xabc123y`");
    }

    #[test]
    fn what_an_ellipsis_leaves_is_masked_too() {
        assert_eq!(masked("`f(\"otter-lan…` x", "otter-lantern-58"), "`f(\"****…` x");
        assert_eq!(masked("`…tern-58\")` x", "otter-lantern-58"), "`…****\")` x");
        assert_eq!(masked("`f(ot…`", "otter-lantern-58"), "`f(ot…`");
    }
}
