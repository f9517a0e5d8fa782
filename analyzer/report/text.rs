//! The report for people: each finding with the code it is about.
//!
//! ```text
//! major[n-plus-one]: Query in a loop: Customer is fetched once per order
//!   --> app/orders.py:42:16
//!    |
//! 40 |     for order in orders:
//!    |     ------------------- loop
//! 42 |         who = session.get(Customer, order.customer_id)
//!    |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ runs once per element of `orders`
//! 43 |         names.append(who.name)
//!    |
//!    = help: Load them with the orders: select(Order).options(joinedload(Order.customer))
//! ```
//!
//! Knows the report and how a frame is drawn. Does not know whether anybody looks: colour and width are handed in.
//! Invariant: colour decorates. Without its escape sequences the text is the same.
//! Invariant: text from the analysed code is printable and holds no secret (`frame`, `printable`).

use super::frame::{self, REACH};
use super::printable::{printable, wrap};
use crate::findings::report::{Report, ReportedFile};
use crate::findings::{Finding, Severity};
use crate::source::{FileId, Span};
use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Renderer, Snippet};
use std::fmt::Write as _;

/// Further places of one finding that are drawn; the rest is counted.
const MAX_RELATED: usize = 8;

/// How the text is to look.
pub struct Style<'a> {
    pub color: bool,
    /// Characters per line that notes are wrapped to.
    pub width: usize,
    /// A path relative to the project root as the reader wants to see it.
    pub path: &'a dyn Fn(&str) -> String,
}

/// All findings, a blank line after each; empty without findings.
pub fn render(report: &Report, style: &Style) -> String {
    let renderer = if style.color { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
    // Frames cut long lines themselves, around what matters.
    let renderer = renderer.term_width(usize::MAX >> 1);
    let mut text = String::new();
    for reported in &report.findings {
        let group = group(report, &reported.finding, style);
        text.push_str(&renderer.render(&[group]));
        text.push_str("\n\n");
    }
    text
}

/// "12 findings (3 critical, 9 minor) in 120 files": what the run came to, without time.
pub fn summary(report: &Report) -> String {
    let mut text = match report.findings.len() {
        0 => "no findings".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    };
    let counts: Vec<String> = [Severity::Critical, Severity::Major, Severity::Minor, Severity::Info]
        .into_iter()
        .filter_map(|severity| {
            let count =
                report.findings.iter().filter(|reported| reported.finding.severity.name() == severity.name()).count();
            (count > 0).then(|| format!("{count} {}", severity.name()))
        })
        .collect();
    if !counts.is_empty() {
        let _ = write!(text, " ({})", counts.join(", "));
    }
    let files = report.stats.in_scope;
    let _ = write!(text, " in {files} {}", if files == 1 { "file" } else { "files" });
    text
}

fn group<'a>(report: &'a Report, finding: &'a Finding, style: &Style) -> Group<'a> {
    let title = level(finding.severity)
        .with_name(finding.severity.name())
        .primary_title(printable(&finding.title))
        .id(finding.rule);
    let evidence = printable(&finding.evidence).into_owned();
    let related = finding.related.iter().take(MAX_RELATED);
    let mut frames = vec![Gathered::new(finding.file, finding.span, None)];
    for place in related {
        let file = report.file(place.file);
        // Of a loop only its first line is drawn, not its body.
        let span = frame::head(file, place.span);
        let at = file.lines.line(span.start);
        let near = frames.iter_mut().find(|frame| frame.reaches(report, place.file, at));
        match near {
            Some(frame) => frame.places.push((span, Some(&place.note))),
            None => frames.push(Gathered::new(place.file, span, Some(&place.note))),
        }
    }
    let mut elements: Vec<Element> = Vec::new();
    let mut said = false;
    let mut unseen: Vec<String> = Vec::new();
    for (index, gathered) in frames.iter().enumerate() {
        let file = report.file(gathered.file);
        let frame = frame::of(file, &gathered.spans(), index == 0);
        let mut snippet = Snippet::source(frame.text.clone())
            .path((style.path)(&printable(&file.path)))
            .line_start(frame.first_line as usize);
        snippet = snippet.annotations(frame.around.iter().map(|line| AnnotationKind::Visible.span(line.clone())));
        for (place, (mark, (span, note))) in frame.marks.iter().zip(&gathered.places).enumerate() {
            let Some(mark) = mark else {
                unseen.push(location(file, *span, note.unwrap_or_default(), style));
                continue;
            };
            let is_primary = index == 0 && place == 0;
            let label = if is_primary {
                let fits = fits_beside(&frame.text, mark.end, &evidence, style.width);
                said = fits;
                fits.then(|| evidence.clone())
            } else {
                note.map(|note| printable(note).into_owned()).filter(|note| !note.is_empty())
            };
            snippet = snippet.annotation(annotation(is_primary, mark.clone(), label));
        }
        elements.push(snippet.into());
    }
    if !said && !evidence.is_empty() {
        elements.push(Level::NOTE.message(wrapped(&evidence, "note", style.width)).into());
    }
    for note in unseen {
        elements.push(Level::NOTE.message(wrapped(&note, "note", style.width)).into());
    }
    let more = finding.related.len().saturating_sub(MAX_RELATED);
    if more > 0 {
        let noun = if more == 1 { "place" } else { "places" };
        elements.push(Level::NOTE.message(format!("and {more} more {noun}")).into());
    }
    let help = printable(&finding.recommendation);
    if !help.is_empty() {
        elements.push(Level::HELP.message(wrapped(&help, "help", style.width)).into());
    }
    title.elements(elements)
}

/// Places of one file that are drawn in one frame.
struct Gathered<'a> {
    file: FileId,
    places: Vec<(Span, Option<&'a str>)>,
}

impl<'a> Gathered<'a> {
    fn new(file: FileId, span: Span, note: Option<&'a str>) -> Gathered<'a> {
        Gathered { file, places: vec![(span, note)] }
    }

    fn reaches(&self, report: &Report, file: FileId, line: u32) -> bool {
        let own = report.file(self.file).lines.line(self.places[0].0.start);
        self.file == file && own.abs_diff(line) <= REACH / 2
    }

    fn spans(&self) -> Vec<Span> {
        self.places.iter().map(|place| place.0).collect()
    }
}

fn annotation<'a>(is_primary: bool, mark: std::ops::Range<usize>, label: Option<String>) -> Annotation<'a> {
    let kind = if is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    kind.span(mark).label(label.map(std::borrow::Cow::Owned))
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical | Severity::Major => Level::ERROR,
        Severity::Minor => Level::WARNING,
        Severity::Info | Severity::Pedantic => Level::INFO,
    }
}

/// Whether a label stands beside its mark without running over the width.
fn fits_beside(text: &str, mark_end: usize, label: &str, width: usize) -> bool {
    let line = &text[text[..mark_end].rfind('\n').map_or(0, |at| at + 1)..mark_end];
    let gutter = 10;
    gutter + line.chars().map(|letter| if letter == '\t' { 4 } else { 1 }).sum::<usize>() + label.chars().count()
        <= width
}

fn location(file: &ReportedFile, span: Span, note: &str, style: &Style) -> String {
    let line = file.lines.line(span.start);
    printable(&format!("{note}: {}:{line}", (style.path)(&file.path))).into_owned()
}

/// A message that fits the width behind `= note: `.
fn wrapped(text: &str, name: &str, width: usize) -> String {
    wrap(text, width.saturating_sub(name.len() + 9).max(40)).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::report::{Fingerprints, ReportedFinding};
    use crate::findings::{Category, Confidence, Related};
    use crate::source::LineIndex;

    const ORDERS: &str = "\
def names(session, orders):
    out = []
    for order in orders:
        who = session.get(Customer, order.customer_id)
        out.append(who.name)
    return out
";
    const ROUTES: &str = "@router.get('/names')\ndef handler():\n    return names(session, orders())\n";

    fn span_of(text: &str, part: &str) -> Span {
        let at = text.find(part).expect("the part is in the text");
        Span::new(at, at + part.len())
    }

    fn report(files: &[(&str, &str)], secrets: &[Span], finding: Finding) -> Report {
        let files = files.iter().enumerate().map(|(id, (path, text))| {
            let bytes = text.as_bytes();
            let file = ReportedFile {
                path: (*path).to_owned(),
                bytes: bytes.into(),
                lines: LineIndex::new(bytes),
                secrets: secrets.to_vec(),
            };
            (FileId(id as u32), file)
        });
        Report {
            findings: vec![ReportedFinding { finding, fingerprints: Fingerprints::default() }],
            files: files.collect(),
            ..Report::default()
        }
    }

    fn finding(span: Span, evidence: &str) -> Finding {
        Finding {
            rule: "n-plus-one",
            category: Category::Performance,
            severity: Severity::Major,
            confidence: Confidence::High,
            file: FileId(0),
            span,
            title: "Query in a loop: Customer is fetched once per order".to_owned(),
            evidence: evidence.to_owned(),
            recommendation: "Load them with the orders: select(Order).options(joinedload(Order.customer))".to_owned(),
            symbol: "names".to_owned(),
            fingerprint_text: None,
            related: Vec::new(),
        }
    }

    fn plain(report: &Report) -> String {
        render(report, &Style { color: false, width: 120, path: &|path| path.to_owned() })
    }

    #[test]
    fn loop_and_query_in_one_frame_and_the_caller_in_its_own() {
        let mut finding = finding(span_of(ORDERS, "session.get(Customer, order.customer_id)"), "runs once per order");
        finding.related = vec![
            Related {
                file: FileId(0),
                span: span_of(ORDERS, "for order in orders:\n        who ="),
                note: "loop".to_owned(),
            },
            Related {
                file: FileId(1),
                span: span_of(ROUTES, "names(session, orders())"),
                note: "called here".to_owned(),
            },
        ];
        let report = report(&[("app/orders.py", ORDERS), ("app/routes.py", ROUTES)], &[], finding);
        assert_eq!(
            plain(&report),
            "\
major[n-plus-one]: Query in a loop: Customer is fetched once per order
 --> app/orders.py:4:15
  |
3 |     for order in orders:
  |     -------------------- loop
4 |         who = session.get(Customer, order.customer_id)
  |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ runs once per order
5 |         out.append(who.name)
  |
 ::: app/routes.py:3:12
  |
3 |     return names(session, orders())
  |            ------------------------ called here
  |
  = help: Load them with the orders: select(Order).options(joinedload(Order.customer))

"
        );
    }

    #[test]
    fn long_evidence_becomes_a_wrapped_note() {
        let evidence = "session.get(Customer, order.customer_id) runs once per element of `orders`, and the loop that \
                        it stands in has no bound that could be seen from here";
        let report = report(&[("a.py", ORDERS)], &[], finding(span_of(ORDERS, "session.get"), evidence));
        let text = plain(&report);
        assert!(text.contains("  = note: session.get(Customer, order.customer_id) runs once"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    }

    #[test]
    fn colour_only_decorates() {
        let report = report(&[("a.py", ORDERS)], &[], finding(span_of(ORDERS, "session.get"), "here"));
        let coloured = render(&report, &Style { color: true, width: 120, path: &|path| path.to_owned() });
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain(&report));
    }

    #[test]
    fn a_secret_is_masked_in_other_findings_frames_too() {
        let text = "connect(password='otter-lantern'); session.get(x)\n";
        let secret = span_of(text, "'otter-lantern'");
        let report = report(&[("a.py", text)], &[secret], finding(span_of(text, "session.get(x)"), "here"));
        let text = plain(&report);
        assert!(!text.contains("otter"), "{text}");
        assert!(text.contains("connect(password='****'); session.get(x)"), "{text}");
    }

    #[test]
    fn control_characters_of_code_path_and_texts_stay_out() {
        let text = "session.get(x) \u{1b}[2J\u{202e}\n";
        let report =
            report(&[("a\u{1b}[31m.py", text)], &[], finding(span_of(text, "session.get(x)"), "\u{1b}]8;;evil"));
        let text = plain(&report);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    }
}
