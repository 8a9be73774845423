//! Handles on calls that another process began.

use std::sync::Arc;

use teams_cc_core::contact::{Direction, Leg, LegState};

use super::{Answered, CallHandle, CallKind, Dialling, MediaActive, Ringing, Switchboard};
use crate::call::GraphLeg;

/// A call that goes on here, at the stage it has reached.
#[derive(Debug)]
#[non_exhaustive]
pub enum Resumed {
    /// It came in and is not answered. How long that is possible is not known any more.
    Ringing(CallHandle<Ringing>),
    /// It went out and is not answered.
    Dialling(CallHandle<Dialling>),
    /// It is connected; media is not known to flow.
    Answered(CallHandle<Answered>),
    /// It is connected and media flows.
    MediaActive(CallHandle<MediaActive>),
    /// It is over.
    Ended,
}

impl Switchboard {
    /// A handle on a call that [`Calls::rehydrate`](crate::call::Calls::rehydrate) took over.
    ///
    /// Its line begins here: what the call told before is in its snapshot.
    /// [`RehydratedCall::kind`](crate::call::RehydratedCall::kind) says its kind; where an older
    /// version wrote the record, say what it is. A wrong one refuses too much, or leaves it to
    /// Graph.
    ///
    /// ```no_run
    /// use teams_cc_graph::call::{Calls, CallEvents, control::{Resumed, Switchboard}};
    ///
    /// // `CallsConfig::store` names this process "node-1", as before the restart.
    /// # async fn restart(calls: Calls, events: CallEvents) -> Result<(), Box<dyn std::error::Error>> {
    /// let taken = calls.rehydrate("node-1").await?;
    /// let (board, incoming) = Switchboard::new(calls, events);
    /// for call in taken.calls {
    ///     let Some(kind) = call.kind else { continue };
    ///     match board.resume(call.leg, kind) {
    ///         Resumed::MediaActive(call) => call.hang_up().await?,
    ///         Resumed::Ended => {}
    ///         other => println!("{other:?}"),
    ///     }
    /// }
    /// // Only now let callbacks in, and serve `incoming`.
    /// # drop(incoming);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn resume(&self, leg: Arc<GraphLeg>, kind: CallKind) -> Resumed {
        let line = self.line_of(leg.id());
        let snapshot = leg.snapshot();
        let answer_by = self.latest_answer();
        let call: CallHandle<Answered> =
            CallHandle::new(leg, kind, Arc::clone(&self.common), line, answer_by);
        match (snapshot.state, call.leg.direction()) {
            (LegState::Ended, _) => Resumed::Ended,
            (LegState::Ringing, Direction::Inbound) => Resumed::Ringing(call.at()),
            (LegState::Ringing, Direction::Outbound) => Resumed::Dialling(call.at()),
            _ if snapshot.is_media_active() => Resumed::MediaActive(call.at()),
            _ => Resumed::Answered(call),
        }
    }
}
