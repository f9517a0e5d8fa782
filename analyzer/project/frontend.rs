//! Whether a file is code for a browser.
//!
//! Knows directives, user interface libraries and folders of static files. Does not know rules.
//! Known miss: browser modules without any user interface import, outside such folders.

use super::Unit;
use super::imports::has_prefix;
use crate::source::{Family, Language};

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

pub(super) fn is_frontend(unit: &Unit) -> bool {
    if unit.family() != Family::TypeScript {
        return false;
    }
    let module = &unit.module;
    let directive = |wanted: &str| module.directives.iter().any(|&sym| module.text(sym) == wanted);
    if directive("use client") {
        return true;
    }
    if directive("use server") {
        return false;
    }
    let folder = |names: &[&str]| unit.path.split('/').any(|part| names.contains(&part));
    if module.imports.is_empty() && folder(&["static", "public", "assets", "wwwroot", "static-global"]) {
        return true;
    }
    let interface =
        unit.import_paths.iter().flatten().any(|path| INTERFACE.iter().any(|prefix| has_prefix(path, prefix)));
    let view = matches!(unit.language, Language::Tsx) && unit.path.ends_with('x');
    (interface || view) && !unit.uses_store
}
