//! Which folder is the project, and which part of it was asked for.
//!
//! The root is the nearest folder at or above the given paths that holds `rearguard.toml` or `.git`; where there is none,
//! the given folder, or the common parent of several. All of it is read; the given paths choose what is reported.
//!
//! Knows the file system's folders. Does not know what is analysed.
//! Invariant: a scope is relative to the root, with `/` separators.

use super::config::FILE_NAME;
use crate::pipeline::unreadable;
use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};

#[derive(Debug)]
pub(super) struct Project {
    /// Absolute, without `..` and symbolic links.
    pub(super) root: PathBuf,
    /// Given paths relative to the root; empty when the root itself was given.
    pub(super) scope: Vec<String>,
}

/// A given path that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`: {}", path.display(), unreadable(error))]
pub(super) struct PathError {
    path: PathBuf,
    #[source]
    error: io::Error,
}

pub(super) fn project_of(paths: &[PathBuf]) -> Result<Project, PathError> {
    let mut given = Vec::with_capacity(paths.len());
    for path in paths {
        given.push(readable(path).map_err(|error| PathError { path: path.clone(), error })?);
    }
    let folders = given.iter().map(|path| if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(path) });
    let start = folders.map(Path::to_path_buf).reduce(|a, b| common_parent(&a, &b)).unwrap_or_default();
    let root = start
        .ancestors()
        .find(|folder| folder.join(FILE_NAME).is_file() || folder.join(".git").exists())
        .unwrap_or(&start)
        .to_path_buf();
    let is_all = given.contains(&root);
    let scope = if is_all { Vec::new() } else { given.iter().filter_map(|path| relative(&root, path)).collect() };
    Ok(Project { root, scope })
}

/// The path as it really is, once it is known that it can be opened.
fn readable(path: &Path) -> io::Result<PathBuf> {
    let path = path.canonicalize()?;
    if path.is_dir() {
        path.read_dir()?;
    } else {
        std::fs::File::open(&path)?;
    }
    Ok(path)
}

fn common_parent(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
}

/// A path from one absolute folder to something else, with `/` separators; empty for the folder itself. `None` when they
/// have nothing but the file system's root in common.
pub(super) fn relative(from: &Path, to: &Path) -> Option<String> {
    let shared = common_parent(from, to);
    if shared.parent().is_none() && from != shared {
        return None;
    }
    let up = from.components().count() - shared.components().count();
    let down = to.components().skip(shared.components().count()).map(Component::as_os_str);
    let parts: Vec<String> =
        std::iter::repeat_n(OsStr::new(".."), up).chain(down).map(|part| part.to_string_lossy().into_owned()).collect();
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_marker_is_the_root_and_paths_are_the_scope() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let top = temp.path().canonicalize().expect("it exists");
        fs::create_dir_all(top.join("shop/app/api")).expect("can be made");
        fs::create_dir_all(top.join(".git")).expect("can be made");
        fs::write(top.join("shop").join(FILE_NAME), "").expect("can be written");
        fs::write(top.join("shop/app/a.py"), "").expect("can be written");

        let project = project_of(&[top.join("shop/app/api"), top.join("shop/app/a.py")]).expect("all exist");
        assert_eq!(project.root, top.join("shop"));
        assert_eq!(project.scope, ["app/api", "app/a.py"]);

        let project = project_of(&[top.clone(), top.join("shop/app")]).expect("all exist");
        assert_eq!(project.root, top);
        assert!(project.scope.is_empty());
    }

    #[test]
    fn without_a_marker_the_given_folder_is_the_root() {
        let (root, scope) = (Path::new("/a/b"), Path::new("/a/b/c"));
        assert_eq!(relative(root, scope).as_deref(), Some("c"));
        assert_eq!(relative(scope, root).as_deref(), Some(".."));
        assert_eq!(relative(root, Path::new("/a/x/y")).as_deref(), Some("../x/y"));
        assert_eq!(relative(root, root).as_deref(), Some(""));
        assert_eq!(relative(root, Path::new("/z")), None);
        assert_eq!(common_parent(Path::new("/a/b"), Path::new("/a/bc")), PathBuf::from("/a"));
    }

    #[test]
    fn a_missing_path_is_named() {
        let error = project_of(&[PathBuf::from("/nowhere/at/all")]).expect_err("it does not exist");
        assert_eq!(error.to_string(), "cannot read `/nowhere/at/all`: no such file or folder");
    }
}
