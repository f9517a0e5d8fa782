//! Which findings a comment in the code accepts, and which of these comments accept nothing.
//!
//! ```text
//! rows = session.execute(sql)     # rearguard: ignore[sql-interpolation] the table name is an enum's
//! // rearguard: ignore[n-plus-one, swallowed-exception] three shards at most
//! for (const shard of shards) { … }
//! /* rearguard: ignore-file[hardcoded-secret] keys of the published test vectors */
//! ```
//!
//! A comment behind code counts for its line; one that stands alone counts for the next line of code. A finding belongs
//! to the line where it starts and to the line where its innermost statement starts, so that a comment above a statement
//! over several lines works for all of it, but a comment above a function does not work for the function's body.
//!
//! Comments for other tools that name the same defect count too (`remarks`); nobody is told when they are unused.
//!
//! Knows comments, lines and the spans of statements. Does not know the IR or which rules exist: both are handed in.
//! Invariant: a suppression names its rules; there is none for everything.
//! Invariant: `unused-suppression` and `unknown-suppression` cannot be suppressed.

use super::remarks;
pub use super::remarks::Tool;
use super::{Category, Confidence, Finding, Severity};
use crate::similar::most_similar;
use crate::source::{FileId, LineIndex, Span};

pub const UNUSED: &str = "unused-suppression";
pub const UNKNOWN: &str = "unknown-suppression";

/// What suppression reads of a file.
#[derive(Debug)]
pub struct CommentedFile<'a> {
    pub id: FileId,
    pub bytes: &'a [u8],
    /// Sorted by position.
    pub comments: &'a [Span],
    /// Statements without a body of their own, in any order.
    pub statements: Vec<Span>,
    /// Whether this run reports on the file, so that an unused comment is known to be unused.
    pub is_reported: bool,
}

/// Which rules there are.
#[derive(Clone, Copy, Debug)]
pub struct KnownRules<'a> {
    /// All rule ids that a comment may name.
    pub all: &'a [&'static str],
    /// Those that ran: only of them can be said that a comment is unused.
    pub ran: &'a [&'static str],
    /// Codes of other tools that say the same as one of our rules.
    pub equivalents: &'a [Equivalent],
}

/// A code of another tool and our rule that says the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Equivalent {
    pub tool: Tool,
    pub code: &'static str,
    pub rule: &'static str,
}

/// What the comments of one file do.
#[derive(Debug, Default)]
pub struct Outcome {
    /// For each finding of the file, in the given order, the reason that a comment accepts it for, which may be empty;
    /// `None` where no comment does.
    pub accepted: Vec<Option<String>>,
    /// Findings about comments that accept nothing.
    pub complaints: Vec<Finding>,
}

/// Which of the findings of one file its comments accept, and which comments accept nothing.
pub fn apply(file: &CommentedFile, findings: &[Finding], rules: KnownRules) -> Outcome {
    let is_asked = |&&comment: &&Span| {
        !findings.is_empty() && !rules.equivalents.is_empty() || mentions_us(text_of(file, comment))
    };
    let comments: Vec<Span> = file.comments.iter().filter(is_asked).copied().collect();
    if comments.is_empty() {
        return Outcome { accepted: vec![None; findings.len()], complaints: Vec::new() };
    }
    let lines = LineIndex::new(file.bytes);
    let mut directives: Vec<Directive> =
        comments.iter().flat_map(|&comment| directives_in(file, comment, &lines)).collect();
    let remarks: Vec<Accepted> =
        comments.iter().flat_map(|&comment| accepted_elsewhere(file, comment, &lines, rules)).collect();
    let accepted = findings
        .iter()
        .map(|finding| {
            let anchors = anchors(file, finding.span, &lines);
            // Every directive is asked: two comments for one finding are both used.
            let ours: Vec<&Directive> = directives
                .iter_mut()
                .filter_map(|directive| directive.accepts(finding, anchors).then_some(&*directive))
                .collect();
            let reason = ours.first().map(|directive| directive.reason.clone());
            let is_elsewhere = || remarks.iter().any(|accepted| accepted.covers(file, finding, &lines));
            reason.or_else(|| is_elsewhere().then(String::new))
        })
        .collect();
    let complaints = directives.iter().filter_map(|directive| directive.complaint(file, rules)).collect();
    Outcome { accepted, complaints }
}

/// A rule of ours that another tool's comment accepts, on one line or in the whole file.
struct Accepted {
    rule: &'static str,
    line: Option<u32>,
}

impl Accepted {
    /// Other tools report where the text is built, ours where it is run: further places of the finding count too, and so
    /// does any line of a longer statement that holds no others.
    fn covers(&self, file: &CommentedFile, finding: &Finding, lines: &LineIndex) -> bool {
        let Some(line) = self.line else { return self.rule == finding.rule };
        let further = finding.related.iter().filter(|place| place.file == file.id).map(|place| place.span);
        self.rule == finding.rule
            && std::iter::once(finding.span).chain(further).any(|place| {
                let [own, start] = anchors(file, place, lines);
                let is_leaf =
                    |whole: &Span| !file.statements.iter().any(|inner| inner != whole && whole.contains(*inner));
                let whole = statement_at(file, place).filter(is_leaf);
                let end = whole.map_or(start, |whole| lines.line(whole.end.saturating_sub(1)));
                own == line || (start..=end).contains(&line)
            })
    }
}

fn accepted_elsewhere(file: &CommentedFile, comment: Span, lines: &LineIndex, rules: KnownRules) -> Vec<Accepted> {
    let text = String::from_utf8_lossy(text_of(file, comment));
    let mut accepted = Vec::new();
    for remark in remarks::of_comment(&text) {
        let same = rules
            .equivalents
            .iter()
            .filter(|known| known.tool == remark.tool && remark.tool.is_same(known.code, remark.code));
        accepted.extend(same.map(|known| Accepted {
            rule: known.rule,
            line: (!remark.is_for_file).then(|| target_line(file, comment, lines)),
        }));
    }
    accepted
}

/// One rule named by one comment, or a comment that names none.
struct Directive {
    /// From `rearguard:` to the closing bracket.
    span: Span,
    wish: Wish,
    /// What stands behind the bracket on the same line.
    reason: String,
    is_used: bool,
}

enum Wish {
    Line {
        rule: String,
        line: u32,
    },
    File {
        rule: String,
    },
    /// `rearguard: ignore` without a rule.
    NoRule,
    /// `rearguard:` and a word that means nothing here.
    NoSuchWord(String),
}

impl Directive {
    fn accepts(&mut self, finding: &Finding, anchors: [u32; 2]) -> bool {
        let accepts = match &self.wish {
            Wish::Line { rule, line } => rule == finding.rule && anchors.contains(line),
            Wish::File { rule } => rule == finding.rule,
            Wish::NoRule | Wish::NoSuchWord(_) => false,
        };
        self.is_used |= accepts;
        accepts
    }

    fn complaint(&self, file: &CommentedFile, rules: KnownRules) -> Option<Finding> {
        let (meta, title, evidence, recommendation) = match &self.wish {
            Wish::Line { rule, .. } | Wish::File { rule } if rule == UNUSED || rule == UNKNOWN => (
                UNKNOWN,
                format!("Suppression of `{rule}`, which is always reported"),
                format!("`{rule}` is about comments like this one, so the comment accepts nothing"),
                "Correct or remove the comment that it is reported for".to_owned(),
            ),
            Wish::Line { rule, .. } | Wish::File { rule } if !rules.all.contains(&rule.as_str()) => (
                UNKNOWN,
                format!("Suppression of `{rule}`, which is no rule"),
                format!("the comment names `{rule}`, so it accepts nothing"),
                match most_similar(rule, rules.all.iter().copied()) {
                    Some(near) => format!("Name the rule that is meant: `{near}`?"),
                    None => format!("Name one of: {}", rules.all.join(", ")),
                },
            ),
            Wish::Line { rule, .. } if !self.is_used && file.is_reported && rules.ran.contains(&rule.as_str()) => (
                UNUSED,
                format!("Suppression of `{rule}` that nothing needs"),
                format!("`{rule}` finds nothing on the line that this comment is for"),
                "Remove the comment, or move it to the line where the finding starts".to_owned(),
            ),
            Wish::File { rule } if !self.is_used && file.is_reported && rules.ran.contains(&rule.as_str()) => (
                UNUSED,
                format!("Suppression of `{rule}` that nothing needs"),
                format!("`{rule}` finds nothing in this file"),
                "Remove the comment".to_owned(),
            ),
            Wish::Line { .. } | Wish::File { .. } => return None,
            Wish::NoRule => (
                UNKNOWN,
                "Suppression without a rule".to_owned(),
                "the comment names no rule, so it accepts nothing".to_owned(),
                "Name the rule in brackets: `rearguard: ignore[rule] reason`".to_owned(),
            ),
            Wish::NoSuchWord(word) => (
                UNKNOWN,
                format!("Comment for rearguard that says `{word}`"),
                format!("`{word}` is neither `ignore` nor `ignore-file`, so the comment accepts nothing"),
                "Write `rearguard: ignore[rule] reason` or `rearguard: ignore-file[rule] reason`".to_owned(),
            ),
        };
        Some(Finding {
            rule: meta,
            category: Category::Maintainability,
            severity: Severity::Info,
            confidence: Confidence::High,
            file: file.id,
            span: self.span,
            title,
            evidence,
            recommendation,
            symbol: String::new(),
            fingerprint_text: None,
            related: Vec::new(),
        })
    }
}

fn text_of<'a>(file: &CommentedFile<'a>, comment: Span) -> &'a [u8] {
    file.bytes.get(comment.start as usize..comment.end as usize).unwrap_or_default()
}

const NAME: &[u8] = b"rearguard:";

fn mentions_us(comment: &[u8]) -> bool {
    memchr::memmem::find(comment, NAME).is_some()
}

/// The line where a place starts and the line where its innermost statement starts.
fn anchors(file: &CommentedFile, place: Span, lines: &LineIndex) -> [u32; 2] {
    let own = lines.line(place.start);
    [own, statement_at(file, place).map_or(own, |statement| lines.line(statement.start))]
}

/// The innermost statement that a place starts in.
fn statement_at(file: &CommentedFile, place: Span) -> Option<Span> {
    let at = place.start;
    let around = file.statements.iter().filter(|statement| statement.start <= at && at < statement.end);
    around.min_by_key(|statement| (statement.end - statement.start, statement.start)).copied()
}

fn directives_in(file: &CommentedFile, comment: Span, lines: &LineIndex) -> Vec<Directive> {
    let text = text_of(file, comment);
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(text, NAME) {
        // `rearguard:` opens the comment, one of its lines, or follows another tool's remark: `# noqa # rearguard: …`.
        let before = text[..at].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
        if !matches!(before, None | Some(b'#' | b'/' | b'*' | b'!' | b';' | b'-' | b'\n')) {
            continue;
        }
        let line_end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
        let said = String::from_utf8_lossy(&text[at + NAME.len()..line_end]);
        let start = comment.start as usize + at;
        let target = target_line(file, comment, lines);
        let (wishes, length) = wishes_of(&said, target);
        // `said` may be longer than its bytes when they are no UTF-8; the span stays inside the comment's line.
        let end = (start + NAME.len() + length).min(comment.start as usize + line_end);
        let span = Span::new(start, end);
        let reason = said
            .get(length..)
            .unwrap_or_default()
            .trim()
            .trim_end_matches("*/")
            .trim_end_matches("#}")
            .trim_end()
            .to_owned();
        found.extend(wishes.into_iter().map(|wish| Directive { span, wish, reason: reason.clone(), is_used: false }));
    }
    found
}

/// What stands behind `rearguard:`, and how many bytes of it were read.
fn wishes_of(said: &str, line: u32) -> (Vec<Wish>, usize) {
    let blank = said.len() - said.trim_start().len();
    let rest = &said[blank..];
    let word_length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').unwrap_or(rest.len());
    let (word, rest) = rest.split_at(word_length);
    let read = blank + word_length;
    let is_file = match word {
        "ignore" => false,
        "ignore-file" => true,
        _ => return (vec![Wish::NoSuchWord(word.to_owned())], read),
    };
    let trimmed = rest.trim_start();
    let Some((list, _)) = trimmed.strip_prefix('[').and_then(|list| list.split_once(']')) else {
        return (vec![Wish::NoRule], read);
    };
    let read = read + (rest.len() - trimmed.len()) + list.len() + 2;
    let mut rules: Vec<&str> = list.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect();
    rules.dedup();
    if rules.is_empty() {
        return (vec![Wish::NoRule], read);
    }
    let wish = |rule: &str| {
        let rule = rule.to_owned();
        if is_file { Wish::File { rule } } else { Wish::Line { rule, line } }
    };
    (rules.into_iter().map(wish).collect(), read)
}

/// The line that a comment is for: its own when code stands beside it, else the next line that is not only comment.
fn target_line(file: &CommentedFile, comment: Span, lines: &LineIndex) -> u32 {
    let (first, last) = lines.lines(comment);
    let before = code_in(file, lines.start_of(first) as usize, comment.start as usize);
    let behind = code_in(file, comment.end as usize, end_of_line(file.bytes, comment.end as usize));
    // JSX wants braces around a comment: `{/* … */}` stands alone too.
    let stands_alone = before.is_empty() && behind.is_empty() || before == "{" && behind == "}";
    if !stands_alone {
        return if before.is_empty() { last } else { first };
    }
    (last + 1..=lines.count() as u32)
        .find(|&line| {
            let start = lines.start_of(line) as usize;
            let end = end_of_line(file.bytes, start);
            let is_blank = file.bytes[start..end].trim_ascii().is_empty();
            is_blank || !code_in(file, start, end).is_empty()
        })
        .unwrap_or(last + 1)
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    let from = from.min(bytes.len());
    memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |length| from + length)
}

/// What a stretch of one line holds besides blanks and comments.
fn code_in(file: &CommentedFile, from: usize, to: usize) -> String {
    let is_comment =
        |at: usize| file.comments.iter().any(|comment| (comment.start as usize..comment.end as usize).contains(&at));
    let code = (from..to.min(file.bytes.len()))
        .filter(|&at| !file.bytes[at].is_ascii_whitespace() && !is_comment(at))
        .map(|at| char::from(file.bytes[at]));
    code.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 2] = ["n-plus-one", "sql-interpolation"];
    const SAME: Equivalent = Equivalent { tool: Tool::Noqa, code: "X100", rule: "n-plus-one" };

    /// Runs one Python-like text in which `QUERY` is where n-plus-one finds something; comments start with `#`.
    fn run(text: &str) -> (usize, Vec<Finding>) {
        let mut comments = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if let Some(at) = line.find('#') {
                comments.push(Span::new(start + at, start + line.trim_end().len()));
            }
            start += line.len();
        }
        run_with(text, &comments, &[])
    }

    fn run_with(text: &str, comments: &[Span], statements: &[Span]) -> (usize, Vec<Finding>) {
        let findings: Vec<Finding> = text
            .match_indices("QUERY")
            .map(|(at, _)| Finding {
                rule: "n-plus-one",
                category: Category::Performance,
                severity: Severity::Minor,
                confidence: Confidence::High,
                file: FileId(0),
                span: Span::new(at, at + 5),
                title: String::new(),
                evidence: String::new(),
                recommendation: String::new(),
                symbol: String::new(),
                fingerprint_text: None,
                related: Vec::new(),
            })
            .collect();
        let file = CommentedFile {
            id: FileId(0),
            bytes: text.as_bytes(),
            comments,
            statements: statements.to_vec(),
            is_reported: true,
        };
        let outcome = apply(&file, &findings, KnownRules { all: &ALL, ran: &ALL, equivalents: &[SAME] });
        let suppressed = outcome.accepted.iter().filter(|accepted| accepted.is_some()).count();
        let left = findings.into_iter().zip(outcome.accepted).filter(|(_, accepted)| accepted.is_none());
        (suppressed, left.map(|(finding, _)| finding).chain(outcome.complaints).collect())
    }

    fn rules(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn on_the_line() {
        let (suppressed, kept) = run("QUERY  # rearguard: ignore[n-plus-one] three rows\nQUERY\n");
        assert_eq!((suppressed, rules(&kept)), (1, vec!["n-plus-one"]));
    }

    #[test]
    fn remarks_for_other_tools_behind_a_statement_of_several_lines() {
        let text = "q = text(\n    QUERY\n)  # noqa: X100\n";
        let comment = Span::new(text.find('#').expect("there is one"), text.len() - 1);
        let whole = Span::new(0, text.find(')').expect("there is one") + 1);
        assert_eq!(run_with(text, &[comment], &[whole]).0, 1);
        // A statement around others says nothing of them.
        let inner = Span::new(4, whole.end as usize);
        let other = Span::new(0, 2);
        assert_eq!(run_with(text, &[comment], &[whole, other]).0, 0);
        assert_eq!(run_with(text, &[comment], &[whole, inner]).0, 1);
    }

    #[test]
    fn on_the_line_above_past_other_comments() {
        let (suppressed, kept) = run("# rearguard: ignore[n-plus-one]\n# three rows\n    QUERY\nQUERY\n");
        assert_eq!((suppressed, rules(&kept)), (1, vec!["n-plus-one"]));
    }

    #[test]
    fn a_blank_line_ends_the_line_above() {
        let (suppressed, kept) = run("# rearguard: ignore[n-plus-one]\n\nQUERY\n");
        assert_eq!((suppressed, rules(&kept)), (0, vec!["n-plus-one", UNUSED]));
    }

    #[test]
    fn the_whole_file() {
        let (suppressed, kept) = run("# rearguard: ignore-file[n-plus-one] generated\nQUERY\nQUERY\n");
        assert_eq!((suppressed, kept.len()), (2, 0));
    }

    #[test]
    fn several_rules_and_one_unused() {
        let (suppressed, kept) = run("QUERY # rearguard: ignore[n-plus-one, sql-interpolation]\n");
        assert_eq!((suppressed, rules(&kept)), (1, vec![UNUSED]));
        assert!(kept[0].title.contains("sql-interpolation"));
    }

    #[test]
    fn a_rule_is_required_and_must_exist() {
        for comment in ["ignore", "ignore[]", "ignore[all]", "ignore[n-plus-on]", "off[n-plus-one]", ""] {
            let (suppressed, kept) = run(&format!("QUERY # rearguard: {comment}\n"));
            assert_eq!((suppressed, rules(&kept)), (0, vec!["n-plus-one", UNKNOWN]), "{comment}");
        }
        let (_, kept) = run("# rearguard: ignore[n-plus-on]\n");
        assert_eq!(kept[0].recommendation, "Name the rule that is meant: `n-plus-one`?");
    }

    #[test]
    fn behind_another_tools_remark_but_not_in_prose() {
        let (suppressed, _) = run("QUERY # noqa # rearguard: ignore[n-plus-one]\n");
        assert_eq!(suppressed, 1);
        let (suppressed, kept) = run("QUERY # see rearguard: ignore[n-plus-one]\n");
        assert_eq!((suppressed, kept.len()), (0, 1));
    }

    #[test]
    fn another_tools_comment_with_the_same_meaning_counts() {
        assert_eq!(run("QUERY  # noqa: X100\n").0, 1);
        assert_eq!(run("# ruff: noqa: X100\n\nQUERY\n").0, 1);
        for comment in ["# noqa", "# noqa: X101", "# nosec X100"] {
            let (suppressed, kept) = run(&format!("QUERY  {comment}\n"));
            assert_eq!((suppressed, rules(&kept)), (0, vec!["n-plus-one"]), "{comment}");
        }
    }

    #[test]
    fn meta_findings_cannot_be_suppressed() {
        let (_, kept) = run("# rearguard: ignore-file[unused-suppression]\n# rearguard: ignore[n-plus-one]\nx\n");
        assert_eq!(rules(&kept), [UNKNOWN, UNUSED]);
    }

    #[test]
    fn above_a_statement_over_several_lines() {
        let text = "# rearguard: ignore[n-plus-one]\nrows = f(\n    QUERY\n)\n";
        let comment = Span::new(0, 31);
        let statement = Span::new(32, text.len() - 1);
        assert_eq!(run_with(text, &[comment], &[statement]).0, 1);
        // The innermost statement counts: a closure's body has statements of its own.
        let inner = Span::new(text.find("QUERY").expect("is there"), text.len() - 3);
        assert_eq!(run_with(text, &[comment], &[statement, inner]).0, 0);
    }

    #[test]
    fn block_comments() {
        let text = "/* rearguard: ignore[n-plus-one] */ QUERY\n{/* rearguard: ignore[n-plus-one] */}\nQUERY\n";
        let comments = vec![Span::new(0, 35), Span::new(43, 78)];
        let (suppressed, kept) = run_with(text, &comments, &[]);
        assert_eq!((suppressed, kept.len()), (2, 0));
    }
}
