//! Who puts rows into tables, as the facts of all files together say.
//!
//! Knows round trips that create rows and the loops around them. Does not know rules.
//! Invariant: seeds, migrations and tests put nothing in: what they write is there before anybody uses the program.
//! Known miss: rows that a form or a library of the framework saves.

use crate::flow::facts::{FileFacts, RoundTrip};
use crate::flow::value::EntityRef;
use crate::ir::ExprKind;
use crate::models::schema::{Context, Effect};
use crate::project::{Project, Unit};
use crate::source::{FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};

/// Tables by how their rows come to be.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Created somewhere while the program runs.
    at_all: FxHashSet<EntityRef>,
    /// Created many at a time, in loops, or by jobs.
    in_numbers: FxHashSet<EntityRef>,
}

impl Written {
    pub(super) fn of(project: &Project<'_>, facts: &[FileFacts]) -> Written {
        let mut written = Written::default();
        let mut sites: FxHashMap<(FileId, Span), &EntityRef> = FxHashMap::default();
        for (unit, facts) in project.units.iter().zip(facts) {
            for trip in facts.round_trips.iter().filter(|trip| trip.path.is_empty()) {
                let Some(entity) = trip.query.entity.as_ref().filter(|_| creates(unit, trip)) else { continue };
                sites.insert(trip.site, entity);
            }
        }
        for facts in facts {
            for trip in facts.round_trips.iter().chain(&facts.beside) {
                let Some(&entity) = sites.get(&trip.site) else { continue };
                let function = facts.functions.get(trip.function.index());
                let context = function.and_then(|function| function.context).or(facts.context_of_path);
                if matches!(context, Some(Context::Test | Context::Migration | Context::Script)) {
                    continue;
                }
                let in_numbers = !trip.loops.is_empty()
                    || trip.in_loop
                    || trip.effect == Effect::WriteBatch
                    || context == Some(Context::Background);
                if !written.at_all.contains(entity) {
                    written.at_all.insert(entity.clone());
                }
                if in_numbers && !written.in_numbers.contains(entity) {
                    written.in_numbers.insert(entity.clone());
                }
            }
        }
        written
    }

    pub(super) fn at_all(&self, entity: &EntityRef) -> bool {
        self.at_all.contains(entity)
    }

    pub(super) fn in_numbers(&self, entity: &EntityRef) -> bool {
        self.in_numbers.contains(entity)
    }
}

/// `Order.create(…)`, `session.add(order)`, `INSERT INTO orders …`; not an update, and no deletion.
fn creates(unit: &Unit, trip: &RoundTrip) -> bool {
    if !matches!(trip.effect, Effect::Write | Effect::WriteBatch | Effect::Queue | Effect::Execute) {
        return false;
    }
    let module = &unit.module;
    // A trip that another file has handed over names an expression of that file.
    let call = module.exprs.get(trip.expr.index()).filter(|call| trip.site.0 == unit.file && call.span == trip.span);
    let Some(ExprKind::Call { callee, .. }) = call.map(|call| &call.kind) else { return false };
    let callee = *callee;
    let name = match module.expr(callee).kind {
        ExprKind::Member { name, .. } | ExprKind::Name(name) => module.text(name),
        _ => "",
    };
    let name: String = name.chars().filter(|&c| c != '_').map(|c| c.to_ascii_lowercase()).collect();
    let makes = [
        "create",
        "insert",
        "add",
        "bulkcreate",
        "bulkinsert",
        "upsert",
        "save",
        "getorcreate",
        "push",
        "firstorcreate",
    ];
    let by_name = makes.iter().any(|verb| name.starts_with(verb)) || name.ends_with("orcreate");
    let by_text = || {
        let text = unit.snippet(trip.span);
        memchr::memmem::find(text.to_ascii_uppercase().as_bytes(), b"INSERT").is_some()
    };
    by_name || by_text()
}
