//! The documentation: generated pages are current, and every link between documents leads somewhere.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes what is generated: a page per rule from its card, the configuration's keys
//! from its schema.

use rearguard::findings::suppression::Tool;
use rearguard::rules::cards::{self, Card, CardLanguage};
use rearguard::source::Family;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The page of one rule.
fn page(card: &Card) -> String {
    let id = &card.id;
    let mut facts = vec![format!("category {}", card.category), format!("severity {}", card.severity().name())];
    facts.push(format!("precision {}", card.precision.name()));
    facts.extend(card.cwe.iter().map(|cwe| {
        let number = cwe.trim_start_matches("CWE-");
        format!("[{cwe}](https://cwe.mitre.org/data/definitions/{number}.html)")
    }));
    let mut text = format!("# {id}: {}\n\n{}\n", card.title, facts.join(" · "));
    for (title, body) in [
        ("What it finds", &card.what),
        ("Why it matters", &card.why),
        ("Severity", &card.grading),
        ("How to fix it", &card.fix),
    ] {
        let _ = write!(text, "\n## {title}\n\n{}\n", flowing(body));
    }
    if !card.example.is_empty() {
        text.push_str("\n## Examples\n");
    }
    for example in &card.example {
        let (language, fence) = match example.language {
            CardLanguage::Python => ("Python", "python"),
            CardLanguage::TypeScript => ("TypeScript", "ts"),
            CardLanguage::Go => ("Go", "go"),
        };
        for (verdict, code) in [("bad", &example.bad), ("good", &example.good)] {
            let code = code.trim_matches('\n');
            let _ = write!(text, "\n### {language}, {}: {verdict}\n\n```{fence}\n{code}\n```\n", example.library);
        }
    }
    if cards::RULES.contains(&id.as_str()) {
        let _ = write!(
            text,
            "\n## How to accept a finding\n\nA comment `rearguard: ignore[{id}] reason` behind the code or on the line above; \
             `ignore-file[{id}]` for a whole file.\n"
        );
        let mut same = Vec::new();
        for (tool, word, codes) in card.equivalents.by_tool() {
            match tool {
                Tool::Scanner => same.extend(codes.iter().map(|words| format!("`{words}`"))),
                _ if codes.is_empty() => {}
                _ => same.push(format!("`{word}` of `{}`", codes.join("`, `"))),
            }
        }
        if !same.is_empty() {
            let _ = writeln!(text, "Comments for other tools that say the same count too: {}.", same.join("; "));
        }
    }
    text.push_str("\n## Known limits\n\n");
    for limit in &card.limits {
        let _ = writeln!(text, "- {}", flowing(limit));
    }
    text
}

fn list() -> String {
    let mut text = "# Rules\n\n| rule | finds | category | severity |\n|---|---|---|---|\n".to_owned();
    for card in cards::all() {
        let Card { id, title, category, .. } = card;
        let _ = writeln!(text, "| [`{id}`]({id}.md) | {title} | {category} | {} |", card.severity().name());
    }
    text.push_str("\n`rearguard explain RULE` prints the same on a terminal.\n");
    text
}

/// What a key of the configuration may hold, in words.
fn kind(schema: &Value, property: &Value) -> String {
    if let Some(name) = property["$ref"].as_str() {
        return kind(schema, schema.pointer(name.trim_start_matches('#')).expect("the schema holds what it names"));
    }
    if let Some(options) = property["anyOf"].as_array() {
        let known = options.iter().find(|option| option["type"] != "null").expect("something other than nothing");
        return kind(schema, known);
    }
    let choices = property["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let choices: Vec<String> = choices.map(|choice| format!("`\"{choice}\"`")).collect();
    if !choices.is_empty() {
        return choices.join(", ");
    }
    let is = |name: &str| {
        property["type"] == name || property["type"].as_array().is_some_and(|types| types.contains(&name.into()))
    };
    if is("array") {
        let item = &property["items"];
        return if item["type"] == "string" { "list of strings".to_owned() } else { "list of tables".to_owned() };
    }
    if is("boolean") {
        return "`true` or `false`".to_owned();
    }
    if is("object") {
        return format!("table; each value {}", kind(schema, &property["additionalProperties"]));
    }
    "string".to_owned()
}

fn keys(schema: &Value, object: &Value) -> String {
    let mut text = "| key | value | meaning |\n|---|---|---|\n".to_owned();
    for (name, property) in object["properties"].as_object().expect("keys") {
        let meaning = flowing(property["description"].as_str().unwrap_or_default());
        let _ = writeln!(text, "| `{name}` | {} | {meaning} |", kind(schema, property));
    }
    text
}

fn configuration() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_rearguard")).args(["config", "schema"]).output().expect("it runs");
    let schema: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    format!(
        "## Keys\n\n{}\n## Keys of `[[overrides]]`\n\n{}\n`[[models]]` are described in [Writing a model](models.md#models-of-your-own-code).\n",
        keys(&schema, &schema),
        keys(&schema, &schema["$defs"]["Override"])
    )
}

const BEGIN: &str = "<!-- generated: begin -->\n";
const END: &str = "<!-- generated: end -->";

/// Every page with what it should say.
fn pages() -> Vec<(String, String)> {
    let mut pages = vec![("docs/rules/README.md".to_owned(), list())];
    pages.extend(cards::all().iter().map(|card| (format!("docs/rules/{}.md", card.id), page(card))));
    let path = "docs/configuration.md";
    let text = fs::read_to_string(root().join(path)).expect("the page is there");
    let (before, rest) = text.split_once(BEGIN).expect("the page says where its generated part begins");
    let (_, after) = rest.split_once(END).expect("and where it ends");
    pages.push((path.to_owned(), format!("{before}{BEGIN}{}{END}{after}", configuration())));
    pages
}

#[test]
fn generated_pages_are_current() {
    for (path, text) in pages() {
        let file = root().join(&path);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&file, &text).expect("can be written");
        }
        let there = fs::read_to_string(&file).unwrap_or_default();
        assert!(there == text, "{path} is not current: UPDATE_DOCS=1 cargo test --test docs");
    }
    let known: Vec<String> = pages().into_iter().map(|(path, _)| path).collect();
    for path in documents().iter().filter(|path| path.starts_with("docs/rules/")) {
        assert!(known.contains(path), "{path} is the page of no rule");
    }
}

/// All Markdown files of the repository, by path.
fn documents() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is a folder") {
            let path = entry.expect("can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let inside = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
                found.push(inside);
            }
        }
    }
    found.extend(["README.md".to_owned(), "CHANGELOG.md".to_owned()]);
    found.sort();
    found
}

/// The text without code, in which brackets are no links and `#` begins no heading.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// Names that GitHub gives the headings of a page.
fn anchors(text: &str) -> Vec<String> {
    let headings = prose(text);
    let headings = headings.lines().filter(|line| line.starts_with('#'));
    let slug = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
    };
    headings.map(slug).collect()
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut problems = Vec::new();
    let mut count = 0;
    for document in documents() {
        let text = fs::read_to_string(root().join(&document)).expect("the document is text");
        // Code in a line, too, is no link.
        let bare: String =
            prose(&text).split('`').enumerate().filter(|(at, _)| at % 2 == 0).map(|(_, part)| part).collect();
        for target in bare.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("https://") {
                continue;
            }
            count += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let here = root().join(&document);
            let file = if path.is_empty() { here } else { here.parent().expect("it lies in a folder").join(path) };
            let there = fs::read_to_string(&file).ok().or_else(|| file.is_dir().then(String::new));
            match there {
                None => problems.push(format!("{document}: there is no {target}")),
                Some(text) if !anchor.is_empty() && !anchors(&text).iter().any(|known| known == anchor) => {
                    problems.push(format!("{document}: there is no heading {target}"));
                }
                Some(_) => {}
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count > 20, "only {count} links were seen");
}

#[test]
fn models_of_the_documentation_are_models() {
    let text = fs::read_to_string(root().join("docs/models.md")).expect("the page is there");
    let mut blocks =
        text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().expect("split gives one part at least"));
    let library = rearguard::models::load::parse("shopdb.toml", Family::Python, blocks.next().expect("a model"));
    let errors = rearguard::models::load::check(&[(Family::Python, library.expect("it is a model"))]);
    assert!(errors.is_empty(), "{errors:?}");
    let table: toml::Table = blocks.next().expect("a configuration").parse().expect("TOML");
    let models = table["models"].as_array().expect("models").iter();
    let models: Vec<toml::Table> = models.map(|model| model.as_table().expect("a table").clone()).collect();
    // Whatever the built-in ones say, it fits beside them.
    assert!(rearguard::project::AllModels::with(&models).is_ok());
}
