//! Paths of models with `*` in them.
//!
//! Knows texts. Does not know what the paths are of.

/// A path with `*` in it, which stands for any text: `*/ent.*Query`. The texts between the stars.
#[derive(Clone, Debug)]
pub(super) struct Glob(Vec<String>);

impl Glob {
    /// `None` for a plain path.
    pub(super) fn of(path: &str) -> Option<Glob> {
        path.contains('*').then(|| Glob(path.split('*').map(str::to_owned).collect()))
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        let [first, between @ .., last] = self.0.as_slice() else { return false };
        // The end first: most paths differ there, and it takes no search.
        if !path.ends_with(last.as_str()) {
            return false;
        }
        let Some(mut rest) = path.strip_prefix(first.as_str()) else { return false };
        for piece in between {
            let Some(at) = rest.find(piece.as_str()) else { return false };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

/// Whether a path matches one with `*` for any text, or is it.
pub fn path_matches(pattern: &str, path: &str) -> bool {
    Glob::of(pattern).map_or(pattern == path, |glob| glob.matches(path))
}
