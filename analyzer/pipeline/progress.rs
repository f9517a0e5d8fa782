//! How far a run is: counters that any thread writes and whoever draws them reads.
//!
//! Knows numbers. Does not know the terminal.
//! Invariant: nothing waits for a counter, and nothing is decided by one.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// How far a run is; written by the stages, read by whoever draws it.
#[derive(Debug, Default)]
pub struct Progress {
    stage: AtomicU8,
    done: AtomicUsize,
    total: AtomicUsize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    Discovering,
    /// Reading, parsing, lowering: the counted part.
    Reading,
    Reasoning,
}

impl Progress {
    pub fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Relaxed) {
            0 => Stage::Discovering,
            1 => Stage::Reading,
            _ => Stage::Reasoning,
        }
    }

    /// Files done and files in all.
    pub fn files(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    pub fn enter(&self, stage: Stage) {
        let number = match stage {
            Stage::Discovering => 0,
            Stage::Reading => 1,
            Stage::Reasoning => 2,
        };
        self.stage.store(number, Ordering::Relaxed);
    }

    /// There are so many files in all.
    pub fn expect(&self, files: usize) {
        self.total.store(files, Ordering::Relaxed);
    }

    /// So many more files are done.
    pub fn advance(&self, files: usize) {
        self.done.fetch_add(files, Ordering::Relaxed);
    }
}
