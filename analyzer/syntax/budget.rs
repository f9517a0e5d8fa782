//! Ends the parse of a file that would take forever, at the same place on every machine.
//!
//! Knows how tree-sitter reports progress and what it is slow at. Does not know time.
//! Invariant: after a parse that was ended, the parser is as good as new.

use std::ops::ControlFlow;
use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

/// Reports of progress per 1,000 bytes after which a parse is ended; tree-sitter reports after every 100 steps. Ordinary
/// code takes 5, chains of operators and calls 40 (measured on 70 files made to be slow).
const STEPS_PER_KILOBYTE: usize = 400;
const STEPS_FOR_ANY: usize = 10_000;

/// Lines that Python may join with backslashes: the grammar's scanner reads each such run again from its start, so that
/// n lines cost n² / 2 (30,000 lines take a second, 300,000 two minutes). Real code joins fewer than 100.
const MAX_JOINED_LINES: usize = 20_000;

/// Parses, or gives up.
pub(super) fn parse(parser: &mut Parser, bytes: &[u8]) -> Option<Tree> {
    parse_within(parser, bytes, STEPS_FOR_ANY + bytes.len() / 1000 * STEPS_PER_KILOBYTE)
}

fn parse_within(parser: &mut Parser, bytes: &[u8], steps: usize) -> Option<Tree> {
    let mut left = steps;
    let mut goes_on = |_: &ParseState| {
        left = left.saturating_sub(1);
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut goes_on);
    let tree = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options));
    if tree.is_none() {
        // Otherwise the next file would be taken for the rest of this one.
        parser.reset();
    }
    tree
}

/// Whether a Python file joins more lines with backslashes than its grammar reads in reasonable time.
pub(super) fn joins_too_many_lines(bytes: &[u8]) -> bool {
    let mut run = 0;
    let mut previous_end = 0;
    for at in memchr::memmem::find_iter(bytes, b"\\\n") {
        let is_next_line = memchr::memchr(b'\n', &bytes[previous_end..at]).is_none();
        run = if is_next_line { run + 1 } else { 1 };
        if run > MAX_JOINED_LINES {
            return true;
        }
        previous_end = at + 2;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Language;

    #[test]
    fn a_parse_ends_and_the_next_one_is_whole() {
        let mut parser = Parser::new();
        parser.set_language(&super::super::grammar(Language::Python)).expect("the grammar loads");
        let long = "x = 1 + 2\n".repeat(10_000);
        assert!(parse_within(&mut parser, long.as_bytes(), 10).is_none());
        let tree = parse(&mut parser, b"y = 3\n").expect("a short file");
        assert_eq!(
            tree.root_node().to_sexp(),
            "(module (expression_statement (assignment left: (identifier) right: (integer))))"
        );
        assert!(parse(&mut parser, long.as_bytes()).is_some());
    }

    #[test]
    fn joined_lines_are_counted_per_statement() {
        assert!(!joins_too_many_lines("x = 1 + \\\n 2\n".repeat(MAX_JOINED_LINES + 1).as_bytes()));
        assert!(joins_too_many_lines("x = 1 + \\\n".repeat(MAX_JOINED_LINES + 1).as_bytes()));
        assert!(!joins_too_many_lines(b""));
    }
}
