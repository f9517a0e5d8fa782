//! Whose rows a condition asks for: those of the current user, or those below one parent.
//!
//! Knows names of columns, and of users in requests. Does not know entities.
//! Known miss: a parent that is given as an object (`filter(album=album)`).

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::value::Value;
use crate::ir::Arg;
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
    /// `filter(owner=request.user)`, `where: { userId: req.user.id }`, `Line.order_id == order_id`.
    pub(in crate::flow) fn asks_for_one_owner(&self, args: &Args) -> bool {
        self.mentions_current_user(args) || args.iter().any(|(value, arg)| self.names_parent(value, arg))
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
            let span = self.span(arg.value);
            let text = self.unit.snippet(span);
            // In a long argument a name may well stand for something else: `select: { userId: true }`.
            let anywhere =
                ["request.user", "req.user", "current_user", "currentUser", "ctx.user", "session.user"].as_slice();
            let short = ["user_id=user", "user.id", "userId", "user_id"].as_slice();
            let words = match span.end - span.start {
                0..=400 => [anywhere, short],
                401..=2000 => [anywhere, &[]],
                _ => [&[] as &[&str], &[]],
            };
            words.iter().copied().flatten().any(|word| text.contains(word))
        })
    }

    /// A foreign key is compared with one value.
    fn names_parent(&self, value: &Value, arg: &Arg) -> bool {
        let is_one = |value: &Value| !value.is_constant() && !matches!(value, Value::List(_) | Value::Record(_));
        if let Some(name) = arg.name {
            let name = self.unit.module.text(name);
            return is_one(value) && (is_parent_key(name) || is_owner(name));
        }
        if let Value::Record(record) = value {
            let Some(Value::Record(conditions)) = record.get("where") else { return false };
            return conditions.entries.iter().any(|(key, value)| is_parent_key(key) && is_one(value));
        }
        // `Line.order_id == order_id`, `"order_id = ?"`
        let span = self.span(arg.value);
        if span.end - span.start > 400 {
            return false;
        }
        let text = self.unit.snippet(span);
        text.match_indices('=').any(|(at, _)| {
            let before = text[..at].trim_end().trim_end_matches('=').trim_end();
            let column = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
            is_parent_key(column)
        })
    }
}

/// `filter(user=user)`, `filter(order__owner=owner)`
fn is_owner(name: &str) -> bool {
    matches!(name.rsplit("__").next(), Some("user" | "owner" | "author" | "creator" | "created_by"))
}

/// `order_id`, `orderId`: a column that names another row, which is no tenant.
fn is_parent_key(column: &str) -> bool {
    let Some(parent) = column.strip_suffix("_id").or_else(|| column.strip_suffix("Id")) else { return false };
    let last = parent.rsplit('_').next().unwrap_or(parent).to_ascii_lowercase();
    !last.is_empty() && !TENANTS.iter().any(|tenant| last == *tenant || last.ends_with(tenant) && tenant.len() > 4)
}

#[cfg(test)]
mod tests {
    use super::is_parent_key;

    #[test]
    fn a_parent_is_another_row_and_no_tenant() {
        assert!(is_parent_key("order_id"));
        assert!(is_parent_key("groupId"));
        assert!(!is_parent_key("id"));
        assert!(!is_parent_key("workspace_id"));
        assert!(!is_parent_key("organizationId"));
    }
}
