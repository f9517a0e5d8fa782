//! `import` and `export`, and their forms in `CommonJS`.
//!
//! ```text
//! import db, { q as query } from "./db"      import ./db default -> db; import ./db {q} -> query
//! require("./routes")(app)                   a variable that is the import stands for the call
//! module.exports = { list: async () => {} }  list = fn; default = {"list": list}; both exported
//! ```
//! Invariant: `exports.x` and what `module.exports` gets are variables, so that every exported value is one.

use super::kinds::{Field, Kind};
use super::scope::{Space, Wanted};
use super::{Exporting, Lower, text};
use crate::ir::{Arg, Block, CallForm, Entry, Export, ExprId, ExprKind, Imported, Lit, StmtKind, Sym, VarId, VarKind};
use crate::source::Span;

/// What an assignment exports.
pub(super) enum CommonExport {
    /// `module.exports = x`.
    Whole,
    /// `exports.name = x`.
    Member(Sym),
}

impl Lower<'_> {
    // --- import ---

    pub(super) fn import_statement(&mut self) {
        let span = self.span();
        // The clause comes before the module's name.
        let first = self.b.module.imports.len();
        let unnamed = self.b.sym("");
        let mut module = None;
        self.children(|l| match l.kind {
            Kind::ImportClause => l.import_clause(unnamed),
            Kind::ImportRequireClause => module = l.import_require(unnamed),
            Kind::String => {
                let at = l.span();
                module = Some(l.string_at(at));
            }
            _ => {}
        });
        // Without one the source is broken; the names stay imports.
        let Some(module) = module else { return };
        for import in &mut self.b.module.imports[first..] {
            import.module = module;
        }
        if self.b.module.imports.len() == first {
            self.import(module, Imported::Nothing, None, span);
        }
    }

    fn import_clause(&mut self, module: Sym) {
        self.children(|l| match l.kind {
            Kind::Identifier => {
                let at = l.span();
                l.bind_import(module, Imported::Default, at, at);
            }
            Kind::NamespaceImport => {
                let whole = l.span();
                l.children(|l| {
                    if l.kind == Kind::Identifier {
                        let at = l.span();
                        l.bind_import(module, Imported::Module, at, whole);
                    }
                });
            }
            Kind::NamedImports => l.children(|l| {
                if l.kind == Kind::ImportSpecifier {
                    l.import_specifier(module);
                }
            }),
            _ => {}
        });
    }

    fn import_specifier(&mut self, module: Sym) {
        self.nodes += 1;
        let whole = self.span();
        if text::is_plain_name(self.bytes_of(whole)) {
            let what = self.imported(whole);
            self.bind_import(module, what, whole, whole);
            return;
        }
        let (mut name, mut local) = (None, None);
        self.children(|l| match l.field() {
            Field::Name => name = Some(l.span()),
            Field::Alias => local = Some(l.span()),
            _ => {}
        });
        let Some(name) = name else { return };
        let what = self.imported(name);
        self.bind_import(module, what, local.unwrap_or(name), whole);
    }

    /// `import fs = require("fs")`.
    fn import_require(&mut self, module: Sym) -> Option<Sym> {
        let whole = self.span();
        let mut name = None;
        self.children(|l| match l.kind {
            Kind::Identifier => {
                let at = l.span();
                l.bind_import(module, Imported::Module, at, whole);
            }
            Kind::String => {
                let at = l.span();
                name = Some(l.string_at(at));
            }
            _ => {}
        });
        name
    }

    fn bind_import(&mut self, module: Sym, what: Imported, at: Span, whole: Span) {
        let name = self.sym_of(at);
        let here = self.scopes.here();
        let var = self.declare_in(here, name, VarKind::Local, Space::Both, at);
        self.import(module, what, Some(var), whole);
    }

    /// `default` by any spelling is the default import.
    fn imported(&mut self, name: Span) -> Imported {
        let sym = self.export_name(name);
        if self.b.module.strings.get(sym) == "default" { Imported::Default } else { Imported::Member(sym) }
    }

    /// The text of an identifier, `default` or a string.
    fn export_name(&mut self, at: Span) -> Sym {
        match self.bytes_of(at).first() {
            Some(b'"' | b'\'') => self.string_at(at),
            _ => self.sym_of(at),
        }
    }

    /// `import A = B.C`.
    pub(super) fn import_alias(&mut self, out: &mut Block) {
        let exporting = std::mem::take(&mut self.exporting);
        let span = self.span();
        let mut var = None;
        self.children(|l| {
            let at = l.span();
            match l.kind {
                Kind::Identifier if var.is_none() => {
                    let name = l.sym_of(at);
                    let here = l.scopes.here();
                    let alias = l.declare_in(here, name, VarKind::Local, Space::Both, at);
                    l.export(exporting, name, alias, at);
                    var = Some((alias, at));
                }
                Kind::Identifier | Kind::NestedIdentifier => {
                    let Some((var, at)) = var else { return };
                    let target = l.b.expr(ExprKind::Var(var), at);
                    let value = l.expr();
                    l.b.wrote(var, span);
                    out.push(l.b.stmt(StmtKind::Assign { target, ty: None, op: None, value }, span));
                }
                _ => {}
            }
        });
    }

    /// Turns the call that was just lowered into the module it loads, when it is `require("m")`.
    pub(super) fn required(&mut self, call: ExprId) {
        let module = &self.b.module;
        let Some(specifier) = self.called_with_name(call, "require") else { return };
        let span = module.exprs[call.index()].span;
        self.stand_for_module(call, specifier, span);
    }

    /// The same for `await import("m")`; a promise that is not awaited stays a call.
    pub(super) fn awaited_import(&mut self, call: ExprId) {
        let Some(specifier) = self.called_with_name(call, "import") else { return };
        let span = self.b.module.exprs[call.index()].span;
        self.stand_for_module(call, specifier, span);
    }

    fn stand_for_module(&mut self, expr: ExprId, module: Sym, span: Span) {
        let var = self.b.var(module, self.function, VarKind::Local, span);
        self.import(module, Imported::Module, Some(var), span);
        self.b.module.exprs[expr.index()].kind = ExprKind::Var(var);
    }

    /// The only argument of a call of a free name, when it is a string.
    fn called_with_name(&self, call: ExprId, callee_name: &str) -> Option<Sym> {
        let module = &self.b.module;
        let ExprKind::Call { callee, args, form: CallForm::Plain } = &module.exprs[call.index()].kind else {
            return None;
        };
        let ExprKind::Name(name) = module.exprs[callee.index()].kind else { return None };
        let [Arg { value, .. }] = args[..] else { return None };
        let ExprKind::Lit(Lit::Str(specifier)) = module.exprs[value.index()].kind else { return None };
        (module.strings.get(name) == callee_name).then_some(specifier)
    }

    // --- export ---

    /// Notes that a declaration is exported.
    pub(super) fn export(&mut self, exporting: Exporting, name: Sym, var: VarId, span: Span) {
        let name = match exporting {
            Exporting::No => return,
            Exporting::Named => name,
            Exporting::Default => self.b.sym("default"),
        };
        // An overload's signatures and its body are one export.
        if self.b.module.exports.last().is_some_and(|last| last.name == Some(name) && last.var == Some(var)) {
            return;
        }
        self.push_export(Some(name), Some(var), span);
    }

    /// The index of a new export; none inside a namespace.
    fn push_export(&mut self, name: Option<Sym>, var: Option<VarId>, span: Span) -> Option<u32> {
        if self.namespaces > 0 {
            return None;
        }
        self.b.module.exports.push(Export { name, var, value: None, module: None, member: None, span });
        Some(self.b.module.exports.len() as u32 - 1)
    }

    fn want_export(&mut self, name: Sym, export: Option<u32>) {
        if let Some(export) = export {
            self.scopes.want(name, Wanted::Export(export));
        }
    }

    pub(super) fn export_statement(&mut self, out: &mut Block) {
        let span = self.span();
        let first = self.b.module.exports.len();
        let mut decorators = Vec::new();
        let mut module = None;
        let mut is_default = false;
        let mut has_star = false;
        // Names of an export clause: as exported, as declared.
        let mut named: Vec<(Sym, Sym, Span)> = Vec::new();
        self.children(|l| match l.kind {
            Kind::Decorator => decorators.push(l.decorator()),
            Kind::Default | Kind::Equals => is_default = true,
            Kind::Star => has_star = true,
            Kind::NamespaceExport => {
                let at = l.span();
                let mut name = None;
                l.children(|l| {
                    if l.kind != Kind::Star && l.kind.is_named() {
                        let at = l.span();
                        name = Some(l.export_name(at));
                    }
                });
                let all = l.b.sym("*");
                if let Some(export) = l.push_export(name, None, at) {
                    l.b.module.exports[export as usize].member = Some(all);
                }
            }
            Kind::ExportClause => l.children(|l| {
                if l.kind == Kind::ExportSpecifier {
                    named.extend(l.export_specifier());
                }
            }),
            Kind::String if l.field() == Field::Source => {
                let at = l.span();
                module = Some(l.string_at(at));
            }
            _ if l.field() == Field::Declaration => {
                l.exporting = if is_default { Exporting::Default } else { Exporting::Named };
                l.declaration(std::mem::take(&mut decorators), out);
                l.exporting = Exporting::No;
            }
            // `export as namespace X`: the name has no field and there is no `default`.
            _ if l.kind.is_named() && is_default => l.export_value(out),
            Kind::Error => l.lost_statement(out),
            _ => {}
        });
        if has_star {
            self.push_export(None, None, span);
        }
        for (exported, declared, at) in named {
            let export = self.push_export(Some(exported), None, at);
            if module.is_none() {
                self.want_export(declared, export);
            } else if let (Some(export), true) = (export, declared != exported) {
                self.b.module.exports[export as usize].member = Some(declared);
            }
        }
        if module.is_some() {
            for export in &mut self.b.module.exports[first..] {
                export.module = module;
            }
        }
    }

    fn export_specifier(&mut self) -> Option<(Sym, Sym, Span)> {
        self.nodes += 1;
        let span = self.span();
        let (mut name, mut alias) = (None, None);
        self.children(|l| match l.field() {
            Field::Name => name = Some(l.span()),
            Field::Alias => alias = Some(l.span()),
            _ => {}
        });
        let declared = self.export_name(name?);
        let exported = alias.map_or(declared, |alias| self.export_name(alias));
        Some((exported, declared, span))
    }

    /// `export default value`, `export = value`: a name is exported as it is, anything else through a variable.
    fn export_value(&mut self, out: &mut Block) {
        let span = self.span();
        let default = self.b.sym("default");
        if self.kind == Kind::Identifier {
            let name = self.sym_of(span);
            let export = self.push_export(Some(default), None, span);
            self.want_export(name, export);
            return;
        }
        let var = self.synthetic("default", VarKind::Local, span);
        self.push_export(Some(default), Some(var), span);
        if self.kind == Kind::Class {
            let class = self.class(Some(var), Vec::new());
            out.push(self.b.stmt(StmtKind::DefineClass(class), span));
            return;
        }
        let target = self.b.expr(ExprKind::Var(var), span);
        self.hint = Some(default);
        let value = self.expr();
        self.b.wrote(var, span);
        out.push(self.b.stmt(StmtKind::Assign { target, ty: None, op: None, value }, span));
    }

    // --- module.exports ---

    /// Whether a lowered place is `module.exports`, `exports.name` or `module.exports.name`.
    pub(super) fn common_export(&self, place: ExprId) -> Option<CommonExport> {
        let ExprKind::Member { base, name, .. } = self.b.module.exprs[place.index()].kind else { return None };
        if self.is_module_exports(place) {
            return Some(CommonExport::Whole);
        }
        (self.is_free_name(base, "exports") || self.is_module_exports(base)).then_some(CommonExport::Member(name))
    }

    fn is_module_exports(&self, expr: ExprId) -> bool {
        match self.b.module.exprs[expr.index()].kind {
            ExprKind::Member { base, name, .. } => {
                self.b.module.strings.get(name) == "exports" && self.is_free_name(base, "module")
            }
            _ => false,
        }
    }

    fn is_free_name(&self, expr: ExprId, text: &str) -> bool {
        match self.b.module.exprs[expr.index()].kind {
            ExprKind::Name(name) => self.b.module.strings.get(name) == text && !self.scopes.is_declared(name),
            _ => false,
        }
    }

    /// Records the export of `place = value` and says which variable takes the value instead of the place.
    pub(super) fn export_common(&mut self, what: &CommonExport, value: ExprId, span: Span) -> VarId {
        let name = match what {
            CommonExport::Whole => {
                self.export_entries(value);
                self.b.sym("default")
            }
            CommonExport::Member(name) => *name,
        };
        self.common_variable(name, value, span)
    }

    /// The variable of an exported name, made at its first export. A name that is exported as it is gets no second
    /// variable in `exports`, but one to be assigned.
    fn common_variable(&mut self, name: Sym, value: ExprId, span: Span) -> VarId {
        if let Some(&(_, var)) = self.common_exports.iter().find(|(known, _)| *known == name) {
            return var;
        }
        let var = self.b.var(name, crate::ir::MODULE_FN, VarKind::Local, span);
        self.common_exports.push((name, var));
        let export = self.push_export(Some(name), Some(var), span);
        match (self.b.module.exprs[value.index()].kind.clone(), export) {
            (ExprKind::Name(declared), export) => self.want_export(declared, export),
            (ExprKind::Var(declared), Some(export)) => self.b.module.exports[export as usize].var = Some(declared),
            _ => {}
        }
        var
    }

    /// `exports.helper()` reads the variable that `exports.helper = …` writes, wherever it stands.
    pub(super) fn read_common_exports(&mut self) {
        for at in 0..self.b.module.exprs.len() {
            let ExprKind::Member { name, base, .. } = self.b.module.exprs[at].kind else { continue };
            let Some(&(_, var)) = self.common_exports.iter().find(|(known, _)| *known == name) else { continue };
            if self.is_free_name(base, "exports") || self.is_module_exports(base) {
                self.b.module.exprs[at].kind = ExprKind::Var(var);
            }
        }
    }

    /// `module.exports = { a, b: f(), ...require("./c") }`: each property is an export; a value that is no name gets a
    /// variable, assigned before the whole.
    fn export_entries(&mut self, record: ExprId) {
        let ExprKind::Record { entries, .. } = &mut self.b.module.exprs[record.index()].kind else {
            self.export_all_of(record);
            return;
        };
        let mut entries = std::mem::take(entries);
        for entry in &mut entries {
            match entry {
                Entry::Pair { key, value } => {
                    let ExprKind::Lit(Lit::Str(name)) = self.b.module.exprs[key.index()].kind else { continue };
                    let span = self.b.module.exprs[value.index()].span;
                    let var = self.common_variable(name, *value, span);
                    if matches!(self.b.module.exprs[value.index()].kind, ExprKind::Name(_) | ExprKind::Var(_)) {
                        continue;
                    }
                    let target = self.b.expr(ExprKind::Var(var), span);
                    let assign = StmtKind::Assign { target, ty: None, op: None, value: *value };
                    self.b.wrote(var, span);
                    let assign = self.b.stmt(assign, span);
                    self.prelude.push(assign);
                    *value = self.b.expr(ExprKind::Var(var), span);
                }
                Entry::Spread(value) => self.export_all_of(*value),
                Entry::Item(_) => {}
            }
        }
        if let ExprKind::Record { entries: place, .. } = &mut self.b.module.exprs[record.index()].kind {
            *place = entries;
        }
    }

    /// `module.exports = require("./x")` exports what the other module does.
    fn export_all_of(&mut self, value: ExprId) {
        let ExprKind::Var(var) = self.b.module.exprs[value.index()].kind else { return };
        let VarKind::Import(import) = self.b.module.vars[var.index()].kind else { return };
        let import = &self.b.module.imports[import.index()];
        if import.what == Imported::Module {
            let (module, span) = (import.module, self.b.module.exprs[value.index()].span);
            if let Some(export) = self.push_export(None, None, span) {
                self.b.module.exports[export as usize].module = Some(module);
            }
        }
    }
}
