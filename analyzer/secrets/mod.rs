//! Which literals are credentials: detectors over text and the name that it is bound to.
//!
//! Knows names, values, the token formats of providers (`rules/secrets/*.toml`) and connection strings. Does not know
//! the IR, languages, files or findings.
//! Invariant: pure functions of their arguments; nothing is verified over a network.
//! Invariant: no function returns a secret in a text that is meant to be shown; `mask` is how a value is described.

pub mod entries;
pub mod keywords;
pub mod mask;
pub mod names;
pub mod pattern;
pub mod program;
pub mod randomness;
pub mod structure;
pub mod text;
pub mod tokens;
pub mod urls;
pub mod values;
