//! What a trunk tells the application.

use std::sync::Arc;

use teams_cc_core::{Address, Instant, LegId, PhoneNumber, TenantId, contact::LegEvent};

use super::{
    CallRequest, CarriedHeaders, Destination, DisplayText, EmergencyData, MediaQuality, SipLeg, Via,
};
use crate::{
    direct_routing::{HealthReason, HealthWarning, MediaOptimization, PeerState},
    transport::Target,
};

/// One thing that happened on a trunk.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrunkEvent {
    /// Somebody calls. Dropping the leg without an answer refuses the call.
    Incoming(IncomingCall),
    /// A leg tells something; [`LegEvent::Ended`] is its last word.
    Leg {
        /// The leg.
        leg: LegId,
        /// What it tells.
        event: LegEvent,
    },
    /// A destination of [`Trunk::bridge`](super::Trunk::bridge) has not answered; the called leg
    /// goes on to another one.
    NextDestination {
        /// The called leg.
        leg: LegId,
        /// The place of the destination that is called now, counted from 0; of several that ring at
        /// once the first one's. Whoever a redirection led to has a place of its own.
        place: usize,
        /// The status the one before it ended with; 408 where nobody answered in time, 504 where
        /// nothing came back.
        status: u16,
    },
    /// Of several destinations that rang at once this one has answered.
    Reached {
        /// The called leg.
        leg: LegId,
        /// The place of the destination in the plan, counted from 0.
        place: usize,
    },
    /// Another call has taken the place of a leg's (INVITE with `Replaces`, RFC 3891).
    ///
    /// The leg stays the same, and whoever it is bridged to talks to the new party. Its handle
    /// keeps naming the party it was made with.
    TakenOver {
        /// The leg.
        leg: LegId,
        /// Who is on it now, as far as the peer says.
        party: Address,
        /// The name that party shows.
        display: Option<DisplayText>,
    },
    /// A stream is closed, and this is how it went: told before the end of its leg.
    ///
    /// Only of ports that measure, and of streams that carried or expected packets. A transfer
    /// gives its leg another stream, so that such a leg tells more than one.
    MediaEnded {
        /// The leg, by the name it had when the stream was opened.
        leg: LegId,
        /// How the stream went.
        quality: MediaQuality,
    },
    /// The media port has opened no stream for a leg: its call is refused with 503, or not made.
    MediaRefused {
        /// The leg.
        leg: LegId,
        /// Why: [`QuotaExceeded`](std::io::ErrorKind::QuotaExceeded) where a shipped plane has no
        /// room for another leg, [`AddrInUse`](std::io::ErrorKind::AddrInUse) where no pair of ports
        /// is free.
        why: std::io::ErrorKind,
    },
    /// A party has sent a request in its call that changes nothing about it: INFO, NOTIFY, MESSAGE.
    ///
    /// It is answered already. Keys that come so are told as
    /// [`LegEvent::Tone`], and reports on REFER as [`TransferStep`].
    Request {
        /// The leg.
        leg: LegId,
        /// What the party sent.
        request: Box<CallRequest>,
    },
    /// A peer became usable or ceased to be.
    Health(PeerHealth),
    /// A party hands its call over by REFER; the trunk does it and tells the steps.
    ///
    /// What comes of it is told as [`LegEvent::TransferEnded`] as well, as of legs of any platform:
    /// one of the two is enough.
    ///
    /// The leg stays the same: once the target has answered, it carries the target's call, and the
    /// leg bridged to it talks to the target. Its handle keeps naming the party it was made with.
    Transfer {
        /// The leg of whoever transfers.
        leg: LegId,
        /// How far the transfer is.
        step: TransferStep,
    },
}

/// A call that waits for an answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct IncomingCall {
    /// The leg to answer or to refuse.
    pub leg: Arc<SipLeg>,
    /// Who calls, as far as the peer says.
    pub caller: Address,
    /// The name the caller shows.
    pub display: Option<DisplayText>,
    /// Whether the caller asks that the number is not shown (RFC 3323, RFC 3325).
    pub private: bool,
    /// The number that was dialled, as it was dialled.
    pub called: PhoneNumber,
    /// The peer the call came from: `teams`, a carrier's name, or the laboratory's.
    pub peer: Box<str>,
    /// The customer tenant the call is of: whose name Teams calls, or, of a carrier's call, whose
    /// number is called ([`Permission::owns`]). None where neither says one.
    ///
    /// [`Permission::owns`]: crate::gate::Permission::owns
    pub tenant: Option<TenantId>,
    /// What an emergency call carries, kept untouched; empty for most calls.
    pub emergency: EmergencyData,
    /// Further headers that may go on where the call is passed on.
    pub carried: CarriedHeaders,
    /// Where a Teams user is; none without local media optimisation.
    pub optimization: Option<Box<MediaOptimization>>,
    /// The SIP Call-ID, for logs on both sides.
    pub call_id: Box<str>,
}

impl IncomingCall {
    /// Where this call goes on to, with all that it brought along.
    ///
    /// The dialled number is called and the caller's is shown, private where it was; location data
    /// and the headers that the policy of the other side lets pass go along. A call of Teams is
    /// made for its tenant. Change what should be otherwise in the destination.
    #[must_use]
    pub fn onward(&self, via: Via, leg: LegId) -> Destination {
        let from = match &self.caller {
            Address::Phone(number) => number.clone(),
            _ => PhoneNumber::Anonymous,
        };
        let mut to = Destination::new(via, self.called.clone(), from, leg)
            .private(self.private)
            .carrying(self.carried.clone())
            .emergency(self.emergency.clone());
        to.display.clone_from(&self.display);
        to.tenant.clone_from(&self.tenant);
        to
    }
}

/// How a peer does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerHealth {
    /// The peer: a proxy's or a carrier's target.
    pub peer: Target,
    /// What it was asked; a carrier may have a line for each.
    pub asked: HealthCheck,
    /// Whether it can be used.
    pub state: PeerState,
    /// Why.
    pub reason: HealthReason,
    /// What is wrong with it although it answers.
    pub warning: Option<HealthWarning>,
    /// When it last answered our OPTIONS, on the trunk's clock.
    pub last_answer: Option<Instant>,
    /// When it last sent us OPTIONS, on the trunk's clock.
    pub last_asked_us: Option<Instant>,
}

/// What the health of a peer is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HealthCheck {
    /// OPTIONS: whether the peer answers.
    Options,
    /// REGISTER: whether our binding stands there ([`StaticPeer::registration`]).
    ///
    /// [`StaticPeer::registration`]: super::StaticPeer::registration
    Registration,
}

/// How far a transfer by REFER is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferStep {
    /// The REFER was accepted and the target is being called.
    Accepted,
    /// The target rings.
    Ringing,
    /// The target answered and talks to the other party.
    Completed,
    /// The target did not answer; the parties talk as before.
    Failed {
        /// The status the target's call ended with.
        status: u16,
    },
    /// Whoever transferred had hung up already and is called again.
    Recalling,
    /// Whoever transferred has taken the call back.
    Recalled,
}

/// What a shutdown could not finish in time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfinished {
    /// Legs that are not over, such as ones whose CANCEL has no outcome yet.
    pub legs: Vec<LegId>,
    /// Requests that peers have not answered, such as the BYE of legs that are over.
    pub requests: usize,
}

impl Unfinished {
    /// Whether everything was finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.legs.is_empty() && self.requests == 0
    }
}
