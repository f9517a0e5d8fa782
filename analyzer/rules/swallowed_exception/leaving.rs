//! Statements that leave a `finally` early, and so drop the exception that is under way.
//!
//! ```text
//! finally: return result          leaves
//! finally: for x in xs: break     does not: the loop is the block's own
//! ```
//!
//! Knows statements. Does not know whether anything was raised.
//! Invariant: a jump of a loop or `switch` inside the block leaves nothing.

use super::super::Input;
use crate::ir::{StmtId, StmtKind, Try};
use crate::source::Span;

/// A `return` inside `finally`, or a `break` or `continue` there of a loop around the `try`.
pub(super) fn leaves_finally(input: &Input<'_, '_>, t: &Try) -> Option<Span> {
    let module = &input.unit.module;
    // In Python a `break` in a `match` is the loop's; elsewhere it is the `switch`'s own.
    let breaks_switch = !input.unit.has_typed_handlers();
    let mut found = None;
    let mut pending: Vec<(StmtId, Jumps)> =
        t.finally.iter().map(|&stmt| (stmt, Jumps { breaks: true, continues: true })).collect();
    while let Some((stmt, jumps)) = pending.pop() {
        let mut enter = |block: &[StmtId], jumps: Jumps| pending.extend(block.iter().map(|&stmt| (stmt, jumps)));
        match &module.stmt(stmt).kind {
            StmtKind::Return(_) => found = Some(module.stmt(stmt).span),
            StmtKind::Break if jumps.breaks => found = Some(module.stmt(stmt).span),
            StmtKind::Continue if jumps.continues => found = Some(module.stmt(stmt).span),
            StmtKind::Branch { then, orelse, .. } => {
                enter(then, jumps);
                enter(orelse, jumps);
            }
            StmtKind::Block(inner) | StmtKind::With { body: inner, .. } => enter(inner, jumps),
            StmtKind::Try(inner) => enter(&inner.body, jumps),
            StmtKind::Loop(inner) => enter(&inner.body, Jumps { breaks: false, continues: false }),
            StmtKind::Switch { cases, .. } => {
                for case in cases {
                    enter(&case.body, Jumps { breaks: jumps.breaks && !breaks_switch, ..jumps });
                }
            }
            _ => {}
        }
    }
    found
}

/// Which jumps leave the place that is looked at.
#[derive(Clone, Copy)]
struct Jumps {
    breaks: bool,
    continues: bool,
}
