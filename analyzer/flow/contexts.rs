//! Where functions run: on a request, in the background, in a script, a migration or a test.
//!
//! Knows routes, the call edges of one file and the contexts of models. Does not know rules.
//! Invariant: request path > background > migration > script; a function reached from a handler is on the request path.

use super::Interp;
use super::value::ClassRef;
use crate::ir::{ExprKind, FnId, Lit, MODULE_FN, StmtKind};
use crate::models::schema::{Context, ContextFact};
use crate::source::classify;

impl Interp<'_, '_> {
    /// Sets the context of every function, after all calls are known.
    pub(super) fn settle_contexts(&mut self) {
        let unit = self.unit;
        let count = unit.module.functions.len();
        let by_path = self.context_of_path();
        let mut contexts: Vec<Option<Context>> = (0..count).map(|at| self.own_context(FnId(at as u32))).collect();
        // What a handler or a task calls runs where it runs.
        let mut changed = true;
        while changed {
            changed = false;
            for (caller, callee) in &self.facts.edges {
                if callee.file == unit.file
                    && let Some(context @ (Context::Request | Context::Background)) = contexts[caller.index()]
                    && contexts[callee.id.index()].is_none_or(|known| known < context)
                {
                    contexts[callee.id.index()] = Some(context);
                    changed = true;
                }
            }
            // A closure runs where the function around it runs, unless it has a context of its own.
            for at in 0..count {
                if contexts[at].is_none()
                    && let Some(parent) = unit.module.functions[at].parent
                    && parent != MODULE_FN
                    && contexts[parent.index()].is_some()
                {
                    contexts[at] = contexts[parent.index()];
                    changed = true;
                }
            }
        }
        for (facts, context) in self.facts.functions.iter_mut().zip(contexts) {
            facts.context = context.or(by_path);
        }
    }

    fn context_of_path(&self) -> Option<Context> {
        let path = &self.unit.path;
        if classify::is_test_path(path) {
            return Some(Context::Test);
        }
        if classify::is_migration_path(path) {
            return Some(Context::Migration);
        }
        let listed = self.models.context_of_file(path);
        listed.or_else(|| (classify::is_script_path(path) || self.is_program()).then_some(Context::Script))
    }

    /// `if __name__ == "__main__":` at the top level.
    fn is_program(&self) -> bool {
        let module = &self.unit.module;
        let Some(name) = module.strings.lookup("__main__") else { return false };
        module.function(MODULE_FN).body.iter().any(|&stmt| match module.stmt(stmt).kind {
            StmtKind::Branch { test, .. } => match module.expr(test).kind {
                ExprKind::Binary { right, .. } => {
                    matches!(module.expr(right).kind, ExprKind::Lit(Lit::Str(text)) if text == name)
                }
                _ => false,
            },
            _ => false,
        })
    }

    fn own_context(&self, id: FnId) -> Option<Context> {
        let unit = self.unit;
        let function = unit.module.function(id);
        if let Some(route) = &self.facts.functions[id.index()].route {
            let _ = route;
            return Some(Context::Request);
        }
        let decorators: Vec<String> = function.decorators.iter().filter_map(|&d| unit.path_of_expr(d)).collect();
        let name = unit.module.text(function.name);
        let class = function.class.map(|class| self.project.class(ClassRef { file: unit.file, id: class }));
        let holds = |fact: &ContextFact, library: usize| {
            fact.decorators.iter().any(|d| decorators.contains(d))
                || class.is_some_and(|class| {
                    fact.bases.iter().any(|base| class.base_paths.contains(base))
                        && (fact.methods.is_empty() || fact.methods.iter().any(|method| method == name))
                })
                || (function.class.is_none()
                    && function.parent == Some(MODULE_FN)
                    && unit.libraries.get(library).copied().unwrap_or(false)
                    && fact.functions.iter().any(|known| known == name))
                || fact.params.iter().any(|kind| {
                    let Some(kind) = self.models.kind_named(kind) else { return false };
                    function
                        .params
                        .iter()
                        .filter_map(|param| param.ty)
                        .any(|ty| self.project.kinds_of_type(unit, ty).0.contains(&kind))
                })
        };
        let known = self
            .models
            .libraries
            .iter()
            .enumerate()
            .flat_map(|(at, library)| library.contexts.iter().map(move |fact| (at, fact)))
            .filter(|(at, fact)| holds(fact, *at))
            .map(|(_, fact)| fact.context)
            .max();
        // Django's views take `request` first.
        known.or_else(|| {
            let first = function.params.first()?;
            let first = unit.module.text(unit.module.var(first.var).name);
            matches!(first, "request" | "req").then_some(Context::Request)
        })
    }
}
