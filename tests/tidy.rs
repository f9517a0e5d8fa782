//! Holds the house rules that no compiler holds: module docs, file sizes, who may know whom, what documents name.
//!
//! Knows the repository as text. Takes out comments and test modules, nothing cleverer: a false alarm is answered by
//! writing the code differently or by an entry in a list here, with its reason.

use rearguard::source::{Family, Language};
use rearguard::syntax;
use std::fs;
use std::path::Path;

const MAX_LINES: usize = 800;

/// Files over `MAX_LINES`, each with its reason.
const LONG_FILES: &[(&str, &str)] =
    &[("analyzer/models/schema.rs", "the vocabulary of models is one page, read from top to bottom")];

const RULES: [&str; 5] =
    ["n-plus-one", "sql-interpolation", "swallowed-exception", "hardcoded-secret", "unpaginated-list"];

/// Below a path, words that may not stand there, and why.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    (
        "analyzer/rules/",
        &["crate::syntax", "crate::lower", "crate::report", "tree_sitter", "std::fs", "Language::", "Family::"],
        "a rule asks facts, project and models, and is the same for every language",
    ),
    (
        "analyzer/lower/",
        &["crate::models", "crate::rules", "crate::project", "crate::flow"],
        "lowering knows one file and no library",
    ),
    ("analyzer/lower/python/", &["lower::go", "lower::typescript"], ONE_LANGUAGE),
    ("analyzer/lower/typescript/", &["lower::go", "lower::python"], ONE_LANGUAGE),
    ("analyzer/lower/go/", &["lower::python", "lower::typescript"], ONE_LANGUAGE),
    ("analyzer/lower/template/", &["lower::python", "lower::typescript", "lower::go"], ONE_LANGUAGE),
    ("analyzer/models/", &["crate::rules"], FACTS_ONLY),
    ("analyzer/models/", &RULES, FACTS_ONLY),
    ("rules/models/", &RULES, FACTS_ONLY),
    ("analyzer/report/", &["crate::ir", "crate::project", "crate::flow"], "a format is a function of the report"),
    ("analyzer/findings/", &["crate::ir", "crate::project", "crate::report"], "a finding is a place and texts"),
    ("analyzer/source/", &["crate::syntax", "crate::ir", "tree_sitter"], "a file is bytes and lines"),
];

const ONE_LANGUAGE: &str = "one language's lowering knows nothing of another's";
const FACTS_ONLY: &str = "a model states facts, no rule";

/// Words that may stand in one place of `analyzer` only, and why.
const RESERVED: &[(&[&str], &str, &str)] = &[
    (&["rayon"], "analyzer/pipeline", "the order of stages and their threads are one module's business"),
    (
        &["println!", "print!", "eprintln!", "eprint!", "exit(", "std::env", "env::var", "stdout(", "stderr(", "clap"],
        "analyzer/cli/",
        "the terminal, the environment and exit codes belong to the command line",
    ),
    (
        &["unsafe {", "unsafe fn", "unsafe extern", "unsafe impl", "unsafe_code"],
        "analyzer/syntax/allocator.rs",
        "the one reasoned exception",
    ),
    (&["Parser::new"], "analyzer/syntax/", "the allocator has to know of every parser"),
];

/// Exceptions to the two lists above: file, word, reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("analyzer/main.rs", "std::env", "hands the arguments to the command line"),
    ("analyzer/rules/cards.rs", "Family::", "a card's examples have a language"),
];

struct File {
    /// Relative to the repository's root, `/` separators.
    path: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Text files of the repository below these folders with this extension, sorted by path.
fn files(folders: &[&str], extension: &str) -> Vec<File> {
    let mut found = Vec::new();
    let mut waiting: Vec<_> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("the repository can be listed").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(&path).expect("sources are text");
                let relative = path.strip_prefix(root()).expect("it lies below the root");
                found.push(File { path: relative.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn sources() -> Vec<File> {
    files(&["analyzer", "tests", "benches"], "rs")
}

/// What the compiler sees outside of tests; line comments and the test module at a file's end are left out.
fn code(file: &File) -> String {
    let text = file.text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Whether a word stands in a text and is not the end or the middle of a longer one.
fn mentions(text: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + word.len()..].chars().next();
        let ends_open = !word.ends_with(is_part);
        !before.is_some_and(is_part) && (ends_open || !behind.is_some_and(is_part))
    })
}

fn is_excepted(path: &str, word: &str) -> bool {
    EXCEPTIONS.iter().any(|(file, excepted, _)| *file == path && *excepted == word)
}

fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent = sources().into_iter().filter(|file| !file.text.starts_with("//! "));
    assert_none(&silent.map(|file| format!("{}: opens without `//!`", file.path)).collect::<Vec<_>>());
}

#[test]
fn no_file_is_too_long() {
    let mut problems = Vec::new();
    for file in sources() {
        let lines = file.text.lines().count();
        let is_listed = LONG_FILES.iter().any(|(path, _)| *path == file.path);
        if lines > MAX_LINES && !is_listed {
            problems.push(format!("{}: {lines} lines, {MAX_LINES} are allowed", file.path));
        }
        if lines <= MAX_LINES && is_listed {
            problems.push(format!("{}: no longer too long, take it off the list", file.path));
        }
    }
    assert_none(&problems);
}

#[test]
fn nothing_is_named_only_to_count_as_used() {
    let is_name = |rest: &str| {
        rest.strip_suffix(';').is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || "_:".contains(c)))
    };
    let mut problems = Vec::new();
    for file in sources() {
        for (at, line) in file.text.lines().enumerate() {
            if line.trim().strip_prefix("let _ = ").is_some_and(is_name) {
                problems.push(format!("{}:{}: an unused name is left out instead", file.path, at + 1));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn modules_know_only_what_they_may() {
    let mut problems = Vec::new();
    let models = files(&["rules/models"], "toml").into_iter().map(|file| (file.path.clone(), file.text));
    for (path, text) in files(&["analyzer"], "rs").iter().map(|file| (file.path.clone(), code(file))).chain(models) {
        for (below, words, reason) in FORBIDDEN.iter().filter(|(below, ..)| path.starts_with(below)) {
            for word in words.iter().filter(|word| mentions(&text, word) && !is_excepted(&path, word)) {
                problems.push(format!("{path}: `{word}` may not stand below {below}: {reason}"));
            }
        }
        for (words, place, reason) in RESERVED.iter().filter(|(_, place, _)| !path.starts_with(place)) {
            for word in words.iter().filter(|word| mentions(&text, word) && !is_excepted(&path, word)) {
                if path.starts_with("analyzer/") {
                    problems.push(format!("{path}: `{word}` may only stand in {place}: {reason}"));
                }
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn the_ir_knows_spans_only() {
    let mut problems = Vec::new();
    for file in files(&["analyzer/ir"], "rs") {
        for (at, _) in code(&file).match_indices("crate::") {
            let code = code(&file);
            let path: String =
                code[at..].chars().take_while(|letter| !matches!(letter, ';' | ',' | ')' | ' ')).collect();
            if path != "crate::source::Span" && !path.starts_with("crate::ir") {
                problems.push(format!("{}: `{path}`", file.path));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn lists_in_here_are_not_stale() {
    let listed = LONG_FILES.iter().map(|(path, _)| path).chain(EXCEPTIONS.iter().map(|(path, ..)| path));
    let missing = listed.filter(|path| !root().join(path).is_file());
    assert_none(&missing.map(|path| format!("{path}: listed here, but there is no such file")).collect::<Vec<_>>());
    for (path, word, _) in EXCEPTIONS {
        let text = fs::read_to_string(root().join(path)).expect("it is a file");
        assert!(mentions(&text, word), "{path}: no longer needs its exception for `{word}`");
    }
}

/// `README.md` says `rules/n-plus-one.toml`: the file has to be there. Placeholders such as `rules/<rule-id>.toml` end the
/// path that is looked up.
#[test]
fn paths_that_documents_name_exist() {
    let mut documents = files(&[".ci", "fixtures", "rules"], "md");
    for name in ["README.md", "CHANGELOG.md", "analyzer/lib.rs", ".ci/run"] {
        let text = fs::read_to_string(root().join(name)).expect("the document is there");
        documents.push(File { path: name.to_owned(), text });
    }
    let mut problems = Vec::new();
    for document in documents {
        for folder in ["analyzer/", "rules/", "fixtures/", "tests/", "benches/", ".ci/"] {
            for (at, _) in document.text.match_indices(folder) {
                let before = document.text[..at].chars().next_back();
                if before.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '/' | '.' | '-' | '_')) {
                    continue;
                }
                let is_part = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '.' | '-' | '_');
                let named: String = document.text[at..].chars().take_while(is_part).collect();
                let is_cut = document.text[at + named.len()..].starts_with(['<', '*', '{', '…']);
                let path = if is_cut {
                    named.rsplit_once('/').map_or(folder, |(parent, _)| parent)
                } else {
                    named.trim_end_matches('.')
                };
                if !root().join(path).exists() {
                    problems.push(format!("{}: names `{path}`, which is not there", document.path));
                }
            }
        }
    }
    assert_none(&problems);
}

/// Each name that a `kinds.rs` lists has to be a kind of one of its grammars: a misspelled one would never be met.
#[test]
fn kinds_that_the_lowering_names_exist_in_a_grammar() {
    let mut problems = Vec::new();
    for family in Family::ALL {
        let languages = [Language::Python, Language::TypeScript, Language::Tsx, Language::JavaScript, Language::Go];
        let grammars: Vec<_> =
            languages.into_iter().filter(|language| language.family() == family).map(syntax::grammar).collect();
        let path = format!("analyzer/lower/{}/kinds.rs", family.name());
        let text = fs::read_to_string(root().join(&path)).expect("every language lists its kinds");
        let names: Vec<String> = kind_names(&text);
        assert!(names.len() > 50, "{path}: only {} kinds were found in it", names.len());
        for name in names {
            let is_known = |grammar: &tree_sitter::Language| {
                [true, false].into_iter().any(|named| grammar.id_for_node_kind(&name, named) != 0)
            };
            if !grammars.iter().any(is_known) {
                problems.push(format!("{path}: no grammar has the kind `{name}`"));
            }
        }
    }
    assert_none(&problems);
}

/// `Variant "name"` and `Variant = "name"` inside the file's `kinds!` call.
fn kind_names(text: &str) -> Vec<String> {
    let Some(list) = text.split("\nkinds! {").nth(1).and_then(|rest| rest.split("\n}").next()) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    let mut rest = list;
    while let Some((before, behind)) = rest.split_once('"') {
        let mut name = String::new();
        let mut letters = behind.char_indices();
        let mut end = behind.len();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => name.extend(letters.next().map(|(_, escaped)| escaped)),
                _ => name.push(letter),
            }
        }
        let variant = before.trim_end().trim_end_matches('=').trim_end();
        if variant.ends_with(|letter: char| letter.is_alphanumeric()) {
            names.push(name);
        }
        rest = &behind[end..];
    }
    names
}

/// A rule consists of its card, its code, and for each language that its card claims a fixture that expects it and one
/// that is silent.
#[test]
fn every_rule_is_whole() {
    let mut problems = Vec::new();
    for rule in RULES {
        let module = format!("analyzer/rules/{}", rule.replace('-', "_"));
        let code = [format!("{module}.rs"), format!("{module}/mod.rs")];
        let card = [format!("rules/{rule}.toml")];
        for paths in [&code[..], &card[..]] {
            if !paths.iter().any(|path| root().join(path).is_file()) {
                problems.push(format!("{rule}: there is no {}", paths.join(" or ")));
            }
        }
        let claimed = rearguard::rules::cards::of(rule).map(|card| card.example.iter().map(|example| example.language));
        for family in claimed.into_iter().flatten().map(rearguard::rules::cards::CardLanguage::family) {
            let extensions: &[&str] = match family {
                Family::Python => &["py"],
                Family::TypeScript => &["ts", "tsx", "js", "jsx", "mjs"],
                Family::Go => &["go"],
            };
            let folder = format!("fixtures/{rule}");
            let fixtures: Vec<File> =
                extensions.iter().flat_map(|extension| files(&[folder.as_str()], extension)).collect();
            for (word, kind) in [(format!("expect: {rule}"), "loud"), ("silent:".to_owned(), "silent")] {
                if !fixtures.iter().any(|file| file.text.contains(&word)) {
                    problems.push(format!("{rule}: no {kind} fixture for {}", family.name()));
                }
            }
        }
    }
    assert_none(&problems);
}
