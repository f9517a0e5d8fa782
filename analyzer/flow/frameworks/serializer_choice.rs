//! Which serializer a view lists its rows with: an attribute, or a method that chooses by the action.
//!
//! Knows view facts and the branches of the choosing method. Does not know what a serializer reads.
//! Known miss: choices by anything but texts that name actions.

use crate::flow::Interp;
use crate::flow::value::{ClassRef, Value};
use crate::ir::{BinaryOp, Block, Entry, ExprId, ExprKind, StmtKind, UnaryOp};

/// What a choosing method compares the action with when it lists.
const LISTING: [&str; 3] = ["list", "GET", "get"];

impl Interp<'_, '_> {
    pub(in crate::flow) fn serializer_of_view(&self, view: ClassRef) -> Option<ClassRef> {
        let facts = self.project.class(view);
        let mut views = self.models.views.iter();
        let fact = views.find(|fact| {
            fact.serializer_attr.is_some() && fact.bases.iter().any(|base| facts.base_paths.contains(base))
        })?;
        let method = fact.serializer_method.as_deref().and_then(|name| self.method_of(view, name));
        if let Some(method) = method.filter(|method| method.file == self.unit.file)
            && let Some(chosen) = self.chosen_for_lists(&self.unit.module.function(method.id).body)
            && let Some(class) = self.project.class_of_expr(self.unit, chosen)
        {
            return Some(class);
        }
        if let Some(listed) = self.listed_in_table(view) {
            return Some(listed);
        }
        let attr = fact.serializer_attr.as_deref()?;
        match self.attribute_of_class(view, attr) {
            Some(Value::Class(class)) => Some(*class),
            _ => None,
        }
    }

    /// `@action(detail=False, serializer_class=OrderSummarySerializer)` on the method under interpretation.
    pub(in crate::flow) fn serializer_of_action(&self, view: ClassRef) -> Option<ClassRef> {
        let module = &self.unit.module;
        let facts = self.project.class(view);
        let is_view = |bases: &[String]| bases.iter().any(|base| facts.base_paths.contains(base));
        let fact = self.models.views.iter().find(|fact| fact.serializer_attr.is_some() && is_view(&fact.bases))?;
        let attr = fact.serializer_attr.as_deref()?;
        let decorators = &module.function(self.current().function).decorators;
        let given = decorators.iter().find_map(|&decorator| match &module.expr(decorator).kind {
            ExprKind::Call { args, .. } => {
                args.iter().find(|arg| arg.name.is_some_and(|name| module.text(name) == attr)).map(|arg| arg.value)
            }
            _ => None,
        })?;
        self.project.class_of_expr(self.unit, given)
    }

    /// `serializer_classes = {"list": OrderListSerializer, "retrieve": OrderSerializer}`, whoever asks it.
    fn listed_in_table(&self, view: ClassRef) -> Option<ClassRef> {
        if view.file != self.unit.file {
            return None;
        }
        let module = &self.unit.module;
        let tables = module.class(view.id).fields.iter().filter_map(|field| field.value);
        let mut listed = tables.filter_map(|table| {
            let class = self.project.class_of_expr(self.unit, self.listing_of(table)?)?;
            self.serializer_of(class).is_some().then_some(class)
        });
        listed.next()
    }

    /// What a table of actions has for the one that lists.
    fn listing_of(&self, table: ExprId) -> Option<ExprId> {
        let module = &self.unit.module;
        let ExprKind::Record { entries, .. } = &module.expr(table).kind else { return None };
        entries.iter().find_map(|entry| match entry {
            Entry::Pair { key, value } => {
                module.str_of(*key).is_some_and(|key| LISTING.contains(&key)).then_some(*value)
            }
            _ => None,
        })
    }

    /// What the block returns for the action `list`.
    fn chosen_for_lists(&self, block: &Block) -> Option<ExprId> {
        let module = &self.unit.module;
        for &stmt in block {
            match &module.stmt(stmt).kind {
                StmtKind::Return(value) => return value.and_then(|value| self.chosen_from_table(value)),
                StmtKind::Branch { test, then, orelse } => {
                    // A test of something else than the action is taken to fail: it guards the special case.
                    let taken = if self.holds_for_lists(*test) == Some(true) { then } else { orelse };
                    if let Some(chosen) = self.chosen_for_lists(taken) {
                        return Some(chosen);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// `{"list": OrderListSerializer}.get(self.action, OrderSerializer)`, `{…}[self.action]`; anything else is itself.
    fn chosen_from_table(&self, expr: ExprId) -> Option<ExprId> {
        let module = &self.unit.module;
        let (table, otherwise) = match &module.expr(expr).kind {
            ExprKind::Call { callee, args, .. } => match module.expr(*callee).kind {
                ExprKind::Member { base, name, .. } if module.text(name) == "get" => (base, args.get(1)),
                _ => return Some(expr),
            },
            ExprKind::Index { base, .. } => (*base, None),
            _ => return Some(expr),
        };
        if !matches!(module.expr(table).kind, ExprKind::Record { .. }) {
            return Some(expr);
        }
        self.listing_of(table).or_else(|| otherwise.map(|arg| arg.value))
    }

    /// `self.action == "list"`, `self.action in ("list", "retrieve")`, `self.request.method != "POST"`.
    fn holds_for_lists(&self, test: ExprId) -> Option<bool> {
        let module = &self.unit.module;
        match &module.expr(test).kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.holds_for_lists(*operand).map(|holds| !holds),
            ExprKind::Binary { op: BinaryOp::And, left, right } => {
                match (self.holds_for_lists(*left), self.holds_for_lists(*right)) {
                    (Some(left), Some(right)) => Some(left && right),
                    (Some(false), None) | (None, Some(false)) => Some(false),
                    _ => None,
                }
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right } => {
                match (self.holds_for_lists(*left), self.holds_for_lists(*right)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                }
            }
            ExprKind::Binary { op, left, right } => {
                let named = self.texts_in(*left).or_else(|| self.texts_in(*right))?;
                let lists = named.iter().any(|text| LISTING.contains(text));
                match op {
                    BinaryOp::Eq | BinaryOp::In => Some(lists),
                    BinaryOp::Ne | BinaryOp::NotIn => Some(!lists),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn texts_in(&self, expr: ExprId) -> Option<Vec<&str>> {
        let module = &self.unit.module;
        match &module.expr(expr).kind {
            ExprKind::Seq { items, .. } => items.iter().map(|&item| module.str_of(item)).collect(),
            _ => module.str_of(expr).map(|text| vec![text]),
        }
    }
}
