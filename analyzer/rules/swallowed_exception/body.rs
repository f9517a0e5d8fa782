//! What a handler's body does with the failure, and what the guarded code does.
//!
//! Knows statements and the targets of calls. Does not know severities.
//! Invariant: anything that could make the failure observable counts as handling it; only what cannot is a loss.

use super::super::Input;
use super::statements;
use crate::ir::visit::{child_exprs, walk_block, walk_expr};
use crate::ir::{Arg, BinaryOp, Block, ExprId, ExprKind, Lit, StmtId, StmtKind, VarId};
use crate::models::schema::{Effect, ExceptionMeaning, ReportingLevel};

/// What becomes of the failure, from lost to handled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Grade {
    Silent,
    /// `print`, debug logging, a variable that nobody reads.
    Weak,
    Logged,
    Handled,
}

/// How the body of a handler ends, for the message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    Nothing,
    Skips,
    Default,
}

/// The grade of a handler's body.
pub(super) fn grade(input: &Input<'_, '_>, block: &Block, caught: Option<VarId>, after: &[StmtId]) -> (Grade, Ending) {
    let mut worst = Grade::Silent;
    let mut ending = Ending::Nothing;
    for stmt in statements(input, block) {
        let grade = grade_statement(input, stmt, caught, after, &mut ending);
        worst = worst.max(grade);
    }
    (worst, ending)
}

fn grade_statement(
    input: &Input<'_, '_>,
    stmt: StmtId,
    caught: Option<VarId>,
    after: &[StmtId],
    ending: &mut Ending,
) -> Grade {
    let module = &input.unit.module;
    match &module.stmt(stmt).kind {
        StmtKind::Raise(_) => Grade::Handled,
        StmtKind::Break | StmtKind::Continue => {
            *ending = Ending::Skips;
            Grade::Silent
        }
        StmtKind::Return(None) => Grade::Silent,
        StmtKind::Return(Some(value)) => {
            if is_empty_value(input, *value) {
                *ending = Ending::Default;
                Grade::Silent
            } else {
                Grade::Handled
            }
        }
        StmtKind::Expr(e) => grade_call(input, *e, caught),
        StmtKind::Assign { target, value, .. } => {
            if caught.is_some_and(|caught| mentions(input, *value, caught)) {
                return match module.expr(*target).kind {
                    // `err = e` that nobody reads afterwards.
                    ExprKind::Var(var) if !read_in(input, after, var) => Grade::Weak,
                    _ => Grade::Handled,
                };
            }
            match &module.expr(*target).kind {
                // `x = DEFAULT`, read later; state on an object.
                ExprKind::Var(var) if !read_in(input, after, *var) && !is_read_elsewhere(input, *var, stmt) => {
                    Grade::Weak
                }
                _ => Grade::Handled,
            }
        }
        StmtKind::Branch { test, then, orelse } => {
            // Looking at the failure before deciding is handling it.
            if caught.is_some_and(|caught| mentions(input, *test, caught)) {
                return Grade::Handled;
            }
            let (a, _) = grade(input, then, caught, after);
            let (b, _) = grade(input, orelse, caught, after);
            a.max(b)
        }
        StmtKind::Block(inner) => grade(input, inner, caught, after).0,
        StmtKind::Try(t) => {
            let (inner, _) = grade(input, &t.body, caught, after);
            inner
        }
        StmtKind::With { body, .. } => grade(input, body, caught, after).0,
        StmtKind::Loop(_) | StmtKind::Switch { .. } | StmtKind::Delete(_) | StmtKind::Defer(_) | StmtKind::Spawn(_) => {
            Grade::Handled
        }
        StmtKind::Define(_) | StmtKind::DefineClass(_) => Grade::Silent,
    }
}

/// The grade of a call that stands as a statement in a handler, or is a promise's handler itself.
pub(super) fn grade_call(input: &Input<'_, '_>, expr: ExprId, caught: Option<VarId>) -> Grade {
    let module = &input.unit.module;
    match &module.expr(expr).kind {
        ExprKind::Await(inner) | ExprKind::Cast { value: inner, .. } => grade_call(input, *inner, caught),
        ExprKind::Unary { operand, .. } => grade_call(input, *operand, caught),
        // `yield put(failed(id, error))`: whoever runs the generator carries it out.
        ExprKind::Yield(Some(inner)) => grade_call(input, *inner, caught),
        ExprKind::Lit(_) => Grade::Silent,
        ExprKind::Call { callee, args, .. } => {
            let reported = reporting_of(input, expr);
            match reported {
                Some(ReportingLevel::Weak) => return Grade::Weak,
                Some(ReportingLevel::Log) => return Grade::Logged,
                Some(ReportingLevel::Track | ReportingLevel::Answer | ReportingLevel::Raise) => return Grade::Handled,
                None => {}
            }
            if is_cleanup_call(input, *callee)
                && !args.iter().any(|arg| caught.is_some_and(|c| mentions(input, arg.value, c)))
            {
                return Grade::Silent;
            }
            let name = callee_name(input, *callee).unwrap_or_default().to_ascii_lowercase();
            if args.iter().any(|arg: &Arg| caught.is_some_and(|c| mentions(input, arg.value, c))) {
                // The failure is handed on: to a reporter of the project, a callback, a list of errors.
                return Grade::Handled;
            }
            if name.contains("log") || name.contains("print") || name.contains("warn") {
                Grade::Logged
            } else {
                Grade::Handled
            }
        }
        _ => Grade::Silent,
    }
}

/// How strongly a call makes the failure observable, by models.
pub(super) fn reporting_of(input: &Input<'_, '_>, call: ExprId) -> Option<ReportingLevel> {
    let module = &input.unit.module;
    let ExprKind::Call { callee, .. } = &module.expr(call).kind else { return None };
    let path = input
        .facts
        .calls
        .get(&call)
        .and_then(|target| target.path.as_deref().map(str::to_owned))
        .or_else(|| input.unit.path_of_expr(*callee));
    let (receiver, name) = match &module.expr(*callee).kind {
        ExprKind::Member { base, name, .. } => (callee_name(input, *base), module.text(*name)),
        _ => (None, callee_name(input, *callee).unwrap_or_default()),
    };
    let level = input.models.reporting(path.as_deref(), receiver, name);
    // `log.Fatal().Err(err).Msg("…")`: the first link says what the last one does.
    if level == Some(ReportingLevel::Log) && links(input, *callee).any(|name| raises(input, name)) {
        return Some(ReportingLevel::Raise);
    }
    level
}

/// The names of the calls that a chain goes on from, and of their receivers.
fn links<'a>(input: &'a Input<'_, '_>, callee: ExprId) -> impl Iterator<Item = (&'a str, &'a str)> {
    let module = &input.unit.module;
    let mut callee = callee;
    std::iter::from_fn(move || {
        let ExprKind::Member { base, .. } = module.expr(callee).kind else { return None };
        let ExprKind::Call { callee: inner, .. } = module.expr(base).kind else { return None };
        callee = inner;
        let ExprKind::Member { base, name, .. } = module.expr(inner).kind else { return None };
        Some((callee_name(input, base).unwrap_or_default(), module.text(name)))
    })
}

fn raises(input: &Input<'_, '_>, (receiver, name): (&str, &str)) -> bool {
    input.models.reporting(None, Some(receiver), name) == Some(ReportingLevel::Raise)
}

/// Last name segment of a callee or receiver; a call's is its callee's.
pub(super) fn callee_name<'a>(input: &'a Input<'_, '_>, expr: ExprId) -> Option<&'a str> {
    let module = &input.unit.module;
    match &module.expr(expr).kind {
        ExprKind::Call { callee, .. } => callee_name(input, *callee),
        ExprKind::Await(inner) | ExprKind::Cast { value: inner, .. } => callee_name(input, *inner),
        _ => module.last_name(expr),
    }
}

pub(super) fn is_cleanup_call(input: &Input<'_, '_>, callee: ExprId) -> bool {
    let name = callee_name(input, callee).unwrap_or_default().to_ascii_lowercase();
    matches!(
        name.as_str(),
        "close"
            | "rollback"
            | "unlink"
            | "terminate"
            | "cancel"
            | "release"
            | "end"
            | "destroy"
            | "disconnect"
            | "kill"
            | "remove"
            | "rmtree"
            | "aclose"
            | "dispose"
            | "quit"
            | "shutdown"
            | "abort"
            | "stop"
            | "rm"
            | "unsubscribe"
            | "rollbacktransaction"
            | "removeall"
            | "cleanup"
            | "pass"
            | "closeall"
            | "wait_closed"
            | "clearinterval"
            | "cleartimeout"
            | "unref"
            | "join"
    )
}

/// A value that says nothing: `None`, `False`, `""`, `[]`, `{}`, `undefined`, `0`.
pub(super) fn is_empty_value(input: &Input<'_, '_>, value: ExprId) -> bool {
    let module = &input.unit.module;
    match &module.expr(value).kind {
        ExprKind::Lit(Lit::Null | Lit::Bool(_)) => true,
        ExprKind::Lit(Lit::Str(text)) => module.text(*text).is_empty(),
        ExprKind::Lit(Lit::Int(digits)) => module.text(*digits) == "0",
        ExprKind::Seq { items, .. } => items.iter().all(|&item| is_empty_value(input, item)),
        ExprKind::Record { entries, .. } => entries.is_empty(),
        ExprKind::Name(name) => module.text(*name) == "undefined",
        ExprKind::Unary { operand, .. } => is_empty_value(input, *operand),
        ExprKind::Cast { value, .. } => is_empty_value(input, *value),
        _ => false,
    }
}

pub(super) fn mentions(input: &Input<'_, '_>, expr: ExprId, var: VarId) -> bool {
    let module = &input.unit.module;
    let mut found = false;
    walk_expr(module, expr, &mut |e| {
        found |= matches!(module.expr(e).kind, ExprKind::Var(other) if other == var);
        // A closure that reads it keeps it.
        if let ExprKind::Closure(function) = module.expr(e).kind {
            found |= block_mentions(input, &module.function(function).body, var);
        }
        !found
    });
    found
}

pub(super) fn block_mentions(input: &Input<'_, '_>, block: &Block, var: VarId) -> bool {
    let module = &input.unit.module;
    let mut found = false;
    walk_block(module, block, &mut |_| true, &mut |e| {
        found |= matches!(module.expr(e).kind, ExprKind::Var(other) if other == var);
        !found
    });
    found
}

fn read_in(input: &Input<'_, '_>, stmts: &[StmtId], var: VarId) -> bool {
    block_mentions(input, &stmts.to_vec(), var)
}

/// A loop, a function around, or an earlier place that runs again may read it.
fn is_read_elsewhere(input: &Input<'_, '_>, var: VarId, own: StmtId) -> bool {
    let module = &input.unit.module;
    let own = module.stmt(own).span;
    module.exprs.iter().any(|expr| {
        matches!(expr.kind, ExprKind::Var(other) if other == var)
            && !own.contains(expr.span)
            && !module.var(var).writes.contains(&expr.span)
    })
}

/// What the guarded code does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Guarded {
    /// Writes, sends, commits, pays.
    pub effect: bool,
    /// Only imports, or only code that cleans up.
    pub probe: bool,
    pub awaits: bool,
    /// Something in it fails in a harmless way that the caller expects: parsing, looking up, a missing file.
    pub fails_softly: bool,
    /// All that it awaits is a request's or response's body.
    pub reads_body_only: bool,
    /// All that it awaits fails in a harmless way: `await fs.access(p)`.
    pub awaits_softly: bool,
    /// All that it awaits never fails: `await Promise.allSettled(work)`.
    pub settles: bool,
}

pub(super) fn guarded(input: &Input<'_, '_>, block: &Block) -> Guarded {
    let module = &input.unit.module;
    let mut found = Guarded::default();
    let mut calls = 0;
    let mut cleanups = 0;
    let mut soft = 0;
    let mut awaited = 0;
    let mut bodies = 0;
    let mut soft_awaited = 0;
    let mut settled = 0;
    let mut awaited_spans = Vec::new();
    walk_block(module, block, &mut |_| true, &mut |e| {
        match &module.expr(e).kind {
            ExprKind::Await(inner) => {
                found.awaits = true;
                awaited_spans.push(module.expr(*inner).span);
                awaited += 1;
                soft_awaited += usize::from(fails_softly(input, *inner));
                if let ExprKind::Call { callee, .. } = module.expr(*inner).kind {
                    bodies += usize::from(matches!(callee_name(input, callee), Some("json" | "text" | "formData")));
                    settled += usize::from(callee_name(input, callee) == Some("allSettled"));
                }
            }
            ExprKind::Call { callee, .. } => {
                calls += 1;
                // `params.delete(key)`, `seen.delete(id)`: what nobody waits for happens in memory.
                let in_memory = input.unit.has_promises()
                    && callee_name(input, *callee) == Some("delete")
                    && !awaited_spans.iter().any(|span| span.contains(module.expr(e).span));
                cleanups += usize::from(is_cleanup_call(input, *callee));
                soft += usize::from(fails_softly(input, e));
                found.effect |= !in_memory && is_effect(input, e, *callee);
            }
            _ => {}
        }
        true
    });
    let imports = !block.is_empty()
        && block.iter().all(|&stmt| {
            let span = module.stmt(stmt).span;
            module.imports.iter().any(|import| span.contains(import.span) || import.span.contains(span))
        });
    let only_imports =
        module.imports.iter().any(|import| block.iter().any(|&s| module.stmt(s).span.contains(import.span)));
    found.probe = (imports || only_imports || (calls > 0 && calls == cleanups)) && !found.effect;
    found.fails_softly = soft > 0;
    found.reads_body_only = awaited > 0 && awaited == bodies;
    found.awaits_softly = awaited > 0 && awaited == soft_awaited;
    found.settles = awaited > 0 && awaited == settled && block.len() == settled;
    found
}

/// Something in the statements is waited for.
pub(super) fn awaits(input: &Input<'_, '_>, stmts: &[StmtId]) -> bool {
    let module = &input.unit.module;
    let mut found = false;
    walk_block(module, &stmts.to_vec(), &mut |_| true, &mut |e| {
        found |= matches!(module.expr(e).kind, ExprKind::Await(_));
        !found
    });
    found
}

/// A call that writes, by its model, or by a name of its own.
pub(super) fn is_effect(input: &Input<'_, '_>, call: ExprId, callee: ExprId) -> bool {
    if let Some(model) = input.facts.calls.get(&call).and_then(|target| target.model) {
        let fact = input.models.call(model);
        if matches!(fact.effect, Effect::Write | Effect::WriteBatch) {
            return true;
        }
        if fact.effect == Effect::Transaction {
            return !is_cleanup_call(input, callee);
        }
        // `requests.post`, `axios.delete`: something elsewhere changes.
        if fact.effect == Effect::Remote {
            return matches!(callee_name(input, callee), Some("post" | "put" | "patch" | "delete"));
        }
    }
    let module = &input.unit.module;
    let Some(name) = module.last_name(callee) else { return false };
    let lower = name.to_ascii_lowercase();
    let word = |wanted: &str| {
        lower == wanted
            || lower.starts_with(&format!("{wanted}_"))
            || (name.starts_with(wanted) && name[wanted.len()..].starts_with(|c: char| c.is_ascii_uppercase()))
    };
    if ["save", "commit", "insert", "charge", "pay", "publish", "refund", "transfer"].iter().any(|w| word(w)) {
        return true;
    }
    // `crypto.createHash`, `hash.update` are no writes: of these verbs only a method of that very name is.
    matches!(lower.as_str(), "create" | "delete" | "send" | "send_mail" | "sendmail" | "send_message" | "sendmessage")
        && matches!(module.expr(callee).kind, ExprKind::Member { .. })
}

fn fails_softly(input: &Input<'_, '_>, call: ExprId) -> bool {
    let module = &input.unit.module;
    let fails =
        input.facts.calls.get(&call).and_then(|target| target.model).and_then(|model| input.models.call(model).fails);
    if fails.is_some_and(|meaning| {
        !matches!(meaning, ExceptionMeaning::Failure | ExceptionMeaning::Broad | ExceptionMeaning::Bare)
    }) {
        return true;
    }
    // Browser storage and synchronous child processes answer by failing.
    if let ExprKind::Call { callee, .. } = &module.expr(call).kind
        && let ExprKind::Member { name, .. } = &module.expr(*callee).kind
    {
        return matches!(
            module.text(*name),
            "getItem" | "setItem" | "removeItem" | "execSync" | "statSync" | "readFileSync" | "accessSync"
        );
    }
    false
}

/// `err != nil`: the variable.
pub(super) fn error_test(input: &Input<'_, '_>, test: ExprId) -> Option<VarId> {
    let module = &input.unit.module;
    let ExprKind::Binary { op: BinaryOp::Ne, left, right } = module.expr(test).kind else { return None };
    if !matches!(module.expr(right).kind, ExprKind::Lit(Lit::Null)) {
        return None;
    }
    match module.expr(left).kind {
        ExprKind::Var(var) => {
            let name = module.text(module.var(var).name).to_ascii_lowercase();
            (name.contains("err") || name == "e").then_some(var)
        }
        _ => None,
    }
}

/// Any call inside an expression.
pub(super) fn first_call(input: &Input<'_, '_>, expr: ExprId) -> Option<ExprId> {
    let module = &input.unit.module;
    if let ExprKind::Call { .. } = &module.expr(expr).kind {
        Some(expr)
    } else {
        let mut found = None;
        child_exprs(module.expr(expr), |child| {
            if found.is_none() {
                found = first_call(input, child);
            }
        });
        found
    }
}
