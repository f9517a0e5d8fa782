//! Expressions: what value each gives.
//!
//! Knows operators, literals, attributes. Calls are `call`'s, text is `text`'s.

use crate::flow::Interp;
use crate::flow::calls::keyed::merged;
use crate::flow::value::{EntityRef, Evidence, FnRef, List, Object, Origin, Query, Record, Shape, Size, Text, Value};
use crate::ir::{BinaryOp, Entry, ExprId, ExprKind, FnId, Lit, MODULE_FN, SeqKind, Sym, UnaryOp, VarId, VarKind};
use crate::models::lookup::KindId;
use crate::models::schema::Source;
use crate::source::Family;
use std::sync::Arc;

impl Interp<'_, '_> {
    pub(super) fn eval(&mut self, id: ExprId) -> Value {
        let unit = self.unit;
        let module = &unit.module;
        let expr = module.expr(id);
        match &expr.kind {
            ExprKind::Lit(lit) => match lit {
                Lit::Str(text) => Value::constant(module.text(*text)),
                Lit::Int(digits) => module.text(*digits).replace('_', "").parse().map_or(Value::Number, Value::Int),
                Lit::Float(_) => Value::Number,
                Lit::Bool(value) => Value::Bool(*value),
                Lit::Null => Value::Null,
                Lit::Regex(_) | Lit::Ellipsis => Value::Unknown,
            },
            ExprKind::Var(var) => self.read(*var),
            ExprKind::Name(name) => self.value_of_name(*name),
            ExprKind::Member { base, name, .. } if unit.is_template => self.member_in_template(id, *base, *name),
            ExprKind::Member { base, name, .. } => {
                let owner = self.eval(*base);
                let value = self.member(owner, *name, id, *base);
                self.as_checked(id, value)
            }
            ExprKind::Index { base, index } => {
                let owner = self.eval(*base);
                let key = self.eval(*index);
                let value = self.index(owner, &key, id);
                self.as_checked(id, value)
            }
            ExprKind::Slice { base, low, high, step } => {
                let owner = self.eval(*base);
                for part in [low, high, step].into_iter().flatten() {
                    self.eval(*part);
                }
                self.slice(owner, high.is_some() || low.is_some_and(|low| self.is_negative(low)))
            }
            ExprKind::Call { callee, args, form } => {
                let value = self.eval_call(id, *callee, args, *form);
                self.as_checked(id, value)
            }
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Unary { op, operand } => {
                let value = self.eval(*operand);
                match op {
                    UnaryOp::Not => Value::Bool(true),
                    UnaryOp::Neg => match value {
                        Value::Int(n) => Value::Int(-n),
                        _ => Value::Number,
                    },
                    UnaryOp::Plus | UnaryOp::BitNot | UnaryOp::Step => Value::Number,
                    UnaryOp::Typeof => Value::Data(Origin::Listed),
                    UnaryOp::Void => Value::Null,
                    UnaryOp::Receive | UnaryOp::Other => Value::Unknown,
                }
            }
            ExprKind::Binary { op, left, right } => self.binary(*op, *left, *right),
            ExprKind::Conditional { test, then, orelse } => {
                self.eval(*test);
                self.conditional(*test, *then, *orelse)
            }
            ExprKind::Seq { kind, items, .. } if *kind != SeqKind::Tuple && self.copied(items).is_some() => {
                let source = self.copied(items).unwrap_or(id);
                let value = self.eval(source);
                let list = self.iterated(value, source);
                Value::List(Arc::new(list))
            }
            ExprKind::Seq { kind, items, ty } => {
                let mut values: Vec<Value> = items.iter().map(|&item| self.eval(item)).collect();
                // Go: `return rows, db.Find(&rows).Error` gives what the call has filled in.
                if unit.family() == Family::Go && *kind == SeqKind::Tuple {
                    for (value, &item) in values.iter_mut().zip(items) {
                        if let ExprKind::Var(var) = module.expr(item).kind {
                            *value = self.read(var);
                        }
                    }
                }
                if *kind == SeqKind::Tuple {
                    return Value::Tuple(values.into());
                }
                let constant = values.iter().all(Value::is_constant);
                let spread = items.iter().any(|&item| matches!(module.expr(item).kind, ExprKind::Spread(_)));
                // However long it is, it is spelled out: no data makes it longer.
                let length = (items.len() as u32).min(crate::flow::loops::SMALL);
                let size = if spread { Size::Unknown } else { Size::Constant(length) };
                let mut element = values.into_iter().reduce(Value::join).unwrap_or_default();
                if items.is_empty()
                    && let Some(ty) = ty
                    && let Value::List(list) = self.value_of_type(unit, *ty)
                {
                    element = list.element.clone();
                }
                Value::List(Arc::new(List { element, size, rows: None, constant, shape: Shape::Elements }))
            }
            ExprKind::Record { ty, entries } => self.record(*ty, entries),
            ExprKind::Closure(function) => {
                self.note_made(*function);
                Value::Function(FnRef { file: unit.file, id: *function }, None)
            }
            ExprKind::Await(inner) => {
                let before = self.awaiting.replace(*inner);
                let value = self.eval(*inner);
                self.awaiting = before;
                self.awaited(value, *inner)
            }
            ExprKind::Yield(inner) => inner.map_or(Value::Null, |inner| self.eval(inner)),
            ExprKind::Spread(inner) => {
                let value = self.eval(*inner);
                match value {
                    Value::List(list) => list.element.clone(),
                    // Unpacking a lazy query runs it.
                    Value::Object(_) => self.iterated(value, *inner).element,
                    other => other,
                }
            }
            ExprKind::Ref(inner) | ExprKind::Deref(inner) => self.eval(*inner),
            ExprKind::Cast { value, ty } => {
                let known = self.eval(*value);
                self.cast(known, *ty)
            }
            ExprKind::Let { target, value } => {
                let value = self.eval(*value);
                self.assign(*target, value.clone());
                value
            }
            ExprKind::Comprehension { kind, body } => self.comprehension(*body, *kind),
            ExprKind::TypeValue(ty) => {
                if let Some((_, Some(class))) = Some(self.project.kinds_of_type(unit, *ty)) {
                    return Value::Class(class);
                }
                unit.path_of_type(*ty).0.map_or(Value::Unknown, |path| Value::path(&path))
            }
            ExprKind::Opaque(children) => {
                let values: Vec<Value> = children.iter().map(|&child| self.eval(child)).collect();
                values.into_iter().find(|value| matches!(value, Value::Data(Origin::Request))).unwrap_or_default()
            }
        }
    }

    /// What `[...rows]` is a copy of.
    fn copied(&self, items: &[ExprId]) -> Option<ExprId> {
        let [only] = items else { return None };
        match self.unit.module.expr(*only).kind {
            ExprKind::Spread(inner) if self.unit.family() == Family::TypeScript => Some(inner),
            _ => None,
        }
    }

    pub(super) fn read(&mut self, var: VarId) -> Value {
        let value = &self.env[var.index()];
        if !value.is_unknown() {
            // A global that functions write holds more than its first value.
            return value.clone();
        }
        let declared = self.unit.module.var(var);
        match declared.kind {
            VarKind::Local | VarKind::Param => {
                let value = match declared.ty {
                    Some(ty) => self.value_of_type(self.unit, ty),
                    None => Value::Unknown,
                };
                if value.is_unknown()
                    && is_constant_name(self.unit.module.text(declared.name))
                    && declared.owner == MODULE_FN
                {
                    return Value::Data(Origin::Unknown);
                }
                value
            }
            VarKind::Caught => Value::Error,
            VarKind::Import(_) | VarKind::Function(_) | VarKind::Class(_) => Value::Unknown,
        }
    }

    pub(super) fn value_of_name(&mut self, name: Sym) -> Value {
        let text = self.unit.module.text(name);
        match self.project.symbol_of_free_name(self.unit.file, text) {
            Some(symbol) => self.value_of_symbol(symbol),
            None => self.value_of_path(self.unit.path_of_name(name)),
        }
    }

    /// A library value by its path, or the path itself.
    pub(super) fn value_of_path(&self, path: &str) -> Value {
        match self.models.kind_of_value(path) {
            Some(kind) => Self::object(kind, Evidence::Proven),
            None => Value::path(path),
        }
    }

    pub(super) fn object(kind: KindId, evidence: Evidence) -> Value {
        Value::Object(Arc::new(Object {
            kind: Some(kind),
            evidence,
            query: Query::default(),
            pending: None,
            text: None,
        }))
    }

    /// An instance of an entity, rather than a query or a session.
    pub(super) fn is_instance(&self, object: &Object) -> bool {
        match object.kind {
            None => true,
            Some(kind) => {
                let id = &self.models.kind(kind).fact.id;
                self.models.entities.iter().any(|entity| entity.instance_kind.as_ref() == Some(id))
            }
        }
    }

    pub(super) fn index(&mut self, owner: Value, key: &Value, at: ExprId) -> Value {
        match owner {
            Value::Record(record) => {
                if let Some(found) = key.as_text().and_then(|text| text.as_constant()).and_then(|key| record.get(key)) {
                    return found.clone();
                }
                if record.constant {
                    return Value::Data(Origin::Listed);
                }
                record.rest.clone().unwrap_or_default()
            }
            Value::List(list) => {
                if list.constant {
                    Value::Data(Origin::Listed)
                } else {
                    list.element.clone()
                }
            }
            Value::Tuple(items) => match key {
                Value::Int(at) => items.get(usize::try_from(*at).unwrap_or(usize::MAX)).cloned().unwrap_or_default(),
                _ => items.iter().cloned().reduce(Value::join).unwrap_or_default(),
            },
            Value::Data(origin) => Value::Data(origin),
            Value::Place(place) => match key.as_text().and_then(|text| text.as_constant()) {
                Some(key) => {
                    let key = key.to_owned();
                    self.member_of_place(&place, &key, at)
                }
                None => Value::Data(Origin::Param(place.param)),
            },
            Value::Object(object) => {
                if let Some(kind) = object.kind {
                    let facts = &self.models.kind(kind).fact;
                    if facts.slice_bounds {
                        return self.run_lazily_one(&object, at);
                    }
                    // `client["db"]["orders"]` names a collection like the attribute would.
                    if let Some(name) = key.as_text().and_then(|text| text.as_constant()).map(str::to_owned)
                        && let Some(attr) = self.models.attribute(kind, self.models.name(&name), &name)
                    {
                        return self.attribute(&object, attr, &name);
                    }
                    if let Some(attr) = self.models.attribute(kind, None, "*") {
                        return self.attribute(&object, attr, "*");
                    }
                }
                if self.is_instance(&object) { Value::Data(Origin::Row) } else { Value::Unknown }
            }
            // `os.environ["X"]`, `Model[int]`.
            Value::Path(path) => {
                if let Some(&kind) = self.models.kinds_of_type(&path).first() {
                    let entity = match key {
                        Value::Class(class) => Some(EntityRef::Class(*class)),
                        Value::Path(path) => path.rsplit('.').next().map(|name| EntityRef::Named(name.into())),
                        _ => None,
                    };
                    if entity.is_some() {
                        return Value::Object(Arc::new(Object {
                            kind: Some(kind),
                            evidence: Evidence::Proven,
                            query: Query { entity, ..Query::default() },
                            pending: None,
                            text: None,
                        }));
                    }
                }
                // A generic class stays one: `Model[int]`; an element of anything else is not known.
                let last = path.rsplit('.').next().unwrap_or("");
                if last.starts_with(|c: char| c.is_ascii_uppercase())
                    && last.bytes().any(|b| b.is_ascii_lowercase())
                    && self.unit.family() == Family::Python
                {
                    Value::Path(path)
                } else {
                    Value::Unknown
                }
            }
            Value::Class(class) => match self.class_kind_of(class) {
                crate::ir::ClassKind::Enum => Value::Data(Origin::Listed),
                _ => Value::Class(class),
            },
            Value::Text(text) => match text.worst() {
                Some(origin) => Value::Data(origin),
                None => Value::Data(Origin::Listed),
            },
            Value::Module(_)
            | Value::Instance(_)
            | Value::Function(..)
            | Value::Unknown
            | Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Number
            | Value::Check(_)
            | Value::Error => Value::Unknown,
        }
    }

    pub(super) fn is_negative(&self, id: ExprId) -> bool {
        matches!(self.unit.module.expr(id).kind, ExprKind::Unary { op: UnaryOp::Neg, .. })
    }

    pub(super) fn slice(&mut self, owner: Value, has_end: bool) -> Value {
        match owner {
            Value::Object(object) => {
                let lazy = object.kind.is_some_and(|kind| self.models.kind(kind).fact.slice_bounds);
                if lazy && has_end {
                    let mut sliced = (*object).clone();
                    sliced.query.bounded = true;
                    return Value::Object(Arc::new(sliced));
                }
                Value::Object(object)
            }
            Value::List(list) => {
                let mut sliced = (*list).clone();
                if has_end {
                    sliced.size = Size::Bounded;
                    // What a limit already holds down may well be cut further: `list(pings[:50])[:10]`.
                    if let Some(rows) = &sliced.rows
                        && !rows.query.bounded
                    {
                        let mut rows = (**rows).clone();
                        rows.sliced = true;
                        sliced.rows = Some(Arc::new(rows));
                    }
                }
                Value::List(Arc::new(sliced))
            }
            other => other,
        }
    }

    pub(super) fn record(&mut self, ty: Option<crate::ir::TypeId>, entries: &[Entry]) -> Value {
        let unit = self.unit;
        let mut record = Record { constant: true, ..Record::default() };
        for (at, entry) in entries.iter().enumerate() {
            match entry {
                Entry::Pair { key, value } => {
                    let result = self.eval(*value);
                    record.constant &= result.is_constant();
                    if let Some(name) = unit.module.str_of(*key) {
                        record.entries.push((name.into(), result));
                    } else {
                        self.eval(*key);
                        let rest = record.rest.take().unwrap_or_default();
                        record.rest = Some(if rest.is_unknown() { result } else { rest.join(result) });
                    }
                }
                Entry::Spread(value) => match self.eval(*value) {
                    Value::Record(inner) => {
                        record.entries.extend(inner.entries.iter().cloned());
                        record.constant &= inner.constant;
                        if record.rest.is_none() {
                            record.rest.clone_from(&inner.rest);
                        }
                        record.rows = record.rows.take().or_else(|| inner.rows.clone());
                    }
                    other => {
                        record.constant = false;
                        if record.rest.is_none() {
                            record.rest = Some(other);
                        }
                    }
                },
                // `listAnswer{orders, len(orders)}`: by the order of the fields.
                Entry::Item(value) => {
                    let result = self.eval(*value);
                    record.constant &= result.is_constant();
                    if let Some(name) = ty.and_then(|ty| self.field_name(ty, at)) {
                        record.entries.push((name, result));
                    }
                }
            }
        }
        // A Go struct literal is an instance of its type where the type is known.
        if let Some(ty) = ty {
            let declared = self.value_of_type(unit, ty);
            match declared {
                Value::Object(ref object) if object.kind.is_some() && !self.is_instance(object) => return declared,
                Value::Instance(class) => {
                    for (name, value) in &record.entries {
                        if let Some(sym) = unit.module.strings.lookup(name)
                            && !value.is_unknown()
                        {
                            let slot = self.fields.entry((class, sym)).or_default();
                            *slot = if slot.is_unknown() {
                                value.clone()
                            } else {
                                std::mem::take(slot).join(value.clone())
                            };
                        }
                    }
                    // What has methods is asked for them; its fields are remembered with the class. An answer may have
                    // some too.
                    if !self.is_plain_data(class) && !record.entries.iter().any(|(_, value)| self.holds_rows(value)) {
                        return declared;
                    }
                    record.constant = false;
                    record.class = Some(class);
                }
                _ => {}
            }
        }
        Value::Record(Arc::new(record))
    }

    /// The name of a struct's field, by its place.
    fn field_name(&self, ty: crate::ir::TypeId, at: usize) -> Option<Arc<str>> {
        let class = self.project.class_of_type(self.unit, ty)?;
        let module = &self.project.unit(class.file).module;
        Some(module.text(module.class(class.id).fields.get(at)?.name).into())
    }

    /// A Go struct that only holds values: without methods, or a message that a tool generated. Generated queries hold what
    /// they are sent through.
    pub(super) fn is_plain_data(&self, class: crate::flow::value::ClassRef) -> bool {
        let facts = self.project.class(class);
        let unit = self.project.unit(class.file);
        let start = &unit.bytes[..unit.bytes.len().min(2 << 10)];
        let stands_alone = facts.entity.is_none() && facts.kinds.is_empty() && facts.bases.is_empty();
        let fields = &unit.module.class(class.id).fields;
        let mut types = fields.iter().filter_map(|field| field.ty);
        let mut is_message = || {
            crate::source::classify::is_generated(&unit.path, start)
                && !types.any(|ty| matches!(self.value_of_type(unit, ty), Value::Object(_)))
        };
        stands_alone && (facts.methods.is_empty() || is_message())
    }

    pub(super) fn cast(&mut self, value: Value, ty: crate::ir::TypeId) -> Value {
        let declared = self.value_of_type(self.unit, ty);
        match (value, declared) {
            // `[]byte("text")`, `string(x)`: text stays text.
            (value @ Value::Text(_), Value::Number) => value,
            (_, Value::Number) => Value::Number,
            (Value::Unknown, declared) => declared,
            (Value::Place(place), declared) => match declared {
                Value::Object(_) | Value::Instance(_) | Value::List(_) => declared,
                _ => Value::Place(place),
            },
            (value, _) => value,
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Value {
        let a = self.eval(left);
        // `rows ?? await load()`
        let falls_back = matches!(op, BinaryOp::Or | BinaryOp::Nullish);
        let left_out = if falls_back { self.parameter_of(left) } else { None };
        let b = self.where_left_out(left_out, |interp| interp.eval(right));
        self.binary_values(op, a, b, left, right)
    }

    pub(super) fn binary_values(&mut self, op: BinaryOp, a: Value, b: Value, left: ExprId, right: ExprId) -> Value {
        match op {
            BinaryOp::Add => self.add(a, &b, left, right),
            BinaryOp::Mod if a.as_text().is_some() && self.unit.family() == Family::Python => {
                self.percent(&a, &b, left, right)
            }
            BinaryOp::Mul => match (&a, &b) {
                (Value::List(list), _) | (_, Value::List(list)) => {
                    // `["%s"] * len(ids)`
                    let mut repeated = (**list).clone();
                    repeated.size = Size::Unknown;
                    Value::List(Arc::new(repeated))
                }
                (Value::Text(text), _) | (_, Value::Text(text)) if text.as_constant().is_some() => {
                    Value::Data(Origin::Placeholders)
                }
                _ => Value::Number,
            },
            BinaryOp::Sub | BinaryOp::Div | BinaryOp::Mod | BinaryOp::Pow | BinaryOp::Shift => Value::Number,
            BinaryOp::Or | BinaryOp::Nullish | BinaryOp::And => match (a, b) {
                (Value::Null, b) if op != BinaryOp::And => b,
                // `cond and "text"`, `x || fallback`.
                (a, b) => {
                    if op == BinaryOp::And && matches!(a, Value::Bool(_) | Value::Unknown | Value::Place(_)) {
                        b
                    } else {
                        a.join(b)
                    }
                }
            },
            BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor => match (a, b) {
                // `queryset | other`, set operations.
                (Value::Object(a), _) => Value::Object(a),
                (Value::Number | Value::Int(_), _) => Value::Number,
                (a, Value::Record(b)) if op == BinaryOp::BitOr => merged(&a, &b),
                _ => Value::Unknown,
            },
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge
            | BinaryOp::Is
            | BinaryOp::IsNot
            | BinaryOp::InstanceOf => Value::Bool(true),
            BinaryOp::In | BinaryOp::NotIn => {
                // `x in queryset` runs it.
                if let Value::Object(_) = b {
                    self.iterated(b, right);
                }
                Value::Bool(true)
            }
            BinaryOp::Other => Value::Unknown,
        }
    }

    /// Last name segment of a receiver: `db` of `self.db`, `session` of `get_session()` is none.
    pub(super) fn receiver_name(&self, expr: ExprId) -> Option<&str> {
        let module = &self.unit.module;
        match &module.expr(expr).kind {
            ExprKind::Await(inner)
            | ExprKind::Cast { value: inner, .. }
            | ExprKind::Ref(inner)
            | ExprKind::Deref(inner) => self.receiver_name(*inner),
            _ => module.last_name(expr),
        }
    }

    /// Kinds that a receiver's name suggests, of libraries that the project uses.
    pub(super) fn conventional_kinds(&self, name: &str) -> Vec<KindId> {
        let family = self.unit.family();
        let mut kinds: Vec<KindId> = self
            .models
            .kinds_of_receiver(name)
            .filter(|&kind| self.project.uses_library(family, self.models.kind(kind).library))
            .collect();
        // A library that this very file imports is the better guess.
        kinds.sort_by_key(|&kind| !self.unit.libraries[self.models.kind(kind).library as usize]);
        kinds
    }

    /// The function that facts belong to: the innermost closure that is a handler, else the named function.
    pub(super) fn function(&self) -> FnId {
        let frame = self.current();
        let is_handler = |id: &&FnId| self.facts.functions[id.index()].route.is_some();
        frame.inlined.iter().rev().find(is_handler).copied().unwrap_or(frame.function)
    }

    /// Evaluates without writing facts.
    pub(super) fn quietly<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let counts =
            (self.facts.round_trips.len(), self.facts.sinks.len(), self.facts.responses.len(), self.facts.loops.len());
        let (seen, beside) = (std::mem::take(&mut self.seen), std::mem::take(&mut self.beside));
        let (also, asked) = (self.facts.beside.len(), self.facts.asked.len());
        let responded = std::mem::take(&mut self.responded);
        let summary = std::mem::take(&mut self.frame().summary);
        let renders = self.renders.len();
        let result = work(self);
        self.renders.truncate(renders);
        self.facts.round_trips.truncate(counts.0);
        self.facts.sinks.truncate(counts.1);
        self.facts.responses.truncate(counts.2);
        self.facts.loops.truncate(counts.3);
        self.facts.beside.truncate(also);
        self.facts.asked.truncate(asked);
        (self.seen, self.beside) = (seen, beside);
        self.responded = responded;
        self.frame().summary = summary;
        result
    }

    pub(super) fn text_of(&mut self, value: &Value, expr: ExprId) -> Text {
        if let Value::Place(place) = value
            && let Some(origin) = self.closed_by_type(place)
        {
            return Text::hole(origin, self.unit.file, self.span(expr));
        }
        self.printed(value, expr);
        crate::flow::text::text_of(self.unit, value, expr)
    }
}

pub(super) fn origin_of(source: Source) -> Origin {
    match source {
        Source::Request => Origin::Request,
        Source::Validated => Origin::Listed,
        Source::Config => Origin::Config,
        Source::Generated => Origin::Generated,
    }
}

/// `TABLE_NAME`, `MAX`: named like a constant.
pub(super) fn is_constant_name(name: &str) -> bool {
    name.len() > 1
        && name.bytes().any(|b| b.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

pub(super) fn capitalise(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
