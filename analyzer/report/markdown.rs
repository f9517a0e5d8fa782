//! A summary in GitHub's Markdown: for a comment on a pull request or the summary of a step.
//!
//! Knows the report. Does not know where it is posted.
//! Invariant: no text of the analysed code is markup, mentions anybody or links to anything.
//! Invariant: at most `MAX_LENGTH` bytes; the most severe findings come first, what is left out is counted.

use super::locations::{Region, in_repository, worst_first};
use super::printable::printable;
use super::text::summary;
use crate::findings::report::{Report, ReportedFinding};
use std::fmt::Write as _;

/// A comment on GitHub may hold 65,536 characters; what surrounds ours needs some too.
const MAX_LENGTH: usize = 60_000;

/// `base` is the project's folder in its repository.
pub fn render(report: &Report, base: &str) -> String {
    let mut text = format!("### rearguard: {}\n", summary(report));
    if !report.problems.is_empty() {
        let count = report.problems.len();
        let noun = if count == 1 { "file" } else { "files" };
        let _ = write!(text, "\n{count} {noun} could not be analysed.\n");
    }
    let findings = worst_first(report);
    for (index, reported) in findings.iter().enumerate() {
        let item = item(report, reported, base);
        if text.len() + item.len() > MAX_LENGTH {
            let _ = write!(text, "\nand {} more.\n", findings.len() - index);
            break;
        }
        text.push_str(&item);
    }
    text
}

fn item(report: &Report, reported: &ReportedFinding, base: &str) -> String {
    let finding = &reported.finding;
    let file = report.file(finding.file);
    let line = Region::of(file, finding.span).start_line;
    let path = in_repository(base, &file.path);
    let mut item = format!(
        "\n- **{}** {} at {}\n",
        finding.severity.name(),
        escaped(&finding.title),
        code(&format!("{path}:{line}"))
    );
    let rule = format!("`{}`", finding.rule);
    let evidence = escaped(&finding.evidence);
    let _ = writeln!(item, "  {rule}{}{evidence}", if evidence.is_empty() { "" } else { ": " });
    if !finding.recommendation.is_empty() {
        let _ = write!(item, "\n  **Fix:** {}\n", escaped(&finding.recommendation));
    }
    item
}

/// A text with its `code` as code and everything else as plain words.
fn escaped(text: &str) -> String {
    let text = printable(text);
    let pieces: Vec<&str> = text.split('`').collect();
    // Without a partner the last backtick is a backtick.
    if pieces.len().is_multiple_of(2) {
        return plain(&text);
    }
    let piece = |(index, piece): (usize, &&str)| if index.is_multiple_of(2) { plain(piece) } else { code(piece) };
    pieces.iter().enumerate().map(piece).collect()
}

fn code(text: &str) -> String {
    let text = printable(text);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    // A longer fence than any run of backticks inside.
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let gap = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{gap}{text}{gap}{fence}")
}

/// Punctuation that could be markup, a mention, a reference to an issue or a bare link is escaped.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '@' | '#' | '<' | '>' | '&' => {
                let _ = write!(escaped, "&#{};", u32::from(letter));
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '!' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped.replace("://", "&#58;//").replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stays_code_and_words_stay_words() {
        assert_eq!(escaped("`a*b` by @ops in #3 <b>"), "`a*b` by &#64;ops in &#35;3 &#60;b&#62;");
        assert_eq!(escaped("one ` only_x"), "one \\` only\\_x");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`b"), "`` `b ``");
        assert!(!escaped("see https://evil.example").contains("://"));
    }
}
