//! The command line: arguments in, findings on stdout, everything else on stderr, an exit code out.
//!
//! Knows clap, the terminal, the environment and exit codes. Does not know how anything is analysed.
//! Invariant: exit 0 when nothing reaches the threshold, 1 when something does, 2 for wrong use or an analysis that could
//! not be done.

mod arguments;
mod check;

use arguments::{Arguments, Command};
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// Wrong use, or the analysis could not be done.
const FAILED: u8 = 2;

/// Runs the program with these arguments, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    crate::syntax::allocator::install();
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            let failed = error.use_stderr();
            // A reader that has gone away does not want the help text.
            let _ = error.print();
            return if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS };
        }
    };
    match parsed.command {
        Command::Check(check) => check::run(&check),
    }
}
