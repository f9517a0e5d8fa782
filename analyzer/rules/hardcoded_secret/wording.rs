//! The sentences of a finding: what is hard-coded where, and where to read it from instead.
//!
//! Knows text. Does not know how a literal was judged.
//! Invariant: the value stands in no sentence; `mask::describe` is all that is said of it.

use super::grading::Verdict;
use crate::ir::{Imported, Module};
use crate::secrets::mask;
use crate::secrets::names::words;
use crate::source::Family;
use crate::source::text::TextFormat;
use serde::Deserialize;
use std::sync::LazyLock;

/// Where a project reads settings from, by what its file imports.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    family: String,
    /// A module path, or the start of one; empty: any file.
    #[serde(default)]
    imports: String,
    /// With `{NAME}` for the setting.
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sources {
    source: Vec<Source>,
}

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let file: Sources = toml::from_str(include_str!("../../../rules/secrets/sources.toml"))
        .expect("the tests read rules/secrets/sources.toml");
    file.source
});

/// What the literal is bound to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Subject {
    Name(String),
    /// The function that takes it, where it has no name of its own.
    Callee(String),
    Literal,
    Comment,
}

impl Subject {
    fn name(&self) -> Option<&str> {
        match self {
            Subject::Name(name) => Some(name),
            Subject::Callee(_) | Subject::Literal | Subject::Comment => None,
        }
    }

    /// What stands for the subject in a fingerprint.
    pub(super) fn identity(&self) -> &str {
        match self {
            Subject::Name(name) | Subject::Callee(name) => name,
            Subject::Literal => "literal",
            Subject::Comment => "comment",
        }
    }

    /// A variable's name says more than the call that takes it.
    pub(super) fn is_weaker_than(&self, other: &Subject) -> bool {
        self.name().is_none() && other.name().is_some()
    }
}

pub(super) fn title(verdict: &Verdict, subject: &Subject) -> String {
    let kind = capitalised(&verdict.kind);
    match subject {
        Subject::Name(name) => format!("{kind} is hard-coded in `{name}`"),
        Subject::Callee(name) => format!("{kind} is hard-coded in the call of `{name}`"),
        Subject::Literal => format!("{kind} is hard-coded"),
        Subject::Comment => format!("{kind} is hard-coded in a comment"),
    }
}

pub(super) fn evidence(verdict: &Verdict, subject: &Subject, value: &str, setting: Option<&str>) -> String {
    let masked = mask::describe(value);
    let kind = &verdict.kind;
    if verdict.is_default {
        let missing = setting.or(subject.name()).map_or_else(String::new, |name| format!("when `{name}` is not set, "));
        return format!("{missing}this literal is the {kind} ({masked}): it works without any configuration");
    }
    let holds = match subject {
        Subject::Name(name) => format!("`{name}` holds"),
        Subject::Callee(name) => format!("`{name}` is given"),
        Subject::Literal => "a literal holds".to_owned(),
        Subject::Comment => "a comment holds".to_owned(),
    };
    if verdict.is_random {
        format!("{holds} {} {kind} ({masked})", article(kind))
    } else if *subject == Subject::Literal {
        format!("{holds} a guessable {kind} ({masked})")
    } else {
        format!("{holds} a guessable {kind} as a literal ({masked})")
    }
}

pub(super) fn recommendation(verdict: &Verdict, subject: &Subject, family: Family, module: &Module) -> String {
    let setting = setting_name(subject.name().unwrap_or_default(), &verdict.kind);
    let source = source(family, module).replace("{NAME}", &setting);
    if verdict.is_default {
        format!(
            "Remove the default, so that start-up fails while {setting} is missing: {source}. Rotate the value if it was \
             ever used"
        )
    } else {
        format!("Rotate it, remove it from the history, and read it from outside the code: {source}")
    }
}

/// Where configuration of a format takes a secret from.
pub(super) fn recommendation_in_text(verdict: &Verdict, subject: &Subject, format: TextFormat) -> String {
    let setting = setting_name(subject.name().unwrap_or_default(), &verdict.kind);
    let name = source_name(format);
    let source = SOURCES.iter().find(|source| source.family == name).map_or("", |source| source.text.as_str());
    let source = source.replace("{NAME}", &setting);
    if verdict.is_default {
        format!(
            "Remove the default, so that start-up fails while {setting} is missing. Rotate the value if it was ever used"
        )
    } else {
        format!("Rotate it, remove it from the history, and keep it outside the repository: {source}")
    }
}

/// The `family` of `sources.toml` that a format has.
fn source_name(format: TextFormat) -> &'static str {
    match format {
        TextFormat::Environment => "environment",
        TextFormat::Yaml => "yaml",
        TextFormat::Dockerfile => "dockerfile",
        TextFormat::Terraform => "terraform",
        TextFormat::Shell => "shell",
        TextFormat::Json
        | TextFormat::Toml
        | TextFormat::Ini
        | TextFormat::Xml
        | TextFormat::Notebook
        | TextFormat::Sql
        | TextFormat::Netrc
        | TextFormat::Plain => "text",
    }
}

/// `DB_PASSWORD` for `dbPassword`, `STRIPE_KEY` for a literal without a name.
fn setting_name(name: &str, kind: &str) -> String {
    let from = if name.is_empty() || words(name).is_empty() { kind } else { name };
    words(from).join("_").to_uppercase()
}

fn source(family: Family, module: &Module) -> &'static str {
    let imports = |start: &str| {
        module.imports.iter().any(|import| {
            let written = module.text(import.module);
            let member = match import.what {
                Imported::Member(name) => format!("{written}.{}", module.text(name)),
                _ => written.to_owned(),
            };
            member.starts_with(start)
        })
    };
    SOURCES
        .iter()
        .find(|source| source.family == family.name() && (source.imports.is_empty() || imports(&source.imports)))
        .map_or("", |source| source.text.as_str())
}

fn article(noun: &str) -> &'static str {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']);
    let spelled = ["SSH", "X ", "HMAC", "npm", "RSA"].iter().any(|start| noun.starts_with(start));
    if vowel || spelled { "an" } else { "a" }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if text != "npm access token" => first.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_a_source_for_any_file() {
        for family in Family::ALL {
            assert!(SOURCES.iter().any(|source| source.family == family.name() && source.imports.is_empty()));
        }
    }

    #[test]
    fn every_format_has_a_source() {
        for format in [
            TextFormat::Environment,
            TextFormat::Yaml,
            TextFormat::Dockerfile,
            TextFormat::Terraform,
            TextFormat::Shell,
            TextFormat::Plain,
        ] {
            assert!(SOURCES.iter().any(|source| source.family == source_name(format)), "{format:?}");
        }
    }

    #[test]
    fn settings_are_upper_case_words() {
        assert_eq!(setting_name("dbPassword", "password"), "DB_PASSWORD");
        assert_eq!(setting_name("", "Stripe live secret key"), "STRIPE_LIVE_SECRET_KEY");
    }
}
