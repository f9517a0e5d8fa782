//! Work that is put off: closures without parameters, of which a loop makes one per element, and that run together later.
//!
//! ```ts
//! const tasks = ids.map((id) => async () => { await db.user.findFirst({ where: { id } }); });
//! await limitConcurrency(tasks, 5);
//! ```
//! Knows the loops in which a closure was made, and the two places that show that all of them run: an awaited call of
//! something unknown that is given their list, and a call of one in another loop. Does not know libraries.
//! Invariant: what is made in a loop and run in no loop runs without it.
//! Known false alarm: a function that is given the list, and runs some of it only.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::facts::LoopId;
use crate::flow::value::{FnRef, Value};
use crate::ir::{ExprId, FnId};
use std::sync::Arc;

impl Interp<'_, '_> {
    /// A closure is evaluated: the loops around are those that make one per element.
    pub(in crate::flow) fn note_made(&mut self, closure: FnId) {
        if !self.current().loops.is_empty() && self.unit.module.function(closure).params.is_empty() {
            let loops = self.loops();
            self.made.insert(closure, loops);
        }
    }

    /// `await limitConcurrency(tasks, 5)`, `await Promise.all(tasks.map((task) => limit(task)))`.
    pub(in crate::flow) fn run_tasks(&mut self, call: ExprId, args: &Args) {
        if self.made.is_empty() || self.awaiting != Some(call) {
            return;
        }
        if self.facts.calls.get(&call).is_some_and(|target| target.model.is_some()) {
            return;
        }
        for (value, _) in args {
            let Value::List(list) = value else { continue };
            let Value::Function(task, None) = list.element else { continue };
            if let Some(loops) = self.made_in(task) {
                self.run_task(task.id, &loops, &[]);
            }
        }
    }

    /// The loops that made a closure, where it is called in another loop: `for (const task of tasks) await task()`.
    pub(in crate::flow) fn made_elsewhere(&self, task: FnRef) -> Option<Arc<[LoopId]>> {
        let here = &self.current().loops;
        self.made_in(task).filter(|loops| !here.is_empty() && !here.starts_with(loops))
    }

    fn made_in(&self, task: FnRef) -> Option<Arc<[LoopId]>> {
        if task.file != self.unit.file || self.is_summarised(task.id) {
            return None;
        }
        self.made.get(&task.id).cloned()
    }

    /// Walks the closure as the loops run it that made it.
    pub(in crate::flow) fn run_task(&mut self, task: FnId, loops: &[LoopId], values: &[Value]) -> Value {
        let around = std::mem::replace(&mut self.frame().loops, loops.to_vec());
        let leaving = std::mem::take(&mut self.frame().leaving);
        let result = self.follow_closure(task, values);
        self.frame().loops = around;
        self.frame().leaving = leaving;
        result
    }
}
