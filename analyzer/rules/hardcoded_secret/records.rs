//! The keys and values of a record that is handed to a call: of the literal, and of the assignments to its variable.
//!
//! ```text
//! new Strategy({ secretOrKey: "…" })
//! const options = {}; options.secretOrKey = "…"; new Strategy(options)
//! ```
//!
//! Knows records of one module. Does not know in which order the assignments run, or whether they do.

use super::fold::Program;
use crate::ir::{Entry, ExprId, ExprKind, StmtKind, Sym, VarId};

/// All keys that the record may have, with their values.
pub(super) fn entries(program: &Program<'_>, record: ExprId) -> Vec<(String, ExprId)> {
    let module = program.module;
    let mut entries = Vec::new();
    let record = match module.expr(record).kind {
        ExprKind::Var(var) => {
            assigned(program, var, &mut entries);
            program.value_of(var, module.expr(record).span).unwrap_or(record)
        }
        ExprKind::Ref(inner) => inner,
        // `this.options = { … }; new Strategy(this.options)`
        ExprKind::Member { name, .. } => field(program, name).unwrap_or(record),
        _ => record,
    };
    if let ExprKind::Record { entries: written, .. } = &module.expr(record).kind {
        let pairs = written.iter().filter_map(|entry| match entry {
            Entry::Pair { key, value } => Some((module.str_of(*key)?.to_owned(), *value)),
            Entry::Spread(_) | Entry::Item(_) => None,
        });
        entries.extend(pairs);
    }
    entries
}

/// The only value that a field of the name is given in the module.
fn field(program: &Program<'_>, field: Sym) -> Option<ExprId> {
    let module = program.module;
    let mut values = module.stmts.iter().filter_map(|stmt| match stmt.kind {
        StmtKind::Assign { target, value, op: None, .. } => {
            matches!(module.expr(target).kind, ExprKind::Member { name, .. } if name == field).then_some(value)
        }
        _ => None,
    });
    values.next().filter(|_| values.next().is_none())
}

/// `options.secretOrKey = "…"`, `users["admin"] = "…"`
fn assigned(program: &Program<'_>, record: VarId, entries: &mut Vec<(String, ExprId)>) {
    let module = program.module;
    for stmt in &module.stmts {
        let StmtKind::Assign { target, value, op: None, .. } = stmt.kind else { continue };
        let (base, key) = match module.expr(target).kind {
            ExprKind::Member { base, name, .. } => (base, Some(module.text(name))),
            ExprKind::Index { base, index } => (base, module.str_of(index)),
            _ => continue,
        };
        let is_own = matches!(module.expr(base).kind, ExprKind::Var(var) if var == record);
        if let (true, Some(key)) = (is_own, key) {
            entries.push((key.to_owned(), value));
        }
    }
}
