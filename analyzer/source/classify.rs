//! What a file is by its path below the project root.
//!
//! Knows names of folders and files. Does not read contents.

/// Test code: `tests/`, `test_*.py`, `*_test.go`, `*.spec.ts`, `conftest.py`, fixtures and the like.
pub fn is_test_path(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or("");
    let folder = parts.any(|part| {
        matches!(part, "test" | "tests" | "__tests__" | "testdata" | "fixtures" | "e2e" | "spec" | "specs" | "__mocks__" | "mocks")
    });
    folder
        || name.starts_with("test_")
        || name == "conftest.py"
        || name.ends_with("_test.py")
        || name.ends_with("_test.go")
        || [".spec.", ".test.", ".e2e-spec."].iter().any(|mark| name.contains(mark))
}
