//! Every `fixtures/lowering/<language>/<case>.<ext>` lowers to the text in `<case>.ir` beside it, and its IR is well formed.
//!
//! `UPDATE_FIXTURES=1 cargo test --test lowering` writes the `.ir` files; a case without one fails.

use rearguard::source::Language;
use rearguard::{ir, lower, syntax};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn sources_lower_to_the_ir_beside_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lowering");
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    let mut failures = Vec::new();
    for source in sources(&root) {
        let case = source.strip_prefix(&root).expect("cases lie below the root").display();
        let bytes = fs::read(&source).expect("a listed fixture can be read");
        let module = match language_of(&source) {
            Some(language) => {
                let tree = syntax::parse(language, &bytes).expect("fixtures are small");
                lower::lower(language, &tree, &bytes)
            }
            None => lower::lower_template(&bytes),
        };
        for violation in ir::check::violations(&module, bytes.len()) {
            failures.push(format!("{case}: {violation}"));
        }
        let actual = ir::dump::dump(&module);
        let beside = source.with_extension("ir");
        if update {
            fs::write(&beside, actual).expect("fixtures can be written");
            continue;
        }
        match fs::read_to_string(&beside) {
            Ok(expected) if expected == actual => {}
            Ok(expected) => failures.push(format!("{case}: the IR is another one\n{}", difference(&expected, &actual))),
            Err(_) => {
                failures.push(format!("{case}: there is no .ir beside it (UPDATE_FIXTURES=1 writes it)\n{actual}"));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn language_of(path: &Path) -> Option<Language> {
    Language::of_extension(path.extension()?.to_str()?)
}

fn is_template(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "html" || extension == "jinja")
}

/// Source files below `root`, sorted.
fn sources(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("fixture folders can be listed") {
            let path = entry.expect("fixture folders can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if language_of(&path).is_some() || is_template(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The lines around the first difference, `-` expected and `+` actual.
fn difference(expected: &str, actual: &str) -> String {
    let expected: Vec<&str> = expected.lines().collect();
    let actual: Vec<&str> = actual.lines().collect();
    let start = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
    let common_end =
        expected[start..].iter().rev().zip(actual[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut text = format!("  from line {}\n", start + 1);
    for line in &expected[start..expected.len() - common_end] {
        _ = writeln!(text, "- {line}");
    }
    for line in &actual[start..actual.len() - common_end] {
        _ = writeln!(text, "+ {line}");
    }
    text
}
