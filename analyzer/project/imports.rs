//! What an import stands for, as a dotted path in the form that library models use.
//!
//! Python `from a.b import c` is `a.b.c`; TypeScript `import { c } from "@a/b"` is `@a/b.c`, a default import
//! `@a/b.default`; Go `import "github.com/a/b/v5/c"` is `github.com/a/b/c`.
//! Does not know which paths are libraries.

use crate::ir::{ImportId, Imported, Module};
use crate::source::Family;
use std::sync::Arc;

pub fn path_of_import(family: Family, module: &Module, id: ImportId) -> Option<Arc<str>> {
    let import = module.import(id);
    let written = module.text(import.module);
    let base = match family {
        Family::Python => format!("{}{written}", ".".repeat(import.level as usize)),
        Family::TypeScript => written.strip_prefix("node:").unwrap_or(written).to_owned(),
        Family::Go => without_major_version(written),
    };
    let path = match import.what {
        Imported::Module | Imported::All | Imported::Nothing => base,
        Imported::Default => format!("{base}.default"),
        Imported::Member(name) if base.is_empty() || base.ends_with('.') => format!("{base}{}", module.text(name)),
        Imported::Member(name) => format!("{base}.{}", module.text(name)),
    };
    Some(path.into())
}

/// `github.com/jackc/pgx/v5/pgxpool` is `github.com/jackc/pgx/pgxpool`; `gopkg.in/yaml.v3` is `gopkg.in/yaml`.
fn without_major_version(path: &str) -> String {
    let is_version =
        |text: &str| text.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    path.split('/')
        .filter(|segment| !is_version(segment))
        .map(|segment| match segment.rsplit_once('.') {
            Some((name, version)) if is_version(version) => name,
            _ => segment,
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// Whether an import path lies at or below a prefix: `django` covers `django.db` but not `djangorestframework`;
/// a prefix that ends in `/` or `.` covers everything that starts with it.
pub fn has_prefix(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || prefix.ends_with(['/', '.']) || rest.starts_with(['.', '/']))
}

#[cfg(test)]
mod tests {
    use super::{has_prefix, without_major_version};

    #[test]
    fn go_major_versions_are_left_out() {
        assert_eq!(without_major_version("github.com/jackc/pgx/v5/pgxpool"), "github.com/jackc/pgx/pgxpool");
        assert_eq!(without_major_version("gopkg.in/yaml.v3"), "gopkg.in/yaml");
        assert_eq!(without_major_version("net/http"), "net/http");
    }

    #[test]
    fn prefixes_end_at_segments() {
        assert!(has_prefix("django.db.models", "django"));
        assert!(!has_prefix("djangorestframework", "django"));
        assert!(has_prefix("@nestjs/common.Get", "@nestjs/"));
    }
}
