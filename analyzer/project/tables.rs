//! What a project's tables say of its rows: their names, and by their columns whether people set them up one by one.
//!
//! ```python
//! class AlertMute(models.Model):
//!     disabled = models.BooleanField()           # somebody switches each of them
//! ```
//! Knows fields of classes and models of Prisma schemas. Does not know migrations.
//! Known false alarm: rows in their thousands that have a switch or a place in an order too.
//! Known miss: a table that only SQL text names.

use super::manifests::Manifest;
use super::{Project, Unit};
use crate::flow::value::{ClassRef, EntityRef};
use crate::source::discovery::ProjectFile;
use rustc_hash::FxHashSet;

/// Columns of what people arrange, switch or configure, in lower case and without underscores: nobody puts thousands of
/// rows into an order by hand.
const BY_HAND: [&str; 25] = [
    "apikey",
    "builtin",
    "clientsecret",
    "config",
    "configuration",
    "credentials",
    "disabled",
    "displayorder",
    "enabled",
    "isbuiltin",
    "isdefault",
    "isdisabled",
    "isenabled",
    "issystem",
    "listorder",
    "menuorder",
    "order",
    "orderby",
    "ordering",
    "orderindex",
    "position",
    "sortindex",
    "sortkey",
    "sortorder",
    "webhookurl",
];

/// Prisma models by their names in lower case.
#[derive(Debug, Default)]
pub(super) struct Tables {
    models: FxHashSet<String>,
    /// Those whose rows people set up.
    by_hand: FxHashSet<String>,
}

impl Tables {
    pub(super) fn of(manifests: &[Manifest]) -> Tables {
        let mut found = Tables::default();
        for file in manifests.iter().filter(|file| file.kind == ProjectFile::Prisma) {
            found.read(&String::from_utf8_lossy(&file.bytes));
        }
        found
    }

    /// `model Webhook {` and its fields, one a line.
    fn read(&mut self, schema: &str) {
        let mut model = None;
        for line in schema.lines().map(str::trim) {
            let mut words = line.split_whitespace();
            match (words.next(), words.next()) {
                (Some("model"), Some(name)) => {
                    let name = name.to_ascii_lowercase();
                    self.models.insert(name.clone());
                    model = Some(name);
                }
                (Some("}"), _) => model = None,
                (Some(column), Some(_)) if is_by_hand(column) => self.by_hand.extend(model.clone()),
                _ => {}
            }
        }
    }
}

impl Project<'_> {
    /// The project has a table of what a variable is named after: `platform`, with a model `Platform`.
    pub fn has_table_of(&self, unit: &Unit, variable: &str) -> bool {
        let mut letters = variable.trim_start_matches('_').chars();
        let Some(first) = letters.next() else { return false };
        let class: String = first.to_uppercase().chain(letters).collect();
        let is_of_family = |class: &ClassRef| self.unit(class.file).family() == unit.family();
        self.tables.models.contains(&class.to_ascii_lowercase())
            || self.entities.get(class.as_str()).is_some_and(|found| found.iter().any(is_of_family))
    }

    /// People set up the rows of the table one by one.
    pub fn is_set_up_by_hand(&self, entity: &EntityRef) -> bool {
        match entity {
            EntityRef::Class(class) => self.lineage(*class).any(|class| {
                let module = &self.unit(class.file).module;
                // `order = ForeignKey(Order)` is no place in an order.
                let relations = &self.class(class).relations;
                let names = module.class(class.id).fields.iter().map(|field| module.text(field.name));
                names.into_iter().any(|name| is_by_hand(name) && !relations.contains_key(name))
            }),
            EntityRef::Named(name) => self.tables.by_hand.contains(&name.to_ascii_lowercase()),
        }
    }
}

fn is_by_hand(column: &str) -> bool {
    let plain: String = column.chars().filter(|&c| c != '_').map(|c| c.to_ascii_lowercase()).collect();
    BY_HAND.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::Tables;

    #[test]
    fn models_of_a_schema_are_told_by_their_columns() {
        let mut tables = Tables::default();
        tables.read("model Webhook {\n  id Int @id\n  isEnabled Boolean\n}\n\nmodel Order {\n  id Int @id\n}\n");
        assert!(tables.by_hand.contains("webhook"));
        assert!(!tables.by_hand.contains("order"));
        assert!(tables.models.contains("order"));
    }
}
