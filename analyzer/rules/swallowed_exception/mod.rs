//! `swallowed-exception`: an error path that loses the failure.
//!
//! Knows handlers, promise callbacks and dropped error results, with what their bodies do. Does not know libraries:
//! what an exception means and what a call reports are facts of models.
//! Known false alarm: a best-effort call whose reason no comment states.

mod body;
mod callees;
mod dropped;
mod handlers;
mod leaving;
mod onwards;
mod promises;

use super::Input;
use crate::findings::{Category, Confidence, Finding, Severity};
use crate::ir::{Block, FnId, StmtId};
use crate::source::Span;

pub(super) fn find(input: &Input<'_, '_>, findings: &mut Vec<Finding>) {
    if input.is_test || runs_in_browsers(input) {
        return;
    }
    let module = &input.unit.module;
    for (at, function) in module.functions.iter().enumerate() {
        let in_cleanup = is_cleanup_name(module.text(function.name));
        let place = Place { function: FnId(at as u32), in_cleanup, tells_failure: false };
        walk(input, &place, &function.body, findings);
        handlers::check_exit(input, place.function, findings);
    }
    promises::find(input, findings);
}

/// Code that is sent to browsers, where a failure stops no server: it says so, or it uses what only browsers have.
fn runs_in_browsers(input: &Input<'_, '_>) -> bool {
    if !input.unit.has_promises() {
        return false;
    }
    let text = &input.unit.bytes;
    let globals = ["window.", "document.", "localStorage", "sessionStorage", "navigator."];
    // Letters beyond ASCII continue a name.
    let continues = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'_' | b'$');
    let is_whole = |at: usize, name: &str| {
        !text[..at].last().is_some_and(|&byte| continues(byte) || byte == b'.')
            && (name.ends_with('.') || !text.get(at + name.len()).is_some_and(|&byte| continues(byte)))
    };
    input.unit.says("use client")
        || globals.iter().any(|name| memchr::memmem::find_iter(text, name).any(|at| is_whole(at, name)))
}

/// Where in the program a statement stands.
#[derive(Clone, Copy)]
struct Place {
    function: FnId,
    /// In `close()`, `finally:` or a destructor: failures of cleaning up are let go.
    in_cleanup: bool,
    /// In a handler that reports or handles the failure that it caught.
    tells_failure: bool,
}

fn walk(input: &Input<'_, '_>, place: &Place, block: &Block, findings: &mut Vec<Finding>) {
    let module = &input.unit.module;
    if input.unit.returns_errors() {
        dropped::in_block(input, place, block, findings);
    }
    for (at, &stmt) in block.iter().enumerate() {
        let kind = &module.stmt(stmt).kind;
        if let crate::ir::StmtKind::Try(t) = kind {
            handlers::check(input, place, stmt, t, &block[at + 1..], findings);
            walk(input, place, &t.body, findings);
            for handler in &t.handlers {
                // What fails while a failure is cleaned up after is let go: the first one gets out.
                let gets_out = handler
                    .body
                    .last()
                    .is_some_and(|&last| matches!(module.stmt(last).kind, crate::ir::StmtKind::Raise(_)));
                let (grade, _) = body::grade(input, &handler.body, handler.var, &block[at + 1..]);
                let inner = Place {
                    in_cleanup: place.in_cleanup || gets_out,
                    tells_failure: grade >= body::Grade::Logged,
                    ..*place
                };
                walk(input, &inner, &handler.body, findings);
            }
            walk(input, place, &t.orelse, findings);
            walk(input, &Place { in_cleanup: true, ..*place }, &t.finally, findings);
        } else {
            handlers::check_statement(input, place, stmt, findings);
            crate::ir::visit::stmt_blocks(kind, |inner| walk(input, place, inner, findings));
        }
    }
}

fn is_cleanup_name(name: &str) -> bool {
    let lower = name.trim_start_matches('_').to_ascii_lowercase();
    [
        "close",
        "shutdown",
        "disconnect",
        "cleanup",
        "teardown",
        "del__",
        "exit__",
        "aexit__",
        "stop",
        "dispose",
        "destroy",
        "ondestroy",
        "terminate",
        "onmoduledestroy",
        "rollback",
        "release",
        "clean_up",
    ]
    .iter()
    .any(|word| lower == *word || lower.starts_with(&format!("{word}_")))
}

/// The parts of a finding that differ.
struct Swallow {
    function: FnId,
    span: Span,
    severity: Severity,
    confidence: Confidence,
    title: String,
    evidence: String,
    recommendation: &'static str,
}

fn finding(input: &Input<'_, '_>, swallow: Swallow) -> Finding {
    Finding {
        rule: "swallowed-exception",
        category: Category::Reliability,
        severity: swallow.severity,
        confidence: swallow.confidence,
        file: input.unit.file,
        span: swallow.span,
        title: swallow.title,
        evidence: swallow.evidence,
        recommendation: swallow.recommendation.to_owned(),
        symbol: input.symbol(swallow.function),
        fingerprint_text: None,
        related: Vec::new(),
    }
}

/// A comment inside a place that says why the failure may be ignored, in three words or more.
fn states_intent(input: &Input<'_, '_>, span: Span) -> bool {
    let comments = &input.unit.module.comments;
    let from = comments.partition_point(|comment| comment.start < span.start);
    // A comment at the end of the handler's last line belongs to it.
    let bytes = &input.unit.bytes;
    let line_end = memchr::memchr(b'\n', &bytes[(span.end as usize).min(bytes.len())..])
        .map_or(bytes.len(), |at| at + span.end as usize);
    comments[from..].iter().take_while(|comment| (comment.start as usize) < line_end).any(|&comment| {
        let text = input.unit.snippet(comment).to_ascii_lowercase();
        let words =
            text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-').filter(|word| !word.is_empty()).count();
        // Marks of unfinished work, orders to other tools and code that was commented out state no reason.
        let noise = [
            "todo",
            "fixme",
            "xxx",
            "hack",
            "eslint",
            "ts-ignore",
            "ts-expect",
            "pylint",
            "noqa",
            "nosec",
            "nolint",
            "type:",
            "rearguard",
        ]
        .iter()
        .any(|mark| text.contains(mark));
        // A semicolon ends a statement; inside a sentence it does not: `best-effort; ignore failures`.
        let code = text.contains(";\n")
            || text.trim_end_matches(['*', '/', ' ']).ends_with(';')
            || text.contains("()")
            || text.contains(" = ")
            || text.contains("console.")
            || text.contains("print(");
        words >= 3 && !noise && !code
    })
}

/// A comment beside or right above a call speaks of its failure: `// This could fail, and we still continue`. Others tell
/// what the call is for.
fn waives_errors(input: &Input<'_, '_>, call: Span) -> bool {
    const SAYS: [&str; 11] = [
        "ignor",
        "best effort",
        "best-effort",
        "intention",
        "deliberate",
        "expected",
        "safe to",
        "fail",
        "error",
        "fatal",
        "reject",
    ];
    let module = &input.unit.module;
    let bytes = &input.unit.bytes;
    let line_end = memchr::memchr(b'\n', &bytes[(call.end as usize).min(bytes.len())..])
        .map_or(bytes.len(), |at| at + call.end as usize);
    let beside = module
        .comments
        .iter()
        .copied()
        .filter(|comment| comment.start >= call.end && (comment.start as usize) < line_end);
    let mut all = beside.chain(module.comments_above(bytes, call));
    all.any(|comment| {
        let text = input.unit.snippet(comment).to_ascii_lowercase();
        let unfinished = ["todo", "fixme", "nolint"].iter().any(|mark| text.contains(mark));
        !unfinished && SAYS.iter().any(|words| text.contains(words))
    })
}

/// Statements of a block without docstrings and literals.
fn statements<'a>(input: &'a Input<'_, '_>, block: &'a Block) -> impl Iterator<Item = StmtId> + 'a {
    block.iter().copied().filter(|&stmt| match input.unit.module.stmt(stmt).kind {
        crate::ir::StmtKind::Expr(e) => !matches!(input.unit.module.expr(e).kind, crate::ir::ExprKind::Lit(_)),
        _ => true,
    })
}
