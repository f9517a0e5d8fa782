//! Whether a function looks after its own failures, so that whoever calls it has nothing left to report.
//!
//! Knows the functions of the project, in whichever file they stand. Does not know severities.
//! Invariant: a function that could not be resolved reports nothing.

use super::super::Input;
use crate::flow::value::{ClassRef, FnRef};
use crate::ir::visit::{child_exprs, walk_block};
use crate::ir::{BinaryOp, Block, ExprId, ExprKind, FnId, Function, Lit, StmtKind};
use crate::models::lookup::Models;
use crate::models::schema::ReportingLevel;
use crate::project::Unit;

/// The call leads to a function of the project that catches or reports every failure itself.
pub(super) fn reports(input: &Input<'_, '_>, call: ExprId) -> bool {
    let Some(function) = input.facts.calls.get(&call).and_then(|target| target.function) else { return false };
    let behind = behind(input, function);
    !behind.is_empty() && behind.into_iter().all(|function| reports_its_own(input, function))
}

/// The function itself, or what may stand behind the method of an interface.
fn behind(input: &Input<'_, '_>, function: FnRef) -> Vec<FnRef> {
    let module = &input.project.unit(function.file).module;
    let declared = module.function(function.id);
    if !declared.is_abstract {
        return vec![function];
    }
    let Some(id) = declared.class else { return Vec::new() };
    let name = module.text(declared.name);
    let classes = input.project.implementations(ClassRef { file: function.file, id });
    classes.iter().filter_map(|&class| input.project.class(class).methods.get(name).copied()).collect()
}

fn reports_its_own(input: &Input<'_, '_>, function: FnRef) -> bool {
    let unit = input.project.unit(function.file);
    let function = FnRef { id: delegate(unit, function.id).unwrap_or(function.id), ..function };
    let body = &unit.module.function(function.id).body;
    let models = input.project.models_of(function.file);
    if unit.returns_errors() { logs_every_error(unit, models, body) } else { looks_after_all(unit, models, body) }
}

/// `func (s *store) Load(id int) error { return s.load(id, false) }`: the function of the same file that does the work.
fn delegate(unit: &Unit, id: FnId) -> Option<FnId> {
    let module = &unit.module;
    let [only] = module.function(id).body.as_slice() else { return None };
    let StmtKind::Return(Some(value)) = module.stmt(*only).kind else { return None };
    let ExprKind::Call { callee, .. } = module.expr(value).kind else { return None };
    let ExprKind::Member { base, name, .. } = module.expr(callee).kind else { return None };
    let ExprKind::Var(receiver) = module.expr(base).kind else { return None };
    let own = module.function(id);
    let mut others = module.functions.iter();
    let is_same = |other: &Function| other.class == own.class && other.receiver_type == own.receiver_type;
    let at = others.position(|other| other.name == name && is_same(other))?;
    (own.receiver == Some(receiver)).then_some(FnId(at as u32))
}

/// `try { … } catch (e) { log(e) }` around everything that waits or calls, whether the error is raised again or not;
/// `await work().catch(…)` too.
pub(super) fn looks_after_all(unit: &Unit, models: &Models, body: &Block) -> bool {
    let module = &unit.module;
    let mut caught = false;
    for &stmt in body {
        match &module.stmt(stmt).kind {
            StmtKind::Try(t) if !t.handlers.is_empty() => {
                caught = t.handlers.iter().all(|handler| keeps_or_tells(unit, models, &handler.body));
                if !caught {
                    return false;
                }
            }
            StmtKind::Expr(_) | StmtKind::Assign { .. } | StmtKind::Return(_) => {
                let mut awaits = false;
                walk_block(module, &vec![stmt], &mut |_| true, &mut |e| {
                    if let ExprKind::Await(inner) = module.expr(e).kind {
                        let is_caught = catches(unit, inner);
                        caught |= is_caught;
                        awaits |= !is_caught;
                    }
                    !awaits
                });
                if awaits {
                    return false;
                }
            }
            _ => {}
        }
    }
    caught
}

/// A handler that raises nothing, or says first what it raises.
fn keeps_or_tells(unit: &Unit, models: &Models, handler: &Block) -> bool {
    let module = &unit.module;
    let mut raises = false;
    walk_block(
        module,
        handler,
        &mut |stmt| {
            raises |= matches!(module.stmt(stmt).kind, StmtKind::Raise(_));
            !raises
        },
        &mut |_| false,
    );
    !raises || tells(unit, models, handler)
}

/// One of the statements of a block reports.
fn tells(unit: &Unit, models: &Models, block: &Block) -> bool {
    block.iter().any(|&stmt| match unit.module.stmt(stmt).kind {
        StmtKind::Expr(e) => is_report(unit, models, e),
        _ => false,
    })
}

/// `work().catch((error) => …)`
fn catches(unit: &Unit, expr: ExprId) -> bool {
    let module = &unit.module;
    let ExprKind::Call { callee, args, .. } = &module.expr(expr).kind else { return false };
    matches!(module.expr(*callee).kind, ExprKind::Member { name, .. } if module.text(name) == "catch")
        && args.len() == 1
}

/// Go: `if err != nil { log.Error("…", err); return nil, err }`, wherever an error is tested.
fn logs_every_error(unit: &Unit, models: &Models, body: &Block) -> bool {
    let module = &unit.module;
    let mut tested = 0;
    let mut logged = 0;
    walk_block(
        module,
        body,
        &mut |stmt| {
            if let StmtKind::Branch { test, then, .. } = &module.stmt(stmt).kind
                && is_error_test(unit, *test)
            {
                tested += 1;
                logged += usize::from(tells(unit, models, then));
            }
            true
        },
        &mut |_| false,
    );
    tested > 0 && tested == logged
}

/// `err != nil`
fn is_error_test(unit: &Unit, test: ExprId) -> bool {
    let module = &unit.module;
    let ExprKind::Binary { op: BinaryOp::Ne, left, right } = module.expr(test).kind else { return false };
    matches!(module.expr(right).kind, ExprKind::Lit(Lit::Null))
        && matches!(module.expr(left).kind, ExprKind::Var(var) if module.text(module.var(var).name).to_ascii_lowercase().contains("err"))
}

/// `log.Error(ctx, "…", err)`, `logger.With(…).Warn("…")`
fn is_report(unit: &Unit, models: &Models, expr: ExprId) -> bool {
    let module = &unit.module;
    let ExprKind::Call { callee, .. } = module.expr(expr).kind else { return false };
    let ExprKind::Member { base, name, .. } = module.expr(callee).kind else { return false };
    let path = unit.path_of_expr(callee);
    let mut receiver = None;
    match module.expr(base).kind {
        ExprKind::Var(var) => receiver = Some(module.text(module.var(var).name)),
        ExprKind::Name(name) | ExprKind::Member { name, .. } => receiver = Some(module.text(name)),
        _ => child_exprs(module.expr(base), |child| {
            if let ExprKind::Var(var) = module.expr(child).kind {
                receiver = Some(module.text(module.var(var).name));
            }
        }),
    }
    models.reporting(path.as_deref(), receiver, module.text(name)).is_some_and(|level| level > ReportingLevel::Weak)
}
