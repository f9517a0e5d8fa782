//! Files that are no code, among those that are: read for secrets alone, and numbered with the others by path.
//!
//! Knows files and findings. Does not know threads or the rest of the stages.
//! Invariant: after `add`, file numbers follow the order of paths again, in files and findings alike.

use super::LoweredFile;
use crate::findings::Finding;
use crate::ir::Module;
use crate::rules::hardcoded_secret::{InText, run_text};
use crate::source::FileId;
use crate::source::text::{self, TextFormat};
use std::sync::Arc;

/// A text in which something was found.
#[derive(Debug)]
pub(super) struct Text {
    path: String,
    bytes: Arc<[u8]>,
    found: InText,
}

/// Why there is nothing to say about a text, or what there is.
pub(super) enum Scanned {
    /// Nobody wrote it.
    MachineWritten,
    Silent,
    Found(Text),
}

/// Looks for secrets in a file of this format.
pub(super) fn scan(path: &str, bytes: &Arc<[u8]>, format: TextFormat) -> Scanned {
    if text::is_machine_written(path) || bytes.len() as u64 > text::MAX_BYTES {
        return Scanned::MachineWritten;
    }
    let found = run_text(FileId(0), path, bytes, format);
    if found.findings.is_empty() && found.comments.is_empty() {
        return Scanned::Silent;
    }
    Scanned::Found(Text { path: path.to_owned(), bytes: Arc::clone(bytes), found })
}

/// Code and texts as one list of files, and the findings of the texts among the others.
pub(super) fn add(mut files: Vec<LoweredFile>, texts: Vec<Text>, findings: &mut Vec<Finding>) -> Vec<LoweredFile> {
    if texts.is_empty() {
        return files;
    }
    for Text { path, bytes, found } in texts {
        let id = FileId(files.len() as u32);
        findings.extend(found.findings.into_iter().map(|finding| Finding { file: id, ..finding }));
        let module = Module { comments: found.comments, ..Module::default() };
        files.push(LoweredFile { id, path, bytes, language: None, is_template: false, module: Arc::new(module) });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut numbers = vec![FileId(0); files.len()];
    for (index, file) in files.iter_mut().enumerate() {
        let id = FileId(index as u32);
        numbers[file.id.0 as usize] = id;
        file.id = id;
    }
    for finding in findings {
        finding.file = numbers[finding.file.0 as usize];
        for related in &mut finding.related {
            related.file = numbers[related.file.0 as usize];
        }
    }
    files
}
