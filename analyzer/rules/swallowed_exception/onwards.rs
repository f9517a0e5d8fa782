//! What a handler that falls through leaves to the code behind it.
//!
//! Knows the statements behind a `try`. Does not know what its handlers do.

use super::super::Input;
use super::body;
use crate::ir::{Block, ExprKind, StmtId, StmtKind, Try, VarId};

/// `try: return parse(text)`, `except Exception: pass`, `raise ValueError(text)`: whoever gets there has failed.
pub(super) fn raises(input: &Input<'_, '_>, after: &[StmtId]) -> bool {
    after.first().is_some_and(|&next| matches!(input.unit.module.stmt(next).kind, StmtKind::Raise(_)))
}

/// What the block sets is asked for right behind it: `try: hit = read()`, `except Exception: pass`, `if not hit: …`.
pub(super) fn asks(input: &Input<'_, '_>, t: &Try, after: &[StmtId]) -> bool {
    let set = assigned(input, &t.body);
    let test = after.iter().take(2).find_map(|&next| match input.unit.module.stmt(next).kind {
        StmtKind::Branch { test, .. } => Some(test),
        _ => None,
    });
    test.is_some_and(|test| set.iter().any(|&var| body::mentions(input, test, var)))
}

/// `for encoding in encodings: try: text.decode(encoding)`, `except Exception: pass`, `else: break`: one after the other,
/// until one fits.
pub(super) fn tries_another(input: &Input<'_, '_>, t: &Try) -> bool {
    let last = t.orelse.last().map(|&last| &input.unit.module.stmt(last).kind);
    matches!(last, Some(StmtKind::Break | StmtKind::Return(Some(_))))
}

fn assigned(input: &Input<'_, '_>, block: &Block) -> Vec<VarId> {
    let module = &input.unit.module;
    let mut vars = Vec::new();
    crate::ir::visit::walk_block(
        module,
        block,
        &mut |stmt| {
            if let StmtKind::Assign { target, .. } = module.stmt(stmt).kind
                && let ExprKind::Var(var) = module.expr(target).kind
            {
                vars.push(var);
            }
            true
        },
        &mut |_| false,
    );
    vars
}
