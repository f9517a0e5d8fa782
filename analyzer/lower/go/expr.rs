//! Expressions.
//!
//! Knows Go's operators and the places where its grammar cannot tell a type from a value.
//! Invariant: what nests to the left (operators, selectors, calls) is lowered in a loop, not by recursion, and its
//! links count as depth: what lies further left than `MAX_DEPTH` is one `Opaque` over all its parts.

use super::{BLANK, FIRST_PREDECLARED, Kind, Lowering};
use crate::ir::{
    Arg, BinaryOp, ExprId, ExprKind, Lit, SeqKind, Spread, StmtKind, Sym, TypeId, TypeKind, UnaryOp, VarKind,
};
use crate::lower::MAX_DEPTH;
use crate::source::Span;

impl Lowering<'_> {
    /// The expression under the cursor.
    pub(super) fn expr(&mut self) -> ExprId {
        if self.depth >= MAX_DEPTH {
            return self.too_deep();
        }
        self.depth += 1;
        let base = self.spine.len();
        let mut node = self.cursor.node();
        let mut kind = self.kind_of(node);
        let mut pointer_cast = None;
        while matches!(
            kind,
            Kind::SelectorExpression
                | Kind::CallExpression
                | Kind::BinaryExpression
                | Kind::IndexExpression
                | Kind::SliceExpression
                | Kind::TypeAssertion
        ) {
            self.spine.push((kind, super::span_of(node)));
            let inner = self.enter();
            if kind == Kind::CallExpression && inner == Kind::ParenthesizedExpression {
                pointer_cast = self.pointer_cast(super::span_of(node));
                if pointer_cast.is_some() {
                    self.spine.pop();
                    self.leave();
                    break;
                }
            }
            kind = inner;
            node = self.cursor.node();
        }
        let outer = self.depth;
        let links = (self.spine.len() - base) as u32;
        let room = MAX_DEPTH - outer;
        self.depth = (outer + links).min(MAX_DEPTH - 1).max(outer);
        let mut value = match pointer_cast {
            Some(value) => value,
            None => self.primary(kind, super::span_of(node)),
        };
        if links > room {
            value = self.flattened(value, base + room as usize);
        }
        while self.spine.len() > base {
            self.depth = outer + (self.spine.len() - base) as u32;
            let (kind, span) = self.spine.pop().expect("the loop's condition says that there is one");
            self.b.module.stats.nodes += 1;
            value = match kind {
                Kind::SelectorExpression => self.selector(value, span),
                Kind::CallExpression => self.call(value, span),
                Kind::BinaryExpression => self.binary(value, span),
                Kind::IndexExpression => self.index(value, span),
                Kind::SliceExpression => self.slice(value, span),
                _ => self.type_assertion(value, span),
            };
            self.leave();
        }
        self.depth = outer - 1;
        value
    }

    pub(super) fn too_deep(&mut self) -> ExprId {
        let span = self.span();
        self.b.module.stats.nodes += 1;
        self.b.module.stats.opaque += 1;
        self.b.expr(ExprKind::Opaque(Vec::new()), span)
    }

    /// One `Opaque` for the part of a chain that nests deeper than `keep` entries of the spine.
    fn flattened(&mut self, innermost: ExprId, keep: usize) -> ExprId {
        let start = self.items.len();
        self.items.push(innermost);
        let mut whole = self.b.module.expr(innermost).span;
        while self.spine.len() > keep {
            whole = self.spine.pop().expect("the loop's condition says that there is one").1;
            self.b.module.stats.nodes += 1;
            self.b.module.stats.opaque += 1;
            let mut kind = self.next_node();
            while kind != Kind::End {
                if kind == Kind::ArgumentList {
                    let args = self.args();
                    self.items.extend(args.iter().map(|arg| arg.value));
                } else if kind != Kind::FieldIdentifier {
                    let item = self.expr();
                    self.items.push(item);
                }
                kind = self.next_node();
            }
            self.leave();
        }
        let items = self.items.drain(start..).collect();
        self.b.expr(ExprKind::Opaque(items), whole)
    }

    /// An expression that no chain leads into.
    fn primary(&mut self, kind: Kind, span: Span) -> ExprId {
        self.b.module.stats.nodes += 1;
        match kind {
            Kind::Identifier => {
                let name = self.sym_at(span);
                self.resolved(name, span)
            }
            Kind::InterpretedString | Kind::RawString => {
                let text = self.string(kind, span);
                self.b.expr(ExprKind::Lit(Lit::Str(text)), span)
            }
            Kind::IntLiteral | Kind::RuneLiteral => {
                let text = self.sym_at(span);
                self.b.expr(ExprKind::Lit(Lit::Int(text)), span)
            }
            Kind::FloatLiteral | Kind::ImaginaryLiteral => {
                let text = self.sym_at(span);
                self.b.expr(ExprKind::Lit(Lit::Float(text)), span)
            }
            Kind::Nil => self.predeclared(0, ExprKind::Lit(Lit::Null), span),
            Kind::True => self.predeclared(1, ExprKind::Lit(Lit::Bool(true)), span),
            Kind::False => self.predeclared(2, ExprKind::Lit(Lit::Bool(false)), span),
            Kind::Iota => self.predeclared(3, ExprKind::Name(Sym(FIRST_PREDECLARED + 3)), span),
            Kind::ParenthesizedExpression => {
                self.enter_past_sign();
                let inner = self.expr();
                self.leave();
                inner
            }
            Kind::UnaryExpression => self.unary(span),
            Kind::CompositeLiteral => self.composite_literal(span),
            Kind::LiteralValue => self.literal_value(None, span),
            Kind::FuncLiteral => self.func_literal(span),
            Kind::TypeConversion => self.type_conversion(span),
            Kind::TypeInstantiation => {
                let kind = self.enter();
                let base = self.type_as_value(kind);
                let index = self.type_list(span);
                self.leave();
                self.b.expr(ExprKind::Index { base, index }, span)
            }
            // A selector's half outside its selector: only the error recovery leaves one.
            Kind::FieldIdentifier | Kind::PackageIdentifier | Kind::BlankIdentifier | Kind::LabelName => {
                let name = self.sym_at(span);
                self.b.expr(ExprKind::Name(name), span)
            }
            kind if kind.is_type() => {
                let ty = self.ty();
                self.b.expr(ExprKind::TypeValue(ty), span)
            }
            _ => self.opaque(span),
        }
    }

    /// A node that has no lowering, over its children.
    fn opaque(&mut self, span: Span) -> ExprId {
        self.b.module.stats.opaque += 1;
        let start = self.items.len();
        let mut strays = Vec::new();
        let mut kind = self.enter();
        while kind != Kind::End {
            if kind.is_statement() {
                self.statement(kind, &mut strays);
            } else if !kind.is_sign() {
                let item = self.expr();
                self.items.push(item);
            }
            kind = self.next();
        }
        self.leave();
        self.strays.append(&mut strays);
        let items = self.items.drain(start..).collect();
        self.b.expr(ExprKind::Opaque(items), span)
    }

    /// What a name means here.
    pub(super) fn resolved(&mut self, name: Sym, span: Span) -> ExprId {
        let kind = match self.scopes.lookup(name) {
            Some(binding) => ExprKind::Var(binding.var),
            None => ExprKind::Name(name),
        };
        self.b.expr(kind, span)
    }

    /// `nil` and its like, which a program may declare anew.
    fn predeclared(&mut self, which: u32, otherwise: ExprKind, span: Span) -> ExprId {
        if self.shadows_predeclared && self.scopes.lookup(Sym(FIRST_PREDECLARED + which)).is_some() {
            return self.resolved(Sym(FIRST_PREDECLARED + which), span);
        }
        self.b.expr(otherwise, span)
    }

    /// `[]byte(x)`. What the grammar takes for the conversion to a generic type is a call: `gorm.G[User](db)`, or
    /// `handlers[i](x)`.
    fn type_conversion(&mut self, span: Span) -> ExprId {
        if self.enter() != Kind::GenericType {
            let ty = self.ty();
            self.next_past_sign();
            let value = self.expr();
            self.leave();
            return self.b.expr(ExprKind::Cast { value, ty }, span);
        }
        let whole = self.span();
        let kind = self.enter();
        let base = self.type_as_value(kind);
        self.next();
        let index = self.type_arguments_as_index();
        self.leave();
        let callee = self.b.expr(ExprKind::Index { base, index }, whole);
        self.next_past_sign();
        let value = self.expr();
        self.leave();
        self.b.call(callee, vec![Arg { name: None, spread: Spread::None, value }], span)
    }

    fn unary(&mut self, span: Span) -> ExprId {
        let sign = self.enter();
        self.next();
        let operand = self.expr();
        self.leave();
        let op = match sign {
            Kind::BitAnd => return self.b.expr(ExprKind::Ref(operand), span),
            Kind::Star => return self.b.expr(ExprKind::Deref(operand), span),
            Kind::Not => UnaryOp::Not,
            Kind::Subtract => UnaryOp::Neg,
            Kind::Add => UnaryOp::Plus,
            Kind::Caret => UnaryOp::BitNot,
            Kind::Receive => UnaryOp::Receive,
            _ => UnaryOp::Other,
        };
        self.b.expr(ExprKind::Unary { op, operand }, span)
    }

    // Links of a chain: the cursor stands on the operand, which is lowered.

    fn selector(&mut self, base: ExprId, span: Span) -> ExprId {
        self.next_past_sign();
        let (name, name_span) = self.name();
        self.b.expr(ExprKind::Member { base, name, name_span, optional: false }, span)
    }

    fn binary(&mut self, left: ExprId, span: Span) -> ExprId {
        let op = binary_op(self.next());
        self.next();
        let right = self.expr();
        self.b.expr(ExprKind::Binary { op, left, right }, span)
    }

    fn index(&mut self, base: ExprId, span: Span) -> ExprId {
        self.next_past_sign();
        let index = self.expr();
        // `Repository[User]` as a value: the index is a type that this file declares.
        if let ExprKind::Var(var) = self.b.module.expr(index).kind
            && matches!(self.b.module.var(var).kind, VarKind::Class(_))
        {
            let at = self.b.module.expr(index).span;
            let path = vec![self.b.module.var(var).name];
            let ty = self.b.ty(TypeKind::Named { head: Some(var), path, args: Vec::new() }, at);
            self.b.module.exprs[index.index()].kind = ExprKind::TypeValue(ty);
        }
        self.b.expr(ExprKind::Index { base, index }, span)
    }

    fn slice(&mut self, base: ExprId, span: Span) -> ExprId {
        let mut bounds = [None; 3];
        let mut at = 0;
        let mut kind = self.next();
        while kind != Kind::End {
            if kind == Kind::Colon {
                at = (at + 1).min(2);
            } else if !kind.is_sign() {
                bounds[at] = Some(self.expr());
            }
            kind = self.next();
        }
        let [low, high, step] = bounds;
        self.b.expr(ExprKind::Slice { base, low, high, step }, span)
    }

    fn type_assertion(&mut self, value: ExprId, span: Span) -> ExprId {
        self.next_node();
        let ty = self.ty();
        self.b.expr(ExprKind::Cast { value, ty }, span)
    }

    fn call(&mut self, callee: ExprId, span: Span) -> ExprId {
        let mut callee = callee;
        let mut kind = self.next();
        if kind == Kind::TypeArguments {
            let whole = Span { start: span.start, end: self.span().end };
            let index = self.type_arguments_as_index();
            callee = self.b.expr(ExprKind::Index { base: callee, index }, whole);
            kind = self.next();
        }
        let args = if kind == Kind::ArgumentList { self.args() } else { Vec::new() };
        self.b.call(callee, args, span)
    }

    /// An argument list under the cursor.
    fn args(&mut self) -> Vec<Arg> {
        let start = self.items.len();
        let mut spread = None;
        let mut kind = self.enter_past_sign();
        while kind != Kind::End {
            if kind == Kind::VariadicArgument {
                spread = Some(self.items.len());
                self.enter();
                let item = self.expr();
                self.items.push(item);
                self.leave();
            } else {
                // `make` and `new` take a type, and since Go 1.26 `new` takes a value that may look like one.
                let item = if kind.is_type() { self.type_argument(kind) } else { self.expr() };
                self.items.push(item);
            }
            kind = self.next_item();
        }
        self.leave();
        let spread = spread.map_or(usize::MAX, |at| at - start);
        let with_spread =
            |(at, value)| Arg { name: None, spread: if at == spread { Spread::List } else { Spread::None }, value };
        self.items.drain(start..).enumerate().map(with_spread).collect()
    }

    /// `f[X](y)`: the grammar takes X for a type; where X is a variable of this file, `f` is indexed.
    fn type_arguments_as_index(&mut self) -> ExprId {
        let span = self.span();
        let start = self.items.len();
        let mut kind = self.enter_node();
        while kind != Kind::End {
            let item = self.type_argument(kind);
            self.items.push(item);
            kind = self.next_node();
        }
        self.leave();
        self.one_or_tuple(start, span)
    }

    fn type_argument(&mut self, kind: Kind) -> ExprId {
        let span = self.span();
        let before = std::mem::replace(&mut self.is_peeking, true);
        let inner = if kind == Kind::TypeElem { self.enter() } else { kind };
        let value = match inner {
            Kind::TypeIdentifier | Kind::QualifiedType => {
                let ty = self.ty();
                self.value_named_by(ty)
            }
            _ => None,
        };
        if kind == Kind::TypeElem {
            self.leave();
        }
        self.is_peeking = before;
        if let Some(value) = value {
            return value;
        }
        let ty = self.ty();
        self.b.expr(ExprKind::TypeValue(ty), span)
    }

    /// The expression that was read as a type's name: `i` or `a.b` with a variable in front.
    fn value_named_by(&mut self, ty: TypeId) -> Option<ExprId> {
        let span = self.b.module.ty(ty).span;
        let TypeKind::Named { head: Some(head), path, args } = &self.b.module.ty(ty).kind else { return None };
        let (first, last, is_path) = (path[0], path[path.len() - 1], path.len() > 1);
        let names_value = match self.b.module.var(*head).kind {
            VarKind::Local | VarKind::Param | VarKind::Caught | VarKind::Function(_) => {
                !self.scopes.lookup(first).is_some_and(|binding| binding.is_type)
            }
            VarKind::Import(_) | VarKind::Class(_) => false,
        };
        if !names_value || !args.is_empty() {
            return None;
        }
        let length = self.b.module.text(first).len() as u32;
        let first_span = Span { start: span.start, end: span.start + length.min(span.end - span.start) };
        let base = self.resolved(first, first_span);
        if !is_path {
            return Some(base);
        }
        let length = self.b.module.text(last).len() as u32;
        let name_span = Span { start: span.end - length.min(span.end - span.start), end: span.end };
        Some(self.b.expr(ExprKind::Member { base, name: last, name_span, optional: false }, span))
    }

    /// The remaining types of an instantiation, the cursor standing on what is instantiated.
    fn type_list(&mut self, span: Span) -> ExprId {
        let start = self.items.len();
        let mut kind = self.next_node();
        while kind != Kind::End {
            let at = self.span();
            let ty = self.ty();
            let item = self.b.expr(ExprKind::TypeValue(ty), at);
            self.items.push(item);
            kind = self.next_node();
        }
        self.one_or_tuple(start, span)
    }

    /// What was collected since `start`: a single expression itself, else a tuple.
    fn one_or_tuple(&mut self, start: usize, span: Span) -> ExprId {
        if self.items.len() == start + 1 {
            return self.items.pop().expect("the length says that there is one");
        }
        let items = self.items.drain(start..).collect();
        self.b.expr(ExprKind::Seq { kind: SeqKind::Tuple, items, ty: None }, span)
    }

    /// A type's name as an expression: `Set` or `lo.Tuple` in `lo.Tuple[string, int]`.
    fn type_as_value(&mut self, kind: Kind) -> ExprId {
        let span = self.span();
        match kind {
            Kind::TypeIdentifier => {
                let name = self.sym_at(span);
                self.resolved(name, span)
            }
            Kind::QualifiedType => {
                self.enter();
                let (package, package_span) = self.name();
                let base = self.resolved(package, package_span);
                self.next_past_sign();
                let (name, name_span) = self.name();
                self.leave();
                self.b.expr(ExprKind::Member { base, name, name_span, optional: false }, span)
            }
            _ => {
                let ty = self.ty();
                self.b.expr(ExprKind::TypeValue(ty), span)
            }
        }
    }

    /// `(*T)(x)`, which the grammar takes for a call. The cursor stands on the parenthesis; `None` where what is
    /// dereferenced is a variable of this file.
    fn pointer_cast(&mut self, span: Span) -> Option<ExprId> {
        let before = std::mem::replace(&mut self.is_peeking, true);
        let (mut ty, mut whole) = (None, span);
        if self.enter_node() == Kind::UnaryExpression {
            whole = self.span();
            if self.enter() == Kind::Star {
                let pointee = self.next();
                ty = self.type_read_as_value(pointee);
            }
            self.leave();
        }
        self.leave();
        self.is_peeking = before;
        let ty = self.b.ty(TypeKind::Pointer(ty?), whole);
        let mut value = None;
        if self.next() == Kind::ArgumentList {
            if self.enter_node() != Kind::End {
                value = Some(self.expr());
            }
            self.leave();
        }
        let value = match value {
            Some(value) => value,
            None => self.b.expr(ExprKind::Opaque(Vec::new()), Span { start: span.end, end: span.end }),
        };
        Some(self.b.expr(ExprKind::Cast { value, ty }, span))
    }

    /// The type that `T` or `pkg.T` names, read as an expression; `None` for variables and anything longer.
    fn type_read_as_value(&mut self, kind: Kind) -> Option<TypeId> {
        let span = self.span();
        match kind {
            Kind::Identifier => {
                let name = self.sym_at(span);
                let binding = self.scopes.lookup(name);
                if binding.is_some_and(|binding| !binding.is_type) {
                    return None;
                }
                let head = binding.map(|binding| binding.var);
                Some(self.b.ty(TypeKind::Named { head, path: vec![name], args: Vec::new() }, span))
            }
            Kind::SelectorExpression => {
                let mut path = None;
                if self.enter() == Kind::Identifier {
                    let (package, _) = self.name();
                    let binding = self.scopes.lookup(package);
                    let is_import =
                        binding.is_none_or(|binding| matches!(self.b.module.var(binding.var).kind, VarKind::Import(_)));
                    if is_import {
                        self.next_node();
                        path = Some((binding.map(|binding| binding.var), vec![package, self.name().0]));
                    }
                }
                self.leave();
                let (head, path) = path?;
                Some(self.b.ty(TypeKind::Named { head, path, args: Vec::new() }, span))
            }
            _ => None,
        }
    }

    // Lists.

    /// An expression list: its only expression itself, else a tuple. A closure that stands alone gets the name.
    pub(super) fn expr_list(&mut self, closure_name: Option<Sym>) -> ExprId {
        let span = self.span();
        let start = self.items.len();
        let mut kind = self.enter_node();
        while kind != Kind::End {
            self.closure_name = closure_name.filter(|_| kind == Kind::FuncLiteral);
            let item = self.expr();
            self.items.push(item);
            kind = self.next_node();
        }
        self.leave();
        self.one_or_tuple(start, span)
    }

    /// The expressions of a list, each for itself.
    pub(super) fn exprs(&mut self) -> Vec<ExprId> {
        let start = self.items.len();
        let mut kind = self.enter_node();
        while kind != Kind::End {
            let item = self.expr();
            self.items.push(item);
            kind = self.next_node();
        }
        self.leave();
        self.items.drain(start..).collect()
    }

    /// The places that names on the left of a declaration stand for.
    pub(super) fn places(&mut self, places: &[ExprId], span: Span) -> ExprId {
        match places {
            [place] => *place,
            _ => self.b.expr(ExprKind::Seq { kind: SeqKind::Tuple, items: places.to_vec(), ty: None }, span),
        }
    }

    pub(super) fn func_literal(&mut self, span: Span) -> ExprId {
        let name = self.closure_name.take().filter(|&name| name != BLANK).unwrap_or(super::EMPTY);
        let function = self.new_function(name, Some(self.owner), span);
        self.enter_node();
        self.function_rest(function, span.start);
        self.leave();
        self.b.expr(ExprKind::Closure(function), span)
    }

    /// An expression for its effect.
    pub(super) fn push_expr(&mut self, value: ExprId, span: Span, out: &mut Vec<crate::ir::StmtId>) {
        self.push_stmt(StmtKind::Expr(value), span, out);
    }
}

fn binary_op(sign: Kind) -> BinaryOp {
    match sign {
        Kind::Add | Kind::AddAssign => BinaryOp::Add,
        Kind::Subtract | Kind::SubtractAssign => BinaryOp::Sub,
        Kind::Star | Kind::StarAssign => BinaryOp::Mul,
        Kind::Divide | Kind::DivideAssign => BinaryOp::Div,
        Kind::Modulo | Kind::ModuloAssign => BinaryOp::Mod,
        Kind::ShiftLeft | Kind::ShiftRight | Kind::ShiftLeftAssign | Kind::ShiftRightAssign => BinaryOp::Shift,
        Kind::BitAnd | Kind::BitAndAssign => BinaryOp::BitAnd,
        Kind::BitOr | Kind::BitOrAssign => BinaryOp::BitOr,
        Kind::Caret | Kind::CaretAssign => BinaryOp::BitXor,
        Kind::Equal => BinaryOp::Eq,
        Kind::NotEqual => BinaryOp::Ne,
        Kind::Less => BinaryOp::Lt,
        Kind::LessEqual => BinaryOp::Le,
        Kind::Greater => BinaryOp::Gt,
        Kind::GreaterEqual => BinaryOp::Ge,
        Kind::And => BinaryOp::And,
        Kind::Or => BinaryOp::Or,
        // `&^` and `&^=`.
        _ => BinaryOp::Other,
    }
}

/// The operator of `+=` and its like; `None` for `=`.
pub(super) fn assigning_op(sign: Kind) -> Option<BinaryOp> {
    (sign != Kind::Assign).then(|| binary_op(sign))
}
