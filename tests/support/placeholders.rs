//! Fills the placeholders of a fixture: `‹16 A-Z2-7›` becomes sixteen characters of that class, the same on every run.
//!
//! No provider-shaped literal may stand in the repository, so fixtures say what one looks like in the notation of
//! `rearguard::secrets::pattern`. A placeholder never holds a line break: lines stay where they are.

use rearguard::secrets::pattern::{self, Part};

/// The text with every placeholder filled; panics on one that is none, because a fixture would test something else.
pub(crate) fn fill(text: &str) -> String {
    let parts = pattern::parse(text).unwrap_or_else(|error| panic!("a placeholder is wrong: {error}"));
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut filled = String::with_capacity(text.len());
    for part in &parts {
        match part {
            Part::Text(text) => filled.push_str(text),
            Part::Some { least, set, .. } => {
                let characters = set.characters();
                for _ in 0..*least {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    filled.push(characters[(state >> 33) as usize % characters.len()]);
                }
            }
        }
    }
    filled
}
