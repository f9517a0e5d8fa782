//! Whose rows a condition asks for: those of the current user, or those below one parent.
//!
//! Knows names of columns, and of users in requests. Does not know entities.
//! Known miss: a parent that is given as an object (`filter(album=album)`), unless it is a tenant.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::store::apply::is_key_name;
use crate::flow::store::sql::sql_narrows;
use crate::flow::value::{Query, Value};
use crate::ir::{Arg, Entry, ExprId, ExprKind, Module};
use crate::source::{Family, Span};

/// Words for those that a whole installation is split among: what belongs to one of them grows without bound.
const TENANTS: [&str; 11] = [
    "workspace",
    "organization",
    "organisation",
    "org",
    "tenant",
    "account",
    "company",
    "program",
    "project",
    "site",
    "n",
];

impl Interp<'_, '_> {
    /// Notes whose rows the arguments of a condition ask for.
    pub(in crate::flow) fn note_scope(&self, query: &mut Query, name: &str, args: &Args, span: Span) {
        // `request.user.canteens.order_by("name")`
        let from_user = self.starts_at_a_user(span);
        query.of_user |= from_user;
        query.owned |= from_user;
        if name == "exclude" || tells_columns(name) {
            return;
        }
        let any = |is_key: fn(&str) -> bool| args.iter().any(|(value, arg)| self.names(value, arg, is_key));
        let named = |arg: &Arg| arg.name.is_some_and(|name| is_owner(self.unit.module.text(name)));
        query.of_user |=
            self.mentions_current_user(args) || args.iter().any(|(value, arg)| named(arg) && is_one(value));
        query.owned |= query.of_user || any(is_parent_key);
        query.of_tenant |= any(is_tenant_key);
        // `Where("id IN ?", ids)`
        query.narrowed |= args.iter().any(|(value, arg)| {
            value.as_text().is_some_and(|text| sql_narrows(&text.skeleton()))
                || gives_keys(&self.unit.module, arg.value, name.starts_with("where"), 0)
        });
    }

    /// `request.user.webhooks.all()`: a relation of the current user.
    pub(in crate::flow) fn starts_at_a_user(&self, span: Span) -> bool {
        let text = self.unit.snippet(span);
        let owner = text.strip_prefix("self.").unwrap_or(&text);
        let users = ["request.user.", "user.", "current_user.", "g.user."];
        self.unit.family() == Family::Python && users.iter().any(|user| owner.starts_with(user))
    }

    fn mentions_current_user(&self, args: &Args) -> bool {
        args.iter().any(|(_, arg)| {
            let span = self.span_of_condition(arg.value);
            let text = self.unit.snippet(span);
            // In a long argument a name may well stand for something else: `select: { userId: true }`.
            let anywhere =
                ["request.user", "req.user", "current_user", "currentUser", "ctx.user", "session.user"].as_slice();
            let short = ["user_id=user", "user.id", "userId", "user_id", "UserID("].as_slice();
            let words = match span.end - span.start {
                0..=400 => [anywhere, short],
                401..=2000 => [anywhere, &[]],
                _ => [&[] as &[&str], &[]],
            };
            words.iter().copied().flatten().any(|word| text.contains(word))
        })
    }

    /// A column of a sort is compared with one value.
    fn names(&self, value: &Value, arg: &Arg, is_key: fn(&str) -> bool) -> bool {
        if let Some(name) = arg.name {
            return is_one(value) && is_key(self.unit.module.text(name));
        }
        let conditions = match value {
            Value::Record(record) => match record.get("where") {
                Some(Value::Record(conditions)) => Some(conditions),
                // `{ where: eq(lines.orderId, id) }`
                Some(_) => None,
                None => Some(record),
            },
            _ => None,
        };
        if let Some(conditions) = conditions {
            return conditions.entries.iter().any(|(key, value)| is_key(key) && is_one(value));
        }
        // `wallet.CustomerID(id)`: a predicate that is called after its column.
        let module = &self.unit.module;
        if let ExprKind::Call { callee, args, .. } = &module.expr(arg.value).kind
            && let ([_], ExprKind::Member { name, .. }) = (args.as_slice(), &module.expr(*callee).kind)
            && is_key(module.text(*name))
        {
            return true;
        }
        // `"order_id = ?"`, whether it stands here or is a constant somewhere else.
        if let Value::Text(text) = value {
            return compares(&text.skeleton(), is_key);
        }
        let span = self.span_of_condition(arg.value);
        span.end - span.start <= 400 && compares(&self.unit.snippet(span), is_key)
    }

    /// `{ where: …, select: … }` asks with the one and not with the other.
    fn span_of_condition(&self, argument: ExprId) -> Span {
        let module = &self.unit.module;
        let ExprKind::Record { entries, .. } = &module.expr(argument).kind else { return self.span(argument) };
        let condition = entries.iter().find_map(|entry| match entry {
            Entry::Pair { key, value } if module.str_of(*key) == Some("where") => Some(*value),
            Entry::Pair { .. } | Entry::Spread(_) | Entry::Item(_) => None,
        });
        self.span(condition.unwrap_or(argument))
    }
}

/// Calls whose arguments say what is given of the rows, or in which order: `select({ userId: members.userId })`.
fn tells_columns(name: &str) -> bool {
    matches!(
        name,
        "select"
            | "addSelect"
            | "columns"
            | "returning"
            | "values"
            | "values_list"
            | "only"
            | "defer"
            | "annotate"
            | "include"
            | "populate"
            | "select_related"
            | "prefetch_related"
            | "with_entities"
            | "options"
            | "order_by"
            | "orderBy"
            | "addOrderBy"
            | "group_by"
            | "groupBy"
    )
}

/// `{ where: { [Op.and]: [{ id: orderIds }, …] } }`: a list of keys by its name.
fn gives_keys(module: &Module, expr: ExprId, is_condition: bool, depth: u32) -> bool {
    const DEEPEST: u32 = 6;
    if depth > DEEPEST {
        return false;
    }
    let inside = |expr: ExprId, is_condition: bool| gives_keys(module, expr, is_condition, depth + 1);
    match &module.expr(expr).kind {
        ExprKind::Seq { items, .. } => items.iter().any(|item| inside(*item, is_condition)),
        ExprKind::Record { entries, .. } => entries.iter().any(|entry| match entry {
            Entry::Pair { key, value } => {
                // `"$grant.id$"` names a column of what is joined.
                let key = module.str_of(*key).map(|key| key.trim_matches('$'));
                let is_key = is_condition && key.is_some_and(is_key_name);
                // `{ where: { id: orderId } }` is one row.
                let is_one_row = is_condition && matches!(key, Some("id" | "pk" | "uuid")) && is_plain(module, *value);
                is_one_row
                    || is_key && is_named_as_keys(module, *value)
                    || inside(*value, is_condition || matches!(key, Some("where")))
            }
            Entry::Spread(_) | Entry::Item(_) => false,
        }),
        _ => false,
    }
}

fn is_plain(module: &Module, expr: ExprId) -> bool {
    matches!(module.expr(expr).kind, ExprKind::Var(_) | ExprKind::Name(_) | ExprKind::Member { .. })
}

/// `orderIds`, `filter.ids`, `grant_ids`
fn is_named_as_keys(module: &Module, expr: ExprId) -> bool {
    let Some(name) = module.last_name(expr) else { return false };
    name == "ids" || name.ends_with("Ids") || name.ends_with("IDs") || name.ends_with("_ids")
}

fn is_one(value: &Value) -> bool {
    !value.is_constant() && !matches!(value, Value::List(_) | Value::Record(_))
}

/// `Line.order_id == order_id`, `"order_id = ?"`, `eq(lines.orderId, id)`
fn compares(text: &str, is_key: fn(&str) -> bool) -> bool {
    let last_name = |before: &str| {
        let before = before.trim_end().trim_end_matches(['"', '\'', '`']);
        before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().is_some_and(is_key)
    };
    text.match_indices('=').any(|(at, _)| last_name(text[..at].trim_end().trim_end_matches('=')))
        || text
            .match_indices("eq(")
            .any(|(at, found)| text[at + found.len()..].split_once(',').is_some_and(|(column, _)| last_name(column)))
}

/// What the conditions of a statement ask for: `WHERE account_id = $1`.
pub(in crate::flow) fn note_sql_scope(query: &mut Query, skeleton: &str) {
    if !skeleton.contains("id") {
        return;
    }
    let upper = skeleton.to_ascii_uppercase();
    // Lengths stay: only ASCII letters change.
    let Some(conditions) = upper.rfind("WHERE").and_then(|at| skeleton.get(at..)) else { return };
    // Not `orders.customer_id = customers.id`, which joins.
    let is_given = |after: &str| after.trim_start().starts_with(['\u{1}', '$', '?', ':', '@', '%', '\'']);
    for (at, _) in conditions.match_indices('=').filter(|(at, _)| is_given(&conditions[at + 1..])) {
        let before = conditions[..at].trim_end();
        let column = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
        query.owned |= is_parent_key(column);
        query.of_user |= column.ends_with("user_id");
        query.of_tenant |= is_tenant_key(column);
    }
}

/// `filter(user=user)`, `filter(order__owner=owner)`
fn is_owner(name: &str) -> bool {
    matches!(name.rsplit("__").next(), Some("user" | "owner" | "author" | "creator" | "created_by"))
}

/// `order_id`, `orderId`: a column that names another row, which is no tenant.
fn is_parent_key(column: &str) -> bool {
    named_by_key(column).is_some_and(|parent| !is_tenant(parent))
}

/// `workspace_id`, `organizationId`, `AccountID`; `tenant`, where the tenant itself is given.
fn is_tenant_key(column: &str) -> bool {
    is_tenant(named_by_key(column).unwrap_or(column))
}

/// What a foreign key is called after: `order` of `order_id`.
fn named_by_key(column: &str) -> Option<&str> {
    let parent = ["_id", "Id", "ID"].into_iter().find_map(|end| column.strip_suffix(end));
    parent.filter(|parent| !parent.is_empty())
}

fn is_tenant(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or(name).to_ascii_lowercase();
    TENANTS.iter().any(|tenant| last == *tenant || last.ends_with(tenant) && tenant.len() > 4)
}

#[cfg(test)]
mod tests {
    use super::{is_parent_key, is_tenant_key, note_sql_scope};
    use crate::flow::value::Query;

    #[test]
    fn a_parent_is_another_row_and_no_tenant() {
        assert!(is_parent_key("order_id"));
        assert!(is_parent_key("groupId"));
        assert!(!is_parent_key("id"));
        assert!(!is_parent_key("workspace_id"));
        assert!(!is_parent_key("organizationId"));
    }

    #[test]
    fn a_tenant_is_named_by_its_key_or_given() {
        assert!(is_tenant_key("tenant_id"));
        assert!(is_tenant_key("AccountID"));
        assert!(is_tenant_key("organization"));
        assert!(!is_tenant_key("order_id"));
        assert!(!is_tenant_key("id"));
    }

    #[test]
    fn conditions_of_a_statement_are_read_and_joins_are_not() {
        let scope = |text: &str| {
            let mut query = Query::default();
            note_sql_scope(&mut query, text);
            (query.owned, query.of_tenant)
        };
        assert_eq!(scope("SELECT * FROM lines WHERE order_id = $1"), (true, false));
        assert_eq!(scope("SELECT * FROM nets n WHERE n.account_id=?"), (false, true));
        assert_eq!(scope("SELECT * FROM a, b WHERE a.order_id = b.id"), (false, false));
        assert_eq!(scope("SELECT * FROM orders"), (false, false));
    }
}
