//! What a run is asked for: which files are read, which rules run, what is reported.
//!
//! Does not know how any of it is done.

use super::Lowerings;
use crate::findings::Confidence;
use crate::findings::fingerprint;
use crate::source::discovery;
use std::sync::Arc;

/// What to analyse and what to report.
#[derive(Clone, Debug)]
pub struct Options {
    /// Worker threads; `None`: as many as the machine has.
    pub threads: Option<usize>,
    pub min_confidence: Confidence,
    /// Rules to run; empty: all.
    pub select: Vec<String>,
    pub ignore: Vec<String>,
    /// Folders and files to report on, relative to the project root; empty: everything.
    pub scope: Vec<String>,
    /// Globs of paths that are not read, relative to the project root.
    pub exclude: Vec<String>,
    /// Report what is off by default, as info.
    pub pedantic: bool,
    /// Report on test code too.
    pub tests: bool,
    /// Names of the project's own functions that count as handling an error.
    pub error_handlers: Vec<String>,
    /// The project's own library models, as they stand in its configuration.
    pub models: Vec<toml::Table>,
    /// A file whose content is not the one on disk: its path below the project root, and what to analyse instead.
    pub unsaved: Option<(String, Arc<[u8]>)>,
    /// Report only on the files of one share of several.
    pub shard: Option<Shard>,
    /// Keep what is accepted by comments apart in the report.
    pub keep_suppressed: bool,
    /// Where lowered files are kept for another run on a state of the same project.
    pub lowerings: Option<Lowerings>,
    /// Also measure the cost of parsing and visiting alone.
    pub measure: bool,
}

/// One of several equal shares of a project's files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shard {
    /// From 0 on, less than `count`.
    pub index: u32,
    pub count: u32,
}

impl Options {
    /// Whether findings at a path are reported.
    pub(super) fn reports_on(&self, path: &str) -> bool {
        in_scope(path, &self.scope)
            && self.shard.is_none_or(|shard| fingerprint::share_of(path, shard.count) == shard.index)
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            threads: None,
            min_confidence: Confidence::Medium,
            select: Vec::new(),
            ignore: Vec::new(),
            scope: Vec::new(),
            exclude: Vec::new(),
            pedantic: false,
            tests: false,
            error_handlers: Vec::new(),
            models: Vec::new(),
            unsaved: None,
            shard: None,
            keep_suppressed: false,
            lowerings: None,
            measure: false,
        }
    }
}

/// Whether a path is one of the wanted ones or lies below one.
fn in_scope(path: &str, scope: &[String]) -> bool {
    scope.is_empty() || scope.iter().any(|wanted| discovery::is_at_or_below(path, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_folders_or_files_not_prefixes_of_names() {
        let scope = ["app".to_owned(), "b/c.py".to_owned()];
        assert!(in_scope("app/a.py", &scope) && in_scope("b/c.py", &scope));
        assert!(!in_scope("apps/a.py", &scope) && !in_scope("b/c.pyi", &scope));
        assert!(in_scope("anything.py", &[]));
    }

    #[test]
    fn every_file_belongs_to_one_share() {
        for path in ["a.py", "app/b.go", "é.ts"] {
            let of = |index: u32| Options { shard: Some(Shard { index, count: 3 }), ..Options::default() };
            assert_eq!((0..3).filter(|&index| of(index).reports_on(path)).count(), 1, "{path}");
        }
    }
}
