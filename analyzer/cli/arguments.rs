//! What can be said on the command line.
//!
//! Knows clap and the names of options. Does not know what any of them does.
//! Invariant: a wrong argument never starts an analysis; clap names it, suggests the nearest right one and exits with 2.

use crate::findings::{Confidence, Severity};
use crate::rules::cards;
use clap::builder::PossibleValuesParser;
use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Reviews backend code (Python, TypeScript/JavaScript, Go) for what will hurt in production: queries in loops, SQL made
/// of strings, swallowed errors, committed secrets, lists without a bound.
///
/// Never uses the network.
#[derive(Parser, Debug)]
#[command(name = "rearguard", version, arg_required_else_help = true, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to use colour (also: `NO_COLOR`, `CLICOLOR_FORCE`)
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorChoice,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Analyse a project and print the findings
    #[command(after_help = EXIT_CODES)]
    Check(Check),
    /// List the rules
    Rules,
    /// Print what a rule finds, why, and how to fix or suppress it
    Explain {
        #[arg(value_name = "RULE", value_parser = any_rule())]
        rule: String,
    },
}

const EXIT_CODES: &str = "\
Exit codes:
  0  no finding at or above --fail-on
  1  findings at or above --fail-on
  2  wrong use, or the analysis could not be done";

#[derive(Args, Debug)]
pub(super) struct Check {
    /// Folders and files to report on; the whole project around them is read
    #[arg(default_value = ".", hide_default_value = true)]
    pub(super) paths: Vec<PathBuf>,

    /// What to write, to standard output or to FILE; can be repeated. text, concise, json, jsonl, sarif, github (workflow
    /// commands), gitlab (Code Quality), gitlab-sast, junit, checkstyle, rdjson (reviewdog), markdown
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = Output::parse)]
    pub(super) format: Vec<Output>,

    /// Exit with 1 when a finding is at least this severe [default: minor]
    #[arg(long, value_name = "SEVERITY")]
    pub(super) fail_on: Option<FailOn>,

    /// Exit with 0 whatever is found
    #[arg(long)]
    pub(super) exit_zero: bool,

    /// Report findings that are at least this certain [default: medium]
    #[arg(long, value_name = "CONFIDENCE")]
    pub(super) min_confidence: Option<MinConfidence>,

    /// Run only these rules; `rearguard rules` lists them
    #[arg(long, value_name = "RULE", value_delimiter = ',', hide_possible_values = true, value_parser = any_rule())]
    pub(super) select: Vec<String>,

    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', hide_possible_values = true, value_parser = any_rule())]
    pub(super) ignore: Vec<String>,

    /// Also report on test code
    #[arg(long)]
    pub(super) tests: bool,

    /// Also report, as info, what is off by default
    #[arg(long)]
    pub(super) pedantic: bool,

    /// Exit with 2 when a file could not be read or analysed
    #[arg(long)]
    pub(super) strict: bool,

    /// Number of threads [default: as many as the machine has]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZeroUsize>,

    /// Do not use the cache (reserved: there is none yet)
    #[arg(long)]
    pub(super) no_cache: bool,

    /// Folder of the cache (reserved: there is none yet)
    #[arg(long, value_name = "DIR")]
    pub(super) cache_dir: Option<PathBuf>,

    /// Print figures about the run to standard error: files, bytes, time per stage
    #[arg(long)]
    pub(super) stats: bool,

    /// Print nothing but findings and errors
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// One report to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Output {
    pub(super) format: Format,
    /// `None`: standard output.
    pub(super) file: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    Text,
    Concise,
    Json,
    Jsonl,
    Sarif,
    Github,
    Gitlab,
    GitlabSast,
    Junit,
    Checkstyle,
    Rdjson,
    Markdown,
}

impl Format {
    fn names() -> String {
        let name = |format: &Format| format.to_possible_value().map(|value| value.get_name().to_owned());
        Format::value_variants().iter().filter_map(name).collect::<Vec<_>>().join(", ")
    }
}

impl Output {
    fn parse(text: &str) -> Result<Output, String> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (text, None),
        };
        let format = Format::from_str(name, false).map_err(|_| format!("the formats are {}", Format::names()))?;
        match file {
            Some("") => Err(format!("the name of the file is missing behind `{name}=`")),
            Some("-") | None => Ok(Output { format, file: None }),
            Some(file) => Ok(Output { format, file: Some(PathBuf::from(file)) }),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum FailOn {
    Critical,
    Major,
    Minor,
    Info,
    Never,
}

impl FailOn {
    /// The least severity that fails; `None`: nothing does.
    pub(super) fn threshold(self) -> Option<Severity> {
        match self {
            FailOn::Critical => Some(Severity::Critical),
            FailOn::Major => Some(Severity::Major),
            FailOn::Minor => Some(Severity::Minor),
            // What only `--pedantic` shows is printed as info, so it counts as info.
            FailOn::Info => Some(Severity::Pedantic),
            FailOn::Never => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum MinConfidence {
    Low,
    Medium,
    High,
}

impl MinConfidence {
    pub(super) fn confidence(self) -> Confidence {
        match self {
            MinConfidence::Low => Confidence::Low,
            MinConfidence::Medium => Confidence::Medium,
            MinConfidence::High => Confidence::High,
        }
    }
}

fn any_rule() -> PossibleValuesParser {
    PossibleValuesParser::new(cards::RULES.iter().chain(&cards::META_RULES).copied())
}
