//! The fingerprint by which GitHub code scanning follows a finding: a hash of the code from its line on.
//!
//! What is hashed is published with the action that uploads reports (`primaryLocationLineHash` in
//! <https://github.com/github/codeql-action>): the next 100 UTF-16 code units from the start of the line, spaces and tabs
//! left out, line breaks of any kind as one `\n`, a `\u{ffff}` at the file's end and zeros behind it. The hash is their
//! polynomial in 37 modulo 2^64; `:n` says that it is the n-th of equal ones in the file.
//!
//! Knows bytes. Does not know findings.
//! Invariant: the same as what the action computes, so that it has nothing to complain about.
//! Invariant: a hash never covers a secret: it is linear in the text, so that a short unknown part could be computed from it.

use crate::findings::report::ReportedFile;
use std::collections::HashMap;

/// Code units that one hash covers.
const REACH: usize = 100;

const BASE: u64 = 37;

/// The hashes of one file.
pub(super) struct LineHashes {
    /// By line, the first at 0.
    lines: Vec<Option<String>>,
}

/// One code unit and the byte of the file that it comes from.
#[derive(Clone, Copy)]
struct Unit {
    value: u16,
    at: usize,
}

impl LineHashes {
    pub(super) fn new(file: &ReportedFile) -> LineHashes {
        let (units, starts) = units(&file.bytes);
        let mut seen: HashMap<u64, u32> = HashMap::new();
        let lines = starts.into_iter().map(|start| {
            let covered = &units[start..units.len().min(start + REACH)];
            let hash = polynomial(covered);
            let count = seen.entry(hash).or_default();
            *count += 1;
            let (from, to) = (covered[0].at, covered[covered.len() - 1].at);
            let is_secret = file.secrets.iter().any(|secret| secret.start as usize <= to && from < secret.end as usize);
            (!is_secret).then(|| format!("{hash:x}:{count}"))
        });
        LineHashes { lines: lines.collect() }
    }

    /// The hash of a 1-based line; none where it would cover a secret.
    pub(super) fn of(&self, line: u32) -> Option<&str> {
        self.lines.get(line.max(1) as usize - 1)?.as_deref()
    }
}

fn polynomial(units: &[Unit]) -> u64 {
    let zeros = std::iter::repeat_n(0, REACH - units.len());
    let values = units.iter().map(|unit| u64::from(unit.value)).chain(zeros);
    values.fold(0, |hash: u64, value| hash.wrapping_mul(BASE).wrapping_add(value))
}

/// What is hashed of a file, and the index of each line's first unit.
fn units(bytes: &[u8]) -> (Vec<Unit>, Vec<usize>) {
    let mut units: Vec<Unit> = Vec::with_capacity(bytes.len());
    let mut starts = Vec::new();
    let mut starts_line = true;
    let mut after_return = false;
    let mut push = |value: u16, at: usize| {
        if std::mem::replace(&mut starts_line, value == u16::from(b'\n')) {
            starts.push(units.len());
        }
        units.push(Unit { value, at });
    };
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        let replaced = if chunk.invalid().is_empty() { None } else { Some(char::REPLACEMENT_CHARACTER) };
        for character in chunk.valid().chars().chain(replaced) {
            let is_skipped = matches!(character, ' ' | '\t') || (after_return && character == '\n');
            after_return = character == '\r';
            if after_return {
                push(u16::from(b'\n'), at);
            } else if !is_skipped {
                let mut buffer = [0; 2];
                character.encode_utf16(&mut buffer).iter().for_each(|&unit| push(unit, at));
            }
            at += character.len_utf8();
        }
        if replaced.is_some() {
            at = at - char::REPLACEMENT_CHARACTER.len_utf8() + chunk.invalid().len();
        }
    }
    push(u16::MAX, at);
    (units, starts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{LineIndex, Span};

    fn hashes(text: &str, secrets: Vec<Span>) -> Vec<Option<String>> {
        let bytes = text.as_bytes();
        let file = ReportedFile { path: "a.py".to_owned(), bytes: bytes.into(), lines: LineIndex::new(bytes), secrets };
        LineHashes::new(&file).lines
    }

    fn plain(text: &str) -> Vec<String> {
        hashes(text, Vec::new()).into_iter().map(|hash| hash.expect("there is no secret")).collect()
    }

    /// Values of the action's own tests.
    #[test]
    fn the_hashes_are_those_of_github() {
        assert_eq!(plain(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            plain(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        assert_eq!(
            plain(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End"),
            [
                "8b7cf3e952e7aeb2:1",
                "b1ae1287ec4718d9:1",
                "bff680108adb0fcc:1",
                "c6805c5e1288b612:1",
                "b86d3392aea1be30:1",
                "e6ceba753e1a442:1",
            ]
        );
        let repeated = plain(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(repeated[5..8], ["a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1"]);
        assert_eq!(repeated[10], "c129715d7a2bc9a3:1");
    }

    #[test]
    fn line_breaks_are_one_whatever_their_kind() {
        let expected = plain(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n");
        assert_eq!(plain(" hello; \t\r\nworld!!!\r\n\n\r  \t\tGreetings\r\n End\r\n"), expected);
        assert_eq!(plain("a\u{1f980}b"), plain(" a \u{1f980}\tb"));
    }

    #[test]
    fn equal_hashes_are_counted() {
        let text = format!("{}\n", "x".repeat(120)).repeat(3);
        let counts: Vec<String> = plain(&text).iter().map(|hash| hash[hash.len() - 1..].to_owned()).collect();
        assert_eq!(counts, ["1", "2", "3", "1"]);
    }

    #[test]
    fn no_hash_covers_a_secret() {
        let text = format!("{}\nkey = 'otter'\nrun()\n", "x".repeat(200));
        let at = text.find("'otter'").expect("it is there");
        let hashes = hashes(&text, vec![Span::new(at, at + 7)]);
        let known: Vec<bool> = hashes.iter().map(Option::is_some).collect();
        assert_eq!(known, [true, false, true, true]);
    }
}
