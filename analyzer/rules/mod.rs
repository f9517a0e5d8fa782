//! Facts become findings: one file per rule.
//!
//! Knows facts, project and models. Does not know syntax, files on disk, or how findings are printed.
//! Invariant: a rule reads facts only; what it would have to compute belongs to `flow` or `project`.

pub mod cards;
pub mod hardcoded_secret;
mod n_plus_one;
mod severity;
mod sql_interpolation;
mod swallowed_exception;
mod unpaginated_list;
mod words;
mod written;

use crate::findings::{Confidence, Finding};
use crate::flow::facts::FileFacts;
use crate::flow::value::{EntityRef, Evidence};
use crate::ir::{ExprId, FnId};
use crate::models::lookup::Models;
use crate::models::schema::Context;
use crate::project::{Project, Unit};
use crate::source::Span;
use rustc_hash::FxHashSet;
use std::time::{Duration, Instant};

use self::written::Written;

/// What a rule sees of one file.
pub struct Input<'a, 'm> {
    pub project: &'a Project<'m>,
    pub unit: &'a Unit,
    pub models: &'m Models,
    pub facts: &'a FileFacts,
    pub across: &'a Across,
    /// The file is test code by its path, and this run does not report on test code.
    pub is_test: bool,
    /// Functions of the project that count as handling an error, by their last name.
    pub error_handlers: &'a [String],
}

/// What the facts of all files together say.
#[derive(Debug, Default)]
pub struct Across {
    /// Entities that some answer gives a page of.
    paged: FxHashSet<EntityRef>,
    written: Written,
    /// Entities whose rows an administration interface edits.
    administered: FxHashSet<EntityRef>,
}

impl Across {
    pub fn of(project: &Project<'_>, facts: &[FileFacts]) -> Across {
        let pages = facts.iter().flat_map(|facts| &facts.responses).map(|response| &response.rows);
        let paged =
            pages.filter(|rows| rows.query.bounded && !rows.sliced).filter_map(|rows| rows.query.entity.clone());
        let administered = facts.iter().flat_map(|facts| &facts.administered).map(|class| EntityRef::Class(*class));
        Across { paged: paged.collect(), written: Written::of(project, facts), administered: administered.collect() }
    }
}

/// The time of each rule, in their order.
pub type Spent = [Duration; cards::RULES.len()];

/// All findings of one file, in no particular order, and what each rule took.
pub fn of_file(input: &Input<'_, '_>) -> (Vec<Finding>, Spent) {
    let mut findings = Vec::new();
    let spent = cards::RULES.map(|rule| {
        let from = Instant::now();
        find(rule, input, &mut findings);
        from.elapsed()
    });
    (findings, spent)
}

/// What one rule finds in a file.
fn find(rule: &str, input: &Input<'_, '_>, findings: &mut Vec<Finding>) {
    let in_browser = input.unit.is_frontend;
    // What a page does to a store is to read relations of what it is given.
    if input.unit.is_template && rule != "n-plus-one" {
        return;
    }
    match rule {
        "n-plus-one" => n_plus_one::find(input, findings),
        "swallowed-exception" if !in_browser => swallowed_exception::find(input, findings),
        "unpaginated-list" if !in_browser => unpaginated_list::find(input, findings),
        "sql-interpolation" => sql_interpolation::find(input, findings),
        "hardcoded-secret" => findings.extend(hardcoded_secrets(input)),
        _ => {}
    }
}

/// Places that a finding names besides its own: more routes than these say nothing new.
const MAX_RELATED: usize = 8;

/// Keeps one finding of a rule per place: what several handlers answer with is one query, and all of them stand with it.
pub fn settle(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        (a.file, a.span.start, a.span.end, a.rule)
            .cmp(&(b.file, b.span.start, b.span.end, b.rule))
            .then(b.severity.cmp(&a.severity))
            .then_with(|| a.title.cmp(&b.title))
    });
    findings.dedup_by(|next, first| {
        let is_same = (next.file, next.span, next.rule) == (first.file, first.span, first.rule)
            && match first.rule {
                "unpaginated-list" | "n-plus-one" => true,
                "sql-interpolation" => sql_interpolation::is_same_text(first, next),
                _ => false,
            };
        if is_same && first.rule != "n-plus-one" {
            let others = next.related.drain(..).filter(|related| !first.related.contains(related));
            let others: Vec<_> = others.take(MAX_RELATED.saturating_sub(first.related.len())).collect();
            first.related.extend(others);
        }
        is_same
    });
}

/// The rule sees one file; which calls take credentials is what the interpreter resolved, or what the path says.
fn hardcoded_secrets(input: &Input<'_, '_>) -> Vec<Finding> {
    let Input { unit, models, facts, .. } = *input;
    let position = |id: ExprId, method: Option<&str>, path: &dyn Fn() -> Option<String>, args: usize| {
        let resolved = facts.calls.get(&id).and_then(|target| target.model);
        let by_path = || match method {
            Some(name) if !models.may_take_secret(name) => None,
            _ => models.function(&path()?, args),
        };
        resolved.or_else(by_path).map_or(&[] as &[_], |call| models.call(call).secret.as_slice())
    };
    let context = hardcoded_secret::PathContext::of(&unit.path);
    hardcoded_secret::run(unit.file, unit.language, &unit.module, &unit.bytes, context, &position)
}

impl Input<'_, '_> {
    pub fn snippet(&self, span: Span) -> String {
        words::one_line(&self.unit.snippet(span))
    }

    /// 1-based line of a place.
    pub fn line(&self, span: Span) -> usize {
        words::line(self.unit, span)
    }

    pub fn context(&self, function: FnId) -> Option<Context> {
        self.facts.functions.get(function.index()).and_then(|facts| facts.context)
    }

    pub fn symbol(&self, function: FnId) -> String {
        self.unit.module.qualified_name(function)
    }
}

/// The confidence that evidence allows; one step less when calls were followed.
pub fn confidence_of(evidence: Evidence, through_calls: bool) -> Confidence {
    let direct = match evidence {
        Evidence::Proven | Evidence::Declared => Confidence::High,
        Evidence::Conventional => Confidence::Medium,
        Evidence::None => Confidence::Low,
    };
    if through_calls { direct.min(Confidence::Medium) } else { direct }
}
