//! rearguard: static review of backend code in Python, TypeScript/JavaScript and Go.
//!
//! ```text
//! discover -> read -> parse -> lower -> project -> interpret -> rules -> suppress -> report
//!             \______ per file, parallel ______/    whole repo    per function, parallel
//! ```

pub mod cli;
pub mod findings;
pub mod flow;
pub mod ir;
pub mod lower;
pub mod models;
pub mod pipeline;
pub mod project;
pub mod report;
pub mod rules;
pub mod secrets;
pub mod similar;
pub mod source;
pub mod syntax;

pub use pipeline::analyze;
