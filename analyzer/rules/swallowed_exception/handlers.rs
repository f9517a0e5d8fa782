//! `try` with handlers, `suppress`, `finally` that returns, `__exit__` that always says yes.

use super::super::Input;
use super::super::severity;
use super::body::{self, Ending, Grade, Guarded};
use super::{Place, Swallow, callees, finding, leaving, onwards, states_intent};
use crate::findings::{Confidence, Finding, Severity};
use crate::flow::facts::{FunctionFacts, LoopSource};
use crate::ir::{BinaryOp, ExprId, ExprKind, FnId, Handler, Lit, StmtId, StmtKind, Try, UnaryOp, VarId};
use crate::models::schema::{Context, Effect, ExceptionMeaning};
use crate::source::Span;

const NARROW: &str =
    "Catch the exceptions that you expect, and re-raise, return an error or log with the stack trace what remains";

/// What a handler catches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Width {
    /// Named exceptions that mean an expected outcome.
    Benign,
    Typed,
    Broad,
    /// Exits and cancellations too.
    Bare,
}

pub(super) fn check(
    input: &Input<'_, '_>,
    place: &Place,
    stmt: StmtId,
    t: &Try,
    after: &[StmtId],
    findings: &mut Vec<Finding>,
) {
    if let Some(span) = leaving::leaves_finally(input, t) {
        findings.push(finding(
            input,
            Swallow {
                function: place.function,
                span,
                severity: Severity::Minor,
                confidence: Confidence::High,
                title: "Lost error: `finally` is left early and drops what was raised".to_owned(),
                evidence: format!("`{}` inside `finally` discards an exception that is under way", input.snippet(span)),
                recommendation: "Move the statement out of `finally`",
            },
        ));
    }
    if place.in_cleanup || t.handlers.is_empty() {
        return;
    }
    let mut does = body::guarded(input, &t.body);
    does.probe |= !does.effect && !does.awaits && loads_module(input, stmt, t);
    for handler in &t.handlers {
        if let Some(swallow) = judge(input, place, stmt, t, handler, does, after) {
            findings.push(finding(input, swallow));
        }
    }
}

/// `try { const c = await import("node:crypto"); … } catch {}`: what may be there is used if it is.
fn loads_module(input: &Input<'_, '_>, stmt: StmtId, t: &Try) -> bool {
    let module = &input.unit.module;
    let end = t.handlers.first().map_or(module.stmt(stmt).span.end, |handler| handler.span.start);
    let body = Span { start: module.stmt(stmt).span.start, end };
    module.imports.iter().any(|import| body.contains(import.span))
}

fn judge(
    input: &Input<'_, '_>,
    place: &Place,
    stmt: StmtId,
    t: &Try,
    handler: &Handler,
    does: Guarded,
    after: &[StmtId],
) -> Option<Swallow> {
    let python = input.unit.has_typed_handlers();
    let width = width_of(input, handler);
    let (mut grade, ending) = body::grade(input, &handler.body, handler.var, after);
    let returns = handler.body.iter().any(|&stmt| matches!(input.unit.module.stmt(stmt).kind, StmtKind::Return(_)));
    let falls_through = !returns && ending == Ending::Nothing && grade != Grade::Handled;
    if falls_through && onwards::raises(input, after) {
        grade = Grade::Handled;
    }
    if does.probe || does.settles {
        return None;
    }
    if grade == Grade::Handled && width != Width::Bare {
        return None;
    }
    // What is asked on the way to telling a failure may fail in its turn: the first one is told.
    if place.tells_failure && grade < Grade::Logged && !does.effect && !(python && width == Width::Bare) {
        return None;
    }
    if is_waived(input, handler, width, grade) {
        return None;
    }
    let context = input.context(place.function);
    let intent = states_intent(input, handler.span)
        || is_named_unimportant(input, handler)
        || (has_fallback(input, t, after) && !does.effect && (does.awaits || (python && width != Width::Bare)))
        || (falls_through && !does.effect && onwards::asks(input, t, after))
        || (!does.effect && ending != Ending::Default && onwards::tries_another(input, t));
    let severity = match (grade, width) {
        (Grade::Handled, Width::Bare) => {
            // `except:` that re-raises is fine; one that answers or falls back also catches exits.
            if raises(input, handler) || !python || !handler.types.is_empty() {
                return None;
            }
            Severity::Minor
        }
        (Grade::Handled, _) | (_, Width::Benign) => return None,
        (Grade::Logged, Width::Bare) if python => Severity::Minor,
        (Grade::Silent, Width::Broad | Width::Bare) => {
            if !python && !does.effect && !does.awaits {
                // Validating and probing: `try { new URL(s) } catch { return false }`, `try { return new URL(s) } catch {}`,
                // whatever is tried next.
                let gives_nothing = returns_value(input, &t.body, false);
                if does.fails_softly || ending != Ending::Nothing || gives_nothing {
                    return None;
                }
            }
            if !python && !does.effect && (does.reads_body_only || does.awaits_softly) {
                return None;
            }
            // `verifyPassword`: what cannot be verified is not valid.
            if !(does.effect || python && width == Width::Bare) && denies(input, place.function, t, handler) {
                return None;
            }
            if !does.effect && ending == Ending::Default && width == Width::Broad && may_fail(input, place.function) {
                return None;
            }
            let bare_await = width == Width::Bare && does.awaits && python;
            if does.effect || bare_await { Severity::Major } else { Severity::Minor }
        }
        // The transaction is given up, and the caller is told that it went through.
        (Grade::Silent, Width::Typed) if does.effect && rolls_back(input, handler) => Severity::Major,
        (Grade::Silent, Width::Typed) if does.effect => Severity::Info,
        (Grade::Silent, Width::Typed) => Severity::Pedantic,
        (Grade::Weak, Width::Broad | Width::Bare) => Severity::Info,
        (Grade::Weak, Width::Typed) => Severity::Pedantic,
        (Grade::Logged, Width::Broad | Width::Bare) => match context {
            // One element's failure is told, and the others go on.
            _ if ending == Ending::Skips || in_loop(input, stmt) => Severity::Pedantic,
            Some(Context::Background) if is_task(input, place.function) && !only_warns(input, handler) => {
                Severity::Minor
            }
            Some(Context::Request) if does.effect && answers_success(input, after) => Severity::Minor,
            Some(Context::Request) if is_route(input, place.function) => Severity::Info,
            _ => Severity::Pedantic,
        },
        (Grade::Logged, Width::Typed) => Severity::Pedantic,
    };
    // What a comment explains is settled, unless something was to be written.
    let severity = match (intent, does.effect) {
        (true, true) => severity.min(Severity::Info),
        (true, false) => Severity::Pedantic,
        (false, _) => severity,
    };
    let severity = match context {
        Some(Context::Script | Context::Migration) => severity::lower(severity),
        _ => severity,
    };
    let head = input.snippet(handler.head);
    let head = head.trim_end_matches(['{', ':', ' ']);
    let what = match width {
        Width::Bare if python => "everything, exits and cancellations included,",
        Width::Bare | Width::Broad => "every failure",
        Width::Typed | Width::Benign => "the failure",
    };
    let does_with = match (grade, ending) {
        (Grade::Silent, Ending::Default) => "returns an empty value",
        (Grade::Silent, Ending::Skips) => "goes on with the next round",
        (Grade::Silent, Ending::Nothing) => "does nothing",
        (Grade::Weak, _) => "leaves no lasting trace",
        (Grade::Logged, _) => "only logs",
        (Grade::Handled, _) => "does not re-raise",
    };
    let first = t.body.first().map(|&first| input.snippet(input.unit.module.stmt(first).span)).unwrap_or_default();
    Some(Swallow {
        function: place.function,
        span: handler.head,
        severity,
        confidence: Confidence::High,
        title: format!("Swallowed error: `{head}` {does_with}"),
        evidence: format!("`{head}` catches {what} of `{first}` and {does_with}; the caller sees success"),
        recommendation: NARROW,
    })
}

/// `except:  # noqa` that is not silent, `except Exception:  # pylint: disable=broad-except`: a linter was told that the
/// width is meant.
fn is_waived(input: &Input<'_, '_>, handler: &Handler, width: Width, grade: Grade) -> bool {
    /// What pylint says of such a line: <https://pylint.readthedocs.io/en/stable/user_guide/messages/>.
    const PYLINT: [&str; 6] = ["broad-except", "broad-exception-caught", "bare-except", "W0702", "W0703", "W0718"];
    if !input.unit.has_typed_handlers() {
        return false;
    }
    let bytes = &input.unit.bytes[handler.head.start as usize..];
    let line = String::from_utf8_lossy(&bytes[..memchr::memchr(b'\n', bytes).unwrap_or(bytes.len())]);
    let Some((_, comment)) = line.split_once('#') else { return false };
    let comment = comment.trim_start();
    let is_linted = comment.starts_with("noqa") && !comment.starts_with("noqa:");
    let is_named = comment.starts_with("pylint:") && PYLINT.iter().any(|name| comment.contains(name));
    is_named || (is_linted && width == Width::Bare && grade >= Grade::Logged)
}

/// A question that is answered with no: `async function verifyHash(…) { try { … } catch { return false } }`.
fn denies(input: &Input<'_, '_>, function: FnId, t: &Try, handler: &Handler) -> bool {
    let module = &input.unit.module;
    let name = module.text(module.function(function).name).trim_start_matches('_');
    let lower = name.to_ascii_lowercase();
    let asks = ["is", "has", "can", "check"].iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| !c.is_lowercase()))
    }) || ["verify", "validate", "compare", "matches"].iter().any(|word| lower.contains(word));
    let [only] = handler.body.as_slice() else { return false };
    let StmtKind::Return(Some(value)) = module.stmt(*only).kind else { return false };
    let is_no = matches!(module.expr(value).kind, ExprKind::Lit(Lit::Bool(false)));
    is_no && (asks || is_validator(input, function) || says_whether(input, t))
}

/// `try { return (await send(all)).every((sent) => sent.ok) } catch { return false }`: whoever asks learns of the failure.
fn says_whether(input: &Input<'_, '_>, t: &Try) -> bool {
    let module = &input.unit.module;
    let (mut answers, mut others) = (0, 0);
    crate::ir::visit::walk_block(
        module,
        &t.body,
        &mut |stmt| {
            if let StmtKind::Return(Some(value)) = module.stmt(stmt).kind {
                let is_boolean = match module.expr(value).kind {
                    ExprKind::Lit(Lit::Bool(_)) | ExprKind::Unary { op: UnaryOp::Not, .. } => true,
                    ExprKind::Binary { op, .. } => matches!(
                        op,
                        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
                    ),
                    ExprKind::Call { callee, .. } => {
                        matches!(body::callee_name(input, callee), Some("every" | "some" | "includes" | "has" | "test"))
                    }
                    _ => false,
                };
                answers += usize::from(is_boolean);
                others += usize::from(!is_boolean);
            }
            true
        },
        &mut |_| false,
    );
    answers > 0 && others == 0
}

/// `z.string().refine(async (text) => …)`
fn is_validator(input: &Input<'_, '_>, function: FnId) -> bool {
    let module = &input.unit.module;
    let span = module.function(function).span;
    module.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Call { callee, args, .. } if expr.span.contains(span) => {
            args.iter().any(|arg| matches!(module.expr(arg.value).kind, ExprKind::Closure(id) if id == function))
                && matches!(body::callee_name(input, *callee), Some("refine" | "superRefine" | "check" | "validate"))
        }
        _ => false,
    })
}

/// `tryReadVersion`, `try_parse`: the name says that nothing comes back from a failure.
fn may_fail(input: &Input<'_, '_>, function: FnId) -> bool {
    let module = &input.unit.module;
    let name = module.text(module.function(function).name).trim_start_matches('_');
    name.strip_prefix("try").is_some_and(|rest| rest.starts_with(|c: char| c == '_' || c.is_ascii_uppercase()))
}

/// A loop over elements stands around the statement, in the same function.
fn in_loop(input: &Input<'_, '_>, stmt: StmtId) -> bool {
    let span = input.unit.module.stmt(stmt).span;
    input.facts.loops.iter().any(|around| {
        let is_data = !matches!(around.source, LoopSource::Exempt | LoopSource::Opaque);
        is_data && around.span.contains(span) && around.span != span
    })
}

/// `catch (ignore)`: the name says that the failure does not matter.
fn is_named_unimportant(input: &Input<'_, '_>, handler: &Handler) -> bool {
    let module = &input.unit.module;
    let name = handler.var.map_or("", |var| module.text(module.var(var).name));
    matches!(name.trim_start_matches('_').to_ascii_lowercase().as_str(), "ignore" | "ignored" | "expected")
}

/// The block answers where it succeeds, and what follows it answers otherwise:
/// `try { const hit = await cache.get(k); if (hit) return hit } catch {}; return db.find(k)`, or
/// `try: if ping(): return ok()`, `except Exception: pass`, `return unavailable()`.
fn has_fallback(input: &Input<'_, '_>, t: &Try, after: &[StmtId]) -> bool {
    returns_value(input, &t.body, false) && returns_value(input, after, true)
}

/// A `return` with a value in some statements, those of nested functions left out; `telling`: not of an empty one.
fn returns_value(input: &Input<'_, '_>, stmts: &[StmtId], telling: bool) -> bool {
    let module = &input.unit.module;
    let mut found = false;
    crate::ir::visit::walk_block(
        module,
        &stmts.to_vec(),
        &mut |stmt| {
            found |= match module.stmt(stmt).kind {
                StmtKind::Return(Some(value)) => !telling || !body::is_empty_value(input, value),
                _ => false,
            };
            !found
        },
        &mut |_| false,
    );
    found
}

fn width_of(input: &Input<'_, '_>, handler: &Handler) -> Width {
    if handler.types.is_empty() {
        // An untyped `catch` is all that JavaScript has.
        return if input.unit.has_typed_handlers() { Width::Bare } else { Width::Broad };
    }
    let meanings = handler.types.iter().map(|&ty| meaning_of(input, ty));
    meanings
        .map(|meaning| match meaning {
            Some(ExceptionMeaning::Bare) => Width::Bare,
            Some(ExceptionMeaning::Broad) => Width::Broad,
            Some(ExceptionMeaning::Failure) => Width::Typed,
            None => Width::Typed,
            Some(
                ExceptionMeaning::NotFound
                | ExceptionMeaning::Conflict
                | ExceptionMeaning::MissingImport
                | ExceptionMeaning::Cancelled
                | ExceptionMeaning::Timeout
                | ExceptionMeaning::Parse
                | ExceptionMeaning::FileSystem
                | ExceptionMeaning::Lookup
                | ExceptionMeaning::ConnectionClosed
                | ExceptionMeaning::EndOfInput,
            ) => Width::Benign,
        })
        .max()
        .unwrap_or(Width::Typed)
}

fn meaning_of(input: &Input<'_, '_>, ty: ExprId) -> Option<ExceptionMeaning> {
    let module = &input.unit.module;
    if let Some(path) = input.unit.path_of_expr(ty) {
        return input.models.exception(&path);
    }
    match &module.expr(ty).kind {
        // `User.DoesNotExist` of a class declared here.
        ExprKind::Member { name, .. } => input.models.exception(&format!("Model.{}", module.text(*name))),
        _ => None,
    }
}

/// The handler takes a transaction back, and does nothing else with the failure.
fn rolls_back(input: &Input<'_, '_>, handler: &Handler) -> bool {
    let module = &input.unit.module;
    super::statements(input, &handler.body).any(|stmt| {
        let StmtKind::Expr(expr) = module.stmt(stmt).kind else { return false };
        let inner = match module.expr(expr).kind {
            ExprKind::Await(inner) => inner,
            _ => expr,
        };
        matches!(module.expr(inner).kind, ExprKind::Call { callee, .. } if body::callee_name(input, callee) == Some("rollback"))
    })
}

fn raises(input: &Input<'_, '_>, handler: &Handler) -> bool {
    let module = &input.unit.module;
    let found = std::cell::Cell::new(false);
    crate::ir::visit::walk_block(
        module,
        &handler.body,
        &mut |stmt| {
            found.set(found.get() || matches!(module.stmt(stmt).kind, StmtKind::Raise(_)));
            !found.get()
        },
        &mut |e| {
            if matches!(module.expr(e).kind, ExprKind::Call { .. }) {
                let level = body::reporting_of(input, e);
                found.set(found.get() || level == Some(crate::models::schema::ReportingLevel::Raise));
            }
            !found.get()
        },
    );
    found.get()
}

/// Something is sent or returned after the handler as if all had gone well.
fn answers_success(input: &Input<'_, '_>, after: &[StmtId]) -> bool {
    after.iter().any(|&stmt| matches!(input.unit.module.stmt(stmt).kind, StmtKind::Return(Some(_)) | StmtKind::Expr(_)))
}

/// `with suppress(Exception):`, `await gather(…, return_exceptions=True)` as a statement.
pub(super) fn check_statement(input: &Input<'_, '_>, place: &Place, stmt: StmtId, findings: &mut Vec<Finding>) {
    let module = &input.unit.module;
    match &module.stmt(stmt).kind {
        StmtKind::With { items, body: inner, .. } => {
            for item in items {
                let ExprKind::Call { callee, args, .. } = &module.expr(item.context).kind else { continue };
                let is_suppress = input.unit.path_of_expr(*callee).is_some_and(|path| path == "contextlib.suppress");
                let broad = args.iter().any(|arg| {
                    matches!(meaning_of(input, arg.value), Some(ExceptionMeaning::Broad | ExceptionMeaning::Bare))
                });
                if is_suppress && broad && !place.in_cleanup {
                    let does = body::guarded(input, inner);
                    // A block of imports only has no statements.
                    if does.probe || inner.is_empty() {
                        continue;
                    }
                    let span = module.expr(item.context).span;
                    findings.push(finding(
                        input,
                        Swallow {
                            function: place.function,
                            span,
                            severity: Severity::Info,
                            confidence: Confidence::High,
                            title: "Swallowed error: `suppress` covers every exception".to_owned(),
                            evidence: format!("`{}` hides any failure of its block", input.snippet(span)),
                            recommendation: "Name the exceptions that may be ignored",
                        },
                    ));
                }
            }
        }
        StmtKind::Expr(e) => {
            let inner = match module.expr(*e).kind {
                ExprKind::Await(inner) => inner,
                _ => *e,
            };
            let ExprKind::Call { callee, args, .. } = &module.expr(inner).kind else { return };
            let name = body::callee_name(input, *callee).unwrap_or_default();
            let returns_exceptions = name == "gather"
                && args.iter().any(|arg| {
                    arg.name.is_some_and(|name| module.text(name) == "return_exceptions")
                        && matches!(module.expr(arg.value).kind, ExprKind::Lit(Lit::Bool(true)))
                });
            let settled = name == "allSettled" && matches!(module.expr(*e).kind, ExprKind::Await(_));
            if (returns_exceptions || settled) && !place.in_cleanup {
                let span = module.expr(inner).span;
                if settled && args.first().is_some_and(|arg| handles_itself(input, arg.value)) {
                    return;
                }
                // A literal list is a deliberate "do what you can"; a write among it still matters.
                let listed = match args.first().map(|arg| &module.expr(arg.value).kind) {
                    Some(ExprKind::Seq { items, .. }) if settled => Some(items.as_slice()),
                    _ => None,
                };
                let is_given_up = listed.is_some_and(|items| !items.iter().any(|&item| is_write(input, item)));
                let intent = listed.is_some()
                    || is_best_effort(input, place.function)
                    || states_intent(input, module.stmt(stmt).span);
                let offline = matches!(input.context(place.function), Some(Context::Script | Context::Migration));
                let severity = match (intent, offline) {
                    _ if is_given_up => Severity::Pedantic,
                    (true, true) => Severity::Pedantic,
                    (true, false) | (false, true) => Severity::Info,
                    (false, false) => Severity::Minor,
                };
                findings.push(finding(
                    input,
                    Swallow {
                        function: place.function,
                        span,
                        severity,
                        confidence: Confidence::High,
                        title: format!("Swallowed errors: nobody looks at what `{name}` collected"),
                        evidence: format!(
                            "`{}` turns failures into results, and the results are dropped",
                            input.snippet(span)
                        ),
                        recommendation: "Look at each result and log or raise the failures among them",
                    },
                ));
            }
        }
        _ => {}
    }
}

/// `xs.map(async x => { try { … } catch (e) { log(e) } })`: each element looks after its own failure, in the closure or
/// in the one function of the project that it waits for.
fn handles_itself(input: &Input<'_, '_>, list: ExprId) -> bool {
    let module = &input.unit.module;
    if let ExprKind::Var(collected) = module.expr(list).kind {
        return collects_settled(input, collected);
    }
    let ExprKind::Call { args, .. } = &module.expr(list).kind else { return false };
    let Some(ExprKind::Closure(function)) = args.first().map(|arg| &module.expr(arg.value).kind) else { return false };
    let body = &module.function(*function).body;
    if callees::looks_after_all(input.unit, input.models, body) {
        return true;
    }
    let [before @ .., last] = body.as_slice() else { return false };
    let (StmtKind::Return(Some(value)) | StmtKind::Expr(value)) = module.stmt(*last).kind else { return false };
    let call = match module.expr(value).kind {
        ExprKind::Await(inner) => inner,
        _ => value,
    };
    !body::awaits(input, before) && callees::reports(input, call)
}

/// `all.push(work().catch(report))`: whatever goes into the list looks after its own failure.
fn collects_settled(input: &Input<'_, '_>, list: VarId) -> bool {
    let module = &input.unit.module;
    let mut pushed = module.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Call { callee, args, .. } => match module.expr(*callee).kind {
            ExprKind::Member { base, name, .. } if module.text(name) == "push" => {
                matches!(module.expr(base).kind, ExprKind::Var(var) if var == list).then_some(args)
            }
            _ => None,
        },
        _ => None,
    });
    let mut is_any = false;
    let is_all = pushed.all(|args| {
        is_any = true;
        args.iter().all(|arg| is_settled(input, arg.value))
    });
    is_any && is_all
}

/// `work().catch(report)`, `Promise.allSettled(all).then(count)`
fn is_settled(input: &Input<'_, '_>, promise: ExprId) -> bool {
    let module = &input.unit.module;
    let mut at = promise;
    while let ExprKind::Call { callee, .. } = module.expr(at).kind {
        let ExprKind::Member { base, name, .. } = module.expr(callee).kind else { return false };
        if matches!(module.text(name), "catch" | "allSettled") {
            return true;
        }
        at = base;
    }
    false
}

/// A call that a model knows to write to a store.
fn is_write(input: &Input<'_, '_>, call: ExprId) -> bool {
    let model = input.facts.calls.get(&call).and_then(|target| target.model);
    model.is_some_and(|model| matches!(input.models.call(model).effect, Effect::Write | Effect::WriteBatch))
}

/// The function, or one around it, answers requests itself.
fn is_route(input: &Input<'_, '_>, function: FnId) -> bool {
    functions_around(input, function).any(|facts| facts.route.is_some())
}

/// The function, or one around it, is what a queue or a schedule calls: nobody above it learns of a failure.
fn is_task(input: &Input<'_, '_>, function: FnId) -> bool {
    functions_around(input, function).any(|facts| facts.is_task)
}

/// `logger.warn("not cached, going on")`: what is told as a warning is meant to happen.
fn only_warns(input: &Input<'_, '_>, handler: &Handler) -> bool {
    let module = &input.unit.module;
    let reports = super::statements(input, &handler.body).filter_map(|stmt| match module.stmt(stmt).kind {
        StmtKind::Expr(call) => body::reporting_of(input, call).map(|_| body::callee_name(input, call)),
        _ => None,
    });
    let names: Vec<Option<&str>> = reports.collect();
    !names.is_empty() && names.iter().all(|name| matches!(name, Some("warn" | "warning" | "info")))
}

fn functions_around<'a>(input: &'a Input<'_, '_>, function: FnId) -> impl Iterator<Item = &'a FunctionFacts> {
    let mut at = Some(function);
    std::iter::from_fn(move || {
        let id = at?;
        at = input.unit.module.function(id).parent;
        input.facts.functions.get(id.index())
    })
}

/// Fetching ahead changes nothing when it fails: what was not fetched is fetched when it is needed.
fn is_best_effort(input: &Input<'_, '_>, function: FnId) -> bool {
    let module = &input.unit.module;
    let mut at = Some(function);
    std::iter::from_fn(|| {
        let id = at?;
        at = module.function(id).parent;
        Some(module.text(module.function(id).name).to_ascii_lowercase())
    })
    .any(|name| ["prefetch", "preload", "warmup", "warm_up"].iter().any(|word| name.starts_with(word)))
}

/// `def __exit__(self, *a): return True` swallows whatever its block raises.
pub(super) fn check_exit(input: &Input<'_, '_>, function: FnId, findings: &mut Vec<Finding>) {
    let module = &input.unit.module;
    let declared = module.function(function);
    if !matches!(module.text(declared.name), "__exit__" | "__aexit__") {
        return;
    }
    let body: Vec<StmtId> = super::statements(input, &declared.body).collect();
    let [.., last] = body.as_slice() else { return };
    let always =
        body.iter().all(|&stmt| !matches!(module.stmt(stmt).kind, StmtKind::Branch { .. } | StmtKind::Raise(_)));
    if let StmtKind::Return(Some(value)) = module.stmt(*last).kind
        && matches!(module.expr(value).kind, ExprKind::Lit(Lit::Bool(true)))
        && always
    {
        findings.push(finding(
            input,
            Swallow {
                function,
                span: module.stmt(*last).span,
                severity: Severity::Minor,
                confidence: Confidence::High,
                title: "Swallowed error: this context manager hides every exception".to_owned(),
                evidence: format!(
                    "`{}` always returns True, so nothing raised in its block gets out",
                    module.text(declared.name)
                ),
                recommendation: "Return True only for the exceptions that may be ignored",
            },
        ));
    }
}
