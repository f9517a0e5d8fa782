//! What a path says about the code in it: tests, examples, development settings.
//!
//! Knows paths below the project root. Does not look into files.

/// How much a made-up value matters in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PathContext {
    /// Tests and what only tests use.
    pub is_test: bool,
    /// Documentation, examples, demonstrations, translations.
    pub is_example: bool,
    /// Settings that only a developer's machine reads, and scripts that fill databases.
    pub is_development: bool,
}

impl PathContext {
    pub fn of(path: &str) -> PathContext {
        let lower = path.to_ascii_lowercase();
        let mut segments: Vec<&str> = lower.split('/').collect();
        let file = segments.pop().unwrap_or_default();
        let stem = file.split('.').next().unwrap_or_default();
        let has = |names: &[&str]| segments.iter().any(|segment| names.contains(segment));
        let is_test_file = stem.starts_with("test_")
            || stem.ends_with("_test")
            || stem.ends_with("_tests")
            || stem == "conftest"
            || stem == "tests"
            || [".spec.", ".test.", ".e2e-spec.", ".e2e.", ".stories.", ".story.", ".cy."]
                .iter()
                .any(|mark| file.contains(mark));
        let is_test = is_test_file
            || has(&[
                "test",
                "tests",
                "__tests__",
                "__mocks__",
                "testing",
                "testdata",
                "fixtures",
                "fixture",
                "e2e",
                "spec",
                "specs",
                "cypress",
                "playwright",
                "mocks",
                "mock",
                "testutil",
                "testutils",
                "test-utils",
                "__fixtures__",
                "factories",
                "integration-tests",
                "unittests",
                "stories",
            ])
            || segments.iter().any(|segment| {
                segment.ends_with("-tests") || segment.ends_with("_tests") || segment.ends_with("-test")
            });
        let is_example = has(&[
            "example",
            "examples",
            "sample",
            "samples",
            "demo",
            "demos",
            "docs",
            "doc",
            "documentation",
            "tutorial",
            "tutorials",
            "locale",
            "locales",
            "i18n",
            "translations",
            "lang",
            "langs",
            "playground",
            "storybook",
            "snippets",
            "docs_src",
        ]);
        let words = crate::secrets::names::words(stem);
        let is_development = words.iter().any(|word| {
            ["local", "dev", "development", "seed", "seeds", "seeder", "ci", "sandbox"].contains(&word.as_str())
        }) || has(&["seed", "seeds", "seeders", "dev", "local", "development"]);
        PathContext { is_test, is_example, is_development }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_they_are() {
        assert!(PathContext::of("app/tests/api.py").is_test);
        assert!(PathContext::of("store/db_test.go").is_test);
        assert!(PathContext::of("src/user.spec.ts").is_test);
        assert!(PathContext::of("docs/snippets/a.py").is_example);
        assert!(PathContext::of("settings/local.py").is_development);
        assert_eq!(PathContext::of("settings/production.py"), PathContext::default());
        assert_eq!(PathContext::of("app/contest.py"), PathContext::default());
    }
}
