//! Output formats, from reports made here: what the rules find plays no part.

mod review_findings;
#[path = "support/schemas.rs"]
mod schemas;

use rearguard::findings::report::{Fingerprints, Problem, Report, ReportedFile, ReportedFinding};
use rearguard::findings::{Category, Confidence, Finding, Related, Severity};
use rearguard::report::{json, sarif, text};
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

/// Several findings of one file, as many as wanted, the first the least severe.
fn many(count: usize) -> Report {
    let mut report = report(Severity::Minor, "Query in a loop");
    let first = report.findings[0].clone();
    report.findings = (0..count)
        .map(|number| {
            let mut reported = first.clone();
            reported.finding.severity = if number == 0 { Severity::Info } else { Severity::Minor };
            reported.finding.title = format!("Query {number}");
            reported.fingerprints.v1 = format!("{number:032x}");
            reported
        })
        .collect();
    report
}

fn sarif_of(report: &Report, base: &str) -> serde_json::Value {
    schemas::valid(schemas::SARIF, &sarif::render(report, base))
}

#[test]
fn sarif_says_where_why_and_how() {
    let log = sarif_of(&report(Severity::Major, "Query in a loop"), "");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!((result["ruleId"].as_str(), rule["id"].as_str()), (Some("n-plus-one"), Some("n-plus-one")));
    assert_eq!(result["ruleIndex"], 0);
    assert_eq!(result["level"], "error");
    assert_eq!(
        result["message"]["text"],
        "Query in a loop. runs once per order. joinedload(Order.customer). See [loop](1)."
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "app/orders.py");
    assert_eq!(
        place["region"],
        serde_json::json!({ "startLine": 3, "startColumn": 15, "endLine": 4, "endColumn": 41 })
    );
    assert_eq!(result["relatedLocations"][0]["id"], 1);
    assert_eq!(result["relatedLocations"][0]["message"]["text"], "loop");
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().expect("a flow");
    let said: Vec<&str> = steps.iter().filter_map(|step| step["location"]["message"]["text"].as_str()).collect();
    assert_eq!(said, ["loop", "Query in a loop"]);
    let prints = result["partialFingerprints"].as_object().expect("fingerprints");
    assert_eq!(prints.keys().collect::<Vec<_>>(), ["primaryLocationLineHash", "v1", "moved/v1"]);
    assert_eq!(run["automationDetails"]["id"], "rearguard/");
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn sarif_is_compact_and_its_paths_are_those_of_the_repository() {
    let mut report = report(Severity::Major, "Query in a loop");
    report.files.get_mut(&FileId(0)).expect("the file is there").path = "app/[id]/a b.ts".to_owned();
    let text = sarif::render(&report, "services/shop");
    assert_eq!(text.lines().count(), 1);
    let log = schemas::valid(schemas::SARIF, &text);
    let artifact = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(artifact["uri"], "services/shop/app/%5Bid%5D/a%20b.ts");
    assert!(log["runs"][0]["originalUriBaseIds"].get(artifact["uriBaseId"].as_str().expect("a base")).is_some());
}

#[test]
fn sarif_rules_carry_what_code_scanning_shows() {
    let log = sarif_of(&Report::default(), "");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules").clone();
    assert_eq!(rules.len(), 7);
    for rule in rules {
        let id = rule["id"].as_str().expect("an id");
        for text in ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"] {
            assert!(!rule.pointer(text).and_then(|text| text.as_str()).unwrap_or_default().is_empty(), "{id}: {text}");
        }
        assert!(rule["properties"]["precision"].is_string() && rule["properties"]["problem.severity"].is_string());
        let is_security = matches!(id, "sql-interpolation" | "hardcoded-secret");
        assert_eq!(rule["properties"].get("security-severity").is_some(), is_security, "{id}");
        let tags = rule["properties"]["tags"].to_string();
        assert_eq!(tags.contains("\"security\""), is_security, "{id}: {tags}");
        if id == "sql-interpolation" {
            assert!(tags.contains("external/cwe/cwe-089"), "{tags}");
            assert_eq!(rule["helpUri"], "https://cwe.mitre.org/data/definitions/89.html");
        }
    }
}

#[test]
fn sarif_keeps_the_most_severe_and_says_so() {
    let log = sarif_of(&many(5_003), "");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 5_000);
    assert!(results.iter().all(|result| result["level"] == "warning"), "the info is among those left out");
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
    assert_eq!(said, Some("The 5000 most severe findings are listed; 3 more are left out."));
}

#[test]
fn sarif_notifies_of_what_was_not_analysed() {
    let problem = Problem { path: "a b.py".to_owned(), reason: "cannot be read: permission denied".to_owned() };
    let mut report = Report { problems: vec![problem], ..Report::default() };
    report.stats.skipped = 2;
    let log = sarif_of(&report, "");
    let said = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(said[0]["message"]["text"], "a b.py: cannot be read: permission denied.");
    assert_eq!(said[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b.py");
    assert_eq!(said[1]["message"]["text"], "2 bundles and binaries were skipped.");
}

#[test]
fn sarif_reads_no_link_in_code() {
    let log = sarif_of(&report(Severity::Major, "`handlers[i](1)` fails"), "");
    let text = log["runs"][0]["results"][0]["message"]["text"].as_str().expect("a text");
    assert!(text.starts_with("`handlers\\[i\\](1)` fails."), "{text}");
}

#[test]
fn a_log_that_breaks_the_schema_is_noticed() {
    let broken = sarif::render(&report(Severity::Major, "x"), "").replace("\"ruleIndex\":0", "\"ruleIndex\":\"0\"");
    assert!(std::panic::catch_unwind(|| schemas::valid(schemas::SARIF, &broken)).is_err());
}
