//! `rearguard rules` and `rearguard explain RULE`: the rule cards as text.
//!
//! Knows the cards and how they read on a terminal. Does not know how rules work.

use crate::findings::suppression::Tool;
use crate::report::printable::wrap;
use crate::rules::cards::{self, Card, CardLanguage, Equivalents};
use serde_json::json;
use std::fmt::Write as _;

const HEAD: anstyle::Style = anstyle::Style::new().bold();

/// One line per rule.
pub(super) fn list() -> String {
    let mut text = String::new();
    let width = cards::all().iter().map(|card| card.id.len()).max().unwrap_or_default();
    for card in cards::all() {
        let _ = writeln!(
            text,
            "{HEAD}{:width$}{HEAD:#}  {:<8}  {:<15}  {}",
            card.id,
            card.severity().name(),
            card.category,
            card.title
        );
    }
    text.push_str("\nrearguard explain RULE says more about one of them.\n");
    text
}

/// All cards as JSON: what other programs want to know of the rules.
pub(super) fn json() -> String {
    let card = |card: &Card| {
        let Equivalents { noqa, nosec, nolint, eslint, biome, semgrep, scanner } = &card.equivalents;
        json!({
            "id": card.id,
            "title": card.title,
            "category": card.category,
            "severity": card.severity().name(),
            "cwe": card.cwe,
            "what": flowing(&card.what),
            "why": flowing(&card.why),
            "grading": flowing(&card.grading),
            "fix": flowing(&card.fix),
            "limits": card.limits.iter().map(|limit| flowing(limit)).collect::<Vec<_>>(),
            "equivalents": { "noqa": noqa, "nosec": nosec, "nolint": nolint, "eslint": eslint, "biome": biome, "nosemgrep": semgrep, "scanners": scanner },
        })
    };
    let cards: Vec<serde_json::Value> = cards::all().iter().map(card).collect();
    format!("{:#}\n", serde_json::Value::Array(cards))
}

/// A table of the rules for documentation.
pub(super) fn markdown() -> String {
    let mut text = "| rule | title | category | severity | weakness |\n|---|---|---|---|---|\n".to_owned();
    for card in cards::all() {
        let Card { id, title, category, cwe, .. } = card;
        let _ = writeln!(text, "| `{id}` | {title} | {category} | {} | {} |", card.severity().name(), cwe.join(", "));
    }
    text
}

fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The whole card, its texts filled to the width.
pub(super) fn card(card: &Card, width: usize) -> String {
    let mut text = String::new();
    let mut facts = vec![card.category.as_str(), card.severity().name()];
    facts.extend(card.cwe.iter().map(String::as_str));
    let _ = writeln!(text, "{HEAD}{}{HEAD:#}: {} ({})", card.id, card.title, facts.join(", "));
    for (name, body) in [
        ("What it finds", &card.what),
        ("Why it matters", &card.why),
        ("Severity", &card.grading),
        ("How to fix it", &card.fix),
    ] {
        let lines = wrap(body, width.saturating_sub(2)).join("\n");
        section(&mut text, name, &lines);
    }
    for example in &card.example {
        let language = match example.language {
            CardLanguage::Python => "Python",
            CardLanguage::TypeScript => "TypeScript",
            CardLanguage::Go => "Go",
        };
        section(&mut text, &format!("{language}, {}: bad", example.library), &example.bad);
        section(&mut text, &format!("{language}, {}: good", example.library), &example.good);
    }
    if cards::RULES.contains(&card.id.as_str()) {
        section(&mut text, "How to suppress it", &suppression(card));
    }
    let limits: Vec<String> =
        card.limits.iter().map(|limit| format!("- {}", wrap(limit, width.saturating_sub(4)).join("\n  "))).collect();
    section(&mut text, "Known limits", &limits.join("\n"));
    text
}

fn suppression(card: &Card) -> String {
    let rule = &card.id;
    let mut same = Vec::new();
    for (tool, word, codes) in card.equivalents.by_tool() {
        match tool {
            Tool::Scanner => same.extend(codes.iter().cloned()),
            _ if codes.is_empty() => {}
            _ => same.push(format!("{word} {}", codes.join(", "))),
        }
    }
    let mut text = format!(
        "# rearguard: ignore[{rule}] reason         (Python)\n\
         // rearguard: ignore[{rule}] reason        (TypeScript, Go; /* */ too)\n\
         behind the code or on the line above; ignore-file[{rule}] for a whole file."
    );
    if !same.is_empty() {
        let _ = write!(text, "\nComments for other tools count too: {}.", same.join("; "));
    }
    text
}

fn section(text: &mut String, name: &str, body: &str) {
    let _ = write!(text, "\n{HEAD}{name}{HEAD:#}\n");
    for line in body.trim_matches('\n').lines() {
        let _ = if line.is_empty() { writeln!(text) } else { writeln!(text, "  {line}") };
    }
}
