//! `hardcoded-secret`: a credential that stands in the code as a literal.
//!
//! ```text
//! literals -> provider tokens, connection strings, names and uses -> one verdict per literal -> findings
//! ```
//!
//! Three detectors look at every file: tokens that say what they are (in the bytes, comments included), texts bound to a
//! credential's name or handed to something that takes one (in the IR), and connection strings. The strongest wins.
//! Knows the IR and `secrets`. Does not know the project: a constant of another file is that file's finding.
//! Invariant: one finding per literal, at the literal; where it is used is a related location.
//! Invariant: no finding holds a value.

mod bindings;
mod cases;
mod context;
mod fold;
mod grading;
mod literals;
mod records;
mod text;
mod uses;
mod wording;

pub use bindings::Known;
pub use context::PathContext;
pub use text::{InText, run_text};

use crate::findings::Finding;
use crate::ir::{FnId, Module};
use crate::secrets::tokens;
use crate::source::{FileId, Language, Span};
use cases::Cases;
use fold::Program;
use literals::Literals;
use wording::Subject;

const RULE: &str = "hardcoded-secret";

/// All committed credentials of one file.
pub fn run(
    file: FileId,
    language: Language,
    module: &Module,
    bytes: &[u8],
    context: PathContext,
    known: Known<'_>,
) -> Vec<Finding> {
    let program = Program::new(module);
    let family = language.family();
    let bindings = bindings::all(&program, known);
    let literals = Literals::new(&program);
    let mut cases = Cases::default();

    for hit in tokens::scan(bytes) {
        let span = Span::new(hit.start, hit.end);
        let value = String::from_utf8_lossy(&bytes[hit.start..hit.end]).into_owned();
        let is_comment = module.comments.iter().any(|comment| comment.contains(span));
        if is_comment && !hit.proven && is_called_example(bytes, hit.start) {
            continue;
        }
        let subject = if is_comment { Subject::Comment } else { Subject::Literal };
        cases.token(&hit, literals.shown(span, bytes).unwrap_or(span), subject, value, context);
    }
    for (id, text) in literals.joined(bytes) {
        let span = module.expr(id).span;
        for hit in tokens::scan(text.as_bytes()) {
            let value = text[hit.start..hit.end].to_owned();
            cases.token(&hit, span, Subject::Literal, value, context);
        }
    }
    for (id, text) in literals.connections() {
        cases.connection(&text, module.expr(id).span, context, &bindings);
    }
    let disclaimed = |binding: &bindings::Binding| {
        [binding.place, binding.text.span].iter().any(|&at| is_disclaimed(module, bytes, at))
    };
    for binding in bindings.iter().filter(|binding| !disclaimed(binding)) {
        cases.binding(binding, context);
    }
    let enclosing = Enclosing { module };
    cases.into_findings(
        file,
        &bindings,
        |verdict, subject| wording::recommendation(verdict, subject, family, module),
        |span| enclosing.symbol(span),
    )
}

/// Whether the words before a place on its line call it an example: `@example token`, `e.g. token`.
fn is_called_example(bytes: &[u8], start: usize) -> bool {
    let line = bytes[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let before = String::from_utf8_lossy(&bytes[line..start]).to_ascii_lowercase();
    before.contains("example") || before.contains("e.g.")
}

/// What people write above a value that only looks like a credential.
const DISCLAIMERS: &[&str] = &[
    "not a secret",
    "not actually",
    "not secret",
    "not sensitive",
    "isn't a secret",
    "no secret",
    "protocol constant",
];

/// The comment right above says that the value is none: `# A protocol constant`, `// This is not actually a secret key`.
fn is_disclaimed(module: &Module, bytes: &[u8], place: Span) -> bool {
    // `export const KEY = …`: the comment stands above the line that the name is on.
    module.comments_above(bytes, place.with_line_start(bytes)).any(|comment| {
        let text = bytes.get(comment.start as usize..comment.end as usize).unwrap_or_default();
        let text = String::from_utf8_lossy(text).to_ascii_lowercase();
        DISCLAIMERS.iter().any(|words| text.contains(words))
    })
}

/// Names around a place.
struct Enclosing<'m> {
    module: &'m Module,
}

impl Enclosing<'_> {
    fn symbol(&self, span: Span) -> String {
        let module = self.module;
        let smallest = |spans: &mut dyn Iterator<Item = (usize, Span)>| {
            spans.filter(|(_, around)| around.contains(span)).min_by_key(|(_, around)| around.end - around.start)
        };
        let function = smallest(&mut module.functions.iter().enumerate().skip(1).map(|(index, f)| (index, f.span)));
        let class = smallest(&mut module.classes.iter().enumerate().map(|(index, c)| (index, c.span)));
        match (function, class) {
            (Some((index, around)), other) if other.is_none_or(|(_, class)| class.contains(around)) => {
                module.qualified_name(FnId(index as u32))
            }
            (_, Some((index, _))) => module.text(module.classes[index].name).to_owned(),
            (_, None) => String::new(),
        }
    }
}
