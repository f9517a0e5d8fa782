//! Several reports of one format, written by shards of one run, as the one report that a single run would have written.
//!
//! Knows the JSON and the SARIF report as data. Does not know how the project was shared out.
//! Invariant: merging the shards of a project gives the bytes of the run over all of it, in whatever order they are given.
//! Invariant: a finding that stands in several reports, by its fingerprint, stands once in the result.

use super::{json, sarif};
use serde_json::Value;
use std::collections::HashSet;

/// A merged report.
pub struct Merged {
    pub text: String,
    /// Severities of its findings, as printed.
    pub severities: Vec<String>,
}

/// Why reports cannot be merged; `at` is the position of the one that does not fit.
#[derive(PartialEq, Eq, Debug)]
pub struct MergeError {
    pub at: usize,
    pub problem: &'static str,
}

/// Merges reports, at least one.
pub fn of(reports: Vec<Value>) -> Result<Merged, MergeError> {
    let is_sarif = |report: &Value| report.get("runs").is_some();
    let first_is_sarif = reports.first().is_some_and(is_sarif);
    for (at, report) in reports.iter().enumerate() {
        let wrong = |problem| Err(MergeError { at, problem });
        let version = if is_sarif(report) {
            let driver = report.pointer("/runs/0/tool/driver");
            driver.filter(|driver| driver["name"] == "rearguard").and_then(|driver| driver["version"].as_str())
        } else {
            Some(report).filter(|report| report["tool"] == "rearguard").and_then(|report| report["version"].as_str())
        };
        match version {
            None => return wrong("it is no JSON or SARIF report of rearguard"),
            Some(version) if version != env!("CARGO_PKG_VERSION") => return wrong("another version wrote it"),
            Some(_) if is_sarif(report) != first_is_sarif => return wrong("the formats differ"),
            Some(_) => {}
        }
    }
    Ok(if first_is_sarif { sarif::merged(reports) } else { json::merged(reports) })
}

/// The entries of all lists, each once by its identity.
pub(super) fn joined(lists: impl Iterator<Item = Vec<Value>>, identity: impl Fn(&Value) -> String) -> Vec<Value> {
    let mut seen = HashSet::new();
    lists.flatten().filter(|entry| seen.insert(identity(entry))).collect()
}

/// The list at a place of a report, taken out.
pub(super) fn taken(report: &mut Value, pointer: &str) -> Vec<Value> {
    match report.pointer_mut(pointer).map(Value::take) {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    }
}

/// A text inside a report; empty where there is none.
pub(super) fn text_at(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
