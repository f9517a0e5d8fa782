//! Passwords inside connection strings: URLs with a user, `Password=…;` lists, Go's `MySQL` form.
//!
//! Knows text. Does not know where it stands; interpolated parts are `values::HOLE`.
//! Invariant: a string whose password is a hole, a variable of another language or a placeholder holds none.
//!
//! ```text
//! postgresql://app:hunter2-prod@db.internal:5432/app
//! Server=db;User Id=app;Password=hunter2-prod;
//! host=db user=app password=hunter2-prod
//! app:hunter2-prod@tcp(db:3306)/app
//! ```

use super::randomness::wordiness;
use super::values::{HOLE, Shape, is_placeholder, is_reference, shape};

/// A password found in a connection string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Connection {
    /// Byte offsets of the password in the text.
    pub start: usize,
    pub end: usize,
    pub password: String,
    /// `postgresql`, `https`, …; empty for key-value lists.
    pub scheme: String,
    pub is_local: bool,
    /// The host is a name without a domain: a container of the same composition, or a line of `/etc/hosts`.
    pub is_undotted: bool,
    pub shape: Shape,
}

/// Words that documentation puts where user and password go.
const SPELLED: &[&str] = &[
    "user",
    "username",
    "usr",
    "login",
    "pass",
    "password",
    "passwd",
    "pwd",
    "secret",
    "pw",
    "name",
    "token",
    "apikey",
    "api_key",
    "key",
    "credentials",
    "u",
    "p",
    "user1",
    "myuser",
    "mypassword",
    "mypass",
    "dbuser",
    "dbpass",
    "dbpassword",
    "userpass",
];

/// Schemes whose colon and `@` are no credentials.
const SILENT: &[&str] = &["file", "data", "urn", "mailto", "tel", "sqlite", "jar", "blob", "about", "chrome", "sip"];

/// The first password in a text that is, or holds, a connection string.
pub fn find(text: &str) -> Option<Connection> {
    if text.len() > 4096 {
        return None;
    }
    in_url(text).or_else(|| in_pairs(text)).or_else(|| in_mysql(text))
}

/// `scheme://user:password@host`
pub fn in_url(text: &str) -> Option<Connection> {
    let mut from = 0;
    while let Some(found) = text[from..].find("://") {
        let at = from + found;
        from = at + 3;
        let scheme_start = text[..at]
            .rfind(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))
            .map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
        let scheme = text[scheme_start..at].to_ascii_lowercase();
        let rest = &text[from..];
        let authority_end = rest
            .find(|c: char| c == '/' || c == '?' || c == '#' || c == '"' || c == '\'' || c == '`' || c.is_whitespace())
            .unwrap_or(rest.len());
        // A password may hold a slash that should have been escaped: look on to the last `@` before white space.
        let authority = match rest[..authority_end].rfind('@') {
            Some(_) => &rest[..authority_end],
            None => continue,
        };
        let Some((userinfo, host)) = authority.rsplit_once('@') else { continue };
        let Some((user, password)) = userinfo.split_once(':') else { continue };
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let start = from + user.len() + 1;
        if let Some(connection) = connection(&scheme, user, password, host, start) {
            return Some(connection);
        }
    }
    None
}

/// `Password=…;`, `password=… host=…`, `pwd=…`
fn in_pairs(text: &str) -> Option<Connection> {
    let lower = text.to_ascii_lowercase();
    let is_list = lower.contains("server=")
        || lower.contains("host=")
        || lower.contains("data source=")
        || lower.contains("user id=")
        || lower.contains("user=")
        || lower.contains("uid=")
        || lower.contains("dbname=");
    // `(user=postgres, password=postgres)` is prose.
    if !is_list || lower.len() != text.len() || text.contains(", ") || text.contains('(') {
        return None;
    }
    for key in ["password=", "pwd="] {
        let Some(at) = lower.find(key) else { continue };
        let boundary = at == 0 || matches!(lower.as_bytes()[at - 1], b' ' | b';' | b',' | b'&' | b'?' | b'\n' | b'\t');
        if !boundary {
            continue;
        }
        let start = at + key.len();
        let rest = &text[start..];
        let by_semicolon = text.contains(';');
        let end = rest
            .find(|c: char| c == ';' || c == '&' || c == '"' || c == '\n' || (!by_semicolon && c.is_whitespace()))
            .unwrap_or(rest.len());
        let password = rest[..end].trim_matches('\'');
        let skipped = rest[..end].len() - rest[..end].trim_start_matches('\'').len();
        let host = ["server=", "host=", "data source="].iter().find_map(|key| {
            let from = lower.find(key)? + key.len();
            Some(text[from..].split([';', ' ', '&', ',']).next().unwrap_or(""))
        });
        return connection("", "", password, host.unwrap_or(""), start + skipped);
    }
    None
}

/// `user:password@tcp(host:3306)/db` of Go's `MySQL` driver.
fn in_mysql(text: &str) -> Option<Connection> {
    let at = text.find("@tcp(").or_else(|| text.find("@unix("))?;
    let (user, password) = text[..at].split_once(':')?;
    if user.contains(char::is_whitespace) || user.contains('/') {
        return None;
    }
    connection("mysql", user, password, text[at..].split_once('(')?.1, user.len() + 1)
}

fn connection(scheme: &str, user: &str, password: &str, host: &str, start: usize) -> Option<Connection> {
    let is_variable = |text: &str| {
        text.contains(HOLE)
            || is_reference(text)
            || text.starts_with(['$', '{', '%', '<', '[', '*'])
            || text.contains("{}")
            || text.contains("%s")
            || text.contains("%v")
    };
    let spelled = |text: &str| SPELLED.contains(&text.to_ascii_lowercase().as_str());
    if password.is_empty() || is_variable(password) || password.contains(char::is_whitespace) {
        return None;
    }
    // `https://user:pass@example.com`
    if spelled(password) || password.eq_ignore_ascii_case("x-oauth-basic") {
        return None;
    }
    if SILENT.contains(&scheme) {
        return None;
    }
    let is_documentation = ["example.com", "example.org", "example.net"].iter().any(|name| host.contains(name))
        && (spelled(user) || scheme.starts_with("http"));
    if is_documentation {
        return None;
    }
    let shape = shape(password);
    if is_placeholder(password) && !password.to_ascii_lowercase().starts_with("change") {
        return None;
    }
    // Prose such as `see http://a:b@c`: one word of each that only names things.
    if password.chars().count() < 3 || (scheme.starts_with("http") && shape < Shape::Weak) {
        return None;
    }
    let bare = host.trim_start_matches('[').split([':', '/', ')', ',']).next().unwrap_or("").to_ascii_lowercase();
    let is_local = bare.is_empty()
        || bare == "localhost"
        || bare.starts_with("127.")
        || bare == "0.0.0.0"
        || bare == "host.docker.internal"
        || host.starts_with("[::1");
    // A container of the composition: `postgres://postgres:postgres@db:5432`.
    let is_container = !bare.contains('.') && !bare.contains(HOLE) && wordiness(password) > 0.6;
    Some(Connection {
        start,
        end: start + password.len(),
        password: password.to_owned(),
        scheme: scheme.to_owned(),
        is_local: is_local || is_container,
        is_undotted: !bare.contains('.') && !bare.contains(HOLE),
        shape,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Option<String> {
        find(text).map(|found| {
            assert_eq!(&text[found.start..found.end], found.password);
            found.password
        })
    }

    #[test]
    fn passwords_are_found_in_every_form() {
        let cases = [
            "postgresql://app:s3cr3t-9x@db.internal:5432/app",
            "mongodb+srv://app:s3cr3t-9x@cluster0.abcde.mongodb.net/app",
            "redis://:s3cr3t-9x@cache:6379/0",
            "Server=db;User Id=app;Password=s3cr3t-9x;",
            "user=app password=s3cr3t-9x host=\u{FFFC}",
            "app:s3cr3t-9x@tcp(db:3306)/app?parseTime=true",
            "amqp://app:s3cr3t-9x@mq.internal//",
        ];
        for text in cases {
            assert_eq!(password(text).as_deref(), Some("s3cr3t-9x"), "{text}");
        }
    }

    #[test]
    fn strings_without_a_password_are_silent() {
        let cases = [
            "postgresql://localhost/app",
            "postgres://app@db.internal/orders",
            "postgres://app:@db.internal/orders",
            "postgres://app@${PGHOST}:5432/orders",
            "postgres://[::1",
            "postgres://h:port/db",
            "https://user:pass@example.com/path",
            "postgres://\u{FFFC}:\u{FFFC}@h/app",
            "sqlite:///db.sqlite3",
            "smtp://foo:bar@mail.internal/",
            "(user=postgres, password=postgres)",
            "postgresql://user:password@localhost/db",
            "https://example.com/a:b@c",
            "postgres://<user>:<password>@host/db",
            "http://proxy:8080",
            "mysql://{}:{}@{}/{}",
            "UPDATE users SET password='x' WHERE user='y'",
        ];
        for text in cases {
            assert_eq!(password(text), None, "{text}");
        }
    }

    #[test]
    fn a_local_host_is_seen() {
        assert!(find("postgres://app:s3cr3t-9x@localhost/app").is_some_and(|found| found.is_local));
        assert!(find("postgres://postgres:postgres@db:5432/app").is_some_and(|found| found.is_local));
        assert!(find("postgres://app:s3cr3t-9x@db.corp.internal/app").is_some_and(|found| !found.is_local));
    }
}
