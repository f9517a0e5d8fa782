//! What the project files say about where modules lie: `tsconfig.json`, `package.json`, `go.mod`, `pyproject.toml` and
//! `requirements.txt`.
//!
//! ```text
//! {"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}}
//! {"name": "@acme/db", "exports": {".": "./src/index.ts"}, "imports": {"#env": "./src/env.ts"}}
//! module github.com/acme/shop
//! ```
//! Knows the formats. Does not know which files of code exist.
//! Invariant: a file that cannot be parsed says nothing; it is no error.
//! Invariant: folders are relative to the project root.

use super::paths::{folder_of, joined, upwards};
use crate::source::discovery::ProjectFile;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A project file, as it was read.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Relative to the project root, `/` separators.
    pub path: String,
    pub bytes: Arc<[u8]>,
    pub kind: ProjectFile,
}

#[derive(Debug, Default)]
pub(super) struct Manifests {
    /// By folder, that of `tsconfig.json` or `jsconfig.json`.
    aliases: HashMap<String, Aliases>,
    /// By folder.
    packages: HashMap<String, Package>,
    /// Folders by package name.
    named: HashMap<String, String>,
    /// Module path and folder, longer paths first.
    pub(super) go_modules: Vec<(String, String)>,
    /// Folders that `pyproject.toml` files name as roots of modules.
    pub(super) python_roots: Vec<String>,
    /// Top-level names that requirements install, as far as they are called like their distribution.
    pub(super) python_dependencies: HashSet<String>,
    /// Packages that any `package.json` depends on.
    script_dependencies: HashSet<String>,
}

/// `baseUrl` and `paths` of a configuration.
#[derive(Clone, Debug, Default)]
pub(super) struct Aliases {
    /// A folder.
    pub(super) base: Option<String>,
    /// Pattern with at most one `*`, and targets below the root; the pattern that fits best first.
    pub(super) paths: Vec<(String, Vec<String>)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Package {
    /// What the package itself is, the likeliest first, relative to its folder.
    pub(super) entries: Vec<String>,
    /// `exports` but `.`: pattern and targets.
    pub(super) exports: Vec<(String, Vec<String>)>,
    /// `imports`: `#x` and its targets.
    pub(super) imports: Vec<(String, Vec<String>)>,
}

impl Manifests {
    pub(super) fn of(files: &[Manifest]) -> Manifests {
        let mut found = Manifests::default();
        let mut configurations: HashMap<&str, Value> = HashMap::new();
        for file in files {
            let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
            let folder = folder_of(&file.path);
            match file.kind {
                ProjectFile::TsConfig => {
                    if let Ok(value) =
                        jsonc_parser::parse_to_serde_value::<Value>(text, &jsonc_parser::ParseOptions::default())
                    {
                        configurations.insert(&file.path, value);
                    }
                }
                ProjectFile::PackageJson => {
                    if let Ok(value) = serde_json::from_str::<Value>(text) {
                        found.add_package(folder, &value);
                    }
                }
                ProjectFile::GoMod => {
                    found.go_modules.extend(go_module(text).map(|path| (path, folder.to_owned())));
                    found.go_modules.extend(replaced_modules(text, folder));
                }
                ProjectFile::PyProject => {
                    if let Ok(table) = text.parse::<toml::Table>() {
                        found.add_pyproject(folder, &table);
                    }
                }
                ProjectFile::Requirements => {
                    found.python_dependencies.extend(text.lines().filter_map(required_name));
                }
                ProjectFile::Prisma | ProjectFile::Sqlc | ProjectFile::Environment => {}
            }
        }
        found.go_modules.sort_by(|a, b| (b.0.len(), &a.0, &a.1).cmp(&(a.0.len(), &b.0, &b.1)));
        found.python_roots.sort();
        found.python_roots.dedup();
        found.add_aliases(files, &configurations);
        found
    }

    /// Configurations that rule a folder's files, the nearest first.
    pub(super) fn aliases_above<'m>(&'m self, folder: &'m str) -> impl Iterator<Item = &'m Aliases> {
        upwards(folder).filter_map(|at| self.aliases.get(at))
    }

    /// The nearest package above a folder, and its own folder.
    pub(super) fn package_above<'m>(&'m self, folder: &'m str) -> Option<(&'m str, &'m Package)> {
        upwards(folder).find_map(|at| Some((at, self.packages.get(at)?)))
    }

    /// A package of the tree by its name, and its folder.
    pub(super) fn package_named(&self, name: &str) -> Option<(&str, &Package)> {
        let folder = self.named.get(name)?;
        Some((folder, self.packages.get(folder)?))
    }

    pub(super) fn depends_on(&self, name: &str) -> bool {
        self.script_dependencies.contains(name)
    }

    fn add_package(&mut self, folder: &str, value: &Value) {
        let mut package = Package::default();
        match value.get("exports") {
            Some(Value::Object(exports)) if exports.keys().any(|key| key.starts_with('.')) => {
                for (key, target) in exports {
                    let targets = strings_in(target);
                    if key == "." {
                        package.entries.extend(targets);
                    } else {
                        package.exports.push((key.clone(), targets));
                    }
                }
            }
            Some(whole) => package.entries.extend(strings_in(whole)),
            None => {}
        }
        let named = ["source", "types", "typings", "module", "main"];
        package.entries.extend(named.iter().filter_map(|key| value.get(key)?.as_str()).map(str::to_owned));
        if let Some(Value::Object(imports)) = value.get("imports") {
            package.imports = imports.iter().map(|(key, target)| (key.clone(), strings_in(target))).collect();
        }
        by_fit(&mut package.exports);
        by_fit(&mut package.imports);
        for key in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] {
            if let Some(Value::Object(names)) = value.get(key) {
                self.script_dependencies.extend(names.keys().cloned());
            }
        }
        if let Some(name) = value.get("name").and_then(Value::as_str) {
            self.named.entry(name.to_owned()).or_insert_with(|| folder.to_owned());
        }
        self.packages.insert(folder.to_owned(), package);
    }

    fn add_pyproject(&mut self, folder: &str, table: &toml::Table) {
        let at = |keys: &[&str]| {
            let (first, rest) = keys.split_first()?;
            rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
        };
        let mut roots: Vec<&str> = Vec::new();
        if let Some(toml::Value::Table(folders)) = at(&["tool", "setuptools", "package-dir"]) {
            roots.extend(folders.get("").and_then(toml::Value::as_str));
        }
        if let Some(toml::Value::Array(folders)) = at(&["tool", "setuptools", "packages", "find", "where"]) {
            roots.extend(folders.iter().filter_map(toml::Value::as_str));
        }
        if let Some(toml::Value::Array(packages)) = at(&["tool", "poetry", "packages"]) {
            roots.extend(packages.iter().filter_map(|package| package.get("from")?.as_str()));
        }
        self.python_roots.extend(roots.into_iter().filter_map(|root| joined(folder, root)));
        if let Some(toml::Value::Array(names)) = at(&["project", "dependencies"]) {
            self.python_dependencies.extend(names.iter().filter_map(|name| required_name(name.as_str()?)));
        }
        if let Some(toml::Value::Table(names)) = at(&["tool", "poetry", "dependencies"]) {
            self.python_dependencies.extend(names.keys().filter_map(|name| required_name(name)));
        }
    }

    fn add_aliases(&mut self, files: &[Manifest], configurations: &HashMap<&str, Value>) {
        for file in files.iter().filter(|file| file.kind == ProjectFile::TsConfig) {
            let folder = folder_of(&file.path);
            let name = file.path.rsplit('/').next().unwrap_or_default();
            if !matches!(name, "tsconfig.json" | "jsconfig.json") {
                continue;
            }
            let mut aliases = self.effective(&file.path, configurations, 0);
            // A solution file: the projects that it refers to hold the options.
            let references = configurations.get(&*file.path).and_then(|value| value.get("references")?.as_array());
            for reference in references.into_iter().flatten() {
                if !aliases.paths.is_empty() {
                    break;
                }
                let target = reference.get("path").and_then(Value::as_str).and_then(|way| joined(folder, way));
                if let Some(path) = target.filter(|path| configurations.contains_key(path.as_str())) {
                    aliases = self.effective(&path, configurations, 0);
                }
            }
            if aliases.base.is_some() || !aliases.paths.is_empty() {
                by_fit(&mut aliases.paths);
                self.aliases.insert(folder.to_owned(), aliases);
            }
        }
    }

    /// A configuration's own options over those that it extends.
    fn effective(&self, path: &str, configurations: &HashMap<&str, Value>, depth: u32) -> Aliases {
        /// Configurations that extend one another; a longer chain, or a cycle, is cut.
        const LONGEST_CHAIN: u32 = 8;
        let Some(value) = configurations.get(path).filter(|_| depth < LONGEST_CHAIN) else { return Aliases::default() };
        let folder = folder_of(path);
        let mut aliases = Aliases::default();
        for way in value.get("extends").map(strings_in).unwrap_or_default() {
            let Some(base) = self.extended(folder, &way, configurations) else { continue };
            let inherited = self.effective(&base, configurations, depth + 1);
            aliases.base = inherited.base.or(aliases.base);
            if !inherited.paths.is_empty() {
                aliases.paths = inherited.paths;
            }
        }
        let Some(options) = value.get("compilerOptions") else { return aliases };
        if let Some(base) = options.get("baseUrl").and_then(Value::as_str).and_then(|base| joined(folder, base)) {
            aliases.base = Some(base);
        }
        if let Some(Value::Object(paths)) = options.get("paths") {
            let base = aliases.base.as_deref().unwrap_or(folder);
            let below =
                |target: &Value| strings_in(target).iter().filter_map(|way| joined(base, way)).collect::<Vec<_>>();
            aliases.paths = paths.iter().map(|(pattern, targets)| (pattern.clone(), below(targets))).collect();
        }
        aliases
    }

    /// The configuration that `extends` names, where it is part of the tree.
    fn extended(&self, folder: &str, way: &str, configurations: &HashMap<&str, Value>) -> Option<String> {
        let path = if way.starts_with('.') {
            joined(folder, way)?
        } else {
            // `@acme/tsconfig/base.json`, a package of the workspace.
            let (name, rest) = split_package(way);
            joined(self.named.get(name)?, if rest.is_empty() { "tsconfig.json" } else { rest })?
        };
        [path.clone(), format!("{path}.json"), format!("{path}/tsconfig.json")]
            .into_iter()
            .find(|path| configurations.contains_key(path.as_str()))
    }
}

/// A package's name and what is asked of it: `@acme/db/client` is `@acme/db` and `client`.
pub(super) fn split_package(specifier: &str) -> (&str, &str) {
    let names = if specifier.starts_with('@') { 2 } else { 1 };
    match specifier.match_indices('/').nth(names - 1) {
        Some((at, _)) => (&specifier[..at], &specifier[at + 1..]),
        None => (specifier, ""),
    }
}

/// What stands for `*` where a text fits a pattern; empty for a pattern without one.
pub(super) fn star_in<'t>(pattern: &str, text: &'t str) -> Option<&'t str> {
    match pattern.split_once('*') {
        Some((before, after)) => text.strip_prefix(before)?.strip_suffix(after),
        None => (pattern == text).then_some(""),
    }
}

/// Exact patterns first, then those with the longest part before the `*`.
fn by_fit(patterns: &mut [(String, Vec<String>)]) {
    let fit = |pattern: &str| pattern.split_once('*').map_or(usize::MAX, |(before, _)| before.len());
    patterns.sort_by_key(|(pattern, _)| std::cmp::Reverse(fit(pattern)));
}

/// Texts in a value, at any depth: conditions of `exports`, fallbacks.
fn strings_in(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings_in).collect(),
        Value::Object(conditions) => conditions.values().flat_map(strings_in).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// The path of `module github.com/acme/shop`.
fn go_module(text: &str) -> Option<String> {
    let path = text.lines().find_map(|line| line.trim_start().strip_prefix("module"))?;
    let path = path.split("//").next().unwrap_or_default().trim().trim_matches('"');
    (!path.is_empty()).then(|| path.to_owned())
}

/// `replace example.com/store => ../store`, alone or in parentheses: modules that lie in this tree, whatever they call
/// themselves.
fn replaced_modules(text: &str, folder: &str) -> Vec<(String, String)> {
    let mut in_block = false;
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let rest = line.strip_prefix("replace").filter(|rest| rest.starts_with([' ', '\t', '(']));
        if rest.is_some_and(|rest| rest.trim() == "(") {
            in_block = true;
        } else if line == ")" {
            in_block = false;
        } else if let Some((module, way)) =
            rest.or_else(|| in_block.then_some(line)).and_then(|line| line.split_once("=>"))
        {
            let module = module.split_whitespace().next().unwrap_or_default().trim_matches('"');
            let way = way.trim().trim_matches('"');
            if way.starts_with('.') && !module.is_empty() {
                found.extend(joined(folder, way).map(|folder| (module.to_owned(), folder)));
            }
        }
    }
    found
}

/// `django-filter>=2.0 ; python_version > "3"` is `django_filter`.
fn required_name(line: &str) -> Option<String> {
    let line = line.trim();
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.')).unwrap_or(line.len());
    let name = line[..end].replace(['-', '.'], "_").to_ascii_lowercase();
    (!name.is_empty()).then_some(name)
}
