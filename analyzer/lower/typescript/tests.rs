//! What the text form of the IR does not show: spans, writes, kinds of variables, owners; and forms that nest or repeat.

use crate::ir::{ClassKind, ExprKind, LoopKind, Module, StmtKind, TypeKind, Var, VarKind};
use crate::source::{Language, Span};
use crate::{ir, lower, syntax};

fn lowered(source: &str) -> Module {
    lowered_as(Language::Tsx, source)
}

fn lowered_as(language: Language, source: &str) -> Module {
    let tree = syntax::parse(language, source.as_bytes()).expect("the source is small");
    let module = lower::lower(language, &tree, source.as_bytes());
    let violations = ir::check::violations(&module, source.len());
    assert!(violations.is_empty(), "{violations:?}");
    module
}

fn text(source: &str, span: Span) -> &str {
    &source[span.start as usize..span.end as usize]
}

/// The variables of a name, in the order of their declaration.
fn vars<'m>(module: &'m Module, name: &str) -> Vec<&'m Var> {
    module.vars.iter().filter(|var| module.text(var.name) == name).collect()
}

fn writes<'s>(source: &'s str, module: &Module, name: &str) -> Vec<&'s str> {
    vars(module, name).iter().flat_map(|var| &var.writes).map(|&write| text(source, write)).collect()
}

#[test]
fn every_assignment_is_a_write() {
    let source = "\
let x = 1;
const inner = () => { x = 0 };
x += 2;
for (x of a) {}
({ x } = b);
[, x = 3] = c;
f(x = 4, x++);
for (let i = 0; i < 1; i++) {}
";
    let module = lowered(source);
    assert_eq!(vars(&module, "x").len(), 1);
    assert_eq!(
        writes(source, &module, "x"),
        ["x = 1", "x = 0", "x += 2", "x", "{ x } = b", "[, x = 3] = c", "x = 4", "x++"]
    );
    assert_eq!(writes(source, &module, "i"), ["i = 0", "i++"]);
}

#[test]
fn a_declaration_without_a_value_is_no_write() {
    let source = "let x: Db;\nvar y, y;\nfunction f(p) { var p; }\ndeclare const z: Db;\n";
    let module = lowered(source);
    assert!(module.vars.iter().all(|var| var.writes.is_empty()));
    assert_eq!(vars(&module, "y").len(), 1, "`var` may repeat");
    assert_eq!(vars(&module, "p").len(), 1, "`var` may repeat a parameter");
    assert!(vars(&module, "x")[0].ty.is_some());
    assert!(vars(&module, "z")[0].is_const);
}

#[test]
fn declarations_say_what_a_variable_is() {
    let module = lowered(
        "import a from 'a';\nconst b = require('b');\nfunction f() {}\nclass C {}\nenum E {}\nconst D = class {};\n\
         type T = string;\ntry {} catch (e) {}\n",
    );
    for name in ["a", "b"] {
        assert!(matches!(vars(&module, name)[0].kind, VarKind::Import(_)), "{name}");
    }
    assert!(matches!(vars(&module, "f")[0].kind, VarKind::Function(_)));
    for name in ["C", "E", "D", "T"] {
        assert!(matches!(vars(&module, name)[0].kind, VarKind::Class(_)), "{name}");
    }
    assert_eq!(vars(&module, "e")[0].kind, VarKind::Caught);
    let VarKind::Class(alias) = vars(&module, "T")[0].kind else { panic!("an alias is a class") };
    assert_eq!(module.class(alias).kind, ClassKind::Alias);
}

#[test]
fn overloads_are_one_variable_of_the_implementation() {
    let module = lowered("f(1);\nfunction f(a: string): void;\nfunction f(a: number): void;\nfunction f(a) {}\n");
    let [var] = vars(&module, "f")[..] else { panic!("one variable") };
    let VarKind::Function(id) = var.kind else { panic!("a function") };
    assert!(!module.function(id).is_abstract);
}

#[test]
fn variables_belong_to_their_functions() {
    let module = lowered("function f() { if (a) { var v; let l; } return () => { const c = v; }; }\n");
    let owner = |name: &str| vars(&module, name)[0].owner;
    assert_eq!(owner("f"), ir::MODULE_FN);
    assert_eq!(owner("v").0, 1);
    assert_eq!(owner("l").0, 1);
    assert_eq!(owner("c").0, 2);
}

#[test]
fn heads_end_before_bodies() {
    let source = "\
@Injectable()
export class C<T> extends Base<T> implements D {
  @Get()
  async find(@Param() id: string): Promise<T> { return 1; }
  handler = async (req: Request): Promise<void> => {};
}
function* g(a) { for await (const x of y) {} while (a) {} try {} catch (e) {} }
";
    let module = lowered(source);
    let heads: Vec<&str> = module.functions[1..].iter().map(|function| text(source, function.head)).collect();
    assert_eq!(
        heads,
        ["async find(@Param() id: string): Promise<T>", "async (req: Request): Promise<void>", "function* g(a)"]
    );
    assert_eq!(text(source, module.classes[0].head), "class C<T> extends Base<T> implements D");
    for stmt in &module.stmts {
        match &stmt.kind {
            StmtKind::Loop(l) if l.kind == LoopKind::Each => {
                assert_eq!(text(source, l.head), "for await (const x of y)");
            }
            StmtKind::Loop(l) => assert_eq!(text(source, l.head), "while (a)"),
            StmtKind::Try(t) => assert_eq!(text(source, t.handlers[0].head), "catch (e) "),
            _ => {}
        }
    }
}

#[test]
fn names_have_their_own_places() {
    let source = "app.router?.get(\n  `/x`, this . handler);\nreq.params.id;\n";
    let module = lowered(source);
    for expr in &module.exprs {
        if let ExprKind::Member { name, name_span, .. } = expr.kind {
            assert_eq!(text(source, name_span), module.text(name));
            assert!(text(source, expr.span).ends_with(module.text(name)));
        }
    }
}

#[test]
fn values_and_types_of_one_name_are_two() {
    let module = lowered(
        "interface User { id: number }\nconst User = model();\nlet u: User = User.find();\nclass Box<User> { x: User }\n",
    );
    let [ty, value] = vars(&module, "User")[..] else { panic!("two variables") };
    assert!(matches!(ty.kind, VarKind::Class(_)));
    assert_eq!(value.kind, VarKind::Local);
    let heads: Vec<Option<&Var>> = module
        .types
        .iter()
        .filter_map(|ty| match &ty.kind {
            TypeKind::Named { head, path, .. } if module.text(path[0]) == "User" => {
                Some(head.map(|head| module.var(head)))
            }
            _ => None,
        })
        .collect();
    let [Some(declared), None] = heads[..] else { panic!("a type parameter hides the interface") };
    assert_eq!(declared.span, ty.span);
}

#[test]
fn all_functions_of_a_class_share_its_this() {
    let module = lowered(
        "class C {\n  a = () => this.b();\n  b() { return [1].map(() => this.c(function () { return this; })); }\n\
         \n  static d() { return this; }\n}\n",
    );
    let receivers: Vec<_> = module.functions.iter().map(|function| function.receiver).collect();
    assert!(receivers[1].is_some(), "a field's arrow function");
    assert_eq!(receivers[1], receivers[2]);
    assert_eq!(receivers[3], None, "an arrow function has none of its own");
    assert!(receivers[4].is_some() && receivers[4] != receivers[1], "a plain function has");
    assert_eq!(receivers[5], receivers[1]);
    assert!(module.functions[1].class.is_some());
    assert!(module.functions[3].class.is_none());
}

#[test]
fn comments_are_collected_in_order() {
    let source = "\
// one
import /* two */ a from 'a'; // three
foo(1, // four
  2 /* five */);
class C { // six
  x = 1; // seven
}
const o = { a, // eight
};
if (a) { // nine
}
// ten
";
    let module = lowered(source);
    let comments: Vec<&str> = module.comments.iter().map(|&span| text(source, span)).collect();
    assert_eq!(comments.len(), 10, "{comments:?}");
    assert!(module.comments.is_sorted());
}

#[test]
fn errors_mark_the_functions_around_them() {
    let module = lowered("function good() {}\nfunction bad() { function inner() {}\n const x = = 2;\n}\n");
    let partial: Vec<&str> =
        module.functions.iter().filter(|function| function.is_partial).map(|f| module.text(f.name)).collect();
    assert_eq!(partial, ["", "bad"]);
    assert!(module.stats.errors > 0);
}

#[test]
fn text_that_is_no_utf8_is_decoded_with_replacements() {
    let bytes = b"const name = \"caf\xe9\";\n";
    let tree = syntax::parse(Language::JavaScript, bytes).expect("the source is small");
    let module = lower::lower(Language::JavaScript, &tree, bytes);
    assert!(module.strings.lookup("caf\u{fffd}").is_some());
}

/// Lowers on a stack as small as a worker's and visits what came out.
fn survives(what: &str, source: String) {
    let what = what.to_owned();
    let run = move || {
        let module = lowered(&source);
        for function in &module.functions {
            ir::visit::walk_block(&module, &function.body, &mut |_| true, &mut |_| true);
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread can be started");
    assert!(thread.join().is_ok(), "{what}");
}

#[test]
fn what_nests_is_cut() {
    for (open, inner, close) in [
        ("`${", "a", "}`"),
        ("!", "a", ""),
        ("await ", "a", ""),
        ("a ? b : ", "c", ""),
        ("a.map(b => ", "c", ")"),
        ("a(function () { return ", "b", "})"),
        ("a ** ", "b", ""),
        ("new ", "A", ""),
        ("<a b={1}>", "", "</a>"),
        ("<a b={", "1", "}/>"),
        ("class { a = ", "1", "}"),
        ("{ a() { return ", "1", "} }"),
        ("!a.b<T>(", "c", ")"),
    ] {
        survives(open, format!("x = {}{inner}{};", open.repeat(3_000), close.repeat(3_000)));
    }
    for (open, inner, close) in [
        ("A<", "B", ">"),
        ("(", "A", ")"),
        ("() => ", "A", ""),
        ("{ a: ", "A", "}"),
        ("[", "A", "]"),
        ("A | (", "B", ")"),
    ] {
        survives(open, format!("let x: {}{inner}{};", open.repeat(3_000), close.repeat(3_000)));
    }
    for (open, close) in [("[", "]"), ("{ a: ", "}"), ("[{ b: ", "}]"), ("{ a = ", "}")] {
        survives(open, format!("const {}a{} = b;", open.repeat(2_000), close.repeat(2_000)));
        survives(open, format!("function f({}a{}) {{}}", open.repeat(2_000), close.repeat(2_000)));
    }
    survives("namespaces", format!("{}{}", "namespace A { export ".repeat(2_000), "}".repeat(2_000)));
    survives("using", "{ using a = b;".repeat(2_000) + &"}".repeat(2_000));
    survives("labels", "a: ".repeat(2_000) + "b();");
}

#[test]
fn what_repeats_does_not_recurse() {
    for link in
        [".b", ".then(() => c)", "[0]", "!", " as A", " satisfies A", "`t`", " + `${b}`", " ?? b", " instanceof B"]
    {
        survives(link, format!("x = a{};", link.repeat(10_000)));
    }
    survives("a union", format!("type T = {}string;", "'a' | ".repeat(10_000)));
    survives("an intersection", format!("type T = {}A;", "B & ".repeat(10_000)));
    survives("a queried type", format!("let x: typeof a{};", ".b".repeat(10_000)));
    survives("a qualified type", format!("let x: a{}<C>;", ".B".repeat(10_000)));
    survives("an alias", format!("import x = a{};", ".B".repeat(10_000)));
    survives("a tag", format!("x = <A{}/>;", ".B".repeat(10_000)));
    survives("a decorator", format!("@a{} class A {{}}", ".b".repeat(10_000)));
    survives("arrays of arrays", format!("let x: A{};", "[]".repeat(5_000)));
    survives("declarations", "{ using a = b; ".to_owned() + &"using c = d; ".repeat(5_000) + "}");
}

#[test]
fn a_long_concatenation_keeps_its_parts() {
    let module = lowered(&format!("x = 'first'{};", " + b".repeat(5_000)));
    let additions = module.exprs.iter().filter(|expr| matches!(expr.kind, ExprKind::Binary { .. })).count();
    assert_eq!(additions, 5_000);
    assert_eq!(module.stats.opaque, 0);
    assert!(module.strings.lookup("first").is_some());
}
