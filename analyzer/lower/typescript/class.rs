//! Classes, interfaces, enums and type aliases.
//!
//! ```text
//! class OrderRepo extends Repo<Order> {        class OrderRepo(Repo<Order>)
//!   list = async () => this.find()               field list = fn@1:list, a function of the class
//! }
//! type Row = { id: number }                    interface Row with a field
//! ```
//! Invariant: all functions of a class share one variable for `this`, static ones included; a static block is a static
//! method named `static`.

use super::function::Shape;
use super::kinds::{Field as NodeField, Kind};
use super::scope::{Space, Wanted};
use super::{Exporting, Lower, Owner, This};
use crate::ir::{Class, ClassId, ClassKind, ExprId, ExprKind, Field, FnId, Function, Sym, TypeId, VarId, VarKind};
use crate::source::Span;

impl Lower<'_> {
    fn new_class(&mut self, kind: ClassKind, span: Span) -> ClassId {
        let name = self.b.sym("");
        self.b.class(Class {
            name,
            var: None,
            kind,
            parent_fn: self.function,
            outer: None,
            bases: Vec::new(),
            base_types: Vec::new(),
            keywords: Vec::new(),
            decorators: Vec::new(),
            fields: Vec::new(),
            methods: Vec::new(),
            nested: Vec::new(),
            span,
            head: Span { start: span.start, end: span.start },
        })
    }

    /// A class declaration or expression. `given` is the variable that a class expression is assigned to; the hint names
    /// one that has neither that nor a name of its own.
    pub(super) fn class(&mut self, given: Option<VarId>, decorators: Vec<ExprId>) -> ClassId {
        let exporting = std::mem::take(&mut self.exporting);
        let hint = self.hint.take();
        let (kind, span) = (self.kind, self.span());
        let is_expression = kind == Kind::Class;
        let id = self.new_class(ClassKind::Class, span);
        let mut decorators = decorators;
        let mut head: Option<Span> = None;
        let mut var = given;
        if let Some(given) = given {
            self.b.module.vars[given.index()].kind = VarKind::Class(id);
            self.b.module.classes[id.index()].name = self.b.module.vars[given.index()].name;
        }
        // Inside: type parameters, and the name of a class expression.
        self.scopes.open(self.function, false);
        self.children(|l| {
            let at = l.span();
            match l.kind {
                Kind::Decorator => {
                    decorators.push(l.decorator());
                    return;
                }
                Kind::Identifier | Kind::TypeIdentifier => {
                    let name = l.sym_of(at);
                    let inside = l.scopes.here();
                    l.b.module.classes[id.index()].name = name;
                    if is_expression {
                        let own = *var.get_or_insert_with(|| l.b.var(name, l.function, VarKind::Class(id), at));
                        l.scopes.declare(inside, name, Some(own), Space::Both);
                    } else {
                        let own = l.declare_again(inside - 1, name, VarKind::Class(id), Space::Both, at);
                        l.b.module.vars[own.index()].kind = VarKind::Class(id);
                        l.export(exporting, name, own, at);
                        var = Some(own);
                    }
                }
                Kind::TypeParameters => l.type_parameters(),
                Kind::ClassHeritage => l.heritage(id),
                Kind::ClassBody => {
                    let own = *var.get_or_insert_with(|| {
                        let name = hint.unwrap_or_else(|| l.b.sym(""));
                        l.b.module.classes[id.index()].name = name;
                        l.b.var(name, l.function, VarKind::Class(id), Span { start: at.start, end: at.start })
                    });
                    l.b.module.classes[id.index()].var = Some(own);
                    l.class_body(id);
                    return;
                }
                _ => {}
            }
            head = Some(head.unwrap_or(at).to(at));
        });
        self.scopes.close(&mut self.b.module);
        let class = &mut self.b.module.classes[id.index()];
        class.var = var;
        class.decorators = decorators;
        class.head = head.unwrap_or(class.head);
        id
    }

    fn heritage(&mut self, class: ClassId) {
        let mut bases = Vec::new();
        let mut types: Vec<TypeId> = Vec::new();
        self.children(|l| match l.kind {
            Kind::ExtendsClause => l.children(|l| match l.kind {
                Kind::TypeArguments => {
                    let arguments = l.type_arguments();
                    if bases.len() == 1 {
                        types = arguments;
                    }
                }
                _ if l.kind.is_named() => bases.push(l.expr()),
                _ => {}
            }),
            Kind::ImplementsClause | Kind::ExtendsTypeClause => l.children(|l| {
                if l.kind.is_named() {
                    let (base, arguments) = l.type_base();
                    if bases.is_empty() {
                        types = arguments;
                    }
                    bases.push(base);
                }
            }),
            // JavaScript: the expression after `extends`.
            _ if l.kind.is_named() => bases.push(l.expr()),
            _ => {}
        });
        let class = &mut self.b.module.classes[class.index()];
        class.bases.extend(bases);
        class.base_types.extend(types);
    }

    /// A type in `implements` or an interface's `extends`, as an expression with its type arguments.
    fn type_base(&mut self) -> (ExprId, Vec<TypeId>) {
        let span = self.span();
        match self.kind {
            Kind::TypeIdentifier => {
                let name = self.sym_of(span);
                let base = self.b.expr(ExprKind::Name(name), span);
                self.scopes.want(name, Wanted::TypeExpr(base));
                (base, Vec::new())
            }
            Kind::NestedTypeIdentifier => {
                let mut base = None;
                self.children(|l| {
                    if !l.kind.is_named() {
                        return;
                    }
                    let Some(of) = base else {
                        base = Some(l.expr());
                        return;
                    };
                    let name_span = l.span();
                    let name = l.sym_of(name_span);
                    base = Some(l.b.expr(ExprKind::Member { base: of, name, name_span, optional: false }, span));
                });
                (base.unwrap_or_else(|| self.nothing()), Vec::new())
            }
            Kind::GenericType => {
                let mut base = None;
                let mut arguments = Vec::new();
                self.children(|l| match l.kind {
                    Kind::TypeArguments => arguments = l.type_arguments(),
                    _ if l.kind.is_named() && base.is_none() => base = Some(l.type_base().0),
                    _ => {}
                });
                (base.unwrap_or_else(|| self.nothing()), arguments)
            }
            _ => {
                let ty = self.ty();
                (self.b.expr(ExprKind::TypeValue(ty), span), Vec::new())
            }
        }
    }

    fn class_body(&mut self, id: ClassId) {
        let span = self.span();
        let name = self.b.sym("this");
        let at = Span { start: span.start, end: span.start };
        let this = self.b.var(name, self.function, VarKind::Local, at);
        let owner = Owner { class: id, this };
        let outer_this = std::mem::replace(&mut self.this, This::Class(this));
        let mut decorators: Vec<ExprId> = Vec::new();
        self.children(|l| match l.kind {
            Kind::Decorator => decorators.push(l.decorator()),
            Kind::MethodDefinition | Kind::MethodSignature | Kind::AbstractMethodSignature => {
                l.nodes += 1;
                let decorators = std::mem::take(&mut decorators);
                let shape = Shape { hint: None, owner: Some(owner), decorators, exporting: Exporting::No };
                let method = l.function(shape);
                l.b.module.classes[id.index()].methods.push(method);
            }
            Kind::PublicFieldDefinition | Kind::FieldDefinition => {
                let decorators = std::mem::take(&mut decorators);
                let field = l.class_field(owner, decorators);
                l.b.module.classes[id.index()].fields.extend(field);
            }
            Kind::ClassStaticBlock => {
                let method = l.static_block(owner);
                l.b.module.classes[id.index()].methods.push(method);
            }
            _ => {}
        });
        self.this = outer_this;
    }

    fn class_field(&mut self, owner: Owner, decorators: Vec<ExprId>) -> Option<Field> {
        self.nodes += 1;
        let span = self.span();
        let mut field: Option<Field> = None;
        let mut decorators = decorators;
        let (mut is_static, mut is_value) = (false, false);
        self.children(|l| match l.kind {
            Kind::Decorator => decorators.push(l.decorator()),
            Kind::Static => is_static = true,
            Kind::Equals => is_value = true,
            Kind::TypeAnnotation => {
                let ty = l.annotation();
                if let Some(field) = &mut field {
                    field.ty = ty;
                }
            }
            Kind::AccessibilityModifier | Kind::OverrideModifier => {}
            _ if !l.kind.is_named() => {}
            _ if is_value => {
                if let Some(field) = &mut field {
                    l.hint = Some(field.name);
                    l.field_owner = Some(owner);
                    field.value = Some(l.expr());
                }
            }
            _ if field.is_none() => {
                let name = l.property_name();
                field = Some(bare_field(name, span));
            }
            _ => {}
        });
        let mut field = field?;
        field.decorators = decorators;
        field.is_static = is_static;
        Some(field)
    }

    /// `static { … }`.
    fn static_block(&mut self, owner: Owner) -> FnId {
        self.nodes += 1;
        let span = self.span();
        let name = self.b.sym("static");
        let id = self.b.function(Function::new(name, Some(self.function), span));
        let outer_function = std::mem::replace(&mut self.function, id);
        let mut body = Vec::new();
        self.scopes.open(id, true);
        self.children(|l| {
            if l.kind == Kind::StatementBlock {
                l.block_statements(&mut body);
            }
        });
        self.scopes.close(&mut self.b.module);
        self.function = outer_function;
        let function = &mut self.b.module.functions[id.index()];
        function.class = Some(owner.class);
        function.receiver = Some(owner.this);
        function.is_static = true;
        function.body = body;
        id
    }

    // --- declarations of types ---

    /// Declares the type that the current name node names.
    fn name_type(&mut self, id: ClassId, space: Space, exporting: Exporting) -> Sym {
        let at = self.span();
        let name = self.sym_of(at);
        let here = self.scopes.here();
        let var = self.declare_in(here, name, VarKind::Class(id), space, at);
        self.export(exporting, name, var, at);
        let class = &mut self.b.module.classes[id.index()];
        class.name = name;
        class.var = Some(var);
        class.head.end = at.end;
        name
    }

    pub(super) fn interface(&mut self) -> ClassId {
        let exporting = std::mem::take(&mut self.exporting);
        let span = self.span();
        let id = self.new_class(ClassKind::Interface, span);
        let mut is_open = false;
        self.children(|l| match l.kind {
            Kind::TypeIdentifier => {
                l.name_type(id, Space::Type, exporting);
                l.scopes.open(l.function, false);
                is_open = true;
            }
            Kind::TypeParameters => l.type_parameters(),
            Kind::ExtendsTypeClause => {
                l.b.module.classes[id.index()].head.end = l.span().end;
                l.type_bases(id);
            }
            Kind::InterfaceBody | Kind::ObjectType => l.members(id),
            _ => {}
        });
        if is_open {
            self.scopes.close(&mut self.b.module);
        }
        id
    }

    fn type_bases(&mut self, id: ClassId) {
        self.children(|l| {
            if l.kind.is_named() {
                let (base, arguments) = l.type_base();
                let class = &mut l.b.module.classes[id.index()];
                if class.bases.is_empty() {
                    class.base_types = arguments;
                }
                class.bases.push(base);
            }
        });
    }

    /// Properties and methods of an interface's or an object type's body.
    fn members(&mut self, id: ClassId) {
        let span = self.span();
        let name = self.b.sym("this");
        let at = Span { start: span.start, end: span.start };
        let this = self.b.var(name, self.function, VarKind::Local, at);
        let owner = Owner { class: id, this };
        self.children(|l| match l.kind {
            Kind::PropertySignature => {
                let (name, ty, at) = l.property_signature();
                if let Some(name) = name {
                    l.b.module.classes[id.index()].fields.push(Field { ty, ..bare_field(name, at) });
                }
            }
            Kind::MethodSignature => {
                l.nodes += 1;
                let shape = Shape { owner: Some(owner), ..Shape::default() };
                let method = l.function(shape);
                l.b.module.classes[id.index()].methods.push(method);
            }
            _ => {}
        });
    }

    pub(super) fn type_alias(&mut self) -> ClassId {
        let exporting = std::mem::take(&mut self.exporting);
        let span = self.span();
        let id = self.new_class(ClassKind::Alias, span);
        let mut name = None;
        self.children(|l| match l.kind {
            Kind::TypeIdentifier if name.is_none() => {
                name = Some(l.name_type(id, Space::Type, exporting));
                l.scopes.open(l.function, false);
            }
            Kind::TypeParameters => l.type_parameters(),
            _ if !l.kind.is_named() => {}
            Kind::ObjectType if !l.is_mapped() => {
                l.b.module.classes[id.index()].kind = ClassKind::Interface;
                l.members(id);
            }
            _ => {
                let Some(name) = name else { return };
                let at = l.span();
                let ty = Some(l.ty());
                l.b.module.classes[id.index()].fields.push(Field { ty, ..bare_field(name, at) });
            }
        });
        if name.is_some() {
            self.scopes.close(&mut self.b.module);
        }
        id
    }

    pub(super) fn enumeration(&mut self) -> ClassId {
        let exporting = std::mem::take(&mut self.exporting);
        let span = self.span();
        let id = self.new_class(ClassKind::Enum, span);
        self.children(|l| match l.kind {
            Kind::Identifier => _ = l.name_type(id, Space::Both, exporting),
            Kind::EnumBody => l.children(|l| {
                if l.kind == Kind::EnumAssignment || l.kind.is_named() && l.field() == NodeField::Name {
                    let member = l.enum_member();
                    l.b.module.classes[id.index()].fields.extend(member);
                }
            }),
            _ => {}
        });
        id
    }

    fn enum_member(&mut self) -> Option<Field> {
        self.nodes += 1;
        let span = self.span();
        if self.kind != Kind::EnumAssignment {
            let name = self.property_name();
            return Some(Field { is_static: true, ..bare_field(name, span) });
        }
        let mut field: Option<Field> = None;
        self.children(|l| {
            if !l.kind.is_named() {
                return;
            }
            match &mut field {
                None => {
                    let name = l.property_name();
                    field = Some(Field { is_static: true, ..bare_field(name, span) });
                }
                Some(field) => field.value = Some(l.expr()),
            }
        });
        field
    }
}

fn bare_field(name: Sym, span: Span) -> Field {
    Field { name, ty: None, value: None, decorators: Vec::new(), tag: None, is_static: false, is_embedded: false, span }
}
