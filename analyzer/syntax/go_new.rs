//! `new(value)`, which Go has since 1.26 and the pinned grammar does not.
//!
//! The grammar wants a type between the parentheses of `new`; a value there costs the whole function around it. In a
//! copy that only the parser sees, such a `new` is spelled `neW`, an ordinary function's name of the same length.
//! Does not know strings from code: a `new("x")` inside a string is spelled differently in the copy too, where nobody
//! reads texts from.
//! Invariant: the copy has the same length, so that every offset holds in the original.

/// The copy, where there is such a `new`.
pub(super) fn with_values_of_new_as_calls(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut copy = None;
    for at in memchr::memmem::find_iter(bytes, b"new(") {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let is_word = before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && byte != b'_' && byte != b'.');
        if is_word && !is_type(&bytes[at + b"new(".len()..]) {
            copy.get_or_insert_with(|| bytes.to_vec())[at + 2] = b'W';
        }
    }
    copy
}

/// Whether what follows `new(` parses as a type: a name alone, or what begins as only a type or a dereference does.
fn is_type(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    let name = rest.iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
    if rest[..name].first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let mut after = rest[name..].trim_ascii_start();
    if after.first() == Some(&b'[') && name > 0 {
        // `T[int]` or `xs[0]`, which parse alike, unless something follows.
        let Some(close) = memchr::memchr(b']', after) else { return true };
        after = after[close + 1..].trim_ascii_start();
    }
    match (&rest[..name], after.first()) {
        (b"", Some(b'*' | b'[' | b'<' | b'(')) | (b"map" | b"func" | b"chan" | b"struct" | b"interface", _) => true,
        (b"", _) => false,
        (_, Some(b')' | b',' | b']')) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::with_values_of_new_as_calls;

    fn copy_of(text: &str) -> Option<String> {
        with_values_of_new_as_calls(text.as_bytes()).map(|copy| String::from_utf8(copy).expect("one letter changed"))
    }

    #[test]
    fn values_are_respelled() {
        for value in ["\"x\"", "f(1)", "a + b", "-1", "3", "a.B(c).D", "&x", "T{}", "true && x", "xs[0].Name()"] {
            assert_eq!(copy_of(&format!("p := new({value})")), Some(format!("p := neW({value})")));
        }
    }

    #[test]
    fn types_are_left() {
        for ty in
            ["T", "pkg.T", "*T", "[]int", "map[string]int", "struct{}", "Page[int]", "Page[[]int]", "chan int", " T "]
        {
            assert_eq!(copy_of(&format!("p := new({ty})")), None, "{ty}");
        }
        assert_eq!(copy_of("p := renew(\"x\") + x.new(\"y\")"), None);
    }
}
