//! Test code that nobody asked about: it is read for provider tokens, and parsed only where one may stand or where other
//! code imports it. In real repositories a quarter to a half of all code is tests.
//!
//! Knows paths, keywords of tokens, and imports as they are written. Does not resolve imports: a file is parsed as soon
//! as its name is the last one of an import that leads into test code.
//! Invariant: what is reported is what parsing everything would report.

use super::one_file::{Fate, Outcome, lower_source};
use super::{Lowerings, Source};
use crate::ir::{Imported, Module};
use crate::rules::hardcoded_secret::PathContext;
use crate::secrets::tokens;
use crate::source::discovery::FileKind;
use crate::source::{Language, classify};
use std::collections::HashSet;
use std::sync::Arc;

/// Whether a file of a run that does not report on tests has nothing to report, whatever its code is.
pub(super) fn holds_nothing(path: &str, bytes: &[u8]) -> bool {
    classify::is_test_path(path) && PathContext::of(path).is_test && !tokens::may_stand_in(bytes)
}

/// The test code that a file of the program itself imports, by the last names of the imports.
pub(super) fn tests_of(outcome: &Outcome) -> Vec<String> {
    match &outcome.fate {
        Fate::Lowered(lowered) if !classify::is_test_path(&outcome.path) => {
            let named = imported(lowered.language, &lowered.module);
            named.filter(|(_, tests)| *tests).map(|(name, _)| name).collect()
        }
        _ => Vec::new(),
    }
}

/// Lowers a file that was left aside, if it is wanted; what it may want in turn. Imports between tests stay in their
/// folder, so that they do not say that they lead to tests.
pub(super) fn wake(outcome: &mut Outcome, wanted: &HashSet<String>, kept: Option<&Lowerings>) -> Vec<String> {
    let Fate::Aside(language, bytes) = &outcome.fate else { return Vec::new() };
    // Go builds `_test.go` files with the tests of their package alone.
    if outcome.path.ends_with("_test.go") || !wanted.contains(imported_as(&outcome.path, *language)) {
        return Vec::new();
    }
    let (path, bytes, kind) = (outcome.path.clone(), Arc::clone(bytes), FileKind::Code(*language));
    *outcome = lower_source(Source { path, bytes, kind }, kept);
    match &outcome.fate {
        Fate::Lowered(lowered) => imported(lowered.language, &lowered.module).map(|(name, _)| name).collect(),
        _ => Vec::new(),
    }
}

/// The last names of a file's imports, and whether each leads into test code.
fn imported(language: Language, module: &Module) -> impl Iterator<Item = (String, bool)> {
    let dotted = matches!(language, Language::Python);
    module.imports.iter().flat_map(move |import| {
        let written = module.text(import.module);
        let path = if dotted { written.replace('.', "/") } else { written.to_owned() };
        let member = match import.what {
            Imported::Member(name) if dotted => Some(format!("{path}/{}", module.text(name))),
            _ => None,
        };
        [Some(path), member].into_iter().flatten().map(|path| {
            // Below the folder or module that is named.
            let tests = classify::is_test_path(&format!("{path}/x"));
            (path.rsplit('/').next().unwrap_or(&path).to_owned(), tests)
        })
    })
}

/// What an import of the file ends in: its stem, or its folder where that is the module.
fn imported_as(path: &str, language: Language) -> &str {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if language == Language::Go || matches!(stem, "__init__" | "index") {
        return folder.rsplit('/').next().unwrap_or(folder);
    }
    stem
}
