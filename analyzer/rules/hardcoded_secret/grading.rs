//! Whether a binding is a committed credential, and how bad it is: `semantics.md` 4.1 and 4.2 as one decision.
//!
//! Knows names, shapes of values, uses and paths. Does not know the IR.
//! Invariant: in tests, examples and documentation only structured live tokens count.
//! Invariant: the name alone never makes a finding; the value must be able to be a credential.

use super::bindings::{Binding, Form};
use super::context::PathContext;
use crate::findings::{Confidence, Severity};
use crate::secrets::names::{Credential, repeats};
use crate::secrets::structure;
use crate::secrets::tokens::{self, Hit};
use crate::secrets::values::{SHORTEST, Shape, is_all_vocabulary, is_invented, is_reference, shape};

/// What was decided about one literal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Verdict {
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    /// In the middle of a sentence: `GitHub token`, `password`, `JWT signing key`.
    pub(super) kind: String,
    pub(super) is_random: bool,
    pub(super) is_default: bool,
}

/// A structured token, wherever it stands.
pub(super) fn of_token(hit: &Hit, context: PathContext) -> Option<Verdict> {
    if hit.token.public {
        return None;
    }
    let is_aside = context.is_test || context.is_example;
    // Test suites of scanners and clients are full of typed tokens; a checksum or a key's body is not typed.
    if is_aside && (hit.doubtful || hit.token.invented_in_tests || hit.token.severity < Severity::Major) {
        return None;
    }
    let unverified = hit.token.check == tokens::Check::Checksum && !hit.proven;
    if is_aside && unverified {
        return None;
    }
    let severity = if hit.doubtful && !unverified { lower(hit.token.severity) } else { hit.token.severity };
    Some(Verdict {
        severity,
        confidence: if hit.doubtful { Confidence::Medium } else { Confidence::High },
        kind: hit.token.what.clone(),
        is_random: true,
        is_default: false,
    })
}

fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::Major,
        Severity::Major => Severity::Minor,
        Severity::Minor | Severity::Info => Severity::Info,
        Severity::Pedantic => Severity::Pedantic,
    }
}

/// A text bound to a credential's name or handed to its use.
pub(super) fn of_binding(binding: &Binding, context: PathContext) -> Option<Verdict> {
    if context.is_test || context.is_example || binding.is_sample {
        return None;
    }
    let value = binding.text.value.trim();
    if let Some(hit) = tokens::named(&binding.path, value) {
        return of_token(&hit, context);
    }
    if let Some(verdict) = of_scheme(binding, value) {
        return Some(graded(verdict, binding, context));
    }
    let credential = binding.credential?;
    if let Some(known) = binding.of {
        return of_use(binding, known, value).map(|verdict| graded(verdict, binding, context));
    }
    let shape = shape(value);
    let severity = by_name(binding, credential, value, shape)?;
    let kind = credential.noun().to_owned();
    let is_random = shape == Shape::Random;
    let confidence = if is_random && !binding.text.is_indirect { Confidence::High } else { Confidence::Medium };
    let verdict = Verdict { severity, confidence, kind, is_random, is_default: binding.text.is_default };
    Some(graded(verdict, binding, context))
}

/// `Bearer …`, `Basic …`, whatever the name is.
fn of_scheme(binding: &Binding, value: &str) -> Option<Verdict> {
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    let is_header = binding.credential == Some(Credential::Authorization);
    let found = match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "token" | "apikey" | "api-key" => {
            shape(rest) == Shape::Random || (is_header && shape(rest) == Shape::Weak && !rest.contains(' '))
        }
        "basic" => {
            let decoded = structure::base64(rest).and_then(|bytes| String::from_utf8(bytes).ok());
            let pair = if rest.contains(':') { rest.to_owned() } else { decoded? };
            let (_, password) = pair.split_once(':')?;
            shape(password) >= Shape::Weak
        }
        _ => false,
    };
    found.then(|| Verdict {
        severity: Severity::Major,
        confidence: Confidence::High,
        kind: if scheme.eq_ignore_ascii_case("basic") { "password" } else { "token" }.to_owned(),
        is_random: true,
        is_default: binding.text.is_default,
    })
}

/// A literal at a position that takes a key: made-up words count too, because they are the key.
fn of_use(binding: &Binding, known: super::uses::Use, value: &str) -> Option<Verdict> {
    // `{ auth: "user:password" }`
    let value = match value.split_once(':') {
        Some((_, password)) if binding.name == "auth" && !password.contains(' ') => password,
        Some(_) if binding.name == "auth" => return None,
        _ => value,
    };
    let length = value.chars().count();
    if length < SHORTEST || value.contains(crate::secrets::values::HOLE) || is_reference(value) || value.contains("://")
    {
        return None;
    }
    let shape = shape(value);
    // `new Client({password: "password"})` says where the password goes; a signing key of words still signs.
    let is_key = matches!(known.credential, Credential::SigningKey | Credential::EncryptionKey);
    if !is_key && matches!(shape, Shape::Reference | Shape::Placeholder) {
        return None;
    }
    let is_random = shape == Shape::Random;
    let severity = if is_random { Severity::Major } else { known.weak };
    Some(Verdict {
        severity,
        confidence: Confidence::High,
        kind: known.what.to_owned(),
        is_random,
        is_default: binding.text.is_default,
    })
}

/// The table of names against shapes.
fn by_name(binding: &Binding, credential: Credential, value: &str, shape: Shape) -> Option<Severity> {
    let name = binding.name.as_str();
    if shape <= Shape::Reference {
        return None;
    }
    let direct = !binding.text.is_indirect;
    if shape == Shape::Random {
        return Some(match credential {
            Credential::Salt => Severity::Info,
            Credential::Authorization => return None,
            _ if is_invented(value) => Severity::Minor,
            _ => Severity::Major,
        });
    }
    // `JWT_SECRET = "jwt-secret"` may be the name of a setting.
    // `connect(password="password")` is one; `AbyssPassword: cmd.String("abyss-password")` names a flag.
    let is_word = value.chars().all(char::is_alphanumeric);
    if repeats(name, value) && !(credential == Credential::Password && binding.is_connection && is_word) {
        return None;
    }
    let has_digits = value.bytes().any(|b| b.is_ascii_digit());
    let found = match credential {
        Credential::Password => match shape {
            Shape::Weak => direct || binding.is_connection,
            Shape::Phrase => binding.is_connection && direct,
            Shape::Label => binding.is_connection && direct && is_lower_word(value),
            Shape::Placeholder | Shape::Reference | Shape::Random => false,
        },
        Credential::SigningKey | Credential::EncryptionKey => match shape {
            Shape::Weak => true,
            // `SECRET_KEY = "woopie"`; a closure's or a header's name with a word is something else.
            Shape::Phrase => (direct || binding.text.is_default) && binding.form == Form::Plain,
            // `process.env.JWT_SECRET || "changeme"` signs with it.
            Shape::Placeholder => binding.text.is_default && value.bytes().any(|b| b.is_ascii_alphabetic()),
            Shape::Label => binding.text.is_default && direct && !value.contains(' ') && is_all_vocabulary(value),
            Shape::Reference | Shape::Random => false,
        },
        // `secretAccessKey: "woopie"`: nothing but AWS and what speaks its protocol has one.
        Credential::Secret if shape == Shape::Phrase => direct && is_secret_access_key(name),
        Credential::Secret | Credential::Credentials => shape == Shape::Weak && direct && !is_numbered_word(value),
        Credential::ApiKey | Credential::AccessKey => {
            shape == Shape::Weak && direct && has_digits && value.len() >= 8 && !is_numbered_word(value)
        }
        Credential::Token => {
            shape == Shape::Weak
                && direct
                && has_digits
                && value.len() >= 8
                && is_access_token(name)
                && !is_numbered_word(value)
        }
        Credential::PrivateKey | Credential::Authorization => false,
        Credential::Salt => return (shape >= Shape::Phrase && direct).then_some(Severity::Info),
    };
    found.then_some(Severity::Minor)
}

/// `password`, `postgres`.
fn is_lower_word(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_lowercase())
}

/// `secret1`, `my-token-2`, `api_v2_token`: words that are counted.
fn is_numbered_word(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let signs = value.bytes().any(|b| b"!@#$%^&*+=?~".contains(&b));
    digits <= 2 && !signs && value.contains(['-', '_', '.'])
}

fn is_secret_access_key(name: &str) -> bool {
    crate::secrets::names::words(name).ends_with(&["secret", "access", "key"].map(str::to_owned))
}

fn is_access_token(name: &str) -> bool {
    crate::secrets::names::words(name).iter().any(|word| {
        [
            "api", "access", "auth", "bearer", "bot", "admin", "master", "internal", "webhook", "verify", "secret",
            "refresh",
        ]
        .contains(&word.as_str())
    })
}

/// What the place changes: a default, a development file, a comparison.
fn graded(mut verdict: Verdict, binding: &Binding, context: PathContext) -> Verdict {
    if binding.text.is_default {
        let is_key = matches!(binding.credential, Some(Credential::SigningKey | Credential::EncryptionKey));
        let most = if is_key || verdict.is_random { Severity::Minor } else { Severity::Info };
        verdict.severity = verdict.severity.min(most);
    }
    if context.is_development && verdict.severity <= Severity::Major {
        verdict.severity = lower(verdict.severity);
    }
    verdict
}
