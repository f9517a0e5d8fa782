//! `DiagnosticResult` of reviewdog (<https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>) as one JSON value.
//!
//! Knows the report. Does not know reviewdog's filters.
//! Invariant: columns are 1-based and count bytes, other than everywhere else; an end lies behind the last byte.

use super::locations::in_repository;
use super::printable::printable;
use crate::findings::Severity;
use crate::findings::report::Report;
use crate::source::{FileId, Span};
use serde_json::{Value, json};

/// `base` is the project's folder in its repository.
pub fn render(report: &Report, base: &str) -> String {
    let place = |file: FileId, span: Span| {
        let file = report.file(file);
        let position = |offset: u32| {
            let offset = offset.min(file.bytes.len() as u32);
            let line = file.lines.line(offset);
            json!({ "line": line, "column": offset - file.lines.start_of(line) + 1 })
        };
        json!({
            "path": in_repository(base, &file.path),
            "range": { "start": position(span.start), "end": position(span.end) },
        })
    };
    let diagnostics: Vec<Value> = report
        .findings
        .iter()
        .map(|reported| {
            let finding = &reported.finding;
            let parts = [&finding.title, &finding.evidence, &finding.recommendation];
            let message: Vec<_> =
                parts.into_iter().filter(|part| !part.is_empty()).map(|part| printable(part)).collect();
            let mut entry = json!({
                "message": message.join("\n"),
                "location": place(finding.file, finding.span),
                "severity": severity(finding.severity),
                "code": { "value": finding.rule },
            });
            if !finding.related.is_empty() {
                let related = finding.related.iter().map(|related| {
                    json!({ "message": printable(&related.note), "location": place(related.file, related.span) })
                });
                entry["related_locations"] = related.collect();
            }
            entry
        })
        .collect();
    format!("{}\n", json!({ "source": { "name": "rearguard" }, "diagnostics": diagnostics }))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::Major => "ERROR",
        Severity::Minor => "WARNING",
        Severity::Info | Severity::Pedantic => "INFO",
    }
}
