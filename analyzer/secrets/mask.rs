//! How a secret value is described where people read: its last characters and its length, never the value.
//!
//! Invariant: at most four characters are shown, and only of values so long that four say nothing.

/// From this length on the last four characters are shown, so that the owner recognises the key.
const SHOWN_FROM: usize = 20;

/// `…x4Qz (40 characters)`, or `12 characters, masked`.
pub fn describe(value: &str) -> String {
    let length = value.chars().count();
    if length < SHOWN_FROM {
        return format!("{length} characters, masked");
    }
    let tail: String = value.chars().skip(length - 4).collect();
    if tail.chars().all(|c| c.is_ascii_graphic()) {
        format!("…{tail}, {length} characters")
    } else {
        format!("{length} characters, masked")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_values_are_masked_fully() {
        assert_eq!(describe("hunter2"), "7 characters, masked");
        assert_eq!(describe(&"ab".repeat(20)), "…abab, 40 characters");
    }
}
