//! Places that are written: names, members, and the patterns that take a value apart.
//!
//! ```text
//! const { a, b: [c = 1], ...rest } = x     {"a": a, "b": list[(c := 1)], **rest} = x
//! ```
//! Invariant: in a pattern, `Let` is a place with its default, and a spread takes what is left.

use super::Lower;
use super::kinds::Kind;
use super::scope::{Space, Wanted};
use crate::ir::{Entry, ExprId, ExprKind, SeqKind, VarId, VarKind};
use crate::source::Span;

/// What the names of a pattern do.
#[derive(Clone, Copy)]
pub(super) enum Bind {
    /// They are assigned to, whatever they are.
    Assign,
    Declare {
        kind: VarKind,
        is_const: bool,
        /// `var`: the variable belongs to the function.
        is_hoisted: bool,
    },
}

impl Bind {
    pub(super) fn local() -> Bind {
        Bind::Declare { kind: VarKind::Local, is_const: false, is_hoisted: false }
    }
}

impl Lower<'_> {
    /// The current node as a place. `write` is what writes it, if anything does.
    pub(super) fn pattern(&mut self, bind: Bind, write: Option<Span>) -> ExprId {
        self.nodes += 1;
        if self.is_too_deep() {
            return self.cut();
        }
        self.depth += 1;
        let place = match self.kind {
            Kind::Identifier | Kind::ShorthandPropertyIdentifierPattern => self.named_place(bind, write),
            Kind::ObjectPattern | Kind::Object => self.object_pattern(bind, write),
            Kind::ArrayPattern | Kind::Array => self.array_pattern(bind, write),
            Kind::AssignmentPattern | Kind::ObjectAssignmentPattern | Kind::AssignmentExpression => {
                self.place_with_default(bind, write)
            }
            Kind::RestPattern | Kind::SpreadElement => {
                let span = self.span();
                let inner = self.inner_place(bind, write);
                self.b.expr(ExprKind::Spread(inner), span)
            }
            Kind::ParenthesizedExpression | Kind::NonNullExpression | Kind::AsExpression => {
                self.inner_place(bind, write)
            }
            _ => self.expr(),
        };
        self.depth -= 1;
        place
    }

    fn named_place(&mut self, bind: Bind, write: Option<Span>) -> ExprId {
        let span = self.span();
        match bind {
            Bind::Assign => {
                let place = self.name(span);
                if let (Some(write), ExprKind::Name(name)) = (write, &self.b.module.exprs[place.index()].kind) {
                    self.scopes.want(*name, Wanted::Write(write));
                }
                place
            }
            Bind::Declare { kind, is_const, is_hoisted } => {
                let name = self.sym_of(span);
                let var = if is_hoisted {
                    let scope = self.scopes.of_function();
                    self.declare_again(scope, name, kind, Space::Value, span)
                } else {
                    let scope = self.scopes.here();
                    self.declare_in(scope, name, kind, Space::Value, span)
                };
                self.b.module.vars[var.index()].is_const = is_const;
                if let Some(write) = write {
                    self.b.wrote(var, write);
                }
                self.b.expr(ExprKind::Var(var), span)
            }
        }
    }

    fn inner_place(&mut self, bind: Bind, write: Option<Span>) -> ExprId {
        let mut inner = None;
        self.children(|l| {
            if inner.is_none() && l.kind.is_named() {
                inner = Some(l.pattern(bind, write));
            }
        });
        inner.unwrap_or_else(|| self.nothing())
    }

    fn object_pattern(&mut self, bind: Bind, write: Option<Span>) -> ExprId {
        let span = self.span();
        let mut entries = Vec::new();
        self.children(|l| {
            let at = l.span();
            match l.kind {
                Kind::ShorthandPropertyIdentifierPattern | Kind::ShorthandPropertyIdentifier => {
                    let key = l.str_of(at);
                    let value = l.shorthand_place(bind, write);
                    entries.push(Entry::Pair { key, value });
                }
                Kind::ObjectAssignmentPattern | Kind::AssignmentExpression | Kind::AssignmentPattern => {
                    let value = l.pattern(bind, write);
                    let name = match l.b.module.exprs[value.index()].kind {
                        ExprKind::Let { target, .. } => l.b.module.exprs[target.index()].span,
                        _ => at,
                    };
                    let key = l.str_of(name);
                    entries.push(Entry::Pair { key, value });
                }
                Kind::PairPattern | Kind::Pair => entries.extend(l.pair_pattern(bind, write)),
                Kind::RestPattern | Kind::SpreadElement => {
                    let inner = l.inner_place(bind, write);
                    entries.push(Entry::Spread(inner));
                }
                _ if l.kind.is_named() => {
                    let lost = l.unknown();
                    entries.push(Entry::Item(lost));
                }
                _ => {}
            }
        });
        self.b.expr(ExprKind::Record { ty: None, entries }, span)
    }

    fn shorthand_place(&mut self, bind: Bind, write: Option<Span>) -> ExprId {
        self.nodes += 1;
        self.named_place(bind, write)
    }

    /// `key: place`.
    fn pair_pattern(&mut self, bind: Bind, write: Option<Span>) -> Option<Entry> {
        let (mut key, mut value) = (None, None);
        self.children(|l| {
            if !l.kind.is_named() {
            } else if key.is_none() {
                key = Some(l.property_key());
            } else if value.is_none() {
                value = Some(l.pattern(bind, write));
            }
        });
        Some(Entry::Pair { key: key?, value: value? })
    }

    fn array_pattern(&mut self, bind: Bind, write: Option<Span>) -> ExprId {
        let span = self.span();
        let mut items = Vec::new();
        // `[, b]`: the place of an element that nothing takes.
        let mut has_element = false;
        self.children(|l| match l.kind {
            Kind::Comma => {
                if !has_element {
                    let at = l.span();
                    let hole = l.b.expr(ExprKind::Opaque(Vec::new()), at);
                    items.push(hole);
                }
                has_element = false;
            }
            _ if l.kind.is_named() => {
                has_element = true;
                items.push(l.pattern(bind, write));
            }
            _ => {}
        });
        self.b.expr(ExprKind::Seq { kind: SeqKind::List, items, ty: None }, span)
    }

    /// `place = default`.
    fn place_with_default(&mut self, bind: Bind, write: Option<Span>) -> ExprId {
        let span = self.span();
        let (mut target, mut value) = (None, None);
        self.children(|l| {
            if !l.kind.is_named() {
            } else if target.is_none() {
                target = Some(l.pattern(bind, write));
            } else if value.is_none() {
                value = Some(l.expr());
            }
        });
        match (target, value) {
            (Some(target), Some(value)) => self.b.expr(ExprKind::Let { target, value }, span),
            (Some(place), None) | (None, Some(place)) => place,
            (None, None) => self.nothing(),
        }
    }

    /// Variables that a lowered pattern declares or names.
    pub(super) fn variables_of(&self, place: ExprId, found: &mut Vec<VarId>) {
        match &self.b.module.exprs[place.index()].kind {
            ExprKind::Var(var) => found.push(*var),
            ExprKind::Spread(inner) | ExprKind::Let { target: inner, .. } => self.variables_of(*inner, found),
            ExprKind::Seq { items, .. } => items.iter().for_each(|&item| self.variables_of(item, found)),
            ExprKind::Record { entries, .. } => {
                for entry in entries {
                    match entry {
                        Entry::Pair { value, .. } | Entry::Spread(value) | Entry::Item(value) => {
                            self.variables_of(*value, found);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
