//! `rearguard check`.

use super::arguments::Check;
use crate::findings::Severity;
use crate::pipeline::{self, Options, Progress};
use crate::report;
use std::io::Write;
use std::process::ExitCode;

pub(super) fn run(check: &Check) -> ExitCode {
    let options = Options { threads: check.threads, ..Options::default() };
    let report = pipeline::check(&check.paths[0], &options, &Progress::default());
    let text = report::json::render(&report);
    let _ = std::io::stdout().write_all(text.as_bytes());
    if report.reaches(Severity::Minor) && !check.exit_zero { ExitCode::from(1) } else { ExitCode::SUCCESS }
}
