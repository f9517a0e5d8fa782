//! Library facts: what a library's calls, attributes, classes and decorators mean, loaded from `rules/models`.
//!
//! Knows the vocabulary (`schema`) and how to look a fact up. Does not know rules, the IR or any one library.
//! Invariant: a model that does not match the vocabulary is an error with its file and line; nothing is ignored.

mod bases;
pub mod glob;
pub mod load;
pub mod lookup;
pub mod schema;
