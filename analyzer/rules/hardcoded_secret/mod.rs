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
mod context;
mod fold;
mod grading;
mod uses;
mod wording;

pub use context::PathContext;

use crate::findings::{Category, Confidence, Finding, Related, Severity};
use crate::ir::{BinaryOp, ExprId, ExprKind, FnId, Lit, Module, StmtKind};
use crate::secrets::tokens::{self, Hit};
use crate::secrets::urls;
use crate::secrets::values::{HOLE, Shape};
use crate::source::{FileId, Language, LineIndex, Span};
use bindings::Binding;
use fold::Program;
use grading::Verdict;
use std::collections::{BTreeMap, BTreeSet};
use wording::Subject;

const RULE: &str = "hardcoded-secret";

/// All committed credentials of one file.
pub fn run(file: FileId, language: Language, module: &Module, bytes: &[u8], context: PathContext) -> Vec<Finding> {
    let program = Program::new(module);
    let family = language.family();
    let bindings = bindings::all(&program, family);
    let literals = Literals::new(&program);
    let mut cases = Cases::default();

    for hit in tokens::scan(bytes) {
        let span = Span::new(hit.start, hit.end);
        let value = String::from_utf8_lossy(&bytes[hit.start..hit.end]).into_owned();
        let is_comment = module.comments.iter().any(|comment| comment.contains(span));
        cases.token(&hit, literals.around(span), is_comment, span, value, context, bytes);
    }
    for (id, text) in literals.joined(bytes) {
        let span = module.expr(id).span;
        for hit in tokens::scan(text.as_bytes()) {
            let value = text[hit.start..hit.end].to_owned();
            cases.token(&hit, Some(span), false, span, value, context, bytes);
        }
    }
    for (id, text) in literals.connections() {
        cases.connection(&text, module.expr(id).span, context, &bindings);
    }
    for binding in &bindings {
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

/// What is known about one literal so far.
struct Case {
    verdict: Verdict,
    subject: Subject,
    setting: Option<String>,
    value: String,
    /// The value says itself what it is: a name adds nothing to its severity.
    is_structured: bool,
    related: Vec<(Span, String)>,
}

/// Cases by the span that is shown; public tokens block their literal.
#[derive(Default)]
struct Cases {
    by_span: BTreeMap<(u32, u32), Case>,
    public: BTreeSet<(u32, u32)>,
}

impl Cases {
    #[expect(clippy::too_many_arguments, reason = "the parts of one token with its place")]
    fn token(
        &mut self,
        hit: &Hit,
        literal: Option<Span>,
        is_comment: bool,
        span: Span,
        value: String,
        context: PathContext,
        bytes: &[u8],
    ) {
        // A literal of several lines holds more than the token: the token itself is shown then, a key in full.
        let lines = |span: Span| bytecount_lines(bytes, span);
        let shown = match literal {
            Some(literal) if lines(literal) <= lines(span).max(1) => literal,
            _ => span,
        };
        if hit.token.public {
            self.public.insert((shown.start, shown.end));
            return;
        }
        let Some(verdict) = grading::of_token(hit, context) else { return };
        let case = Case {
            verdict,
            subject: if is_comment { Subject::Comment } else { Subject::Literal },
            setting: None,
            value,
            is_structured: true,
            related: Vec::new(),
        };
        self.add(shown, case);
    }

    fn connection(&mut self, text: &str, span: Span, context: PathContext, bindings: &[Binding]) {
        if context.is_test || context.is_example {
            return;
        }
        let Some(found) = urls::find(text) else { return };
        let of = bindings.iter().filter(|binding| binding.text.span == span);
        let mut is_default = false;
        let mut subject = Subject::Literal;
        let mut is_sample = false;
        for binding in of {
            is_default |= binding.text.is_default;
            is_sample |= binding.is_sample;
            if subject == Subject::Literal {
                subject = binding.subject();
            }
        }
        if is_sample {
            return;
        }
        let severity = match (found.is_local, found.shape) {
            (false, Shape::Random | Shape::Weak) => Severity::Major,
            (false, _) | (true, Shape::Random | Shape::Weak) => Severity::Minor,
            (true, _) => Severity::Info,
        };
        let severity = if is_default || context.is_development {
            if found.is_local { Severity::Info } else { severity.min(Severity::Minor) }
        } else {
            severity
        };
        let kind = if found.scheme.is_empty() {
            "password of a connection string".to_owned()
        } else {
            format!("password of a {} URL", found.scheme)
        };
        let verdict =
            Verdict { severity, confidence: Confidence::High, kind, is_random: found.shape >= Shape::Weak, is_default };
        self.add(
            span,
            Case { verdict, subject, setting: None, value: found.password, is_structured: true, related: Vec::new() },
        );
    }

    fn binding(&mut self, binding: &Binding, context: PathContext) {
        let span = binding.text.span;
        let existing = self.by_span.get_mut(&(span.start, span.end));
        let verdict = grading::of_binding(binding, context);
        match (existing, verdict) {
            (Some(case), verdict) => {
                if case.subject.is_weaker_than(&binding.subject()) {
                    case.subject = binding.subject();
                }
                let stronger =
                    verdict.filter(|verdict| !case.is_structured && verdict.severity > case.verdict.severity);
                if let Some(verdict) = stronger {
                    case.verdict = verdict;
                }
            }
            (None, Some(verdict)) => {
                let case = Case {
                    verdict,
                    subject: binding.subject(),
                    setting: binding.text.is_default.then(|| binding.name.clone()),
                    value: binding.text.value.clone(),
                    is_structured: false,
                    related: Vec::new(),
                };
                self.add(span, case);
            }
            (None, None) => {}
        }
    }

    /// The stronger of two cases at one place stays.
    fn add(&mut self, span: Span, case: Case) {
        let key = (span.start, span.end);
        match self.by_span.get(&key) {
            Some(known) if known.verdict.severity >= case.verdict.severity => {}
            _ => {
                self.by_span.insert(key, case);
            }
        }
    }

    fn into_findings(
        mut self,
        file: FileId,
        bindings: &[Binding],
        recommend: impl Fn(&Verdict, &Subject) -> String,
        symbol: impl Fn(Span) -> String,
    ) -> Vec<Finding> {
        for binding in bindings {
            let span = binding.text.span;
            if let Some(case) = self.by_span.get_mut(&(span.start, span.end)) {
                let note = match (binding.of, binding.text.is_indirect) {
                    (Some(known), _) => format!("used as the {} here", known.what),
                    (None, true) => format!("bound to `{}` here", binding.name),
                    (None, false) => continue,
                };
                let is_itself = binding.place.contains(span) && case.related.is_empty() && !binding.text.is_indirect;
                if !is_itself && !case.related.iter().any(|(at, _)| *at == binding.place) {
                    case.related.push((binding.place, note));
                }
            }
        }
        let mut findings = Vec::new();
        for ((start, end), case) in self.by_span {
            if self.public.contains(&(start, end)) {
                continue;
            }
            let span = Span { start, end };
            findings.push(Finding {
                rule: RULE,
                category: Category::Security,
                severity: case.verdict.severity,
                confidence: case.verdict.confidence,
                file,
                span,
                title: wording::title(&case.verdict, &case.subject),
                evidence: wording::evidence(&case.verdict, &case.subject, &case.value, case.setting.as_deref()),
                recommendation: recommend(&case.verdict, &case.subject),
                symbol: symbol(span),
                fingerprint_text: Some(format!("{} {}", case.verdict.kind, case.subject.identity())),
                related: case.related.into_iter().map(|(span, note)| Related { file, span, note }).collect(),
            });
        }
        findings
    }
}

/// Line breaks inside a span, plus one.
fn bytecount_lines(bytes: &[u8], span: Span) -> usize {
    let index = LineIndex::new(&bytes[span.start as usize..(span.end as usize).min(bytes.len())]);
    index.count()
}

/// The literals of a module and what is made of them.
struct Literals<'p, 'm> {
    program: &'p Program<'m>,
    /// Spans of string literals and templates, by start.
    spans: Vec<Span>,
    /// Expressions that are text and not a part of a longer text.
    roots: Vec<ExprId>,
    /// Docstrings and other texts that are nobody's operand.
    unused: BTreeSet<ExprId>,
}

impl<'p, 'm> Literals<'p, 'm> {
    fn new(program: &'p Program<'m>) -> Literals<'p, 'm> {
        let module = program.module;
        let is_text = |id: ExprId| {
            matches!(
                module.expr(id).kind,
                ExprKind::Lit(Lit::Str(_)) | ExprKind::Template(_) | ExprKind::Binary { op: BinaryOp::Add, .. }
            )
        };
        let mut spans = Vec::new();
        let mut roots = Vec::new();
        for index in 0..module.exprs.len() {
            let id = ExprId(index as u32);
            if !is_text(id) {
                continue;
            }
            if !matches!(module.expr(id).kind, ExprKind::Binary { .. }) {
                spans.push(module.expr(id).span);
            }
            if !program.parent(id).is_some_and(is_text) {
                roots.push(id);
            }
        }
        spans.sort_unstable();
        let unused = module
            .stmts
            .iter()
            .filter_map(|stmt| match stmt.kind {
                StmtKind::Expr(id) => Some(id),
                _ => None,
            })
            .collect();
        Literals { program, spans, roots, unused }
    }

    /// The smallest literal that holds a span.
    fn around(&self, span: Span) -> Option<Span> {
        let end = self.spans.partition_point(|literal| literal.start <= span.start);
        self.spans[..end].iter().rev().take(64).find(|literal| literal.contains(span)).copied()
    }

    /// Texts that do not stand in the file as they are: concatenations, adjacent literals, escapes.
    fn joined(&self, bytes: &[u8]) -> Vec<(ExprId, String)> {
        let module = self.program.module;
        let mut found = Vec::new();
        for &id in &self.roots {
            let is_plain = matches!(module.expr(id).kind, ExprKind::Lit(_));
            let Some(text) = (if is_plain { self.program.written(id) } else { self.program.text(id) }) else {
                continue;
            };
            if text.len() < 16 || text.len() > 8192 {
                continue;
            }
            let span = module.expr(id).span;
            let source = &bytes[span.start as usize..(span.end as usize).min(bytes.len())];
            if memchr::memmem::find(source, text.as_bytes()).is_none() {
                found.push((id, text));
            }
        }
        found
    }

    /// Texts that may hold a connection string, with holes for variables.
    fn connections(&self) -> Vec<(ExprId, String)> {
        let roots = self.roots.iter().filter(|id| !self.unused.contains(id));
        roots
            .filter_map(|&id| {
                let text = self.program.written(id)?;
                let may_be =
                    (text.contains("://") && text.contains('@')) || text.contains('=') || text.contains("@tcp(");
                (may_be && text.chars().any(|c| c != HOLE)).then_some((id, text))
            })
            .collect()
    }
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
