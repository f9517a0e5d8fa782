//! Types.
//!
//! Knows names, generics, arrays, unions, literals, functions and object types. What is computed from other types
//! (`keyof`, conditional, mapped, indexed and template types) is `Unknown`, as are `any` and `unknown`.
//! Invariant: an intersection is lowered like a union, because a value of it has the members of each part.

use super::kinds::{Field, Kind};
use super::scope::{Space, Wanted};
use super::{Lower, text};
use crate::ir::{Imported, Sym, TypeId, TypeKind, VarKind};
use crate::source::Span;

/// What a `typeof` names.
#[derive(Default)]
struct Query {
    path: Vec<Sym>,
    args: Vec<TypeId>,
    module: Option<Sym>,
}

impl Lower<'_> {
    /// `: T`, `: x is T`.
    pub(super) fn annotation(&mut self) -> Option<TypeId> {
        if let Some(ty) = self.plain_annotation() {
            return Some(ty);
        }
        let mut ty = None;
        self.children(|l| {
            if l.kind.is_named() && ty.is_none() {
                ty = Some(l.ty());
            }
        });
        ty
    }

    /// `: Name`, read from the text instead of the tree.
    fn plain_annotation(&mut self) -> Option<TypeId> {
        let name = self.bytes_of(self.at).strip_prefix(b":")?.trim_ascii_start();
        if !text::is_plain_name(name) {
            return None;
        }
        let span = Span { start: self.at.end - name.len() as u32, end: self.at.end };
        self.nodes += 1;
        Some(match name {
            b"null" | b"undefined" | b"true" | b"false" | b"asserts" => return None,
            b"any" | b"unknown" | b"string" | b"number" | b"boolean" | b"void" | b"never" | b"object" | b"symbol"
            | b"this" => self.predefined(span),
            _ => {
                let name = self.sym_of(span);
                self.named_type(vec![name], Vec::new(), span, Wanted::Type)
            }
        })
    }

    pub(super) fn type_arguments(&mut self) -> Vec<TypeId> {
        let mut types = Vec::new();
        self.children(|l| {
            if l.kind.is_named() {
                types.push(l.ty());
            }
        });
        types
    }

    /// `<T extends X>`: the names hide outer types.
    pub(super) fn type_parameters(&mut self) {
        self.children(|l| {
            if l.kind != Kind::TypeParameter {
                return;
            }
            l.children(|l| {
                if l.kind == Kind::TypeIdentifier && l.field() == Field::Name {
                    let at = l.span();
                    let name = l.sym_of(at);
                    let here = l.scopes.here();
                    l.scopes.declare(here, name, None, Space::Type);
                }
            });
        });
    }

    /// Lowers the current node as a type.
    pub(super) fn ty(&mut self) -> TypeId {
        self.nodes += 1;
        let span = self.span();
        if self.is_too_deep() {
            self.opaque += 1;
            return self.b.ty(TypeKind::Unknown, span);
        }
        self.depth += 1;
        let ty = self.type_of_kind(span);
        self.depth -= 1;
        ty
    }

    fn type_of_kind(&mut self, span: Span) -> TypeId {
        match self.kind {
            Kind::TypeIdentifier | Kind::Identifier => {
                let name = self.sym_of(span);
                self.named_type(vec![name], Vec::new(), span, Wanted::Type)
            }
            Kind::PredefinedType | Kind::ThisType => self.predefined(span),
            Kind::NestedTypeIdentifier | Kind::NestedIdentifier => {
                let mut path = Vec::new();
                self.path(&mut path);
                self.path_type(path, Vec::new(), span)
            }
            Kind::GenericType => self.generic(span),
            Kind::ArrayType => {
                let inner = self.inner_type(span);
                self.b.ty(TypeKind::List(inner), span)
            }
            Kind::ReadonlyType | Kind::ParenthesizedType | Kind::RestType => self.inner_type(span),
            Kind::OptionalType | Kind::FlowMaybeType => {
                let inner = self.inner_type(span);
                let undefined = self.b.sym("undefined");
                let missing = self.b.ty(TypeKind::Literal(undefined), span);
                self.b.ty(TypeKind::Union(vec![inner, missing]), span)
            }
            Kind::UnionType | Kind::IntersectionType => self.union(span),
            Kind::TupleType => self.tuple(span),
            Kind::LiteralType => self.literal_type(span),
            Kind::FunctionType | Kind::ConstructorType => self.function_type(span),
            Kind::ObjectType => self.object_type(span),
            Kind::TypePredicate => {
                let name = self.b.sym("boolean");
                self.b.ty(TypeKind::Named { head: None, path: vec![name], args: Vec::new() }, span)
            }
            Kind::TypeQuery => self.type_query(span),
            Kind::MemberExpression | Kind::CallExpression => self.queried(span),
            _ => self.b.ty(TypeKind::Unknown, span),
        }
    }

    fn named_type(&mut self, path: Vec<Sym>, args: Vec<TypeId>, span: Span, wanted: fn(TypeId) -> Wanted) -> TypeId {
        let head = path[0];
        let ty = self.b.ty(TypeKind::Named { head: None, path, args }, span);
        self.scopes.want(head, wanted(ty));
        ty
    }

    fn predefined(&mut self, span: Span) -> TypeId {
        let kind = match self.bytes_of(span) {
            b"any" | b"unknown" => TypeKind::Unknown,
            _ => TypeKind::Named { head: None, path: vec![self.sym_of(span)], args: Vec::new() },
        };
        self.b.ty(kind, span)
    }

    /// The names of `a.B.C`.
    fn path(&mut self, path: &mut Vec<Sym>) {
        if self.is_too_deep() {
            return;
        }
        self.depth += 1;
        self.children(|l| match l.kind {
            Kind::NestedIdentifier | Kind::MemberExpression | Kind::NestedTypeIdentifier => l.path(path),
            _ if l.kind.is_named() => {
                let at = l.span();
                path.push(l.sym_of(at));
            }
            _ => {}
        });
        self.depth -= 1;
    }

    fn generic(&mut self, span: Span) -> TypeId {
        let mut path = Vec::new();
        let mut args = Vec::new();
        self.children(|l| match l.kind {
            Kind::TypeIdentifier | Kind::Identifier => {
                let at = l.span();
                path.push(l.sym_of(at));
            }
            Kind::NestedTypeIdentifier | Kind::NestedIdentifier => l.path(&mut path),
            Kind::TypeArguments => args = l.type_arguments(),
            _ => {}
        });
        self.path_type(path, args, span)
    }

    /// A name of a type, unless nothing could be read of it.
    fn path_type(&mut self, path: Vec<Sym>, args: Vec<TypeId>, span: Span) -> TypeId {
        if path.is_empty() {
            self.b.ty(TypeKind::Unknown, span)
        } else {
            self.named_type(path, args, span, Wanted::Type)
        }
    }

    fn inner_type(&mut self, span: Span) -> TypeId {
        let inner = self.annotation();
        inner.unwrap_or_else(|| self.b.ty(TypeKind::Unknown, span))
    }

    /// `A | B | C` is left-nested: its parts are collected without recursion.
    fn union(&mut self, span: Span) -> TypeId {
        let of = self.kind;
        let mut height = 0;
        while self.kind == of && self.enter() {
            height += 1;
            // `| A` starts with the sign.
            if !self.kind.is_named() {
                break;
            }
        }
        let mut items = Vec::new();
        for _ in 0..height {
            loop {
                if self.kind.is_named() {
                    items.push(self.ty());
                }
                if !self.next() {
                    break;
                }
            }
            self.leave();
            // The cursor stands on a part that is collected already.
            self.kind = Kind::Token;
        }
        self.b.ty(TypeKind::Union(items), span)
    }

    /// A tuple is a list of any of its parts.
    fn tuple(&mut self, span: Span) -> TypeId {
        let mut items = Vec::new();
        self.children(|l| match l.kind {
            Kind::RequiredParameter | Kind::OptionalParameter => l.children(|l| {
                if l.kind == Kind::TypeAnnotation {
                    items.extend(l.annotation());
                }
            }),
            _ if l.kind.is_named() => items.push(l.ty()),
            _ => {}
        });
        let union = self.b.ty(TypeKind::Union(items), span);
        self.b.ty(TypeKind::List(union), span)
    }

    /// The text of a literal as written; strings in double quotes, whatever theirs are.
    fn literal_type(&mut self, span: Span) -> TypeId {
        let raw = self.bytes_of(span);
        let text = match raw.first() {
            Some(b'\'') => {
                let text = text::cook(&raw[1..raw.len().max(2) - 1]);
                self.b.sym(&format!("{text:?}"))
            }
            _ => self.sym_of(span),
        };
        self.b.ty(TypeKind::Literal(text), span)
    }

    fn function_type(&mut self, span: Span) -> TypeId {
        let mut results = Vec::new();
        self.scopes.open(self.function, false);
        self.children(|l| match l.kind {
            Kind::TypeParameters => l.type_parameters(),
            Kind::FormalParameters => {}
            Kind::TypeAnnotation => results.extend(l.annotation()),
            _ if l.kind.is_named() => results.push(l.ty()),
            _ => {}
        });
        self.scopes.close(&mut self.b.module);
        self.b.ty(TypeKind::Function(results), span)
    }

    /// `{ a: T; b(): U }`; with nothing but an index signature it is a map.
    fn object_type(&mut self, span: Span) -> TypeId {
        let mut fields: Vec<(Sym, TypeId)> = Vec::new();
        let mut map: Option<TypeKind> = None;
        self.children(|l| match l.kind {
            Kind::PropertySignature => {
                let (name, ty, at) = l.property_signature();
                if let Some(name) = name {
                    let ty = ty.unwrap_or_else(|| l.b.ty(TypeKind::Unknown, at));
                    fields.push((name, ty));
                }
            }
            Kind::MethodSignature => fields.extend(l.method_type()),
            Kind::IndexSignature => map = Some(l.index_signature()),
            _ => {}
        });
        let kind = match map {
            Some(map) if fields.is_empty() => map,
            _ => TypeKind::Object(fields),
        };
        self.b.ty(kind, span)
    }

    pub(super) fn property_signature(&mut self) -> (Option<Sym>, Option<TypeId>, Span) {
        self.nodes += 1;
        let span = self.span();
        let (mut name, mut ty) = (None, None);
        self.children(|l| match l.kind {
            Kind::TypeAnnotation => ty = l.annotation(),
            Kind::AccessibilityModifier | Kind::OverrideModifier => {}
            _ if l.kind.is_named() && name.is_none() => name = Some(l.property_name()),
            _ => {}
        });
        (name, ty, span)
    }

    fn method_type(&mut self) -> Option<(Sym, TypeId)> {
        self.nodes += 1;
        let span = self.span();
        let mut name = None;
        let mut results = Vec::new();
        self.scopes.open(self.function, false);
        self.children(|l| match l.kind {
            Kind::TypeParameters => l.type_parameters(),
            Kind::TypeAnnotation => results.extend(l.annotation()),
            Kind::FormalParameters | Kind::AccessibilityModifier | Kind::OverrideModifier => {}
            _ if l.kind.is_named() && name.is_none() => name = Some(l.property_name()),
            _ => {}
        });
        self.scopes.close(&mut self.b.module);
        let ty = self.b.ty(TypeKind::Function(results), span);
        Some((name?, ty))
    }

    /// `[key: K]: V`; a mapped type has no parts that are known.
    fn index_signature(&mut self) -> TypeKind {
        let (mut key, mut value) = (None, None);
        self.children(|l| match l.kind {
            Kind::MappedTypeClause | Kind::Identifier => {}
            Kind::TypeAnnotation => value = l.annotation(),
            _ if l.kind.is_named() && l.field() == Field::IndexType => key = Some(l.ty()),
            _ => {}
        });
        match (key, value) {
            (Some(key), Some(value)) => TypeKind::Map(key, value),
            _ => TypeKind::Unknown,
        }
    }

    /// Whether the current object type is `{ [K in T]: V }`.
    pub(super) fn is_mapped(&self) -> bool {
        let signature =
            self.node.named_child(0).filter(|node| self.grammar.kind(node.kind_id()) == Kind::IndexSignature);
        signature
            .and_then(|signature| signature.named_child(0))
            .is_some_and(|clause| self.grammar.kind(clause.kind_id()) == Kind::MappedTypeClause)
    }

    // --- typeof ---

    /// `typeof x.y`: the names, resolved as a value's.
    fn type_query(&mut self, span: Span) -> TypeId {
        let mut ty = None;
        self.children(|l| {
            if ty.is_some() || !l.kind.is_named() {
                return;
            }
            ty = Some(match l.kind {
                Kind::Identifier => {
                    let at = l.span();
                    let name = l.sym_of(at);
                    l.named_type(vec![name], Vec::new(), span, Wanted::ValueType)
                }
                Kind::MemberExpression | Kind::InstantiationExpression => l.queried(span),
                _ => l.b.ty(TypeKind::Unknown, span),
            });
        });
        ty.unwrap_or_else(|| self.b.ty(TypeKind::Unknown, span))
    }

    /// A path that may start at a name or at `import("m")`; anything else in it makes it unknown.
    fn queried(&mut self, span: Span) -> TypeId {
        let mut query = Query::default();
        if !self.query_path(&mut query) {
            return self.b.ty(TypeKind::Unknown, span);
        }
        let Query { mut path, args, module } = query;
        if let Some(module) = module {
            let var = self.b.var(module, self.function, VarKind::Local, span);
            self.import(module, Imported::Module, Some(var), span);
            path.insert(0, module);
            return self.b.ty(TypeKind::Named { head: Some(var), path, args }, span);
        }
        if path.is_empty() {
            return self.b.ty(TypeKind::Unknown, span);
        }
        self.named_type(path, args, span, Wanted::ValueType)
    }

    fn query_path(&mut self, query: &mut Query) -> bool {
        if self.kind == Kind::CallExpression {
            return self.imported_type(&mut query.module);
        }
        if self.is_too_deep() {
            return false;
        }
        self.depth += 1;
        let mut is_path = true;
        self.children(|l| match l.kind {
            Kind::MemberExpression | Kind::CallExpression => is_path &= l.query_path(query),
            Kind::Identifier | Kind::PropertyIdentifier | Kind::PrivatePropertyIdentifier => {
                let at = l.span();
                query.path.push(l.sym_of(at));
            }
            Kind::TypeArguments => query.args = l.type_arguments(),
            Kind::OptionalChain => {}
            _ if l.kind.is_named() => is_path = false,
            _ => {}
        });
        self.depth -= 1;
        is_path
    }

    /// `import("m")` in a type.
    fn imported_type(&mut self, module: &mut Option<Sym>) -> bool {
        let mut is_import = false;
        self.children(|l| match l.kind {
            Kind::Import => is_import = true,
            Kind::Arguments if is_import => l.children(|l| {
                if l.kind == Kind::String {
                    let at = l.span();
                    *module = Some(l.string_at(at));
                }
            }),
            _ => {}
        });
        is_import && module.is_some()
    }
}
