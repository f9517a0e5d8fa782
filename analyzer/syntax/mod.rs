//! Parsing with tree-sitter: one parser per thread and language, kind and field ids resolved once.
//!
//! Knows the grammars. Does not know what any node means.
//! Invariant: no kind or field is looked up by name during a walk.

pub mod allocator;
mod budget;
pub mod flat;
mod go_new;
mod typescript_gaps;

use crate::source::Language;
use std::cell::RefCell;
use tree_sitter::{Parser, Tree};

pub fn grammar(language: Language) -> tree_sitter::Language {
    match language {
        Language::Python => tree_sitter_python::LANGUAGE.into(),
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
        Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
        Language::Go => tree_sitter_go::LANGUAGE.into(),
    }
}

thread_local! {
    static PARSERS: RefCell<Vec<(Language, Parser)>> = const { RefCell::new(Vec::new()) };
}

/// Why a file has no tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseFailure {
    /// The parser would take far more steps than the file has text for.
    Budget,
    /// The grammar could not be loaded.
    Grammar,
}

impl std::fmt::Display for ParseFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ParseFailure::Budget => "cannot be parsed in a reasonable number of steps",
            ParseFailure::Grammar => "cannot be parsed: the grammar does not load",
        })
    }
}

/// Parses one file. The budget counts steps of the parser, never time, so that the same bytes always end the same way. Spans of the tree hold for `bytes`; see `typescript_gaps` for what is read
/// in their place.
pub fn parse(language: Language, bytes: &[u8]) -> Result<Tree, ParseFailure> {
    if language == Language::Python && budget::joins_too_many_lines(bytes) {
        return Err(ParseFailure::Budget);
    }
    PARSERS.with_borrow_mut(|parsers| {
        let index = if let Some(index) = parsers.iter().position(|(of, _)| *of == language) {
            index
        } else {
            allocator::pin();
            let mut parser = Parser::new();
            parser.set_language(&grammar(language)).map_err(|_| ParseFailure::Grammar)?;
            parsers.push((language, parser));
            parsers.len() - 1
        };
        let parser = &mut parsers[index].1;
        let tree = budget::parse(parser, &typescript_gaps::readable(language, bytes)).ok_or(ParseFailure::Budget)?;
        if language == Language::Go
            && tree.root_node().has_error()
            && let Some(copy) = go_new::with_values_of_new_as_calls(bytes)
            && let Some(better) = budget::parse(parser, copy.as_ref())
            && error_count(&better) < error_count(&tree)
        {
            return Ok(better);
        }
        Ok(tree)
    })
}

/// Kind ids of a grammar, resolved by name once; see `kinds!`.
pub fn kind_id(language: &tree_sitter::Language, name: &str, named: bool) -> u16 {
    language.id_for_node_kind(name, named)
}

/// Nodes of a tree, by a visit with one cursor.
pub fn node_count(tree: &Tree) -> usize {
    let mut count = 0;
    visit(tree, |_| count += 1);
    count
}

/// ERROR and MISSING nodes of a tree.
pub fn error_count(tree: &Tree) -> usize {
    let mut count = 0;
    visit(tree, |node| count += usize::from(node.is_error() || node.is_missing()));
    count
}

/// Every node in document order, without recursion.
fn visit(tree: &Tree, mut seen: impl FnMut(tree_sitter::Node)) {
    let mut cursor = tree.walk();
    loop {
        seen(cursor.node());
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}
