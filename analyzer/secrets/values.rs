//! What a literal looks like on its own: a reference, a placeholder, a label, a phrase, a weak password, a random key.
//!
//! Knows text. Does not know where it stands, except for the name that the caller gives to compare with.
//! Invariant: a value under `SHORTEST` characters is no credential.
//! Invariant: what refers to a secret kept elsewhere (`${SECRET}`, `op://vault/item`, `prod/db/password`) is none.

use super::names;
use super::randomness::{classes, is_sequence, letter_runs, looks_random, wordiness};
use super::structure;

/// Shorter values are flags, fields and test words.
pub const SHORTEST: usize = 6;

/// Longer values are documents, not credentials.
const LONGEST: usize = 4096;

/// Stands for an interpolated part in a folded text.
pub const HOLE: char = '\u{FFFC}';

/// What the text looks like, from the least to the most like a credential.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Shape {
    /// Too short, empty, made of holes, a template of another language, a path, an address: refers to something.
    Reference,
    /// `<your-password>`, `xxxxxxxx`, `changeme`, `dummy-token`.
    Placeholder,
    /// Names of fields and things only: `access_token`, `userPassword`, `TOKEN_EXPIRED`, or prose.
    Label,
    /// One plain word or several, none of them a field's name alone: `woopie`, `my-super-secret`.
    Phrase,
    /// Words with digits or signs that only passwords have: `admin123`, `SuperSecretPhrase!!`, `hunter2`.
    Weak,
    Random,
}

/// The shape of a value, before its name is looked at.
pub fn shape(value: &str) -> Shape {
    let text = value.trim();
    let length = text.chars().count();
    if length < SHORTEST || text.len() > LONGEST || text.contains(HOLE) || is_reference(text) {
        return Shape::Reference;
    }
    if text.contains("://") {
        return Shape::Reference;
    }
    if text.contains(char::is_whitespace) && !is_placeholder(text) {
        // `_5#y2L"F4Q8z\n\xec]/`: random bytes, one of which is white space.
        let is_noise = !text.contains(' ') && classes(text) == 4 && wordiness(text) < 0.2;
        return if is_noise { Shape::Random } else { Shape::Label };
    }
    if is_address(text) {
        return Shape::Reference;
    }
    if is_placeholder(text) {
        return Shape::Placeholder;
    }
    // Generators take ASCII: `{0}からトークンを入手できます` is a sentence.
    let foreign = text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).count();
    if foreign * 2 > text.chars().filter(|c| c.is_alphabetic()).count() {
        return Shape::Label;
    }
    if looks_random(text) && foreign == 0 {
        return wrapped_words(text).map_or(Shape::Random, |words| shape(&words).min(Shape::Weak));
    }
    if is_path_like(text) {
        return Shape::Reference;
    }
    if !text.is_ascii() && !text.bytes().any(|b| b.is_ascii_digit()) {
        return Shape::Label; // a word of another language
    }
    if is_constant_name(text) || is_dotted(text) || is_all_vocabulary(text) {
        return Shape::Label;
    }
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    let letters = text.bytes().any(|b| b.is_ascii_alphabetic());
    let signs = text.chars().any(|c| "!@#$%^&*+=?~;|\"'`\\".contains(c));
    match (letters, digits) {
        (false, true) | (true, _) if signs => Shape::Weak,
        (true, true) => Shape::Weak,
        (false, _) => Shape::Label, // 1234567, 2024-01-01
        (true, false) => Shape::Phrase,
    }
}

/// The words that a text holds in base 64: `ZXhhbXBsZS1zZWNyZXQ=` is `example-secret`.
fn wrapped_words(text: &str) -> Option<String> {
    let inner = String::from_utf8(structure::base64(text)?).ok()?;
    let is_written = inner.len() >= SHORTEST && inner.bytes().all(|b| b.is_ascii_graphic()) && wordiness(&inner) >= 0.4;
    is_written.then_some(inner)
}

/// `${SECRET}`, `{{ secret }}`, `%(password)s`, `:password`, `$1`, `op://…`, `arn:…`, hashes, MIME, algorithms.
pub fn is_reference(text: &str) -> bool {
    const SCHEMES: &[&str] = &[
        "arn:",
        "op://",
        "vault:",
        "vault://",
        "secret://",
        "secrets://",
        "ssm:",
        "ssm://",
        "secretsmanager:",
        "kms:",
        "file:",
        "env:",
        "env.",
        "gs://",
        "s3://",
        "ref+",
        "projects/",
        "keyring:",
        "aws-sm:",
        "gcp-sm:",
        "akv:",
        "data:",
        "urn:",
        "process.env",
        "os.environ",
        "$env:",
        "sealed:",
        "enc[",
        "env(",
        "!secret",
        "doppler:",
        "configmap:",
    ];
    const HASHES: &[&str] = &[
        "$2a$", "$2b$", "$2y$", "$argon2", "$pbkdf2", "$scrypt$", "$5$", "$6$", "$1$", "$y$", "pbkdf2_", "pbkdf2:",
        "scrypt:", "bcrypt", "argon2", "sha1$", "sha256$", "{ssha", "sha256-", "sha384-", "sha512-", "sha256:",
        "sha512:", "md5:", "sha1:",
    ];
    let lower = text.to_ascii_lowercase();
    if SCHEMES.iter().any(|scheme| lower.starts_with(scheme)) || HASHES.iter().any(|hash| lower.starts_with(hash)) {
        return true;
    }
    // Whole-text forms of a variable of another language.
    let wrapped = [
        ("${", "}"),
        ("{{", "}}"),
        ("{", "}"),
        ("<", ">"),
        ("#{", "}"),
        ("$(", ")"),
        ("[", "]"),
        ("%", "%"),
        ("@", "@"),
        ("__", "__"),
        ("$$", "$$"),
        ("(", ")"),
        ("<%", "%>"),
    ];
    if wrapped
        .iter()
        .any(|(open, close)| text.len() > open.len() + close.len() && text.starts_with(open) && text.ends_with(close))
    {
        return true;
    }
    if text.contains("${") || text.contains("{{") || text.contains("%(") || text.contains("#{") || text.contains("<%") {
        return true;
    }
    // `%s`, `$1`, `$DB_PASSWORD`, `:password`, `?`
    let is_variable = |rest: &str| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && wordiness(rest) > 0.5
    };
    if ['$', ':', '@'].iter().any(|&sign| text.strip_prefix(sign).is_some_and(is_variable)) {
        return true;
    }
    text.starts_with("-----BEGIN") || text.starts_with("ssh-rsa ") || text.starts_with("ssh-ed25519 ")
}

/// Ends of file and host names.
const EXTENSIONS: &[&str] = &[
    ".py", ".js", ".ts", ".tsx", ".go", ".json", ".yaml", ".yml", ".toml", ".pem", ".key", ".crt", ".cer", ".txt",
    ".html", ".env", ".xml", ".md", ".csv", ".jks", ".p12", ".pfx", ".pub", ".cfg", ".ini", ".sql", ".log", ".com",
    ".org", ".net", ".io", ".dev", ".local", ".svg", ".png", ".css",
];

/// Paths, file names, URLs, MIME types, selectors, header lists, SQL types: made of words and separators.
fn is_path_like(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if ["/", "./", "../", "~/", "#", ".", "c:\\", "@/", "\\"].iter().any(|start| lower.starts_with(start))
        && wordiness(text) > 0.3
    {
        return true;
    }
    if EXTENSIONS.iter().any(|extension| lower.ends_with(extension)) && wordiness(text) > 0.3 {
        return true;
    }
    // `varchar(255)`, `isString()`, `[id=password]`
    if text.ends_with(')') && text.contains('(') || text.starts_with('[') {
        return true;
    }
    // `prod/db/password`, `application/json`, `auth:token:write`
    let parts: Vec<&str> = text.split(['/', ':', '\\']).collect();
    parts.len() > 1 && parts.iter().all(|part| part.is_empty() || wordiness(part) > 0.5 || part.len() < 4)
}

/// `ops@corp.example`
fn is_address(text: &str) -> bool {
    let plain = |part: &str, signs: &[u8]| part.bytes().all(|b| b.is_ascii_alphanumeric() || signs.contains(&b));
    text.split_once('@').is_some_and(|(local, host)| {
        let top = host.rsplit('.').next().unwrap_or("");
        plain(local, b"._+-")
            && plain(host, b".-")
            && host.contains('.')
            && !host.starts_with('.')
            && (2..=12).contains(&top.len())
            && top.bytes().all(|b| b.is_ascii_lowercase())
    })
}

/// `auth.token`, `spring.datasource.password`: words between dots.
fn is_dotted(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() > 1
        && parts.iter().all(|part| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
                && (wordiness(part) > 0.4 || part.len() < 5)
        })
}

/// `TOKEN_EXPIRED`, `DB_PASSWORD`, `NEXUS-GPT4-API-KEY`: the name of a variable or of an enum's member.
fn is_constant_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
        && text.bytes().any(|b| b == b'_' || b == b'-')
        && text
            .split(['_', '-'])
            .any(|part| part.bytes().all(|b| b.is_ascii_uppercase()) && part.len() > 2 && wordiness(part) > 0.0)
}

/// Words that name fields of a credential, its holder or its kind, and say nothing about its value.
const VOCABULARY: &[&str] = &[
    "access",
    "account",
    "address",
    "admin",
    "api",
    "apikey",
    "app",
    "application",
    "auth",
    "authentication",
    "authorization",
    "aws",
    "azure",
    "basic",
    "bearer",
    "body",
    "bot",
    "box",
    "button",
    "cache",
    "cert",
    "certificate",
    "client",
    "code",
    "column",
    "config",
    "confirm",
    "confirmation",
    "content",
    "cookie",
    "credential",
    "credentials",
    "csrf",
    "current",
    "custom",
    "data",
    "database",
    "db",
    "default",
    "device",
    "digest",
    "email",
    "enc",
    "encrypted",
    "encryption",
    "env",
    "error",
    "expired",
    "external",
    "field",
    "file",
    "form",
    "format",
    "forgot",
    "gcp",
    "get",
    "git",
    "github",
    "gitlab",
    "global",
    "google",
    "grant",
    "hash",
    "hashed",
    "header",
    "hex",
    "hidden",
    "hmac",
    "http",
    "id",
    "identity",
    "in",
    "index",
    "info",
    "input",
    "internal",
    "invalid",
    "is",
    "json",
    "jwt",
    "key",
    "keys",
    "label",
    "ldap",
    "link",
    "list",
    "local",
    "login",
    "mail",
    "main",
    "master",
    "md5",
    "message",
    "method",
    "missing",
    "mode",
    "name",
    "new",
    "none",
    "not",
    "oauth",
    "oauth2",
    "of",
    "old",
    "only",
    "openid",
    "optional",
    "org",
    "param",
    "partner",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "path",
    "permission",
    "personal",
    "policy",
    "postgresql",
    "private",
    "project",
    "provider",
    "public",
    "pwd",
    "query",
    "readonly",
    "realm",
    "redis",
    "refresh",
    "request",
    "required",
    "reset",
    "response",
    "role",
    "rsa",
    "rsa256",
    "saml",
    "scope",
    "secret",
    "secrets",
    "server",
    "service",
    "session",
    "set",
    "settings",
    "sha1",
    "sha256",
    "signature",
    "signing",
    "signed",
    "slack",
    "smtp",
    "source",
    "ssh",
    "sso",
    "state",
    "status",
    "storage",
    "store",
    "string",
    "stripe",
    "system",
    "target",
    "temp",
    "temporary",
    "text",
    "the",
    "token",
    "tokens",
    "type",
    "unique",
    "update",
    "url",
    "user",
    "username",
    "users",
    "uri",
    "value",
    "variable",
    "vault",
    "verification",
    "verify",
    "visible",
    "webhook",
    "x",
    "x509",
    "xsrf",
    "number",
    "integer",
    "boolean",
    "object",
    "array",
    "textarea",
    "select",
    "on",
    "off",
    "to",
    "for",
    "or",
    "and",
    "a",
    "an",
    "with",
    "by",
    "from",
    "per",
    "issuer",
    "audience",
    "subject",
    "expires",
    "max",
    "min",
    "enter",
    "change",
    "create",
    "delete",
    "add",
    "remove",
    "send",
    "use",
];

/// Whether every word of it is vocabulary, digits set aside: `access_token`, `userPassword2`, `api-key`, `authtoken`.
pub fn is_all_vocabulary(text: &str) -> bool {
    let all = names::words(text);
    !all.is_empty()
        && all.iter().all(|word| {
            let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
            letters.is_empty()
                || VOCABULARY.contains(&letters)
                || VOCABULARY.contains(&word.as_str())
                || is_run_of_vocabulary(letters)
        })
        && !has_password_digits(&all)
}

/// `password123` and `admin123`: three digits and more behind a word are what people append to weak passwords.
fn has_password_digits(words: &[String]) -> bool {
    words.last().is_some_and(|last| {
        let digits = last.bytes().rev().take_while(u8::is_ascii_digit).count();
        digits >= 3
    })
}

/// `accesstoken`: one run of letters that splits into words of the vocabulary.
fn is_run_of_vocabulary(run: &str) -> bool {
    let mut reachable = vec![false; run.len() + 1];
    reachable[0] = true;
    for at in 0..run.len() {
        if reachable[at] {
            for word in VOCABULARY.iter().filter(|word| word.len() > 2 && run[at..].starts_with(**word)) {
                reachable[at + word.len()] = true;
            }
        }
    }
    reachable[run.len()]
}

/// Words that say the value is to be replaced.
const PLACEHOLDERS: &[&str] = &[
    "your",
    "yours",
    "example",
    "examples",
    "sample",
    "placeholder",
    "dummy",
    "fake",
    "test",
    "tests",
    "testing",
    "mock",
    "todo",
    "changeme",
    "changethis",
    "replace",
    "replaceme",
    "replacewith",
    "redacted",
    "insert",
    "null",
    "undefined",
    "foobar",
    "foo",
    "bar",
    "baz",
    "notset",
    "unset",
    "fixme",
    "unknown",
    "removed",
    "hidden",
    "masked",
    "testpass",
    "testpassword",
    "testtoken",
    "testsecret",
    "testkey",
    "yourkey",
    "yourtoken",
    "yoursecret",
    "yourpassword",
    "mytoken",
    "mykey",
    "sometoken",
    "lorem",
    "ipsum",
    "nope",
    "invalid",
    "stub",
];

/// `your-api-key-here`, `xxxx-xxxx`, `********`, `changeme`, `<insert token>`.
pub fn is_placeholder(text: &str) -> bool {
    let counted: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    if counted.is_empty() || text.contains("...") || text.contains('…') || text.contains("***") || text.contains('•')
    {
        return true;
    }
    let mut distinct = counted.clone();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() <= 2 || has_run(text, 5, |c| "xX*#?_-.0".contains(c)) {
        return true;
    }
    // Chance finds `bar` in a random key: words count only where the text is made of words.
    if wordiness(text) < 0.4 {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    if [
        "change_me",
        "change-me",
        "change me",
        "changeme",
        "change_this",
        "change-this",
        "change this",
        "replace_me",
        "replace-me",
        "n/a",
        "to be",
        "goes_here",
        "goes-here",
        "goes here",
    ]
    .iter()
    .any(|phrase| lower.contains(phrase))
    {
        return true;
    }
    names::words(text).iter().chain(&letter_runs(text)).any(|word| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        PLACEHOLDERS.contains(&word)
    })
}

fn has_run(text: &str, length: usize, of: impl Fn(char) -> bool) -> bool {
    let mut run = 0;
    let mut before = None;
    for c in text.chars() {
        run = if before == Some(c) { run + 1 } else { 1 };
        before = Some(c);
        if run >= length && of(c) {
            return true;
        }
    }
    false
}

/// A random-looking value that somebody typed: counts up, repeats, walks over the keyboard.
pub fn is_invented(text: &str) -> bool {
    is_sequence(text) || (classes(text) > 1 && super::randomness::entropy(text) < 2.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(expected: Shape, texts: &[&str]) {
        for text in texts {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn references_and_paths_are_no_values() {
        all(
            Shape::Reference,
            &[
                "",
                "short",
                "${SECRET}",
                "{{ secret }}",
                "%(password)s",
                ":password",
                "$DB_PASSWORD",
                "op://vault/item/field",
                "prod/db/password",
                "/oauth/token",
                "projects/p/secrets/db-password/versions/latest",
                "https://example.com/api",
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:MyApp",
                "<your-password>",
                "private.pem",
                "auth/resetPassword",
                "ops@corp.example",
                "varchar(255)",
                "application/json",
                "$2b$12$abcdefghijklmnopqrstuv",
            ],
        );
    }

    #[test]
    fn placeholders_are_seen() {
        all(
            Shape::Placeholder,
            &[
                "your-api-key-here",
                "xxxxxxxxxxxx",
                "********",
                "changeme",
                "change-me-please",
                "dummy-token",
                "test-api-key",
                "fake_token_1",
            ],
        );
    }

    #[test]
    fn labels_name_fields() {
        all(
            Shape::Label,
            &[
                "access_token",
                "userPassword",
                "TOKEN_EXPIRED",
                "DB_PASSWORD",
                "X-Api-Key",
                "auth.token",
                "password",
                "Wrong password or token",
                "Mot de passe",
                "1234567",
                "authtoken",
                "refresh-token",
            ],
        );
    }

    #[test]
    fn phrases_weak_passwords_and_random_keys_differ() {
        // `example-app-secret` and `hunter2-prod` in base 64, and sentences around a placeholder.
        all(Shape::Placeholder, &["ZXhhbXBsZS1hcHAtc2VjcmV0"]);
        all(Shape::Weak, &["aHVudGVyMi1wcm9k"]);
        all(Shape::Label, &["{0}からトークンを入手できます。", "認証トークン/APIキー"]);
        all(Shape::Phrase, &["woopie", "my-super-secret", "correct-horse-battery-staple", "hardcoded-secret"]);
        all(Shape::Weak, &["admin123", "password123", "hunter2-prod", "SuperSecretPhrase!!", "Azerty123", "p4ssw0rd"]);
        all(
            Shape::Random,
            &["xK9#mP2$vL5nQ8wR", "v9dn0balpqas1pcc281tn5ood1", "f62e5bcda4fae4f82370da0c6f20697b8f8447ef"],
        );
    }
}
