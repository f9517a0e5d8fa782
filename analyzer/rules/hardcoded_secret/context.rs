//! What a path says about the code in it: tests, examples, development settings.
//!
//! Knows paths below the project root. Does not look into files.

use crate::source::text::TextFormat;

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
        let has = |names: &[&str]| segments.iter().any(|segment| names.contains(segment));
        // `ppkTestUtils.ts`: words by their capitals.
        let name = path.rsplit('/').next().unwrap_or_default();
        let words = crate::secrets::names::words(name.split('.').next().unwrap_or_default());
        let any = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
        let is_test_file = any(&[
            "test",
            "tests",
            "testing",
            "conftest",
            "mock",
            "mocks",
            "fake",
            "fakes",
            "stub",
            "stubs",
            "fixture",
            "fixtures",
            "testutil",
            "testutils",
        ]) || [".spec.", ".test.", ".e2e-spec.", ".e2e.", ".stories.", ".story.", ".cy."]
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
                "testenv",
                "test-env",
                "__fixtures__",
                "factories",
                "unittests",
                "stories",
                "qa",
                "stub",
                "stubs",
            ])
            || segments.iter().any(|segment| {
                ["-tests", "_tests", "-test", "_test", "-e2e"].iter().any(|end| segment.ends_with(end))
                    || segment.starts_with("test-")
                    || segment.starts_with("test_")
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
            "playground",
            "storybook",
            "snippets",
            "docs_src",
        ]) || any(&["sample", "samples", "demo", "simulate", "tutorial"])
            || segments.iter().any(|segment| {
                ["example-", "examples-", "sample-", "demo-", "example_", "sample_", "demo_"]
                    .iter()
                    .any(|start| segment.starts_with(start))
                    || ["-example", "-examples", "-sample", "-demo", "_example", "_examples", "_demo"]
                        .iter()
                        .any(|end| segment.ends_with(end))
            });
        // `settings/local.py`, `config.dev.ts`, `seed_users.go`; `local_provider.py` is about something local.
        let parts: Vec<&str> = file.split(['.', '_', '-']).collect();
        let is_setting_of = |name: &&str| parts.first() == Some(name) || parts.iter().rev().nth(1) == Some(name);
        let is_development = ["local", "dev", "development", "ci", "sandbox"]
            .iter()
            .any(|name| is_setting_of(name) && !(parts.first() == Some(name) && parts.len() > 2 && *name == "local"))
            || any(&["seed", "seeds", "seeder", "seeders"])
            || has(&[
                "seed",
                "seeds",
                "seeders",
                "dev",
                "local",
                "development",
                "local-dev",
                "local_dev",
                "dev-env",
                "devenv",
            ]);
        PathContext { is_test, is_example, is_development }
    }

    /// Of configuration: templates of it, and what only pipelines and containers of developers read.
    pub fn of_text(path: &str, format: TextFormat) -> PathContext {
        let mut context = PathContext::of(path);
        let lower = path.to_ascii_lowercase();
        let file = lower.rsplit('/').next().unwrap_or_default();
        let parts: Vec<&str> = file.split(['.', '_', '-']).collect();
        let says = |names: &[&str]| parts.iter().any(|part| names.contains(part));
        let segments = lower.split('/');
        context.is_test |= says(&["test", "tests", "e2e", "mock", "fixture", "fixtures", "integration"]);
        context.is_example |= says(&[
            "example",
            "examples",
            "sample",
            "template",
            "tmpl",
            "tpl",
            "dist",
            "demo",
            "quickstart",
            "playground",
            "openapi",
            "swagger",
        ]) || segments.clone().any(|part| matches!(part, "quickstart" | "quickstarts" | "quick-start" | "quick-starts"))
            // What users of other languages read.
            || segments.clone().any(|part| matches!(part, "lang" | "langs" | "language" | "languages" | "l10n" | "intl"))
            || format == TextFormat::Notebook;
        // Values that the tests of a Helm chart install it with.
        let of_chart = segments.clone().any(|part| part == "ci") && file.ends_with("values.yaml");
        context.is_development |= of_chart
            || says(&["compose", "dev", "development", "local", "debug", "ci", "testing", "devcontainer", "gitpod"])
            || [".github/", ".gitlab/", ".circleci/", ".buildkite/", ".devcontainer/", ".vscode/"]
                .iter()
                .any(|folder| lower.starts_with(folder) || lower.contains(&format!("/{folder}")))
            || lower.starts_with("docker/")
            || lower.contains("/docker/");
        context
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
        assert!(PathContext::of("src/keyTestUtils.ts").is_test);
        assert!(PathContext::of("docs/snippets/a.py").is_example);
        assert!(PathContext::of("settings/local.py").is_development);
        assert_eq!(PathContext::of("settings/production.py"), PathContext::default());
        assert!(PathContext::of("config/env/development.js").is_development);
        assert!(PathContext::of("src/config.dev.ts").is_development);
        assert!(PathContext::of("pkg/oidc/provider_test_fedcm.go").is_test);
        assert!(PathContext::of("clients/sample-app/db.ts").is_example);
        assert_eq!(PathContext::of("app/contest.py"), PathContext::default());
        assert_eq!(PathContext::of("keys/local_provider.py"), PathContext::default());
    }

    #[test]
    fn templates_of_configuration_are_examples() {
        let of = |path: &str| {
            PathContext::of_text(path, TextFormat::of_name(path.rsplit('/').next().expect("a name")).expect("a format"))
        };
        assert!(
            of(".env.example").is_example && of("config/app.yml.sample").is_example && of("example.env").is_example
        );
        assert!(of("docker-compose.yml").is_development && of(".github/workflows/a.yml").is_development);
        assert!(of(".env.test").is_test);
        assert!(of("src/lang/ja.json").is_example && of("manifests/quick-start/secret.yaml").is_example);
        assert!(of("helm/shop/ci/ct-postgres-values.yaml").is_development);
        assert_eq!(of("config/application.yml"), PathContext::default());
        assert_eq!(of(".env.production"), PathContext::default());
    }
}
