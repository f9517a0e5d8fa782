//! `sql-interpolation`: text with an unbound dynamic part reaches a place where it runs as SQL.
//!
//! Knows text sinks with the origin of every hole. Does not know how the text was built.
//! Known false alarm: an identifier that another module has checked.

use super::words::{self, Places};
use super::{Input, confidence_of};
use crate::findings::{Category, Confidence, Finding, Related, Severity};
use crate::flow::facts::TextSink;
use crate::flow::value::{Hole, Origin, TextPart};
use crate::ir::{ExprKind, Part};
use crate::models::schema::{Context, Cure, SqlRole};

pub(super) fn find(input: &Input<'_, '_>, findings: &mut Vec<Finding>) {
    let mut reported = Vec::new();
    for sink in &input.facts.sinks {
        if input.is_test {
            continue;
        }
        let Some((hole, finding)) = report(input, sink) else { continue };
        // One condition that several statements of a function take over has one cure.
        let apart = !sink.span.contains(hole.span);
        let cause = (sink.function, hole.file, hole.span);
        if apart && sink.path.is_empty() && reported.contains(&cause) {
            continue;
        }
        reported.push(cause);
        findings.push(finding);
    }
}

/// `q.Where("(" + w.Condition + ")", w.Args...)`: the text of a condition that is kept with its values.
fn brings_its_binds(input: &Input<'_, '_>, sink: &TextSink, hole: &Hole) -> bool {
    let part = input.project.unit(hole.file).snippet(hole.span);
    let Some((base, field)) = part.rsplit_once('.') else { return false };
    // `os.Args[1]` brings nothing.
    if !field.chars().all(char::is_alphanumeric) {
        return false;
    }
    let call = input.project.unit(sink.site.0).snippet(sink.site.1);
    ["Args", "args", "Values", "values", "Params", "params", "Bindings", "bindings"]
        .iter()
        .any(|&binds| field != binds && call.contains(&format!("{base}.{binds}")))
}

/// What is said of a call whose argument is spliced into text by the function that it calls.
const PASSED: &str = "the dynamic part is passed here";

/// Whether two findings of one place are one: several callers pass what one function splices in.
pub(super) fn is_same_text(first: &Finding, next: &Finding) -> bool {
    [first, next].iter().any(|finding| finding.related.iter().any(|related| related.note == PASSED))
}

/// Where a hole stands in the statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Value,
    /// A table, column, ordering or quoted name.
    Identifier,
    /// A piece of the statement: a clause, a condition, the statement that it goes on from.
    Clause,
}

fn report<'s>(input: &Input<'_, '_>, sink: &'s TextSink) -> Option<(&'s Hole, Finding)> {
    let context = input.context(sink.function);
    let (hole, place, severity) = sink
        .text
        .holes()
        .enumerate()
        .filter(|(_, hole)| {
            let left_to_caller = sink.bare && matches!(hole.origin, Origin::Param(_));
            !hole.origin.is_harmless() && !left_to_caller && !brings_its_binds(input, sink, hole)
        })
        .filter(|(number, _)| !(sink.bound && names_a_bind(sink, *number)))
        .map(|(number, hole)| {
            let text = input.project.unit(hole.file).snippet(hole.span);
            let name = name_of(&text);
            let place = match place_of(input, sink, number) {
                Place::Value | Place::Clause if names_identifier(&name) || is_name_of_part(&text) => Place::Identifier,
                place => place,
            };
            let severity = grade(hole, place, context);
            // Keys and counts of rows are the database's own, and a constant is the program's.
            let own = hole.origin == Origin::Row && names_key(&name)
                || is_key(hole, &text, &name) && !is_quoted(&sink.text.before_hole(number))
                || hole.origin == Origin::Unknown && is_constant_name(&name)
                || place == Place::Identifier
                    && hole.origin != Origin::Request
                    && (names_prefix(&name) || is_name_of_part(&text))
                || place == Place::Identifier
                    && is_ddl(&sink.text.before_hole(number))
                    && is_own_name(input, sink, hole);
            (hole, place, if own { severity.min(Severity::Info) } else { severity })
        })
        .max_by_key(|(_, _, severity)| *severity)?;
    let confidence =
        if sink.guessed { Confidence::Medium } else { confidence_of(sink.evidence, false).max(Confidence::Medium) };
    let value = words::one_line(&input.project.unit(hole.file).snippet(hole.span));
    // Callers pass the part; the text is put together, and is to be mended, in the function that they call.
    let (home, place_of_text) = sink.spliced;
    let is_passed = (home.file, place_of_text) != (input.unit.file, sink.span);
    let unit = input.project.unit(home.file);
    let call = words::one_line(&unit.snippet(place_of_text));
    let origin = match hole.origin {
        Origin::Request => "comes from the request",
        Origin::Param(_) => "is a function parameter",
        Origin::Config => "comes from configuration",
        Origin::Escaped => "is escaped by hand rather than bound",
        Origin::Row => "comes from a row that was read",
        Origin::Generated => "is generated at run time",
        Origin::Unknown
        | Origin::Undeclared
        | Origin::Constant
        | Origin::Listed
        | Origin::Number
        | Origin::Placeholders
        | Origin::Quoted => "is not a constant",
    };
    let what = match place {
        Place::Value => "SQL built by interpolation",
        Place::Identifier => "SQL identifier built by interpolation",
        Place::Clause => "SQL clause built by interpolation",
    };
    let cure = match place {
        Place::Value | Place::Clause => Cure::Bind,
        Place::Identifier => Cure::Quote,
    };
    let places = Places { value: &value, call: &call, line: words::line(unit, place_of_text), ..Places::default() };
    let recommendation = words::fix(input.models, sink.kind, cure, &places).unwrap_or_else(|| match place {
        Place::Value | Place::Clause => {
            format!("Pass `{value}` as a bind parameter instead of splicing it into the text")
        }
        Place::Identifier => {
            format!("Check `{value}` against a fixed list of names, or quote it with the driver's identifier helper")
        }
    });
    let mut related = Vec::new();
    if is_passed {
        related.push(Related { file: input.unit.file, span: sink.span, note: PASSED.to_owned() });
    } else if hole.file != input.unit.file || !sink.span.contains(hole.span) {
        related.push(Related { file: hole.file, span: hole.span, note: "the dynamic part is added here".to_owned() });
    }
    for hop in sink.path.iter().skip(1) {
        related.push(Related { file: hop.file, span: hop.span, note: format!("calls {}", hop.name) });
    }
    if !sink.path.is_empty() && sink.site != (home.file, place_of_text) {
        related.push(Related { file: sink.site.0, span: sink.site.1, note: "the text runs here".to_owned() });
    }
    let finding = Finding {
        rule: "sql-interpolation",
        category: Category::Security,
        severity,
        confidence,
        file: home.file,
        span: place_of_text,
        title: format!("{what}: `{value}` is spliced into the statement"),
        evidence: if is_passed {
            let caller = match input.symbol(sink.function) {
                name if name.is_empty() => "the module".to_owned(),
                name => format!("`{name}`"),
            };
            format!("`{value}`, which {caller} passes, {origin} and becomes part of the SQL text of `{call}`")
        } else {
            format!("`{value}` {origin} and becomes part of the SQL text of `{call}`")
        },
        recommendation,
        symbol: unit.module.qualified_name(home.id),
        fingerprint_text: None,
        related,
    };
    Some((hole, finding))
}

/// What a program creates and drops, it names itself: `CREATE TABLE {name}` of a parameter `name`, or of a table's
/// metadata. What a parameter holds (`event.arguments[0]`) may be anybody's.
fn is_own_name(input: &Input<'_, '_>, sink: &TextSink, hole: &Hole) -> bool {
    if !matches!(hole.origin, Origin::Param(_) | Origin::Undeclared) {
        return false;
    }
    let text = input.project.unit(hole.file).snippet(hole.span);
    let name = text.strip_suffix(".fullname").unwrap_or(&text);
    let module = &input.unit.module;
    let params = &module.function(sink.function).params;
    params.iter().any(|param| module.text(module.var(param.var).name) == name)
}

/// The last name in an expression: `column` of `field.column` and of `str(field.column)`.
fn name_of(text: &str) -> String {
    let inner = text.trim_end_matches(['(', ')', ']', '"', '\'']);
    let inner = inner.strip_suffix(".lower").or_else(|| inner.strip_suffix(".upper")).unwrap_or(inner);
    inner.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("").to_owned()
}

fn is_constant_name(name: &str) -> bool {
    name.len() > 1 && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// `tableName`, `sort_column`, `autofield.column`: what stands there is the name of something in the database.
fn names_identifier(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let base = ["name", "ref", "s"].iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower);
    [
        "table",
        "column",
        "col",
        "schema",
        "database",
        "tbl",
        "attname",
        "index",
        "idx",
        "sequence",
        "constraint",
        "alias",
    ]
    .iter()
    .any(|noun| base.trim_end_matches('_').ends_with(noun))
}

/// `tablePrefix`, which stands before the names of all tables of a program; `parentAlias`, which it makes up itself.
fn names_prefix(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with("prefix") || lower.ends_with("alias")
}

/// `field.name`, `column.name`: what a part of the schema is called.
fn is_name_of_part(text: &str) -> bool {
    let Some(owner) = text.strip_suffix(".name") else { return false };
    let owner = owner.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or("");
    let lower = owner.to_ascii_lowercase();
    lower.ends_with("field") || names_identifier(owner)
}

/// `user.pk` of a parameter, `hostId` of something that no client is known to have sent: a key that the database has made.
fn is_key(hole: &Hole, text: &str, name: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let sent = ["req", "request", "ctx", "event", "query", "params", "body", "args", "input", "payload", "data"];
    !words.any(|word| sent.contains(&word))
        && match hole.origin {
            Origin::Unknown => names_key(name),
            Origin::Param(_) | Origin::Undeclared => {
                let last = hole.field.as_deref().or_else(|| text.rsplit_once('.').map(|(_, last)| last));
                matches!(last, Some("id" | "pk"))
            }
            _ => false,
        }
}

/// A literal of the statement has begun.
fn is_quoted(before: &str) -> bool {
    !before.matches('\'').count().is_multiple_of(2)
}

/// `row.id`, `user_id`, `count`: numbers and keys that the database has made.
fn names_key(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name == "id"
        || name.ends_with("Id")
        || name.ends_with("ID")
        || name.ends_with("_id")
        || matches!(lower.as_str(), "pk" | "uuid" | "count" | "rank" | "position" | "total")
}

fn grade(hole: &Hole, place: Place, context: Option<Context>) -> Severity {
    let severity = match (hole.origin, place) {
        (Origin::Request, _) => Severity::Critical,
        // A list of clauses or columns is a list of pieces of SQL by its meaning: whoever fills it writes SQL.
        (Origin::Param(_), Place::Clause | Place::Identifier) if hole.joined => Severity::Info,
        (Origin::Unknown, Place::Value)
        | (Origin::Param(_) | Origin::Undeclared | Origin::Row, Place::Value | Place::Clause) => Severity::Major,
        (Origin::Param(_) | Origin::Undeclared, Place::Identifier) => Severity::Minor,
        // Names and clauses that the program makes somewhere: nothing shows that a client has a say in them.
        (Origin::Unknown, Place::Identifier | Place::Clause) => Severity::Info,
        // Names that the database itself has given: `SHOW TABLES`, `information_schema`.
        (Origin::Row, Place::Identifier) => Severity::Info,
        (
            Origin::Config
            | Origin::Escaped
            | Origin::Generated
            | Origin::Constant
            | Origin::Listed
            | Origin::Number
            | Origin::Placeholders
            | Origin::Quoted,
            _,
        ) => Severity::Info,
    };
    match context {
        // The names that a migration works on stand in it.
        Some(Context::Migration) if hole.origin != Origin::Request && place == Place::Identifier => Severity::Pedantic,
        Some(Context::Migration) if hole.origin != Origin::Request => severity.min(Severity::Info),
        Some(Context::Test) => severity.min(Severity::Info),
        Some(Context::Script) => super::severity::lower(severity),
        _ => severity,
    }
}

/// The constant piece behind a hole.
fn after_hole(sink: &TextSink, number: usize) -> &str {
    let is_hole = |part: &TextPart| matches!(part, TextPart::Hole(_));
    let hole = sink.text.parts.iter().enumerate().filter(|(_, part)| is_hole(part)).nth(number);
    match hole.and_then(|(at, _)| sink.text.parts.get(at + 1)) {
        Some(TextPart::Const(piece)) => piece,
        Some(TextPart::Hole(_)) | None => "",
    }
}

/// `where("age = :" + name, { [name]: age })`: the name of a bind.
fn names_a_bind(sink: &TextSink, number: usize) -> bool {
    let before = sink.text.before_hole(number);
    let is_cast = before.ends_with("::");
    !is_cast && (before.ends_with([':', '@', '$']) || before.ends_with("%("))
}

/// What stands before and behind the part in a tagged template: `` sql`select * from ${sql.raw(table)}` ``.
fn text_around(input: &Input<'_, '_>, sink: &TextSink) -> Option<(String, String)> {
    let module = &input.unit.module;
    let is_own = |part: &Part| matches!(part, Part::Hole { value, .. } if *value == sink.expr);
    let parts = module.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Template(parts) if parts.iter().any(is_own) => Some(parts),
        _ => None,
    })?;
    let at = parts.iter().position(is_own)?;
    let text = |parts: &[Part]| {
        let texts = parts.iter().map(|part| match part {
            Part::Text(text) => module.text(*text),
            Part::Hole { .. } => "\u{1}",
        });
        texts.collect::<String>()
    };
    Some((text(&parts[..at]), text(&parts[at + 1..])))
}

/// A fragment that is an expression of one column: `lower({column})`, `{column} desc`.
fn is_of_column(sink: &TextSink) -> bool {
    let skeleton = sink.text.skeleton();
    let (Some((before, after)), true) = (skeleton.split_once('\u{1}'), sink.role.is_part()) else { return false };
    let name = before.strip_suffix('(').unwrap_or_default();
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && matches!(after.trim().to_ascii_lowercase().as_str(), ")" | ") asc" | ") desc")
}

/// What is compared, at the beginning of a condition: `{column} = ?`.
fn is_compared(sink: &TextSink, before: &str, number: usize) -> bool {
    let starts = before.trim_end();
    let is_first = starts.is_empty() && sink.role.is_part();
    let after =
        sink.text.skeleton().splitn(number + 2, '\u{1}').nth(number + 1).unwrap_or_default().to_ascii_lowercase();
    let operators =
        ["= ?", "= $", "= :", "= @", "= %s", "in (?", "in ?", "like ?", "> ?", "< ?", ">= ?", "<= ?", "<> ?", "!= ?"];
    is_first && operators.iter().any(|operator| after.trim_start().starts_with(operator))
}

/// Inside a quoted name: `CREATE INDEX "{table}_{kind}_idx"`.
fn is_in_name(before: &str) -> bool {
    let outside = before.matches('\'').count().is_multiple_of(2);
    let opened = before.rfind('"').filter(|_| before.matches('"').count() % 2 == 1);
    // `= "{value}` is a value of MySQL's, `("{value}` may be one.
    outside && opened.is_some_and(|at| !before[..at].trim_end().ends_with(['=', '(', ',']))
}

/// What a statement that defines something takes are names, unless a literal is open.
fn is_ddl(before: &str) -> bool {
    let word: String = before.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    let defines = ["CREATE", "ALTER", "DROP", "TRUNCATE"].iter().any(|verb| word.eq_ignore_ascii_case(verb));
    defines && before.matches('\'').count().is_multiple_of(2)
}

/// What stands before a hole makes it a value: an opened literal, an operator, a list of values.
fn is_value(before: &str) -> bool {
    // Doubled quotes inside a literal count twice, so that they change nothing.
    if before.matches('\'').count() % 2 == 1 {
        return true;
    }
    let upper = before.to_ascii_uppercase();
    let operators = [
        "=", "<", ">", "+", "-", "*", "/", "||", "%", ",", "LIKE", "REGEXP", "RLIKE", "MATCH", "AGAINST", "BETWEEN",
        "LIMIT", "OFFSET", "TOP", "INTERVAL", "THEN", "ELSE", "RETURN", "TO",
    ];
    let opened = upper.trim_end_matches(|c: char| c == '(' || c.is_whitespace());
    let lists = [" IN", "VALUES", "ANY", "ALL", "ARRAY["];
    operators.iter().any(|operator| upper.ends_with(operator))
        || opened.len() < upper.len() && (lists.iter().any(|list| opened.ends_with(list)) || is_function(opened))
}

/// `lower(`, rather than `AND (`.
fn is_function(before: &str) -> bool {
    let word = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or("");
    let clauses = ["AND", "OR", "NOT", "WHERE", "HAVING", "ON", "EXISTS", "AS", "FROM", "SELECT", "WHEN", "UNION"];
    !word.is_empty() && !clauses.contains(&word)
}

fn place_of(input: &Input<'_, '_>, sink: &TextSink, number: usize) -> Place {
    if sink.role == SqlRole::Identifier || is_of_column(sink) {
        return Place::Identifier;
    }
    let mut before = sink.text.before_hole(number);
    if is_compared(sink, &before, number) {
        return Place::Identifier;
    }
    let mut after = after_hole(sink, number).to_owned();
    if let Some((text, behind)) = text_around(input, sink) {
        before.insert_str(0, &text);
        after.push_str(&behind);
    }
    // `"{alias}"."id"`, and not the end of a sentence.
    let behind_quote = after.strip_prefix(['"', '`']).unwrap_or(&after).strip_prefix('.');
    let is_qualifier = behind_quote.is_some_and(|rest| {
        rest.strip_prefix(['"', '`']).unwrap_or(rest).starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    });
    if is_qualifier && !is_quoted(&before) {
        return Place::Identifier;
    }
    let trimmed = before.trim_end();
    if trimmed.ends_with(['"', '`', '[']) && !before.ends_with(char::is_whitespace) {
        // A double quote opens an identifier, unless the dialect's values use it (`= "…"`).
        let bare = trimmed.trim_end_matches(['"', '`', '[']).trim_end();
        return if bare.ends_with(['=', '(', ',']) && trimmed.ends_with('"') {
            Place::Value
        } else {
            Place::Identifier
        };
    }
    // `{prefix}orders`: the beginning of a name.
    let is_beginning = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if before.ends_with('.') || is_beginning && !is_quoted(&before) || is_in_name(&before) || is_ddl(&before) {
        return Place::Identifier;
    }
    let word: String = trimmed
        .chars()
        .rev()
        .take_while(|c| c.is_ascii_alphabetic() || *c == '_')
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let word = word.to_ascii_uppercase();
    if matches!(
        word.as_str(),
        "FROM"
            | "JOIN"
            | "INTO"
            | "UPDATE"
            | "TABLE"
            | "BY"
            | "SELECT"
            | "DISTINCT"
            | "EXISTS"
            | "DATABASE"
            | "SCHEMA"
            | "INDEX"
            | "VIEW"
            | "USER"
            | "ROLE"
            | "COLUMN"
            | "AS"
            | "ONLY"
            | "TRUNCATE"
            | "ASC"
            | "DESC"
            | "ON"
            | "SEQUENCE"
            | "USE"
            | "PRAGMA"
            | "FUNCTION"
            | "TRIGGER"
            | "TYPE"
            | "CONSTRAINT"
            | "ANALYZE"
            | "VACUUM"
            | "COLLATE"
            | "CALL"
            | "EXTENSION"
    ) {
        return Place::Identifier;
    }
    // What is compared is a column: `AND {column} = ?`.
    let follows = after.trim_start().to_ascii_uppercase();
    let is_compared = ["=", "<", ">", "!=", "IN ", "IN(", "IS ", "LIKE ", "ILIKE ", "BETWEEN ", "\u{1} "];
    let opens = matches!(word.as_str(), "AND" | "OR" | "WHERE" | "NOT" | "SET") || trimmed.ends_with(['(', ',']);
    if opens && after.starts_with(' ') && is_compared.iter().any(|sign| follows.starts_with(sign)) {
        return Place::Identifier;
    }
    // A further column of a list: `SELECT a, {b}` or `ORDER BY a {direction}`.
    let upper = trimmed.to_ascii_uppercase();
    let last_clause =
        ["SELECT", "FROM", "WHERE", "VALUES", "SET", "ORDER BY", "GROUP BY", "HAVING", "LIMIT", "INTO", "ON"]
            .iter()
            .filter_map(|clause| upper.rfind(clause).map(|at| (at, *clause)))
            .max();
    let quoted = before.ends_with(['\'', '%']);
    match last_clause {
        Some((_, "SELECT" | "ORDER BY" | "GROUP BY" | "FROM" | "INTO")) if !quoted => Place::Identifier,
        _ if is_value(trimmed) => Place::Value,
        _ => Place::Clause,
    }
}
