//! The children of an expression or a statement, in source order.
//!
//! Knows the shape of the IR only.
//! Invariant: every child is given exactly once; functions and classes that a `Closure` or `Define` names are not entered.

use super::{Block, Entry, Expr, ExprId, ExprKind, Module, Part, StmtId, StmtKind};

/// Calls `each` for every direct child expression. A comprehension's loop is a statement: see `comprehension_of`.
pub fn child_exprs(expr: &Expr, mut each: impl FnMut(ExprId)) {
    match &expr.kind {
        ExprKind::Lit(_)
        | ExprKind::Var(_)
        | ExprKind::Name(_)
        | ExprKind::Closure(_)
        | ExprKind::TypeValue(_)
        | ExprKind::Comprehension { .. } => {}
        ExprKind::Member { base, .. } => each(*base),
        ExprKind::Index { base, index } => {
            each(*base);
            each(*index);
        }
        ExprKind::Slice { base, low, high, step } => {
            each(*base);
            [low, high, step].into_iter().flatten().for_each(|&id| each(id));
        }
        ExprKind::Call { callee, args, .. } => {
            each(*callee);
            for arg in args {
                each(arg.value);
            }
        }
        ExprKind::Template(parts) => parts.iter().for_each(|part| {
            if let Part::Hole { value, .. } = part {
                each(*value);
            }
        }),
        ExprKind::Unary { operand: inner, .. }
        | ExprKind::Await(inner)
        | ExprKind::Spread(inner)
        | ExprKind::Ref(inner)
        | ExprKind::Deref(inner)
        | ExprKind::Cast { value: inner, .. } => each(*inner),
        ExprKind::Binary { left, right, .. } => {
            each(*left);
            each(*right);
        }
        ExprKind::Conditional { test, then, orelse } => {
            each(*test);
            each(*then);
            each(*orelse);
        }
        ExprKind::Seq { items, .. } | ExprKind::Opaque(items) => items.iter().for_each(|&id| each(id)),
        ExprKind::Record { entries, .. } => entries.iter().for_each(|entry| match entry {
            Entry::Pair { key, value } => {
                each(*key);
                each(*value);
            }
            Entry::Spread(value) | Entry::Item(value) => each(*value),
        }),
        ExprKind::Yield(inner) => inner.iter().for_each(|&id| each(id)),
        ExprKind::Let { target, value } => {
            each(*target);
            each(*value);
        }
    }
}

/// Calls `each` for every direct child expression of a statement, heads before bodies.
pub fn stmt_exprs(kind: &StmtKind, mut each: impl FnMut(ExprId)) {
    match kind {
        StmtKind::Expr(e) | StmtKind::Defer(e) | StmtKind::Spawn(e) | StmtKind::Delete(e) => each(*e),
        StmtKind::Assign { target, value, .. } => {
            each(*target);
            each(*value);
        }
        StmtKind::Return(e) | StmtKind::Raise(e) => e.iter().for_each(|&id| each(id)),
        StmtKind::Branch { test, .. } => each(*test),
        StmtKind::Switch { subject, cases, .. } => {
            if let Some(subject) = subject {
                each(*subject);
            }
            for case in cases {
                case.patterns.iter().chain(&case.guard).for_each(|&id| each(id));
            }
        }
        StmtKind::Loop(l) => [l.iter, l.key, l.target, l.test].into_iter().flatten().for_each(each),
        StmtKind::Try(t) => t.handlers.iter().flat_map(|h| &h.types).for_each(|&id| each(id)),
        StmtKind::With { items, .. } => {
            for item in items {
                each(item.context);
                item.target.iter().for_each(|&id| each(id));
            }
        }
        StmtKind::Break | StmtKind::Continue | StmtKind::Define(_) | StmtKind::DefineClass(_) | StmtKind::Block(_) => {}
    }
}

/// Calls `each` for every nested block of a statement, in source order.
pub fn stmt_blocks(kind: &StmtKind, mut each: impl FnMut(&Block)) {
    match kind {
        StmtKind::Branch { then, orelse, .. } => {
            each(then);
            each(orelse);
        }
        StmtKind::Switch { cases, .. } => cases.iter().for_each(|case| each(&case.body)),
        StmtKind::Loop(l) => [&l.init, &l.step, &l.body, &l.orelse].into_iter().for_each(each),
        StmtKind::Try(t) => {
            each(&t.body);
            t.handlers.iter().for_each(|h| each(&h.body));
            each(&t.orelse);
            each(&t.finally);
        }
        StmtKind::With { body, .. } | StmtKind::Block(body) => each(body),
        StmtKind::Expr(_)
        | StmtKind::Assign { .. }
        | StmtKind::Return(_)
        | StmtKind::Raise(_)
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Delete(_)
        | StmtKind::Defer(_)
        | StmtKind::Spawn(_)
        | StmtKind::Define(_)
        | StmtKind::DefineClass(_) => {}
    }
}

/// Visits an expression and everything below it, comprehension bodies included; `each` says whether to go deeper.
pub fn walk_expr(module: &Module, root: ExprId, each: &mut dyn FnMut(ExprId) -> bool) {
    if !each(root) {
        return;
    }
    if let ExprKind::Comprehension { body, .. } = module.expr(root).kind {
        walk_stmt(module, body, &mut |_| true, each);
        return;
    }
    child_exprs(module.expr(root), |child| walk_expr(module, child, each));
}

/// Visits a statement, its blocks and all its expressions, in source order; the callbacks say whether to go deeper.
pub fn walk_stmt(
    module: &Module,
    root: StmtId,
    each_stmt: &mut dyn FnMut(StmtId) -> bool,
    each_expr: &mut dyn FnMut(ExprId) -> bool,
) {
    if !each_stmt(root) {
        return;
    }
    let kind = &module.stmt(root).kind;
    stmt_exprs(kind, |e| walk_expr(module, e, each_expr));
    stmt_blocks(kind, |block| {
        for &inner in block {
            walk_stmt(module, inner, each_stmt, each_expr);
        }
    });
}

/// `walk_stmt` over a block.
pub fn walk_block(
    module: &Module,
    block: &Block,
    each_stmt: &mut dyn FnMut(StmtId) -> bool,
    each_expr: &mut dyn FnMut(ExprId) -> bool,
) {
    for &stmt in block {
        walk_stmt(module, stmt, each_stmt, each_expr);
    }
}
