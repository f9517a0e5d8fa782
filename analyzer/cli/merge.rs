//! `rearguard merge`: the reports of several shards as one, to standard output.
//!
//! Knows files and exit codes. Does not know the formats.

use super::arguments::FailOn;
use super::output;
use crate::report::merged::{self, Merged};
use crate::source::discovery::in_words;
use anstream::ColorChoice;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(super) fn run(files: &[PathBuf], fail_on: FailOn, color: ColorChoice) -> Result<ExitCode, String> {
    let reports: Vec<Value> = files.iter().map(|file| read(file)).collect::<Result<_, String>>()?;
    let Merged { text, severities } = merged::of(reports)
        .map_err(|error| format!("cannot merge `{}`: {}", files[error.at].display(), error.problem))?;
    output::to_stdout(&text, color)?;
    let noun = if severities.len() == 1 { "finding" } else { "findings" };
    output::say(&format!("{} {noun} in {} reports", severities.len(), files.len()));
    let fails = severities.iter().any(|severity| fail_on.is_reached_by(severity));
    Ok(if fails { ExitCode::from(super::FOUND) } else { ExitCode::SUCCESS })
}

fn read(file: &Path) -> Result<Value, String> {
    let shown = file.display();
    let text = std::fs::read(file).map_err(|error| format!("cannot read `{shown}`: {}", in_words(&error)))?;
    serde_json::from_slice(&text).map_err(|error| format!("`{shown}` is no JSON: {error}"))
}
