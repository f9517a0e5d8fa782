//! The demo shop: every rule speaks in every language, and clean code beside bad code stays silent.
//!
//! `finding: rule, rule` at a line's end is what the program must say there; `clean:` is where it must be silent.

use rearguard::findings::Severity;
use rearguard::pipeline::{self, Options, Progress};
use std::collections::BTreeSet;
use std::path::Path;

const RULES: [&str; 5] =
    ["n-plus-one", "sql-interpolation", "swallowed-exception", "hardcoded-secret", "unpaginated-list"];

#[test]
fn the_shop_shows_every_rule_in_every_language() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shop");
    let options = Options { threads: Some(2), ..Options::default() };
    let report = pipeline::check(&root, &options, &Progress::default()).expect("the shop can be analysed");
    for path in ["catalog/main.py", "orders/orders.controller.ts", "payments/main.go"] {
        let text = std::fs::read_to_string(root.join(path)).expect("the shop's files are readable");
        let mut wanted = BTreeSet::new();
        for (at, line) in text.lines().enumerate() {
            let Some((_, rules)) = line.split_once("finding: ") else { continue };
            wanted.extend(rules.split(", ").map(|rule| (at + 1, rule.to_owned())));
        }
        let found: BTreeSet<(usize, String)> = report
            .findings
            .iter()
            .map(|reported| &reported.finding)
            .filter(|finding| finding.severity >= Severity::Minor)
            .filter_map(|finding| {
                let file = report.files.get(&finding.file).expect("a finding has its file");
                let line = file.lines.line(finding.span.start) as usize;
                (file.path == path).then(|| (line, finding.rule.to_owned()))
            })
            .collect();
        assert_eq!(found, wanted, "{path}");
        for rule in RULES {
            assert!(wanted.iter().any(|(_, shown)| shown == rule), "{path} does not show {rule}");
        }
    }
}
