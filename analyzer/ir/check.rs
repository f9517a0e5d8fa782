//! Whether a module keeps the invariants that `ir` states: the tests of every lowering ask this.
//!
//! Knows the shape of the IR. Does not know any language.
//! Invariant: an empty answer means that ids are in range, spans nest and every node has one parent.

use super::visit::{child_exprs, stmt_blocks, stmt_exprs};
use super::{ExprId, ExprKind, Module, StmtId, StmtKind};
use crate::source::Span;

/// What is wrong with the IR of a file of `length` bytes, in words; empty when nothing is.
pub fn violations(module: &Module, length: usize) -> Vec<String> {
    let mut check = Check {
        module,
        whole: Span::new(0, length),
        expr_parents: vec![0; module.exprs.len()],
        stmt_parents: vec![0; module.stmts.len()],
        found: Vec::new(),
    };
    check.roots();
    check.children();
    check.counts();
    check.found
}

struct Check<'m> {
    module: &'m Module,
    whole: Span,
    expr_parents: Vec<u32>,
    stmt_parents: Vec<u32>,
    found: Vec<String>,
}

impl Check<'_> {
    /// What functions, classes, variables, imports and exports refer to.
    fn roots(&mut self) {
        let module = self.module;
        for (index, function) in module.functions.iter().enumerate() {
            let what = format!("function {index} {:?}", module.text(function.name));
            self.inside(self.whole, function.span, &what);
            self.inside(function.span, function.head, &format!("head of {what}"));
            for &stmt in &function.body {
                self.stmt_under(function.span, stmt, &what);
            }
            for &decorator in &function.decorators {
                self.expr_under(self.whole, decorator, &what);
            }
            for param in &function.params {
                let parts = param.pattern.iter().chain(&param.default).chain(&param.decorators);
                parts.for_each(|&e| self.expr_under(function.span, e, &what));
            }
            if function.parent.is_some_and(|parent| parent.index() >= module.functions.len()) {
                self.found.push(format!("{what} has a parent that does not exist"));
            }
        }
        for class in &module.classes {
            let what = format!("class {:?}", module.text(class.name));
            self.inside(self.whole, class.span, &what);
            self.inside(class.span, class.head, &format!("head of {what}"));
            for &decorator in &class.decorators {
                self.expr_under(self.whole, decorator, &what);
            }
            for &e in class.bases.iter().chain(class.keywords.iter().map(|arg| &arg.value)) {
                self.expr_under(class.span, e, &what);
            }
            for field in &class.fields {
                let what = format!("field {:?} of {what}", module.text(field.name));
                self.inside(class.span, field.span, &what);
                field.value.iter().chain(&field.decorators).for_each(|&e| self.expr_under(class.span, e, &what));
            }
        }
        for var in &module.vars {
            let what = format!("variable {:?}", module.text(var.name));
            self.inside(self.whole, var.span, &what);
            var.writes.iter().for_each(|&write| self.inside(self.whole, write, &format!("a write of {what}")));
        }
        for export in &module.exports {
            export.value.iter().for_each(|&e| self.expr_under(self.whole, e, "an export"));
        }
        for import in &module.imports {
            self.inside(self.whole, import.span, "an import");
        }
    }

    fn children(&mut self) {
        let module = self.module;
        for expr in &module.exprs {
            let what = describe(&format!("{:?}", expr.kind), expr.span);
            self.inside(self.whole, expr.span, &what);
            child_exprs(expr, |child| self.expr_under(expr.span, child, &what));
            match expr.kind {
                ExprKind::Comprehension { body, .. } => self.stmt_under(expr.span, body, &what),
                ExprKind::Var(var) if var.index() >= module.vars.len() => {
                    self.found.push(format!("{what}: no such Var"));
                }
                _ => {}
            }
        }
        for stmt in &module.stmts {
            let what = describe(&format!("{:?}", stmt.kind), stmt.span);
            self.inside(self.whole, stmt.span, &what);
            stmt_exprs(&stmt.kind, |child| self.expr_under(stmt.span, child, &what));
            stmt_blocks(&stmt.kind, |block| block.iter().for_each(|&child| self.stmt_under(stmt.span, child, &what)));
            match &stmt.kind {
                StmtKind::Loop(l) => self.inside(stmt.span, l.head, &format!("head of {what}")),
                StmtKind::Try(t) => {
                    for handler in &t.handlers {
                        self.inside(stmt.span, handler.span, &format!("handler of {what}"));
                        self.inside(handler.span, handler.head, &format!("handler's head of {what}"));
                    }
                }
                _ => {}
            }
        }
        for ty in &module.types {
            self.inside(self.whole, ty.span, "a type");
        }
    }

    fn counts(&mut self) {
        for (index, &count) in self.expr_parents.iter().enumerate() {
            if count > 1 {
                let expr = &self.module.exprs[index];
                self.found.push(format!("{count} parents: {}", describe(&format!("{:?}", expr.kind), expr.span)));
            }
        }
        for (index, &count) in self.stmt_parents.iter().enumerate() {
            if count > 1 {
                let stmt = &self.module.stmts[index];
                self.found.push(format!("{count} parents: {}", describe(&format!("{:?}", stmt.kind), stmt.span)));
            }
        }
    }

    fn expr_under(&mut self, parent: Span, child: ExprId, what: &str) {
        let Some(expr) = self.module.exprs.get(child.index()) else {
            self.found.push(format!("{what}: expression {} does not exist", child.0));
            return;
        };
        self.expr_parents[child.index()] += 1;
        self.inside(parent, expr.span, &format!("an expression of {what}"));
    }

    fn stmt_under(&mut self, parent: Span, child: StmtId, what: &str) {
        let Some(stmt) = self.module.stmts.get(child.index()) else {
            self.found.push(format!("{what}: statement {} does not exist", child.0));
            return;
        };
        self.stmt_parents[child.index()] += 1;
        self.inside(parent, stmt.span, &format!("a statement of {what}"));
    }

    fn inside(&mut self, outer: Span, inner: Span, what: &str) {
        if !outer.contains(inner) || inner.start > inner.end {
            self.found
                .push(format!("{what} at {}-{} is outside {}-{}", inner.start, inner.end, outer.start, outer.end));
        }
    }
}

fn describe(kind: &str, span: Span) -> String {
    let short: String = kind.chars().take(60).collect();
    format!("{short} at {}-{}", span.start, span.end)
}
