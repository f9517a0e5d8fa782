//! Promise handlers and callbacks that drop the failure: `.catch(() => {})`, `.then(done, () => undefined)`,
//! `fs.readFile(p, (err, data) => …)` without a look at `err`.

use super::super::Input;
use super::body::{self, Grade};
use super::{Place, Swallow, callees, finding, is_cleanup_name, states_intent};
use crate::findings::{Confidence, Finding, Severity};
use crate::ir::{BinaryOp, ExprId, ExprKind, FnId, StmtKind, VarId};
use crate::models::schema::ReportingLevel;
use crate::source::Span;
use rustc_hash::FxHashSet as HashSet;

pub(super) fn find(input: &Input<'_, '_>, findings: &mut Vec<Finding>) {
    if !input.unit.has_promises() {
        return;
    }
    let module = &input.unit.module;
    let replaced = replaced(input);
    for (at, expr) in module.exprs.iter().enumerate() {
        let ExprKind::Call { callee, args, .. } = &expr.kind else { continue };
        let id = ExprId(at as u32);
        let handler = match &module.expr(*callee).kind {
            ExprKind::Member { base, name, name_span, .. } => match (module.text(*name), args.as_slice()) {
                ("catch", [handler]) if !is_builder(input, *callee) => {
                    Some((handler.value, Span { start: name_span.start, end: expr.span.end }, Some(*base)))
                }
                ("then", [_, handler]) => {
                    Some((handler.value, Span { start: name_span.start, end: expr.span.end }, Some(*base)))
                }
                _ => None,
            },
            _ => None,
        };
        if let Some((handler, span, base)) = handler {
            check_promise(input, handler, span, base, replaced.contains(&id), findings);
            continue;
        }
        if let Some(model) = input.facts.calls.get(&id).and_then(|target| target.model) {
            let fact = input.models.call(model);
            for callback in &fact.callback {
                if callback.params.first().is_some_and(|role| role == "error") {
                    let found = match (callback.last, callback.arg) {
                        (Some(last), _) => args.len().checked_sub(last + 1).and_then(|at| args.get(at)),
                        (None, Some(at)) => args.get(at),
                        (None, None) => None,
                    };
                    if let Some(arg) = found
                        && let ExprKind::Closure(function) = module.expr(arg.value).kind
                    {
                        if gives_nothing(input, function, &fact.nothing) {
                            push_callback(
                                input,
                                expr.span,
                                function,
                                "the stream ends as if it were complete",
                                findings,
                            );
                        } else {
                            check_callback(input, expr.span, function, callback.params.len(), findings);
                        }
                    }
                }
            }
        }
    }
}

/// `z.string().optional().catch(() => undefined)`: a method of a value that is built, and no promise's.
fn is_builder(input: &Input<'_, '_>, callee: ExprId) -> bool {
    let model = input.unit.path_of_expr(callee).and_then(|path| input.models.function(&path, 1));
    model.is_some_and(|model| input.models.call(model).returns.as_deref() == Some("self"))
}

/// Calls whose missing result something else stands in for: `(await cache.get(k).catch(() => undefined)) || other`.
fn replaced(input: &Input<'_, '_>) -> HashSet<ExprId> {
    let module = &input.unit.module;
    let lefts = module.exprs.iter().filter_map(|expr| match expr.kind {
        ExprKind::Binary { op: BinaryOp::Or | BinaryOp::Nullish, left, .. } => Some(left),
        _ => None,
    });
    lefts
        .map(|left| match module.expr(left).kind {
            ExprKind::Await(inner) | ExprKind::Cast { value: inner, .. } => inner,
            _ => left,
        })
        .collect()
}

fn enclosing(input: &Input<'_, '_>, span: Span) -> Place {
    let module = &input.unit.module;
    let inner = module
        .functions
        .iter()
        .enumerate()
        .filter(|(_, function)| function.span.contains(span))
        .min_by_key(|(_, function)| function.span.end - function.span.start)
        .map_or(0, |(at, _)| at);
    let mut at = Some(FnId(inner as u32));
    let mut in_cleanup = false;
    while let Some(id) = at {
        in_cleanup |= is_cleanup_name(module.text(module.function(id).name));
        at = module.function(id).parent;
    }
    in_cleanup |= module.stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Try(t) => t.finally_span.is_some_and(|finally| finally.contains(span)),
        _ => false,
    });
    Place { function: FnId(inner as u32), in_cleanup, tells_failure: false }
}

/// The grade of a promise's failure handler, and whether it gives a value in place of the result.
fn grade_handler(input: &Input<'_, '_>, handler: ExprId) -> Option<(Grade, bool)> {
    let module = &input.unit.module;
    match &module.expr(handler).kind {
        ExprKind::Closure(function) => {
            let function = module.function(*function);
            let caught = function.params.first().map(|param| param.var);
            let (grade, _) = body::grade(input, &function.body, caught, &[]);
            let gives_value = function.body.iter().any(|&stmt| match module.stmt(stmt).kind {
                StmtKind::Return(Some(value)) => !is_nothing(input, value),
                _ => false,
            });
            // `e => log.error(e)` returns the call's result; the call is what counts.
            let grade = match function.body.as_slice() {
                [only] => match module.stmt(*only).kind {
                    StmtKind::Return(Some(value)) if matches!(module.expr(value).kind, ExprKind::Call { .. }) => {
                        body::grade_call(input, value, caught)
                    }
                    _ => grade,
                },
                _ => grade,
            };
            Some((grade, gives_value))
        }
        ExprKind::Var(_) | ExprKind::Name(_) | ExprKind::Member { .. } => {
            let name = body::callee_name(input, handler)?;
            matches!(name, "noop" | "noOp" | "NOOP" | "emptyFunction").then_some((Grade::Silent, false))
        }
        _ => None,
    }
}

fn is_nothing(input: &Input<'_, '_>, value: ExprId) -> bool {
    let module = &input.unit.module;
    match &module.expr(value).kind {
        ExprKind::Name(name) => module.text(*name) == "undefined",
        ExprKind::Lit(crate::ir::Lit::Null) => input.snippet(module.expr(value).span) == "undefined",
        _ => false,
    }
}

fn check_promise(
    input: &Input<'_, '_>,
    handler: ExprId,
    span: Span,
    base: Option<ExprId>,
    is_replaced: bool,
    findings: &mut Vec<Finding>,
) {
    let module = &input.unit.module;
    let Some((grade, gives_value)) = grade_handler(input, handler) else { return };
    if grade != Grade::Silent {
        return;
    }
    let place = enclosing(input, span);
    if place.in_cleanup {
        return;
    }
    // `conn.close().catch(() => {})`, `fs.unlink(p).catch(() => {})`.
    if let Some(base) = base
        && let ExprKind::Call { callee, .. } = &module.expr(base).kind
    {
        let soft = input
            .facts
            .calls
            .get(&base)
            .and_then(|target| target.model)
            .and_then(|model| input.models.call(model).fails);
        // A body that is no JSON is an answer too: `await res.json().catch(() => ({}))`.
        let reads_body =
            matches!(body::callee_name(input, *callee), Some("json" | "text" | "formData" | "arrayBuffer"));
        if body::is_cleanup_call(input, *callee) || soft.is_some() || reads_body {
            return;
        }
    }
    if base.is_some_and(|base| is_awaited_elsewhere(input, base) || callees::reports(input, base)) {
        return;
    }
    let explained = base.is_some_and(|base| is_explained_above(input, module.expr(base).span));
    // A default in place of the result (`.catch(() => null)`) is used by the caller.
    let settled = states_intent(input, span) || explained || gives_value || is_replaced;
    let severity = if settled { Severity::Pedantic } else { Severity::Minor };
    findings.push(finding(
        input,
        Swallow {
            function: place.function,
            span,
            severity,
            confidence: Confidence::High,
            title: "Swallowed error: the promise's failure is dropped".to_owned(),
            evidence: format!("`{}` ends the failure of `{}` without a trace", input.snippet(span), base.map(|base| input.snippet(module.expr(base).span)).unwrap_or_default()),
            recommendation: "Log the error with its stack and rethrow it, or handle the failures that you expect by their type",
        },
    ));
}

/// `const work = run(); work.catch(() => {}); await Promise.race([work, deadline])`: only the warning about a rejection
/// that nobody handles is given up; whoever waits for it later sees the failure.
fn is_awaited_elsewhere(input: &Input<'_, '_>, base: ExprId) -> bool {
    let module = &input.unit.module;
    let ExprKind::Var(promise) = module.expr(base).kind else { return false };
    let own = module.expr(base).span;
    let writes = &module.var(promise).writes;
    module.exprs.iter().any(|expr| {
        matches!(expr.kind, ExprKind::Var(var) if var == promise) && expr.span != own && !writes.contains(&expr.span)
    })
}

/// The comment above the line speaks of the failure.
fn is_explained_above(input: &Input<'_, '_>, base: Span) -> bool {
    super::waives_errors(input, base.with_line_start(&input.unit.bytes))
}

/// `() => EMPTY`
fn gives_nothing(input: &Input<'_, '_>, function: FnId, nothing: &[String]) -> bool {
    let module = &input.unit.module;
    let [only] = module.function(function).body.as_slice() else { return false };
    let StmtKind::Return(Some(value)) = module.stmt(*only).kind else { return false };
    input.unit.path_of_expr(value).is_some_and(|path| nothing.contains(&path))
}

fn check_callback(input: &Input<'_, '_>, call: Span, function: FnId, roles: usize, findings: &mut Vec<Finding>) {
    let module = &input.unit.module;
    let closure = module.function(function);
    let Some(first) = closure.params.first() else {
        // `process.on("unhandledRejection", () => {})`
        if roles == 1 && closure.body.is_empty() {
            push_callback(input, call, function, "its failure is dropped", findings);
        }
        return;
    };
    let var: VarId = first.var;
    if body::block_mentions(input, &closure.body, var) || closure_mentions(input, function, var) {
        return;
    }
    if closure.body.is_empty() && roles > 1 {
        return;
    }
    // `process.on("uncaughtException", () => { shutDown(); process.exit(1) })`
    let ends = closure.body.iter().any(|&stmt| match module.stmt(stmt).kind {
        StmtKind::Raise(_) => true,
        StmtKind::Expr(call) => body::reporting_of(input, call) == Some(ReportingLevel::Raise),
        _ => false,
    });
    if ends {
        return;
    }
    push_callback(input, call, function, "its error argument is never read", findings);
}

fn closure_mentions(input: &Input<'_, '_>, function: FnId, var: VarId) -> bool {
    let span = input.unit.module.function(function).span;
    input
        .unit
        .module
        .exprs
        .iter()
        .any(|expr| matches!(expr.kind, ExprKind::Var(other) if other == var) && span.contains(expr.span))
}

fn push_callback(input: &Input<'_, '_>, call: Span, function: FnId, why: &str, findings: &mut Vec<Finding>) {
    let place = enclosing(input, call);
    let closure = input.unit.module.function(function);
    let head = if closure.params.is_empty() { closure.span } else { closure.head };
    if place.in_cleanup || states_intent(input, input.unit.module.function(function).span) {
        return;
    }
    findings.push(finding(
        input,
        Swallow {
            function: place.function,
            span: head,
            severity: Severity::Minor,
            confidence: Confidence::High,
            title: format!("Swallowed error: {why}"),
            evidence: format!("`{}` goes on as if the operation had succeeded", input.snippet(head)),
            recommendation: "Check the error first: log it and answer with a failure, or throw it",
        },
    ));
}
