//! Serializers and response models: what turning an object into an answer reads of it.
//!
//! Knows the serializer facts of models, and views, routes and calls that hand objects over. Does not know rules.
//! Invariant: a serializer is a summary whose parameter 0 is the object; it is made once per class, and a class that
//! contains itself stops there.
//! Known miss: fields that `get_fields` adds, a serializer that is chosen at run time.

use crate::flow::Interp;
use crate::flow::calls::summary::{ParamRead, Summary};
use crate::flow::calls::through::hops_to;
use crate::flow::facts::{Hop, LoopFact, LoopSource, RoundTrip};
use crate::flow::store::relations::{loads, reached_from_param};
use crate::flow::value::{ClassRef, EntityRef, FnRef, Object, Rows, Size, Value};
use crate::ir::visit::walk_block;
use crate::ir::{Arg, BinaryOp, ClassId, ExprId, ExprKind, Field, Lit, MODULE_FN, Spread, TypeId, TypeKind};
use crate::models::schema::{Serializer, View};
use crate::project::classes::{RelationFact, argument, is_list_type};
use crate::source::Span;
use std::sync::Arc;

/// Serializers inside serializers that are followed.
const MAX_NESTING: usize = 5;

impl<'m> Interp<'_, 'm> {
    /// What a class is as a serializer.
    pub(in crate::flow) fn serializer_of(&self, class: ClassRef) -> Option<&'m Serializer> {
        let facts = self.project.class(class);
        // An entity that is a response model too (SQLModel) is read as itself.
        if facts.base_paths.is_empty() || facts.entity.is_some() {
            return None;
        }
        let models = self.models;
        let mut serializers = models.libraries.iter().flat_map(|library| &library.serializers);
        // Other packages derive from it too, and say so by the name: `drf_writable_nested.WritableNestedModelSerializer`.
        let by_name = |fact: &Serializer| {
            let named = |path: &String| fact.base_names.iter().any(|name| path.ends_with(name.as_str()));
            !fact.base_names.is_empty() && facts.base_paths.iter().any(named)
        };
        serializers.find(|fact| fact.bases.iter().any(|base| facts.base_paths.contains(base)) || by_name(fact))
    }
}

impl<'a> Interp<'a, '_> {
    /// Names in a list: `["id"] + other`, `Base.Meta.fields + ["lines"]`, of other attributes of the same class too.
    fn listed_names(&self, class: ClassRef, fact: &Serializer, fields: ExprId, depth: usize) -> Option<Vec<&'a str>> {
        let unit = self.unit;
        let module = &unit.module;
        if depth > MAX_NESTING {
            return None;
        }
        match &module.expr(fields).kind {
            ExprKind::Seq { items, .. } => Some(items.iter().filter_map(|&item| module.str_of(item)).collect()),
            ExprKind::Binary { op: BinaryOp::Add, left, right } => {
                let mut names = self.listed_names(class, fact, *left, depth + 1)?;
                names.extend(self.listed_names(class, fact, *right, depth + 1).unwrap_or_default());
                Some(names)
            }
            ExprKind::Member { base, name, .. } => {
                let ExprKind::Member { base, .. } = module.expr(*base).kind else { return None };
                let of = self.project.class_of_expr(self.unit, base).filter(|of| of.file == class.file)?;
                let listed = self.attribute_of_meta(of, fact, module.text(*name))?;
                self.listed_names(of, fact, listed, depth + 1)
            }
            kind @ (ExprKind::Var(_) | ExprKind::Name(_)) => {
                let name = match kind {
                    ExprKind::Var(var) => module.var(*var).name,
                    ExprKind::Name(name) => *name,
                    _ => return None,
                };
                let listed = self.attribute_of_meta(class, fact, module.text(name))?;
                (listed != fields).then(|| self.listed_names(class, fact, listed, depth + 1)).flatten()
            }
            ExprKind::Call { args, .. } => self.listed_names(class, fact, args.first()?.value, depth + 1),
            _ => None,
        }
    }
}

impl Interp<'_, '_> {
    /// Makes the summaries of the file's own serializers, for the files that use them.
    pub(in crate::flow) fn summarise_serializers(&mut self) {
        for at in 0..self.unit.module.classes.len() {
            let class = ClassRef { file: self.unit.file, id: ClassId(at as u32) };
            if self.serializer_of(class).is_some() {
                self.summary_of_serializer(class, 0);
            }
        }
    }

    fn summary_of_serializer(&mut self, class: ClassRef, depth: usize) -> Option<Arc<Summary>> {
        let fact = self.serializer_of(class)?;
        if class.file != self.unit.file {
            return self.known.serializer(class).cloned();
        }
        if let Some(made) = self.serializers.get(&class.id) {
            return made.clone();
        }
        if depth > MAX_NESTING {
            return None;
        }
        self.serializers.insert(class.id, None);
        let mut summary = Summary::of_fields();
        for base in self.project.class(class).bases.clone() {
            if let Some(inherited) = self.summary_of_serializer(base, depth + 1) {
                merge(&mut summary, &inherited);
            }
        }
        let declared = self.unit.module.class(class.id);
        for field in &declared.fields {
            self.note_field(&mut summary, class, fact, field, depth);
        }
        self.note_meta(&mut summary, class, fact);
        for name in &fact.methods {
            if let Some(method) = self.project.class(class).methods.get(name.as_str()).copied() {
                self.note_method(&mut summary, method, declared.head);
            }
        }
        if fact.method_fields.is_empty()
            && let Some(pattern) = &fact.method_name
            && let Some((prefix, "")) = pattern.split_once("{field}")
        {
            for &method in &declared.methods {
                let function = self.unit.module.function(method);
                if self.unit.module.text(function.name).starts_with(prefix) {
                    self.note_method(&mut summary, FnRef { file: class.file, id: method }, function.head);
                }
            }
        }
        let summary = Arc::new(summary);
        self.serializers.insert(class.id, Some(summary.clone()));
        Some(summary)
    }

    fn note_field(&mut self, summary: &mut Summary, class: ClassRef, fact: &Serializer, field: &Field, depth: usize) {
        let unit = self.unit;
        let name = unit.module.text(field.name);
        if fact.meta.as_deref() == Some(name) {
            return;
        }
        let call = field.value.filter(|&value| matches!(unit.module.expr(value).kind, ExprKind::Call { .. }));
        let callee = call.and_then(|call| unit.path_of_expr(call));
        // A field's class may be the project's own, derived from a library's.
        let class_of_field = call.and_then(|call| match unit.module.expr(call).kind {
            ExprKind::Call { callee, .. } => self.project.class_of_expr(unit, callee),
            _ => None,
        });
        let bases = class_of_field.map(|class| self.project.class(class).base_paths.as_slice()).unwrap_or_default();
        let named = |list: &[String]| callee.iter().chain(bases).any(|path| list.contains(path));
        let has = |keyword: &str| {
            let ExprKind::Call { args, .. } = call.map(|call| &unit.module.expr(call).kind)? else { return None };
            args.iter().find(|arg| arg.name.is_some_and(|name| unit.module.text(name) == keyword)).map(|arg| arg.value)
        };
        let is_unread = fact.unread_with.iter().any(|word| has(word).is_some_and(|value| is_true(unit, value)));
        let each = fact.many.as_deref().and_then(has).is_some_and(|many| is_true(unit, many));
        // A link that is made of something else than the key has the object read.
        let relation = || self.project.class(self.entity_of_meta(class, fact)?).relations.get(name);
        // The key of what leads here lies in its own row.
        let is_elsewhere = |relation: &RelationFact| relation.unlisted && !relation.many;
        let has_object = fact.object_with.iter().any(|word| has(word).is_some());
        let reads_object = relation().is_some_and(|relation| has_object || is_elsewhere(relation));
        let keys_alone = class_of_field.zip(fact.key_method.as_deref());
        let is_key = keys_alone.is_some_and(|(class, method)| self.method_of(class, method).is_some());
        if is_unread || is_key || (named(&fact.column_fields) && !each && !reads_object) {
            return;
        }
        if named(&fact.method_fields) {
            let given = call.zip(fact.method_at.as_ref()).and_then(|(call, at)| argument(unit, call, at));
            let method = match given.and_then(|given| unit.module.str_of(given)) {
                Some(given) => given.to_owned(),
                None => fact.method_name.as_deref().unwrap_or("{field}").replace("{field}", name),
            };
            if let Some(method) = self.method_of(class, &method) {
                self.note_method(summary, method, field.span);
            }
            return;
        }
        let keyword = |wanted: Option<&String>| has(wanted?);
        let source = keyword(fact.source.as_ref()).and_then(|source| unit.module.str_of(source));
        // `source="*"` hands the whole object on.
        let mut path: Vec<Arc<str>> = match source {
            Some("*") => Vec::new(),
            Some(source) => self.steps_of_source(class, fact, source),
            None => vec![name.into()],
        };
        let nested = class_of_field.or_else(|| field.ty.and_then(|ty| self.class_inside(ty)));
        let many = each || field.ty.is_some_and(|ty| is_list_type(unit, ty));
        if many {
            path.push("*".into());
        }
        let nested = nested.filter(|&nested| nested != class);
        let below = nested.and_then(|nested| self.summary_of_serializer(nested, depth + 1));
        // A plain field is a column unless it says otherwise.
        let is_plain = below.is_none()
            && source.is_none()
            && call.is_some()
            && !named(&fact.related_fields)
            && !(reads_object && named(&fact.column_fields))
            && !(each && named(&fact.column_fields));
        let is_computed =
            || self.entity_of_meta(class, fact).is_none_or(|entity| self.method_of(entity, name).is_some());
        if is_plain && !is_computed() {
            return;
        }
        summary.note_read(self.read_of_object(path.clone(), field.span));
        let Some((below, nested)) = below.zip(nested) else { return };
        let hop = Hop { file: unit.file, span: field.span, name: self.class_name(nested) };
        for inner in &below.reads {
            let path = path.iter().chain(&inner.path).cloned().collect();
            summary.note_read(ParamRead { path, path_of_calls: hops_to(&hop, &inner.path_of_calls), ..inner.clone() });
        }
        let read = path.iter().filter(|step| &***step != "*").map(|step| &**step).collect::<Vec<_>>().join(".");
        for trip in &below.trips {
            let path = hops_to(&hop, &trip.path);
            let of_param = trip.of_param.as_ref().map(|(param, reached)| (*param, below_field(&read, reached)));
            summary.note_trip(&RoundTrip { path, in_loop: trip.in_loop || many, of_param, ..trip.clone() });
        }
    }

    /// `source="customer.name"`; of `source="lines.count"`, the last is called.
    fn steps_of_source(&self, class: ClassRef, fact: &Serializer, source: &str) -> Vec<Arc<str>> {
        let mut at = self.entity_of_meta(class, fact);
        let mut is_many = false;
        let mut steps = Vec::new();
        for step in source.split('.') {
            steps.push(if is_many { format!("{step}(0)").into() } else { step.into() });
            let relation = at.and_then(|entity| self.project.class(entity).relations.get(step));
            is_many = relation.is_some_and(|relation| relation.many && relation.kind.is_some());
            at = relation.and_then(|relation| match relation.target {
                Some(EntityRef::Class(target)) => Some(target),
                _ => None,
            });
        }
        steps
    }

    /// `class Meta: model = Order; fields = ["id", "lines"]`: to-many relations are read, a to-one's key is a column.
    fn note_meta(&mut self, summary: &mut Summary, class: ClassRef, fact: &Serializer) {
        let unit = self.unit;
        let module = &unit.module;
        let Some(entity) = self.entity_of_meta(class, fact) else { return };
        let attribute = |name: &str| self.attribute_of_meta(class, fact, name);
        let Some(fields) = attribute("fields").or_else(|| attribute("exclude")) else { return };
        let excluded = match attribute("fields") {
            Some(_) => Vec::new(),
            None => self.listed_names(class, fact, fields, 0).unwrap_or_default(),
        };
        let depth =
            attribute("depth").is_some_and(|depth| !matches!(module.expr(depth).kind, ExprKind::Lit(Lit::Null)));
        let listed = attribute("fields").and_then(|fields| self.listed_names(class, fact, fields, 0));
        let own = |name: &str| module.class(class.id).fields.iter().any(|field| module.text(field.name) == name);
        // `fields = ["total"]`, a property or a method of the entity.
        for &name in listed.iter().flatten().filter(|name| !own(name)) {
            if self.method_of(entity, name).is_some() {
                summary.note_read(self.read_of_object(vec![name.into()], module.expr(fields).span));
            }
        }
        let mut relations: Vec<_> = self.project.class(entity).relations.values().collect();
        relations.sort_by(|a, b| a.name.cmp(&b.name));
        for relation in relations {
            let wanted = match &listed {
                Some(listed) => listed.contains(&relation.name.as_str()),
                // `__all__` holds what the entity itself declares.
                None if relation.unlisted => false,
                None => self
                    .project
                    .unit(entity.file)
                    .module
                    .class(entity.id)
                    .fields
                    .iter()
                    .any(|field| self.project.unit(entity.file).module.text(field.name) == relation.name),
            };
            let wanted = wanted && !excluded.contains(&relation.name.as_str());
            if !wanted || own(&relation.name) || !(relation.many || depth) {
                continue;
            }
            let mut path: Vec<Arc<str>> = vec![relation.name.as_str().into()];
            if relation.many {
                path.push("*".into());
            }
            summary.note_read(self.read_of_object(path, module.expr(fields).span));
        }
    }

    fn entity_of_meta(&self, class: ClassRef, fact: &Serializer) -> Option<ClassRef> {
        self.project.class_of_expr(self.unit, self.attribute_of_meta(class, fact, "model")?)
    }

    fn attribute_of_meta(&self, class: ClassRef, fact: &Serializer, name: &str) -> Option<ExprId> {
        let module = &self.unit.module;
        let wanted = fact.meta.as_deref()?;
        let mut nested = module.class(class.id).nested.iter().map(|&id| module.class(id));
        let meta = nested.find(|inner| module.text(inner.name) == wanted)?;
        meta.fields.iter().find(|field| module.text(field.name) == name)?.value
    }

    /// A method that is called with each object.
    pub(in crate::flow) fn note_method(&mut self, summary: &mut Summary, method: FnRef, place: Span) {
        let Some(made) = self.summary_anywhere(method) else { return };
        let unit = self.project.unit(method.file);
        let memoized = self.is_memoized(method);
        let hop = Hop { file: self.unit.file, span: place, name: unit.module.qualified_name(method.id) };
        for read in made.reads.iter().filter(|read| read.param == 0) {
            summary.note_read(ParamRead { path_of_calls: hops_to(&hop, &read.path_of_calls), ..read.clone() });
        }
        for trip in made.trips.iter().filter(|_| !memoized) {
            let in_loop = trip.in_loop || !trip.loops.is_empty();
            summary.note_trip(&RoundTrip { path: hops_to(&hop, &trip.path), in_loop, ..trip.clone() });
        }
    }

    pub(in crate::flow) fn read_of_object(&self, path: Vec<Arc<str>>, span: Span) -> ParamRead {
        let function = FnRef { file: self.unit.file, id: MODULE_FN };
        ParamRead { param: 0, path, span, loops: Arc::new([]), function, path_of_calls: Vec::new(), varies: true }
    }

    /// The serializer inside a written type: `list[CustomerOut]`, `Optional[CustomerOut]`.
    fn class_inside(&self, ty: TypeId) -> Option<ClassRef> {
        let unit = self.unit;
        if let Some(class) = self.project.class_of_type(unit, ty)
            && self.serializer_of(class).is_some()
        {
            return Some(class);
        }
        match &unit.module.ty(ty).kind {
            TypeKind::List(inner) | TypeKind::Pointer(inner) => self.class_inside(*inner),
            TypeKind::Union(items) => items.iter().find_map(|&item| self.class_inside(item)),
            TypeKind::Named { args, .. } => args.iter().find_map(|&inner| self.class_inside(inner)),
            _ => None,
        }
    }

    pub(in crate::flow) fn class_name(&self, class: ClassRef) -> String {
        let module = &self.project.unit(class.file).module;
        module.text(module.class(class.id).name).to_owned()
    }

    /// `OrderSerializer(orders, many=True)`, when the class is called.
    pub(in crate::flow) fn serialize_by_call(&mut self, class: ClassRef, args: &[(Value, Arg)], at: ExprId) {
        let Some(fact) = self.serializer_of(class) else { return };
        let Some(position) = &fact.object else { return };
        let given = self.values_at(&args.to_vec(), position);
        let Some((value, arg)) = given.into_iter().next() else { return };
        let is_many = |(value, arg): &(Value, Arg)| {
            let named = arg.name.is_some_and(|name| fact.many.as_deref() == Some(self.unit.module.text(name)));
            named && matches!(value, Value::Bool(true))
        };
        // `LineSerializer(order.lines.filter(…), many=True)` of a parameter: the caller knows what is visited.
        let value = match value {
            Value::Place(place) if !place.path.is_empty() && args.iter().any(is_many) => {
                Value::List(Arc::new(self.iterated(Value::Place(place), arg.value)))
            }
            value => value,
        };
        self.serialize(class, &value, arg.value, at);
    }

    /// `OrderOut.model_validate(order)`, `OrderSchema().dump(orders)`.
    pub(in crate::flow) fn serialize_by_method(
        &mut self,
        class: ClassRef,
        name: &str,
        args: &[(Value, Arg)],
        at: ExprId,
    ) {
        let Some(fact) = self.serializer_of(class) else { return };
        if fact.from_object.iter().any(|known| known == name)
            && !self.is_narrowed(fact, at)
            && let Some((value, arg)) = args.first().cloned()
        {
            self.serialize(class, &value, arg.value, at);
        }
    }

    /// `OrderSchema(only=["id"]).dump(orders)`
    fn is_narrowed(&self, fact: &Serializer, at: ExprId) -> bool {
        let module = &self.unit.module;
        let made = self.receiver_of(at).map(|base| match module.expr(base).kind {
            ExprKind::Var(var) => self.unit.initializer_of(var).unwrap_or(base),
            _ => base,
        });
        let Some(ExprKind::Call { args, .. }) = made.map(|made| &module.expr(made).kind) else { return false };
        let mut named = args.iter().filter_map(|arg| arg.name).map(|name| module.text(name));
        named.any(|name| fact.narrowed_by.iter().any(|known| known == name))
    }

    /// `self.get_serializer(orders, many=True)` of a view with a serializer.
    pub(in crate::flow) fn serialize_by_view(&mut self, view: ClassRef, value: &Value, place: ExprId, at: ExprId) {
        if let Some(class) = self.serializer_of_action(view).or_else(|| self.serializer_of_view(view)) {
            self.serialize(class, value, place, at);
        }
    }

    /// Hands one object, or each of several, to a serializer.
    fn serialize(&mut self, class: ClassRef, value: &Value, place: ExprId, at: ExprId) {
        let span = self.span(place);
        self.serialize_at(class, value, span, at);
    }

    /// The same, with the place that is to change: where the objects are read, if that is in this file.
    pub(in crate::flow) fn serialize_at(&mut self, class: ClassRef, value: &Value, place: Span, at: ExprId) {
        if !self.follows_calls {
            return;
        }
        let loaded = self.loaded_by_serializer(class, value);
        let value = loaded.as_ref().unwrap_or(value);
        let Some(summary) = self.summary_of_serializer(class, 0) else { return };
        if summary.reads.is_empty() && summary.trips.is_empty() {
            return;
        }
        let name = self.class_name(class);
        self.hand_over(&summary, name, value, place, at);
    }

    /// Has what a summary says of its parameter 0 done to one object, or to each of several.
    pub(in crate::flow) fn hand_over(
        &mut self,
        summary: &Summary,
        name: String,
        value: &Value,
        place: Span,
        at: ExprId,
    ) {
        let many = match value {
            Value::List(list) => {
                let rows = list.rows.clone().filter(|rows| rows.of.is_none());
                Some((list.element.clone(), list.size, rows))
            }
            Value::Object(object) if !self.is_instance(object) => self.many_of(object),
            _ => None,
        };
        let Some((element, size, rows)) = many else {
            let hop = Hop { file: self.unit.file, span: place, name };
            self.apply_serializer(summary, value, &hop, at);
            return;
        };
        let own = rows.as_ref().filter(|rows| rows.file == self.unit.file);
        let span = own.map_or(place, |rows| rows.span);
        let bounded =
            rows.as_ref().is_some_and(|rows| rows.query.bounded) || matches!(size, Size::Bounded | Size::Constant(_));
        let source = match (bounded, &rows) {
            (true, _) => LoopSource::Bounded,
            (false, Some(_)) => LoopSource::Query,
            (false, None) => LoopSource::Unknown,
        };
        let fact = LoopFact {
            parent: self.current().loops.last().copied(),
            iterable: Some(span),
            ..LoopFact::of_call(span, source, rows, self.function())
        };
        let id = self.open_loop(fact);
        let leaving = std::mem::take(&mut self.frame().leaving);
        let hop = Hop { file: self.unit.file, span, name };
        self.apply_serializer(summary, &element, &hop, at);
        self.frame().leaving = leaving;
        self.close_loop(id);
    }

    fn many_of(&mut self, object: &Arc<Object>) -> Option<(Value, Size, Option<Arc<Rows>>)> {
        let (size, rows) = self.size_and_rows(&Value::Object(object.clone()))?;
        Some((self.element_of(object), size, rows))
    }

    fn apply_serializer(&mut self, summary: &Summary, object: &Value, hop: &Hop, at: ExprId) {
        for trip in &summary.trips {
            // `def get_name(self, order: Order)`: what it reads of the order may have come with it.
            let given = object.as_object().zip(trip.of_param.as_ref());
            if given.is_some_and(|(given, (_, reached))| given.query.plain || loads(&given.query, reached)) {
                continue;
            }
            let through = RoundTrip {
                function: self.function(),
                span: hop.span,
                expr: at,
                loops: self.loops(),
                varies: true,
                once: false,
                searches: false,
                of_param: given.and_then(|(given, (_, reached))| reached_from_param(given, reached)),
                path: hops_to(hop, &trip.path),
                ..trip.clone()
            };
            if !trip.in_loop {
                self.record_trip(through);
            }
        }
        for read in &summary.reads {
            self.read_through_call(object, read, hop, at);
        }
    }

    /// The rows that a view class answers with go through its serializer.
    pub(in crate::flow) fn serialize_views(&mut self) {
        let unit = self.unit;
        for at in 0..unit.module.classes.len() {
            let view = ClassRef { file: unit.file, id: ClassId(at as u32) };
            let Some(serializer) = self.serializer_of_view(view) else { continue };
            let facts = self.project.class(view);
            let models = self.models;
            let fact = models
                .views
                .iter()
                .find(|fact| fact.lists && fact.bases.iter().any(|base| facts.base_paths.contains(base)));
            let Some(fact) = fact else { continue };
            if self.lists_itself(view, fact) {
                continue;
            }
            let Some((value, place, expr)) = self.query_of_view(view, fact) else { continue };
            self.frames.push(crate::flow::Frame::of(MODULE_FN));
            let value = self.filtered_by_view(view, fact, value, place, expr);
            self.serialize_at(serializer, &value, place, expr);
            self.frames.pop();
        }
    }

    /// The view's own code answers with the list, through a serializer that it names: it is followed like any other code.
    fn lists_itself(&self, view: ClassRef, fact: &View) -> bool {
        let module = &self.unit.module;
        let unit = self.unit;
        let method = ["list", "get"].iter().find_map(|name| self.method_of(view, name));
        let Some(method) = method.filter(|method| method.file == self.unit.file) else { return false };
        let (mut as_the_framework, mut by_name) = (false, false);
        walk_block(module, &module.function(method.id).body, &mut |_| true, &mut |expr| {
            let ExprKind::Call { callee, .. } = module.expr(expr).kind else { return true };
            let called = self.project.class_of_expr(unit, callee);
            by_name |= called.is_some_and(|class| self.serializer_of(class).is_some());
            if let ExprKind::Member { name, .. } = module.expr(callee).kind {
                as_the_framework |= fact.serialises.iter().any(|known| known == module.text(name));
            }
            true
        });
        by_name && !as_the_framework
    }

    /// The query as the view's own method for that goes on from it: `return super().filter_queryset(queryset).select_related(…)`.
    fn filtered_by_view(&mut self, view: ClassRef, fact: &View, value: Value, place: Span, at: ExprId) -> Value {
        let Some(method) = fact.filter_method.as_deref().and_then(|name| self.method_of(view, name)) else {
            return value;
        };
        let given = [(value.clone(), Arg { name: None, spread: Spread::None, value: at })];
        let receiver = Value::Instance(view);
        let filtered = self.quietly(|interp| interp.call_project(method, Some(&receiver), &given, at, place));
        if filtered.is_unknown() { value } else { filtered }
    }

    /// `response_model=list[OrderOut]`: the framework makes one of each object that the handler returns.
    pub(in crate::flow) fn serialize_response(&mut self, value: &Value, span: Span, at: ExprId) {
        let function = self.function();
        let Some(route) = &self.facts.functions[function.index()].route else { return };
        let class = match route.response_model {
            Some(model) => self.model_inside(model),
            // `def orders() -> list[OrderOut]`: the declared result is the model where no other is named.
            None => self.unit.module.function(function).returns.first().and_then(|&ty| self.class_inside(ty)),
        };
        if let Some(class) = class {
            self.serialize_at(class, value, span, at);
        }
    }

    /// The response model inside `List[OrderOut]`, `Page[OrderOut]`.
    fn model_inside(&self, expr: ExprId) -> Option<ClassRef> {
        let unit = self.unit;
        match &unit.module.expr(expr).kind {
            ExprKind::Index { index, .. } => self.model_inside(*index),
            ExprKind::Seq { items, .. } => items.iter().find_map(|&item| self.model_inside(item)),
            ExprKind::TypeValue(ty) => self.class_inside(*ty),
            _ => self.project.class_of_expr(unit, expr),
        }
    }
}

/// What a nested serializer reads of its object, as read of the object around it.
fn below_field(field: &str, reached: &str) -> Arc<str> {
    match (field, reached) {
        ("", reached) => reached.into(),
        (field, "") => field.into(),
        (field, reached) => format!("{field}.{reached}").into(),
    }
}

fn merge(into: &mut Summary, other: &Summary) {
    for read in &other.reads {
        into.note_read(read.clone());
    }
    for trip in &other.trips {
        into.note_trip(trip);
    }
}

pub(in crate::flow) fn is_true(unit: &crate::project::Unit, expr: ExprId) -> bool {
    matches!(unit.module.expr(expr).kind, ExprKind::Lit(Lit::Bool(true)))
}
