//! `ReviewFindings` JSON, as `rules/review-findings.schema.json` describes it.
//!
//! Knows the contract's keys and their order. Does not know the schema file: the tests compare the two.
//! Invariant: the contract's keys come first and in its order, extensions after them.
//! Invariant: `lines` is `"88"` or `"88-129"`, 1-based.

use super::merged::{Merged, joined, taken, text_at};
use super::printable::is_unprintable;
use crate::findings::report::{Problem, Report, Status};
use crate::source::{FileId, Span};
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write as _;

#[derive(Serialize)]
struct ReviewFindings<'a> {
    tool: &'static str,
    version: &'static str,
    status: &'static str,
    findings: Vec<FindingEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ProblemEntry<'a>>,
}

#[derive(Serialize)]
struct FindingEntry<'a> {
    r#type: &'static str,
    category: &'static str,
    severity: &'static str,
    title: &'a str,
    r#where: Place<'a>,
    evidence: &'a str,
    recommendation: &'a str,
    rule: &'static str,
    confidence: &'static str,
    fingerprints: FingerprintEntry<'a>,
    related: Vec<RelatedEntry<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    lines: String,
}

#[derive(Serialize)]
struct FingerprintEntry<'a> {
    v1: &'a str,
    #[serde(rename = "moved/v1")]
    moved: &'a str,
}

#[derive(Serialize)]
struct RelatedEntry<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    note: &'a str,
}

#[derive(Serialize)]
struct ProblemEntry<'a> {
    path: &'a str,
    reason: &'a str,
}

/// The report as indented JSON with a final line break.
pub fn render(report: &Report) -> String {
    let whole = ReviewFindings {
        tool: "rearguard",
        version: env!("CARGO_PKG_VERSION"),
        status: match report.status() {
            Status::Ready => "ready",
            Status::Incomplete => "incomplete",
        },
        findings: findings(report),
        problems: problems(report),
    };
    let mut text = escaped(&serde_json::to_string_pretty(&whole).expect("strings and lists always serialise"));
    text.push('\n');
    text
}

/// One finding a line, each with the contract's keys; behind them one line per problem, with `path` and `reason`.
pub fn render_lines(report: &Report) -> String {
    let mut text = String::new();
    let mut push = |line: Result<String, serde_json::Error>| {
        text.push_str(&escaped(&line.expect("strings and lists always serialise")));
        text.push('\n');
    };
    for finding in findings(report) {
        push(serde_json::to_string(&finding));
    }
    for problem in problems(report) {
        push(serde_json::to_string(&problem));
    }
    text
}

/// Reports of shards as one; they are reports of this version.
pub(super) fn merged(mut reports: Vec<Value>) -> Merged {
    let is_incomplete = reports.iter().any(|report| report["status"] != "ready");
    let mut findings =
        joined(reports.iter_mut().map(|report| taken(report, "/findings")), |entry| text_at(entry, "/fingerprints/v1"));
    // Each file's findings come from one shard, in their order.
    findings.sort_by_cached_key(|entry| text_at(entry, "/where/path"));
    let mut problems = joined(reports.iter_mut().map(|report| taken(report, "/problems")), Value::to_string);
    problems.sort_by_cached_key(|entry| (text_at(entry, "/path"), text_at(entry, "/reason")));
    let severities = findings.iter().map(|entry| text_at(entry, "/severity")).collect();
    let mut whole = serde_json::json!({
        "tool": "rearguard",
        "version": env!("CARGO_PKG_VERSION"),
        "status": if is_incomplete { "incomplete" } else { "ready" },
        "findings": findings,
    });
    if !problems.is_empty() {
        whole["problems"] = Value::Array(problems);
    }
    let mut text = escaped(&serde_json::to_string_pretty(&whole).expect("a value always serialises"));
    text.push('\n');
    Merged { text, severities }
}

fn problems(report: &Report) -> Vec<ProblemEntry<'_>> {
    report.problems.iter().map(|Problem { path, reason }| ProblemEntry { path, reason }).collect()
}

fn findings(report: &Report) -> Vec<FindingEntry<'_>> {
    let place = |file: FileId, span: Span| {
        let file = report.file(file);
        Place { path: &file.path, lines: lines_text(file.lines.lines(span)) }
    };
    report
        .findings
        .iter()
        .map(|reported| {
            let finding = &reported.finding;
            FindingEntry {
                r#type: "evidence",
                category: finding.category.name(),
                severity: finding.severity.name(),
                title: &finding.title,
                r#where: place(finding.file, finding.span),
                evidence: &finding.evidence,
                recommendation: &finding.recommendation,
                rule: finding.rule,
                confidence: finding.confidence.name(),
                fingerprints: FingerprintEntry { v1: &reported.fingerprints.v1, moved: &reported.fingerprints.moved },
                related: finding
                    .related
                    .iter()
                    .map(|related| RelatedEntry { place: place(related.file, related.span), note: &related.note })
                    .collect(),
            }
        })
        .collect()
}

/// JSON escapes ASCII control characters only; the others that a terminal would obey stand in strings and are escaped here.
pub(super) fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 1);
    for character in json.chars() {
        if character != '\n' && is_unprintable(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
    }
    text
}

fn lines_text((first, last): (u32, u32)) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}
