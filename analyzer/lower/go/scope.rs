//! Which declaration a Go name means where it is read.
//!
//! Knows Go's block scopes: a name is bound from its declaration to the end of its block. Does not know syntax.
//! Invariant: looking a name up is one array access; leaving a scope restores what it shadowed.

use crate::ir::{Sym, VarId};

#[derive(Clone, Copy)]
pub(super) struct Binding {
    pub(super) var: VarId,
    /// Whether the name stands for a type: a declared one or a type parameter.
    pub(super) is_type: bool,
    /// Number of scopes around the declaration; 0 is the package's.
    depth: u32,
}

#[derive(Default)]
pub(super) struct Scopes {
    /// By symbol.
    bound: Vec<Option<Binding>>,
    /// What the scopes that are open now have shadowed, in order.
    shadowed: Vec<(Sym, Option<Binding>)>,
    /// Length of `shadowed` where each open scope began.
    starts: Vec<u32>,
}

impl Scopes {
    pub(super) fn open(&mut self) {
        self.starts.push(self.shadowed.len() as u32);
    }

    pub(super) fn close(&mut self) {
        let start = self.starts.pop().expect("scopes are closed as often as opened") as usize;
        for (name, before) in self.shadowed.drain(start..).rev() {
            self.bound[name.index()] = before;
        }
    }

    /// Number of open scopes; 0 is the package's own.
    pub(super) fn depth(&self) -> u32 {
        self.starts.len() as u32
    }

    pub(super) fn lookup(&self, name: Sym) -> Option<Binding> {
        self.bound.get(name.index()).copied().flatten()
    }

    /// The variable that the innermost scope itself declares under this name.
    pub(super) fn declared_here(&self, name: Sym) -> Option<VarId> {
        self.lookup(name).filter(|binding| binding.depth == self.depth() && !binding.is_type).map(|binding| binding.var)
    }

    pub(super) fn bind(&mut self, name: Sym, var: VarId, is_type: bool) {
        if self.bound.len() <= name.index() {
            self.bound.resize(name.index() + 64, None);
        }
        let depth = self.depth();
        let before = self.bound[name.index()].replace(Binding { var, is_type, depth });
        if depth > 0 {
            self.shadowed.push((name, before));
        }
    }
}
