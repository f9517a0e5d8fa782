//! The examples that `rearguard explain` prints are what they say: the bad one is found by its rule, the good one by none.

use rearguard::analyze;
use rearguard::findings::report::Report;
use rearguard::pipeline::{Options, Progress, Source};
use rearguard::rules::cards::{self, CardLanguage};
use rearguard::source::Language;
use rearguard::source::discovery::FileKind;

fn analysed(language: CardLanguage, text: &str) -> Report {
    let (path, language) = match language {
        CardLanguage::Python => ("app/example.py", Language::Python),
        CardLanguage::TypeScript => ("src/example.ts", Language::TypeScript),
        CardLanguage::Go => ("app/example.go", Language::Go),
    };
    let source = Source { path: path.to_owned(), bytes: text.as_bytes().into(), kind: FileKind::Code(language) };
    analyze(vec![source], &Options::default(), &Progress::default()).expect("the models load")
}

fn said(report: &Report) -> Vec<String> {
    report
        .findings
        .iter()
        .map(|reported| {
            let finding = &reported.finding;
            format!("{} {}: {}", finding.severity.name(), finding.rule, finding.title)
        })
        .collect()
}

#[test]
fn bad_examples_are_found_by_their_rule() {
    let mut problems = Vec::new();
    for card in cards::all() {
        for example in &card.example {
            let report = analysed(example.language, &example.bad);
            if !report.findings.iter().any(|reported| reported.finding.rule == card.id) {
                problems.push(format!("{} in {:?}: {:?}", card.id, example.language, said(&report)));
            }
        }
    }
    assert!(problems.is_empty(), "bad examples that are not found:\n{}", problems.join("\n"));
}

#[test]
fn good_examples_are_silent() {
    let mut problems = Vec::new();
    for card in cards::all() {
        for example in &card.example {
            let report = analysed(example.language, &example.good);
            if !report.findings.is_empty() {
                problems.push(format!("{} in {:?}: {:?}", card.id, example.language, said(&report)));
            }
        }
    }
    assert!(problems.is_empty(), "good examples that are found:\n{}", problems.join("\n"));
}
