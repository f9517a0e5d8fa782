//! Projects of a few files in memory: what names of one file mean in another.

use super::symbols::Symbol;
use super::{AllModels, Lowered, Project, Unit};
use crate::flow::value::ClassRef;
use crate::ir::ClassId;
use crate::source::{FileId, Language};
use crate::{lower, syntax};
use std::sync::{Arc, OnceLock};

/// A project of the given files, numbered in the order of their paths.
pub(super) fn project(files: &[(&str, &str)]) -> Project<'static> {
    static MODELS: OnceLock<AllModels> = OnceLock::new();
    let models = MODELS.get_or_init(|| AllModels::load().expect("the built-in models load"));
    let mut files = files.to_vec();
    files.sort_unstable();
    let units = files.iter().enumerate().map(|(at, (path, text))| {
        let language = path.rsplit('.').next().and_then(Language::of_extension).expect("paths here are code");
        let tree = syntax::parse(language, text.as_bytes()).expect("sources here parse");
        let module = Arc::new(lower::lower(language, &tree, text.as_bytes()));
        let file = FileId(at as u32);
        let lowered = Lowered { file, path: (*path).to_owned(), language, module, bytes: text.as_bytes().into() };
        Unit::new(lowered, models.of(language.family()))
    });
    Project::new(units.collect(), models)
}

pub(super) fn unit<'p>(project: &'p Project<'_>, path: &str) -> &'p Unit {
    project.units.iter().find(|unit| unit.path == path).expect("the file is part of the project")
}

pub(super) fn class(project: &Project<'_>, path: &str, name: &str) -> ClassRef {
    let unit = unit(project, path);
    let at = unit.module.classes.iter().position(|class| unit.module.text(class.name) == name);
    ClassRef { file: unit.file, id: ClassId(at.expect("the class is declared") as u32) }
}

/// `path:name` of what a symbol is; `path:` alone for modules.
pub(super) fn shown(project: &Project<'_>, symbol: Option<Symbol>) -> String {
    let of = |file: FileId, name: &str| format!("{}:{name}", project.unit(file).path);
    match symbol {
        None => "nothing".to_owned(),
        Some(Symbol::Class(class)) => {
            let module = &project.unit(class.file).module;
            of(class.file, module.text(module.class(class.id).name))
        }
        Some(Symbol::Function(function)) => {
            of(function.file, &project.unit(function.file).module.qualified_name(function.id))
        }
        Some(Symbol::Variable(file, var)) => {
            let module = &project.unit(file).module;
            of(file, module.text(module.var(var).name))
        }
        Some(Symbol::Value(file, expr)) => {
            of(file, &project.unit(file).snippet(project.unit(file).module.expr(expr).span))
        }
        Some(Symbol::Module(module)) => format!("{module:?}"),
    }
}

const GO_STORE: (&str, &str) =
    ("shop/store.go", "package shop\ntype Store struct { Base }\nfunc (s *Store) One() {}\n");

#[test]
fn methods_of_a_go_type_stand_in_any_file_of_its_package() {
    let project = project(&[
        GO_STORE,
        ("shop/base.go", "package shop\ntype Base struct{}\nfunc (s Store) Two() {}\n"),
        ("shop/store_test.go", "package shop\nfunc helper() {}\n"),
        ("other/store.go", "package other\nfunc (s *Store) Three() {}\n"),
    ]);
    let store = project.class(class(&project, "shop/store.go", "Store"));
    let mut methods: Vec<&str> = store.methods.keys().map(|name| &**name).collect();
    methods.sort_unstable();
    assert_eq!(methods, ["One", "Two"]);
    assert_eq!(store.methods["Two"].file, unit(&project, "shop/base.go").file);
    assert_eq!(store.bases, [class(&project, "shop/base.go", "Base")]);
}

#[test]
fn test_files_of_a_go_package_are_known_to_tests_alone() {
    let project = project(&[
        GO_STORE,
        ("shop/a_test.go", "package shop\nfunc helper() {}\n"),
        ("shop/b_test.go", "package shop\n"),
        ("shop/c_test.go", "package shop_test\n"),
    ]);
    let name = |path: &str, name: &str| shown(&project, project.symbol_of_free_name(unit(&project, path).file, name));
    assert_eq!(name("shop/b_test.go", "helper"), "shop/a_test.go:helper");
    assert_eq!(name("shop/b_test.go", "Store"), "shop/store.go:Store");
    assert_eq!(name("shop/store.go", "helper"), "nothing");
    assert_eq!(name("shop/c_test.go", "Store"), "nothing");
}
