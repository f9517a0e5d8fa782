//! Which known name a misspelled one means: for rule ids, configuration keys and model vocabulary.
//!
//! Knows strings only. Distance is optimal string alignment (insert, delete, replace, swap neighbours), so that the usual
//! slips cost one. Invariant: nothing is suggested that differs in more than a third of its letters.

/// The closest of the known names; the first of equals.
pub fn most_similar<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase().replace('_', "-");
    known
        .into_iter()
        .map(|name| (distance(&word, &name.replace('_', "-")), name))
        .filter(|&(distance, name)| distance * 3 <= name.chars().count().max(3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    // Row i of the table holds the distances of a[..i] to every b[..j]; three rows are alive.
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replace = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: [&str; 3] = ["n-plus-one", "sql-interpolation", "swallowed-exception"];

    #[test]
    fn slips_are_understood() {
        assert_eq!(most_similar("n-plus-on", RULES), Some("n-plus-one"));
        assert_eq!(most_similar("sql_interpolation", RULES), Some("sql-interpolation"));
        assert_eq!(most_similar("swalowed-excpetion", RULES), Some("swallowed-exception"));
    }

    #[test]
    fn other_words_are_not() {
        assert_eq!(most_similar("xss", RULES), None);
        assert_eq!(most_similar("", RULES), None);
    }
}
