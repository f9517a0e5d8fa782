//! What a handler is about, by what it, its class and its route are called.
//!
//! ```text
//! GET /orders · ListOrders · OrderViewSet.list        list orders
//! GET /orders/scores · getApprovers                   read orders, or users, on the way to something else
//! ```
//! Knows English words of handlers. Does not know tables.
//! Known miss: a handler that calls rows by another word than their table (`customer_list` of `Account`).

use super::nouns::{self, words_of, words_of_things};
use crate::flow::facts::RouteFact;
use crate::ir::{Entry, ExprKind, FnId, ParamKind};
use crate::rules::Input;
use crate::source::Span;

/// What a handler is called; of one without a name of its own, the field that it stands in: `orders: procedure.query(…)`.
pub(super) struct HandlerName {
    pub(super) text: String,
    pub(super) is_field: bool,
}

pub(super) fn name_of_handler(input: &Input<'_, '_>, function: FnId) -> HandlerName {
    let module = &input.unit.module;
    let own = module.text(module.function(function).name);
    if !own.is_empty() {
        return HandlerName { text: own.to_owned(), is_field: false };
    }
    let span = module.function(function).span;
    let mut fields: Vec<(Span, &str)> = Vec::new();
    for expr in &module.exprs {
        let ExprKind::Record { entries, .. } = &expr.kind else { continue };
        if !expr.span.contains(span) {
            continue;
        }
        fields.extend(entries.iter().filter_map(|entry| match entry {
            Entry::Pair { key, value } => {
                let around = module.expr(*value).span;
                around.contains(span).then_some((around, module.str_of(*key)?))
            }
            Entry::Spread(_) | Entry::Item(_) => None,
        }));
    }
    fields.sort_by_key(|(around, _)| around.end - around.start);
    // `{ handler: async (req) => … }` says nothing of its own.
    let is_role = |name: &str| {
        matches!(name, "handler" | "resolve" | "resolver" | "query" | "get" | "run" | "execute" | "method" | "fn")
    };
    let named = fields.iter().map(|(_, name)| *name).find(|name| !is_role(name));
    HandlerName { text: named.unwrap_or_default().to_owned(), is_field: true }
}

/// `GetOrder`, and a view's `def get(self, request, order_id)`: a handler for one thing, by its name or by what the
/// path gives it.
pub(super) fn shows_one(input: &Input<'_, '_>, function: FnId, handler: &HandlerName, route: &RouteFact) -> bool {
    if route.url.is_some() {
        return false;
    }
    let module = &input.unit.module;
    let declared = module.function(function);
    let name = module.text(declared.name);
    if declared.class.is_some() && matches!(name, "get" | "retrieve") {
        let given =
            declared.params.iter().filter(|param| param.kind == ParamKind::Positional && param.default.is_none());
        let given =
            given.filter(|param| !matches!(module.text(module.var(param.var).name), "self" | "request" | "info"));
        return given.count() > 0;
    }
    // `byOrderId: procedure.query(…)`
    if handler.is_field && handler.text.starts_with("by") {
        return true;
    }
    let name = handler.text.as_str();
    let words = words_of(name);
    let verb = words.iter().find(|word| !matches!(word.as_str(), "handle" | "handler" | "api"));
    let reads =
        verb.is_some_and(|verb| matches!(verb.as_str(), "get" | "find" | "fetch" | "retrieve" | "read" | "show"));
    let lists = words.iter().any(|word| matches!(word.as_str(), "all" | "list" | "search" | "many"));
    reads && !lists && !name.ends_with('s')
}

/// The name of a view class without what says that it is one.
pub(super) fn name_without_kind(name: &str) -> &str {
    let kinds = ["ViewSet", "Viewset", "View", "API", "List", "Select", "Index"];
    let mut rest = name;
    while let Some(shorter) = kinds.iter().find_map(|kind| rest.strip_suffix(kind)).filter(|rest| !rest.is_empty()) {
        rest = shorter;
    }
    rest
}

/// Words of handlers that name no thing: verbs, and what a handler is.
const GENERIC: [&str; 50] = [
    "action",
    "admin",
    "all",
    "api",
    "app",
    "async",
    "base",
    "common",
    "controller",
    "fetch",
    "find",
    "function",
    "get",
    "handle",
    "handler",
    "handlers",
    "http",
    "index",
    "list",
    "load",
    "main",
    "many",
    "me",
    "method",
    "mine",
    "my",
    "page",
    "paginate",
    "procedure",
    "query",
    "read",
    "repository",
    "resolve",
    "resolver",
    "rest",
    "retrieve",
    "route",
    "router",
    "routes",
    "search",
    "serve",
    "server",
    "service",
    "set",
    "show",
    "src",
    "v1",
    "v2",
    "view",
    "viewset",
];

/// Words for what is made of rows instead of listing them.
const DIGESTS: [&str; 22] = [
    "analytic",
    "autocomplete",
    "breakdown",
    "chart",
    "choice",
    "count",
    "distribution",
    "lookup",
    "metric",
    "option",
    "overview",
    "rate",
    "ratio",
    "score",
    "stat",
    "statistic",
    "suggestion",
    "sum",
    "summary",
    "total",
    "trend",
    "usage",
];

/// What a handler is called after, and what its route is: the last thing that each of them names.
pub(super) struct Subject {
    heads: Vec<String>,
    /// The handler has the name that handlers for lists have in every class.
    is_list: bool,
    /// It shows one thing.
    of_one: bool,
}

impl Subject {
    pub(super) fn of(input: &Input<'_, '_>, function: FnId, handler: &HandlerName, route: &RouteFact) -> Subject {
        let module = &input.unit.module;
        let mut heads = Vec::new();
        let own = words_of_things(&handler.text);
        // `byOrderId: procedure.query(…)` stands among those of one thing.
        let own = if own.first().is_some_and(|first| first == "by") { Vec::new() } else { own };
        let class = module.function(function).class.map(|class| words_of(module.text(module.class(class).name)));
        heads.extend(heads_of(&own).into_iter().flatten());
        // `OrderViewSet.overdue`, where a word that is no plural says which of them; `get` says nothing.
        if heads.is_empty() || own.len() == 1 && !handler.text.ends_with('s') && !is_digest(&heads) {
            heads.extend(class.as_deref().and_then(heads_of).into_iter().flatten());
        }
        let is_fixed = |segment: &&str| !segment.is_empty() && !segment.starts_with([':', '{', '<', '[', '$', '^']);
        let mut segments = route.url.as_deref().unwrap_or("").split('/').rev().filter(is_fixed);
        heads.extend(segments.find_map(|segment| heads_of(&words_of_things(segment))).into_iter().flatten());
        let of_one = shows_one(input, function, handler, route)
            || own.iter().chain(class.iter().flatten()).any(|word| matches!(word.as_str(), "detail" | "retrieve"));
        // `routes/emojis.ts`, where nothing else has a name.
        if heads.is_empty() {
            let path = input.unit.path.rsplit_once('.').map_or(&*input.unit.path, |(stem, _)| stem);
            heads.extend(
                path.rsplit('/').take(2).find_map(|part| heads_of(&words_of_things(part))).into_iter().flatten(),
            );
        }
        Subject {
            heads,
            of_one,
            is_list: matches!(handler.text.as_str(), "list" | "List" | "findAll" | "all" | "getAll"),
        }
    }

    /// What the handler itself is called after, or else its route.
    pub(super) fn head(&self) -> Option<&str> {
        self.heads.first().map(String::as_str)
    }

    /// The answer is called after the rows, or by nothing that says otherwise.
    pub(super) fn lists(&self, rows: &str) -> bool {
        let named = words_of_things(rows);
        let Some(noun) = nouns::noun_of(&named) else { return true };
        if self.is_list || self.heads.is_empty() || self.heads.iter().any(|head| is_same(head, noun)) {
            return true;
        }
        if is_digest(&self.heads) {
            return false;
        }
        // A project's history lists journal entries; the page of one job says nothing of its log.
        let is_stream = !self.of_one && nouns::is_stream(noun);
        self.heads.iter().any(|head| {
            // The books of `Shelf` are `ShelfBook`s, and followers users.
            named.first().is_some_and(|first| is_same(head, first))
                || nouns::are_people(head, noun)
                || is_stream && nouns::is_stream(head)
        })
    }
}

fn is_digest(heads: &[String]) -> bool {
    heads.iter().any(|head| DIGESTS.contains(&head.as_str()))
}

/// A name that names no thing.
pub(super) fn is_generic(name: &str) -> bool {
    words_of_things(name).iter().all(|word| GENERIC.contains(&word.as_str()))
}

/// The last word that names a thing; and the last of all, where another thing is named before it: `access_requests`.
fn heads_of(words: &[String]) -> Option<Vec<String>> {
    let things: Vec<String> = words.iter().filter(|word| !GENERIC.contains(&word.as_str())).cloned().collect();
    let head = nouns::noun_of(&things)?.to_owned();
    let last = nouns::noun_of(words).filter(|last| *last != head).map(str::to_owned);
    Some(std::iter::once(head).chain(last).collect())
}

/// Words of one stem: `federation` and `federated`, `auditlog` and `log`.
fn is_same(one: &str, other: &str) -> bool {
    const STEM: usize = 6;
    let stems = || one.get(..STEM).is_some_and(|stem| other.get(..STEM) == Some(stem));
    one == other || one.len() > 3 && other.ends_with(one) || other.len() > 3 && one.ends_with(other) || stems()
}

#[cfg(test)]
mod tests {
    use super::{Subject, heads_of, is_same};
    use crate::rules::unpaginated_list::nouns::words_of_things;

    fn subject(names: &[&str]) -> Subject {
        Subject {
            of_one: false,
            is_list: false,
            heads: names.iter().filter_map(|name| heads_of(&words_of_things(name))).flatten().collect(),
        }
    }

    #[test]
    fn a_list_is_called_after_its_rows() {
        assert!(subject(&["getOrders"]).lists("Order"));
        assert!(subject(&["get_all_orders_by_customer"]).lists("shop_order"));
        assert!(subject(&["PorterAppEventListHandler"]).lists("PorterAppEvent"));
        assert!(subject(&["index"]).lists("Order"));
        assert!(subject(&["Federation"]).lists("FederatedServer"));
        assert!(subject(&["customer_list"]).lists("User"));
        assert!(subject(&["listAccessRequests", "requests"]).lists("trustAccessRequest"));
        assert!(!subject(&["getScores", "scores"]).lists("task"));
        assert!(!subject(&["getApprovers", "approvers"]).lists("User"));
        assert!(!subject(&["user-frameworks"]).lists("user"));
    }

    #[test]
    fn stems_are_compared() {
        assert!(is_same("log", "log"));
        assert!(is_same("auditevent", "event"));
        assert!(!is_same("tag", "stage"));
    }
}
