//! Maps and objects that are filled by key: `byId.set(row.id, row)`, `groups[row.userId].push(row)`.
//!
//! Knows which of them hold every row of a loop. Does not know libraries.
//! Invariant: what is counted or kept per state of a row (`counts[row.status] = n`) holds no rows.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::store::apply::is_key_name;
use crate::flow::value::{List, Origin, Record, Rows, Size, Value};
use crate::ir::{Arg, ExprId, ExprKind, ParamKind, Spread};
use crate::models::schema::Page;
use crate::source::Family;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// `dict(base, orders=orders, **more)`: a mapping with what is given by name.
    pub(in crate::flow) fn named(&self, args: &Args) -> Value {
        let is_named = |arg: &Arg| arg.name.is_some() || arg.spread == Spread::Map;
        let base = args.iter().find(|(_, arg)| !is_named(arg)).map(|(value, _)| value);
        if base.is_some() && !args.iter().any(|(_, arg)| is_named(arg)) {
            return base.cloned().unwrap_or_default();
        }
        let mut record = match base {
            Some(Value::Record(record)) => (**record).clone(),
            Some(other) => Record { rest: Some(other.clone()), ..Record::default() },
            None => Record { constant: true, ..Record::default() },
        };
        for (value, arg) in args.iter().filter(|(_, arg)| is_named(arg)) {
            record.constant &= value.is_constant();
            match (arg.name, value) {
                (Some(name), _) => record.entries.push((self.unit.module.text(name).into(), value.clone())),
                (None, Value::Record(more)) => {
                    record.entries.extend(more.entries.iter().cloned());
                    record.rest = record.rest.take().or_else(|| more.rest.clone());
                }
                (None, other) => record.rest = record.rest.take().or_else(|| Some(other.clone())),
            }
        }
        Value::Record(Arc::new(record))
    }

    /// `context.update({"orders": orders}, total=total)`: the mapping has what it is given, whatever else it has.
    pub(in crate::flow) fn fill_by_update(&mut self, receiver: &Value, base: ExprId, args: &Args) -> bool {
        let is_mapping = match receiver {
            Value::Record(_) | Value::Unknown => true,
            Value::Place(_) => self.is_keywords(base),
            _ => false,
        };
        if !is_mapping {
            return false;
        }
        let Value::Record(more) = self.named(args) else { return false };
        if more.entries.is_empty() {
            return false;
        }
        self.update(base, |known| *known = merged(known, &more));
        true
    }

    /// Whether an expression is the mapping of all arguments that have names: `**kwargs`.
    pub(in crate::flow) fn is_keywords(&self, expr: ExprId) -> bool {
        let module = &self.unit.module;
        let ExprKind::Var(var) = module.expr(expr).kind else { return false };
        let params = &module.function(self.current().function).params;
        params.iter().any(|param| param.var == var && param.kind == ParamKind::KeywordVariadic)
    }

    /// What a method of the base that makes a template's context is given by name belongs to the context:
    /// `super().get_context_data(orders=orders, **kwargs)`.
    pub(in crate::flow) fn with_named(&self, method: &str, result: Value, args: &Args) -> Value {
        let is_context = |page: &Page| page.context_method.as_deref() == Some(method);
        if !self.models.libraries.iter().flat_map(|library| &library.pages).any(is_context) {
            return result;
        }
        match self.named(args) {
            Value::Record(given) if !given.entries.is_empty() => merged(&result, &given),
            _ => result,
        }
    }

    /// The rows that a map holds once a round of the innermost loop has put this value under that key.
    pub(in crate::flow) fn rows_under_key(&self, key: ExprId, value: &Value) -> Option<Arc<Rows>> {
        if self.unit.family() == Family::Python {
            return None;
        }
        let tells_apart = || {
            let text = self.unit.snippet(self.span(key));
            let name = text.trim_end_matches([')', '!', ']', '"', '\'']).trim_end_matches(".toString(").to_owned();
            is_key_name(name.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
        };
        let holds = match value {
            Value::List(_) => true,
            Value::Record(_) | Value::Instance(_) | Value::Place(_) | Value::Data(Origin::Row) => tells_apart(),
            Value::Object(object) => self.is_instance(object) && tells_apart(),
            _ => false,
        };
        if holds { self.rows_of_loop() } else { None }
    }

    /// `groups[row.kind].append(row)`, `groups.setdefault(row.kind, []).append(row)` in a loop over rows: the groups hold
    /// all of them.
    pub(in crate::flow) fn add_to_group(&mut self, group: ExprId) {
        let module = &self.unit.module;
        let groups = match &module.expr(group).kind {
            ExprKind::Index { base, .. } => *base,
            ExprKind::Call { callee, .. } => match module.expr(*callee).kind {
                ExprKind::Member { base, name, .. } if module.text(name) == "setdefault" => base,
                _ => return,
            },
            _ => return,
        };
        let Some(rows) = self.rows_of_loop() else { return };
        self.update(groups, |known| {
            if let Value::Record(record) = known
                && record.rows.is_none()
            {
                let mut record = (**record).clone();
                record.rows = Some(rows);
                record.constant = false;
                *known = Value::Record(Arc::new(record));
            }
        });
    }

    /// `new Map(rows.map((row) => [row.id, row]))`
    pub(in crate::flow) fn keyed(&mut self, args: &Args) -> Value {
        let mut record = Record::default();
        if let Some((pairs, arg)) = args.first() {
            match pairs {
                Value::Record(known) => record = (**known).clone(),
                pairs => {
                    let list = self.iterated(pairs.clone(), arg.value);
                    record.rest = match &list.element {
                        Value::Tuple(pair) => pair.get(1).cloned(),
                        // A literal pair is a list of its two parts.
                        Value::List(pair) => Some(pair.element.clone()),
                        _ => None,
                    };
                    record.rows = list.rows;
                }
            }
        }
        Value::Record(Arc::new(record))
    }

    /// Methods of a map.
    pub(in crate::flow) fn keyed_method(
        &mut self,
        record: &Record,
        place: ExprId,
        name: &str,
        args: &Args,
    ) -> Option<Value> {
        if self.unit.family() != Family::TypeScript {
            return None;
        }
        match (name, args.as_slice()) {
            ("set", [(_, key), (value, _)]) => {
                let rows = self.rows_under_key(key.value, value);
                let value = value.clone();
                self.update(place, |known| {
                    if let Value::Record(record) = known {
                        let mut record = (**record).clone();
                        let rest = record.rest.take().unwrap_or_default();
                        record.rest = Some(if rest.is_unknown() { value } else { rest.join(value) });
                        record.rows = record.rows.take().or(rows);
                        record.constant = false;
                        *known = Value::Record(Arc::new(record));
                    }
                });
                Some(Value::Unknown)
            }
            ("values", []) => Some(Value::List(Arc::new(values_of(record)))),
            ("entries", []) => Some(Value::List(Arc::new(pairs_of(record)))),
            ("has" | "delete" | "clear", _) => Some(Value::Bool(true)),
            _ => None,
        }
    }
}

fn value_in(record: &Record) -> Value {
    let listed = record.entries.iter().map(|(_, value)| value.clone());
    listed.chain(record.rest.clone()).reduce(Value::join).unwrap_or_default()
}

fn size_of(record: &Record) -> Size {
    if record.rest.is_none() && record.rows.is_none() {
        Size::Constant(record.entries.len() as u32)
    } else {
        Size::Unknown
    }
}

/// Everything in it is written down; what is put under computed keys is not.
fn is_table(record: &Record) -> bool {
    record.constant && record.rest.is_none()
}

/// What `Object.values(record)` gives.
pub(in crate::flow) fn values_of(record: &Record) -> List {
    List { size: size_of(record), rows: record.rows.clone(), constant: record.constant, ..List::of(value_in(record)) }
}

/// What `Object.entries(record)` gives, and what iterating a map does.
pub(in crate::flow) fn pairs_of(record: &Record) -> List {
    let key = if is_table(record) { Value::Data(Origin::Listed) } else { Value::Unknown };
    let element = Value::Tuple([key, value_in(record)].into());
    List { size: size_of(record), rows: record.rows.clone(), constant: is_table(record), ..List::of(element) }
}

/// `super().get_context_data() | {"orders": orders}`: a mapping with the entries of another.
pub(in crate::flow) fn merged(base: &Value, more: &Record) -> Value {
    let (entries, rest) = match base {
        Value::Record(record) => (record.entries.as_slice(), record.rest.clone()),
        other => (&[][..], Some(other.clone())),
    };
    let entries = entries.iter().chain(&more.entries).cloned().collect();
    let rest = rest.or_else(|| more.rest.clone());
    Value::Record(Arc::new(Record { entries, rest, constant: false, ..more.clone() }))
}
