//! The abstract interpreter: walks each function once, carries values, writes facts down.
//!
//! ```text
//! here         statements, expressions, values and what is written down; the order of files
//! calls/       who is called with what, what a function does as a whole, what that means for its callers
//! store/       what a call sends to the store, what reading a row costs, text that runs there
//! frameworks/  what calls the project's functions, and what becomes of what they answer
//! ```
//!
//! Knows IR, project and models. Does not know rules.
//! Invariant: interpretation ends. Loops run once, recursion gives an unknown result, closures are entered at most
//! `MAX_INLINE` deep, and what is carried has bounded size.
//! Invariant: the facts of a file depend on the file, the project and the models, never on scheduling.

pub mod exports;
pub mod facts;
pub mod order;
pub mod value;

mod assign;
mod calls;
mod computed_types;
mod declared;
mod eval;
mod exec;
mod frameworks;
mod loops;
mod members;
mod narrow;
pub mod store;
mod text;
mod types;

use crate::ir::{ClassId, ExprId, ExprKind, FnId, MODULE_FN, StmtKind, Sym, VarId, VarKind};
use crate::models::lookup::Models;
use crate::project::{Project, Unit};
use crate::source::{Family, FileId, Span};
use calls::summary::Summary;
use exports::{Exports, Known, Read, Reading};
use facts::{FileFacts, LoopId};
use frameworks::templates::{Render, Rendering};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::HashMap;
use std::sync::Arc;
use value::{ClassRef, FnRef, Origin, Value};

/// Closures within closures that are followed inline; deeper ones are not entered.
const MAX_INLINE: usize = 12;
/// Walks of one closure from within others; further calls give an unknown result. A library of one function with 200
/// closures (flatpickr, jquery.tablesorter) has thousands of paths through them; the first walks show what there is.
const MAX_WALKS_INSIDE: u8 = 24;
/// Functions that wait for a callee's summary; a longer chain gives an unknown result.
const MAX_PENDING: usize = 48;

/// What interpreting a file gives.
pub struct Interpreted {
    pub facts: FileFacts,
    pub exports: Exports,
    /// What it asked of other files: with the same answers, it would give the same again.
    pub read: Read,
}

/// Interprets every function of one file, with what is known of the files that it uses.
pub fn interpret(project: &Project<'_>, known: &Known, file: FileId) -> Interpreted {
    let unit = project.unit(file);
    let mut interp = Interp::new(project, known, unit);
    interp.run();
    interp.finish()
}

/// Brings the facts of all files together, by `FileId`: what one says about another, and where functions run.
pub fn settle(project: &Project<'_>, facts: &mut [FileFacts]) {
    for file in 0..facts.len() {
        for (owner, trip) in std::mem::take(&mut facts[file].abroad.trips) {
            let owner = &mut facts[owner.0 as usize];
            // The loop is known by its number among its file's; a second visit of that file may have counted otherwise.
            let stands = trip
                .loops
                .iter()
                .all(|id| owner.loops.get(id.0 as usize).is_some_and(|at| at.span.contains(trip.span)));
            let is_known = owner.round_trips.iter().any(|known| known.span == trip.span && known.what == trip.what);
            if stands && !is_known {
                owner.round_trips.push(trip);
            }
        }
    }
    for file in 0..facts.len() {
        for (owner, rows, mut load) in std::mem::take(&mut facts[file].abroad.at_load) {
            let owner = &mut facts[owner.0 as usize];
            if owner.round_trips.iter().any(|known| known.span == load.span && known.what == load.what) {
                continue;
            }
            load.loops = Arc::new([LoopId(owner.loops.len() as u32)]);
            owner.loops.push(rows);
            owner.round_trips.push(load);
        }
    }
    calls::named_params::settle(facts);
    calls::handed::settle(facts);
    leave_parameters_to_callers(project, facts);
    frameworks::contexts::settle(project, facts);
    calls::callers::settle(project, facts);
}

/// Parameters for which callers answer with values of their own, through any number of functions that hand them on, and
/// that nobody hands on for whom no caller is known.
fn answered(facts: &[FileFacts]) -> FxHashSet<(FnRef, u16)> {
    let passed = || facts.iter().flat_map(|file| &file.passed);
    let mut handed: FxHashMap<(FnRef, u16), Vec<(FnRef, u16)>> = FxHashMap::default();
    for passed in passed() {
        if let Some(own) = passed.from {
            handed.entry(own).or_default().push((passed.callee, passed.param));
        }
    }
    let reached_from = |mut next: Vec<(FnRef, u16)>| {
        let mut reached = FxHashSet::default();
        while let Some(at) = next.pop() {
            if reached.insert(at) {
                next.extend(handed.get(&at).into_iter().flatten());
            }
        }
        reached
    };
    let filled: FxHashSet<(FnRef, u16)> = passed().map(|passed| (passed.callee, passed.param)).collect();
    let open = reached_from(handed.keys().copied().filter(|own| !filled.contains(own)).collect());
    let given = passed().filter(|passed| passed.from.is_none()).map(|passed| (passed.callee, passed.param));
    reached_from(given.collect()).into_iter().filter(|at| !open.contains(at)).collect()
}

/// A parameter in SQL text is reported where a value is passed; only one that nobody is seen to fill is reported where
/// it stands.
fn leave_parameters_to_callers(project: &Project<'_>, facts: &mut [FileFacts]) {
    let passed = answered(facts);
    for (unit, file) in project.units.iter().zip(facts) {
        // The callee reports the text, or those do who call this function.
        file.sinks.retain(|sink| !sink.hands_on);
        for sink in &mut file.sinks {
            let function = FnRef { file: unit.file, id: sink.function };
            let is_answered =
                |origin: Origin| matches!(origin, Origin::Param(param) if passed.contains(&(function, param)));
            if sink.text.holes().any(|hole| is_answered(hole.origin)) {
                let mut text = (*sink.text).clone();
                for part in &mut text.parts {
                    if let value::TextPart::Hole(hole) = part
                        && is_answered(hole.origin)
                    {
                        hole.origin = Origin::Listed;
                    }
                }
                sink.text = Arc::new(text);
            }
        }
        file.sinks.retain(|sink| !sink.text.holes().all(|hole| hole.origin.is_harmless()));
    }
}

/// A function under interpretation.
struct Frame {
    function: FnId,
    /// Loops around the current place, outermost first, those of callers of inlined closures included.
    loops: Vec<LoopId>,
    /// For each enclosing block inside the innermost loop: whether it ends by leaving the loop.
    leaving: Vec<bool>,
    returned: Option<Value>,
    /// Values yielded by comprehensions and generators under way, innermost last.
    yielded: Vec<Option<Value>>,
    /// Closures that are walked inline, outermost first.
    inlined: Vec<FnId>,
    /// Those of them whose arguments depend on the loops around the call.
    varying: Vec<FnId>,
    /// Loops around the innermost inlined closure: its `return` leaves none of them.
    loops_outside: usize,
    /// Arguments that are left out wherever the current place is reached, outermost condition first.
    left_out: Vec<facts::Given>,
    /// Attributes and calls that hold one of a set of values wherever the current place is reached.
    checked: Vec<Span>,
    /// Set once the rest of the block cannot be reached.
    summary: Summary,
}

impl Frame {
    fn of(function: FnId) -> Frame {
        Frame {
            function,
            loops: Vec::new(),
            leaving: Vec::new(),
            returned: None,
            yielded: Vec::new(),
            inlined: Vec::new(),
            varying: Vec::new(),
            loops_outside: 0,
            left_out: Vec::new(),
            checked: Vec::new(),
            summary: Summary::default(),
        }
    }
}

enum SummaryState {
    Missing,
    Running,
    Done(Arc<Summary>),
}

struct Interp<'a, 'm> {
    project: &'a Project<'m>,
    known: Reading<'a>,
    unit: &'a Unit,
    models: &'m Models,
    /// By `VarId`; every variable of the file is one function's own, so one vector serves all activations.
    env: Vec<Value>,
    /// Overwritten values since the outermost open branch.
    log: Vec<(VarId, Value)>,
    branches: usize,
    frames: Vec<Frame>,
    summaries: Vec<SummaryState>,
    /// Attributes of instances, as `__init__` or any method assigns them.
    fields: FxHashMap<(ClassRef, Sym), Value>,
    facts: FileFacts,
    /// Summaries of the file's serializers; `None` while one is made.
    serializers: FxHashMap<ClassId, Option<Arc<Summary>>>,
    /// Calls that are already among the facts.
    edges: FxHashSet<(FnId, FnRef)>,
    /// Facts already written, by place and sort.
    seen: HashMap<(Span, u8), usize>,
    /// Further trips that a call is already known to run, by where the query itself stands.
    beside: FxHashSet<(Span, FileId, Span)>,
    /// Rows that a function is already known to answer with.
    responded: FxHashSet<(FnId, FileId, Span)>,
    /// The operand of the `await` that is being evaluated.
    awaiting: Option<ExprId>,
    /// Templates that the file renders.
    renders: Vec<Arc<Render>>,
    /// What is known while a template is walked.
    rendering: Rendering,
    /// By `FnId`: whether a variable stands for it.
    declared: Vec<bool>,
    /// By `FnId`: the closures directly inside.
    closures: Vec<Vec<FnId>>,
    /// By `FnId`: how often a closure was walked from within another.
    walks_inside: Vec<u8>,
    /// The loops in which closures without parameters were made.
    made: FxHashMap<FnId, Arc<[LoopId]>>,
    /// Calls of project functions are followed (not in the first pass over the module's own body).
    follows_calls: bool,
}

impl<'a, 'm> Interp<'a, 'm> {
    fn new(project: &'a Project<'m>, known: &'a Known, unit: &'a Unit) -> Interp<'a, 'm> {
        let module = &unit.module;
        let mut facts = FileFacts::silent(module);
        for (at, function) in facts.functions.iter_mut().enumerate() {
            function.route = known.route_of(FnRef { file: unit.file, id: FnId(at as u32) }).cloned();
        }
        let mut interp = Interp {
            project,
            known: Reading::new(known),
            unit,
            models: project.models_of(unit.file),
            env: vec![Value::Unknown; module.vars.len()],
            log: Vec::new(),
            branches: 0,
            frames: Vec::new(),
            summaries: module.functions.iter().map(|_| SummaryState::Missing).collect(),
            fields: FxHashMap::default(),
            facts,
            serializers: FxHashMap::default(),
            edges: FxHashSet::default(),
            seen: HashMap::new(),
            beside: FxHashSet::default(),
            responded: FxHashSet::default(),
            awaiting: None,
            renders: Vec::new(),
            rendering: Rendering::default(),
            declared: vec![false; module.functions.len()],
            closures: vec![Vec::new(); module.functions.len()],
            walks_inside: vec![0; module.functions.len()],
            made: FxHashMap::default(),
            follows_calls: false,
        };
        for (at, function) in module.functions.iter().enumerate() {
            if let Some(parent) = function.parent {
                interp.closures[parent.index()].push(FnId(at as u32));
            }
        }
        for var in &module.vars {
            if let VarKind::Function(id) = var.kind {
                interp.declared[id.index()] = true;
            }
        }
        interp.declare_named_closures();
        for (at, var) in module.vars.iter().enumerate() {
            interp.env[at] = match var.kind {
                VarKind::Import(import) => {
                    let symbol = project.symbol_of_import(unit.file, import);
                    let declared = symbol.map_or(Value::Unknown, |symbol| interp.value_of_symbol(symbol));
                    match &unit.import_paths[import.index()] {
                        Some(path) if declared.is_unknown() => interp.value_of_path(path),
                        _ => declared,
                    }
                }
                VarKind::Function(id) => Value::Function(FnRef { file: unit.file, id }, None),
                VarKind::Class(id) => Value::Class(ClassRef { file: unit.file, id }),
                VarKind::Local | VarKind::Param | VarKind::Caught => Value::Unknown,
            };
        }
        interp
    }

    /// `const load = async (id) => …` at the top of a file is a function like a declared one.
    fn declare_named_closures(&mut self) {
        let module = &self.unit.module;
        if self.unit.family() != Family::TypeScript {
            return;
        }
        for &stmt in &module.function(MODULE_FN).body {
            if let StmtKind::Assign { target, op: None, value, .. } = module.stmt(stmt).kind
                && let (ExprKind::Var(var), ExprKind::Closure(id)) =
                    (&module.expr(target).kind, &module.expr(value).kind)
                && module.var(*var).writes.len() == 1
            {
                self.declared[id.index()] = true;
            }
        }
    }

    fn run(&mut self) {
        let module = &self.unit.module;
        if module.functions.is_empty() {
            return;
        }
        if self.unit.is_template {
            return self.render_all();
        }
        self.classify_functions();
        // The module's own body first, for the values of globals; then with calls followed, for its facts.
        self.interpret_function(MODULE_FN);
        // `const query = "SELECT" + columns` stands before `columns` as well.
        if self.unit.family() == Family::Go {
            self.interpret_function(MODULE_FN);
        }
        self.follows_calls = true;
        self.interpret_constructors();
        self.settle_globals();
        self.note_objects_of_pages();
        for at in 1..module.functions.len() {
            let id = FnId(at as u32);
            if self.is_summarised(id) {
                self.summary_of(id);
            }
        }
        self.reset_facts_of_module();
        self.interpret_function(MODULE_FN);
        self.summarise_serializers();
        self.list_views();
        self.serialize_views();
        self.note_administered();
        self.call_with_rows();
        self.render_pages();
        self.summarise_closures();
        self.presume_parameters();
        self.note_contexts();
    }

    /// The facts, and what other files may know.
    fn finish(mut self) -> Interpreted {
        let module = &self.unit.module;
        let own = |class: &ClassRef| class.file == self.unit.file;
        let globals = module
            .vars
            .iter()
            .enumerate()
            .filter(|(_, var)| var.owner == MODULE_FN && matches!(var.kind, VarKind::Local | VarKind::Param));
        let globals = globals
            .map(|(at, _)| (VarId(at as u32), self.env[at].clone()))
            .filter(|(_, value)| !value.is_unknown())
            .collect();
        let summaries = self.summaries.into_iter().map(|state| match state {
            SummaryState::Done(summary) => Some(summary),
            SummaryState::Missing | SummaryState::Running => None,
        });
        let mut renders = self.renders;
        renders.sort_by_key(|render| render.target);
        let exports = Exports {
            renders,
            summaries: summaries.collect(),
            memoized: self.facts.functions.iter().map(|facts| facts.memoized).collect(),
            kept_per_row: self.facts.functions.iter().map(|facts| facts.kept_per_row).collect(),
            globals,
            serializers: self.serializers.into_iter().filter_map(|(class, made)| Some((class, made?))).collect(),
            fields: self.fields.into_iter().filter(|((class, _), _)| own(class)).collect(),
        };
        for of_caller in &mut self.facts.loops {
            of_caller.rows.take_if(|rows| rows.of.is_some());
        }
        Interpreted { facts: self.facts, exports, read: self.known.into_read() }
    }

    /// Functions with a summary of their own: declared at the top or as methods. Closures are followed where they run.
    fn is_summarised(&self, id: FnId) -> bool {
        let function = self.unit.module.function(id);
        id != MODULE_FN
            && !self.unit.is_template
            && !function.is_abstract
            && (function.class.is_some() || function.parent == Some(MODULE_FN))
            && !self.is_closure(id)
    }

    /// A function that stands where a value stands.
    fn is_closure(&self, id: FnId) -> bool {
        let function = self.unit.module.function(id);
        // Go: the type of a method may stand in another file.
        function.class.is_none() && function.receiver_type.is_none() && !self.declared(id)
    }

    fn declared(&self, id: FnId) -> bool {
        self.declared[id.index()]
    }

    /// The second pass over the module's body sees more; its first facts are dropped.
    fn reset_facts_of_module(&mut self) {
        let own: Vec<bool> =
            (0..self.unit.module.functions.len()).map(|at| self.belongs_to_module(FnId(at as u32))).collect();
        self.facts.round_trips.retain(|trip| !own[trip.function.index()]);
        self.facts.beside.retain(|trip| !own[trip.function.index()]);
        self.facts.sinks.retain(|sink| !own[sink.function.index()]);
        self.facts.responses.retain(|response| !own[response.function.index()]);
        self.seen.clear();
        self.beside.clear();
        self.responded.clear();
    }

    /// The module's body and the closures in it, which are walked with it.
    fn belongs_to_module(&self, id: FnId) -> bool {
        let mut at = Some(id);
        while let Some(id) = at {
            if self.is_summarised(id) {
                return false;
            }
            at = self.unit.module.function(id).parent;
        }
        true
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("expressions are evaluated inside a function only")
    }

    fn current(&self) -> &Frame {
        self.frames.last().expect("expressions are evaluated inside a function only")
    }

    fn loops(&self) -> Arc<[LoopId]> {
        self.current().loops.as_slice().into()
    }

    fn span(&self, expr: ExprId) -> Span {
        self.unit.module.expr(expr).span
    }

    fn set(&mut self, var: VarId, value: Value) {
        let old = std::mem::replace(&mut self.env[var.index()], value);
        if self.branches > 0 {
            self.log.push((var, old));
        }
    }
}
