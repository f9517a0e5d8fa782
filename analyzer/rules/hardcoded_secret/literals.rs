//! The texts of a module: where its literals stand, what is joined of several, what may hold a connection string.
//!
//! Knows the IR and the file's bytes. Does not know which text is a credential.

use super::fold::Program;
use crate::ir::{BinaryOp, ExprId, ExprKind, Lit, StmtKind};
use crate::secrets::values::HOLE;
use crate::source::Span;
use std::collections::BTreeSet;

/// The literals of a module and what is made of them.
pub(super) struct Literals<'p, 'm> {
    program: &'p Program<'m>,
    /// Spans of string literals and templates, by start.
    spans: Vec<Span>,
    /// Expressions that are text and not a part of a longer text.
    roots: Vec<ExprId>,
    /// Docstrings and other texts that are nobody's operand.
    unused: BTreeSet<ExprId>,
}

impl<'p, 'm> Literals<'p, 'm> {
    pub(super) fn new(program: &'p Program<'m>) -> Literals<'p, 'm> {
        let module = program.module;
        let is_text = |id: ExprId| {
            matches!(
                module.expr(id).kind,
                ExprKind::Lit(Lit::Str(_)) | ExprKind::Template(_) | ExprKind::Binary { op: BinaryOp::Add, .. }
            )
        };
        let mut spans = Vec::new();
        let mut roots = Vec::new();
        for index in 0..module.exprs.len() {
            let id = ExprId(index as u32);
            if !is_text(id) {
                continue;
            }
            if !matches!(module.expr(id).kind, ExprKind::Binary { .. }) {
                spans.push(module.expr(id).span);
            }
            if !program.parent(id).is_some_and(is_text) {
                roots.push(id);
            }
        }
        spans.sort_unstable();
        let unused = module
            .stmts
            .iter()
            .filter_map(|stmt| match stmt.kind {
                StmtKind::Expr(id) => Some(id),
                _ => None,
            })
            .collect();
        Literals { program, spans, roots, unused }
    }

    /// The smallest literal that holds a span.
    fn around(&self, span: Span) -> Option<Span> {
        let end = self.spans.partition_point(|literal| literal.start <= span.start);
        self.spans[..end].iter().rev().take(64).find(|literal| literal.contains(span)).copied()
    }

    /// What is shown for a token: its literal, or the token alone where the literal has more lines than it.
    pub(super) fn shown(&self, span: Span, bytes: &[u8]) -> Option<Span> {
        let breaks = |span: Span| memchr::memchr_iter(b'\n', &bytes[span.start as usize..span.end as usize]).count();
        self.around(span).map(|literal| if breaks(literal) <= breaks(span) { literal } else { span })
    }

    /// Texts that do not stand in the file as they are: concatenations, adjacent literals, escapes.
    pub(super) fn joined(&self, bytes: &[u8]) -> Vec<(ExprId, String)> {
        let module = self.program.module;
        let mut found = Vec::new();
        for &id in &self.roots {
            let is_plain = matches!(module.expr(id).kind, ExprKind::Lit(_));
            // The usual literal: its text between two quotes.
            if let Some(text) = module.str_of(id)
                && (text.len() < 16 || bytes[module.expr(id).span.start as usize + 1..].starts_with(text.as_bytes()))
            {
                continue;
            }
            let Some(text) = (if is_plain { self.program.written(id) } else { self.program.text(id) }) else {
                continue;
            };
            if text.len() < 16 || text.len() > 8192 {
                continue;
            }
            let span = module.expr(id).span;
            let source = &bytes[span.start as usize..(span.end as usize).min(bytes.len())];
            if memchr::memmem::find(source, text.as_bytes()).is_none() {
                found.push((id, text));
            }
        }
        found
    }

    /// Texts that may hold a connection string, with holes for variables.
    pub(super) fn connections(&self) -> Vec<(ExprId, String)> {
        let may_be = |text: &str| text.contains('=') || (text.contains('@') && text.contains(['/', '(']));
        let roots = self.roots.iter().filter(|id| !self.unused.contains(id));
        roots
            .filter(|&&id| self.program.module.str_of(id).is_none_or(may_be))
            .filter_map(|&id| {
                let text = self.program.written(id)?;
                let may_be =
                    (text.contains("://") && text.contains('@')) || text.contains('=') || text.contains("@tcp(");
                (may_be && text.chars().any(|c| c != HOLE)).then_some((id, text))
            })
            .collect()
    }
}
