//! What the declared type of a parameter says about a field of it, where the value itself is the caller's.
//!
//! ```text
//! async ({ ids, order }: { ids: number[]; order: "asc" | "desc" }) => …   both can hold nothing but what the type says
//! (filters: z.infer<typeof schema>) => …                                   as the schema's value says
//! ```
//!
//! Knows object types, interfaces, aliases, intersections and types that are made of a value's type. Does not know what
//! callers give. Invariant: only what the type closes off is said, numbers and closed sets; of texts nothing.

use crate::flow::Interp;
use crate::flow::calls::steps::method_of_step;
use crate::flow::value::{Origin, Place, Value};
use crate::ir::{TypeId, TypeKind, VarKind};
use crate::project::Unit;
use crate::project::symbols::Symbol;
use std::sync::Arc;

/// Aliases, wrappers and fields on the way to a field.
const MAX_STEPS: u32 = 12;

impl Interp<'_, '_> {
    /// The origin of a place whose type leaves no room for text that could harm.
    pub(super) fn closed_by_type(&self, place: &Place) -> Option<Origin> {
        let ty = self.unit.module.function(self.current().function).params.get(usize::from(place.param))?.ty?;
        closed(&self.value_at(self.unit, ty, &place.path, MAX_STEPS))
    }

    /// The value that a type gives at the end of a path of fields; `Unknown` where it says nothing.
    fn value_at(&self, unit: &Unit, ty: TypeId, path: &[Arc<str>], steps: u32) -> Value {
        let Some((step, rest)) = path.split_first() else { return self.value_of_type(unit, ty) };
        let Some(steps) = steps.checked_sub(1) else { return Value::Unknown };
        // `ids.filter(…)` are still some of them.
        if let Some((method, _)) = method_of_step(step) {
            let keeps = matches!(method, "filter" | "slice" | "sort" | "reverse" | "toString" | "trim");
            return if keeps { self.value_at(unit, ty, rest, steps) } else { Value::Unknown };
        }
        match &unit.module.ty(ty).kind {
            TypeKind::Object(fields) => match fields.iter().find(|(name, _)| unit.module.text(*name) == &**step) {
                Some((_, field)) => self.value_at(unit, *field, rest, steps),
                None => Value::Unknown,
            },
            // An intersection is lowered like a union: the first part that has the field tells.
            TypeKind::Union(parts) => {
                let known = parts.iter().map(|&part| self.value_at(unit, part, path, steps));
                known.into_iter().find(|value| !value.is_unknown()).unwrap_or_default()
            }
            TypeKind::List(element) if &**step == "*" => self.value_at(unit, *element, rest, steps),
            TypeKind::Named { head, path: name, args } => {
                if let Some(class) = self.project.class_of_type(unit, ty) {
                    return self.value_in_class(class, path, steps);
                }
                let value = head.map_or(Value::Unknown, |head| self.value_of_head(unit, head));
                if name.len() == 1
                    && let Value::Record(_) = value
                {
                    return entry_at(value, path);
                }
                // `Partial<Filters>`, `z.infer<typeof schema>`: the argument has the fields.
                args.first().map_or(Value::Unknown, |&inner| self.value_at(unit, inner, path, steps))
            }
            TypeKind::Pointer(inner) => self.value_at(unit, *inner, path, steps),
            TypeKind::List(_)
            | TypeKind::Map(..)
            | TypeKind::Literal(_)
            | TypeKind::Function(_)
            | TypeKind::Unknown => Value::Unknown,
        }
    }

    fn value_in_class(&self, class: crate::flow::value::ClassRef, path: &[Arc<str>], steps: u32) -> Value {
        let unit = self.project.unit(class.file);
        let declared = unit.module.class(class.id);
        if declared.kind == crate::ir::ClassKind::Alias {
            let aliased = self.project.aliased(class);
            return aliased.map_or(Value::Unknown, |(unit, ty)| self.value_at(unit, ty, path, steps));
        }
        let Some((step, rest)) = path.split_first() else { return Value::Unknown };
        let field = declared.fields.iter().find(|field| unit.module.text(field.name) == &**step);
        match field.and_then(|field| field.ty) {
            Some(ty) => self.value_at(unit, ty, rest, steps),
            None => Value::Unknown,
        }
    }

    /// `[]string`, `string[]`, `list[str]`, and lists of what the project calls its texts: `type State string`.
    pub(super) fn is_list_of_texts(&self, unit: &Unit, ty: TypeId) -> bool {
        let element = match &unit.module.ty(ty).kind {
            TypeKind::List(element) => *element,
            TypeKind::Named { args, .. } => match args.as_slice() {
                [element] => *element,
                _ => return false,
            },
            _ => return false,
        };
        if let Some(class) = self.project.class_of_type(unit, element) {
            return self.project.aliased(class).is_some_and(|(unit, ty)| is_text(unit, ty));
        }
        is_text(unit, element)
    }

    /// The value behind `typeof schema`.
    fn value_of_head(&self, unit: &Unit, head: crate::ir::VarId) -> Value {
        let symbol = match unit.module.var(head).kind {
            VarKind::Import(import) => self.project.symbol_of_import(unit.file, import),
            VarKind::Local if unit.file == self.unit.file => return self.env[head.index()].clone(),
            VarKind::Local => Some(Symbol::Variable(unit.file, head)),
            VarKind::Param | VarKind::Caught | VarKind::Function(_) | VarKind::Class(_) => None,
        };
        symbol.map_or(Value::Unknown, |symbol| self.value_of_symbol(symbol))
    }
}

fn is_text(unit: &Unit, ty: TypeId) -> bool {
    matches!(&unit.module.ty(ty).kind, TypeKind::Named { path, .. }
        if path.len() == 1 && matches!(unit.module.text(path[0]), "string" | "str"))
}

fn entry_at(value: Value, path: &[Arc<str>]) -> Value {
    path.iter().fold(value, |value, step| match &value {
        Value::Record(record) => record.get(step).cloned().unwrap_or_default(),
        Value::List(list) if &**step == "*" => list.element.clone(),
        _ => Value::Unknown,
    })
}

pub(super) fn closed(value: &Value) -> Option<Origin> {
    match value {
        Value::Number | Value::Int(_) | Value::Bool(_) => Some(Origin::Number),
        Value::Data(origin) if origin.is_harmless() => Some(*origin),
        Value::List(list) => closed(&list.element),
        _ => None,
    }
}
