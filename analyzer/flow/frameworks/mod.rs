//! Frameworks: what calls the project's functions, and what becomes of what they answer.

pub(in crate::flow) mod contexts;
pub(in crate::flow) mod file_routes;
mod object_types;
pub(in crate::flow) mod pages;
pub(in crate::flow) mod per_element;
pub(in crate::flow) mod routes;
pub(in crate::flow) mod row_calls;
pub(in crate::flow) mod serializer_choice;
mod serializer_loading;
pub(in crate::flow) mod serializers;
pub(in crate::flow) mod templates;
pub(in crate::flow) mod views;
