//! Methods that a framework calls with each row that a class lists: of sitemaps, feeds and admin lists.
//!
//! Knows the facts about such classes. Does not know rules.
//! Invariant: what they do is a summary whose parameter 0 is the row, as for serializers.
//! Known miss: rows that a base of another file lists.

use crate::flow::Frame;
use crate::flow::Interp;
use crate::flow::calls::summary::Summary;
use crate::flow::frameworks::serializers::is_true;
use crate::flow::value::{ClassRef, EntityRef, Evidence, List, Object, Query, Rows, Shape, Size, Value};
use crate::ir::{BinaryOp, ClassId, ExprId, ExprKind, Field, MODULE_FN, Sym};
use crate::models::schema::RowCalls;
use crate::source::Span;
use std::sync::Arc;

impl<'a> Interp<'a, '_> {
    /// `admin.site.register(Order)`, `admin.site.register([Order, Line])`, `@admin.register(Order)`
    pub(in crate::flow) fn note_administered(&mut self) {
        let models = self.models;
        let unit = self.unit;
        let facts = models.libraries.iter().flat_map(|library| &library.row_calls);
        let calls: Vec<&str> = facts.flat_map(|fact| &fact.registered_by).map(String::as_str).collect();
        let is_named = |call: &&str| {
            let name = call.rsplit('.').next().unwrap_or(call);
            memchr::memmem::find(&unit.bytes, name.as_bytes()).is_some()
        };
        if !calls.iter().any(is_named) {
            return;
        }
        let module = &unit.module;
        for expr in &module.exprs {
            let ExprKind::Call { callee, args, .. } = &expr.kind else { continue };
            let Some(first) = args.first() else { continue };
            let Some(path) = unit.path_of_expr(*callee) else { continue };
            if !calls.contains(&&*path) {
                continue;
            }
            let named = match &module.expr(first.value).kind {
                ExprKind::Seq { items, .. } => items.as_slice(),
                _ => std::slice::from_ref(&first.value),
            };
            let classes: Vec<ClassRef> = named
                .iter()
                .filter_map(|named| {
                    let class = self.project.class_of_expr(unit, *named)?;
                    if self.project.class(class).entity.is_some() {
                        return Some(class);
                    }
                    // `@admin.register(Order)` above `class Order(ModelAdmin)`, which hides the name of the entity.
                    self.project.entity_called(unit, &self.class_name(class))
                })
                .collect();
            self.facts.administered.extend(classes);
        }
    }

    pub(in crate::flow) fn call_with_rows(&mut self) {
        let models = self.models;
        for at in 0..self.unit.module.classes.len() {
            let class = ClassRef { file: self.unit.file, id: ClassId(at as u32) };
            let bases = &self.project.class(class).base_paths;
            let facts = || models.libraries.iter().flat_map(|library| &library.row_calls);
            // Classes of other packages that extend these say so by the name: `reversion.admin.VersionAdmin`.
            let ends_so = |fact: &&RowCalls| {
                fact.base_names.iter().any(|name| bases.iter().any(|base| base.contains('.') && base.ends_with(name)))
            };
            let by_path = facts().find(|fact| fact.bases.iter().any(|base| bases.contains(base)));
            let Some(fact) = by_path.or_else(|| facts().find(ends_so)) else { continue };
            let Some((rows, place, expr)) = self.rows_of(class, fact) else { continue };
            let entity = Self::entity_of_value(&rows).and_then(|entity| match entity {
                EntityRef::Class(entity) => Some(entity),
                EntityRef::Named(_) => None,
            });
            let summary = self.summary_of_rows(class, fact, entity);
            if summary.reads.is_empty() && summary.trips.is_empty() {
                continue;
            }
            let rows = self.listed(rows, place, class, fact, entity);
            self.frames.push(Frame::of(MODULE_FN));
            self.hand_over(&summary, self.class_name(class), &rows, place, expr);
            self.frames.pop();
        }
    }

    /// What the class lists, the place that says so, and an expression there.
    fn rows_of(&mut self, class: ClassRef, fact: &RowCalls) -> Option<(Value, Span, ExprId)> {
        let module = &self.unit.module;
        if let Some(method) = self.method_of(class, &fact.rows) {
            let own = method.file == self.unit.file;
            let made = self.summary_anywhere(method);
            let head = if own { module.function(method.id).head } else { module.class(class.id).head };
            let rows = self.settled(made?.returns.clone(), class);
            let rows = match self.registered_entity(class, fact) {
                Some((entity, _)) => Self::rows_of_entity(rows, entity),
                None => rows,
            };
            return Some((self.loaded_in(Self::without_open_entity(rows), class), head, ExprId(0)));
        }
        let (entity, expr) = self.registered_entity(class, fact)?;
        let rows = self.instance(EntityRef::Class(entity), Query::default(), Evidence::Declared);
        let place = fact.names.as_deref().and_then(|name| self.class_attribute(class, name));
        Some((rows, place.map_or(module.class(class.id).head, |(_, span)| span), expr))
    }

    /// `super().get_queryset(request)` of a class that is registered for an entity.
    fn rows_of_entity(rows: Value, entity: ClassRef) -> Value {
        match rows {
            Value::Object(object) if matches!(object.query.entity, Some(EntityRef::Named(_))) => {
                let query = Query { entity: Some(EntityRef::Class(entity)), ..object.query.clone() };
                Value::Object(Arc::new(Object { query, ..(*object).clone() }))
            }
            rows => rows,
        }
    }

    /// `Order` of `admin.site.register(Order, OrderAdmin)`, of `@admin.register(Order)` and of `model = Order`.
    fn registered_entity(&self, class: ClassRef, fact: &RowCalls) -> Option<(ClassRef, ExprId)> {
        let unit = self.unit;
        let module = &unit.module;
        if let Some(attribute) = fact.entity.as_deref() {
            let (named, _) = self.class_attribute(class, attribute)?;
            return Some((self.project.class_of_expr(unit, named)?, named));
        }
        let argument = |call: ExprId, at: usize| match &module.expr(call).kind {
            ExprKind::Call { callee, args, .. } => {
                let path = unit.path_of_expr(*callee)?;
                fact.registered_by.contains(&path).then_some(args.get(at)?.value)
            }
            _ => None,
        };
        let decorators = &module.class(class.id).decorators;
        let decorated = decorators.iter().find_map(|&decorator| argument(decorator, 0));
        // Registered where the class is not: there is no expression here that names the entity.
        let elsewhere = || self.project.registered_for(class).map(|entity| (entity, ExprId(0)));
        let Some(named) = decorated else { return elsewhere() };
        Some((self.project.class_of_expr(unit, named)?, named))
    }

    fn summary_of_rows(&mut self, class: ClassRef, fact: &RowCalls, entity: Option<ClassRef>) -> Summary {
        let unit = self.unit;
        let mut summary = Summary::of_fields();
        let place = unit.module.class(class.id).head;
        for name in &fact.methods {
            match (self.method_of(class, name), fact.otherwise.get(name)) {
                (Some(method), _) => self.note_method(&mut summary, method, place),
                (None, Some(other)) => summary.note_read(self.read_of_object(vec![other.as_str().into()], place)),
                (None, None) => {}
            }
        }
        let named = self.names_in(class, fact.names.as_deref());
        let has_names = fact.names.as_deref().is_some_and(|name| self.has_attribute(class, name))
            || self.project.class(class).base_paths.iter().any(|base| fact.names_of.contains(base));
        let unnamed = fact.names_default.iter().filter(|_| !has_names).chain(&fact.always);
        for name in unnamed {
            summary.note_read(self.read_of_object(vec![name.as_str().into()], place));
        }
        for (name, span) in named {
            let is_relation = entity.is_some_and(|entity| self.project.class(entity).relations.contains_key(name));
            match self.method_of(class, name) {
                Some(method) => self.note_method(&mut summary, method, span),
                None if is_relation => {
                    // The row it leads to is shown by its text.
                    summary.note_read(self.read_of_object(vec![name.into(), "__str__".into()], span));
                }
                None => summary.note_read(self.read_of_object(vec![name.into()], span)),
            }
        }
        summary
    }

    /// Whether a class or one of its bases in any file says so.
    fn has_attribute(&self, class: ClassRef, name: &str) -> bool {
        self.project.lineage(class).any(|class| {
            let module = &self.project.unit(class.file).module;
            let is_named = |field: &Field| module.text(field.name) == name;
            module.class(class.id).fields.iter().any(is_named)
                || self.method_of(class, &format!("get_{name}")).is_some()
        })
    }

    /// Texts in a list that an attribute of the class holds.
    fn names_in(&self, class: ClassRef, attribute: Option<&str>) -> Vec<(&'a str, Span)> {
        let listed = attribute.and_then(|name| self.class_attribute(class, name));
        let mut found = Vec::new();
        if let Some((value, _)) = listed {
            self.add_names(class, value, &mut found, 0);
        }
        found
    }

    /// `fields`, `Base.readonly_fields + ("uuid",)`, of other attributes of the same class too.
    fn add_names(&self, class: ClassRef, value: ExprId, found: &mut Vec<(&'a str, Span)>, depth: usize) {
        /// Attributes of attributes.
        const DEEPEST: usize = 4;
        let unit = self.unit;
        let module = &unit.module;
        if depth > DEEPEST {
            return;
        }
        let attribute = |of: ClassRef, name: Sym| self.class_attribute(of, module.text(name)).map(|(value, _)| value);
        let next = match &module.expr(value).kind {
            ExprKind::Seq { items, .. } => {
                for &item in items {
                    match (&module.expr(item).kind, module.str_of(item)) {
                        (_, Some(text)) => found.push((text, module.expr(item).span)),
                        (ExprKind::Spread(inner), None) => self.add_names(class, *inner, found, depth + 1),
                        _ => {}
                    }
                }
                None
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } => {
                self.add_names(class, *left, found, depth + 1);
                self.add_names(class, *right, found, depth + 1);
                None
            }
            ExprKind::Call { args, .. } => args.first().map(|arg| arg.value),
            ExprKind::Member { base, name, .. } => {
                let of = self.project.class_of_expr(unit, *base).filter(|of| of.file == class.file);
                of.and_then(|of| attribute(of, *name))
            }
            ExprKind::Var(var) => attribute(class, module.var(*var).name).or_else(|| unit.initializer_of(*var)),
            ExprKind::Name(name) => attribute(class, *name),
            _ => None,
        };
        if let Some(next) = next.filter(|&next| next != value) {
            self.add_names(class, next, found, depth + 1);
        }
    }

    /// The rows as the class lists them: a page at a time, with the relations that it loads.
    fn listed(
        &mut self,
        rows: Value,
        place: Span,
        class: ClassRef,
        fact: &RowCalls,
        entity: Option<ClassRef>,
    ) -> Value {
        let mut eager: Vec<String> = Vec::new();
        if let Some(entity) = entity {
            let to_one = |class: ClassRef| {
                let relations = self.project.class(class).relations.values();
                // A key of any table (`GenericForeignKey`) cannot be joined.
                let mut names: Vec<_> = relations.filter(|one| !one.many && one.target.is_some()).collect();
                names.sort_by(|a, b| a.name.cmp(&b.name));
                names
            };
            let names_one = || {
                let named = self.names_in(class, fact.names.as_deref());
                to_one(entity).iter().any(|relation| named.iter().any(|(name, _)| *name == relation.name))
            };
            let attribute = fact.eager.as_deref().and_then(|name| self.class_attribute(class, name));
            let is_joined = fact.eager.is_some() && names_one();
            let all = attribute.is_some_and(|(value, _)| is_true(self.unit, value)) || is_joined;
            eager.extend(self.names_in(class, fact.eager.as_deref()).iter().map(|(name, _)| name.replace("__", ".")));
            // A key that may be null is not followed; what lies behind the others is not asked for its keys.
            for relation in to_one(entity).into_iter().filter(|relation| all && !relation.nullable) {
                eager.push(format!("{}.*", relation.name));
            }
        }
        let (element, rows) = match &rows {
            Value::Object(object) if self.is_instance(object) => (rows.clone(), None),
            Value::Object(object) => (self.element_of(object), self.size_and_rows(&rows).and_then(|(_, rows)| rows)),
            Value::List(list) => (list.element.clone(), list.rows.clone().filter(|rows| rows.of.is_none())),
            _ => return rows,
        };
        let Value::Object(row) = &element else { return Value::list(element, Size::Unknown) };
        let mut row = (**row).clone();
        row.query.eager = Arc::new(row.query.eager.iter().cloned().chain(eager).collect());
        let query = rows.as_ref().map_or_else(|| row.query.clone(), |rows| rows.query.clone());
        let origin = query.origin.filter(|(file, _)| *file == self.unit.file);
        let rows = Rows {
            file: self.unit.file,
            span: origin.map_or(place, |(_, span)| span),
            query: Query { bounded: query.bounded || fact.paged, ..query },
            kind: row.kind,
            evidence: row.evidence,
            sliced: false,
            of: None,
        };
        let element = Value::Object(Arc::new(row));
        Value::List(Arc::new(List {
            element,
            rows: Some(Arc::new(rows)),
            size: Size::Unknown,
            constant: false,
            shape: Shape::Elements,
        }))
    }
}
