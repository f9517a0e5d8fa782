//! Writes: values into variables, attributes, elements and patterns.
//!
//! Knows places. Does not know where the value comes from.

use crate::flow::Interp;
use crate::flow::calls::keyed::merged;
use crate::flow::value::{ClassRef, Object, Origin, Record, Value};
use crate::ir::{BinaryOp, Entry, ExprId, ExprKind, MODULE_FN, Sym, TypeId, VarKind};
use crate::source::Family;
use std::sync::Arc;

impl Interp<'_, '_> {
    pub(super) fn exec_assign(&mut self, target: ExprId, ty: Option<TypeId>, op: Option<BinaryOp>, value: ExprId) {
        let mut result = if let Some(op) = op {
            let before = self.eval(target);
            let added = self.eval(value);
            self.binary_values(op, before, added, target, value)
        } else {
            self.eval(value)
        };
        // What is declared to be numbers can hold nothing else, however it was made.
        if let Some(ty) = ty
            && self.unit.family() != crate::source::Family::Python
            && matches!(result, Value::Data(_) | Value::Place(_))
            && let declared @ (Value::Number | Value::List(_)) = self.value_of_type(self.unit, ty)
            && crate::flow::declared::closed(&declared).is_some()
        {
            result = declared;
        }
        // `const users: UserService = container.resolve("userService")`: what a parameter is asked for is what is declared.
        if let Some(ty) = ty
            && matches!(&result, Value::Place(place) if !place.path.is_empty())
            && let Value::Instance(class) = self.value_of_type(self.unit, ty)
            && !self.project.class(class).methods.is_empty()
        {
            result = Value::Instance(class);
        }
        if let Some(ty) = ty
            && (result.is_unknown() || result.is_null())
        {
            let declared = self.value_of_type(self.unit, ty);
            if !declared.is_unknown() {
                result = declared;
            }
        }
        self.assign(target, result);
    }

    /// `var answer Answer`, `page = OrderPage()`: a local object that only holds values is known by what is then written to
    /// its fields. In languages with classes that is asked for where rows are written alone.
    fn filled_by_fields(&mut self, owner: Value, place: ExprId, holds_rows: bool) -> Value {
        let Value::Instance(class) = owner else { return owner };
        let module = &self.unit.module;
        let ExprKind::Var(var) = module.expr(place).kind else { return owner };
        let is_local = module.var(var).kind == VarKind::Local && module.var(var).owner != MODULE_FN;
        let is_filled = match self.unit.family() {
            Family::Go => self.is_plain_data(class),
            Family::Python | Family::TypeScript => holds_rows && self.only_holds(class),
        };
        if !is_local || !is_filled {
            return owner;
        }
        let record = Value::Record(Arc::new(Record { class: Some(class), ..Record::default() }));
        self.set(var, record.clone());
        record
    }

    /// A class of the project that is no entity and has no methods but those that make and print it.
    fn only_holds(&self, class: ClassRef) -> bool {
        let facts = self.project.class(class);
        let stands_alone = facts.entity.is_none() && facts.kinds.is_empty() && facts.bases.is_empty();
        stands_alone && facts.methods.keys().all(|name| name.starts_with("__") || &**name == "constructor")
    }

    /// Writes a value to a place.
    pub(super) fn assign(&mut self, target: ExprId, value: Value) {
        let unit = self.unit;
        match &unit.module.expr(target).kind {
            ExprKind::Var(var) => {
                let value = if value.is_unknown() { self.declared_value(*var) } else { value };
                self.set(*var, value);
            }
            ExprKind::Seq { items, .. } => {
                for (at, &item) in items.iter().enumerate() {
                    let part = self.component(&value, at);
                    self.assign(item, part);
                }
            }
            ExprKind::Record { entries, .. } => {
                for entry in entries {
                    match entry {
                        Entry::Pair { key, value: place } => {
                            let part = match unit.module.str_of(*key) {
                                Some(name) => self.member_of(value.clone(), name, target),
                                None => Value::Unknown,
                            };
                            self.assign(*place, part);
                        }
                        Entry::Spread(place) | Entry::Item(place) => self.assign(*place, value.clone()),
                    }
                }
            }
            // A default inside a pattern: `{ a = 1 }`.
            ExprKind::Let { target, value: default } => {
                let default = self.eval(*default);
                let value = if value.is_unknown() { default } else { value.join(default) };
                self.assign(*target, value);
            }
            ExprKind::Spread(inner) | ExprKind::Deref(inner) => self.assign(*inner, value),
            ExprKind::Member { base, name, .. } => {
                let owner = self.eval(*base);
                let holds_rows = self.holds_rows(&value);
                let owner = self.filled_by_fields(owner, *base, holds_rows);
                self.respond_by_attribute(&owner, *name, &value, target);
                match owner {
                    Value::Instance(class) => {
                        // Other methods have other parameters.
                        let value = match value {
                            Value::Place(_) => Value::Unknown,
                            Value::Data(Origin::Param(_)) => Value::Data(Origin::Unknown),
                            value => value,
                        };
                        let slot = self.fields.entry((class, *name)).or_default();
                        *slot = if slot.is_unknown() { value } else { std::mem::take(slot).join(value) };
                    }
                    Value::Record(_) => self.update(*base, |known| {
                        if let Value::Record(record) = known {
                            let mut record = (**record).clone();
                            record.entries.push((unit.module.text(*name).into(), value.clone()));
                            record.constant &= value.is_constant();
                            *known = Value::Record(Arc::new(record));
                        }
                    }),
                    Value::Object(object) => self.replace_rows(&object, *base, *name, &value),
                    _ => {}
                }
            }
            ExprKind::Index { base, index } => {
                let key = self.eval(*index);
                self.eval(*base);
                // `ctx.Data["Orders"] = rows`
                if let ExprKind::Member { base: owner, name, .. } = unit.module.expr(*base).kind {
                    let owner = self.quietly(|interp| interp.eval(owner));
                    self.respond_by_attribute(&owner, name, &value, target);
                }
                // `found[i] = convert(row)` in a loop over rows: the list is those rows again.
                let rows = if key.is_constant() { None } else { self.rows_of_loop() };
                let keyed = rows.as_ref().and_then(|_| self.rows_under_key(*index, &value));
                let is_keywords = self.is_keywords(*base);
                self.update(*base, |known| match known {
                    Value::Record(record) => {
                        let mut record = (**record).clone();
                        if let Some(key) = key.as_text().and_then(|text| text.as_constant().map(str::to_owned)) {
                            record.entries.push((key.into(), value.clone()));
                        } else {
                            let rest = record.rest.take().unwrap_or_default();
                            record.rest =
                                Some(if rest.is_unknown() { value.clone() } else { rest.join(value.clone()) });
                        }
                        record.constant &= value.is_constant();
                        record.rows = record.rows.take().or(keyed);
                        *known = Value::Record(Arc::new(record));
                    }
                    Value::List(list) => {
                        let mut list = (**list).clone();
                        list.element = std::mem::take(&mut list.element).join(value.clone());
                        list.constant &= value.is_constant();
                        list.rows = list.rows.take().or(rows);
                        *known = Value::List(Arc::new(list));
                    }
                    // `kwargs["orders"] = orders`
                    Value::Place(_) if is_keywords => {
                        if let Some(key) = key.as_text().and_then(|text| text.as_constant()) {
                            let entries = vec![(key.into(), value.clone())];
                            *known = merged(known, &Record { entries, ..Record::default() });
                        }
                    }
                    _ => {}
                });
            }
            _ => {}
        }
    }

    /// `page.object_list = page.object_list.select_related("customer")`: an attribute that stands for the object's own rows
    /// gets others. Rows that are not known may have been loaded with anything.
    fn replace_rows(&mut self, object: &Object, place: ExprId, name: Sym, value: &Value) {
        let models = self.models;
        let fact = object.kind.and_then(|kind| {
            let text = self.unit.module.text(name);
            Some(models.attr(models.attribute(kind, self.unit.name_id(name), text)?))
        });
        let rows = fact.filter(|fact| !fact.entity_name).and_then(|fact| models.kind_named(fact.returns.as_deref()?));
        if rows.is_none_or(|kind| models.kind(kind).fact.iterate.is_none()) {
            return;
        }
        let loaded = match value {
            Value::Object(rows) => (*rows.query.eager).clone(),
            _ => vec!["*".to_owned()],
        };
        self.update(place, |known| {
            if let Value::Object(object) = known {
                let mut object = (**object).clone();
                object.query.eager = Arc::new(object.query.eager.iter().cloned().chain(loaded).collect());
                *known = Value::Object(Arc::new(object));
            }
        });
    }

    /// Changes the value that a variable or attribute place holds.
    pub(super) fn update(&mut self, place: ExprId, change: impl FnOnce(&mut Value)) {
        let unit = self.unit;
        match &unit.module.expr(place).kind {
            ExprKind::Var(var) => {
                let mut value = self.read(*var);
                change(&mut value);
                self.set(*var, value);
            }
            ExprKind::Member { base, name, .. } => {
                let owner = self.eval(*base);
                let before = match owner {
                    Value::Instance(class) => self.fields.get(&(class, *name)).cloned(),
                    _ => None,
                };
                // `page.orders.append(order)` in a loop over rows.
                let gets_rows = unit.family() != Family::Go && self.rows_of_loop().is_some();
                match self.filled_by_fields(owner, *base, gets_rows) {
                    Value::Instance(class) => change(self.fields.entry((class, *name)).or_default()),
                    Value::Record(record) => {
                        let ExprKind::Var(var) = unit.module.expr(*base).kind else { return };
                        let text = unit.module.text(*name);
                        let mut held = record.get(text).cloned().or(before).unwrap_or_default();
                        change(&mut held);
                        let mut record = (*record).clone();
                        record.constant &= held.is_constant();
                        record.entries.push((text.into(), held));
                        self.set(var, Value::Record(Arc::new(record)));
                    }
                    _ => {}
                }
            }
            ExprKind::Ref(inner) | ExprKind::Deref(inner) | ExprKind::Cast { value: inner, .. } => {
                self.update(*inner, change);
            }
            _ => {}
        }
    }

    /// The `at`-th part of a value that is taken apart.
    pub(super) fn component(&self, value: &Value, at: usize) -> Value {
        match value {
            Value::Tuple(items) => items.get(at).cloned().unwrap_or_default(),
            // Go takes only results apart: `rows, err := list()`.
            Value::List(_) | Value::Record(_) if self.unit.family() == Family::Go => {
                if at == 0 {
                    value.clone()
                } else {
                    Value::Unknown
                }
            }
            Value::List(list) => list.element.clone(),
            Value::Record(record) if record.entries.len() > at => record.entries[at].1.clone(),
            Value::Data(origin) => Value::Data(*origin),
            // Go: `v, err := f()`; only the first result carries the value.
            _ if at == 0 => value.clone(),
            _ => Value::Unknown,
        }
    }
}
