//! The baseline as a story: what was there is accepted, wherever it moves, and what is new fails.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const OLD: &str = "package shop\n\nfunc f() {\n\t// rearguard: ignore[no-such-rule] why\n\tg()\n}\n";

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(folder: &TempDir, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rearguard"));
    let output = command.current_dir(folder.path()).args(arguments).stdin(Stdio::null()).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn check(folder: &TempDir) -> Ran {
    run(folder, &["check", "--fail-on", "info", "--format", "concise", "--baseline", FILE])
}

const FILE: &str = "rearguard-baseline.jsonl";

fn project() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir_all(folder.path().join(".git")).expect("can be made");
    write(&folder, "app/a.go", OLD);
    folder
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().expect("files lie in the project")).expect("can be made");
    fs::write(path, text).expect("can be written");
}

fn read(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join(FILE)).expect("the baseline is there")
}

fn is_there(folder: &TempDir, path: &str) -> bool {
    Path::new(folder.path()).join(path).exists()
}

#[test]
fn what_is_known_is_green_wherever_it_moves() {
    let folder = project();
    assert_eq!(run(&folder, &["check", "--fail-on", "info"]).code, Some(1));
    let created = run(&folder, &["baseline", "create"]);
    assert_eq!((created.code, created.stdout.as_str()), (Some(0), ""), "{}", created.stderr);
    let green = check(&folder);
    assert_eq!((green.code, green.stdout.as_str()), (Some(0), ""));
    assert!(green.stderr.contains("; 1 known to the baseline"), "{}", green.stderr);
    // Within its file.
    write(&folder, "app/a.go", &OLD.replace("func f", "// One.\n\n// Two.\nfunc g() {}\n\nfunc f"));
    assert_eq!(check(&folder).code, Some(0));
    // To another file.
    write(&folder, "app/b.go", OLD);
    fs::remove_file(folder.path().join("app/a.go")).expect("can be removed");
    assert_eq!(check(&folder).code, Some(0));
    // Its copy is new, and so is anything else: exactly that is reported.
    write(&folder, "app/c.go", OLD);
    write(&folder, "app/d.go", &OLD.replace("no-such-rule", "another"));
    let red = check(&folder);
    assert_eq!(red.code, Some(1));
    assert_eq!(red.stdout.lines().count(), 2, "{}", red.stdout);
    assert!(red.stdout.contains("app/d.go:4:"), "{}", red.stdout);
}

#[test]
fn a_baseline_is_one_sorted_line_an_entry_without_lines_and_times() {
    let folder = project();
    write(&folder, "app/0.go", OLD);
    run(&folder, &["baseline", "create"]);
    let text = read(&folder);
    let entries: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(entries.len(), 2);
    assert_eq!((&entries[0]["path"], &entries[1]["path"]), (&"app/0.go".into(), &"app/a.go".into()));
    for entry in &entries {
        let keys: Vec<&String> = entry.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["path", "rule", "title", "v1", "moved/v1"]);
    }
    let again = run(&folder, &["baseline", "create"]);
    assert_eq!(again.code, Some(2), "an existing file is not overwritten");
    assert_eq!(run(&folder, &["baseline", "update"]).code, Some(0));
    assert_eq!(read(&folder), text, "nothing has changed");
}

#[test]
fn update_follows_and_drops_but_adds_only_when_asked() {
    let folder = project();
    run(&folder, &["baseline", "create"]);
    fs::rename(folder.path().join("app/a.go"), folder.path().join("app/z.go")).expect("can be moved");
    write(&folder, "app/new.go", &OLD.replace("no-such-rule", "another"));
    let updated = run(&folder, &["baseline", "update"]);
    assert!(updated.stderr.contains("1 known findings") && updated.stderr.contains("1 new ones"), "{}", updated.stderr);
    assert!(read(&folder).contains("\"app/z.go\"") && !read(&folder).contains("new.go"));
    assert_eq!(check(&folder).code, Some(1));
    let added = ["baseline", "update", "--add", "--reason", "three shards", "--expires", "2999-01-31"];
    assert_eq!(run(&folder, &added).code, Some(0));
    assert!(read(&folder).contains("\"reason\":\"three shards\",\"expires\":\"2999-01-31\""), "{}", read(&folder));
    assert_eq!(check(&folder).code, Some(0));
    // What an entry says of itself survives the next update.
    run(&folder, &["baseline", "update"]);
    assert!(read(&folder).contains("three shards"));
    assert_eq!(run(&folder, &["baseline", "update", "--reason", "x"]).code, Some(2));
}

#[test]
fn prune_drops_what_is_gone_or_expired() {
    let folder = project();
    write(&folder, "app/b.go", OLD);
    write(&folder, "app/c.go", &OLD.replace("no-such-rule", "another"));
    run(&folder, &["baseline", "create"]);
    fs::remove_file(folder.path().join("app/c.go")).expect("can be removed");
    let dated = read(&folder).replacen("\"}\n", "\",\"expires\":\"2001-01-31\"}\n", 1);
    fs::write(folder.path().join(FILE), dated).expect("can be written");
    let expired = check(&folder);
    assert_eq!(expired.code, Some(1));
    assert!(expired.stderr.contains("app/a.go: accepted until 2001-01-31"), "{}", expired.stderr);
    assert_eq!(run(&folder, &["baseline", "prune"]).code, Some(0));
    let text = read(&folder);
    assert!(text.lines().count() == 1 && text.contains("app/b.go"), "{text}");
}

#[test]
fn a_broken_baseline_is_wrong_use() {
    let folder = project();
    assert_eq!(check(&folder).code, Some(2), "it is not there");
    fs::write(folder.path().join(FILE), "<<<<<<< HEAD\n").expect("can be written");
    let ran = check(&folder);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("rearguard-baseline.jsonl:1: a merge conflict is not resolved"), "{}", ran.stderr);
    assert!(is_there(&folder, FILE));
}
