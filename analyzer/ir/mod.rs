//! The small program that every file becomes: one shape for Python, TypeScript/JavaScript and Go.
//!
//! ```text
//! module   := import* class* function* comment*      function 0 is the module's own body
//! function := name param* block decorator* type*     flags: async, generator; class (methods), parent (closures)
//! class    := name base* decorator* field* method* class*      Python class, TS class/interface/enum, Go struct/interface
//! block    := stmt*
//! stmt     := Expr e                                 e runs for its effect
//!           | Assign place [: type] [op]= e          place is Var, Member, Index, Seq (destructuring), Record (by key), Deref
//!                                                  inside a pattern, Let place e is a place with a default, Spread takes the rest
//!           | Return e | Raise e | Break | Continue | Delete e
//!           | Branch e block block                   if / elif / else; Go `if x := f(); c` is a Block of Assign and Branch
//!           | Switch [e] (e* guard block)*           match, switch, Go type switch and select; no e* = default
//!           | Loop kind [key, target in iter] [test] init step block orelse
//!           | Try block (type* [var] block)* orelse finally
//!           | With (e [as place])* block             Python with; `using` of TS
//!           | Defer e | Spawn e                      Go; e is the call, or the closure's call
//!           | Define function | DefineClass class    the declaration is executed here; the bound variable gets it
//!           | Block block                            a nested scope
//! expr     := Lit | Var v | Name s                   Name: not declared in this file (builtin, or of another file)
//!           | Member e .s | Index e[e] | Slice e[e:e:e]
//!           | Call e (arg)*                          arg := [name=] [*|**] e; form: plain, new, tagged template
//!           | Template (text | hole)*                f-string, template literal; a `Tagged` call's only argument too
//!           | Unary op e | Binary op e e | Conditional e e e
//!           | Seq kind e* | Record [type] entry*     list, tuple, set / dict, object, Go composite literal with keys
//!           | Closure f | Await e | Yield e | Spread e | Ref e | Deref e
//!           | Cast e type                            `x as T`, `x!`, Go conversion `[]byte(x)`, type assertion `x.(T)`
//!           | Let place e                            `:=` of Python, assignment used as a value in JS
//!           | Comprehension stmt                     a Loop (nested Loops, Branches) whose innermost body is Expr(Yield e)
//!           | TypeValue type                         a type where a value stands: `make([]T, n)`, `new(T)`
//!           | Opaque e*                              anything else, over its lowered children, so that data flows through
//! type     := Named path args | Pointer t | List t | Map k v | Union t* | Function t* | Literal s | Object field* | Unknown
//! ```
//!
//! Knows only `Span`. Does not know languages, libraries, rules or other files.
//! Invariant: the IR is plain data in arenas; ids are local to the file, it can be cached and sent between threads.
//! Invariant: scopes are resolved. A `Var` is a declaration of this file, whichever closure reads it.
//! Invariant: every span lies inside the file; the span of a child lies inside its parent's, decorators and `Define` excepted.
//! Invariant: an expression or statement is referenced from exactly one parent.

pub mod check;
pub mod dump;
mod interner;
pub mod visit;

use crate::source::Span;

pub use interner::Interner;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);
        impl $name {
            pub fn index(self) -> usize { self.0 as usize }
        }
    )*};
}

ids! {
    /// An interned string of one module.
    Sym,
    ExprId,
    StmtId,
    TypeId,
    /// A declared variable of one module.
    VarId,
    FnId,
    ClassId,
    ImportId,
}

/// The body of the module itself.
pub const MODULE_FN: FnId = FnId(0);

/// One lowered file.
#[derive(Clone, Debug, Default)]
pub struct Module {
    pub strings: Interner,
    pub exprs: Vec<Expr>,
    pub stmts: Vec<Stmt>,
    pub types: Vec<Type>,
    pub vars: Vec<Var>,
    pub functions: Vec<Function>,
    pub classes: Vec<Class>,
    pub imports: Vec<Import>,
    pub comments: Vec<Span>,
    /// Go's package clause; empty elsewhere.
    pub package: Option<Sym>,
    /// Names that the file exports, with the variable behind them. Python: `__all__` when present, else nothing.
    /// `export default` is the name `default`; `module.exports = x` is `default` too, `exports.a = x` is `a`.
    pub exports: Vec<Export>,
    /// Python's module docstring, `"use server"`, and similar first statements.
    pub directives: Vec<Sym>,
    pub stats: LowerStats,
}

/// `export { a as b } from "./x"` has a `module` and no `var`; `export *` has neither name but a module.
#[derive(Clone, Debug)]
pub struct Export {
    pub name: Option<Sym>,
    pub var: Option<VarId>,
    pub value: Option<ExprId>,
    pub module: Option<Sym>,
    /// The name in `module`, where it is not the exported one; `*` for `export * as ns from "./x"`.
    pub member: Option<Sym>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct LowerStats {
    /// Named syntax nodes that were lowered or made opaque.
    pub nodes: u32,
    /// Those of them that no lowering knows.
    pub opaque: u32,
    /// ERROR and MISSING nodes.
    pub errors: u32,
}

#[derive(Clone, Debug)]
pub struct Import {
    /// As written: `a.b` (Python, without the leading dots), `./x` or `@nestjs/common` (JS), `net/http` (Go).
    pub module: Sym,
    /// Python's leading dots in `from ..a import b`; 0 elsewhere.
    pub level: u32,
    pub what: Imported,
    /// The variable that the import binds; `import "m"` and Go's `_` bind none.
    pub var: Option<VarId>,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Imported {
    /// The module itself: `import a.b as c`, `import * as m`, `const m = require("m")`, Go imports.
    /// Python's `import a.b` binds `a`: it is lowered as a `Module` import of `a` and one of `a.b` without variable.
    Module,
    /// JS default import. (`require` results are `Module`.)
    Default,
    /// `from m import name`, `import { name as x }`, `const { name } = require("m")`.
    Member(Sym),
    /// `from m import *`, Go's dot import.
    All,
    /// Only for its effect.
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Var {
    pub name: Sym,
    pub owner: FnId,
    pub kind: VarKind,
    /// Declared type, where one is written.
    pub ty: Option<TypeId>,
    /// Name's span at the declaration.
    pub span: Span,
    /// Every place that writes it (statement or expression span), the declaration's initialiser included.
    pub writes: Vec<Span>,
    /// `const` of JS and Go; Python has none.
    pub is_const: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VarKind {
    Local,
    Param,
    Import(ImportId),
    Function(FnId),
    Class(ClassId),
    /// The variable of `except E as e` / `catch (e)`.
    Caught,
}

#[derive(Clone, Debug)]
pub struct Function {
    /// Empty for closures without a name; a closure assigned to a variable or key takes that name.
    pub name: Sym,
    pub parent: Option<FnId>,
    pub class: Option<ClassId>,
    /// Without the receiver.
    pub params: Vec<Param>,
    /// `self` / `cls` (Python methods), `this` (one variable per class or function), Go's receiver.
    pub receiver: Option<VarId>,
    /// Go: type of the receiver, pointers taken off. The class may stand in another file of the package.
    pub receiver_type: Option<Sym>,
    pub returns: Vec<TypeId>,
    pub decorators: Vec<ExprId>,
    pub body: Block,
    pub is_async: bool,
    pub is_generator: bool,
    /// `@staticmethod`, `static`.
    pub is_static: bool,
    /// `@property`, `get x()`.
    pub is_property: bool,
    /// Bodiless: abstract methods, overloads, interface methods.
    pub is_abstract: bool,
    /// The function's source had ERROR nodes.
    pub is_partial: bool,
    pub span: Span,
    /// The header: from the keyword (decorators excluded) to the end of the parameter list or return type.
    pub head: Span,
}

impl Function {
    /// A function of which only the name and the place are known yet.
    pub fn new(name: Sym, parent: Option<FnId>, span: Span) -> Function {
        Function {
            name,
            parent,
            class: None,
            params: Vec::new(),
            receiver: None,
            receiver_type: None,
            returns: Vec::new(),
            decorators: Vec::new(),
            body: Block::new(),
            is_async: false,
            is_generator: false,
            is_static: false,
            is_property: false,
            is_abstract: false,
            is_partial: false,
            span,
            head: Span { start: span.start, end: span.start },
        }
    }
}

#[derive(Clone, Debug)]
pub struct Param {
    /// A destructured parameter has a synthetic variable and a `pattern`.
    pub var: VarId,
    pub pattern: Option<ExprId>,
    pub ty: Option<TypeId>,
    pub default: Option<ExprId>,
    pub decorators: Vec<ExprId>,
    pub kind: ParamKind,
    /// TS constructor parameter with an accessibility modifier: also declares `this.name`.
    pub is_field: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    Positional,
    KeywordOnly,
    /// `*args`, `...rest`, Go's `xs ...T`.
    Variadic,
    /// `**kwargs`.
    KeywordVariadic,
}

#[derive(Clone, Debug)]
pub struct Class {
    pub name: Sym,
    pub var: Option<VarId>,
    pub kind: ClassKind,
    pub parent_fn: FnId,
    pub outer: Option<ClassId>,
    /// Python bases, `extends` first and then `implements`; Go embedded types are fields with `is_embedded`.
    pub bases: Vec<ExprId>,
    /// Type arguments of the first base that has any, `extends Repository<User>`.
    pub base_types: Vec<TypeId>,
    /// `class X(Base, table=True)`.
    pub keywords: Vec<Arg>,
    pub decorators: Vec<ExprId>,
    pub fields: Vec<Field>,
    pub methods: Vec<FnId>,
    pub nested: Vec<ClassId>,
    pub span: Span,
    pub head: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClassKind {
    Class,
    /// Go struct.
    Struct,
    /// TS interface, Go interface, TS object type alias.
    Interface,
    Enum,
    /// `type X = Y`, Go `type X Y`: the only field's type is the aliased one.
    Alias,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: Sym,
    pub ty: Option<TypeId>,
    pub value: Option<ExprId>,
    pub decorators: Vec<ExprId>,
    /// Go struct tag, without its quotes.
    pub tag: Option<Sym>,
    pub is_static: bool,
    pub is_embedded: bool,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Type {
    pub kind: TypeKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `a.B<T>`: `head` is the variable of `a` when this file declares or imports it. String annotations are parsed.
    Named {
        head: Option<VarId>,
        path: Vec<Sym>,
        args: Vec<TypeId>,
    },
    Pointer(TypeId),
    /// `T[]`, `[]T`, also `[4]T`. `list[T]` and `Array<T>` are `Named`.
    List(TypeId),
    Map(TypeId, TypeId),
    Union(Vec<TypeId>),
    /// `"a"`, `3`, `None`, `null`, `undefined` as types.
    Literal(Sym),
    /// Parameter types are dropped; results are kept.
    Function(Vec<TypeId>),
    Object(Vec<(Sym, TypeId)>),
    Unknown,
}

/// Statements in source order.
pub type Block = Vec<StmtId>;

#[derive(Clone, Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum StmtKind {
    Expr(ExprId),
    Assign {
        target: ExprId,
        ty: Option<TypeId>,
        op: Option<BinaryOp>,
        value: ExprId,
    },
    /// Go's `return a, b` returns a `Seq` of kind `Tuple`.
    Return(Option<ExprId>),
    Raise(Option<ExprId>),
    Break,
    Continue,
    Delete(ExprId),
    Branch {
        test: ExprId,
        then: Block,
        orelse: Block,
    },
    Switch {
        subject: Option<ExprId>,
        cases: Vec<Case>,
        is_type_switch: bool,
    },
    Loop(Box<Loop>),
    Try(Box<Try>),
    With {
        items: Vec<WithItem>,
        body: Block,
        is_async: bool,
    },
    Defer(ExprId),
    Spawn(ExprId),
    Define(FnId),
    DefineClass(ClassId),
    Block(Block),
}

#[derive(Clone, Debug)]
pub struct Case {
    /// Empty for `default` / `case _`. Patterns are lowered as expressions (captures as `Var`).
    pub patterns: Vec<ExprId>,
    pub guard: Option<ExprId>,
    pub body: Block,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Loop {
    pub kind: LoopKind,
    /// Go's first range variable, JS `for (k in o)`.
    pub key: Option<ExprId>,
    /// The place that takes each element.
    pub target: Option<ExprId>,
    pub iter: Option<ExprId>,
    pub test: Option<ExprId>,
    /// C-style initialiser and step.
    pub init: Block,
    pub step: Block,
    pub body: Block,
    /// Python's `else` of a loop.
    pub orelse: Block,
    pub is_async: bool,
    /// From the keyword to the end of the head (before the body).
    pub head: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoopKind {
    /// Over the elements of `iter`.
    Each,
    While,
    /// C-style `for (init; test; step)`.
    Counted,
    /// `do … while`.
    DoWhile,
    /// Go's `for {}`; `while True` stays a While with a literal test.
    Forever,
}

#[derive(Clone, Debug)]
pub struct Try {
    pub body: Block,
    pub handlers: Vec<Handler>,
    pub orelse: Block,
    pub finally: Block,
    pub finally_span: Option<Span>,
}

#[derive(Clone, Debug)]
pub struct Handler {
    /// Python: the classes caught, a tuple's items listed. Empty: everything (`except:`, `catch`).
    pub types: Vec<ExprId>,
    pub var: Option<VarId>,
    pub body: Block,
    /// `except*`.
    pub is_group: bool,
    /// The whole clause.
    pub span: Span,
    /// From the keyword to the colon or opening brace.
    pub head: Span,
}

#[derive(Clone, Debug)]
pub struct WithItem {
    pub context: ExprId,
    pub target: Option<ExprId>,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Lit(Lit),
    Var(VarId),
    Name(Sym),
    Member { base: ExprId, name: Sym, name_span: Span, optional: bool },
    Index { base: ExprId, index: ExprId },
    Slice { base: ExprId, low: Option<ExprId>, high: Option<ExprId>, step: Option<ExprId> },
    Call { callee: ExprId, args: Vec<Arg>, form: CallForm },
    Template(Vec<Part>),
    Unary { op: UnaryOp, operand: ExprId },
    Binary { op: BinaryOp, left: ExprId, right: ExprId },
    Conditional { test: ExprId, then: ExprId, orelse: ExprId },
    Seq { kind: SeqKind, items: Vec<ExprId>, ty: Option<TypeId> },
    Record { ty: Option<TypeId>, entries: Vec<Entry> },
    Closure(FnId),
    Await(ExprId),
    Yield(Option<ExprId>),
    Spread(ExprId),
    Ref(ExprId),
    Deref(ExprId),
    Cast { value: ExprId, ty: TypeId },
    Let { target: ExprId, value: ExprId },
    Comprehension { kind: SeqKind, body: StmtId },
    TypeValue(TypeId),
    Opaque(Vec<ExprId>),
}

#[derive(Clone, Debug)]
pub enum Lit {
    /// Decoded text. Python `bytes` too, and a run of adjacent literals joined.
    Str(Sym),
    Int(Sym),
    Float(Sym),
    Bool(bool),
    /// `None`, `null`, `undefined`, `nil`.
    Null,
    Regex(Sym),
    /// `...` of Python.
    Ellipsis,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallForm {
    Plain,
    New,
    /// ``tag`…` ``: the only argument is the `Template` (a template without holes is a `Template` of one text).
    Tagged,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spread {
    None,
    /// `*xs`, `...xs`.
    List,
    /// `**m`.
    Map,
}

#[derive(Clone, Debug)]
pub struct Arg {
    pub name: Option<Sym>,
    pub spread: Spread,
    pub value: ExprId,
}

#[derive(Clone, Debug)]
pub enum Part {
    Text(Sym),
    /// `{x:>10}`: `spec` is `>10`; `{x!r}`: `spec` is `!r`.
    Hole {
        value: ExprId,
        spec: Option<Sym>,
    },
}

#[derive(Clone, Debug)]
pub enum Entry {
    /// `key: value`; an identifier key of JS and Go is a `Lit::Str`, as is a shorthand's.
    Pair {
        key: ExprId,
        value: ExprId,
    },
    Spread(ExprId),
    /// Go's unkeyed struct literal fields; JS methods are pairs with a closure.
    Item(ExprId),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeqKind {
    List,
    Tuple,
    Set,
    /// Only for comprehensions: `{k: v for …}` yields a `Tuple` of two.
    Map,
    Generator,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    Not,
    Neg,
    Plus,
    BitNot,
    Typeof,
    Void,
    /// `x++`, `x--`.
    Step,
    /// `<-ch`.
    Receive,
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    BitAnd,
    BitOr,
    BitXor,
    Shift,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
    /// `??`.
    Nullish,
    In,
    NotIn,
    Is,
    IsNot,
    InstanceOf,
    Other,
}

impl Module {
    /// Gives back what was reserved while the module grew: it only is read from now on.
    pub fn shrink_to_fit(&mut self) {
        self.strings.shrink_to_fit();
        self.exprs.shrink_to_fit();
        self.stmts.shrink_to_fit();
        self.types.shrink_to_fit();
        self.vars.shrink_to_fit();
        self.functions.shrink_to_fit();
        self.comments.shrink_to_fit();
    }

    /// The comments right above a place, nearest first: nothing but whitespace and no empty line lies between them and it.
    /// `bytes` are the file's.
    pub fn comments_above<'m>(&'m self, bytes: &'m [u8], place: Span) -> impl Iterator<Item = Span> + 'm {
        let before = self.comments.partition_point(|comment| comment.start < place.start);
        let mut next = place.start;
        self.comments[..before].iter().rev().copied().take_while(move |comment| {
            let gap = bytes.get(comment.end as usize..next as usize).unwrap_or_default();
            next = comment.start;
            gap.iter().all(u8::is_ascii_whitespace) && gap.splitn(3, |&byte| byte == b'\n').nth(2).is_none()
        })
    }

    pub fn text(&self, sym: Sym) -> &str {
        self.strings.get(sym)
    }

    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }

    pub fn stmt(&self, id: StmtId) -> &Stmt {
        &self.stmts[id.index()]
    }

    pub fn ty(&self, id: TypeId) -> &Type {
        &self.types[id.index()]
    }

    pub fn var(&self, id: VarId) -> &Var {
        &self.vars[id.index()]
    }

    pub fn function(&self, id: FnId) -> &Function {
        &self.functions[id.index()]
    }

    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.index()]
    }

    pub fn import(&self, id: ImportId) -> &Import {
        &self.imports[id.index()]
    }

    /// The text of a string literal.
    pub fn str_of(&self, id: ExprId) -> Option<&str> {
        match self.expr(id).kind {
            ExprKind::Lit(Lit::Str(sym)) => Some(self.text(sym)),
            _ => None,
        }
    }

    /// The last name of a name or an attribute: `db` of `db` and of `self.db`.
    pub fn last_name(&self, id: ExprId) -> Option<&str> {
        match self.expr(id).kind {
            ExprKind::Var(var) => Some(self.text(self.var(var).name)),
            ExprKind::Name(name) | ExprKind::Member { name, .. } => Some(self.text(name)),
            _ => None,
        }
    }

    /// Names from the outermost declaration to this function: `OrderView.get`, `handler`, empty for the module body.
    pub fn qualified_name(&self, id: FnId) -> String {
        let mut names = Vec::new();
        let mut at = Some(id);
        while let Some(fn_id) = at {
            let function = self.function(fn_id);
            let name = self.text(function.name);
            if !name.is_empty() && fn_id != MODULE_FN {
                names.push(name.to_owned());
            }
            let mut class = function.class;
            // A Go method whose receiver type is declared in another file.
            if let (None, Some(receiver)) = (class, function.receiver_type) {
                names.push(self.text(receiver).to_owned());
            }
            while let Some(class_id) = class {
                names.push(self.text(self.class(class_id).name).to_owned());
                class = self.class(class_id).outer;
            }
            at = function.parent;
        }
        names.reverse();
        names.join(".")
    }
}
