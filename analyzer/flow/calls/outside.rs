//! Calls in loops that wait for a service outside: an upload, a mail, a request to another program for each element.
//!
//! Knows the calls of models that go outside, and how far a function that makes one is away. Does not know stores.
//! Invariant: what a loop asks with the same arguments in every round is a setting or a token, and is not noted.
//!
//! ```go
//! for _, file := range files {
//!     err := s.read(ctx, client, file)   // client.Open(file.Path), store.MarkRead(ctx, file.ID)
//! ```

use crate::flow::Interp;
use crate::ir::ExprId;
use crate::source::Span;

/// Calls between a loop and what goes outside; farther away it is mostly a flag, a token or a trace that is sent.
const MAX_CALLS: u8 = 4;

impl Interp<'_, '_> {
    /// Notes a call that goes outside itself (0) or through so many calls.
    pub(in crate::flow) fn goes_outside(&mut self, at: ExprId, span: Span, calls: u8) {
        if calls > MAX_CALLS {
            return;
        }
        let nearest = &mut self.frame().summary.outside;
        *nearest = Some(nearest.map_or(calls, |known| known.min(calls)));
        if self.call_varies(at) {
            for id in &*self.loops() {
                self.facts.loops[id.0 as usize].outside.push(span);
            }
        }
    }
}
