//! Words of messages: snippets on one line, names of things, fix texts with their places filled in.
//!
//! Knows English and models' fix texts. Does not know rules.

use crate::flow::value::EntityRef;
use crate::models::lookup::{KindId, Models};
use crate::models::schema::Cure;
use crate::project::{Project, Unit};
use crate::source::Span;

/// Longest snippet in a message, in characters.
const MAX_SNIPPET: usize = 100;

/// White space runs become one blank; long text is cut in the middle of nothing, at its end.
pub(super) fn one_line(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.chars().count() > MAX_SNIPPET {
            let mut cut: String = out.chars().take(MAX_SNIPPET - 1).collect();
            cut.push('…');
            return cut;
        }
    }
    out
}

pub(super) fn entity_name(project: &Project<'_>, entity: &EntityRef) -> String {
    match entity {
        EntityRef::Class(class) => {
            let unit = project.unit(class.file);
            unit.module.text(unit.module.class(class.id).name).to_owned()
        }
        EntityRef::Named(name) => name.to_string(),
    }
}

/// What the placeholders of a fix text stand for.
#[derive(Default)]
pub(super) struct Places<'a> {
    pub model: &'a str,
    pub path: &'a str,
    /// Relations from the rows of the query to what is loaded, joined by dots.
    pub hops: &'a str,
    pub element: &'a str,
    pub source: &'a str,
    pub value: &'a str,
    pub call: &'a str,
    pub line: usize,
    /// The file of that line, where it is another than the finding's.
    pub file: &'a str,
}

/// The library's own words for a cure; `None` when it has none.
pub(super) fn fix(models: &Models, kind: Option<KindId>, cure: Cure, places: &Places<'_>) -> Option<String> {
    let kind = kind?;
    let id = &models.kind(kind).fact.id;
    let library = models.library_of_kind(kind);
    let fixes = || library.fixes.iter().filter(|fix| fix.cure == cure);
    let lineage = &models.kind(kind).lineage;
    let chosen = fixes()
        .find(|fix| fix.on.iter().any(|on| on == id || lineage.iter().any(|&step| models.kind(step).fact.id == *on)))
        .or_else(|| fixes().find(|fix| fix.on.is_empty()))?;
    let line = match places.file {
        "" => places.line.to_string(),
        file => format!("{} of {file}", places.line),
    };
    let or = |text: &str, fallback: &str| if text.is_empty() { fallback.to_owned() } else { text.to_owned() };
    Some(
        chosen
            .text
            .replace("{Model}", &or(places.model, "Model"))
            .replace("{path}", &or(places.path, "relation"))
            .replace("{hops}", &or(&places.hops.replace('.', "__"), "relation"))
            .replace("{rel}", &or(places.path, "relation"))
            .replace("{Rel}", &or(places.path, "Relation"))
            .replace("{element}", &or(places.element, "row"))
            .replace("{source}", &or(places.source, "the rows"))
            .replace("{value}", &or(places.value, "value"))
            .replace("{call}", &or(places.call, "the query"))
            .replace("{line}", &line),
    )
}

/// 1-based line of a place in a file.
pub(super) fn line(unit: &Unit, span: Span) -> usize {
    let before = (span.start as usize).min(unit.bytes.len());
    memchr::memchr_iter(b'\n', &unit.bytes[..before]).count() + 1
}
