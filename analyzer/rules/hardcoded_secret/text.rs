//! Credentials in configuration: what `secrets::text` finds in a file without a grammar, judged by the same table as code.
//!
//! ```text
//! POSTGRES_PASSWORD: postgres                 docker-compose.yml: silent
//! POSTGRES_PASSWORD: kT7-qmZ2-Wd9x            docker-compose.yml: minor
//! DATABASE_URL=postgres://a:kT7-qmZ2@db.x/a   .env: major
//! ```
//!
//! Knows paths, entries and verdicts. Does not know the IR.
//! Invariant: one finding per value; its symbol is made of keys and never of the value.

use super::bindings::{self, Binding, Form};
use super::cases::Cases;
use super::context::PathContext;
use super::fold::Folded;
use super::wording::{self, Subject};
use crate::findings::Finding;
use crate::secrets::entries::Entry;
use crate::secrets::names::{Credential, credential_of};
use crate::secrets::{structure, text};
use crate::source::text::TextFormat;
use crate::source::{FileId, Span};

/// What was found in one text.
#[derive(Debug, Default)]
pub struct InText {
    pub findings: Vec<Finding>,
    /// Comments that may accept a finding, sorted.
    pub comments: Vec<Span>,
}

/// All committed credentials of one file that is no code.
pub fn run_text(file: FileId, path: &str, bytes: &[u8], format: TextFormat) -> InText {
    // Encrypted as a whole, or line by line.
    if bytes.starts_with(b"$ANSIBLE_VAULT") {
        return InText::default();
    }
    let context = PathContext::of_text(path, format);
    let contents = text::read(bytes, format);
    let mut cases = Cases::default();
    let mut symbols: Vec<(Span, &str)> = Vec::new();
    for (hit, is_comment) in &contents.tokens {
        let span = Span::new(hit.start, hit.end);
        let entry = contents.entries.iter().find(|entry| entry.start <= hit.start && hit.end <= entry.end);
        let subject = match entry {
            Some(entry) => Subject::Name(entry.name.clone()),
            None if *is_comment => Subject::Comment,
            None => Subject::Literal,
        };
        let shown = entry.map_or(span, |entry| Span::new(entry.start, entry.end));
        let value = String::from_utf8_lossy(&bytes[hit.start..hit.end]).into_owned();
        cases.token(hit, shown, subject, value, context);
    }
    for found in &contents.connections {
        let span = Span::new(found.start, found.end);
        cases.connection_of(found.clone(), span, Subject::Literal, false, context);
    }
    let is_secret_manifest = format == TextFormat::Yaml && memchr::memmem::find(bytes, b"kind: Secret").is_some();
    for entry in &contents.entries {
        let span = Span::new(entry.start, entry.end);
        symbols.push((span, &entry.path));
        let overlaps = |start: usize, end: usize| start < entry.end && entry.start < end;
        if contents.connections.iter().any(|found| overlaps(found.start, found.end)) {
            continue;
        }
        if let Some(binding) = bound(entry, is_secret_manifest).filter(|_| !is_disclaimed(bytes, entry.start, format)) {
            cases.binding(&binding, context);
        }
    }
    let symbol = |span: Span| {
        let of = symbols.iter().find(|(value, _)| value.contains(span));
        of.map(|(_, path)| (*path).to_owned()).unwrap_or_default()
    };
    let recommend = |verdict: &_, subject: &_| wording::recommendation_in_text(verdict, subject, format);
    let findings = cases.into_findings(file, &[], recommend, symbol);
    let comments = comments(bytes, format, &findings);
    InText { findings, comments }
}

/// Lines above an entry among which its comment is looked for, up to an empty one.
const REACH: usize = 6;

/// A comment of the same paragraph says that the values are none, or that they open nothing but a developer's machine:
/// `# QStash local-dev (User 1)`.
fn is_disclaimed(bytes: &[u8], start: usize, format: TextFormat) -> bool {
    const LOCAL: &[&str] = &["local-dev", "local dev", "development only", "dev only", "test only", "dummy", "fake"];
    let above = bytes[..start].rsplit(|&byte| byte == b'\n').skip(1).take(REACH);
    above.take_while(|line| !line.trim_ascii().is_empty()).any(|line| {
        let comment = format.comment_start(line).and_then(|at| line.get(at..)).unwrap_or_default();
        let text = String::from_utf8_lossy(comment).to_ascii_lowercase();
        super::DISCLAIMERS.iter().chain(LOCAL).any(|words| text.contains(words))
    })
}

/// An entry as a binding; `None` where the keys above it say that the value is encrypted.
fn bound(entry: &Entry, is_secret_manifest: bool) -> Option<Binding> {
    let parents = entry.path.strip_suffix(&entry.name).unwrap_or(&entry.path);
    if ["encryptedData", "sops.", "sealed"].iter().any(|key| parents.contains(key)) {
        return None;
    }
    // `data:` of a Kubernetes secret holds base 64.
    let decoded = (is_secret_manifest && parents == "data.")
        .then(|| structure::base64(&entry.value).and_then(|bytes| String::from_utf8(bytes).ok()))
        .flatten();
    let span = Span::new(entry.start, entry.end);
    let credential = credential_of(&entry.name);
    let is_of_sessions = credential == Some(Credential::Secret)
        && ["session", "jwt", "cookie"].iter().any(|word| parents.to_ascii_lowercase().contains(word));
    Some(Binding {
        text: Folded {
            value: decoded.unwrap_or_else(|| entry.value.clone()),
            span,
            is_default: entry.is_default,
            is_indirect: false,
        },
        name: entry.name.clone(),
        is_callee: false,
        path: entry.path.clone(),
        credential: if is_of_sessions { Some(Credential::SigningKey) } else { credential },
        form: Form::Plain,
        of: None,
        place: span,
        is_connection: false,
        is_sample: bindings::is_sample_path(parents),
    })
}

/// Comments that speak to us, and those on the line of a finding and above it, which may speak to another tool.
fn comments(bytes: &[u8], format: TextFormat, findings: &[Finding]) -> Vec<Span> {
    let line_of = |at: usize| {
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |before| before + 1);
        (start, memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length))
    };
    let mut found = std::collections::BTreeSet::new();
    let mut add = |at: usize| {
        let (start, end) = line_of(at);
        if let Some(comment) = format.comment_start(&bytes[start..end]) {
            found.insert(Span::new(start + comment, end));
        }
    };
    memchr::memmem::find_iter(bytes, b"rearguard:").for_each(&mut add);
    for finding in findings {
        let at = finding.span.start as usize;
        add(at);
        let (start, _) = line_of(at);
        if start > 0 {
            add(start - 1);
        }
    }
    found.into_iter().collect()
}
