//! A team takes rearguard up: a repository with a backlog, a baseline, branches that move and add code. One story, told with
//! the program and with git.

#[path = "support/repository.rs"]
mod repository;

use repository::git;
use std::fs;
use std::path::Path;

const ORDERS: &str = "import psycopg2

conn = psycopg2.connect(\"dbname=shop\")
cur = conn.cursor()


def customers(ids):
    for i in ids:
        cur.execute(\"SELECT name FROM customers WHERE id = %s\", (i,))


def search(name):
    cur.execute(f\"SELECT id FROM orders WHERE name = '{name}'\")
";

const NEW: &str = "

def invoices(ids):
    for i in ids:
        cur.execute(\"SELECT total FROM invoices WHERE id = %s\", (i,))
";

fn commit(folder: &Path, what: &str) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", what]);
}

/// Exit code, what was found, and what was said.
fn rearguard(folder: &Path, arguments: &[&str]) -> (i32, Vec<String>, String) {
    let (code, lines, said) = repository::rearguard(folder, arguments);
    (code.expect("it is not killed"), lines, said)
}

fn against_baseline(folder: &Path) -> (i32, Vec<String>) {
    let (code, lines, _) =
        rearguard(folder, &["check", "--format", "concise", "--baseline", "rearguard-baseline.jsonl"]);
    (code, lines)
}

fn since_main(folder: &Path) -> (i32, Vec<String>) {
    let (code, lines, _) = rearguard(folder, &["check", "--format", "concise", "--since", "main"]);
    (code, lines)
}

#[test]
fn a_team_takes_it_up() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let root = &home.path().join("shop");
    fs::create_dir(root).expect("can be made");
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("files lie in the repository")).expect("can be made");
        fs::write(path, text).expect("can be written");
    };
    let green = (0, Vec::new());

    // A legacy repository is red; with a baseline it is green.
    git(root, &["init", "-q", "-b", "main"]);
    write("app/orders.py", ORDERS);
    commit(root, "legacy");
    let (code, lines, _) = rearguard(root, &["check", "--format", "concise"]);
    assert_eq!((code, lines.len()), (1, 2), "{lines:?}");
    assert_eq!(rearguard(root, &["baseline", "create"]).0, 0);
    commit(root, "baseline");
    assert_eq!(against_baseline(root), green);

    // A branch brings a query in a loop: red, with exactly that one.
    git(root, &["checkout", "-q", "-b", "invoices"]);
    write("app/orders.py", &format!("{ORDERS}{NEW}"));
    commit(root, "invoices");
    for (code, lines) in [against_baseline(root), since_main(root)] {
        assert_eq!((code, lines.len()), (1, 1), "{lines:?}");
        assert!(lines[0].starts_with("app/orders.py:18:9: ") && lines[0].contains("invoices"), "{lines:?}");
    }

    // Another branch moves the old code within its file, then to another one, then renames that: green.
    git(root, &["checkout", "-q", "-b", "moves", "main"]);
    let moved = ORDERS.replace("\n\ndef customers", "\n\nLIMIT = 10\n\n\ndef one():\n    return 1\n\n\ndef customers");
    for (path, text) in [("app/orders.py", moved.as_str()), ("lib/store.py", moved.as_str())] {
        let _ = fs::remove_file(root.join("app/orders.py"));
        write(path, text);
        commit(root, "move");
        assert_eq!((against_baseline(root), since_main(root)), (green.clone(), green.clone()), "{path}");
    }
    git(root, &["mv", "lib", "store"]);
    commit(root, "rename");
    assert_eq!((against_baseline(root), since_main(root)), (green.clone(), green.clone()));

    // Main goes on; the branch is rebased, then merged with a merge commit: green.
    git(root, &["checkout", "-q", "main"]);
    write("readme.txt", "shop\n");
    commit(root, "readme");
    git(root, &["checkout", "-q", "moves"]);
    git(root, &["rebase", "-q", "main"]);
    assert_eq!((against_baseline(root), since_main(root)), (green.clone(), green.clone()));
    git(root, &["checkout", "-q", "main"]);
    git(root, &["merge", "-q", "--no-ff", "-m", "merge", "moves"]);
    assert_eq!(against_baseline(root), green);

    // The first branch, rebased onto the moved code by hand, still brings that one; merging main into it changes nothing.
    git(root, &["checkout", "-q", "-B", "invoices", "main"]);
    write("store/store.py", &format!("{moved}{NEW}"));
    commit(root, "invoices");
    git(root, &["checkout", "-q", "main"]);
    write("readme.txt", "the shop\n");
    commit(root, "readme again");
    git(root, &["checkout", "-q", "invoices"]);
    git(root, &["merge", "-q", "--no-ff", "-m", "merge", "main"]);
    for (code, lines) in [against_baseline(root), since_main(root)] {
        assert_eq!((code, lines.len()), (1, 1), "{lines:?}");
        assert!(lines[0].starts_with("store/store.py:") && lines[0].contains("invoices"), "{lines:?}");
    }

    // A shallow clone has the baseline; what it has not is said with its remedy.
    let url = format!("file://{}", root.display());
    git(home.path(), &["clone", "-q", "--depth", "1", "--branch", "invoices", &url, "shallow"]);
    let shallow = &home.path().join("shallow");
    assert_eq!(against_baseline(shallow).1.len(), 1);
    let (code, lines, said) = rearguard(shallow, &["check", "--since", "origin/main"]);
    assert_eq!((code, lines.len()), (2, 0), "{said}");
    assert!(said.contains("git fetch --unshallow"), "{said}");
}
