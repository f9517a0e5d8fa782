//! What the rules report, and everything that orders, names and filters it.
//!
//! Knows findings only: paths, spans, texts. Does not know the IR, the project or any output format.
//! Invariant: a `Finding` holds no secret value; the rule has masked it already.

pub mod baseline;
pub mod fingerprint;
pub mod matching;
pub mod order;
pub mod overrides;
pub mod redaction;
mod remarks;
pub mod report;
pub mod suppression;

use crate::source::{FileId, Span};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Only shown with `--pedantic`, then printed as `info`.
    Pedantic,
    Info,
    Minor,
    Major,
    Critical,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Confidence {
    Low,
    Medium,
    High,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Category {
    Performance,
    Security,
    Reliability,
    Api,
    Maintainability,
}

impl Severity {
    /// As printed; what only `--pedantic` shows is printed as `info`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::Major => "major",
            Severity::Minor => "minor",
            Severity::Info | Severity::Pedantic => "info",
        }
    }
}

impl Confidence {
    pub fn name(self) -> &'static str {
        match self {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        }
    }
}

impl Category {
    pub fn name(self) -> &'static str {
        match self {
            Category::Performance => "performance",
            Category::Security => "security",
            Category::Reliability => "reliability",
            Category::Api => "api",
            Category::Maintainability => "maintainability",
        }
    }
}

/// One defect at one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// `n-plus-one`, `sql-interpolation`, …
    pub rule: &'static str,
    pub category: Category,
    pub severity: Severity,
    pub confidence: Confidence,
    pub file: FileId,
    /// The expression to change.
    pub span: Span,
    /// One line, no full stop: "Query in a loop: Customer is fetched once per order".
    pub title: String,
    /// What was seen, with names from the code.
    pub evidence: String,
    /// The fix in that library's own API.
    pub recommendation: String,
    /// Enclosing function or class, `OrderView.get`; empty at module level.
    pub symbol: String,
    /// What stands for the snippet in the fingerprint; secrets give kind and bound name instead of the value.
    /// `None`: the normalised tokens of the span.
    pub fingerprint_text: Option<String>,
    pub related: Vec<Related>,
}

/// A further place that explains the finding: the loop, the query, the route.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    pub file: FileId,
    pub span: Span,
    pub note: String,
}
