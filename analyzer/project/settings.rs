//! Settings of frameworks that read a Python module: `REST_FRAMEWORK = {"PAGE_SIZE": 50}`.
//!
//! Knows assignments to upper-case names in modules called `settings` or lying in such a package.
//! Does not know what a setting means.

use super::Unit;
use crate::ir::{Entry, ExprId, ExprKind, Lit, MODULE_FN, StmtKind};
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
}

#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// `NAME` and `NAME.KEY` with whether the value is anything but `None`.
    known: HashMap<String, bool>,
}

impl Settings {
    pub(super) fn of(units: &[Unit]) -> Settings {
        let mut settings = Settings::default();
        for unit in units.iter().filter(|unit| unit.family() == Family::Python && is_settings(&unit.path)) {
            settings.read(unit);
        }
        settings
    }

    pub(super) fn get(&self, path: &str) -> Setting {
        match self.known.get(path) {
            Some(true) => Setting::Set,
            Some(false) => Setting::Unset,
            None => {
                let group = path.split('.').next().unwrap_or(path);
                if self.known.contains_key(group) { Setting::Unset } else { Setting::Absent }
            }
        }
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
        if let ExprKind::Record { entries, .. } = &module.expr(value).kind {
            for entry in entries {
                if let Entry::Pair { key, value } = entry
                    && let Some(key) = module.str_of(*key)
                {
                    let is_set = !matches!(module.expr(*value).kind, ExprKind::Lit(Lit::Null));
                    *self.known.entry(format!("{name}.{key}")).or_default() |= is_set;
                }
            }
        }
    }
}

/// `settings.py`, `settings/base.py`, `config/settings_prod.py`, `base_settings.py`.
fn is_settings(path: &str) -> bool {
    path.trim_end_matches(".py")
        .split('/')
        .any(|part| part == "settings" || part.starts_with("settings_") || part.ends_with("_settings"))
}
