//! Templates: who renders them with what, and what rendering reads.
//!
//! ```text
//! return render(request, "orders.html", {"orders": Order.objects.all()})     # the view
//! {% for order in orders %}{{ order.customer.name }}{% endfor %}            # a query per order
//! ```
//! A template is walked once for each place that renders it, with the values given there: it is no function with a summary,
//! since nothing but its context says what a name in it means. What it includes is rendered from it in the same way, and
//! so is a macro of another file.
//!
//! Knows IR and models. Does not know rules.
//! Invariant: programs come before the templates that they render, and a template before those that it includes.
//! Invariant: what happens in a template without a loop of its own, which is included inside a loop, is a fact of the file with
//! the loop.
//! Known miss: a context that a function takes as a parameter and hands on.

use crate::flow::Frame;
use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::calls::summary::MAX_HOPS;
use crate::flow::calls::through::hops_to;
use crate::flow::facts::{Hop, LoopId, RoundTrip};
use crate::flow::store::relations::loads;
use crate::flow::value::{EntityRef, FnRef, List, Object, Origin, Query, Record, Size, Value};
use crate::ir::{Arg, CallForm, Entry, ExprId, ExprKind, FnId, ParamKind, Spread, StmtKind, Sym, VarId, VarKind};
use crate::models::schema::{Access, Renders};
use crate::project::classes::RelationFact;
use crate::project::modules::ModuleRef;
use crate::source::{FileId, Span};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// The function of a template; 0 is the module's.
pub(in crate::flow) const TEMPLATE_FN: FnId = FnId(1);
/// Places that render one template and are followed: a base template has one for each page.
const MAX_RENDERS: usize = 24;
/// Walks of one place that are kept: a function may be walked more than once.
const MAX_PER_PLACE: usize = 3;

/// A template, or a macro of one, with what it is given at one place.
#[derive(Clone, Debug)]
pub(in crate::flow) struct Render {
    pub(in crate::flow) target: FnRef,
    given: Vec<Given>,
    around: Option<Arc<Around>>,
    /// The expression that renders.
    at: ExprId,
}

/// A name of the context and what it means.
#[derive(Clone, Debug)]
pub(in crate::flow) struct Given {
    name: Arc<str>,
    value: Value,
    /// It is another one in each round of the loops around.
    varies: bool,
}

impl Given {
    /// The same in every round of a loop.
    pub(in crate::flow) fn fixed(name: &str, value: &Value) -> Given {
        Given { name: name.into(), value: outside(value, 0), varies: false }
    }
}

/// The loop that a template is rendered in, in another file.
#[derive(Debug)]
struct Around {
    function: FnRef,
    span: Span,
    expr: ExprId,
    loops: Arc<[LoopId]>,
    /// From that place to the template.
    path: Vec<Hop>,
}

/// What is known while a template is walked.
#[derive(Default)]
pub(in crate::flow) struct Rendering {
    around: Option<Arc<Around>>,
    /// Parameters that the loops around change.
    varying: FxHashSet<VarId>,
    varying_names: FxHashSet<Arc<str>>,
}

impl Interp<'_, '_> {
    /// Walks the template for each place that renders it.
    pub(in crate::flow) fn render_all(&mut self) {
        self.follows_calls = true;
        let known = self.known.known();
        for render in known.renders_of(self.unit.file).take(MAX_RENDERS) {
            self.render_here(render);
        }
        self.note_contexts();
    }

    fn render_here(&mut self, render: &Render) {
        let unit = self.unit;
        for (value, var) in self.env.iter_mut().zip(&unit.module.vars) {
            if matches!(var.kind, VarKind::Local | VarKind::Param) {
                *value = Value::Unknown;
            }
        }
        let mut rendering = Rendering { around: render.around.clone(), ..Rendering::default() };
        let function = unit.module.function(render.target.id);
        self.frames.push(Frame::of(render.target.id));
        for param in &function.params {
            let name = unit.module.text(unit.module.var(param.var).name);
            let value = if param.kind == ParamKind::KeywordVariadic {
                let entries = render.given.iter().map(|given| (given.name.clone(), given.value.clone())).collect();
                Value::Record(Arc::new(Record { entries, ..Record::default() }))
            } else {
                let given = render.given.iter().rev().find(|given| &*given.name == name);
                if given.is_some_and(|given| given.varies) {
                    rendering.varying.insert(param.var);
                    rendering.varying_names.insert(name.into());
                }
                match (given, param.default) {
                    (Some(given), _) => given.value.clone(),
                    (None, Some(default)) => self.eval(default),
                    (None, None) => Value::Unknown,
                }
            };
            self.set(param.var, value);
        }
        rendering
            .varying_names
            .extend(render.given.iter().filter(|given| given.varies).map(|given| given.name.clone()));
        self.rendering = rendering;
        self.exec_body(render.target.id);
        let summary = self.frames.pop().expect("the frame was pushed above").summary;
        if let Some(around) = &render.around {
            for trip in &summary.trips {
                self.repeated_around(trip, around);
            }
        }
        self.rendering = Rendering::default();
    }

    /// A round trip without a loop of its own, in a template that a loop of another file renders.
    fn repeated_around(&mut self, trip: &RoundTrip, around: &Around) {
        if !trip.loops.is_empty() || trip.in_loop || trip.once || !self.changes_around(trip.expr) {
            return;
        }
        let path: Vec<Hop> = around.path.iter().chain(&trip.path).cloned().collect();
        if path.len() > MAX_HOPS {
            return;
        }
        let repeated = RoundTrip {
            function: around.function.id,
            span: around.span,
            expr: around.expr,
            loops: around.loops.clone(),
            varies: true,
            once: false,
            of_receiver: None,
            path,
            ..trip.clone()
        };
        self.facts.abroad.trips.push((around.function.file, repeated));
    }

    /// Whether an expression is another one in each round of the loops around the template.
    fn changes_around(&self, expr: ExprId) -> bool {
        !self.rendering.varying.is_empty() && self.is_made_of(expr, &self.rendering.varying, &mut Vec::new())
    }

    /// Whether an expression reads one of some variables, or one of the template's own that was made of them.
    fn is_made_of(&self, expr: ExprId, variables: &FxHashSet<VarId>, seen: &mut Vec<VarId>) -> bool {
        let module = &self.unit.module;
        let mut own = Vec::new();
        let mut is_read = false;
        crate::ir::visit::walk_expr(module, expr, &mut |e| {
            if let ExprKind::Var(var) = module.expr(e).kind {
                is_read |= variables.contains(&var);
                if module.var(var).kind == VarKind::Local && !seen.contains(&var) {
                    seen.push(var);
                    own.push(var);
                }
            }
            !is_read
        });
        is_read || own.into_iter().any(|var| self.values_of(var).any(|value| self.is_made_of(value, variables, seen)))
    }

    /// What a template assigns to a variable, or iterates with it.
    fn values_of(&self, var: VarId) -> impl Iterator<Item = ExprId> {
        let module = &self.unit.module;
        let is_target = move |place: ExprId| {
            let mut is_found = false;
            crate::ir::visit::walk_expr(module, place, &mut |e| {
                is_found |= matches!(module.expr(e).kind, ExprKind::Var(written) if written == var);
                !is_found
            });
            is_found
        };
        let of_stmts = module.stmts.iter().filter_map(move |stmt| match &stmt.kind {
            StmtKind::Assign { target, value, .. } if is_target(*target) => Some(*value),
            StmtKind::Loop(each) if each.target.is_some_and(is_target) => each.iter,
            _ => None,
        });
        let of_exprs = module.exprs.iter().filter_map(move |expr| match expr.kind {
            ExprKind::Let { target, value } if is_target(target) => Some(value),
            _ => None,
        });
        of_stmts.chain(of_exprs)
    }

    /// `{% if forloop.first %}`: what stands below is for one element.
    pub(in crate::flow) fn is_edge_of_loop(&self, test: ExprId) -> bool {
        let module = &self.unit.module;
        self.unit.is_template
            && match module.expr(test).kind {
                ExprKind::Member { base, name, .. } => {
                    let is_of_loop = matches!(&module.expr(base).kind, ExprKind::Opaque(parts) if parts.is_empty());
                    is_of_loop && matches!(module.text(name), "first" | "last")
                }
                _ => false,
            }
    }

    /// Whether an expression is another one each time that the place around it is reached.
    fn changes(&self, expr: ExprId) -> bool {
        match self.current().loops.last() {
            Some(innermost) => self.varies_in(&[expr], self.facts.loops[innermost.0 as usize].span),
            None => self.changes_around(expr),
        }
    }

    /// `render(request, "orders.html", context)`, `render_template("orders.html", orders=rows)`, `{% include "row.html" %}`.
    pub(in crate::flow) fn render_by_call(
        &mut self,
        id: ExprId,
        renders: &Renders,
        args: &Args,
        receiver: Option<&Arc<Object>>,
    ) {
        let named = renders.template.as_slice().iter().flat_map(|at| self.values_at(args, at));
        let named = named.into_iter().find_map(|(value, arg)| constant(&value).or_else(|| self.default_of(arg.value)));
        let name = named.or_else(|| {
            let text = receiver?.text.as_ref()?;
            renders.template.as_slice().is_empty().then(|| text.as_constant().map(str::to_owned))?
        });
        let Some(file) = name.and_then(|name| self.project.template_named(self.unit, &name)) else { return };
        let mut given = Vec::new();
        for at in renders.context.as_slice() {
            if let Some((Value::Record(record), arg)) = self.values_at(args, at).into_iter().next() {
                self.give(&record, arg.value, &mut given);
                break;
            }
        }
        if renders.keywords {
            for (value, arg) in args.iter().filter(|(_, arg)| arg.spread == Spread::Map) {
                if let Value::Record(record) = value {
                    self.give(record, arg.value, &mut given);
                }
            }
            for (value, arg) in args {
                let Some(name) = arg.name else { continue };
                let varies = self.changes(arg.value);
                given.push(Given { name: self.unit.module.text(name).into(), value: outside(value, 0), varies });
            }
        }
        self.render(FnRef { file, id: TEMPLATE_FN }, given, id);
    }

    /// `def orders(request, template_name="orders.html")`: the text that a parameter holds when nobody gives another.
    fn default_of(&self, expr: ExprId) -> Option<String> {
        let module = &self.unit.module;
        let ExprKind::Var(var) = module.expr(expr).kind else { return None };
        let mut params = module.function(self.current().function).params.iter();
        let default = params.find(|param| param.var == var)?.default?;
        module.str_of(default).map(str::to_owned)
    }

    /// Entries of a context, with what is known of each where the context is spelled out.
    fn give(&self, record: &Record, expr: ExprId, given: &mut Vec<Given>) {
        let module = &self.unit.module;
        let whole = self.changes(expr);
        let entries: &[Entry] = match &module.expr(expr).kind {
            ExprKind::Record { entries, .. } => entries,
            _ => &[],
        };
        let value_of = |name: &str| {
            entries.iter().rev().find_map(|entry| match entry {
                Entry::Pair { key, value } if module.str_of(*key) == Some(name) => Some(*value),
                Entry::Pair { .. } | Entry::Spread(_) | Entry::Item(_) => None,
            })
        };
        // What a template was given and hands on.
        let hands_on = self.unit.is_template && !entries.is_empty();
        for (name, value) in &record.entries {
            let varies = match value_of(name) {
                Some(expr) => self.changes(expr),
                None if hands_on => self.current().loops.is_empty() && self.rendering.varying_names.contains(&**name),
                None => whole,
            };
            given.push(Given { name: name.clone(), value: outside(value, 0), varies });
        }
    }

    /// A macro of another file.
    pub(in crate::flow) fn render_macro(&mut self, target: FnRef, args: &[(Value, Arg)], at: ExprId) {
        let bound = self.bind_arguments(target, args);
        let module = &self.project.unit(target.file).module;
        let params = &module.function(target.id).params;
        let given = params.iter().zip(bound).filter_map(|(param, value)| {
            let name: Arc<str> = module.text(module.var(param.var).name).into();
            Some(Given { name, value: outside(&value?, 0), varies: true })
        });
        let mut given: Vec<Given> = given.collect();
        if !args.iter().any(|(_, arg)| self.changes(arg.value)) {
            for given in &mut given {
                given.varies = false;
            }
        }
        self.render(target, given, at);
    }

    fn render(&mut self, target: FnRef, given: Vec<Given>, at: ExprId) {
        let span = self.span(at);
        self.render_at(target, given, at, span);
    }

    /// Notes that a template is rendered, by an expression or by what stands at a place.
    pub(in crate::flow) fn render_at(&mut self, target: FnRef, given: Vec<Given>, at: ExprId, span: Span) {
        if !self.follows_calls || !given.iter().any(|given| is_telling(&given.value, 0)) {
            return;
        }
        self.note_edge(target);
        let rendered = self.project.unit(target.file);
        let name = if target.id == TEMPLATE_FN {
            crate::source::discovery::template_name(&rendered.path).unwrap_or(&rendered.path).to_owned()
        } else {
            rendered.module.qualified_name(target.id)
        };
        let hop = Hop { file: self.unit.file, span, name };
        let around = if self.current().loops.is_empty() {
            self.rendering.around.as_ref().map(|around| {
                let path = around.path.iter().cloned().chain([hop]).collect();
                Arc::new(Around { path, loops: around.loops.clone(), ..**around })
            })
        } else {
            let function = FnRef { file: self.unit.file, id: self.function() };
            let path = hops_to(&hop, &[]);
            Some(Arc::new(Around { function, span, expr: at, loops: self.loops(), path }))
        };
        if self.renders.iter().filter(|known| known.at == at && known.target == target).count() < MAX_PER_PLACE {
            self.renders.push(Arc::new(Render { target, given, around, at }));
        }
    }

    /// `{% import "macros.html" as macros %}`: the other template is a module.
    pub(in crate::flow) fn imported_template(&mut self, callee: ExprId, args: &[Arg]) -> Option<Value> {
        let module = &self.unit.module;
        let ExprKind::Name(name) = module.expr(callee).kind else { return None };
        if module.text(name) != "{% import %}" {
            return None;
        }
        let value = self.eval(args.first()?.value);
        let file = self.project.template_named(self.unit, &constant(&value)?)?;
        Some(Value::Module(ModuleRef::File(file)))
    }

    /// `{% order_row order %}`, `{{ order|last_item }}`: a function of the project.
    pub(in crate::flow) fn call_of_tag(&mut self, id: ExprId, callee: ExprId, args: &Args) -> Option<Value> {
        let ExprKind::Name(name) = self.unit.module.expr(callee).kind else { return None };
        let tag = self.project.template_tag(self.unit.module.text(name))?;
        let mut given = args.clone();
        if tag.takes_context {
            given.insert(0, (Value::Unknown, Arg { name: None, spread: Spread::None, value: callee }));
        }
        let span = self.span(id);
        let result = self.call_project(tag.function, None, &given, id, span);
        if let Some(template) = &tag.template
            && let Value::Record(record) = &result
            && let Some(file) = self.project.template_named(self.unit, template)
        {
            let varies = args.iter().any(|(_, arg)| self.changes(arg.value));
            let entries = record.entries.iter();
            let given = entries.map(|(name, value)| Given { varies, ..Given::fixed(name, value) }).collect();
            self.render(FnRef { file, id: TEMPLATE_FN }, given, id);
        }
        Some(result)
    }

    /// What a name behind a dot gives in a template: it is called where it can be called. (Jinja does so only where
    /// brackets say it, but nobody prints a method.)
    pub(in crate::flow) fn member_in_template(&mut self, id: ExprId, base: ExprId, name: Sym) -> Value {
        let owner = self.eval(base);
        let is_method = matches!(&owner, Value::Object(_) | Value::Class(_) | Value::Instance(_))
            && (self.project_method(&owner, name).is_some_and(|(function, _)| !self.is_property(function))
                || self.is_method_of_kind(&owner, base, name));
        if is_method {
            let span = self.span(id);
            return self.call_method(id, span, &owner, base, name, &Args::new(), 0, CallForm::Plain);
        }
        let key = self.unit.module.text(name);
        if let Value::Record(record) = &owner
            && record.get(key).is_none()
            && matches!(key, "items" | "values" | "keys")
        {
            return items_of(record, key);
        }
        let is_of_row = matches!(&owner, Value::Object(object) if self.is_instance(object));
        let value = self.member(owner, name, id, base);
        if is_of_row {
            self.keep_relation(base, key);
        }
        value
    }

    /// An object that has read a relation keeps it: `orders|sort(attribute="customer.name")` leaves the customers loaded.
    fn keep_relation(&mut self, base: ExprId, name: &str) {
        let ExprKind::Var(var) = self.unit.module.expr(base).kind else { return };
        let Value::Object(object) = &self.env[var.index()] else { return };
        let Some(EntityRef::Class(class)) = &object.query.entity else { return };
        let keeps = |relation: &RelationFact| relation.access == Access::Lazy;
        if self.project.class(*class).relations.get(name).is_some_and(keeps) && !loads(&object.query, name) {
            let mut object = (**object).clone();
            object.query.eager = Arc::new(object.query.eager.iter().cloned().chain([name.to_owned()]).collect());
            self.set(var, Value::Object(Arc::new(object)));
        }
    }

    /// Whether the place that takes each element is written in the file; a filter's is not.
    pub(in crate::flow) fn is_written(&self, place: ExprId) -> bool {
        let module = &self.unit.module;
        match module.expr(place).kind {
            ExprKind::Var(var) if self.unit.is_template => {
                self.unit.snippet(module.expr(place).span) == module.text(module.var(var).name)
            }
            _ => true,
        }
    }

    fn is_property(&self, function: FnRef) -> bool {
        self.project.unit(function.file).module.function(function.id).is_property
    }

    /// A method that models know of the receiver's own kind.
    fn is_method_of_kind(&self, owner: &Value, base: ExprId, name: Sym) -> bool {
        if let Value::Object(object) = owner
            && self.is_instance(object)
        {
            return false;
        }
        self.resolve_method(owner, base, name, 0, None).is_some_and(|found| found.object.is_some())
    }

    /// The rows of a query that another file built: where it says so.
    pub(in crate::flow) fn built_elsewhere(&self, query: &Query) -> Option<(FileId, Span)> {
        let built = query.handed.or(query.origin)?;
        (self.unit.is_template && built.0 != self.unit.file).then_some(built)
    }
}

/// `{% for key, rows in groups.items %}`
fn items_of(record: &Record, which: &str) -> Value {
    let values = record.entries.iter().map(|(_, value)| value.clone()).chain(record.rest.clone());
    let value = values.reduce(Value::join).unwrap_or_default();
    let element = match which {
        "keys" => Value::Unknown,
        "values" => value,
        _ => Value::Tuple([Value::Unknown, value].into()),
    };
    let size = match record.rest {
        Some(_) => Size::Unknown,
        None => Size::Constant(record.entries.len() as u32),
    };
    Value::list(element, size)
}

fn constant(value: &Value) -> Option<String> {
    Some(value.as_text()?.as_constant()?.to_owned())
}

/// Whether reading something of a value may cost a query.
fn is_telling(value: &Value, depth: usize) -> bool {
    /// Contexts within contexts.
    const DEEPEST: usize = 3;
    match value {
        Value::Object(_) | Value::Instance(_) => true,
        Value::List(list) => depth < DEEPEST && is_telling(&list.element, depth + 1),
        Value::Record(record) => {
            let mut values = record.entries.iter().map(|(_, value)| value).chain(&record.rest);
            depth < DEEPEST && values.any(|value| is_telling(value, depth + 1))
        }
        Value::Tuple(items) => depth < DEEPEST && items.iter().any(|item| is_telling(item, depth + 1)),
        Value::Unknown
        | Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Number
        | Value::Text(_)
        | Value::Data(_)
        | Value::Path(_)
        | Value::Module(_)
        | Value::Class(_)
        | Value::Function(..)
        | Value::Place(_)
        | Value::Check(_)
        | Value::Error => false,
    }
}

/// A value as another file sees it: what only means something to the function under interpretation is left out.
fn outside(value: &Value, depth: usize) -> Value {
    /// Records within records; what lies deeper is no context.
    const DEEPEST: usize = 6;
    if depth > DEEPEST {
        return Value::Unknown;
    }
    match value {
        Value::Place(_) | Value::Data(Origin::Param(_)) | Value::Check(_) => Value::Unknown,
        Value::Object(object) => {
            let query = Query { reached: None, param: None, of_manager: false, ..object.query.clone() };
            Value::Object(Arc::new(Object { query, pending: None, ..(**object).clone() }))
        }
        Value::List(list) => {
            let rows = list.rows.clone().filter(|rows| rows.of.is_none());
            Value::List(Arc::new(List { element: outside(&list.element, depth + 1), rows, ..(**list).clone() }))
        }
        Value::Record(record) => Value::Record(Arc::new(Record {
            entries: record.entries.iter().map(|(key, value)| (key.clone(), outside(value, depth + 1))).collect(),
            rest: record.rest.as_ref().map(|rest| outside(rest, depth + 1)),
            constant: record.constant,
            class: record.class,
            rows: record.rows.clone().filter(|rows| rows.of.is_none()),
        })),
        Value::Tuple(items) => Value::Tuple(items.iter().map(|item| outside(item, depth + 1)).collect()),
        other => other.clone(),
    }
}
