//! Reads a configuration: `rearguard.toml`, `.rearguard.toml`, or `[tool.rearguard]` in `pyproject.toml`.
//!
//! ```toml
//! select = ["n-plus-one", "sql-interpolation"]      # run only these rules
//! exclude = ["legacy/**"]                           # do not read these paths
//! fail-on = "major"
//! error-handlers = ["report_to_ops"]                # functions that count as handling an error
//!
//! [[overrides]]
//! paths = ["scripts/**"]
//! ignore = ["unpaginated-list"]
//! severity = { n-plus-one = "info" }
//! ```
//!
//! Knows the keys and their types. Does not know what they do, nor the file system.
//! Invariant: whatever is not understood is an error with its line and, where one is near, the right word; all of them are
//! found at once.
//! Invariant: the keys are those of `Config`, whose schema `rearguard config schema` prints.

use super::arguments::{FailOn, MinConfidence};
use crate::rules::cards;
use crate::similar::most_similar;
use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Configuration of rearguard. What is not said is empty.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
#[schemars(deny_unknown_fields)]
pub(super) struct Config {
    /// Run only these rules; `rearguard rules` lists them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) select: Vec<String>,
    /// Do not run these rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ignore: Vec<String>,
    /// Globs of paths that are not read, relative to the project.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) exclude: Vec<String>,
    /// Exit with 1 when a finding is at least this severe; minor where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fail_on: Option<FailOn>,
    /// Report findings that are at least this certain; medium where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_confidence: Option<MinConfidence>,
    /// Report on test code too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tests: Option<bool>,
    /// Names of the project's own functions that count as handling an error.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) error_handlers: Vec<String>,
    /// Other rules and severities for some paths; of several that match, all count, and the last severity wins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) overrides: Vec<Override>,
    /// Models of the project's own libraries, in the vocabulary of the built-in ones; each says its `language`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")]
    pub(super) models: Vec<toml::Table>,
}

/// What is different below some paths.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(deny_unknown_fields)]
pub(super) struct Override {
    /// Globs of paths, relative to the project.
    pub(super) paths: Vec<String>,
    /// Report only these rules there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) select: Vec<String>,
    /// Do not report these rules there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) ignore: Vec<String>,
    /// The severity of each finding of a rule there, whatever it is elsewhere.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) severity: BTreeMap<String, OverrideSeverity>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum OverrideSeverity {
    Critical,
    Major,
    Minor,
    Info,
}

/// A mistake in a configuration.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct ConfigError {
    /// 1-based.
    pub(super) line: usize,
    pub(super) problem: String,
}

const KEYS: [&str; 9] =
    ["select", "ignore", "exclude", "fail-on", "min-confidence", "tests", "error-handlers", "overrides", "models"];

const OVERRIDE_KEYS: [&str; 4] = ["paths", "select", "ignore", "severity"];

/// Where the configuration stands in a file: at the top, or in a table of it.
pub(super) fn parse(text: &str, section: &[&str]) -> Result<Config, Vec<ConfigError>> {
    let mut reader = Reader { text, errors: Vec::new() };
    let whole = DeTable::parse(text).map_err(|error| {
        let line = line_of(text, error.span().unwrap_or_default().start);
        vec![ConfigError { line, problem: format!("not TOML: {}", error.message()) }]
    })?;
    let mut table = whole.get_ref();
    for name in section {
        match table.get(*name).and_then(|value| value.get_ref().as_table()) {
            Some(inner) => table = inner,
            None => return Ok(Config::default()),
        }
    }
    let config = reader.config(table, section);
    if reader.errors.is_empty() {
        return Ok(config);
    }
    reader.errors.sort_by_key(|error| error.line);
    Err(reader.errors)
}

struct Reader<'a> {
    text: &'a str,
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    fn wrong(&mut self, span: Range<usize>, problem: String) {
        self.errors.push(ConfigError { line: line_of(self.text, span.start), problem });
    }

    fn config(&mut self, table: &DeTable, section: &[&str]) -> Config {
        let mut config = Config::default();
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "select" => config.select = self.rules(value),
                "ignore" => config.ignore = self.rules(value),
                "exclude" => config.exclude = self.globs(name, value),
                "error-handlers" => {
                    config.error_handlers = self.strings(name, value).into_iter().map(|(_, name)| name).collect();
                }
                "fail-on" => config.fail_on = self.choice(name, value),
                "min-confidence" => config.min_confidence = self.choice(name, value),
                "tests" => {
                    config.tests = value.get_ref().as_bool();
                    if config.tests.is_none() {
                        self.wrong(value.span(), "`tests` must be true or false".to_owned());
                    }
                }
                "overrides" => config.overrides = self.overrides(value),
                "models" => match models(self.text, section) {
                    Some(models) => config.models = models,
                    None => self.wrong(value.span(), "`models` must be a list of tables: write [[models]]".to_owned()),
                },
                _ => self.unknown(key.span(), name, &KEYS),
            }
        }
        config
    }

    fn unknown(&mut self, span: Range<usize>, name: &str, keys: &[&str]) {
        let hint = match most_similar(name, keys.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys are {}", keys.join(", ")),
        };
        self.wrong(span, format!("unknown key `{}`: {hint}", name.escape_debug()));
    }

    fn strings(&mut self, name: &str, value: &Spanned<DeValue>) -> Vec<(Range<usize>, String)> {
        let texts: Option<Vec<(Range<usize>, String)>> = value.get_ref().as_array().and_then(|items| {
            items.iter().map(|item| Some((item.span(), item.get_ref().as_str()?.to_owned()))).collect()
        });
        texts.unwrap_or_else(|| {
            self.wrong(value.span(), format!("`{name}` must be a list of strings"));
            Vec::new()
        })
    }

    fn globs(&mut self, name: &str, value: &Spanned<DeValue>) -> Vec<String> {
        let mut globs = Vec::new();
        for (span, glob) in self.strings(name, value) {
            match globset::Glob::new(&glob) {
                Ok(_) => globs.push(glob),
                Err(error) => self.wrong(span, format!("`{glob}`: {}", error.kind())),
            }
        }
        globs
    }

    fn rules(&mut self, value: &Spanned<DeValue>) -> Vec<String> {
        let mut rules = Vec::new();
        for (span, name) in self.strings("the rules", value) {
            if self.is_rule(span, &name) {
                rules.push(name);
            }
        }
        rules
    }

    fn is_rule(&mut self, span: Range<usize>, name: &str) -> bool {
        let known: Vec<&str> = cards::RULES.iter().chain(&cards::META_RULES).copied().collect();
        if known.contains(&name) {
            return true;
        }
        let hint = match most_similar(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the rules are {}", known.join(", ")),
        };
        self.wrong(span, format!("unknown rule `{}`: {hint}", name.escape_debug()));
        false
    }

    fn choice<T: ValueEnum>(&mut self, name: &str, value: &Spanned<DeValue>) -> Option<T> {
        let chosen = value.get_ref().as_str().and_then(|text| T::from_str(text, false).ok());
        if chosen.is_none() {
            let known: Vec<String> = T::value_variants()
                .iter()
                .filter_map(|variant| variant.to_possible_value().map(|value| value.get_name().to_owned()))
                .collect();
            self.wrong(value.span(), format!("`{name}` must be one of \"{}\"", known.join("\", \"")));
        }
        chosen
    }

    fn overrides(&mut self, value: &Spanned<DeValue>) -> Vec<Override> {
        let tables: Option<Vec<(Range<usize>, &DeTable)>> = value
            .get_ref()
            .as_array()
            .and_then(|items| items.iter().map(|item| Some((item.span(), item.get_ref().as_table()?))).collect());
        let Some(tables) = tables else {
            self.wrong(value.span(), "`overrides` must be a list of tables: write [[overrides]]".to_owned());
            return Vec::new();
        };
        tables.into_iter().map(|(span, table)| self.one_override(span, table)).collect()
    }

    fn one_override(&mut self, span: Range<usize>, table: &DeTable) -> Override {
        let mut one = Override::default();
        for (key, value) in table {
            let name: &str = key.get_ref();
            match name {
                "paths" => one.paths = self.globs(name, value),
                "select" => one.select = self.rules(value),
                "ignore" => one.ignore = self.rules(value),
                "severity" => match value.get_ref().as_table() {
                    Some(severities) => {
                        for (rule, value) in severities {
                            let name: &str = rule.get_ref();
                            if self.is_rule(rule.span(), name)
                                && let Some(severity) = self.choice(name, value)
                            {
                                one.severity.insert(name.to_owned(), severity);
                            }
                        }
                    }
                    None => self.wrong(value.span(), "`severity` must be a table of rules".to_owned()),
                },
                _ => self.unknown(key.span(), name, &OVERRIDE_KEYS),
            }
        }
        if !table.contains_key("paths") {
            self.wrong(span, "an override must say for which `paths` it is".to_owned());
        }
        one
    }
}

/// The models as plain tables; `None` where they are anything else.
fn models(text: &str, section: &[&str]) -> Option<Vec<toml::Table>> {
    let whole: toml::Table = toml::from_str(text).ok()?;
    let mut table = &whole;
    for name in section {
        table = table.get(*name)?.as_table()?;
    }
    table.get("models")?.as_array()?.iter().map(|item| item.as_table().cloned()).collect()
}

/// 1-based line of a byte offset.
fn line_of(text: &str, offset: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..offset.min(text.len())]).count()
}

/// The JSON schema of a configuration.
pub(super) fn schema() -> String {
    let schema = schemars::schema_for!(Config);
    format!("{:#}\n", schema.to_value())
}

/// A configuration as TOML.
pub(super) fn render(config: &Config) -> String {
    toml::to_string(config).expect("the configuration was TOML before")
}

/// What `rearguard init` writes.
pub(super) const TEMPLATE: &str = "\
# Configuration of rearguard; `rearguard config schema` describes every key. What is commented out is the default.

# select = []                  # run only these rules; `rearguard rules` lists them
# ignore = []                  # do not run these rules
# exclude = []                 # globs of paths that are not read
# fail-on = \"minor\"            # critical, major, minor, info, never
# min-confidence = \"medium\"    # low, medium, high
# tests = false                # report on test code too
# error-handlers = []          # functions of yours that count as handling an error

# [[overrides]]
# paths = [\"scripts/**\"]
# ignore = [\"unpaginated-list\"]
# severity = { n-plus-one = \"info\" }

# [[models]]                   # what functions of yours do, in the words of the built-in models
# language = \"python\"
# library = \"ours\"
# call = [{ path = \"app.db.fetch_all\", effect = \"read-many\" }]
";

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let errors = parse(text, &[]).expect_err("the text has a mistake");
        errors.iter().map(|error| format!("{}: {}", error.line, error.problem)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn all_keys() {
        let text = r#"
select = ["n-plus-one"]
ignore = []
exclude = ["legacy/**"]
fail-on = "never"
min-confidence = "high"
tests = true
error-handlers = ["report"]
[[overrides]]
paths = ["scripts/**"]
ignore = ["unpaginated-list"]
severity = { n-plus-one = "info" }
[[models]]
library = "ours"
"#;
        let config = parse(text, &[]).expect("a good configuration");
        assert_eq!(config.select, ["n-plus-one"]);
        assert_eq!(config.exclude, ["legacy/**"]);
        assert_eq!(config.fail_on, Some(FailOn::Never));
        assert_eq!(config.min_confidence, Some(MinConfidence::High));
        assert_eq!(config.tests, Some(true));
        assert_eq!(config.error_handlers, ["report"]);
        assert_eq!(config.models[0]["library"].as_str(), Some("ours"));
        assert_eq!(config.overrides[0].severity["n-plus-one"], OverrideSeverity::Info);
        // What is shown is a configuration again.
        let shown = render(&config);
        assert_eq!(render(&parse(&shown, &[]).expect("a good configuration")), shown);
        let inner = parse(
            "[tool.rearguard]\ntests = true\n[[tool.rearguard.models]]\nlibrary = 'ours'",
            &["tool", "rearguard"],
        );
        let inner = inner.expect("a good configuration");
        assert_eq!((inner.tests, inner.models.len()), (Some(true), 1));
    }

    #[test]
    fn mistakes_name_line_and_remedy() {
        assert_eq!(error("\nfail_on = 'major'"), "2: unknown key `fail_on`: did you mean `fail-on`?");
        assert_eq!(
            error("select = [\n 'n-plus-one',\n 'sql-interpolaton']"),
            "3: unknown rule `sql-interpolaton`: did you mean `sql-interpolation`?"
        );
        assert_eq!(
            error("fail-on = 'high'"),
            "1: `fail-on` must be one of \"critical\", \"major\", \"minor\", \"info\", \"never\""
        );
        assert_eq!(error("tests = 1"), "1: `tests` must be true or false");
        assert_eq!(error("ignore = 'n-plus-one'"), "1: `the rules` must be a list of strings");
        assert!(error("\n\nexclude = ['a{']").starts_with("3: `a{`: "));
        assert!(error("x = ").starts_with("1: not TOML: "));
        assert!(error("\n[models]").starts_with("2: `models` must be a list of tables"));
    }
    #[test]
    fn all_mistakes_are_told_at_once() {
        assert_eq!(
            error(
                "fail_on = 'major'\ntests = 1\n[[overrides]]\nignore = ['sql']\n[overrides.severity]\nn-plus-on = 'high'\n"
            ),
            "1: unknown key `fail_on`: did you mean `fail-on`?\n\
             2: `tests` must be true or false\n\
             3: an override must say for which `paths` it is\n\
             4: unknown rule `sql`: the rules are n-plus-one, sql-interpolation, swallowed-exception, hardcoded-secret, \
             unpaginated-list, unused-suppression, unknown-suppression\n\
             6: unknown rule `n-plus-on`: did you mean `n-plus-one`?"
        );
    }

    #[test]
    fn the_schema_lists_the_keys_and_the_template_is_a_configuration() {
        let schema: serde_json::Value = serde_json::from_str(&schema()).expect("JSON");
        let listed: Vec<&String> = schema["properties"].as_object().expect("an object").keys().collect();
        assert_eq!(listed, KEYS);
        let inner = schema["$defs"]["Override"]["properties"].as_object().expect("an object");
        assert_eq!(inner.keys().collect::<Vec<_>>(), OVERRIDE_KEYS);
        assert_eq!(schema["additionalProperties"], false);
        assert!(parse(TEMPLATE, &[]).is_ok());
        let uncommented: String =
            TEMPLATE.lines().skip(2).map(|line| line.trim_start_matches("# ").to_owned() + "\n").collect();
        let config = parse(&uncommented, &[]).expect("every line is right without its mark");
        assert_eq!((config.overrides.len(), config.models.len()), (1, 1));
    }
}
