//! Which template of the tree a program means by a name.
//!
//! ```text
//! render(request, "orders/list.html", …)   # shop/templates/orders/list.html, templates/orders/list.html
//! ```
//! ```text
//! {% order_row order %}                    # the function that a library of tags registers under the name
//! ```
//! Knows paths and decorators. Does not know the settings of loaders: any folder named `templates` or `jinja2` counts as one of theirs.
//! Invariant: of several templates with a name, the one that lies nearest to the program counts, and none where two are
//! equally near.

use super::classes::argument;
use super::{AllModels, Unit};
use crate::flow::value::FnRef;
use crate::ir::{ExprId, ExprKind, FnId, Lit};
use crate::source::FileId;
use crate::source::discovery::template_name;
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(super) struct Templates {
    /// Files by name, with the folder that holds the folder of templates.
    by_name: HashMap<Box<str>, Vec<(Box<str>, FileId)>>,
    /// Tags and filters of the project as lowering names them (`{% name %}`, `|name`); none where several have a name.
    tags: HashMap<Box<str>, Option<Tag>>,
}

/// A function that templates call by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tag {
    pub function: FnRef,
    /// The template that is rendered with what it returns.
    pub template: Option<Box<str>>,
    pub takes_context: bool,
}

impl Templates {
    pub(super) fn of(units: &[Unit], models: &AllModels) -> Templates {
        let mut by_name: HashMap<Box<str>, Vec<(Box<str>, FileId)>> = HashMap::new();
        for unit in units.iter().filter(|unit| unit.is_template) {
            let Some(name) = template_name(&unit.path) else { continue };
            let folder = &unit.path[..unit.path.len() - name.len()];
            let owner = folder.trim_end_matches('/').rsplit_once('/').map_or("", |(owner, _)| owner);
            by_name.entry(name.into()).or_default().push((owner.into(), unit.file));
        }
        let tags = if by_name.is_empty() { HashMap::new() } else { tags(units, models) };
        Templates { by_name, tags }
    }

    pub(super) fn tag(&self, name: &str) -> Option<&Tag> {
        self.tags.get(name)?.as_ref()
    }

    pub(super) fn named(&self, from: &Unit, name: &str) -> Option<FileId> {
        // Pyramid: `shop:templates/orders/list.html`, the package before the path.
        let name = name.rsplit_once(':').map_or(name, |(_, path)| path);
        let name = template_name(name).unwrap_or(name);
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

fn tags(units: &[Unit], models: &AllModels) -> HashMap<Box<str>, Option<Tag>> {
    let mut found: HashMap<Box<str>, Option<Tag>> = HashMap::new();
    for unit in units.iter().filter(|unit| !unit.is_template) {
        for (at, function) in unit.module.functions.iter().enumerate() {
            for &decorator in &function.decorators {
                let Some((name, tag)) = tag_of(unit, models, FnId(at as u32), decorator) else { continue };
                let known = found.entry(name.into()).or_insert_with(|| Some(tag.clone()));
                if known.as_ref() != Some(&tag) {
                    *known = None;
                }
            }
        }
    }
    found
}

fn tag_of(unit: &Unit, models: &AllModels, id: FnId, decorator: ExprId) -> Option<(String, Tag)> {
    let path = unit.path_of_expr(decorator)?;
    let mut facts = models.of(unit.family()).libraries.iter().flat_map(|library| &library.template_tags);
    let fact = facts.find(|fact| fact.decorators.contains(&path))?;
    let module = &unit.module;
    let place = |at: &Option<_>| argument(unit, decorator, at.as_ref()?);
    let text = |at: &Option<_>| place(at).and_then(|value| module.str_of(value)).map(str::to_owned);
    let name = text(&fact.name).unwrap_or_else(|| module.text(module.function(id).name).to_owned());
    let takes_context = place(&fact.takes_context)
        .is_some_and(|value| matches!(module.expr(value).kind, ExprKind::Lit(Lit::Bool(true))));
    let function = FnRef { file: unit.file, id };
    let name = if fact.filter { format!("|{name}") } else { format!("{{% {name} %}}") };
    Some((name, Tag { function, template: text(&fact.template).map(String::into_boxed_str), takes_context }))
}
