//! Functions of every form: declarations, expressions, arrows, methods, accessors, signatures; and their parameters.
//!
//! ```text
//! constructor(@Inject(DB) private readonly db: Db, { limit = 10 }: Options) {}
//!   params: field db with its decorator; a variable without a name and the pattern {"limit": (limit := 10)}
//! ```
//! Invariant: parameters and body share one scope; a function expression's own name lives in it too.

use super::kinds::Kind;
use super::pattern::Bind;
use super::scope::Space;
use super::{Exporting, Lower, Owner, This, text};
use crate::ir::{Block, ExprId, FnId, Function, Param, ParamKind, StmtKind, Sym, TypeId, VarKind};
use crate::source::Span;

/// What the place of a function says about it.
#[derive(Default)]
pub(super) struct Shape {
    /// Name of the variable, property or key that it is assigned to.
    pub(super) hint: Option<Sym>,
    pub(super) owner: Option<Owner>,
    /// Decorators that stand before the node.
    pub(super) decorators: Vec<ExprId>,
    pub(super) exporting: Exporting,
}

impl Lower<'_> {
    pub(super) fn function(&mut self, shape: Shape) -> FnId {
        let (kind, span) = (self.kind, self.span());
        let is_arrow = kind == Kind::ArrowFunction;
        let is_partial = self.has_errors && self.node.has_error();
        let name = shape.hint.unwrap_or_else(|| self.b.sym(""));
        let id = self.b.function(Function::new(name, Some(self.function), span));
        let outer_function = std::mem::replace(&mut self.function, id);
        let outer_this = self.this;
        if !is_arrow {
            self.this = shape.owner.map_or(This::Function(id, None), |owner| This::Class(owner.this));
        }
        let outer_prelude = std::mem::take(&mut self.prelude);
        self.scopes.open(id, true);

        let (mut params, mut returns) = (Vec::new(), Vec::new());
        let mut decorators = shape.decorators;
        let mut body: Option<Block> = None;
        let (mut is_async, mut is_generator, mut is_static, mut is_property) = (false, false, false, false);
        let (mut has_name, mut has_params, mut has_arrow) = (false, false, false);
        let mut head: Option<Span> = None;
        self.children(|l| {
            let at = l.span();
            match l.kind {
                Kind::Decorator => {
                    let decorator = l.decorator();
                    decorators.push(decorator);
                    return;
                }
                Kind::Async => is_async = true,
                Kind::Star => is_generator = true,
                Kind::Static => is_static = true,
                Kind::Get => is_property = true,
                Kind::StaticGet => (is_static, is_property) = (true, true),
                Kind::Arrow => has_arrow = true,
                Kind::TypeParameters => l.type_parameters(),
                Kind::FormalParameters if !has_params => {
                    has_params = true;
                    params = l.parameters();
                    head = Some(head.unwrap_or(at).to(at));
                }
                Kind::TypeAnnotation | Kind::TypePredicateAnnotation if has_params && body.is_none() => {
                    returns.extend(l.annotation());
                    head = Some(head.unwrap_or(at).to(at));
                }
                Kind::Identifier if is_arrow && !has_params && !has_arrow => {
                    has_params = true;
                    let param = l.plain_parameter();
                    params.push(param);
                }
                Kind::Identifier if !is_arrow && !has_name && !has_params => {
                    has_name = true;
                    l.function_name(kind, id, shape.exporting);
                }
                Kind::PropertyIdentifier
                | Kind::PrivatePropertyIdentifier
                | Kind::String
                | Kind::Number
                | Kind::ComputedPropertyName
                    if !has_name && !has_params =>
                {
                    has_name = true;
                    l.b.module.functions[id.index()].name = l.property_name();
                }
                Kind::StatementBlock if body.is_none() => {
                    let mut block = Vec::new();
                    l.block_statements(&mut block);
                    body = Some(block);
                }
                Kind::Error => {
                    let lost = l.over_children();
                    body.get_or_insert_default().push(l.b.stmt(StmtKind::Expr(lost), at));
                }
                _ if is_arrow && has_arrow && l.kind.is_named() => {
                    let value = l.expr();
                    let mut block = std::mem::take(&mut l.prelude);
                    block.push(l.b.stmt(StmtKind::Return(Some(value)), at));
                    body = Some(block);
                }
                _ => {}
            }
            if !has_params {
                head = Some(head.unwrap_or(at).to(at));
            }
        });

        self.scopes.close(&mut self.b.module);
        self.prelude = outer_prelude;
        self.function = outer_function;
        let receiver = match (self.this, shape.owner) {
            (_, Some(owner)) => Some(owner.this),
            (This::Function(of, var), None) if of == id => var,
            _ => None,
        };
        if !is_arrow {
            self.this = outer_this;
        }
        let function = &mut self.b.module.functions[id.index()];
        function.class = shape.owner.map(|owner| owner.class);
        function.params = params;
        function.receiver = receiver;
        function.returns = returns;
        function.decorators = decorators;
        function.is_abstract = body.is_none();
        function.body = body.unwrap_or_default();
        function.is_async = is_async;
        function.is_generator = is_generator;
        function.is_static = is_static;
        function.is_property = is_property;
        function.is_partial = is_partial;
        function.head = head.unwrap_or(function.head);
        id
    }

    /// The name in `function f() {}` is declared around it, that of `x = function f() {}` inside.
    fn function_name(&mut self, kind: Kind, id: FnId, exporting: Exporting) {
        let span = self.span();
        let name = self.sym_of(span);
        self.b.module.functions[id.index()].name = name;
        let inside = self.scopes.here();
        match kind {
            Kind::FunctionDeclaration | Kind::GeneratorFunctionDeclaration | Kind::FunctionSignature => {
                let var = self.declare_again(inside - 1, name, VarKind::Function(id), Space::Value, span);
                if kind != Kind::FunctionSignature {
                    self.b.module.vars[var.index()].kind = VarKind::Function(id);
                }
                self.export(exporting, name, var, span);
            }
            _ => _ = self.declare_in(inside, name, VarKind::Function(id), Space::Value, span),
        }
    }

    /// `@Get(":id")`: the expression after the sign.
    pub(super) fn decorator(&mut self) -> ExprId {
        let mut decorator = None;
        self.children(|l| {
            if l.kind.is_named() {
                decorator = Some(l.expr());
            }
        });
        decorator.unwrap_or_else(|| self.nothing())
    }

    fn parameters(&mut self) -> Vec<Param> {
        let mut params = Vec::new();
        if self.bytes_of(self.at) == b"()" {
            return params;
        }
        self.children(|l| match l.kind {
            Kind::Token | Kind::Comma => {}
            Kind::RequiredParameter | Kind::OptionalParameter => params.extend(l.parameter()),
            _ if l.kind.is_named() => params.push(l.plain_parameter()),
            _ => {}
        });
        params
    }

    /// TypeScript's parameter with its modifiers, type and default; `this: Context` is none.
    fn parameter(&mut self) -> Option<Param> {
        self.nodes += 1;
        if text::is_plain_name(self.bytes_of(self.at)) && self.bytes_of(self.at) != b"this" {
            return Some(self.named_parameter());
        }
        let mut param: Option<Param> = None;
        let mut decorators = Vec::new();
        let mut is_field = false;
        let (mut is_this, mut is_default) = (false, false);
        let mut ty: Option<TypeId> = None;
        let mut default = None;
        self.children(|l| match l.kind {
            Kind::Decorator => decorators.push(l.decorator()),
            Kind::AccessibilityModifier | Kind::OverrideModifier | Kind::Readonly => is_field = true,
            Kind::This => is_this = true,
            Kind::TypeAnnotation => ty = l.annotation(),
            Kind::Equals => is_default = true,
            _ if !l.kind.is_named() => {}
            _ if is_default => default = Some(l.expr()),
            _ if param.is_none() => param = Some(l.plain_parameter()),
            _ => {}
        });
        if is_this {
            if let This::Function(function, None) = self.this {
                let span = self.node.start_byte();
                let var = self.own_this(function, Span::new(span, span));
                self.b.module.vars[var.index()].ty = ty;
            }
            return None;
        }
        let mut param = param?;
        self.b.module.vars[param.var.index()].ty = ty;
        param.ty = ty;
        param.default = default.or(param.default);
        param.decorators = decorators;
        param.is_field = is_field;
        Some(param)
    }

    /// A name, `name = default`, `...rest` or a pattern.
    fn plain_parameter(&mut self) -> Param {
        let span = self.span();
        let mut kind = ParamKind::Positional;
        let (mut var, mut pattern, mut default) = (None, None, None);
        match self.kind {
            Kind::RestPattern => {
                kind = ParamKind::Variadic;
                self.children(|l| {
                    if l.kind.is_named() {
                        (var, pattern) = l.parameter_target();
                    }
                });
            }
            Kind::AssignmentPattern => self.children(|l| {
                if var.is_none() {
                    (var, pattern) = l.parameter_target();
                } else if l.kind.is_named() {
                    default = Some(l.expr());
                }
            }),
            _ => (var, pattern) = self.parameter_target(),
        }
        let var = var.unwrap_or_else(|| self.synthetic("", VarKind::Param, span));
        Param { var, pattern, ty: None, default, decorators: Vec::new(), kind, is_field: false }
    }

    /// A parameter that is a name and nothing else.
    fn named_parameter(&mut self) -> Param {
        self.nodes += 1;
        let span = self.span();
        let name = self.sym_of(span);
        let here = self.scopes.here();
        let var = self.declare_again(here, name, VarKind::Param, Space::Value, span);
        let kind = ParamKind::Positional;
        Param { var, pattern: None, ty: None, default: None, decorators: Vec::new(), kind, is_field: false }
    }

    fn parameter_target(&mut self) -> (Option<crate::ir::VarId>, Option<ExprId>) {
        self.nodes += 1;
        let span = self.span();
        if matches!(self.kind, Kind::Identifier | Kind::Undefined) {
            let name = self.sym_of(span);
            let here = self.scopes.here();
            return (Some(self.declare_again(here, name, VarKind::Param, Space::Value, span)), None);
        }
        let var = self.synthetic("", VarKind::Param, span);
        let pattern = self.pattern(Bind::local(), Some(span));
        (Some(var), Some(pattern))
    }
}
