//! No output of the program shows a secret: every value that the fixtures of `hardcoded-secret` plant and that is found,
//! searched for in every format, with everything on that prints more.

#[path = "support/placeholders.rs"]
mod placeholders;

use rearguard::findings::Confidence;
use rearguard::pipeline::{self, Options, Progress, Source};
use rearguard::secrets::pattern::{self, Part};
use rearguard::source::discovery::kind_of;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Every value of `check --format`; the program refuses a name that is none.
const FORMATS: [&str; 13] = [
    "text",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "gitlab-sast",
    "junit",
    "checkstyle",
    "rdjson",
    "markdown",
    "html",
];

/// Shorter ones may stand in a text by chance.
const SHORTEST: usize = 12;

fn fixtures() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hardcoded-secret")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a case can be listed") {
            let path = entry.expect("a case's entry can be read").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// What was generated for the placeholders of a fixture, with its place in the filled text.
fn planted(fixture: &str, filled: &str) -> Vec<(usize, String)> {
    let mut at = 0;
    let mut values = Vec::new();
    for part in pattern::parse(fixture).expect("placeholders::fill has read it") {
        let length = match part {
            Part::Text(text) => text.len(),
            Part::Some { least, .. } => {
                values.push((at, filled[at..at + least].to_owned()));
                least
            }
        };
        at += length;
    }
    values
}

#[test]
fn no_format_shows_a_value() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    let mut sources = Vec::new();
    let mut generated = Vec::new();
    for (number, path) in fixtures().into_iter().enumerate() {
        let fixture = fs::read_to_string(&path).expect("a fixture is text");
        let text = placeholders::fill(&fixture);
        let name = path.file_name().expect("a fixture has a name");
        let below = format!("app/case{number}/{}", name.to_string_lossy());
        let target = root.join(&below);
        fs::create_dir_all(target.parent().expect("it lies in a folder")).expect("can be made");
        fs::write(&target, &text).expect("can be written");
        let kind = kind_of(name).expect("a fixture's kind is known by its name");
        sources.push(Source { path: below.clone(), bytes: text.clone().into_bytes().into(), kind });
        generated.push((below, planted(&fixture, &text)));
    }
    let options = Options { tests: true, pedantic: true, min_confidence: Confidence::Low, ..Options::default() };
    let report = pipeline::analyze(sources, &options, &Progress::default()).expect("the built-in models load");
    let is_found = |path: &str, at: usize| {
        report.findings.iter().map(|reported| &reported.finding).any(|finding| {
            let span = finding.span.start as usize..finding.span.end as usize;
            finding.rule == "hardcoded-secret" && span.contains(&at) && report.file(finding.file).path == path
        })
    };
    // What is no secret in one fixture, and may be shown there, does not count in another.
    let (mut values, mut shown_elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for (path, planted) in generated {
        for (at, value) in planted.into_iter().filter(|(_, value)| value.len() >= SHORTEST) {
            if is_found(&path, at) {
                values.insert(value)
            } else {
                shown_elsewhere.insert(value)
            };
        }
    }
    values.retain(|value| !shown_elsewhere.iter().any(|other| other.contains(value.as_str())));
    assert!(values.len() > 50, "only {} values are found", values.len());

    for format in FORMATS {
        let output = Command::new(env!("CARGO_BIN_EXE_rearguard"))
            .current_dir(root)
            .args(["check", "--tests", "--pedantic", "--min-confidence", "low", "--verbose", "--stats"])
            .args(["--exit-zero", "--format", format])
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        let shown = String::from_utf8(output.stdout).expect("text") + &String::from_utf8_lossy(&output.stderr);
        assert!(shown.contains("case1/"), "{format} shows findings");
        let leaks = |line: &&str| values.iter().any(|value| line.contains(value.as_str()));
        let leaked: Vec<&str> = shown.lines().filter(leaks).collect();
        assert!(leaked.is_empty(), "{format}:\n{}", leaked.join("\n"));
    }
}
