//! The same input gives the same bytes: whatever the number of threads, whatever the order in which sources arrive.

use rearguard::findings::Confidence;
use rearguard::pipeline::{self, Options, Progress, Source};
use rearguard::report::{json, text};
use rearguard::source::discovery::kind_at;
use std::fs;
use std::path::Path;

/// Everything that can be said about all fixtures.
fn options(threads: usize) -> Options {
    Options {
        threads: Some(threads),
        min_confidence: Confidence::Low,
        pedantic: true,
        tests: true,
        ..Options::default()
    }
}

fn rendered(report: &rearguard::findings::report::Report) -> [String; 3] {
    let style = text::Style { color: false, width: 100, path: &str::to_owned };
    [json::render(report), text::render(report, &style), text::summary(report)]
}

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

#[test]
fn one_thread_and_four_say_the_same() {
    let [one, four, again] = [1, 4, 4].map(|threads| {
        rendered(&pipeline::check(&fixtures(), &options(threads), &Progress::default()).expect("the models load"))
    });
    assert!(one[0].contains("\"findings\": ["));
    assert_eq!(one, four);
    assert_eq!(four, again);
}

#[test]
fn the_order_of_sources_does_not_count() {
    let mut sources = Vec::new();
    let mut folders = vec![fixtures()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("fixtures can be listed") {
            let path = entry.expect("fixtures can be listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(fixtures()).expect("they lie below the folder");
            let relative = relative.to_string_lossy().replace('\\', "/");
            if let Some(kind) = kind_at(&relative) {
                let bytes = fs::read(&path).expect("fixtures can be read").into();
                sources.push(Source { path: relative, bytes, kind });
            }
        }
    }
    let backwards: Vec<Source> = sources.iter().rev().cloned().collect();
    let [forwards, backwards] = [sources, backwards].map(|sources| {
        rendered(&pipeline::analyze(sources, &options(2), &Progress::default()).expect("the models load"))
    });
    assert_eq!(forwards, backwards);
}
