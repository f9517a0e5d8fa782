//! Output formats, each a pure function of the report.
//!
//! Knows `findings` and text. Does not know the IR, the project, the terminal or the file system.
//! Invariant: the same report gives the same bytes.
//! Invariant: no format prints the bytes of a secret or a control character from the analysed code.

mod frame;
pub mod json;
mod line_hash;
mod locations;
pub mod printable;
pub mod sarif;
pub mod text;
