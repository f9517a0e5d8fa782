//! Interfaces of a Go program that describe the client of a library: whatever has these methods runs SQL as the client does.
//!
//! ```go
//! type Querier interface {
//!     GetContext(ctx context.Context, dest any, query string, args ...any) error
//!     ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
//! }
//! ```
//! Knows the methods that a model says take SQL. Does not know names of interfaces.
//! Invariant: two methods that take SQL, or one where the interface has no other; of several libraries, one that the program
//! uses.

use super::Project;
use crate::flow::value::ClassRef;
use crate::ir::ClassKind;
use crate::models::lookup::{KindId, Models};
use crate::source::Family;

/// The kind of client that an interface describes.
pub(super) fn kind_of_interface(project: &Project<'_>, models: &Models, class: ClassRef) -> Option<KindId> {
    let unit = project.unit(class.file);
    if unit.family() != Family::Go || unit.module.class(class.id).kind != ClassKind::Interface {
        return None;
    }
    let methods = &project.class(class).methods;
    if methods.is_empty() {
        return None;
    }
    let takes_sql = |kind: KindId| {
        let runs = methods.iter().filter(|(name, method)| {
            let args = project.unit(method.file).module.function(method.id).params.len();
            let call = models.method(kind, models.name(name), name, args);
            call.is_some_and(|call| !models.call(call).sql.is_empty())
        });
        runs.count()
    };
    models
        .kinds()
        .filter(|&kind| project.uses_library(Family::Go, models.kind(kind).library))
        .map(|kind| (takes_sql(kind), kind))
        .filter(|&(runs, _)| runs >= 2 || (runs == 1 && methods.len() == 1))
        // The first of those that know most of it.
        .fold(None, |best: Option<(usize, KindId)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, kind)| kind)
}
