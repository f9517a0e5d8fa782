//! Output formats, from reports made here: what the rules find plays no part.

mod review_findings;
#[path = "support/schemas.rs"]
mod schemas;

use rearguard::findings::report::{Fingerprints, Problem, Report, ReportedFile, ReportedFinding};
use rearguard::findings::{Category, Confidence, Finding, Related, Severity};
use rearguard::report::{concise, github, gitlab, html, json, markdown, rdjson, sarif, text, xml};
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
    // GitHub wants of a notification's descriptor what it wants of a rule (GH2012 of the multitool).
    for kind in log["runs"][0]["tool"]["driver"]["notifications"].as_array().expect("descriptors") {
        for text in ["/shortDescription/text", "/fullDescription/text", "/help/text"] {
            assert!(kind.pointer(text).is_some_and(serde_json::Value::is_string), "{kind}: {text}");
        }
    }
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

/// Every format, by name: what has to hold for all of them is asked of all of them.
fn all_formats(report: &Report) -> Vec<(&'static str, String)> {
    let style = text::Style { color: false, width: 100, path: &|path| path.to_owned() };
    vec![
        ("text", text::render(report, &style)),
        ("concise", concise::render(report, &|path| path.to_owned())),
        ("json", json::render(report)),
        ("jsonl", json::render_lines(report)),
        ("sarif", sarif::render(report, "")),
        ("html", html::render(report, "")),
        ("github", github::render(report, "")),
        ("gitlab", gitlab::code_quality(report, "")),
        ("gitlab-sast", gitlab::sast(report, "", TIME)),
        ("junit", xml::junit(report, "")),
        ("checkstyle", xml::checkstyle(report, "")),
        ("rdjson", rdjson::render(report, "")),
        ("markdown", markdown::render(report, "")),
    ]
}

const TIME: &str = "2026-01-31T12:00:00";

#[test]
fn no_format_shows_a_secret() {
    let mut report = report(Severity::Major, "Password is hard-coded");
    let finding = &mut report.findings[0].finding;
    finding.rule = "hardcoded-secret";
    finding.category = Category::Security;
    let code = "connect(\n    password='heron-thimble')\nsession.get(x)\n";
    let start = code.find("'heron").expect("it is there");
    finding.span = Span::new(start, start + 15);
    finding.related = vec![Related { file: FileId(0), span: Span::new(0, 40), note: "used here".to_owned() }];
    let file = report.files.get_mut(&FileId(0)).expect("the file is there");
    file.bytes = code.as_bytes().into();
    file.lines = LineIndex::new(code.as_bytes());
    file.secrets = vec![Span::new(start, start + 15)];
    for (name, output) in all_formats(&report) {
        assert!(output.contains("hardcoded-secret"), "{name} shows the finding: {output}");
        assert!(!output.contains("heron") && !output.contains("thimble"), "{name}: {output}");
    }
    // The hash is linear in the text: a short secret could be computed from it.
    let log = sarif_of(&report, "");
    assert!(log["runs"][0]["results"][0]["partialFingerprints"].get("primaryLocationLineHash").is_none());
}

#[test]
fn no_format_hands_on_control_characters() {
    let mut report = report(Severity::Major, "a \u{1b}[31m\r\nb \u{9b} \u{202e}\n::error::c");
    report.findings[0].finding.evidence = "`x\u{1b}]8;;evil\u{7}`".to_owned();
    report.files.get_mut(&FileId(0)).expect("the file is there").path = "a\u{1b}[31m\n::warning::b.py".to_owned();
    for (name, output) in all_formats(&report) {
        let obeyed = |letter: char| letter != '\n' && letter.is_control() || letter == '\u{202e}';
        assert!(!output.contains(obeyed), "{name}: {output:?}");
        assert!(output.lines().all(|line| !line.starts_with("::warning::")), "{name}: {output}");
    }
}

#[test]
fn every_format_takes_an_empty_report() {
    for (name, output) in all_formats(&Report::default()) {
        let is_silent = matches!(name, "text" | "concise" | "jsonl" | "github");
        assert_eq!(output.is_empty(), is_silent, "{name}: {output}");
    }
}

#[test]
fn concise_is_one_line_a_finding() {
    let output = concise::render(&report(Severity::Major, "Query in a loop"), &|path| format!("../{path}"));
    assert_eq!(output, "../app/orders.py:3:15: major[n-plus-one] Query in a loop\n");
}

#[test]
fn json_lines_hold_the_findings_of_the_contract() {
    let problem = Problem { path: "b.py".to_owned(), reason: "cannot be read: permission denied".to_owned() };
    let report = Report { problems: vec![problem], ..many(3) };
    let whole = review_findings::valid(&json::render(&report));
    let lines: Vec<serde_json::Value> =
        json::render_lines(&report).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[..3], whole["findings"].as_array().expect("a list")[..]);
    assert_eq!(lines[3..], whole["problems"].as_array().expect("a list")[..]);
}

#[test]
fn github_commands_are_escaped_and_the_worst_come_first() {
    let mut report = many(3);
    report.findings[2].finding.severity = Severity::Critical;
    report.findings[2].finding.title = "100 % of a: b, c".to_owned();
    report.files.get_mut(&FileId(0)).expect("the file is there").path = "a,b:c.py".to_owned();
    let output = github::render(&report, "shop");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines[0],
        "::error title=n-plus-one (critical),file=shop/a%2Cb%3Ac.py,line=3,endLine=4::100 %25 of a: b, c%0Aruns once \
         per order%0Ajoinedload(Order.customer)"
    );
    assert!(lines[1].starts_with("::warning ") && lines[2].starts_with("::notice "), "{output}");
}

#[test]
fn github_says_what_it_will_not_show() {
    assert!(!github::render(&many(11), "").contains("GitHub shows"));
    let output = github::render(&many(15), "");
    // 14 warnings and 1 info: four warnings are cut.
    let notice =
        "::notice title=rearguard::GitHub shows 10 annotations of each kind: 4 of 15 findings are in the log only";
    assert_eq!(output.lines().next(), Some(notice));
    assert_eq!(output.lines().count(), 16);
}

#[test]
fn gitlab_gets_what_code_quality_demands() {
    let mut report = many(3);
    report.findings[2].fingerprints = report.findings[1].fingerprints.clone();
    let issues: serde_json::Value = serde_json::from_str(&gitlab::code_quality(&report, "shop")).expect("JSON");
    let issues = issues.as_array().expect("a list");
    let mut prints: Vec<&str> = issues.iter().filter_map(|issue| issue["fingerprint"].as_str()).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), 3, "fingerprints are unique");
    for issue in issues {
        assert!(issue["description"].is_string() && issue["check_name"] == "n-plus-one");
        assert!(matches!(issue["severity"].as_str(), Some("info" | "minor" | "major" | "critical" | "blocker")));
        assert_eq!(issue["location"]["path"], "shop/app/orders.py");
        assert_eq!(issue["location"]["lines"]["begin"], 3);
    }
}

#[test]
fn gitlab_sast_lists_security_findings_only() {
    let mut report = many(3);
    report.findings[1].finding.rule = "sql-interpolation";
    report.findings[1].finding.category = Category::Security;
    report.findings[1].finding.severity = Severity::Critical;
    let value: serde_json::Value = serde_json::from_str(&gitlab::sast(&report, "", TIME)).expect("JSON");
    // What schema 15.2.1 requires: scan, version, vulnerabilities; of each an id, a location and an identifier.
    assert_eq!(value["version"], "15.2.1");
    for key in ["analyzer", "scanner", "type", "start_time", "end_time", "status"] {
        assert!(!value["scan"][key].is_null(), "{key}");
    }
    for key in ["id", "name", "version"] {
        assert!(value["scan"]["analyzer"][key].is_string(), "{key}");
    }
    assert!(value["scan"]["analyzer"]["vendor"]["name"].is_string());
    assert_eq!(value["scan"]["start_time"], TIME);
    let found = value["vulnerabilities"].as_array().expect("a list");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["severity"], "Critical");
    assert_eq!(found[0]["identifiers"][0]["value"], "sql-interpolation");
    assert_eq!(found[0]["identifiers"][1]["value"], "89");
    assert_eq!(found[0]["location"]["file"], "app/orders.py");
    assert!(found[0]["id"].is_string());
}

/// Element names with their attributes, in document order; panics where the text is not well-formed.
fn elements(text: &str) -> Vec<(String, BTreeMap<String, String>)> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut found = Vec::new();
    let mut depth = 0;
    loop {
        let event = reader.read_event().expect("well-formed");
        let (Event::Start(start) | Event::Empty(start)) = &event else {
            match event {
                Event::End(_) => depth -= 1,
                Event::Eof => break,
                _ => {}
            }
            continue;
        };
        depth += i32::from(matches!(event, Event::Start(_)));
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("well-formed");
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).expect("escaped");
            (attribute.key.as_ref().to_string(), value.into_owned())
        });
        found.push((start.name().as_ref().to_string(), attributes.collect()));
    }
    assert_eq!(depth, 0, "every element is closed");
    found
}

#[test]
fn junit_is_well_formed_and_counts() {
    let title = "a < b && \"c\" \u{ffff}";
    let mut report = many(2);
    report.findings[1].finding.title = title.to_owned();
    let found = elements(&xml::junit(&report, ""));
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["testsuites", "testsuite", "testcase", "failure", "testcase", "failure"]);
    assert_eq!((found[0].1["tests"].as_str(), found[0].1["failures"].as_str()), ("2", "2"));
    assert_eq!(found[1].1["name"], "app/orders.py");
    assert_eq!(found[5].1["message"], "a < b && \"c\" \u{fffd}");
    let empty = elements(&xml::junit(&Report::default(), ""));
    assert_eq!((empty[0].1["tests"].as_str(), empty[0].1["failures"].as_str()), ("1", "0"));
    assert_eq!(empty[2].0, "testcase");
}

#[test]
fn checkstyle_is_well_formed() {
    let found = elements(&xml::checkstyle(&report(Severity::Major, "a < b"), "shop"));
    assert_eq!(found[1].1["name"], "shop/app/orders.py");
    let error = &found[2].1;
    assert_eq!((error["line"].as_str(), error["column"].as_str()), ("3", "15"));
    assert_eq!((error["severity"].as_str(), error["source"].as_str()), ("error", "rearguard.n-plus-one"));
    assert_eq!(error["message"], "a < b. runs once per order. joinedload(Order.customer)");
}

#[test]
fn rdjson_is_what_reviewdog_reads() {
    let mut report = report(Severity::Minor, "Query in a loop");
    let code = "é = session.get(x)\n";
    let file = report.files.get_mut(&FileId(0)).expect("the file is there");
    file.bytes = code.as_bytes().into();
    file.lines = LineIndex::new(code.as_bytes());
    report.findings[0].finding.span = Span::new(5, 19);
    let value = schemas::valid(schemas::RDJSON, &rdjson::render(&report, ""));
    let entry = &value["diagnostics"][0];
    assert_eq!(entry["severity"], "WARNING");
    assert_eq!(entry["code"]["value"], "n-plus-one");
    // Columns count bytes here: `é` has two.
    assert_eq!(entry["location"]["range"]["start"], serde_json::json!({ "line": 1, "column": 6 }));
    assert_eq!(entry["location"]["range"]["end"], serde_json::json!({ "line": 1, "column": 20 }));
    assert_eq!(entry["related_locations"][0]["message"], "loop");
}

#[test]
fn markdown_mentions_nobody_and_stays_short() {
    let output = markdown::render(&report(Severity::Major, "`a*b` of @ops <img>"), "shop");
    assert!(output.contains("- **major** `a*b` of &#64;ops &#60;img&#62; at `shop/app/orders.py:3`"), "{output}");
    let output = markdown::render(&many(2_000), "");
    assert!(output.len() <= 60_100 && output.contains(" more.\n"), "{}", output.len());
}

/// The data that the page draws.
fn page_data(page: &str) -> serde_json::Value {
    let (_, data) = page.split_once("id=\"report\">").expect("the page has data");
    let (data, _) = data.split_once("</script>").expect("the data ends");
    serde_json::from_str(data).expect("JSON")
}

/// Names of all elements outside scripts and styles; fails where one is closed that is not open, or stays open.
fn page_elements(page: &str) -> Vec<String> {
    const VOID: [&str; 3] = ["meta", "input", "!doctype"];
    let (mut open, mut all): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut rest = page;
    while let Some((_, behind)) = rest.split_once('<') {
        let (tag, behind) = behind.split_once('>').expect("a tag ends");
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default().to_owned();
        rest = behind;
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "a tag closes what is open");
            continue;
        }
        if name == "script" || name == "style" {
            let end = behind.find(&format!("</{name}>")).expect("it is closed");
            rest = &behind[end..];
        }
        if !VOID.contains(&name.as_str()) {
            open.push(name.clone());
        }
        all.push(name);
    }
    assert!(open.is_empty(), "{open:?}");
    all
}

#[test]
fn the_page_is_whole_and_loads_nothing() {
    let mut report = many(3_000);
    report.findings[7].finding.title = "</script><img src=x onerror=alert(1)> <!-- {style} `a`".to_owned();
    report.problems =
        vec![Problem { path: "<b>.py".to_owned(), reason: "cannot be read: permission denied".to_owned() }];
    let page = html::render(&report, "shop");
    let elements = page_elements(&page);
    assert_eq!(elements.iter().filter(|name| *name == "script").count(), 2);
    assert!(!elements.iter().any(|name| ["img", "link", "iframe", "b"].contains(&name.as_str())), "{elements:?}");
    assert!(page.contains("default-src 'none'"));
    for loads in ["http:", "https:", " src=", "url(", "@import", "import(", "fetch("] {
        let bare = page.replace("\\u003c/script>\\u003cimg src=x", "");
        assert!(!bare.contains(loads), "{loads}");
    }
    let data = page_data(&page);
    let findings = data["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 3_000);
    assert_eq!(findings[7]["title"], report.findings[7].finding.title);
    assert_eq!(data["problems"][0]["path"], "shop/<b>.py");
    assert_eq!(data["files"][0], "shop/app/orders.py");
}

#[test]
fn the_page_shows_the_way_to_the_defect() {
    let mut report = report(Severity::Major, "Query in a loop");
    let related = |note: &str| Related { file: FileId(0), span: Span::new(0, 3), note: note.to_owned() };
    report.findings[0].finding.related.extend([related("the query"), related("calls Session.get")]);
    let data = page_data(&html::render(&report, ""));
    let entry = &data["findings"][0];
    assert_eq!(entry["drawn"], true);
    let steps = entry["steps"].as_array().expect("steps");
    let notes: Vec<&str> = steps.iter().filter_map(|step| step["note"].as_str()).collect();
    assert_eq!(notes, ["loop", "Query in a loop", "calls Session.get", "the query"]);
    assert_eq!((steps[0]["line"].as_u64(), steps[0]["text"].as_str()), (Some(2), Some("    for order in orders:")));
    let (from, to) = (steps[1]["from"].as_u64().expect("a number"), steps[1]["to"].as_u64().expect("a number"));
    let text = steps[1]["text"].as_str().expect("code");
    assert!(text[from as usize..to as usize].starts_with("session.get("), "{text}");
    assert_eq!(steps[1]["here"], true);
}
