//! What a loop runs over: elements of what, how many, or rounds that are meant to do their own I/O.
//!
//! Knows loop forms and conventional names of chunk, page, retry and consumer loops. Does not know queries.

use crate::flow::Interp;
use crate::flow::facts::{LoopFact, LoopId, LoopSource};
use crate::flow::value::{List, Rows, Shape, Size, Value};
use crate::ir::visit::walk_block;
use crate::ir::{BinaryOp, ExprId, ExprKind, Loop, LoopKind, MODULE_FN, StmtKind, UnaryOp, VarKind};
use crate::source::Span;
use std::sync::Arc;

/// A literal collection or range up to this many elements is no loop over data.
pub(super) const SMALL: u32 = 16;

pub(super) fn classify(interp: &mut Interp<'_, '_>, l: &Loop, span: Span, iterated: Option<&List>) -> LoopFact {
    let mut rows = iterated.and_then(|list| list.rows.clone());
    let source = match l.kind {
        LoopKind::Each => each_source(interp, l, iterated),
        LoopKind::Counted => counted_source(interp, l),
        LoopKind::While | LoopKind::DoWhile => while_source(interp, l),
        LoopKind::Forever => LoopSource::Exempt,
    };
    let source = if rows.is_none() && source == LoopSource::Query {
        rows = advanced_rows(interp, l);
        if rows.as_ref().is_some_and(|rows| rows.query.bounded) { LoopSource::Bounded } else { source }
    } else {
        source
    };
    LoopFact {
        head: l.head,
        span,
        source,
        parent: interp.current().loops.last().copied(),
        iterable: l.iter.or(l.test).map(|e| interp.span(e)),
        element: l.target.or(l.key).filter(|&place| interp.is_written(place)).map(|e| interp.span(e)),
        rows,
        callback: false,
        implicit: false,
        searches: false,
        outside: Vec::new(),
        function: interp.function(),
    }
}

/// The source class of an iterated collection.
pub(super) fn source_of(list: &List) -> LoopSource {
    match list.shape {
        Shape::Chunks | Shape::Pages | Shape::Stream => return LoopSource::Exempt,
        Shape::Elements => {}
    }
    match list.size {
        // What is empty where it is made is filled by something that is not seen: `fill(&rows)`.
        Size::Constant(0) if list.rows.is_none() => LoopSource::Unknown,
        Size::Constant(n) if n <= SMALL => LoopSource::Constant,
        Size::Constant(_) | Size::Bounded => LoopSource::Bounded,
        Size::Request => LoopSource::Request,
        Size::Unknown => match &list.rows {
            Some(rows) if rows.query.bounded => LoopSource::Bounded,
            Some(rows) if rows.of.is_none() => LoopSource::Query,
            _ if list.constant && !list.element.is_unknown() => LoopSource::Constant,
            _ => LoopSource::Unknown,
        },
    }
}

fn each_source(interp: &mut Interp<'_, '_>, l: &Loop, iterated: Option<&List>) -> LoopSource {
    let known = iterated.map_or(LoopSource::Unknown, source_of);
    if known != LoopSource::Unknown {
        return known;
    }
    let is_row = is_named_after_table(interp, l);
    if let Some(iter) = l.iter {
        let text = interp.unit.snippet(interp.span(iter));
        if (names_exempt(&text) && !is_row) || (names_parts(&text) && acts(interp, l)) {
            return LoopSource::Exempt;
        }
        if reads_configuration(&text) && !is_of_local(interp, iter) {
            return LoopSource::Constant;
        }
    }
    if let Some(target) = l.target
        && !is_row
        && element_exempt(&interp.unit.snippet(interp.span(target)))
    {
        return LoopSource::Exempt;
    }
    if retries(interp, l) {
        return LoopSource::Exempt;
    }
    LoopSource::Unknown
}

/// `for (const platform of platforms)` visits rows where the project has a table of platforms. What is cut or tried again
/// may well be named after a table too.
fn is_named_after_table(interp: &Interp<'_, '_>, l: &Loop) -> bool {
    const NEVER: [&str; 10] =
        ["chunk", "batch", "shard", "tenant", "partition", "attempt", "retry", "message", "msg", "connection"];
    let Some(target) = l.target else { return false };
    let name = interp.unit.snippet(interp.span(target));
    !words(&name).last().is_some_and(|last| NEVER.contains(&last.as_str()))
        && interp.project.has_table_of(interp.unit, &name)
}

/// Parts of the program, not of its data, as long as they are what acts: `for _, hook := range hooks { hook.Run(ctx) }`.
pub(super) fn names_parts(text: &str) -> bool {
    const PARTS: [&str; 7] =
        ["handlers", "hooks", "listeners", "observers", "middlewares", "interceptors", "validators"];
    identifiers(text).any(|(name, _)| words(name).any(|word| PARTS.contains(&word.as_str())))
}

/// The element of the loop is called, or a method of it.
fn acts(interp: &Interp<'_, '_>, l: &Loop) -> bool {
    let module = &interp.unit.module;
    let Some(target) = l.target.map(|target| interp.span(target)) else { return false };
    let is_element =
        |expr: ExprId| matches!(module.expr(expr).kind, ExprKind::Var(var) if target.contains(module.var(var).span));
    let mut acts = false;
    walk_block(module, &l.body, &mut |_| true, &mut |e| {
        if let ExprKind::Call { callee, .. } = module.expr(e).kind {
            acts |= match module.expr(callee).kind {
                ExprKind::Member { base, .. } => is_element(base),
                _ => is_element(callee),
            };
        }
        !acts
    });
    acts
}

/// Things that do their own I/O one by one: parts of data, stores, tries. As the name of a collection, or of a call that
/// makes one: `chunks`, `chunked(rows)`, but not `batch_ids`, which are the elements of one.
pub(super) fn names_exempt(text: &str) -> bool {
    const COLLECTIONS: [&str; 22] = [
        "chunks",
        "batches",
        "shards",
        "tenants",
        "consumers",
        "pages",
        "partitions",
        "retries",
        "attempts",
        "databases",
        "connections",
        "schemas",
        "tables",
        "migrations",
        "chunked",
        "batched",
        "backoff",
        "tries",
        "paginator",
        "replicas",
        // A worker takes what comes through a channel.
        "ch",
        "chan",
    ];
    const MAKERS: [&str; 12] = [
        "chunk",
        "batch",
        "batcher",
        "paginate",
        "partition",
        "listen",
        "retry",
        "attempt",
        "subscribe",
        "consume",
        "page",
        "chunker",
    ];
    identifiers(text).any(|(name, is_called)| {
        words(name).any(|word| COLLECTIONS.contains(&word.as_str()) || (is_called && MAKERS.contains(&word.as_str())))
    })
}

/// An attribute of what the function itself has made or read: `config, err := db.GetConfig()`.
fn is_of_local(interp: &Interp<'_, '_>, expr: ExprId) -> bool {
    let module = &interp.unit.module;
    match module.expr(expr).kind {
        ExprKind::Member { base, .. } | ExprKind::Index { base, .. } => is_of_local(interp, base),
        ExprKind::Call { callee, .. } => is_of_local(interp, callee),
        ExprKind::Var(var) => {
            let var = module.var(var);
            var.kind == VarKind::Local && var.owner != MODULE_FN
        }
        _ => false,
    }
}

/// `settings.LANGUAGES`, `conf.Server.Users`, `process.env.HOSTS.split(",")`: somebody has written the few elements down.
fn reads_configuration(text: &str) -> bool {
    const ROOTS: [&str; 12] = [
        "config",
        "conf",
        "cfg",
        "configuration",
        "settings",
        "setting",
        "env",
        "environ",
        "app",
        "server",
        "global",
        "my",
    ];
    let is_root = |name: &str| {
        let mut last = String::new();
        words(name).all(|word| {
            let known = ROOTS.contains(&word.as_str());
            last = word;
            known
        }) && !matches!(last.as_str(), "app" | "server" | "global" | "my")
    };
    let mut names = identifiers(text).map(|(name, _)| name).peekable();
    while let Some(name) = names.next() {
        // What stands last may well be one of many configurations.
        if names.peek().is_some() && is_root(name) {
            return true;
        }
    }
    false
}

/// The identifiers of an expression, and whether each is called.
fn identifiers(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(is_part)?;
        let name = &rest[start..];
        let end = name.find(|letter: char| !is_part(letter)).unwrap_or(name.len());
        rest = &name[end..];
        Some((&name[..end], rest.starts_with('(')))
    })
}

/// The words of `snake_case` and `camelCase` names, in lower case.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        if letter == '_' || (letter.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if letter != '_'
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase();
    }
    words.into_iter()
}

fn element_exempt(text: &str) -> bool {
    let lower = text.trim_start_matches('_').to_ascii_lowercase();
    [
        "chunk",
        "batch",
        "page",
        "attempt",
        "retry",
        "message",
        "msg",
        "shard",
        "tenant",
        "stmt",
        "statement",
        "migration",
        "trial",
        "tries",
        "schema",
        "conn",
    ]
    .iter()
    .any(|word| {
        lower == *word
            || lower == format!("{word}s")
            || lower.ends_with(&format!("_{word}"))
            || lower.starts_with(&format!("{word}_"))
    }) || words(text).last().is_some_and(|last| KINDS.contains(&last.as_str()))
}

/// What a program has a few of, each with work of its own: `for kind in kinds`, `for _, itemType := range types`.
const KINDS: [&str; 12] = [
    "kind",
    "type",
    "strategy",
    "locale",
    "lang",
    "language",
    "backend",
    "driver",
    "platform",
    "dialect",
    "partition",
    "clause",
];

/// `for (let i = 0; i < xs.length; i++)` visits elements; `i += 500` visits chunks; `i < 3` is small.
fn counted_source(interp: &mut Interp<'_, '_>, l: &Loop) -> LoopSource {
    let module = &interp.unit.module;
    let one_by_one = l.step.iter().any(|&stmt| match &module.stmt(stmt).kind {
        StmtKind::Expr(e) => matches!(module.expr(*e).kind, ExprKind::Unary { op: UnaryOp::Step, .. }),
        StmtKind::Assign { value, op: Some(BinaryOp::Add | BinaryOp::Sub), .. } => {
            matches!(interp.unit.snippet(interp.span(*value)).trim(), "1")
        }
        _ => false,
    });
    if !one_by_one || retries(interp, l) {
        return LoopSource::Exempt;
    }
    let Some(test) = l.test else { return LoopSource::Exempt };
    let ExprKind::Binary { op: BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge | BinaryOp::Ne, left, right } =
        module.expr(test).kind
    else {
        return LoopSource::Opaque;
    };
    match interp.eval(right) {
        Value::Int(n) if (0..=i64::from(SMALL)).contains(&n) && matches!(module.expr(left).kind, ExprKind::Var(_)) => {
            // `for (i = n; i > 0; i--)` counts down from something unknown.
            let counts_up = matches!(module.expr(test).kind, ExprKind::Binary { op: BinaryOp::Lt | BinaryOp::Le, .. });
            if counts_up { LoopSource::Constant } else { LoopSource::Unknown }
        }
        _ => {
            let text = interp.unit.snippet(interp.span(right)).to_ascii_lowercase();
            if ["retr", "attempt", "page", "max_tries", "maxtries"].iter().any(|word| text.contains(word)) {
                LoopSource::Exempt
            } else {
                LoopSource::Unknown
            }
        }
    }
}

/// `while rows.Next()`, `while cursor.hasNext()` visit rows when a model says so; other conditions are not loops over data,
/// except a counter against a length.
fn while_source(interp: &mut Interp<'_, '_>, l: &Loop) -> LoopSource {
    let Some(test) = l.test else { return LoopSource::Exempt };
    let module = &interp.unit.module;
    if let ExprKind::Call { .. } = module.expr(test).kind {
        interp.quietly(|interp| interp.eval(test));
        if interp.advances(test) {
            return LoopSource::Query;
        }
    }
    if let ExprKind::Binary { op: BinaryOp::Lt | BinaryOp::Le, right, .. } = module.expr(test).kind {
        let text = interp.unit.snippet(interp.span(right));
        let is_length = text.contains("len(") || text.ends_with(".length") || text.ends_with(".size");
        if is_length && !retries(interp, l) {
            return LoopSource::Unknown;
        }
    }
    LoopSource::Exempt
}

/// The rows that `rows.Next()` visits.
fn advanced_rows(interp: &mut Interp<'_, '_>, l: &Loop) -> Option<Arc<Rows>> {
    let unit = interp.unit;
    let ExprKind::Call { callee, .. } = unit.module.expr(l.test?).kind else { return None };
    let ExprKind::Member { base, .. } = unit.module.expr(callee).kind else { return None };
    let Value::Object(object) = interp.quietly(|interp| interp.eval(base)) else { return None };
    // What a parameter reads off was asked by the caller.
    let here = object.query.param.map(|_| (unit.file, l.head));
    let (file, span) = object.query.origin.or(here)?;
    Some(Arc::new(Rows::of(&object, (file, span))))
}

/// A retry or poll loop: it sleeps, or its body's first statement is a `try` that returns.
fn retries(interp: &Interp<'_, '_>, l: &Loop) -> bool {
    let module = &interp.unit.module;
    let mut sleeps = false;
    walk_block(module, &l.body, &mut |_| true, &mut |e| {
        if let ExprKind::Call { callee, .. } = module.expr(e).kind {
            let name = module.last_name(callee).unwrap_or_default();
            sleeps |= matches!(name, "sleep" | "Sleep" | "delay" | "wait" | "backoff" | "setTimeout");
        }
        true
    });
    if sleeps && l.kind != LoopKind::Each {
        return true;
    }
    let is_retry = |word: String| matches!(word.as_str(), "attempt" | "attempts" | "retry" | "retries" | "tries");
    identifiers(&interp.unit.snippet(l.head)).any(|(name, _)| words(name).any(is_retry))
}

impl Interp<'_, '_> {
    pub(super) fn open_loop(&mut self, fact: LoopFact) -> LoopId {
        // Interpreted again (a closure followed twice): the same loop.
        let known = self.facts.loops.iter().position(|known| known.span == fact.span && known.head == fact.head);
        let id = if let Some(at) = known {
            let stored = &mut self.facts.loops[at];
            // The first walk may have known nothing of what is iterated.
            let is_open = stored.rows.as_ref().is_none_or(|rows| rows.of.is_some());
            let tells_more = stored.source == LoopSource::Unknown && is_open && fact.rows.is_some();
            if stored.source < fact.source || tells_more {
                stored.source = fact.source;
            }
            // Nor which of the parameters asks for a part.
            let asks = |rows: &Option<Arc<Rows>>| rows.as_ref().is_some_and(|rows| rows.query.asked.is_some());
            if (is_open && fact.rows.is_some()) || (asks(&fact.rows) && !asks(&stored.rows)) {
                stored.rows = fact.rows;
            }
            LoopId(at as u32)
        } else {
            self.facts.loops.push(fact);
            LoopId(self.facts.loops.len() as u32 - 1)
        };
        self.frame().loops.push(id);
        id
    }

    pub(super) fn close_loop(&mut self, id: LoopId) {
        let popped = self.frame().loops.pop();
        debug_assert_eq!(popped, Some(id), "loops close in the order in which they opened");
    }

    /// The condition of a loop that visits rows: `rows.Next()`.
    pub(super) fn advances(&self, test: ExprId) -> bool {
        self.facts.calls.get(&test).and_then(|target| target.model).is_some_and(|call| self.models.call(call).advances)
    }

    /// The call's own arguments and receiver depend on the innermost loop.
    pub(super) fn call_varies(&self, id: ExprId) -> bool {
        let Some(innermost) = self.current().loops.last() else { return false };
        let span = self.facts.loops[innermost.0 as usize].span;
        self.varies_in(&[id], span)
    }

    /// Whether an expression reads a variable that is written inside a loop.
    pub(super) fn varies_in(&self, exprs: &[ExprId], span: Span) -> bool {
        let module = &self.unit.module;
        let mut varies = false;
        for &expr in exprs {
            crate::ir::visit::walk_expr(module, expr, &mut |e| {
                if let ExprKind::Var(var) = module.expr(e).kind {
                    let var = module.var(var);
                    // What a closure was given, or made of it.
                    varies |= self.current().varying.contains(&var.owner);
                    varies |= span.contains(var.span) || var.writes.iter().any(|&write| span.contains(write));
                }
                !varies
            });
        }
        varies
    }
}
