//! What interpreting a file leaves for the files that use it.
//!
//! Knows summaries, values of top-level variables and attributes of instances. Does not know the order of work.
//! Invariant: a file's exports are read only after its interpretation has ended, and never change while others read them.

use crate::flow::calls::summary::Summary;
use crate::flow::facts::RouteFact;
use crate::flow::frameworks::templates::Render;
use crate::flow::value::{ClassRef, FnRef, Value};
use crate::ir::{ClassId, FnId, Sym, VarId};
use crate::source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
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

/// One thing that a file may ask of another's exports.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Item {
    Summary(FnId),
    Memoized(FnId),
    KeptPerRow(FnId),
    Global(VarId),
    Serializer(ClassId),
    Field(ClassRef, Sym),
}

impl Exports {
    fn summary(&self, function: FnId) -> Option<&Arc<Summary>> {
        self.summaries.get(function.index())?.as_ref()
    }

    fn says_the_same_of(&self, item: Item, other: &Exports) -> bool {
        match item {
            Item::Summary(id) => self.summary(id) == other.summary(id),
            Item::Memoized(id) => self.memoized.get(id.index()) == other.memoized.get(id.index()),
            Item::KeptPerRow(id) => self.kept_per_row.get(id.index()) == other.kept_per_row.get(id.index()),
            Item::Global(var) => self.globals.get(&var) == other.globals.get(&var),
            Item::Serializer(class) => self.serializers.get(&class) == other.serializers.get(&class),
            Item::Field(class, name) => self.fields.get(&(class, name)) == other.fields.get(&(class, name)),
        }
    }
}

/// What is known of other files when a file is interpreted.
#[derive(Debug, Default)]
pub struct Known {
    /// By `FileId`: the exports of each visit, with its round; the last ones count.
    exports: Vec<Vec<(usize, Arc<Exports>)>>,
    /// Routes that other files declare for a function.
    routes: FxHashMap<FnRef, RouteFact>,
    /// By template, the files that render it.
    renderers: FxHashMap<FileId, BTreeSet<FileId>>,
}

impl Known {
    /// Nothing is known of any of so many files.
    pub fn nothing(files: usize) -> Known {
        Known { exports: vec![Vec::new(); files], ..Known::default() }
    }

    /// Replaces what is known of a file.
    pub fn learn(&mut self, file: FileId, round: usize, exports: Exports) {
        for render in &exports.renders {
            self.renderers.entry(render.target.file).or_default().insert(file);
        }
        self.exports[file.0 as usize].push((round, Arc::new(exports)));
    }

    /// Notes that a file routes requests to a function of another; the first to say so counts.
    pub fn route(&mut self, handler: FnRef, route: RouteFact) {
        self.routes.entry(handler).and_modify(|known| known.refine(&route)).or_insert(route);
    }

    fn of(&self, file: FileId) -> Option<&Exports> {
        self.exports.get(file.0 as usize)?.last().map(|(_, exports)| &**exports)
    }

    /// Keeps only what counts now: nothing that was read is asked about any more.
    pub fn forget_earlier(&mut self) {
        for versions in &mut self.exports {
            versions.drain(..versions.len().saturating_sub(1));
        }
    }

    /// Whether what was read in a round is answered otherwise by now.
    pub fn has_changed(&self, read: &Read, round: usize) -> bool {
        let nothing = Exports::default();
        read.0.iter().any(|&(file, item)| {
            let versions = &self.exports[file.0 as usize];
            let Some((_, now)) = versions.last().filter(|(learnt, _)| *learnt >= round) else { return false };
            let then = versions.iter().rfind(|(learnt, _)| *learnt < round).map_or(&nothing, |(_, exports)| exports);
            !now.says_the_same_of(item, then)
        })
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

    pub(super) fn route_of(&self, function: FnRef) -> Option<&RouteFact> {
        self.routes.get(&function)
    }
}

/// What an interpretation asked of other files, whether anything was known or not.
#[derive(Debug, Default)]
pub struct Read(FxHashSet<(FileId, Item)>);

/// What one interpretation may ask of other files.
pub(super) struct Reading<'k> {
    known: &'k Known,
    read: RefCell<Read>,
}

impl<'k> Reading<'k> {
    pub(super) fn new(known: &'k Known) -> Reading<'k> {
        Reading { known, read: RefCell::default() }
    }

    fn of(&self, file: FileId, item: Item) -> Option<&'k Exports> {
        self.read.borrow_mut().0.insert((file, item));
        self.known.of(file)
    }

    pub(super) fn summary(&self, function: FnRef) -> Option<&'k Arc<Summary>> {
        self.of(function.file, Item::Summary(function.id))?.summary(function.id)
    }

    /// Whether a function remembers its results.
    pub(super) fn is_memoized(&self, function: FnRef) -> bool {
        let exports = self.of(function.file, Item::Memoized(function.id));
        exports.is_some_and(|exports| exports.memoized.get(function.id.index()) == Some(&true))
    }

    /// Whether each row remembers what a method gave for it.
    pub(super) fn is_kept_per_row(&self, function: FnRef) -> bool {
        let exports = self.of(function.file, Item::KeptPerRow(function.id));
        exports.is_some_and(|exports| exports.kept_per_row.get(function.id.index()) == Some(&true))
    }

    pub(super) fn global(&self, file: FileId, var: VarId) -> Option<&'k Value> {
        self.of(file, Item::Global(var))?.globals.get(&var)
    }

    pub(super) fn serializer(&self, class: ClassRef) -> Option<&'k Arc<Summary>> {
        self.of(class.file, Item::Serializer(class.id))?.serializers.get(&class.id)
    }

    /// An attribute of the instances of a class; the name is one of the class's file.
    pub(super) fn field(&self, class: ClassRef, name: Sym) -> Option<&'k Value> {
        self.of(class.file, Item::Field(class, name))?.fields.get(&(class, name))
    }

    /// Everything that is known, for templates: nothing that reads them is left to be interpreted.
    pub(super) fn known(&self) -> &'k Known {
        self.known
    }

    pub(super) fn into_read(self) -> Read {
        self.read.into_inner()
    }
}
