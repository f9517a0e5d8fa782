//! Where the files hold secrets, so that what other rules say of the code around them does not show them.
//!
//! Knows findings and files. Does not know rules or how a value is masked.
//! Invariant: a secret that is not printed, for its severity or confidence, is masked like any other.

use super::{LoweredFile, file_of};
use crate::findings::{Finding, redaction};
use crate::rules::cards::SECRET_RULE;
use crate::source::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Where findings say that a secret stands, whether they are printed or not.
pub(super) fn spans(found: &[Finding]) -> BTreeMap<FileId, Vec<Span>> {
    let mut spans: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for finding in found.iter().filter(|finding| finding.rule == SECRET_RULE) {
        spans.entry(finding.file).or_default().push(finding.span);
    }
    spans
}

/// Takes known secrets out of what other rules say about the code around them; their own rule has masked them already.
pub(super) fn redact<'a>(
    files: &[LoweredFile],
    findings: impl Iterator<Item = &'a mut Finding>,
    secrets: &BTreeMap<FileId, Vec<Span>>,
) {
    let values: BTreeMap<FileId, Vec<String>> = secrets
        .iter()
        .map(|(&id, spans)| {
            let bytes = &file_of(files, id).bytes;
            let literal =
                |span: &Span| String::from_utf8_lossy(&bytes[span.start as usize..span.end as usize]).into_owned();
            (id, spans.iter().filter_map(|span| redaction::value(&literal(span)).map(str::to_owned)).collect())
        })
        .collect();
    for finding in findings {
        let places = std::iter::once(finding.file).chain(finding.related.iter().map(|related| related.file));
        let near: BTreeSet<FileId> = places.collect();
        for values in near.iter().filter_map(|id| values.get(id)) {
            if finding.rule != SECRET_RULE {
                redaction::mask(finding, values);
            }
        }
    }
}
