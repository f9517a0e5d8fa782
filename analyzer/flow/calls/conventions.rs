//! Receivers that only the names on the way to them tell: `prisma.order` of a parameter, `import { Order } from "../models"`.
//!
//! Knows the attributes that kinds with a conventional name give. Does not know what a method on them does.
//! Invariant: nothing better is known of the receiver: a parameter, what lies below one, or what a file exports unseen.
//! Invariant: what is found is conventional evidence.
//!
//! ```js
//! async function ship(prisma, orders) {
//!     for (const order of orders) {
//!         await prisma.customer.findUnique({ where: { id: order.customerId } });
//! ```

use crate::flow::Interp;
use crate::flow::value::{Evidence, Object, Query, Value};
use crate::models::lookup::KindId;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// What the names on the way to a value suggest that it is, the nearest name first.
    pub(in crate::flow) fn suggested_by_names(&self, value: &Value) -> Vec<Arc<Object>> {
        let names: Vec<&str> = match value {
            Value::Place(place) => {
                let module = &self.unit.module;
                let declared = module.function(self.current().function).params.get(usize::from(place.param));
                let named = declared.filter(|param| param.pattern.is_none());
                let first = named.map(|param| module.text(module.var(param.var).name));
                first.into_iter().chain(place.path.iter().map(|step| &**step)).collect()
            }
            // `../models.Order`: a member of a module of the project that nobody sees exported.
            Value::Path(path) if path.starts_with('.') && self.is_project_path(path) => {
                path.split(['/', '.']).filter(|name| !name.is_empty()).collect()
            }
            _ => return Vec::new(),
        };
        // An element of a list is nothing of what the list's name says.
        let from = names.iter().rposition(|&name| name == "*").map_or(0, |at| at + 1);
        let mut found = Vec::new();
        for at in (from..names.len()).rev() {
            let kinds = self.conventional_kinds(names[at]).into_iter();
            found.extend(kinds.filter_map(|kind| self.below(kind, &names[at + 1..])));
        }
        found
    }

    /// The attribute at the end of a way from a value of a kind.
    fn below(&self, kind: KindId, way: &[&str]) -> Option<Arc<Object>> {
        let mut object = Self::object_of(kind, Evidence::Conventional, Query::default());
        for name in way {
            let kind = object.kind?;
            // `globalForPrisma.prisma` holds a client; it is no model of one.
            if self.models.kinds_of_receiver(name).any(|held| held == kind) {
                continue;
            }
            let attr = self.models.attr(self.models.attribute(kind, self.models.name(name), name)?);
            let kind = self.models.kind_named(attr.returns.as_deref()?)?;
            let entity = attr.entity_name.then(|| self.entity_named(name));
            object = Self::object_of(kind, Evidence::Conventional, Query { entity, ..Query::default() });
        }
        Some(object)
    }
}
