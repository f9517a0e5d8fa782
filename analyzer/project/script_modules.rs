//! Which file of the tree a module specifier of TypeScript or JavaScript means.
//!
//! ```text
//! "./user.js"          the file beside, also where it is `user.ts`; a folder's `index`
//! "@/lib/db"           paths and baseUrl of the nearest tsconfig.json; else the only file that ends so
//! "@acme/db/client"    a package of the tree, by the name in its package.json
//! "#env"               imports of the nearest package.json
//! ```
//! Knows extensions, manifests and `node:`. Does not know what modules export.

use super::Unit;
use super::manifests::{Manifests, split_package, star_in};
use super::modules::is_modelled;
use super::paths::{ends_with, folder_of, joined};
use crate::models::lookup::Models;
use crate::source::discovery::is_at_or_below;
use crate::source::{Family, FileId};
use std::collections::HashMap;

/// Extensions from the one that counts most.
const EXTENSIONS: [&str; 8] = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

#[derive(Debug, Default)]
pub(super) struct ScriptModules {
    /// Files by path without extension.
    files: HashMap<Box<str>, FileId>,
}

impl ScriptModules {
    pub(super) fn of(units: &[Unit]) -> ScriptModules {
        let mut ranked: HashMap<&str, (usize, FileId)> = HashMap::new();
        for unit in units.iter().filter(|unit| unit.family() == Family::TypeScript) {
            let Some((stem, rank)) = stem_of(&unit.path) else { continue };
            let entry = ranked.entry(stem).or_insert((rank, unit.file));
            *entry = (*entry).min((rank, unit.file));
        }
        let mut ranked: Vec<_> = ranked.into_iter().collect();
        ranked.sort_unstable();
        ScriptModules { files: ranked.into_iter().map(|(stem, (_, file))| (stem.into(), file)).collect() }
    }

    pub(super) fn lookup<'a>(&'a self, manifests: &'a Manifests, models: &'a Models) -> Lookup<'a> {
        let mut places: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut all: Vec<&str> = self.files.keys().map(|path| &**path).collect();
        all.sort_unstable();
        for path in all {
            // `lib/db/index` is asked for as `lib/db`.
            let asked = path.strip_suffix("/index").unwrap_or(path);
            places.entry(asked.rsplit('/').next().unwrap_or(asked)).or_default().push(asked);
        }
        Lookup { modules: self, manifests, models, places, foreign: HashMap::new(), known: HashMap::new() }
    }

    /// The file at a path, with any extension, or the index of that folder.
    fn at(&self, path: &str) -> Option<FileId> {
        if let Some(&file) = self.files.get(path) {
            return Some(file);
        }
        // `./user.js` is written for `user.ts`.
        if let Some((stem, _)) = stem_of(path)
            && let Some(&file) = self.files.get(stem)
        {
            return Some(file);
        }
        let index = if path.is_empty() { "index".to_owned() } else { format!("{path}/index") };
        let declared = |stem: &str| self.files.get(format!("{stem}.d").as_str());
        self.files.get(index.as_str()).or_else(|| declared(path)).or_else(|| declared(&index)).copied()
    }
}

/// A path without its extension, and how much the extension counts.
fn stem_of(path: &str) -> Option<(&str, usize)> {
    EXTENSIONS.iter().enumerate().find_map(|(rank, extension)| Some((path.strip_suffix(extension)?, rank)))
}

pub(super) struct Lookup<'a> {
    modules: &'a ScriptModules,
    manifests: &'a Manifests,
    models: &'a Models,
    /// Modules, as they are asked for, by their last name.
    places: HashMap<&'a str, Vec<&'a str>>,
    /// By first name: whether a library is called so.
    foreign: HashMap<String, bool>,
    /// By folder: specifiers that are not relative, where they lead.
    known: HashMap<String, HashMap<String, Option<FileId>>>,
}

impl Lookup<'_> {
    pub(super) fn module(&mut self, unit: &Unit, written: &str) -> Option<FileId> {
        let folder = folder_of(&unit.path);
        if written.starts_with('.') {
            let path = joined(folder, written)?;
            return self.modules.at(&path).or_else(|| self.entry_of(&path));
        }
        if written.is_empty() || written.starts_with("node:") || written.contains("://") {
            return None;
        }
        if let Some(&known) = self.known.get(folder).and_then(|of_folder| of_folder.get(written)) {
            return known.filter(|&file| file != unit.file);
        }
        let found = self.named(folder, written);
        self.known.entry(folder.to_owned()).or_default().insert(written.to_owned(), found);
        found.filter(|&file| file != unit.file)
    }

    fn named(&mut self, folder: &str, written: &str) -> Option<FileId> {
        if written.starts_with('#')
            && let Some((at, package)) = self.manifests.package_above(folder)
            && let Some(file) = self.through(&package.imports, written, at)
        {
            return Some(file);
        }
        for aliases in self.manifests.aliases_above(folder) {
            if let Some(file) = self.through(&aliases.paths, written, "") {
                return Some(file);
            }
            let below_base = aliases.base.as_deref().and_then(|base| self.modules.at(&joined(base, written)?));
            if below_base.is_some() {
                return below_base;
            }
        }
        let (name, rest) = split_package(written);
        if let Some((at, package)) = self.manifests.package_named(name) {
            if rest.is_empty() {
                return self.entry_of(at);
            }
            let exported = self.through(&package.exports, &format!("./{rest}"), at);
            return exported.or_else(|| self.modules.at(&joined(at, rest)?)).or_else(|| self.source_at(at, rest));
        }
        let is_alias = written.starts_with("@/") || written.starts_with("~/") || written.starts_with('#');
        if !is_alias && (rest.is_empty() || self.is_foreign(name)) {
            return None;
        }
        self.only_one(folder, written.trim_start_matches(['@', '~', '#', '/']))
    }

    /// The file behind the first target of the first pattern that fits.
    fn through(&self, patterns: &[(String, Vec<String>)], written: &str, folder: &str) -> Option<FileId> {
        for (pattern, targets) in patterns {
            let Some(star) = star_in(pattern, written) else { continue };
            let found = targets.iter().find_map(|target| {
                let way = target.replace('*', star);
                self.modules.at(&joined(folder, &way)?).or_else(|| self.source_at(folder, &way))
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// What a folder with a `package.json` is as a module.
    fn entry_of(&self, folder: &str) -> Option<FileId> {
        let package =
            self.manifests.package_above(folder).filter(|(at, _)| *at == folder).map(|(_, package)| package)?;
        let named = package.entries.iter().find_map(|way| self.modules.at(&joined(folder, way)?));
        named.or_else(|| package.entries.iter().find_map(|way| self.source_at(folder, way))).or_else(|| {
            ["src/index", "index", "src/main", "lib/index"]
                .iter()
                .find_map(|way| self.modules.at(&joined(folder, way)?))
        })
    }

    /// The source of what is built: `dist/client.js` is made from `src/client.ts`.
    fn source_at(&self, folder: &str, way: &str) -> Option<FileId> {
        let way = way.trim_start_matches("./");
        let way = way.strip_suffix(".d.ts").unwrap_or(way);
        let built = way.split_once('/').filter(|(first, _)| matches!(*first, "dist" | "build" | "lib" | "out"));
        let below = built.map_or(way, |(_, rest)| rest);
        self.modules.at(&joined(folder, &format!("src/{below}"))?)
    }

    fn is_foreign(&mut self, name: &str) -> bool {
        if let Some(&known) = self.foreign.get(name) {
            return known;
        }
        let foreign = self.manifests.depends_on(name) || is_modelled(self.models, name) || NODE.contains(&name);
        self.foreign.insert(name.to_owned(), foreign);
        foreign
    }

    /// The module that ends so, when there is just one in the package of the importing file, else in the tree.
    fn only_one(&self, folder: &str, suffix: &str) -> Option<FileId> {
        let suffix = stem_of(suffix).map_or(suffix, |(stem, _)| stem);
        let suffix = suffix.strip_suffix("/index").unwrap_or(suffix);
        let places = self.places.get(suffix.rsplit('/').next()?)?;
        let only = |within: &str| {
            let mut found = places.iter().filter(|place| is_at_or_below(place, within) && ends_with(place, suffix));
            match (found.next(), found.next()) {
                (Some(only), None) => self.modules.at(only),
                _ => None,
            }
        };
        let package = self.manifests.package_above(folder).map(|(at, _)| at);
        package.and_then(only).or_else(|| only(""))
    }
}

/// Modules of Node.js that are folders too: `fs/promises`.
const NODE: [&str; 8] = ["assert", "dns", "fs", "path", "stream", "timers", "util", "readline"];
