//! The calls that come in.

use std::{fmt, sync::Arc};

use teams_cc_core::{Address, CallId, TenantId};

use super::{CallHandle, CallKind, Line, Ringing, Switchboard, lines::Taking};
use crate::{
    call::{IncomingCall, Related, recording::RecordingGuard},
    model::Call,
};

/// The calls that come in, for one reader.
///
/// Calls wait here until they are taken, as many as may be live at once; were there more, the
/// oldest that is over already is forgotten and [counted](Switchboard::untaken). They ring
/// meanwhile, and have [seconds](CallHandle::remaining) to be answered.
///
/// Dropping it means that nobody takes calls: those that wait are rejected as busy, and so are those
/// still to come, for as long as a [`Switchboard`] or [`CallHandle`] is left.
pub struct IncomingCalls {
    board: Switchboard,
}

/// Somebody calls.
#[derive(Debug)]
#[non_exhaustive]
pub struct Arrival {
    /// The call, to be answered, rejected or redirected in time.
    pub call: CallHandle<Ringing>,
    /// The call's id at Graph.
    pub call_id: CallId,
    /// The tenant the call belongs to.
    pub tenant: TenantId,
    /// Who calls; anonymous where Graph hides it.
    pub caller: Address,
    /// Who is called: a resource account, or the bot itself.
    pub called: Address,
    /// Who was called first, where the call was forwarded or looked up.
    ///
    /// `details.call_routes` says which of the two.
    pub forwarded_from: Option<Address>,
    /// Who sent the call here by transferring it.
    pub transferred_by: Option<Address>,
    /// The call known here that it belongs to, as one that comes back from a transfer.
    pub related: Option<Related>,
    /// What a call that a recording policy brought allows; others have none.
    pub recording: Option<RecordingGuard>,
    /// Everything the notification says.
    pub details: Box<Call>,
}

impl IncomingCalls {
    pub(super) fn new(board: Switchboard) -> Self {
        Self { board }
    }

    /// The next call that comes in; [`None`] once the calls are shut down.
    ///
    /// A call may be over by then: its line and its snapshot say so. Dropping the future loses
    /// nothing.
    pub async fn next(&mut self) -> Option<Arrival> {
        loop {
            match self.board.lines.take() {
                Taking::Call(call, line) => return Some(self.arrival(*call, line)),
                Taking::Over => return None,
                Taking::Wait => self.board.lines.call_came().await,
            }
        }
    }

    fn arrival(&self, incoming: IncomingCall, line: Line) -> Arrival {
        let kind = CallKind::of_incoming(&incoming);
        let recording = RecordingGuard::of(&incoming);
        let common = Arc::clone(&self.board.common);
        let context = incoming.details.incoming_context.get();
        let transferor = context.and_then(|context| context.transferor.get());
        Arrival {
            call: CallHandle::new(incoming.leg, kind, common, line, incoming.answer_by),
            call_id: incoming.call,
            tenant: incoming.tenant,
            caller: incoming.caller,
            called: incoming.called,
            forwarded_from: incoming.forwarded_from,
            transferred_by: transferor.map(|transferor| transferor.address()),
            related: incoming.related,
            recording,
            details: incoming.details,
        }
    }
}

impl Drop for IncomingCalls {
    fn drop(&mut self) {
        self.board.lines.leave();
    }
}

impl fmt::Debug for IncomingCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncomingCalls").field("board", &self.board).finish_non_exhaustive()
    }
}
