//! `n-plus-one`: a round trip to a store that runs once per element of a collection.
//!
//! Knows round trips with the loops around them. Does not know libraries or languages.
//! Known false alarm: a loop whose collection is small for a reason that no code shows.

mod beside;

use self::beside::Beside;
use super::words::{self, Places};
use super::{Input, confidence_of, severity};
use crate::findings::{Category, Confidence, Finding, Related, Severity};
use crate::flow::facts::{Hop, LoopFact, LoopId, LoopSource, RoundTrip, RoundTripKind};
use crate::flow::value::{EntityRef, Evidence};
use crate::models::schema::{Context, Cure, Effect};

pub(super) fn find(input: &Input<'_, '_>, findings: &mut Vec<Finding>) {
    let mut reported: Vec<(LoopId, String)> = Vec::new();
    for trip in &input.facts.round_trips {
        let Some((id, at)) = data_loop(input, trip) else { continue };
        if trip.once || input.is_test || !is_per_element(trip) || is_far_from_template(input, trip) {
            continue;
        }
        if input.unit.is_frontend && !is_on_server(input, trip) {
            continue;
        }
        // Several reads of one relation in a loop have one cure.
        let key = match &trip.what {
            RoundTripKind::Relation { name, .. } => name.clone(),
            RoundTripKind::Deferred { name, .. } => format!("column {name}"),
            RoundTripKind::Expired { .. } => "expired".to_owned(),
            // A page asks several times for what it shows: `{% if order.lines.count %}{{ order.lines.count }}{% endif %}`.
            RoundTripKind::Call if input.unit.is_template && trip.query.entity.is_some() => {
                let entity = trip.query.entity.as_ref().map(|entity| words::entity_name(input.project, entity));
                format!("entity {}", entity.unwrap_or_default())
            }
            RoundTripKind::Call if input.unit.is_template && !trip.path.is_empty() => {
                format!("through {}", trip.path.first().map_or("", |hop| hop.name.as_str()))
            }
            RoundTripKind::Call => format!("{}:{}", trip.span.start, trip.span.end),
        };
        let through_same_call =
            !trip.path.is_empty() && findings.iter().any(|f| f.rule == "n-plus-one" && f.span == trip.span);
        if through_same_call || reported.iter().any(|(other, name)| *other == id && *name == key) {
            continue;
        }
        if let Some(finding) = report(input, trip, at) {
            reported.push((id, key));
            findings.push(finding);
        }
    }
}

/// An asynchronous component that reaches a store is rendered where the store is: `await prisma.order.findMany()`.
fn is_on_server(input: &Input<'_, '_>, trip: &RoundTrip) -> bool {
    !input.unit.says("use client") && trip.evidence >= Evidence::Declared
}

/// A page does not know what a tag or a property of the program does: behind more than two further calls there is mostly a
/// setting or a guard that is remembered for the request.
fn is_far_from_template(input: &Input<'_, '_>, trip: &RoundTrip) -> bool {
    const NEAR: usize = 2;
    let is_of_program = |hop: &&Hop| !input.project.unit(hop.file).is_template;
    input.unit.is_template && trip.path.iter().filter(is_of_program).count() > NEAR
}

/// The innermost loop that visits data.
fn data_loop<'a>(input: &'a Input<'_, '_>, trip: &RoundTrip) -> Option<(LoopId, &'a LoopFact)> {
    let loops = || trip.loops.iter().rev().map(|&id| (id, &input.facts.loops[id.0 as usize]));
    let innermost = loops().next()?;
    // Chunks and pages do their own I/O, and so does what encloses them.
    if innermost.1.source == LoopSource::Exempt && trip.loops.len() == 1 {
        return None;
    }
    loops()
        .find(|(_, at)| !matches!(at.source, LoopSource::Exempt | LoopSource::Opaque | LoopSource::Constant))
        .or_else(|| (innermost.1.source == LoopSource::Constant).then_some(innermost))
}

fn is_per_element(trip: &RoundTrip) -> bool {
    match trip.effect {
        Effect::ReadOne | Effect::ReadMany | Effect::ReadScalar | Effect::MaybeRead | Effect::Write => true,
        Effect::Build
        | Effect::ReadBatch
        | Effect::WriteBatch
        | Effect::Fetch
        | Effect::Queue
        | Effect::Transaction
        | Effect::Execute
        | Effect::Remote => false,
    }
}

fn report(input: &Input<'_, '_>, trip: &RoundTrip, at: &LoopFact) -> Option<Finding> {
    let relation = trip.what.is_of_instance();
    let hoist = !trip.varies && !relation;
    // A cached query is run by the first round only.
    let cached = trip.kind.is_some_and(|kind| input.models.kind(kind).fact.caches) && trip.call.is_none();
    // An object loads a relation once and keeps it.
    if relation && !trip.varies {
        return None;
    }
    if hoist && (trip.effect == Effect::Write || cached) {
        return None;
    }
    let severity = grade(input, trip, at, hoist);
    let mut confidence = confidence_of(trip.evidence, !trip.path.is_empty());
    if at.source == LoopSource::Opaque {
        confidence = Confidence::Low;
    }
    let call = input.snippet(trip.span);
    let entity = trip.query.entity.as_ref().map(|entity| words::entity_name(input.project, entity));
    let listed = at.rows.as_ref().and_then(|rows| rows.query.entity.as_ref());
    let element = match (at.element, listed) {
        // `({ id, name }) => …` names the parts of what it visits, and not the whole.
        (Some(span), _) if !input.snippet(span).starts_with(['{', '[']) => input.snippet(span),
        (_, Some(entity)) => words::entity_name(input.project, entity),
        (_, None) if at.implicit => "object".to_owned(),
        (_, None) => "element".to_owned(),
    };
    let source = at.iterable.map_or_else(|| "the collection".to_owned(), |span| input.snippet(span));
    let line = input.line(at.head);
    let way = match trip.path.as_slice() {
        [] => String::new(),
        hops => {
            let names: Vec<String> = hops.iter().map(|hop| format!("`{}`", hop.name)).collect();
            format!(" through {}", names.join(" → "))
        }
    };
    let (title, evidence) = match &trip.what {
        RoundTripKind::Relation { name, owner, .. } if at.implicit && at.span == trip.span => {
            let owner = words::entity_name(input.project, owner);
            (
                format!("Relation loaded row by row: {owner}.{name} costs a query for each {owner} that is read"),
                format!("`{call}` has every {owner} load it on its own, as soon as a query reads some"),
            )
        }
        RoundTripKind::Relation { name, owner, .. } => {
            let owner = words::entity_name(input.project, owner);
            (
                format!("Lazy relation in a loop: {owner}.{name} is loaded once per {element}"),
                format!("`{call}`{way} runs a query for every {owner} of `{source}` (loop at line {line})"),
            )
        }
        RoundTripKind::Deferred { name, owner } => {
            let owner = words::entity_name(input.project, owner);
            (
                format!("Deferred column in a loop: {owner}.{name} is loaded once per {element}"),
                format!(
                    "`{call}` reads a column that the query left out, for every {owner} of `{source}` (loop at line {line})"
                ),
            )
        }
        RoundTripKind::Expired { owner } => {
            let owner = words::entity_name(input.project, owner);
            (
                format!("Rows are read again after a commit: {owner} is reloaded once per {element}"),
                format!(
                    "the commit before made every {owner} of `{source}` stale, so that `{call}` reads its row again (loop at line {line})"
                ),
            )
        }
        RoundTripKind::Call if is_per_item(input, trip) => (
            format!("One statement per row: {} sends each item on its own", short(&call)),
            format!("`{call}` is one call, but a round trip per item of `{source}`"),
        ),
        RoundTripKind::Call if at.implicit && !hoist => {
            let what = entity.clone().unwrap_or_else(|| "a row".to_owned());
            let symbol = input.symbol(trip.function);
            (
                format!("Query per object: {symbol} fetches {what} once per {element}"),
                format!("`{call}`{way} runs once per object of a list, because `{symbol}` is called for each"),
            )
        }
        RoundTripKind::Call if hoist => (
            format!("Same query in every round: {} does not depend on the loop", short(&call)),
            format!(
                "`{call}`{way} runs again for every element of `{source}` (loop at line {line}), with the same arguments"
            ),
        ),
        RoundTripKind::Call if !trip.path.is_empty() && entity.is_none() => {
            let name = trip.path.first().map_or("", |hop| hop.name.as_str());
            (
                format!("Query in a loop: {name} queries once per {element}"),
                format!("`{call}`{way} runs a query per element of `{source}` (loop at line {line})"),
            )
        }
        RoundTripKind::Call => {
            let what = entity.clone().unwrap_or_else(|| "a row".to_owned());
            let verb = if trip.effect == Effect::Write { "written" } else { "fetched" };
            (
                format!("Query in a loop: {what} is {verb} once per {element}"),
                format!("`{call}`{way} runs once per element of `{source}` (loop at line {line})"),
            )
        }
    };
    let model = entity.unwrap_or_default();
    let path = match &trip.what {
        RoundTripKind::Relation { name, .. } | RoundTripKind::Deferred { name, .. } => name.clone(),
        RoundTripKind::Call => trip.query.through.as_deref().unwrap_or_default().to_owned(),
        RoundTripKind::Expired { .. } => String::new(),
    };
    let of_rows = at.rows.as_ref().filter(|_| !trip.path.is_empty() || relation).and_then(|rows| rows.query.origin);
    let origin = trip.query.origin.or(of_rows);
    let built = origin.filter(|(file, _)| *file != input.unit.file);
    let hops = trip.query.below.as_deref().map_or_else(|| path.clone(), |hops| format!("{hops}.{path}"));
    let places = Places {
        model: &model,
        path: &path,
        hops: &hops,
        element: &element,
        source: &source,
        value: "",
        call: &call,
        line: origin.map_or(line, |(file, span)| words::line(input.project.unit(file), span)),
        file: built.map_or("", |(file, _)| &input.project.unit(file).path),
    };
    let recommendation = if hoist {
        format!("Run it once before line {line} and use the result in the loop")
    } else if matches!(trip.what, RoundTripKind::Expired { .. }) {
        "Build the answer before the commit, or read the rows once more with one query after it".to_owned()
    } else if at.implicit && input.facts.functions[trip.function.index()].route.is_some() {
        "Load it through a `DataLoader` of the request, which reads the keys of all objects with one query".to_owned()
    } else {
        words::fix(input.models, trip.kind, cure(trip), &places).unwrap_or_else(|| default_fix(trip).to_owned())
    };
    let evidence = if is_beside_transfer(trip, at) {
        format!("{evidence}; each round also waits for a service outside")
    } else {
        evidence
    };
    let beside = Beside::of(input, trip);
    let (evidence, recommendation) = match beside.listed() {
        Some(listed) => (
            format!("{evidence}; the same call queries {listed} as often"),
            format!("{recommendation}; likewise for {listed}"),
        ),
        None => (evidence, recommendation),
    };
    let note = if at.implicit { "called once per object" } else { "loop" };
    let mut related = vec![Related { file: input.unit.file, span: at.head, note: note.to_owned() }];
    if let Some(rows) = &at.rows
        && rows.span != trip.span
    {
        related.push(Related {
            file: rows.file,
            span: rows.span,
            note: "the rows of the loop are read here".to_owned(),
        });
    }
    let starts = at.rows.as_ref().and_then(|rows| rows.query.origin.filter(|&origin| origin != (rows.file, rows.span)));
    if let Some((file, span)) = starts.filter(|&origin| origin != (input.unit.file, trip.span)) {
        related.push(Related { file, span, note: "their query starts here".to_owned() });
    }
    for hop in trip.path.iter().skip(1) {
        related.push(Related { file: hop.file, span: hop.span, note: format!("calls {}", hop.name) });
    }
    if !trip.path.is_empty() {
        related.push(Related { file: trip.site.0, span: trip.site.1, note: "the query".to_owned() });
    }
    related.extend(beside.places);
    // Rows that no query of the program reads are another relation's: the declaration is where it can be cured too.
    if let RoundTripKind::Relation { name, owner: EntityRef::Class(class), .. } = &trip.what
        && origin.is_none()
    {
        let unit = input.project.unit(class.file);
        let mut fields = unit.module.class(class.id).fields.iter();
        if let Some(field) = fields.find(|field| unit.module.text(field.name) == name) {
            related.push(Related { file: class.file, span: field.span, note: format!("{name} is declared here") });
        }
    }
    Some(Finding {
        rule: "n-plus-one",
        category: Category::Performance,
        severity,
        confidence,
        file: input.unit.file,
        span: trip.span,
        title,
        evidence,
        recommendation,
        symbol: input.symbol(trip.function),
        fingerprint_text: None,
        related,
    })
}

fn grade(input: &Input<'_, '_>, trip: &RoundTrip, at: &LoopFact, hoist: bool) -> Severity {
    let context = input.context(trip.function);
    if severity::is_offline(context) || at.source == LoopSource::Constant {
        return Severity::Pedantic;
    }
    let kind = trip.kind.map(|kind| &input.models.kind(kind).fact);
    // A callee may well see something new in every round.
    let unsure = hoist && !trip.path.is_empty();
    let is_cheap = kind.is_some_and(|kind| kind.embedded || kind.cache_store) || is_beside_transfer(trip, at);
    if is_cheap || trip.searches || unsure || is_per_item(input, trip) {
        return Severity::Info;
    }
    if trip.effect == Effect::MaybeRead && !trip.what.is_relation() {
        return Severity::Info;
    }
    let on_request = context == Some(Context::Request);
    let unbounded = match at.source {
        LoopSource::Query => at.rows.as_ref().is_none_or(|rows| !rows.query.bounded),
        LoopSource::Request => true,
        LoopSource::Unknown => !trip.path.is_empty(),
        LoopSource::Constant | LoopSource::Exempt | LoopSource::Opaque | LoopSource::Bounded => false,
    };
    let grade = if on_request && unbounded && trip.effect != Effect::Write && !hoist {
        Severity::Major
    } else {
        Severity::Minor
    };
    // Without a way over a network, many queries cost less, but a list without bound still pays for each of them.
    if input.project.runs_embedded(input.unit.family()) { severity::lower(grade) } else { grade }
}

/// A write per element that one call makes together with a request to another service: `await importFile(sftp, path)`. It
/// costs little beside the request, and is mostly the note of it. What stands in the loop itself can be collected.
fn is_beside_transfer(trip: &RoundTrip, at: &LoopFact) -> bool {
    trip.effect == Effect::Write && !trip.path.is_empty() && at.outside.contains(&trip.span)
}

/// The driver's loop over the items of one call, which no loop of the program stands around.
fn is_per_item(input: &Input<'_, '_>, trip: &RoundTrip) -> bool {
    let is_driver = |&id: &LoopId| input.facts.loops[id.0 as usize].span == trip.span;
    trip.call.is_some_and(|call| input.models.call(call).per_item.is_some())
        && trip.loops.len() == 1
        && trip.loops.iter().all(is_driver)
}

fn cure(trip: &RoundTrip) -> Cure {
    match (&trip.what, trip.effect) {
        (RoundTripKind::Relation { many: true, .. }, _) => Cure::EagerMany,
        (RoundTripKind::Relation { .. }, _) => Cure::EagerOne,
        (_, Effect::Write) => Cure::BatchWrite,
        (_, Effect::ReadScalar) => Cure::Aggregate,
        // `order.items.all()`: the rows of a relation, which can come with the orders.
        (RoundTripKind::Call, Effect::ReadMany) if trip.query.through.is_some() => Cure::EagerMany,
        _ => Cure::BatchRead,
    }
}

fn default_fix(trip: &RoundTrip) -> &'static str {
    match trip.effect {
        Effect::Write => "Collect the rows and write them with one batch statement after the loop",
        _ => "Read the rows for all keys with one query before the loop, and look them up by key inside it",
    }
}

fn short(call: &str) -> String {
    if call.chars().count() > 60 {
        let cut: String = call.chars().take(59).collect();
        format!("`{cut}…`")
    } else {
        format!("`{call}`")
    }
}
