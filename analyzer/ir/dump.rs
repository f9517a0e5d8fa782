//! Text form of the IR, for tests: what a reviewer reads beside the source.
//!
//! Does not know any language. Spans are left out; `check` looks at them.
//! Invariant: equal modules give equal text, and every function, class, statement and expression appears once.
//!
//! ```text
//! import shop.models {Order} -> Order       from shop.models import Order
//! fn total(orders: ?list<Order>)            `?` marks a name or type that the file does not declare
//!   for order in orders
//!     (sum%2 += order.amount)               `%2`: a second variable of that name in the functions around it
//!   return ?sorted(orders, key=fn@2)        a closure; its body follows, one step in
//!     where fn@2(o)
//!       return o.id
//! ```

use super::{
    Arg, BinaryOp, CallForm, Class, ClassId, ClassKind, Entry, Export, ExprId, ExprKind, FnId, Function, Import,
    Imported, Lit, Loop, LoopKind, MODULE_FN, Module, Param, ParamKind, Part, SeqKind, Spread, StmtId, StmtKind, Sym,
    TypeId, TypeKind, UnaryOp, VarId,
};
use std::fmt::Write;

/// The whole module as indented text, ending in a line break.
pub fn dump(module: &Module) -> String {
    let mut dump = Dump {
        module,
        out: String::new(),
        indent: 0,
        closures: Vec::new(),
        functions_seen: vec![false; module.functions.len()],
        classes_seen: vec![false; module.classes.len()],
    };
    dump.module();
    dump.out
}

struct Dump<'m> {
    module: &'m Module,
    out: String,
    indent: usize,
    /// Closures named in the line being written; their bodies follow it.
    closures: Vec<FnId>,
    functions_seen: Vec<bool>,
    classes_seen: Vec<bool>,
}

impl Dump<'_> {
    fn module(&mut self) {
        let module = self.module;
        if let Some(package) = module.package {
            self.line(&format!("package {}", module.text(package)));
        }
        for &directive in &module.directives {
            self.line(&format!("directive {:?}", module.text(directive)));
        }
        for import in &module.imports {
            let text = self.import(import);
            self.line(&text);
        }
        for export in &module.exports {
            let text = self.export(export);
            self.line(&text);
        }
        if let Some(body) = module.functions.first() {
            self.functions_seen[MODULE_FN.index()] = true;
            if body.is_partial {
                self.line("partial");
            }
            self.block(&body.body);
        }
        for id in 0..module.functions.len() {
            if !self.functions_seen[id] && module.functions[id].class.is_none() {
                self.line("# not defined by any statement");
                self.function(FnId(id as u32));
            }
        }
        for id in 0..module.classes.len() {
            if !self.classes_seen[id] && module.classes[id].outer.is_none() {
                self.line("# not defined by any statement");
                self.class(ClassId(id as u32));
            }
        }
        for id in 0..module.functions.len() {
            if !self.functions_seen[id] {
                self.line("# not reached from its class");
                self.function(FnId(id as u32));
            }
        }
        if !module.comments.is_empty() {
            self.line(&format!("comments {}", module.comments.len()));
        }
        if module.stats.opaque + module.stats.errors > 0 {
            self.line(&format!("opaque {}, errors {}", module.stats.opaque, module.stats.errors));
        }
    }

    /// Writes a line, then the bodies of the closures that it names.
    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
        for id in std::mem::take(&mut self.closures) {
            self.indent += 1;
            self.function_as(id, &format!("where fn@{}", id.0));
            self.indent -= 1;
        }
    }

    fn block(&mut self, block: &[StmtId]) {
        for &id in block {
            self.stmt(id);
        }
    }

    fn nested(&mut self, block: &[StmtId]) {
        self.indent += 1;
        self.block(block);
        self.indent -= 1;
    }

    /// A header line and its block; nothing at all for an empty block.
    fn clause(&mut self, head: &str, block: &[StmtId]) {
        if !block.is_empty() {
            self.line(head);
            self.nested(block);
        }
    }

    fn import(&self, import: &Import) -> String {
        let mut text = format!("import {}{}", ".".repeat(import.level as usize), self.text(import.module));
        match import.what {
            Imported::Module => {}
            Imported::Default => text.push_str(" default"),
            Imported::Member(name) => _ = write!(text, " {{{}}}", self.text(name)),
            Imported::All => text.push_str(" *"),
            Imported::Nothing => text.push_str(" nothing"),
        }
        if let Some(var) = import.var {
            _ = write!(text, " -> {}", self.var(var));
        }
        text
    }

    fn export(&mut self, export: &Export) -> String {
        let mut text = "export".to_owned();
        match export.name {
            Some(name) => _ = write!(text, " {}", self.text(name)),
            None => text.push_str(" *"),
        }
        if let Some(var) = export.var {
            _ = write!(text, " = {}", self.var(var));
        }
        if let Some(value) = export.value {
            _ = write!(text, " = {}", self.expr(value));
        }
        if let Some(member) = export.member {
            _ = write!(text, " {{{}}}", self.text(member));
        }
        if let Some(module) = export.module {
            _ = write!(text, " from {}", self.text(module));
        }
        text
    }

    fn function(&mut self, id: FnId) {
        let name = format!("fn {}", self.text(self.module.function(id).name));
        self.function_as(id, &name);
    }

    fn function_as(&mut self, id: FnId, name: &str) {
        if std::mem::replace(&mut self.functions_seen[id.index()], true) {
            self.line(&format!("# again: {name}"));
            return;
        }
        let module = self.module;
        let function = module.function(id);
        let mut head = name.to_owned();
        head.push('(');
        if let Some(receiver) = function.receiver {
            head.push_str(&self.var(receiver));
            if let Some(ty) = function.receiver_type {
                _ = write!(head, ": {}", self.text(ty));
            }
            head.push_str(if function.params.is_empty() { ";" } else { "; " });
        }
        let params: Vec<String> = function.params.iter().map(|param| self.param(param)).collect();
        head.push_str(&params.join(", "));
        head.push(')');
        if !function.returns.is_empty() {
            let types: Vec<String> = function.returns.iter().map(|&ty| self.ty(ty)).collect();
            _ = write!(head, " -> {}", types.join(", "));
        }
        head.push_str(&flags(function));
        self.decorators(&function.decorators);
        self.line(&head);
        self.nested(&function.body);
    }

    fn decorators(&mut self, decorators: &[ExprId]) {
        for &decorator in decorators {
            let text = format!("@{}", self.expr(decorator));
            self.line(&text);
        }
    }

    fn param(&mut self, param: &Param) -> String {
        let mut text = String::new();
        for &decorator in &param.decorators {
            _ = write!(text, "@{} ", self.expr(decorator));
        }
        if param.is_field {
            text.push_str("field ");
        }
        text.push_str(match param.kind {
            ParamKind::Positional => "",
            ParamKind::KeywordOnly => "key ",
            ParamKind::Variadic => "*",
            ParamKind::KeywordVariadic => "**",
        });
        text.push_str(&self.var(param.var));
        if let Some(pattern) = param.pattern {
            _ = write!(text, " is {}", self.expr(pattern));
        }
        if let Some(ty) = param.ty {
            _ = write!(text, ": {}", self.ty(ty));
        }
        if let Some(default) = param.default {
            _ = write!(text, " = {}", self.expr(default));
        }
        text
    }

    fn class(&mut self, id: ClassId) {
        let module = self.module;
        let class: &Class = module.class(id);
        let kind = match class.kind {
            ClassKind::Class => "class",
            ClassKind::Struct => "struct",
            ClassKind::Interface => "interface",
            ClassKind::Enum => "enum",
            ClassKind::Alias => "alias",
        };
        if std::mem::replace(&mut self.classes_seen[id.index()], true) {
            self.line(&format!("# again: {kind} {}", self.text(class.name)));
            return;
        }
        self.decorators(&class.decorators);
        let mut head = format!("{kind} {}", self.text(class.name));
        let mut bases: Vec<String> = class.bases.iter().map(|&base| self.expr(base)).collect();
        bases.extend(class.keywords.iter().map(|arg| self.arg(arg)));
        if !bases.is_empty() {
            _ = write!(head, "({})", bases.join(", "));
        }
        if !class.base_types.is_empty() {
            let types: Vec<String> = class.base_types.iter().map(|&ty| self.ty(ty)).collect();
            _ = write!(head, " of {}", types.join(", "));
        }
        self.line(&head);
        self.indent += 1;
        for field in &class.fields {
            self.decorators(&field.decorators);
            let mut text = format!("field {}", self.text(field.name));
            if let Some(ty) = field.ty {
                _ = write!(text, ": {}", self.ty(ty));
            }
            if let Some(value) = field.value {
                _ = write!(text, " = {}", self.expr(value));
            }
            if let Some(tag) = field.tag {
                _ = write!(text, " tag {:?}", self.text(tag));
            }
            text.push_str(if field.is_static { " [static]" } else { "" });
            text.push_str(if field.is_embedded { " [embedded]" } else { "" });
            self.line(&text);
        }
        for &method in &class.methods {
            self.function(method);
        }
        for &nested in &class.nested {
            self.class(nested);
        }
        self.indent -= 1;
    }

    fn stmt(&mut self, id: StmtId) {
        let module = self.module;
        match &module.stmt(id).kind {
            StmtKind::Expr(e) => {
                let text = self.expr(*e);
                self.line(&text);
            }
            StmtKind::Assign { target, ty, op, value } => {
                let mut text = self.expr(*target);
                if let Some(ty) = ty {
                    _ = write!(text, ": {}", self.ty(*ty));
                }
                _ = write!(text, " {}= {}", op.map_or("", binary), self.expr(*value));
                self.line(&text);
            }
            StmtKind::Return(value) => self.keyword("return", *value),
            StmtKind::Raise(value) => self.keyword("raise", *value),
            StmtKind::Break => self.line("break"),
            StmtKind::Continue => self.line("continue"),
            StmtKind::Delete(e) => self.keyword("delete", Some(*e)),
            StmtKind::Branch { test, then, orelse } => {
                self.keyword("if", Some(*test));
                self.nested(then);
                self.clause("else", orelse);
            }
            StmtKind::Switch { subject, cases, is_type_switch } => {
                self.keyword(if *is_type_switch { "switch type" } else { "switch" }, *subject);
                self.indent += 1;
                for case in cases {
                    let patterns: Vec<String> = case.patterns.iter().map(|&p| self.expr(p)).collect();
                    let mut text = if patterns.is_empty() {
                        "default".to_owned()
                    } else {
                        format!("case {}", patterns.join(" | "))
                    };
                    if let Some(guard) = case.guard {
                        _ = write!(text, " if {}", self.expr(guard));
                    }
                    self.line(&text);
                    self.nested(&case.body);
                }
                self.indent -= 1;
            }
            StmtKind::Loop(l) => self.looped(l),
            StmtKind::Try(t) => {
                self.line("try");
                self.nested(&t.body);
                for handler in &t.handlers {
                    let mut text = if handler.is_group { "except*" } else { "except" }.to_owned();
                    let types: Vec<String> = handler.types.iter().map(|&ty| self.expr(ty)).collect();
                    if !types.is_empty() {
                        _ = write!(text, " {}", types.join(", "));
                    }
                    if let Some(var) = handler.var {
                        _ = write!(text, " as {}", self.var(var));
                    }
                    self.line(&text);
                    self.nested(&handler.body);
                }
                self.clause("else", &t.orelse);
                self.clause("finally", &t.finally);
            }
            StmtKind::With { items, body, is_async } => {
                let mut texts = Vec::new();
                for item in items {
                    let mut text = self.expr(item.context);
                    if let Some(target) = item.target {
                        _ = write!(text, " as {}", self.expr(target));
                    }
                    texts.push(text);
                }
                self.line(&format!("{}with {}", if *is_async { "async " } else { "" }, texts.join(", ")));
                self.nested(body);
            }
            StmtKind::Defer(e) => self.keyword("defer", Some(*e)),
            StmtKind::Spawn(e) => self.keyword("spawn", Some(*e)),
            StmtKind::Define(function) => self.function(*function),
            StmtKind::DefineClass(class) => self.class(*class),
            StmtKind::Block(body) => {
                self.line("block");
                self.nested(body);
            }
        }
    }

    fn keyword(&mut self, word: &str, value: Option<ExprId>) {
        let text = match value {
            Some(value) => format!("{word} {}", self.expr(value)),
            None => word.to_owned(),
        };
        self.line(&text);
    }

    fn looped(&mut self, l: &Loop) {
        let mut text = if l.is_async { "async " } else { "" }.to_owned();
        text.push_str(match l.kind {
            LoopKind::Each => "for",
            LoopKind::While => "while",
            LoopKind::Counted => "counted",
            LoopKind::DoWhile => "do while",
            LoopKind::Forever => "forever",
        });
        let places: Vec<String> = [l.key, l.target].into_iter().flatten().map(|place| self.expr(place)).collect();
        if !places.is_empty() {
            _ = write!(text, " {}{}", if l.target.is_none() { "key " } else { "" }, places.join(", "));
        }
        if let Some(iter) = l.iter {
            _ = write!(text, " in {}", self.expr(iter));
        }
        if let Some(test) = l.test {
            _ = write!(text, " {}", self.expr(test));
        }
        self.line(&text);
        self.indent += 1;
        self.clause("init", &l.init);
        self.clause("step", &l.step);
        self.block(&l.body);
        self.indent -= 1;
        self.clause("else", &l.orelse);
    }

    fn expr(&mut self, id: ExprId) -> String {
        let module = self.module;
        match &module.expr(id).kind {
            ExprKind::Lit(lit) => self.lit(lit),
            ExprKind::Var(var) => self.var(*var),
            ExprKind::Name(name) => format!("?{}", self.text(*name)),
            ExprKind::Member { base, name, optional, .. } => {
                format!("{}{}{}", self.expr(*base), if *optional { "?." } else { "." }, self.text(*name))
            }
            ExprKind::Index { base, index } => format!("{}[{}]", self.expr(*base), self.expr(*index)),
            ExprKind::Slice { base, low, high, step } => {
                let [low, high, step] = [low, high, step].map(|e| e.map(|e| self.expr(e)).unwrap_or_default());
                let step = if step.is_empty() { step } else { format!(":{step}") };
                format!("{}[{low}:{high}{step}]", self.expr(*base))
            }
            ExprKind::Call { callee, args, form } => {
                let callee = self.expr(*callee);
                let args: Vec<String> = args.iter().map(|arg| self.arg(arg)).collect();
                let form = match form {
                    CallForm::Plain => "",
                    CallForm::New => "new ",
                    CallForm::Tagged => "tagged ",
                };
                format!("{form}{callee}({})", args.join(", "))
            }
            ExprKind::Template(parts) => {
                let mut text = "`".to_owned();
                for part in parts {
                    match part {
                        Part::Text(sym) => text.push_str(&self.text(*sym).escape_debug().to_string()),
                        Part::Hole { value, spec } => {
                            _ = write!(text, "{{{}", self.expr(*value));
                            if let Some(spec) = spec {
                                _ = write!(text, " :: {}", self.text(*spec).escape_debug());
                            }
                            text.push('}');
                        }
                    }
                }
                text.push('`');
                text
            }
            ExprKind::Unary { op, operand } => format!("({} {})", unary(*op), self.expr(*operand)),
            ExprKind::Binary { op, left, right } => {
                format!("({} {} {})", self.expr(*left), binary(*op), self.expr(*right))
            }
            ExprKind::Conditional { test, then, orelse } => {
                format!("({} ? {} : {})", self.expr(*test), self.expr(*then), self.expr(*orelse))
            }
            ExprKind::Seq { kind, items, ty } => {
                let ty = ty.map(|ty| format!("{{{}}}", self.ty(ty))).unwrap_or_default();
                let items: Vec<String> = items.iter().map(|&item| self.expr(item)).collect();
                format!("{}{ty}[{}]", seq(*kind), items.join(", "))
            }
            ExprKind::Record { ty, entries } => {
                let ty = ty.map(|ty| self.ty(ty)).unwrap_or_default();
                let entries: Vec<String> = entries
                    .iter()
                    .map(|entry| match entry {
                        Entry::Pair { key, value } => format!("{}: {}", self.expr(*key), self.expr(*value)),
                        Entry::Spread(value) => format!("**{}", self.expr(*value)),
                        Entry::Item(value) => self.expr(*value),
                    })
                    .collect();
                format!("{ty}{{{}}}", entries.join(", "))
            }
            ExprKind::Closure(function) => {
                self.closures.push(*function);
                let name = self.text(module.function(*function).name);
                if name.is_empty() { format!("fn@{}", function.0) } else { format!("fn@{}:{name}", function.0) }
            }
            ExprKind::Await(e) => format!("await {}", self.expr(*e)),
            ExprKind::Yield(None) => "yield".to_owned(),
            ExprKind::Yield(Some(e)) => format!("yield {}", self.expr(*e)),
            ExprKind::Spread(e) => format!("...{}", self.expr(*e)),
            ExprKind::Ref(e) => format!("&{}", self.expr(*e)),
            ExprKind::Deref(e) => format!("*{}", self.expr(*e)),
            ExprKind::Cast { value, ty } => format!("({} as {})", self.expr(*value), self.ty(*ty)),
            ExprKind::Let { target, value } => format!("({} := {})", self.expr(*target), self.expr(*value)),
            ExprKind::Comprehension { kind, body } => format!("{}[{}]", seq(*kind), self.inline(*body)),
            ExprKind::TypeValue(ty) => format!("type {}", self.ty(*ty)),
            ExprKind::Opaque(items) => {
                let items: Vec<String> = items.iter().map(|&item| self.expr(item)).collect();
                format!("opaque({})", items.join(", "))
            }
        }
    }

    /// A comprehension's statements on one line; bodies of its closures follow the line that holds it.
    fn inline(&mut self, id: StmtId) -> String {
        let module = self.module;
        match &module.stmt(id).kind {
            StmtKind::Expr(e) => self.expr(*e),
            StmtKind::Branch { test, then, .. } => {
                let test = self.expr(*test);
                format!("if {test} {}", self.inline_block(then))
            }
            StmtKind::Loop(l) => {
                let target = l.target.map(|e| self.expr(e)).unwrap_or_default();
                let iter = l.iter.map(|e| self.expr(e)).unwrap_or_default();
                let keyword = if l.is_async { "async for" } else { "for" };
                format!("{keyword} {target} in {iter} {}", self.inline_block(&l.body))
            }
            other => format!("{other:?}"),
        }
    }

    fn inline_block(&mut self, block: &[StmtId]) -> String {
        block.iter().map(|&id| self.inline(id)).collect::<Vec<_>>().join("; ")
    }

    fn arg(&mut self, arg: &Arg) -> String {
        let name = arg.name.map(|name| format!("{}=", self.text(name))).unwrap_or_default();
        let spread = match arg.spread {
            Spread::None => "",
            Spread::List => "*",
            Spread::Map => "**",
        };
        format!("{name}{spread}{}", self.expr(arg.value))
    }

    fn lit(&self, lit: &Lit) -> String {
        match lit {
            Lit::Str(sym) => format!("{:?}", self.text(*sym)),
            Lit::Int(sym) | Lit::Float(sym) => self.text(*sym).to_owned(),
            Lit::Bool(value) => value.to_string(),
            Lit::Null => "null".to_owned(),
            Lit::Regex(sym) => format!("regex {:?}", self.text(*sym)),
            Lit::Ellipsis => "...".to_owned(),
        }
    }

    fn ty(&self, id: TypeId) -> String {
        let types = |ids: &[TypeId], between: &str| -> String {
            ids.iter().map(|&id| self.ty(id)).collect::<Vec<_>>().join(between)
        };
        match &self.module.ty(id).kind {
            TypeKind::Named { head, path, args } => {
                let path: Vec<&str> = path.iter().map(|&part| self.text(part)).collect();
                let mut text = if head.is_some() { String::new() } else { "?".to_owned() };
                text.push_str(&path.join("."));
                if !args.is_empty() {
                    _ = write!(text, "<{}>", types(args, ", "));
                }
                text
            }
            TypeKind::Pointer(inner) => format!("*{}", self.ty(*inner)),
            TypeKind::List(inner) => format!("[]{}", self.ty(*inner)),
            TypeKind::Map(key, value) => format!("map<{}, {}>", self.ty(*key), self.ty(*value)),
            TypeKind::Union(items) => format!("({})", types(items, " | ")),
            TypeKind::Literal(text) => format!("literal {:?}", self.text(*text)),
            TypeKind::Function(results) => format!("fn({})", types(results, ", ")),
            TypeKind::Object(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|&(name, ty)| format!("{}: {}", self.text(name), self.ty(ty))).collect();
                format!("{{{}}}", fields.join(", "))
            }
            TypeKind::Unknown => "_".to_owned(),
        }
    }

    /// The name, with its ordinal among the variables of that name which the same functions can see.
    fn var(&self, id: VarId) -> String {
        let var = self.module.var(id);
        let name = self.text(var.name);
        let mut owners = vec![var.owner];
        while let Some(parent) = owners.last().and_then(|&id| self.module.function(id).parent) {
            owners.push(parent);
        }
        let earlier = &self.module.vars[..id.index()];
        let same = earlier.iter().filter(|other| other.name == var.name && owners.contains(&other.owner)).count();
        if same == 0 { name.to_owned() } else { format!("{name}%{}", same + 1) }
    }

    fn text(&self, sym: Sym) -> &str {
        self.module.text(sym)
    }
}

fn flags(function: &Function) -> String {
    let flags = [
        (function.is_async, "async"),
        (function.is_generator, "generator"),
        (function.is_static, "static"),
        (function.is_property, "property"),
        (function.is_abstract, "abstract"),
        (function.is_partial, "partial"),
    ];
    flags.iter().filter(|(is_set, _)| *is_set).fold(String::new(), |text, (_, name)| text + " [" + name + "]")
}

fn seq(kind: SeqKind) -> &'static str {
    match kind {
        SeqKind::List => "list",
        SeqKind::Tuple => "tuple",
        SeqKind::Set => "set",
        SeqKind::Map => "map",
        SeqKind::Generator => "generator",
    }
}

fn unary(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Not => "not",
        UnaryOp::Neg => "-",
        UnaryOp::Plus => "+",
        UnaryOp::BitNot => "~",
        UnaryOp::Typeof => "typeof",
        UnaryOp::Void => "void",
        UnaryOp::Step => "step",
        UnaryOp::Receive => "receive",
        UnaryOp::Other => "unary",
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Mod => "%",
        BinaryOp::Pow => "**",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::Shift => "shift",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Nullish => "??",
        BinaryOp::In => "in",
        BinaryOp::NotIn => "not in",
        BinaryOp::Is => "is",
        BinaryOp::IsNot => "is not",
        BinaryOp::InstanceOf => "instanceof",
        BinaryOp::Other => "op",
    }
}
