//! The command line from outside: exit codes, streams, options, configuration. Each test has a project in a temporary folder.

mod review_findings;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Go code in which comments are wrong: findings that need no library.
const WRONG_COMMENT: &str = "package shop\n\n// rearguard: ignore[no-such-rule] why\nfunc f() {}\n";

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join(".git")).expect("can be made");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("files lie in the project")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }
    folder
}

/// The program, in this folder, without anything in the environment that changes its output.
fn rearguard(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rearguard"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command
}

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().expect("the program is not killed by a signal"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

fn run(folder: &TempDir, arguments: &[&str]) -> Ran {
    ran(rearguard(folder.path(), arguments).output().expect("the program starts"))
}

#[test]
fn no_arguments_print_help_and_exit_with_2() {
    let ran = run(&project(&[]), &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.is_empty());
    assert!(ran.stderr.contains("Usage: rearguard"), "{}", ran.stderr);
}

#[test]
fn help_and_version_are_no_mistakes() {
    for argument in ["--help", "--version"] {
        let ran = run(&project(&[]), &[argument]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{argument}");
        assert!(ran.stdout.contains("rearguard"), "{argument}");
    }
}

#[test]
fn clean_code_exits_with_0() {
    let ran = run(&project(&[("a.go", "package shop\n"), ("b.py", "x = 1\n")]), &["check"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.starts_with("no findings in 2 files, "), "{}", ran.stderr);
}

#[test]
fn the_threshold_decides_the_exit_code() {
    let folder = project(&[("a.go", WRONG_COMMENT)]);
    for (arguments, code) in [
        (vec!["check"], 0),
        (vec!["check", "--fail-on", "info"], 1),
        (vec!["check", "--fail-on=critical"], 0),
        (vec!["check", "--fail-on", "never"], 0),
        (vec!["check", "--fail-on", "info", "--exit-zero"], 0),
        (vec!["check", "--fail-on", "info", "--format", "json"], 1),
        (vec!["check", "--fail-on", "info", "--ignore", "unknown-suppression"], 0),
        (vec!["check", "--fail-on", "info", "--select", "n-plus-one,unknown-suppression"], 1),
        (vec!["check", "--fail-on", "info", "--select", "n-plus-one"], 0),
    ] {
        assert_eq!(run(&folder, &arguments).code, code, "{arguments:?}");
    }
}

#[test]
fn wrong_use_exits_with_2_and_names_the_thing() {
    let folder = project(&[("a.go", WRONG_COMMENT)]);
    for (arguments, said) in [
        (vec!["check", "nowhere"], "cannot read `nowhere`: no such file or folder"),
        (vec!["check", "--fail-on", "high"], "'high'"),
        (vec!["check", "--format", "xml"], "the formats are text, concise, json, jsonl, sarif"),
        (vec!["check", "--format", "json="], "the name of the file is missing"),
        (vec!["check", "--format", "json", "--format", "text"], "only one format can go to standard output"),
        (vec!["check", "--format", "json=no/such/folder/out.json"], "cannot write `no/such/folder/out.json`"),
        (vec!["check", "--select", "n-plus-on"], "'n-plus-one'"),
        (vec!["check", "--ignore", "sql"], "'sql'"),
        (vec!["check", "--threads", "0"], "'0'"),
        (vec!["check", "--colour"], "--color"),
        (vec!["explain", "swallowed-exeption"], "'swallowed-exception'"),
        (vec!["chekc"], "'check'"),
    ] {
        let ran = run(&folder, &arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn a_broken_configuration_exits_with_2_and_says_where() {
    for (text, said) in [
        ("\nfail_on = \"major\"\n", "rearguard.toml:2: unknown key `fail_on`: did you mean `fail-on`?"),
        ("select = [\"n-plus-one\", \"sql\"]", "rearguard.toml:1: unknown rule `sql`"),
        ("fail-on = 3", "rearguard.toml:1: `fail-on` must be one of"),
        ("select = [", "rearguard.toml:1: not TOML"),
    ] {
        let folder = project(&[("rearguard.toml", text), ("a.go", "package shop\n")]);
        let ran = run(&folder, &["check"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{text}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn the_configuration_is_read_and_the_command_line_wins() {
    let files = [("rearguard.toml", "fail-on = \"info\"\n"), ("a.go", WRONG_COMMENT)];
    let folder = project(&files);
    assert_eq!(run(&folder, &["check"]).code, 1);
    assert_eq!(run(&folder, &["check", "--fail-on", "minor"]).code, 0);
    let folder = project(&[("rearguard.toml", "ignore = [\"unknown-suppression\"]\n"), ("a.go", WRONG_COMMENT)]);
    assert_eq!(run(&folder, &["check", "--fail-on", "info"]).code, 0);
}

#[test]
fn excluded_paths_are_not_read() {
    let folder = project(&[
        ("rearguard.toml", "exclude = [\"legacy/**\"]\n"),
        ("legacy/a.go", WRONG_COMMENT),
        ("b.go", "package shop\n"),
    ]);
    let ran = run(&folder, &["check", "--fail-on", "info"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.starts_with("no findings in 1 file, "), "{}", ran.stderr);
}

#[test]
fn json_goes_to_stdout_and_is_valid() {
    let folder = project(&[("app/a.go", WRONG_COMMENT)]);
    let ran = run(&folder, &["check", "--format", "json"]);
    let value = review_findings::valid(&ran.stdout);
    assert_eq!(value["status"], "ready");
    assert_eq!(value["findings"][0]["rule"], "unknown-suppression");
    assert_eq!(value["findings"][0]["where"]["path"], "app/a.go");
    assert_eq!(value["findings"][0]["where"]["lines"], "3");
    assert!(ran.stderr.starts_with("1 finding (1 info) in 1 file, "), "{}", ran.stderr);
}

#[test]
fn several_formats_in_one_run() {
    let folder = project(&[("a.go", WRONG_COMMENT)]);
    let ran = run(&folder, &["check", "--format", "text", "--format", "json=out.json"]);
    assert!(ran.stdout.starts_with("info[unknown-suppression]: "), "{}", ran.stdout);
    let written = fs::read_to_string(folder.path().join("out.json")).expect("the file was written");
    assert_eq!(review_findings::valid(&written)["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn given_paths_choose_what_is_reported() {
    let folder = project(&[("a/a.go", WRONG_COMMENT), ("b/b.go", WRONG_COMMENT), ("bc/c.go", WRONG_COMMENT)]);
    let ran = run(&folder, &["check", "b", "--format", "json"]);
    let value = review_findings::valid(&ran.stdout);
    let paths: Vec<&str> = value["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|finding| finding["where"]["path"].as_str())
        .collect();
    assert_eq!(paths, ["b/b.go"]);
    assert_eq!(run(&folder, &["check", "--quiet", "a", "--fail-on", "info"]).code, 1);
}

#[test]
fn text_shows_paths_from_where_one_stands() {
    let folder = project(&[("app/a.go", WRONG_COMMENT)]);
    let below = ran(rearguard(&folder.path().join("app"), &["check"]).output().expect("the program starts"));
    assert!(below.stdout.contains("--> a.go:3:4"), "{}", below.stdout);
    assert!(run(&folder, &["check"]).stdout.contains("--> app/a.go:3:4"));
}

#[test]
fn a_folder_without_code_is_said_to_be_one() {
    let folder = project(&[("docs/a.md", "text\n"), ("a.go", "package shop\n")]);
    let ran = run(&folder, &["check", "docs"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.starts_with("warning: nothing to analyse in `docs`"), "{}", ran.stderr);
}

#[test]
fn quiet_leaves_findings_only() {
    let folder = project(&[("a.go", WRONG_COMMENT)]);
    let ran = run(&folder, &["check", "-q"]);
    assert!(!ran.stdout.is_empty());
    assert_eq!(ran.stderr, "");
}

#[test]
fn statistics_go_to_stderr() {
    let ran = run(&project(&[("a.go", "package shop\n")]), &["check", "--stats", "--threads", "2"]);
    assert_eq!(ran.stdout, "");
    for name in
        ["files", "opaque", "read", "parse", "lower", "project", "interpret", "rules", "whole", "floor", "ratio"]
    {
        assert!(ran.stderr.lines().any(|line| line.starts_with(name)), "{name}: {}", ran.stderr);
    }
}

#[test]
fn reserved_options_are_accepted() {
    let ran = run(&project(&[("a.go", "package shop\n")]), &["check", "--no-cache", "--cache-dir", "somewhere"]);
    assert_eq!(ran.code, 0);
}

#[test]
fn colour_only_decorates() {
    let folder = project(&[("a.go", WRONG_COMMENT)]);
    let plain = run(&folder, &["check"]).stdout;
    assert!(!plain.contains('\u{1b}'));
    let coloured = run(&folder, &["check", "--color", "always"]).stdout;
    assert!(coloured.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    assert_eq!(run(&folder, &["check", "--color", "never"]).stdout, plain);
}

#[test]
fn the_environment_speaks_on_colour_and_the_option_wins() {
    let folder = project(&[("a.go", WRONG_COMMENT)]);
    let with = |name: &str, arguments: &[&str]| {
        let output = rearguard(folder.path(), arguments).env(name, "1").output().expect("the program starts");
        ran(output).stdout.contains('\u{1b}')
    };
    assert!(with("CLICOLOR_FORCE", &["check"]));
    assert!(!with("NO_COLOR", &["check"]));
    assert!(!with("CLICOLOR_FORCE", &["check", "--color", "never"]));
    assert!(with("NO_COLOR", &["check", "--color", "always"]));
}

#[test]
fn a_file_gets_no_colour() {
    let folder = project(&[("a.go", WRONG_COMMENT)]);
    run(&folder, &["check", "--color", "always", "--format", "text=out.txt"]);
    let written = fs::read_to_string(folder.path().join("out.txt")).expect("the file was written");
    assert!(!written.contains('\u{1b}'));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let many: String = (0..500).map(|_| "// rearguard: ignore[no-such-rule] why\n").collect();
    let folder = project(&[("a.go", &format!("package shop\n{many}"))]);
    for arguments in [&["check"][..], &["check", "--format", "json"], &["explain", "n-plus-one"]] {
        let mut child = rearguard(folder.path(), arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let ran = ran(child.wait_with_output().expect("the program ends"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(!ran.stderr.contains("error") && !ran.stderr.contains("panic"), "{}", ran.stderr);
    }
}

#[test]
fn a_file_that_cannot_be_analysed_is_a_problem_and_strict_minds() {
    // More lines joined by backslashes than Python's grammar can read in reasonable time.
    let endless = "x = 1 + \\\n".repeat(25_000);
    let folder = project(&[("a.py", &endless), ("b.go", WRONG_COMMENT)]);
    let ran = run(&folder, &["check", "--format", "json"]);
    let value = review_findings::valid(&ran.stdout);
    assert_eq!(ran.code, 0);
    assert_eq!(value["status"], "incomplete");
    assert_eq!(value["problems"][0]["path"], "a.py");
    assert_eq!(value["findings"].as_array().map(Vec::len), Some(1));
    assert!(ran.stderr.starts_with("warning: a.py: cannot be parsed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("; 1 file could not be analysed"), "{}", ran.stderr);
    assert_eq!(run(&folder, &["check", "--strict"]).code, 2);
}

#[test]
fn bundles_and_binaries_are_skipped_and_counted() {
    let bundle = format!("var a={};", "f(1),".repeat(20_000));
    let folder = project(&[("bundle.js", &bundle), ("video.ts", "G\0\0"), ("b.go", "package shop\n")]);
    let ran = run(&folder, &["check", "--strict"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("in 1 file, "), "{}", ran.stderr);
    assert!(ran.stderr.contains("; 2 files skipped (bundles, binaries)"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_a_problem_and_strict_minds() {
    use std::os::unix::fs::PermissionsExt;
    let folder = project(&[("a.go", "package shop\n"), ("b.go", WRONG_COMMENT)]);
    let path = folder.path().join("a.go");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("can be set");
    if fs::read(&path).is_ok() {
        // The administrator reads everything: `a_file_that_is_gone_is_a_problem` in the pipeline covers the rest.
        return;
    }
    let ran = run(&folder, &["check", "--format", "json"]);
    let value = review_findings::valid(&ran.stdout);
    assert_eq!(ran.code, 0);
    assert_eq!(value["status"], "incomplete");
    assert_eq!(value["problems"][0]["path"], "a.go");
    assert_eq!(value["findings"].as_array().map(Vec::len), Some(1));
    assert!(ran.stderr.contains("a.go: cannot be read: permission denied"), "{}", ran.stderr);
    assert_eq!(run(&folder, &["check", "--strict"]).code, 2);
    let named = run(&folder, &["check", "a.go"]);
    assert_eq!(named.code, 2);
    assert!(named.stderr.contains("cannot read `a.go`: permission denied"), "{}", named.stderr);
}

#[test]
fn comments_accept_findings_or_are_reported() {
    let folder = project(&[(
        "a.go",
        "package shop\n\n// rearguard: ignore[n-plus-one] three shards\nfunc f() {}\n// rearguard: ignore\nfunc g() {}\n",
    )]);
    let value = review_findings::valid(&run(&folder, &["check", "--format", "json"]).stdout);
    let rules: Vec<&str> =
        value["findings"].as_array().expect("a list").iter().filter_map(|finding| finding["rule"].as_str()).collect();
    assert_eq!(rules, ["unused-suppression", "unknown-suppression"]);
}

#[test]
fn rules_are_listed_and_each_is_explained() {
    let folder = project(&[]);
    let list = run(&folder, &["rules"]);
    assert_eq!((list.code, list.stderr.as_str()), (0, ""));
    for rule in ["n-plus-one", "sql-interpolation", "swallowed-exception", "hardcoded-secret", "unpaginated-list"] {
        assert!(list.stdout.lines().any(|line| line.starts_with(rule)), "{rule}");
        let card = run(&folder, &["explain", rule]);
        assert_eq!(card.code, 0);
        for part in ["What it finds", "Why it matters", ": bad", ": good", "ignore[", "Known limits"] {
            assert!(card.stdout.contains(part), "{rule}: {part}");
        }
    }
}

/// Standard input for a run.
fn run_with(folder: &TempDir, arguments: &[&str], input: &str) -> Ran {
    use std::io::Write;
    let mut command = rearguard(folder.path(), arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it is read");
    ran(child.wait_with_output().expect("the program ends"))
}

fn paths_of(output: &str) -> Vec<String> {
    let value = review_findings::valid(output);
    let findings = value["findings"].as_array().expect("a list");
    findings.iter().filter_map(|finding| finding["where"]["path"].as_str().map(str::to_owned)).collect()
}

#[test]
fn paths_can_come_from_a_list() {
    let folder = project(&[("a.go", WRONG_COMMENT), ("b c.go", WRONG_COMMENT), ("d.go", WRONG_COMMENT)]);
    let arguments = ["check", "--format", "json", "--files-from", "-"];
    assert_eq!(paths_of(&run_with(&folder, &arguments, "a.go\r\nb c.go\ngone.go\n").stdout), ["a.go", "b c.go"]);
    assert_eq!(paths_of(&run_with(&folder, &arguments, "d.go\0b c.go\0").stdout), ["b c.go", "d.go"]);
    // An empty list is nothing, not everything.
    let ran = run_with(&folder, &arguments, "\n");
    assert_eq!((ran.code, paths_of(&ran.stdout).len()), (0, 0));
    fs::write(folder.path().join("list"), "d.go").expect("can be written");
    assert_eq!(paths_of(&run(&folder, &["check", "--format", "json", "--files-from", "list"]).stdout), ["d.go"]);
    assert_eq!(run(&folder, &["check", "--files-from", "nowhere"]).code, 2);
}

#[test]
fn standard_input_can_stand_for_a_file() {
    let folder = project(&[("app/a.go", "package shop\n"), ("b.go", WRONG_COMMENT)]);
    let check =
        |name: &str| ["check", "--fail-on", "info", "--format", "json", "--stdin-filename", name].map(str::to_owned);
    for name in ["app/a.go", "app/new.go", "new.go"] {
        let arguments = check(name);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = run_with(&folder, &arguments, WRONG_COMMENT);
        assert_eq!((ran.code, paths_of(&ran.stdout)), (1, vec![name.to_owned()]), "{}", ran.stderr);
    }
    assert_eq!(fs::read_to_string(folder.path().join("app/a.go")).expect("it is there"), "package shop\n");
}

#[test]
fn the_files_of_a_check_are_listed() {
    let folder = project(&[("a.go", ""), ("app/b.py", ""), ("app/c.md", ""), ("app/package.json", "{}")]);
    let list = run(&folder, &["files"]);
    assert_eq!((list.code, list.stdout.as_str()), (0, "a.go\napp/b.py\n"));
    assert_eq!(run(&folder, &["files", "app"]).stdout, "app/b.py\n");
    assert_eq!(run(&folder, &["files", "nowhere"]).code, 2);
}

#[test]
fn two_reports_are_compared() {
    let folder = project(&[("a.go", WRONG_COMMENT), ("b.go", "package shop\n")]);
    run(&folder, &["check", "-q", "--format", "json=before.json"]);
    fs::rename(folder.path().join("a.go"), folder.path().join("c.go")).expect("can be moved");
    run(&folder, &["check", "-q", "--format", "json=moved.json"]);
    let same = run(&folder, &["diff", "before.json", "moved.json", "--fail-on", "info"]);
    assert_eq!((same.code, same.stdout.as_str(), same.stderr.as_str()), (0, "", "0 new, 0 gone, 1 as before\n"));
    fs::write(folder.path().join("b.go"), WRONG_COMMENT.replace("no-such-rule", "other")).expect("can be written");
    fs::remove_file(folder.path().join("c.go")).expect("can be removed");
    run(&folder, &["check", "-q", "--format", "json=after.json"]);
    let differs = run(&folder, &["diff", "before.json", "after.json", "--fail-on", "info"]);
    assert_eq!(differs.code, 1);
    let lines: Vec<&str> = differs.stdout.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("+ b.go:3: info[unknown-suppression] "), "{}", lines[0]);
    assert!(lines[1].starts_with("- a.go:3: info[unknown-suppression] "), "{}", lines[1]);
    assert_eq!(run(&folder, &["diff", "before.json", "after.json"]).code, 0);
    assert_eq!(run(&folder, &["diff", "before.json", "a.md"]).code, 2);
    assert_eq!(run(&folder, &["diff", "before.json", "b.go"]).code, 2);
}

#[test]
fn rules_are_listed_for_programs_and_for_documents() {
    let folder = project(&[]);
    let json = run(&folder, &["rules", "--format", "json"]).stdout;
    let rules: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(rules.as_array().map(Vec::len), Some(7));
    assert_eq!(rules[1]["cwe"][0], "CWE-89");
    let table = run(&folder, &["rules", "--format", "markdown"]).stdout;
    assert!(table.lines().any(|line| line.starts_with("| `n-plus-one` | Query in a loop | performance | major |")));
}

#[test]
fn shells_and_manuals_are_served() {
    let folder = project(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&folder, &["completions", shell]);
        assert_eq!(script.code, 0);
        assert!(script.stdout.contains("rearguard") && script.stdout.contains("stdin-filename"), "{shell}");
    }
    assert!(run(&folder, &["man"]).stdout.contains(".TH rearguard 1"));
    assert_eq!(run(&folder, &["man", "--dir", "man1"]).code, 0);
    let page = fs::read_to_string(folder.path().join("man1/rearguard-check.1")).expect("a page per command");
    assert!(page.contains("fail\\-on"), "{page}");
}

#[test]
fn timings_and_surroundings_are_told_on_demand() {
    let folder = project(&[("a.go", "package shop\n"), ("rearguard.toml", "tests = true\n")]);
    let ran = run(&folder, &["check", "--timings"]);
    for name in ["read", "parse", "lower", "project", "interpret", "rules", "whole"] {
        assert!(ran.stderr.lines().any(|line| line.starts_with(name)), "{name}: {}", ran.stderr);
    }
    let ran = run(&folder, &["check", "--verbose"]);
    assert!(ran.stderr.contains("rearguard.toml\n1 files read, 0 findings suppressed"), "{}", ran.stderr);
    assert_eq!(run(&folder, &["check", "--verbose", "--quiet"]).code, 2);
}

#[test]
fn every_format_is_written_and_none_changes_the_exit_code() {
    let folder = project(&[("app/a.go", WRONG_COMMENT)]);
    let formats = [
        "text",
        "concise",
        "json",
        "jsonl",
        "sarif",
        "github",
        "gitlab",
        "gitlab-sast",
        "junit",
        "checkstyle",
        "rdjson",
        "markdown",
    ];
    let mut all = vec!["check".to_owned(), "--fail-on".to_owned(), "info".to_owned()];
    for format in formats {
        let ran = run(&folder, &["check", "--fail-on", "info", "--format", format]);
        assert_eq!(ran.code, 1, "{format}");
        assert!(!ran.stdout.is_empty(), "{format}");
        all.push(format!("--format={format}=out.{format}"));
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(run(&folder, &all).code, 1);
    for format in formats {
        assert!(folder.path().join(format!("out.{format}")).is_file(), "{format}");
    }
}

#[test]
fn paths_are_those_of_the_repository_for_its_host() {
    let folder = project(&[("services/shop/rearguard.toml", ""), ("services/shop/app/a.go", WRONG_COMMENT)]);
    let github = run(&folder, &["check", "services/shop", "--format", "github"]).stdout;
    assert!(github.contains("file=services/shop/app/a.go,"), "{github}");
    let json = run(&folder, &["check", "services/shop", "--format", "json"]).stdout;
    assert_eq!(paths_of(&json), ["app/a.go"]);
}

#[test]
fn the_nearest_configuration_counts() {
    let quiet = "[project]\nname = 'shop'\n\n[tool.rearguard]\nignore = ['unknown-suppression']\n";
    let folder = project(&[
        ("rearguard.toml", "fail-on = 'info'\n"),
        ("a.go", WRONG_COMMENT),
        ("api/pyproject.toml", quiet),
        ("api/b.go", WRONG_COMMENT),
        ("lib/pyproject.toml", "[project]\nname = 'lib'\n"),
        ("lib/c.go", WRONG_COMMENT),
    ]);
    assert_eq!(run(&folder, &["check"]).code, 1);
    let below = run(&folder, &["check", "api", "--fail-on", "info"]);
    assert_eq!((below.code, below.stdout.as_str()), (0, ""));
    // A `pyproject.toml` that says nothing of us is no configuration.
    assert_eq!(run(&folder, &["check", "lib"]).code, 1);
    // Named, or none at all.
    assert_eq!(run(&folder, &["check", "--config", "api/pyproject.toml", "--fail-on", "info"]).code, 0);
    assert_eq!(run(&folder, &["check", "--isolated"]).code, 0);
    assert_eq!(run(&folder, &["check", "--isolated", "--config", "rearguard.toml"]).code, 2);
    assert_eq!(run(&folder, &["check", "--config", "nowhere.toml"]).code, 2);
    fs::remove_file(folder.path().join("rearguard.toml")).expect("can be removed");
    fs::write(folder.path().join(".rearguard.toml"), "fail-on = 'info'\n").expect("can be written");
    assert_eq!(run(&folder, &["check", "lib"]).code, 1);
}

#[test]
fn all_mistakes_of_a_configuration_are_told() {
    let text = "[tool.rearguard]\nfail_on = 'major'\nselect = ['sql']\n";
    let folder = project(&[("pyproject.toml", text), ("a.go", "package shop\n")]);
    let ran = run(&folder, &["check"]);
    assert_eq!(ran.code, 2);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.stderr);
    assert_eq!(lines[0], "error: pyproject.toml:2: unknown key `fail_on`: did you mean `fail-on`?");
    assert!(lines[1].starts_with("error: pyproject.toml:3: unknown rule `sql`"), "{}", lines[1]);
}

#[test]
fn paths_can_have_rules_and_severities_of_their_own() {
    let text = "[[overrides]]\npaths = ['app/**']\nseverity = { unknown-suppression = 'critical' }\n\
                [[overrides]]\npaths = ['app/old/**']\nignore = ['unknown-suppression']\n\
                [[overrides]]\npaths = ['lib/**']\nselect = ['n-plus-one']\n";
    let folder = project(&[
        ("rearguard.toml", text),
        ("a.go", WRONG_COMMENT),
        ("app/b.go", WRONG_COMMENT),
        ("app/old/c.go", WRONG_COMMENT),
        ("lib/d.go", WRONG_COMMENT),
    ]);
    let ran = run(&folder, &["check", "--format", "concise"]);
    assert_eq!(ran.code, 1);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.stdout);
    assert!(
        lines[0].starts_with("a.go:3:4: info[") && lines[1].starts_with("app/b.go:3:4: critical["),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_configuration_is_shown_described_and_begun() {
    let folder = project(&[("api/pyproject.toml", "[tool.rearguard]\nfail-on = 'major'\n")]);
    let shown = run(&folder, &["config", "show", "api"]);
    assert_eq!(shown.code, 0);
    assert!(shown.stdout.ends_with("pyproject.toml\nfail-on = \"major\"\n"), "{}", shown.stdout);
    assert_eq!(run(&folder, &["config", "show"]).stdout, "# no configuration\n");
    let schema: serde_json::Value = serde_json::from_str(&run(&folder, &["config", "schema"]).stdout).expect("JSON");
    assert!(jsonschema::validator_for(&schema).is_ok());
    assert_eq!(run(&folder, &["init"]).code, 0);
    assert!(run(&folder, &["config", "show"]).stdout.ends_with("rearguard.toml\n"));
    let again = run(&folder, &["init"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("`rearguard.toml` is a configuration already"), "{}", again.stderr);
}

#[test]
fn no_format_shows_a_secret_that_other_findings_quote() {
    // Put together here: no literal of this shape stands in the repository.
    let secret = |number: u32| ["heron", "thimble", "quarry", &number.to_string()].join("-");
    let text = format!(
        "import psycopg\n\ndef f(conn: psycopg.Connection, session, q):\n    with conn.cursor() as cur:\n        \
         cur.execute(f\"SELECT {{q}}\", connect(password=\"{}\"))\n    try:\n        session.login(password=\"{}\")\n    \
         except Exception:\n        pass\n",
        secret(51),
        secret(52)
    );
    let folder = project(&[("app/a.py", &text)]);
    let rules = run(&folder, &["check", "--format", "concise"]).stdout;
    for rule in ["hardcoded-secret", "sql-interpolation", "swallowed-exception"] {
        assert!(rules.contains(rule), "the test is about {rule} too: {rules}");
    }
    for format in [
        "text",
        "concise",
        "json",
        "jsonl",
        "sarif",
        "github",
        "gitlab",
        "gitlab-sast",
        "junit",
        "checkstyle",
        "rdjson",
        "markdown",
    ] {
        for rest in [&[][..], &["--ignore", "hardcoded-secret"]] {
            let output = run(&folder, &[&["check", "--format", format], rest].concat()).stdout;
            assert!(!output.contains("thimble"), "{format}: {output}");
        }
    }
}

/// A wrapper of the project's own, in front of what no analyzer can know: a name that a server turns into a statement.
const WRAPPER: &str = "class Database:\n    def __init__(self, pool):\n        self.pool = pool\n\n    \
     def fetch_all(self, name, **bound):\n        return self.pool.send(name, bound)\n\n\ndb = Database(None)\n";

const WRAPPED: &str = "from app import wrapper\n\n\ndef names(orders):\n    result = []\n    for order in orders:\n        \
     result.append(wrapper.db.fetch_all(\"customer\", id=order.customer_id))\n    return result\n";

const OWN_MODEL: &str = "[[models]]\nlanguage = \"python\"\nlibrary = \"ours\"\n[[models.kind]]\nid = \"ours.db\"\n\
     types = [\"app.wrapper.Database\"]\n[[models.call]]\non = \"ours.db\"\nname = \"fetch_all\"\neffect = \"read-many\"\n";

#[test]
fn an_in_house_query_is_known_by_the_models_of_the_configuration() {
    let files = [("app/wrapper.py", WRAPPER), ("app/orders.py", WRAPPED)];
    let found = |configuration: &str| {
        let folder = project(&[files[0], files[1], ("rearguard.toml", configuration)]);
        let ran = run(&folder, &["check", "--format", "concise", "--quiet"]);
        (ran.code, ran.stdout)
    };
    assert_eq!(found(""), (0, String::new()));
    let (code, said) = found(OWN_MODEL);
    assert_eq!(code, 1, "{said}");
    assert!(said.starts_with("app/orders.py:7:23: ") && said.contains("[n-plus-one]"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    // The same by the name of the method.
    let by_path = "[[models]]\nlanguage = \"python\"\nlibrary = \"ours\"\n[[models.call]]\n\
         path = \"app.wrapper.Database.fetch_all\"\neffect = \"read-many\"\n";
    assert_eq!(found(by_path), (1, said));
}

#[test]
fn a_wrong_model_exits_with_2_and_names_file_and_model() {
    for (wrong, said) in [
        (OWN_MODEL.replace("effect", "efect"), "rearguard.toml: model \"ours\": unknown field `efect`"),
        (OWN_MODEL.replace("read-many", "reads"), "rearguard.toml: model \"ours\": unknown variant `reads`"),
        (OWN_MODEL.replace("language = \"python\"\n", ""), "rearguard.toml: model \"ours\": it needs a `language`"),
        (OWN_MODEL.replace("on = \"ours.db\"", "on = \"ours.pool\""), "rearguard.toml: model \"ours\": unknown kind"),
    ] {
        let folder = project(&[("rearguard.toml", &wrong), ("a.py", "x = 1\n")]);
        let ran = run(&folder, &["check"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{wrong}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(said), "{}", ran.stderr);
    }
}
