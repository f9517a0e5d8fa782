//! Which variable a Python name means at the place being lowered.
//!
//! ```python
//! def outer():
//!     def inner():
//!         return x          # the `x` of `outer`, bound below: names are hoisted per function
//!     x = 1
//! ```
//!
//! Knows Python's scopes: modules and functions (hoisted), class bodies (bound in order, unseen by their methods),
//! comprehensions and type parameters (blocks inside a function). Does not know statements' meaning.
//! Invariant: outside class bodies a name's variable is found by one array access.
//! Invariant: a function's bindings are made before any statement of its body is lowered.

use super::Lowering;
use super::kinds::Kind;
use crate::ir::{FnId, MODULE_FN, Sym, VarId, VarKind};
use crate::source::Span;
use crate::syntax::flat::NodeId;
use std::collections::HashMap;

/// The scopes around the place being lowered.
#[derive(Default)]
pub(super) struct Scopes {
    /// By symbol: the variable that the name means, class bodies aside.
    visible: Vec<Option<VarId>>,
    /// What `visible` held before each binding of an open frame.
    undo: Vec<(Sym, Option<VarId>)>,
    frames: Vec<Frame>,
}

enum Frame {
    /// A function's or block's bindings start here in `undo`.
    Lexical(usize),
    /// Names bound so far in a class body.
    Class(HashMap<Sym, VarId>),
}

impl Scopes {
    pub(super) fn enter(&mut self) {
        self.frames.push(Frame::Lexical(self.undo.len()));
    }

    pub(super) fn enter_class(&mut self) {
        self.frames.push(Frame::Class(HashMap::new()));
    }

    pub(super) fn leave(&mut self) {
        if let Some(Frame::Lexical(from)) = self.frames.pop() {
            for (sym, before) in self.undo.drain(from..).rev() {
                self.visible[sym.index()] = before;
            }
        }
    }

    pub(super) fn is_class_body(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Class(_)))
    }

    pub(super) fn show(&mut self, sym: Sym, var: Option<VarId>) {
        if self.visible.len() <= sym.index() {
            self.visible.resize(sym.index() + 1, None);
        }
        self.undo.push((sym, self.visible[sym.index()]));
        self.visible[sym.index()] = var;
    }

    /// The variable that a name means here.
    pub(super) fn lookup(&self, sym: Sym) -> Option<VarId> {
        self.class_member(sym).or_else(|| self.lexical(sym))
    }

    pub(super) fn lexical(&self, sym: Sym) -> Option<VarId> {
        self.visible.get(sym.index()).copied().flatten()
    }

    /// The variable of the class body that is being lowered.
    pub(super) fn class_member(&self, sym: Sym) -> Option<VarId> {
        match self.frames.last() {
            Some(Frame::Class(names)) => names.get(&sym).copied(),
            _ => None,
        }
    }

    fn add_class_member(&mut self, sym: Sym, var: VarId) {
        if let Some(Frame::Class(names)) = self.frames.last_mut() {
            names.insert(sym, var);
        }
    }
}

/// The function whose body is being lowered.
pub(super) struct Context {
    pub(super) id: FnId,
    pub(super) is_generator: bool,
    /// Names declared `global` or `nonlocal`.
    outer_names: Vec<Sym>,
}

impl Context {
    pub(super) fn new(id: FnId) -> Context {
        Context { id, is_generator: false, outer_names: Vec::new() }
    }
}

impl Lowering<'_> {
    pub(super) fn current(&self) -> FnId {
        self.contexts.last().map_or(MODULE_FN, |context| context.id)
    }

    /// Declares a variable of the current function and makes it visible in the innermost frame.
    pub(super) fn declare(&mut self, sym: Sym, kind: VarKind, span: Span) -> VarId {
        let var = self.b.var(sym, self.current(), kind, span);
        self.scopes.show(sym, Some(var));
        var
    }

    /// The variable that a binding of this name writes here: the class body's, the function's, or an outer one's
    /// after `global` and `nonlocal`.
    pub(super) fn binding(&mut self, sym: Sym, span: Span) -> VarId {
        let current = self.current();
        if self.scopes.is_class_body() {
            if let Some(var) = self.scopes.class_member(sym) {
                return var;
            }
            let var = self.b.var(sym, current, VarKind::Local, span);
            self.scopes.add_class_member(sym, var);
            return var;
        }
        if let Some(var) = self.scopes.lexical(sym) {
            let is_own = self.b.module.var(var).owner == current;
            if is_own || self.contexts.last().is_some_and(|context| context.outer_names.contains(&sym)) {
                return var;
            }
        }
        self.declare(sym, VarKind::Local, span)
    }

    /// Binds a name whose declaration says what it is; the last declaration counts, and any counts more than an assignment.
    pub(super) fn bind_as(&mut self, sym: Sym, kind: VarKind, span: Span) -> VarId {
        let var = self.binding(sym, span);
        let entry = &mut self.b.module.vars[var.index()];
        let keeps_first = matches!(entry.kind, VarKind::Import(_)) && matches!(kind, VarKind::Import(_));
        if !keeps_first {
            entry.kind = kind;
        }
        entry.writes.push(span);
        var
    }

    /// Declares the names that the nodes below `body` bind in the current function. Nested functions, lambdas and
    /// classes bind their own; a comprehension's targets are its own, a `:=` in it is not.
    pub(super) fn hoist(&mut self, body: NodeId) {
        let tree = self.tree;
        let range = tree.subtree(body);
        let mut class_name_at = None;
        let mut caught_at = None;
        let mut at = range.start;
        while at < range.end {
            let id = NodeId(at);
            let node = tree.node(id);
            at += 1;
            match node.kind {
                Kind::FunctionDefinition | Kind::ClassDefinition => {
                    if let Some(name) = tree.first_of(id, Kind::Identifier) {
                        self.hoist_name(name, VarKind::Local);
                    }
                    at = node.next.0;
                }
                Kind::Lambda => at = node.next.0,
                Kind::Assignment | Kind::AugmentedAssignment | Kind::ForStatement => {
                    if let Some(target) = tree.children(id).find(|&child| !tree.kind(child).is_token()) {
                        self.hoist_target(target, VarKind::Local);
                    }
                }
                Kind::NamedExpression => {
                    if let Some(target) = tree.children(id).next() {
                        self.hoist_target(target, VarKind::Local);
                    }
                }
                Kind::ExceptClause => {
                    caught_at = tree.children(id).find(|&child| tree.kind(child) == Kind::AsPattern);
                }
                Kind::AsPattern => {
                    let kind = if caught_at == Some(id) { VarKind::Caught } else { VarKind::Local };
                    match tree.children(id).last() {
                        Some(alias) if tree.kind(alias) == Kind::AsPatternTarget || self.is_in_pattern(id) => {
                            self.hoist_target(alias, kind);
                        }
                        _ => {}
                    }
                }
                Kind::ClassPattern => class_name_at = Some(at),
                Kind::DottedName => {
                    let mut parts = tree.children(id);
                    if let (Some(name), None) = (parts.next(), parts.next())
                        && class_name_at != Some(id.0)
                    {
                        self.hoist_name(name, VarKind::Local);
                    }
                }
                Kind::SplatPattern => {
                    if let Some(name) = tree.first_of(id, Kind::Identifier) {
                        self.hoist_name(name, VarKind::Local);
                    }
                }
                Kind::ImportStatement | Kind::ImportFromStatement | Kind::FutureImportStatement => {
                    self.hoist_imports(id);
                    at = node.next.0;
                }
                Kind::TypeAliasStatement => {
                    let name = (at..node.next.0).map(NodeId).find(|&below| tree.kind(below) == Kind::Identifier);
                    if let Some(name) = name {
                        self.hoist_name(name, VarKind::Local);
                    }
                    at = node.next.0;
                }
                Kind::GlobalStatement | Kind::NonlocalStatement => {
                    self.hoist_outer_names(id, node.kind == Kind::GlobalStatement);
                    at = node.next.0;
                }
                _ => {}
            }
        }
    }

    /// `case P() as p`: the pattern stands first, wrapped; in expressions an `AsPatternTarget` tells.
    fn is_in_pattern(&self, as_pattern: NodeId) -> bool {
        self.tree.children(as_pattern).next().is_some_and(|first| self.tree.kind(first) == Kind::CasePattern)
    }

    fn hoist_target(&mut self, target: NodeId, kind: VarKind) {
        for name in self.names_in(target) {
            self.hoist_name(name, kind);
        }
    }

    /// The names that a target binds: those of `a, (b, *c)`; `a.b` and `a[b]` bind none.
    pub(super) fn names_in(&self, target: NodeId) -> Vec<NodeId> {
        let tree = self.tree;
        let range = tree.subtree(target);
        let mut names = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let id = NodeId(at);
            at += 1;
            match tree.kind(id) {
                Kind::Identifier => names.push(id),
                Kind::Attribute | Kind::Subscript | Kind::Call => at = tree.node(id).next.0,
                _ => {}
            }
        }
        names
    }

    /// Declares a name unless this function has it already or takes it from outside.
    fn hoist_name(&mut self, name: NodeId, kind: VarKind) {
        let sym = self.sym(name);
        let current = self.current();
        if self.contexts.last().is_some_and(|context| context.outer_names.contains(&sym)) {
            return;
        }
        match self.scopes.lexical(sym) {
            Some(var) if self.b.module.var(var).owner == current => {}
            _ => _ = self.declare(sym, kind, self.tree.span(name)),
        }
    }

    fn hoist_imports(&mut self, statement: NodeId) {
        let tree = self.tree;
        let is_plain = tree.kind(statement) == Kind::ImportStatement;
        let is_from = tree.kind(statement) == Kind::ImportFromStatement;
        for child in tree.children(statement).skip(usize::from(is_from)) {
            match tree.kind(child) {
                Kind::AliasedImport => {
                    if let Some(alias) = tree.first_of(child, Kind::Identifier) {
                        self.hoist_name(alias, VarKind::Local);
                    }
                }
                Kind::DottedName => {
                    let part = if is_plain { tree.children(child).next() } else { tree.children(child).last() };
                    if let Some(name) = part {
                        self.hoist_name(name, VarKind::Local);
                    }
                }
                _ => {}
            }
        }
    }

    fn hoist_outer_names(&mut self, statement: NodeId, is_global: bool) {
        let tree = self.tree;
        for name in tree.children(statement) {
            let sym = self.sym(name);
            if let Some(context) = self.contexts.last_mut()
                && context.id != MODULE_FN
            {
                context.outer_names.push(sym);
                if is_global {
                    let of_module = self.globals.get(&sym).copied();
                    self.scopes.show(sym, of_module);
                }
            }
        }
    }

    /// Declares the module's own names and those that functions declare `global`.
    pub(super) fn hoist_module(&mut self) {
        let tree = self.tree;
        self.hoist(NodeId(0));
        for at in 0..tree.nodes.len() as u32 {
            if tree.nodes[at as usize].kind == Kind::GlobalStatement {
                for name in tree.children(NodeId(at)) {
                    self.hoist_name(name, VarKind::Local);
                    let sym = self.sym(name);
                    if let Some(var) = self.scopes.lexical(sym) {
                        self.globals.insert(sym, var);
                    }
                }
            }
        }
    }
}
