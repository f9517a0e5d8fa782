//! Annotations of Python as IR types, also those that are written as strings.
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
//! Invariant: a type in a string has its own place in the file when no escape stands in the string, else the string's.

use super::Lowering;
use super::kinds::Kind;
use crate::ir::{ExprId, FnId, Sym, TypeId, TypeKind, VarId, VarKind};
use crate::source::Span;
use crate::syntax::flat::NodeId;

/// What a generic of this name stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A type with arguments.
    Generic,
    Optional,
    Union,
    Literal,
    Callable,
    /// `Annotated[T, …]`, `ClassVar[T]`: the first argument.
    Wrapper,
}

fn form_of(name: &str) -> Form {
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

    fn literal_type(&mut self, text: &str) -> TypeKind {
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
    fn special_type(&mut self, form: Form, mut args: Vec<TypeId>, span: Span) -> Result<TypeId, Vec<TypeId>> {
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
    fn union_type(&mut self, members: Vec<TypeId>, span: Span) -> TypeId {
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
    fn type_head(&self, name: Sym) -> Option<VarId> {
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

    fn string_type(&mut self, node: NodeId, span: Span) -> TypeId {
        let Some((text, start)) = self.constant_text(node) else {
            return self.b.ty(TypeKind::Unknown, span);
        };
        let mut parser = TextType { text: &text, at: 0, start, span };
        let ty = self.union_in_text(&mut parser);
        parser.blank();
        match ty {
            Some(ty) if parser.at == text.len() => ty,
            _ => self.b.ty(TypeKind::Unknown, span),
        }
    }

    /// `A | B`.
    fn union_in_text(&mut self, parser: &mut TextType<'_>) -> Option<TypeId> {
        let from = parser.here();
        let mut members = vec![self.nested(1, |this| this.one_in_text(parser))??];
        while parser.eats('|') {
            members.push(self.nested(1, |this| this.one_in_text(parser))??);
        }
        let span = parser.since(from);
        Some(self.union_type(members, span))
    }

    fn one_in_text(&mut self, parser: &mut TextType<'_>) -> Option<TypeId> {
        let from = parser.here();
        if parser.eats('(') {
            let inner = self.union_in_text(parser)?;
            return parser.eats(')').then_some(inner);
        }
        if parser.eats('[') {
            // The parameters of a Callable.
            self.args_in_text(parser)?;
            return Some(self.b.ty(TypeKind::Unknown, parser.since(from)));
        }
        if parser.eats_text("...") {
            return Some(self.b.ty(TypeKind::Unknown, parser.since(from)));
        }
        if let Some(quoted) = parser.quoted() {
            let mut inner = TextType {
                text: quoted.0,
                at: 0,
                start: parser.start.map(|start| start + quoted.1),
                span: parser.span,
            };
            return self.union_in_text(&mut inner);
        }
        let mut names = vec![parser.name()?];
        while parser.eats('.') {
            names.push(parser.name()?);
        }
        if names == ["None"] {
            let none = self.literal_type("None");
            return Some(self.b.ty(none, parser.since(from)));
        }
        let form = form_of(names[names.len() - 1]);
        let path: Vec<Sym> = names.iter().map(|name| self.b.sym(name)).collect();
        let mut args = Vec::new();
        if parser.eats('[') {
            if form == Form::Literal {
                let text = parser.until(']')?;
                let members = text.split(',').map(|text| {
                    let kind = TypeKind::Literal(self.b.sym(text.trim().trim_matches(['"', '\''])));
                    self.b.ty(kind, parser.since(from))
                });
                let members = members.collect();
                return Some(self.union_type(members, parser.since(from)));
            }
            args = self.args_in_text(parser)?;
            match form {
                Form::Callable => args = args.split_off(args.len().saturating_sub(1)),
                Form::Wrapper => args.truncate(1),
                Form::Generic | Form::Optional | Form::Union | Form::Literal => {}
            }
        } else if form != Form::Generic {
            args.clear();
        }
        let span = parser.since(from);
        match self.special_type(if args.is_empty() { Form::Generic } else { form }, args, span) {
            Ok(special) => Some(special),
            Err(args) => {
                let head = self.type_head(path[0]);
                Some(self.b.ty(TypeKind::Named { head, path, args }, span))
            }
        }
    }

    /// Arguments up to the closing bracket; ellipses are left out.
    fn args_in_text(&mut self, parser: &mut TextType<'_>) -> Option<Vec<TypeId>> {
        let mut args = Vec::new();
        loop {
            if parser.eats(']') {
                return Some(args);
            }
            if !parser.eats_text("...") {
                args.push(self.union_in_text(parser)?);
            }
            if !parser.eats(',') {
                return parser.eats(']').then_some(args);
            }
        }
    }
}

/// A position in the text of a string annotation.
struct TextType<'s> {
    text: &'s str,
    at: usize,
    /// Where the text starts in the file; unknown when escapes stand in it.
    start: Option<u32>,
    /// The whole string.
    span: Span,
}

impl<'s> TextType<'s> {
    fn blank(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn here(&mut self) -> usize {
        self.blank();
        self.at
    }

    fn since(&self, from: usize) -> Span {
        match self.start {
            Some(start) => Span { start: start + from as u32, end: start + self.at as u32 },
            None => self.span,
        }
    }

    fn eats(&mut self, c: char) -> bool {
        self.blank();
        let found = self.text[self.at..].starts_with(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    fn eats_text(&mut self, text: &str) -> bool {
        self.blank();
        let found = self.text[self.at..].starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn name(&mut self) -> Option<&'s str> {
        self.blank();
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = &rest[..length];
        self.at += length;
        (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some(name)
    }

    /// The text up to a closing character, which is passed.
    fn until(&mut self, close: char) -> Option<&'s str> {
        let rest = &self.text[self.at..];
        let length = rest.find(close)?;
        self.at += length + close.len_utf8();
        Some(&rest[..length])
    }

    /// A string in the string, and where its text starts in this one.
    fn quoted(&mut self) -> Option<(&'s str, u32)> {
        let quote = self.text[self.at..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
        self.at += 1;
        let from = self.at as u32;
        Some((self.until(quote)?, from))
    }
}
