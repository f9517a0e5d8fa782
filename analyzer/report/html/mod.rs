//! The report as one page for a browser: an overview, a filter and a search, and every finding with its code and the way to
//! the defect.
//!
//! Knows the report. The page's own files draw it; this one hands them the data.
//! Invariant: the page is one file and loads nothing; its content security policy forbids it to.
//! Invariant: text of the analysed code is data, never markup: the page's script makes text nodes of it.
//! Invariant: code comes from frames alone, so that no secret and no control character is in it.

use super::frame;
use super::locations::{self, Step};
use super::printable::printable;
use super::text::summary;
use crate::findings::report::{Report, ReportedFinding};
use crate::source::FileId;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Places of one finding that are drawn.
const MAX_STEPS: usize = 9;

#[derive(Serialize)]
struct Data<'a> {
    rules: Vec<&'a str>,
    files: Vec<String>,
    findings: Vec<Entry<'a>>,
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Entry<'a> {
    /// Position in `Data::rules`, and `file` in `Data::files`.
    rule: usize,
    file: usize,
    severity: &'a str,
    confidence: &'a str,
    lines: String,
    title: String,
    evidence: String,
    fix: String,
    symbol: String,
    /// The steps lead to the defect, one to the next.
    drawn: bool,
    steps: Vec<Place>,
}

/// One place with its code.
#[derive(Serialize)]
struct Place {
    file: usize,
    /// 1-based; `first` is that of the first line of `text`.
    line: u32,
    first: u32,
    note: String,
    text: String,
    /// What is marked in `text`, in UTF-16 code units.
    from: usize,
    to: usize,
    /// It is what the finding is about.
    here: bool,
}

#[derive(Serialize)]
struct Problem {
    path: String,
    reason: String,
}

/// The whole page. `base` is the project's folder in its repository.
pub fn render(report: &Report, base: &str) -> String {
    let data = serde_json::to_string(&data(report, base)).expect("strings and lists always serialise");
    // Inside a script element nothing but `<` can end it or open a comment; in JSON it only stands in strings.
    let data = data.replace('<', "\\u003c");
    filled(&[
        ("style", STYLE),
        ("summary", &summary(report)),
        ("version", env!("CARGO_PKG_VERSION")),
        ("report", &data),
        ("script", SCRIPT),
    ])
}

/// The page with `{name}` replaced once each, from its start to its end: what was put in is not looked at again.
fn filled(parts: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(PAGE.len() + parts.iter().map(|(_, text)| text.len()).sum::<usize>());
    let mut rest = PAGE;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}').expect("the page closes its braces");
        let text = parts.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
        page.push_str(before);
        page.push_str(text);
        rest = behind;
    }
    page.push_str(rest);
    page
}

fn data<'a>(report: &'a Report, base: &str) -> Data<'a> {
    let mut rules: Vec<&str> = report.findings.iter().map(|reported| reported.finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let files: BTreeMap<FileId, usize> = report.files.keys().enumerate().map(|(at, &file)| (file, at)).collect();
    let path = |path: &str| printable(&locations::in_repository(base, path)).into_owned();
    Data {
        findings: report.findings.iter().map(|reported| entry(report, reported, &rules, &files)).collect(),
        rules,
        files: report.files.values().map(|file| path(&file.path)).collect(),
        problems: report
            .problems
            .iter()
            .map(|problem| Problem { path: path(&problem.path), reason: printable(&problem.reason).into_owned() })
            .collect(),
    }
}

fn entry<'a>(
    report: &Report,
    reported: &'a ReportedFinding,
    rules: &[&str],
    files: &BTreeMap<FileId, usize>,
) -> Entry<'a> {
    let finding = &reported.finding;
    let (first, last) = report.file(finding.file).lines.lines(finding.span);
    let steps = locations::steps(finding);
    let here = steps.iter().position(|step| step.is_defect).unwrap_or_default();
    let place = |step: &Step| {
        let file = report.file(step.file);
        // Of what leads there only the first line is told, of a loop not its body.
        let span = if step.is_defect { step.span } else { frame::head(file, step.span) };
        let frame = frame::of(file, &[span], step.is_defect);
        let mark = frame.marks.into_iter().next().flatten().unwrap_or_default();
        let units = in_units(&frame.text, &mark);
        Place {
            file: files[&step.file],
            line: file.lines.line(step.span.start),
            first: frame.first_line,
            note: printable(step.note).into_owned(),
            text: frame.text.trim_end_matches('\n').to_owned(),
            from: units.start,
            to: units.end,
            here: step.is_defect,
        }
    };
    // The defect itself is always among those that are drawn.
    let from = (here + 1).saturating_sub(MAX_STEPS);
    Entry {
        rule: rules.iter().position(|rule| *rule == finding.rule).unwrap_or_default(),
        file: files[&finding.file],
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        lines: if first == last { first.to_string() } else { format!("{first}-{last}") },
        title: printable(&finding.title).into_owned(),
        evidence: printable(&finding.evidence).into_owned(),
        fix: printable(&finding.recommendation).into_owned(),
        symbol: printable(&finding.symbol).into_owned(),
        drawn: locations::leads_to_defect(finding),
        steps: steps.iter().skip(from).take(MAX_STEPS).map(place).collect(),
    }
}

fn in_units(text: &str, bytes: &Range<usize>) -> Range<usize> {
    let units = |to: usize| text[..to].encode_utf16().count();
    units(bytes.start)..units(bytes.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        let page = filled(&[("summary", "{report}"), ("report", "data")]);
        assert!(page.contains("<p>{report}</p>") && page.contains("id=\"report\">data</script>"));
    }

    #[test]
    fn marks_count_utf_16_code_units() {
        assert_eq!(in_units("é🦀x", &(6..7)), 3..4);
    }
}
