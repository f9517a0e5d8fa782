//! The `rearguard` program: arguments, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    rearguard::cli::run(std::env::args_os())
}
