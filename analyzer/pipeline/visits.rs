//! Interprets all files, callees before callers.
//!
//! Knows the order of files and when the facts of one are settled. Does not know values.
//! Invariant: a file is interpreted again only if something that it read has changed since; with the same answers it would
//! give the same facts. So the facts do not depend on scheduling.

use super::aside::runs_in_browsers;
use super::{LoweredFile, Options, file_of, guarded, is_quiet_test};
use crate::findings::report::Problem;
use crate::flow::exports::{Known, Read};
use crate::flow::facts::FileFacts;
use crate::flow::order::{Order, dependencies};
use crate::flow::{self, Interpreted};
use crate::project::Project;
use crate::source::FileId;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Facts of all files, by `FileId`.
pub(super) fn interpret(
    files: &[LoweredFile],
    project: &Project,
    options: &Options,
    problems: &mut Vec<Problem>,
) -> Vec<FileFacts> {
    let uses: Vec<Vec<usize>> = project.units.par_iter().map(|unit| dependencies(project, unit)).collect();
    let order = Order::of(project, &uses);
    let mut visits = Visits::new(files, project, options, &order);
    for level in &order.levels {
        let stale: Vec<FileId> = level.iter().copied().filter(|&file| visits.is_stale(file)).collect();
        visits.visit(&stale);
    }
    visits.forget_earlier();
    // Handlers learn of the routes that other files declare for them.
    let mut routed = BTreeSet::new();
    for file in &mut visits.facts {
        for (handler, route) in std::mem::take(&mut file.abroad.routes) {
            routed.insert(handler.file);
            visits.known.route(handler, route);
        }
    }
    visits.visit(&routed.into_iter().collect::<Vec<_>>());
    for level in &order.templates {
        let rendered: Vec<FileId> = level.iter().copied().filter(|&file| visits.known.is_rendered(file)).collect();
        visits.visit(&rendered);
    }
    let failed = visits.failed.into_iter();
    problems.extend(failed.map(|(file, reason)| Problem { path: file_of(files, file).path.clone(), reason }));
    flow::settle(project, &mut visits.facts);
    visits.facts
}

struct Visits<'a> {
    files: &'a [LoweredFile],
    project: &'a Project<'a>,
    options: &'a Options,
    known: Known,
    facts: Vec<FileFacts>,
    failed: BTreeMap<FileId, String>,
    /// The number of rounds so far.
    round: usize,
    /// By `FileId`: the file stands twice in the order.
    in_cycle: Vec<bool>,
    /// By `FileId`, of files in a cycle: the round of the last visit, and what it asked of other files.
    last: Vec<Option<(usize, Read)>>,
}

impl<'a> Visits<'a> {
    fn new(files: &'a [LoweredFile], project: &'a Project<'a>, options: &'a Options, order: &Order) -> Visits<'a> {
        let mut visits = vec![0_u8; files.len()];
        order.levels.iter().flatten().for_each(|file| visits[file.0 as usize] += 1);
        Visits {
            files,
            project,
            options,
            known: Known::nothing(files.len()),
            facts: files.iter().map(|file| FileFacts::silent(&file.module)).collect(),
            failed: BTreeMap::new(),
            round: 0,
            in_cycle: visits.into_iter().map(|times| times > 1).collect(),
            last: files.iter().map(|_| None).collect(),
        }
    }

    /// Whether a visit would give anything else than the last one did.
    fn is_stale(&self, file: FileId) -> bool {
        self.last[file.0 as usize].as_ref().is_none_or(|(round, read)| self.known.has_changed(read, *round))
    }

    /// Of other files, only what their text says is reported.
    fn is_followed(&self, file: &LoweredFile) -> bool {
        !is_quiet_test(&file.path, self.options) && !runs_in_browsers(file.language(), &file.bytes)
    }

    /// Drops what only `is_stale` asks for.
    fn forget_earlier(&mut self) {
        self.last.iter_mut().for_each(|last| *last = None);
        self.known.forget_earlier();
    }

    /// Interprets files that do not wait for each other, then makes what was learnt known.
    fn visit(&mut self, files: &[FileId]) {
        self.round += 1;
        let outcomes: Vec<_> = files
            .par_iter()
            .filter(|&&id| self.is_followed(file_of(self.files, id)))
            .map(|&id| (id, guarded(|| flow::interpret(self.project, &self.known, id))))
            .collect();
        for (id, outcome) in outcomes {
            let at = id.0 as usize;
            match outcome {
                Ok(Interpreted { facts, exports, read }) => {
                    self.facts[at] = facts;
                    self.last[at] = self.in_cycle[at].then_some((self.round, read));
                    self.known.learn(id, self.round, exports);
                }
                Err(reason) => {
                    self.failed.insert(id, reason);
                }
            }
        }
    }
}
