//! Names of a file and what they refer to: scopes, declarations, and references that wait for their scope to end.
//!
//! A reference is kept until the scope around it closes, because JavaScript lets code use what is declared further down:
//! ```text
//! const list = () => load(db)    `load` and `db` wait
//! function load(x) { … }         … and get these when the module ends
//! const db = connect()
//! ```
//! Knows block and function scopes, and that values and types are two namespaces (`interface User {}` beside `const User`).
//! Does not know syntax. The temporal dead zone is ignored.
//! Invariant: each reference is looked at once per scope around it; what no scope declares stays a `Name`.

use crate::ir::{ExprId, ExprKind, FnId, MODULE_FN, Module, Sym, TypeId, TypeKind, VarId};
use crate::source::Span;
use std::collections::HashMap;

/// What a declaration can be named as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Space {
    Value,
    Type,
    Both,
}

/// Who waits for a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    Expr(ExprId),
    /// The base of an interface: an expression that names a type.
    TypeExpr(ExprId),
    Type(TypeId),
    /// `typeof x` in a type.
    ValueType(TypeId),
    Write(Span),
    /// An entry of `Module::exports`; it may name a value or a type.
    Export(u32),
}

#[derive(Clone, Copy, Debug)]
struct Reference {
    name: Sym,
    wanted: Wanted,
}

#[derive(Clone, Copy, Debug)]
struct Declaration {
    name: Sym,
    /// None: a type parameter, which hides outer names and is no variable.
    var: Option<VarId>,
    space: Space,
}

#[derive(Debug)]
struct Scope {
    function: FnId,
    is_function: bool,
    /// Tells scopes apart that stood at the same depth.
    serial: u32,
    first_reference: usize,
    declarations: Vec<Declaration>,
}

/// What a name means in the scope being closed.
#[derive(Clone, Copy, Default)]
struct Slot {
    value: Meaning,
    ty: Meaning,
}

#[derive(Clone, Copy, Default)]
enum Meaning {
    #[default]
    Outer,
    Hidden,
    Var(VarId),
}

#[derive(Default)]
pub(super) struct Scopes {
    /// Open scopes are `stack[..open]`; the others keep their buffers for reuse.
    stack: Vec<Scope>,
    open: usize,
    opened: u32,
    references: Vec<Reference>,
    slots: Vec<Slot>,
    /// Values that may be declared more than once: `var`, functions, parameters, namespaces.
    repeatable: HashMap<(u32, Sym), VarId>,
}

impl Scopes {
    pub(super) fn open(&mut self, function: FnId, is_function: bool) {
        let first_reference = self.references.len();
        self.opened += 1;
        if self.open == self.stack.len() {
            let declarations = Vec::new();
            self.stack.push(Scope { function, is_function, serial: 0, first_reference, declarations });
        }
        let scope = &mut self.stack[self.open];
        scope.function = function;
        scope.is_function = is_function;
        scope.serial = self.opened;
        scope.first_reference = first_reference;
        self.open += 1;
    }

    /// The innermost scope.
    pub(super) fn here(&self) -> usize {
        self.open - 1
    }

    /// The innermost scope of a function, where `var` declares.
    pub(super) fn of_function(&self) -> usize {
        (0..self.open).rev().find(|&at| self.stack[at].is_function).unwrap_or(0)
    }

    pub(super) fn function_at(&self, scope: usize) -> FnId {
        self.stack.get(scope).map_or(MODULE_FN, |scope| scope.function)
    }

    pub(super) fn declare(&mut self, scope: usize, name: Sym, var: Option<VarId>, space: Space) {
        self.stack[scope].declarations.push(Declaration { name, var, space });
    }

    /// The variable of an earlier `repeat`ed declaration in this scope.
    pub(super) fn declared(&self, scope: usize, name: Sym) -> Option<VarId> {
        self.repeatable.get(&(self.stack[scope].serial, name)).copied()
    }

    pub(super) fn repeat(&mut self, scope: usize, name: Sym, var: VarId) {
        self.repeatable.insert((self.stack[scope].serial, name), var);
    }

    /// Whether an open scope has declared the name so far.
    pub(super) fn is_declared(&self, name: Sym) -> bool {
        self.stack[..self.open].iter().any(|scope| scope.declarations.iter().any(|d| d.name == name))
    }

    pub(super) fn want(&mut self, name: Sym, wanted: Wanted) {
        self.references.push(Reference { name, wanted });
    }

    /// Ends the innermost scope: its references to its own names are settled, the others are left to the scope around.
    pub(super) fn close(&mut self, module: &mut Module) {
        self.open -= 1;
        let scope = &mut self.stack[self.open];
        if scope.declarations.is_empty() || scope.first_reference == self.references.len() {
            scope.declarations.clear();
            return;
        }
        let count = module.strings.count();
        if self.slots.len() < count {
            self.slots.resize(count.next_power_of_two(), Slot::default());
        }
        for declaration in &scope.declarations {
            let slot = &mut self.slots[declaration.name.index()];
            let meaning = declaration.var.map_or(Meaning::Hidden, Meaning::Var);
            if declaration.space != Space::Type {
                slot.value = meaning;
            }
            // `interface A` beside `class A`: the class is what both describe.
            if declaration.space != Space::Value
                && (declaration.space == Space::Both || matches!(slot.ty, Meaning::Outer))
            {
                slot.ty = meaning;
            }
        }
        let mut kept = scope.first_reference;
        for at in scope.first_reference..self.references.len() {
            let reference = self.references[at];
            if !settle(module, self.slots[reference.name.index()], reference.wanted) {
                self.references[kept] = reference;
                kept += 1;
            }
        }
        self.references.truncate(kept);
        for declaration in scope.declarations.drain(..) {
            self.slots[declaration.name.index()] = Slot::default();
        }
    }
}

/// Gives the variable to who waits for it; whether the name's meaning is known now.
fn settle(module: &mut Module, slot: Slot, wanted: Wanted) -> bool {
    let meaning = match wanted {
        Wanted::Expr(_) | Wanted::Write(_) | Wanted::ValueType(_) => slot.value,
        Wanted::Type(_) | Wanted::TypeExpr(_) => slot.ty,
        Wanted::Export(_) => match slot.value {
            Meaning::Outer => slot.ty,
            Meaning::Hidden | Meaning::Var(_) => slot.value,
        },
    };
    let var = match meaning {
        Meaning::Outer => return false,
        Meaning::Hidden => return true,
        Meaning::Var(var) => var,
    };
    match wanted {
        Wanted::Expr(expr) | Wanted::TypeExpr(expr) => module.exprs[expr.index()].kind = ExprKind::Var(var),
        Wanted::Type(ty) | Wanted::ValueType(ty) => {
            if let TypeKind::Named { head, .. } = &mut module.types[ty.index()].kind {
                *head = Some(var);
            }
        }
        Wanted::Write(span) => module.vars[var.index()].writes.push(span),
        Wanted::Export(export) => module.exports[export as usize].var = Some(var),
    }
    true
}
