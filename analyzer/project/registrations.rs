//! Which entity a class is registered for, wherever the program says so: `admin.site.register(Order, OrderAdmin)`.
//!
//! Knows calls with an entity and a class. Does not know what the registered class does with the rows.
//! Invariant: the first registration counts, by file and position.
//! Known miss: a list of entities, `site.register([Order, Shop], ReadOnlyAdmin)`.

use super::{AllModels, Project};
use crate::flow::value::ClassRef;
use crate::ir::ExprKind;
use crate::models::schema::RowCalls;
use crate::source::Family;
use rustc_hash::FxHashMap;

pub(super) type Registrations = FxHashMap<ClassRef, ClassRef>;

pub(super) fn of(project: &Project<'_>) -> Registrations {
    let mut found = Registrations::default();
    for family in Family::ALL {
        let names = names_of(project.models, family);
        let imported = project.libraries[family as usize].iter().any(|&imported| imported);
        if names.is_empty() || !imported {
            continue;
        }
        for unit in project.units.iter().filter(|unit| unit.family() == family && !unit.is_template) {
            if !names.iter().any(|name| unit.module.strings.lookup(name).is_some()) {
                continue;
            }
            for expr in &unit.module.exprs {
                let ExprKind::Call { callee, args, .. } = &expr.kind else { continue };
                let ([entity, class] | [entity, class, _]) = args.as_slice() else { continue };
                let ExprKind::Member { name, .. } = unit.module.expr(*callee).kind else { continue };
                if !names.contains(&unit.module.text(name)) {
                    continue;
                }
                let classes = project.class_of_expr(unit, entity.value).zip(project.class_of_expr(unit, class.value));
                let Some((entity, class)) = classes.filter(|(entity, _)| project.class(*entity).entity.is_some())
                else {
                    continue;
                };
                found.entry(class).or_insert(entity);
            }
        }
    }
    found
}

/// The methods that register, by name: a program may have a site of its own.
fn names_of(models: &AllModels, family: Family) -> Vec<&str> {
    let facts = models.of(family).libraries.iter().flat_map(|library| &library.row_calls);
    let paths = facts.flat_map(|fact: &RowCalls| &fact.registered_by);
    let mut names: Vec<&str> = paths.filter_map(|path| path.rsplit('.').next()).collect();
    names.sort_unstable();
    names.dedup();
    names
}
