//! Files that stand for modules of libraries: the entities that models say a library brings.
//!
//! Knows what models declare and which modules files import. Does not know what is made of it.
//! Invariant: such a file comes after all others, counts as written by a tool, and nothing is ever reported in it.

use super::one_file::{self, Fate, Lowered};
use super::{LoweredFile, Source};
use crate::project::{AllModels, path_of_module};
use crate::source::discovery::FileKind;
use crate::source::{Family, FileId, Language};

/// What says that nobody edits the file.
const SIGNATURE: &str = "# @generated\n";

/// The modules of libraries that any of the files needs.
pub(super) fn of(files: &[LoweredFile], models: &AllModels) -> Vec<LoweredFile> {
    let models = models.of(Family::Python);
    // A library's own repository declares its entities itself.
    let is_here = |module: &str| {
        let path = format!("{}.py", module.replace('.', "/"));
        files.iter().any(|file| file.path.ends_with(&path))
    };
    let wanted = models.declares.iter().filter(|one| is_imported(files, &one.module) && !is_here(&one.module));
    let lowered = wanted.filter_map(|one| {
        let bytes = format!("{SIGNATURE}{}", one.text).into_bytes().into();
        let source = Source { path: path_of_module(&one.module), bytes, kind: FileKind::Code(Language::Python) };
        let outcome = one_file::lower_source(source, None);
        match outcome.fate {
            Fate::Lowered(Lowered { bytes, module, .. }) => Some((outcome.path, bytes, module)),
            _ => None,
        }
    });
    let numbered = lowered.enumerate().map(|(at, (path, bytes, module))| LoweredFile {
        id: FileId((files.len() + at) as u32),
        path,
        bytes,
        language: Some(Language::Python),
        is_template: false,
        module,
    });
    numbered.collect()
}

/// Whether any file imports from the package of a module.
fn is_imported(files: &[LoweredFile], module: &str) -> bool {
    let package = module.split('.').next().unwrap_or(module);
    let is_python = |file: &&LoweredFile| file.language.is_some_and(|language| language.family() == Family::Python);
    files.iter().filter(is_python).any(|file| {
        let mut imports = file.module.imports.iter().map(|import| file.module.text(import.module));
        imports.any(|path| path.split('.').next() == Some(package))
    })
}
