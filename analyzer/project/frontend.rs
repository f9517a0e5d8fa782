//! Whether a file is code for a browser.
//!
//! Knows directives, user interface libraries, folders of static files, and packages that are made for browsers. Does not
//! know rules.
//! Known miss: browser modules without any user interface import, outside such folders and packages.

use super::Unit;
use super::imports::has_prefix;
use super::manifests::Manifest;
use super::paths::{folder_of, upwards};
use crate::ir::Imported;
use crate::models::lookup::Models;
use crate::source::classify::is_test_path;
use crate::source::discovery::ProjectFile;
use crate::source::{Family, Language, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Libraries that only a browser (or a server that renders for one) loads.
const INTERFACE: [&str; 18] = [
    "react",
    "react-dom",
    "preact",
    "vue",
    "svelte",
    "solid-js",
    "@angular/core",
    "next/navigation",
    "next/router",
    "next/link",
    "@tanstack/react-query",
    "swr",
    "react-redux",
    "@reduxjs/toolkit",
    "jquery",
    "antd",
    "@mui/material",
    "react-hook-form",
];

/// Objects that only browsers have.
const BROWSER: [&str; 4] = ["window", "localStorage", "sessionStorage", "navigator"];

/// Modules that only servers and tools have.
const SERVER: [&str; 16] = [
    "fs",
    "path",
    "http",
    "https",
    "http2",
    "net",
    "tls",
    "os",
    "crypto",
    "stream",
    "child_process",
    "cluster",
    "worker_threads",
    "dns",
    "zlib",
    "async_hooks",
];

/// What the files of a package ask for.
#[derive(Clone, Copy, Default)]
struct Package {
    files: usize,
    /// Files for a browser.
    browser: usize,
    has_server: bool,
}

impl Package {
    /// A quarter of the files is enough: the others hold types, constants and plain functions.
    fn is_frontend(self) -> bool {
        !self.has_server && self.files > 2 && self.browser * 4 >= self.files
    }
}

/// Files of packages that are made for browsers: `clients/sdk/src/api.ts` beside a `clients/sdk/src/cookies.ts` that asks
/// for `window`, where no file asks for `fs` or an application's framework. A package's own folder holds configurations
/// of its tools, and its tests run anywhere.
pub(super) fn mark_packages(units: &mut [Unit], files: &[Manifest]) {
    let manifests = files.iter().filter(|file| matches!(file.kind, ProjectFile::PackageJson));
    let folders: BTreeSet<&str> = manifests.map(|file| folder_of(&file.path)).collect();
    let package_of = |unit: &Unit| {
        let folder = folder_of(&unit.path);
        let is_script = unit.family() == Family::TypeScript && !folders.contains(folder);
        is_script.then(|| upwards(folder).find_map(|at| folders.get(at).copied())).flatten()
    };
    let mut packages: BTreeMap<&str, Package> = BTreeMap::new();
    for unit in units.iter().filter(|unit| !is_test_path(&unit.path)) {
        let Some(folder) = package_of(unit) else { continue };
        let package = packages.entry(folder).or_default();
        let mut paths = unit.import_paths.iter().flatten();
        package.files += 1;
        package.browser += usize::from(unit.is_frontend || BROWSER.iter().any(|name| has_string(unit, name)));
        package.has_server |= (unit.uses_store && !unit.is_frontend)
            || paths.any(|path| SERVER.iter().any(|prefix| has_prefix(path, prefix)));
    }
    packages.retain(|_, package| package.is_frontend());
    if packages.is_empty() {
        return;
    }
    for unit in units {
        unit.is_frontend |= package_of(unit).is_some_and(|folder| packages.contains_key(folder));
    }
}

fn has_string(unit: &Unit, text: &str) -> bool {
    unit.module.strings.lookup(text).is_some()
}

pub(super) fn is_frontend(unit: &Unit, models: &Models) -> bool {
    if unit.family() != Family::TypeScript {
        return false;
    }
    let module = &unit.module;
    if unit.says("use client") {
        return true;
    }
    if unit.says("use server") {
        return false;
    }
    let folder = |names: &[&str]| unit.path.split('/').any(|part| names.contains(&part));
    if module.imports.is_empty() && folder(&["static", "public", "assets", "wwwroot"]) {
        return true;
    }
    let interface = unit.import_paths.iter().flatten().any(|path| is_interface(path));
    let view = matches!(unit.language, Language::Tsx) && unit.path.ends_with('x');
    let routed = unit.import_paths.iter().flatten().any(|path| is_of_router(path));
    if routed && serves_route(unit) {
        return false;
    }
    (interface || view) && (!unit.uses_store || ((uses_hooks(unit) || routed) && !imports_store(unit, models)))
}

/// `import { useState } from "react"`: state of a component that is on the screen, whatever else its framework serves.
fn uses_hooks(unit: &Unit) -> bool {
    let module = &unit.module;
    module.imports.iter().zip(&unit.import_paths).any(|(import, path)| match import.what {
        Imported::Member(name) => {
            let hook = module.text(name).strip_prefix("use");
            hook.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
                && path.as_ref().is_some_and(|path| is_interface(path))
        }
        Imported::Module | Imported::Default | Imported::All | Imported::Nothing => false,
    })
}

/// A library with queries or routes that is no interface's: `next/router` belongs to one that has both.
fn imports_store(unit: &Unit, models: &Models) -> bool {
    let imports = unit.module.imports.iter().zip(&unit.import_paths);
    let others = imports.filter_map(|(import, path)| {
        let path = path.as_ref().filter(|path| !is_interface(path))?;
        (!is_of_types(unit, import.span)).then_some(path)
    });
    others.flat_map(|path| models.libraries_of_import(path)).any(|library| models.libraries[library as usize].is_store)
}

/// `import type { User } from "@prisma/client"` loads nothing. Known miss: the later lines of a longer list.
fn is_of_types(unit: &Unit, import: Span) -> bool {
    let before = &unit.bytes[..import.start as usize];
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    unit.bytes[line..].trim_ascii_start().starts_with(b"import type ")
}

fn is_interface(path: &str) -> bool {
    INTERFACE.iter().any(|prefix| has_prefix(path, prefix)) || is_of_router(path)
}

/// React Router changes what a page shows, and serves routes where a module has functions for that:
/// <https://reactrouter.com/start/framework/data-loading> (7).
fn is_of_router(path: &str) -> bool {
    has_prefix(path, "react-router") || has_prefix(path, "react-router-dom")
}

fn serves_route(unit: &Unit) -> bool {
    let named = |name: &str| matches!(name, "loader" | "action");
    unit.module.functions.iter().any(|function| named(unit.module.text(function.name)))
}
