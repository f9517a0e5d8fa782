//! One line a finding, `path:line:column: severity[rule] title`: for `grep`, editors' problem matchers and long lists.
//!
//! Knows the report. Does not know where the reader stands: how a path is shown is handed in.
//! Invariant: a finding is one line, whatever its texts hold.

use super::locations::Region;
use super::printable::printable;
use crate::findings::report::Report;
use std::fmt::Write as _;

pub fn render(report: &Report, path: &dyn Fn(&str) -> String) -> String {
    let mut text = String::new();
    for reported in &report.findings {
        let finding = &reported.finding;
        let file = report.file(finding.file);
        let region = Region::of(file, finding.span);
        let _ = writeln!(
            text,
            "{}:{}:{}: {}[{}] {}",
            printable(&path(&file.path)),
            region.start_line,
            region.start_column,
            finding.severity.name(),
            finding.rule,
            printable(&finding.title)
        );
    }
    text
}
