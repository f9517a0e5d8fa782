//! `unpaginated-list`: an endpoint answers with all rows of a table.
//!
//! Knows responses with the rows inside them, and routes. Does not know frameworks.
//! Known false alarm: a table that stays small for a reason that no code shows.

mod handlers;
mod nouns;

use self::handlers::{HandlerName, Subject, name_of_handler, name_without_kind, shows_one};
use self::nouns::{Growth, words_of};
use super::words::{self, Places};
use super::{Input, confidence_of, severity};
use crate::findings::{Category, Finding, Related, Severity};
use crate::flow::facts::{ListView, Response, RouteFact};
use crate::flow::store::reading::{Order, Told};
use crate::flow::value::{Query, Rows, Statement};
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

/// What the rows are, for their grade: the entity, what the function around the query is called (`findAllWebhooks`), or
/// what the handler is about, where that says nothing (`list`).
fn name_of_rows(input: &Input<'_, '_>, rows: &Rows, model: &str, subject: &Subject) -> Named {
    let sure = |text: &str| Named { text: text.to_owned(), is_sure: true };
    if !model.is_empty() {
        return sure(model);
    }
    let text = input.project.unit(rows.file).snippet(rows.span);
    if let Some(name) = type_argument(&text) {
        return sure(name);
    }
    // `Group.objects.all()`, where nothing is known of `Group`.
    if let Some((name, _)) = text.split_once(".objects.")
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
    {
        return sure(name.rsplit('.').next().unwrap_or(name));
    }
    let module = &input.project.unit(rows.file).module;
    let around = module.functions.iter().filter(|function| function.span.contains(rows.span));
    let nearest = around.min_by_key(|function| function.span.end - function.span.start);
    let around = nearest.map(|function| module.text(function.name)).unwrap_or_default();
    let text = subject.head().filter(|_| handlers::is_generic(around)).unwrap_or(around);
    Named { text: text.to_owned(), is_sure: false }
}

/// What rows are called.
struct Named {
    text: String,
    /// By their table, and not by a function that reads them.
    is_sure: bool,
}

/// `pool.any<EmailDomain>(sql`…`)` reads email domains.
fn type_argument(call: &str) -> Option<&str> {
    let (callee, _) = call.split_once('(')?;
    let (name, argument) = callee.split_once('<')?;
    let is_callee = name.ends_with(|c: char| c.is_alphanumeric()) && !name.contains(char::is_whitespace);
    let end = argument.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(argument.len());
    let argument = &argument[..end];
    (is_callee && !matches!(argument, "" | "Array" | "Promise" | "Record" | "any" | "unknown")).then_some(argument)
}

/// `/local-users`, `/debug/orders`
fn is_for_developers(path: &str) -> bool {
    path.split(['/', '-', '_']).any(|word| matches!(word, "local" | "localhost" | "debug" | "dev" | "playground"))
}

/// A folder of its path says that the code shows how something is used.
fn is_sample(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split(['/', '-', '_', '.']).any(|word| {
        let word = word.to_ascii_lowercase();
        let word = word.strip_suffix('s').unwrap_or(&word);
        matches!(word, "sample" | "example" | "demo" | "mock" | "fake" | "stub")
    })
}

fn report(input: &Input<'_, '_>, response: &Response, route: &RouteFact) -> Finding {
    let rows = &response.rows;
    let model = rows.query.entity.as_ref().map(|entity| words::entity_name(input.project, entity)).unwrap_or_default();
    let handler_name = name_of_handler(input, response.function);
    let endpoint = match &route.url {
        Some(url) if !url.is_empty() => format!("{} {url}", if route.method == "ANY" { "GET" } else { &route.method }),
        _ => match input.symbol(response.function) {
            name if name.is_empty() && !handler_name.text.is_empty() => format!("`{}`", handler_name.text),
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
    let symbol = format!("{}.{}", input.symbol(response.function), handler_name.text).to_ascii_lowercase();
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
    let subject = Subject::of(input, response.function, &handler_name, route);
    let named = name_of_rows(input, rows, &model, &subject);
    let shape = Shape {
        sliced: rows.sliced,
        exports,
        beside_page: response.beside_page,
        of_one: shows_one(input, response.function, &handler_name, route),
        on_the_way: !subject.lists(&named.text),
    };
    let table = Table { is_nameless: !named.is_sure, ..Table::of(input, &rows.query, &named.text) };
    Finding {
        rule: "unpaginated-list",
        category: Category::Api,
        severity: grade(&rows.query, shape, route, table)
            .min(grade_by_handler(&handler_name))
            .min(if is_sample(&unit.path) || is_for_developers(&path) { Severity::Info } else { Severity::Critical }),
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

/// Words for those that a whole installation is split among: their rows grow without bound.
const TENANTS: [&str; 10] =
    ["workspace", "organization", "organisation", "org", "tenant", "account", "company", "program", "project", "site"];

/// A parameter of the path stands for one row above the listed ones, and not for a tenant: `/orders/{id}/lines`.
fn has_parent(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').collect();
    segments.iter().enumerate().any(|(at, segment)| {
        let above = at.checked_sub(1).and_then(|above| segments.get(above)).copied().unwrap_or_default();
        let is_tenant = [above, *segment].iter().flat_map(|part| words_of(part)).any(|word| is_tenant(&word));
        segment.starts_with([':', '{', '<', '[', '$']) && !is_tenant
    })
}

/// The path stands for a part of one tenant: `/orgs/{org}/networks`.
fn has_tenant(path: &str) -> bool {
    let mut above = "";
    path.split('/').any(|segment| {
        let found = segment.starts_with([':', '{', '<', '[', '$'])
            && [above, segment].iter().flat_map(|part| words_of(part)).any(|word| is_tenant(&word));
        above = segment;
        found
    })
}

/// `/access/:token/documents`: who knows it has been given it.
fn asks_for_secret(path: &str) -> bool {
    let mut segments = path.split('/').filter(|segment| segment.starts_with([':', '{', '<', '[']));
    segments.any(|segment| words_of(segment).iter().any(|word| matches!(word.as_str(), "token" | "secret" | "hash")))
}

fn is_tenant(word: &str) -> bool {
    TENANTS.contains(&word.trim_end_matches("id"))
}

/// `ListIdentityProviders` lists providers, whatever its table is called.
fn grade_by_handler(name: &HandlerName) -> Severity {
    match nouns::growth_by_handler(&name.text, name.is_field) {
        Growth::Reference => Severity::Pedantic,
        Growth::Few => Severity::Info,
        Growth::Slow | Growth::Members | Growth::Growing | Growth::Unknown => Severity::Critical,
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
        severity: grade(
            &view.query,
            Shape { exports, ..Shape::default() },
            &view.route,
            Table::of(input, &view.query, of),
        ),
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

/// What an answer is besides a list of rows.
#[derive(Clone, Copy, Default)]
struct Shape {
    sliced: bool,
    exports: bool,
    /// A select box or a badge list on a page whose own list is paged.
    beside_page: bool,
    /// The handler shows one thing, and these are of it.
    of_one: bool,
    /// The handler is for something that it reads the rows for, by its name.
    on_the_way: bool,
}

/// What is known of the table that the rows are from.
#[derive(Clone, Copy)]
struct Table {
    growth: Growth,
    /// Those whom somebody has invited are more than those whom somebody belongs to.
    is_invitation: bool,
    /// Programs write its rows as they run.
    is_stream: bool,
    /// Its rows are users.
    is_person: bool,
    /// One user or one thing has few of them.
    is_few_of_one: bool,
    /// Some other answer gives a page of it.
    is_paged: bool,
    /// People set up its rows one by one, as its columns say.
    is_set_up: bool,
    /// Its rows are created many at a time, or by jobs.
    in_numbers: bool,
    /// Nobody but who administers it is seen to put rows into it.
    is_edited: bool,
    /// Nobody knows which table it is.
    is_nameless: bool,
}

impl Table {
    fn of(input: &Input<'_, '_>, query: &Query, name: &str) -> Table {
        let growth = nouns::growth_of(name);
        let words = nouns::words_of_things(name);
        let noun = nouns::noun_of(&words).or(words.last().map(String::as_str)).unwrap_or_default();
        let entity = query.entity.as_ref();
        let open = entity.filter(|_| growth == Growth::Unknown || growth == Growth::Growing && !nouns::is_person(noun));
        let written = &input.across.written;
        Table {
            growth,
            is_invitation: words.iter().any(|word| matches!(word.as_str(), "invite" | "invitation"))
                && !nouns::invites_into_circle(&words),
            is_stream: nouns::is_stream(noun),
            is_person: nouns::is_person(noun),
            is_few_of_one: nouns::is_few_of_one(noun),
            is_paged: entity.is_some_and(|entity| input.across.paged.contains(entity)),
            is_set_up: open.is_some_and(|entity| input.project.is_set_up_by_hand(entity)),
            in_numbers: entity.is_some_and(|entity| written.in_numbers(entity)),
            is_nameless: false,
            is_edited: entity
                .is_some_and(|entity| input.across.administered.contains(entity) && !written.at_all(entity)),
        }
    }
}

fn grade(query: &Query, shape: Shape, route: &RouteFact, table: Table) -> Severity {
    let growth = table.growth;
    if growth == Growth::Reference || shape.exports || query.narrowed || query.reading.gives_values() {
        return Severity::Pedantic;
    }
    if growth == Growth::Few || (table.is_set_up && !table.is_paged && !table.in_numbers) {
        return Severity::Info;
    }
    let url = route.url.as_deref().unwrap_or("");
    let of_tenant = query.of_tenant || has_tenant(url);
    let of_parent = shape.of_one || has_parent(url);
    // Where the path names nobody, the rows of one user or tenant are those of whoever asks and has said so.
    let is_mine = url.split('/').any(|segment| matches!(segment, "me" | "my" | "mine" | "self"));
    let is_own = is_mine || asks_for_secret(url) || (!of_parent && (query.of_user || query.of_tenant));
    let authenticated = route.authenticated || is_own;
    let growing = growth == Growth::Growing;
    let mut grade = if growing || !authenticated { Severity::Major } else { Severity::Minor };
    let is_slow = matches!(growth, Growth::Slow | Growth::Members);
    if shape.sliced || is_slow {
        grade = Severity::Minor;
    }
    if query.bounded_on_demand {
        grade = Severity::Info;
    }
    if shape.beside_page {
        grade = severity::lower(grade);
    }
    if query.owned || query.through.is_some() || of_parent || is_mine {
        grade = severity::lower(grade);
        if growing || (table.is_invitation && query.of_user) {
            grade = grade.max(Severity::Minor);
        }
    } else if of_tenant && matches!(growth, Growth::Unknown | Growth::Members) {
        // What a tenant has of something that nobody knows more about.
        grade = severity::lower(grade).min(Severity::Info);
    }
    if grows(query, shape, table) { grade } else { grade.min(Severity::Info) }
}

/// Something says that the list is long: what it is called, who else reads the table, or who fills it.
fn grows(query: &Query, shape: Shape, table: Table) -> bool {
    if shape.sliced {
        return true;
    }
    // A select box, or what editors have written.
    if query.reading.columns == Told::Labels || table.is_edited {
        return false;
    }
    match table.growth {
        Growth::Growing if shape.on_the_way => false,
        // What one thing has of documents or tasks, and one user of sessions.
        Growth::Growing => {
            let is_part = query.owned || query.through.is_some() || shape.of_one;
            let is_many = table.is_stream || table.is_paged || query.of_user && !table.is_person;
            !is_part || is_many && !table.is_few_of_one
        }
        // People look through what is sorted by name.
        Growth::Unknown if table.is_nameless => false,
        Growth::Unknown if query.reading.order == Order::ByName && !table.is_paged && !table.in_numbers => false,
        // A part of what one thing has, unless somebody has found that it is many.
        Growth::Unknown if (query.owned || query.through.is_some()) && !table.is_paged && !table.in_numbers => false,
        Growth::Unknown | Growth::Slow | Growth::Members => !shape.on_the_way,
        Growth::Few | Growth::Reference => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{has_parent, is_sample, posts_to_read, type_argument};

    #[test]
    fn some_posts_read() {
        assert!(posts_to_read("/orders/list"));
        assert!(posts_to_read("/page-get"));
        assert!(posts_to_read("/api/getOrders/"));
        assert!(!posts_to_read("/wish-list"));
        assert!(!posts_to_read("/orders"));
    }

    #[test]
    fn a_type_argument_names_the_rows() {
        assert_eq!(type_argument("this.pool.any<EmailDomain>(sql``)"), Some("EmailDomain"));
        assert_eq!(type_argument("db.query<Array<{ id: string }>>(sql``)"), None);
        assert_eq!(type_argument("db.select().from(orders)"), None);
    }

    #[test]
    fn samples_are_told_by_their_folders() {
        assert!(is_sample("clients/sample-app/src/index.ts"));
        assert!(is_sample("profiles/github_mock/app.py"));
        assert!(!is_sample("src/sampling/demo.py"));
    }

    #[test]
    fn a_tenant_is_no_parent() {
        assert!(has_parent("/orders/{id}/lines"));
        assert!(has_parent("/api/folders/[folderId]/links"));
        assert!(!has_parent("/api/workspaces/[idOrSlug]/users"));
        assert!(!has_parent("/orgs/:orgId/users"));
    }
}
