//! `rearguard check`: from arguments and configuration to a report on the terminal and an exit code.
//!
//! Knows how options combine. Does not know how anything is analysed or drawn.
//! Invariant: an option on the command line wins over the configuration; `--ignore` adds to it.
//! Invariant: nothing is printed to standard output but reports.

use super::arguments::{Analysis, Check, FailOn, MinConfidence};
use super::config::{self, Config, OverrideSeverity};
use super::configuration::{self, Found};
use super::formats::{self, shown_path};
use super::{FAILED, FOUND, baseline, changed, history, output, progress, revision, stats};
use crate::findings::Severity;
use crate::findings::matching;
use crate::findings::overrides::{self, Override};
use crate::findings::report::{Fingerprints, Report, Stats, Status};
use crate::pipeline::{self, AnalysisError, Lowerings, Options, Progress};
use crate::report::printable::printable;
use crate::report::text;
use crate::rules::cards::SECRET_RULE;
use crate::source::discovery::{self, DiscoveryOptions, FileKind, FoundFile, Project, in_words};
use anstream::ColorChoice;
use globset::{Glob, GlobSetBuilder};
use std::fmt::Write as _;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the check; an error is one sentence for the user.
pub(super) fn run(check: &Check, color: ColorChoice) -> Result<ExitCode, String> {
    let to_stdout = check.format.iter().filter(|output| output.file.is_none()).count();
    if to_stdout > 1 {
        return Err("only one format can go to standard output: write the others as FORMAT=FILE".to_owned());
    }
    let given = Given::read(check)?;
    let project = discovery::project_of(&given.paths).map_err(|error| error.to_string())?;
    let Found { config, file } = configuration::of(&project, &check.analysis)?;
    let mut options = options(&check.analysis, &config, &project);
    options.measure = check.stats;
    options.shard = check.shard;
    options.keep_suppressed = check.show_suppressed;
    options.lowerings = (check.since.is_some() || check.staged).then(Lowerings::default);
    let changed = check.diff.as_deref().map(changed::read).transpose()?;
    if let Some((path, bytes)) = given.unsaved {
        let path = below(&project.root, &path)?;
        options.scope = vec![path.clone()];
        options.unsaved = Some((path, bytes));
    }
    let mut report = if given.is_nothing {
        Report::default()
    } else if check.history {
        select_secrets(&mut options)?;
        progress::with_bar(check.quiet, |progress| history::check(&project.root, &options, progress))?
    } else {
        let staged = if check.staged { Some(revision::index(&project.root)?) } else { None };
        let root = staged.as_ref().map_or(project.root.as_path(), |state| state.project.as_path());
        progress::with_bar(check.quiet, |progress| pipeline::check(root, &options, progress))
            .map_err(|error| failure(&error, &project.root, file.as_deref()))?
    };
    let before = match &check.since {
        Some(since) => Some(revision::since(&project.root, since)?),
        None if check.staged => Some(revision::head(&project.root)?),
        None => None,
    };
    let old = match before {
        Some(before) if !report.findings.is_empty() => Some(subtract(&mut report, &before.project, &options)?),
        Some(_) => Some(0),
        None => None,
    };
    overrides::apply(&mut report, &overridden(&config));
    let known = match &check.baseline {
        Some(path) => Some(baseline::subtract(&mut report, path, check.show_suppressed)?),
        None => None,
    };
    let elsewhere = changed.map(|changed| changed.limit(&mut report, &formats::folder_in_repository(&project.root)));
    for output in &check.format {
        formats::write(&report, output, &project.root, color)?;
    }
    comment(
        check,
        &report,
        &project.root,
        [(known, "known to the baseline"), (old, "not new"), (elsewhere, "not on changed lines")],
    );
    if check.verbose {
        surroundings(&report, &project.root, file.as_deref());
    }
    let fail_on = check.fail_on.or(config.fail_on).unwrap_or(FailOn::Minor);
    if check.strict && report.status() == Status::Incomplete {
        return Ok(ExitCode::from(FAILED));
    }
    let fails = fail_on.threshold().is_some_and(|threshold| report.reaches(threshold));
    Ok(if fails && !check.exit_zero { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

/// Other rules say nothing about code that is gone.
fn select_secrets(options: &mut Options) -> Result<(), String> {
    let others: Vec<&str> = options.select.iter().map(String::as_str).filter(|rule| *rule != SECRET_RULE).collect();
    if !others.is_empty() || options.ignore.iter().any(|rule| rule == SECRET_RULE) {
        return Err(format!("--history looks for {SECRET_RULE} alone: leave other rules out of --select"));
    }
    options.select = vec![SECRET_RULE.to_owned()];
    Ok(())
}

/// The report on all of the project that a path lies in, as a check with these options would find it.
pub(super) fn of_whole_project(path: &Path, analysis: &Analysis) -> Result<Report, String> {
    let mut project = discovery::project_of(&[path.to_path_buf()]).map_err(|error| error.to_string())?;
    project.scope.clear();
    let Found { config, file } = configuration::of(&project, analysis)?;
    let options = options(analysis, &config, &project);
    let mut report = progress::with_bar(false, |progress| pipeline::check(&project.root, &options, progress))
        .map_err(|error| failure(&error, &project.root, file.as_deref()))?;
    overrides::apply(&mut report, &overridden(&config));
    Ok(report)
}

/// Why there is no report; the built-in models hold, so that a wrong one stands in the configuration.
fn failure(error: &AnalysisError, root: &Path, configuration: Option<&Path>) -> String {
    match (error, configuration) {
        (AnalysisError::Model(error), Some(file)) => {
            let shown = file.strip_prefix(root).ok().and_then(Path::to_str);
            let shown = shown.map_or_else(|| file.display().to_string(), |name| shown_path(root, name));
            format!("{shown}: {error}")
        }
        _ => error.to_string(),
    }
}

/// Takes out of a report what is found in an earlier state of the project too; says how many. All of that state counts,
/// whatever is reported on: code may have come from elsewhere.
fn subtract(report: &mut Report, before: &Path, options: &Options) -> Result<usize, String> {
    let options = Options { scope: Vec::new(), unsaved: None, measure: false, ..options.clone() };
    let old = pipeline::check(before, &options, &Progress::default()).map_err(|error| error.to_string())?;
    let prints = |report: &Report| -> Vec<Fingerprints> {
        report.findings.iter().map(|reported| reported.fingerprints.clone()).collect()
    };
    let (found, known) = (prints(report), prints(&old));
    let pairs = matching::pairs(&found.iter().collect::<Vec<_>>(), &known.iter().collect::<Vec<_>>());
    let count = report.findings.len();
    let mut pairs = pairs.into_iter();
    report.findings.retain(|_| pairs.next().flatten().is_none());
    Ok(count - report.findings.len())
}

/// Prints the files that a check of these paths would report on, one a line.
pub(super) fn list_files(paths: &[PathBuf]) -> Result<(), String> {
    let project = discovery::project_of(paths).map_err(|error| error.to_string())?;
    let Found { config, .. } = configuration::of_project(&project.root)?;
    let root = project.root.clone();
    let wanted = DiscoveryOptions { exclude: config.exclude, threads: 0 };
    let found = discovery::files_of(project, &wanted).map_err(|error| error.to_string())?;
    for (path, reason) in &found.unreadable {
        output::warn(&format!("{}: {reason}", shown_path(&root, path)));
    }
    let code = |file: &&FoundFile| file.is_reported && matches!(file.kind, FileKind::Code(_) | FileKind::Template);
    let lines =
        found.files.iter().filter(code).map(|file| printable(&shown_path(&root, &file.path)).into_owned() + "\n");
    output::to_stdout(&lines.collect::<String>(), ColorChoice::Never)
}

/// What is to be reported on, as it was given.
struct Given {
    paths: Vec<PathBuf>,
    /// A list of paths was given, and nothing in it is there to be analysed.
    is_nothing: bool,
    /// A file whose content stands on standard input.
    unsaved: Option<(PathBuf, Arc<[u8]>)>,
}

impl Given {
    fn read(check: &Check) -> Result<Given, String> {
        if let Some(path) = &check.stdin_filename {
            let mut bytes = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut bytes);
            read.map_err(|error| format!("cannot read standard input: {}", in_words(&error)))?;
            // The file need not exist; the folder that it would lie in says which project it belongs to.
            let folder =
                path.ancestors().skip(1).find(|folder| folder.is_dir()).filter(|folder| *folder != Path::new(""));
            let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf);
            return Ok(Given { paths: vec![folder], is_nothing: false, unsaved: Some((path.clone(), bytes.into())) });
        }
        let Some(file) = &check.files_from else {
            return Ok(Given { paths: check.paths(), is_nothing: false, unsaved: None });
        };
        let mut bytes = Vec::new();
        let read = if file == Path::new("-") {
            io::stdin().lock().read_to_end(&mut bytes).map(drop)
        } else {
            std::fs::read(file).map(|text| bytes = text)
        };
        read.map_err(|error| format!("cannot read `{}`: {}", file.display(), in_words(&error)))?;
        let text =
            String::from_utf8(bytes).map_err(|_| format!("cannot read `{}`: it is not UTF-8 text", file.display()))?;
        let separator = if text.contains('\0') { '\0' } else { '\n' };
        let listed = text.split(separator).map(|line| line.trim_end_matches('\r')).filter(|line| !line.is_empty());
        let mut paths = check.paths.clone();
        // Lists of changed files name deleted ones too.
        paths.extend(listed.map(PathBuf::from).filter(|path| path.exists()));
        let is_nothing = paths.is_empty();
        if is_nothing {
            paths.push(PathBuf::from("."));
        }
        Ok(Given { paths, is_nothing, unsaved: None })
    }
}

/// A path that need not exist, relative to the project's root.
fn below(root: &Path, path: &Path) -> Result<String, String> {
    let whole = std::path::absolute(path).map_err(|error| error.to_string())?;
    let whole = match (whole.parent().and_then(|folder| folder.canonicalize().ok()), whole.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => whole,
    };
    let inside = whole.strip_prefix(root).ok().and_then(Path::to_str);
    inside
        .map(|path| path.replace('\\', "/"))
        .ok_or_else(|| format!("`{}` does not lie in the project `{}`", path.display(), root.display()))
}

fn options(analysis: &Analysis, config: &Config, project: &Project) -> Options {
    let min_confidence = analysis.min_confidence.or(config.min_confidence).unwrap_or(MinConfidence::Medium);
    let select = if analysis.select.is_empty() { &config.select } else { &analysis.select };
    Options {
        threads: analysis.threads.map(std::num::NonZero::get),
        min_confidence: min_confidence.confidence(),
        select: select.clone(),
        ignore: analysis.ignore.iter().chain(&config.ignore).cloned().collect(),
        scope: project.scope.clone(),
        exclude: config.exclude.clone(),
        pedantic: analysis.pedantic,
        tests: analysis.tests || config.tests == Some(true),
        error_handlers: config.error_handlers.clone(),
        models: config.models.clone(),
        ..Options::default()
    }
}

/// What stands on standard error behind a report: problems, the summary, figures.
fn comment(check: &Check, report: &Report, root: &Path, known: [(Option<usize>, &str); 3]) {
    for problem in &report.problems {
        output::warn(&format!("{}: {}", shown_path(root, &problem.path), problem.reason));
    }
    if report.stats.in_scope == 0 {
        let paths: Vec<String> = check.paths().iter().map(|path| format!("`{}`", path.display())).collect();
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
        for (count, what) in known {
            if let Some(count) = count {
                let _ = write!(line, "; {count} {what}");
            }
        }
        output::say(&line);
    }
    if check.timings && !check.stats {
        for line in stats::timings(report).lines() {
            output::say(line);
        }
    }
    if check.stats {
        for line in stats::text(report).lines() {
            output::say(line);
        }
    }
}

/// What a run was about, for whoever wonders.
fn surroundings(report: &Report, root: &Path, configuration: Option<&Path>) {
    output::say(&format!("project: {}", root.display()));
    let file = configuration.map_or_else(|| "none".to_owned(), |file| file.display().to_string());
    output::say(&format!("configuration: {file}"));
    let Stats { files, suppressed, unsure, .. } = report.stats;
    output::say(&format!("{files} files read, {suppressed} findings suppressed, {unsure} below the confidence"));
}

/// The configuration's overrides, ready to be asked.
fn overridden(config: &Config) -> Vec<Override> {
    let one = |one: &config::Override| {
        let mut paths = GlobSetBuilder::new();
        for glob in &one.paths {
            paths.add(Glob::new(glob).expect("the configuration was checked"));
        }
        let severity = |severity: &OverrideSeverity| match severity {
            OverrideSeverity::Critical => Severity::Critical,
            OverrideSeverity::Major => Severity::Major,
            OverrideSeverity::Minor => Severity::Minor,
            OverrideSeverity::Info => Severity::Info,
        };
        Override {
            paths: paths.build().expect("each glob was checked"),
            select: one.select.clone(),
            ignore: one.ignore.clone(),
            severity: one.severity.iter().map(|(rule, wanted)| (rule.clone(), severity(wanted))).collect(),
        }
    };
    config.overrides.iter().map(one).collect()
}
