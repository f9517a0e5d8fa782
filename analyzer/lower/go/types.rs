//! Types, as they are written.
//!
//! Knows Go's type syntax. `chan T` is `Named` with path `chan`, `interface{}` is `any`, `~T` is T: what a range or an
//! assertion meets is the same.

use super::{Kind, Lowering};
use crate::ir::{Sym, TypeId, TypeKind};
use crate::lower::MAX_DEPTH;
use crate::source::Span;

impl Lowering<'_> {
    /// The type under the cursor.
    pub(super) fn ty(&mut self) -> TypeId {
        let kind = self.kind_here();
        let span = self.span();
        self.b.module.stats.nodes += 1;
        if kind == Kind::TypeIdentifier || kind == Kind::Identifier {
            let name = self.sym_at(span);
            let head = self.scopes.lookup(name).map(|binding| binding.var);
            return self.b.ty(TypeKind::Named { head, path: vec![name], args: Vec::new() }, span);
        }
        if self.depth >= MAX_DEPTH {
            return self.b.ty(TypeKind::Unknown, span);
        }
        self.depth += 1;
        let kind = self.compound(kind);
        self.depth -= 1;
        self.b.ty(kind, span)
    }

    fn compound(&mut self, kind: Kind) -> TypeKind {
        match kind {
            Kind::QualifiedType => {
                let path = self.qualified_path();
                TypeKind::Named { head: self.scopes.lookup(path[0]).map(|binding| binding.var), path, args: Vec::new() }
            }
            Kind::GenericType => {
                self.enter_node();
                let generic = self.ty();
                let mut args = Vec::new();
                if self.next_node() == Kind::TypeArguments {
                    args = self.types();
                }
                self.leave();
                match self.b.module.ty(generic).kind.clone() {
                    TypeKind::Named { head, path, .. } => TypeKind::Named { head, path, args },
                    other => other,
                }
            }
            Kind::PointerType => TypeKind::Pointer(self.only_type()),
            Kind::SliceType | Kind::ImplicitLengthArrayType => TypeKind::List(self.only_type()),
            Kind::ArrayType => {
                // The length is an expression and says nothing that the IR keeps.
                self.enter_node();
                self.next_node();
                let element = self.ty();
                self.leave();
                TypeKind::List(element)
            }
            Kind::MapType => {
                self.enter_node();
                let key = self.ty();
                self.next_node();
                let value = self.ty();
                self.leave();
                TypeKind::Map(key, value)
            }
            Kind::ChannelType => {
                let element = self.only_type();
                let path = vec![self.b.sym("chan")];
                TypeKind::Named { head: None, path, args: vec![element] }
            }
            Kind::ParenthesizedType | Kind::NegatedType => {
                let inner = self.only_type();
                self.b.module.ty(inner).kind.clone()
            }
            Kind::TypeElem | Kind::TypeConstraint => {
                let members = self.types();
                match members[..] {
                    [only] => self.b.module.ty(only).kind.clone(),
                    _ => TypeKind::Union(members),
                }
            }
            Kind::FunctionType => {
                self.enter_node();
                let results = self.result_types();
                self.leave();
                TypeKind::Function(results)
            }
            Kind::StructType => {
                let mut fields = Vec::new();
                if self.enter_node() == Kind::FieldDeclarationList {
                    let declared = self.fields();
                    let of_field = |field: crate::ir::Field| field.ty.map(|ty| (field.name, ty));
                    fields = declared.into_iter().filter_map(of_field).collect();
                }
                self.leave();
                TypeKind::Object(fields)
            }
            Kind::InterfaceType => self.interface(),
            _ => {
                self.b.module.stats.opaque += 1;
                TypeKind::Unknown
            }
        }
    }

    fn only_type(&mut self) -> TypeId {
        self.enter_node();
        let inner = self.ty();
        self.leave();
        inner
    }

    /// All types below the cursor.
    pub(super) fn types(&mut self) -> Vec<TypeId> {
        let mut types = Vec::new();
        let mut kind = self.enter_node();
        while kind != Kind::End {
            types.push(self.ty());
            kind = self.next_node();
        }
        self.leave();
        types
    }

    fn qualified_path(&mut self) -> Vec<Sym> {
        self.enter();
        let (package, _) = self.name();
        self.next_past_sign();
        let (name, _) = self.name();
        self.leave();
        vec![package, name]
    }

    /// An interface without a name: its methods, each with the function type of its results.
    fn interface(&mut self) -> TypeKind {
        let mut members: Vec<(Sym, TypeId)> = Vec::new();
        let mut kind = self.enter_node();
        while kind != Kind::End {
            let span = self.span();
            if kind == Kind::MethodElem {
                self.enter_node();
                let (name, _) = self.name();
                self.next_node();
                let results = self.result_types();
                self.leave();
                let ty = self.b.ty(TypeKind::Function(results), span);
                members.push((name, ty));
            } else {
                let ty = self.ty();
                let name = self.last_name(ty);
                members.push((name, ty));
            }
            kind = self.next_node();
        }
        self.leave();
        if members.is_empty() {
            let path = vec![self.b.sym("any")];
            return TypeKind::Named { head: None, path, args: Vec::new() };
        }
        TypeKind::Object(members)
    }

    /// Result types of a function type, the cursor standing on its parameter list; parameters are left out.
    fn result_types(&mut self) -> Vec<TypeId> {
        match self.next_node() {
            Kind::ParameterList => {
                let mut results = Vec::new();
                let mut kind = self.enter_past_sign();
                while kind != Kind::End {
                    let (names, ty) = self.parameter_declaration(kind);
                    results.extend(std::iter::repeat_n(ty, (self.names.len() - names).max(1)));
                    self.names.truncate(names);
                    kind = self.next_item();
                }
                self.leave();
                results
            }
            kind if kind.is_type() => vec![self.ty()],
            _ => Vec::new(),
        }
    }

    /// A parameter declaration under the cursor: its names are on top of `names` from the index given back.
    pub(super) fn parameter_declaration(&mut self, kind: Kind) -> (usize, TypeId) {
        let start = self.names.len();
        if kind != Kind::ParameterDeclaration && kind != Kind::VariadicParameter {
            return (start, self.ty());
        }
        let mut inner = self.enter_node();
        while inner == Kind::Identifier {
            let name = self.name();
            self.names.push(name);
            inner = self.next_node();
        }
        let ty = self.ty();
        self.leave();
        (start, ty)
    }

    /// The name that an embedded type gives its field: the last part of its path.
    pub(super) fn last_name(&self, ty: TypeId) -> Sym {
        let mut ty = ty;
        loop {
            match &self.b.module.ty(ty).kind {
                TypeKind::Pointer(inner) => ty = *inner,
                TypeKind::Named { path, .. } => return path.last().copied().unwrap_or(super::EMPTY),
                TypeKind::List(_)
                | TypeKind::Map(..)
                | TypeKind::Union(_)
                | TypeKind::Literal(_)
                | TypeKind::Function(_)
                | TypeKind::Object(_)
                | TypeKind::Unknown => return super::EMPTY,
            }
        }
    }

    /// `*T` for an embedded `*T`, whose star stands beside the type.
    pub(super) fn pointer_to(&mut self, ty: TypeId, span: Span) -> TypeId {
        self.b.ty(TypeKind::Pointer(ty), span)
    }
}
