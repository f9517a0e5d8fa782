//! The file of known findings: one JSON object a line.
//!
//! ```text
//! {"rule":"n-plus-one","path":"app/orders.py","title":"Query in a loop: …","v1":"…","moved/v1":"…","reason":"three shards"}
//! ```
//!
//! Knows the file's text. Does not know the file system or the date: both are handed in.
//! Invariant: entries are sorted, one a line, without line numbers and times, so that two branches' changes merge.
//! Invariant: writing what was read gives the same bytes.

use super::matching;
use super::report::{Fingerprints, Report, ReportedFinding};
use serde::{Deserialize, Serialize};

/// A finding that is accepted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub path: String,
    pub rule: String,
    pub title: String,
    pub v1: String,
    #[serde(rename = "moved/v1")]
    pub moved: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Last day on which it counts, `2027-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// A line that is no entry.
#[derive(PartialEq, Eq, Debug)]
pub struct BaselineError {
    /// 1-based.
    pub line: usize,
    pub problem: String,
}

/// Reads a baseline; blank lines are left out.
pub fn parse(text: &str) -> Result<Vec<Entry>, BaselineError> {
    let mut entries = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |problem: String| BaselineError { line: index + 1, problem };
        if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) {
            return Err(wrong("a merge conflict is not resolved: keep the lines of both sides".to_owned()));
        }
        let entry: Entry = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        if let Some(date) = entry.expires.as_deref().filter(|date| !is_date(date)) {
            return Err(wrong(format!("`{}` is no date: write YYYY-MM-DD", date.escape_debug())));
        }
        entries.push(entry);
    }
    Ok(entries)
}

pub fn render(mut entries: Vec<Entry>) -> String {
    entries.sort();
    entries.dedup();
    let line = |entry: &Entry| serde_json::to_string(entry).expect("strings always serialise") + "\n";
    entries.iter().map(line).collect()
}

/// Whether a text is a day, as far as its form says: such texts compare as the days do.
pub fn is_date(text: &str) -> bool {
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok());
    let is_shaped = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    is_shaped
        && part(5..7).is_some_and(|month| (1..=12).contains(&month))
        && part(8..10).is_some_and(|day| (1..=31).contains(&day))
}

impl Entry {
    pub fn of(report: &Report, reported: &ReportedFinding) -> Entry {
        Entry {
            path: report.file(reported.finding.file).path.clone(),
            rule: reported.finding.rule.to_owned(),
            title: reported.finding.title.clone(),
            v1: reported.fingerprints.v1.clone(),
            moved: reported.fingerprints.moved.clone(),
            reason: None,
            expires: None,
        }
    }

    /// `today` as `2027-01-31`.
    pub fn has_expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|last| last < today)
    }

    fn fingerprints(&self) -> Fingerprints {
        Fingerprints { v1: self.v1.clone(), moved: self.moved.clone() }
    }
}

/// For each finding of the report the entry that it is, if any.
pub fn known(report: &Report, entries: &[Entry]) -> Vec<Option<usize>> {
    let known: Vec<Fingerprints> = entries.iter().map(Entry::fingerprints).collect();
    let found: Vec<&Fingerprints> = report.findings.iter().map(|reported| &reported.fingerprints).collect();
    matching::pairs(&found, &known.iter().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"path":"a.py","rule":"n-plus-one","title":"t","v1":"1","moved/v1":"2"}"#;

    #[test]
    fn reading_and_writing_change_nothing_but_the_order() {
        let later =
            LINE.replace("a.py", "b.py").replace("\"2\"}", "\"2\",\"reason\":\"r\",\"expires\":\"2027-01-31\"}");
        let entries = parse(&format!("{later}\n\n{LINE}\n")).expect("entries");
        assert_eq!(render(entries), format!("{LINE}\n{later}\n"));
    }

    #[test]
    fn mistakes_name_their_line() {
        let problem = |text: &str| parse(text).map(drop).expect_err("a mistake");
        assert_eq!(problem(&format!("{LINE}\nx")).line, 2);
        assert!(problem(&LINE.replace("\"rule\"", "\"role\"")).problem.contains("unknown field `role`"));
        assert!(problem("<<<<<<< HEAD").problem.contains("merge conflict"));
        let dated = LINE.replace("\"2\"}", "\"2\",\"expires\":\"31.1.2027\"}");
        assert_eq!(problem(&dated).problem, "`31.1.2027` is no date: write YYYY-MM-DD");
    }

    #[test]
    fn the_last_day_still_counts() {
        let mut entry = parse(LINE).expect("an entry").remove(0);
        assert!(!entry.has_expired("2027-01-31"));
        entry.expires = Some("2027-01-31".to_owned());
        assert!(!entry.has_expired("2027-01-31") && entry.has_expired("2027-02-01"));
    }
}
