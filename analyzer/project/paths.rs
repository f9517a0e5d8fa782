//! Paths of the tree as text: relative to the project root, `/` separators, the root itself empty.
//!
//! Does not know the file system.

/// The folder that a path lies in.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folder itself, then those above it, the root last.
pub(super) fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |at| if at.is_empty() { None } else { Some(folder_of(at)) })
}

/// `a/b` and `../c` are `a/c`; `None` where the way leads out of the tree.
pub(super) fn joined(folder: &str, way: &str) -> Option<String> {
    let mut path = String::with_capacity(folder.len() + way.len() + 1);
    path.push_str(folder);
    for part in way.split('/') {
        match part {
            "" | "." => {}
            ".." if path.is_empty() => return None,
            ".." => path.truncate(path.rfind('/').unwrap_or(0)),
            part => {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(part);
            }
        }
    }
    Some(path)
}

/// Whether a path ends with whole segments: `app/lib/db` ends with `lib/db`, not with `b/db`.
pub(super) fn ends_with(path: &str, suffix: &str) -> bool {
    path.strip_suffix(suffix).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{ends_with, joined, upwards};

    #[test]
    fn ways_are_followed_inside_the_tree_only() {
        assert_eq!(joined("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(joined("a", "..").as_deref(), Some(""));
        assert_eq!(joined("a", "../../b"), None);
        assert_eq!(upwards("a/b").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert!(ends_with("app/lib/db", "lib/db") && !ends_with("app/lib/db", "b/db"));
    }
}
