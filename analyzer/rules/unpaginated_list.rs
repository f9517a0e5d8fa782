//! `unpaginated-list`: an endpoint answers with all rows of a table.
//!
//! Knows responses with the rows inside them, and routes. Does not know frameworks.
//! Known false alarm: a table that stays small for a reason that no code shows.

use super::words::{self, Places};
use super::{Input, confidence_of, severity};
use crate::findings::{Category, Finding, Related, Severity};
use crate::flow::facts::{ListView, Response, RouteFact};
use crate::flow::value::{Query, Rows, Statement};
use crate::ir::{FnId, ParamKind};
use crate::models::schema::Cure;

pub(super) fn find(input: &Input<'_, '_>, findings: &mut Vec<Finding>) {
    for response in &input.facts.responses {
        let own = input.facts.functions.get(response.function.index()).and_then(|f| f.route.as_ref());
        let Some(route) = own.or(response.route.as_deref()) else { continue };
        if input.is_test || !reads_collection(route) || route.is_scheduled(&input.project.unit(route.file).path) {
            continue;
        }
        let query = &response.rows.query;
        // A text that nobody is seen to give may well have a limit.
        let unknown = query.statement != Statement::Judged;
        if (query.bounded && !response.rows.sliced) || query.grouped || unknown {
            continue;
        }
        findings.push(report(input, response, route));
    }
    if !input.is_test {
        findings.extend(input.facts.list_views.iter().map(|view| report_view(input, view)));
    }
}

/// A read whose last path segment is no parameter.
fn reads_collection(route: &RouteFact) -> bool {
    let reads = matches!(
        route.method.as_str(),
        "GET" | "READ" | "ANY" | "ALL" | "QUERY" | "LIST" | "ROUTE" | "HANDLEFUNC" | "HANDLE"
    ) || route.method == "POST" && route.url.as_deref().is_some_and(posts_to_read);
    let item = route.url.as_deref().is_some_and(|url| {
        let last = url.trim_end_matches('/').rsplit('/').next().unwrap_or("");
        last.starts_with([':', '{', '<', '*', '[', '$'])
    });
    reads && !item
}

/// `POST /orders/list`, `POST /page-get`: the last segment begins or ends with the word for a read. `POST /wish-list` adds
/// to one.
fn posts_to_read(url: &str) -> bool {
    let segment = url.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let words = words_of(segment);
    let is_read = |word: &String| matches!(word.as_str(), "list" | "get" | "search" | "query" | "find");
    match words.as_slice() {
        [only] => is_read(only),
        [first, .., last] => is_read(first) || matches!(last.as_str(), "get" | "search" | "query"),
        [] => false,
    }
}

/// What the rows are, for their grade: the entity, or what the function around the query is called
/// (`findAllWebhooks`).
fn name_of_rows(input: &Input<'_, '_>, rows: &Rows, model: &str) -> String {
    if !model.is_empty() {
        return model.to_owned();
    }
    // `Group.objects.all()`, where nothing is known of `Group`.
    let text = input.project.unit(rows.file).snippet(rows.span);
    if let Some((name, _)) = text.split_once(".objects.")
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
    {
        return name.rsplit('.').next().unwrap_or(name).to_owned();
    }
    let module = &input.project.unit(rows.file).module;
    let around = module.functions.iter().filter(|function| function.span.contains(rows.span));
    let nearest = around.min_by_key(|function| function.span.end - function.span.start);
    nearest.map(|function| module.text(function.name).to_owned()).unwrap_or_default()
}

fn report(input: &Input<'_, '_>, response: &Response, route: &RouteFact) -> Finding {
    let rows = &response.rows;
    let model = rows.query.entity.as_ref().map(|entity| words::entity_name(input.project, entity)).unwrap_or_default();
    let endpoint = match &route.url {
        Some(url) if !url.is_empty() => format!("{} {url}", if route.method == "ANY" { "GET" } else { &route.method }),
        _ => match input.symbol(response.function) {
            name if name.is_empty() => format!("the handler in line {}", input.line(response.span)),
            name => format!("`{name}`"),
        },
    };
    let what = if model.is_empty() { "every row of the query".to_owned() } else { format!("every {model} row") };
    let unit = input.project.unit(rows.file);
    let query = words::one_line(&unit.snippet(rows.span));
    let (title, evidence) = if rows.sliced {
        (
            format!("Pagination in memory: {endpoint} loads {what} and then slices"),
            format!("`{query}` has no limit; the page is cut from rows that are already loaded"),
        )
    } else if rows.query.bounded_on_demand {
        (
            format!("Optional limit: {endpoint} returns {what} to a client that asks for no limit"),
            format!("`{query}` has a limit on one way only, and its rows go into the response"),
        )
    } else {
        (
            format!("Unbounded list: {endpoint} returns {what}"),
            format!("`{query}` has no limit and its rows go into the response"),
        )
    };
    let path = route.url.as_deref().unwrap_or("").to_ascii_lowercase();
    let symbol = input.symbol(response.function).to_ascii_lowercase();
    let exports =
        ["export", "csv", "xlsx", "download", "sitemap", "feed"].iter().any(|w| path.contains(w) || symbol.contains(w));
    let places = Places { model: &model, call: &query, line: words::line(unit, rows.span), ..Places::default() };
    let recommendation = words::fix(input.models, rows.kind, Cure::Limit, &places).unwrap_or_else(|| {
        "Take a page size with a maximum from the request and pass it to the query as a limit".to_owned()
    });
    let mut related = vec![Related { file: route.file, span: route.span, note: "route".to_owned() }];
    let handler = input.unit.module.function(response.function);
    if rows.file != input.unit.file || !handler.span.contains(rows.span) {
        related.push(Related {
            file: input.unit.file,
            span: handler.head,
            note: format!("{} answers with them", input.symbol(response.function)),
        });
    }
    Finding {
        rule: "unpaginated-list",
        category: Category::Api,
        severity: grade(
            &rows.query,
            Shape {
                sliced: rows.sliced,
                exports,
                beside_page: response.beside_page,
                of_one: shows_one(input, response.function, route),
            },
            route,
            &name_of_rows(input, rows, &model),
        )
        .min(grade_by_handler(input, response)),
        confidence: confidence_of(rows.evidence, response.through_unknown),
        file: rows.file,
        span: rows.span,
        title,
        evidence,
        recommendation,
        symbol: input.symbol(response.function),
        fingerprint_text: None,
        related,
    }
}

/// Names of tables that grow with use.
const GROWING: [&str; 33] = [
    "order",
    "event",
    "log",
    "message",
    "notification",
    "transaction",
    "payment",
    "audit",
    "activity",
    "comment",
    "post",
    "user",
    "customer",
    "product",
    "invoice",
    "metric",
    "session",
    "history",
    "record",
    "item",
    "ticket",
    "account",
    "file",
    "document",
    "job",
    "task",
    "article",
    "review",
    "booking",
    "shipment",
    "email",
    "member",
    "entry",
];

/// What tables hold that people enter by hand, by the last word of their name: reference data and configuration. A
/// `PaymentMethod` is a method, and a `MessageTemplate` a template.
const REFERENCE: [&str; 53] = [
    "calendar",
    "category",
    "certificate",
    "choice",
    "config",
    "configuration",
    "connector",
    "country",
    "county",
    "court",
    "credential",
    "currency",
    "dashboard",
    "department",
    "discount",
    "environment",
    "feature",
    "field",
    "filter",
    "flag",
    "gateway",
    "holiday",
    "integration",
    "jurisdiction",
    "label",
    "language",
    "layout",
    "locale",
    "menu",
    "method",
    "option",
    "pattern",
    "permission",
    "plan",
    "plugin",
    "policy",
    "preference",
    "provider",
    "quota",
    "region",
    "role",
    "rule",
    "scope",
    "setting",
    "state",
    "status",
    "tag",
    "template",
    "theme",
    "timezone",
    "trigger",
    "type",
    "unit",
];

/// Words for those that a whole installation is split among: their rows grow without bound.
const TENANTS: [&str; 10] =
    ["workspace", "organization", "organisation", "org", "tenant", "account", "company", "program", "project", "site"];

/// The words of a name up to those that say which of the things it is about: `SecretsByApplicationId` is of secrets.
fn words_of_things(name: &str) -> Vec<String> {
    let mut words = words_of(name);
    let is_link = |word: &String| matches!(word.as_str(), "by" | "for" | "of" | "from" | "with" | "in");
    if let Some(at) = words.iter().skip(1).position(is_link) {
        words.truncate(at + 1);
    }
    words
}

/// The words of a name, in lower case and without a plural: `paymentMethods` is `payment`, `method`.
fn words_of(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = '_';
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        if !c.is_alphanumeric() {
            before = '_';
            continue;
        }
        // `IPBlocklist` is `ip`, `blocklist`.
        let ends_acronym = before.is_uppercase() && rest.peek().is_some_and(|next| next.is_lowercase());
        if before == '_' || (c.is_uppercase() && (before.is_lowercase() || ends_acronym)) {
            found.push(String::new());
        }
        if let Some(word) = found.last_mut() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    found.iter().map(|word| singular(word)).collect()
}

fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) if !stem.is_empty() => format!("{stem}y"),
        _ if word.ends_with("ss") || word.ends_with("us") => word.to_owned(),
        _ => word.strip_suffix('s').unwrap_or(word).to_owned(),
    }
}

/// A parameter of the path stands for one row above the listed ones, and not for a tenant: `/orders/{id}/lines`.
fn has_parent(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').collect();
    segments.iter().enumerate().any(|(at, segment)| {
        let above = at.checked_sub(1).and_then(|above| segments.get(above)).copied().unwrap_or_default();
        let is_tenant = [above, *segment]
            .iter()
            .flat_map(|part| words_of(part))
            .any(|word| TENANTS.contains(&word.trim_end_matches("id")));
        segment.starts_with([':', '{', '<', '[', '$']) && !is_tenant
    })
}

/// `GetOrder`, and a view's `def get(self, request, order_id)`: a handler for one thing, by its name or by what the
/// path gives it.
fn shows_one(input: &Input<'_, '_>, function: FnId, route: &RouteFact) -> bool {
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
    let words = words_of(name);
    let verb = words.iter().find(|word| !matches!(word.as_str(), "handle" | "handler" | "api"));
    let reads =
        verb.is_some_and(|verb| matches!(verb.as_str(), "get" | "find" | "fetch" | "retrieve" | "read" | "show"));
    let lists = words.iter().any(|word| matches!(word.as_str(), "all" | "list" | "search" | "many"));
    reads && !lists && !name.ends_with('s')
}

/// `ListIdentityProviders` lists providers, whatever its table is called.
fn grade_by_handler(input: &Input<'_, '_>, response: &Response) -> Severity {
    let words = words_of_things(input.unit.module.text(input.unit.module.function(response.function).name));
    let lists = words.first().is_some_and(|verb| matches!(verb.as_str(), "get" | "list" | "find" | "load" | "fetch"));
    match words.last() {
        Some(noun) if lists && REFERENCE.contains(&noun.as_str()) => Severity::Pedantic,
        Some(noun) if lists && FEW.contains(&noun.as_str()) => Severity::Info,
        Some(_) | None => Severity::Critical,
    }
}

/// A view class without a page size.
fn report_view(input: &Input<'_, '_>, view: &ListView) -> Finding {
    let model = view.query.entity.as_ref().map(|entity| words::entity_name(input.project, entity)).unwrap_or_default();
    let name = input.unit.module.text(input.unit.module.class(view.class).name);
    let what = if model.is_empty() { "every row of its query".to_owned() } else { format!("every {model} row") };
    // `WebHookList` lists webhooks.
    let of = if model.is_empty() { name_without_kind(name) } else { &model };
    let why = match view.opted_out {
        Some(_) => "turns pagination off",
        None => "has no pagination of its own, and no setting turns it on for all views",
    };
    let mut related = vec![Related { file: input.unit.file, span: view.head, note: "view".to_owned() }];
    related.extend(view.opted_out.map(|span| Related {
        file: input.unit.file,
        span,
        note: "pagination is off".to_owned(),
    }));
    let exports = ["export", "download", "feed", "sitemap"].iter().any(|word| name.to_ascii_lowercase().contains(word));
    Finding {
        rule: "unpaginated-list",
        category: Category::Api,
        severity: grade(&view.query, Shape { exports, ..Shape::default() }, &view.route, of),
        confidence: confidence_of(view.evidence, false),
        file: input.unit.file,
        span: view.span,
        title: format!("Unbounded list: {name} returns {what}"),
        evidence: format!("{name} {why}, so reading the collection serialises the whole query"),
        recommendation:
            "Set a default pagination class and a page size for all views, or a pagination class with a page size \
             on this one"
                .to_owned(),
        symbol: name.to_owned(),
        fingerprint_text: None,
        related,
    }
}

/// The name of a view class without what says that it is one.
fn name_without_kind(name: &str) -> &str {
    let kinds = ["ViewSet", "Viewset", "View", "API", "List", "Select", "Index"];
    let mut rest = name;
    while let Some(shorter) = kinds.iter().find_map(|kind| rest.strip_suffix(kind)).filter(|rest| !rest.is_empty()) {
        rest = shorter;
    }
    rest
}

/// What an answer is besides a list of rows.
#[derive(Clone, Copy, Default)]
struct Shape {
    sliced: bool,
    exports: bool,
    /// A select box or a badge list on a page whose own list is paged.
    beside_page: bool,
    /// The handler shows one thing, and these are of it.
    of_one: bool,
}

/// Words for what people set up one by one, so that there are tens rather than thousands for each of those who do.
const FEW: [&str; 39] = [
    "address",
    "alert",
    "alias",
    "app",
    "automation",
    "backend",
    "banner",
    "blocklist",
    "bot",
    "callout",
    "device",
    "driver",
    "endpoint",
    "engine",
    "evaluator",
    "group",
    "identity",
    "key",
    "keyword",
    "migration",
    "passkey",
    "profile",
    "queue",
    "registry",
    "reward",
    "schedule",
    "schema",
    "secret",
    "section",
    "service",
    "skill",
    "slot",
    "stage",
    "step",
    "tier",
    "token",
    "tool",
    "variable",
    "workflow",
];

/// Words for what each user adds now and then: no table of millions, and no list that stays short either.
const SLOW: [&str; 5] = ["domain", "invite", "invitation", "share", "subscription"];

/// Last words that say nothing of their own: an `OrderLine` is of an order.
const VAGUE: [&str; 9] = ["data", "detail", "info", "line", "link", "list", "ref", "relation", "row"];

/// Words before the noun that say that somebody has set it up: a `PeriodicTask` is no task of many.
const PLANNED: [&str; 5] = ["cron", "periodic", "planned", "recurring", "scheduled"];

/// The noun of a name decides: `EmailAddress` is an address, and `UserIdentity` an identity.
fn is_growing(words: &[String]) -> bool {
    // `auditlog` is a log, and a `postback` no post.
    let grows = |word: &String| GROWING.iter().any(|known| word.ends_with(known));
    let noun = words.iter().rposition(|word| !VAGUE.contains(&word.as_str()));
    noun.is_some_and(|at| grows(&words[at])) && !words.iter().any(|word| PLANNED.contains(&word.as_str()))
}

fn grade(query: &Query, shape: Shape, route: &RouteFact, model: &str) -> Severity {
    let words = words_of_things(model);
    let noun = |known: &[&str]| words.last().is_some_and(|word| known.contains(&word.as_str()));
    if noun(&REFERENCE) || shape.exports || query.narrowed {
        return Severity::Pedantic;
    }
    if noun(&FEW) || words.iter().any(|word| PLANNED.contains(&word.as_str())) {
        return Severity::Info;
    }
    if noun(&SLOW) {
        return Severity::Minor;
    }
    let growing = is_growing(&words);
    let mut grade = if growing || !route.authenticated { Severity::Major } else { Severity::Minor };
    if shape.sliced {
        grade = Severity::Minor;
    }
    if query.bounded_on_demand {
        grade = Severity::Info;
    }
    if shape.beside_page {
        grade = severity::lower(grade);
    }
    if query.owned || shape.of_one || has_parent(route.url.as_deref().unwrap_or("")) {
        grade = severity::lower(grade);
        if growing {
            grade = grade.max(Severity::Minor);
        }
    }
    grade
}

#[cfg(test)]
mod tests {
    use super::{has_parent, posts_to_read, words_of, words_of_things};

    #[test]
    fn words_lose_case_and_plural() {
        assert_eq!(words_of("paymentMethods"), ["payment", "method"]);
        assert_eq!(words_of("order_statuses"), ["order", "statuse"]);
        assert_eq!(words_of("Countries"), ["country"]);
        assert_eq!(words_of("OrderStatus"), ["order", "status"]);
        assert_eq!(words_of("IPBlocklist"), ["ip", "blocklist"]);
    }

    #[test]
    fn what_things_belong_to_is_no_thing_of_its_own() {
        assert_eq!(words_of_things("getSecretsByApplicationId"), ["get", "secret"]);
        assert_eq!(words_of_things("bill_of_materials"), ["bill"]);
        assert_eq!(words_of_things("ForSale"), ["for", "sale"]);
    }

    #[test]
    fn some_posts_read() {
        assert!(posts_to_read("/orders/list"));
        assert!(posts_to_read("/page-get"));
        assert!(posts_to_read("/api/getOrders/"));
        assert!(!posts_to_read("/wish-list"));
        assert!(!posts_to_read("/orders"));
    }

    #[test]
    fn a_tenant_is_no_parent() {
        assert!(has_parent("/orders/{id}/lines"));
        assert!(has_parent("/api/folders/[folderId]/links"));
        assert!(!has_parent("/api/workspaces/[idOrSlug]/users"));
        assert!(!has_parent("/orgs/:orgId/users"));
    }
}
