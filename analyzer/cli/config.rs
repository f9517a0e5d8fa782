//! Reads `rearguard.toml` at the project's root.
//!
//! ```toml
//! select = ["n-plus-one", "sql-interpolation"]      # run only these rules
//! ignore = ["unpaginated-list"]                     # do not run these
//! exclude = ["legacy/**"]                           # do not read these paths
//! fail-on = "major"
//! min-confidence = "high"
//! tests = true                                      # report on test code too
//! error-handlers = ["report_to_ops"]                # functions that count as handling an error
//! ```
//!
//! Knows the keys and their types. Does not know what they do, nor the file system.
//! Invariant: a key or value that is not understood is an error with file, line and, where one is near, the right word.

use super::arguments::{FailOn, MinConfidence};
use crate::rules::cards;
use crate::similar::most_similar;
use clap::ValueEnum;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a configuration says; what it does not say is empty.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub(super) select: Vec<String>,
    pub(super) ignore: Vec<String>,
    pub(super) exclude: Vec<String>,
    pub(super) fail_on: Option<FailOn>,
    pub(super) min_confidence: Option<MinConfidence>,
    pub(super) tests: Option<bool>,
    pub(super) error_handlers: Vec<String>,
    /// Library models of the project, as they stand in the file.
    pub(super) models: Vec<toml::Table>,
}

/// A mistake in a configuration.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct ConfigError {
    /// 1-based.
    pub(super) line: usize,
    pub(super) problem: String,
}

const KEYS: [&str; 8] =
    ["select", "ignore", "exclude", "fail-on", "min-confidence", "tests", "error-handlers", "models"];

pub(super) fn parse(text: &str) -> Result<Config, ConfigError> {
    let at = |span: Range<usize>, problem: String| ConfigError { line: line_of(text, span.start), problem };
    let table = DeTable::parse(text)
        .map_err(|error| at(error.span().unwrap_or_default(), format!("not TOML: {}", error.message())))?;
    let mut config = Config::default();
    for (key, value) in table.get_ref() {
        let name: &str = key.get_ref();
        let wrong = |problem: String| at(value.span(), format!("`{name}` {problem}"));
        match name {
            "select" => config.select = rules(value).map_err(|(span, problem)| at(span, problem))?,
            "ignore" => config.ignore = rules(value).map_err(|(span, problem)| at(span, problem))?,
            "exclude" => {
                for (span, glob) in strings(value).map_err(wrong)? {
                    globset::Glob::new(&glob).map_err(|error| at(span, format!("`{glob}`: {}", error.kind())))?;
                    config.exclude.push(glob);
                }
            }
            "error-handlers" => {
                config.error_handlers = strings(value).map_err(wrong)?.into_iter().map(|(_, name)| name).collect();
            }
            "fail-on" => config.fail_on = Some(choice(value.get_ref()).map_err(wrong)?),
            "min-confidence" => config.min_confidence = Some(choice(value.get_ref()).map_err(wrong)?),
            "tests" => {
                let is_on = value.get_ref().as_bool().ok_or_else(|| wrong("must be true or false".to_owned()))?;
                config.tests = Some(is_on);
            }
            "models" => config.models = models(text, value.get_ref()).map_err(wrong)?,
            _ => {
                let hint = match most_similar(name, KEYS) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys are {}", KEYS.join(", ")),
                };
                return Err(at(key.span(), format!("unknown key `{}`: {hint}", name.escape_debug())));
            }
        }
    }
    Ok(config)
}

fn strings(value: &Spanned<DeValue>) -> Result<Vec<(Range<usize>, String)>, String> {
    let wrong = || "must be a list of strings".to_owned();
    let items = value.get_ref().as_array().ok_or_else(wrong)?;
    items.iter().map(|item| Ok((item.span(), item.get_ref().as_str().ok_or_else(wrong)?.to_owned()))).collect()
}

fn rules(value: &Spanned<DeValue>) -> Result<Vec<String>, (Range<usize>, String)> {
    let names = strings(value).map_err(|problem| (value.span(), format!("the rules {problem}")))?;
    let known: Vec<&str> = cards::RULES.iter().chain(&cards::META_RULES).copied().collect();
    let known_name = |(span, name): (Range<usize>, String)| {
        if known.contains(&name.as_str()) {
            return Ok(name);
        }
        let hint = match most_similar(&name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the rules are {}", known.join(", ")),
        };
        Err((span, format!("unknown rule `{}`: {hint}", name.escape_debug())))
    };
    names.into_iter().map(known_name).collect()
}

fn choice<T: ValueEnum>(value: &DeValue) -> Result<T, String> {
    let known: Vec<String> = T::value_variants()
        .iter()
        .filter_map(|variant| variant.to_possible_value().map(|value| value.get_name().to_owned()))
        .collect();
    let wrong = || format!("must be one of \"{}\"", known.join("\", \""));
    T::from_str(value.as_str().ok_or_else(wrong)?, false).map_err(|_| wrong())
}

fn models(text: &str, value: &DeValue) -> Result<Vec<toml::Table>, String> {
    value.as_array().ok_or("must be a list of tables: write [[models]]")?;
    let whole: toml::Table = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let list = whole.get("models").and_then(|models| models.as_array()).cloned().unwrap_or_default();
    let table = |item| match item {
        toml::Value::Table(table) => Ok(table),
        _ => Err("must be a list of tables: write [[models]]".to_owned()),
    };
    list.into_iter().map(table).collect()
}

/// 1-based line of a byte offset.
fn line_of(text: &str, offset: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..offset.min(text.len())]).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let error = parse(text).expect_err("the text has a mistake");
        format!("{}: {}", error.line, error.problem)
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
[[models]]
library = "ours"
"#;
        let config = parse(text).expect("a good configuration");
        assert_eq!(config.select, ["n-plus-one"]);
        assert_eq!(config.exclude, ["legacy/**"]);
        assert_eq!(config.fail_on, Some(FailOn::Never));
        assert_eq!(config.min_confidence, Some(MinConfidence::High));
        assert_eq!(config.tests, Some(true));
        assert_eq!(config.error_handlers, ["report"]);
        assert_eq!(config.models[0]["library"].as_str(), Some("ours"));
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
        assert_eq!(error("ignore = 'n-plus-one'"), "1: the rules must be a list of strings");
        assert!(error("\n\nexclude = ['a{']").starts_with("3: `a{`: "));
        assert!(error("x = ").starts_with("1: not TOML: "));
        assert!(error("\n[models]").starts_with("2: `models` must be a list of tables"));
    }
}
