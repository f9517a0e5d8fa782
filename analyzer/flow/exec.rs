//! Statements: blocks, branches, loops, handlers, assignments.
//!
//! Knows control flow. Does not know libraries: what a call does is asked of `call`.
//! Invariant: after a branch the environment is the join of the ways that fall through.

use crate::flow::Interp;
use crate::flow::loops;
use crate::flow::value::{List, Origin, Record, Shape, Size, Value};
use crate::ir::{
    BinaryOp, Block, Case, ExprId, ExprKind, Loop, LoopKind, Stmt, StmtId, StmtKind, Try, TypeKind, VarId, VarKind,
};
use crate::source::Span;
use std::sync::Arc;

/// How a statement or block ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flow {
    Falls,
    /// Leaves the innermost loop or the function.
    Leaves,
    /// Goes on with the next round.
    Continues,
}

impl Flow {
    fn or(self, other: Flow) -> Flow {
        if self == Flow::Falls || other == Flow::Falls { Flow::Falls } else { self }
    }
}

impl Interp<'_, '_> {
    pub(super) fn exec_block(&mut self, block: &Block) -> Flow {
        let leaves = self.ends_by_leaving(block);
        self.frame().leaving.push(leaves);
        let mut flow = Flow::Falls;
        for &stmt in block {
            flow = self.exec(stmt);
            if flow != Flow::Falls {
                break;
            }
        }
        self.frame().leaving.pop();
        flow
    }

    /// The last statement leaves the loop without a condition.
    fn ends_by_leaving(&self, block: &Block) -> bool {
        block.last().is_some_and(|&last| match &self.unit.module.stmt(last).kind {
            StmtKind::Return(_) | StmtKind::Raise(_) | StmtKind::Break => true,
            StmtKind::Block(inner) => self.ends_by_leaving(inner),
            StmtKind::Branch { then, orelse, .. } => {
                !orelse.is_empty() && self.ends_by_leaving(then) && self.ends_by_leaving(orelse)
            }
            StmtKind::Try(t) => {
                self.ends_by_leaving(&t.body) && t.handlers.iter().all(|h| self.ends_by_leaving(&h.body))
            }
            _ => false,
        })
    }

    fn exec(&mut self, id: StmtId) -> Flow {
        // The module is shared and outlives the interpreter, so statements are read without cloning.
        let unit = self.unit;
        let Stmt { kind, span } = unit.module.stmt(id);
        match kind {
            StmtKind::Expr(e) => {
                let value = self.eval(*e);
                if unit.is_template {
                    self.printed(&value, *e);
                }
                self.note_yield(*e, value);
            }
            StmtKind::Assign { target, ty, op, value } => self.exec_assign(*target, *ty, *op, *value),
            StmtKind::Return(value) => {
                let result = value.map_or(Value::Null, |value| self.eval_returned(value));
                let span = value.map_or(*span, |value| self.span(value));
                self.returned(result, span, *value);
                return Flow::Leaves;
            }
            StmtKind::Raise(value) => {
                if let Some(value) = value {
                    self.eval(*value);
                }
                return Flow::Leaves;
            }
            StmtKind::Break => return Flow::Leaves,
            StmtKind::Continue => return Flow::Continues,
            StmtKind::Delete(value) => {
                self.eval(*value);
            }
            StmtKind::Branch { test, then, orelse } => return self.exec_branch(*test, then, orelse),
            StmtKind::Switch { subject, cases, .. } => return self.exec_switch(*subject, cases),
            StmtKind::Loop(l) => self.exec_loop(l, *span),
            StmtKind::Try(t) => return self.exec_try(t),
            StmtKind::With { items, body, .. } => {
                for item in items {
                    let value = self.eval(item.context);
                    let value = self.entered(value);
                    if let Some(target) = item.target {
                        self.assign(target, value);
                    }
                }
                return self.exec_block(body);
            }
            StmtKind::Defer(value) => {
                self.eval(*value);
            }
            StmtKind::Spawn(value) => {
                self.eval(*value);
            }
            StmtKind::Define(function) => self.define(*function),
            StmtKind::DefineClass(class) => self.define_class(*class),
            StmtKind::Block(block) => return self.exec_block(block),
        }
        Flow::Falls
    }

    /// `yield x` in a comprehension or generator gives an element.
    fn note_yield(&mut self, expr: ExprId, value: Value) {
        if let ExprKind::Yield(_) = self.unit.module.expr(expr).kind
            && let Some(slot) = self.frame().yielded.last_mut()
        {
            *slot = Some(match slot.take() {
                Some(before) => before.join(value),
                None => value,
            });
        }
    }

    fn exec_branch(&mut self, test: ExprId, then: &Block, orelse: &Block) -> Flow {
        self.eval(test);
        self.branches += 1;
        let mark = self.log.len();
        let checked = self.current().checked.len();
        self.refine(test, true);
        let flushes = self.flushes_when_full(test) || self.picks_one_element(test);
        if flushes {
            self.frame().leaving.push(true);
        }
        let then_flow = self.where_left_out(self.left_out(test, true, 0), |interp| interp.exec_block(then));
        if flushes {
            self.frame().leaving.pop();
        }
        let after_then = self.roll_back(mark, then_flow == Flow::Falls);
        let checked_then = self.frame().checked.split_off(checked);
        let limited = self.limited_on_demand(test, after_then.as_deref().unwrap_or_default());
        self.refine(test, false);
        let else_flow = self.where_left_out(self.left_out(test, false, 0), |interp| interp.exec_block(orelse));
        self.merge(mark, after_then, else_flow == Flow::Falls);
        // What was checked on the only way that goes on stays so behind it.
        if then_flow == Flow::Falls || else_flow != Flow::Falls {
            self.frame().checked.truncate(checked);
        }
        if then_flow == Flow::Falls && else_flow != Flow::Falls {
            self.frame().checked.extend(checked_then);
        }
        self.keep_limits(limited, test);
        self.close_branch();
        then_flow.or(else_flow)
    }

    /// `if field == "customer":` over the elements themselves: what runs below is for that one.
    fn picks_one_element(&self, test: ExprId) -> bool {
        let module = &self.unit.module;
        match &module.expr(test).kind {
            ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::Is, left, right } => {
                let is_fixed = |id: ExprId| match &module.expr(id).kind {
                    ExprKind::Lit(_) => true,
                    // An enumeration's member, a named constant.
                    ExprKind::Member { name, .. } => module.text(*name).starts_with(|c: char| c.is_ascii_uppercase()),
                    ExprKind::Var(var) => module.var(*var).is_const || module.var(*var).owner == crate::ir::MODULE_FN,
                    ExprKind::Name(name) => module.text(*name).starts_with(|c: char| c.is_ascii_uppercase()),
                    _ => false,
                };
                (self.is_loop_element(*left) && is_fixed(*right)) || (self.is_loop_element(*right) && is_fixed(*left))
            }
            ExprKind::Binary { op: BinaryOp::And, left, right } => {
                self.picks_one_element(*left) || self.picks_one_element(*right)
            }
            ExprKind::Member { .. } => self.is_edge_of_loop(test),
            _ => false,
        }
    }

    /// The variable that takes each element of the innermost loop.
    pub(super) fn is_loop_element(&self, expr: ExprId) -> bool {
        let ExprKind::Var(var) = self.unit.module.expr(expr).kind else { return false };
        let Some(innermost) = self.current().loops.last() else { return false };
        let at = &self.facts.loops[innermost.0 as usize];
        let Some(element) = at.element else { return false };
        let own = self.unit.module.var(var).span;
        // The first of `for name, rows in groups.items()`.
        let is_key = || {
            let source = at.iterable.map(|iterable| self.unit.snippet(iterable)).unwrap_or_default();
            element.start == own.start && (source.ends_with(".items()") || source.starts_with("Object.entries("))
        };
        element == own || is_key()
    }

    /// `if len(batch) >= 500:`, `if i % 100 == 0`: what runs below is once per batch.
    fn flushes_when_full(&self, test: ExprId) -> bool {
        let module = &self.unit.module;
        let ExprKind::Binary { op, left, right } = &module.expr(test).kind else { return false };
        let text = |id: ExprId| self.unit.snippet(module.expr(id).span).into_owned();
        match op {
            BinaryOp::Ge | BinaryOp::Gt | BinaryOp::Eq => {
                let left_text = text(*left);
                let counts = left_text.starts_with("len(")
                    || left_text.rsplit('.').next() == Some("length")
                    || left_text.rsplit('.').next() == Some("size");
                let modulo = matches!(module.expr(*left).kind, ExprKind::Binary { op: BinaryOp::Mod, .. });
                let literal = matches!(
                    module.expr(*right).kind,
                    ExprKind::Lit(_) | ExprKind::Var(_) | ExprKind::Name(_) | ExprKind::Member { .. }
                );
                (counts && literal && text(*right) != "0") || modulo
            }
            _ => false,
        }
    }

    /// Undoes the writes since `mark`; gives what they had written, when that way falls through. Lists that grew stay grown.
    pub(super) fn roll_back(&mut self, mark: usize, falls: bool) -> Option<Vec<(VarId, Value)>> {
        let mut written: Vec<(VarId, Value)> = Vec::new();
        while self.log.len() > mark {
            let (var, old) = self.log.pop().expect("the log is longer than the mark");
            let new = std::mem::replace(&mut self.env[var.index()], old);
            if !written.iter().any(|(other, _)| *other == var) {
                written.push((var, new));
            }
        }
        if falls {
            return Some(written);
        }
        // `if (fits) { found.push(x); continue; }`: the rows of that round are in the list all the same.
        for (var, new) in written {
            if let (Value::List(new), Value::List(old)) = (new, &self.env[var.index()])
                && matches!(old.size, Size::Constant(_))
                && new.size != old.size
            {
                self.set(var, Value::List(new));
            }
        }
        None
    }

    /// Behind the outermost branch nothing is taken back any more.
    pub(super) fn close_branch(&mut self) {
        self.branches -= 1;
        if self.branches == 0 {
            self.log.clear();
        }
    }

    /// A join that knows which classes stand behind which: of an interface and what implements it, the interface is left.
    fn join_ways(&self, one: Value, other: Value) -> Value {
        if let (Value::Instance(a), Value::Instance(b)) = (&one, &other)
            && a != b
        {
            if self.project.implementations(*a).contains(b) {
                return one;
            }
            if self.project.implementations(*b).contains(a) {
                return other;
            }
        }
        one.join(other)
    }

    /// Joins the state of the way just walked with what an earlier way wrote.
    pub(super) fn merge(&mut self, mark: usize, other: Option<Vec<(VarId, Value)>>, falls: bool) {
        let Some(other) = other else { return };
        if falls {
            // Variables that only this way wrote keep a join with the value before.
            let mut here: Vec<(VarId, Value)> = Vec::new();
            for (var, old) in &self.log[mark..] {
                if !here.iter().any(|(seen, _)| seen == var) {
                    here.push((*var, old.clone()));
                }
            }
            for (var, old) in here {
                let theirs = other.iter().find(|(seen, _)| *seen == var).map_or(old, |(_, value)| value.clone());
                let mine = self.env[var.index()].clone();
                let joined = self.join_ways(theirs, mine);
                self.set(var, joined);
            }
            for (var, value) in other {
                if !self.log[mark..].iter().any(|(seen, _)| *seen == var) {
                    let mine = self.env[var.index()].clone();
                    let joined = self.join_ways(value, mine);
                    self.set(var, joined);
                }
            }
        } else {
            self.roll_back(mark, false);
            for (var, value) in other {
                self.set(var, value);
            }
        }
    }

    fn exec_switch(&mut self, subject: Option<ExprId>, cases: &[Case]) -> Flow {
        if let Some(subject) = subject {
            self.eval(subject);
        }
        self.branches += 1;
        let mark = self.log.len();
        let mut flow: Option<Flow> = None;
        let mut ways: Vec<Vec<(VarId, Value)>> = Vec::new();
        let mut has_default = false;
        for case in cases {
            has_default |= case.patterns.is_empty();
            for &pattern in &case.patterns {
                self.eval(pattern);
            }
            if let Some(subject) = subject
                && !case.patterns.is_empty()
                && case.patterns.iter().all(|&p| self.is_constant_pattern(p))
            {
                self.mark_listed(subject);
            }
            if subject.is_none()
                && let [only] = case.patterns.as_slice()
            {
                self.refine(*only, true);
            }
            if let Some(guard) = case.guard {
                self.eval(guard);
            }
            let picks = subject.is_some_and(|subject| self.is_loop_element(subject)) && !case.patterns.is_empty();
            if picks {
                self.frame().leaving.push(true);
            }
            let case_flow = self.exec_block(&case.body);
            if picks {
                self.frame().leaving.pop();
            }
            // A `break` of a switch case leaves the switch only; lowering keeps it as the case's last statement.
            let falls = case_flow == Flow::Falls || self.ends_with_break(&case.body);
            ways.extend(self.roll_back(mark, falls));
            let case_flow = if falls { Flow::Falls } else { case_flow };
            flow = Some(flow.map_or(case_flow, |before| before.or(case_flow)));
        }
        if !has_default {
            ways.push(Vec::new());
            flow = Some(Flow::Falls);
        }
        let mut ways = ways.into_iter();
        if let Some(first) = ways.next() {
            let mut written = first;
            for way in ways {
                for (var, value) in &mut written {
                    let theirs = way
                        .iter()
                        .find(|(seen, _)| seen == var)
                        .map_or_else(|| self.env[var.index()].clone(), |(_, value)| value.clone());
                    *value = self.join_ways(std::mem::take(value), theirs);
                }
                for (var, value) in way {
                    if !written.iter().any(|(seen, _)| *seen == var) {
                        let before = self.env[var.index()].clone();
                        written.push((var, value.join(before)));
                    }
                }
            }
            for (var, value) in written {
                self.set(var, value);
            }
        }
        self.close_branch();
        flow.unwrap_or(Flow::Falls)
    }

    fn ends_with_break(&self, block: &Block) -> bool {
        block.last().is_some_and(|&last| matches!(self.unit.module.stmt(last).kind, StmtKind::Break))
    }

    fn exec_try(&mut self, t: &Try) -> Flow {
        self.branches += 1;
        let mark = self.log.len();
        let body_flow = self.exec_block(&t.body);
        let else_flow = if body_flow == Flow::Falls { self.exec_block(&t.orelse) } else { body_flow };
        let mut flow = else_flow;
        let mut after = self.roll_back(mark, true).unwrap_or_default();
        // A handler may start anywhere in the body: it sees the joined writes.
        for handler in &t.handlers {
            for (var, value) in &after {
                let before = self.env[var.index()].clone();
                self.set(*var, before.join(value.clone()));
            }
            for &ty in &handler.types {
                self.eval(ty);
            }
            if let Some(var) = handler.var {
                self.set(var, Value::Error);
            }
            let misses = self.is_miss(&t.body, &handler.types);
            if misses {
                self.frame().leaving.push(true);
            }
            let handler_flow = self.exec_block(&handler.body);
            if misses {
                self.frame().leaving.pop();
            }
            flow = flow.or(handler_flow);
            if let Some(written) = self.roll_back(mark, handler_flow == Flow::Falls) {
                for (var, value) in written {
                    match after.iter_mut().find(|(seen, _)| *seen == var) {
                        Some((_, known)) => *known = std::mem::take(known).join(value),
                        None => after.push((var, value)),
                    }
                }
            }
        }
        for (var, value) in after {
            self.set(var, value);
        }
        self.close_branch();
        let last = self.exec_block(&t.finally);
        if last == Flow::Falls { flow } else { last }
    }

    fn exec_loop(&mut self, l: &Loop, span: Span) {
        self.branches += 1;
        self.exec_block(&l.init);
        let iterated = l.iter.map(|iter| {
            let value = self.eval(iter);
            self.iterated(value, iter)
        });
        let mut fact = loops::classify(self, l, span, iterated.as_ref());
        fact.searches = self.ends_early(l);
        let id = self.open_loop(fact);
        let mark = self.log.len();
        let checked = self.current().checked.len();
        if let Some(list) = &iterated {
            self.bind_element(l, list);
        }
        if let Some(test) = l.test {
            self.eval(test);
            self.refine(test, true);
        }
        let leaving = std::mem::take(&mut self.frame().leaving);
        let flow = self.exec_block(&l.body);
        self.exec_block(&l.step);
        self.frame().leaving = leaving;
        self.frame().checked.truncate(checked);
        self.close_loop(id);
        // The body may not run at all, and its writes meet the values before in the next round.
        let written = self.roll_back(mark, true).unwrap_or_default();
        for (var, value) in written {
            let before = self.env[var.index()].clone();
            let keeps_only_new = l.kind == LoopKind::DoWhile || l.kind == LoopKind::Forever;
            let joined = if keeps_only_new && flow == Flow::Falls { value } else { before.join(value) };
            self.set(var, joined);
        }
        if let Some(test) = l.test
            && l.kind == LoopKind::While
        {
            self.refine(test, false);
        }
        self.exec_block(&l.orelse);
        self.close_branch();
    }

    /// What the keys of a variable are that is declared to be a map.
    fn keys_of_map(&self, iter: ExprId) -> Option<Value> {
        let module = &self.unit.module;
        let ExprKind::Var(var) = module.expr(iter).kind else { return None };
        let TypeKind::Map(..) = module.ty(module.var(var).ty?).kind else { return None };
        Some(match &self.env[var.index()] {
            Value::Place(place) => Value::Data(Origin::Param(place.param)),
            Value::Data(origin) => Value::Data(*origin),
            Value::Record(record) if record.constant => Value::Data(Origin::Listed),
            _ => Value::Data(Origin::Unknown),
        })
    }

    fn bind_element(&mut self, l: &Loop, list: &List) {
        if let Some(key) = l.key {
            let value = if l.target.is_some() || matches!(list.size, Size::Constant(_)) {
                Value::Number
            } else {
                Value::Unknown
            };
            // `for name, value := range filters` over a map: its keys are what somebody put in.
            let value = l.iter.and_then(|iter| self.keys_of_map(iter)).unwrap_or(value);
            // Keys of a lookup table are constants; indexes are numbers.
            let value = if list.constant { Value::Data(Origin::Listed) } else { value };
            self.assign(key, value);
        }
        if let Some(target) = l.target {
            let element = if list.shape == Shape::Elements {
                list.element.clone()
            } else {
                Value::list(list.element.clone(), Size::Bounded)
            };
            self.assign(target, element);
        }
    }

    /// The value of a comprehension: a list of what its body yields.
    pub(super) fn comprehension(&mut self, body: StmtId, kind: crate::ir::SeqKind) -> Value {
        self.frame().yielded.push(None);
        self.exec(body);
        let element = self.frame().yielded.pop().flatten().unwrap_or_default();
        let unit = self.unit;
        let mut list = List::of(element);
        if let StmtKind::Loop(l) = &unit.module.stmt(body).kind
            && let Some(iter) = l.iter
        {
            // The rows behind `[dto(x) for x in rows]` are still all rows.
            let source = self.quietly(|interp| interp.eval(iter));
            if let Some((size, rows)) = self.size_and_rows(&source) {
                list.size = size;
                list.rows = rows;
            }
        }
        list.constant = list.element.is_constant();
        if kind == crate::ir::SeqKind::Map {
            let value = match &list.element {
                Value::Tuple(items) => items.last().cloned().unwrap_or_default(),
                _ => Value::Unknown,
            };
            return Value::Record(Arc::new(Record { rest: Some(value), ..Record::default() }));
        }
        Value::List(Arc::new(list))
    }

    /// A nested declaration; closures that nobody calls here are walked where they are declared.
    fn define(&mut self, function: crate::ir::FnId) {
        let decorators = &self.unit.module.function(function).decorators;
        for &decorator in decorators {
            self.eval(decorator);
        }
        self.apply_decorators(function);
        if self.current().function == crate::ir::MODULE_FN && self.is_summarised(function) {
            return;
        }
        self.walk_unclaimed(function);
    }

    fn define_class(&mut self, class: crate::ir::ClassId) {
        let unit = self.unit;
        let class = unit.module.class(class);
        for &decorator in &class.decorators {
            self.eval(decorator);
        }
        for field in &class.fields {
            for &decorator in &field.decorators {
                self.eval(decorator);
            }
            if let Some(value) = field.value {
                let value = self.eval(value);
                if let Some(var) = class.var.and_then(|var| unit.class_of_var(var)) {
                    let owner = crate::flow::value::ClassRef { file: unit.file, id: var };
                    self.fields.insert((owner, field.name), value);
                }
            }
        }
        for &method in &class.methods {
            for &decorator in &unit.module.function(method).decorators {
                self.eval(decorator);
            }
            self.apply_decorators(method);
        }
    }

    /// What an unknown assigned value is by the variable's declared type.
    pub(super) fn declared_value(&mut self, var: VarId) -> Value {
        match self.unit.module.var(var).ty {
            Some(ty) => self.value_of_type(self.unit, ty),
            None if self.unit.module.var(var).kind == VarKind::Caught => Value::Error,
            None => Value::Unknown,
        }
    }
}
