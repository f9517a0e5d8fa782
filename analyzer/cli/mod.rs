//! The command line: arguments in, findings on stdout, everything else on stderr, an exit code out.
//!
//! Knows clap, the terminal, the environment and exit codes. Does not know how anything is analysed.
//! Invariant: exit 0 when nothing reaches the threshold, 1 when something does, 2 for wrong use or an analysis that could
//! not be done, whatever went wrong.

mod arguments;
mod baseline;
mod changed;
mod check;
mod compare;
mod config;
mod configuration;
mod explain;
mod formats;
mod history;
mod manual;
mod merge;
mod objects;
mod output;
mod progress;
mod revision;
mod shown;
mod stats;

use crate::rules::cards;
use arguments::{Arguments, Command, RulesFormat};
use clap::Parser;
use std::ffi::OsString;
use std::panic::{catch_unwind, set_hook, take_hook};
use std::process::ExitCode;

/// Something was found at or above the threshold.
const FOUND: u8 = 1;

/// Wrong use, or the analysis could not be done.
const FAILED: u8 = 2;

/// Runs the program with these arguments, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    crate::syntax::allocator::install();
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let failed = error.use_stderr();
            // A reader that has gone away does not want the help text.
            let _ = error.print();
            return if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS };
        }
    };
    silence_guarded_panics();
    let result = catch_unwind(|| execute(&arguments))
        .unwrap_or_else(|_| Err("internal error: please report it with the lines above".to_owned()));
    result.unwrap_or_else(|problem| {
        problem.lines().for_each(output::complain);
        ExitCode::from(FAILED)
    })
}

fn execute(arguments: &Arguments) -> Result<ExitCode, String> {
    let color = output::choice(arguments.color);
    match &arguments.command {
        Command::Check(check) => return check::run(check, color),
        Command::Baseline(baseline) => return baseline::run(baseline),
        Command::Diff { before, after, fail_on } => return compare::run(before, after, *fail_on, color),
        Command::Merge { reports, fail_on } => return merge::run(reports, *fail_on, color),
        Command::Files { paths } => check::list_files(paths)?,
        Command::Rules { format: RulesFormat::Text } => output::to_stdout(&explain::list(), color)?,
        Command::Rules { format: RulesFormat::Json } => output::to_stdout(&explain::json(), color)?,
        Command::Rules { format: RulesFormat::Markdown } => output::to_stdout(&explain::markdown(), color)?,
        Command::Config(command) => configuration::run(command, color)?,
        Command::Init => configuration::init()?,
        Command::Completions { shell } => manual::completions(*shell)?,
        Command::Man { dir } => manual::pages(dir.as_deref())?,
        Command::Explain { rule } => {
            let card = cards::of(rule).expect("the argument parser admits only rules that have a card");
            output::to_stdout(&explain::card(card, output::width()), color)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A panic over one file becomes a problem in the report; its message must not appear a second time in between.
fn silence_guarded_panics() {
    let usual = take_hook();
    set_hook(Box::new(move |panic| {
        if !crate::pipeline::is_guarded() {
            usual(panic);
        }
    }));
}
