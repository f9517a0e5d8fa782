//! What comments for other tools say about findings of ours: `# noqa: S608`, `// #nosec G201`, `//nolint:nilerr`.
//!
//! Somebody has looked at the line and accepted what that tool says of it. Where our rule says the same, it is accepted
//! here too; which of our rules that is stands on the rule's card.
//!
//! Knows the comments' forms and where each counts. Does not know our rules.
//! Invariant: a comment that names no code (`# noqa`, `# nosec`) says nothing: nobody knows what it was for. A scanner of
//! secrets alone needs no code.

/// One code that a comment names.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Remark<'a> {
    pub(super) tool: Tool,
    pub(super) code: &'a str,
    pub(super) is_for_file: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    /// flake8, ruff: `# noqa: S608`; `# ruff: noqa: S608` for a file.
    Noqa,
    /// bandit: `# nosec B608`; gosec: `// #nosec G201 -- reason`.
    Nosec,
    /// golangci-lint: `//nolint:errcheck,nilerr // reason`.
    Nolint,
    /// `// eslint-disable-next-line no-empty -- reason`; `/* eslint-disable no-empty */` for a file.
    Eslint,
    /// `// biome-ignore lint/suspicious/noEmptyBlockStatements: reason`.
    Biome,
    /// `# nosemgrep: python.lang.security.audit.formatted-sql-query -- reason`; rules have names that a team may choose, so
    /// that a card gives patterns.
    Semgrep,
    /// gitleaks, trufflehog, detect-secrets: `# gitleaks:allow`. The words themselves are the code.
    Scanner,
}

impl Tool {
    /// Whether a code that a comment names is one that a card names.
    pub(super) fn is_same(self, known: &str, code: &str) -> bool {
        match self {
            Tool::Semgrep => {
                let name = code.rsplit('.').next().unwrap_or(code).to_ascii_lowercase().replace('_', "-");
                name.contains(known.trim_matches('*'))
            }
            Tool::Noqa | Tool::Nosec | Tool::Nolint | Tool::Eslint | Tool::Biome | Tool::Scanner => known == code,
        }
    }
}

/// The words that open such a comment; of two that begin alike the longer one stands first.
const OPENINGS: [(&str, Tool, bool); 15] = [
    ("ruff: noqa", Tool::Noqa, true),
    ("flake8: noqa", Tool::Noqa, true),
    ("noqa", Tool::Noqa, false),
    ("#nosec", Tool::Nosec, false),
    ("nosec", Tool::Nosec, false),
    ("nolint", Tool::Nolint, false),
    ("eslint-disable-next-line", Tool::Eslint, false),
    ("eslint-disable-line", Tool::Eslint, false),
    ("eslint-disable", Tool::Eslint, true),
    ("biome-ignore", Tool::Biome, false),
    ("nosemgrep", Tool::Semgrep, false),
    ("nosem", Tool::Semgrep, false),
    ("gitleaks:allow", Tool::Scanner, false),
    ("trufflehog:ignore", Tool::Scanner, false),
    ("pragma: allowlist secret", Tool::Scanner, false),
];

/// What one comment, its markers included, says to other tools. One comment may speak to several:
/// `# noqa: S608 # nosec B608`.
pub(super) fn of_comment(comment: &str) -> Vec<Remark<'_>> {
    let mut remarks = Vec::new();
    let pieces = comment.split('#').flat_map(|piece| piece.split("//"));
    for piece in pieces.map(|piece| piece.trim_start_matches(['/', '*', ' ', '\t'])) {
        let opening = OPENINGS
            .iter()
            .find(|(words, ..)| piece.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words)));
        let Some(&(words, tool, is_for_file)) = opening else { continue };
        let codes = if tool == Tool::Scanner { vec![words] } else { codes_of(tool, &piece[words.len()..]) };
        remarks.extend(codes.into_iter().map(|code| Remark { tool, code, is_for_file }));
    }
    remarks
}

/// The codes behind the opening words; they end where the reason begins.
fn codes_of(tool: Tool, rest: &str) -> Vec<&str> {
    let list = match tool {
        // `noqa:S608,E501` and `noqa: S608 E501`: the first word that is no code begins the reason.
        Tool::Noqa | Tool::Nosec => rest.trim_start_matches([':', ' ']),
        Tool::Nolint => rest.strip_prefix(':').unwrap_or_default().split_whitespace().next().unwrap_or_default(),
        Tool::Semgrep => rest.strip_prefix(':').unwrap_or_default().split("--").next().unwrap_or_default(),
        Tool::Scanner => "",
        Tool::Eslint => rest.split("--").next().unwrap_or_default(),
        Tool::Biome => rest.split(':').next().unwrap_or_default(),
    };
    let words = list.split([',', ' ', '\t', '*', '\n', '\r']).filter(|word| !word.is_empty());
    match tool {
        Tool::Noqa | Tool::Nosec => words.take_while(|word| is_numbered(word)).collect(),
        Tool::Nolint | Tool::Eslint | Tool::Biome | Tool::Semgrep | Tool::Scanner => {
            words.take_while(|word| *word != "/").collect()
        }
    }
}

/// `S608`, `BLE001`, `G201`.
fn is_numbered(word: &str) -> bool {
    let letters = word.chars().take_while(char::is_ascii_uppercase).count();
    letters > 0 && word.len() > letters && word[letters..].chars().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(comment: &str) -> Vec<(Tool, &str, bool)> {
        of_comment(comment).into_iter().map(|remark| (remark.tool, remark.code, remark.is_for_file)).collect()
    }

    #[test]
    fn forms_of_other_tools() {
        assert_eq!(said("# noqa: S608"), [(Tool::Noqa, "S608", false)]);
        assert_eq!(
            said("# NOQA:S608,E501 the table is ours"),
            [(Tool::Noqa, "S608", false), (Tool::Noqa, "E501", false)]
        );
        assert_eq!(said("# ruff: noqa: S105"), [(Tool::Noqa, "S105", true)]);
        assert_eq!(said("# type: ignore # noqa: S608"), [(Tool::Noqa, "S608", false)]);
        assert_eq!(said("# nosec B608"), [(Tool::Nosec, "B608", false)]);
        assert_eq!(said("// #nosec G201 -- fixed list"), [(Tool::Nosec, "G201", false)]);
        assert_eq!(said("/* #nosec G101 */"), [(Tool::Nosec, "G101", false)]);
        assert_eq!(
            said("//nolint:gosec,nilerr // why"),
            [(Tool::Nolint, "gosec", false), (Tool::Nolint, "nilerr", false)]
        );
        assert_eq!(said("// eslint-disable-next-line no-empty -- why"), [(Tool::Eslint, "no-empty", false)]);
        assert_eq!(
            said("/* eslint-disable no-empty, @typescript-eslint/no-empty-function */"),
            [(Tool::Eslint, "no-empty", true), (Tool::Eslint, "@typescript-eslint/no-empty-function", true)]
        );
        assert_eq!(
            said("// biome-ignore lint/suspicious/noEmptyBlockStatements: why"),
            [(Tool::Biome, "lint/suspicious/noEmptyBlockStatements", false)]
        );
    }

    #[test]
    fn semgrep_and_scanners_of_secrets() {
        let code = "python.lang.security.audit.formatted-sql-query";
        assert_eq!(said(&format!("# nosemgrep: {code} -- fixed names")), [(Tool::Semgrep, code, false)]);
        assert_eq!(
            said("// nosem: a.sql_injection, b.c"),
            [(Tool::Semgrep, "a.sql_injection", false), (Tool::Semgrep, "b.c", false)]
        );
        assert!(Tool::Semgrep.is_same("*sql*", code) && Tool::Semgrep.is_same("*sql-inj*", "a.sql_injection"));
        assert!(!Tool::Semgrep.is_same("*sql*", "sql.audit.eval-detected"));
        for comment in ["# gitleaks:allow", "// trufflehog:ignore", "# pragma: allowlist secret"] {
            assert_eq!(said(comment).len(), 1, "{comment}");
        }
    }

    #[test]
    fn a_comment_without_a_code_says_nothing() {
        for comment in [
            "# noqa",
            "# nosec",
            "# nosemgrep",
            "//nolint",
            "// nolint everything",
            "/* eslint-disable */",
            "# see noqa: S608",
        ] {
            assert_eq!(said(comment), [], "{comment}");
        }
    }
}
