//! Reports on a part of a project, from outside: changed lines, shards and their merging, what is suppressed.

#[path = "support/schemas.rs"]
#[expect(dead_code, reason = "formats that are not partial have schemas too")]
mod schemas;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const HEAD: &str = "import psycopg2\n\nconn = psycopg2.connect(\"dbname=shop\")\ncur = conn.cursor()\n\n\n";

/// A query in a loop; with `comment` at the end of the line that runs it.
fn looped(name: &str, comment: &str) -> String {
    format!(
        "def {name}(ids):\n    for i in ids:\n        \
         cur.execute(\"SELECT name FROM {name} WHERE id = %s\", (i,)){comment}\n\n\n"
    )
}

fn project(files: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join(".git")).expect("can be made");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("files lie in the project")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }
    folder
}

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

fn run_with(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rearguard"))
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that refuses its arguments does not read.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the program ends");
    Ran {
        code: output.status.code().expect("the program is not killed by a signal"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

fn run(folder: &TempDir, arguments: &[&str]) -> Ran {
    run_with(folder.path(), arguments, "")
}

#[test]
fn a_diff_limits_the_report_to_what_it_changes() {
    let text = format!("{HEAD}{}{}", looped("orders", ""), looped("users", ""));
    let folder = project(&[("app/store.py", text)]);
    let check = ["check", "--format", "concise", "--quiet", "--diff", "-"];
    let found = |diff: &str| {
        let ran = run_with(folder.path(), &check, diff);
        assert!(ran.code < 2, "{}", ran.stderr);
        ran.stdout.lines().map(|line| line.split(": ").next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let hunk = |from: u32| {
        format!(
            "diff --git a/app/store.py b/app/store.py\n--- a/app/store.py\n+++ b/app/store.py\n@@ -{from} +{from} @@\n-x\n+y\n"
        )
    };
    // The query's own line, and the line of the loop around it.
    assert_eq!(found(&hunk(9)), ["app/store.py:9:9"]);
    assert_eq!(found(&hunk(13)), ["app/store.py:14:9"]);
    assert!(found(&hunk(1)).is_empty());
    assert!(found(&hunk(9).replace("store.py", "other.py")).is_empty());
    assert!(found("").is_empty());
    let ran = run_with(folder.path(), &check, "no diff at all");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`-` is no unified diff"), "{}", ran.stderr);
}

#[test]
fn merged_shards_are_the_report_of_one_run() {
    let names = ["a.py", "app/b.py", "app/b c.py", "app/d/é.py", "z.py", "app-1/x.py"];
    let files: Vec<(&str, String)> =
        names.iter().map(|path| (*path, format!("{HEAD}{}{}", looped("orders", ""), looped("users", "")))).collect();
    let folder = project(&files);
    for format in ["json", "sarif"] {
        let whole = run(&folder, &["check", "--format", format]).stdout;
        let mut reports = Vec::new();
        for shard in ["3/3", "1/3", "2/3"] {
            let file = format!("{}.{format}", shard.replace('/', "-of-"));
            let ran = run(&folder, &["check", "--shard", shard, "--format", &format!("{format}={file}")]);
            assert!(ran.code < 2, "{}", ran.stderr);
            assert_ne!(fs::read_to_string(folder.path().join(&file)).expect("it is written"), whole, "{shard}");
            reports.push(file);
        }
        let mut arguments = vec!["merge"];
        arguments.extend(reports.iter().map(String::as_str));
        // A report that comes twice counts once.
        arguments.push(&reports[0]);
        let merged = run(&folder, &arguments);
        assert_eq!((merged.code, merged.stdout == whole), (1, true), "{format}: {}", merged.stdout);
        arguments.extend(["--fail-on", "critical"]);
        assert_eq!(run(&folder, &arguments).code, 0);
    }
}

#[test]
fn what_cannot_be_merged_is_named() {
    let folder = project(&[("a.py", HEAD.to_owned()), ("x.json", "{\"a\": 1}".to_owned())]);
    assert_eq!(run(&folder, &["check", "--format", "json=a.json", "--quiet"]).code, 0);
    assert_eq!(run(&folder, &["check", "--format", "sarif=a.sarif", "--quiet"]).code, 0);
    let text = fs::read_to_string(folder.path().join("a.json")).expect("it is written");
    let other = text.replace(env!("CARGO_PKG_VERSION"), "0.0.0");
    fs::write(folder.path().join("old.json"), other).expect("can be written");
    for (arguments, said) in [
        (vec!["merge", "a.json", "x.json"], "cannot merge `x.json`: it is no JSON or SARIF report of rearguard"),
        (vec!["merge", "a.json", "a.sarif"], "cannot merge `a.sarif`: the formats differ"),
        (vec!["merge", "old.json"], "cannot merge `old.json`: another version wrote it"),
        (vec!["merge", "a.py"], "`a.py` is no JSON"),
        (vec!["merge", "none.json"], "cannot read `none.json`: no such file or folder"),
        (vec!["merge"], "<REPORTS>..."),
        (vec!["check", "--shard", "0/2"], "I and N are numbers, I from 1 to N"),
        (vec!["check", "--shard", "3"], "write it as I/N"),
    ] {
        let ran = run(&folder, &arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn what_is_accepted_is_listed_in_sarif_when_it_is_asked_for() {
    let accepted = looped("orders", "  # rearguard: ignore[n-plus-one] three shards");
    let folder = project(&[("a.py", format!("{HEAD}{accepted}{}", looped("users", "")))]);
    assert_eq!(run(&folder, &["baseline", "create"]).code, 0);
    let sarif = |arguments: &[&str]| {
        let ran = run(&folder, &[&["check", "--format", "sarif"], arguments].concat());
        let log = schemas::valid(schemas::SARIF, &ran.stdout);
        let results = log["runs"][0]["results"].as_array().expect("results").clone();
        (ran.code, results.iter().map(|result| result["suppressions"].clone()).collect::<Vec<_>>())
    };
    let by_comment = serde_json::json!([{ "kind": "inSource", "status": "accepted", "justification": "three shards" }]);
    let by_baseline = serde_json::json!([{ "kind": "external", "status": "accepted" }]);
    let none = serde_json::Value::Null;
    assert_eq!(sarif(&[]), (1, vec![none.clone()]));
    assert_eq!(sarif(&["--show-suppressed"]), (1, vec![none, by_comment.clone()]));
    let with_baseline = ["--show-suppressed", "--baseline", "rearguard-baseline.jsonl"];
    assert_eq!(sarif(&with_baseline), (0, vec![by_comment, by_baseline]));
}

#[test]
fn timings_name_stages_and_rules() {
    let folder = project(&[("a.py", HEAD.to_owned())]);
    let ran = run(&folder, &["check", "--timings"]);
    for name in ["parse", "interpret", "n-plus-one", "hardcoded-secret"] {
        assert!(ran.stderr.lines().any(|line| line.starts_with(name)), "{name}: {}", ran.stderr);
    }
}
