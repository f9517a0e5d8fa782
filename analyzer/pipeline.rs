//! The order of stages, and the only place that runs things in parallel.
//!
//! ```text
//! discover -> read -> parse -> lower -> rules (project, interpret, rules) -> suppress -> order -> report
//! ```
//!
//! Knows every stage. Does not know the terminal, formats or exit codes.
//! Invariant: a file that panics, or that no parser can finish, is that file's problem; the run goes on.
//! Invariant: `analyze` never touches the file system; `check` is discovery and reading, then `analyze`.

mod aside;
mod brought;
mod lowerings;
mod one_file;
mod options;
mod progress;
mod secrets;
mod texts;
mod visits;

pub use lowerings::Lowerings;
pub use options::{Options, Shard};
pub use progress::{Progress, Stage};

use crate::findings::fingerprint::{self, Snippets};
use crate::findings::report::{
    Fingerprints, Problem, Report, ReportedFile, ReportedFinding, Stats, Suppressed, SuppressedBy, Timings,
};
use crate::findings::suppression::{self, CommentedFile, KnownRules};
use crate::findings::{Finding, Severity, order};
use crate::flow::facts::FileFacts;
use crate::ir::{FnId, Module, StmtKind};
use crate::models::load::ModelError;
use crate::project::manifests::Manifest;
use crate::project::{self, AllModels, Project, Unit};
use crate::rules::cards::{self, RULES, SECRET_RULE};
use crate::source::classify;
use crate::source::discovery::{self, DiscoveryError, DiscoveryOptions, FileKind};
use crate::source::{FileId, Language, LineIndex, Span};
use crate::{rules, syntax};
use one_file::{Fate, Lowered, Outcome, read_and_take, take};
use rayon::prelude::*;
use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Stack of a worker, in bytes: the lowering and the interpreter recurse up to their depth caps (`lower::MAX_DEPTH`).
const STACK: usize = 16 << 20;

/// One file to analyse.
#[derive(Clone, Debug)]
pub struct Source {
    /// Relative to the project root, `/` separators, no leading `./`.
    pub path: String,
    pub bytes: Arc<[u8]>,
    pub kind: FileKind,
}

/// One file after lowering; its syntax tree is gone. A text has no language, and of a module its comments alone.
#[derive(Debug)]
pub struct LoweredFile {
    pub id: FileId,
    pub path: String,
    pub bytes: Arc<[u8]>,
    pub language: Option<Language>,
    pub is_template: bool,
    pub module: Arc<Module>,
}

/// Why there is no report at all.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
}

/// Analyses the project at `root`: discovery and reading, then what `analyze` does.
pub fn check(root: &Path, options: &Options, progress: &Progress) -> Result<Report, AnalysisError> {
    let start = Instant::now();
    with_pool(options.threads, || {
        // One thread reads the models while the others are already at the files.
        let (models, read) = rayon::join(
            || AllModels::with(&options.models),
            || -> Result<_, AnalysisError> {
                progress.enter(Stage::Discovering);
                let (mut files, problems) = discover(root, options)?;
                files.retain(|(_, kind)| !matches!(kind, FileKind::Text(_)) || runs(SECRET_RULE, options));
                let unsaved = options.unsaved.as_ref();
                if let Some((path, _)) = unsaved {
                    add_unsaved(path, &mut files);
                }
                progress.expect(files.len());
                progress.enter(Stage::Reading);
                let mut outcomes: Vec<Outcome> = files
                    .into_par_iter()
                    .map(|(path, kind)| {
                        let outcome = match unsaved {
                            Some((unsaved, bytes)) if *unsaved == path => {
                                take(Source { path, bytes: Arc::clone(bytes), kind }, options)
                            }
                            Some(_) | None => read_and_take(root, path, kind, options),
                        };
                        progress.advance(1);
                        outcome
                    })
                    .collect();
                wake(&mut outcomes, options);
                Ok((outcomes, problems))
            },
        );
        let models = models?;
        let (outcomes, problems) = read?;
        Ok(conclude(outcomes, problems, &models, options, progress, start))
    })
}

/// A file that is not on disk yet is analysed where it will lie; the files stay sorted.
fn add_unsaved(path: &str, files: &mut Vec<(String, FileKind)>) {
    let language = Path::new(path).extension().and_then(|name| Language::of_extension(name.to_str()?));
    if let (Some(language), Err(index)) = (language, files.binary_search_by(|(known, _)| known.as_str().cmp(path))) {
        files.insert(index, (path.to_owned(), FileKind::Code(language)));
    }
}

/// Analyses sources that are in memory.
pub fn analyze(sources: Vec<Source>, options: &Options, progress: &Progress) -> Result<Report, AnalysisError> {
    let start = Instant::now();
    with_pool(options.threads, || {
        let models = AllModels::with(&options.models)?;
        let mut sources = sources;
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        progress.expect(sources.len());
        progress.enter(Stage::Reading);
        let mut outcomes: Vec<Outcome> = sources
            .into_par_iter()
            .map(|source| {
                let outcome = take(source, options);
                progress.advance(1);
                outcome
            })
            .collect();
        wake(&mut outcomes, options);
        Ok(conclude(outcomes, Vec::new(), &models, options, progress, start))
    })
}

/// Runs `work` in a pool of its own, so that neither the thread count nor the stack size leaks into a host program.
fn with_pool<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .stack_size(STACK)
        .thread_name(|index| format!("rearguard-{index}"))
        .build()
        .expect("a pool of threads can be started")
        .install(work)
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether the current thread's panics become a problem in the report: a panic hook stays silent then.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Runs `work`; a panic becomes its message.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    result.map_err(|payload| {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        format!("internal error: {message}")
    })
}

/// Lowers what was left aside, where code that is analysed imports it.
fn wake(outcomes: &mut [Outcome], options: &Options) {
    let mut wanted: HashSet<String> = outcomes.par_iter().flat_map_iter(aside::tests_of).collect();
    while !wanted.is_empty() {
        let wake = |outcome| aside::wake(outcome, &wanted, options.lowerings.as_ref());
        wanted = outcomes.par_iter_mut().flat_map_iter(wake).collect();
    }
}

/// Everything after lowering, for the whole project.
fn conclude(
    outcomes: Vec<Outcome>,
    mut problems: Vec<Problem>,
    models: &AllModels,
    options: &Options,
    progress: &Progress,
    start: Instant,
) -> Report {
    progress.enter(Stage::Reasoning);
    let mut stats = Stats::default();
    let mut files = Vec::with_capacity(outcomes.len());
    let mut manifests = Vec::new();
    let mut texts = Vec::new();
    // What was not parsed is part of what any other analysis would parse.
    let mut left = Vec::new();
    for outcome in outcomes {
        stats.timings.read += outcome.timings.read;
        stats.timings.parse += outcome.timings.parse;
        stats.timings.lower += outcome.timings.lower;
        stats.timings.release += outcome.timings.release;
        texts.extend(outcome.text);
        match outcome.fate {
            Fate::Lowered(Lowered { bytes, language, is_template, module }) => {
                count(&mut stats, &bytes, &module, is_template);
                stats.in_scope += usize::from(options.reports_on(&outcome.path));
                let id = FileId(files.len() as u32);
                files.push(LoweredFile {
                    id,
                    path: outcome.path,
                    bytes,
                    language: Some(language),
                    is_template,
                    module,
                });
            }
            Fate::Manifest(bytes, kind) => manifests.push(Manifest { path: outcome.path, bytes, kind }),
            Fate::Read => stats.in_scope += usize::from(options.reports_on(&outcome.path)),
            Fate::Aside(language, bytes) => {
                stats.aside += 1;
                stats.aside_bytes += bytes.len() as u64;
                stats.in_scope += usize::from(options.reports_on(&outcome.path));
                if options.measure {
                    left.push((language, bytes));
                }
            }
            Fate::Skipped => stats.skipped += 1,
            Fate::Failed(reason) => problems.push(Problem { path: outcome.path, reason }),
        }
    }
    files.extend(brought::of(&files, models));
    let mut found = reason(&files, &manifests, models, options, &mut stats.timings, &mut problems);
    let files = texts::add(files, texts, &mut found);
    problems.sort();
    let secrets = secrets::spans(&found);
    let (mut findings, mut suppressed) = judge(&files, found, options, &mut stats);
    let is_wanted = |reported: &ReportedFinding| options.reports_on(&file_of(&files, reported.finding.file).path);
    findings.retain(is_wanted);
    suppressed.retain(|suppressed| is_wanted(&suppressed.reported));
    let all = findings.iter_mut().chain(suppressed.iter_mut().map(|suppressed| &mut suppressed.reported));
    secrets::redact(&files, all.map(|reported| &mut reported.finding), &secrets);
    let all = findings.iter().chain(suppressed.iter().map(|suppressed| &suppressed.reported));
    let reported = reported_files(&files, all.map(|reported| &reported.finding), &secrets);
    stats.timings.whole = start.elapsed();
    if options.measure {
        left.extend(
            files
                .iter()
                .filter(|file| !file.is_template)
                .filter_map(|file| Some((file.language?, Arc::clone(&file.bytes)))),
        );
        stats.timings.floor = Some(floor(&left));
    }
    Report { findings, suppressed, problems, files: reported, stats }
}

/// Project, interpretation and rules over all lowered files.
fn reason(
    files: &[LoweredFile],
    manifests: &[Manifest],
    models: &AllModels,
    options: &Options,
    timings: &mut Timings,
    problems: &mut Vec<Problem>,
) -> Vec<Finding> {
    let from = Instant::now();
    let units: Vec<Unit> =
        files.par_iter().map(|file| Unit::new(file.as_lowered(), models.of(file.language().family()))).collect();
    let project = Project::new(units, manifests, models);
    timings.project = from.elapsed();
    let from = Instant::now();
    let facts = visits::interpret(files, &project, options, problems);
    timings.interpret = from.elapsed();
    let from = Instant::now();
    let across = rules::Across::of(&project, &facts);
    let outcomes: Vec<Result<(Vec<Finding>, rules::Spent), String>> = files
        .par_iter()
        .zip(&facts)
        .map(|(file, facts)| guarded(|| judge_file(file, facts, &across, &project, options)))
        .collect();
    timings.rules = from.elapsed();
    let mut found = Vec::new();
    for (file, outcome) in files.iter().zip(outcomes) {
        match outcome {
            Ok((findings, spent)) => {
                found.extend(findings);
                for (sum, spent) in timings.by_rule.iter_mut().zip(spent) {
                    *sum += spent;
                }
            }
            Err(reason) => problems.push(Problem { path: file.path.clone(), reason }),
        }
    }
    rules::settle(&mut found);
    found
}

fn judge_file(
    file: &LoweredFile,
    facts: &FileFacts,
    across: &rules::Across,
    project: &Project,
    options: &Options,
) -> (Vec<Finding>, rules::Spent) {
    if file.is_generated() {
        return <_>::default();
    }
    let input = rules::Input {
        project,
        unit: project.unit(file.id),
        models: project.models_of(file.id),
        facts,
        across,
        is_test: is_quiet_test(&file.path, options),
        error_handlers: &options.error_handlers,
    };
    rules::of_file(&input)
}

/// Whether a file is test code that this run does not report on, but for what is severe anywhere.
fn is_quiet_test(path: &str, options: &Options) -> bool {
    !options.tests && classify::is_test_path(path)
}

impl LoweredFile {
    /// Whether a program wrote the file: it is read for what it declares and never reported.
    fn is_generated(&self) -> bool {
        classify::is_generated(&self.path, &self.bytes[..self.bytes.len().min(2 << 10)])
    }

    /// Of a file that was lowered.
    fn language(&self) -> Language {
        self.language.expect("only code is lowered, and code has a language")
    }

    fn as_lowered(&self) -> project::Lowered {
        project::Lowered {
            file: self.id,
            path: self.path.clone(),
            language: self.language(),
            is_template: self.is_template,
            module: self.module.clone(),
            bytes: self.bytes.clone(),
        }
    }
}

fn file_of(files: &[LoweredFile], id: FileId) -> &LoweredFile {
    let index = files.binary_search_by_key(&id, |file| file.id).expect("a finding lies in a lowered file");
    &files[index]
}

/// From what the rules found to what is printed: order, identity, the comments in the code, the wanted confidence.
fn judge(
    files: &[LoweredFile],
    mut found: Vec<Finding>,
    options: &Options,
    stats: &mut Stats,
) -> (Vec<ReportedFinding>, Vec<Suppressed>) {
    found.retain(|finding| runs(finding.rule, options));
    order::sort(&mut found);
    // Identities come first: neither a comment nor an option may change those of other findings.
    let mut identities = identities(files, &found).into_iter();
    let ran: Vec<&'static str> = RULES.into_iter().filter(|rule| runs(rule, options)).collect();
    let rules = KnownRules { all: &RULES, ran: &ran, equivalents: cards::equivalents() };
    let mut found = found.into_iter().peekable();
    let mut kept = Vec::new();
    let mut suppressed = Vec::new();
    let mut complaints = Vec::new();
    for file in files {
        let own: Vec<Finding> = std::iter::from_fn(|| found.next_if(|finding| finding.file == file.id)).collect();
        let commented = CommentedFile {
            id: file.id,
            bytes: &file.bytes,
            comments: &file.module.comments,
            statements: if own.is_empty() { Vec::new() } else { plain_statements(&file.module) },
            is_reported: !is_quiet_test(&file.path, options) && !file.is_generated(),
        };
        let outcome = suppression::apply(&commented, &own, rules);
        for ((finding, fingerprints), accepted) in own.into_iter().zip(&mut identities).zip(outcome.accepted) {
            let Some(reason) = accepted else {
                if is_wanted(&finding, options, stats) {
                    kept.push(ReportedFinding { finding, fingerprints });
                }
                continue;
            };
            stats.suppressed += 1;
            // What would not be reported without its comment is none of a reader's business.
            if options.keep_suppressed && is_wanted(&finding, options, &mut Stats::default()) {
                let reported = ReportedFinding { finding, fingerprints };
                let reason = Some(reason).filter(|reason| !reason.is_empty());
                suppressed.push(Suppressed { reported, by: SuppressedBy::Comment, reason });
            }
        }
        complaints.extend(outcome.complaints.into_iter().filter(|finding| runs(finding.rule, options)).map(
            |mut finding| {
                finding.symbol = enclosing_symbol(&file.module, finding.span);
                finding
            },
        ));
    }
    order::sort(&mut complaints);
    let identities = self::identities(files, &complaints);
    kept.extend(
        complaints.into_iter().zip(identities).map(|(finding, fingerprints)| ReportedFinding { finding, fingerprints }),
    );
    kept.sort_by(|a, b| order::compare(&a.finding, &b.finding));
    (kept, suppressed)
}

fn identities(files: &[LoweredFile], sorted: &[Finding]) -> Vec<Fingerprints> {
    fingerprint::of_sorted(sorted, |finding| {
        let file = file_of(files, finding.file);
        Snippets { path: &file.path, bytes: &file.bytes, comments: &file.module.comments }
    })
}

/// Whether `--select` and `--ignore` leave a rule on.
fn runs(rule: &str, options: &Options) -> bool {
    let names = |list: &[String]| list.iter().any(|name| name == rule);
    (options.select.is_empty() || names(&options.select)) && !names(&options.ignore)
}

fn is_wanted(finding: &Finding, options: &Options, stats: &mut Stats) -> bool {
    if finding.severity == Severity::Pedantic && !options.pedantic {
        return false;
    }
    let is_sure = finding.confidence >= options.min_confidence;
    stats.unsure += usize::from(!is_sure);
    is_sure
}

/// Statements without a body of their own.
fn plain_statements(module: &Module) -> Vec<Span> {
    let plain = module.stmts.iter().filter(|stmt| match &stmt.kind {
        StmtKind::Expr(_)
        | StmtKind::Assign { .. }
        | StmtKind::Return(_)
        | StmtKind::Raise(_)
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Delete(_)
        | StmtKind::Defer(_)
        | StmtKind::Spawn(_) => true,
        StmtKind::Branch { .. }
        | StmtKind::Switch { .. }
        | StmtKind::Loop(_)
        | StmtKind::Try(_)
        | StmtKind::With { .. }
        | StmtKind::Define(_)
        | StmtKind::DefineClass(_)
        | StmtKind::Block(_) => false,
    });
    plain.map(|stmt| stmt.span).collect()
}

fn enclosing_symbol(module: &Module, span: Span) -> String {
    let holds = |id: &usize| module.functions[*id].span.contains(span);
    let length = |id: &usize| module.functions[*id].span.end - module.functions[*id].span.start;
    let innermost = (0..module.functions.len()).filter(holds).min_by_key(length);
    innermost.map(|id| module.qualified_name(FnId(id as u32))).unwrap_or_default()
}

fn count(stats: &mut Stats, bytes: &[u8], module: &Module, is_template: bool) {
    stats.files += 1;
    stats.bytes += bytes.len() as u64;
    if is_template {
        stats.templates += 1;
        return;
    }
    stats.partial += usize::from(module.stats.errors > 0);
    stats.errors += u64::from(module.stats.errors);
    stats.nodes += u64::from(module.stats.nodes);
    stats.opaque += u64::from(module.stats.opaque);
}

fn reported_files<'a>(
    files: &[LoweredFile],
    findings: impl Iterator<Item = &'a Finding>,
    secrets: &BTreeMap<FileId, Vec<Span>>,
) -> BTreeMap<FileId, ReportedFile> {
    let mut wanted = BTreeMap::new();
    for finding in findings {
        for id in std::iter::once(finding.file).chain(finding.related.iter().map(|related| related.file)) {
            wanted.entry(id).or_insert_with(|| {
                let file = file_of(files, id);
                ReportedFile {
                    path: file.path.clone(),
                    bytes: Arc::clone(&file.bytes),
                    lines: LineIndex::new(&file.bytes),
                    secrets: secrets.get(&id).cloned().unwrap_or_default(),
                }
            });
        }
    }
    wanted
}

/// The least that any analysis on syntax trees costs: parse every file once more and visit each node once.
fn floor(files: &[(Language, Arc<[u8]>)]) -> Duration {
    let from = Instant::now();
    files.par_iter().for_each(|(language, bytes)| {
        if let Ok(tree) = syntax::parse(*language, bytes) {
            std::hint::black_box(syntax::node_count(&tree));
        }
    });
    from.elapsed()
}

/// The project's sources, as far as `.gitignore` and the configuration let them be read.
#[expect(clippy::type_complexity, reason = "two lists for its one caller")]
fn discover(root: &Path, options: &Options) -> Result<(Vec<(String, FileKind)>, Vec<Problem>), DiscoveryError> {
    let project = discovery::Project { root: root.to_path_buf(), scope: options.scope.clone() };
    let wanted = DiscoveryOptions { exclude: options.exclude.clone(), threads: options.threads.unwrap_or(0) };
    let found = discovery::files_of(project, &wanted)?;
    let problems = found.unreadable.into_iter().map(|(path, reason)| Problem { path, reason });
    Ok((found.files.into_iter().map(|file| (file.path, file.kind)).collect(), problems.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::discovery::ProjectFile;

    fn source(path: &str, text: &str) -> Source {
        let extension = path.rsplit('.').next().expect("paths here have one");
        let language = Language::of_extension(extension).expect("paths here are code");
        Source { path: path.to_owned(), bytes: text.as_bytes().into(), kind: FileKind::Code(language) }
    }

    #[test]
    fn sources_in_memory_are_analysed_and_ordered_by_path() {
        let sources = vec![
            source("b.go", "package b\n// rearguard: ignore\n"),
            source("a.go", "package a\n// rearguard: ignore\n"),
        ];
        let report = analyze(sources, &Options::default(), &Progress::default()).expect("the models load");
        let paths: Vec<&str> =
            report.findings.iter().map(|reported| report.file(reported.finding.file).path.as_str()).collect();
        assert_eq!(paths, ["a.go", "b.go"]);
        assert_eq!((report.stats.files, report.problems.len()), (2, 0));
    }

    #[test]
    fn what_did_not_change_is_lowered_once() {
        let options = Options { lowerings: Some(Lowerings::default()), ..Options::default() };
        let run = |sources| analyze(sources, &options, &Progress::default()).expect("the built-in models are valid");
        let before = run(vec![source("a.py", "try:\n    f()\nexcept Exception:\n    pass\n")]);
        let moved = run(vec![source("b.py", "try:\n    f()\nexcept Exception:\n    pass\n")]);
        assert!(!before.stats.timings.lower.is_zero());
        assert_eq!(moved.stats.timings.lower, Duration::ZERO);
        assert_eq!((before.findings.len(), moved.findings.len()), (1, 1));
    }

    #[test]
    fn project_files_are_no_code_and_broken_ones_no_problem() {
        let kinds = [("package.json", ProjectFile::PackageJson), ("tsconfig.json", ProjectFile::TsConfig)];
        let broken = |(path, kind): (&str, ProjectFile)| Source {
            path: path.to_owned(),
            bytes: b"{ \xff".as_slice().into(),
            kind: FileKind::Project(kind),
        };
        let sources = kinds.into_iter().map(broken).chain([source("a.ts", "export const a = 1;\n")]).collect();
        let report = analyze(sources, &Options::default(), &Progress::default()).expect("the models load");
        assert_eq!((report.stats.files, report.problems.len()), (1, 0));
    }

    #[test]
    fn tests_are_parsed_where_a_token_may_stand_or_other_code_imports_them() {
        let token = format!("TOKEN = \"gh{}\"\n", "p_0123456789abcdefghijABCDEFGHIJ0123KpXzQ7");
        let run = |sources, tests| {
            let options = Options { tests, ..Options::default() };
            analyze(sources, &options, &Progress::default()).expect("the built-in models are valid").stats
        };
        let sources = || {
            vec![
                source("app/views.py", "from app.testing.fakes import Store\n"),
                source("app/testing/fakes.py", "from .base import Base\n"),
                source("app/testing/base.py", "class Base: pass\n"),
                source("app/testing/other.py", "class Other: pass\n"),
                source("tests/test_views.py", "from app.testing.other import Other\n"),
                source("tests/test_token.py", &token),
                source("store/store.go", "package store\n\nimport \"x/testing\"\n"),
                source("testing/store_test.go", "package testing\n"),
            ]
        };
        let stats = run(sources(), false);
        assert_eq!((stats.files, stats.aside), (5, 3));
        assert_eq!(stats.in_scope, 8);
        let stats = run(sources(), true);
        assert_eq!((stats.files, stats.aside), (8, 0));
    }

    #[test]
    fn a_panic_becomes_a_sentence() {
        assert_eq!(guarded(|| 1), Ok(1));
        let panic: Result<(), String> = guarded(|| panic!("index 3 of {}", 2));
        assert_eq!(panic, Err("internal error: index 3 of 2".to_owned()));
        assert!(!is_guarded());
    }
}
