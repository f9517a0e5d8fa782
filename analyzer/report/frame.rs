//! The few lines of a file that a finding is shown in, made safe to print.
//!
//! ```text
//! (app/keys.py, span of the literal)  ->  line 7: `JWT_SECRET = "****"`, span of `"****"` in that text
//! ```
//!
//! Knows bytes, lines and spans. Does not know findings or how a frame is drawn.
//! Invariant: bytes of a secret never enter a frame; a mask of fixed width stands for them.
//! Invariant: a frame is valid UTF-8 without control characters, each line at most `MAX_LINE` characters.
//! Invariant: a mark's range lies inside the frame's text, on character boundaries.

use super::printable::{is_unprintable, shown};
use crate::findings::report::ReportedFile;
use crate::source::Span;
use std::ops::Range;

/// What stands for a secret: as long as nothing that is one.
const MASK: &str = "****";

/// Longest line shown, in bytes of the file; of a longer one only the part around the mark is shown.
const MAX_LINE: usize = 200;

/// Bytes shown before the mark on a line that is cut.
const LEAD: usize = 60;

/// Lines between two marks of one frame; what lies farther away gets a frame of its own.
pub(super) const REACH: u32 = 200;

/// Lines of a mark that are shown; of a longer one only the first line is marked.
const MAX_MARKED_LINES: u32 = 6;

/// Consecutive lines as they are shown; lines that no mark touches are empty.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) text: String,
    /// 1-based number of the first line.
    pub(super) first_line: u32,
    /// Where each wanted span lies in `text`; `None` when its line is cut before it.
    pub(super) marks: Vec<Option<Range<usize>>>,
    /// Lines that are shown although nothing on them is marked.
    pub(super) around: Vec<Range<usize>>,
}

/// Shows the lines of these spans, which are not farther apart than `REACH`. The first span decides which part of a long
/// line is shown; with `around`, the lines before and behind it are shown too.
pub(super) fn of(file: &ReportedFile, spans: &[Span], around: bool) -> Frame {
    let spans: Vec<Span> = spans.iter().map(|&span| shortened(file, span)).collect();
    let lines = |span: &Span| file.lines.lines(*span);
    let neighbours = spans.first().filter(|_| around).map(|span| neighbours(file, lines(span))).unwrap_or_default();
    let first_line = spans.iter().map(|span| lines(span).0).chain(neighbours.iter().copied()).min().unwrap_or(1);
    let last_line = spans.iter().map(|span| lines(span).1).chain(neighbours.iter().copied()).max().unwrap_or(1);
    let mut frame = Frame { text: String::new(), first_line, marks: Vec::new(), around: Vec::new() };
    let mut places = Places::default();
    for line in first_line..=last_line {
        let on_line = spans.iter().find(|span| {
            let (first, last) = lines(span);
            (first..=last).contains(&line)
        });
        let start = frame.text.len();
        if let Some(&span) = on_line {
            write_line(file, line, span, &mut frame.text, &mut places);
        } else if neighbours.contains(&line) {
            let at = file.lines.start_of(line);
            write_line(file, line, Span { start: at, end: at }, &mut frame.text, &mut places);
            frame.around.push(start..frame.text.len());
        }
        frame.text.push('\n');
    }
    frame.marks = spans.iter().map(|&span| places.range(span)).collect();
    frame
}

/// The lines before and behind these, unless they are blank: what a handler does stands below its head.
fn neighbours(file: &ReportedFile, (first, last): (u32, u32)) -> Vec<u32> {
    let is_shown = |&line: &u32| {
        let (start, end) = line_bounds(file, line);
        !file.bytes[start..end].trim_ascii().is_empty()
    };
    let before = (first > 1).then(|| first - 1);
    let behind = ((last as usize) < file.lines.count()).then_some(last + 1);
    before.into_iter().chain(behind).filter(is_shown).collect()
}

/// A span inside the file; one over many lines is cut to its first line.
fn shortened(file: &ReportedFile, span: Span) -> Span {
    let length = file.bytes.len() as u32;
    let span = Span { start: span.start.min(length), end: span.end.min(length) };
    let (first, last) = file.lines.lines(span);
    if last - first < MAX_MARKED_LINES { span } else { head(file, span) }
}

/// The part of a span that lies on its first line: what a loop or a function shows of itself.
pub(super) fn head(file: &ReportedFile, span: Span) -> Span {
    let (first, last) = file.lines.lines(span);
    if first == last {
        return span;
    }
    let (_, end) = line_bounds(file, first);
    Span { start: span.start, end: (end as u32).max(span.start) }
}

/// Where a line starts and ends, its line break left out.
fn line_bounds(file: &ReportedFile, line: u32) -> (usize, usize) {
    let start = file.lines.start_of(line) as usize;
    let rest = &file.bytes[start..];
    let mut end = start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    if end > start && file.bytes[end - 1] == b'\r' {
        end -= 1;
    }
    (start, end)
}

/// Which byte of the file became which byte of the frame, in ascending order of both.
#[derive(Default)]
struct Places {
    known: Vec<(usize, usize)>,
}

impl Places {
    /// The range that a span takes in the frame; at least one place wide where anything of it is shown.
    fn range(&self, span: Span) -> Option<Range<usize>> {
        let start = self.place_at_or_after(span.start as usize)?;
        let end = self.place_at_or_after(span.end as usize).map_or(start.1, |place| place.1);
        // A span that lies wholly in a part that is cut away would be drawn at the cut.
        let is_shown = start.0 <= (span.end as usize).max(span.start as usize + 1);
        is_shown.then_some(start.1..end.max(start.1))
    }

    fn place_at_or_after(&self, offset: usize) -> Option<(usize, usize)> {
        let index = self.known.partition_point(|&(of_file, _)| of_file < offset);
        self.known.get(index).copied()
    }
}

fn write_line(file: &ReportedFile, line: u32, span: Span, text: &mut String, places: &mut Places) {
    let (start, end) = line_bounds(file, line);
    let (from, to) = window(start, end, span);
    if from > start {
        text.push('…');
    }
    let mut at = from;
    while at < to {
        if let Some(secret) = secret_at(file, at) {
            places.known.push((at, text.len()));
            write_mask(file, secret, line, text);
            at = (secret.end as usize).min(to);
            continue;
        }
        let until = next_secret(file, at).min(to);
        at = write_plain(&file.bytes[at..until], at, text, places);
    }
    places.known.push((to, text.len()));
    if to < end {
        text.push('…');
    }
    // The end of a span that includes the line break.
    places.known.push((end + 1, text.len()));
    places.known.dedup_by_key(|place| place.0);
}

/// The part of a line that is shown: all of it, or what lies around the start of the mark.
fn window(start: usize, end: usize, span: Span) -> (usize, usize) {
    if end - start <= MAX_LINE {
        return (start, end);
    }
    let mark = (span.start as usize).clamp(start, end);
    let from = mark.saturating_sub(LEAD).max(start);
    (from, (from + MAX_LINE).min(end))
}

/// The secret that a byte belongs to; overlapping ones count as one.
fn secret_at(file: &ReportedFile, at: usize) -> Option<Span> {
    let at = at as u32;
    file.secrets.iter().filter(|secret| secret.start <= at && at < secret.end).copied().reduce(Span::to)
}

fn next_secret(file: &ReportedFile, at: usize) -> usize {
    let after = file.secrets.iter().map(|secret| secret.start as usize).filter(|&start| start > at);
    after.min().unwrap_or(usize::MAX)
}

/// A literal keeps its quotes, so that the line still reads as code.
fn write_mask(file: &ReportedFile, secret: Span, line: u32, text: &mut String) {
    let quote = |at: u32| file.bytes.get(at as usize).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let (first, last) = file.lines.lines(secret);
    if line == first
        && let Some(quote) = quote(secret.start)
    {
        text.push(char::from(quote));
    }
    text.push_str(MASK);
    if line == last
        && let Some(quote) = quote(secret.end.saturating_sub(1))
    {
        text.push(char::from(quote));
    }
}

/// Writes bytes without secrets; gives the offset behind them.
fn write_plain(bytes: &[u8], offset: usize, text: &mut String, places: &mut Places) -> usize {
    let mut at = offset;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            places.known.push((at, text.len()));
            text.push(if character != '\t' && is_unprintable(character) { shown(character) } else { character });
            at += character.len_utf8();
        }
        for _ in chunk.invalid() {
            places.known.push((at, text.len()));
            text.push(char::REPLACEMENT_CHARACTER);
            at += 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::LineIndex;

    fn file(bytes: &[u8], secrets: Vec<Span>) -> ReportedFile {
        ReportedFile { path: "a.py".to_owned(), bytes: bytes.into(), lines: LineIndex::new(bytes), secrets }
    }

    fn span_of(text: &str, part: &str) -> Span {
        let at = text.find(part).expect("the part is in the text");
        Span::new(at, at + part.len())
    }

    #[test]
    fn marks_point_at_their_text() {
        let text = "a\nfor o in orders:\r\n    get(ö, o)\nz\n";
        let frame = of(&file(text.as_bytes(), vec![]), &[span_of(text, "get(ö, o)"), span_of(text, "orders")], false);
        assert_eq!(frame.text, "for o in orders:\n    get(ö, o)\n");
        assert_eq!(frame.first_line, 2);
        let marked: Vec<&str> = frame.marks.iter().map(|mark| &frame.text[mark.clone().expect("shown")]).collect();
        assert_eq!(marked, ["get(ö, o)", "orders"]);
    }

    #[test]
    fn neighbours_are_shown_unless_they_are_blank() {
        let text = "\ntry:\n    save()\nexcept Error:\n    pass\n\n";
        let frame = of(&file(text.as_bytes(), vec![]), &[span_of(text, "except Error")], true);
        assert_eq!((frame.first_line, frame.text.as_str()), (3, "    save()\nexcept Error:\n    pass\n"));
        let shown: Vec<&str> = frame.around.iter().map(|line| &frame.text[line.clone()]).collect();
        assert_eq!(shown, ["    save()", "    pass"]);
        let frame = of(&file(text.as_bytes(), vec![]), &[span_of(text, "try")], true);
        assert_eq!(frame.text, "try:\n    save()\n");
    }

    #[test]
    fn lines_between_marks_are_empty() {
        let text = "one\ntwo\nthree\n";
        let frame = of(&file(text.as_bytes(), vec![]), &[span_of(text, "one"), span_of(text, "three")], false);
        assert_eq!(frame.text, "one\n\nthree\n");
    }

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        let text = "key = \"otter-lantern\"; run(key)\n";
        let secret = span_of(text, "\"otter-lantern\"");
        let frame = of(&file(text.as_bytes(), vec![secret]), &[secret, span_of(text, "run")], false);
        assert_eq!(frame.text, "key = \"****\"; run(key)\n");
        assert_eq!(&frame.text[frame.marks[0].clone().expect("shown")], "\"****\"");
        assert_eq!(&frame.text[frame.marks[1].clone().expect("shown")], "run");
    }

    #[test]
    fn a_secret_over_lines_is_masked_on_each() {
        let text = "k = `otter\nlantern\nquarry`; x\n";
        let secret = span_of(text, "`otter\nlantern\nquarry`");
        let frame = of(&file(text.as_bytes(), vec![secret]), &[secret], false);
        assert_eq!(frame.text, "k = `****\n****\n****`; x\n");
    }

    #[test]
    fn long_lines_are_cut_around_the_mark_and_never_inside_a_secret() {
        let text = format!("{} get(x) {}", "a".repeat(5000), "s".repeat(5000));
        let secret = span_of(&text, &"s".repeat(5000));
        let frame = of(&file(text.as_bytes(), vec![secret]), &[span_of(&text, "get(x)")], false);
        assert!(frame.text.chars().count() < MAX_LINE + 8, "{}", frame.text);
        assert!(frame.text.starts_with("…aaa") && frame.text.ends_with("get(x) ****…\n"), "{}", frame.text);
        assert_eq!(&frame.text[frame.marks[0].clone().expect("shown")], "get(x)");
    }

    #[test]
    fn what_lies_outside_the_cut_has_no_mark() {
        let text = format!("get(x) {} far", "a".repeat(5000));
        let frame = of(&file(text.as_bytes(), vec![]), &[span_of(&text, "get(x)"), span_of(&text, "far")], false);
        assert_eq!(frame.marks[1], None);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_such() {
        let frame = of(&file(b"a\x1b\xff\xfe = b\n", vec![]), &[Span::new(7, 8)], false);
        assert_eq!(frame.text, "a\u{fffd}\u{fffd}\u{fffd} = b\n");
        assert_eq!(&frame.text[frame.marks[0].clone().expect("shown")], "b");
    }

    #[test]
    fn empty_files_and_spans_beyond_the_end_are_no_panic() {
        assert_eq!(of(&file(b"", vec![]), &[Span::new(5, 9)], false).text, "\n");
        assert_eq!(of(&file(b"ab", vec![]), &[Span::new(1, 99)], false).text, "ab\n");
        assert_eq!(of(&file(b"ab\n", vec![]), &[Span::new(2, 3)], false).text, "ab\n");
    }
}
