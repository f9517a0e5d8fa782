//! What a call that takes a credential takes, said from the names around it.
//!
//! That an argument is a credential is a library's fact (`secret` in `rules/models`); the words of the call and of its
//! parameter say which kind. Knows words only.
//! Invariant: a use without a telling word is a `secret`.

use crate::findings::Severity;
use crate::secrets::names::{Credential, words};

/// A position that takes a credential.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Use {
    pub(super) credential: Credential,
    /// In the middle of a sentence.
    pub(super) what: &'static str,
    /// Severity of a value that somebody made up.
    pub(super) weak: Severity,
}

/// Telling words, the strongest first: the parameter's, then the call's.
const KINDS: &[(&[&str], Credential, &str)] = &[
    (&["password", "passwd", "pass", "passphrase", "pwd"], Credential::Password, "password"),
    (&["apikey"], Credential::ApiKey, "API key"),
    (&["jwt", "jwtauth", "jws", "jose", "jsonwebtoken", "signed"], Credential::SigningKey, "JWT signing key"),
    (&["hmac"], Credential::SigningKey, "HMAC key"),
    (
        &["session", "sessions", "cookie", "cookies", "csrf", "securecookie", "next", "better", "pgstore"],
        Credential::SigningKey,
        "session signing key",
    ),
    (&["itsdangerous", "signing", "signer", "serializer", "sign"], Credential::SigningKey, "signing key"),
    (
        &[
            "cipher",
            "cipheriv",
            "decipher",
            "decipheriv",
            "aes",
            "des",
            "des3",
            "fernet",
            "crypto",
            "cryptography",
            "chacha20poly1305",
            "scrypt",
            "pbkdf2",
            "secretbox",
            "rc4",
            "arc4",
            "blowfish",
            "nacl",
        ],
        Credential::EncryptionKey,
        "encryption key",
    ),
    (
        &[
            "smtp",
            "ssh",
            "login",
            "auth",
            "basic",
            "user",
            "bind",
            "ftp",
            "ldap",
            "plain",
            "redis",
            "mysql",
            "sequelize",
        ],
        Credential::Password,
        "password",
    ),
    (&["aws", "minio", "boto3"], Credential::Secret, "secret access key"),
    (&["sendgrid", "stripe", "twilio", "openai", "anthropic", "resend", "api", "key"], Credential::ApiKey, "API key"),
];

/// What a call takes; `parameter` is the keyword or the key of the options.
pub(super) fn of(callee: &str, parameter: Option<&str>) -> Use {
    let by_words = |text: &str| {
        let words = words(text);
        KINDS.iter().find(|(telling, _, _)| words.iter().any(|word| telling.contains(&word.as_str())))
    };
    // `key` and `secret` name every key: the call says more.
    let found = parameter
        .and_then(|parameter| {
            by_words(parameter).filter(|_| !parameter.ends_with("key") && !parameter.ends_with("secret"))
        })
        .or_else(|| by_words(callee))
        .or_else(|| parameter.and_then(by_words));
    let &(_, credential, what) = found.unwrap_or(&(&[], Credential::Secret, "secret"));
    let weak = if what == "JWT signing key" { Severity::Major } else { Severity::Minor };
    Use { credential, what, weak }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_call_say_what_it_takes() {
        let cases = [
            ("jsonwebtoken.sign", None, "JWT signing key"),
            ("github.com/golang-jwt/jwt.Token.SignedString", None, "JWT signing key"),
            ("express-session", Some("secret"), "session signing key"),
            ("crypto/hmac.New", None, "HMAC key"),
            ("crypto.createCipheriv", None, "encryption key"),
            ("iron-session.getIronSession", Some("password"), "password"),
            ("net/smtp.PlainAuth", None, "password"),
            ("openai", Some("apiKey"), "API key"),
            ("jose.jwt.encode", Some("key"), "JWT signing key"),
            ("boto3.client", Some("aws_secret_access_key"), "secret access key"),
        ];
        for (callee, parameter, what) in cases {
            assert_eq!(of(callee, parameter).what, what, "{callee}");
        }
    }
}
