//! Which findings of one run are those of another.
//!
//! Knows fingerprints. Does not know where either side comes from: a baseline, an earlier report, another revision.
//! Invariant: one known finding stands for at most one found: a copy of known code is new.
//! Invariant: what stayed in its file is matched before what moved, so that a moved one cannot take its place.

use super::report::Fingerprints;
use std::collections::BTreeMap;

/// For each found one the index of the known one that it is, if any.
pub fn pairs(found: &[&Fingerprints], known: &[&Fingerprints]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; found.len()];
    let mut is_taken = vec![false; known.len()];
    pair(found, known, |prints| &prints.v1, &mut pairs, &mut is_taken);
    pair(found, known, |prints| &prints.moved, &mut pairs, &mut is_taken);
    pairs
}

fn pair<'a>(
    found: &[&'a Fingerprints],
    known: &[&'a Fingerprints],
    key: impl Fn(&'a Fingerprints) -> &'a str,
    pairs: &mut [Option<usize>],
    is_taken: &mut [bool],
) {
    let mut free: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, prints) in known.iter().enumerate().rev() {
        if !is_taken[index] {
            free.entry(key(prints)).or_default().push(index);
        }
    }
    for (prints, pair) in found.iter().zip(pairs) {
        if pair.is_none()
            && let Some(index) = free.get_mut(key(prints)).and_then(Vec::pop)
        {
            *pair = Some(index);
            is_taken[index] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prints(names: &[(&str, &str)]) -> Vec<Fingerprints> {
        names.iter().map(|(v1, moved)| Fingerprints { v1: (*v1).to_owned(), moved: (*moved).to_owned() }).collect()
    }

    fn paired(found: &[(&str, &str)], known: &[(&str, &str)]) -> Vec<Option<usize>> {
        let (found, known) = (prints(found), prints(known));
        pairs(&found.iter().collect::<Vec<_>>(), &known.iter().collect::<Vec<_>>())
    }

    #[test]
    fn what_stayed_and_what_moved_is_known() {
        assert_eq!(paired(&[("a", "m"), ("c", "n")], &[("b", "n"), ("a", "m")]), [Some(1), Some(0)]);
    }

    #[test]
    fn a_copy_is_new_whichever_stands_first() {
        assert_eq!(paired(&[("b", "m"), ("a", "m")], &[("a", "m")]), [None, Some(0)]);
    }
}
