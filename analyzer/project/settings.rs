//! Settings of frameworks that read a Python module: `REST_FRAMEWORK = {"PAGE_SIZE": 50}`.
//!
//! Knows assignments to upper-case names in modules called `settings` or lying in such a package.
//! Does not know what a setting means.

use super::Unit;
use crate::ir::{Entry, ExprId, ExprKind, Imported, Lit, MODULE_FN, StmtKind};
use crate::source::Family;
use std::collections::HashMap;

/// What the tree says about one setting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setting {
    /// Some settings module gives it a value.
    Set,
    /// A settings module names its group, but not it, or gives it `None`.
    Unset,
    /// No settings module of the tree names even its group.
    Absent,
    /// As `Absent`, and a settings module takes names from a module that is not in the tree.
    Elsewhere,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// `NAME` and `NAME.KEY` with whether the value is anything but `None`.
    known: HashMap<String, bool>,
    /// `from .rest import *` of a settings module, where the tree has no such module.
    is_partial: bool,
    /// Values that are texts, by `NAME` or `NAME.KEY`; of several, the first.
    texts: HashMap<String, String>,
}

impl Settings {
    pub(super) fn of(units: &[Unit]) -> Settings {
        let mut settings = Settings::default();
        for unit in units.iter().filter(|unit| unit.family() == Family::Python && is_settings(&unit.path)) {
            settings.read(unit);
            settings.is_partial |= takes_from_elsewhere(unit, units);
        }
        settings
    }

    pub(super) fn get(&self, path: &str) -> Setting {
        match self.known.get(path) {
            Some(true) => Setting::Set,
            Some(false) => Setting::Unset,
            None => {
                let group = path.split('.').next().unwrap_or(path);
                match (self.known.contains_key(group), self.is_partial) {
                    (true, _) => Setting::Unset,
                    (false, true) => Setting::Elsewhere,
                    (false, false) => Setting::Absent,
                }
            }
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    fn read(&mut self, unit: &Unit) {
        let module = &unit.module;
        let Some(body) = module.functions.get(MODULE_FN.index()).map(|function| &function.body) else { return };
        for &stmt in body {
            let StmtKind::Assign { target, value, .. } = &module.stmt(stmt).kind else { continue };
            match &module.expr(*target).kind {
                ExprKind::Var(var) => {
                    let name = module.text(module.var(*var).name).to_owned();
                    self.note(unit, &name, *value);
                }
                // `REST_FRAMEWORK["PAGE_SIZE"] = 50`
                ExprKind::Index { base, index } => {
                    if let (ExprKind::Var(var), Some(key)) = (&module.expr(*base).kind, module.str_of(*index)) {
                        let name = format!("{}.{key}", module.text(module.var(*var).name));
                        self.note(unit, &name, *value);
                    }
                }
                _ => {}
            }
        }
    }

    fn note(&mut self, unit: &Unit, name: &str, value: ExprId) {
        let module = &unit.module;
        let is_set = !matches!(module.expr(value).kind, ExprKind::Lit(Lit::Null));
        *self.known.entry(name.to_owned()).or_default() |= is_set;
        if let Some(text) = module.str_of(value) {
            self.texts.entry(name.to_owned()).or_insert_with(|| text.to_owned());
        }
        if let ExprKind::Record { entries, .. } = &module.expr(value).kind {
            for entry in entries {
                if let Entry::Pair { key, value } = entry
                    && let Some(key) = module.str_of(*key)
                {
                    let is_set = !matches!(module.expr(*value).kind, ExprKind::Lit(Lit::Null));
                    let path = format!("{name}.{key}");
                    if let Some(text) = module.str_of(*value) {
                        self.texts.entry(path.clone()).or_insert_with(|| text.to_owned());
                    }
                    *self.known.entry(path).or_default() |= is_set;
                }
            }
        }
    }
}

/// Whether a module takes all names of a neighbour that is not among the units.
fn takes_from_elsewhere(unit: &Unit, units: &[Unit]) -> bool {
    let module = &unit.module;
    module.imports.iter().filter(|import| import.what == Imported::All && import.level > 0).any(|import| {
        let mut folder: Vec<&str> = unit.path.split('/').collect();
        folder.truncate(folder.len().saturating_sub(import.level as usize));
        folder.extend(module.text(import.module).split('.').filter(|part| !part.is_empty()));
        let path = folder.join("/");
        let stands = |other: &Unit| {
            let rest = other.path.strip_prefix(&path);
            rest.is_some_and(|rest| rest == ".py" || rest.starts_with('/'))
        };
        !units.iter().any(stands)
    })
}

/// `settings.py`, `settings/base.py`, `config/settings_prod.py`, `base_settings.py`.
fn is_settings(path: &str) -> bool {
    path.trim_end_matches(".py")
        .split('/')
        .any(|part| part == "settings" || part.starts_with("settings_") || part.ends_with("_settings"))
}
