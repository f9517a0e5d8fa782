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

/// Whether what follows `new(` parses as a type: nothing but names, stars and brackets up to the parenthesis (`xs[0]`
/// and `*p` parse alike), or a type that is spelled with braces or parentheses.
fn is_type(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    let is_of_type = |byte: u8| byte.is_ascii_alphanumeric() || b"_.*[] <-".contains(&byte);
    let length = rest.iter().take_while(|&&byte| is_of_type(byte)).count();
    let plain = rest[..length].trim_ascii_end();
    match rest.get(length) {
        Some(b')' | b',') => !plain.first().is_none_or(|first| first.is_ascii_digit() || *first == b'-'),
        _ => [&b"struct"[..], b"interface", b"func", b"chan"].iter().any(|word| plain.ends_with(word)),
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
