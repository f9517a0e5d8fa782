//! What can be said on the command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Finds what will hurt a backend in production: queries in loops, SQL made of strings, swallowed errors, committed
/// secrets, lists without a bound.
#[derive(Parser, Debug)]
#[command(name = "rearguard", version, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    Check(Check),
}

/// Analyse a project and print the findings
#[derive(Args, Debug)]
pub(super) struct Check {
    /// Folders and files to report on
    #[arg(default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    #[arg(long, default_value = "json")]
    pub(super) format: String,
    #[arg(long)]
    pub(super) exit_zero: bool,
    #[arg(long)]
    pub(super) threads: Option<usize>,
}
