//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>) as GitHub code scanning wants it
//! (<https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>).
//!
//! Knows the report and the rule cards. Does not know where the file goes.
//! Invariant: no code of the analysed project stands in it, so that no secret does: readers have the code.
//! Invariant: all URIs are relative to the root of the repository.
//! Invariant: at most `MAX_RESULTS` results; what is left out is said in a notification.

use super::line_hash::LineHashes;
use super::locations::{Region, Step, in_repository, leads_to_defect, steps, uri, worst_first};
use super::merged::{Merged, joined, taken, text_at};
use super::printable::printable;
use crate::findings::report::{Problem, Report, ReportedFinding, Suppressed, SuppressedBy};
use crate::findings::{Finding, Severity};
use crate::rules::cards::{self, Card};
use crate::source::{FileId, Span};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;

/// What code scanning keeps of one upload; it would choose by severity too, but without saying so in the log.
const MAX_RESULTS: usize = 5_000;

/// What the relative URIs are relative to.
const ROOT: &str = "%SRCROOT%";

/// The report on one line with a final line break. `base` is the project's folder in its repository.
pub fn render(report: &Report, base: &str) -> String {
    let kept: HashSet<*const ReportedFinding> =
        worst_first(report).into_iter().take(MAX_RESULTS).map(std::ptr::from_ref).collect();
    let mut log = Log { report, base, hashes: BTreeMap::new() };
    let findings = report.findings.iter().filter(|reported| kept.contains(&std::ptr::from_ref(*reported)));
    let mut results: Vec<Value> = findings.map(|reported| log.result(reported)).collect();
    let suppressed = report.suppressed.iter().take(MAX_RESULTS - results.len());
    results.extend(suppressed.map(|suppressed| log.suppressed(suppressed)));
    let run = json!({
        "tool": { "driver": {
            "name": "rearguard",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "version": env!("CARGO_PKG_VERSION"),
            "fullName": concat!("rearguard ", env!("CARGO_PKG_VERSION")),
            "shortDescription": { "text": concat!(env!("CARGO_PKG_DESCRIPTION"), ".") },
            "language": "en",
            "rules": cards::all().iter().map(rule).collect::<Vec<_>>(),
            "notifications": notification_kinds(),
        } },
        "automationDetails": { "id": "rearguard/" },
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": { ROOT: { "description": { "text": "The root of the repository." } } },
        "invocations": [{
            "executionSuccessful": true,
            "toolExecutionNotifications": log.notifications(),
        }],
        "results": results,
    });
    let whole = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    format!("{whole}\n")
}

/// Reports of shards as one; they are reports of this version.
pub(super) fn merged(mut reports: Vec<Value>) -> Merged {
    const RESULTS: &str = "/runs/0/results";
    const NOTIFICATIONS: &str = "/runs/0/invocations/0/toolExecutionNotifications";
    let is_suppressed = |result: &Value| result.get("suppressions").is_some();
    let severity = |result: &Value| text_at(result, "/properties/severity");
    let mut results = joined(reports.iter_mut().map(|report| taken(report, RESULTS)), |result| {
        text_at(result, "/partialFingerprints/v1")
    });
    // Each file's results come from one shard, in their order; what is suppressed follows everything else.
    results.sort_by_cached_key(|result| {
        let uri = text_at(result, "/locations/0/physicalLocation/artifactLocation/uri");
        (is_suppressed(result), percent_decode_str(&uri).decode_utf8_lossy().into_owned())
    });
    let mut notifications = joined(reports.iter_mut().map(|report| taken(report, NOTIFICATIONS)), Value::to_string);
    notifications.sort_by_cached_key(|entry| {
        let at = entry.pointer("/descriptor/index").and_then(Value::as_u64);
        (at, text_at(entry, "/message/text"))
    });
    let mut more = 0;
    notifications.retain(|entry| {
        let count = entry.pointer("/properties").and_then(|properties| properties[LEFT_OUT].as_u64());
        more += count.unwrap_or_default();
        count.is_none()
    });
    if results.len() > MAX_RESULTS {
        let named = [Severity::Critical, Severity::Major, Severity::Minor, Severity::Info];
        let rank = |result: &Value| named.iter().position(|known| known.name() == severity(result));
        let mut order: Vec<usize> = (0..results.len()).collect();
        order.sort_by_key(|&at| (is_suppressed(&results[at]), rank(&results[at])));
        let dropped: BTreeSet<usize> = order.split_off(MAX_RESULTS).into_iter().collect();
        more += dropped.iter().filter(|&&at| !is_suppressed(&results[at])).count() as u64;
        let mut numbers = 0..;
        results.retain(|_| numbers.next().is_some_and(|at| !dropped.contains(&at)));
    }
    if more > 0 {
        notifications.push(left_out(more));
    }
    let severities = results.iter().filter(|result| !is_suppressed(result)).map(severity).collect();
    let mut whole = reports.swap_remove(0);
    for (pointer, list) in [(RESULTS, results), (NOTIFICATIONS, notifications)] {
        if let Some(place) = whole.pointer_mut(pointer) {
            *place = Value::Array(list);
        }
    }
    Merged { text: format!("{whole}\n"), severities }
}

struct Log<'a> {
    report: &'a Report,
    base: &'a str,
    /// Computed once per file.
    hashes: BTreeMap<FileId, LineHashes>,
}

impl Log<'_> {
    fn result(&mut self, reported: &ReportedFinding) -> Value {
        let finding = &reported.finding;
        let index = cards::all().iter().position(|card| card.id == finding.rule);
        let mut result = Map::new();
        result.insert("ruleId".to_owned(), json!(finding.rule));
        if let Some(index) = index {
            result.insert("ruleIndex".to_owned(), json!(index));
        }
        result.insert("level".to_owned(), json!(level(finding.severity)));
        result.insert("message".to_owned(), json!({ "text": message(finding) }));
        let mut place = json!({ "physicalLocation": self.place(finding.file, finding.span) });
        if !finding.symbol.is_empty() {
            place["logicalLocations"] = json!([{ "fullyQualifiedName": printable(&finding.symbol) }]);
        }
        result.insert("locations".to_owned(), json!([place]));
        if !finding.related.is_empty() {
            let places = finding.related.iter().enumerate().map(|(id, related)| {
                let mut place = self.noted(related.file, related.span, &related.note);
                place["id"] = json!(id + 1);
                place
            });
            result.insert("relatedLocations".to_owned(), places.collect());
        }
        if let Some(flow) = self.flow(finding) {
            result.insert("codeFlows".to_owned(), json!([{ "threadFlows": [{ "locations": flow }] }]));
        }
        result.insert("partialFingerprints".to_owned(), self.fingerprints(reported));
        let properties = json!({ "severity": finding.severity.name(), "confidence": finding.confidence.name() });
        result.insert("properties".to_owned(), properties);
        Value::Object(result)
    }

    fn suppressed(&mut self, Suppressed { reported, by, reason }: &Suppressed) -> Value {
        let kind = match by {
            SuppressedBy::Comment => "inSource",
            SuppressedBy::Baseline => "external",
        };
        let mut suppression = json!({ "kind": kind, "status": "accepted" });
        if let Some(reason) = reason {
            suppression["justification"] = json!(printable(reason));
        }
        let mut result = self.result(reported);
        result["suppressions"] = json!([suppression]);
        result
    }

    fn place(&self, file: FileId, span: Span) -> Value {
        let file = self.report.file(file);
        let Region { start_line, start_column, end_line, end_column } = Region::of(file, span);
        json!({
            "artifactLocation": self.artifact(&file.path),
            "region": {
                "startLine": start_line,
                "startColumn": start_column,
                "endLine": end_line,
                "endColumn": end_column,
            },
        })
    }

    fn artifact(&self, path: &str) -> Value {
        json!({ "uri": uri(&in_repository(self.base, path)), "uriBaseId": ROOT })
    }

    fn noted(&self, file: FileId, span: Span, note: &str) -> Value {
        json!({ "physicalLocation": self.place(file, span), "message": { "text": printable(note) } })
    }

    /// The way from the cause to the defect.
    fn flow(&self, finding: &Finding) -> Option<Vec<Value>> {
        let steps = leads_to_defect(finding).then(|| steps(finding))?;
        let location = |step: Step| json!({ "location": self.noted(step.file, step.span, step.note) });
        Some(steps.into_iter().map(location).collect())
    }

    fn fingerprints(&mut self, reported: &ReportedFinding) -> Value {
        let file = self.report.file(reported.finding.file);
        let hashes = self.hashes.entry(reported.finding.file).or_insert_with(|| LineHashes::new(file));
        let mut prints = Map::new();
        if let Some(hash) = hashes.of(file.lines.line(reported.finding.span.start)) {
            prints.insert("primaryLocationLineHash".to_owned(), json!(hash));
        }
        prints.insert("v1".to_owned(), json!(reported.fingerprints.v1));
        prints.insert("moved/v1".to_owned(), json!(reported.fingerprints.moved));
        Value::Object(prints)
    }

    fn notifications(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for Problem { path, reason } in &self.report.problems {
            all.push(json!({
                "descriptor": { "id": FAILED, "index": 0 },
                "level": "error",
                "message": { "text": sentence(&format!("{path}: {reason}")) },
                "locations": [{ "physicalLocation": { "artifactLocation": self.artifact(path) } }],
            }));
        }
        let skipped = self.report.stats.skipped;
        if skipped > 0 {
            let text = format!("{skipped} bundles and binaries were skipped.");
            all.push(json!({
                "descriptor": { "id": SKIPPED, "index": 1 },
                "level": "note",
                "message": { "text": text },
            }));
        }
        let more = self.report.findings.len().saturating_sub(MAX_RESULTS);
        if more > 0 {
            all.push(left_out(more as u64));
        }
        all
    }
}

/// Says that there are more results than code scanning takes.
fn left_out(more: u64) -> Value {
    json!({
        "descriptor": { "id": CUT, "index": 2 },
        "level": "warning",
        "message": { "text": format!("The {MAX_RESULTS} most severe findings are listed; {more} more are left out.") },
        "properties": { LEFT_OUT: more },
    })
}

const LEFT_OUT: &str = "leftOut";

const FAILED: &str = "file-not-analysed";
const SKIPPED: &str = "files-skipped";
const CUT: &str = "findings-left-out";

/// Descriptors of notifications; GitHub's rules want of them all that they want of a rule.
fn notification_kinds() -> Value {
    let kind = |id: &str, text: &str, help: &str| {
        json!({
            "id": id,
            "name": name(id),
            "shortDescription": { "text": text },
            "fullDescription": { "text": text },
            "help": { "text": help },
        })
    };
    json!([
        kind(
            FAILED,
            "A file could not be read or analysed.",
            "What the file holds was not seen. Make it readable, or exclude it in the configuration."
        ),
        kind(
            SKIPPED,
            "Files that are no source that people write were skipped.",
            "Bundles, minified code and binaries are not analysed. There is nothing to do."
        ),
        kind(
            CUT,
            "There are more findings than code scanning keeps.",
            "Fix or accept the most severe ones, or write the report as JSON, which holds all of them."
        ),
    ])
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::Major => "error",
        Severity::Minor => "warning",
        Severity::Info | Severity::Pedantic => "note",
    }
}

/// What, why, how to fix it, and links to the related places: code scanning shows those that the message links to.
fn message(finding: &Finding) -> String {
    let mut text = String::new();
    for part in [&finding.title, &finding.evidence, &finding.recommendation] {
        if !part.is_empty() {
            let gap = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{gap}{}", unlinked(&sentence(part)));
        }
    }
    for (index, related) in finding.related.iter().enumerate() {
        let lead = if index == 0 { " See" } else { "," };
        let note = if related.note.is_empty() { "here" } else { related.note.as_str() };
        let escaped = printable(note).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
        let _ = write!(text, "{lead} [{escaped}]({})", index + 1);
    }
    if !finding.related.is_empty() {
        text.push('.');
    }
    text
}

/// Code such as `handlers[i](1)` would be read as a link.
fn unlinked(text: &str) -> String {
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text.to_owned() }
}

fn sentence(text: &str) -> String {
    let text = printable(text);
    let text = text.trim_end();
    let is_ended = text.ends_with(['.', '!', '?']);
    format!("{text}{}", if is_ended { "" } else { "." })
}

fn rule(card: &Card) -> Value {
    let mut tags = vec![card.category.clone()];
    for cwe in &card.cwe {
        // CodeQL's form, which code scanning knows: three digits at least.
        let number = cwe.trim_start_matches("CWE-");
        tags.push(format!("external/cwe/cwe-{number:0>3}"));
    }
    let mut properties = json!({
        "tags": tags,
        "precision": card.precision.name(),
        "problem.severity": match card.severity() {
            Severity::Critical | Severity::Major => "error",
            Severity::Minor => "warning",
            Severity::Info | Severity::Pedantic => "recommendation",
        },
    });
    if let Some(score) = &card.security_severity {
        properties["security-severity"] = json!(score);
    }
    let mut rule = json!({
        "id": card.id,
        "name": name(&card.id),
        "shortDescription": { "text": sentence(&card.title) },
        "fullDescription": { "text": sentence(&flowing(&card.what)) },
        "defaultConfiguration": { "level": level(card.severity()) },
        "help": { "text": help(card), "markdown": help_markdown(card) },
        "properties": properties,
    });
    if let Some(cwe) = card.cwe.first() {
        let number = cwe.trim_start_matches("CWE-");
        rule["helpUri"] = json!(format!("https://cwe.mitre.org/data/definitions/{number}.html"));
    }
    rule
}

/// `n-plus-one` as viewers want names: `NPlusOne`.
fn name(id: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    id.split('-').map(capitalised).collect()
}

/// A text of a card without its line breaks, which are there for the card's readers.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn help(card: &Card) -> String {
    format!(
        "{}\n\nWhy it matters: {}\n\nHow to fix it: {}",
        flowing(&card.what),
        flowing(&card.why),
        flowing(&card.fix)
    )
}

fn help_markdown(card: &Card) -> String {
    let mut text = format!(
        "{}\n\n## Why it matters\n\n{}\n\n## How to fix it\n\n{}\n",
        flowing(&card.what),
        flowing(&card.why),
        flowing(&card.fix)
    );
    for example in &card.example {
        let (title, fence) = match example.language {
            cards::CardLanguage::Python => ("Python", "python"),
            cards::CardLanguage::TypeScript => ("TypeScript", "typescript"),
            cards::CardLanguage::Go => ("Go", "go"),
        };
        for (verdict, code) in [("Bad", &example.bad), ("Good", &example.good)] {
            let code = code.trim_matches('\n');
            let library = &example.library;
            let _ = write!(text, "\n### {title}, {library}: {}\n\n```{fence}\n{code}\n```\n", verdict.to_lowercase());
        }
    }
    let _ = write!(text, "\n## Severity\n\n{}\n", flowing(&card.grading));
    if cards::RULES.contains(&card.id.as_str()) {
        let _ = write!(
            text,
            "\n## How to accept a finding\n\nA comment `rearguard: ignore[{}] reason` on the line or on the line above.\n",
            card.id
        );
    }
    if !card.limits.is_empty() {
        let limits: Vec<String> = card.limits.iter().map(|limit| format!("- {}", flowing(limit))).collect();
        let _ = write!(text, "\n## Known limits\n\n{}\n", limits.join("\n"));
    }
    text
}
