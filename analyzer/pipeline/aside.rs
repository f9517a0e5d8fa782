//! Code of which only a credential could be reported: tests that nobody asked about, modules that call themselves code
//! for a browser, and scripts that only a browser can run. It is parsed only where a credential may stand, or where other code imports the test. In real
//! repositories a quarter to a half of all code is tests.
//!
//! Knows paths, directives, and imports as they are written. Does not resolve imports: a test is parsed as soon as its
//! name is the last one of an import that leads into test code.
//! Invariant: what is reported is what parsing everything would report, as far as `secrets::program` can tell.

use super::one_file::{Fate, Outcome, lower_source};
use super::{Lowerings, Options, Source};
use crate::ir::{Imported, Module};
use crate::rules::hardcoded_secret::PathContext;
use crate::secrets::{program, tokens};
use crate::source::discovery::FileKind;
use crate::source::{Family, Language, classify};
use std::collections::HashSet;
use std::sync::Arc;

/// Whether nothing in a file could be reported, whatever its code is.
pub(super) fn holds_nothing(path: &str, language: Language, bytes: &[u8], options: &Options) -> bool {
    if !options.tests && classify::is_test_path(path) && PathContext::of(path).is_test {
        return !tokens::may_stand_in(bytes);
    }
    // Only what other modules import of it is left, and a server gets no more than a reference of that.
    runs_in_browsers(language, bytes)
        && memchr::memmem::find(bytes, b"rearguard").is_none()
        && !program::may_hold_credential(bytes)
}

/// Whether a file is code for browsers alone, by what it says or by what it needs: no server runs any of it.
pub(super) fn runs_in_browsers(language: Language, bytes: &[u8]) -> bool {
    language.family() == Family::TypeScript
        && (is_for_browsers(bytes) || language == Language::JavaScript && is_browser_script(bytes))
}

/// Whether a module starts with the directive `"use client"`.
fn is_for_browsers(bytes: &[u8]) -> bool {
    let code = without_comments(bytes);
    [b"\"use client\"", b"'use client'"].iter().any(|directive| code.starts_with(*directive))
}

/// Whether a script asks for what only browsers have and for no module, as a page's own script or jQuery's plugins do.
/// A library that is loaded any way (`typeof define === "function" && define.amd`) offers itself to module systems too.
fn is_browser_script(bytes: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    let any = |texts: &[&str]| texts.iter().any(|text| holds(text));
    any(&["document.", "window.", "window)", "window,"])
        && (holds("define.amd") || !any(&["require(", "import", "export"]))
}

/// What follows on white space and comments.
fn without_comments(mut bytes: &[u8]) -> &[u8] {
    loop {
        bytes = bytes.trim_ascii_start();
        let (opening, closing): (&[u8], &[u8]) = match bytes {
            [0xef, 0xbb, 0xbf, ..] => (b"\xef\xbb\xbf", b""),
            [b'/', b'/', ..] => (b"//", b"\n"),
            [b'/', b'*', ..] => (b"/*", b"*/"),
            _ => return bytes,
        };
        let rest = &bytes[opening.len()..];
        let Some(end) = memchr::memmem::find(rest, closing) else { return &[] };
        bytes = &rest[end + closing.len()..];
    }
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
    let is_library = classify::is_test_path(&outcome.path) && !outcome.path.ends_with("_test.go");
    if !is_library || !wanted.contains(imported_as(&outcome.path, *language)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_for_browsers_knows_no_modules() {
        let loaded_any_way =
            "typeof define === 'function' && define.amd ? define(['jquery'], f) : f(require('jquery'), window);";
        for said in ["document.title = 'x';", "(function ($, window) {})(jQuery, window);", loaded_any_way] {
            assert!(is_browser_script(said.as_bytes()), "{said}");
        }
        let rendered =
            "const { JSDOM } = require('jsdom');\nconst title = () => new JSDOM(html).window.document.title;";
        for silent in ["db.orders.find().forEach(f);", "import { sql } from './db';\nwindow.sql = sql;", rendered] {
            assert!(!is_browser_script(silent.as_bytes()), "{silent}");
        }
    }

    #[test]
    fn a_module_for_browsers_says_so_above_all_code() {
        for said in ["'use client'\n", "\u{feff}// a\n/* b\n */ \"use client\";\nimport x from \"y\";\n"] {
            assert!(is_for_browsers(said.as_bytes()), "{said}");
        }
        for silent in ["", "/* ", "import x from \"y\";\n\"use client\";\n", "\"use server\";\n"] {
            assert!(!is_for_browsers(silent.as_bytes()), "{silent}");
        }
    }
}
