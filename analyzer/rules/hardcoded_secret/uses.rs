//! Which arguments are keys and passwords, read from `rules/secrets/uses.toml`.
//!
//! Knows resolved paths as text. Does not know the IR or values.
//! Invariant: adding a call is adding a TOML entry.

use crate::findings::Severity;
use crate::secrets::names::Credential;
use crate::source::Family;
use serde::Deserialize;
use std::sync::LazyLock;

/// One position that takes a credential.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Use {
    family: Family,
    #[serde(default)]
    calls: Vec<String>,
    #[serde(default)]
    methods: Vec<String>,
    #[serde(default)]
    on: Vec<String>,
    /// Types of composite literals (Go).
    #[serde(default)]
    records: Vec<String>,
    pub(super) arg: Option<usize>,
    pub(super) keyword: Option<String>,
    pub(super) key: Option<String>,
    /// The argument is a function that returns the key.
    #[serde(default)]
    pub(super) returned: bool,
    /// In the middle of a sentence: `JWT signing key`.
    pub(super) what: String,
    credential: CredentialName,
    /// Of a value that is not random.
    weak: Option<WeakGrade>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum CredentialName {
    SigningKey,
    EncryptionKey,
    Password,
    Secret,
    ApiKey,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WeakGrade {
    Minor,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    r#use: Vec<Use>,
}

static USES: LazyLock<Vec<Use>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../../rules/secrets/uses.toml"))
        .expect("the tests read rules/secrets/uses.toml");
    file.r#use
});

impl Use {
    fn is_of(&self, family: Family) -> bool {
        self.family == family
    }

    pub(super) fn credential(&self) -> Credential {
        match self.credential {
            CredentialName::SigningKey => Credential::SigningKey,
            CredentialName::EncryptionKey => Credential::EncryptionKey,
            CredentialName::Password => Credential::Password,
            CredentialName::Secret => Credential::Secret,
            CredentialName::ApiKey => Credential::ApiKey,
        }
    }

    /// Severity of a value that somebody made up.
    pub(super) fn weak_severity(&self) -> Severity {
        match (self.weak, self.credential) {
            (Some(WeakGrade::Minor), _) => Severity::Minor,
            (None, CredentialName::SigningKey | CredentialName::EncryptionKey) => Severity::Major,
            (None, CredentialName::Password | CredentialName::Secret | CredentialName::ApiKey) => Severity::Minor,
        }
    }
}

/// The uses that a call of `path` is.
pub(super) fn of_call(family: Family, path: &str) -> impl Iterator<Item = &'static Use> {
    let path = path.to_owned();
    USES.iter().filter(move |known| known.is_of(family) && known.matches(&path))
}

/// The uses that a composite literal of a type is.
pub(super) fn of_record(family: Family, path: &str) -> impl Iterator<Item = &'static Use> {
    let path = path.to_owned();
    USES.iter().filter(move |known| known.is_of(family) && known.records.contains(&path))
}

impl Use {
    fn matches(&self, path: &str) -> bool {
        if self.calls.iter().any(|call| call == path) {
            return true;
        }
        let Some((receiver, method)) = path.rsplit_once('.') else { return false };
        self.methods.iter().any(|name| name == method)
            && (self.on.is_empty()
                || self.on.iter().any(|on| {
                    receiver.strip_prefix(on.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_chains_are_known() {
        assert!(of_call(Family::TypeScript, "jsonwebtoken.sign").next().is_some());
        assert!(of_call(Family::TypeScript, "jose.SignJWT.setIssuedAt.sign").next().is_some());
        assert!(of_call(Family::Go, "token.SignedString").next().is_some());
        assert!(of_call(Family::Python, "jsonwebtoken.sign").next().is_none());
        assert!(USES.iter().all(|known| known.arg.is_some() || known.key.is_some()));
    }
}
