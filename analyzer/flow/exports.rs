//! What interpreting a file leaves for the files that use it.
//!
//! Knows summaries, values of top-level variables and attributes of instances. Does not know the order of work.
//! Invariant: a file's exports are read only after its interpretation has ended, and never change while others read them.

use crate::flow::calls::summary::Summary;
use crate::flow::facts::RouteFact;
use crate::flow::frameworks::templates::Render;
use crate::flow::value::{ClassRef, FnRef, Value};
use crate::ir::{ClassId, Sym, VarId};
use crate::source::FileId;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One file's exports.
#[derive(Debug, Default)]
pub struct Exports {
    /// By `FnId`; `None` for closures and what nobody calls.
    pub(super) summaries: Vec<Option<Arc<Summary>>>,
    /// By `FnId`: the function remembers its results.
    pub(super) memoized: Vec<bool>,
    /// By `FnId`: each row remembers its own result.
    pub(super) kept_per_row: Vec<bool>,
    /// Top-level variables with a known value.
    pub(super) globals: FxHashMap<VarId, Value>,
    /// Templates that the file renders, by template.
    pub(super) renders: Vec<Arc<Render>>,
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
    /// By template, the files that render it.
    renderers: FxHashMap<FileId, BTreeSet<FileId>>,
}

impl Known {
    /// Nothing is known of any of so many files.
    pub fn nothing(files: usize) -> Known {
        Known { exports: vec![None; files], routes: FxHashMap::default(), renderers: FxHashMap::default() }
    }

    pub fn learn(&mut self, file: FileId, exports: Arc<Exports>) {
        for render in &exports.renders {
            self.renderers.entry(render.target.file).or_default().insert(file);
        }
        self.exports[file.0 as usize] = Some(exports);
    }

    /// Notes that a file routes requests to a function of another; the first to say so counts.
    pub fn route(&mut self, handler: FnRef, route: RouteFact) {
        self.routes.entry(handler).or_insert(route);
    }

    pub(super) fn of(&self, file: FileId) -> Option<&Exports> {
        self.exports.get(file.0 as usize)?.as_deref()
    }

    /// The places that render a template, in the order of their files.
    pub(super) fn renders_of(&self, template: FileId) -> impl Iterator<Item = &Render> {
        let files = self.renderers.get(&template).into_iter().flatten();
        let renders = files.filter_map(|&file| self.of(file)).flat_map(|exports| &exports.renders);
        renders.map(|render| &**render).filter(move |render| render.target.file == template)
    }

    /// Whether any file renders a template.
    pub fn is_rendered(&self, template: FileId) -> bool {
        self.renderers.contains_key(&template)
    }

    pub(super) fn summary(&self, function: FnRef) -> Option<&Arc<Summary>> {
        self.of(function.file)?.summaries.get(function.id.index())?.as_ref()
    }

    pub(super) fn route_of(&self, function: FnRef) -> Option<&RouteFact> {
        self.routes.get(&function)
    }
}
