//! Which template of the tree a program means by a name.
//!
//! ```text
//! render(request, "orders/list.html", …)   # shop/templates/orders/list.html, templates/orders/list.html
//! ```
//! Knows paths. Does not know the settings of loaders: any folder named `templates` or `jinja2` counts as one of theirs.
//! Invariant: of several templates with a name, the one that lies nearest to the program counts, and none where two are
//! equally near.

use super::Unit;
use crate::source::FileId;
use crate::source::discovery::template_name;
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(super) struct Templates {
    /// Files by name, with the folder that holds the folder of templates.
    by_name: HashMap<Box<str>, Vec<(Box<str>, FileId)>>,
}

impl Templates {
    pub(super) fn of(units: &[Unit]) -> Templates {
        let mut by_name: HashMap<Box<str>, Vec<(Box<str>, FileId)>> = HashMap::new();
        for unit in units.iter().filter(|unit| unit.is_template) {
            let Some(name) = template_name(&unit.path) else { continue };
            let folder = &unit.path[..unit.path.len() - name.len()];
            let owner = folder.trim_end_matches('/').rsplit_once('/').map_or("", |(owner, _)| owner);
            by_name.entry(name.into()).or_default().push((owner.into(), unit.file));
        }
        Templates { by_name }
    }

    pub(super) fn named(&self, from: &Unit, name: &str) -> Option<FileId> {
        // Pyramid: `shop:templates/orders/list.html`, the package before the path.
        let name = template_name(name).unwrap_or(name);
        let name = name.rsplit_once(':').map_or(name, |(_, path)| path);
        let found = self.by_name.get(name.trim_start_matches("./"))?;
        let shared = |owner: &str| owner.split('/').zip(from.path.split('/')).take_while(|(a, b)| a == b).count();
        let nearest = found.iter().map(|(owner, _)| shared(owner)).max()?;
        let mut near = found.iter().filter(|(owner, _)| shared(owner) == nearest);
        match (near.next(), near.next()) {
            (Some(&(_, only)), None) => Some(only),
            _ => None,
        }
    }
}
