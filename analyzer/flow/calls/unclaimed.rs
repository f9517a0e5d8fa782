//! Closures, and queries that nobody has sent, that are given to a call of which nothing is known.
//!
//! ```ts
//! for (const user of users) posts.push(await traced(() => db.post.findFirst({ where: { userId: user.id } })));
//! ```
//! Knows whether such a call has the closure run before it is over. Does not know libraries.
//! Invariant: what may run later, or for nobody, runs without the loops around the call; what surely runs later counts for
//! no caller of the function around it.
//! Known false alarm: a wrapper that answers most calls from memory, and whose name does not say so.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::calls::given::remembers;
use crate::flow::store::effects::CLOSURE;
use crate::flow::value::Value;
use crate::ir::{ExprId, ExprKind, FnId};
use crate::models::schema::{Callback, CallbackWhen};

impl Interp<'_, '_> {
    /// Closures that no model claims still run sometime: their bodies are walked without the loops around, unless the
    /// call waits for them.
    pub(in crate::flow) fn follow_unclaimed(&mut self, call: ExprId, callee: ExprId, args: &Args) {
        let comes_later = self.has_it_run_later(call, callee);
        for (value, arg) in args {
            match (value, &self.unit.module.expr(arg.value).kind) {
                (Value::Function(function, None), ExprKind::Closure(id))
                    if function.file == self.unit.file && self.waits_for(call, callee, *id) =>
                {
                    let id = *id;
                    if !self.is_claimed(id) {
                        self.follow_closure(id, &[]);
                    }
                }
                _ if comes_later => self.apart(|interp| interp.follow_value(value, 0)),
                _ => self.follow_value(value, 0),
            }
        }
    }

    /// `await safely(db.insert(orders).values(row))`: whoever is given what is sent when somebody awaits it, and is awaited
    /// itself, has it sent.
    pub(in crate::flow) fn send_given(&mut self, call: ExprId, args: &Args) {
        if self.awaiting != Some(call) {
            return;
        }
        // What a function of the project does with it is known by its body.
        if self.facts.calls.get(&call).is_some_and(|target| target.model.is_some() || target.function.is_some()) {
            return;
        }
        for (value, arg) in args {
            let Value::Object(object) = value else { continue };
            if object.pending.is_some() || self.is_awaitable(object) {
                self.awaited(value.clone(), arg.value);
            }
        }
    }

    /// `setTimeout(() => …)`, `events.Register(func() { … })`: what calls the function around has nothing to wait for.
    fn has_it_run_later(&self, call: ExprId, callee: ExprId) -> bool {
        let model = self.facts.calls.get(&call).and_then(|target| target.model);
        let says_later = |callback: &Callback| callback.when == CallbackWhen::Later;
        model.is_some_and(|model| self.models.call(model).callback.iter().any(says_later))
            || self.receiver_name(callee).is_some_and(registers)
    }

    /// Walks what runs at another time: its round trips are none of the function around it.
    pub(in crate::flow) fn apart<T>(&mut self, walk: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.frame().summary.trips.len();
        let given = walk(self);
        self.frame().summary.trips.truncate(before);
        given
    }

    /// Whether a call of something unknown is over only when the closure is: it is awaited, `await traced(() => …)`, or the
    /// closure's failure is its own, `err := backoff.Retry(func() error { … }, policy)`.
    fn waits_for(&self, call: ExprId, callee: ExprId, closure: FnId) -> bool {
        let known = self.facts.calls.get(&call);
        if known.is_some_and(|target| target.model.is_some() || target.function.is_some()) {
            return false;
        }
        if self.receiver_name(callee).is_some_and(remembers) || self.is_called_on_memory(callee) {
            return false;
        }
        if self.awaiting == Some(call) {
            return true;
        }
        let unit = self.unit;
        let function = unit.module.function(closure);
        // A handler that is registered takes what its framework gives it: `app.Get("/", func(c *fiber.Ctx) error { … })`.
        let takes_nothing = || {
            let path = |ty| unit.path_of_type(ty).0;
            function
                .params
                .iter()
                .all(|param| param.ty.and_then(path).is_some_and(|path| self.models.kinds_of_type(&path).is_empty()))
        };
        let fails = || {
            let last = function.returns.last().and_then(|&ty| unit.path_of_type(ty).0);
            last.is_some_and(|path| path == "error")
        };
        unit.returns_errors() && function.params.len() <= 1 && takes_nothing() && fails()
    }

    /// `cache.wrap(key, load)`, `group.once.Do(load)`.
    fn is_called_on_memory(&self, callee: ExprId) -> bool {
        let ExprKind::Member { base, .. } = self.unit.module.expr(callee).kind else { return false };
        self.receiver_name(base).is_some_and(remembers)
    }

    pub(in crate::flow) fn follow_value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Function(function, _) if function.file == self.unit.file => self.walk_unclaimed(function.id),
            Value::Record(record) if depth < 3 => {
                for (_, value) in &record.entries {
                    self.follow_value(value, depth + 1);
                }
            }
            Value::List(list) if depth < 3 => self.follow_value(&list.element, depth + 1),
            _ => {}
        }
    }

    pub(in crate::flow) fn walk_unclaimed(&mut self, id: FnId) {
        if self.is_claimed(id) {
            return;
        }
        let loops = std::mem::take(&mut self.frame().loops);
        self.follow_closure(id, &[]);
        self.frame().loops = loops;
    }

    /// A summary or a model's callback has followed it.
    fn is_claimed(&self, id: FnId) -> bool {
        self.is_summarised(id) || self.seen.contains_key(&(self.unit.module.function(id).span, CLOSURE))
    }
}

/// Names of functions that keep what they are given for an event or a time.
fn registers(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_event = name.strip_prefix("on").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_uppercase));
    is_event
        || [
            "register",
            "subscribe",
            "addlistener",
            "addeventlistener",
            "schedule",
            "afterfunc",
            "handlefunc",
            "addfunc",
        ]
        .iter()
        .any(|word| lower.starts_with(word))
}
