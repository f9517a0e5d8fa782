//! What the text form of the IR does not show: spans, writes, kinds of variables, heads of types.

use crate::ir::{ClassKind, ExprKind, Module, StmtKind, TypeKind, Var, VarKind};
use crate::source::{Language, Span};
use crate::{lower, syntax};

fn lowered(source: &str) -> Module {
    let tree = syntax::parse(Language::Python, source.as_bytes()).expect("the source is small");
    lower::lower(Language::Python, &tree, source.as_bytes())
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
fn every_binding_is_a_write() {
    let source = "\
import x
x = 1
x += 2
for x in a: pass
for (x, y) in b: pass
with c as x: pass
try: pass
except E as x: pass
(x := 3)
def x(): pass
class x: pass
match d:
    case [x, *y]: pass
del x
";
    let module = lowered(source);
    let found = writes(source, &module, "x");
    assert_eq!(
        found,
        ["x", "x = 1", "x += 2", "x", "(x, y)", "x", "x", "x := 3", "x", "x", "x"],
        "one variable, written by each statement"
    );
    assert_eq!(vars(&module, "x").len(), 1);
    assert_eq!(writes(source, &module, "y"), ["(x, y)", "*y"]);
}

#[test]
fn comprehension_targets_are_variables_of_their_own() {
    let source = "x = 1\ny = [x for x in x if (z := x)]\n";
    let module = lowered(source);
    assert_eq!(vars(&module, "x").len(), 2);
    assert_eq!(writes(source, &module, "z"), ["z := x"]);
    let iter = module.stmts.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Loop(l) => l.iter,
        _ => None,
    });
    let ExprKind::Var(var) = module.expr(iter.expect("there is a loop")).kind else { panic!("the iterable is a Var") };
    assert_eq!(module.var(var).span, Span::new(0, 1), "the first iterable is evaluated outside");
}

#[test]
fn declarations_say_what_a_variable_is() {
    let module = lowered(
        "try:\n    import fast as json\nexcept ImportError:\n    json = None\ndef f(): pass\nclass C: pass\ntype A = int\n",
    );
    assert!(matches!(vars(&module, "json")[0].kind, VarKind::Import(_)));
    assert!(matches!(vars(&module, "f")[0].kind, VarKind::Function(_)));
    assert!(matches!(vars(&module, "C")[0].kind, VarKind::Class(_)));
    let VarKind::Class(alias) = vars(&module, "A")[0].kind else { panic!("an alias is a class") };
    assert_eq!(module.class(alias).kind, ClassKind::Alias);
    let module = lowered("try: pass\nexcept E as e: pass\n");
    assert_eq!(vars(&module, "e")[0].kind, VarKind::Caught);
}

#[test]
fn a_property_stays_its_getter() {
    let module =
        lowered("class C:\n    @property\n    def x(self): return 1\n    @x.setter\n    def x(self, v): pass\n");
    let VarKind::Function(id) = vars(&module, "x")[0].kind else { panic!("a method") };
    assert!(module.function(id).is_property);
}

#[test]
fn types_in_strings_have_their_own_places() {
    let source = "class User: pass\ndef f(a: 'list[User | None]', b: 'Us\\x65r'): pass\n";
    let module = lowered(source);
    let ty = |name: &str| module.ty(vars(&module, name)[0].ty.expect("it is annotated"));
    assert_eq!(text(source, ty("a").span), "list[User | None]");
    let TypeKind::Named { args, .. } = &ty("a").kind else { panic!("a list") };
    assert_eq!(text(source, module.ty(args[0]).span), "User | None");
    assert_eq!(text(source, ty("b").span), "'Us\\x65r'", "an escape moves characters");
    let TypeKind::Named { head, .. } = ty("b").kind else { panic!("a class") };
    assert_eq!(head.map(|head| module.text(module.var(head).name)), Some("User"));
}

#[test]
fn heads_end_before_bodies() {
    let source = "\
@cache
async def f(a) -> int:
    for x in y: pass
    try: pass
    except (A, B) as e: pass
class C(Base, key=1):
    pass
";
    let module = lowered(source);
    assert_eq!(text(source, module.functions[1].head), "async def f(a) -> int");
    assert_eq!(text(source, module.classes[0].head), "class C(Base, key=1)");
    for stmt in &module.stmts {
        match &stmt.kind {
            StmtKind::Loop(l) => assert_eq!(text(source, l.head), "for x in y"),
            StmtKind::Try(t) => assert_eq!(text(source, t.handlers[0].head), "except (A, B) as e"),
            _ => {}
        }
    }
}

#[test]
fn errors_mark_the_functions_around_them() {
    let module = lowered("def good(): pass\ndef bad():\n    def inner(): pass\n    x = = 2\n");
    let partial: Vec<&str> =
        module.functions.iter().filter(|function| function.is_partial).map(|f| module.text(f.name)).collect();
    assert_eq!(partial, ["", "bad"]);
    assert!(module.stats.errors > 0);
}

#[test]
fn text_that_is_no_utf8_is_decoded_with_replacements() {
    let bytes = b"name = \"caf\xe9\"\n";
    let tree = syntax::parse(Language::Python, bytes).expect("the source is small");
    let module = lower::lower(Language::Python, &tree, bytes);
    assert!(module.strings.lookup("caf\u{fffd}").is_some());
}
