//! `rearguard check`: from arguments and configuration to a report on the terminal and an exit code.
//!
//! Knows how options combine. Does not know how anything is analysed or drawn.
//! Invariant: an option on the command line wins over the configuration; `--ignore` adds to it.
//! Invariant: nothing is printed to standard output but reports.

use super::arguments::{Check, FailOn, Format, MinConfidence, Output};
use super::config::{self, Config};
use super::{FAILED, output, progress, shown, stats};
use crate::findings::report::{Report, Status};
use crate::pipeline::{self, Options};
use crate::report::{concise, github, gitlab, json, markdown, rdjson, sarif, text, xml};
use crate::source::discovery::{self, Project, in_words};
use anstream::ColorChoice;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

const FOUND: u8 = 1;

/// Runs the check; an error is one sentence for the user.
pub(super) fn run(check: &Check, color: ColorChoice) -> Result<ExitCode, String> {
    let to_stdout = check.format.iter().filter(|output| output.file.is_none()).count();
    if to_stdout > 1 {
        return Err("only one format can go to standard output: write the others as FORMAT=FILE".to_owned());
    }
    let project = discovery::project_of(&check.paths).map_err(|error| error.to_string())?;
    let config = configuration(&project.root)?;
    let options = options(check, &config, &project);
    let report = progress::with_bar(check.quiet, |progress| pipeline::check(&project.root, &options, progress))
        .map_err(|error| error.to_string())?;
    for output in &check.format {
        write(&report, output, &project.root, color)?;
    }
    comment(check, &report, &project.root);
    let fail_on = check.fail_on.or(config.fail_on).unwrap_or(FailOn::Minor);
    if check.strict && report.status() == Status::Incomplete {
        return Ok(ExitCode::from(FAILED));
    }
    let fails = fail_on.threshold().is_some_and(|threshold| report.reaches(threshold));
    Ok(if fails && !check.exit_zero { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

fn configuration(root: &Path) -> Result<Config, String> {
    let Some(name) = discovery::CONFIGURATION.into_iter().find(|name| root.join(name).is_file()) else {
        return Ok(Config::default());
    };
    let path = root.join(name);
    let shown = path.display();
    let text = std::fs::read(&path).map_err(|error| format!("cannot read `{shown}`: {}", in_words(&error)))?;
    let text = String::from_utf8(text).map_err(|_| format!("cannot read `{shown}`: it is not UTF-8 text"))?;
    config::parse(&text).map_err(|error| format!("{}:{}: {}", shown_path(root, name), error.line, error.problem))
}

fn options(check: &Check, config: &Config, project: &Project) -> Options {
    let min_confidence = check.min_confidence.or(config.min_confidence).unwrap_or(MinConfidence::Medium);
    let select = if check.select.is_empty() { &config.select } else { &check.select };
    Options {
        threads: check.threads.map(std::num::NonZero::get),
        min_confidence: min_confidence.confidence(),
        select: select.clone(),
        ignore: check.ignore.iter().chain(&config.ignore).cloned().collect(),
        scope: project.scope.clone(),
        exclude: config.exclude.clone(),
        pedantic: check.pedantic,
        tests: check.tests || config.tests == Some(true),
        error_handlers: config.error_handlers.clone(),
        models: config.models.clone(),
        measure: check.stats,
    }
}

fn write(report: &Report, output: &Output, root: &Path, color: ColorChoice) -> Result<(), String> {
    let is_terminal = output.file.is_none();
    let base = folder_in_repository(root);
    let text = match output.format {
        Format::Json => json::render(report),
        Format::Jsonl => json::render_lines(report),
        Format::Concise => concise::render(report, &|path| shown_path(root, path)),
        Format::Sarif => sarif::render(report, &base),
        Format::Github => github::render(report, &base),
        Format::Gitlab => gitlab::code_quality(report, &base),
        Format::GitlabSast => gitlab::sast(report, &base, &now()),
        Format::Junit => xml::junit(report, &base),
        Format::Checkstyle => xml::checkstyle(report, &base),
        Format::Rdjson => rdjson::render(report, &base),
        Format::Markdown => markdown::render(report, &base),
        Format::Text => text::render(
            report,
            &text::Style {
                color: is_terminal && output::has_color(color),
                width: output::width(),
                path: &|path| shown_path(root, path),
            },
        ),
    };
    match &output.file {
        Some(file) => output::to_file(file, &text),
        None => output::to_stdout(&text, color),
    }
}

/// The time in UTC as GitLab wants it; its SAST schema does without a time zone, and not without a time.
fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string().trim_end_matches('Z').to_owned()
}

/// The project's folder as its repository names it; empty when the project is the repository, or lies in none.
fn folder_in_repository(root: &Path) -> String {
    let repository = root.ancestors().find(|folder| folder.join(".git").exists());
    repository.and_then(|repository| shown::relative(repository, root)).unwrap_or_default()
}

/// A path of the project as seen from the working directory.
fn shown_path(root: &Path, path: &str) -> String {
    let whole = root.join(path);
    let current = std::env::current_dir().and_then(|current| current.canonicalize());
    match current.ok().and_then(|current| shown::relative(&current, &whole)) {
        Some(shown) => shown,
        None => whole.to_string_lossy().into_owned(),
    }
}

/// What stands on standard error behind a report: problems, the summary, figures.
fn comment(check: &Check, report: &Report, root: &Path) {
    for problem in &report.problems {
        output::warn(&format!("{}: {}", shown_path(root, &problem.path), problem.reason));
    }
    if report.stats.in_scope == 0 {
        let paths: Vec<String> = check.paths.iter().map(|path| format!("`{}`", path.display())).collect();
        output::warn(&format!(
            "nothing to analyse in {}: no Python, TypeScript, JavaScript or Go file",
            paths.join(", ")
        ));
    }
    if !check.quiet {
        let mut line = format!("{}, {:.1} s", text::summary(report), report.stats.timings.whole.as_secs_f64());
        for (count, what) in
            [(report.problems.len(), "could not be analysed"), (report.stats.skipped, "skipped (bundles, binaries)")]
        {
            if count > 0 {
                let noun = if count == 1 { "file" } else { "files" };
                let _ = write!(line, "; {count} {noun} {what}");
            }
        }
        output::say(&line);
    }
    if check.stats {
        for line in stats::text(report).lines() {
            output::say(line);
        }
    }
}
