//! Classes of Python: bases, fields, methods, nested classes.
//!
//! ```python
//! class Order(Base, table=True):                 # base, keyword
//!     status: str = "new"                        # field with type and value
//!     class Meta: ordering = ["id"]              # nested class
//!     for name in HOOKS: register(name)          # runs where the class is defined: a block after its definition
//! ```
//!
//! Does not know what a base or field means to a library.
//! Invariant: every assignment at class level is a field; conditions and `try` around it are not kept.
//! Invariant: names of a class body are seen in this body only, from the statement that binds them on.

use super::Lowering;
use super::kinds::Kind;
use crate::ir::{
    Arg, Block, Class, ClassId, ClassKind, ExprId, ExprKind, Field, StmtKind, Sym, TypeId, TypeKind, VarKind,
};
use crate::source::Span;
use crate::syntax::flat::NodeId;

impl Lowering<'_> {
    /// A class statement: its definition, then what else its body runs.
    pub(super) fn class_statement(&mut self, node: NodeId, decorators: &[NodeId], span: Span, out: &mut Block) {
        let mut runs = Block::new();
        let class = self.class(node, decorators, None, &mut runs);
        out.push(self.b.stmt(StmtKind::DefineClass(class), span));
        if !runs.is_empty() {
            out.push(self.b.stmt(StmtKind::Block(runs), span));
        }
    }

    fn class(&mut self, node: NodeId, decorators: &[NodeId], outer: Option<ClassId>, runs: &mut Block) -> ClassId {
        let tree = self.tree;
        let decorators: Vec<ExprId> = decorators.iter().map(|&decorator| self.expr(decorator)).collect();
        let name_node = tree.first_of(node, Kind::Identifier);
        let name = match name_node {
            Some(name) => self.sym(name),
            None => self.b.sym(""),
        };
        let type_parameters = tree.first_of(node, Kind::TypeParameter);
        let arguments = tree.first_of(node, Kind::ArgumentList);
        let span = tree.span(node);
        let head_end = [arguments, type_parameters, name_node].into_iter().flatten().next();
        let id = self.b.class(Class {
            name,
            var: None,
            kind: ClassKind::Class,
            parent_fn: self.current(),
            outer,
            bases: Vec::new(),
            base_types: Vec::new(),
            keywords: Vec::new(),
            decorators,
            fields: Vec::new(),
            methods: Vec::new(),
            nested: Vec::new(),
            span,
            head: Span { start: span.start, end: head_end.map_or(span.start, |end| tree.span(end).end) },
        });
        if let Some(list) = type_parameters {
            self.scopes.enter();
            let owner = self.current();
            self.type_parameters(list, owner);
        }
        if let Some(arguments) = arguments {
            self.bases(id, arguments);
        }
        self.scopes.enter_class();
        if let Some(body) = tree.first_of(node, Kind::Block) {
            self.class_body(id, body, runs);
        }
        self.scopes.leave();
        if type_parameters.is_some() {
            self.scopes.leave();
        }
        if let Some(name_node) = name_node {
            let var = self.bind_as(name, VarKind::Class(id), tree.span(name_node));
            self.b.module.classes[id.index()].var = Some(var);
        }
        id
    }

    /// `Base[User]` is the base `Base`; the first such base's arguments are the class's `base_types`.
    fn bases(&mut self, class: ClassId, arguments: NodeId) {
        let tree = self.tree;
        for argument in tree.children(arguments) {
            match tree.kind(argument) {
                Kind::Subscript => {
                    let mut parts = tree.children(argument);
                    let base = self.expr_or_missing(parts.next(), argument);
                    let needs_types = self.b.module.class(class).base_types.is_empty();
                    let types: Vec<TypeId> =
                        if needs_types { parts.map(|part| self.ty(part)).collect() } else { Vec::new() };
                    let entry = &mut self.b.module.classes[class.index()];
                    entry.bases.push(base);
                    entry.base_types.extend(types);
                }
                Kind::KeywordArgument | Kind::DictionarySplat | Kind::ListSplat => {
                    let keyword: Arg = self.argument(argument);
                    self.b.module.classes[class.index()].keywords.push(keyword);
                }
                _ => {
                    let base = self.expr(argument);
                    self.b.module.classes[class.index()].bases.push(base);
                }
            }
        }
    }

    /// The statements of a class body, or of a branch in it.
    fn class_body(&mut self, class: ClassId, body: NodeId, runs: &mut Block) {
        let tree = self.tree;
        for node in tree.all_children(body) {
            let fits = self.nested(1, |this| this.class_member(class, node, runs));
            if fits.is_none() {
                let span = tree.span(node);
                let value = self.childless(span);
                runs.push(self.b.stmt(StmtKind::Expr(value), span));
            }
        }
    }

    fn class_member(&mut self, class: ClassId, node: NodeId, runs: &mut Block) {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::FunctionDefinition => self.method(class, node, &[]),
            Kind::ClassDefinition => self.nested_class(class, node, &[], runs),
            Kind::DecoratedDefinition => {
                let (decorators, definition) = self.decorated(node);
                match definition.map(|definition| (tree.kind(definition), definition)) {
                    Some((Kind::FunctionDefinition, function)) => self.method(class, function, &decorators),
                    Some((_, nested)) => self.nested_class(class, nested, &decorators, runs),
                    None => {}
                }
            }
            Kind::ExpressionStatement => match self.child(node, 0).map(|inner| (tree.kind(inner), inner)) {
                Some((Kind::Assignment, assignment)) => self.field(class, assignment, runs),
                Some((Kind::String | Kind::ConcatenatedString | Kind::Ellipsis, _)) => {}
                _ => self.statement(node, runs),
            },
            // `if TYPE_CHECKING:`, `try: … except ImportError:` and `with` around members.
            Kind::IfStatement
            | Kind::ElifClause
            | Kind::ElseClause
            | Kind::TryStatement
            | Kind::ExceptClause
            | Kind::FinallyClause
            | Kind::WithStatement
            | Kind::Error => self.members_inside(class, node, runs),
            Kind::Block => self.class_body(class, node, runs),
            _ => {
                self.statement(node, runs);
                for name in self.bound_by(node) {
                    self.declared_field(class, name);
                }
            }
        }
    }

    /// A compound statement at class level: its head is evaluated, its members are the class's.
    fn members_inside(&mut self, class: ClassId, node: NodeId, runs: &mut Block) {
        let tree = self.tree;
        for child in tree.all_children(node) {
            match tree.kind(child) {
                kind if kind.is_token() => {}
                Kind::Identifier | Kind::True | Kind::False | Kind::None => {}
                Kind::Block
                | Kind::ElifClause
                | Kind::ElseClause
                | Kind::ExceptClause
                | Kind::FinallyClause
                | Kind::Error => {
                    _ = self.nested(1, |this| this.class_member(class, child, runs));
                }
                Kind::WithClause => {
                    for item in tree.children(child) {
                        let value = self.expr(item);
                        runs.push(self.b.stmt(StmtKind::Expr(value), tree.span(item)));
                    }
                }
                _ if tree.kind(node) == Kind::Error => self.class_member(class, child, runs),
                _ => {
                    let value = self.expr(child);
                    runs.push(self.b.stmt(StmtKind::Expr(value), tree.span(child)));
                }
            }
        }
    }

    fn method(&mut self, class: ClassId, node: NodeId, decorators: &[NodeId]) {
        let method = self.function(node, decorators, Some(class));
        self.b.module.classes[class.index()].methods.push(method);
    }

    fn nested_class(&mut self, outer: ClassId, node: NodeId, decorators: &[NodeId], runs: &mut Block) {
        let nested = self.class(node, decorators, Some(outer), runs);
        self.b.module.classes[outer.index()].nested.push(nested);
    }

    /// `name: T = value`, `a = b = value`, `A, B = 1, 2`.
    fn field(&mut self, class: ClassId, assignment: NodeId, runs: &mut Block) {
        let tree = self.tree;
        let span = tree.span(assignment);
        let mut ty = None;
        let mut decorators = Vec::new();
        let mut is_static = false;
        let mut targets = Vec::new();
        let mut at = Some(assignment);
        let mut value_node = None;
        // The links of `a = b = value`.
        while let Some(link) = at.take() {
            for (index, child) in tree.children(link).enumerate() {
                match tree.kind(child) {
                    _ if index == 0 => targets.push(child),
                    Kind::Type => {
                        is_static = self.is_class_var(child);
                        let (lowered, metadata) = self.annotation(child);
                        ty = Some(lowered);
                        decorators = metadata;
                    }
                    Kind::Assignment => at = Some(child),
                    _ => value_node = Some(child),
                }
            }
        }
        let is_simple = targets.iter().all(|&target| tree.kind(target) == Kind::Identifier);
        let values = value_node.and_then(|value| self.paired_values(&targets, value));
        match (is_simple, values) {
            (true, _) => {
                let mut value = value_node.map(|node| self.expr(node));
                for &target in targets.iter().rev() {
                    let name = self.sym(target);
                    if let Some(value) = value {
                        self.name_closure(value, name);
                    }
                    let var = self.binding(name, tree.span(target));
                    if value.is_some() {
                        self.b.wrote(var, span);
                    }
                    let entry = &mut self.b.module.vars[var.index()];
                    entry.ty = entry.ty.or(ty);
                    let decorators = std::mem::take(&mut decorators);
                    let field = Field { ty, value, decorators, is_static, ..plain_field(name, span) };
                    self.b.module.classes[class.index()].fields.push(field);
                    // `a = b = value`: `a` has the value of `b`.
                    value = value.map(|_| self.b.expr(ExprKind::Var(var), tree.span(target)));
                }
            }
            (false, Some(pairs)) => {
                for (target, value) in pairs {
                    let value = self.expr(value);
                    let name = self.sym(target);
                    let var = self.binding(name, tree.span(target));
                    self.b.wrote(var, span);
                    self.add_field(class, name, Some(value), span);
                }
            }
            (false, None) => {
                self.assign(assignment, span, runs);
                for &target in &targets {
                    for name in self.names_in(target) {
                        self.declared_field(class, name);
                    }
                }
            }
        }
    }

    /// The pairs of `A, B = 1, 2`.
    fn paired_values(&self, targets: &[NodeId], value: NodeId) -> Option<Vec<(NodeId, NodeId)>> {
        let tree = self.tree;
        let &[target] = targets else { return None };
        if !matches!(tree.kind(value), Kind::ExpressionList | Kind::Tuple | Kind::PatternList) {
            return None;
        }
        let names: Vec<NodeId> = tree.children(target).collect();
        let values: Vec<NodeId> = tree.children(value).collect();
        let fits = names.len() == values.len()
            && names.iter().all(|&name| tree.kind(name) == Kind::Identifier)
            && values.iter().all(|&value| tree.kind(value) != Kind::ListSplat);
        fits.then(|| names.into_iter().zip(values).collect())
    }

    fn add_field(&mut self, class: ClassId, name: Sym, value: Option<ExprId>, span: Span) {
        self.b.module.classes[class.index()].fields.push(Field { value, ..plain_field(name, span) });
    }

    /// A name that some other statement of the class body binds.
    fn declared_field(&mut self, class: ClassId, name: NodeId) {
        let sym = self.sym(name);
        if !self.b.module.class(class).fields.iter().any(|field| field.name == sym) {
            self.add_field(class, sym, None, self.tree.span(name));
        }
    }

    /// Names that a loop or `with` at class level assigns.
    fn bound_by(&self, node: NodeId) -> Vec<NodeId> {
        let tree = self.tree;
        let mut names = Vec::new();
        if !matches!(tree.kind(node), Kind::ForStatement | Kind::WhileStatement | Kind::MatchStatement) {
            return names;
        }
        for at in tree.subtree(node).map(NodeId) {
            if matches!(tree.kind(at), Kind::ForStatement | Kind::Assignment)
                && let Some(target) = self.named_child(at)
            {
                names.extend(self.names_in(target));
            }
        }
        names
    }

    /// `type Alias[T] = list[T]`: a class whose only field has the type.
    pub(super) fn type_alias(&mut self, node: NodeId, out: &mut Block) {
        let tree = self.tree;
        let span = tree.span(node);
        let mut sides = tree.children(node);
        let left = sides.next();
        let right = sides.next();
        let below = left.map_or(0..0, |left| tree.subtree(left)).map(NodeId);
        let Some(name_node) = below.clone().find(|&at| tree.kind(at) == Kind::Identifier) else {
            return;
        };
        let type_parameters = below.clone().find(|&at| tree.kind(at) == Kind::TypeParameter);
        let name = self.sym(name_node);
        self.scopes.enter();
        if let Some(list) = type_parameters {
            let owner = self.current();
            self.type_parameters(list, owner);
        }
        let ty = match right {
            Some(right) => self.ty(right),
            None => self.b.ty(TypeKind::Unknown, span),
        };
        self.scopes.leave();
        let field = Field { ty: Some(ty), ..plain_field(name, span) };
        let class = self.b.class(Class {
            name,
            var: None,
            kind: ClassKind::Alias,
            parent_fn: self.current(),
            outer: None,
            bases: Vec::new(),
            base_types: Vec::new(),
            keywords: Vec::new(),
            decorators: Vec::new(),
            fields: vec![field],
            methods: Vec::new(),
            nested: Vec::new(),
            span,
            head: Span { start: span.start, end: left.map_or(span.start, |left| tree.span(left).end) },
        });
        let var = self.bind_as(name, VarKind::Class(class), tree.span(name_node));
        self.b.module.classes[class.index()].var = Some(var);
        out.push(self.b.stmt(StmtKind::DefineClass(class), span));
    }
}

/// A field without type and value.
fn plain_field(name: Sym, span: Span) -> Field {
    Field { name, ty: None, value: None, decorators: Vec::new(), tag: None, is_static: false, is_embedded: false, span }
}
