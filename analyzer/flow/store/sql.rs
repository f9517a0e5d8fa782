//! What a SQL text is and does, by its words: statement, effect, bound, table.
//!
//! Knows keywords of the common dialects. Does not parse statements.
//! Known miss: a bound in a subquery counts for the outer statement.

use crate::flow::store::apply::is_key_name;
use crate::flow::store::scopes::note_sql_scope;
use crate::flow::value::{EntityRef, Query};
use crate::models::schema::{Effect, SqlRole};

/// What a SQL statement does, by its first word.
pub(in crate::flow) fn sql_effect(skeleton: &str) -> Effect {
    let first = uncommented(skeleton).trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let word: String = first.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase();
    match word.as_str() {
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "REPLACE" | "UPSERT" | "CALL" | "TRUNCATE" => Effect::Write,
        "CREATE" | "ALTER" | "DROP" | "GRANT" | "COMMENT" | "ANALYZE" | "VACUUM" | "LOCK" | "USE" => Effect::Build,
        "SET" | "BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "START" | "PRAGMA" => Effect::Build,
        _ => Effect::ReadMany,
    }
}

/// The statement behind what stands above it: `-- name: ListUsers :many`, `/* hint */`.
fn uncommented(skeleton: &str) -> &str {
    let mut rest = skeleton.trim_start();
    loop {
        let behind = match rest.get(..2) {
            Some("--") => rest.split_once('\n').map(|(_, behind)| behind),
            Some("/*") => rest.split_once("*/").map(|(_, behind)| behind),
            _ => return rest,
        };
        let Some(behind) = behind else { return rest };
        rest = behind.trim_start();
    }
}

/// The outer statement has a `LIMIT`, or gives one row of aggregates.
pub(in crate::flow) fn sql_is_bounded(skeleton: &str) -> bool {
    let upper = uncommented(skeleton).to_ascii_uppercase();
    if has_word(&upper, "LIMIT")
        || upper.contains("FETCH FIRST")
        || upper.contains("FETCH NEXT")
        || upper.contains("SELECT TOP")
    {
        return true;
    }
    let Some(select) = upper.trim_start().strip_prefix("SELECT") else { return false };
    let Some(from) = select.find("FROM") else { return !select.trim().is_empty() && !select.contains('\u{1}') };
    let columns = select[..from].trim();
    let aggregate = ["COUNT(", "SUM(", "MAX(", "MIN(", "AVG(", "EXISTS", "COALESCE(SUM", "COALESCE(MAX"];
    aggregate.iter().any(|word| columns.starts_with(word)) && !upper.contains("GROUP BY")
}

/// What the words of a statement say about its rows.
pub(in crate::flow) fn judge(query: &mut Query, skeleton: &str) {
    query.bounded |= sql_is_bounded(skeleton);
    query.narrowed |= sql_narrows(skeleton);
    query.grouped |= sql_groups(skeleton);
    note_sql_scope(query, skeleton);
    if query.entity.is_none() {
        query.entity = sql_table(skeleton).map(|table| EntityRef::Named(table.into()));
    }
}

/// Some of the words that a statement is made of are there.
pub(in crate::flow) fn says_something(skeleton: &str) -> bool {
    let upper = skeleton.to_ascii_uppercase();
    ["SELECT", "FROM", "WHERE", "ORDER BY", "JOIN", "WITH", "LIMIT", "RETURNING", "SHOW", "PRAGMA"]
        .iter()
        .any(|word| has_word(&upper, word))
}

/// Rows are put together; `GROUP BY orders.id` leaves every row of the table.
fn sql_groups(skeleton: &str) -> bool {
    let upper = skeleton.to_ascii_uppercase();
    // `SELECT DISTINCT kind FROM orders`: as many as there are kinds. `DISTINCT ON (…)` and several columns give rows.
    let distinct = upper.trim_start().strip_prefix("SELECT DISTINCT ").and_then(|rest| rest.split_once("FROM"));
    if distinct.is_some_and(|(columns, _)| !columns.trim_start().starts_with("ON") && !columns.contains([',', '*'])) {
        return true;
    }
    let Some((_, columns)) = upper.split_once("GROUP BY") else { return false };
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let first = columns.replace(['"', '`'], "");
    let first = first.trim_start().split(|c: char| !is_name(c)).next().unwrap_or("");
    match first.rsplit_once('.') {
        Some((table, "ID")) => sql_table(skeleton).is_none_or(|from| !from.eq_ignore_ascii_case(table)),
        _ => first != "ID",
    }
}

/// `id = ANY($1)`, `orders.id IN (?)`, `id IN ?`: one of given keys. Not `status IN ('open', 'paid')`, nor what another
/// query gives.
pub(in crate::flow) fn sql_narrows(skeleton: &str) -> bool {
    let upper = skeleton.to_ascii_uppercase();
    [" IN (", " IN ?", "= ANY("].iter().any(|found| {
        upper.match_indices(found).any(|(at, _)| {
            let after = upper[at + found.len()..].trim_start();
            let before = skeleton.get(..at).unwrap_or_default().trim_end();
            let column = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).find(|word| !word.is_empty());
            !after.starts_with("SELECT") && !after.starts_with('\'') && column.is_some_and(is_key_name)
        })
    })
}

pub(in crate::flow) fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The first table that a statement names.
pub(in crate::flow) fn sql_table(skeleton: &str) -> Option<&str> {
    let upper = skeleton.to_ascii_uppercase();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    // Not the end of a column's name: `originated_from FROM repositories`.
    let stands_alone = |at: usize| !upper.as_bytes()[..at].last().is_some_and(is_part);
    let at = ["FROM ", "INTO ", "UPDATE ", "FROM\n"]
        .iter()
        .filter_map(|word| upper.match_indices(word).find(|(at, _)| stands_alone(*at)).map(|(at, _)| at + word.len()))
        .min()?;
    let rest = skeleton.get(at..)?.trim_start();
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '`'))).unwrap_or(rest.len());
    let name = rest[..end].trim_matches(['"', '`']);
    let name = name.rsplit('.').next().unwrap_or(name).trim_matches(['"', '`']);
    (!name.is_empty()).then_some(name)
}

/// Whether a role takes a bare dynamic value as a finding.
pub(in crate::flow) fn is_identifier(role: SqlRole) -> bool {
    role == SqlRole::Identifier
}

/// Method names that run SQL text in the drivers of all three languages.
pub(in crate::flow) fn is_query_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "execute"
            | "query"
            | "raw"
            | "exec"
            | "run"
            | "all"
            | "get"
            | "each"
            | "executemany"
            | "executescript"
            | "read_sql"
            | "fetch"
            | "fetchall"
            | "fetchone"
            | "fetchrow"
            | "fetchval"
            | "fetch_all"
            | "fetch_one"
            | "querycontext"
            | "execcontext"
            | "queryrow"
            | "queryrowcontext"
            | "prepare"
            | "queryrowx"
            | "queryx"
            | "select"
            | "unsafe"
            | "one"
            | "none"
            | "any"
            | "many"
            | "execute_sql"
            | "executesql"
            | "runquery"
            | "run_query"
            | "execute_query"
            | "executequery"
            | "sql"
            | "rawquery"
            | "raw_query"
            | "preparecontext"
            | "command"
            | "mustexec"
            | "batch"
            | "scalar"
    )
}

/// A statement from its first word on, with a clause of its own.
pub(in crate::flow) fn is_sql(skeleton: &str) -> bool {
    let text = skeleton.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let upper: String = text.chars().take(4000).collect::<String>().to_ascii_uppercase();
    let word: String = upper.chars().take_while(char::is_ascii_alphabetic).collect();
    let has = |clause: &str| {
        upper.match_indices(clause).any(|(at, _)| {
            let before = upper[..at].chars().next_back();
            let after = upper[at + clause.len()..].chars().next();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    };
    match word.as_str() {
        "SELECT" => has("FROM"),
        "INSERT" | "REPLACE" | "MERGE" | "UPSERT" => has("INTO"),
        "UPDATE" => has("SET"),
        "DELETE" => has("FROM"),
        "WITH" => has("AS") && has("SELECT"),
        "CREATE" | "ALTER" | "DROP" => {
            ["TABLE", "DATABASE", "SCHEMA", "INDEX", "VIEW", "USER", "ROLE", "TRIGGER", "FUNCTION"]
                .iter()
                .any(|w| has(w))
        }
        "TRUNCATE" | "GRANT" | "REVOKE" | "COPY" | "CALL" | "EXEC" | "EXPLAIN" | "PRAGMA" | "USE" => {
            upper.contains(' ')
        }
        _ => false,
    }
}
