//! Go: errors that are tested and lost, turned into success, overwritten, or never looked at.
//!
//! Knows error results by models (`error = "write"`) and by the signatures of the project's own functions.

use super::super::Input;
use super::super::severity;
use super::body::{self, Grade};
use super::{Place, Swallow, callees, finding, states_intent};
use crate::findings::{Confidence, Finding, Severity};
use crate::ir::visit::walk_expr;
use crate::ir::{Arg, BinaryOp, Block, ExprId, ExprKind, Lit, MODULE_FN, Stmt, StmtId, StmtKind, TypeKind, VarId};
use crate::models::schema::{Context, Effect, ErrorLoss};
use crate::source::Span;

const RETURN_IT: &str = "Return the error (`return fmt.Errorf(\"…: %w\", err)`), or log it where the failure ends";

pub(super) fn in_block(input: &Input<'_, '_>, place: &Place, block: &Block, findings: &mut Vec<Finding>) {
    for (at, &stmt) in block.iter().enumerate() {
        let kind = &input.unit.module.stmt(stmt).kind;
        match kind {
            StmtKind::Branch { test, then, orelse } => {
                branch(input, place, stmt, *test, then, orelse, &block[..at], &block[at + 1..], findings);
            }
            StmtKind::Expr(e) => statement(input, place, *e, findings),
            StmtKind::Assign { target, value, op: None, .. } => {
                discarded(input, place, stmt, *target, *value, findings);
                overwritten(input, place, stmt, *target, *value, &block[at + 1..], findings);
            }
            StmtKind::Defer(e) | StmtKind::Spawn(e) => recovered(input, place, *e, findings),
            _ => {}
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one branch with its surroundings")]
fn branch(
    input: &Input<'_, '_>,
    place: &Place,
    stmt: StmtId,
    test: ExprId,
    then: &Block,
    orelse: &Block,
    before: &[StmtId],
    after: &[StmtId],
    findings: &mut Vec<Finding>,
) {
    let module = &input.unit.module;
    let Some(err) = body::error_test(input, test) else { return };
    if !orelse.is_empty() || place.in_cleanup {
        return;
    }
    let span = module.stmt(stmt).span;
    let head = Span { start: span.start, end: module.expr(test).span.end };
    let source = assigned_by(input, err, before, span);
    // Closing, probing, parsing: the failure means "no".
    if source.is_some_and(|call| is_harmless(input, call)) {
        return;
    }
    // The function that failed has said so itself.
    let reported = source.is_some_and(|call| callees::reports(input, call));
    let writes =
        source.is_some_and(|call| matches!(loss_of(input, call), Some(ErrorLoss::Write)) || is_write_name(input, call));
    let (grade, _) = body::grade(input, then, Some(err), after);
    let context = input.context(place.function);
    let (severity, what) = match then.as_slice() {
        [] => (if writes { Severity::Major } else { Severity::Minor }, "is tested and then ignored"),
        _ if grade == Grade::Handled && !returns_success(input, place, then, err) => return,
        _ if returns_success(input, place, then, err) => {
            let function = module.text(module.function(place.function).name).to_ascii_lowercase();
            let promises =
                ["save", "create", "update", "delete", "process", "handle", "pay", "send", "insert", "commit", "store"]
                    .iter()
                    .any(|word| function.starts_with(word));
            let logged = grade >= Grade::Logged || mentions_report(input, then);
            let severity = match (logged, promises || writes) {
                (true, true) => Severity::Info,
                (true, false) => Severity::Pedantic,
                (false, true) => Severity::Major,
                (false, false) => Severity::Minor,
            };
            (severity, "becomes a success: the function returns nil")
        }
        [only]
            if matches!(module.stmt(*only).kind, StmtKind::Continue | StmtKind::Break)
                && (reported
                    || matches!(module.stmt(*only).kind, StmtKind::Break)
                        && is_returned_behind(input, place, err, span)
                    || source.is_some_and(|call| asks_for_validity(input, call))
                    || (!writes && succeeds(input, place, after))) =>
        {
            return;
        }
        [only] if matches!(module.stmt(*only).kind, StmtKind::Continue | StmtKind::Break) => {
            (if writes { Severity::Major } else { Severity::Minor }, "skips the element without a trace")
        }
        [only] if matches!(module.stmt(*only).kind, StmtKind::Return(None)) && grade == Grade::Silent => {
            // A function without an error result that gives up quietly.
            (Severity::Info, "ends the function without a trace")
        }
        _ if grade == Grade::Logged && falls_through(input, then) && uses_result(input, err, before, after) => {
            (Severity::Minor, "is only logged, and the result is used as if there were none")
        }
        _ => return,
    };
    if is_looked_at_elsewhere(input, place, err) {
        return;
    }
    let mut severity = match (states_intent(input, span), writes) {
        (true, true) => severity.min(Severity::Info),
        (true, false) => Severity::Pedantic,
        (false, _) => severity,
    };
    if matches!(context, Some(Context::Script | Context::Migration)) {
        severity = severity::lower(severity);
    }
    let call = source.map(|call| input.snippet(module.expr(call).span));
    findings.push(finding(
        input,
        Swallow {
            function: place.function,
            span: head,
            severity,
            confidence: Confidence::High,
            title: format!("Lost error: `{}` {what}", input.snippet(head)),
            evidence: match call {
                Some(call) => format!("the error of `{call}` {what}"),
                None => format!("`{}` {what}", input.snippet(head)),
            },
            recommendation: RETURN_IT,
        },
    ));
}

/// A deferred closure reads the error when the function ends, or the closure looks at one of the function around it.
fn is_looked_at_elsewhere(input: &Input<'_, '_>, place: &Place, err: VarId) -> bool {
    let module = &input.unit.module;
    let declared = module.var(err);
    if declared.owner != place.function {
        return true;
    }
    module.functions.iter().any(|closure| {
        closure.parent == Some(place.function) && {
            let mut reads = false;
            crate::ir::visit::walk_block(module, &closure.body, &mut |_| true, &mut |expr| {
                reads |= matches!(module.expr(expr).kind, ExprKind::Var(var) if var == err);
                !reads
            });
            reads
        }
    })
}

/// `return nil` (or `return x, nil`) from a function whose last result is an error.
fn returns_success(input: &Input<'_, '_>, place: &Place, then: &Block, err: VarId) -> bool {
    let module = &input.unit.module;
    let Some(StmtKind::Return(Some(value))) = then.last().map(|&last| &module.stmt(last).kind) else { return false };
    if then.len() > 1 && body::block_mentions(input, then, err) && !mentions_report(input, then) {
        return false;
    }
    if !last_result_is_error(input, place) {
        return false;
    }
    let last = match &module.expr(*value).kind {
        ExprKind::Seq { items, .. } => match items.last() {
            Some(&last) => {
                // `return fallback(), nil` uses something else instead.
                let fallback = items[..items.len() - 1]
                    .iter()
                    .any(|&item| !body::is_empty_value(input, item) && !is_plain(input, item));
                if fallback {
                    return false;
                }
                last
            }
            None => return false,
        },
        _ => *value,
    };
    matches!(module.expr(last).kind, ExprKind::Lit(Lit::Null))
}

/// One of several is tried after the other until one fits: `for … { if err != nil { continue }; return value, nil }`.
fn succeeds(input: &Input<'_, '_>, place: &Place, after: &[StmtId]) -> bool {
    let module = &input.unit.module;
    let mut found = false;
    crate::ir::visit::walk_block(
        module,
        &after.to_vec(),
        &mut |stmt| {
            if let StmtKind::Return(Some(value)) = module.stmt(stmt).kind {
                let last = match &module.expr(value).kind {
                    ExprKind::Seq { items, .. } => items.last().copied().unwrap_or(value),
                    _ => value,
                };
                found |=
                    !last_result_is_error(input, place) || matches!(module.expr(last).kind, ExprKind::Lit(Lit::Null));
            }
            !found
        },
        &mut |_| false,
    );
    found
}

/// `for … { rows, err = read(path); if err != nil { break } }; return rows, err`: the caller is told after the loop.
fn is_returned_behind(input: &Input<'_, '_>, place: &Place, err: VarId, test: Span) -> bool {
    let module = &input.unit.module;
    let outside = module.var(err).span.start < module.function(place.function).span.start;
    let declared_in_loop =
        input.facts.loops.iter().any(|around| around.span.contains(test) && around.span.contains(module.var(err).span));
    let mut found = false;
    crate::ir::visit::walk_block(
        module,
        &module.function(place.function).body,
        &mut |stmt| {
            if let Stmt { kind: StmtKind::Return(Some(value)), span } = module.stmt(stmt)
                && span.start > test.end
            {
                let values = match &module.expr(*value).kind {
                    ExprKind::Seq { items, .. } => items.as_slice(),
                    _ => std::slice::from_ref(value),
                };
                found |=
                    values.iter().any(|&value| matches!(module.expr(value).kind, ExprKind::Var(var) if var == err));
            }
            !found
        },
        &mut |_| false,
    );
    found && !outside && !declared_in_loop
}

fn is_plain(input: &Input<'_, '_>, expr: ExprId) -> bool {
    matches!(input.unit.module.expr(expr).kind, ExprKind::Var(_) | ExprKind::Lit(_))
}

fn last_result_is_error(input: &Input<'_, '_>, place: &Place) -> bool {
    let module = &input.unit.module;
    let function = module.function(place.function);
    function.returns.last().is_some_and(|&ty| is_error_type(input, ty))
}

fn is_error_type(input: &Input<'_, '_>, ty: crate::ir::TypeId) -> bool {
    let module = &input.unit.module;
    matches!(&module.ty(ty).kind, TypeKind::Named { path, .. } if path.len() == 1 && module.text(path[0]) == "error")
}

fn falls_through(input: &Input<'_, '_>, block: &Block) -> bool {
    block.last().is_none_or(|&last| matches!(input.unit.module.stmt(last).kind, StmtKind::Expr(_)))
}

fn mentions_report(input: &Input<'_, '_>, block: &Block) -> bool {
    let module = &input.unit.module;
    block.iter().any(|&stmt| match module.stmt(stmt).kind {
        StmtKind::Expr(e) => body::grade_call(input, e, None) >= Grade::Logged,
        _ => false,
    })
}

/// The call whose error the variable holds at a place.
fn assigned_by(input: &Input<'_, '_>, err: VarId, before: &[StmtId], span: Span) -> Option<ExprId> {
    let module = &input.unit.module;
    let found = before.iter().rev().find_map(|&stmt| match &module.stmt(stmt).kind {
        StmtKind::Assign { target, value, .. } if body::mentions(input, *target, err) => Some(*value),
        _ => None,
    });
    let value = found.or_else(|| {
        // `if err := f(); err != nil` is a block of its own; the assignment stands right before.
        module.stmts.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Assign { target, value, .. }
                if stmt.span.end <= span.end
                    && stmt.span.start + 4096 > span.start
                    && body::mentions(input, *target, err) =>
            {
                Some(*value)
            }
            _ => None,
        })
    })?;
    body::first_call(input, value)
}

/// The other results of the call that failed are read after the branch, and nobody asks before whether there are any.
fn uses_result(input: &Input<'_, '_>, err: VarId, before: &[StmtId], after: &[StmtId]) -> bool {
    let module = &input.unit.module;
    let mut targets = None;
    for &stmt in before.iter().rev() {
        match &module.stmt(stmt).kind {
            StmtKind::Assign { target, .. } if body::mentions(input, *target, err) => targets = Some(*target),
            // `if bypassed { err = audit() }`: the error may be another call's.
            _ if assigns(input, stmt, err) => return false,
            _ => continue,
        }
        break;
    }
    let Some(targets) = targets else { return false };
    let ExprKind::Seq { items, .. } = &module.expr(targets).kind else { return false };
    items.iter().any(|&item| match module.expr(item).kind {
        // Pointers and structs; a slice or map that is empty is used safely.
        ExprKind::Var(var) if var != err => {
            let asked = after.iter().position(|&stmt| asks_for_nil(input, stmt, &[var, err])).unwrap_or(after.len());
            after[..asked].iter().any(|&stmt| member_read(input, stmt, var))
        }
        _ => false,
    })
}

/// An assignment of the variable inside a statement.
fn assigns(input: &Input<'_, '_>, stmt: StmtId, var: VarId) -> bool {
    let module = &input.unit.module;
    let span = module.stmt(stmt).span;
    module.var(var).writes.iter().any(|&write| span.contains(write))
}

/// `x != nil`, `err == nil` somewhere in a statement.
fn asks_for_nil(input: &Input<'_, '_>, stmt: StmtId, vars: &[VarId]) -> bool {
    let module = &input.unit.module;
    let mut found = false;
    crate::ir::visit::walk_stmt(module, stmt, &mut |_| true, &mut |e| {
        if let ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::Ne, left, right } = module.expr(e).kind {
            found |= matches!(module.expr(left).kind, ExprKind::Var(var) if vars.contains(&var))
                && matches!(module.expr(right).kind, ExprKind::Lit(Lit::Null));
        }
        !found
    });
    found
}

/// `u.Name` somewhere in a statement.
fn member_read(input: &Input<'_, '_>, stmt: StmtId, var: VarId) -> bool {
    let module = &input.unit.module;
    let mut found = false;
    crate::ir::visit::walk_stmt(module, stmt, &mut |_| true, &mut |e| {
        if let ExprKind::Member { base, .. } = module.expr(e).kind {
            found |= matches!(module.expr(base).kind, ExprKind::Var(other) if other == var);
        }
        !found
    });
    found
}

fn loss_of(input: &Input<'_, '_>, call: ExprId) -> Option<ErrorLoss> {
    let model = input.facts.calls.get(&call)?.model?;
    input.models.call(model).error
}

fn is_harmless(input: &Input<'_, '_>, call: ExprId) -> bool {
    let module = &input.unit.module;
    let ExprKind::Call { callee, .. } = module.expr(call).kind else { return false };
    let fails =
        input.facts.calls.get(&call).and_then(|target| target.model).and_then(|model| input.models.call(model).fails);
    loss_of(input, call) == Some(ErrorLoss::Harmless) || fails.is_some() || body::is_cleanup_call(input, callee) || {
        let name = body::callee_name(input, callee).unwrap_or_default();
        let is_name = |word: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        // Parsing and probing: the failure is the answer.
        [
            "Parse",
            "Atoi",
            "Stat",
            "Lookup",
            "Unmarshal",
            "Decode",
            "Abs",
            "Rel",
            "Glob",
            "Cookie",
            "ReadFile",
            "LookPath",
        ]
        .iter()
        .any(|word| is_name(word))
    }
}

/// `if err := item.Validate(); err != nil { continue }`: the error is the answer that the element does not count.
fn asks_for_validity(input: &Input<'_, '_>, call: ExprId) -> bool {
    let ExprKind::Call { callee, .. } = input.unit.module.expr(call).kind else { return false };
    body::callee_name(input, callee).is_some_and(|name| {
        let lower = name.to_ascii_lowercase();
        lower.starts_with("validate") || lower.starts_with("verify")
    })
}

/// `conn.ExecContext(ctx, "ROLLBACK")`
fn rolls_back(input: &Input<'_, '_>, call: ExprId) -> bool {
    let module = &input.unit.module;
    let ExprKind::Call { args, .. } = &module.expr(call).kind else { return false };
    let mut texts = args.iter().filter_map(|arg| module.str_of(arg.value));
    texts.any(|text| text.get(.."rollback".len()).is_some_and(|start| start.eq_ignore_ascii_case("rollback")))
}

/// `db.Exec("PRAGMA busy_timeout=10000;")`, `db.Exec("SET search_path …")`
fn only_sets(input: &Input<'_, '_>, call: ExprId) -> bool {
    let module = &input.unit.module;
    let ExprKind::Call { args, .. } = &module.expr(call).kind else { return false };
    let mut texts = args.iter().filter_map(|arg| module.str_of(arg.value)).map(str::trim_start);
    texts.any(|text| {
        ["pragma ", "set "]
            .iter()
            .any(|word| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
    })
}

/// `io.Copy(io.Discard, resp.Body)`, `io.ReadAll(resp.Body)`: what is read is thrown away, so that a connection can be
/// used again.
fn only_drains(input: &Input<'_, '_>, call: ExprId) -> bool {
    let module = &input.unit.module;
    let ExprKind::Call { args, .. } = &module.expr(call).kind else { return false };
    let discards = |arg: &Arg| body::callee_name(input, arg.value) == Some("Discard");
    let model = input.facts.calls.get(&call).and_then(|target| target.model).map(|model| input.models.call(model));
    let only_gives = model.is_some_and(|call| {
        call.error == Some(ErrorLoss::Send) && call.effect == Effect::Build && call.returns.as_deref() == Some("arg:0")
    });
    only_gives || args.first().is_some_and(discards)
}

fn is_write_name(input: &Input<'_, '_>, call: ExprId) -> bool {
    let ExprKind::Call { callee, .. } = input.unit.module.expr(call).kind else { return false };
    let name = body::callee_name(input, callee).unwrap_or_default().to_ascii_lowercase();
    ["insert", "save", "commit", "charge", "pay"].iter().any(|word| name.starts_with(word))
}

/// A call in statement position whose error result is dropped.
fn statement(input: &Input<'_, '_>, place: &Place, expr: ExprId, findings: &mut Vec<Finding>) {
    let module = &input.unit.module;
    let ExprKind::Call { callee, .. } = module.expr(expr).kind else { return };
    if place.in_cleanup || body::is_cleanup_call(input, callee) || rolls_back(input, expr) {
        return;
    }
    if body::callee_name(input, callee) == Some("recover") {
        push_recover(input, place, module.expr(expr).span, findings);
        return;
    }
    if only_drains(input, expr) {
        return;
    }
    let target = input.facts.calls.get(&expr);
    let loss = loss_of(input, expr);
    let (severity, what) = match loss {
        Some(ErrorLoss::Write | ErrorLoss::Field) if only_sets(input, expr) => {
            (Severity::Minor, "a setting of the store")
        }
        Some(ErrorLoss::Write) => (Severity::Major, "a write to the store"),
        Some(ErrorLoss::Field) => {
            match target.and_then(|target| target.model).map(|model| input.models.call(model).effect) {
                Some(Effect::Write | Effect::WriteBatch) => (Severity::Major, "a write to the store"),
                Some(Effect::ReadOne | Effect::ReadMany) => (Severity::Minor, "a read"),
                _ => return,
            }
        }
        Some(ErrorLoss::Send) => (Severity::Minor, "an operation that can fail"),
        Some(ErrorLoss::Harmless) => return,
        None => {
            let Some(function) = target.and_then(|target| target.function) else { return };
            let unit = input.project.unit(function.file);
            let declared = unit.module.function(function.id);
            let fails = declared.returns.last().is_some_and(|&ty| {
                matches!(&unit.module.ty(ty).kind, TypeKind::Named { path, .. } if path.len() == 1 && unit.module.text(path[0]) == "error")
            });
            if !fails {
                return;
            }
            (Severity::Minor, "a function that returns an error")
        }
    };
    let severity = match input.context(place.function) {
        Some(Context::Script | Context::Migration) => severity::lower(severity),
        _ => severity,
    };
    let span = module.expr(expr).span;
    let explained = super::waives_errors(input, span);
    let severity = if explained && severity < Severity::Major { Severity::Pedantic } else { severity };
    let recommendation = if loss == Some(ErrorLoss::Field) {
        "Check the error that the result holds: `if err := ….Error; err != nil { return err }`"
    } else {
        "Check the error: `if err := …; err != nil { return err }`"
    };
    findings.push(finding(
        input,
        Swallow {
            function: place.function,
            span,
            severity,
            confidence: Confidence::High,
            title: format!("Lost error: nobody looks at the result of `{}`", input.snippet(module.expr(callee).span)),
            evidence: format!("`{}` is {what}, and its error is dropped", input.snippet(span)),
            recommendation,
        },
    ));
}

/// `_ = tx.Commit()`, `_, _ = db.Exec(…)`: explicit, so only writes count.
fn discarded(
    input: &Input<'_, '_>,
    place: &Place,
    stmt: StmtId,
    target: ExprId,
    value: ExprId,
    findings: &mut Vec<Finding>,
) {
    let module = &input.unit.module;
    let ExprKind::Call { callee, .. } = module.expr(value).kind else { return };
    if body::callee_name(input, callee) == Some("recover") && is_blank(input, target) {
        push_recover(input, place, module.stmt(stmt).span, findings);
        return;
    }
    let last_blank = match &module.expr(target).kind {
        ExprKind::Seq { items, .. } => items.last().is_some_and(|&last| is_blank(input, last)),
        _ => is_blank(input, target),
    };
    if !last_blank
        || place.in_cleanup
        || body::is_cleanup_call(input, callee)
        || rolls_back(input, value)
        || loss_of(input, value) != Some(ErrorLoss::Write)
    {
        return;
    }
    let span = module.stmt(stmt).span;
    let severity = if states_intent(input, span) { Severity::Info } else { Severity::Minor };
    findings.push(finding(
        input,
        Swallow {
            function: place.function,
            span,
            severity,
            confidence: Confidence::High,
            title: format!("Lost error: the failure of `{}` is discarded", input.snippet(module.expr(callee).span)),
            evidence: format!("`{}` writes to the store and its error is assigned to `_`", input.snippet(span)),
            recommendation: RETURN_IT,
        },
    ));
}

fn is_blank(input: &Input<'_, '_>, expr: ExprId) -> bool {
    let module = &input.unit.module;
    match module.expr(expr).kind {
        ExprKind::Name(name) => module.text(name) == "_",
        ExprKind::Var(var) => module.text(module.var(var).name) == "_",
        _ => false,
    }
}

/// `err = a(); err = b()`: the first error is gone before anybody reads it.
fn overwritten(
    input: &Input<'_, '_>,
    place: &Place,
    stmt: StmtId,
    target: ExprId,
    value: ExprId,
    after: &[StmtId],
    findings: &mut Vec<Finding>,
) {
    let module = &input.unit.module;
    if !matches!(module.expr(value).kind, ExprKind::Call { .. }) {
        return;
    }
    let err = match &module.expr(target).kind {
        ExprKind::Var(var) => *var,
        ExprKind::Seq { items, .. } => match items.last().map(|&last| &module.expr(last).kind) {
            Some(ExprKind::Var(var)) => *var,
            _ => return,
        },
        _ => return,
    };
    if !module.text(module.var(err).name).to_ascii_lowercase().contains("err") {
        return;
    }
    let Some(&next) = after.first() else { return };
    let StmtKind::Assign { target: next_target, value: next_value, op: None, .. } = &module.stmt(next).kind else {
        return;
    };
    let writes_again = match &module.expr(*next_target).kind {
        ExprKind::Var(var) => *var == err,
        ExprKind::Seq { items, .. } => {
            items.iter().any(|&item| matches!(module.expr(item).kind, ExprKind::Var(var) if var == err))
        }
        _ => false,
    };
    let mut read = false;
    walk_expr(module, *next_value, &mut |e| {
        read |= matches!(module.expr(e).kind, ExprKind::Var(var) if var == err);
        !read
    });
    if !writes_again || read {
        return;
    }
    let span = module.stmt(stmt).span;
    let severity = if is_write_name(input, value) || loss_of(input, value) == Some(ErrorLoss::Write) {
        Severity::Major
    } else {
        Severity::Minor
    };
    findings.push(finding(
        input,
        Swallow {
            function: place.function,
            span,
            severity,
            confidence: Confidence::High,
            title: "Lost error: it is overwritten before anybody reads it".to_owned(),
            evidence: format!("the error of `{}` is replaced by the next assignment", input.snippet(span)),
            recommendation: "Check the error before the next call",
        },
    ));
}

/// `defer func() { recover() }()`, `if r := recover(); r != nil {}`.
fn recovered(input: &Input<'_, '_>, place: &Place, expr: ExprId, findings: &mut Vec<Finding>) {
    let module = &input.unit.module;
    let ExprKind::Call { callee, .. } = module.expr(expr).kind else { return };
    let ExprKind::Closure(function) = module.expr(callee).kind else { return };
    let body_of = &module.function(function).body;
    let [only] = body_of.as_slice() else { return };
    let StmtKind::Block(inner) = &module.stmt(*only).kind else { return };
    let [first, StmtId(_)] = inner.as_slice() else { return };
    let StmtKind::Assign { value, .. } = module.stmt(*first).kind else { return };
    let ExprKind::Call { callee, .. } = module.expr(value).kind else { return };
    if body::callee_name(input, callee) != Some("recover") {
        return;
    }
    if let StmtKind::Branch { then, orelse, .. } = &module.stmt(inner[1]).kind
        && then.is_empty()
        && orelse.is_empty()
    {
        push_recover(input, place, module.stmt(inner[1]).span, findings);
    }
}

/// The comment above the function says what becomes of a panic.
fn is_explained(input: &Input<'_, '_>, place: &Place) -> bool {
    let module = &input.unit.module;
    let mut function = module.function(place.function);
    while let Some(parent) = function.parent.filter(|&parent| parent != MODULE_FN) {
        function = module.function(parent);
    }
    module.comments_above(&input.unit.bytes, function.span).any(|comment| {
        let text = input.unit.snippet(comment).to_ascii_lowercase();
        text.contains("panic") || text.contains("recover")
    })
}

fn push_recover(input: &Input<'_, '_>, place: &Place, span: Span, findings: &mut Vec<Finding>) {
    if is_explained(input, place) {
        return;
    }
    let severity = if states_intent(input, span) { Severity::Info } else { Severity::Minor };
    findings.push(finding(
        input,
        Swallow {
            function: place.function,
            span,
            severity,
            confidence: Confidence::High,
            title: "Lost panic: `recover()` drops it without a trace".to_owned(),
            evidence: format!("`{}` ends a panic and nothing says that it happened", input.snippet(span)),
            recommendation: "Log what was recovered with its stack, and panic again or answer with an error",
        },
    ));
}
