//! What two states of one project share: a file that did not change is parsed and lowered once.
//!
//! Knows files by their bytes and the language of their name, never by their path. Does not know revisions.
//! Invariant: what is kept is what lowering the same bytes again would give.

use crate::ir::Module;
use crate::source::Language;
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The language of a file's name, and its bytes.
type Content = (Language, Arc<[u8]>);

/// The language that a file turned out to be written in, and the file as a program.
type Lowering = (Language, Arc<Module>);

/// Lowered files by content. A clone is the same store.
#[derive(Clone, Debug, Default)]
pub struct Lowerings(Arc<Mutex<FxHashMap<Content, Lowering>>>);

impl Lowerings {
    pub(super) fn get(&self, language: Language, bytes: &Arc<[u8]>) -> Option<Lowering> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(language, Arc::clone(bytes))).cloned()
    }

    pub(super) fn keep(&self, language: Language, bytes: Arc<[u8]>, lowering: Lowering) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((language, bytes), lowering);
    }
}
