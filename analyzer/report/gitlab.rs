//! GitLab's two reports: Code Quality (<https://docs.gitlab.com/ci/testing/code_quality/>) and, for the security rules, the
//! SAST report of schema 15 (<https://docs.gitlab.com/user/application_security/sast/>).
//!
//! Knows the report and the cards. Does not know the clock: when the scan ran is handed in.
//! Invariant: fingerprints and ids are unique, because GitLab drops all but one of equal ones.

use super::locations::{Region, in_repository};
use super::printable::printable;
use crate::findings::report::{Report, ReportedFinding};
use crate::findings::{Category, Finding, Severity};
use crate::rules::cards;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The version of the SAST schema that is followed.
const SCHEMA: &str = "15.2.1";

/// Code Quality. `base` is the project's folder in its repository.
pub fn code_quality(report: &Report, base: &str) -> String {
    let mut identities = Identities::default();
    let issues: Vec<Value> = report
        .findings
        .iter()
        .map(|reported| {
            let finding = &reported.finding;
            let file = report.file(finding.file);
            let region = Region::of(file, finding.span);
            json!({
                "type": "issue",
                "check_name": finding.rule,
                "description": printable(&finding.title),
                "content": { "body": whole(finding) },
                "categories": [quality(finding.category)],
                "severity": finding.severity.name(),
                "fingerprint": identities.of(reported),
                "location": {
                    "path": in_repository(base, &file.path),
                    "lines": { "begin": region.start_line, "end": region.end_line },
                },
            })
        })
        .collect();
    format!("{}\n", Value::Array(issues))
}

/// The SAST report: findings of the security rules. `time` is the run's time in UTC, `2026-01-31T12:00:00`.
pub fn sast(report: &Report, base: &str, time: &str) -> String {
    let mut identities = Identities::default();
    let found = report.findings.iter().filter(|reported| reported.finding.category == Category::Security);
    let vulnerabilities: Vec<Value> = found
        .map(|reported| {
            let finding = &reported.finding;
            let file = report.file(finding.file);
            let region = Region::of(file, finding.span);
            let mut location = json!({
                "file": in_repository(base, &file.path),
                "start_line": region.start_line,
                "end_line": region.end_line,
            });
            if !finding.symbol.is_empty() {
                location["method"] = json!(printable(&finding.symbol));
            }
            json!({
                "id": identities.of(reported),
                "name": shortened(&printable(&finding.title), 255),
                "description": printable(&finding.evidence),
                "severity": severity(finding.severity),
                "solution": printable(&finding.recommendation),
                "identifiers": identifiers(finding.rule),
                "location": location,
            })
        })
        .collect();
    let tool = json!({
        "id": "rearguard",
        "name": "rearguard",
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": { "name": "rearguard" },
    });
    let whole = json!({
        "version": SCHEMA,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "sast",
            "start_time": time,
            "end_time": time,
            "status": "success",
        },
        "vulnerabilities": vulnerabilities,
    });
    format!("{whole}\n")
}

/// Fingerprints, told apart where two findings share one.
#[derive(Default)]
struct Identities<'a> {
    seen: HashMap<&'a str, u32>,
}

impl<'a> Identities<'a> {
    fn of(&mut self, reported: &'a ReportedFinding) -> String {
        let print = reported.fingerprints.v1.as_str();
        let count = self.seen.entry(print).or_default();
        *count += 1;
        if *count == 1 { print.to_owned() } else { format!("{print}-{count}") }
    }
}

fn whole(finding: &Finding) -> String {
    let parts = [&finding.evidence, &finding.recommendation];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).map(|part| printable(part)).collect();
    parts.join("\n\n")
}

/// Code Climate's names of categories, which Code Quality took over.
fn quality(category: Category) -> &'static str {
    match category {
        Category::Performance => "Performance",
        Category::Security => "Security",
        Category::Reliability | Category::Api => "Bug Risk",
        Category::Maintainability => "Clarity",
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::Major => "High",
        Severity::Minor => "Medium",
        Severity::Info | Severity::Pedantic => "Info",
    }
}

/// The rule, then the weaknesses that its card names.
fn identifiers(rule: &str) -> Vec<Value> {
    let mut all = vec![json!({ "type": "rearguard_rule", "name": format!("rearguard {rule}"), "value": rule })];
    let card = cards::of(rule);
    for cwe in card.iter().flat_map(|card| &card.cwe) {
        let number = cwe.trim_start_matches("CWE-");
        let url = format!("https://cwe.mitre.org/data/definitions/{number}.html");
        all.push(json!({ "type": "cwe", "name": cwe, "value": number, "url": url }));
    }
    all
}

fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}
