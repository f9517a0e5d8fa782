//! Model fixtures: what each line of `fixtures/models/<language>/<library>.<ext>` does at a store, by annotation.
//!
//! `effect: read-many, write` (round trips of the line, in any order), `sql: 1` (SQL text with a dynamic part), `bounded`
//! (every round trip of the line is), `route: GET /x`, `responds`. Parts are separated by `;`. A line without annotation
//! does none of that. `known-miss:` before the annotation records what the interpreter does not see yet, and fails once
//! it does.

use rearguard::flow::exports::Known;
use rearguard::flow::{self, facts::FileFacts};
use rearguard::models::schema::Effect;
use rearguard::project::{AllModels, Lowered, Project, Unit};
use rearguard::source::{Family, FileId, Language, LineIndex, Span};
use rearguard::{lower, syntax};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

#[derive(Default, Debug, PartialEq, Eq, Clone)]
struct Line {
    effects: Vec<String>,
    sql: usize,
    routes: Vec<String>,
    bounded: bool,
    responds: bool,
}

#[test]
fn models_say_what_each_line_does() {
    let models = AllModels::load().expect("the built-in models are valid");
    let mut problems = Vec::new();
    for family in Family::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/models").join(family.name());
        let mut files: Vec<_> = std::fs::read_dir(&folder)
            .expect("every language has model fixtures")
            .map(|entry| entry.expect("a folder entry is readable").path())
            .collect();
        files.sort();
        for file in files {
            check(&models, &file, &mut problems);
        }
    }
    assert!(problems.is_empty(), "{} lines differ:\n{}", problems.len(), problems.join("\n"));
}

fn check(models: &AllModels, path: &Path, problems: &mut Vec<String>) {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let language = Language::of_extension(extension).expect("fixtures have a known extension");
    let bytes: Arc<[u8]> = std::fs::read(path).expect("a fixture is readable").into();
    let tree = syntax::parse(language, &bytes).expect("a fixture parses");
    let module = Arc::new(lower::lower(language, &tree, &bytes));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let path = format!("app/{name}");
    let lowered = Lowered { file: FileId(0), path, language, is_template: false, module, bytes: bytes.clone() };
    let unit = Unit::new(lowered, models.of(language.family()));
    let project = Project::new(vec![unit], &[], models);
    let facts = flow::interpret(&project, &Known::nothing(1), FileId(0)).facts;
    let text = String::from_utf8_lossy(&bytes);
    let annotated: Vec<bool> = text.lines().map(|line| annotation(line) != (Line::default(), false)).collect();
    let actual = lines_of(&facts, &bytes, &annotated);
    for (at, line) in text.lines().enumerate() {
        let number = at as u32 + 1;
        let (wanted, missed) = annotation(line);
        let mut found = actual.get(&number).cloned().unwrap_or_default();
        if !wanted.bounded {
            found.bounded = false;
        }
        // Transactions are annotated where they are the point; responses without rows leave no fact.
        if !wanted.effects.iter().any(|effect| effect == "transaction") {
            found.effects.retain(|effect| effect != "transaction");
        }
        found.responds = wanted.responds;
        // A view class without annotation may be anything that its framework calls.
        if wanted.routes.is_empty() {
            found.routes.retain(|route| route != "ANY");
        }
        let same = found == wanted;
        if same == missed {
            let place = format!("{}/{name}:{number}", language.family().name());
            if missed {
                problems.push(format!("{place}: `known-miss` is right now"));
            } else {
                problems.push(format!("{place}: expected {wanted:?}, found {found:?}\n    {}", line.trim()));
            }
        }
    }
}

/// Facts by line: of a place over several lines the first annotated one, else the first.
fn lines_of(facts: &FileFacts, bytes: &[u8], annotated: &[bool]) -> BTreeMap<u32, Line> {
    let index = LineIndex::new(bytes);
    let line = |span: Span| {
        let (first, last) = index.lines(span);
        (first..=last).find(|&at| annotated.get(at as usize - 1) == Some(&true)).unwrap_or(first)
    };
    let mut lines: BTreeMap<u32, Line> = BTreeMap::new();
    for trip in &facts.round_trips {
        // What a callee does is annotated there.
        if trip.path.is_empty() {
            let at = lines.entry(line(trip.span)).or_insert_with(|| Line { bounded: true, ..Line::default() });
            at.effects.push(effect_name(trip.effect).to_owned());
            at.bounded &= trip.query.bounded;
        }
    }
    for sink in &facts.sinks {
        lines.entry(line(sink.span)).or_default().sql += 1;
    }
    for response in &facts.responses {
        lines.entry(line(response.span)).or_default().responds = true;
    }
    for function in &facts.functions {
        if let Some(route) = &function.route {
            let text = format!("{} {}", route.method, route.url.as_deref().unwrap_or("")).trim().to_owned();
            lines.entry(line(route.span)).or_default().routes.push(text);
        }
    }
    for line in lines.values_mut() {
        line.effects.sort();
        line.routes.sort();
        line.routes.dedup();
        line.bounded &= !line.effects.is_empty();
    }
    lines
}

/// The annotation of a line, and whether it is a known miss.
fn annotation(line: &str) -> (Line, bool) {
    let mut wanted = Line::default();
    let Some(at) = ["effect:", "sql:", "route:", "responds", "bounded"]
        .iter()
        .filter_map(|word| {
            ["# ", "// ", "known-miss: "]
                .iter()
                .filter_map(|mark| line.find(&format!("{mark}{word}")).map(|at| at + mark.len()))
                .min()
        })
        .min()
    else {
        return (wanted, false);
    };
    let missed = line[..at].ends_with("known-miss: ");
    for part in line[at..].split(';') {
        let part = part.trim();
        if let Some(list) = part.strip_prefix("effect:") {
            wanted.effects = list.split(',').map(|effect| effect.trim().to_owned()).collect();
        } else if let Some(count) = part.strip_prefix("sql:") {
            wanted.sql = count.trim().parse().unwrap_or(0);
        } else if let Some(route) = part.strip_prefix("route:") {
            wanted.routes = route.split(',').map(|route| route.trim().to_owned()).collect();
        } else if part == "responds" {
            wanted.responds = true;
        } else if part == "bounded" {
            wanted.bounded = true;
        }
    }
    wanted.effects.sort();
    wanted.routes.sort();
    wanted.routes.dedup();
    (wanted, missed)
}

fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Build => "build",
        Effect::ReadOne => "read-one",
        Effect::ReadMany => "read-many",
        Effect::ReadScalar => "read-scalar",
        Effect::ReadBatch => "read-batch",
        Effect::Write => "write",
        Effect::WriteBatch => "write-batch",
        Effect::Fetch => "fetch",
        Effect::Queue => "queue",
        Effect::MaybeRead => "maybe-read",
        Effect::Transaction => "transaction",
        Effect::Execute => "execute",
        Effect::Remote => "remote",
    }
}
