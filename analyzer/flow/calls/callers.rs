//! Who answers through a function that is no handler: `def get(…): return render_list(request)`.
//!
//! Knows the calls between functions and the routes of handlers. Does not know what is answered.
//! Invariant: the nearest handler counts, of equally near ones the first by file and position.
//! Known false alarm: a method that takes a request, is named like a reader, and that nothing registers.

use crate::flow::facts::{FileFacts, RouteFact};
use crate::flow::value::FnRef;
use crate::ir::{FnId, MODULE_FN};
use crate::models::schema::Context;
use crate::project::{Project, Unit};
use crate::source::Family;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Gives responses of functions without a route the route of the nearest handler that calls them.
pub(in crate::flow) fn settle(project: &Project<'_>, facts: &mut [FileFacts]) {
    for (unit, file) in project.units.iter().zip(facts.iter_mut()) {
        leave_to_closures(unit, file);
    }
    let open: Vec<FnRef> = project
        .units
        .iter()
        .zip(facts.iter())
        .flat_map(|(unit, file)| {
            file.responses.iter().map(move |response| FnRef { file: unit.file, id: response.function })
        })
        .filter(|function| route_of(facts, *function).is_none())
        .collect();
    if open.is_empty() {
        return;
    }
    let callers = callers(project, facts);
    let mut routes: FxHashMap<FnRef, Option<Arc<RouteFact>>> = FxHashMap::default();
    for function in open {
        routes.entry(function).or_insert_with(|| {
            let route = nearest_route(facts, &callers, function).or_else(|| unregistered(project, facts, function));
            route.map(Arc::new)
        });
    }
    for (unit, file) in project.units.iter().zip(facts) {
        for response in &mut file.responses {
            let function = FnRef { file: unit.file, id: response.function };
            response.route = routes.get(&function).cloned().flatten();
        }
    }
}

/// `func list(store) http.HandlerFunc { return func(w, r) { … } }`: the closure is the handler, though its body was
/// walked as a part of the function around it, before its route was known.
fn leave_to_closures(unit: &Unit, file: &mut FileFacts) {
    for response in &mut file.responses {
        if file.functions[response.function.index()].route.is_some() {
            continue;
        }
        let inside = |id: FnId| {
            let mut at = unit.module.function(id).parent;
            while let Some(parent) = at.filter(|&parent| parent != response.function) {
                at = unit.module.function(parent).parent;
            }
            at.is_some()
        };
        let handlers = file.functions.iter().enumerate().filter(|(_, facts)| facts.route.is_some());
        let closure = handlers
            .map(|(at, _)| FnId(at as u32))
            .filter(|&id| unit.module.function(id).span.contains(response.span) && inside(id))
            .max_by_key(|&id| unit.module.function(id).span.start);
        response.function = closure.unwrap_or(response.function);
    }
}

fn route_of(facts: &[FileFacts], function: FnRef) -> Option<&RouteFact> {
    facts.get(function.file.0 as usize)?.functions.get(function.id.index())?.route.as_ref()
}

/// By function, who calls it; a closure counts as called by the function around it.
fn callers(project: &Project<'_>, facts: &[FileFacts]) -> FxHashMap<FnRef, Vec<FnRef>> {
    let mut callers: FxHashMap<FnRef, Vec<FnRef>> = FxHashMap::default();
    for (unit, file) in project.units.iter().zip(facts) {
        let own = |id: FnId| FnRef { file: unit.file, id };
        for &(caller, callee) in &file.edges {
            callers.entry(callee).or_default().push(own(caller));
        }
        for (at, function) in unit.module.functions.iter().enumerate() {
            if let Some(parent) = function.parent.filter(|&parent| parent != MODULE_FN) {
                callers.entry(own(FnId(at as u32))).or_default().push(own(parent));
            }
        }
    }
    callers
}

/// A reader by its name that takes a request, where the program's own code registers it: `handler: this.listOrders`.
fn unregistered(project: &Project<'_>, facts: &[FileFacts], function: FnRef) -> Option<RouteFact> {
    let unit = project.unit(function.file);
    let own = facts.get(function.file.0 as usize)?.functions.get(function.id.index())?;
    let declared = unit.module.function(function.id);
    let takes_request = own.context == Some(Context::Request) && declared.params.iter().any(|param| param.ty.is_some());
    if unit.family() != Family::TypeScript || !takes_request || !names_reading(unit.module.text(declared.name)) {
        return None;
    }
    Some(RouteFact {
        route: None,
        method: "READ".to_owned(),
        url: None,
        file: function.file,
        span: declared.head,
        authenticated: true,
        returns: false,
        response_model: None,
    })
}

/// `listOrders`, `getAll`, `index`.
fn names_reading(name: &str) -> bool {
    const READS: [&str; 9] = ["get", "list", "find", "search", "fetch", "index", "all", "query", "browse"];
    READS.iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_lowercase()))
    })
}

fn nearest_route(facts: &[FileFacts], callers: &FxHashMap<FnRef, Vec<FnRef>>, function: FnRef) -> Option<RouteFact> {
    let mut seen: FxHashSet<FnRef> = FxHashSet::default();
    let mut level = vec![function];
    while !level.is_empty() {
        let mut above: Vec<FnRef> =
            level.iter().flat_map(|callee| callers.get(callee).into_iter().flatten()).copied().collect();
        above.sort_unstable();
        above.retain(|caller| seen.insert(*caller));
        if let Some(route) = above.iter().find_map(|caller| route_of(facts, *caller)) {
            return Some(route.clone());
        }
        level = above;
    }
    None
}
