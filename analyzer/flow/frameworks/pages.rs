//! Views that name their template instead of rendering it: classes with a queryset, handlers with a decorator.
//!
//! ```python
//! class Orders(ListView):                       # shop/order_list.html with order_list, object_list, page_obj
//!     queryset = Order.objects.all()
//! @view_config(renderer="orders.html")          # with what the handler returns
//! ```
//! Knows the facts about such classes and decorators. Does not know rules.
//! Known miss: a template's name or a context that a base class in another file gives.

use crate::flow::Frame;
use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::facts::RouteFact;
use crate::flow::frameworks::templates::Given;
use crate::flow::value::{ClassRef, EntityRef, Evidence, FnRef, List, Query, Rows, Shape, Size, Value};
use crate::ir::{ClassId, ExprId, ExprKind, FnId, Lit, MODULE_FN};
use crate::models::schema::Page;
use crate::project::classes::argument;
use crate::source::Span;
use std::sync::Arc;

impl<'m> Interp<'_, 'm> {
    fn page_of(&self, class: ClassRef) -> Option<&'m Page> {
        let bases = &self.project.class(class).base_paths;
        if bases.is_empty() {
            return None;
        }
        let models = self.models;
        let mut pages = models.libraries.iter().flat_map(|library| &library.pages);
        pages.find(|page| page.bases.iter().any(|base| bases.contains(base)))
    }

    fn classes(&self) -> impl Iterator<Item = ClassRef> + use<> {
        let file = self.unit.file;
        (0..self.unit.module.classes.len()).map(move |at| ClassRef { file, id: ClassId(at as u32) })
    }

    /// `self.object` of a view is there before its methods are read.
    pub(in crate::flow) fn note_objects_of_pages(&mut self) {
        for class in self.classes() {
            let Some(page) = self.page_of(class) else { continue };
            let Some(name) = page.row_attr.as_deref().and_then(|name| self.unit.module.strings.lookup(name)) else {
                continue;
            };
            if let Some((value, _)) = self.rows_of_page(class, page) {
                let row = self.row_of(&value);
                self.fields.entry((class, name)).or_insert(row);
            }
        }
    }

    /// Renders the templates of view classes with what they put into the context.
    pub(in crate::flow) fn render_pages(&mut self) {
        for class in self.classes() {
            let Some(page) = self.page_of(class) else { continue };
            self.render_page(class, page);
        }
    }

    fn render_page(&mut self, class: ClassRef, page: &Page) {
        let rows = self.rows_of_page(class, page);
        let entity = rows.as_ref().and_then(|(value, _)| match Self::entity_of_value(value) {
            Some(EntityRef::Class(entity)) => Some(entity),
            _ => None,
        });
        let model = entity.map(|entity| self.class_name(entity).to_lowercase());
        let Some(file) = self.template_of_page(class, page, entity, model.as_deref()) else { return };
        let mut given: Vec<Given> = Vec::new();
        if let Some((value, place)) = &rows {
            let bounded = self.is_paged(class, page);
            let all = self.listed_rows(value, *place, bounded);
            let row = self.row_of(value);
            let own = page.name_attr.as_deref().and_then(|name| self.text_of_attribute(class, name));
            for (names, value) in [(&page.rows, all), (&page.row, row)] {
                let own = own.clone().filter(|_| !names.is_empty());
                let names = names.iter().filter_map(|name| match (name.contains("{model}"), &model) {
                    (false, _) => Some(name.clone()),
                    (true, Some(model)) => Some(name.replace("{model}", model)),
                    (true, None) => None,
                });
                given.extend(names.chain(own).map(|name| Given::fixed(&name, &value)));
            }
        }
        if let Some(method) = page.context_method.as_deref().and_then(|name| self.method_of(class, name)) {
            let made = self.summary_anywhere(method);
            if let Some(Value::Record(record)) = made.as_ref().map(|made| &made.returns) {
                given.extend(record.entries.iter().map(|(name, value)| Given::fixed(name, value)));
            }
        }
        if let Some(Value::Record(record)) = page.context_attr.as_deref().map(|name| self.fields_value(class, name)) {
            given.extend(record.entries.iter().map(|(name, value)| Given::fixed(name, value)));
        }
        given.push(Given::fixed("view", &Value::Instance(class)));
        let head = self.unit.module.class(class.id).head;
        let at = rows.map_or(head, |(_, place)| place);
        let target = FnRef { file, id: crate::flow::frameworks::templates::TEMPLATE_FN };
        let route = RouteFact {
            route: None,
            method: "GET".to_owned(),
            url: None,
            file: self.unit.file,
            span: head,
            authenticated: false,
            returns: false,
            response_model: None,
        };
        self.facts.abroad.routes.push((target, route));
        self.frames.push(Frame::of(MODULE_FN));
        self.render_at(target, given, ExprId(0), at);
        self.frames.pop();
    }

    /// What the view reads, and the place that says so.
    fn rows_of_page(&mut self, class: ClassRef, page: &Page) -> Option<(Value, Span)> {
        let found =
            self.query_of_class(class, Some(&page.query_attr), Some(&page.query_method), Some(&page.entity_attr));
        found.map(|(value, place, _)| (value, place)).filter(|(value, _)| !value.is_unknown())
    }

    /// All rows of what the view reads; of an entity's name, those of its table.
    fn listed_rows(&mut self, value: &Value, place: Span, bounded: bool) -> Value {
        match value {
            Value::Object(object) if self.is_instance(object) => {
                let query = Query { bounded, ..object.query.clone() };
                let rows = Rows {
                    file: self.unit.file,
                    span: place,
                    query,
                    kind: object.kind,
                    evidence: Evidence::Declared,
                    sliced: false,
                    of: None,
                };
                Value::List(Arc::new(List {
                    element: value.clone(),
                    size: Size::Unknown,
                    rows: Some(Arc::new(rows)),
                    constant: false,
                    shape: Shape::Elements,
                }))
            }
            Value::Object(object) => {
                let mut object = (**object).clone();
                object.query.bounded |= bounded;
                Value::Object(Arc::new(object))
            }
            other => other.clone(),
        }
    }

    /// One of the rows.
    fn row_of(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(object) if self.is_instance(object) => value.clone(),
            Value::Object(object) => self.element_of(object),
            Value::List(list) => list.element.clone(),
            _ => Value::Unknown,
        }
    }

    fn is_paged(&self, class: ClassRef, page: &Page) -> bool {
        let attribute = page.pagination_attr.as_deref().and_then(|name| self.class_attribute(class, name));
        attribute.is_some_and(|(value, _)| !matches!(self.unit.module.expr(value).kind, ExprKind::Lit(Lit::Null)))
    }

    fn text_of_attribute(&self, class: ClassRef, name: &str) -> Option<String> {
        let (value, _) = self.class_attribute(class, name)?;
        self.unit.module.str_of(value).map(str::to_owned)
    }

    /// `template_name`, else `shop/order_list.html` by the entity's application and name.
    fn template_of_page(
        &self,
        class: ClassRef,
        page: &Page,
        entity: Option<ClassRef>,
        model: Option<&str>,
    ) -> Option<crate::source::FileId> {
        if self.class_attribute(class, &page.template_attr).is_some() {
            let name = self.text_of_attribute(class, &page.template_attr)?;
            return self.project.template_named(self.unit, &name);
        }
        let declared = &self.project.unit(entity?.file).path;
        let mut folders = declared.split('/').rev().skip(1).filter(|folder| *folder != "models");
        let name = page.default.as_deref()?.replace("{app}", folders.next()?).replace("{model}", model?);
        self.project.template_named(self.unit, &name)
    }

    /// `self.render_to_response(context)`
    pub(in crate::flow) fn render_by_method(&mut self, class: ClassRef, name: &str, args: &Args, at: ExprId) {
        let Some((Value::Record(record), _)) = args.first() else { return };
        let Some(page) = self.page_of(class) else { return };
        if page.render_method.as_deref() != Some(name) || !self.follows_calls {
            return;
        }
        let Some(file) = self.template_of_page(class, page, None, None) else { return };
        let given = record.entries.iter().map(|(name, value)| Given::fixed(name, value)).collect();
        let span = self.span(at);
        self.render_at(FnRef { file, id: crate::flow::frameworks::templates::TEMPLATE_FN }, given, at, span);
    }

    /// A handler that a decorator gives a template returns the context.
    pub(in crate::flow) fn render_by_return(&mut self, value: &Value, at: ExprId) {
        let Value::Record(record) = value else { return };
        let frame = self.current();
        if !frame.inlined.is_empty() || !self.follows_calls {
            return;
        }
        let Some(name) = self.renderer_of(frame.function) else { return };
        let Some(file) = self.project.template_named(self.unit, &name) else { return };
        let given = record.entries.iter().map(|(name, value)| Given::fixed(name, value)).collect();
        let span = self.span(at);
        self.render_at(FnRef { file, id: crate::flow::frameworks::templates::TEMPLATE_FN }, given, at, span);
    }

    /// The template that a decorator of a function, or of the class around it, names.
    fn renderer_of(&self, function: FnId) -> Option<String> {
        let module = &self.unit.module;
        let declared = module.function(function);
        let of = |decorators: &[ExprId]| {
            decorators.iter().find_map(|&decorator| {
                let path = self.unit.path_of_expr(decorator)?;
                let mut facts = self.models.libraries.iter().flat_map(|library| &library.renderers);
                let fact = facts.find(|fact| fact.decorators.contains(&path))?;
                // Of several, one may say nothing.
                let named = argument(self.unit, decorator, &fact.template);
                Some(named.and_then(|named| module.str_of(named)).map(str::to_owned))
            })
        };
        let own = of(&declared.decorators)?;
        own.or_else(|| of(&module.class(declared.class?).decorators).flatten())
    }

    /// Pyramid: the object that a decorator says stands before the request.
    pub(in crate::flow) fn object_before_request(
        &self,
        function: FnId,
        at: &crate::models::schema::Position,
    ) -> Option<Value> {
        let decorators = &self.unit.module.function(function).decorators;
        let named = decorators.iter().find_map(|&decorator| argument(self.unit, decorator, at))?;
        let class = self.project.class_of_expr(self.unit, named)?;
        Some(self.instance(EntityRef::Class(class), Query::default(), Evidence::Declared))
    }
}
