//! Rows that generated code reads, which nobody edits: they count as read where its function is called.
//!
//! Knows which files a tool wrote. Does not know which tool.

use crate::flow::Interp;
use crate::flow::value::{List, Rows, Value};
use crate::source::{FileId, Span};
use std::sync::Arc;

impl Interp<'_, '_> {
    /// `users, err := queries.ListUsers(ctx)`: what is to change is this call, or the query file behind it.
    pub(in crate::flow) fn outside_generated(&self, value: Value, call: (FileId, Span)) -> Value {
        match value {
            Value::List(list) => match &list.rows {
                Some(rows) if self.project.unit(rows.file).is_generated => {
                    let rows = Rows { file: call.0, span: call.1, ..(**rows).clone() };
                    Value::List(Arc::new(List { rows: Some(Arc::new(rows)), ..(*list).clone() }))
                }
                Some(_) | None => Value::List(list),
            },
            Value::Tuple(items) => {
                Value::Tuple(items.iter().map(|item| self.outside_generated(item.clone(), call)).collect())
            }
            value => value,
        }
    }
}
