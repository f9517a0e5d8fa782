//! Output formats, each a pure function of the report.
//!
//! Knows `findings` and text. Does not know the IR, the project, the terminal or the file system.
//! Invariant: the same report gives the same bytes.
//! Invariant: no format prints the bytes of a secret or a control character from the analysed code.

pub mod concise;
mod frame;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
mod line_hash;
mod locations;
pub mod markdown;
pub mod merged;
pub mod printable;
pub mod rdjson;
pub mod sarif;
pub mod text;
pub mod xml;
