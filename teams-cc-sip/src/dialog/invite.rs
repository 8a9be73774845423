//! One INVITE and the call that came of it (RFC 3261 §13 to §15).

use std::{collections::BTreeMap, time::Duration};

use teams_cc_core::Instant;

use super::{Carrier, Dialog, Reliable, Subscription, session_timer::Running};
use crate::{
    endpoint::{
        CallEnd, CallHandle, CallPolicy, Extras, Origin, ReferHandle, RequestHandle, Route, Target,
    },
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
    /// Over; kept while requests of ours or subscriptions of it live. One that a peer has ended is
    /// forgotten at once: what is left of it are answers, which their transactions repeat.
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
    /// Whether it was sent again with a longer session interval (RFC 4028 §7.3).
    pub(crate) again: bool,
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
    /// When it is answered by 100, where nothing else has been said by then.
    pub(crate) trying: Option<Instant>,
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

/// Which request changes a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    ReInvite,
    Update,
}

/// Our re-INVITE or UPDATE, on the wire or waiting for its time.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) by: By,
    /// The remote tag of the branch it goes to, while nobody has answered.
    pub(crate) branch: Option<Box<str>>,
    /// Whether it only refreshes the session timer, of which the application hears nothing.
    pub(crate) refresh: bool,
    pub(crate) extras: Extras,
    /// The transaction while it is on the wire.
    pub(crate) transaction: Option<TransactionId>,
    /// When it is sent again after glare, or given up where it is on the wire.
    pub(crate) at: Instant,
    pub(crate) tries: u32,
}

impl Offer {
    /// A change that the application orders, to be sent at once.
    pub(crate) fn new(by: By, branch: Option<Box<str>>, extras: Extras) -> Self {
        let at = Instant::ZERO;
        Self { by, branch, refresh: false, extras, transaction: None, at, tries: 0 }
    }
}

/// A peer's re-INVITE that waits for our response.
#[derive(Debug)]
pub(crate) struct PeerOffer {
    pub(crate) transaction: TransactionId,
    pub(crate) limit: Instant,
}

/// The ACK of a 2xx that made an offer: the application writes it (RFC 3261 §13.2.2.4).
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwedAck {
    pub(crate) number: u32,
    pub(crate) limit: Instant,
}

/// What waits with a peer's request for the application's response.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The remote tag of its dialog, and what it offers in, where it does.
    pub(crate) offer: Option<(Box<str>, Carrier)>,
}

/// One call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) handle: CallHandle,
    pub(crate) stage: Stage,
    /// Whether we chose the Call-ID, which settles who waits longer after glare (§14.1).
    pub(crate) outgoing: bool,
    /// The dialog, from the first response of a called side and the 2xx of a calling one.
    ///
    /// Boxed: memory in pieces below a kilobyte is had for less than in one above.
    pub(crate) dialog: Option<Box<Dialog>>,
    /// Our Contact in requests of this call.
    pub(crate) contact: Header,
    /// Where requests go when Contact and Route name no usable place.
    pub(crate) fallback: Option<Target>,
    /// Which way the peer's INVITE came, until that flow closes.
    pub(crate) origin: Option<Origin>,
    /// Whether requests may use that flow.
    pub(crate) reuse_flow: bool,
    pub(crate) answer: Option<Answer>,
    pub(crate) offer: Option<Box<Offer>>,
    /// The application's own, while a refresh of ours is on the wire.
    pub(crate) next: Option<Box<Offer>>,
    /// Our re-INVITE that the end of the call left on the wire, and when it is given up.
    pub(crate) lingering: Option<(TransactionId, Instant)>,
    pub(crate) peer_offer: Option<PeerOffer>,
    /// A BYE that waits for the ACK of our answer (§15).
    pub(crate) bye: Option<Extras>,
    /// The ACK of the last 2xx that answered us, repeated with it.
    pub(crate) acked: Option<Box<(u32, Request, Route)>>,
    /// ACKs of further branches that answered, by remote tag.
    pub(crate) surplus: BTreeMap<Box<str>, (Request, Route)>,
    pub(crate) refers: BTreeMap<ReferHandle, Subscription>,
    /// How many REFERs this dialog has seen: only the first is reported without an id.
    pub(crate) referred: u32,
    /// Transactions that live and may still change this call.
    pub(crate) live: usize,
    pub(crate) policy: CallPolicy,
    /// Our reliable provisional responses to the peer's INVITE.
    pub(crate) reliable: Option<Box<Reliable>>,
    pub(crate) timer: Option<Running>,
    pub(crate) owed_ack: Option<OwedAck>,
    /// The credentials of our last INVITE or re-INVITE, which its ACK repeats (§13.2.2.4).
    pub(crate) credentials: Vec<Header>,
    /// Peers' requests that wait for the application.
    pub(crate) asked: BTreeMap<RequestHandle, Asked>,
}

impl Call {
    pub(crate) fn new(
        handle: CallHandle,
        stage: Stage,
        contact: Header,
        policy: CallPolicy,
    ) -> Self {
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
            next: None,
            lingering: None,
            peer_offer: None,
            bye: None,
            acked: None,
            surplus: BTreeMap::new(),
            refers: BTreeMap::new(),
            referred: 0,
            live: 0,
            policy,
            reliable: None,
            timer: None,
            owed_ack: None,
            credentials: Vec::new(),
            asked: BTreeMap::new(),
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// Whether our answer waits for the ACK with this number.
    pub(crate) fn awaits_ack(&self, number: u32) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.number == number)
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
            Stage::Ringing(_) if self.is_held() => "waiting for PRACK",
            Stage::Ringing(_) => "not answered by us",
            Stage::Up if self.bye.is_some() => "being hung up",
            Stage::Up => "answered",
            Stage::Over => "over",
        }
    }

    /// Whether an offer of ours must wait (§14.1, RFC 3311 §5.1).
    pub(crate) fn is_negotiating(&self) -> bool {
        self.answer.is_some()
            || self.peer_offer.is_some()
            || self.owed_ack.is_some()
            || self.offer.as_ref().is_some_and(|offer| offer.transaction.is_some())
            || self.dialog.as_ref().is_some_and(|dialog| dialog.session.is_open())
    }

    /// Whether the application may change the session now, or next.
    pub(crate) fn may_change(&self) -> bool {
        self.next.is_none() && self.offer.as_ref().is_none_or(|offer| offer.refresh)
    }

    /// Whether our 2xx waits for a PRACK.
    pub(crate) fn is_held(&self) -> bool {
        self.reliable.as_ref().is_some_and(|reliable| reliable.held.is_some())
    }

    /// The dialog with this remote tag: the call's own or that of a branch that rings.
    pub(crate) fn dialog_of(&mut self, tag: &str) -> Option<&mut Dialog> {
        let forks = match &mut self.stage {
            Stage::Calling(caller) => Some(caller.forks.iter_mut()),
            _ => None,
        };
        self.dialog
            .as_deref_mut()
            .into_iter()
            .chain(forks.into_iter().flatten())
            .find(|d| &*d.id.remote_tag == tag)
    }

    /// The dialog of a branch, or the call's own.
    pub(crate) fn dialog_at(&mut self, branch: Option<&str>) -> Option<&mut Dialog> {
        match branch {
            Some(tag) => self.dialog_of(tag),
            None => self.dialog.as_deref_mut(),
        }
    }

    /// When the call wants to act next.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let stage = match &self.stage {
            Stage::Calling(caller) => Some(caller.limit),
            Stage::Ringing(ringing) => {
                let sooner = ringing.trying.into_iter().chain(ringing.refresh);
                Some(sooner.fold(ringing.limit, Instant::min))
            }
            Stage::Up | Stage::Over => None,
        };
        [
            stage,
            self.answer.as_ref().map(|answer| answer.resend.min(answer.limit)),
            self.offer.as_ref().map(|offer| offer.at),
            self.lingering.map(|(_, at)| at),
            self.peer_offer.as_ref().map(|offer| offer.limit),
            self.reliable.as_ref().and_then(|reliable| reliable.deadline()),
            self.timer.map(|timer| timer.deadline()),
            self.owed_ack.map(|owed| owed.limit),
            self.refers.values().filter_map(Subscription::deadline).min(),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}
