//! Other rules and severities for some paths, as the configuration says.
//!
//! Knows paths, rules and severities. Does not know where the wishes come from.
//! Invariant: fingerprints do not change: a finding stays itself whatever its severity.

use super::Severity;
use super::report::Report;
use globset::GlobSet;
use std::collections::BTreeMap;

/// What is different below some paths.
#[derive(Debug)]
pub struct Override {
    pub paths: GlobSet,
    /// Rules to report there; empty: all.
    pub select: Vec<String>,
    pub ignore: Vec<String>,
    pub severity: BTreeMap<String, Severity>,
}

/// Takes out what is not wanted and changes severities; of several overrides for one path all count, and the last
/// severity wins.
pub fn apply(report: &mut Report, overrides: &[Override]) {
    let files = &report.files;
    report.findings.retain_mut(|reported| {
        let finding = &mut reported.finding;
        let path = files.get(&finding.file).map(|file| file.path.as_str()).unwrap_or_default();
        for one in overrides.iter().filter(|one| one.paths.is_match(path)) {
            let names = |list: &[String]| list.iter().any(|name| name == finding.rule);
            if names(&one.ignore) || (!one.select.is_empty() && !names(&one.select)) {
                return false;
            }
            if let Some(&severity) = one.severity.get(finding.rule) {
                finding.severity = severity;
            }
        }
        true
    });
}
