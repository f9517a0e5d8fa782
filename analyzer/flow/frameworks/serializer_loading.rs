//! What a serializer has its query load: `setup_eager_loading(queryset)`, whoever calls that.
//!
//! ```python
//! class OrderSerializer(EagerLoadingMixin, ModelSerializer):
//!     SELECT_RELATED = ["customer"]          # read by the mixin: `queryset.select_related(*cls.SELECT_RELATED)`
//! ```
//! Knows the method that models name, and lists of the class that it reads. Does not know who calls the method.
//! Invariant: a method of which it is not known what it loads loads everything.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::value::{ClassRef, FnRef, List, Object, Query, Value};
use std::sync::Arc;

impl Interp<'_, '_> {
    /// Rows, or one of them, with the relations that the serializer's own method has the query load.
    pub(in crate::flow) fn loaded_by_serializer(&mut self, class: ClassRef, value: &Value) -> Option<Value> {
        let method = self.method_of(class, self.serializer_of(class)?.eager_method.as_deref()?)?;
        let loaded = self.loaded_by(class, method).unwrap_or_else(|| vec!["*".to_owned()]);
        Some(with_loaded(value, &loaded))
    }

    /// `OrderSerializer.setup_eager_loading(orders)`
    pub(in crate::flow) fn loaded_by_call(&mut self, class: ClassRef, name: &str, args: &Args) -> Option<Value> {
        let fact = self.serializer_of(class)?;
        let (given, _) = args.first().filter(|_| fact.eager_method.as_deref() == Some(name))?;
        self.loaded_by_serializer(class, given).filter(|loaded| !loaded.is_unknown())
    }

    fn loaded_by(&mut self, class: ClassRef, method: FnRef) -> Option<Vec<String>> {
        let made = self.summary_anywhere(method)?;
        let Value::Object(given) = &made.returns else { return None };
        // It goes on from the query that it is given.
        given.query.param?;
        let query = self.with_lists_of(&given.query, class);
        let loaded = query.as_ref().unwrap_or(&given.query);
        Some((*loaded.eager).clone())
    }
}

fn with_loaded(value: &Value, loaded: &[String]) -> Value {
    match value {
        Value::Object(object) => {
            let eager = object.query.eager.iter().chain(loaded).cloned().collect();
            let query = Query { eager: Arc::new(eager), ..object.query.clone() };
            Value::Object(Arc::new(Object { query, ..(**object).clone() }))
        }
        Value::List(list) => {
            Value::List(Arc::new(List { element: with_loaded(&list.element, loaded), ..(**list).clone() }))
        }
        value => value.clone(),
    }
}
