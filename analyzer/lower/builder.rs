//! What the three lowerings share: arenas that are appended to, and variable declarations.
//!
//! Does not know any syntax. Scoping rules belong to each language; this only records what they decide.

use crate::ir::{
    Arg, CallForm, Class, ClassId, Expr, ExprId, ExprKind, FnId, Function, Import, ImportId, Lit, Module, Stmt, StmtId,
    StmtKind, Sym, Type, TypeId, TypeKind, Var, VarId, VarKind,
};
use crate::source::Span;

#[derive(Default)]
pub struct Builder {
    pub module: Module,
}

impl Builder {
    pub fn sym(&mut self, text: &str) -> Sym {
        self.module.strings.intern(text)
    }

    pub fn expr(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.module.exprs.push(Expr { kind, span });
        ExprId(self.module.exprs.len() as u32 - 1)
    }

    pub fn stmt(&mut self, kind: StmtKind, span: Span) -> StmtId {
        self.module.stmts.push(Stmt { kind, span });
        StmtId(self.module.stmts.len() as u32 - 1)
    }

    pub fn ty(&mut self, kind: TypeKind, span: Span) -> TypeId {
        self.module.types.push(Type { kind, span });
        TypeId(self.module.types.len() as u32 - 1)
    }

    /// Declares a variable; `writes` starts empty.
    pub fn var(&mut self, name: Sym, owner: FnId, kind: VarKind, span: Span) -> VarId {
        self.module.vars.push(Var { name, owner, kind, ty: None, span, writes: Vec::new(), is_const: false });
        VarId(self.module.vars.len() as u32 - 1)
    }

    pub fn wrote(&mut self, var: VarId, span: Span) {
        self.module.vars[var.index()].writes.push(span);
    }

    pub fn import(&mut self, import: Import) -> ImportId {
        self.module.imports.push(import);
        ImportId(self.module.imports.len() as u32 - 1)
    }

    pub fn function(&mut self, function: Function) -> FnId {
        self.module.functions.push(function);
        FnId(self.module.functions.len() as u32 - 1)
    }

    pub fn class(&mut self, class: Class) -> ClassId {
        self.module.classes.push(class);
        ClassId(self.module.classes.len() as u32 - 1)
    }

    pub fn str_lit(&mut self, text: &str, span: Span) -> ExprId {
        let sym = self.sym(text);
        self.expr(ExprKind::Lit(Lit::Str(sym)), span)
    }

    pub fn call(&mut self, callee: ExprId, args: Vec<Arg>, span: Span) -> ExprId {
        self.expr(ExprKind::Call { callee, args, form: CallForm::Plain }, span)
    }
}
