//! Parameters of which their name alone says what they are: that of an entity of the program.
//!
//! ```python
//! def remind(order):
//!     for line in order.lines.all():
//!         print(line.product.name)           # nobody seen calls `remind` with an order
//! ```
//! Knows loops over what a parameter leads to. Does not know who calls.
//! Invariant: the first step from the parameter is a relation of the entity; else the name says nothing.
//! Invariant: a parameter for which a caller gives something that is known is that caller's to answer for.
//! Known miss: what is read in loops of callees in other files.

use crate::flow::calls::summary::{ParamRead, Summary};
use crate::flow::facts::{FileFacts, Hop, Passed, RoundTrip};
use crate::flow::value::{ClassRef, EntityRef, Evidence, FnRef, Query, Value};
use crate::flow::{Frame, Interp, SummaryState};
use crate::ir::{ExprId, FnId, Param};
use crate::source::{Family, FileId, classify};
use rustc_hash::{FxHashMap, FxHashSet};

/// A round trip that happens if the parameter is what its name says.
#[derive(Clone, Debug)]
pub struct Presumed {
    pub of: FnRef,
    pub param: u16,
    pub trip: RoundTrip,
}

impl Interp<'_, '_> {
    /// What functions of the file repeat for parameters that are named after entities.
    pub(in crate::flow) fn presume_parameters(&mut self) {
        if self.unit.family() != Family::Python || classify::is_test_path(&self.unit.path) {
            return;
        }
        let module = &self.unit.module;
        for at in 1..module.functions.len() {
            let SummaryState::Done(summary) = &self.summaries[at] else { continue };
            if !summary.reads.iter().any(|read| !read.loops.is_empty()) {
                continue;
            }
            let summary = summary.clone();
            let id = FnId(at as u32);
            for (at, param) in module.function(id).params.iter().enumerate() {
                self.presume(id, at as u16, param, &summary);
            }
        }
    }

    fn presume(&mut self, id: FnId, at: u16, param: &Param, summary: &Summary) {
        let repeated: Vec<&ParamRead> =
            summary.reads.iter().filter(|read| read.param == at && !read.loops.is_empty()).collect();
        if repeated.is_empty() || param.ty.is_some() {
            return;
        }
        let module = &self.unit.module;
        let name = module.text(module.var(param.var).name);
        let Some(class) = self.project.entity_of_variable(self.unit, name) else { return };
        // `order["lines"]`: a mapping, however it is called.
        let is_entry =
            |read: &ParamRead| read.function.file == self.unit.file && self.unit.snippet(read.span).ends_with(']');
        if summary.reads.iter().any(|read| read.param == at && read.path.len() == 1 && is_entry(read)) {
            return;
        }
        let relations = &self.project.class(class).relations;
        let leads: Vec<&ParamRead> = repeated
            .into_iter()
            .filter(|read| {
                let is_own_file = read.function.file == self.unit.file;
                is_own_file && read.path.first().is_some_and(|step| relations.contains_key(&**step))
            })
            .collect();
        if leads.is_empty() {
            return;
        }
        let value = self.named_instance(class, at);
        let of = FnRef { file: self.unit.file, id };
        let hop = Hop { file: self.unit.file, span: module.function(id).head, name: module.qualified_name(id) };
        // What follows is found for these parameters alone.
        let known = std::mem::take(&mut self.facts.round_trips);
        let seen = std::mem::take(&mut self.seen);
        self.frames.push(Frame::of(id));
        for read in leads {
            self.read_through_call(&value, read, &hop, ExprId(0));
        }
        self.frames.pop();
        let found = std::mem::replace(&mut self.facts.round_trips, known);
        self.seen = seen;
        let repeated = found.into_iter().filter(|trip| !trip.loops.is_empty());
        self.facts.presumed.extend(repeated.map(|trip| Presumed { of, param: at, trip }));
    }

    fn named_instance(&self, class: ClassRef, param: u16) -> Value {
        let query = Query { of_param: Some((param, "".into())), ..Query::default() };
        self.instance(EntityRef::Class(class), query, Evidence::Conventional)
    }

    /// A call gives something for a parameter that the callee loops over.
    pub(in crate::flow) fn note_given(&mut self, callee: FnRef, read: &ParamRead, value: &Value) {
        if read.loops.is_empty() || self.unit.family() != Family::Python || classify::is_test_path(&self.unit.path) {
            return;
        }
        let own = FnRef { file: self.unit.file, id: self.function() };
        let from = match value {
            Value::Unknown | Value::Data(_) => return,
            Value::Place(place) if place.path.is_empty() => Some((own, place.param)),
            Value::Place(_) => return,
            _ => None,
        };
        let passed = Passed { callee, param: read.param, from };
        if self.facts.given.last() != Some(&passed) {
            self.facts.given.push(passed);
        }
    }
}

/// Takes what is presumed of parameters for true, where no caller says otherwise.
pub(in crate::flow) fn settle(facts: &mut [FileFacts]) {
    if facts.iter().all(|file| file.presumed.is_empty()) {
        return;
    }
    let answered = answered(facts);
    for (at, file) in facts.iter_mut().enumerate() {
        for Presumed { of, param, trip } in std::mem::take(&mut file.presumed) {
            debug_assert_eq!(of.file, FileId(at as u32), "presumed of a function of the file");
            let is_known = || file.round_trips.iter().any(|known| known.span == trip.span && known.what == trip.what);
            if !answered.contains(&(of, param)) && !is_known() {
                file.round_trips.push(trip);
            }
        }
    }
}

/// Parameters that some caller fills with something known, through any number of functions that hand it on.
fn answered(facts: &[FileFacts]) -> FxHashSet<(FnRef, u16)> {
    let mut handed: FxHashMap<(FnRef, u16), Vec<(FnRef, u16)>> = FxHashMap::default();
    let mut next = Vec::new();
    for given in facts.iter().flat_map(|file| &file.given) {
        match given.from {
            Some(own) => handed.entry(own).or_default().push((given.callee, given.param)),
            None => next.push((given.callee, given.param)),
        }
    }
    let mut reached = FxHashSet::default();
    while let Some(at) = next.pop() {
        if reached.insert(at) {
            next.extend(handed.get(&at).into_iter().flatten());
        }
    }
    reached
}
