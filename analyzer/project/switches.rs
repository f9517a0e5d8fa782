//! Keywords that the project turns off where it makes something: `sessionmaker(engine, expire_on_commit=False)`.
//!
//! Knows keywords and keys with the value false. Does not know what they mean, nor which of several makers is used where:
//! off anywhere is off.

use super::{AllModels, Unit};
use crate::ir::{Entry, ExprId, ExprKind, Lit};
use crate::source::Family;
use std::collections::HashSet;

#[derive(Clone, Debug, Default)]
pub(super) struct Switches {
    off: HashSet<String>,
}

impl Switches {
    /// Looks for the keywords that models ask about.
    pub(super) fn of(units: &[Unit], models: &AllModels) -> Switches {
        let mut switches = Switches::default();
        for family in [Family::Python, Family::TypeScript, Family::Go] {
            let calls = &models.of(family).calls;
            let asked: HashSet<&str> = calls.iter().filter_map(|call| call.expires_unless.as_deref()).collect();
            if asked.is_empty() {
                continue;
            }
            for unit in units.iter().filter(|unit| unit.family() == family) {
                switches.off.extend(turned_off(unit).filter(|name| asked.contains(name)).map(str::to_owned));
            }
        }
        switches
    }

    pub(super) fn is_off(&self, keyword: &str) -> bool {
        self.off.contains(keyword)
    }
}

fn turned_off(unit: &Unit) -> impl Iterator<Item = &str> {
    let module = &unit.module;
    let is_false = |value: ExprId| matches!(module.expr(value).kind, ExprKind::Lit(Lit::Bool(false)));
    module.exprs.iter().flat_map(move |expr| -> Vec<&str> {
        match &expr.kind {
            ExprKind::Call { args, .. } => {
                args.iter().filter(|arg| is_false(arg.value)).filter_map(|arg| Some(module.text(arg.name?))).collect()
            }
            // `session_options={"expire_on_commit": False}`
            ExprKind::Record { entries, .. } => entries
                .iter()
                .filter_map(|entry| match entry {
                    Entry::Pair { key, value } if is_false(*value) => module.str_of(*key),
                    Entry::Pair { .. } | Entry::Spread(_) | Entry::Item(_) => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    })
}
