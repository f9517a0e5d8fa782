//! What can be said on the command line.
//!
//! Knows clap and the names of options. Does not know what any of them does.
//! Invariant: a wrong argument never starts an analysis; clap names it, suggests the nearest right one and exits with 2.

use crate::findings::{Confidence, Severity};
use crate::pipeline::Shard;
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
    Rules {
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: RulesFormat,
    },
    /// List the files that a check would report on
    Files {
        /// Folders and files to report on
        #[arg(default_value = ".", hide_default_value = true)]
        paths: Vec<PathBuf>,
    },
    /// Compare two JSON reports: which findings are new, which are gone
    #[command(after_help = EXIT_CODES)]
    Diff {
        /// The earlier report, written by `check --format json`
        before: PathBuf,
        /// The later one
        after: PathBuf,
        /// Exit with 1 when a new finding is at least this severe
        #[arg(long, value_name = "SEVERITY", default_value = "minor")]
        fail_on: FailOn,
    },
    /// Put the reports of several shards together: JSON or SARIF, the same bytes as one run over all files
    #[command(after_help = EXIT_CODES)]
    Merge {
        /// Reports of one format, written by `check --shard I/N --format json` or `sarif`
        #[arg(required = true)]
        reports: Vec<PathBuf>,
        /// Exit with 1 when a finding is at least this severe
        #[arg(long, value_name = "SEVERITY", default_value = "minor")]
        fail_on: FailOn,
    },
    /// Keep a file of known findings, so that a check fails for new ones only
    #[command(subcommand)]
    Baseline(Baseline),
    /// Print what a rule finds, why, and how to fix or suppress it
    Explain {
        #[arg(value_name = "RULE", value_parser = any_rule())]
        rule: String,
    },
    /// Show the configuration that counts, or describe what a configuration may say
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write a configuration with every key, commented out, into the working directory
    Init,
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual page, or write those of all commands into a folder
    Man {
        #[arg(long, value_name = "FOLDER")]
        dir: Option<PathBuf>,
    },
}

#[derive(Subcommand, Debug)]
pub(super) enum ConfigCommand {
    /// Print the configuration that counts for a path, and where it stands
    Show {
        #[arg(default_value = ".", hide_default_value = true)]
        path: PathBuf,
    },
    /// Print the JSON schema of the configuration
    Schema,
}

/// What can be done with a baseline. Entries are one per line, sorted, without line numbers: the file merges well.
#[derive(Subcommand, Debug)]
pub(super) enum Baseline {
    /// Write all findings of the project into a new file
    Create(BaselineFile),
    /// Follow findings that have moved and drop those that are gone; nothing new is accepted without --add
    Update {
        #[command(flatten)]
        baseline: BaselineFile,
        /// Also accept what is new
        #[arg(long)]
        add: bool,
        /// Why it is accepted; only with --add
        #[arg(long, value_name = "TEXT", requires = "add")]
        reason: Option<String>,
        /// Last day on which it is accepted, as YYYY-MM-DD; only with --add
        #[arg(long, value_name = "DATE", requires = "add")]
        expires: Option<String>,
    },
    /// Drop entries that are gone or have expired, and change nothing else
    Prune(BaselineFile),
}

#[derive(Args, Debug)]
pub(super) struct BaselineFile {
    /// The project, by a path in it
    #[arg(default_value = ".", hide_default_value = true)]
    pub(super) path: PathBuf,

    /// The file of known findings
    #[arg(long, value_name = "FILE", default_value = "rearguard-baseline.jsonl")]
    pub(super) baseline: PathBuf,

    #[command(flatten)]
    pub(super) analysis: Analysis,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum RulesFormat {
    Text,
    Json,
    Markdown,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  no finding at or above --fail-on
  1  findings at or above --fail-on
  2  wrong use, or the analysis could not be done";

#[derive(Args, Debug)]
pub(super) struct Check {
    /// Folders and files to report on [default: .]; the whole project around them is read
    pub(super) paths: Vec<PathBuf>,

    /// Read more paths from FILE, one a line or separated by NUL; `-`: from standard input
    #[arg(long, value_name = "FILE", conflicts_with = "stdin_filename")]
    pub(super) files_from: Option<PathBuf>,

    /// Take standard input for the content of this file, and report on it alone
    #[arg(long, value_name = "PATH", conflicts_with = "paths")]
    pub(super) stdin_filename: Option<PathBuf>,

    /// Report only what this file does not know; `rearguard baseline` writes it
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// Report only what is new on this branch: what was not found where it left this revision
    #[arg(long, value_name = "REVISION")]
    pub(super) since: Option<String>,

    /// Report only what the next commit would bring: analyses the index instead of the working tree
    #[arg(long, conflicts_with_all = ["since", "stdin_filename"])]
    pub(super) staged: bool,

    /// Look for secrets in all that git's history reaches, instead of the working tree; runs hardcoded-secret alone
    #[arg(long, conflicts_with_all = ["since", "staged", "stdin_filename"])]
    pub(super) history: bool,

    /// Report only what a unified diff changes: findings with a place on one of its new lines; `-`: standard input
    #[arg(long, value_name = "FILE", conflicts_with = "stdin_filename")]
    pub(super) diff: Option<PathBuf>,

    /// Report only on share I of N of the files; `rearguard merge` puts the reports together
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub(super) shard: Option<Shard>,

    /// In SARIF also list what comments and the baseline accept, marked as suppressed
    #[arg(long)]
    pub(super) show_suppressed: bool,

    /// What to write, to standard output or to FILE; can be repeated. text, concise, json, jsonl, sarif, github (workflow
    /// commands), gitlab (Code Quality), gitlab-sast, junit, checkstyle, rdjson (reviewdog), markdown, html (one
    /// page for a browser)
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = Output::parse)]
    pub(super) format: Vec<Output>,

    /// Exit with 1 when a finding is at least this severe [default: minor]
    #[arg(long, value_name = "SEVERITY")]
    pub(super) fail_on: Option<FailOn>,

    /// Exit with 0 whatever is found
    #[arg(long)]
    pub(super) exit_zero: bool,

    #[command(flatten)]
    pub(super) analysis: Analysis,

    /// Exit with 2 when a file could not be read or analysed
    #[arg(long)]
    pub(super) strict: bool,

    /// Do not use the cache (reserved: there is none yet)
    #[arg(long)]
    pub(super) no_cache: bool,

    /// Folder of the cache (reserved: there is none yet)
    #[arg(long, value_name = "DIR")]
    pub(super) cache_dir: Option<PathBuf>,

    /// Print figures about the run to standard error: files, bytes, time per stage
    #[arg(long)]
    pub(super) stats: bool,

    /// Print the time of each stage and rule to standard error
    #[arg(long)]
    pub(super) timings: bool,

    /// Print nothing but findings and errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Also say which project and configuration were read, and what was left out
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// What is found: the same for every command that analyses.
#[derive(Args, Clone, Debug)]
pub(super) struct Analysis {
    /// Read this configuration instead of the project's own
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub(super) config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long)]
    pub(super) isolated: bool,

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

    /// Number of threads [default: as many as the machine has]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZeroUsize>,
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
    Html,
}

impl Check {
    /// The given paths; the working directory where none is given.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        if self.paths.is_empty() { vec![PathBuf::from(".")] } else { self.paths.clone() }
    }
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

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum FailOn {
    Critical,
    Major,
    Minor,
    Info,
    Never,
}

impl FailOn {
    /// Whether a severity, as it is printed, reaches the threshold.
    pub(super) fn is_reached_by(self, severity: &str) -> bool {
        let named = [Severity::Critical, Severity::Major, Severity::Minor, Severity::Info];
        let severity = named.into_iter().find(|known| known.name() == severity);
        self.threshold().is_some_and(|threshold| severity.is_some_and(|severity| severity >= threshold))
    }

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

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
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

fn shard(text: &str) -> Result<Shard, String> {
    let (index, count) = text.split_once('/').ok_or("write it as I/N, the first of four as 1/4")?;
    match (index.parse::<u32>(), count.parse::<u32>()) {
        (Ok(index), Ok(count)) if (1..=count).contains(&index) => Ok(Shard { index: index - 1, count }),
        _ => Err("I and N are numbers, I from 1 to N".to_owned()),
    }
}

fn any_rule() -> PossibleValuesParser {
    PossibleValuesParser::new(cards::RULES.iter().chain(&cards::META_RULES).copied())
}
