//! Gives a finding an identity that survives edits elsewhere in the file, reformatting, and (`moved/v1`) a move of the file.
//!
//! Knows rule, path, enclosing symbol and the snippet's tokens. Does not know lines, severity, wording or the language.
//! Invariant: a line number or byte offset never enters a fingerprint.
//! Invariant: where a finding brings its own `fingerprint_text` (secrets: kind and bound name), no source byte enters.
//!
//! The hash is 128-bit FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>) over length-prefixed fields: stable across
//! platforms and releases, a dozen lines. It is an identity, not a seal.

use super::Finding;
use super::report::Fingerprints;
use crate::source::Span;
use std::collections::HashMap;

/// What a fingerprint reads of a file.
#[derive(Clone, Copy, Debug)]
pub struct Snippets<'a> {
    pub path: &'a str,
    pub bytes: &'a [u8],
    /// Comments are no part of a snippet that holds code; sorted by position.
    pub comments: &'a [Span],
}

/// Fingerprints of findings in their final order, one per finding.
pub fn of_sorted<'a>(findings: &[Finding], file: impl Fn(&Finding) -> Snippets<'a>) -> Vec<Fingerprints> {
    // Equal findings of one file are told apart by their order in it.
    let mut seen: HashMap<(u32, u128), u32> = HashMap::new();
    findings
        .iter()
        .map(|finding| {
            let file = file(finding);
            let text = finding.fingerprint_text.clone().unwrap_or_else(|| {
                let code = normalised(file.bytes, finding.span, file.comments);
                // A finding about a comment is told from others by what the comment says.
                if code.is_empty() { normalised(file.bytes, finding.span, &[]) } else { code }
            });
            let base = hash(&[finding.rule, &finding.symbol, &text]);
            let ordinal = seen.entry((finding.file.0, base)).or_default();
            let number = ordinal.to_string();
            *ordinal += 1;
            Fingerprints {
                v1: format!("{:032x}", hash(&[finding.rule, file.path, &finding.symbol, &text, &number])),
                moved: format!("{:032x}", hash(&[finding.rule, &finding.symbol, &text, &number])),
            }
        })
        .collect()
}

/// Which of `count` equal shares of a project's files a path belongs to, from 0 on: the same on every machine.
pub fn share_of(path: &str, count: u32) -> u32 {
    (hash(&[path]) % u128::from(count.max(1))) as u32
}

fn hash(fields: &[&str]) -> u128 {
    fields
        .iter()
        .fold(FNV_BASIS, |state, field| fnv1a(fnv1a(state, &(field.len() as u64).to_le_bytes()), field.as_bytes()))
}

const FNV_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

fn fnv1a(state: u128, bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(state, |state, &byte| (state ^ u128::from(byte)).wrapping_mul(PRIME))
}

/// The snippet's tokens joined by spaces: no comments, no layout, one kind of quote, no comma before a closing bracket,
/// no semicolons. So a formatter's pass does not change it.
fn normalised(bytes: &[u8], span: Span, comments: &[Span]) -> String {
    let end = (span.end as usize).min(bytes.len());
    let mut at = (span.start as usize).min(end);
    let mut next_comment = comments.partition_point(|comment| (comment.end as usize) <= at);
    let mut tokens: Vec<&[u8]> = Vec::new();
    while at < end {
        if let Some(comment) = comments.get(next_comment)
            && at >= comment.start as usize
        {
            at = at.max(comment.end as usize);
            next_comment += 1;
            continue;
        }
        let byte = bytes[at];
        if is_word(byte) {
            let length = bytes[at..end].iter().take_while(|&&byte| is_word(byte)).count();
            tokens.push(&bytes[at..at + length]);
            at += length;
            continue;
        }
        match byte {
            b'\'' | b'`' => tokens.push(b"\""),
            b')' | b']' | b'}' => {
                if tokens.last() == Some(&b",".as_slice()) {
                    tokens.pop();
                }
                tokens.push(&bytes[at..=at]);
            }
            b';' => {}
            _ if byte.is_ascii_whitespace() => {}
            _ => tokens.push(&bytes[at..=at]),
        }
        at += 1;
    }
    let mut text = String::new();
    for token in tokens {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&String::from_utf8_lossy(token));
    }
    text
}

/// Letters, digits, `_`, `$`, and every byte of a character beyond ASCII.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> String {
        normalised(text.as_bytes(), Span::new(0, text.len()), &[])
    }

    #[test]
    fn layout_and_quotes_do_not_count() {
        assert_eq!(whole("session.get(Customer, 'x')"), whole("session.get(\n    Customer,\n    \"x\",\n)"));
        assert_eq!(whole("await db.find();"), whole("await db.find()"));
    }

    #[test]
    fn names_count() {
        assert_ne!(whole("session.get(Customer)"), whole("session.get(Order)"));
        assert_ne!(whole("ab"), whole("a b"));
    }

    #[test]
    fn comments_do_not_count() {
        let text = "f(a,  # why\n  b)";
        let comments = [Span::new(6, 11)];
        assert_eq!(normalised(text.as_bytes(), Span::new(0, text.len()), &comments), "f ( a , b )");
    }

    #[test]
    fn a_span_beyond_the_file_is_no_panic() {
        assert_eq!(normalised(b"ab", Span::new(1, 9), &[]), "b");
        assert_eq!(normalised(b"", Span::new(5, 9), &[]), "");
    }

    #[test]
    fn the_hash_is_fnv1a_as_published() {
        assert_eq!(format!("{:032x}", fnv1a(FNV_BASIS, b"a")), "d228cb696f1a8caf78912b704e4a8964");
        assert_eq!(format!("{:032x}", fnv1a(FNV_BASIS, b"foobar")), "343e1662793c64bf6f0d3597ba446f18");
    }

    #[test]
    fn fields_do_not_run_together() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }
}
