//! Annotations of Python as IR types; those that are written as strings are read by `type_text`.
//!
//! ```python
//! user: Optional["User"]                        # User | None
//! session: Annotated[Session, Depends(get)]     # Session; the metadata is an expression
//! run: Callable[[int], str]                     # function of str
//! ```
//!
//! Knows the forms of the `typing` module that change what a type means. Does not know libraries' types.
//! Invariant: `Optional`, `Union` and `|` are one flat `Union`; `Annotated`, `ClassVar`, `Final`, `Required`,
//! `NotRequired` and `ReadOnly` leave their first argument; an ellipsis among arguments is left out.

use super::Lowering;
use super::kinds::Kind;
use crate::ir::{ExprId, FnId, Sym, TypeId, TypeKind, VarId, VarKind};
use crate::source::Span;
use crate::syntax::flat::NodeId;

/// What a generic of this name stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A type with arguments.
    Generic,
    Optional,
    Union,
    Literal,
    Callable,
    /// `Annotated[T, …]`, `ClassVar[T]`: the first argument.
    Wrapper,
}

pub(super) fn form_of(name: &str) -> Form {
    match name {
        "Optional" => Form::Optional,
        "Union" => Form::Union,
        "Literal" => Form::Literal,
        "Callable" => Form::Callable,
        "Annotated" | "ClassVar" | "Final" | "Required" | "NotRequired" | "ReadOnly" => Form::Wrapper,
        _ => Form::Generic,
    }
}

impl Lowering<'_> {
    /// The type of an annotation and the metadata of `Annotated[T, metadata…]`.
    pub(super) fn annotation(&mut self, node: NodeId) -> (TypeId, Vec<ExprId>) {
        let mut metadata = Vec::new();
        let inner = self.inside_type(node);
        if let Some((head, args)) = self.generic_parts(inner)
            && self.last_name(head) == "Annotated"
        {
            for &arg in args.iter().skip(1) {
                metadata.push(self.expr(arg));
            }
        }
        (self.ty(node), metadata)
    }

    pub(super) fn is_class_var(&self, node: NodeId) -> bool {
        self.generic_parts(self.inside_type(node)).is_some_and(|(head, _)| self.last_name(head) == "ClassVar")
    }

    pub(super) fn ty(&mut self, node: NodeId) -> TypeId {
        let span = self.tree.span(node);
        let lowered = self.nested(1, |this| this.ty_at(node, span));
        lowered.unwrap_or_else(|| self.b.ty(TypeKind::Unknown, span))
    }

    fn ty_at(&mut self, node: NodeId, span: Span) -> TypeId {
        let tree = self.tree;
        let node = self.inside_type(node);
        let kind = match tree.kind(node) {
            Kind::Identifier | Kind::Attribute | Kind::MemberType => return self.named_type(node, Vec::new(), span),
            Kind::None => self.literal_type("None"),
            Kind::String => return self.string_type(node, span),
            Kind::Subscript | Kind::GenericType => return self.generic_type(node, span),
            Kind::BinaryOperator | Kind::UnionType => {
                let sides: Vec<NodeId> = tree.children(node).filter(|&side| !tree.kind(side).is_token()).collect();
                let members = sides.into_iter().map(|side| self.ty(side)).collect();
                return self.union_type(members, span);
            }
            Kind::ConstrainedType => match self.child(node, 0) {
                Some(name) => return self.ty(name),
                None => TypeKind::Unknown,
            },
            Kind::SplatType | Kind::ListSplat => match self.named_child(node) {
                Some(inner) => return self.ty(inner),
                None => TypeKind::Unknown,
            },
            _ => TypeKind::Unknown,
        };
        self.b.ty(kind, span)
    }

    /// What stands in `Type` nodes and parentheses.
    fn inside_type(&self, node: NodeId) -> NodeId {
        let mut at = node;
        while matches!(self.tree.kind(at), Kind::Type | Kind::ParenthesizedExpression) {
            match self.named_child(at) {
                Some(inner) => at = inner,
                None => break,
            }
        }
        at
    }

    pub(super) fn literal_type(&mut self, text: &str) -> TypeKind {
        TypeKind::Literal(self.b.sym(text))
    }

    /// Head and arguments of `list[int]`, whichever node kind the grammar chose.
    fn generic_parts(&self, node: NodeId) -> Option<(NodeId, Vec<NodeId>)> {
        let tree = self.tree;
        let mut children = tree.children(node);
        match tree.kind(node) {
            Kind::Subscript => Some((children.next()?, children.collect())),
            Kind::GenericType => {
                let head = children.next()?;
                Some((head, tree.children(children.next()?).collect()))
            }
            _ => None,
        }
    }

    fn last_name(&self, head: NodeId) -> std::borrow::Cow<'_, str> {
        match self.tree.kind(head) {
            Kind::Identifier => self.text_at(head),
            Kind::Attribute => self.tree.children(head).last().map_or("".into(), |name| self.text_at(name)),
            _ => "".into(),
        }
    }

    fn generic_type(&mut self, node: NodeId, span: Span) -> TypeId {
        let tree = self.tree;
        let Some((head, args)) = self.generic_parts(node) else {
            return self.b.ty(TypeKind::Unknown, span);
        };
        let form = form_of(&self.last_name(head));
        let args: Vec<NodeId> = args
            .into_iter()
            .map(|arg| self.inside_type(arg))
            .filter(|&arg| tree.kind(arg) != Kind::Ellipsis || form == Form::Callable)
            .collect();
        if form == Form::Literal {
            let members = args.iter().map(|&arg| self.literal_of(arg)).collect();
            return self.union_type(members, span);
        }
        let lowered: Vec<TypeId> = match form {
            Form::Callable => args.last().map(|&last| self.ty(last)).into_iter().collect(),
            Form::Wrapper => args.first().map(|&first| self.ty(first)).into_iter().collect(),
            Form::Generic | Form::Optional | Form::Union | Form::Literal => {
                args.iter().map(|&arg| self.ty(arg)).collect()
            }
        };
        match self.special_type(form, lowered, span) {
            Ok(special) => special,
            Err(args) => self.named_type(head, args, span),
        }
    }

    /// The type that a form makes of its arguments; gives them back for a plain generic.
    pub(super) fn special_type(
        &mut self,
        form: Form,
        mut args: Vec<TypeId>,
        span: Span,
    ) -> Result<TypeId, Vec<TypeId>> {
        match form {
            Form::Generic => Err(args),
            Form::Optional => {
                let none = self.literal_type("None");
                args.push(self.b.ty(none, span));
                Ok(self.union_type(args, span))
            }
            Form::Union | Form::Literal => Ok(self.union_type(args, span)),
            Form::Callable => Ok(self.b.ty(TypeKind::Function(args), span)),
            Form::Wrapper => Ok(match args.first() {
                Some(&first) => first,
                None => self.b.ty(TypeKind::Unknown, span),
            }),
        }
    }

    /// One flat union; a single member is itself.
    pub(super) fn union_type(&mut self, members: Vec<TypeId>, span: Span) -> TypeId {
        let mut flat = Vec::new();
        for member in members {
            match &self.b.module.ty(member).kind {
                TypeKind::Union(inner) => flat.extend(inner.iter().copied()),
                _ => flat.push(member),
            }
        }
        match flat[..] {
            [only] => only,
            _ => self.b.ty(TypeKind::Union(flat), span),
        }
    }

    /// An argument of `Literal[…]`.
    fn literal_of(&mut self, node: NodeId) -> TypeId {
        let text = match self.constant_text(node) {
            Some((text, _)) => text,
            None => self.text_at(node).into_owned(),
        };
        let kind = self.literal_type(&text);
        self.b.ty(kind, self.tree.span(node))
    }

    /// `a.b.C`; `Unknown` when the head is no dotted name.
    fn named_type(&mut self, head: NodeId, args: Vec<TypeId>, span: Span) -> TypeId {
        let tree = self.tree;
        let mut path = Vec::new();
        let mut at = self.inside_type(head);
        loop {
            match tree.kind(at) {
                Kind::Identifier => {
                    path.push(self.sym(at));
                    break;
                }
                Kind::Attribute | Kind::MemberType => {
                    let mut parts = tree.children(at);
                    let (Some(base), Some(name)) = (parts.next(), parts.next()) else {
                        return self.b.ty(TypeKind::Unknown, span);
                    };
                    path.push(self.sym(name));
                    at = self.inside_type(base);
                }
                _ => return self.b.ty(TypeKind::Unknown, span),
            }
        }
        path.reverse();
        let head = self.type_head(path[0]);
        self.b.ty(TypeKind::Named { head, path, args }, span)
    }

    /// The variable of a type's first name. A class member hides an outer name only when it is itself a type:
    /// `date: date` and `def list(self) -> list[int]` mean the outer ones.
    pub(super) fn type_head(&self, name: Sym) -> Option<VarId> {
        let member = self
            .scopes
            .class_member(name)
            .filter(|&var| matches!(self.b.module.var(var).kind, VarKind::Class(_) | VarKind::Import(_)));
        member.or_else(|| self.scopes.lexical(name))
    }

    /// `[T: Base, *Ts, **P]`: variables of the innermost frame, with their bounds as types.
    pub(super) fn type_parameters(&mut self, list: NodeId, owner: FnId) {
        let tree = self.tree;
        for parameter in tree.children(list) {
            let inner = self.inside_type(parameter);
            let name = match tree.kind(inner) {
                Kind::ConstrainedType => self.child(inner, 0).map(|name| self.inside_type(name)),
                Kind::SplatType => self.named_child(inner),
                _ => Some(inner),
            };
            let Some(name) = name.filter(|&name| tree.kind(name) == Kind::Identifier) else { continue };
            let sym = self.sym(name);
            let var = self.b.var(sym, owner, VarKind::Local, tree.span(name));
            self.scopes.show(sym, Some(var));
            if tree.kind(inner) == Kind::ConstrainedType
                && let Some(bound) = self.child(inner, 1)
            {
                let bound = self.ty(bound);
                self.b.module.vars[var.index()].ty = Some(bound);
            }
        }
    }
}
