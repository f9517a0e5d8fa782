//! The name that an import without alias binds.
//!
//! Go binds the name of the package clause, which the importing file does not show: it is guessed from the path and
//! then corrected by use, because Go refuses an import that is not used.
//! Does not know modules or other files.

use crate::ir::{ExprKind, Module, Sym, TypeKind, VarId, VarKind};

/// The most likely package name for an import path: `redis` for `github.com/redis/go-redis/v9`, `yaml` for
/// `gopkg.in/yaml.v3`, `stripe` for `github.com/stripe/stripe-go/v72`.
pub(super) fn package_name(path: &str) -> &str {
    let mut elements = path.rsplit('/').filter(|element| !element.is_empty());
    let mut last = elements.next().unwrap_or(path);
    if is_version(last) {
        last = elements.next().unwrap_or(last);
    }
    if let Some((name, version)) = last.rsplit_once('.')
        && is_version(version)
    {
        last = name;
    }
    let mut parts = last.rsplit(['-', '.']).filter(|part| !part.is_empty());
    match parts.next() {
        Some("go" | "golang") => parts.next().unwrap_or(last),
        Some(part) => part,
        None => last,
    }
}

/// `v2`, `v72`.
fn is_version(element: &str) -> bool {
    element.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Gives imports whose guessed name nothing uses the undeclared package name that their path contains.
pub(super) fn correct_guesses(module: &mut Module) {
    let mut unused: Vec<VarId> = unused_imports(module);
    if unused.is_empty() {
        return;
    }
    let mut corrected: Vec<(Sym, VarId)> = Vec::new();
    for name in undeclared_packages(module) {
        let text = module.text(name).to_ascii_lowercase();
        let mut fitting = unused.iter().enumerate().filter(|&(_, &var)| path_contains(module, var, &text));
        let Some((index, &var)) = fitting.next() else { continue };
        if fitting.next().is_none() {
            unused.remove(index);
            corrected.push((name, var));
        }
    }
    for &(name, var) in &corrected {
        module.vars[var.index()].name = name;
    }
    let meant = |name: Sym| corrected.iter().find(|(corrected, _)| *corrected == name).map(|&(_, var)| var);
    for expr in &mut module.exprs {
        if let ExprKind::Name(name) = expr.kind
            && let Some(var) = meant(name)
        {
            expr.kind = ExprKind::Var(var);
        }
    }
    for ty in &mut module.types {
        if let TypeKind::Named { head, path, .. } = &mut ty.kind
            && head.is_none()
            && path.len() > 1
        {
            *head = meant(path[0]);
        }
    }
}

/// Variables of imports without alias that neither an expression nor a type refers to.
fn unused_imports(module: &Module) -> Vec<VarId> {
    // Imports come first in a file, so that their variables have the lowest ids; `hoist` goes in source order.
    let mut is_unused: Vec<bool> = module
        .vars
        .iter()
        .map_while(|var| match var.kind {
            VarKind::Import(import) => {
                let import = module.import(import);
                // An alias stands before the path, a guessed name is the path's own.
                let is_guessed = var.span.end == import.span.end;
                // The standard library's packages, without a dot in the first element, are named like their folders.
                let host = module.text(import.module).split('/').next().unwrap_or_default();
                Some(is_guessed && host.contains('.'))
            }
            _ => None,
        })
        .collect();
    let mut used = |var: VarId| {
        if let Some(is_unused) = is_unused.get_mut(var.index()) {
            *is_unused = false;
        }
    };
    for expr in &module.exprs {
        if let ExprKind::Var(var) = expr.kind {
            used(var);
        }
    }
    for ty in &module.types {
        if let TypeKind::Named { head: Some(var), .. } = ty.kind {
            used(var);
        }
    }
    (0..is_unused.len()).filter(|&index| is_unused[index]).map(|index| VarId(index as u32)).collect()
}

/// Undeclared names that something is selected from, in order of their first use.
fn undeclared_packages(module: &Module) -> Vec<Sym> {
    let mut found = Vec::new();
    let mut add = |name: Sym| {
        if !found.contains(&name) {
            found.push(name);
        }
    };
    for expr in &module.exprs {
        if let ExprKind::Member { base, .. } = expr.kind
            && let ExprKind::Name(name) = module.expr(base).kind
        {
            add(name);
        }
    }
    for ty in &module.types {
        if let TypeKind::Named { head: None, path, .. } = &ty.kind
            && path.len() > 1
        {
            add(path[0]);
        }
    }
    found
}

/// Whether an element of the path, letters and digits only, is the name or begins or ends with it: `bar-baz` is
/// `barbaz`, `go-openapi` ends with `openapi`.
fn path_contains(module: &Module, var: VarId, name: &str) -> bool {
    let VarKind::Import(import) = module.var(var).kind else { return false };
    let path = module.text(module.import(import).module).to_ascii_lowercase();
    path.split('/').any(|element| {
        let element: String = element.chars().filter(char::is_ascii_alphanumeric).collect();
        element == name || (name.len() > 2 && (element.starts_with(name) || element.ends_with(name)))
    })
}

#[cfg(test)]
mod tests {
    use super::package_name;

    #[test]
    fn package_names_are_guessed_from_paths() {
        for (path, name) in [
            ("fmt", "fmt"),
            ("net/http", "http"),
            ("gorm.io/gorm", "gorm"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("gopkg.in/square/go-jose.v2", "jose"),
            ("github.com/labstack/echo/v4", "echo"),
            ("github.com/redis/go-redis/v9", "redis"),
            ("github.com/stripe/stripe-go/v72", "stripe"),
            ("github.com/nats-io/nats.go", "nats"),
            ("github.com/mattn/go-sqlite3", "sqlite3"),
            ("github.com/satori/go.uuid", "uuid"),
            ("go", "go"),
        ] {
            assert_eq!(package_name(path), name, "{path}");
        }
    }
}
