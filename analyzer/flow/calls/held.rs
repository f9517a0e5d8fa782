//! Calls of what a field holds: `this.knex("orders")`, `` this.sql`select …` ``, `r.repoFactory(ctx).Users()`.
//!
//! Knows clients that are called themselves, and declared types of functions. Does not know libraries.

use crate::flow::Interp;
use crate::flow::value::{ClassRef, Value};
use crate::ir::{CallForm, ExprId, Sym, TypeKind};

impl Interp<'_, '_> {
    /// `this.knex("orders")`, `` this.sql`select …` ``: what the field holds is called.
    pub(in crate::flow) fn is_callable_field(
        &mut self,
        receiver: &Value,
        name: Sym,
        callee: ExprId,
        positional: usize,
        form: CallForm,
    ) -> bool {
        let Value::Instance(class) = receiver else { return false };
        if self.method_of(*class, self.unit.module.text(name)).is_some() {
            return false;
        }
        let Value::Object(held) = self.eval(callee) else { return false };
        let called = called_itself(form);
        held.kind.is_some_and(|kind| self.models.method(kind, self.models.name(called), called, positional).is_some())
    }

    /// What a field that is declared to be a function gives: `getRepo func(ctx context.Context) models.Repo`.
    pub(in crate::flow) fn given_by_field(&self, class: ClassRef, name: &str) -> Option<Value> {
        for owner in self.project.lineage(class) {
            let facts = self.project.class(owner);
            let unit = self.project.unit(owner.file);
            let module = &unit.module;
            let field = module.strings.lookup(name).and_then(|sym| facts.fields.get(&sym));
            if let Some(ty) = field.and_then(|&field| module.class(owner.id).fields[field].ty) {
                let TypeKind::Function(results) = &module.ty(ty).kind else { return None };
                let given = self.value_of_type(unit, *results.first()?);
                return (!given.is_unknown()).then_some(given);
            }
        }
        None
    }
}

/// The method that calling a value itself means to models.
pub(in crate::flow) fn called_itself(form: CallForm) -> &'static str {
    if form == CallForm::Tagged { "`" } else { "()" }
}
