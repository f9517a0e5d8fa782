//! Where rows go that a call does not return: `Find(&users)`, `Model(&books)…Scan(ctx)`.
//!
//! Knows out-parameters, and queries that are told early where their rows go. Does not know libraries.
//! Invariant: a list that a query fills holds the rows of the query as it was run, with what was added after its
//! destination was named.

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::calls::resolve::Resolved;
use crate::flow::store::apply::is_round_trip;
use crate::flow::value::{List, Object, Origin, Query, Rows, Shape, Size, Value};
use crate::ir::{ExprId, ExprKind};
use crate::models::schema::{Call, Effect};
use crate::source::Span;
use std::sync::Arc;

impl Interp<'_, '_> {
    /// An out-parameter receives what the call reads. A call that only names the destination has a later one fill it.
    #[expect(clippy::too_many_arguments, reason = "the parts of one application")]
    pub(in crate::flow) fn fill_destination(
        &mut self,
        call: &Call,
        args: &Args,
        query: &Query,
        resolved: &Resolved,
        span: Span,
        effect: Effect,
        result: &mut Value,
    ) {
        let given = call.out.and_then(|out| args.get(out));
        if let Some((known, arg)) = given {
            let (known, place) = (known.clone(), arg.value);
            self.fill(&known, place, query, resolved, span, effect);
            if effect == Effect::Build
                && let Value::Object(object) = result
            {
                let into = Some((self.unit.file, place));
                let query = Query { into, ..object.query.clone() };
                *result = Value::Object(Arc::new(Object { query, ..(**object).clone() }));
            }
        } else if is_round_trip(effect)
            && let Some((file, place)) = query.into
            && file == self.unit.file
            && query.handed.is_none()
        {
            let known = self.eval(place);
            self.fill(&known, place, query, resolved, span, effect);
        }
    }

    fn fill(&mut self, known: &Value, place: ExprId, query: &Query, resolved: &Resolved, span: Span, effect: Effect) {
        let kind = resolved.object.as_ref().and_then(|object| object.kind);
        // `json.Unmarshal(body, &lines)` reads no rows.
        let reads = kind.is_some() || is_round_trip(effect);
        let element = match known {
            Value::List(list) => list.element.clone(),
            Value::Unknown if effect == Effect::ReadMany => Value::Data(Origin::Row),
            _ => return,
        };
        let file = self.unit.file;
        let evidence = resolved.evidence;
        let rows = Rows { file, span, query: query.clone(), kind, evidence, sliced: false, of: None };
        let value = Value::List(Arc::new(List {
            element,
            size: Size::Unknown,
            rows: reads.then(|| Arc::new(rows)),
            constant: false,
            shape: Shape::Elements,
        }));
        let target = match self.unit.module.expr(place).kind {
            ExprKind::Ref(inner) => inner,
            _ => place,
        };
        if let ExprKind::Var(_) | ExprKind::Member { .. } = self.unit.module.expr(target).kind {
            self.assign(target, value);
        }
    }
}
