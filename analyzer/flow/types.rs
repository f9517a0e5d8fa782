//! What a written type says about a value.

use crate::flow::Interp;
use crate::flow::value::{EntityRef, Evidence, List, Object, Origin, Query, Shape, Size, Value};
use crate::ir::{ExprKind, MODULE_FN, StmtKind, TypeId, TypeKind, VarId, VarKind};
use crate::models::lookup::KindId;
use crate::project::Unit;
use crate::project::classes::entity_of_type;
use crate::source::Family;
use std::sync::Arc;

/// Nesting of type arguments that is looked through.
const MAX_WRAPPERS: u32 = 6;

impl Interp<'_, '_> {
    /// The value of something declared with this type; `Unknown` where the type says nothing useful.
    pub(super) fn value_of_type(&self, unit: &Unit, ty: TypeId) -> Value {
        self.typed(unit, ty, MAX_WRAPPERS)
    }

    pub(super) fn typed(&self, unit: &Unit, ty: TypeId, depth: u32) -> Value {
        if depth == 0 {
            return Value::Unknown;
        }
        let module = &unit.module;
        match &module.ty(ty).kind {
            TypeKind::Pointer(inner) => self.typed(unit, *inner, depth - 1),
            TypeKind::List(inner) => self.list_of(unit, *inner, depth),
            TypeKind::Union(items) => {
                let mut known = items.iter().filter(
                    |&&item| !matches!(module.ty(item).kind, TypeKind::Literal(name) if is_null(module.text(name))),
                );
                let literals = items.iter().all(|&item| matches!(module.ty(item).kind, TypeKind::Literal(_)));
                if literals {
                    return Value::Data(Origin::Listed);
                }
                match (known.next(), known.next()) {
                    (Some(&only), None) => self.typed(unit, only, depth - 1),
                    _ => Value::Unknown,
                }
            }
            TypeKind::Literal(_) => Value::Data(Origin::Listed),
            TypeKind::Named { head, path, args } => {
                let name = path.last().map_or("", |&name| module.text(name));
                if let (Some(var), [_]) = (head, path.as_slice())
                    && let Some(value) = self.annotated_alias(unit, *var)
                {
                    return value;
                }
                if path.len() == 1 && is_number(unit.family(), name) {
                    return Value::Number;
                }
                // A type of its own for text or numbers, with methods.
                if let Some(alias) = self.project.class_of_type(unit, ty)
                    && self.class_kind_of(alias) == crate::ir::ClassKind::Alias
                    && !self.project.class(alias).methods.is_empty()
                {
                    return Value::Instance(alias);
                }
                let (kinds, class) = self.project.kinds_of_type(unit, ty);
                if let Some(&kind) = kinds.first() {
                    let at = self.models.kind(kind).fact.entity_type_arg;
                    let entity = at
                        .and_then(|at| args.get(at))
                        .and_then(|&arg| entity_of_type(self.project, unit, arg))
                        .or_else(|| class.and_then(|class| self.project.class(class).served.clone()));
                    // A class of the project that wraps a library's: its own methods come first.
                    if let Some(class) = class
                        && self.project.class(class).entity.is_none()
                        && !self.project.class(class).methods.is_empty()
                    {
                        return Value::Instance(class);
                    }
                    if class.is_none_or(|class| self.project.class(class).entity.is_none()) {
                        let query = Query { entity, ..Query::default() };
                        return Value::Object(Arc::new(Object {
                            kind: Some(kind),
                            evidence: Evidence::Declared,
                            query,
                            pending: None,
                            text: None,
                        }));
                    }
                }
                if let Some(class) = class {
                    let facts = self.project.class(class);
                    if facts.entity.is_some() {
                        return self.instance(EntityRef::Class(class), Query::default(), Evidence::Declared);
                    }
                    let enumerated = self.class_kind_of(class) == crate::ir::ClassKind::Enum;
                    return if enumerated { Value::Data(Origin::Listed) } else { Value::Instance(class) };
                }
                if unit.family() == Family::TypeScript
                    && let Some(value) = self.computed(unit, ty, depth)
                {
                    return value;
                }
                match (name, args.first()) {
                    ("Literal", _) => Value::Data(Origin::Listed),
                    (
                        "Optional" | "Promise" | "Awaitable" | "Annotated" | "Mapped" | "Readonly" | "Partial"
                        | "Final" | "ClassVar" | "NonNullable" | "Awaited" | "Pick" | "Omit" | "Required",
                        Some(&inner),
                    ) => self.typed(unit, inner, depth - 1),
                    (
                        "list" | "List" | "Sequence" | "Iterable" | "set" | "Set" | "Array" | "ReadonlyArray"
                        | "Iterator" | "Collection" | "frozenset" | "AsyncIterable" | "AsyncIterator" | "Generator",
                        Some(&inner),
                    ) => self.list_of(unit, inner, depth),
                    ("UUID" | "uuid" | "datetime" | "date" | "Date" | "Decimal" | "Time", _) => Value::Number,
                    _ => Value::Unknown,
                }
            }
            TypeKind::Object(fields) => self.parts(unit, fields, depth),
            TypeKind::Map(..) | TypeKind::Function(_) | TypeKind::Unknown => Value::Unknown,
        }
    }

    /// `SessionDep = Annotated[Session, Depends(get_db)]` at the top level.
    fn annotated_alias(&self, unit: &Unit, var: VarId) -> Option<Value> {
        let module = &unit.module;
        if module.var(var).kind != VarKind::Local || module.var(var).owner != MODULE_FN {
            return None;
        }
        let value = module.function(MODULE_FN).body.iter().find_map(|&stmt| match module.stmt(stmt).kind {
            StmtKind::Assign { target, value, .. } => match module.expr(target).kind {
                ExprKind::Var(written) if written == var => Some(value),
                _ => None,
            },
            _ => None,
        })?;
        let ExprKind::Index { base, index } = module.expr(value).kind else { return None };
        if !unit.path_of_expr(base)?.ends_with("Annotated") {
            return None;
        }
        let ExprKind::Seq { items, .. } = &module.expr(index).kind else { return None };
        let declared = *items.first()?;
        if let Some(class) = self.project.class_of_expr(unit, declared) {
            return Some(Value::Instance(class));
        }
        let kind = *self.models.kinds_of_type(&unit.path_of_expr(declared)?).first()?;
        Some(Self::object(kind, Evidence::Declared))
    }

    fn list_of(&self, unit: &Unit, inner: TypeId, depth: u32) -> Value {
        let element = self.typed(unit, inner, depth - 1);
        // `[]byte` is text.
        if let TypeKind::Named { path, .. } = &unit.module.ty(inner).kind
            && path.last().is_some_and(|&name| unit.module.text(name) == "byte")
        {
            return Value::Unknown;
        }
        Value::List(Arc::new(List {
            element,
            size: Size::Unknown,
            rows: None,
            constant: false,
            shape: Shape::Elements,
        }))
    }

    /// One object of an entity.
    pub(super) fn instance(&self, entity: EntityRef, query: Query, evidence: Evidence) -> Value {
        let kind = match &entity {
            EntityRef::Class(class) => self.project.class(*class).entity,
            EntityRef::Named(_) => query.entity_sort,
        }
        .and_then(|entity| self.models.entity(entity).instance_kind.as_deref())
        .and_then(|kind| self.models.kind_named(kind));
        let query = Query { entity: Some(entity), through: None, ..query };
        Value::Object(Arc::new(Object { kind, evidence, query, pending: None, text: None }))
    }

    /// One object that a call on a value of kind `of` read. Where the entity is known by name only (`mongoose.model("Order",
    /// …)`), the library says what its instances are.
    pub(super) fn instance_read(
        &self,
        entity: EntityRef,
        query: Query,
        evidence: Evidence,
        of: Option<KindId>,
    ) -> Value {
        let of_library = match &entity {
            EntityRef::Named(_) => of.and_then(|of| self.models.instance_kind_of(of)),
            EntityRef::Class(_) => None,
        };
        match (self.instance(entity, query, evidence), of_library) {
            (Value::Object(object), Some(kind)) if object.kind.is_none() => {
                Value::Object(Arc::new(Object { kind: Some(kind), ..(*object).clone() }))
            }
            (value, _) => value,
        }
    }
}

fn is_null(name: &str) -> bool {
    matches!(name, "None" | "null" | "undefined" | "void" | "nil")
}

fn is_number(family: Family, name: &str) -> bool {
    match family {
        Family::Python => matches!(name, "int" | "float" | "bool" | "complex"),
        Family::TypeScript => matches!(name, "number" | "bigint" | "boolean"),
        Family::Go => matches!(
            name,
            "int"
                | "int8"
                | "int16"
                | "int32"
                | "int64"
                | "uint"
                | "uint8"
                | "uint16"
                | "uint32"
                | "uint64"
                | "uintptr"
                | "byte"
                | "rune"
                | "float32"
                | "float64"
                | "bool"
        ),
    }
}
