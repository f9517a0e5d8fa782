//! Credentials in text without a grammar: tokens, addresses with passwords, and names bound to values.
//!
//! ```text
//! DB_PASSWORD=hunter2-prod                   .env, shell, properties
//! password: hunter2-prod                     YAML
//! "clientSecret": "hunter2-prod"             JSON
//! <password>hunter2-prod</password>          XML
//! - name: DB_PASSWORD                        a name beside a value
//!   value: hunter2-prod
//! ```
//!
//! Knows lines and their formats, not their grammars. Does not know whether a value is a credential.
//! Invariant: every byte is seen once, by `keywords`; a line that holds no keyword is not looked at again.
//! Invariant: offsets are those of the file; a value never reaches over a line's end.

use super::entries::{self, Entry};
use super::keywords::{Keywords, Word};
use super::program;
use super::tokens::{self, Hit};
use super::urls::{self, Connection};
use crate::source::text::TextFormat;
use std::sync::LazyLock;

/// What a text holds that may be a credential.
#[derive(Debug, Default)]
pub struct Contents {
    /// With whether it stands in a comment.
    pub tokens: Vec<(Hit, bool)>,
    /// Passwords in addresses, by offset of the password in the file.
    pub connections: Vec<Connection>,
    pub entries: Vec<Entry>,
}

/// Every keyword of the providers, every name, and what an address with a password has.
static KEYWORDS: LazyLock<Keywords> = LazyLock::new(|| {
    let names = program::NAMES.iter().chain(&["://"]).map(|name| Word::new(name));
    Keywords::new(tokens::keywords().into_iter().chain(names).collect())
});

/// Lines that hold a keyword, as ranges of the text without their ends.
fn marked_lines(text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (from, to) = KEYWORDS.first(text, at)?;
        let start = memchr::memrchr(b'\n', &text[at..from]).map_or(at, |before| at + before + 1);
        let end = memchr::memchr(b'\n', &text[to..]).map_or(text.len(), |length| to + length);
        at = end;
        Some((start, end))
    })
}

/// Everything in a text that may be a credential.
pub fn read(text: &[u8], format: TextFormat) -> Contents {
    let mut contents = Contents::default();
    // The body of a private key has no names in it.
    let mut behind = 0;
    for (start, end) in marked_lines(text) {
        if end <= behind {
            continue;
        }
        let line = &text[start..end];
        let comment = format.comment_start(line).map_or(end, |at| start + at);
        for mut hit in tokens_of(text, start, end) {
            hit.start += start;
            hit.end += start;
            behind = behind.max(hit.end);
            contents.tokens.push((hit.clone(), hit.start >= comment));
        }
        if memchr::memchr(b'@', line).is_some() {
            connections(text, start, comment, &mut contents.connections);
        }
        entries::of_line(text, (start, comment), format, &mut contents.entries);
    }
    contents
}

/// Tokens that start in a line; a key's body reaches over more.
fn tokens_of(text: &[u8], start: usize, end: usize) -> Vec<Hit> {
    /// As far as `structure::pem_end` looks.
    const LONGEST_KEY: usize = 17_000;
    let line = &text[start..end];
    if memchr::memmem::find(line, b"PRIVATE KEY").is_none() {
        return tokens::scan(line);
    }
    let mut hits = tokens::scan(&text[start..text.len().min(end + LONGEST_KEY)]);
    hits.retain(|hit| hit.start < end - start);
    hits
}

/// Passwords in the addresses of a stretch of text.
fn connections(text: &[u8], start: usize, end: usize, found: &mut Vec<Connection>) {
    let Ok(line) = std::str::from_utf8(&text[start..end]) else { return };
    let mut at = 0;
    while let Some(mut connection) = urls::in_url(&line[at..]) {
        let next = at + connection.end;
        connection.start += start + at;
        connection.end += start + at;
        found.push(connection);
        at = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::names::credential_of;

    #[test]
    fn only_lines_with_a_keyword_are_looked_at() {
        let text = b"a: 1\npassword: x\nb: 2\nurl: http://c\n";
        let lines: Vec<&[u8]> = marked_lines(text).map(|(start, end)| &text[start..end]).collect();
        assert_eq!(lines, [b"password: x".as_slice(), b"url: http://c"]);
    }

    /// What is found first then stands in the first line that holds anything.
    #[test]
    fn no_keyword_reaches_over_a_line() {
        assert!(tokens::keywords().iter().all(|word| !word.text.contains('\n')));
    }

    #[test]
    fn every_credential_name_is_a_keyword() {
        for name in [
            "DB_PASSWORD",
            "dbPassword",
            "db_pwd",
            "api_key",
            "apiKey",
            "API_KEY",
            "api-key",
            "X-Api-Key",
            "authToken",
            "AUTHORIZATION",
            "Authorization",
            "db.salt",
            "jwt_pepper",
            "PRIVATE_KEY",
            "signing-key",
            "root_pw",
            "creds",
            "apikey",
            "stripe_key",
        ] {
            assert!(credential_of(name).is_some(), "{name} is a name");
            assert!(KEYWORDS.first(name.as_bytes(), 0).is_some(), "{name}");
        }
    }

    #[test]
    fn addresses_are_found_one_by_one() {
        let text = b"urls: postgres://a:s3cr3t-9x@db.internal/x, amqp://b:s3cr3t-8y@mq.internal/y # redis://c:s3cr3t-7z@d.internal\n";
        let found = read(text, TextFormat::Yaml).connections;
        let shown: Vec<&[u8]> = found.iter().map(|found| &text[found.start..found.end]).collect();
        assert_eq!(shown, [b"s3cr3t-9x", b"s3cr3t-8y"]);
    }
}
