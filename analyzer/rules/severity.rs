//! Grades that rules share: how a function's context and a loop's source weigh.

use crate::findings::Severity;
use crate::models::schema::Context;

/// One step down; what is printed as info becomes pedantic.
pub(super) fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::Major,
        Severity::Major => Severity::Minor,
        Severity::Minor => Severity::Info,
        Severity::Info | Severity::Pedantic => Severity::Pedantic,
    }
}

/// Code that no request waits for: scripts, migrations, tests.
pub(super) fn is_offline(context: Option<Context>) -> bool {
    match context {
        Some(Context::Script | Context::Migration | Context::Test) => true,
        Some(Context::Request | Context::Background) | None => false,
    }
}
