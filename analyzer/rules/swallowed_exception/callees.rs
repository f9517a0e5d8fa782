//! Whether a function looks after its own failures, so that whoever calls it has nothing left to report.
//!
//! Knows the functions of the project, in whichever file they stand. Does not know severities.
//! Invariant: a function that could not be resolved reports nothing.

use super::super::Input;
use crate::ir::visit::{child_exprs, walk_block};
use crate::ir::{BinaryOp, Block, ExprId, ExprKind, Lit, StmtKind};
use crate::models::lookup::Models;
use crate::models::schema::ReportingLevel;
use crate::project::Unit;

/// The call leads to a function of the project that catches or reports every failure itself.
pub(super) fn reports(input: &Input<'_, '_>, call: ExprId) -> bool {
    let Some(function) = input.facts.calls.get(&call).and_then(|target| target.function) else { return false };
    let unit = input.project.unit(function.file);
    let body = &unit.module.function(function.id).body;
    if unit.returns_errors() {
        logs_every_error(unit, input.project.models_of(function.file), body)
    } else {
        catches_all(unit, body)
    }
}

/// `try { … } catch (e) { log(e) }` around everything that waits or calls.
pub(super) fn catches_all(unit: &Unit, body: &Block) -> bool {
    let module = &unit.module;
    let mut caught = false;
    for &stmt in body {
        match &module.stmt(stmt).kind {
            StmtKind::Try(t) if !t.handlers.is_empty() => {
                caught = t.handlers.iter().all(|handler| {
                    let mut raises = false;
                    walk_block(
                        module,
                        &handler.body,
                        &mut |stmt| {
                            raises |= matches!(module.stmt(stmt).kind, StmtKind::Raise(_));
                            !raises
                        },
                        &mut |_| false,
                    );
                    !raises
                });
                if !caught {
                    return false;
                }
            }
            StmtKind::Expr(_) | StmtKind::Assign { .. } | StmtKind::Return(_) => {
                let mut awaits = false;
                walk_block(module, &vec![stmt], &mut |_| true, &mut |e| {
                    awaits |= matches!(module.expr(e).kind, ExprKind::Await(_));
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
                logged += usize::from(then.iter().any(|&stmt| match module.stmt(stmt).kind {
                    StmtKind::Expr(e) => is_report(unit, models, e),
                    _ => false,
                }));
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
