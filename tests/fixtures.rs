//! Rule fixtures: every folder `fixtures/<rule>/<case>/` is a small project whose findings are those its comments announce.
//! So is every folder `fixtures/projects/<case>/`: what only several files together show, of any rule.
//!
//! Paths are relative to the case's folder, so that `tests/` or `settings/` below it means what it does in a project.
//! `support/annotations.rs` says how comments announce findings, `support/placeholders.rs` how secrets are made. The
//! annotations are taken out before the analysis: what a comment says may count for a rule.
//! Invariant: every finding that is printed by default needs an annotation, and one annotation counts for one finding.

#[path = "support/annotations.rs"]
mod annotations;
#[path = "support/placeholders.rs"]
mod placeholders;

use annotations::{Annotation, Kind};
use rearguard::analyze;
use rearguard::findings::report::{Report, ReportedFile};
use rearguard::findings::{Finding, Severity};
use rearguard::pipeline::{Options, Progress, Source};
use rearguard::rules::cards::RULES;
use rearguard::source::discovery::{FileKind, ProjectFile, kind_at};
use rearguard::source::text::TextFormat;
use rearguard::source::{Family, Language};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{} cannot be listed: {error}", folder.display()))
        .map(|entry| entry.expect("a folder's entry can be read").path())
        .collect();
    found.sort();
    found
}

/// One file of a case.
struct File {
    source: Source,
    annotations: Vec<Annotation>,
    /// Some line is announced to have no finding.
    has_silent: bool,
}

/// The files of a case that are read: code, and what says something about it.
fn files(case: &Path) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![case.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if let Some((relative, kind)) = kind_in(case, &path) {
                let text = fs::read_to_string(&path).expect("a fixture is text");
                let has_silent = text.contains("silent:");
                let (text, annotations) = match kind {
                    FileKind::Code(language) => annotations::take(&text, comment(language)),
                    FileKind::Template => annotations::take(&text, "{#"),
                    FileKind::Text(format) => annotations::take(&text, comment_of_text(format)),
                    FileKind::Project(ProjectFile::Environment) => annotations::take(&text, "#"),
                    FileKind::Project(_) => (text, Vec::new()),
                };
                let source = Source { path: relative, bytes: placeholders::fill(&text).into_bytes().into(), kind };
                files.push(File { source, annotations, has_silent });
            }
        }
    }
    files
}

/// The path of a file below the case's folder, and what it is there.
fn kind_in(case: &Path, path: &Path) -> Option<(String, FileKind)> {
    let relative = path.strip_prefix(case).expect("it lies below the case");
    let relative = relative.to_string_lossy().replace('\\', "/");
    let kind = kind_at(&relative)?;
    Some((relative, kind))
}

fn is_of(file: &File, family: Family) -> bool {
    matches!(file.source.kind, FileKind::Code(language) if language.family() == family)
}

fn comment(language: Language) -> &'static str {
    match language.family() {
        Family::Python => "#",
        Family::TypeScript | Family::Go => "//",
    }
}

/// What opens an annotation in a text; it is taken out, so that formats without comments can have them too.
fn comment_of_text(format: TextFormat) -> &'static str {
    match format {
        TextFormat::Json | TextFormat::Notebook => "//",
        TextFormat::Xml => "<!--",
        TextFormat::Sql => "--",
        TextFormat::Ini => ";",
        TextFormat::Environment
        | TextFormat::Shell
        | TextFormat::Dockerfile
        | TextFormat::Yaml
        | TextFormat::Toml
        | TextFormat::Terraform
        | TextFormat::Netrc
        | TextFormat::Plain => "#",
    }
}

/// The folder of cases that need several files.
const PROJECTS: &str = "projects";

#[test]
fn findings_are_those_that_fixtures_announce() {
    let folders = RULES.iter().copied().chain([PROJECTS]);
    let cases: Vec<PathBuf> = folders.flat_map(|folder| entries(&root().join(folder))).collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let failed = judge(case);
                    failures.lock().expect("no case panics with the lock").insert(case.clone(), failed);
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no case panics with the lock");
    assert_eq!(failures.len(), cases.len());
    let lines: Vec<String> = failures.into_values().flatten().collect();
    assert!(lines.is_empty(), "{} lines differ:\n{}", lines.len(), lines.join("\n"));
}

/// What differs between a case's findings and its annotations.
fn judge(case: &Path) -> Vec<String> {
    let files = files(case);
    let sources = files.iter().map(|file| file.source.clone()).collect();
    // Cases run in parallel, and each is small.
    let options = Options { threads: Some(1), ..Options::default() };
    let report = analyze(sources, &options, &Progress::default()).expect("the built-in models load");
    let name = case.strip_prefix(root()).expect("cases lie below the fixtures").display().to_string();
    let mut failures: Vec<String> =
        report.problems.iter().map(|problem| format!("{name}/{}: {}", problem.path, problem.reason)).collect();
    for file in &files {
        let place = format!("{name}/{}", file.source.path);
        failures.extend(differences(&place, &file.annotations, &findings_of(&report, &file.source.path)));
    }
    failures
}

/// A finding and its lines, first and last, 1-based.
struct Found<'a> {
    finding: &'a Finding,
    first: u32,
    last: u32,
}

/// The findings of a file, those of few lines first: a finding about a class leaves inner lines to those within.
fn findings_of<'a>(report: &'a Report, path: &str) -> Vec<Found<'a>> {
    let lines = |file: &ReportedFile, finding: &Finding| file.lines.lines(finding.span);
    let mut found: Vec<Found<'_>> = report
        .findings
        .iter()
        .filter(|reported| reported.finding.severity >= Severity::Info)
        .map(|reported| (report.file(reported.finding.file), &reported.finding))
        .filter(|(file, _)| file.path == path)
        .map(|(file, finding)| Found { finding, first: lines(file, finding).0, last: lines(file, finding).1 })
        .collect();
    found.sort_by_key(|found| (found.last - found.first, found.first));
    found
}

fn differences(place: &str, annotations: &[Annotation], found: &[Found<'_>]) -> Vec<String> {
    let mut failures = Vec::new();
    let mut claims: Vec<&Annotation> =
        annotations.iter().filter(|annotation| annotation.kind != Kind::KnownMiss).collect();
    for found in found {
        let matching = claims.iter().position(|annotation| is_about(annotation, found) && is_met(annotation, found));
        if let Some(at) = matching {
            claims.remove(at);
        } else {
            failures.push(format!("{place}:{}: not announced: {}", found.first, shown(found)));
        }
    }
    for annotation in claims {
        let what = match annotation.kind {
            Kind::Expect => "expected",
            Kind::KnownMiss | Kind::KnownNoise => "no longer found, so no known noise",
        };
        failures.push(format!("{place}:{}: {what}: {}", annotation.line, wanted(annotation)));
    }
    for annotation in annotations.iter().filter(|annotation| annotation.kind == Kind::KnownMiss) {
        if let Some(found) = found.iter().find(|found| is_about(annotation, found) && is_met(annotation, found)) {
            failures.push(format!("{place}:{}: no longer missed: {}", annotation.line, shown(found)));
        }
    }
    failures
}

fn is_about(annotation: &Annotation, found: &Found<'_>) -> bool {
    annotation.rule == found.finding.rule && (found.first..=found.last).contains(&annotation.line)
}

fn is_met(annotation: &Annotation, found: &Found<'_>) -> bool {
    let finding = found.finding;
    annotation.severity.as_ref().is_none_or(|severity| severity == finding.severity.name())
        && annotation.text.as_ref().is_none_or(|text| finding.title.contains(text) || finding.evidence.contains(text))
}

fn shown(found: &Found<'_>) -> String {
    let finding = found.finding;
    format!(
        "{} {} {:?}\n    {} ({})",
        finding.rule,
        finding.severity.name(),
        finding.title,
        finding.evidence,
        finding.confidence.name()
    )
}

fn wanted(annotation: &Annotation) -> String {
    let mut text = annotation.rule.clone();
    if let Some(severity) = &annotation.severity {
        _ = write!(text, " {severity}");
    }
    if let Some(part) = &annotation.text {
        _ = write!(text, " {part:?}");
    }
    text
}

/// Every rule claims every language.
#[test]
fn every_rule_has_loud_and_silent_fixtures_per_language() {
    let mut missing = Vec::new();
    for rule in RULES {
        let files: Vec<File> = entries(&root().join(rule)).iter().flat_map(|case| files(case)).collect();
        for family in Family::ALL {
            let of_family = || files.iter().filter(|file| is_of(file, family));
            let is_loud = |annotation: &Annotation| annotation.kind == Kind::Expect && annotation.rule == rule;
            let loud = of_family().any(|file| file.annotations.iter().any(is_loud));
            let silent = of_family().any(|file| file.has_silent);
            if !loud || !silent {
                missing.push(format!("{rule} in {}: loud {loud}, silent {silent}", family.name()));
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}
