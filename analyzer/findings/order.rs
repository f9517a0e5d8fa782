//! The order in which findings are printed, and which of them say the same.
//!
//! Knows findings only. File ids follow the order of paths, so no path is compared.
//! Invariant: the order is total over what is kept, so the input's order does not show in the output.

use super::Finding;
use std::cmp::Ordering;

/// Sorts by path, position, rule, and keeps one of several findings that say the same of the same place: the most
/// severe, then the most certain.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(compare);
    findings.dedup_by(|later, kept| place(later) == place(kept));
}

pub fn compare(a: &Finding, b: &Finding) -> Ordering {
    place(a)
        .cmp(&place(b))
        .then(b.severity.cmp(&a.severity))
        .then(b.confidence.cmp(&a.confidence))
        .then_with(|| text(a).cmp(&text(b)))
        .then_with(|| related(a).cmp(related(b)))
}

fn place(finding: &Finding) -> (u32, u32, u32, &str, &str) {
    (finding.file.0, finding.span.start, finding.span.end, finding.rule, &finding.title)
}

fn text(finding: &Finding) -> (&str, &str, &str) {
    (&finding.evidence, &finding.recommendation, &finding.symbol)
}

fn related(finding: &Finding) -> impl Iterator<Item = (u32, u32, u32, &str)> {
    finding.related.iter().map(|place| (place.file.0, place.span.start, place.span.end, place.note.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Category, Confidence, Severity};
    use crate::source::{FileId, Span};

    fn finding(file: u32, start: usize, title: &str, severity: Severity) -> Finding {
        Finding {
            rule: "n-plus-one",
            category: Category::Performance,
            severity,
            confidence: Confidence::High,
            file: FileId(file),
            span: Span::new(start, start + 4),
            title: title.to_owned(),
            evidence: String::new(),
            recommendation: String::new(),
            symbol: String::new(),
            fingerprint_text: None,
            related: Vec::new(),
        }
    }

    #[test]
    fn files_then_positions() {
        let mut findings = vec![
            finding(1, 0, "c", Severity::Minor),
            finding(0, 9, "b", Severity::Minor),
            finding(0, 2, "a", Severity::Minor),
        ];
        sort(&mut findings);
        let titles: Vec<&str> = findings.iter().map(|finding| finding.title.as_str()).collect();
        assert_eq!(titles, ["a", "b", "c"]);
    }

    #[test]
    fn the_same_said_twice_keeps_the_most_severe() {
        let mut findings = vec![finding(0, 2, "a", Severity::Minor), finding(0, 2, "a", Severity::Major)];
        sort(&mut findings);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Major);
    }
}
