//! `--history`: the secrets in every file that git's history reaches, each content once.
//!
//! ```text
//! git rev-list --all HEAD --reverse | git diff-tree --stdin      which content came with which commit, at which path
//! git cat-file --batch                                           the contents
//! ```
//!
//! Knows git's plumbing, as `revision` does, and how to put many small reports together. Does not know what a secret is.
//! Invariant: the repository is only read, and never more than one batch of contents is held.
//! Invariant: a content is analysed once, as the file of the first commit that has it; a secret is reported once, where
//! it came in first.

use super::objects::{self, Content, failed, piped};
use super::{output, revision};
use crate::findings::fingerprint::{self, Snippets};
use crate::findings::report::{Problem, Report, ReportedFile, ReportedFinding};
use crate::findings::{Finding, order};
use crate::pipeline::{self, Options, Progress, Source, Stage};
use crate::source::FileId;
use crate::source::discovery::{self, FileKind, Remembered};
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Instant;

/// Contents that are analysed together, in bytes and in number: enough for all threads, little enough for any machine.
const BATCH_BYTES: usize = 16 << 20;
const BATCH_FILES: usize = 2_000;

/// Characters of an object's name that are shown, as git shows them in large repositories.
const SHOWN: usize = 12;

fn shown(object: &str) -> &str {
    &object[..object.len().min(SHOWN)]
}

/// A content, and where it came in.
struct Blob {
    object: String,
    commit: Arc<str>,
    /// Below the project's root.
    path: String,
    kind: FileKind,
}

/// The secrets of the whole history of the repository that the project lies in, as far as they lay below its root.
pub(super) fn check(project: &Path, options: &Options, progress: &Progress) -> Result<Report, String> {
    let start = Instant::now();
    let repository = revision::repository(project)?;
    let cut_off = revision::remedy(repository);
    if !cut_off.is_empty() {
        output::warn(&format!("the history is incomplete{cut_off}"));
    }
    progress.enter(Stage::Discovering);
    let blobs = blobs(repository, project, options)?;
    progress.expect(blobs.len());
    progress.enter(Stage::Reading);
    let mut history = History::default();
    read(repository, &blobs, |batch, bytes| {
        history.add(batch, bytes, options)?;
        progress.advance(batch.len());
        Ok(())
    })?;
    let mut report = history.into_report();
    report.stats.timings.whole = start.elapsed();
    Ok(report)
}

/// Every content of a file that would be read, oldest commits first.
fn blobs(repository: &Path, project: &Path, options: &Options) -> Result<Vec<Blob>, String> {
    let remembered = Remembered::new(&options.exclude).map_err(|error| error.to_string())?;
    let inside = project.strip_prefix(repository).expect("the repository is an ancestor of the project");
    let inside = inside.to_string_lossy().replace('\\', "/");
    let mut list = revision::command(repository);
    list.args(["rev-list", "--all", "--reverse", "--topo-order"]);
    // A checked out commit without a branch; before the first commit there is none.
    if revision::has_commits(repository)? {
        list.arg("HEAD");
    }
    let mut commits = piped(list.stdin(Stdio::null()))?;
    let listed = commits.stdout.take().expect("it is piped");
    let mut diff = revision::command(repository);
    // Against all parents of a merge: what only repeats one of them is known from there.
    diff.args(["diff-tree", "--stdin", "-r", "-c", "--root", "--raw", "--no-renames", "--no-abbrev", "-z"]);
    let mut changes = piped(diff.stdin(Stdio::from(listed)))?;
    let mut answers = BufReader::new(changes.stdout.take().expect("it is piped"));
    let mut known: HashSet<Vec<u8>> = HashSet::new();
    let mut found = Vec::new();
    let mut commit: Arc<str> = Arc::from("");
    while let Some(field) = field(&mut answers)? {
        let Some(facts) = field.strip_prefix(':') else {
            commit = Arc::from(field.trim());
            continue;
        };
        let path = self::field(&mut answers)?.ok_or("git's list of changes ends too early")?;
        let Some(object) = added(facts) else { continue };
        let Some(path) = below(&path, &inside) else { continue };
        if !options.scope.is_empty() && !options.scope.iter().any(|scope| discovery::is_at_or_below(path, scope)) {
            continue;
        }
        let Some(kind) = remembered.kind_of(path) else { continue };
        if known.insert(packed(object)) {
            found.push(Blob { object: object.to_owned(), commit: Arc::clone(&commit), path: path.to_owned(), kind });
        }
    }
    finish(commits)?;
    finish(changes)?;
    Ok(found)
}

/// `:100644 100644 <before> <after> M`, with one colon, mode and object more for each further parent of a merge: the
/// content afterwards, if it is a file's.
fn added(facts: &str) -> Option<&str> {
    let fields: Vec<&str> = facts.trim_start_matches(':').split(' ').collect();
    // Modes of all parents and of the result, objects of the same, what happened.
    let states = (fields.len() - 1) / 2;
    let is_file = fields.get(states - 1)?.starts_with("100");
    is_file.then(|| fields.get(2 * states - 1).copied()).flatten()
}

/// The bytes of an object's name, half as long as its digits.
fn packed(object: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map_or(0, |digit| digit as u8);
    object.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |byte, &next| byte << 4 | digit(next))).collect()
}

/// A path of the repository below the project's folder.
fn below<'p>(path: &'p str, inside: &str) -> Option<&'p str> {
    if inside.is_empty() { Some(path) } else { path.strip_prefix(inside)?.strip_prefix('/') }
}

/// Up to the next NUL; names that are no text are shown as well as can be.
fn field(answers: &mut impl BufRead) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    answers.read_until(0, &mut bytes).map_err(|error| failed(&error))?;
    if bytes.pop().is_none() {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn finish(mut child: Child) -> Result<(), String> {
    let status = child.wait().map_err(|error| failed(&error))?;
    if status.success() { Ok(()) } else { Err("cannot read git's history: is the repository whole?".to_owned()) }
}

/// Hands the contents over in batches, in the given order.
fn read(
    repository: &Path,
    blobs: &[Blob],
    mut take: impl FnMut(&[Blob], Vec<Content>) -> Result<(), String>,
) -> Result<(), String> {
    let mut first = 0;
    let mut bytes = 0;
    let mut batch = Vec::new();
    let names = blobs.iter().map(|blob| blob.object.as_str());
    let most = |number: usize| discovery::most_bytes(blobs[number].kind);
    objects::read(repository, names, most, |number, content| {
        if let Content::Whole(content) = &content {
            bytes += content.len();
        }
        batch.push(content);
        if bytes >= BATCH_BYTES || batch.len() >= BATCH_FILES || number + 1 == blobs.len() {
            take(&blobs[first..=number], std::mem::take(&mut batch))?;
            first = number + 1;
            bytes = 0;
        }
        Ok(())
    })
}

/// What was found so far.
#[derive(Default)]
struct History {
    report: Report,
    /// Findings with their file, which has no number yet.
    found: Vec<(Finding, ReportedFile)>,
    /// Title and value of what is reported already.
    seen: HashSet<(String, Vec<u8>)>,
}

impl History {
    fn add(&mut self, batch: &[Blob], contents: Vec<Content>, options: &Options) -> Result<(), String> {
        let mut sources = Vec::with_capacity(batch.len());
        for (number, (blob, content)) in batch.iter().zip(contents).enumerate() {
            let bytes = match content {
                Content::Whole(bytes) if !discovery::is_binary(&bytes) => bytes,
                Content::Whole(_) | Content::TooLarge => {
                    self.report.stats.skipped += 1;
                    continue;
                }
                Content::Missing => {
                    let reason = format!("git's object {} is missing: the clone is partial", shown(&blob.object));
                    self.report.problems.push(Problem { path: blob.path.clone(), reason });
                    continue;
                }
            };
            // A path has many contents: each is a file of its own, and they stay in their order.
            sources.push(Source { path: format!("{number:06}/{}", blob.path), bytes: bytes.into(), kind: blob.kind });
        }
        let options = Options { scope: Vec::new(), unsaved: None, measure: false, ..options.clone() };
        let part = pipeline::analyze(sources, &options, &Progress::default()).map_err(|error| error.to_string())?;
        let blob = |path: &str| {
            let number = path.split('/').next().and_then(|number| number.parse::<usize>().ok());
            &batch[number.expect("paths start with their number")]
        };
        for ReportedFinding { mut finding, .. } in part.findings.iter().cloned() {
            let file = part.file(finding.file);
            let Blob { commit, path, .. } = blob(&file.path);
            let span = finding.span;
            let value = file.bytes[span.start as usize..span.end as usize].to_vec();
            if !self.seen.insert((finding.title.clone(), value)) {
                continue;
            }
            finding.title = format!("{}, first in commit {}", finding.title, shown(commit));
            self.found.push((finding, ReportedFile { path: path.clone(), ..file.clone() }));
        }
        for problem in part.problems {
            let Blob { commit, path, .. } = blob(&problem.path);
            let reason = format!("{} (in {})", problem.reason, shown(commit));
            self.report.problems.push(Problem { path: path.clone(), reason });
        }
        let (all, more) = (&mut self.report.stats, part.stats);
        all.files += more.files;
        all.bytes += more.bytes;
        all.in_scope += more.in_scope;
        all.skipped += more.skipped;
        all.partial += more.partial;
        all.errors += more.errors;
        all.nodes += more.nodes;
        all.opaque += more.opaque;
        all.suppressed += more.suppressed;
        all.unsure += more.unsure;
        Ok(())
    }

    /// All findings by path, those of one path in the order of commits.
    fn into_report(self) -> Report {
        let History { mut report, mut found, .. } = self;
        found.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
        let mut findings = Vec::with_capacity(found.len());
        for (number, (mut finding, file)) in found.into_iter().enumerate() {
            // Two findings of one content are two files of the report: paths and lines are all that is shown of them.
            let id = FileId(number as u32);
            for related in finding.related.iter_mut().filter(|related| related.file == finding.file) {
                related.file = id;
            }
            finding.related.retain(|related| related.file == id);
            finding.file = id;
            findings.push(finding);
            report.files.insert(id, file);
        }
        findings.sort_by(order::compare);
        let fingerprints = fingerprint::of_sorted(&findings, |finding| {
            let file = &report.files[&finding.file];
            Snippets { path: &file.path, bytes: &file.bytes, comments: &[] }
        });
        report.findings = findings
            .into_iter()
            .zip(fingerprints)
            .map(|(finding, fingerprints)| ReportedFinding { finding, fingerprints })
            .collect();
        report.problems.sort();
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_after_a_change_is_known_for_merges_too() {
        let (a, b, c) = ("a".repeat(40), "b".repeat(40), "c".repeat(40));
        assert_eq!(added(&format!("000000 100644 {a} {b} A")), Some(b.as_str()));
        assert_eq!(added(&format!("100644 000000 {a} {b} D")), None);
        assert_eq!(added(&format!("100644 120000 {a} {b} T")), None);
        assert_eq!(added(&format!(":100644 100644 100755 {a} {b} {c} MM")), Some(c.as_str()));
        assert_eq!(packed("00ff10"), [0, 255, 16]);
    }

    #[test]
    fn only_what_lies_below_the_project_counts() {
        assert_eq!(below("app/a.py", ""), Some("app/a.py"));
        assert_eq!(below("app/a.py", "app"), Some("a.py"));
        assert_eq!(below("apps/a.py", "app"), None);
    }
}
