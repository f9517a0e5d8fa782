//! Workflow commands of GitHub Actions
//! (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>): annotations on the changed lines.
//!
//! Knows the commands and how their values are escaped. Does not know the runner.
//! Invariant: the most severe come first, because GitHub shows ten annotations of each kind per step.
//! Invariant: no text can start a command of its own: line breaks are escaped.

use super::locations::{Region, in_repository, worst_first};
use super::printable::is_unprintable;
use crate::findings::Severity;
use crate::findings::report::Report;
use std::fmt::Write as _;

/// Annotations of one kind that GitHub shows per step.
const SHOWN: usize = 10;

/// `base` is the project's folder in its repository.
pub fn render(report: &Report, base: &str) -> String {
    let mut text = String::new();
    let hidden = hidden(report);
    if hidden > 0 {
        // The first notice, so that it is not itself among those that are cut.
        let all = report.findings.len();
        let _ = writeln!(
            text,
            "::notice title=rearguard::GitHub shows {SHOWN} annotations of each kind: {hidden} of {all} findings are \
             in the log only"
        );
    }
    for reported in worst_first(report) {
        let finding = &reported.finding;
        let file = report.file(finding.file);
        let Region { start_line, start_column, end_line, end_column } = Region::of(file, finding.span);
        let path = in_repository(base, &file.path);
        let _ = write!(
            text,
            "::{} title={},file={},line={start_line},endLine={end_line}",
            kind(finding.severity),
            property(&format!("{} ({})", finding.rule, finding.severity.name())),
            property(&path)
        );
        // Columns make sense on one line only; GitHub refuses them otherwise.
        if start_line == end_line {
            let _ = write!(text, ",col={start_column},endColumn={end_column}");
        }
        let parts = [&finding.title, &finding.evidence, &finding.recommendation];
        let message: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let _ = writeln!(text, "::{}", data(&message.join("\n")));
    }
    text
}

/// Findings beyond the ten of their kind; our own notice takes the place of one.
fn hidden(report: &Report) -> usize {
    let count =
        |wanted: &str| report.findings.iter().filter(|reported| kind(reported.finding.severity) == wanted).count();
    let over = |wanted: &str, shown: usize| count(wanted).saturating_sub(shown);
    let hidden = over("error", SHOWN) + over("warning", SHOWN) + over("notice", SHOWN);
    if hidden == 0 { 0 } else { over("error", SHOWN) + over("warning", SHOWN) + over("notice", SHOWN - 1) }
}

fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::Major => "error",
        Severity::Minor => "warning",
        Severity::Info | Severity::Pedantic => "notice",
    }
}

fn data(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|letter| if letter != '\n' && is_unprintable(letter) { char::REPLACEMENT_CHARACTER } else { letter })
        .collect();
    text.replace('%', "%25").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
