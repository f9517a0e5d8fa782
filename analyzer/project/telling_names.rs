//! Methods that a name alone leads to, where nothing says what the receiver is.
//!
//! ```js
//! for (const list of lists) await list.loadItemsExpanded()      // declared once in the whole program
//! ```
//! Knows classes of TypeScript and JavaScript. Does not know values.
//! Invariant: a name of one word, or one that two classes have, leads nowhere.
//! Known false alarm: a library's method of the same name.

use super::Project;
use crate::flow::value::FnRef;
use crate::ir::ClassKind;
use crate::source::{Family, classify};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Shorter names are those of many things.
const SHORTEST: usize = 12;
/// Capitals inside a name of at least three words: `getOldExpanded`.
const CAPITALS: usize = 2;

/// `None` where several classes have it.
pub(super) type TellingNames = FxHashMap<Arc<str>, Option<FnRef>>;

pub(super) fn of(project: &Project<'_>) -> TellingNames {
    let mut found = TellingNames::default();
    let scripts = project.units.iter().filter(|unit| unit.family() == Family::TypeScript);
    for unit in scripts.filter(|unit| !classify::is_test_path(&unit.path)) {
        for (class, facts) in unit.module.classes.iter().zip(&unit.classes) {
            let methods = facts.methods.iter().filter(|(name, _)| class.kind == ClassKind::Class && tells(name));
            for (name, &method) in methods {
                found.entry(name.clone()).and_modify(|known| *known = None).or_insert(Some(method));
            }
        }
    }
    found
}

fn tells(name: &str) -> bool {
    name.len() >= SHORTEST && name.bytes().filter(u8::is_ascii_uppercase).count() >= CAPITALS
}
