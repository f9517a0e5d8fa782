//! Projects of a few files in memory: what names of one file mean in another.

use super::manifests::Manifest;
use super::modules::ModuleRef;
use super::symbols::Symbol;
use super::{AllModels, Lowered, Project, Unit};
use crate::flow::value::{ClassRef, EntityRef};
use crate::ir::{ClassId, ImportId};
use crate::source::discovery::FileKind;
use crate::source::{FileId, Language};
use crate::{lower, syntax};
use std::sync::{Arc, OnceLock};

/// A project of the given files, numbered in the order of their paths.
pub(super) fn project(files: &[(&str, &str)]) -> Project<'static> {
    let is_code = |(path, _): &(&str, &str)| matches!(kind_of(path), FileKind::Code(_));
    let (code, rest): (Vec<_>, Vec<_>) = files.iter().copied().partition(is_code);
    let manifest = |(path, text): (&str, &str)| match kind_of(path) {
        FileKind::Project(kind) => Manifest { path: path.to_owned(), bytes: text.as_bytes().into(), kind },
        FileKind::Code(_) | FileKind::Template | FileKind::Text(_) => {
            unreachable!("code is put apart, and text is none")
        }
    };
    let manifests: Vec<Manifest> = rest.into_iter().map(manifest).collect();
    static MODELS: OnceLock<AllModels> = OnceLock::new();
    let models = MODELS.get_or_init(|| AllModels::load().expect("the built-in models load"));
    let mut files = code;
    files.sort_unstable();
    let units = files.iter().enumerate().map(|(at, (path, text))| {
        let language = path.rsplit('.').next().and_then(Language::of_extension).expect("paths here are code");
        let tree = syntax::parse(language, text.as_bytes()).expect("sources here parse");
        let module = Arc::new(lower::lower(language, &tree, text.as_bytes()));
        let file = FileId(at as u32);
        let (path, bytes) = ((*path).to_owned(), text.as_bytes().into());
        let lowered = Lowered { file, path, language, is_template: false, module, bytes };
        Unit::new(lowered, models.of(language.family()))
    });
    Project::new(units.collect(), &manifests, models)
}

fn kind_of(path: &str) -> FileKind {
    let name = path.rsplit('/').next().unwrap_or(path);
    crate::source::discovery::kind_of(name.as_ref()).expect("paths here are read")
}

/// Where the imports of a file lead, in their order.
pub(super) fn imports(project: &Project<'_>, path: &str) -> Vec<String> {
    let unit = unit(project, path);
    (0..unit.module.imports.len())
        .map(|at| shown(project, project.symbol_of_import(unit.file, ImportId(at as u32))))
        .collect()
}

/// What `module.a.b` means, where `module` is the file's first import.
fn member(project: &Project<'_>, path: &str, names: &[&str]) -> String {
    let first = project.symbol_of_import(unit(project, path).file, ImportId(0));
    shown(project, names.iter().fold(first, |symbol, name| project.member_of_symbol(symbol?, name)))
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
        Some(Symbol::Module(ModuleRef::File(file))) => of(file, ""),
        Some(Symbol::Module(ModuleRef::Package(package))) => {
            let files = project.files_of(ModuleRef::Package(package));
            format!("package of {}", files.iter().map(|&file| of(file, "")).collect::<String>())
        }
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

#[test]
fn python_imports_are_absolute_from_source_roots_or_relative() {
    let files = project(&[
        ("shop/__init__.py", "from .orders import Order as O\nfrom . import text\n"),
        ("shop/orders.py", "class Order: pass\nLIMIT = 3\ndef load(): pass\n"),
        ("shop/text/__init__.py", "from ..orders import LIMIT\nfrom ... import shop\n"),
        ("src/lib/db.py", "def query(): pass\n"),
        (
            "main.py",
            "from shop import O, text, missing\nimport shop.orders as m\nfrom lib.db import query\nimport shop.orders\n",
        ),
        ("tools/run.py", "from shop.orders import load\nfrom nowhere import x\n"),
    ]);
    assert_eq!(imports(&files, "shop/__init__.py"), ["shop/orders.py:Order", "shop/text/__init__.py:"]);
    assert_eq!(imports(&files, "shop/text/__init__.py"), ["shop/orders.py:LIMIT", "shop/__init__.py:"]);
    assert_eq!(
        imports(&files, "main.py"),
        [
            "shop/orders.py:Order",
            "shop/text/__init__.py:",
            "nothing",
            "shop/orders.py:",
            "src/lib/db.py:query",
            "shop/__init__.py:",
            "shop/orders.py:"
        ]
    );
    assert_eq!(imports(&files, "tools/run.py"), ["shop/orders.py:load", "nothing"]);
}

#[test]
fn a_python_package_imports_its_own_modules_by_its_full_name() {
    let files = project(&[
        ("shop/__init__.py", "from shop import orders\n"),
        ("shop/orders.py", ""),
        ("app/redis/__init__.py", "import redis\n"),
    ]);
    assert_eq!(imports(&files, "shop/__init__.py"), ["shop/orders.py:"]);
    assert_eq!(imports(&files, "app/redis/__init__.py"), ["nothing"]);
}

#[test]
fn declaration_files_are_modules() {
    let files = project(&[
        ("src/types/index.d.ts", "export interface Shape { a: string }\n"),
        ("src/use.ts", "import { Shape } from \"./types\";\n"),
    ]);
    assert_eq!(imports(&files, "src/use.ts"), ["src/types/index.d.ts:Shape"]);
}

#[test]
fn python_members_of_packages_without_init_are_modules() {
    let files = project(&[
        ("backend/apps/users/models.py", "class User:\n    name = 1\n    def load(self): pass\n"),
        (
            "backend/apps/main.py",
            "import apps.users\nfrom apps.users import models\nfrom apps.users.models import name\n",
        ),
        ("other/job.py", "from apps.users.models import User\n"),
    ]);
    assert_eq!(
        member(&files, "backend/apps/main.py", &["users", "models", "User"]),
        "backend/apps/users/models.py:User"
    );
    assert_eq!(imports(&files, "backend/apps/main.py")[2..], ["backend/apps/users/models.py:", "nothing"]);
    // A unique path suffix of the tree.
    assert_eq!(imports(&files, "other/job.py"), ["backend/apps/users/models.py:User"]);
}

#[test]
fn python_star_imports_honour_all_and_cycles_end() {
    let files = project(&[
        ("a.py", "from b import *\nfrom c import *\n"),
        ("b.py", "from a import *\n__all__ = [\"seen\"]\ndef seen(): pass\ndef hidden(): pass\n"),
        ("c.py", "def hidden(): pass\ndef _own(): pass\n"),
        ("d.py", "from a import seen, hidden, _own, nothing\n"),
    ]);
    assert_eq!(imports(&files, "d.py"), ["b.py:seen", "c.py:hidden", "nothing", "nothing"]);
    let free = |name: &str| shown(&files, files.symbol_of_free_name(unit(&files, "a.py").file, name));
    assert_eq!([free("seen"), free("_own")], ["b.py:seen", "nothing"]);
}

#[test]
fn a_file_named_like_a_library_is_not_the_library() {
    let files = project(&[
        ("app/redis.py", "import redis\nfrom redis import Redis\n"),
        ("app/types.py", "import types\n"),
        ("app/queue.py", "import redis\nimport types\nfrom . import redis as own\n"),
        ("app/celery.py", "from celery import Celery\n"),
        ("app/stripe.py", "import stripe\n"),
        ("app/pay.py", "import stripe\n"),
        ("pyproject.toml", "[project]\ndependencies = [\"stripe>=1\"]\n"),
    ]);
    assert_eq!(imports(&files, "app/redis.py"), ["nothing", "nothing"]);
    assert_eq!(imports(&files, "app/types.py"), ["nothing"]);
    assert_eq!(imports(&files, "app/queue.py"), ["nothing", "nothing", "app/redis.py:"]);
    assert_eq!(imports(&files, "app/celery.py"), ["nothing"]);
    assert_eq!([imports(&files, "app/stripe.py"), imports(&files, "app/pay.py")], [["nothing"], ["nothing"]]);
}

#[test]
fn python_roots_stand_in_pyproject() {
    let files = project(&[
        (
            "pyproject.toml",
            "[tool.setuptools]\npackage-dir = {\"\" = \"code\"}\n[tool.poetry]\npackages = [{include = \"jobs\", from = \"work\"}]\n",
        ),
        ("broken/pyproject.toml", "[tool"),
        ("code/shop/db.py", "def one(): pass\n"),
        ("old/shop/db.py", "def one(): pass\n"),
        ("work/jobs/db.py", "def two(): pass\n"),
        ("old/jobs/db.py", "def two(): pass\n"),
        ("tests/test_a.py", "from shop.db import one\nfrom jobs.db import two\n"),
    ]);
    assert_eq!(imports(&files, "tests/test_a.py"), ["code/shop/db.py:one", "work/jobs/db.py:two"]);
}

#[test]
fn names_that_the_tree_has_from_libraries_are_the_libraries() {
    let files = project(&[
        (
            "app/db.py",
            "from sqlalchemy.orm import Session\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n",
        ),
        ("app/models.py", "from app.db import Session, db\nclass User(db.Model): pass\n"),
        ("db.ts", "export { PrismaClient } from \"@prisma/client\";\nimport { z } from \"zod\";\nexport { z };\n"),
        ("user.ts", "import { PrismaClient, z } from \"./db\";\n"),
    ]);
    let paths = |path: &str| -> Vec<String> {
        unit(&files, path).import_paths.iter().flatten().map(ToString::to_string).collect()
    };
    assert_eq!(paths("app/models.py"), ["sqlalchemy.orm.Session", "flask_sqlalchemy.SQLAlchemy"]);
    assert_eq!(imports(&files, "app/models.py"), ["nothing", "app/db.py:db"]);
    assert!(files.class(class(&files, "app/models.py", "User")).entity.is_some());
    assert_eq!(paths("user.ts"), ["@prisma/client.PrismaClient", "zod.z"]);
}

#[test]
fn script_specifiers_leave_extensions_and_index_out() {
    let files = project(&[
        ("src/a.ts", "export const x = 1;\nexport default class A {}\n"),
        ("src/b.js", "export function f() {}\n"),
        (
            "src/lib/index.tsx",
            "export * from \"../a\";\nexport * as ns from \"../b\";\nexport { f as g } from \"../b.js\";\n",
        ),
        ("src/user.service.ts", "export class Users {}\n"),
        (
            "src/m.mts",
            "import A, { x } from \"./a.js\";\nimport { g, ns, x as y } from \"./lib\";\nimport { Users } from \"./user.service\";\nimport * as l from \"./lib/index\";\n",
        ),
        ("src/n.ts", "import * as l from \"./lib\";\nimport \"./style.css\";\nimport { up } from \"../../out\";\n"),
    ]);
    assert_eq!(
        imports(&files, "src/m.mts"),
        [
            "src/a.ts:A",
            "src/a.ts:x",
            "src/b.js:f",
            "src/b.js:",
            "src/a.ts:x",
            "src/user.service.ts:Users",
            "src/lib/index.tsx:"
        ]
    );
    assert_eq!(member(&files, "src/n.ts", &["ns", "f"]), "src/b.js:f");
    assert_eq!(imports(&files, "src/n.ts")[1..], ["nothing", "nothing"]);
}

#[test]
fn script_aliases_stand_in_tsconfig() {
    let files = project(&[
        (
            "tsconfig.base.json",
            "{ // with comments\n \"compilerOptions\": { \"paths\": { \"@shared/*\": [\"shared/*\"], } } }",
        ),
        ("web/tsconfig.json", "{ \"extends\": \"../tsconfig.base\" }"),
        ("api/tsconfig.json", "{ \"compilerOptions\": { \"baseUrl\": \"./src\", \"paths\": { \"~/*\": [\"*\"] } } }"),
        ("shared/db.ts", "export const db = 1;\n"),
        ("api/src/db.ts", "export const db = 1;\n"),
        ("api/src/x/y.ts", "import { db } from \"~/db\";\nimport { db as e } from \"db\";\n"),
        ("web/page.ts", "import { db } from \"@shared/db\";\n"),
    ]);
    assert_eq!(imports(&files, "api/src/x/y.ts"), ["api/src/db.ts:db", "api/src/db.ts:db"]);
    assert_eq!(imports(&files, "web/page.ts"), ["shared/db.ts:db"]);
}

#[test]
fn script_aliases_without_configuration_are_unique_suffixes() {
    let files = project(&[
        ("package.json", "{\"dependencies\": {\"app\": \"1\"}}"),
        ("web/src/lib/db.ts", "export const db = 1;\n"),
        ("web/src/lib/twice.ts", "export const t = 1;\n"),
        ("api/src/lib/twice.ts", "export const t = 1;\n"),
        ("web/app/page.ts", "export const p = 1;\n"),
        (
            "web/page.ts",
            "import { db } from \"@/lib/db\";\nimport { db as e } from \"src/lib/db\";\nimport { t } from \"@/lib/twice\";\nimport { p } from \"app/page\";\n",
        ),
    ]);
    assert_eq!(imports(&files, "web/page.ts"), ["web/src/lib/db.ts:db", "web/src/lib/db.ts:db", "nothing", "nothing"]);
}

#[test]
fn packages_of_the_tree_are_imported_by_name() {
    let files = project(&[
        (
            "packages/db/package.json",
            "{\"name\": \"@acme/db\", \"exports\": {\".\": {\"import\": \"./dist/main.js\"}, \"./edge\": \"./src/edge.ts\"}, \"imports\": {\"#env\": \"./src/env.ts\"}}",
        ),
        ("packages/db/src/main.ts", "import { env } from \"#env\";\nexport const db = env;\n"),
        ("packages/db/src/env.ts", "export const env = 1;\n"),
        ("packages/db/src/edge.ts", "export const edge = 1;\n"),
        ("packages/db/client.ts", "export const client = 1;\n"),
        ("packages/ui/package.json", "{\"name\": \"ui\"}"),
        ("packages/ui/src/index.ts", "export const ui = 1;\n"),
        (
            "apps/web/a.ts",
            "import { db } from \"@acme/db\";\nimport { edge } from \"@acme/db/edge\";\nimport { client } from \"@acme/db/client\";\nimport { ui } from \"ui\";\n",
        ),
    ]);
    assert_eq!(
        imports(&files, "apps/web/a.ts"),
        [
            "packages/db/src/main.ts:db",
            "packages/db/src/edge.ts:edge",
            "packages/db/client.ts:client",
            "packages/ui/src/index.ts:ui"
        ]
    );
    assert_eq!(imports(&files, "packages/db/src/main.ts"), ["packages/db/src/env.ts:env"]);
}

#[test]
fn common_js_exports_are_members() {
    let files = project(&[
        ("class.js", "class Order {}\nmodule.exports = Order;\n"),
        ("names.js", "function one() {}\nexports.two = () => 1;\nmodule.exports.three = one;\n"),
        ("record.js", "function one() {}\nmodule.exports = { one, other: one, list: async () => 1 };\n"),
        ("default.ts", "function one() {}\nexport default { one, nested: { one } };\n"),
        (
            "a.js",
            "const Order = require(\"./class\");\nconst { two, three } = require(\"./names\");\nconst { one, other } = require(\"./record\");\n",
        ),
        ("b.js", "const r = require(\"./record\");\n"),
        ("c.ts", "import d from \"./default\";\nimport names from \"./names\";\nimport Order from \"./class\";\n"),
        ("d.ts", "import names from \"./names\";\n"),
    ]);
    assert_eq!(
        imports(&files, "a.js"),
        ["class.js:Order", "names.js:two", "names.js:one", "record.js:one", "record.js:one"]
    );
    assert_eq!(member(&files, "b.js", &["other"]), "record.js:one");
    assert_eq!(member(&files, "b.js", &["list"]), "record.js:list");
    assert_eq!(member(&files, "c.ts", &["one"]), "default.ts:one");
    assert_eq!(member(&files, "c.ts", &["nested", "one"]), "default.ts:one");
    assert_eq!(imports(&files, "c.ts")[1..], ["names.js:", "class.js:Order"]);
    assert_eq!(member(&files, "d.ts", &["three"]), "names.js:one");
}

#[test]
fn cycles_of_script_re_exports_end() {
    let files = project(&[
        ("a.ts", "export * from \"./b\";\nexport { x } from \"./b\";\n"),
        ("b.ts", "export * from \"./a\";\nexport { x } from \"./a\";\nexport const y = 1;\n"),
        ("c.ts", "import { x, y, z } from \"./a\";\n"),
    ]);
    assert_eq!(imports(&files, "c.ts"), ["nothing", "b.ts:y", "nothing"]);
}

#[test]
fn go_imports_lead_where_a_module_is_replaced() {
    let files = project(&[
        (
            "api/go.mod",
            "module example.com/api\n\nreplace (\n\texample.com/store v1.2.0 => ../store // ours\n\texample.com/x => example.com/y v1.0.0\n)\n",
        ),
        ("store/go.mod", "module example.com/storage\n"),
        ("store/orders.go", "package store\nfunc Open() {}\n"),
        ("api/main.go", "package main\nimport (\n\"example.com/store\"\n\"example.com/x\"\n)\n"),
    ]);
    assert_eq!(imports(&files, "api/main.go"), ["package of store/orders.go:", "nothing"]);
}

#[test]
fn go_imports_lead_below_the_module_path() {
    let files = project(&[
        ("go.mod", "module github.com/acme/shop // comment\n\ngo 1.22\n"),
        ("tools/go.mod", "module github.com/acme/shop/tools\n"),
        ("internal/db/db.go", "package db\nfunc Open() {}\ntype Conn struct{}\nvar Limit = 3\n"),
        ("internal/db/db_test.go", "package db\nfunc Fake() {}\n"),
        ("tools/gen/gen.go", "package gen\nfunc Run() {}\n"),
        (
            "main.go",
            "package main\nimport (\n\"github.com/acme/shop/internal/db\"\n\"github.com/acme/shop/tools/gen\"\n\"net/http\"\n)\n",
        ),
        ("other/a.go", "package other\nimport . \"github.com/acme/shop/internal/db\"\n"),
    ]);
    assert_eq!(
        imports(&files, "main.go"),
        ["package of internal/db/db.go:", "package of tools/gen/gen.go:", "nothing"]
    );
    assert_eq!(member(&files, "main.go", &["Open"]), "internal/db/db.go:Open");
    assert_eq!(member(&files, "main.go", &["Limit"]), "internal/db/db.go:Limit");
    assert_eq!(member(&files, "main.go", &["Fake"]), "nothing");
    let dotted = files.symbol_of_free_name(unit(&files, "other/a.go").file, "Conn");
    assert_eq!(shown(&files, dotted), "internal/db/db.go:Conn");
}

#[test]
fn go_imports_without_a_manifest_lose_host_owner_and_repository() {
    let files = project(&[
        ("internal/db/db.go", "package db\n"),
        ("main.go", "package main\nimport \"github.com/acme/shop/internal/db\"\nimport \"net/http\"\n"),
    ]);
    assert_eq!(imports(&files, "main.go"), ["package of internal/db/db.go:", "nothing"]);
}

/// What a relation of a class leads to.
fn relation(project: &Project<'_>, path: &str, class: &str, name: &str) -> Option<EntityRef> {
    project.class(self::class(project, path, class)).relations.get(name)?.target.clone()
}

#[test]
fn relations_name_entities_of_other_files() {
    let customer = "from django.db import models\nclass Customer(models.Model):\n    name = models.CharField()\n";
    let order = "from django.db import models\nfrom shop.base import Base\n\
                 class Order(Base):\n\
                 \x20   customer = models.ForeignKey(\"shop.Customer\", on_delete=models.CASCADE)\n\
                 \x20   user = models.ForeignKey(\"auth.User\", on_delete=models.CASCADE)\n\
                 \x20   parent = models.ForeignKey(\"self\", on_delete=models.CASCADE)\n";
    let files = project(&[
        ("shop/customers.py", customer),
        ("crm/customers.py", customer),
        ("people/models.py", "from django.db import models\nclass User(models.Model): pass\n"),
        ("shop/base.py", "from django.db import models\nclass Base(models.Model):\n    class Meta: abstract = True\n"),
        ("shop/orders.py", order),
    ]);
    let of = |name: &str| relation(&files, "shop/orders.py", "Order", name);
    let class = |path: &str, name: &str| Some(EntityRef::Class(class(&files, path, name)));
    assert_eq!(of("customer"), class("shop/customers.py", "Customer"));
    assert_eq!(of("user"), Some(EntityRef::Named("User".into())));
    assert_eq!(of("parent"), class("shop/orders.py", "Order"));
    assert_eq!(relation(&files, "shop/customers.py", "Customer", "order_set"), class("shop/orders.py", "Order"));
    assert_eq!(relation(&files, "crm/customers.py", "Customer", "order_set"), None);
}

#[test]
fn types_name_classes_of_other_files() {
    let files = project(&[
        (
            "user.entity.ts",
            "import { Entity, OneToMany } from \"typeorm\";\nimport { Post } from \"./post.entity\";\n@Entity()\nexport class User {\n  @OneToMany(() => Post, (post) => post.author)\n  posts: Post[];\n}\n",
        ),
        (
            "post.entity.ts",
            "import { Entity, ManyToOne } from \"typeorm\";\nimport { User } from \"./user.entity\";\n@Entity()\nexport class Post {\n  @ManyToOne(() => User)\n  author: User;\n}\n",
        ),
        ("a/a.go", "package a\nimport \"gorm.io/gorm\"\ntype DB = gorm.DB\ntype Loop = Pool\ntype Pool = Loop\n"),
        ("b/b.go", "package b\nimport \"example.org/x/a\"\nfunc f(db *a.DB, loop a.Loop) {}\n"),
        ("go.mod", "module example.org/x\n"),
    ]);
    let post = EntityRef::Class(class(&files, "post.entity.ts", "Post"));
    assert_eq!(relation(&files, "user.entity.ts", "User", "posts"), Some(post));
    let go = unit(&files, "b/b.go");
    let function = &go.module.functions[1];
    let kinds = |at: usize| files.kinds_of_type(go, function.params[at].ty.expect("it is written"));
    assert!(!kinds(0).0.is_empty());
    assert!(kinds(1).0.is_empty());
}
