//! Methods of texts, lists and records that belong to the languages, and the lists that they fill.
//!
//! Knows what is kept of elements and rows. Does not know libraries.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::value::{List, Origin, Rows, Size, Value};
use crate::ir::{ExprId, Spread};
use crate::source::{Family, Span};
use std::sync::Arc;

impl Interp<'_, '_> {
    /// Text and list methods that belong to the languages.
    pub(in crate::flow) fn native_method(
        &mut self,
        receiver: &Value,
        base: ExprId,
        name: &str,
        args: &Args,
        span: Span,
    ) -> Option<Value> {
        let values = || args.iter().map(|(value, _)| value.clone()).collect::<Vec<_>>();
        let plain = || args.iter().map(|(_, arg)| arg.clone()).collect::<Vec<_>>();
        if let Value::Text(text) = receiver {
            let text = text.clone();
            return match name {
                "format" if self.unit.family() == Family::Python => Some(self.str_format(&text, &plain(), &values())),
                "join" if self.unit.family() == Family::Python => {
                    let list = args.first()?;
                    let iterated = self.iterated(list.0.clone(), list.1.value);
                    Some(self.join(&Value::List(Arc::new(iterated)), span))
                }
                "concat" => Some(self.concat((*text).clone(), &plain(), &values())),
                "replace" | "replaceAll" => {
                    let once = name == "replace" && self.unit.family() == Family::TypeScript;
                    Some(self.replaced(receiver, base, args, once))
                }
                "strip" | "lstrip" | "rstrip" | "lower" | "upper" | "title" | "trim" | "trimStart" | "trimEnd"
                | "toLowerCase" | "toUpperCase" | "toString" | "encode" | "decode" | "valueOf" | "expandtabs"
                | "removesuffix" | "removeprefix" | "slice" | "substring" | "substr" => Some(receiver.clone()),
                "split" | "splitlines" | "rsplit" => {
                    let element = text.worst().map_or(Value::Data(Origin::Constant), Value::Data);
                    Some(Value::list(element, Size::Unknown))
                }
                _ => None,
            };
        }
        if matches!(name, "append" | "push" | "add" | "extend") {
            self.add_to_group(base);
        }
        if matches!(receiver, Value::List(_)) {
            match name {
                "append" | "push" | "add" | "appendleft" | "insert" | "unshift" | "prepend" => {
                    let (value, _) = args.last()?.clone();
                    self.add_to_list(base, value);
                    return Some(Value::Null);
                }
                "extend" | "update" => {
                    let (value, arg) = args.first()?.clone();
                    let iterated = self.iterated(value, arg.value);
                    self.add_to_list(base, iterated.element);
                    return Some(Value::Null);
                }
                "join" if self.unit.family() == Family::TypeScript => return Some(self.join(receiver, span)),
                "count" | "index" | "indexOf" | "sort" | "reverse" | "clear" | "remove" | "copy" => {
                    return Some(if matches!(name, "copy" | "reverse" | "sort") {
                        receiver.clone()
                    } else {
                        Value::Number
                    });
                }
                _ => {}
            }
        }
        if name == "update" && self.unit.family() == Family::Python && self.fill_by_update(receiver, base, args) {
            return Some(Value::Null);
        }
        if let Value::Record(record) = receiver {
            if let Some(result) = self.keyed_method(record, base, name, args) {
                return Some(result);
            }
            match name {
                // A schema with more fields: `z.object({ … }).extend({ … })`.
                "extend" | "merge" | "safeExtend" if self.unit.family() == Family::TypeScript => {
                    let Some((Value::Record(more), _)) = args.first() else { return Some(receiver.clone()) };
                    let mut record = (**record).clone();
                    record.entries.extend(more.entries.iter().cloned());
                    record.constant &= more.constant;
                    return Some(Value::Record(Arc::new(record)));
                }
                "get" => {
                    let key = args.first()?.0.as_text().and_then(|text| text.as_constant().map(str::to_owned));
                    if let Some(found) = key.as_deref().and_then(|key| record.get(key)) {
                        return Some(found.clone());
                    }
                    let fallback = args.get(1).is_none_or(|(value, _)| value.is_constant());
                    if record.constant && fallback {
                        return Some(Value::Data(Origin::Listed));
                    }
                    return Some(record.rest.clone().unwrap_or_default());
                }
                "keys" | "values" | "items" => {
                    let element = if record.constant {
                        Value::Data(Origin::Listed)
                    } else {
                        record.rest.clone().unwrap_or_default()
                    };
                    let size =
                        if record.rest.is_none() { Size::Constant(record.entries.len() as u32) } else { Size::Unknown };
                    return Some(Value::list(element, size));
                }
                _ => {}
            }
        }
        None
    }

    /// Go's `append(xs, x)`.
    pub(in crate::flow) fn append(&mut self, args: &Args) -> Value {
        let mut list = match args.first().map(|(value, _)| value) {
            Some(Value::List(list)) => (**list).clone(),
            _ => List::of(Value::Unknown),
        };
        let was_empty = list.element.is_unknown();
        for (value, arg) in args.iter().skip(1) {
            // `append(answer.Items, rows...)`: the rows themselves are added.
            if arg.spread == Spread::List && list.rows.is_none() {
                let added = self.quietly(|interp| interp.eval(arg.value));
                list.rows = self.size_and_rows(&added).and_then(|(_, rows)| rows);
            }
            let value = value.clone();
            list.element = if was_empty { value } else { std::mem::take(&mut list.element).join(value) };
        }
        list.size = Size::Unknown;
        list.constant = false;
        self.collect_rows(&mut list);
        Value::List(Arc::new(list))
    }

    /// A list that is filled inside a loop over rows is those rows again.
    pub(in crate::flow) fn collect_rows(&self, list: &mut List) {
        if list.rows.is_none() {
            list.rows = self.rows_of_loop();
        }
    }

    /// The rows that the innermost loop runs over.
    pub(in crate::flow) fn rows_of_loop(&self) -> Option<Arc<Rows>> {
        let innermost = self.current().loops.last()?;
        self.facts.loops[innermost.0 as usize].rows.clone()
    }

    pub(in crate::flow) fn add_to_list(&mut self, place: ExprId, value: Value) {
        let rows = self.rows_of_loop();
        // Who calls a closure may do so any number of times.
        let in_loop = !self.current().loops.is_empty() || !self.current().inlined.is_empty();
        self.update(place, |known| {
            if let Value::List(list) = known {
                let mut list = (**list).clone();
                let empty = list.size == Size::Constant(0);
                list.constant = value.is_constant() && (list.constant || empty);
                list.element = if empty && list.element.is_unknown() {
                    value
                } else {
                    std::mem::take(&mut list.element).join(value)
                };
                list.size = match list.size {
                    Size::Constant(n) if !in_loop => Size::Constant(n + 1),
                    _ => Size::Unknown,
                };
                if list.rows.is_none() {
                    list.rows = rows;
                }
                *known = Value::List(Arc::new(list));
            }
        });
    }
}

/// Methods of a list that keep all of its elements.
pub(in crate::flow) fn keeps_rows(name: &str) -> bool {
    matches!(
        name,
        "sort" | "sorted" | "reverse" | "toSorted" | "toJSON" | "slice" | "concat" | "all" | "filter" | "toReversed"
    )
}

/// Methods of an object that give all of its fields as data or text.
pub(in crate::flow) fn prints_fields(name: &str) -> bool {
    name.starts_with("to_")
        || matches!(
            name,
            "dict" | "json" | "model_dump" | "model_dump_json" | "asdict" | "as_dict" | "toJSON" | "serialize" | "dump"
        )
}

/// Functions whose name says that they turn objects into a response.
pub(in crate::flow) fn wraps_rows(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with("serializer")
        || lower.ends_with("response")
        || lower.ends_with("dto")
        || lower.ends_with("schema")
        || lower.starts_with("serialize")
        || lower.starts_with("to_")
        || lower.starts_with("map_")
        || name.starts_with("to") && name[2..].starts_with(|c: char| c.is_ascii_uppercase())
        || matches!(
            lower.as_str(),
            "jsonify"
                | "dump"
                | "dumps"
                | "json"
                | "list"
                | "ok"
                | "success"
                | "plaintoinstance"
                | "instancetoplain"
                | "jsonable_encoder"
                | "sorted"
                | "reversed"
                | "tuple"
                | "marshal"
                | "stringify"
                | "validate_python"
                | "map"
        )
}
