//! Which file of the tree a Python import means.
//!
//! ```python
//! from ..models import Order       # relative to the file's folder
//! from shop.models import Order    # below a source root, else the only `shop/models.py` of the tree
//! import redis                     # the library, also in a file or folder where `redis.py` stands
//! ```
//! Knows packages, folders without `__init__.py` and source roots. Does not know what modules declare.
//! Invariant: an absolute import never leads to the importing file, unless that is the package's own `__init__.py`.

use super::Unit;
use super::manifests::Manifests;
use super::modules::{ModuleRef, PackageId, is_modelled};
use super::paths::{folder_of, joined, upwards};
use crate::models::lookup::Models;
use crate::source::{Family, FileId};
use std::collections::{HashMap, HashSet};

#[derive(Debug, Default)]
pub(super) struct PythonModules {
    /// Files by path without extension; a package's by its folder.
    modules: HashMap<Box<str>, FileId>,
    /// Folders with Python below them and without `__init__.py`.
    folders: HashMap<Box<str>, PackageId>,
    /// Folders by their `PackageId`, less `first`.
    folder_paths: Vec<Box<str>>,
    first: u32,
    /// The folder of each package with an `__init__.py`.
    packages: HashMap<FileId, Box<str>>,
}

impl PythonModules {
    /// Folders are numbered from `first`.
    pub(super) fn of(units: &[Unit], first: usize) -> PythonModules {
        let mut found = PythonModules { first: first as u32, ..PythonModules::default() };
        let mut seen: HashSet<&str> = HashSet::new();
        let python = || units.iter().filter(|unit| unit.family() == Family::Python && !unit.is_template);
        for unit in python() {
            let (stem, extension) = unit.path.rsplit_once('.').unwrap_or((&unit.path, ""));
            let is_stub = extension == "pyi";
            let package = stem.strip_suffix("__init__").filter(|at| at.is_empty() || at.ends_with('/'));
            match package.map(|folder| folder.trim_end_matches('/')) {
                // A package counts more than a module beside it.
                Some(folder) if !is_stub || !found.modules.contains_key(folder) => {
                    found.modules.insert(folder.into(), unit.file);
                    found.packages.insert(unit.file, folder.into());
                }
                Some(_) => {}
                None => {
                    let known = found.modules.get(stem);
                    if known.is_none_or(|known| !is_stub && !found.packages.contains_key(known)) {
                        found.modules.insert(stem.into(), unit.file);
                    }
                }
            }
        }
        for unit in python() {
            for folder in upwards(folder_of(&unit.path)) {
                if !seen.insert(folder) {
                    break;
                }
                let is_package = found.modules.get(folder).is_some_and(|file| found.packages.contains_key(file));
                if !is_package {
                    let id = PackageId(found.first + found.folder_paths.len() as u32);
                    found.folders.insert(folder.into(), id);
                    found.folder_paths.push(folder.into());
                }
            }
        }
        found
    }

    pub(super) fn submodule(&self, module: ModuleRef, name: &str) -> Option<ModuleRef> {
        let folder = match module {
            ModuleRef::File(file) => self.packages.get(&file)?,
            ModuleRef::Package(id) => self.folder_paths.get(id.0.checked_sub(self.first)? as usize)?,
        };
        self.at(&joined(folder, name)?)
    }

    pub(super) fn lookup<'a>(&'a self, manifests: &'a Manifests, models: &'a Models) -> Lookup<'a> {
        let mut places: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut all: Vec<&str> = self.modules.keys().chain(self.folders.keys()).map(|path| &**path).collect();
        all.sort_unstable();
        all.dedup();
        for path in all {
            places.entry(path.rsplit('/').next().unwrap_or(path)).or_default().push(path);
        }
        Lookup { modules: self, manifests, models, places, foreign: HashMap::new(), unique: HashMap::new() }
    }

    fn at(&self, path: &str) -> Option<ModuleRef> {
        let file = self.modules.get(path).map(|&file| ModuleRef::File(file));
        file.or_else(|| self.folders.get(path).map(|&id| ModuleRef::Package(id)))
    }

    fn is_package(&self, folder: &str) -> bool {
        self.modules.get(folder).is_some_and(|file| self.packages.contains_key(file))
    }
}

pub(super) struct Lookup<'a> {
    modules: &'a PythonModules,
    manifests: &'a Manifests,
    models: &'a Models,
    /// Modules and folders by their last name.
    places: HashMap<&'a str, Vec<&'a str>>,
    /// By top-level name: whether a library or the standard library is called so.
    foreign: HashMap<String, bool>,
    /// Suffixes that were looked for anywhere in the tree.
    unique: HashMap<String, Option<ModuleRef>>,
}

impl Lookup<'_> {
    pub(super) fn module(&mut self, unit: &Unit, written: &str, level: u32) -> Option<ModuleRef> {
        let own = folder_of(&unit.path);
        let way = written.replace('.', "/");
        if level > 0 {
            let folder = upwards(own).nth(level as usize - 1)?;
            return self.modules.at(&joined(folder, &way)?);
        }
        let (top, is_deep) = match written.split_once('.') {
            Some((top, _)) => (top, true),
            None => (written, false),
        };
        if !self.places.contains_key(top) {
            return None;
        }
        let is_foreign = self.is_foreign(top);
        // `import redis` is the library, unless a package of that name stands elsewhere; `redis.py` beside never counts.
        let modules = self.modules;
        let is_library = |root: &str, path: &str| {
            is_foreign && ((root == own && !own.is_empty()) || (!is_deep && !modules.is_package(path)))
        };
        for root in self.roots(own) {
            let Some(path) = joined(&root, &way) else { continue };
            let Some(found) = modules.at(&path) else { continue };
            // `from shop import orders` in `shop/__init__.py` itself.
            let is_elsewhere = found != ModuleRef::File(unit.file) || (!is_foreign && modules.is_package(&path));
            if is_elsewhere && !is_library(&root, &path) {
                return Some(found);
            }
        }
        if is_foreign && !is_deep {
            return None;
        }
        let known = self.unique.get(written).copied();
        let found = known.unwrap_or_else(|| self.only_one(top, &way));
        self.unique.entry(written.to_owned()).or_insert(found);
        found.filter(|&found| found != ModuleRef::File(unit.file))
    }

    /// Folders that absolute imports start from: those above the file that are no packages, the nearest first, each with
    /// its `src`; then what manifests name.
    fn roots(&self, own: &str) -> Vec<String> {
        let mut roots = Vec::new();
        for folder in upwards(own).filter(|folder| folder.is_empty() || !self.modules.is_package(folder)) {
            roots.push(folder.to_owned());
            let src = if folder.is_empty() { "src".to_owned() } else { format!("{folder}/src") };
            if self.modules.folders.contains_key(src.as_str()) {
                roots.push(src);
            }
        }
        roots.extend(self.manifests.python_roots.iter().cloned());
        roots
    }

    fn is_foreign(&mut self, top: &str) -> bool {
        if let Some(&known) = self.foreign.get(top) {
            return known;
        }
        let foreign = STANDARD_LIBRARY.contains(&top)
            || is_modelled(self.models, top)
            || self.manifests.python_dependencies.contains(&top.to_ascii_lowercase());
        self.foreign.insert(top.to_owned(), foreign);
        foreign
    }

    /// The module below any folder of the tree, when there is just one.
    fn only_one(&self, top: &str, way: &str) -> Option<ModuleRef> {
        let below = |place: &&str| self.modules.at(&joined(folder_of(place), way)?);
        let mut found = self.places.get(top)?.iter().filter_map(below);
        match (found.next(), found.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }
}

/// Modules of Python's standard library whose names applications use too: `sys.stdlib_module_names` of Python 3.11
/// without what nobody calls a file of their own.
const STANDARD_LIBRARY: [&str; 110] = [
    "abc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "atexit",
    "base64",
    "bisect",
    "builtins",
    "calendar",
    "cmd",
    "code",
    "codecs",
    "collections",
    "colorsys",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "dis",
    "email",
    "enum",
    "errno",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "imaplib",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "locale",
    "logging",
    "mailbox",
    "math",
    "mimetypes",
    "multiprocessing",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "pipes",
    "platform",
    "pprint",
    "profile",
    "queue",
    "random",
    "re",
    "resource",
    "sched",
    "secrets",
    "select",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "symtable",
    "sys",
    "sysconfig",
    "tarfile",
    "tempfile",
    "threading",
    "time",
    "token",
    "tokenize",
    "tomllib",
    "trace",
    "traceback",
    "types",
    "typing",
    "unittest",
    "urllib",
    "uuid",
    "warnings",
    "xml",
    "zipfile",
    "zlib",
    "zoneinfo",
];
