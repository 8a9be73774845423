//! One INVITE and the call that came of it (RFC 3261 §13 to §15).

use std::{collections::BTreeMap, time::Duration};

use teams_cc_core::Instant;

use super::{Dialog, Subscription};
use crate::{
    endpoint::{CallEnd, CallHandle, Extras, Origin, ReferHandle, Route, Target},
    message::{Header, Request},
    transaction::TransactionId,
};

/// Where a call stands.
#[derive(Debug)]
pub(crate) enum Stage {
    /// We call and nobody has answered.
    Calling(Box<Caller>),
    /// A peer calls and we have not answered.
    Ringing(Ringing),
    /// Answered.
    Up,
    /// Over; kept while transactions or subscriptions of it live.
    Over,
}

/// Our INVITE while it is unanswered.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) transaction: TransactionId,
    pub(crate) request: Request,
    pub(crate) target: Target,
    /// Whether a provisional response has come, before which no CANCEL may be sent (§9.1).
    pub(crate) provisional: bool,
    pub(crate) cancel: Option<Cancel>,
    pub(crate) forks: Vec<Dialog>,
    /// When the INVITE is withdrawn, or given up where it has been withdrawn.
    pub(crate) limit: Instant,
}

/// Our wish to withdraw an INVITE.
#[derive(Debug)]
pub(crate) struct Cancel {
    pub(crate) extras: Extras,
    pub(crate) sent: bool,
    /// What the call ends with once the INVITE is dealt with.
    pub(crate) end: CallEnd,
}

/// A peer's INVITE while it is unanswered.
#[derive(Debug)]
pub(crate) struct Ringing {
    pub(crate) transaction: TransactionId,
    pub(crate) limit: Instant,
    /// When the last provisional response is sent again, so that proxies keep waiting.
    pub(crate) refresh: Option<Instant>,
}

/// Our 2xx until its ACK comes (§13.3.1.4).
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) transaction: TransactionId,
    pub(crate) number: u32,
    pub(crate) interval: Duration,
    pub(crate) resend: Instant,
    pub(crate) limit: Instant,
}

/// Our re-INVITE, on the wire or waiting for its time.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) extras: Extras,
    /// The transaction while it is on the wire.
    pub(crate) transaction: Option<TransactionId>,
    /// When it is sent again after glare, or given up where it is on the wire.
    pub(crate) at: Instant,
    pub(crate) tries: u32,
}

/// A peer's re-INVITE that waits for our response.
#[derive(Debug)]
pub(crate) struct PeerOffer {
    pub(crate) transaction: TransactionId,
    pub(crate) limit: Instant,
}

/// One call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) handle: CallHandle,
    pub(crate) stage: Stage,
    /// Whether we chose the Call-ID, which settles who waits longer after glare (§14.1).
    pub(crate) outgoing: bool,
    /// The dialog, from the first response of a called side and the 2xx of a calling one.
    pub(crate) dialog: Option<Dialog>,
    /// Our Contact in requests of this call.
    pub(crate) contact: Header,
    /// Where requests go when Contact and Route name no usable place.
    pub(crate) fallback: Option<Target>,
    /// Which way the peer's INVITE came, until that flow closes.
    pub(crate) origin: Option<Origin>,
    /// Whether requests may use that flow.
    pub(crate) reuse_flow: bool,
    pub(crate) answer: Option<Answer>,
    pub(crate) offer: Option<Offer>,
    /// Our re-INVITE that the end of the call left on the wire, and when it is given up.
    pub(crate) lingering: Option<(TransactionId, Instant)>,
    pub(crate) peer_offer: Option<PeerOffer>,
    /// A BYE that waits for the ACK of our answer (§15).
    pub(crate) bye: Option<Extras>,
    /// The ACK of the last 2xx that answered us, repeated with it.
    pub(crate) acked: Option<(u32, Request, Route)>,
    /// ACKs of further branches that answered, by remote tag.
    pub(crate) surplus: BTreeMap<Box<str>, (Request, Route)>,
    pub(crate) refers: BTreeMap<ReferHandle, Subscription>,
    /// How many REFERs this dialog has seen: only the first is reported without an id.
    pub(crate) referred: u32,
    /// Transactions that live and belong to this call.
    pub(crate) live: usize,
}

impl Call {
    pub(crate) fn new(handle: CallHandle, stage: Stage, contact: Header) -> Self {
        Self {
            handle,
            outgoing: matches!(stage, Stage::Calling(_)),
            stage,
            dialog: None,
            contact,
            fallback: None,
            origin: None,
            reuse_flow: false,
            answer: None,
            offer: None,
            lingering: None,
            peer_offer: None,
            bye: None,
            acked: None,
            surplus: BTreeMap::new(),
            refers: BTreeMap::new(),
            referred: 0,
            live: 0,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// Whether nothing can happen to the call any more.
    pub(crate) fn is_forgettable(&self) -> bool {
        self.is_over() && self.live == 0 && self.refers.is_empty()
    }

    /// Where the call stands, in words for errors.
    pub(crate) fn state(&self) -> &'static str {
        match &self.stage {
            Stage::Calling(caller) if caller.cancel.is_some() => "being withdrawn",
            Stage::Calling(_) => "not answered by the peer",
            Stage::Ringing(_) => "not answered by us",
            Stage::Up if self.bye.is_some() => "being hung up",
            Stage::Up => "answered",
            Stage::Over => "over",
        }
    }

    /// Whether a re-INVITE of ours must wait (§14.1).
    pub(crate) fn is_negotiating(&self) -> bool {
        self.answer.is_some()
            || self.peer_offer.is_some()
            || self.offer.as_ref().is_some_and(|offer| offer.transaction.is_some())
    }

    /// When the call wants to act next.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let stage = match &self.stage {
            Stage::Calling(caller) => Some(caller.limit),
            Stage::Ringing(ringing) => {
                Some(ringing.refresh.map_or(ringing.limit, |at| at.min(ringing.limit)))
            }
            Stage::Up | Stage::Over => None,
        };
        [
            stage,
            self.answer.as_ref().map(|answer| answer.resend.min(answer.limit)),
            self.offer.as_ref().map(|offer| offer.at),
            self.lingering.map(|(_, at)| at),
            self.peer_offer.as_ref().map(|offer| offer.limit),
            self.refers.values().filter_map(Subscription::deadline).min(),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}
