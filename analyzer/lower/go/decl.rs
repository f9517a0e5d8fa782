//! Declarations: functions and methods, types, variables and constants.
//!
//! Knows what a Go declaration binds and from where on. Does not know other files of the package: a method whose
//! receiver type is declared elsewhere has a `receiver_type` and no class.
//! Invariant: `hoist` gives every name of the package block its variable before anything is lowered.

use super::{BLANK, EMPTY, Kind, Lowering, imports};
use crate::ir::{
    Block, Class, ClassId, ClassKind, ExprId, ExprKind, Field, FnId, Import, ImportId, Imported, MODULE_FN, Param,
    ParamKind, StmtKind, Sym, TypeId, TypeKind, VarId, VarKind,
};
use crate::source::Span;

impl Lowering<'_> {
    /// Binds what the top-level declaration under the cursor declares.
    pub(super) fn hoist(&mut self, kind: Kind) {
        match kind {
            Kind::PackageClause => {
                if self.enter_node() == Kind::PackageIdentifier {
                    let (name, _) = self.name();
                    self.b.module.package = Some(name);
                }
                self.leave();
            }
            Kind::ImportDeclaration => self.import_declaration(),
            Kind::FunctionDeclaration => {
                let whole = self.span();
                if self.enter_node() == Kind::Identifier {
                    let (name, span) = self.name();
                    let function = self.new_function(name, Some(MODULE_FN), whole);
                    self.declare(name, VarKind::Function(function), span);
                }
                self.leave();
            }
            Kind::VarDeclaration | Kind::VarSpecList | Kind::ConstDeclaration | Kind::TypeDeclaration => {
                let mut spec = self.enter_node();
                while spec != Kind::End {
                    self.hoist(spec);
                    spec = self.next_node();
                }
                self.leave();
            }
            Kind::VarSpec | Kind::ConstSpec => {
                let mut name = self.enter_node();
                while name == Kind::Identifier {
                    let (sym, span) = self.name();
                    let var = self.declare(sym, VarKind::Local, span);
                    self.b.module.vars[var.index()].is_const = kind == Kind::ConstSpec;
                    name = self.next_node();
                }
                self.leave();
            }
            Kind::TypeSpec | Kind::TypeAlias => {
                self.enter_node();
                self.declare_class();
                self.leave();
            }
            _ => {}
        }
    }

    // Imports.

    pub(super) fn import_declaration(&mut self) {
        let mut kind = self.enter_node();
        if kind == Kind::ImportSpecList {
            kind = self.enter_node();
            while kind != Kind::End {
                self.import_spec();
                kind = self.next_node();
            }
            self.leave();
        } else if kind != Kind::End {
            self.import_spec();
        }
        self.leave();
    }

    fn import_spec(&mut self) {
        let span = self.span();
        let mut kind = self.enter();
        let (mut what, mut alias) = (Imported::Module, None);
        match kind {
            Kind::Dot => what = Imported::All,
            Kind::BlankIdentifier => what = Imported::Nothing,
            Kind::PackageIdentifier => alias = Some(self.name()),
            _ => {}
        }
        if matches!(kind, Kind::Dot | Kind::BlankIdentifier | Kind::PackageIdentifier) {
            kind = self.next();
        }
        let path_span = self.span();
        let module = if kind.is_sign() { EMPTY } else { self.string(kind, path_span) };
        self.leave();
        let import = ImportId(self.b.module.imports.len() as u32);
        let mut var = None;
        if what == Imported::Module {
            let (name, at) = alias.unwrap_or_else(|| {
                let guess = imports::package_name(self.b.module.text(module)).to_owned();
                (self.b.sym(&guess), path_span)
            });
            var = Some(self.declare(name, VarKind::Import(import), at));
        }
        self.b.import(Import { module, level: 0, what, var, span });
    }

    // Functions.

    /// A function declaration under the cursor.
    pub(super) fn function_declaration(&mut self, out: &mut Block) {
        let span = self.span();
        self.enter_past_sign();
        let (name, name_span) = self.name();
        let known = self.hoisted(name, name_span).and_then(|var| match self.b.module.var(var).kind {
            VarKind::Function(function) => Some(function),
            _ => None,
        });
        let function = known.unwrap_or_else(|| {
            // `init` and `_` may be declared any number of times; a function among statements is an error's.
            let hoisted = self.b.module.functions.iter().position(|f| f.span == span && f.name == name);
            match hoisted {
                Some(index) => FnId(index as u32),
                None => self.new_function(name, Some(self.owner), span),
            }
        });
        self.next_node();
        self.function_rest(function, span.start);
        self.leave();
        self.push_stmt(StmtKind::Define(function), span, out);
    }

    /// A method declaration under the cursor.
    pub(super) fn method_declaration(&mut self, out: &mut Block) {
        let span = self.span();
        let function = self.new_function(EMPTY, Some(self.owner), span);
        let outer = std::mem::replace(&mut self.owner, function);
        self.scopes.open();
        if self.enter_past_sign() == Kind::ParameterList {
            self.receiver(function);
        }
        self.next_node();
        let (name, _) = self.name();
        self.b.module.functions[function.index()].name = name;
        self.next_node();
        self.owner = outer;
        self.function_rest(function, span.start);
        self.scopes.close();
        self.leave();
        let receiver_type = self.b.module.functions[function.index()].receiver_type;
        let class = receiver_type.and_then(|name| self.scopes.lookup(name)).and_then(|binding| {
            match self.b.module.var(binding.var).kind {
                VarKind::Class(class) => Some(class),
                _ => None,
            }
        });
        match class {
            Some(class) => {
                self.b.module.functions[function.index()].class = Some(class);
                self.b.module.classes[class.index()].methods.push(function);
            }
            None => self.push_stmt(StmtKind::Define(function), span, out),
        }
    }

    fn receiver(&mut self, function: FnId) {
        let kind = self.enter_node();
        if kind != Kind::End {
            let (start, ty) = self.parameter_declaration(kind);
            let receiver_type = self.last_name(ty);
            let declared = self.names.drain(start..).next();
            let var = declared.map(|(name, span)| {
                let var = self.declare(name, VarKind::Param, span);
                self.b.module.vars[var.index()].ty = Some(ty);
                var
            });
            let function = &mut self.b.module.functions[function.index()];
            function.receiver = var;
            function.receiver_type = (receiver_type != EMPTY).then_some(receiver_type);
        }
        self.leave();
    }

    /// What follows a function's name or `func`: type parameters, parameters, results, body. The cursor stands on the
    /// first of them and is moved past them.
    pub(super) fn function_rest(&mut self, function: FnId, start: u32) {
        let outer_owner = std::mem::replace(&mut self.owner, function);
        let outer_results = std::mem::take(&mut self.results);
        // What an ERROR before this function held belongs to the statements around it.
        let outer_strays = std::mem::take(&mut self.strays);
        self.scopes.open();
        let mut head = Span { start, end: start };
        let mut kind = self.kind_here();
        if kind == Kind::TypeParameterList {
            self.type_parameters();
            kind = self.next_node();
        }
        if kind == Kind::ParameterList {
            head.end = self.span().end;
            let params = self.parameters();
            self.b.module.functions[function.index()].params = params;
            kind = self.next_node();
        }
        if kind == Kind::ParameterList || kind.is_type() {
            head.end = self.span().end;
            let returns = self.results_of(kind);
            self.b.module.functions[function.index()].returns = returns;
            kind = self.next_node();
        }
        if kind == Kind::Block {
            let body = self.block();
            self.b.module.functions[function.index()].body = body;
        }
        self.b.module.functions[function.index()].head = head;
        self.scopes.close();
        self.owner = outer_owner;
        self.results = outer_results;
        let inner_strays = std::mem::replace(&mut self.strays, outer_strays);
        self.strays.extend(inner_strays);
    }

    /// Declares the type parameters under the cursor in the innermost scope.
    fn type_parameters(&mut self) {
        let mut kind = self.enter_node();
        while kind != Kind::End {
            let start = self.names.len();
            let mut inner = self.enter_node();
            while inner == Kind::Identifier {
                let (name, span) = self.name();
                let var = self.b.var(name, self.owner, VarKind::Local, span);
                self.bind(name, var, true);
                self.names.push((Sym(var.0), span));
                inner = self.next_node();
            }
            let constraint = (inner != Kind::End).then(|| self.ty());
            for at in start..self.names.len() {
                let var = VarId(self.names[at].0.0);
                self.b.module.vars[var.index()].ty = constraint;
            }
            self.names.truncate(start);
            self.leave();
            kind = self.next_node();
        }
        self.leave();
    }

    fn parameters(&mut self) -> Vec<Param> {
        let mut params = Vec::new();
        let mut kind = self.enter_past_sign();
        while kind != Kind::End {
            let at = self.span();
            let (start, ty) = self.parameter_declaration(kind);
            let is_variadic = kind == Kind::VariadicParameter;
            let seen_inside = if is_variadic { self.b.ty(TypeKind::List(ty), at) } else { ty };
            if self.names.len() == start {
                self.names.push((BLANK, Span { start: at.start, end: at.start }));
            }
            for index in start..self.names.len() {
                let (name, span) = self.names[index];
                let var = self.declare(name, VarKind::Param, span);
                self.b.module.vars[var.index()].ty = Some(seen_inside);
                params.push(Param {
                    var,
                    pattern: None,
                    ty: Some(ty),
                    default: None,
                    decorators: Vec::new(),
                    kind: if is_variadic { ParamKind::Variadic } else { ParamKind::Positional },
                    is_field: false,
                });
            }
            self.names.truncate(start);
            kind = self.next_item();
        }
        self.leave();
        params
    }

    /// Result types; named results are declared and remembered for a bare `return`.
    fn results_of(&mut self, kind: Kind) -> Vec<TypeId> {
        if kind != Kind::ParameterList {
            return vec![self.ty()];
        }
        let mut returns = Vec::new();
        let mut kind = self.enter_past_sign();
        while kind != Kind::End {
            let (start, ty) = self.parameter_declaration(kind);
            if self.names.len() == start {
                returns.push(ty);
            }
            for index in start..self.names.len() {
                let (name, span) = self.names[index];
                let var = self.declare(name, VarKind::Local, span);
                self.b.module.vars[var.index()].ty = Some(ty);
                self.results.push((name != BLANK).then_some(var));
                returns.push(ty);
            }
            self.names.truncate(start);
            kind = self.next_item();
        }
        self.leave();
        returns
    }

    // Types.

    /// Declares the type whose name stands under the cursor.
    fn declare_class(&mut self) -> ClassId {
        let (name, span) = self.name();
        let class = self.b.class(Class {
            name,
            var: None,
            kind: ClassKind::Alias,
            parent_fn: self.owner,
            outer: None,
            bases: Vec::new(),
            base_types: Vec::new(),
            keywords: Vec::new(),
            decorators: Vec::new(),
            fields: Vec::new(),
            methods: Vec::new(),
            nested: Vec::new(),
            span,
            head: span,
        });
        let var = self.declare(name, VarKind::Class(class), span);
        self.b.module.classes[class.index()].var = Some(var);
        class
    }

    /// `type Name … T`, or `Name … T` in a group, under the cursor.
    pub(super) fn type_spec(&mut self, out: &mut Block) {
        let span = self.span();
        self.enter_node();
        let (name, name_span) = self.name();
        let known = self.hoisted(name, name_span).and_then(|var| match self.b.module.var(var).kind {
            VarKind::Class(class) => Some(class),
            _ => None,
        });
        let class = known.unwrap_or_else(|| self.declare_class());
        self.scopes.open();
        let mut kind = self.next_node();
        if kind == Kind::TypeParameterList {
            self.type_parameters();
            kind = self.next_node();
        }
        let body = self.span();
        let mut head = span;
        let class_kind = match kind {
            Kind::StructType => {
                head.end = body.start + "struct".len() as u32;
                if self.enter_node() == Kind::FieldDeclarationList {
                    let fields = self.fields();
                    self.b.module.classes[class.index()].fields = fields;
                }
                self.leave();
                ClassKind::Struct
            }
            Kind::InterfaceType => {
                head.end = body.start + "interface".len() as u32;
                self.interface_members(class);
                ClassKind::Interface
            }
            _ => {
                let ty = (kind != Kind::End).then(|| self.ty());
                let field = Field { ty, ..bare_field(EMPTY, body) };
                self.b.module.classes[class.index()].fields = vec![field];
                ClassKind::Alias
            }
        };
        self.scopes.close();
        self.leave();
        let declared = &mut self.b.module.classes[class.index()];
        declared.kind = class_kind;
        declared.span = span;
        declared.head = Span { start: head.start, end: head.end.min(span.end) };
        self.push_stmt(StmtKind::DefineClass(class), span, out);
    }

    /// Fields of the declaration list under the cursor.
    pub(super) fn fields(&mut self) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut kind = self.enter_past_sign();
        while kind != Kind::End {
            if kind == Kind::FieldDeclaration {
                self.field(&mut fields);
            }
            kind = self.next_item();
        }
        self.leave();
        fields
    }

    fn field(&mut self, fields: &mut Vec<Field>) {
        let span = self.span();
        let start = self.names.len();
        let mut kind = self.enter();
        let is_pointer = kind == Kind::Star;
        if is_pointer {
            kind = self.next();
        }
        while kind == Kind::FieldIdentifier {
            let name = self.name();
            self.names.push(name);
            kind = self.next_node();
        }
        let type_span = self.span();
        let mut ty = self.ty();
        if is_pointer {
            ty = self.pointer_to(ty, Span { start: span.start, end: type_span.end });
        }
        let tag = match self.next_node() {
            kind @ (Kind::RawString | Kind::InterpretedString) => {
                let at = self.span();
                Some(self.string(kind, at))
            }
            _ => None,
        };
        self.leave();
        if self.names.len() == start {
            let name = self.last_name(ty);
            fields.push(Field { ty: Some(ty), tag, is_embedded: true, ..bare_field(name, span) });
        }
        for (name, _) in self.names.drain(start..) {
            fields.push(Field { ty: Some(ty), tag, ..bare_field(name, span) });
        }
    }

    /// Methods and embedded types of the interface under the cursor.
    fn interface_members(&mut self, class: ClassId) {
        let mut kind = self.enter_node();
        while kind != Kind::End {
            let span = self.span();
            if kind == Kind::MethodElem {
                self.enter_node();
                let (name, _) = self.name();
                let method = self.new_function(name, Some(self.owner), span);
                self.next_node();
                self.function_rest(method, span.start);
                self.leave();
                let function = &mut self.b.module.functions[method.index()];
                function.is_abstract = true;
                function.class = Some(class);
                self.b.module.classes[class.index()].methods.push(method);
            } else {
                let ty = self.ty();
                let name = self.last_name(ty);
                let field = Field { ty: Some(ty), is_embedded: true, ..bare_field(name, span) };
                self.b.module.classes[class.index()].fields.push(field);
            }
            kind = self.next_node();
        }
        self.leave();
    }

    // Variables and constants.

    /// `a, b T = x, y` of `var` or `const` under the cursor: names are bound after the values are read.
    pub(super) fn value_spec(&mut self, is_const: bool, out: &mut Block) {
        let span = self.span();
        let start = self.names.len();
        let mut kind = self.enter_node();
        while kind == Kind::Identifier {
            let name = self.name();
            self.names.push(name);
            kind = self.next_node();
        }
        let mut ty = None;
        if kind.is_type() {
            ty = Some(self.ty());
            kind = self.next_node();
        }
        let closure_name = if self.names.len() == start + 1 { Some(self.names[start].0) } else { None };
        let mut value = (kind != Kind::End).then(|| self.expr_list(closure_name));
        self.leave();
        if value.is_none() && self.names.len() == start + 1 {
            value = ty.and_then(|ty| self.zero_text(ty));
        }
        let targets = self.items.len();
        for index in start..self.names.len() {
            let (name, at) = self.names[index];
            let var = match self.hoisted(name, at) {
                Some(var) => var,
                None => self.declare(name, VarKind::Local, at),
            };
            let declared = &mut self.b.module.vars[var.index()];
            declared.ty = ty;
            declared.is_const = is_const;
            if value.is_some() {
                let target = self.target(name, var, at, span);
                self.items.push(target);
            }
        }
        self.names.truncate(start);
        self.assign_to(targets, ty, value, span, out);
    }

    /// The zero value of `var s string`: text that is built from `s` starts empty. Other zero values are no text and
    /// are left out.
    fn zero_text(&mut self, ty: TypeId) -> Option<ExprId> {
        let span = self.b.module.ty(ty).span;
        match &self.b.module.ty(ty).kind {
            TypeKind::Named { head: None, path, .. } if path.len() == 1 && self.b.module.text(path[0]) == "string" => {
                Some(self.b.str_lit("", span))
            }
            _ => None,
        }
    }

    /// A declared name as the place that an initialiser writes.
    pub(super) fn target(&mut self, name: Sym, var: VarId, at: Span, write: Span) -> ExprId {
        if name == BLANK {
            return self.b.expr(ExprKind::Name(BLANK), at);
        }
        self.b.wrote(var, write);
        self.b.expr(ExprKind::Var(var), at)
    }

    /// Writes the value to the places collected in `items` since `targets`.
    pub(super) fn assign_to(
        &mut self,
        targets: usize,
        ty: Option<TypeId>,
        value: Option<ExprId>,
        span: Span,
        out: &mut Block,
    ) {
        let places: Vec<ExprId> = self.items.drain(targets..).collect();
        let (Some(value), Some(first), Some(last)) = (value, places.first(), places.last()) else { return };
        let whole = self.b.module.expr(*first).span.to(self.b.module.expr(*last).span);
        let target = self.places(&places, whole);
        self.push_stmt(StmtKind::Assign { target, ty, op: None, value }, span, out);
    }
}

fn bare_field(name: Sym, span: Span) -> Field {
    Field { name, ty: None, value: None, decorators: Vec::new(), tag: None, is_static: false, is_embedded: false, span }
}
