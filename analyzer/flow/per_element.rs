//! Functions that a framework calls once for each object of a list: resolvers of GraphQL fields, hooks of rows.
//!
//! Knows which functions models declare so, and object literals that map types to fields to resolvers. Does not know
//! which lists the objects come from: a type of objects is taken to stand in some list.
//! Known false alarm: a field of a type that no list holds.

use super::Interp;
use super::facts::{LoopFact, LoopSource, RouteFact};
use crate::ir::{Entry, ExprId, ExprKind, FnId};
use crate::models::schema::ResolverMap;
use crate::source::{Family, Span};

/// The HTTP method's place in the route of a function that answers for one object of many.
const CHILD: &str = "CHILD";

/// Endings of types of which an answer holds one.
const SINGLE: [&str; 9] =
    ["Query", "Mutation", "Subscription", "Payload", "Connection", "Result", "Response", "Output", "Viewer"];

impl Interp<'_, '_> {
    /// Marks the functions that are called per element, once routes are known.
    pub(super) fn note_per_element(&mut self) {
        let unit = self.unit;
        let module = &unit.module;
        for (at, facts) in self.facts.functions.iter_mut().enumerate() {
            let is_child = facts.route.as_ref().is_some_and(|route| route.method == CHILD);
            let class = module.functions[at].class.map(|class| module.text(module.class(class).name));
            facts.per_element |= is_child;
            facts.per_element &= !class.is_some_and(is_single);
        }
        let models = self.models;
        for (at, library) in models.libraries.iter().enumerate() {
            if let Some(map) = &library.resolver_map
                && self.project.uses_library(unit.family(), at as u16)
            {
                self.note_resolver_maps(map);
            }
        }
    }

    /// `{ Query: { posts }, Post: { author: (post) => … } }`: `author` runs once per post.
    fn note_resolver_maps(&mut self, map: &ResolverMap) {
        let module = &self.unit.module;
        let types = |id: ExprId| match &module.expr(id).kind {
            ExprKind::Record { entries, .. } => entries
                .iter()
                .filter_map(|entry| match entry {
                    Entry::Pair { key, value } => Some((module.str_of(*key)?, *value)),
                    Entry::Spread(_) | Entry::Item(_) => None,
                })
                .collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let mut found: Vec<(FnId, Span)> = Vec::new();
        for at in 0..module.exprs.len() {
            let entries = types(ExprId(at as u32));
            let is_map = entries
                .iter()
                .any(|(name, value)| map.roots.iter().any(|root| root == name) && !types(*value).is_empty());
            let is_type = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase()) && !is_single(name);
            for (_, fields) in entries.iter().filter(|(name, _)| is_map && is_type(name)) {
                found.extend(types(*fields).iter().filter_map(|(_, value)| match module.expr(*value).kind {
                    ExprKind::Closure(id) => Some((id, module.expr(*value).span)),
                    _ => None,
                }));
            }
        }
        for (id, span) in found {
            let facts = &mut self.facts.functions[id.index()];
            facts.per_element = true;
            facts.route.get_or_insert(RouteFact {
                route: None,
                method: CHILD.to_owned(),
                url: None,
                file: self.unit.file,
                span,
                authenticated: false,
                returns: true,
                response_model: None,
            });
        }
    }

    /// Walks a function's body, inside the loop of the framework that calls it per element.
    pub(super) fn exec_body(&mut self, id: FnId) {
        let unit = self.unit;
        let body = &unit.module.function(id).body;
        let facts = &self.facts.functions[id.index()];
        if !facts.per_element || facts.loader || facts.memoized {
            self.exec_block(body);
            return;
        }
        let fact = self.loop_around(id);
        let opened = self.open_loop(fact);
        let inside = self.current().loops.len();
        let outside = std::mem::replace(&mut self.frame().loops_outside, inside);
        self.exec_block(body);
        self.frame().loops_outside = outside;
        self.close_loop(opened);
    }

    fn loop_around(&self, id: FnId) -> LoopFact {
        let module = &self.unit.module;
        let function = module.function(id);
        // Python: `self`; Go: the object after the context, or the receiver of a hook; else the first parameter.
        let object = match self.unit.family() {
            Family::Python => function.receiver,
            Family::Go => function.params.get(1).map(|param| param.var).or(function.receiver),
            Family::TypeScript => None,
        };
        let object = object.or_else(|| function.params.first().map(|param| param.var));
        LoopFact {
            head: function.head,
            span: function.span,
            source: LoopSource::Query,
            parent: self.current().loops.last().copied(),
            iterable: None,
            element: object.map(|var| module.var(var).span),
            rows: None,
            callback: true,
            implicit: true,
            function: self.function(),
        }
    }
}

fn is_single(name: &str) -> bool {
    SINGLE.iter().any(|ending| {
        name.ends_with(ending) || name.strip_suffix("Resolver").is_some_and(|stem| stem.eq_ignore_ascii_case(ending))
    })
}
