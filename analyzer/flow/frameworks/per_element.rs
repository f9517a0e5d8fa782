//! Functions that a framework calls once for each object of a list: resolvers of GraphQL fields, hooks of rows.
//!
//! Knows which functions models declare so, and object literals that map types to fields to resolvers. Does not know
//! which lists the objects come from: a type of objects is taken to stand in some list.
//! Known false alarm: a field of a type that no list holds.

use crate::flow::Interp;
use crate::flow::facts::{LoopFact, LoopSource, RouteFact};
use crate::flow::value::FnRef;
use crate::ir::{Entry, ExprId, ExprKind, FnId, VarKind};
use crate::models::schema::ResolverMap;
use crate::project::Unit;
use crate::project::symbols::Symbol;
use crate::source::{Family, Span};

/// The HTTP method's place in the route of a function that answers for one object of many.
pub(super) const CHILD: &str = "CHILD";

/// Endings of types of which an answer holds one.
const SINGLE: [&str; 11] = [
    "Query",
    "Mutation",
    "Subscription",
    "Payload",
    "Connection",
    "Collection",
    "Page",
    "Result",
    "Response",
    "Output",
    "Viewer",
];

impl Interp<'_, '_> {
    /// Marks the functions that are called per element, once routes are known.
    pub(in crate::flow) fn note_per_element(&mut self) {
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
                self.note_object_types(map);
            }
        }
    }

    /// `{ Query: { posts }, Post: { author: (post) => … } }`: `author` runs once per post, `posts` once per request.
    fn note_resolver_maps(&mut self, map: &ResolverMap) {
        let unit = self.unit;
        let mut found: Vec<(FnRef, Span, &str)> = Vec::new();
        for at in 0..unit.module.exprs.len() {
            let entries = self.entries_of(unit, ExprId(at as u32));
            let is_root = |name: &str| map.roots.iter().any(|root| root == name);
            let is_map =
                entries.iter().any(|&(name, (of, value))| is_root(name) && !self.entries_of(of, value).is_empty());
            if !is_map {
                continue;
            }
            for (name, (of, fields)) in entries {
                let method = match name {
                    name if map.reads.iter().any(|root| root == name) => "READ",
                    name if is_root(name) => "WRITE",
                    name if name.starts_with(|c: char| c.is_ascii_uppercase()) && !is_single(name) => CHILD,
                    _ => continue,
                };
                found.extend(self.entries_of(of, fields).into_iter().filter_map(|(_, (of, value))| {
                    Some((self.function_of(of, value)?, of.module.expr(value).span, method))
                }));
            }
        }
        for (function, span, method) in found {
            self.note_resolver(function, span, method);
        }
    }

    /// A function resolves fields: of a root, or of each object of a type.
    pub(super) fn note_resolver(&mut self, function: FnRef, span: Span, method: &str) {
        // What asks nothing of its object belongs to a type that only groups fields: `total: async (_root, _args, { db })`.
        let method = if method == CHILD && !self.asks_its_object(function) { "READ" } else { method };
        let route = RouteFact {
            route: None,
            method: method.to_owned(),
            url: None,
            file: self.unit.file,
            span,
            authenticated: false,
            returns: true,
            response_model: None,
        };
        if function.file == self.unit.file {
            let facts = &mut self.facts.functions[function.id.index()];
            facts.per_element |= method == CHILD;
            facts.route.get_or_insert(route);
        } else {
            self.facts.abroad.routes.push((function, route));
        }
    }

    /// Whether a resolver's first parameter is there to be read.
    fn asks_its_object(&self, function: FnRef) -> bool {
        let module = &self.project.unit(function.file).module;
        let object = module.function(function.id).params.first();
        object.is_some_and(|param| param.pattern.is_some() || !module.text(module.var(param.var).name).starts_with('_'))
    }

    /// The entries of an object literal, or of the one that a name stands for, here or in the file that declares it.
    pub(super) fn entries_of<'u>(&'u self, unit: &'u Unit, expr: ExprId) -> Vec<(&'u str, (&'u Unit, ExprId))> {
        let Some((unit, expr)) = self.literal_of(unit, expr) else { return Vec::new() };
        let module = &unit.module;
        let ExprKind::Record { entries, .. } = &module.expr(expr).kind else { return Vec::new() };
        let pairs = entries.iter().filter_map(|entry| match entry {
            Entry::Pair { key, value } => Some((module.str_of(*key)?, (unit, *value))),
            Entry::Spread(_) | Entry::Item(_) => None,
        });
        pairs.collect()
    }

    /// What a name of a constant stands for.
    pub(super) fn literal_of<'u>(&'u self, unit: &'u Unit, expr: ExprId) -> Option<(&'u Unit, ExprId)> {
        let ExprKind::Var(var) = unit.module.expr(expr).kind else { return Some((unit, expr)) };
        match unit.module.var(var).kind {
            VarKind::Import(import) => match self.project.symbol_of_import(unit.file, import)? {
                Symbol::Variable(file, var) => {
                    let unit = self.project.unit(file);
                    Some((unit, unit.initializer_of(var)?))
                }
                Symbol::Value(file, value) => Some((self.project.unit(file), value)),
                Symbol::Module(_) | Symbol::Class(_) | Symbol::Function(_) => None,
            },
            VarKind::Local => Some((unit, unit.initializer_of(var)?)),
            VarKind::Function(_) | VarKind::Class(_) | VarKind::Param | VarKind::Caught => None,
        }
    }

    pub(super) fn function_of(&self, unit: &Unit, expr: ExprId) -> Option<FnRef> {
        match unit.module.expr(expr).kind {
            ExprKind::Closure(id) => Some(FnRef { file: unit.file, id }),
            ExprKind::Var(var) => match unit.module.var(var).kind {
                VarKind::Function(id) => Some(FnRef { file: unit.file, id }),
                VarKind::Import(import) => match self.project.symbol_of_import(unit.file, import)? {
                    Symbol::Function(function) => Some(function),
                    Symbol::Variable(file, var) => {
                        let unit = self.project.unit(file);
                        closure_of(unit, unit.initializer_of(var)?)
                    }
                    Symbol::Value(..) | Symbol::Module(_) | Symbol::Class(_) => None,
                },
                VarKind::Local => closure_of(unit, unit.initializer_of(var)?),
                VarKind::Class(_) | VarKind::Param | VarKind::Caught => None,
            },
            _ => None,
        }
    }

    /// Walks a function's body, inside the loop of the framework that calls it per element.
    pub(in crate::flow) fn exec_body(&mut self, id: FnId) {
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
            parent: self.current().loops.last().copied(),
            element: object.map(|var| module.var(var).span),
            implicit: true,
            ..LoopFact::of_call(function.span, LoopSource::Query, None, self.function())
        }
    }
}

fn closure_of(unit: &Unit, expr: ExprId) -> Option<FnRef> {
    match unit.module.expr(expr).kind {
        ExprKind::Closure(id) => Some(FnRef { file: unit.file, id }),
        _ => None,
    }
}

pub(super) fn is_single(name: &str) -> bool {
    SINGLE.iter().any(|ending| {
        name.ends_with(ending) || name.strip_suffix("Resolver").is_some_and(|stem| stem.eq_ignore_ascii_case(ending))
    })
}
