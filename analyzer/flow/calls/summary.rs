//! What a function does, in terms of its parameters, decided once and applied at every call.
//!
//! Knows facts and places. Invariant: a summary has bounded size; what does not fit makes it `incomplete`.

use crate::flow::Frame;
use crate::flow::Interp;
use crate::flow::MAX_PENDING;
use crate::flow::SummaryState;
use crate::flow::calls::given::ParamCall;
use crate::flow::calls::substitute::{Given, is_asked, substitute, with_statement};
use crate::flow::computed_types::opened;
use crate::flow::facts::{Hop, LoopId, RoundTrip, RoundTripKind, TextSink};
use crate::flow::value::{Asked, ClassRef, EntityRef, Evidence, FnRef, List, Object, Origin, Query, Value};
use crate::ir::{Arg, ExprId, ExprKind, FnId, MODULE_FN, ParamKind, Spread};
use crate::models::lookup::KindId;
use crate::project::classes::entity_of_type;
use crate::project::symbols::Symbol;
use crate::source::{Family, Span};
use std::sync::Arc;

/// Round trips, reads and sinks kept per function.
const MAX_EFFECTS: usize = 24;
/// The same of a serializer, which reads a field of each of many.
const MAX_EFFECTS_OF_FIELDS: usize = 160;
/// Calls from a loop to a query that are shown and followed.
pub(in crate::flow) const MAX_HOPS: usize = 12;

#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::flow) struct Summary {
    pub returns: Value,
    /// Round trips that every call makes, with loops of this function around them.
    pub trips: Vec<RoundTrip>,
    /// Attributes that are read from parameters.
    pub reads: Vec<ParamRead>,
    /// Text sinks whose holes are parameters.
    pub sinks: Vec<TextSink>,
    /// Parameters that are sent to the client: `writeJSON(w, code, value)`.
    pub responds: Vec<u16>,
    /// Parameters that it calls.
    pub calls: Vec<ParamCall>,
    /// Parameters whose rows it loops over, loading a relation of each.
    pub asks: Vec<u16>,
    /// Parameters that it has found harmless where it comes to its end: `check_name(name)` raises where it is not.
    pub checks: Vec<u16>,
    /// It waits for a service outside, through so many calls.
    pub outside: Option<u8>,
    pub incomplete: bool,
    /// It is what a class with many fields does, rather than one function.
    pub of_fields: bool,
}

/// `parameter.customer.name`, read somewhere in the function.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::flow) struct ParamRead {
    pub param: u16,
    pub path: Vec<Arc<str>>,
    pub span: Span,
    /// Loops of the function that reads, and that function.
    pub loops: Arc<[LoopId]>,
    pub function: FnRef,
    /// Calls between the parameter's function and the one that reads, outermost first.
    pub path_of_calls: Vec<Hop>,
    /// At a call: what is given for the parameter depends on the loop around the call.
    pub varies: bool,
}

impl Summary {
    /// What the fields of a class do together.
    pub(in crate::flow) fn of_fields() -> Summary {
        Summary { of_fields: true, ..Summary::default() }
    }

    fn max_effects(&self) -> usize {
        if self.of_fields { MAX_EFFECTS_OF_FIELDS } else { MAX_EFFECTS }
    }

    pub(in crate::flow) fn note_read(&mut self, read: ParamRead) {
        if self.reads.len() < self.max_effects() {
            if !self.reads.iter().any(|known| known.param == read.param && known.path == read.path) {
                self.reads.push(read);
            }
        } else {
            self.incomplete = true;
        }
    }

    pub(in crate::flow) fn note_trip(&mut self, trip: &RoundTrip) {
        // What the receiver or a parameter has loaded spares the one, and not the other.
        let is_settled_alike =
            |known: &RoundTrip| known.of_receiver == trip.of_receiver && known.of_param == trip.of_param;
        let same = |known: &RoundTrip| {
            known.effect == trip.effect && known.what == trip.what && known.span == trip.span && is_settled_alike(known)
        };
        if self.trips.iter().any(same) {
            return;
        }
        if self.trips.len() < self.max_effects() && trip.path.len() < MAX_HOPS {
            self.trips.push(trip.clone());
        } else {
            self.incomplete = true;
        }
    }

    pub(in crate::flow) fn note_sink(&mut self, sink: &TextSink) {
        if self.sinks.len() < MAX_EFFECTS {
            self.sinks.push(sink.clone());
        } else {
            self.incomplete = true;
        }
    }
}

impl Interp<'_, '_> {
    /// The summary of a function of this file or another, as far as it is known.
    pub(in crate::flow) fn summary_anywhere(&mut self, function: FnRef) -> Option<Arc<Summary>> {
        if function.file == self.unit.file {
            self.summary_of(function.id)
        } else {
            self.known.summary(function).cloned()
        }
    }

    /// The summary of a function of this file, interpreting it when nobody has; `None` in a recursion.
    pub(in crate::flow) fn summary_of(&mut self, id: FnId) -> Option<Arc<Summary>> {
        match &self.summaries[id.index()] {
            SummaryState::Done(summary) => return Some(summary.clone()),
            SummaryState::Running => return None,
            SummaryState::Missing => {}
        }
        if self.frames.len() > MAX_PENDING {
            return None;
        }
        self.summaries[id.index()] = SummaryState::Running;
        // The callee's writes are its own: open branches of the caller do not undo them.
        let branches = std::mem::take(&mut self.branches);
        let log = std::mem::take(&mut self.log);
        let summary = Arc::new(self.interpret_function(id));
        self.branches = branches;
        self.log = log;
        self.summaries[id.index()] = SummaryState::Done(summary.clone());
        Some(summary)
    }

    /// Walks a function's body with its parameters as places.
    pub(in crate::flow) fn interpret_function(&mut self, id: FnId) -> Summary {
        let unit = self.unit;
        let function = unit.module.function(id);
        self.frames.push(Frame::of(id));
        if id != MODULE_FN {
            self.bind_parameters(id);
        }
        if function.is_generator {
            self.frame().yielded.push(None);
        }
        self.exec_body(id);
        let checks = self.checked_parameters(id);
        self.walk_remaining(id);
        let frame = self.frames.pop().expect("the frame was pushed above");
        let mut summary = frame.summary;
        summary.checks = checks;
        if !summary.trips.is_empty() && id != MODULE_FN && self.remembers(id) {
            self.facts.functions[id.index()].memoized = true;
        }
        summary.returns = frame.returned.unwrap_or_default();
        if function.is_generator {
            let element = frame.yielded.into_iter().next().flatten().unwrap_or_default();
            summary.returns = Value::list(element, crate::flow::value::Size::Unknown);
        }
        // A declared result type says more than nothing.
        if summary.returns.is_unknown()
            && let Some(&ty) = function.returns.first()
        {
            summary.returns = self.value_of_type(unit, ty);
        }
        summary
    }

    fn bind_parameters(&mut self, id: FnId) {
        let unit = self.unit;
        let function = unit.module.function(id);
        if let Some(receiver) = function.receiver {
            let class = function.class.map(|id| crate::flow::value::ClassRef { file: unit.file, id }).or_else(|| {
                let name = function.receiver_type?;
                if let Some(id) = unit.class_named(name) {
                    return Some(crate::flow::value::ClassRef { file: unit.file, id });
                }
                match self.project.symbol_of_free_name(unit.file, unit.module.text(name))? {
                    Symbol::Class(class) => Some(class),
                    Symbol::Module(_) | Symbol::Function(_) | Symbol::Variable(..) | Symbol::Value(..) => None,
                }
            });
            if let Some(class) = class {
                let is_class_method =
                    function.decorators.iter().any(|&d| unit.path_of_expr(d).as_deref() == Some("classmethod"));
                // `self` of an entity's own method is an instance of the entity.
                let value = if is_class_method {
                    Value::Class(class)
                } else if self.project.class(class).entity.is_some() {
                    self.instance(
                        crate::flow::value::EntityRef::Class(class),
                        crate::flow::value::Query { reached: Some("".into()), ..crate::flow::value::Query::default() },
                        crate::flow::value::Evidence::Declared,
                    )
                } else {
                    Value::Instance(class)
                };
                self.set(receiver, value);
            }
        }
        let routed = self.route_parameters(id);
        for (at, param) in function.params.iter().enumerate() {
            let declared = param.ty.map_or(Value::Unknown, |ty| self.value_of_type(unit, ty));
            let injected = param.default.map(|default| self.eval(default));
            let value = match routed.get(at).cloned().flatten() {
                Some(value) => value,
                None if !declared.is_unknown() => {
                    let value = self.continuing(declared, at as u16, unit.module.var(param.var).span);
                    if param.ty.is_some_and(|ty| self.is_list_of_texts(unit, ty)) {
                        of_caller(value, at as u16)
                    } else {
                        value
                    }
                }
                None => match injected {
                    // A dependency's own value (`= Depends(get_db)`), or a default object.
                    // A generator that yields the session gives the session.
                    Some(Value::List(list)) if matches!(list.element, Value::Object(_) | Value::Instance(_)) => {
                        list.element.clone()
                    }
                    Some(value @ (Value::Object(_) | Value::Instance(_) | Value::List(_))) => value,
                    _ => Value::Place(Arc::new(crate::flow::value::Place { param: at as u16, path: Vec::new() })),
                },
            };
            self.set(param.var, value.clone());
            if let Some(pattern) = param.pattern {
                let is_rest = param.kind == ParamKind::Variadic;
                let parts = param.ty.filter(|_| is_rest).and_then(|ty| self.parts_of_tuple(unit, ty));
                self.assign(pattern, parts.unwrap_or(value));
            }
            for &decorator in &param.decorators {
                self.eval(decorator);
            }
        }
    }

    /// A parameter that is declared to be a lazy query, a cursor or a list: the caller knows which.
    fn continuing(&self, declared: Value, param: u16, span: Span) -> Value {
        match declared {
            Value::Object(object) if self.is_lazy(&object) || self.is_cursor(&object) => {
                // What it loads with its rows, the caller knows too: the type alone says too little of them.
                let is_iterated = object.kind.is_some_and(|kind| self.models.kind(kind).fact.iterate.is_some());
                let entity = object.query.entity.clone().filter(|_| !is_iterated);
                let query = Query { param: Some(param), entity, ..object.query.clone() };
                Value::Object(Arc::new(Object { query, ..(*object).clone() }))
            }
            Value::List(list) if list.rows.is_none() => {
                let rows = Some(self.rows_of_param(param, span));
                Value::List(Arc::new(List { rows, ..(*list).clone() }))
            }
            Value::Object(object) if self.is_instance(&object) => {
                let query = Query { of_param: Some((param, "".into())), ..object.query.clone() };
                Value::Object(Arc::new(Object { query, ..(*object).clone() }))
            }
            // `func visible(tx *gorm.DB) *gorm.DB { return tx.Where(…) }`
            Value::Object(object) if object.kind.is_some() && self.gives_kind(object.kind) => {
                let query = Query { param: Some(param), ..object.query.clone() };
                Value::Object(Arc::new(Object { query, ..(*object).clone() }))
            }
            Value::Record(record) => opened(&record, param),
            declared => declared,
        }
    }

    /// The function under interpretation is declared to give an object of the kind, and nothing else.
    fn gives_kind(&self, kind: Option<KindId>) -> bool {
        let function = self.unit.module.function(self.current().function);
        let [only] = function.returns.as_slice() else { return false };
        matches!(self.value_of_type(self.unit, *only), Value::Object(given) if given.kind == kind)
    }

    /// Records a result of the function (or closure) under interpretation.
    pub(in crate::flow) fn returned(&mut self, value: Value, span: Span, at: Option<ExprId>) {
        self.respond_by_return(&value, span);
        if let Some(at) = at {
            self.serialize_response(&value, span, at);
            self.render_by_return(&value, at);
        }
        let frame = self.current();
        let function = self.unit.module.function(frame.inlined.last().copied().unwrap_or(frame.function));
        // Go: `return load(id)` gives several results too.
        let is_several = self.unit.family() == Family::Go && function.returns.len() > 1;
        let value = match value {
            value @ (Value::Tuple(_) | Value::Unknown) => value,
            value if is_several => Value::Tuple([value, Value::Error].into()),
            value => value,
        };
        let frame = self.frame();
        frame.returned = Some(match frame.returned.take() {
            Some(before) => before.join(value),
            None => value,
        });
    }

    /// Applies a project function's summary at a call.
    pub(in crate::flow) fn call_project(
        &mut self,
        target: FnRef,
        receiver: Option<&Value>,
        args: &[(Value, Arg)],
        at: ExprId,
        span: Span,
    ) -> Value {
        if !self.follows_calls {
            return Value::Unknown;
        }
        let unit = self.project.unit(target.file);
        let function = unit.module.function(target.id);
        self.note_edge(target);
        if function.is_abstract {
            return self.call_abstract(target, receiver, args, at, span);
        }
        let is_own = target.file == self.unit.file;
        if unit.is_template && !is_own {
            self.render_macro(target, args, at);
            return Value::Unknown;
        }
        if is_own && !self.is_summarised(target.id) {
            let is_named = args.iter().any(|(_, arg)| arg.name.is_some());
            let values: Vec<Value> = if is_named {
                self.bind_arguments(target, args).into_iter().map(Option::unwrap_or_default).collect()
            } else {
                args.iter().map(|(value, _)| value.clone()).collect()
            };
            let arguments: Vec<ExprId> = args.iter().map(|(_, arg)| arg.value).collect();
            let around = self.current().loops.last().map(|id| self.facts.loops[id.0 as usize].span);
            let varies = around.is_some_and(|span| self.varies_in(&arguments, span));
            let before = self.current().varying.len();
            if varies {
                self.frame().varying.push(target.id);
            }
            let result = match self.made_elsewhere(target) {
                Some(loops) => self.run_task(target.id, &loops, &values),
                None => self.follow_closure(target.id, &values),
            };
            self.frame().varying.truncate(before);
            return result;
        }
        let Some(summary) = self.summary_anywhere(target) else {
            return function.returns.first().map_or(Value::Unknown, |&ty| self.value_of_type(unit, ty));
        };
        let memoized = self.is_memoized(target) || (self.is_kept_per_row(target) && self.is_same_receiver(at, span));
        let (bound, from) = self.bind_with_places(target, args);
        let hop = Hop { file: self.unit.file, span, name: unit.module.qualified_name(target.id) };
        let arg_exprs: Vec<ExprId> = args.iter().map(|(_, arg)| arg.value).collect();
        if !memoized {
            for trip in &summary.trips {
                let trip = with_statement(trip, &bound);
                self.trip_through_call(&trip, &hop, at, span, &arg_exprs, receiver, &bound, &from);
            }
            if let Some(calls) = summary.outside {
                self.goes_outside(at, span, calls + 1);
            }
        }
        self.note_handed(target, &summary.asks, &bound);
        for read in &summary.reads {
            let Some(Some(value)) = bound.get(usize::from(read.param)).cloned() else { continue };
            self.note_given(target, read, &value);
            let varies = self.gives_by_element(&from[usize::from(read.param)], span);
            self.read_through_call(&value, &ParamRead { varies, ..read.clone() }, &hop, at);
        }
        for sink in &summary.sinks {
            self.sink_through_call(&target, sink, &bound, &from, &hop, at, span);
        }
        // What a framework calls has its arguments in another file.
        let is_written_here = |place: ExprId| match self.unit.module.exprs.get(at.index()).map(|expr| &expr.kind) {
            Some(ExprKind::Call { args, .. }) => args.iter().any(|arg| arg.value == place),
            _ => false,
        };
        let checked = summary.checks.iter().flat_map(|&param| &from[usize::from(param)]).copied();
        for place in checked.filter(|&place| is_written_here(place)).collect::<Vec<_>>() {
            self.mark_listed(place);
        }
        for &param in &summary.responds {
            if let Some(Some(value)) = bound.get(usize::from(param)) {
                self.respond(value, span);
            }
        }
        if let Some(answer) = self.call_given(target, &summary, &bound, args, at, span).filter(|it| !it.is_unknown()) {
            return answer;
        }
        // What the body of `sanitizedTable` does to its text may well not be understood.
        if matches!(summary.returns, Value::Unknown | Value::Text(_) | Value::Data(_))
            && crate::flow::calls::call::is_quoting(unit.module.text(function.name), &unit.path)
        {
            return Value::Data(crate::flow::value::Origin::Quoted);
        }
        let call = (self.unit.file, span);
        let rows = bound.iter().map(|value| self.size_and_rows(value.as_ref()?)?.1).collect();
        let is_open = args.iter().any(|(_, arg)| arg.spread != Spread::None);
        let passed = if is_asked(&summary.returns) { self.handed_on(target, args) } else { Vec::new() };
        let spliced = self.undeclared_in_text(&summary.returns, &bound, &from);
        let given = Given { values: spliced.as_deref().unwrap_or(&bound), rows, passed, is_open };
        let settled = self.given_back(&summary.returns, &bound, &hop, at);
        let made = settled.as_ref().unwrap_or(&summary.returns);
        let returns = self.of_served(substitute(made, &given, call), receiver);
        let result = self.in_caller(returns, receiver, &hop, at);
        let result = self.of_given_kind(result, &summary.returns, &bound);
        let result = self.of_given_entity(result, &bound);
        if unit.is_generated { self.outside_generated(result, call) } else { result }
    }

    /// What a callee makes text of: `build(req.query.tag)`, where nothing declares `req`, is no name that the program has
    /// written down.
    fn undeclared_in_text(
        &mut self,
        made: &Value,
        bound: &[Option<Value>],
        from: &[Vec<ExprId>],
    ) -> Option<Vec<Option<Value>>> {
        let is_path = |value: &Option<Value>| matches!(value, Some(Value::Path(_)));
        if !matches!(made, Value::Text(_)) || !bound.iter().any(is_path) {
            return None;
        }
        let mut of = |(value, from): (&Option<Value>, &Vec<ExprId>)| match (value, from.first()) {
            (Some(path @ Value::Path(_)), Some(&expr)) => {
                let origin = self.text_of(path, expr).worst().unwrap_or(Origin::Constant);
                Some(if origin == Origin::Undeclared { Value::Data(origin) } else { path.clone() })
            }
            _ => value.clone(),
        };
        Some(bound.iter().zip(from).map(&mut of).collect())
    }

    /// `getRepository(User)` of `<E>(target: EntityTarget<E>): Repository<E>`: the callee's own name of the type stands for
    /// the one entity that it is given.
    fn of_given_entity(&self, result: Value, bound: &[Option<Value>]) -> Value {
        let Value::Object(object) = &result else { return result };
        let Some(EntityRef::Named(name)) = &object.query.entity else { return result };
        let is_type = self.unit.family() == Family::TypeScript && name.starts_with(|c: char| c.is_ascii_uppercase());
        if !is_type || self.project.entity_called(self.unit, name).is_some() {
            return result;
        }
        let mut given = bound.iter().flatten().filter_map(|value| match value {
            Value::Class(class) if self.project.class(*class).entity.is_some() => Some(*class),
            _ => None,
        });
        match (given.next(), given.next()) {
            (Some(class), None) => {
                let query = Query { entity: Some(EntityRef::Class(class)), ..object.query.clone() };
                Value::Object(Arc::new(Object { query, ..(**object).clone() }))
            }
            _ => result,
        }
    }

    /// What a callee goes on from by its name alone (`query.filter(…)`) is of the more special kind that the caller gives.
    fn of_given_kind(&self, result: Value, made: &Value, bound: &[Option<Value>]) -> Value {
        // `def run(self, statement): return self.session.scalars(statement).all()`: rows of the caller's entity.
        if let (Value::List(made), Value::List(known)) = (made, &result)
            && matches!(known.element, Value::Data(Origin::Row))
            && made.rows.as_ref().is_some_and(|rows| rows.query.param.is_some())
            && let Some(rows) = known.rows.as_ref().filter(|rows| !rows.query.plain)
            && let Some(entity) = rows.query.entity.clone()
        {
            let element = self.instance_read(entity, rows.query.clone(), rows.evidence, rows.kind);
            return Value::List(Arc::new(List { element, ..(**known).clone() }));
        }
        let (Value::Object(made), Value::Object(known)) = (made, &result) else { return result };
        let param = made.query.param.filter(|_| made.evidence == Evidence::Conventional);
        let Some(Some(Value::Object(given))) = param.and_then(|param| bound.get(usize::from(param))) else {
            return result;
        };
        let is_special = |kind: KindId| made.kind.is_some_and(|made| self.models.kind(kind).lineage.contains(&made));
        match given.kind.filter(|&kind| known.kind == made.kind && is_special(kind)) {
            Some(kind) => Value::Object(Arc::new(Object { kind: Some(kind), ..(**known).clone() })),
            None => result,
        }
    }

    /// Whether a second call with the same arguments is answered from memory.
    pub(in crate::flow) fn is_memoized(&self, function: FnRef) -> bool {
        if function.file == self.unit.file {
            return self.facts.functions[function.id.index()].memoized;
        }
        self.known.is_memoized(function)
    }

    /// Whether each row remembers what the method gave for it.
    fn is_kept_per_row(&self, function: FnRef) -> bool {
        if function.file == self.unit.file {
            return self.facts.functions[function.id.index()].kept_per_row;
        }
        self.known.is_kept_per_row(function)
    }

    /// Whether every round of the loop around a call has it on the same object.
    fn is_same_receiver(&self, at: ExprId, span: Span) -> bool {
        let receiver = self.receiver_of(at);
        !self.current().loops.is_empty() && receiver.is_some_and(|base| !self.gives_by_element(&[base], span))
    }

    /// A method of `CachedUsers`.
    fn is_of_cache(&self, method: FnRef) -> bool {
        let module = &self.project.unit(method.file).module;
        let declared = module.function(method.id);
        let class = declared.class.map(|class| module.class(class).name).or(declared.receiver_type);
        class.is_some_and(|name| module.text(name).to_ascii_lowercase().contains("cache"))
    }

    pub(in crate::flow) fn note_edge(&mut self, target: FnRef) {
        let edge = (self.function(), target);
        if self.edges.insert(edge) {
            self.facts.edges.push(edge);
        }
    }

    /// Whether the project says what a function does: itself, or where it is declared only, an implementation.
    pub(in crate::flow) fn has_body(&self, function: FnRef, receiver: &Value) -> bool {
        let is_abstract = |function: FnRef| self.project.unit(function.file).module.function(function.id).is_abstract;
        !is_abstract(function) || self.implementations_of(function, receiver).any(|(_, method)| !is_abstract(method))
    }

    /// What may stand behind a method without a body. The receiver's own type counts, where it takes the declaration over
    /// from another: what implements the one may not implement the other.
    fn implementations_of(&self, function: FnRef, receiver: &Value) -> impl Iterator<Item = (ClassRef, FnRef)> {
        let module = &self.project.unit(function.file).module;
        let declared = module.function(function.id);
        let name = module.text(declared.name);
        let class = match receiver {
            Value::Instance(class) => Some(self.stood_behind(*class, name)),
            _ => declared.class.map(|id| ClassRef { file: function.file, id }),
        };
        let classes = class.map_or(&[] as &[ClassRef], |class| self.project.implementations(class)).iter();
        classes.filter_map(move |&class| Some((class, self.method_of(class, name)?)))
    }

    /// `type ListHandler struct { handlers.Writer }`: the embedded interface that gives the struct a method of this name,
    /// where nothing stands behind the struct itself.
    fn stood_behind(&self, class: ClassRef, name: &str) -> ClassRef {
        let is_given =
            |&next: &ClassRef| !self.project.implementations(next).is_empty() && self.method_of(next, name).is_some();
        self.project.lineage(class).find(is_given).unwrap_or(class)
    }

    /// A method without a body: what any of its implementations does may happen.
    fn call_abstract(
        &mut self,
        target: FnRef,
        receiver: Option<&Value>,
        args: &[(Value, Arg)],
        at: ExprId,
        span: Span,
    ) -> Value {
        let unit = self.project.unit(target.file);
        let function = unit.module.function(target.id);
        let declared = function.returns.first().map_or(Value::Unknown, |&ty| self.value_of_type(unit, ty));
        let mut methods: Vec<(ClassRef, FnRef)> =
            self.implementations_of(target, receiver.unwrap_or(&Value::Unknown)).collect();
        // `*Repository[T]` and what embeds it have one method: what embeds it for the declared result knows what T is.
        let wanted = function.returns.first().and_then(|&ty| entity_of_type(self.project, unit, ty));
        methods.sort_by_key(|&(class, _)| {
            let served = &self.project.class(class).served;
            (served.is_none() || *served != wanted, served.is_some())
        });
        let mut seen: Vec<FnRef> = Vec::new();
        methods.retain(|&(_, method)| {
            !seen.contains(&method) && {
                seen.push(method);
                true
            }
        });
        // `NewCachedUsers(NewUsers(db))`: where one of them remembers, it stands before the others.
        if methods.len() > 1 && methods.iter().any(|&(_, method)| self.is_memoized(method) || self.is_of_cache(method))
        {
            return declared;
        }
        // `for _, forge := range forges { forge.Refresh(ctx) }`: what has a type with several implementations is a part of
        // the program, of which there are few.
        let of_element = self.receiver_of(at).is_some_and(|base| self.is_loop_element(base));
        let innermost = if of_element { self.frame().loops.pop() } else { None };
        let mut result = Value::Unknown;
        for (class, method) in methods {
            let is_abstract = self.project.unit(method.file).module.function(method.id).is_abstract;
            // `func (c *Controller) List() { return c.lister.List() }`: what wraps the others is not asked for itself.
            if is_abstract || self.is_under_way(method) {
                continue;
            }
            // What the implementation's own class says of its entity counts.
            let own = Value::Instance(class);
            let receiver = receiver.map(|known| if matches!(known, Value::Instance(_)) { &own } else { known });
            let given = self.call_project(method, receiver, args, at, span);
            result = if result.is_unknown() { given } else { result.join(given) };
        }
        self.frame().loops.extend(innermost);
        if result.is_unknown() { declared } else { result }
    }

    fn is_under_way(&self, function: FnRef) -> bool {
        function.file == self.unit.file && matches!(self.summaries[function.id.index()], SummaryState::Running)
    }

    /// By parameter of the callee: the parameter of the function under interpretation that is handed on to it.
    fn handed_on(&self, target: FnRef, args: &[(Value, Arg)]) -> Vec<Option<Asked>> {
        let numbered: Vec<(Value, Arg)> =
            (0i64..).zip(args).map(|(at, (_, arg))| (Value::Int(at), arg.clone())).collect();
        let bound = self.bind_arguments(target, &numbered);
        let expr = |value: Value| match value {
            Value::Int(at) => usize::try_from(at).ok().and_then(|at| args.get(at)).map(|(_, arg)| arg.value),
            _ => None,
        };
        bound.into_iter().map(|value| self.asked_by(expr(value?)?, 0)).collect()
    }

    /// Argument values by parameter position.
    pub(in crate::flow) fn bind_arguments(&self, target: FnRef, args: &[(Value, Arg)]) -> Vec<Option<Value>> {
        self.bind_with_places(target, args).0
    }

    /// The same, and where the arguments stand.
    fn bind_with_places(&self, target: FnRef, args: &[(Value, Arg)]) -> (Vec<Option<Value>>, Vec<Vec<ExprId>>) {
        let module = &self.project.unit(target.file).module;
        let params = &module.function(target.id).params;
        let mut bound: Vec<Option<Value>> = vec![None; params.len()];
        let mut from: Vec<Vec<ExprId>> = vec![Vec::new(); params.len()];
        let mut next = 0;
        for (value, arg) in args {
            let at = match arg.name {
                Some(name) => {
                    let name = self.unit.module.text(name);
                    params.iter().position(|param| module.text(module.var(param.var).name) == name)
                }
                None if arg.spread != Spread::None => None,
                None => {
                    while next < params.len() && params[next].kind == ParamKind::KeywordOnly {
                        next += 1;
                    }
                    let at = next;
                    if params.get(at).is_some_and(|param| param.kind != ParamKind::Variadic) {
                        next += 1;
                    }
                    (at < params.len()).then_some(at)
                }
            };
            if let Some(at) = at {
                from[at].push(arg.value);
                bound[at] = Some(match bound[at].take() {
                    Some(before) => before.join(value.clone()),
                    None => value.clone(),
                });
            }
        }
        (bound, from)
    }
}

impl RoundTripKind {
    pub fn is_relation(&self) -> bool {
        matches!(self, RoundTripKind::Relation { .. })
    }

    /// Reading an attribute of an instance sends it, rather than a call.
    pub fn is_of_instance(&self) -> bool {
        match self {
            RoundTripKind::Relation { .. } | RoundTripKind::Deferred { .. } | RoundTripKind::Expired { .. } => true,
            RoundTripKind::Call => false,
        }
    }
}

/// A list whose texts are what the caller put into it.
fn of_caller(value: Value, param: u16) -> Value {
    match value {
        Value::List(list) if list.element.is_unknown() => {
            Value::List(Arc::new(List { element: Value::Data(Origin::Param(param)), ..(*list).clone() }))
        }
        value => value,
    }
}
