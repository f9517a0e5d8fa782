//! What a file is by its path below the project root.
//!
//! Knows names of folders and files. Does not read contents.

/// Test code: `tests/`, `test_*.py`, `*_test.go`, `*.spec.ts`, `conftest.py`, fixtures and the like.
pub fn is_test_path(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or("");
    let folder = parts.any(|part| {
        matches!(
            part,
            "test" | "tests" | "__tests__" | "testdata" | "fixtures" | "e2e" | "spec" | "specs" | "__mocks__" | "mocks"
        )
    });
    folder
        || name.starts_with("test_")
        || name == "conftest.py"
        || name.ends_with("_test.py")
        || name.ends_with("_test.go")
        || [".spec.", ".test.", ".e2e-spec."].iter().any(|mark| name.contains(mark))
}

/// Schema migrations: `migrations/`, `alembic/versions/`, `migrate/`.
pub fn is_migration_path(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let mut folders = path.rsplit('/').skip(1);
    stem.contains("migrat") || folders.any(|part| matches!(part, "migrations" | "migration" | "alembic" | "migrate" | "db-migrations"))
}

/// Programs run by hand: `scripts/`, `seed*`, `management/commands/`.
pub fn is_script_path(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    let folder = path
        .rsplit('/')
        .skip(1)
        .any(|part| matches!(part, "scripts" | "script" | "seeds" | "seed" | "seeders" | "tools" | "bin"));
    folder || name.starts_with("seed") || path.contains("management/commands/")
}
