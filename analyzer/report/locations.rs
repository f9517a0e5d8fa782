//! Where findings are, in the words of machines: lines and columns, URIs, and the order from the most severe on.
//!
//! Knows bytes, lines and paths. Does not know any one format.
//! Invariant: lines and columns are 1-based; columns count UTF-16 code units, an end column lies behind the last unit.
//! Invariant: a URI is relative to the repository, holds `/` separators and only characters that RFC 3986 lets stand.

use crate::findings::report::{Report, ReportedFile, ReportedFinding};
use crate::findings::{Finding, Related};
use crate::source::{FileId, Span};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The lines and columns of a span.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Region {
    pub(super) start_line: u32,
    pub(super) start_column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
}

impl Region {
    pub(super) fn of(file: &ReportedFile, span: Span) -> Region {
        let length = file.bytes.len() as u32;
        let span = Span { start: span.start.min(length), end: span.end.min(length) };
        let (start_line, end_line) = file.lines.lines(span);
        let start_column = column(file, start_line, span.start);
        let mut end_column = column(file, end_line, span.end);
        if end_line == start_line {
            end_column = end_column.max(start_column);
        }
        Region { start_line, start_column, end_line, end_column }
    }
}

fn column(file: &ReportedFile, line: u32, offset: u32) -> u32 {
    let start = file.lines.start_of(line).min(offset);
    let before = &file.bytes[start as usize..offset as usize];
    let before = before.strip_suffix(b"\n").unwrap_or(before);
    let before = before.strip_suffix(b"\r").unwrap_or(before);
    1 + String::from_utf8_lossy(before).encode_utf16().count() as u32
}

/// What may stand in a path segment besides letters and digits.
const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b'@');

/// A path as a relative URI reference.
pub(super) fn uri(path: &str) -> String {
    utf8_percent_encode(path, SEGMENT).to_string()
}

/// A path of the project as the repository around it names it; `base` is the project's folder in the repository.
pub(super) fn in_repository(base: &str, path: &str) -> String {
    if base.is_empty() { path.to_owned() } else { format!("{base}/{path}") }
}

/// All findings from the most severe to the least, those of one severity in the report's order.
pub(super) fn worst_first(report: &Report) -> Vec<&ReportedFinding> {
    let mut findings: Vec<&ReportedFinding> = report.findings.iter().collect();
    findings.sort_by_key(|reported| std::cmp::Reverse(reported.finding.severity));
    findings
}

/// Rules whose related places are the way to the defect rather than further facts about it.
const WAYS: [&str; 3] = ["n-plus-one", "sql-interpolation", "unpaginated-list"];

/// What rules call the place where a query runs that the defect only leads to.
const QUERY: &str = "the query";

/// One place of a finding.
pub(super) struct Step<'a> {
    pub(super) file: FileId,
    pub(super) span: Span,
    /// The finding's title where it is the defect.
    pub(super) note: &'a str,
    pub(super) is_defect: bool,
}

/// Whether the steps of a finding lead from one to the next.
pub(super) fn leads_to_defect(finding: &Finding) -> bool {
    !finding.related.is_empty() && WAYS.contains(&finding.rule)
}

/// The places of a finding. Where they are the way to the defect they stand as one reads it: the loop, the call in it, the
/// query behind that; else the defect comes first.
pub(super) fn steps(finding: &Finding) -> Vec<Step<'_>> {
    // What the call in question calls in turn lies behind it, the query last; everything else leads up to it.
    let (mut behind, before): (Vec<&Related>, Vec<&Related>) = finding
        .related
        .iter()
        .partition(|related| !leads_to_defect(finding) || related.note.starts_with("calls ") || related.note == QUERY);
    behind.sort_by_key(|related| leads_to_defect(finding) && related.note == QUERY);
    let defect = Step { file: finding.file, span: finding.span, note: &finding.title, is_defect: true };
    before.into_iter().map(step).chain(std::iter::once(defect)).chain(behind.into_iter().map(step)).collect()
}

fn step(related: &Related) -> Step<'_> {
    Step { file: related.file, span: related.span, note: &related.note, is_defect: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::LineIndex;

    fn region(text: &str, part: &str) -> (u32, u32, u32, u32) {
        let bytes = text.as_bytes();
        let file =
            ReportedFile { path: String::new(), bytes: bytes.into(), lines: LineIndex::new(bytes), secrets: vec![] };
        let start = text.find(part).expect("the part is in the text");
        let region = Region::of(&file, Span::new(start, start + part.len()));
        (region.start_line, region.start_column, region.end_line, region.end_column)
    }

    #[test]
    fn columns_count_utf_16_code_units() {
        assert_eq!(region("a\né🦀 get(x)\n", "get(x)"), (2, 5, 2, 11));
        assert_eq!(region("é🦀", "é🦀"), (1, 1, 1, 4));
    }

    #[test]
    fn a_line_break_at_the_end_belongs_to_its_line() {
        assert_eq!(region("ab\r\ncd\r\n", "ab\r\n"), (1, 1, 1, 3));
        assert_eq!(region("ab\ncd\nef", "b\ncd"), (1, 2, 2, 3));
        assert_eq!(region("", ""), (1, 1, 1, 1));
    }

    #[test]
    fn uris_are_encoded_and_stay_relative() {
        assert_eq!(uri("app/[id]/a b#c%é.ts"), "app/%5Bid%5D/a%20b%23c%25%C3%A9.ts");
        // A colon in the first segment would be read as a scheme.
        assert_eq!(uri("c:x.py"), "c%3Ax.py");
        assert_eq!(uri("a/@scope/x-1_2~.go"), "a/@scope/x-1_2~.go");
        assert_eq!(in_repository("", "a.py"), "a.py");
        assert_eq!(in_repository("shop/api", "a.py"), "shop/api/a.py");
    }
}
