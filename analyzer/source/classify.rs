//! What a file is by its path below the project root and the look of its text.
//!
//! Knows names of folders and files, and how generators sign what they write. Does not know syntax: whether a
//! program is a script by what it does is settled elsewhere.
//! Invariant: paths are relative to the project root with `/` separators, so that where a project lies says nothing.

/// Test code: `tests/`, `qa/` at the root, `test_*.py`, `*_test.go`, `*.spec.ts`, `conftest.py`, fixtures and the like.
pub fn is_test_path(path: &str) -> bool {
    let (folders, name) = split(path);
    let in_tests = folders.clone().any(|folder| {
        matches!(
            folder,
            "test"
                | "tests"
                | "__tests__"
                | "testdata"
                | "testing"
                | "testutil"
                | "testutils"
                | "testhelpers"
                | "testsuite"
                | "testsuites"
                | "test_utils"
                | "test-utils"
                | "fixtures"
                | "__fixtures__"
                | "mocks"
                | "__mocks__"
                | "e2e"
                | "cypress"
                | "playwright"
                | "spec"
                | "specs"
        ) || ["-tests", "_tests", "-test", "-e2e", "-test-files", "test-data"].iter().any(|end| folder.ends_with(end))
    });
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let by_name = match extension {
        "py" | "pyi" => {
            stem == "conftest"
                || stem == "tests"
                || stem.starts_with("test_")
                || stem.ends_with("_test")
                || stem.ends_with("_fixtures")
        }
        "go" => stem.ends_with("_test") || stem.ends_with("_fixtures"),
        _ => [".spec", ".test", ".e2e-spec", ".e2e", ".cy", ".test-utils", ".test-helpers"]
            .iter()
            .any(|mark| stem.ends_with(mark)),
    };
    // Deeper down, `qa` may be what an application deals with.
    in_tests || by_name || path.starts_with("qa/")
}

/// `migrations`, `db-migrations`, `migration-scripts`; a `migration-service` is a program of its own.
fn names_migrations(folder: &str) -> bool {
    let mut words = folder.split(['-', '_']);
    let is_of_them = |word: &str| matches!(word, "migration" | "migrations");
    let goes_along = |word: &str| matches!(word, "db" | "data" | "database" | "sql" | "schema" | "script" | "scripts");
    folder.contains("migration") && words.all(|word| is_of_them(word) || goes_along(word))
}

/// Schema migrations: `migrations/`, `alembic/versions/`, `migrate/`, and files whose name has the word: `migrate.go`,
/// `1.migration.ts`, `runMigrations.ts`.
pub fn is_migration_path(path: &str) -> bool {
    let (mut folders, name) = split(path);
    folders.any(|folder| matches!(folder, "alembic" | "migrate") || names_migrations(folder))
        || name.contains("Migrat")
        || name.match_indices("migrat").any(|(at, _)| !name[..at].ends_with(char::is_alphabetic))
}

/// Programs that are run by hand: `scripts/`, `seed*`, `management/commands/`; `tools/`, `bin/` and `qa/` at the root only,
/// since an application's own `tools` may serve requests.
pub fn is_script_path(path: &str) -> bool {
    let (mut folders, name) = split(path);
    let at_root = path.split('/').next().filter(|first| *first != name);
    if at_root.is_some_and(|first| matches!(first, "tools" | "bin" | "hack" | "qa")) || is_seed(name) {
        return true;
    }
    path.contains("management/commands/")
        || is_command_line(path)
        || is_repair(path, name)
        || folders.any(|folder| matches!(folder, "scripts" | "script" | "seeds" | "seed" | "seeders"))
}

/// `cmd/shopctl/`, `cmd/shop-cli/`: in Go the other commands are mostly servers.
fn is_command_line(path: &str) -> bool {
    let below = path.strip_prefix("cmd/").or_else(|| path.split_once("/cmd/").map(|(_, below)| below));
    let command = below.and_then(|below| below.split_once('/')).map_or("", |(command, _)| command);
    command.ends_with("ctl") || command.ends_with("cli")
}

/// `packages/auth/bin/fix_roles.ts`, which somebody runs once.
fn is_repair(path: &str, name: &str) -> bool {
    let in_bin = path.strip_suffix(name).is_some_and(|folder| folder.ends_with("/bin/"));
    in_bin && ["fix_", "fix-", "backfill"].iter().any(|word| name.starts_with(word))
}

/// `seed.ts`, `seeds.py`, `seed_users.py`, `seedUsers.ts`, not `seedling.py`.
fn is_seed(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("seed") else { return false };
    let rest = rest.strip_prefix("er").unwrap_or(rest);
    let rest = rest.strip_prefix('s').unwrap_or(rest);
    rest.starts_with(|first: char| matches!(first, '.' | '_' | '-') || first.is_ascii_uppercase())
}

/// Examples and documentation: nothing there runs in production.
pub fn is_example_or_docs_path(path: &str) -> bool {
    let (mut folders, name) = split(path);
    let at_root = path.split('/').next().filter(|first| *first != name);
    // Deeper down, `doc` and `sample` are things that applications deal with.
    at_root.is_some_and(|first| matches!(first, "doc" | "sample" | "tutorial"))
        || folders
            .any(|folder| matches!(folder, "examples" | "example" | "_examples" | "docs" | "samples" | "tutorials"))
}

/// Written by a program: by name (`*.pb.go`, `*_pb2.py`, `*.d.ts`, `dist/`), or by what stands above the first line
/// of code (`Code generated … DO NOT EDIT.`, `@generated`). `start` is the file's beginning, 2 KiB say enough.
pub fn is_generated(path: &str, start: &[u8]) -> bool {
    is_generated_path(path) || is_signed_by_generator(start)
}

fn is_generated_path(path: &str) -> bool {
    let (mut folders, name) = split(path);
    let is_output = folders.any(|folder| matches!(folder, "dist" | "__generated__" | "_generated"));
    is_output
        || [
            "_pb2.py",
            "_pb2.pyi",
            "_pb2_grpc.py",
            ".pb.go",
            ".pb.gw.go",
            "_gen.go",
            ".gen.go",
            "_generated.go",
            ".d.ts",
            ".d.mts",
            ".d.cts",
            ".gen.ts",
            ".generated.ts",
            ".generated.tsx",
            ".min.js",
            ".min.mjs",
            ".bundle.js",
        ]
        .iter()
        .any(|ending| name.ends_with(ending))
        || name.strip_suffix(".go").is_some_and(|stem| stem.starts_with("zz_generated"))
}

/// Reads comments and docstrings up to the first line of code.
fn is_signed_by_generator(start: &[u8]) -> bool {
    let mut closing: Option<&str> = None;
    for line in start.split(|&byte| byte == b'\n').take(60) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim().trim_start_matches('\u{feff}');
        let mut rest = line;
        if closing.is_none() {
            let opened = [("/*", "*/"), ("\"\"\"", "\"\"\""), ("'''", "'''"), ("<!--", "-->")]
                .into_iter()
                .find(|(open, _)| line.starts_with(open));
            if let Some((open, close)) = opened {
                closing = Some(close);
                rest = &line[open.len()..];
            } else if !(line.is_empty() || line.starts_with("//") || line.starts_with('#')) {
                return false;
            }
        }
        if says_generated(rest) {
            return true;
        }
        if closing.is_some_and(|close| rest.contains(close)) {
            closing = None;
        }
    }
    false
}

fn says_generated(comment: &str) -> bool {
    let comment = comment.to_ascii_lowercase();
    let is_warning = ["do not edit", "do not modify", "do not change", "don't edit"];
    comment.contains("@generated")
        || ["automatically generated", "auto-generated", "autogenerated", "code generated by"]
            .iter()
            .any(|words| comment.contains(words))
        || (comment.contains("generated") && is_warning.iter().any(|words| comment.contains(words)))
}

/// JavaScript that a bundler wrote: lines of more than 500 bytes on average, or one of more than 5,000 that is most of
/// the file. A hand-written file with one long literal in it is not.
pub fn is_minified(path: &str, bytes: &[u8]) -> bool {
    const LONG_ON_AVERAGE: usize = 500;
    const LONG: usize = 5_000;
    let (_, name) = split(path);
    let is_script = [".js", ".mjs", ".cjs", ".jsx"].iter().any(|ending| name.ends_with(ending));
    if !is_script || bytes.len() < LONG {
        return false;
    }
    let (mut lines, mut longest, mut start) = (0, 0, 0);
    for end in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        lines += 1;
        longest = longest.max(end - start);
        start = end + 1;
    }
    bytes.len() / lines > LONG_ON_AVERAGE || (longest > LONG && longest * 2 > bytes.len())
}

/// A path's folders and its file name.
fn split(path: &str) -> (impl Iterator<Item = &str> + Clone, &str) {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    (folders.split('/'), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(predicate: impl Fn(&str) -> bool, yes: &[&str], no: &[&str]) {
        for path in yes {
            assert!(predicate(path), "{path}");
        }
        for path in no {
            assert!(!predicate(path), "not {path}");
        }
    }

    #[test]
    fn tests_are_known_by_folder_and_name() {
        all(
            is_test_path,
            &[
                "tests/api.py",
                "app/tests.py",
                "app/test_views.py",
                "app/views_test.py",
                "conftest.py",
                "src/a.spec.ts",
                "src/a.test.tsx",
                "test/app.e2e-spec.ts",
                "src/__tests__/a.js",
                "pkg/a_test.go",
                "pkg/testdata/a.go",
                "app/fixtures/a.py",
                "interop-test-files/keys.json",
                "e2e/a.ts",
            ],
            &["app/latest.py", "app/contest.py", "src/test_runner.ts", "pkg/attestation.go", "app/spectest/views.py"],
        );
    }

    #[test]
    fn migrations_are_known_by_folder() {
        all(
            is_migration_path,
            &[
                "shop/migrations/0001_initial.py",
                "alembic/versions/ab.py",
                "src/migration/1.ts",
                "server/migration-scripts/teams.ts",
                "db/migrate.go",
                "runMigrations.ts",
            ],
            &["shop/immigration.py", "shop/emigrate.ts", "migration-service/jobs.ts"],
        );
    }

    #[test]
    fn scripts_are_known_by_folder_and_name() {
        all(
            is_script_path,
            &[
                "scripts/a.py",
                "cmd/shopctl/main.go",
                "packages/auth/bin/fix_roles.ts",
                "prisma/seed.ts",
                "db/seeds/a.ts",
                "app/seed_users.py",
                "src/seedUsers.ts",
                "src/seeder.ts",
                "shop/management/commands/sync.py",
                "tools/a.go",
            ],
            &["app/seedling.py", "src/agents/tools/search.py", "cmd/server/main.go", "bin.py", "tools.py"],
        );
    }

    #[test]
    fn examples_are_known_by_folder() {
        all(
            is_example_or_docs_path,
            &["examples/a.py", "docs/conf.py", "pkg/_examples/main.go", "sample/a.ts"],
            &["src/doc/doc.service.ts", "app/example.py", "src/sample/sample.entity.ts"],
        );
    }

    #[test]
    fn generated_files_are_known_by_name() {
        all(
            |path| is_generated(path, b""),
            &["a/b_pb2.py", "a.pb.go", "types.d.ts", "web/app.min.js", "dist/a.js", "api/zz_generated.deepcopy.go"],
            &["a/b.py", "pb.go", "generated.ts", "a/distribution.py"],
        );
    }

    #[test]
    fn generated_files_are_known_by_their_first_lines() {
        for text in [
            "// Code generated by sqlc. DO NOT EDIT.\npackage db\n",
            "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# AUTO-GENERATED by openapi\nimport a\n",
            "/* tslint:disable */\n/**\n * Shop API\n * This file is automatically generated.\n */\nimport a\n",
            "\"\"\"\nGenerated by protoc, do not edit.\n\"\"\"\nx = 1\n",
            "/** @generated SignedSource<<1>> */\n",
        ] {
            assert!(is_generated("src/a.ts", text.as_bytes()), "{text}");
        }
        for text in [
            "# Generated by Django 4.2 on 2024-01-01\nfrom django.db import migrations\n",
            "package gen\n\nconst header = \"// Code generated by x. DO NOT EDIT.\"\n",
            "// Reports are generated nightly.\nimport a\n",
            "import a\n// @generated\n",
        ] {
            assert!(!is_generated("src/a.ts", text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn minified_scripts_have_long_lines() {
        let bundle = "a=1;".repeat(3_000);
        let with_data =
            format!("const a = 1;\n{}const logo = \"{}\";\n", "f(a, b, c);\n".repeat(900), "x".repeat(6_000));
        assert!(is_minified("static/app.js", bundle.as_bytes()));
        assert!(!is_minified("src/app.ts", bundle.as_bytes()));
        assert!(!is_minified("src/app.js", with_data.as_bytes()));
        assert!(!is_minified("src/app.js", b"a=1;"));
    }
}
