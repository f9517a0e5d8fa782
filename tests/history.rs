//! `--history` in real repositories: every content once, each secret where it came in first, and no value anywhere.

#[path = "support/placeholders.rs"]
mod placeholders;
#[path = "support/repository.rs"]
mod repository;

use repository::{git, rearguard};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Writes files, commits them and gives the commit's name as reports show it.
fn commit(folder: &Path, files: &[(&str, &str)]) -> String {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("files lie in the project")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "a change"]);
    git(folder, &["rev-parse", "HEAD"])[..12].to_owned()
}

fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(folder.path(), &["init", "-q", "-b", "main"]);
    folder
}

/// Exit code, lines on standard output, standard error.
fn check(folder: &Path, arguments: &[&str]) -> (Option<i32>, Vec<String>, String) {
    rearguard(folder, &[&["check", "--history", "--format", "concise"], arguments].concat())
}

#[test]
fn what_was_removed_is_found_where_it_came_in() {
    let folder = repository();
    let top = folder.path();
    let token = placeholders::fill("sk_live_‹24 alnum›");
    let password = placeholders::fill("‹16 mixed›");
    commit(top, &[("app/a.py", "import os\n")]);
    let first = commit(top, &[("app/a.py", &format!("import os\nKEY = \"{token}\"\n"))]);
    // Another content with the same secret, in another line.
    commit(top, &[("app/a.py", &format!("import os\nimport sys\nKEY = \"{token}\"\n"))]);
    let second = commit(top, &[(".env", &format!("DEBUG=1\nDB_PASSWORD={password}\n")), ("app/a.py", "import os\n")]);
    git(top, &["rm", "-q", ".env"]);
    commit(top, &[("b.py", "x = 1\n")]);

    let (code, lines, summary) = check(top, &["--select", "hardcoded-secret"]);
    assert_eq!(code, Some(1), "{summary}");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with(".env:2:") && lines[0].contains(&second), "{lines:?}");
    assert!(lines[1].starts_with("app/a.py:2:") && lines[1].contains(&first), "{lines:?}");
    assert!(summary.contains("2 findings"), "{summary}");
    for format in ["text", "json", "sarif"] {
        let (_, lines, errors) = check(top, &["--format", &format!("{format}=out.txt")]);
        let shown = fs::read_to_string(top.join("out.txt")).expect("it was written") + &lines.join("\n") + &errors;
        assert!(shown.contains(&first) && !shown.contains(&token[8..]) && !shown.contains(&password), "{format}");
    }
    // The working tree holds neither.
    let (code, lines, _) = check(top, &["--select", "hardcoded-secret", "app/b.py"]);
    assert_eq!((code, lines.len()), (Some(2), 0));
}

#[test]
fn branches_tags_and_merges_are_reached() {
    let folder = repository();
    let top = folder.path();
    let key = |number: u32| placeholders::fill(&format!("{number}‹31 hex›"));
    let line = |number: u32| format!("API_KEY = \"{}\"\n", key(number));
    commit(top, &[("a.py", "x = 1\n"), ("shared.py", "x = 1\n")]);
    git(top, &["checkout", "-q", "-b", "side"]);
    commit(top, &[("side.py", &line(1)), ("shared.py", "x = 2\n")]);
    git(top, &["checkout", "-q", "main"]);
    commit(top, &[("shared.py", "x = 3\n")]);
    git(top, &["merge", "-q", "--no-commit", "-s", "ours", "side"]);
    let merge = commit(top, &[("shared.py", &line(2))]);
    git(top, &["checkout", "-q", "--detach"]);
    commit(top, &[("tagged.py", &line(3))]);
    git(top, &["tag", "v1"]);
    git(top, &["checkout", "-q", "main"]);
    git(top, &["branch", "-q", "-D", "side"]);
    let (_, lines, summary) = check(top, &[]);
    let paths: Vec<&str> = lines.iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(paths, ["shared.py", "side.py", "tagged.py"], "{summary}");
    assert!(lines[0].contains(&merge), "{lines:?}");
    // Below a folder, as a scope.
    let (_, lines, _) = check(top, &["side.py"]);
    assert_eq!(lines.len(), 0, "it is in no tree that was given: {lines:?}");
}

#[test]
fn what_is_not_read_in_a_tree_is_not_read_in_history() {
    let folder = repository();
    let top = folder.path();
    let line = placeholders::fill("API_KEY = \"‹32 hex›\"\n");
    let large = line.clone() + &"# a line of no interest\n".repeat(100_000);
    commit(
        top,
        &[
            ("node_modules/a/b.js", &line),
            ("notes.txt", &line),
            ("large.py", &large),
            ("legacy/a.py", &line),
            ("binary.py", &format!("\0{line}")),
            ("rearguard.toml", "exclude = [\"legacy\"]\n"),
        ],
    );
    let (code, lines, summary) = check(top, &[]);
    assert_eq!((code, lines.len()), (Some(0), 0), "{lines:?} {summary}");
}

#[test]
fn a_bare_repository_has_a_history() {
    let folder = repository();
    commit(folder.path(), &[("app/a.py", &placeholders::fill("API_KEY = \"‹32 hex›\"\n"))]);
    let clones = tempfile::tempdir().expect("a temporary folder");
    git(clones.path(), &["clone", "-q", "--bare", &folder.path().display().to_string(), "mirror.git"]);
    let (code, lines, _) = check(&clones.path().join("mirror.git"), &[]);
    assert_eq!(code, Some(1), "{lines:?}");
    assert!(lines.len() == 1 && lines[0].starts_with("app/a.py:1:"), "{lines:?}");
}

/// More contents are asked for than fit into a pipe, and none is there: nobody may wait for the other.
#[test]
fn contents_that_a_partial_clone_left_behind_are_problems() {
    let folder = repository();
    let texts: Vec<(String, String)> =
        (0..2_000).map(|number| (format!("a{number}.py"), format!("x = {number}\n"))).collect();
    commit(folder.path(), &texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    git(folder.path(), &["config", "uploadpack.allowFilter", "true"]);
    let clones = tempfile::tempdir().expect("a temporary folder");
    let from = format!("file://{}", folder.path().display());
    git(clones.path(), &["clone", "-q", "--filter=blob:none", "--no-checkout", &from, "partial"]);
    let partial = clones.path().join("partial");
    let (code, lines, said) = check(&partial, &["--strict"]);
    assert_eq!((code, lines.len()), (Some(2), 0), "{said}");
    assert!(said.contains("is missing: the clone is partial") && said.contains("2000 files could not"), "{said}");
    let (code, _, said) = rearguard(&partial, &["check", "--since", "HEAD", "--exit-zero"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("is missing: the clone is partial, fetch it without a filter"), "{said}");
}

#[test]
fn an_empty_history_has_no_findings_and_a_folder_without_git_no_history() {
    let folder = repository();
    let (code, lines, summary) = check(folder.path(), &[]);
    assert_eq!((code, lines.len()), (Some(0), 0), "{summary}");
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("a.py"), "x = 1\n").expect("can be written");
    let (code, _, errors) = check(folder.path(), &[]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("lies in no git repository"), "{errors}");
    let (code, _, errors) = check(folder.path(), &["--select", "n-plus-one"]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("--history looks for hardcoded-secret alone"), "{errors}");
}
