//! Functions, methods and lambdas of Python.
//!
//! ```python
//! @cached_property                               # decorator, is_property
//! async def owner(self, *, force=False) -> User: # receiver self, keyword-only force, returns User
//!     return await self.load(force)
//! ```
//!
//! Knows the decorators that are part of the language. Does not know those of libraries.
//! Invariant: defaults, annotations and decorators are lowered in the scope around the function, its body in its own.

use super::Lowering;
use super::kinds::Kind;
use super::scope::Context;
use crate::ir::{Block, ClassId, ExprId, ExprKind, FnId, Function, Param, ParamKind, StmtKind, Sym, TypeId, VarKind};
use crate::source::Span;
use crate::syntax::flat::NodeId;

/// A parameter before its variable is declared.
struct Parameter {
    kind: ParamKind,
    name: Option<NodeId>,
    /// Python 2: `def f((a, b)):`.
    pattern: Option<NodeId>,
    ty: Option<TypeId>,
    decorators: Vec<ExprId>,
    default: Option<ExprId>,
    span: Span,
}

impl Lowering<'_> {
    /// A `def`, with the decorators before it; binds its name.
    pub(super) fn function(&mut self, node: NodeId, decorators: &[NodeId], class: Option<ClassId>) -> FnId {
        let tree = self.tree;
        let lowered: Vec<ExprId> = decorators.iter().map(|&decorator| self.expr(decorator)).collect();
        let names: Vec<String> = decorators.iter().map(|&decorator| self.decorator_name(decorator)).collect();
        let has = |name: &str| names.iter().any(|decorator| decorator == name);
        let name_node = tree.first_of(node, Kind::Identifier);
        let name = match name_node {
            Some(name) => self.sym(name),
            None => self.b.sym(""),
        };
        let parameters = tree.first_of(node, Kind::Parameters);
        let return_type = tree.first_of(node, Kind::Type);
        let body = tree.first_of(node, Kind::Block);

        let span = tree.span(node);
        let mut function = Function::new(name, None, span);
        let head_end = [return_type, parameters, name_node].into_iter().flatten().next();
        function.head.end = head_end.map_or(span.start, |end| tree.span(end).end);
        function.parent = Some(self.current());
        function.class = class;
        function.decorators = lowered;
        function.is_async = tree.first_of(node, Kind::Async).is_some();
        function.is_static = class.is_some() && has("staticmethod");
        function.is_property = has("property") || has("cached_property");
        function.is_abstract =
            has("abstractmethod") || has("overload") || body.is_none_or(|body| self.is_ellipsis_only(body));
        function.is_partial = tree.has_error(node);
        let takes_receiver = class.is_some() && !function.is_static;
        let id = self.b.function(function);

        if let Some(name_node) = name_node {
            let is_accessor = has("setter") || has("deleter") || has("getter");
            let kind = if is_accessor { VarKind::Local } else { VarKind::Function(id) };
            self.bind_function(name, kind, tree.span(name_node));
        }
        let type_parameters = tree.first_of(node, Kind::TypeParameter);
        if let Some(list) = type_parameters {
            self.scopes.enter();
            self.type_parameters(list, id);
        }
        let parameters = parameters.map(|list| self.parameters(list)).unwrap_or_default();
        if let Some(ty) = return_type {
            let ty = self.ty(ty);
            self.function_mut(id).returns = vec![ty];
        }
        self.enter_function(id, parameters, takes_receiver);
        let mut block = Block::new();
        if let Some(body) = body {
            self.hoist(body);
            self.statements(body, &mut block);
        }
        self.leave_function(id, block);
        if type_parameters.is_some() {
            self.scopes.leave();
        }
        id
    }

    /// `@x.setter` writes the name that `@property` declared and leaves it a property's.
    fn bind_function(&mut self, name: Sym, kind: VarKind, span: Span) {
        if kind == VarKind::Local {
            let var = self.binding(name, span);
            self.b.wrote(var, span);
        } else {
            self.bind_as(name, kind, span);
        }
    }

    pub(super) fn lambda(&mut self, node: NodeId, name: Option<Sym>) -> FnId {
        let tree = self.tree;
        let span = tree.span(node);
        let name = match name {
            Some(name) => name,
            None => self.b.sym(""),
        };
        let list = tree.first_of(node, Kind::LambdaParameters);
        let mut function = Function::new(name, None, span);
        // The keyword's end, or the parameters'.
        function.head.end = list.map_or(span.end.min(span.start + 6), |list| tree.span(list).end);
        function.parent = Some(self.current());
        function.is_partial = tree.has_error(node);
        let id = self.b.function(function);
        let parameters = list.map(|list| self.parameters(list)).unwrap_or_default();
        self.enter_function(id, parameters, false);
        let body = tree.children(node).filter(|&child| tree.kind(child) != Kind::LambdaParameters).last();
        if let Some(body) = body {
            self.hoist(body);
        }
        let value = self.expr_or_missing(body, node);
        let value_span = self.b.module.expr(value).span;
        let returned = self.b.stmt(StmtKind::Return(Some(value)), value_span);
        self.leave_function(id, vec![returned]);
        id
    }

    fn enter_function(&mut self, id: FnId, parameters: Vec<Parameter>, takes_receiver: bool) {
        self.contexts.push(Context::new(id));
        self.scopes.enter();
        for (index, parameter) in parameters.into_iter().enumerate() {
            let sym = match parameter.name {
                Some(name) => self.sym(name),
                None => self.b.sym(""),
            };
            let span = parameter.name.map_or(parameter.span, |name| self.tree.span(name));
            let var = self.declare(sym, VarKind::Param, span);
            self.b.module.vars[var.index()].ty = parameter.ty;
            if index == 0 && takes_receiver && parameter.kind == ParamKind::Positional {
                self.function_mut(id).receiver = Some(var);
                continue;
            }
            let pattern = parameter.pattern.map(|pattern| {
                for name in self.names_in(pattern) {
                    let sym = self.sym(name);
                    self.declare(sym, VarKind::Local, self.tree.span(name));
                }
                self.place(pattern, parameter.span)
            });
            let param = Param {
                var,
                pattern,
                ty: parameter.ty,
                default: parameter.default,
                decorators: parameter.decorators,
                kind: parameter.kind,
                is_field: false,
            };
            self.function_mut(id).params.push(param);
        }
    }

    fn leave_function(&mut self, id: FnId, body: Block) {
        self.scopes.leave();
        let is_generator = self.contexts.pop().is_some_and(|context| context.is_generator);
        let function = self.function_mut(id);
        function.body = body;
        function.is_generator = is_generator;
    }

    fn parameters(&mut self, list: NodeId) -> Vec<Parameter> {
        let tree = self.tree;
        let mut parameters = Vec::new();
        let mut plain = ParamKind::Positional;
        for node in tree.children(list) {
            let mut parameter = Parameter {
                kind: plain,
                name: None,
                pattern: None,
                ty: None,
                decorators: Vec::new(),
                default: None,
                span: tree.span(node),
            };
            let place = match tree.kind(node) {
                Kind::KeywordSeparator => {
                    plain = ParamKind::KeywordOnly;
                    continue;
                }
                Kind::TypedParameter | Kind::TypedDefaultParameter | Kind::DefaultParameter => {
                    let mut children = tree.children(node);
                    let place = children.next();
                    for child in children {
                        if tree.kind(child) == Kind::Type {
                            let (ty, metadata) = self.annotation(child);
                            parameter.ty = Some(ty);
                            parameter.decorators = metadata;
                        } else {
                            parameter.default = Some(self.expr(child));
                        }
                    }
                    place
                }
                Kind::Identifier | Kind::ListSplatPattern | Kind::DictionarySplatPattern | Kind::TuplePattern => {
                    Some(node)
                }
                // `/`, and what an error left.
                _ => continue,
            };
            let Some(place) = place else { continue };
            match tree.kind(place) {
                Kind::ListSplatPattern => {
                    parameter.kind = ParamKind::Variadic;
                    parameter.name = self.named_child(place);
                    plain = ParamKind::KeywordOnly;
                }
                Kind::DictionarySplatPattern => {
                    parameter.kind = ParamKind::KeywordVariadic;
                    parameter.name = self.named_child(place);
                }
                Kind::TuplePattern => parameter.pattern = Some(place),
                _ => parameter.name = Some(place),
            }
            parameters.push(parameter);
        }
        parameters
    }

    /// The last name of a decorator: `setter` of `@total.setter`, `route` of `@app.route("/")`.
    fn decorator_name(&self, decorator: NodeId) -> String {
        let tree = self.tree;
        let mut at = self.child(decorator, 0);
        while let Some(node) = at {
            at = match tree.kind(node) {
                Kind::Identifier => return self.text_at(node).into_owned(),
                Kind::Attribute => tree.children(node).last(),
                Kind::Call | Kind::ParenthesizedExpression => self.child(node, 0),
                _ => None,
            };
        }
        String::new()
    }

    /// A body of `...`, with or without a docstring.
    fn is_ellipsis_only(&self, body: NodeId) -> bool {
        let tree = self.tree;
        let mut has_ellipsis = false;
        for statement in tree.all_children(body) {
            let inner = self.child(statement, 0).map(|inner| tree.kind(inner));
            match (tree.kind(statement), inner) {
                (Kind::ExpressionStatement, Some(Kind::Ellipsis)) => has_ellipsis = true,
                (Kind::ExpressionStatement, Some(Kind::String | Kind::ConcatenatedString)) => {}
                _ => return false,
            }
        }
        has_ellipsis
    }

    /// Names a lambda after what it is assigned to.
    pub(super) fn name_closure(&mut self, value: ExprId, name: Sym) {
        if let ExprKind::Closure(id) = self.b.module.expr(value).kind {
            let empty = self.b.sym("");
            let function = self.function_mut(id);
            if function.name == empty {
                function.name = name;
            }
        }
    }
}
