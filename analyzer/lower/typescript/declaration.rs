//! `const`, `let`, `var` and `using`.
//!
//! Invariant: a declarator with a value is one `Assign` of its own; one without a value declares only, except that
//! `const X = require("m")` and `const { a } = await import("m")` are imports and `const C = class {}` defines a class.

use super::kinds::Kind;
use super::pattern::Bind;
use super::{Exporting, Lower};
use crate::ir::{Block, Entry, ExprId, ExprKind, Imported, Lit, StmtKind, VarId, VarKind, WithItem};
use crate::source::Span;

/// What the keyword before the declarators says.
#[derive(Clone, Copy)]
struct Keyword {
    is_const: bool,
    is_hoisted: bool,
    is_using: bool,
    is_async: bool,
}

impl Lower<'_> {
    pub(super) fn variable_declaration(&mut self, out: &mut Block) {
        let exporting = std::mem::take(&mut self.exporting);
        let mut keyword = Keyword { is_const: false, is_hoisted: false, is_using: false, is_async: false };
        self.children(|l| match l.kind {
            Kind::Var => keyword.is_hoisted = true,
            Kind::Const => keyword.is_const = true,
            Kind::Using => (keyword.is_const, keyword.is_using) = (true, true),
            Kind::Await => keyword.is_async = true,
            Kind::VariableDeclarator => l.declarator(keyword, exporting, out),
            Kind::Error => l.lost_statement(out),
            _ => {}
        });
    }

    fn declarator(&mut self, keyword: Keyword, exporting: Exporting, out: &mut Block) {
        self.nodes += 1;
        let span = self.span();
        let bind = Bind::Declare { kind: VarKind::Local, is_const: keyword.is_const, is_hoisted: keyword.is_hoisted };
        let mut target: Option<ExprId> = None;
        let mut ty = None;
        let mut is_settled = false;
        self.children(|l| match l.kind {
            Kind::TypeAnnotation => ty = l.annotation(),
            _ if !l.kind.is_named() => {}
            _ => {
                let Some(place) = target else {
                    let write = (l.kind != Kind::Identifier).then_some(span);
                    target = Some(l.pattern(bind, write));
                    return;
                };
                if !is_settled {
                    is_settled = true;
                    l.initialise(place, span, keyword, ty, out);
                }
            }
        });
        let Some(target) = target else { return };
        if let (Some(var), true) = (self.variable(target), ty.is_some()) {
            self.b.module.vars[var.index()].ty = ty;
        }
        if exporting != Exporting::No {
            let mut vars = Vec::new();
            self.variables_of(target, &mut vars);
            for var in vars {
                let (name, at) = (self.b.module.vars[var.index()].name, self.b.module.vars[var.index()].span);
                self.export(exporting, name, var, at);
            }
        }
    }

    /// The current node is the value of `place`.
    fn initialise(
        &mut self,
        place: ExprId,
        span: Span,
        keyword: Keyword,
        ty: Option<crate::ir::TypeId>,
        out: &mut Block,
    ) {
        let variable = self.variable(place);
        if self.import_declarator(place, span) {
            return;
        }
        if let (Kind::Class, Some(var)) = (self.kind, variable) {
            let class = self.class(Some(var), Vec::new());
            let at = self.b.module.classes[class.index()].span;
            out.push(self.b.stmt(StmtKind::DefineClass(class), at));
            return;
        }
        self.hint = variable.map(|var| self.b.module.vars[var.index()].name);
        let value = self.expr();
        if let Some(var) = variable {
            self.b.wrote(var, span);
        }
        if keyword.is_using {
            let items = vec![WithItem { context: value, target: Some(place) }];
            let kind = StmtKind::With { items, body: Vec::new(), is_async: keyword.is_async };
            let with = self.b.stmt(kind, span);
            self.open_with = Some(with);
            out.push(with);
            return;
        }
        let kind = StmtKind::Assign { target: place, ty, op: None, value };
        out.push(self.b.stmt(kind, span));
    }

    fn variable(&self, place: ExprId) -> Option<VarId> {
        match self.b.module.exprs[place.index()].kind {
            ExprKind::Var(var) => Some(var),
            _ => None,
        }
    }

    /// Whether the current node is `require("m")`, `await import("m")` or a member of one, and `place` takes it apart
    /// in no other way than an import could.
    fn import_declarator(&mut self, place: ExprId, span: Span) -> bool {
        let Some((specifier, member)) = self.required_module() else { return false };
        if let Some(var) = self.variable(place) {
            let module = self.string_at(specifier);
            let what = match member {
                None => Imported::Module,
                Some(member) => self.member_import(member),
            };
            self.import(module, what, Some(var), span);
            return true;
        }
        let ExprKind::Record { entries, .. } = &self.b.module.exprs[place.index()].kind else { return false };
        if member.is_some() {
            return false;
        }
        let mut pairs = Vec::with_capacity(entries.len());
        for entry in entries {
            let Entry::Pair { key, value } = *entry else { return false };
            let ExprKind::Lit(Lit::Str(_)) = self.b.module.exprs[key.index()].kind else { return false };
            let ExprKind::Var(var) = self.b.module.exprs[value.index()].kind else { return false };
            pairs.push((self.b.module.exprs[key.index()].span, var));
        }
        let module = self.string_at(specifier);
        for (key, var) in pairs {
            let what = self.member_import(key);
            self.import(module, what, Some(var), span);
            // The pattern is not a write any more: the import is the declaration.
            self.b.module.vars[var.index()].writes.clear();
        }
        true
    }

    /// The text of the module's name and of the member's, for `require("m")` and `require("m").member`.
    fn required_module(&self) -> Option<(Span, Option<Span>)> {
        let mut node = self.node;
        let mut member = None;
        let mut is_awaited = false;
        loop {
            match self.grammar.kind(node.kind_id()) {
                Kind::MemberExpression if member.is_none() && !is_awaited => {
                    let name = node.child(node.child_count().checked_sub(1)?)?;
                    member = Some(Span::new(name.start_byte(), name.end_byte()));
                    node = node.child(0)?;
                }
                Kind::AwaitExpression if !is_awaited => {
                    is_awaited = true;
                    node = node.named_child(0)?;
                }
                Kind::ParenthesizedExpression => node = node.named_child(0)?,
                Kind::CallExpression => break,
                _ => return None,
            }
        }
        let callee = node.child(0)?;
        let is_import = match self.grammar.kind(callee.kind_id()) {
            Kind::Import => is_awaited,
            Kind::Identifier => &self.bytes[callee.byte_range()] == b"require",
            _ => false,
        };
        let arguments = node.child(1).filter(|_| is_import)?;
        let argument = arguments.named_child(0)?;
        if self.grammar.kind(argument.kind_id()) != Kind::String || arguments.named_child_count() != 1 {
            return None;
        }
        Some((Span::new(argument.start_byte(), argument.end_byte()), member))
    }

    fn member_import(&mut self, name: Span) -> Imported {
        let name = match self.bytes_of(name).first() {
            Some(b'"' | b'\'') => self.string_at(name),
            _ => self.sym_of(name),
        };
        if self.b.module.strings.get(name) == "default" { Imported::Default } else { Imported::Member(name) }
    }
}
