//! One file: read, parsed and lowered, or why not.
//!
//! Knows files and syntax trees. Does not know other files, rules over several of them, or threads.
//! Invariant: a syntax tree lives as long as its file's lowering, never longer.

use super::{Lowerings, Options, Source, aside, guarded, texts};
use crate::findings::report::Timings;
use crate::ir::Module;
use crate::source::discovery::{self, FileKind, ProjectFile, ReadProblem};
use crate::source::text::TextFormat;
use crate::source::{Language, classify};
use crate::{lower, syntax};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tree_sitter::Tree;

/// What became of one file.
pub(super) struct Outcome {
    pub(super) path: String,
    pub(super) fate: Fate,
    /// What was found in it as a text.
    pub(super) text: Option<texts::Text>,
    pub(super) timings: Timings,
}

pub(super) enum Fate {
    Lowered(Lowered),
    /// It says something about the code around it.
    Manifest(Arc<[u8]>, ProjectFile),
    /// It holds no code, and nothing that has to be said of it.
    Read,
    /// Tests or code for browsers without anything to report, not parsed.
    Aside(Language, Arc<[u8]>),
    /// No source that people write: a bundle, a video that ends in `.ts`.
    Skipped,
    /// Why it could not be read or analysed.
    Failed(String),
}

pub(super) struct Lowered {
    pub(super) bytes: Arc<[u8]>,
    pub(super) language: Language,
    pub(super) is_template: bool,
    pub(super) module: Arc<Module>,
}

impl Outcome {
    fn failed(path: String, reason: String) -> Outcome {
        Outcome::of(path, Fate::Failed(reason))
    }

    fn skipped(path: String) -> Outcome {
        Outcome::of(path, Fate::Skipped)
    }

    fn of(path: String, fate: Fate) -> Outcome {
        Outcome { path, fate, text: None, timings: Timings::default() }
    }
}

/// Reads a file below the root, then does what `take` does.
pub(super) fn read_and_take(root: &Path, path: String, kind: FileKind, options: &Options) -> Outcome {
    let from = Instant::now();
    match discovery::read(root, &path, discovery::most_bytes(kind)) {
        Ok(bytes) => {
            let read = from.elapsed();
            let mut outcome = take(Source { path, bytes: bytes.into(), kind }, options);
            outcome.timings.read = read;
            outcome
        }
        Err(ReadProblem::Binary) => Outcome::skipped(path),
        // JavaScript of this size is a bundle, whatever its name, and a page is data.
        Err(ReadProblem::TooLarge { .. })
            if matches!(kind, FileKind::Code(Language::JavaScript) | FileKind::Template | FileKind::Text(_)) =>
        {
            Outcome::skipped(path)
        }
        Err(problem @ (ReadProblem::Unreadable(_) | ReadProblem::TooLarge { .. })) => {
            Outcome::failed(path, problem.to_string())
        }
    }
}

/// A file that is no code: its secrets, beside what it says about the code.
fn read_text(path: String, bytes: &Arc<[u8]>, format: TextFormat, fate: Fate) -> Outcome {
    match guarded(|| texts::scan(&path, bytes, format)) {
        Ok(texts::Scanned::Found(text)) => Outcome { text: Some(text), ..Outcome::of(path, fate) },
        Ok(texts::Scanned::MachineWritten) if matches!(fate, Fate::Read) => Outcome::skipped(path),
        Ok(texts::Scanned::Silent | texts::Scanned::MachineWritten) => Outcome::of(path, fate),
        Err(panic) => Outcome::failed(path, format!("cannot be analysed: {panic}")),
    }
}

/// Lowers a file, unless it is known before that nothing can come of it.
pub(super) fn take(source: Source, options: &Options) -> Outcome {
    match source.kind {
        FileKind::Code(language) if aside::holds_nothing(&source.path, language, &source.bytes, options) => {
            Outcome::of(source.path, Fate::Aside(language, source.bytes))
        }
        _ => lower_source(source, options.lowerings.as_ref()),
    }
}

pub(super) fn lower_source(source: Source, kept: Option<&Lowerings>) -> Outcome {
    let Source { path, bytes, kind } = source;
    let language = match kind {
        FileKind::Code(language) => language,
        FileKind::Text(format) => return read_text(path, &bytes, format, Fate::Read),
        FileKind::Template => return lower_template(path, bytes),
        FileKind::Project(kind) => {
            let fate = Fate::Manifest(Arc::clone(&bytes), kind);
            return match TextFormat::of_name(path.rsplit('/').next().unwrap_or(&path)) {
                Some(format) => read_text(path, &bytes, format, fate),
                None => Outcome::of(path, fate),
            };
        }
    };
    if classify::is_minified(&path, &bytes) {
        return Outcome::skipped(path);
    }
    if let Some((language, module)) = kept.and_then(|kept| kept.get(language, &bytes)) {
        return Outcome::of(path, Fate::Lowered(Lowered { bytes, language, is_template: false, module }));
    }
    let mut timings = Timings::default();
    let lowered = guarded(|| lower_bytes(language, &bytes, &mut timings));
    let fate = match lowered {
        Ok(Ok((actual, module))) => {
            let module = Arc::new(module);
            if let Some(kept) = kept {
                kept.keep(language, Arc::clone(&bytes), (actual, Arc::clone(&module)));
            }
            Fate::Lowered(Lowered { bytes, language: actual, is_template: false, module })
        }
        Ok(Err(reason)) => Fate::Failed(reason),
        Err(panic) => Fate::Failed(format!("cannot be analysed: {panic}")),
    };
    Outcome { timings, ..Outcome::of(path, fate) }
}

/// A template belongs to the program in Python that renders it.
fn lower_template(path: String, bytes: Arc<[u8]>) -> Outcome {
    let from = Instant::now();
    let fate = match guarded(|| lower::lower_template(&bytes)) {
        Ok(module) => {
            let module = Arc::new(module);
            Fate::Lowered(Lowered { bytes, language: Language::Python, is_template: true, module })
        }
        Err(panic) => Fate::Failed(format!("cannot be analysed: {panic}")),
    };
    let timings = Timings { lower: from.elapsed(), ..Timings::default() };
    Outcome { timings, ..Outcome::of(path, fate) }
}

fn lower_bytes(language: Language, bytes: &[u8], timings: &mut Timings) -> Result<(Language, Module), String> {
    let from = Instant::now();
    let (language, tree) = parse(language, bytes)?;
    timings.parse = from.elapsed();
    let from = Instant::now();
    let module = lower::lower(language, &tree, bytes);
    timings.lower = from.elapsed();
    let from = Instant::now();
    drop(tree);
    timings.release = from.elapsed();
    Ok((language, module))
}

/// Parses a file. A `.js` file that the JavaScript grammar does not know may hold Flow or TypeScript syntax: when it
/// has errors it is parsed as TSX too, and the tree with fewer errors counts.
fn parse(language: Language, bytes: &[u8]) -> Result<(Language, Tree), String> {
    let tree = syntax::parse(language, bytes).map_err(|failure| failure.to_string())?;
    if language != Language::JavaScript || !tree.root_node().has_error() {
        return Ok((language, tree));
    }
    match syntax::parse(Language::Tsx, bytes) {
        Ok(other) if syntax::error_count(&other) < syntax::error_count(&tree) => Ok((Language::Tsx, other)),
        Ok(_) | Err(_) => Ok((language, tree)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_gone_is_a_problem() {
        let kind = FileKind::Code(Language::Python);
        let outcome = read_and_take(Path::new("/nowhere"), "a.py".to_owned(), kind, &Options::default());
        assert!(matches!(outcome.fate, Fate::Failed(reason) if reason == "cannot be read: no such file or folder"));
    }

    #[test]
    fn javascript_with_types_is_read_as_tsx() {
        let (language, tree) = parse(Language::JavaScript, b"const f = (a: string): number => 1;").expect("parses");
        assert_eq!((language, tree.root_node().has_error()), (Language::Tsx, false));
        let (language, _) = parse(Language::JavaScript, b"const f = (a) => <a>b</a>;").expect("parses");
        assert_eq!(language, Language::JavaScript);
    }
}
