//! One verdict per literal: what the detectors said of it, the strongest first, and where it is used.
//!
//! Knows verdicts and bindings. Does not know the IR.
//! Invariant: a value that says itself what it is (a token, a connection string) keeps its own severity.
//! Invariant: findings come in the order of their places.

use super::RULE;
use super::bindings::Binding;
use super::context::PathContext;
use super::grading::{self, Verdict};
use super::wording::{self, Subject};
use crate::findings::{Category, Confidence, Finding, Related, Severity};
use crate::secrets::tokens::Hit;
use crate::secrets::urls::{self, Connection};
use crate::secrets::values::Shape;
use crate::source::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

/// What is known about one literal so far.
struct Case {
    verdict: Verdict,
    subject: Subject,
    setting: Option<String>,
    value: String,
    /// The value says itself what it is: a name adds nothing to its severity.
    is_structured: bool,
    /// The subject is where it is used, and may have a name of its own.
    is_used: bool,
    related: Vec<(Span, String)>,
}

/// Cases by the span that is shown; public tokens block their literal.
#[derive(Default)]
pub(super) struct Cases {
    by_span: BTreeMap<(u32, u32), Case>,
    public: BTreeSet<(u32, u32)>,
}

impl Cases {
    /// A token at the place that is shown for it.
    pub(super) fn token(&mut self, hit: &Hit, shown: Span, subject: Subject, value: String, context: PathContext) {
        if hit.token.public {
            self.public.insert((shown.start, shown.end));
            return;
        }
        let Some(verdict) = grading::of_token(hit, context) else { return };
        self.add(
            shown,
            Case { verdict, subject, setting: None, value, is_structured: true, is_used: false, related: Vec::new() },
        );
    }

    /// The password in a text that may be a connection string.
    pub(super) fn connection(&mut self, text: &str, span: Span, context: PathContext, bindings: &[Binding]) {
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
        self.connection_of(found, span, subject, is_default, context);
    }

    /// A password that was found in a connection string.
    pub(super) fn connection_of(
        &mut self,
        found: Connection,
        span: Span,
        subject: Subject,
        is_default: bool,
        context: PathContext,
    ) {
        if context.is_test || context.is_example {
            return;
        }
        // `postgres://postgres:p0stgres@db:5432/app` of a developer's composition.
        let is_local = found.is_local || (context.is_development && found.is_undotted);
        let severity = match (is_local, found.shape) {
            (false, Shape::Random | Shape::Weak) => Severity::Major,
            (false, _) | (true, Shape::Random | Shape::Weak) => Severity::Minor,
            (true, _) => Severity::Info,
        };
        let severity = if is_default || context.is_development {
            if is_local { Severity::Info } else { severity.min(Severity::Minor) }
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
            Case {
                verdict,
                subject,
                setting: None,
                value: found.password,
                is_structured: true,
                is_used: false,
                related: Vec::new(),
            },
        );
    }

    pub(super) fn binding(&mut self, binding: &Binding, context: PathContext) {
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
                    is_used: binding.text.is_indirect,
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

    pub(super) fn into_findings(
        mut self,
        file: FileId,
        bindings: &[Binding],
        recommend: impl Fn(&Verdict, &Subject) -> String,
        symbol: impl Fn(Span) -> String,
    ) -> Vec<Finding> {
        for binding in bindings {
            let span = binding.text.span;
            if let Some(case) = self.by_span.get_mut(&(span.start, span.end)) {
                // `const key = "…"; … .sign(key)`: the literal is known by the name that it is written to.
                if !binding.text.is_indirect && case.is_used && !binding.is_callee {
                    case.subject = binding.subject();
                    case.is_used = false;
                }
                let note = match (binding.of, binding.text.is_indirect) {
                    (Some(known), _) => format!("used as the {} here", known.what),
                    (None, true) => format!("bound to `{}` here", binding.name),
                    (None, false) => continue,
                };
                let is_itself = binding.place.contains(span) && case.related.is_empty() && !binding.text.is_indirect;
                match case.related.iter_mut().find(|(at, _)| *at == binding.place) {
                    // What a call takes says more than the name of its method.
                    Some((_, known)) if binding.of.is_some() => *known = note,
                    None if !is_itself => case.related.push((binding.place, note)),
                    Some(_) | None => {}
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
