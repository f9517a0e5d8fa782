//! Whether the name that a literal is bound to says that it holds a credential, and which one.
//!
//! Knows identifiers, header names and configuration keys as sequences of words. Does not know values.
//! Invariant: the last word decides, after words that only say which variant it is (`_PROD`, `_DEFAULT`, `2`).
//! Invariant: a name of a thing *about* a credential (`password_field`, `token_url`, `secret_name`) is no credential.
//!
//! ```text
//! DB_PASSWORD, redisPassword, X-Api-Key, jwt.secret   credentials
//! passed, tokenizer, public_key, next_page_token      none
//! ```

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// What kind of credential a name promises.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Credential {
    Password,
    Token,
    ApiKey,
    /// `secret`, `client_secret`, `webhook_secret`.
    Secret,
    /// Whoever knows it can forge sessions or tokens: `SECRET_KEY`, `JWT_SECRET`, `session_secret`, `signing_key`.
    SigningKey,
    EncryptionKey,
    PrivateKey,
    AccessKey,
    Credentials,
    Salt,
    /// An `Authorization` header: its value names a scheme first.
    Authorization,
}

impl Credential {
    /// In the middle of a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Credential::Password => "password",
            Credential::Token => "token",
            Credential::ApiKey => "API key",
            Credential::Secret => "secret",
            Credential::SigningKey => "signing key",
            Credential::EncryptionKey => "encryption key",
            Credential::PrivateKey => "private key",
            Credential::AccessKey => "access key",
            Credential::Credentials => "credential",
            Credential::Salt => "salt",
            Credential::Authorization => "authorization header",
        }
    }
}

/// The words of a name, in lower case: `DBPassword` is `db password`, `X-Api-Key` is `x api key`, `password1` is
/// `password 1`.
pub fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            flush(&mut words, &mut word);
            continue;
        }
        let before = index.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(index + 1).copied();
        let hump = c.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase()
                    || b.is_ascii_digit()
                    || (b.is_uppercase() && after.is_some_and(char::is_lowercase) && !is_plural_hump(&chars, index))
            });
        let number = c.is_ascii_digit() && before.is_some_and(char::is_alphabetic) && only_digits_follow(&chars, index);
        if hump || number {
            flush(&mut words, &mut word);
        }
        word.extend(c.to_lowercase());
    }
    flush(&mut words, &mut word);
    words
}

fn flush(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// `APIs`: the lower-case `s` belongs to the capitals before it.
fn is_plural_hump(chars: &[char], at: usize) -> bool {
    chars.get(at + 1) == Some(&'s') && chars.get(at + 2).is_none_or(|c| !c.is_lowercase())
}

/// `password1`: digits up to the end of the word start a word of their own; `oauth2Client` and `sha256` keep theirs.
fn only_digits_follow(chars: &[char], at: usize) -> bool {
    let rest = chars[at..].iter().take_while(|c| c.is_alphanumeric()).collect::<Vec<_>>();
    rest.iter().all(|c| c.is_ascii_digit()) && at >= 3 && !ends_with_algorithm(&chars[..at])
}

fn ends_with_algorithm(chars: &[char]) -> bool {
    let tail: String = chars[chars.len().saturating_sub(4)..].iter().collect::<String>().to_lowercase();
    ["sha", "md", "base", "aes", "hs", "rs", "es", "utf"].iter().any(|name| tail.ends_with(name))
}

/// Words after the head that only say which one it is.
const VARIANTS: &[&str] = &[
    "value",
    "val",
    "str",
    "string",
    "plain",
    "plaintext",
    "raw",
    "bytes",
    "b64",
    "base64",
    "hex",
    "default",
    "prod",
    "production",
    "dev",
    "development",
    "staging",
    "stage",
    "local",
    "live",
    "uuid",
    "literal",
    "fallback",
    "primary",
    "secondary",
    "backup",
    "v1",
    "v2",
    "v3",
    "a",
    "b",
    "const",
    "constant",
];

/// A name with one of these is a message, a flag, a test of something, or a value meant for the public.
const DESCRIBING: &[&str] = &[
    "invalid",
    "incorrect",
    "wrong",
    "missing",
    "expired",
    "error",
    "err",
    "errors",
    "required",
    "no",
    "not",
    "without",
    "has",
    "have",
    "is",
    "are",
    "should",
    "show",
    "hide",
    "toggle",
    "forgot",
    "forgotten",
    "enable",
    "enabled",
    "disable",
    "disabled",
    "allow",
    "require",
    "bad",
    "unknown",
    "empty",
    "too",
    "must",
    "mismatch",
    "public",
    "publishable",
    "publisher",
    "pub",
    "anon",
    "anonymous",
    "csrf",
    "xsrf",
    "csrfmiddleware",
    "recaptcha",
    "captcha",
    "firebase",
    "posthog",
    "amplitude",
    "mixpanel",
    "test",
    "example",
    "sample",
    "dummy",
    "fake",
    "mock",
    "placeholder",
    "label",
    "title",
    "header",
    "redacted",
    "masked",
    "cannot",
    "cant",
    "unset",
    "use",
    "uses",
    "with",
    "per",
    "translate",
    "column",
    "reset",
    "change",
];

/// `…_token` of these is a place in a list, a piece of text or a handle, and opens nothing.
const TOKEN_KINDS: &[&str] = &[
    "next",
    "page",
    "paging",
    "pagination",
    "continuation",
    "cancel",
    "cancellation",
    "start",
    "end",
    "begin",
    "stop",
    "pad",
    "padding",
    "eos",
    "bos",
    "unk",
    "mask",
    "sep",
    "cls",
    "special",
    "max",
    "min",
    "total",
    "num",
    "n",
    "prompt",
    "completion",
    "input",
    "output",
    "image",
    "video",
    "audio",
    "lexer",
    "parser",
    "syntax",
    "separator",
    "delimiter",
    "operator",
    "design",
    "color",
    "theme",
    "css",
    "comma",
    "number",
    "identifier",
    "keyword",
    "prev",
    "previous",
    "peek",
    "sync",
    "position",
    "injection",
    "di",
    "inject",
    "provider",
    "type",
    "dedupe",
    "idempotency",
    "resume",
    "checkpoint",
    "cursor",
    "offset",
    "first",
    "last",
    "eof",
    "newline",
    "open",
    "close",
    "left",
    "right",
    "bpe",
    "text",
    "template",
    "concurrency",
    "fencing",
    "repository",
    "service",
    "module",
    "options",
    "config",
];

/// `…_key` of these is a credential; any other key is a name of something in a map.
const KEYS: &[(&str, Credential)] = &[
    ("api", Credential::ApiKey),
    ("apis", Credential::ApiKey),
    ("secret", Credential::SigningKey),
    ("access", Credential::AccessKey),
    ("private", Credential::PrivateKey),
    ("signing", Credential::SigningKey),
    ("sign", Credential::SigningKey),
    ("signature", Credential::SigningKey),
    ("hmac", Credential::SigningKey),
    ("jwt", Credential::SigningKey),
    ("encryption", Credential::EncryptionKey),
    ("encrypt", Credential::EncryptionKey),
    ("enc", Credential::EncryptionKey),
    ("decryption", Credential::EncryptionKey),
    ("crypto", Credential::EncryptionKey),
    ("cryptography", Credential::EncryptionKey),
    ("cipher", Credential::EncryptionKey),
    ("aes", Credential::EncryptionKey),
    ("fernet", Credential::EncryptionKey),
    ("master", Credential::EncryptionKey),
    ("auth", Credential::ApiKey),
    ("authentication", Credential::ApiKey),
    ("authorization", Credential::ApiKey),
    ("admin", Credential::ApiKey),
    ("subscription", Credential::ApiKey),
    ("license", Credential::ApiKey),
    ("ssh", Credential::PrivateKey),
    ("rsa", Credential::PrivateKey),
    ("deploy", Credential::PrivateKey),
    ("storage", Credential::AccessKey),
    ("shared", Credential::AccessKey),
    ("stripe", Credential::ApiKey),
    ("openai", Credential::ApiKey),
    ("anthropic", Credential::ApiKey),
    ("sendgrid", Credential::ApiKey),
    ("mailgun", Credential::ApiKey),
    ("twilio", Credential::ApiKey),
];

/// Words before `secret` that make it a key which signs.
const SIGNING: &[&str] = &[
    "jwt",
    "session",
    "sessions",
    "cookie",
    "cookies",
    "signing",
    "hmac",
    "nextauth",
    "auth",
    "token",
    "state",
    "csrf",
    "flask",
    "express",
    "rails",
    "django",
    "jws",
    "app",
    "application",
];

/// Words written as one: the last one is the head.
const COMPOUNDS: &[(&str, &[&str])] = &[
    ("apikey", &["api", "key"]),
    ("apikeys", &["api", "keys"]),
    ("apitoken", &["api", "token"]),
    ("apisecret", &["api", "secret"]),
    ("authtoken", &["auth", "token"]),
    ("authkey", &["auth", "key"]),
    ("accesstoken", &["access", "token"]),
    ("accesskey", &["access", "key"]),
    ("secretkey", &["secret", "key"]),
    ("secretaccesskey", &["secret", "access", "key"]),
    ("privatekey", &["private", "key"]),
    ("publickey", &["public", "key"]),
    ("signingkey", &["signing", "key"]),
    ("encryptionkey", &["encryption", "key"]),
    ("masterkey", &["master", "key"]),
    ("jwtsecret", &["jwt", "secret"]),
    ("jwtkey", &["jwt", "key"]),
    ("clientsecret", &["client", "secret"]),
    ("sessionsecret", &["session", "secret"]),
    ("appsecret", &["app", "secret"]),
    ("refreshtoken", &["refresh", "token"]),
    ("bearertoken", &["bearer", "token"]),
    ("nexttoken", &["next", "token"]),
    ("pagetoken", &["page", "token"]),
    ("csrftoken", &["csrf", "token"]),
    ("csrfmiddlewaretoken", &["csrf", "token"]),
    ("sastoken", &["sas", "token"]),
    ("dbpass", &["db", "password"]),
    ("dbpwd", &["db", "password"]),
    ("userpass", &["user", "password"]),
    ("adminpass", &["admin", "password"]),
    ("sshpass", &["ssh", "password"]),
    ("rootpw", &["root", "password"]),
    ("smtppass", &["smtp", "password"]),
];

/// What the name promises, if it is a credential's name.
pub fn credential_of(name: &str) -> Option<Credential> {
    if name.is_empty() || name.len() > 80 || name.contains(char::is_whitespace) {
        return None;
    }
    if !HEADS.is_match(name) {
        return None;
    }
    let words = split(&words(name));
    credential_of_words(&words)
}

/// What is in every head of `credential_of_words`; most names have none of it.
static HEADS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    one_of(&["pass", "pw", "psw", "secret", "token", "bearer", "key", "cred", "salt", "pepper", "authorization"])
});

/// Finds any of some words in a name, whatever its case.
pub fn one_of<S: AsRef<[u8]>>(words: &[S]) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(words)
        .expect("a list of words is small enough for any automaton")
}

fn split(words: &[String]) -> Vec<String> {
    let mut all = Vec::with_capacity(words.len() + 2);
    for word in words {
        // `passWord` is one word.
        if word == "word" && all.last().is_some_and(|last: &String| last == "pass") {
            all.pop();
            all.push("password".to_owned());
            continue;
        }
        match COMPOUNDS.iter().find(|(compound, _)| compound == word) {
            Some((_, parts)) => all.extend(parts.iter().map(|&part| part.to_owned())),
            None => match PASSWORDS.iter().find(|head| word.len() > head.len() + 1 && word.ends_with(*head)) {
                // `mypassword`, `redispasswd`
                Some(head) => all.extend([word[..word.len() - head.len()].to_owned(), (*head).to_owned()]),
                None => all.push(word.clone()),
            },
        }
    }
    all
}

const PASSWORDS: &[&str] = &["password", "passwd", "passphrase", "passwrd"];

fn credential_of_words(words: &[String]) -> Option<Credential> {
    // `password_for_email`: what it is for comes after what it is.
    let mut end = words.iter().position(|word| word == "for").filter(|&at| at > 0).unwrap_or(words.len());
    while end > 1 && is_variant(&words[end - 1]) {
        end -= 1;
    }
    // `PW-002` is a region of Palau.
    if end < words.len() && words[end - 1].len() < 4 && is_number(&words[end]) {
        return None;
    }
    let words = &words[..end];
    let (head, before) = words.split_last()?;
    if before.iter().any(|word| DESCRIBING.contains(&word.as_str())) {
        return None;
    }
    let previous = before.last().map(String::as_str);
    match head.as_str() {
        "password" | "passwd" | "passwrd" | "pwd" | "passphrase" | "passcode" | "pass" | "pw" | "psw" => {
            Some(Credential::Password)
        }
        "secret" => Some(match previous {
            Some(word) if SIGNING.contains(&word) => Credential::SigningKey,
            _ => Credential::Secret,
        }),
        "token" => match previous {
            Some(word) if TOKEN_KINDS.contains(&word) => None,
            _ => Some(Credential::Token),
        },
        "bearer" => Some(Credential::Token),
        "key" => {
            let kind = KEYS.iter().find(|(word, _)| Some(*word) == previous).map(|(_, kind)| *kind)?;
            // `secret_access_key`: the secret half; `access_key` alone may be the public half.
            let is_secret_half = kind == Credential::AccessKey && before.iter().any(|word| word == "secret");
            Some(if is_secret_half { Credential::Secret } else { kind })
        }
        "credential" | "credentials" | "creds" | "cred" => Some(Credential::Credentials),
        "salt" => Some(Credential::Salt),
        "pepper" if !before.is_empty() => Some(Credential::SigningKey),
        "authorization" => Some(Credential::Authorization),
        _ => None,
    }
}

/// `_PROD`, `_2`; numbers of three digits and more are not counted by hand.
fn is_variant(word: &str) -> bool {
    (is_number(word) && word.len() <= 2) || VARIANTS.contains(&word)
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the names hold all words of the other, so that the value only repeats its name: `JWT_SECRET = "jwt-secret"`.
pub fn repeats(name: &str, value: &str) -> bool {
    let of_name = split(&words(name));
    let of_value = split(&words(value));
    !of_value.is_empty() && of_value.iter().all(|word| of_name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_at_humps_separators_and_trailing_digits() {
        let cases = [
            ("DBPassword", "db password"),
            ("X-Api-Key", "x api key"),
            ("jwt.secretKey", "jwt secret key"),
            ("password1", "password 1"),
            ("SHA256", "sha256"),
            ("oauth2Client", "oauth2 client"),
            ("APIs", "apis"),
            ("_secret__key", "secret key"),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn the_last_word_decides() {
        let credentials = [
            ("password", Credential::Password),
            ("DB_PASS", Credential::Password),
            ("redisPasswd", Credential::Password),
            ("mypassword", Credential::Password),
            ("MQTT_PASSWORD_PROD", Credential::Password),
            ("password2", Credential::Password),
            ("SECRET_KEY", Credential::SigningKey),
            ("jwtSecret", Credential::SigningKey),
            ("clientSecret", Credential::Secret),
            ("aws_secret_access_key", Credential::Secret),
            ("zapApiKey", Credential::ApiKey),
            ("X-Api-Key", Credential::ApiKey),
            ("accessToken", Credential::Token),
            ("encKey", Credential::EncryptionKey),
            ("passWord", Credential::Password),
            ("PASSWORD_FOR_MAIL", Credential::Password),
        ];
        for (name, kind) in credentials {
            assert_eq!(credential_of(name), Some(kind), "{name}");
        }
    }

    #[test]
    fn names_about_credentials_are_none() {
        let others = [
            "passed",
            "tokenizer",
            "monkey",
            "keyword",
            "public_key",
            "password_field",
            "token_url",
            "secret_name",
            "TOKEN_TYPE",
            "API_KEY_HEADER",
            "nextPageToken",
            "INVALID_TOKEN",
            "isPassword",
            "passwordHash",
            "clientId",
            "JWT_SECRET_ENV",
            "csrfToken",
            "primary_key",
            "sort_key",
            "cacheKey",
            "publishableKey",
            "passport",
            "compass",
            "bypass",
            "password_hashers",
            "access_key_id",
        ];
        for name in others {
            assert_eq!(credential_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_value_that_only_repeats_its_name_is_seen() {
        assert!(repeats("JWT_SECRET", "jwt-secret"));
        assert!(repeats("accessTokenKey", "access_token"));
        assert!(!repeats("JWT_SECRET", "my-jwt-secret"));
    }
}
