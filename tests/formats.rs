//! Output formats, from reports made here: what the rules find plays no part.

mod review_findings;

use rearguard::findings::report::{Fingerprints, Problem, Report, ReportedFile, ReportedFinding};
use rearguard::findings::{Category, Confidence, Finding, Related, Severity};
use rearguard::report::{json, text};
use rearguard::source::{FileId, LineIndex, Span};
use std::collections::BTreeMap;

const CODE: &str = "def names(session, orders):
    for order in orders:
        who = session.get(
            Customer, order.customer_id)
";

fn report(severity: Severity, title: &str) -> Report {
    let start = CODE.find("session.get").expect("it is there");
    let finding = Finding {
        rule: "n-plus-one",
        category: Category::Performance,
        severity,
        confidence: Confidence::Medium,
        file: FileId(0),
        span: Span::new(start, CODE.len() - 1),
        title: title.to_owned(),
        evidence: "runs once per order".to_owned(),
        recommendation: "joinedload(Order.customer)".to_owned(),
        symbol: "names".to_owned(),
        fingerprint_text: None,
        related: vec![Related { file: FileId(0), span: Span::new(32, 51), note: "loop".to_owned() }],
    };
    let fingerprints = Fingerprints { v1: "0".repeat(32), moved: "f".repeat(32) };
    let file = ReportedFile {
        path: "app/orders.py".to_owned(),
        bytes: CODE.as_bytes().into(),
        lines: LineIndex::new(CODE.as_bytes()),
        secrets: Vec::new(),
    };
    Report {
        findings: vec![ReportedFinding { finding, fingerprints }],
        files: BTreeMap::from([(FileId(0), file)]),
        ..Report::default()
    }
}

#[test]
fn json_is_the_contract_to_the_byte() {
    let expected = r#"{
  "tool": "rearguard",
  "version": "VERSION",
  "status": "ready",
  "findings": [
    {
      "type": "evidence",
      "category": "performance",
      "severity": "major",
      "title": "Query in a loop",
      "where": {
        "path": "app/orders.py",
        "lines": "3-4"
      },
      "evidence": "runs once per order",
      "recommendation": "joinedload(Order.customer)",
      "rule": "n-plus-one",
      "confidence": "medium",
      "fingerprints": {
        "v1": "00000000000000000000000000000000",
        "moved/v1": "ffffffffffffffffffffffffffffffff"
      },
      "related": [
        {
          "path": "app/orders.py",
          "lines": "2",
          "note": "loop"
        }
      ]
    }
  ]
}
"#;
    let output = json::render(&report(Severity::Major, "Query in a loop"));
    assert_eq!(output, expected.replace("VERSION", env!("CARGO_PKG_VERSION")));
    review_findings::valid(&output);
}

#[test]
fn an_empty_report_is_ready() {
    let value = review_findings::valid(&json::render(&Report::default()));
    assert_eq!(value["status"], "ready");
}

#[test]
fn problems_make_it_incomplete() {
    let problem = Problem { path: "a.py".to_owned(), reason: "cannot be read: permission denied".to_owned() };
    let value = review_findings::valid(&json::render(&Report { problems: vec![problem], ..Report::default() }));
    assert_eq!(value["status"], "incomplete");
    assert_eq!(value["problems"][0]["path"], "a.py");
}

#[test]
fn what_is_off_by_default_is_printed_as_info() {
    let report = report(Severity::Pedantic, "Query in a loop");
    let value = review_findings::valid(&json::render(&report));
    assert_eq!(value["findings"][0]["severity"], "info");
    assert_eq!(text::summary(&report), "1 finding (1 info) in 0 files");
}

#[test]
fn json_holds_no_character_that_a_terminal_obeys() {
    let output = json::render(&report(Severity::Major, "a \u{1b}[31m \u{9b}31m \u{202e} \u{7f} 日本"));
    assert!(output.chars().all(|character| character == '\n' || !character.is_control()), "{output:?}");
    assert!(!output.contains('\u{202e}'));
    let value = review_findings::valid(&output);
    assert_eq!(value["findings"][0]["title"], "a \u{1b}[31m \u{9b}31m \u{202e} \u{7f} 日本");
}

#[test]
fn a_report_that_breaks_the_contract_is_noticed() {
    let broken = json::render(&report(Severity::Major, "Query in a loop.")).replace("\"evidence\",", "\"guess\",");
    assert!(std::panic::catch_unwind(|| review_findings::valid(&broken)).is_err());
}
