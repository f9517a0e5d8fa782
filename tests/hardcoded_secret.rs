//! What holds for every hard-coded secret, wherever it stands: no sentence holds the value, and the severity follows the
//! value and the path. What is reported on which line is said by the fixtures (`tests/fixtures.rs`).

#[path = "support/placeholders.rs"]
mod placeholders;

use rearguard::findings::{Finding, Severity};
use rearguard::pipeline::{self, Options, Progress, Source};
use rearguard::source::discovery::kind_of;
use std::fs;
use std::path::{Path, PathBuf};

fn findings(path: &str, text: &str) -> Vec<Finding> {
    let name = Path::new(path).file_name().expect("a path has a name");
    let kind = kind_of(name).expect("a fixture's kind is known by its name");
    let source = Source { path: path.to_owned(), bytes: text.as_bytes().into(), kind };
    let options = Options { select: vec!["hardcoded-secret".to_owned()], ..Options::default() };
    let report = pipeline::analyze(vec![source], &options, &Progress::default()).expect("the built-in models load");
    assert_eq!(report.problems.len(), 0, "{:?}", report.problems);
    report.findings.into_iter().map(|reported| reported.finding).collect()
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hardcoded-secret");
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a case can be listed") {
            let path = entry.expect("a case's entry can be read").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

#[test]
fn findings_hold_no_value() {
    for file in cases() {
        let text = placeholders::fill(&fs::read_to_string(&file).expect("a fixture is text"));
        let name = file.file_name().and_then(|name| name.to_str()).expect("a fixture has a name");
        for finding in findings(&format!("app/{name}"), &text) {
            let literal = &text[finding.span.start as usize..finding.span.end as usize];
            let value = literal.trim_matches(|c| "'\"`b".contains(c));
            let notes = finding.related.iter().map(|related| related.note.as_str());
            let shown = [finding.title.as_str(), &finding.evidence, &finding.recommendation, &finding.symbol];
            for text in shown.into_iter().chain(finding.fingerprint_text.as_deref()).chain(notes) {
                assert!(value.len() < 6 || !text.contains(value), "{}: {text}", file.display());
            }
        }
    }
}

/// The strongest severity in a file of one snippet.
fn severity(path: &str, text: &str) -> Option<Severity> {
    findings(path, &placeholders::fill(text)).iter().map(|finding| finding.severity).max()
}

#[test]
fn severities_follow_the_value_and_the_place() {
    use Severity::{Critical, Info, Major, Minor};
    let cases = [
        ("app/a.py", "AWS_ACCESS_KEY_ID = \"AKIA‹16 A-Z2-7›\"", Some(Critical)),
        ("settings/production.py", "SECRET_KEY = \"‹50 mixed›\"", Some(Major)),
        ("settings/local.py", "SECRET_KEY = \"‹50 mixed›\"", Some(Minor)),
        (
            "app/a.py",
            "import os\nJWT_SECRET = os.environ.get(\"JWT_SECRET\", \"super-secret-signing-key-1\")",
            Some(Minor),
        ),
        ("app/a.py", "engine = create_engine(\"postgresql://app:‹12 mixed›@db.internal:5432/app\")", Some(Major)),
        ("app/a.py", "engine = create_engine(\"postgresql://app:‹12 mixed›@localhost/app\")", Some(Minor)),
        ("app/a.py", "engine = create_engine(\"postgresql://postgres:postgres@localhost/app\")", Some(Info)),
        ("app/a.py", "class Settings(BaseSettings):\n    stripe_api_key: str = \"sk_live_‹24 alnum›\"", Some(Critical)),
        ("app/a.py", "stripe_api_key = \"sk_test_‹24 alnum›\"", Some(Info)),
        ("app/a.py", "import jwt\njwt.encode(claims, \"my-jwt-signing-key\", algorithm=\"HS256\")", Some(Major)),
        ("app/a.ts", "const key = process.env.ENC_KEY ?? \"‹32 hex›\";", Some(Minor)),
        (
            "app/a.ts",
            "import session from 'express-session';\napp.use(session({ secret: 'keyboard cat' }));",
            Some(Minor),
        ),
        ("app/a.go", "package p\nconst apiKey = \"AIza‹35›\"", Some(Minor)),
        (
            "app/a.go",
            "package p\nfunc f() { pass := os.Getenv(\"DB_PASS\"); if pass == \"\" { pass = \"‹12 mixed›\" } }",
            Some(Minor),
        ),
        ("app/a.go", "package p\nfunc f() { tok.SignedString([]byte(\"secret-key-for-prod\")) }", Some(Major)),
        // Tests, examples and documentation: structured live tokens only.
        ("app/tests/test_a.py", "KEY = \"AKIA‹16 A-Z2-7›\"", Some(Critical)),
        ("app/tests/test_a.py", "PASSWORD = \"‹20 mixed›\"", None),
        ("store/db_test.go", "package p\nvar cfg = Config{Password: \"hunter2-prod\", Host: \"db\"}", None),
        ("src/user.spec.ts", "const dto = { email: 'a@b.c', password: 'Passw0rd!' };", None),
        ("examples/a.py", "client = Client(api_key=\"‹32 hex›\")", None),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|&(path, text, expected)| {
            let actual = severity(path, text);
            (actual != expected).then(|| format!("{path}: {text}\n    expected {expected:?}, found {actual:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
