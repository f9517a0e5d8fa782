//! `rearguard diff A.json B.json`: which findings of two reports are new and which are gone.
//!
//! Knows the keys of the JSON report that it prints. Does not know how findings are matched.

use super::arguments::FailOn;
use super::output;
use crate::findings::matching;
use crate::findings::report::Fingerprints;
use crate::source::discovery::in_words;
use anstream::ColorChoice;
use serde::Deserialize;
use std::path::Path;
use std::process::ExitCode;

#[derive(Deserialize)]
struct Reported {
    findings: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    severity: String,
    title: String,
    r#where: Place,
    rule: String,
    fingerprints: Prints,
}

#[derive(Deserialize)]
struct Place {
    path: String,
    lines: String,
}

#[derive(Deserialize)]
struct Prints {
    v1: String,
    #[serde(rename = "moved/v1")]
    moved: String,
}

pub(super) fn run(before: &Path, after: &Path, fail_on: FailOn, color: ColorChoice) -> Result<ExitCode, String> {
    let (before, after) = (read(before)?, read(after)?);
    let (old, new) = (prints(&before), prints(&after));
    let pairs = matching::pairs(&new.iter().collect::<Vec<_>>(), &old.iter().collect::<Vec<_>>());
    let mut is_gone = vec![true; before.len()];
    for index in pairs.iter().flatten() {
        is_gone[*index] = false;
    }
    let added: Vec<&Found> =
        after.iter().zip(&pairs).filter(|(_, pair)| pair.is_none()).map(|(found, _)| found).collect();
    let gone: Vec<&Found> = before.iter().zip(&is_gone).filter(|(_, gone)| **gone).map(|(found, _)| found).collect();
    let mut text = String::new();
    for (mark, list) in [('+', &added), ('-', &gone)] {
        for Found { severity, title, r#where, rule, .. } in list {
            let line = format!("{mark} {}:{}: {severity}[{rule}] {title}", r#where.path, r#where.lines);
            text.push_str(&crate::report::printable::printable(&line));
            text.push('\n');
        }
    }
    output::to_stdout(&text, color)?;
    output::say(&format!("{} new, {} gone, {} as before", added.len(), gone.len(), after.len() - added.len()));
    let fails = added.iter().any(|found| fail_on.is_reached_by(&found.severity));
    Ok(if fails { ExitCode::from(super::FOUND) } else { ExitCode::SUCCESS })
}

fn read(path: &Path) -> Result<Vec<Found>, String> {
    let shown = path.display();
    let text = std::fs::read(path).map_err(|error| format!("cannot read `{shown}`: {}", in_words(&error)))?;
    let reported: Reported = serde_json::from_slice(&text)
        .map_err(|error| format!("`{shown}` is no report of `check --format json`: {error}"))?;
    Ok(reported.findings)
}

fn prints(found: &[Found]) -> Vec<Fingerprints> {
    let prints =
        |found: &Found| Fingerprints { v1: found.fingerprints.v1.clone(), moved: found.fingerprints.moved.clone() };
    found.iter().map(prints).collect()
}
