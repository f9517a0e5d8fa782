//! What the interpreter writes down while it walks: the only thing that rules read.
//!
//! Knows places in files and what happens there. Does not know rules, severities or message texts.
//! Invariant: facts of one file are in the order in which the interpreter met them, which depends on the file alone.

use crate::flow::calls::handed::Handed;
use crate::flow::calls::named_params::Presumed;
use crate::flow::value::{ClassRef, EntityRef, Evidence, FnRef, Query, Rows, Text};
use crate::ir::{ClassId, ExprId, FnId, Module};
use crate::models::lookup::{CallId, KindId, RouteId};
use crate::models::schema::{Context, Effect, SqlRole};
use crate::source::{FileId, Span};
use std::collections::HashMap;
use std::sync::Arc;

/// A loop of one file, by position in `FileFacts::loops`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LoopId(pub u32);

#[derive(Clone, Debug, Default)]
pub struct FileFacts {
    pub loops: Vec<LoopFact>,
    pub round_trips: Vec<RoundTrip>,
    /// Further trips of calls in loops that stand among `round_trips` already: the same call runs them too.
    pub beside: Vec<RoundTrip>,
    pub sinks: Vec<TextSink>,
    pub responses: Vec<Response>,
    pub list_views: Vec<ListView>,
    /// Entities that the file registers with an administration interface.
    pub administered: Vec<ClassRef>,
    /// What a call expression calls, where it is known.
    pub calls: HashMap<ExprId, CallTarget>,
    pub functions: Vec<FunctionFacts>,
    /// Where the file's functions run that nothing else is known of.
    pub context_of_path: Option<Context>,
    /// Calls between functions of the project: caller and callee, each pair once.
    pub edges: Vec<(FnId, FnRef)>,
    /// Parameters that reach SQL text in the callee and that a call from here fills.
    pub passed: Vec<Passed>,
    /// Loops that visit the rows of a parameter of their function and load a relation of each.
    pub asked: Vec<(LoopId, u16)>,
    /// Rows that a call from here gives to a function that loads relations of each: the caller answers for them.
    pub handed: Vec<Handed>,
    /// What a parameter of a function leads to in its loops, if it is what its name says.
    pub presumed: Vec<Presumed>,
    /// What calls from here give for parameters that the callee loops over, as far as it is known.
    pub given: Vec<Passed>,
    /// What this file says about others.
    pub abroad: Abroad,
}

impl FileFacts {
    /// The facts of a file that is not interpreted.
    pub fn silent(module: &Module) -> FileFacts {
        FileFacts { functions: vec![FunctionFacts::default(); module.functions.len()], ..FileFacts::default() }
    }
}

/// Facts about other files: they are handed over once every file has been interpreted.
#[derive(Clone, Debug, Default)]
pub struct Abroad {
    /// Functions that requests are routed to from here.
    pub routes: Vec<(FnRef, RouteFact)>,
    /// Lazy loads inside a loop of the named file, over what this file gives it.
    pub trips: Vec<(FileId, RoundTrip)>,
    /// Relations that each parent loads for itself as soon as it is read, in the file that declares them: the loop is
    /// the framework's, over the rows that this file reads.
    pub at_load: Vec<(FileId, LoopFact, RoundTrip)>,
}

#[derive(Clone, Debug, Default)]
pub struct FunctionFacts {
    pub context: Option<Context>,
    /// The function itself is a task or a job's handler; what it calls runs in the background too, and is none.
    pub is_task: bool,
    pub route: Option<RouteFact>,
    /// The function remembers its results (`lru_cache`).
    pub memoized: bool,
    /// Each row remembers its own result (`cached_property` of an entity): a loop over rows asks for each.
    pub kept_per_row: bool,
    /// A batch function of a loader: its list parameter is a batch of keys.
    pub loader: bool,
    /// GraphQL child resolvers and serializer methods: runs once per element of a list.
    pub per_element: bool,
}

/// What is called.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CallTarget {
    pub model: Option<CallId>,
    pub function: Option<FnRef>,
    /// Import-resolved path, where the callee is one.
    pub path: Option<Arc<str>>,
    pub receiver: Option<KindId>,
}

#[derive(Clone, Debug)]
pub struct LoopFact {
    /// The head, without the body; a callback's is the call up to the callback.
    pub head: Span,
    /// Head and body.
    pub span: Span,
    pub source: LoopSource,
    pub parent: Option<LoopId>,
    /// What is iterated, as written.
    pub iterable: Option<Span>,
    /// The place that takes each element, as written.
    pub element: Option<Span>,
    /// The query whose rows are iterated.
    pub rows: Option<Arc<Rows>>,
    /// A callback that is called per element, rather than a loop statement.
    pub callback: bool,
    /// No loop stands here: a framework calls the function once per element.
    pub implicit: bool,
    /// It ends early when a round finds what it looks for.
    pub searches: bool,
    /// Calls of a round behind which it waits for a service outside.
    pub outside: Vec<Span>,
    pub function: FnId,
}

impl LoopFact {
    /// What calls something once per element without a loop statement: the call is head and body alike.
    pub fn of_call(span: Span, source: LoopSource, rows: Option<Arc<Rows>>, function: FnId) -> LoopFact {
        LoopFact {
            head: span,
            span,
            source,
            parent: None,
            iterable: None,
            element: None,
            rows,
            callback: true,
            implicit: false,
            searches: false,
            outside: Vec::new(),
            function,
        }
    }

    /// Whether a call is the loop itself rather than a part of its body: `ids.map(load)`.
    pub fn is_body(&self, call: Span) -> bool {
        self.callback && call.contains(self.span)
    }
}

/// What a loop runs over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LoopSource {
    /// Few constant elements.
    Constant,
    /// Chunks, pages, retries, polls, messages, shards: each round is meant to do its own I/O.
    Exempt,
    /// Not known to visit elements (`while` on a condition).
    Opaque,
    /// At most a page of elements.
    Bounded,
    Unknown,
    Request,
    Query,
}

/// One round trip to a store.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundTrip {
    pub function: FnId,
    pub span: Span,
    pub expr: ExprId,
    pub effect: Effect,
    pub what: RoundTripKind,
    pub call: Option<CallId>,
    pub kind: Option<KindId>,
    pub query: Query,
    /// Enclosing loops, outermost first.
    pub loops: Arc<[LoopId]>,
    /// Its arguments or receiver depend on the innermost loop's element.
    pub varies: bool,
    /// An unconditional exit follows: it runs at most once whatever the loop.
    pub once: bool,
    /// The loop ends early when this finds something.
    pub searches: bool,
    pub evidence: Evidence,
    /// Calls from the loop to the query, outermost first; empty for a direct one.
    pub path: Vec<Hop>,
    /// It reads what the receiver of its function reaches by these relations, joined by dots (`self.order.customer`): once
    /// for each receiver, and not at all where they were loaded with it.
    pub of_receiver: Option<Arc<str>>,
    /// The same for a parameter that is declared to be an instance: it reads what that parameter reaches.
    pub of_param: Option<(u16, Arc<str>)>,
    /// A callee repeats it in a loop of its own, where it has been reported.
    pub in_loop: bool,
    /// Where the query itself stands: `span`, or a place in a callee.
    pub site: (FileId, Span),
    /// Issued together with its siblings of other elements (`Promise.all`).
    pub concurrent: bool,
    /// It runs only for callers that leave this argument out: `webhooks ??= await load()`.
    pub unless: Option<Given>,
}

impl RouteFact {
    /// `mux.Handle("GET /orders", kithttp.NewServer(endpoint, …))`: the outer declaration says where requests come from, and
    /// the one inside it what the function's result is for.
    pub(super) fn refine(&mut self, inner: &RouteFact) {
        if inner.returns && !self.returns && inner.file == self.file && self.span.contains(inner.span) {
            self.returns = true;
            self.route = inner.route;
        }
    }

    /// A scheduler calls it, and no client reads the answer: `/api/cron/…`, whether the URL or the handler's file says so.
    pub fn is_scheduled(&self, file: &str) -> bool {
        let is_cron = |path: &str| path.split('/').any(|part| matches!(part, "cron" | "crons" | "cronjobs"));
        self.url.as_deref().is_some_and(is_cron) || is_cron(file)
    }
}

/// What a caller gives: a parameter, or the entry of that name in one (`({ webhooks }) => …`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub param: u16,
    pub key: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RoundTripKind {
    Call,
    /// A lazy relation, with its name and the entity that declares it.
    Relation {
        name: String,
        owner: EntityRef,
        many: bool,
    },
    /// A column that the query left out.
    Deferred {
        name: String,
        owner: EntityRef,
    },
    /// The row of an instance that a commit has made stale.
    Expired {
        owner: EntityRef,
    },
}

/// One call on the way to a round trip.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    pub file: FileId,
    pub span: Span,
    pub name: String,
}

/// A parameter of a callee, filled by a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Passed {
    pub callee: FnRef,
    pub param: u16,
    /// The caller's own parameter that it hands on; else the caller answers for what it gives.
    pub from: Option<(FnRef, u16)>,
}

/// Text that reaches a place where it is run as SQL.
#[derive(Clone, Debug, PartialEq)]
pub struct TextSink {
    pub function: FnId,
    /// The sink call.
    pub span: Span,
    pub expr: ExprId,
    /// The argument.
    pub argument: Span,
    pub text: Arc<Text>,
    pub role: SqlRole,
    /// All that the function adds to the text are parameters of its own, handed on as they are.
    pub hands_on: bool,
    /// Calls from `span` to the place where the text runs, outermost first; empty where it runs at `span`.
    pub path: Vec<Hop>,
    /// Where the text runs.
    pub site: (FileId, Span),
    /// The call on the way there whose function puts the text together, and that function.
    pub spliced: (FnRef, Span),
    pub call: Option<CallId>,
    pub kind: Option<KindId>,
    pub evidence: Evidence,
    /// The argument is one dynamic value rather than text around holes.
    pub bare: bool,
    /// Bind arguments stand beside the text.
    pub bound: bool,
    /// The method is called on a receiver of no known kind.
    pub guessed: bool,
}

/// A value that goes to the client.
#[derive(Clone, Debug)]
pub struct Response {
    pub function: FnId,
    /// The route of the nearest handler that calls the function, where it is no handler itself.
    pub route: Option<Arc<RouteFact>>,
    pub span: Span,
    /// Unbounded or bounded rows inside the value, with where the value mentions them.
    pub rows: Arc<Rows>,
    /// The rows went through code that is not known to keep them all.
    pub through_unknown: bool,
    /// Another list of the same answer is paged: this one stands beside it.
    pub beside_page: bool,
}

/// A view class that answers with its whole query.
#[derive(Clone, Debug)]
pub struct ListView {
    pub class: ClassId,
    /// The queryset, or what names the entity.
    pub span: Span,
    pub head: Span,
    pub query: Query,
    pub route: RouteFact,
    /// Pagination is turned off here on purpose.
    pub opted_out: Option<Span>,
    pub evidence: Evidence,
}

/// How requests reach a function.
#[derive(Clone, Debug)]
pub struct RouteFact {
    pub route: Option<RouteId>,
    /// Upper-case HTTP method, `READ`, `WRITE` or `ANY`.
    pub method: String,
    pub url: Option<String>,
    /// The registration: decorator, call or class head.
    pub file: FileId,
    pub span: Span,
    pub authenticated: bool,
    pub returns: bool,
    pub response_model: Option<ExprId>,
}
