//! `--diff`: the lines that a unified diff adds or changes, and which findings touch them.
//!
//! ```text
//! +++ b/app/orders.py
//! @@ -40,2 +40,3 @@      the new lines 40 to 42, of which those with `+` count
//! ```
//!
//! Knows the format of `diff -u` and of git, with any prefix or none, and git's quoted names. Does not know revisions.
//! Invariant: paths of a diff are those of the repository.

use super::output;
use crate::findings::report::{Report, ReportedFinding};
use crate::source::discovery::in_words;
use crate::source::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

/// New lines by path, 1-based.
#[derive(Default)]
pub(super) struct Changed(BTreeMap<String, BTreeSet<u32>>);

pub(super) fn read(file: &Path) -> Result<Changed, String> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    read.map_err(|error| format!("cannot read `{}`: {}", file.display(), in_words(&error)))?;
    // Code need not be UTF-8; of it only the first byte of each line counts.
    let text = String::from_utf8_lossy(&bytes);
    let changed = of_diff(&text);
    if changed.0.is_empty() && !text.trim().is_empty() && !text.contains("diff --git") {
        return Err(format!("`{}` is no unified diff: it names no file in a `+++` line", file.display()));
    }
    if text.trim().is_empty() {
        output::warn("the diff is empty: nothing is reported");
    }
    Ok(changed)
}

impl Changed {
    /// Leaves in a report what touches a changed line with its own place or one that explains it; says how many do not.
    /// `base` is the project's folder in its repository.
    pub(super) fn limit(&self, report: &mut Report, base: &str) -> usize {
        let findings = std::mem::take(&mut report.findings);
        let count = findings.len();
        let touches = |reported: &ReportedFinding| {
            let finding = &reported.finding;
            let (first, last) = report.file(finding.file).lines.lines(finding.span);
            let starts = |place: (FileId, Span)| {
                let line = report.file(place.0).lines.line(place.1.start);
                self.has(report, base, place.0, line, line)
            };
            self.has(report, base, finding.file, first, last)
                || finding.related.iter().any(|related| starts((related.file, related.span)))
        };
        let kept: Vec<ReportedFinding> = findings.into_iter().filter(touches).collect();
        report.findings = kept;
        count - report.findings.len()
    }

    fn has(&self, report: &Report, base: &str, file: FileId, first: u32, last: u32) -> bool {
        let path = &report.file(file).path;
        let path = if base.is_empty() { path.clone() } else { format!("{base}/{path}") };
        self.0.get(&path).is_some_and(|lines| lines.range(first..=last).next().is_some())
    }
}

fn of_diff(text: &str) -> Changed {
    let mut changed = Changed::default();
    let mut old = String::new();
    let mut path: Option<String> = None;
    // Lines that the hunk still has on its old and its new side, and the number of the next new one.
    let (mut olds, mut news, mut at) = (0u32, 0u32, 0u32);
    for line in text.lines() {
        if olds > 0 || news > 0 {
            match line.as_bytes().first() {
                Some(b'+') => {
                    if let Some(path) = &path {
                        changed.0.entry(path.clone()).or_default().insert(at);
                    }
                    (news, at) = (news.saturating_sub(1), at + 1);
                }
                Some(b'-') => olds = olds.saturating_sub(1),
                // `\ No newline at end of file`
                Some(b'\\') => {}
                // Some tools drop the blank of an empty line.
                _ => (olds, news, at) = (olds.saturating_sub(1), news.saturating_sub(1), at + 1),
            }
        } else if let Some(name) = line.strip_prefix("--- ") {
            old = name_in(name);
        } else if let Some(name) = line.strip_prefix("+++ ") {
            path = path_of(&old, &name_in(name));
            if let Some(path) = &path {
                changed.0.entry(path.clone()).or_default();
            }
        } else if let Some(hunk) = line.strip_prefix("@@ ")
            && let Some((old, new)) = hunk.split_once(" @@").and_then(|(ranges, _)| ranges.split_once(' '))
            && let (Some((_, removed)), Some((start, added))) = (range(old, '-'), range(new, '+'))
        {
            (olds, news, at) = (removed, added, start);
        }
    }
    changed
}

/// `-40,2` or `+40`: where a hunk starts and how many lines it has.
fn range(text: &str, sign: char) -> Option<(u32, u32)> {
    let text = text.strip_prefix(sign)?;
    let (start, count) = text.split_once(',').unwrap_or((text, "1"));
    Some((start.parse().ok()?, count.parse().ok()?))
}

/// The name in a header line: without the time that `diff` writes behind a tab, and without git's quotes.
fn name_in(text: &str) -> String {
    let text = text.split('\t').next().unwrap_or(text).trim_end();
    let Some(quoted) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut bytes = Vec::new();
    let mut rest = quoted.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            // `\303\251`: a byte in three octal digits.
            Some(first @ b'0'..=b'3') => {
                let digits = [first, rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                bytes.push(digits.iter().fold(0, |sum: u8, digit| sum.wrapping_mul(8).wrapping_add(digit & 7)));
            }
            other => bytes.extend(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The new path without git's prefix (`b/`, or `i/`, `w/`, `c/`, `o/` with mnemonic ones); `None` where the file is gone.
/// With prefixes the two sides differ, without them they do not, unless a file is new or renamed.
fn path_of(old: &str, new: &str) -> Option<String> {
    const NONE: &str = "/dev/null";
    const PREFIXES: [&str; 6] = ["a/", "b/", "i/", "w/", "c/", "o/"];
    if new == NONE {
        return None;
    }
    let bare = |name: &str| PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).map(str::to_owned);
    let is_prefixed = old != new && (old == NONE || bare(old).is_some());
    Some(bare(new).filter(|_| is_prefixed).unwrap_or_else(|| new.trim_start_matches("./").to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(diff: &str) -> Vec<(String, Vec<u32>)> {
        of_diff(diff).0.into_iter().map(|(path, lines)| (path, lines.into_iter().collect())).collect()
    }

    #[test]
    fn new_lines_are_counted_per_file() {
        let diff = "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n@@ -1,3 +1,4 @@ def f():\n a\n-b\n\
             +B\n+--- c\n d\n@@ -9 +10 @@\n-e\n\\ No newline at end of file\n+E\ndiff --git a/y.py b/y.py\n\
             --- a/y.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n";
        assert_eq!(lines(diff), [("x.py".to_owned(), vec![2, 3, 10])]);
    }

    #[test]
    fn prefixes_and_quotes_are_taken_off() {
        for (old, new, path) in [
            ("a/b/x.py", "b/b/x.py", "b/x.py"),
            ("i/x.py", "w/x.py", "x.py"),
            ("b/x.py", "b/x.py", "b/x.py"),
            ("/dev/null", "b/x.py", "x.py"),
            ("\"a/\\303\\251 \\\"q\\\".py\"", "\"b/\\303\\251 \\\"q\\\".py\"", "é \"q\".py"),
            ("x.py\t2026-01-01 10:00", "x.py\t2026-01-02 10:00", "x.py"),
        ] {
            let diff = format!("--- {old}\n+++ {new}\n@@ -0,0 +1 @@\n+a\n");
            assert_eq!(lines(&diff), [(path.to_owned(), vec![1])], "{new}");
        }
    }
}
