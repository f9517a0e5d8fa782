//! The result of one run: findings in their final order, what could not be analysed, and what the formats need to print them.
//!
//! Knows paths, bytes, lines and figures. Does not know any output format, the IR or the project.
//! Invariant: `findings` and `problems` are sorted; the same input gives the same report whatever the scheduling.
//! Invariant: every `FileId` that a finding names has its `ReportedFile`.
//! Invariant: only `timings` depends on the clock, and no format but the statistics prints it.

use super::{Finding, Severity};
use crate::source::{FileId, LineIndex, Span};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Debug, Default)]
pub struct Report {
    pub findings: Vec<ReportedFinding>,
    /// Files that could not be read or analysed, sorted by path.
    pub problems: Vec<Problem>,
    /// Findings that somebody has accepted, in their order; kept only when they are asked for.
    pub suppressed: Vec<Suppressed>,
    /// The files that findings and their related places lie in.
    pub files: BTreeMap<FileId, ReportedFile>,
    pub stats: Stats,
}

/// A finding with what is computed over all of them.
#[derive(Clone, Debug)]
pub struct ReportedFinding {
    pub finding: Finding,
    pub fingerprints: Fingerprints,
}

/// A finding that is not reported because somebody has accepted it.
#[derive(Clone, Debug)]
pub struct Suppressed {
    pub reported: ReportedFinding,
    pub by: SuppressedBy,
    /// Why, in the words of whoever accepted it.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SuppressedBy {
    /// A comment in the code.
    Comment,
    /// An entry of a baseline.
    Baseline,
}

/// Identity of a finding across edits, as 32 lower-case hexadecimal digits each.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fingerprints {
    /// Rule, path, enclosing symbol, snippet tokens, ordinal among equals.
    pub v1: String,
    /// The same without the path: survives a move of the file.
    pub moved: String,
}

/// A file that could not be read or analysed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// Relative to the project root, `/` separators.
    pub path: String,
    pub reason: String,
}

#[derive(Clone, Debug)]
pub struct ReportedFile {
    /// Relative to the project root, `/` separators.
    pub path: String,
    pub bytes: Arc<[u8]>,
    pub lines: LineIndex,
    /// Literals that some finding calls a secret, reported or not: no format may print these bytes.
    pub secrets: Vec<Span>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    Ready,
    /// At least one discovered file could not be read or analysed.
    Incomplete,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Files that were read and analysed.
    pub files: usize,
    pub bytes: u64,
    /// Templates among them; their nodes and errors do not count, as no grammar gave them.
    pub templates: usize,
    /// Tests and code for browsers that were read for credentials and not parsed, beside `files`, and their bytes.
    pub aside: usize,
    pub aside_bytes: u64,
    /// Those of the files that were asked for: the others are read for what they declare.
    pub in_scope: usize,
    /// Files that are no source that people write: bundles, binaries.
    pub skipped: usize,
    /// Files with ERROR or MISSING nodes: analysed around them.
    pub partial: usize,
    /// ERROR and MISSING nodes in all files.
    pub errors: u64,
    /// Syntax nodes met by the lowering, and those that became `Opaque`.
    pub nodes: u64,
    pub opaque: u64,
    /// Findings that a comment in the code accepts.
    pub suppressed: usize,
    /// Findings below the wanted confidence.
    pub unsure: usize,
    pub timings: Timings,
}

/// Time per stage. What is done per file (`read`, `parse`, `lower`, `release`, `by_rule`) is summed over
/// threads, the rest is elapsed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    pub read: Duration,
    pub parse: Duration,
    pub lower: Duration,
    /// Freeing syntax trees.
    pub release: Duration,
    pub project: Duration,
    pub interpret: Duration,
    pub rules: Duration,
    /// `rules` by rule, in the order of the rules.
    pub by_rule: [Duration; 5],
    /// From the start of discovery to the finished report.
    pub whole: Duration,
    /// Parsing the same files again and visiting each node once, with the same threads; only with `Options::measure`.
    pub floor: Option<Duration>,
}

impl Report {
    pub fn status(&self) -> Status {
        if self.problems.is_empty() { Status::Ready } else { Status::Incomplete }
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|reported| reported.finding.severity == severity).count()
    }

    /// Whether a finding is at least as severe as this.
    pub fn reaches(&self, threshold: Severity) -> bool {
        self.findings.iter().any(|reported| reported.finding.severity >= threshold)
    }

    pub fn file(&self, id: FileId) -> &ReportedFile {
        self.files.get(&id).expect("a report holds every file that its findings name")
    }
}
