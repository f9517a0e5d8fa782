//! `--since` and `--staged` in real repositories: only what is new is reported, whatever git is set to.

#[path = "support/repository.rs"]
mod repository;

use repository::{git, rearguard};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const OLD: &str = "package shop\n\nfunc f() {\n\t// rearguard: ignore[no-such-rule] why\n\tg()\n}\n";

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("files lie in the project")).expect("can be made");
    fs::write(path, text).expect("can be written");
}

/// Code that differs in the finding.
fn other(name: &str) -> String {
    OLD.replace("no-such-rule", name)
}

fn commit(folder: &Path, what: &str) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", what]);
}

/// A repository with findings on its main branch, and a branch that is checked out.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(folder.path(), &["init", "-q", "-b", "main"]);
    write(folder.path(), "app/a.go", OLD);
    write(folder.path(), "app/ü b.go", &other("second"));
    write(folder.path(), ".gitignore", "out/\n");
    commit(folder.path(), "legacy");
    git(folder.path(), &["checkout", "-q", "-b", "branch"]);
    folder
}

/// Exit code, lines on standard output, standard error.
fn check(folder: &Path, arguments: &[&str]) -> (Option<i32>, Vec<String>, String) {
    rearguard(folder, &[&["check", "--fail-on", "info", "--format", "concise"], arguments].concat())
}

#[test]
fn only_what_the_branch_brings_is_reported() {
    let folder = repository();
    let root = folder.path();
    assert_eq!(check(root, &["--since", "main"]).0, Some(0));
    // Moved within its file and to another one.
    write(root, "app/a.go", &OLD.replace("func f", "func g() {}\n\nfunc f"));
    git(root, &["mv", "app/ü b.go", "lib.go"]);
    let (code, lines, said) = check(root, &["--since", "main"]);
    assert_eq!((code, lines.len()), (Some(0), 0), "{lines:?}");
    assert!(said.contains("; 2 not new"), "{said}");
    // Exactly the new one, committed or not, wherever main went meanwhile.
    write(root, "app/new.go", &other("third"));
    let (code, lines, _) = check(root, &["--since", "main"]);
    assert_eq!((code, lines.len()), (Some(1), 1), "{lines:?}");
    assert!(lines[0].starts_with("app/new.go:4:"), "{lines:?}");
    commit(root, "new");
    git(root, &["checkout", "-q", "main"]);
    write(root, "app/a.go", "package shop\n");
    commit(root, "main fixes its own");
    git(root, &["checkout", "-q", "branch"]);
    let (code, lines, _) = check(root, &["--since", "main"]);
    assert_eq!((code, lines.len()), (Some(1), 1), "the merge base counts: {lines:?}");
    assert_eq!(check(root, &["--since", "HEAD"]).0, Some(0));
    // What is reported can be narrowed, what is known cannot.
    assert_eq!(check(root, &["--since", "main", "lib.go"]).0, Some(0));
}

#[test]
fn merges_and_rebases_do_not_blame() {
    let folder = repository();
    let root = folder.path();
    write(root, "app/new.go", &other("third"));
    commit(root, "new");
    git(root, &["checkout", "-q", "main"]);
    write(root, "app/theirs.go", &other("fourth"));
    commit(root, "theirs");
    git(root, &["checkout", "-q", "-b", "rebased", "branch"]);
    git(root, &["rebase", "-q", "main"]);
    let (code, lines, _) = check(root, &["--since", "main"]);
    assert_eq!((code, lines.len()), (Some(1), 1), "{lines:?}");
    git(root, &["checkout", "-q", "branch"]);
    git(root, &["merge", "-q", "-m", "merge", "main"]);
    let (code, lines, _) = check(root, &["--since", "main"]);
    assert_eq!((code, lines.len()), (Some(1), 1), "{lines:?}");
    assert!(lines[0].starts_with("app/new.go:"), "{lines:?}");
}

#[test]
fn the_index_is_what_the_next_commit_brings() {
    let folder = repository();
    let root = folder.path();
    write(root, "app/staged.go", &other("third"));
    git(root, &["add", "app/staged.go"]);
    // The working tree has gone on.
    write(root, "app/staged.go", "package shop\n");
    write(root, "app/later.go", &other("fourth"));
    let (code, lines, _) = check(root, &["--staged"]);
    assert_eq!((code, lines.len()), (Some(1), 1), "{lines:?}");
    assert!(lines[0].starts_with("app/staged.go:4:"), "{lines:?}");
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(folder.path(), &["init", "-q"]);
    write(folder.path(), "a.go", OLD);
    git(folder.path(), &["add", "-A"]);
    assert_eq!(check(folder.path(), &["--staged"]).1.len(), 1);
}

#[test]
fn settings_of_the_user_do_not_disturb() {
    let folder = repository();
    let root = folder.path();
    for (key, value) in [
        ("diff.external", "false"),
        ("diff.noprefix", "true"),
        ("core.quotePath", "true"),
        ("color.ui", "always"),
        ("diff.mnemonicPrefix", "true"),
        ("core.fsmonitor", "false-hook"),
    ] {
        git(root, &["config", key, value]);
    }
    write(root, "app/ü new.go", &other("third"));
    let (code, lines, _) = check(root, &["--since", "main"]);
    assert_eq!((code, lines.len()), (Some(1), 1), "{lines:?}");
    assert!(lines[0].starts_with("app/ü new.go:4:"), "{lines:?}");
}

#[test]
fn a_project_below_the_root_is_compared_with_itself() {
    let folder = repository();
    let root = folder.path();
    write(root, "api/rearguard.toml", "");
    write(root, "api/a.go", &other("third"));
    commit(root, "api");
    write(root, "api/b.go", &other("fourth"));
    let (_, lines, _) = check(root, &["--since", "HEAD", "api"]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("api/b.go:4:"), "{lines:?}");
}

#[test]
fn what_git_cannot_answer_is_said_with_its_remedy() {
    let folder = repository();
    let root = folder.path();
    write(root, "app/new.go", &other("third"));
    commit(root, "new");
    let (code, _, said) = check(root, &["--since", "nowhere"]);
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: `nowhere` is no revision of this repository\n"), "{said}");
    let clone = tempfile::tempdir().expect("a temporary folder");
    let from = format!("file://{}", root.display());
    git(clone.path(), &["clone", "-q", "--depth", "1", "--no-single-branch", &from, "shallow"]);
    let (code, _, said) = check(&clone.path().join("shallow"), &["--since", "origin/main"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("have no commit in common: the clone is shallow") && said.contains("--unshallow"), "{said}");
    let outside = tempfile::tempdir().expect("a temporary folder");
    write(outside.path(), "rearguard.toml", "");
    write(outside.path(), "a.go", OLD);
    let (code, _, said) = check(outside.path(), &["--since", "main"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("lies in no git repository"), "{said}");
}
