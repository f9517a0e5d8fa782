//! Types of TypeScript that are made of others: `typeof db`, `ReturnType<typeof createRepo>`, `{ db: Db; users: UserRepo }`.
//!
//! Knows what the named values are worth. Does not know how a type is written. Invariant: a part of an object type that says
//! nothing of a store or a service is left open, so that the caller's argument counts.

use crate::flow::Interp;
use crate::flow::SummaryState;
use crate::flow::calls::substitute::{Given, substitute};
use crate::flow::value::{Place, Record, Value};
use crate::ir::{Sym, TypeId, TypeKind, VarId};
use crate::project::Unit;
use crate::project::symbols::Symbol;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// What a name stands for that is no class: an alias, a value after `typeof`, what a function gives.
    pub(super) fn computed(&self, unit: &Unit, ty: TypeId, depth: u32) -> Option<Value> {
        let TypeKind::Named { head, path, args } = &unit.module.ty(ty).kind else { return None };
        if let Some(alias) = self.project.class_of_type(unit, ty) {
            let (of, target) = self.project.aliased(alias)?;
            let is_itself = of.file == unit.file && target == ty;
            return (!is_itself).then(|| self.typed(of, target, depth - 1)).filter(|value| !value.is_unknown());
        }
        if let [name] = path.as_slice()
            && unit.module.text(*name) == "ReturnType"
        {
            return self.given_by(unit, *args.first()?);
        }
        // A schema and the type of what it parses often share one name; only `typeof` means the value.
        if !unit.snippet(unit.module.ty(ty).span).starts_with("typeof") {
            return None;
        }
        let value = self.named_by(unit, (*head)?, path)?;
        matches!(value, Value::Object(_) | Value::Instance(_) | Value::Record(_)).then_some(value)
    }

    /// The values of `...[router, tenant]: [router: Router, tenant: Tenant]`, through a name that stands for the tuple.
    pub(super) fn parts_of_tuple(&self, unit: &Unit, ty: TypeId) -> Option<Value> {
        let aliased = self.project.class_of_type(unit, ty).and_then(|alias| self.project.aliased(alias));
        let (of, target) = aliased.unwrap_or((unit, ty));
        let TypeKind::List(parts) = of.module.ty(target).kind else { return None };
        let TypeKind::Union(parts) = &of.module.ty(parts).kind else { return None };
        Some(Value::Tuple(parts.iter().map(|&part| self.value_of_type(of, part)).collect()))
    }

    /// The value of `typeof a.b`.
    fn named_by(&self, unit: &Unit, head: VarId, path: &[Sym]) -> Option<Value> {
        let symbol = self.project.symbol_of_var(unit, head)?;
        let mut value = match symbol {
            Symbol::Variable(file, var) if file == self.unit.file => self.env[var.index()].clone(),
            Symbol::Variable(..) | Symbol::Value(..) | Symbol::Function(_) => self.value_of_symbol(symbol),
            Symbol::Module(_) | Symbol::Class(_) => return None,
        };
        for &name in &path[1..] {
            value = match value {
                Value::Record(record) => record.get(unit.module.text(name))?.clone(),
                _ => return None,
            };
        }
        Some(value)
    }

    /// What the function behind `typeof f` gives, with nothing known of its arguments.
    fn given_by(&self, unit: &Unit, ty: TypeId) -> Option<Value> {
        let TypeKind::Named { head, path, .. } = &unit.module.ty(ty).kind else { return None };
        let Value::Function(function, _) = self.named_by(unit, (*head)?, path)? else { return None };
        let made_in = self.project.unit(function.file);
        let summary = match self.summaries.get(function.id.index()) {
            Some(SummaryState::Done(summary)) if function.file == self.unit.file => Some(summary),
            Some(_) | None => self.known.summary(function),
        };
        let returns = summary.map(|summary| {
            let head = made_in.module.function(function.id).head;
            substitute(&summary.returns, &Given::default(), (function.file, head))
        });
        returns.filter(|value| !value.is_unknown()).or_else(|| {
            let declared = *made_in.module.function(function.id).returns.first()?;
            Some(self.value_of_type(made_in, declared))
        })
    }

    /// `{ db: PrismaClient; repos: { users: UserRepo } }`
    pub(super) fn parts(&self, unit: &Unit, fields: &[(Sym, TypeId)], depth: u32) -> Value {
        let mut tells = false;
        let entries = fields.iter().map(|&(name, ty)| {
            let value = self.typed(unit, ty, depth - 1);
            let part = self.is_store_or_service(&value, depth - 1);
            tells |= part;
            (Arc::from(unit.module.text(name)), if part { value } else { Value::Unknown })
        });
        let entries = entries.collect();
        if tells { Value::Record(Arc::new(Record { entries, ..Record::default() })) } else { Value::Unknown }
    }

    /// Rows are the caller's: it knows what was loaded with them.
    fn is_store_or_service(&self, value: &Value, depth: u32) -> bool {
        match value {
            Value::Object(object) => object.kind.is_some() && !self.is_instance(object),
            Value::Record(_) => true,
            // What only holds data is the caller's too.
            Value::Instance(class) => {
                let unit = self.project.unit(class.file);
                let mut types = unit.module.class(class.id).fields.iter().filter_map(|field| field.ty);
                !self.project.class(*class).methods.is_empty()
                    || (depth > 1
                        && types.any(|ty| self.is_store_or_service(&self.typed(unit, ty, depth - 1), depth - 1)))
            }
            _ => false,
        }
    }
}

/// A parameter that is declared to have parts: what its type leaves open is the caller's.
pub(super) fn opened(declared: &Record, param: u16) -> Value {
    let entries = declared.entries.iter().map(|(name, value)| {
        let open = || Value::Place(Arc::new(Place { param, path: vec![name.clone()] }));
        (name.clone(), if value.is_unknown() { open() } else { value.clone() })
    });
    Value::Record(Arc::new(Record { entries: entries.collect(), ..declared.clone() }))
}
