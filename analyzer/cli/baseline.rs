//! `rearguard baseline` and `check --baseline`: the file of known findings on disk.
//!
//! Knows files, the date and the project. Does not know how findings are matched.
//! Invariant: nothing is accepted that nobody asked to accept: only `create` and `--add` do.
//! Invariant: a baseline speaks of the whole project; entries are dropped only by a run that has seen all of it.

use super::arguments::{Analysis, Baseline, BaselineFile};
use super::{check, output};
use crate::findings::baseline::{self, Entry};
use crate::findings::report::{Report, Status, Suppressed, SuppressedBy};
use crate::source::discovery::in_words;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

pub(super) fn run(command: &Baseline) -> Result<ExitCode, String> {
    let file = match command {
        Baseline::Create(file) | Baseline::Prune(file) => file,
        Baseline::Update { baseline, .. } => baseline,
    };
    let old = match command {
        Baseline::Create(_) if file.baseline.exists() => {
            let shown = file.baseline.display();
            return Err(format!("`{shown}` exists: `rearguard baseline update --add` accepts what is new"));
        }
        Baseline::Create(_) => Vec::new(),
        Baseline::Update { .. } | Baseline::Prune(_) => read(&file.baseline)?,
    };
    let report = whole(file, &file.analysis)?;
    let pairs = baseline::known(&report, &old);
    let new = match command {
        Baseline::Create(_) => report.findings.iter().map(|reported| Entry::of(&report, reported)).collect(),
        Baseline::Update { add, reason, expires, .. } => {
            if let Some(date) = expires.as_deref().filter(|date| !baseline::is_date(date)) {
                return Err(format!("`{date}` is no date: write YYYY-MM-DD"));
            }
            let mut entries = Vec::new();
            for (reported, pair) in report.findings.iter().zip(&pairs) {
                let current = Entry::of(&report, reported);
                match pair {
                    Some(index) => {
                        let Entry { reason, expires, .. } = old[*index].clone();
                        entries.push(Entry { reason, expires, ..current });
                    }
                    None if *add => {
                        entries.push(Entry { reason: reason.clone(), expires: expires.clone(), ..current });
                    }
                    None => {}
                }
            }
            entries
        }
        Baseline::Prune(_) => {
            let today = today();
            let seen: BTreeSet<usize> = pairs.iter().flatten().copied().collect();
            let is_kept = |(index, entry): &(usize, Entry)| seen.contains(index) && !entry.has_expired(&today);
            old.iter().cloned().enumerate().filter(is_kept).map(|(_, entry)| entry).collect()
        }
    };
    let kept = pairs.iter().flatten().count();
    output::to_file(&file.baseline, &baseline::render(new.clone()))?;
    let count = new.len();
    let unknown = report.findings.len() - kept;
    let mut line = format!("{count} known findings in {}", file.baseline.display());
    if unknown > 0 && !matches!(command, Baseline::Create(_) | Baseline::Update { add: true, .. }) {
        line.push_str(&format!("; {unknown} new ones are not accepted"));
    }
    output::say(&line);
    Ok(ExitCode::SUCCESS)
}

/// The report on all of the project. One that is incomplete would drop entries that are still there.
fn whole(file: &BaselineFile, analysis: &Analysis) -> Result<Report, String> {
    let report = check::of_whole_project(&file.path, analysis)?;
    if report.status() == Status::Incomplete {
        let problem = &report.problems[0];
        return Err(format!("{}: {}: a baseline needs all files", problem.path, problem.reason));
    }
    Ok(report)
}

pub(super) fn read(path: &Path) -> Result<Vec<Entry>, String> {
    let shown = path.display();
    let text = std::fs::read(path).map_err(|error| format!("cannot read `{shown}`: {}", in_words(&error)))?;
    let text = String::from_utf8(text).map_err(|_| format!("cannot read `{shown}`: it is not UTF-8 text"))?;
    baseline::parse(&text).map_err(|error| format!("{shown}:{}: {}", error.line, error.problem))
}

/// Takes out of a report what the baseline knows; says how many, and warns of entries that have expired. With `keeps` the
/// report lists them as suppressed.
pub(super) fn subtract(report: &mut Report, path: &Path, keeps: bool) -> Result<usize, String> {
    let today = today();
    let entries = read(path)?;
    let pairs = baseline::known(report, &entries);
    let is_accepted: Vec<bool> =
        pairs.iter().map(|pair| pair.is_some_and(|index| !entries[index].has_expired(&today))).collect();
    for entry in pairs.iter().flatten().map(|&index| &entries[index]).filter(|entry| entry.has_expired(&today)) {
        let last = entry.expires.as_deref().unwrap_or_default();
        output::warn(&format!("{}: accepted until {last}: {}", entry.path, entry.title));
    }
    let before = report.findings.len();
    let mut accepted = is_accepted.iter();
    let reasons = pairs.iter().map(|pair| pair.and_then(|index| entries[index].reason.clone()));
    let known = std::mem::take(&mut report.findings).into_iter().zip(reasons);
    for (reported, reason) in known {
        if !accepted.next().copied().unwrap_or(false) {
            report.findings.push(reported);
        } else if keeps {
            report.suppressed.push(Suppressed { reported, by: SuppressedBy::Baseline, reason });
        }
    }
    Ok(before - report.findings.len())
}

/// The date in UTC.
fn today() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string().chars().take(10).collect()
}
