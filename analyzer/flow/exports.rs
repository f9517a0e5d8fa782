//! What interpreting a file leaves for the files that use it.
//!
//! Knows summaries, values of top-level variables and attributes of instances. Does not know the order of work.
//! Invariant: a file's exports are read only after its interpretation has ended, and never change while others read them.

use super::facts::RouteFact;
use super::summary::Summary;
use super::value::{ClassRef, FnRef, Value};
use crate::ir::{ClassId, Sym, VarId};
use crate::source::FileId;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// One file's exports.
#[derive(Debug, Default)]
pub struct Exports {
    /// By `FnId`; `None` for closures and what nobody calls.
    pub(super) summaries: Vec<Option<Arc<Summary>>>,
    /// By `FnId`: the function remembers its results.
    pub(super) memoized: Vec<bool>,
    /// Top-level variables with a known value.
    pub(super) globals: FxHashMap<VarId, Value>,
    /// What the file's serializers read of an object, which is parameter 0.
    pub(super) serializers: FxHashMap<ClassId, Arc<Summary>>,
    /// Attributes of instances of the file's own classes.
    pub(super) fields: FxHashMap<(ClassRef, Sym), Value>,
}

/// What is known of other files when a file is interpreted.
#[derive(Debug, Default)]
pub struct Known {
    /// By `FileId`.
    exports: Vec<Option<Arc<Exports>>>,
    /// Routes that other files declare for a function.
    routes: FxHashMap<FnRef, RouteFact>,
}

impl Known {
    /// Nothing is known of any of so many files.
    pub fn nothing(files: usize) -> Known {
        Known { exports: vec![None; files], routes: FxHashMap::default() }
    }

    pub fn learn(&mut self, file: FileId, exports: Arc<Exports>) {
        self.exports[file.0 as usize] = Some(exports);
    }

    /// Notes that a file routes requests to a function of another; the first to say so counts.
    pub fn route(&mut self, handler: FnRef, route: RouteFact) {
        self.routes.entry(handler).or_insert(route);
    }

    pub(super) fn of(&self, file: FileId) -> Option<&Exports> {
        self.exports.get(file.0 as usize)?.as_deref()
    }

    pub(super) fn summary(&self, function: FnRef) -> Option<&Arc<Summary>> {
        self.of(function.file)?.summaries.get(function.id.index())?.as_ref()
    }

    pub(super) fn route_of(&self, function: FnRef) -> Option<&RouteFact> {
        self.routes.get(&function)
    }
}
