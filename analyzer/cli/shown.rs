//! Paths as people see them: relative to where they are.
//!
//! Knows paths only.
//! Invariant: what is shown leads from the one folder to the other.

use crate::source::discovery::common_parent;
use std::ffi::OsStr;
use std::path::{Component, Path};

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
    use super::relative;
    use std::path::Path;

    #[test]
    fn paths_lead_from_one_folder_to_another() {
        let (root, scope) = (Path::new("/a/b"), Path::new("/a/b/c"));
        assert_eq!(relative(root, scope).as_deref(), Some("c"));
        assert_eq!(relative(scope, root).as_deref(), Some(".."));
        assert_eq!(relative(root, Path::new("/a/x/y")).as_deref(), Some("../x/y"));
        assert_eq!(relative(root, root).as_deref(), Some(""));
        assert_eq!(relative(root, Path::new("/z")), None);
    }
}
