//! Where functions run: on a request, in the background, in a script, a migration or a test.
//!
//! Knows routes, the call edges of one file and the contexts of models. Does not know rules.
//! Invariant: request path > background > migration > script; a function reached from a handler is on the request path.

use crate::flow::Interp;
use crate::flow::facts::FileFacts;
use crate::flow::value::{ClassRef, FnRef};
use crate::ir::{ExprId, ExprKind, FnId, Lit, MODULE_FN, StmtKind};
use crate::models::lookup::{ContextIndex, KindId};
use crate::models::schema::Context;
use crate::project::Project;
use crate::source::Family;
use crate::source::classify;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Sets the context of every function, after the calls of all files are known: what a handler or a task calls runs
/// where it runs.
pub(in crate::flow) fn settle(project: &Project<'_>, facts: &mut [FileFacts]) {
    let mut callees: FxHashMap<FnRef, Vec<FnRef>> = FxHashMap::default();
    let mut open: Vec<(FnRef, Context)> = Vec::new();
    for (unit, facts) in project.units.iter().zip(facts.iter()) {
        let own = |id: FnId| FnRef { file: unit.file, id };
        for &(caller, callee) in &facts.edges {
            callees.entry(own(caller)).or_default().push(callee);
        }
        for (at, function) in facts.functions.iter().enumerate() {
            let id = FnId(at as u32);
            // A closure runs where the function around it runs, unless it has a context of its own.
            if let Some(parent) = unit.module.functions[at].parent
                && parent != MODULE_FN
                && function.context.is_none()
            {
                callees.entry(own(parent)).or_default().push(own(id));
            }
            if let Some(context @ (Context::Request | Context::Background)) = function.context {
                open.push((own(id), context));
            }
        }
    }
    while let Some((caller, context)) = open.pop() {
        for &callee in callees.get(&caller).into_iter().flatten() {
            let Some(known) = facts[callee.file.0 as usize].functions.get_mut(callee.id.index()) else { continue };
            if known.context.is_none_or(|known| known < context) {
                known.context = Some(context);
                open.push((callee, context));
            }
        }
    }
    settle_templates(project, facts);
    for facts in facts {
        for function in &mut facts.functions {
            function.context = function.context.or(facts.context_of_path);
        }
    }
}

/// What only scripts render runs in scripts.
fn settle_templates(project: &Project<'_>, facts: &mut [FileFacts]) {
    let context_of = |facts: &[FileFacts], function: FnRef| {
        let file = &facts[function.file.0 as usize];
        file.functions.get(function.id.index()).and_then(|known| known.context).or(file.context_of_path)
    };
    let mut renderers: FxHashMap<FnRef, Option<Context>> = FxHashMap::default();
    for (unit, file) in project.units.iter().zip(facts.iter()) {
        let calls = file.edges.iter().filter(|(_, callee)| project.unit(callee.file).is_template);
        for &(caller, callee) in calls {
            let context = context_of(facts, FnRef { file: unit.file, id: caller });
            let known = renderers.entry(callee).or_insert(context);
            // Where one place is not known, nothing is.
            *known = known.zip(context).map(|(a, b)| a.max(b));
        }
    }
    for (template, context) in renderers.into_iter().collect::<BTreeMap<_, _>>() {
        let Some(known) = facts[template.file.0 as usize].functions.get_mut(template.id.index()) else { continue };
        known.context = known.context.or(context);
    }
}

impl Interp<'_, '_> {
    /// Writes down where functions run as far as their own file says.
    pub(in crate::flow) fn note_contexts(&mut self) {
        self.facts.context_of_path = self.context_of_path();
        for at in 0..self.unit.module.functions.len() {
            self.facts.functions[at].context = self.own_context(FnId(at as u32));
        }
        for (function, context) in self.registered() {
            let known = &mut self.facts.functions[function.index()].context;
            *known = Some(known.map_or(context, |known| known.max(context)));
        }
        for function in &mut self.facts.functions {
            function.is_task = function.context == Some(Context::Background);
        }
    }

    /// `new Worker("mail", async (job) => …)`: what is handed to such a call runs where the model says.
    fn registered(&self) -> Vec<(FnId, Context)> {
        let module = &self.unit.module;
        let mut found = Vec::new();
        for (at, expr) in module.exprs.iter().enumerate() {
            let ExprKind::Call { callee, args, .. } = &expr.kind else { continue };
            let closures = args.iter().filter_map(|arg| match module.expr(arg.value).kind {
                ExprKind::Closure(id) => Some(id),
                _ => None,
            });
            let mut closures = closures.peekable();
            if closures.peek().is_none() {
                continue;
            }
            let path = self.unit.path_of_expr(*callee);
            // `queue.process(f)`, where the receiver's kind is known.
            let target = self.facts.calls.get(&ExprId(at as u32));
            let method = target.and_then(|target| target.receiver).and_then(|kind| match module.expr(*callee).kind {
                ExprKind::Member { name, .. } => {
                    Some(format!("{}.{}", self.models.kind(kind).fact.id, module.text(name)))
                }
                _ => None,
            });
            let is_listed = |known: &&ContextIndex| {
                known.fact.calls.iter().any(|call| Some(call) == path.as_ref() || Some(call) == method.as_ref())
            };
            let Some(context) = self.models.contexts().iter().find(is_listed) else { continue };
            found.extend(closures.map(|id| (id, context.fact.context)));
        }
        found
    }

    fn context_of_path(&self) -> Option<Context> {
        let path = &self.unit.path;
        if classify::is_test_path(path) {
            return Some(Context::Test);
        }
        if classify::is_migration_path(path) || self.goes_up_and_down() {
            return Some(Context::Migration);
        }
        let listed = self.models.context_of_file(path);
        listed.or_else(|| (classify::is_script_path(path) || self.is_program()).then_some(Context::Script))
    }

    /// `export default { up, down }`, `export const up = …; export const down = …`: a step of a migration, whatever runs it.
    fn goes_up_and_down(&self) -> bool {
        let module = &self.unit.module;
        if self.unit.family() != Family::TypeScript {
            return false;
        }
        ["up", "down"].iter().all(|&way| {
            module.exports.iter().any(|export| {
                let value = export.value.or_else(|| self.unit.initializer_of(export.var?));
                export.name.is_some_and(|name| module.text(name) == way)
                    || value.is_some_and(|value| crate::project::classes::entry(self.unit, value, way).is_some())
            })
        })
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
            return Some(if route.is_scheduled(&unit.path) { Context::Background } else { Context::Request });
        }
        let decorators: Vec<String> = function.decorators.iter().filter_map(|&d| unit.path_of_expr(d)).collect();
        let name = unit.module.text(function.name);
        let class = function.class.map(|class| self.project.class(ClassRef { file: unit.file, id: class }));
        let params: Vec<KindId> = function
            .params
            .iter()
            .filter_map(|param| param.ty)
            .flat_map(|ty| self.project.kinds_of_type(unit, ty).0)
            .collect();
        let is_top = function.class.is_none() && function.parent == Some(MODULE_FN);
        let holds = |known: &ContextIndex| {
            let fact = &known.fact;
            fact.decorators.iter().any(|d| decorators.contains(d))
                || class.is_some_and(|class| {
                    fact.bases.iter().any(|base| class.base_paths.contains(base))
                        && (fact.methods.is_empty() || fact.methods.iter().any(|method| method == name))
                })
                || (is_top
                    && unit.libraries.get(known.library as usize).copied().unwrap_or(false)
                    && fact.functions.iter().any(|known| known == name))
                || known.params.iter().any(|kind| params.contains(kind))
        };
        let known = self.models.contexts().iter().filter(|known| holds(known)).map(|known| known.fact.context).max();
        // Django's views take `request` first.
        known.or_else(|| {
            let first = function.params.first()?;
            let first = unit.module.text(unit.module.var(first.var).name);
            matches!(first, "request" | "req").then_some(Context::Request)
        })
    }
}
