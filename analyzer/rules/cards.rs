//! The rule cards: what each rule is, for people. `rules/<rule-id>.toml`, compiled into the program.
//!
//! Knows the cards' keys. Does not know how a rule works or how a card is printed.
//! Invariant: every card parses; the order of rules is the order in which they are listed everywhere.
//! Invariant: a card's file, id and fixture folder share one stem.

use crate::findings::Severity;
use crate::findings::suppression::{Equivalent, Tool};
use crate::source::Family;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub id: String,
    /// A noun phrase: "Query in a loop".
    pub title: String,
    pub category: String,
    /// The severity of a plain case in its usual context.
    pub severity: CardSeverity,
    /// Entries of the Common Weakness Enumeration (<https://cwe.mitre.org>).
    pub cwe: Vec<String>,
    /// What code scanning ranks security alerts by, 0.0 to 10.0 as in CVSS; only rules of the category `security` have one.
    #[serde(default)]
    pub security_severity: Option<String>,
    /// How much of what the rule reports is true, in code scanning's words.
    pub precision: Precision,
    pub what: String,
    pub why: String,
    /// When it is which severity.
    pub grading: String,
    pub fix: String,
    /// What the rule does not see, and what it believes.
    pub limits: Vec<String>,
    /// Codes of other tools that say the same: their comments are honoured.
    #[serde(default)]
    pub equivalents: Equivalents,
    #[serde(default)]
    pub example: Vec<Example>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CardSeverity {
    Critical,
    Major,
    Minor,
    Info,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Equivalents {
    pub noqa: Vec<String>,
    pub nosec: Vec<String>,
    pub nolint: Vec<String>,
    pub eslint: Vec<String>,
    pub biome: Vec<String>,
    /// Parts of rule names.
    pub semgrep: Vec<String>,
    /// Words of scanners that look for secrets alone.
    pub scanner: Vec<String>,
}

impl Equivalents {
    /// Tool, the word that opens its comment, and the codes behind it. A scanner's words have no code behind them.
    pub fn by_tool(&self) -> [(Tool, &'static str, &[String]); 7] {
        [
            (Tool::Noqa, "noqa", &self.noqa),
            (Tool::Nosec, "nosec", &self.nosec),
            (Tool::Nolint, "nolint", &self.nolint),
            (Tool::Eslint, "eslint-disable", &self.eslint),
            (Tool::Biome, "biome-ignore", &self.biome),
            (Tool::Semgrep, "nosemgrep", &self.semgrep),
            (Tool::Scanner, "", &self.scanner),
        ]
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    VeryHigh,
    High,
    Medium,
    Low,
}

impl Precision {
    pub fn name(self) -> &'static str {
        match self {
            Precision::VeryHigh => "very-high",
            Precision::High => "high",
            Precision::Medium => "medium",
            Precision::Low => "low",
        }
    }
}

/// The same scenario as it should not and as it should be: two whole files of one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub language: CardLanguage,
    /// For people: the libraries that the example uses.
    pub library: String,
    pub bad: String,
    pub good: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CardLanguage {
    Python,
    TypeScript,
    Go,
}

impl CardLanguage {
    pub fn family(self) -> Family {
        match self {
            CardLanguage::Python => Family::Python,
            CardLanguage::TypeScript => Family::TypeScript,
            CardLanguage::Go => Family::Go,
        }
    }
}

impl Card {
    pub fn severity(&self) -> Severity {
        match self.severity {
            CardSeverity::Critical => Severity::Critical,
            CardSeverity::Major => Severity::Major,
            CardSeverity::Minor => Severity::Minor,
            CardSeverity::Info => Severity::Info,
        }
    }
}

/// Ids of the rules about code, in the order in which they are listed.
pub const RULES: [&str; 5] =
    ["n-plus-one", "sql-interpolation", "swallowed-exception", "hardcoded-secret", "unpaginated-list"];

/// The rule whose findings lie on a secret: what formats must mask.
pub const SECRET_RULE: &str = "hardcoded-secret";

/// Rules about rearguard's own comments: always on, never suppressed.
pub const META_RULES: [&str; 2] = [crate::findings::suppression::UNUSED, crate::findings::suppression::UNKNOWN];

const TEXTS: [&str; 7] = [
    include_str!("../../rules/n-plus-one.toml"),
    include_str!("../../rules/sql-interpolation.toml"),
    include_str!("../../rules/swallowed-exception.toml"),
    include_str!("../../rules/hardcoded-secret.toml"),
    include_str!("../../rules/unpaginated-list.toml"),
    include_str!("../../rules/unused-suppression.toml"),
    include_str!("../../rules/unknown-suppression.toml"),
];

static CARDS: LazyLock<Vec<Card>> = LazyLock::new(|| {
    TEXTS.iter().map(|text| toml::from_str(text).expect("the cards are compiled in and the tests parse them")).collect()
});

/// All cards: the rules, then the rules about comments.
pub fn all() -> &'static [Card] {
    &CARDS
}

static EQUIVALENTS: LazyLock<Vec<Equivalent>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for card in CARDS.iter() {
        for (tool, _, codes) in card.equivalents.by_tool() {
            all.extend(codes.iter().map(|code| Equivalent { tool, code, rule: &card.id }));
        }
    }
    all
});

/// Codes of other tools that say the same as one of our rules.
pub fn equivalents() -> &'static [Equivalent] {
    &EQUIVALENTS
}

pub fn of(rule: &str) -> Option<&'static Card> {
    CARDS.iter().find(|card| card.id == rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Language;
    use crate::syntax;

    #[test]
    fn cards_stand_in_the_order_of_the_rules() {
        let ids: Vec<&str> = all().iter().map(|card| card.id.as_str()).collect();
        let wanted: Vec<&str> = RULES.iter().chain(&META_RULES).copied().collect();
        assert_eq!(ids, wanted);
    }

    #[test]
    fn examples_parse_and_each_rule_has_one_per_language() {
        for card in all().iter().filter(|card| RULES.contains(&card.id.as_str())) {
            let families: Vec<Family> = card.example.iter().map(|example| example.language.family()).collect();
            assert_eq!(families, Family::ALL, "{}", card.id);
            for example in &card.example {
                let language = match example.language {
                    CardLanguage::Python => Language::Python,
                    CardLanguage::TypeScript => Language::TypeScript,
                    CardLanguage::Go => Language::Go,
                };
                for text in [&example.bad, &example.good] {
                    let tree = syntax::parse(language, text.as_bytes()).expect("the grammar loads");
                    assert_eq!(syntax::error_count(&tree), 0, "{} {:?}\n{text}", card.id, example.language);
                }
            }
        }
    }

    #[test]
    fn texts_say_something_and_lines_fit_a_terminal() {
        for (card, text) in all().iter().zip(TEXTS) {
            for part in [&card.what, &card.why, &card.grading, &card.fix, &card.title] {
                assert!(!part.trim().is_empty(), "{}", card.id);
            }
            assert!(!card.limits.is_empty(), "{}", card.id);
            assert!(text.starts_with(&format!("id = \"{}\"", card.id)));
        }
    }
}
