//! Whether the text of a program may hold a credential at all: asked before the program is parsed.
//!
//! Knows bytes and the words in them. Does not know literals, so that it says yes too often.
//! Known miss: where it says no, two kinds of credentials may still be found in the parsed program: a short text under a
//! bare `key` of a record whose own name makes that a credential's, and a token that is one by its owner's name alone.

use super::keywords::{Keywords, Word};
use super::{names, tokens};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// One of these is in every name that `names::credential_of` knows, in the three ways that people write them.
pub(super) const NAMES: &[&str] = &[
    "pass",
    "Pass",
    "PASS",
    "pwd",
    "Pwd",
    "PWD",
    "psw",
    "Psw",
    "PSW",
    "secret",
    "Secret",
    "SECRET",
    "token",
    "Token",
    "TOKEN",
    "bearer",
    "Bearer",
    "BEARER",
    "cred",
    "Cred",
    "CRED",
    "salt",
    "Salt",
    "SALT",
    "epper",
    "EPPER",
    "_pw",
    "_PW",
    "Pw",
    "uthorization",
    "UTHORIZATION",
    "apikey",
    "authkey",
    "accesskey",
    "jwtkey",
    "_key",
    "-key",
    ".key",
    "Key",
    "_KEY",
    "-KEY",
    "APIKEY",
];

static WORDS: LazyLock<Keywords> = LazyLock::new(|| Keywords::new(NAMES.iter().map(|name| Word::new(name)).collect()));

/// What takes or announces a credential without its name: ciphers, signatures, schemes of headers.
static USES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    names::one_of(&["crypt", "cipher", "hmac", "jose", "sign(", "signer", "bearer ", "basic ", "otp"])
});

/// Shorter texts under a bare `key` are names of things.
const LEAST_KEY: usize = 16;

/// Whether a credential may stand in the text of a program.
pub fn may_hold_credential(text: &[u8]) -> bool {
    tokens::may_stand_in(text)
        || USES.is_match(text)
        || WORDS.all(text).into_iter().any(|(_, at)| names::credential_of(word_around(text, at)).is_some())
        || has_key(text)
        || has_address(text)
}

/// The identifier, key or path around a place.
fn word_around(text: &[u8], at: usize) -> &str {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.$".contains(byte);
    let before = text[..at].iter().rev().take_while(is_part).count();
    let behind = text[at..].iter().take_while(is_part).count();
    std::str::from_utf8(&text[at - before..at + behind]).unwrap_or_default()
}

/// `key: "…"`, `key = "…"` with as much as a key has.
fn has_key(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, b"key").any(|at| {
        let rest = &text[at + 3..];
        let quote = rest.iter().take(6).position(|byte| matches!(byte, b'"' | b'\'' | b'`'));
        let Some(quote) = quote.filter(|&quote| rest[..quote].iter().any(|byte| matches!(byte, b':' | b'='))) else {
            return false;
        };
        let value = rest[quote + 1..].iter().take_while(|byte| **byte != rest[quote] && !byte.is_ascii_whitespace());
        value.count() >= LEAST_KEY
    })
}

/// `://` with an `@` on its line.
fn has_address(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, b"://").any(|at| {
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
        memchr::memchr(b'@', &text[at..end]).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::may_hold_credential;

    #[test]
    fn names_uses_and_addresses_may_hold_one() {
        for loud in [
            "const password = x",
            "<Login apiKey={k} />",
            "headers: { Authorization: k }",
            "stripe: { key: 'abcdefghijklmnop' }",
            "AES.encrypt(text, \"abc\")",
            "open(\"redis://a:b@c\")",
        ] {
            assert!(may_hold_credential(loud.as_bytes()), "{loud}");
        }
        for quiet in
            ["<li key=\"first\" onKeyDown={passed}>https://example.org</li>", "const compass = keyboard.tokenizer"]
        {
            assert!(!may_hold_credential(quiet.as_bytes()), "{quiet}");
        }
    }
}
