//! What a call's arguments say: positions, entities, bounds, relations to load.
//!
//! Knows argument positions of models and literals. Does not know what the call does with them.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::value::{EntityRef, Query, Value};
use crate::ir::{Arg, BinaryOp, ExprId, ExprKind, Spread};
use crate::models::schema::{Bounds, Call, Eager, Position};
use crate::source::Span;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// The statement that the call runs, where it is an argument.
    pub(in crate::flow) fn statement(&mut self, call: &Call, args: &Args) -> Option<Value> {
        let at = call.statement.as_ref()?;
        self.values_at(args, at).into_iter().next().map(|(value, _)| value)
    }

    /// `Item.order == order`, `order=order`: the relation of every row is that object.
    pub(in crate::flow) fn share_parents(&self, query: &mut Query, args: &Args) {
        let module = &self.unit.module;
        let named = args.iter().filter_map(|(_, arg)| match (arg.name, &module.expr(arg.value).kind) {
            (Some(name), _) => Some(module.text(name).to_owned()),
            (None, ExprKind::Binary { op: BinaryOp::Eq, left, .. }) => match module.expr(*left).kind {
                ExprKind::Member { name, .. } => Some(module.text(name).to_owned()),
                _ => None,
            },
            (None, _) => None,
        });
        let shared: Vec<String> = named.collect();
        if !shared.is_empty() {
            query.eager = Arc::new(query.eager.iter().cloned().chain(shared).collect());
        }
    }

    pub(in crate::flow) fn add_eager(&mut self, query: &mut Query, eager: &Eager, args: &Args, name: &str) {
        let mut paths: Vec<String> = (*query.eager).clone();
        // `selectinload(A.bs).joinedload(B.c)` goes on from `bs`.
        let onto = if eager.deepens { paths.last().cloned().filter(|path| path != "*") } else { None };
        let mut add = |path: String| {
            let path = match &onto {
                Some(onto) if path != "*" && !path.is_empty() => format!("{onto}.{path}"),
                Some(_) | None => path,
            };
            if !path.is_empty() && !paths.contains(&path) {
                paths.push(path);
            }
        };
        if let Some(pattern) = &eager.in_name {
            if let Some(edge) = from_pattern(pattern, "{Edge}", name) {
                add(edge.to_owned());
            }
        } else if eager.bare_all && args.is_empty() {
            add("*".to_owned());
        }
        let separator = eager.separator.as_deref();
        for (at, (value, arg)) in args.iter().enumerate() {
            if eager.arg.is_some_and(|wanted| wanted != at) {
                continue;
            }
            if eager.names {
                arg.name.into_iter().for_each(|name| add(self.unit.module.text(name).to_owned()));
                continue;
            }
            if eager.merge {
                let carrier = match value {
                    Value::Object(object) => Some(object),
                    Value::List(list) => list.element.as_object(),
                    _ => None,
                };
                if let Some(object) = carrier {
                    object.query.eager.iter().cloned().for_each(&mut add);
                    continue;
                }
                // `.options(load_options())` of a function that is not seen may load anything.
                if value.as_text().is_none() && matches!(self.unit.module.expr(arg.value).kind, ExprKind::Call { .. }) {
                    add("*".to_owned());
                    continue;
                }
            }
            if eager.keys.is_empty() {
                let named = self.relations_given(value, arg, separator);
                // `Prefetch("items", queryset=Item.objects.select_related("product"))`
                let below = eager.below.as_ref().and_then(|at| self.values_at(args, at).into_iter().next());
                for path in named {
                    if let Some((Value::Object(object), _)) = &below {
                        object.query.eager.iter().for_each(|inner| add(format!("{path}.{inner}")));
                    }
                    add(path);
                }
            } else if let Value::Record(record) = value {
                for key in &eager.keys {
                    if let Some(tree) = record.get(key) {
                        let mut found = Vec::new();
                        relation_tree(tree, "", &eager.keys, &mut found);
                        found.into_iter().for_each(&mut add);
                    }
                }
            }
        }
        query.eager = Arc::new(paths);
    }

    /// Relation names that an argument gives: texts, attributes of entities, lists of them, lookup objects.
    pub(in crate::flow) fn relation_paths(&self, value: &Value, expr: ExprId, separator: Option<&str>) -> Vec<String> {
        let split = |text: &str| match separator {
            Some(separator) => text.split(separator).collect::<Vec<_>>().join("."),
            None => text.to_owned(),
        };
        if let Some(text) = value.as_text().and_then(|text| text.as_constant()) {
            return vec![split(text)];
        }
        if let Value::Object(object) = value
            && !object.query.eager.is_empty()
        {
            return (*object.query.eager).clone();
        }
        let module = &self.unit.module;
        match &module.expr(expr).kind {
            // `joinedload(Order.customer)`
            ExprKind::Member { name, .. } => vec![module.text(*name).to_owned()],
            ExprKind::Seq { items, .. } => {
                items.iter().flat_map(|&item| self.relation_paths(&Value::Unknown, item, separator)).collect()
            }
            ExprKind::Lit(crate::ir::Lit::Str(text)) => vec![split(module.text(*text))],
            // `Prefetch("books", queryset=…)`
            ExprKind::Call { args, .. } => {
                args.first().map(|arg| self.relation_paths(&Value::Unknown, arg.value, separator)).unwrap_or_default()
            }
            // What is not spelled out may load anything.
            ExprKind::Var(_) | ExprKind::Name(_) | ExprKind::Spread(_) => vec!["*".to_owned()],
            _ => Vec::new(),
        }
    }

    pub(in crate::flow) fn is_bounded(&mut self, bounds: &Bounds, args: &Args) -> bool {
        match bounds {
            Bounds::Always(always) => *always,
            Bounds::Given(given) => {
                let unit = self.unit;
                let named = given.kw.as_ref().and_then(|kw| {
                    args.iter().find(|(_, arg)| arg.name.is_some_and(|name| unit.module.text(name) == kw.as_str()))
                });
                let positional = given.arg.and_then(|at| args.iter().filter(|(_, arg)| arg.name.is_none()).nth(at));
                if given.carried {
                    // `Find(ctx, filter, options...)`: whoever calls the function may have set a bound.
                    if positional.is_some_and(|(_, arg)| arg.spread != Spread::None) {
                        return true;
                    }
                    return positional
                        .or(named)
                        .into_iter()
                        .chain(args)
                        .any(|(value, _)| matches!(value, Value::Object(object) if object.query.bounded));
                }
                if !given.keys.is_empty() {
                    return args.iter().any(|(value, _)| match value {
                        Value::Record(record) => {
                            given.keys.iter().any(|key| record.get(key).is_some_and(|value| !value.is_null()))
                        }
                        _ => false,
                    }) || self.holds_unknown_object(args);
                }
                if !given.stages.is_empty() {
                    let names_stage = |span: Span| {
                        let text = unit.snippet(span);
                        given.stages.iter().any(|stage| text.contains(stage.as_str()))
                    };
                    if args.iter().any(|(_, arg)| names_stage(self.span(arg.value))) {
                        return true;
                    }
                    // Stages that are collected before, or that others give.
                    return positional.is_some_and(|(value, arg)| match unit.module.expr(arg.value).kind {
                        ExprKind::Var(_) => {
                            matches!(value, Value::Place(_))
                                || names_stage(unit.module.function(self.current().function).span)
                        }
                        ExprKind::Call { .. } | ExprKind::Member { .. } => true,
                        _ => false,
                    });
                }
                match named.or(positional) {
                    Some((Value::Null, _)) => false,
                    Some((Value::Int(n), _)) => *n >= 0,
                    Some(_) => true,
                    None => false,
                }
            }
        }
    }

    /// A spread or variable object that is not spelled out here may hold the bound: `...paging`.
    fn holds_unknown_object(&self, args: &Args) -> bool {
        args.iter().any(|(value, arg)| {
            let unknown_object = matches!(value, Value::Unknown | Value::Place(_))
                && matches!(
                    self.unit.module.expr(arg.value).kind,
                    ExprKind::Var(_) | ExprKind::Call { .. } | ExprKind::Member { .. }
                );
            let spread_unknown =
                matches!(value, Value::Record(record) if matches!(record.rest, Some(Value::Unknown | Value::Place(_))));
            unknown_object || spread_unknown
        })
    }

    /// Argument values at a position.
    pub(in crate::flow) fn values_at(&self, args: &Args, at: &Position) -> Vec<(Value, Arg)> {
        let unit = self.unit;
        let named = at.kw.as_ref().and_then(|kw| {
            args.iter().find(|(_, arg)| arg.name.is_some_and(|name| unit.module.text(name) == kw.as_str())).cloned()
        });
        if let Some(found) = named {
            return vec![self.under_key(found, at.key.as_deref())];
        }
        let positional: Vec<&(Value, Arg)> = args.iter().filter(|(_, arg)| arg.name.is_none()).collect();
        if at.rest {
            return positional.into_iter().skip(at.arg.unwrap_or(0)).cloned().collect();
        }
        let found = match (at.last, at.arg) {
            (Some(last), _) => positional.len().checked_sub(last + 1).and_then(|at| positional.get(at)),
            (None, Some(at)) => positional.get(at),
            (None, None) if at.key.is_some() => positional.iter().find(|(value, _)| matches!(value, Value::Record(_))),
            (None, None) => None,
        };
        found.map(|found| self.under_key((*found).clone(), at.key.as_deref())).into_iter().collect()
    }

    pub(in crate::flow) fn under_key(&self, (value, arg): (Value, Arg), key: Option<&str>) -> (Value, Arg) {
        let Some(key) = key else { return (value, arg) };
        let expr = crate::project::classes::entry(self.unit, arg.value, key).unwrap_or(arg.value);
        let value = match value {
            Value::Record(record) => record.get(key).cloned().unwrap_or_default(),
            _ => Value::Unknown,
        };
        (value, Arg { value: expr, ..arg })
    }

    pub(in crate::flow) fn entity_of_value(value: &Value) -> Option<EntityRef> {
        match value {
            Value::Class(class) => Some(EntityRef::Class(*class)),
            Value::Object(object) => object.query.entity.clone(),
            Value::Instance(class) => Some(EntityRef::Class(*class)),
            Value::Record(record) => record.class.map(EntityRef::Class),
            Value::List(list) => Self::entity_of_value(&list.element),
            Value::Text(text) => {
                let name = text.as_constant()?.split_whitespace().next()?.to_owned();
                Some(EntityRef::Named(name.into()))
            }
            Value::Path(path) => {
                let last = path.rsplit('.').next()?;
                last.starts_with(|c: char| c.is_ascii_uppercase()).then(|| EntityRef::Named(last.into()))
            }
            _ => None,
        }
    }

    /// `&users` by the type that it was declared with; `User.id` by its class.
    pub(in crate::flow) fn entity_of_place(&self, expr: ExprId) -> Option<EntityRef> {
        let module = &self.unit.module;
        match &module.expr(expr).kind {
            ExprKind::Ref(inner) | ExprKind::Deref(inner) => self.entity_of_place(*inner),
            ExprKind::Var(var) => {
                let ty = module.var(*var).ty?;
                crate::project::classes::entity_of_type(self.project, self.unit, ty)
            }
            ExprKind::Member { base, .. } => self.project.class_of_expr(self.unit, *base).map(EntityRef::Class),
            ExprKind::Record { ty, .. } | ExprKind::Seq { ty, .. } => {
                crate::project::classes::entity_of_type(self.project, self.unit, (*ty)?)
            }
            _ => None,
        }
    }
}

/// What `{Edge}` stands for in `With{Edge}`.
pub(in crate::flow) fn from_pattern<'n>(pattern: &str, placeholder: &str, name: &'n str) -> Option<&'n str> {
    let (before, after) = pattern.split_once(placeholder)?;
    name.strip_prefix(before)?.strip_suffix(after).filter(|inner| !inner.is_empty())
}

/// `include: { posts: { include: { author: true } } }` and `relations: ["a.b"]` as dotted paths.
pub(in crate::flow) fn relation_tree(tree: &Value, prefix: &str, keys: &[String], found: &mut Vec<String>) {
    match tree {
        Value::Record(record) => {
            for (name, inner) in &record.entries {
                if matches!(inner, Value::Bool(false)) {
                    continue;
                }
                if keys.iter().any(|key| **key == **name) {
                    relation_tree(inner, prefix, keys, found);
                    continue;
                }
                let path = if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") };
                relation_tree(inner, &path, keys, found);
                found.push(path);
            }
        }
        Value::List(list) => relation_tree(&list.element, prefix, keys, found),
        Value::Text(text) => {
            if let Some(text) = text.as_constant() {
                found.push(if prefix.is_empty() { text.to_owned() } else { format!("{prefix}.{text}") });
            }
        }
        _ => {}
    }
}
