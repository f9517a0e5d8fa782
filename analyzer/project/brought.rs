//! Entities that libraries bring: `django.contrib.auth.models.User`, to which the project's own relations lead and from
//! which they lead back.
//!
//! ```python
//! class Profile(models.Model):
//!     user = models.OneToOneField(User)      # from now on, `user.profile` is a relation
//! ```
//! Knows the files that stand for a library's modules: `pipeline` makes them of what models declare. Does not know models.
//! Invariant: an import keeps the library's path beside the class that it leads to.

use super::Unit;
use super::symbols::Symbol;
use crate::flow::value::ClassRef;
use crate::ir::ClassId;
use crate::source::Family;
use std::collections::HashMap;

/// Where such files lie: no folder of a project is called so.
const FOLDER: &str = "<library>/";

/// The file that stands for a library's module.
pub fn path_of_module(module: &str) -> String {
    format!("{FOLDER}{}.py", module.replace('.', "/"))
}

pub(super) fn is_brought(path: &str) -> bool {
    path.starts_with(FOLDER)
}

/// Classes of such files, by the path that importers name.
pub(super) fn of(units: &[Unit]) -> HashMap<Box<str>, ClassRef> {
    let mut found = HashMap::new();
    for unit in units.iter().filter(|unit| is_brought(&unit.path)) {
        let module = unit.path[FOLDER.len()..].trim_end_matches(".py").replace('/', ".");
        for (at, class) in unit.module.classes.iter().enumerate() {
            let path = format!("{module}.{}", unit.module.text(class.name));
            found.insert(path.into(), ClassRef { file: unit.file, id: ClassId(at as u32) });
        }
    }
    found
}

/// Has imports of those paths lead to the classes.
pub(super) fn resolve(units: &mut [Unit], brought: &HashMap<Box<str>, ClassRef>) {
    if brought.is_empty() {
        return;
    }
    for unit in units.iter_mut().filter(|unit| unit.family() == Family::Python) {
        for (symbol, path) in unit.import_symbols.iter_mut().zip(&unit.import_paths) {
            if symbol.is_none()
                && let Some(path) = path
                && let Some(&class) = brought.get(&**path)
            {
                *symbol = Some(Symbol::Class(class));
            }
        }
    }
}
