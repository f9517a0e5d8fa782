//! Reads model files: the built-in ones below `rules/models`, and any text in the same vocabulary.
//!
//! Knows where the files are, what may refer to what, and how to say where a mistake stands. Does not know how facts
//! are looked up, nor what any of them means.
//! Invariant: adding a library is adding a TOML file; no list in the code names the libraries.
//! Invariant: every error carries the model file and the 1-based line of the value that is wrong.
//! Invariant: libraries come in the order of their language and file name, whatever the build machine's order was.
//!
//! ```text
//! rules/models/python/x.toml:12: unknown kind "django.queryse" in call.returns
//! ```

use super::schema::{Access, Effect, Library, Names, Origin};
use crate::source::Family;
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A changed file is noticed by the compiler; a *new* one only once this file is compiled again, which the test
/// `every_file_on_disk_is_built_in` says.
static MODELS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules/models");

/// Where the built-in files live, relative to the repository's root.
pub const ROOT: &str = "rules/models";

/// One mistake in one model file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{file}{}: {problem}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct ModelError {
    pub file: String,
    /// 1-based; `None` for a model of a configuration, whose place in its file is not known here.
    pub line: Option<u32>,
    pub problem: ModelProblem,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelProblem {
    /// Not TOML, an unknown key, or a value of the wrong type: the reader's own sentence.
    #[error("{0}")]
    Syntax(String),
    #[error("the file is not UTF-8 text")]
    Encoding,
    #[error("the file is in no folder of a language: expected `python`, `typescript` or `go`")]
    Folder,
    #[error("it needs a `language`: \"python\", \"typescript\" or \"go\"")]
    Language,
    #[error("unknown kind \"{name}\" in {place}")]
    UnknownKind { name: String, place: String },
    #[error("unknown role \"{name}\" in {place}: a kind has the form `library.kind`, a role is one of {ROLES}")]
    UnknownRole { name: String, place: String },
    #[error("unknown entity \"{name}\" in {place}")]
    UnknownEntity { name: String, place: String },
    #[error("\"{id}\" is declared twice; the other one is in {other}")]
    Duplicate { id: String, other: String },
    #[error("\"{id}\" must start with the library's own name: \"{library}.\"")]
    Prefix { id: String, library: String },
    #[error("{place} needs {what}")]
    Missing { place: String, what: &'static str },
    #[error("{place} has both {what}: write two entries")]
    Both { place: String, what: &'static str },
    #[error("`*` stands at one end of a name or alone, not as in \"{name}\" ({place})")]
    Wildcard { name: String, place: String },
}

const ROLES: &str = "self, one, many, row, rows, scalar, arg:N, callback, elements, element, element:N, enumerated:N, listed:N, zipped, keyed, named, values, pairs, index, error, _";

/// All libraries that come with the program.
pub fn builtin() -> Result<Vec<(Family, Library)>, ModelError> {
    let mut files: Vec<_> = Vec::new();
    collect(&MODELS, &mut files);
    files.sort_by(|a, b| a.path().cmp(b.path()));
    let mut libraries = Vec::with_capacity(files.len());
    for file in files {
        // Windows joins the folder and the file name with a backslash.
        let name = format!("{ROOT}/{}", file.path().to_string_lossy().replace('\\', "/"));
        let at_start = |problem| ModelError { file: name.clone(), line: Some(1), problem };
        let folder = file.path().components().next().and_then(|part| part.as_os_str().to_str()).unwrap_or_default();
        let family = family_of_folder(folder).ok_or_else(|| at_start(ModelProblem::Folder))?;
        let text = file.contents_utf8().ok_or_else(|| at_start(ModelProblem::Encoding))?;
        libraries.push((family, parse(&name, family, text)?));
    }
    Ok(libraries)
}

fn collect(folder: &'static Dir<'static>, files: &mut Vec<&'static include_dir::File<'static>>) {
    files.extend(folder.files().filter(|file| file.path().extension().is_some_and(|end| end == "toml")));
    for inner in folder.dirs() {
        collect(inner, files);
    }
}

/// The language whose models are in the folder of that name.
pub fn family_of_folder(name: &str) -> Option<Family> {
    match name {
        "python" => Some(Family::Python),
        "typescript" => Some(Family::TypeScript),
        "go" => Some(Family::Go),
        _ => None,
    }
}

/// Reads one model file and checks what can be seen without the others: shape, ids, names.
///
/// `file_name` only serves messages; `family` is the language that the facts are about.
pub fn parse(file_name: &str, _family: Family, text: &str) -> Result<Library, ModelError> {
    let mut library: Library = toml::from_str(text).map_err(|error| ModelError {
        file: file_name.to_owned(),
        line: Some(line_of(text, &error.span().unwrap_or(0..0))),
        problem: ModelProblem::Syntax(error.message().to_owned()),
    })?;
    library.origin = Origin { file: file_name.to_owned(), text: text.to_owned() };
    shaped(library)
}

/// The models of a project's configuration, in the vocabulary of a model file and with two differences: `language` says
/// what each is about, and `source` may be left out.
pub fn configured(models: &[toml::Table]) -> Result<Vec<(Family, Library)>, ModelError> {
    models.iter().map(configured_one).collect()
}

fn configured_one(model: &toml::Table) -> Result<(Family, Library), ModelError> {
    let mut model = model.clone();
    let name = model.get("library").and_then(toml::Value::as_str).unwrap_or_default();
    let file = format!("model \"{}\"", name.escape_debug());
    let wrong = |problem| ModelError { file: file.clone(), line: None, problem };
    let language = model.remove("language");
    let family = language
        .as_ref()
        .and_then(toml::Value::as_str)
        .and_then(family_of_folder)
        .ok_or_else(|| wrong(ModelProblem::Language))?;
    model.entry("source").or_insert_with(|| "the project's configuration".into());
    let mut library: Library = toml::Value::Table(model)
        .try_into()
        .map_err(|error: toml::de::Error| wrong(ModelProblem::Syntax(error.message().to_owned())))?;
    library.origin = Origin { file: file.clone(), text: String::new() };
    library.is_own = true;
    Ok((family, shaped(library)?))
}

fn shaped(library: Library) -> Result<Library, ModelError> {
    let mut report = Report { library: &library, errors: Vec::new() };
    check_shape(&mut report);
    match report.errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(library),
    }
}

/// Checks what needs all the files of a language: kinds and entities that are referred to, ids that are declared twice.
pub fn check(libraries: &[(Family, Library)]) -> Vec<ModelError> {
    let mut errors = Vec::new();
    for family in Family::ALL {
        let mut kinds = BTreeMap::new();
        let mut entities = BTreeMap::new();
        for (_, library) in libraries.iter().filter(|(of, _)| *of == family) {
            let mut report = Report { library, errors: Vec::new() };
            for (index, kind) in library.kind.iter().enumerate() {
                report.declare(&mut kinds, &kind.id, "kind", index);
            }
            for (index, entity) in library.entity.iter().enumerate() {
                report.declare(&mut entities, &entity.id, "entity", index);
            }
            errors.append(&mut report.errors);
        }
        for (_, library) in libraries.iter().filter(|(of, _)| *of == family) {
            let mut report = Report { library, errors: Vec::new() };
            check_references(&mut report, &kinds, &entities);
            errors.append(&mut report.errors);
        }
    }
    errors
}

struct Report<'a> {
    library: &'a Library,
    errors: Vec<ModelError>,
}

impl Report<'_> {
    /// `section` and `index` say which entry, `path` the keys inside it, `value` the wrong text where there is one.
    fn add(&mut self, section: &str, index: usize, path: &[&str], value: &str, problem: ModelProblem) {
        let origin = &self.library.origin;
        let at = || find(&origin.text, section, index, path, value).map_or(1, |span| line_of(&origin.text, &span));
        let line = (!origin.text.is_empty()).then(at);
        self.errors.push(ModelError { file: origin.file.clone(), line, problem });
    }

    fn declare(&mut self, seen: &mut BTreeMap<String, String>, id: &str, section: &str, index: usize) {
        if let Some(other) = seen.insert(id.to_owned(), self.library.origin.file.clone()) {
            self.add(section, index, &["id"], id, ModelProblem::Duplicate { id: id.to_owned(), other });
        }
    }
}

fn check_shape(report: &mut Report) {
    let library = report.library;
    let prefix = format!("{}.", library.library);
    let ids = library.kind.iter().enumerate().map(|(index, kind)| ("kind", index, &kind.id));
    let entity_ids = library.entity.iter().enumerate().map(|(index, entity)| ("entity", index, &entity.id));
    for (section, index, id) in ids.chain(entity_ids) {
        if !id.starts_with(&prefix) {
            let problem = ModelProblem::Prefix { id: id.clone(), library: library.library.clone() };
            report.add(section, index, &["id"], id, problem);
        }
    }
    let source_missing = library.source.trim().is_empty();
    if source_missing {
        report.add("source", 0, &[], "", missing("the file", "`source`: where the facts come from, with a version"));
    }
    for (index, kind) in library.kind.iter().enumerate() {
        check_names(report, "kind", index, "names", &kind.names);
    }
    for (index, call) in library.call.iter().enumerate() {
        // A name alone is a method of any receiver.
        let on = call.on.is_some() || call.path.is_none();
        check_target(report, "call", index, [on, call.name.is_some(), call.path.is_some()]);
        if let Some(names) = &call.name {
            check_names(report, "call", index, "name", names.as_slice());
        }
        if call.effect == Effect::Execute && call.statement.is_none() && call.sql.is_empty() {
            let what = "`statement` or `sql`, because its effect is `execute`";
            report.add("call", index, &["effect"], "", missing("call", what));
        }
        for (at, sql) in call.sql.iter().enumerate() {
            if sql.arg.is_none() && sql.kw.is_none() && sql.key.is_none() {
                let what = "`arg`, `kw` or `key`";
                report.add("call", index, &["sql", &at.to_string()], "", missing("call.sql", what));
            }
        }
    }
    for (index, route) in library.route.iter().enumerate() {
        let on = route.on.is_some() || !route.files.is_empty();
        check_target(report, "route", index, [on, route.name.is_some(), route.path.is_some()]);
    }
    for (index, relation) in library.relation.iter().enumerate() {
        if relation.access == Access::Kind && relation.kind.is_none() {
            let what = "`kind`, because its access is `kind`";
            report.add("relation", index, &["access"], "", missing("relation", what));
        }
        let reverse = relation.reverse.as_ref();
        if reverse.is_some_and(|reverse| reverse.access == Access::Kind && reverse.kind.is_none()) {
            let what = "`kind`, because its access is `kind`";
            report.add("relation", index, &["reverse"], "", missing("relation.reverse", what));
        }
    }
}

/// An entry that describes a call says either whose method it is or which function.
fn check_target(report: &mut Report, section: &str, index: usize, on_name_path: [bool; 3]) {
    match on_name_path {
        [true, true, false] | [false, false, true] => {}
        [_, _, true] => {
            let problem = ModelProblem::Both { place: section.to_owned(), what: "`path` and `on`/`name`" };
            report.add(section, index, &[], "", problem);
        }
        [_, _, false] => report.add(section, index, &[], "", missing(section, "`path`, or `on` and `name`")),
    }
}

fn check_names(report: &mut Report, section: &str, index: usize, key: &str, names: &[String]) {
    for name in names {
        let inner = name.strip_prefix('*').or_else(|| name.strip_suffix('*')).unwrap_or(name);
        if inner.contains('*') || name.is_empty() {
            let place = format!("{section}.{key}");
            report.add(section, index, &[key], name, ModelProblem::Wildcard { name: name.clone(), place });
        }
    }
}

fn missing(place: &str, what: &'static str) -> ModelProblem {
    ModelProblem::Missing { place: place.to_owned(), what }
}

/// A value that must be a kind, or may be a role too.
struct Reference<'a> {
    section: &'static str,
    index: usize,
    path: Vec<&'a str>,
    value: &'a str,
    roles: bool,
}

fn check_references(report: &mut Report, kinds: &BTreeMap<String, String>, entities: &BTreeMap<String, String>) {
    let library = report.library;
    for reference in references(library) {
        let Reference { section, index, path, value, roles } = reference;
        if kinds.contains_key(value) || (roles && is_role(value)) {
            continue;
        }
        let keys: Vec<&str> = path.iter().copied().filter(|key| key.parse::<usize>().is_err()).collect();
        let (name, place) = (value.to_owned(), format!("{section}.{}", keys.join(".")));
        let problem = if roles && !value.contains('.') {
            ModelProblem::UnknownRole { name, place }
        } else {
            ModelProblem::UnknownKind { name, place }
        };
        report.add(section, index, &path, value, problem);
    }
    for (index, relation) in library.relation.iter().enumerate() {
        if !entities.contains_key(&relation.of) {
            let problem = ModelProblem::UnknownEntity { name: relation.of.clone(), place: "relation.of".to_owned() };
            report.add("relation", index, &["of"], &relation.of, problem);
        }
    }
    for (index, fix) in library.fix.iter().enumerate() {
        for on in fix.on.iter().filter(|on| !kinds.contains_key(*on) && !entities.contains_key(*on)) {
            let problem = ModelProblem::UnknownKind { name: on.clone(), place: "fix.on".to_owned() };
            report.add("fix", index, &["on"], on, problem);
        }
    }
}

fn references(library: &Library) -> Vec<Reference<'_>> {
    let mut all = Vec::new();
    let mut add = |section, index, path: &[&'static str], value, roles| {
        all.push(Reference { section, index, path: path.to_vec(), value, roles });
    };
    for (index, kind) in library.kind.iter().enumerate() {
        for value in &kind.extends {
            add("kind", index, &["extends"], value.as_str(), false);
        }
        if let Some(value) = &kind.element {
            add("kind", index, &["element"], value, true);
        }
    }
    for (index, call) in library.call.iter().enumerate() {
        for value in all_of(call.on.as_ref()) {
            add("call", index, &["on"], value, false);
        }
        if let Some(value) = &call.returns {
            add("call", index, &["returns"], value, true);
        }
        for value in call.fields.values() {
            add("call", index, &["fields"], value, true);
        }
        for callback in &call.callback {
            for value in &callback.params {
                add("call", index, &["callback"], value, true);
            }
        }
    }
    for (index, attr) in library.attr.iter().enumerate() {
        for value in attr.on.as_slice() {
            add("attr", index, &["on"], value, false);
        }
        if let Some(value) = &attr.returns {
            add("attr", index, &["returns"], value, true);
        }
    }
    for (index, entity) in library.entity.iter().enumerate() {
        if let Some(value) = &entity.class_kind {
            add("entity", index, &["class_kind"], value, false);
        }
        if let Some(value) = &entity.instance_kind {
            add("entity", index, &["instance_kind"], value, false);
        }
    }
    for (index, relation) in library.relation.iter().enumerate() {
        if let Some(value) = &relation.kind {
            add("relation", index, &["kind"], value, false);
        }
        if let Some(option) = &relation.option {
            for value in option.kinds.values() {
                add("relation", index, &["option"], value, false);
            }
        }
        if let Some(value) = relation.reverse.as_ref().and_then(|reverse| reverse.kind.as_ref()) {
            add("relation", index, &["reverse"], value, false);
        }
    }
    for (index, route) in library.route.iter().enumerate() {
        for value in all_of(route.on.as_ref()) {
            add("route", index, &["on"], value, false);
        }
        for value in &route.params {
            add("route", index, &["params"], value, true);
        }
    }
    for (index, context) in library.context.iter().enumerate() {
        for value in &context.params {
            add("context", index, &["params"], value, false);
        }
    }
    for (index, view) in library.view.iter().enumerate() {
        for value in &view.params {
            add("view", index, &["params"], value, true);
        }
        for value in view.self_attrs.values() {
            add("view", index, &["self_attrs"], value, true);
        }
    }
    all
}

fn all_of(names: Option<&Names>) -> &[String] {
    names.map_or(&[], Names::as_slice)
}

/// The words that stand where a kind could.
fn is_role(value: &str) -> bool {
    match value.split_once(':') {
        Some(("arg" | "element" | "enumerated" | "listed", number)) => number.parse::<u32>().is_ok(),
        Some(_) => false,
        None => matches!(
            value,
            "self"
                | "one"
                | "many"
                | "row"
                | "rows"
                | "scalar"
                | "callback"
                | "elements"
                | "element"
                | "zipped"
                | "keyed"
                | "named"
                | "values"
                | "pairs"
                | "index"
                | "error"
                | "_"
        ),
    }
}

/// Where `value` stands below `section[index].path`; the entry itself where it cannot be found more closely.
fn find(text: &str, section: &str, index: usize, path: &[&str], value: &str) -> Option<Range<usize>> {
    let document = DeTable::parse(text).ok()?;
    let mut node = document.get_ref().get(section)?;
    if let Some(entries) = node.get_ref().as_array() {
        node = entries.get(index)?;
    }
    for key in path {
        let next = match node.get_ref() {
            DeValue::Table(table) => table.get(*key),
            DeValue::Array(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        };
        match next {
            Some(inner) => node = inner,
            None => break,
        }
    }
    Some(find_text(node, value).unwrap_or_else(|| node.span()))
}

fn find_text(node: &toml::Spanned<DeValue<'_>>, value: &str) -> Option<Range<usize>> {
    match node.get_ref() {
        DeValue::String(text) => (text.as_ref() == value).then(|| node.span()),
        DeValue::Array(items) => items.iter().find_map(|item| find_text(item, value)),
        DeValue::Table(table) => table.values().find_map(|item| find_text(item, value)),
        _ => None,
    }
}

fn line_of(text: &str, span: &Range<usize>) -> u32 {
    let before = &text.as_bytes()[..span.start.min(text.len())];
    1 + memchr::memchr_iter(b'\n', before).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_models_have_no_mistake() {
        let libraries = builtin().unwrap_or_else(|error| panic!("{error}"));
        let errors: Vec<String> = check(&libraries).iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "\n{}", errors.join("\n"));
    }

    #[test]
    fn every_file_on_disk_is_built_in() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(ROOT);
        let built_in: Vec<String> =
            builtin().expect("tested above").into_iter().map(|(_, of)| of.origin.file).collect();
        for folder in ["python", "typescript", "go"] {
            let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
            for entry in entries {
                let file = entry.expect("a readable folder").path();
                if file.extension().is_none_or(|end| end != "toml") {
                    continue;
                }
                let name = file.file_name().expect("it has an extension").to_string_lossy();
                let path = format!("{ROOT}/{folder}/{name}");
                assert!(
                    built_in.contains(&path),
                    "{path} is new: touch analyzer/models/load.rs so that it is compiled in"
                );
            }
        }
    }

    #[test]
    fn a_configured_model_says_its_language_and_its_mistakes_name_it() {
        let configured = |text: &str| -> Result<usize, String> {
            let table: toml::Table = text.parse().expect("TOML");
            configured(&[table]).map(|found| found.len()).map_err(|error| error.to_string())
        };
        let head = "language = \"python\"\nlibrary = \"ours\"\n";
        let call = "[[call]]\npath = \"app.db.fetch_all\"\neffect = \"read-many\"\n";
        assert_eq!(configured(&format!("{head}{call}")), Ok(1));
        assert_eq!(
            configured(call).expect_err("no language"),
            "model \"\": it needs a `language`: \"python\", \"typescript\" or \"go\""
        );
        let error = configured(&format!("{head}{}", call.replace("effect", "efect"))).expect_err("a wrong key");
        assert!(error.starts_with("model \"ours\": unknown field `efect`"), "{error}");
        let error = configured(&format!("{head}[[kind]]\nid = \"db\"\n")).expect_err("a wrong id");
        assert_eq!(error, "model \"ours\": \"db\" must start with the library's own name: \"ours.\"");
    }

    fn errors_of(text: &str) -> Vec<String> {
        match parse("x.toml", Family::Python, text) {
            Ok(library) => check(&[(Family::Python, library)]).iter().map(ToString::to_string).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn a_reference_to_nothing_is_an_error_with_its_line() {
        let text =
            "library = \"x\"\nsource = \"s\"\n[[kind]]\nid = \"x.q\"\n\n[[call]]\non = \"x.q\"\nname = \"all\"\n";
        assert_eq!(
            errors_of(&format!("{text}returns = \"x.p\"\n")),
            ["x.toml:9: unknown kind \"x.p\" in call.returns"]
        );
        assert!(errors_of(&format!("{text}returns = \"selfe\"\n"))[0].starts_with("x.toml:9: unknown role \"selfe\""));
        assert!(errors_of(&format!("{text}returns = \"self\"\n")).is_empty());
        assert_eq!(
            errors_of(&format!("{text}[call.fields]\nrows = \"x.rows\"\n")),
            ["x.toml:10: unknown kind \"x.rows\" in call.fields"]
        );
    }

    #[test]
    fn an_unknown_key_is_an_error_with_its_line() {
        let error = &errors_of("library = \"x\"\nsource = \"s\"\n[[call]]\npath = \"f\"\nefect = \"build\"\n")[0];
        assert!(error.starts_with("x.toml:5: unknown field `efect`"), "{error}");
    }

    #[test]
    fn a_call_names_its_target_in_one_way() {
        let head = "library = \"x\"\nsource = \"s\"\n[[kind]]\nid = \"x.q\"\n[[call]]\n";
        assert!(errors_of(&format!("{head}name = \"trim\"\n")).is_empty());
        assert_eq!(errors_of(&format!("{head}on = \"x.q\"\n")), ["x.toml:5: call needs `path`, or `on` and `name`"]);
        let both = errors_of(&format!("{head}on = \"x.q\"\nname = \"a\"\npath = \"f\"\n"));
        assert_eq!(both, ["x.toml:5: call has both `path` and `on`/`name`: write two entries"]);
    }

    #[test]
    fn ids_carry_the_library_and_are_declared_once() {
        let head = "library = \"x\"\nsource = \"s\"\n[[kind]]\nid = ";
        assert_eq!(
            errors_of(&format!("{head}\"y.q\"\n")),
            ["x.toml:4: \"y.q\" must start with the library's own name: \"x.\""]
        );
        let twice = errors_of(&format!("{head}\"x.q\"\n[[kind]]\nid = \"x.q\"\n"));
        assert_eq!(twice, ["x.toml:6: \"x.q\" is declared twice; the other one is in x.toml"]);
    }
}
