//! What the engine knows of each leg.

use std::collections::VecDeque;

use bytes::Bytes;
use teams_cc_core::{
    Address, LegId, PhoneNumber,
    contact::{Direction, EndCause, LegState, Verb},
};

use super::{
    CarriedHeaders, Destination, DisplayText, EmergencyData, admission::Side, input::Ticket,
    session::Session,
};
use crate::{
    bridge::{back_to_back::Hunt, parting::Parting, recode::Recode, take_over::TakeOver},
    direct_routing::{MediaOptimization, SbcFqdn, number_of},
    endpoint::{CallHandle, FlowId, ReferHandle},
    gate::Grant,
    message::{Header, Uri},
    sdp::SessionDescription,
    transport::TransportKind,
};

/// One leg, from the first INVITE to its end.
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(crate) struct LegRecord {
    pub(crate) id: LegId,
    pub(crate) direction: Direction,
    pub(crate) party: Address,
    pub(crate) state: LegState,
    /// The SIP call that carries the leg; none while a transfer has outlived it.
    pub(crate) call: Option<CallHandle>,
    pub(crate) link: Link,
    /// Who we say calls, for this leg and for what a transfer makes of it.
    pub(crate) shown: Shown,
    /// The connection an inbound call came on.
    pub(crate) flow: Option<FlowId>,
    pub(crate) session: Option<Session>,
    /// The peer's offer until it has acknowledged our answer; empty where it left it to us.
    pub(crate) offer: Option<Bytes>,
    /// The same as it was read, until it is answered.
    pub(crate) read: Option<Box<SessionDescription>>,
    /// Our answer to it, where early media has sent it before the call was answered.
    pub(crate) early: Option<Box<Bytes>>,
    pub(crate) attempt: Option<Box<Attempt>>,
    /// What the call brought along, for whoever is called in the place of this leg's party.
    pub(crate) carried: Option<CarriedHeaders>,
    /// Whom else to call for the bridged leg; none once somebody has answered.
    pub(crate) hunt: Option<Box<Hunt>>,
    /// Which of the destinations of a plan this is, while nobody has answered.
    pub(crate) place: Option<Box<Place>>,
    /// What the answer of a called party brought along for its caller.
    pub(crate) answer: Option<Box<CarriedHeaders>>,
    pub(crate) waiting: Option<Waiting>,
    pub(crate) hold: Hold,
    pub(crate) bridge: Option<LegId>,
    pub(crate) transfer: Option<Box<Transfer>>,
    /// Whom a transfer has put in the place of the party the leg began with.
    pub(crate) reached: Option<Box<Whither>>,
    /// A cause that is known before the endpoint says the end.
    pub(crate) cause: Option<EndCause>,
    pub(crate) recode: Option<Recode>,
    /// The call that is to carry the leg once there is a key for it.
    pub(crate) taking: Option<Box<TakeOver>>,
    /// What the peer is told of the end, and whoever is bridged to it.
    pub(crate) parting: Parting,
    /// What the gate counts the leg as.
    pub(crate) grant: Option<Grant>,
    /// Whether somebody calls for help: no bound, rule or drain ends the leg.
    pub(crate) emergency: bool,
    /// Whether somebody has answered for it during a transfer, to be joined once that is over.
    pub(crate) answered_for: bool,
    /// Whether the end was ordered already.
    pub(crate) ending: bool,
    pub(crate) alerted: bool,
}

impl LegRecord {
    /// A leg that rings and to which nothing has happened yet.
    pub(crate) fn new(
        id: LegId,
        direction: Direction,
        party: Address,
        link: Link,
        shown: Shown,
    ) -> Self {
        Self {
            id,
            direction,
            party,
            state: LegState::Ringing,
            call: None,
            link,
            shown,
            flow: None,
            session: None,
            offer: None,
            read: None,
            early: None,
            attempt: None,
            carried: None,
            hunt: None,
            place: None,
            answer: None,
            waiting: None,
            hold: Hold::default(),
            bridge: None,
            transfer: None,
            reached: None,
            cause: None,
            recode: None,
            taking: None,
            parting: Parting::default(),
            grant: None,
            emergency: false,
            answered_for: false,
            ending: false,
            alerted: false,
        }
    }
}

/// A destination of a plan while nobody has answered.
pub(crate) struct Place {
    /// Its place in the plan, counted from 0.
    pub(crate) number: usize,
    pub(crate) beside: Beside,
    /// The destination itself, where a redirection may lead on from it.
    pub(crate) to: Option<Destination>,
}

/// What a destination that rings is to the called leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// It carries the leg's name.
    Itself,
    /// It rings beside this leg.
    Leg(LegId),
    /// It is withdrawn, and nobody waits for it.
    Nobody,
}

/// Host, port and transport of a `Contact`.
pub(crate) type Reachable = (Box<str>, u16, TransportKind);

/// How a leg's peer is reached and how we appear to it.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) side: Side,
    /// The name in `Contact` and `From`.
    pub(crate) name: SbcFqdn,
    /// Host, port and transport of `Contact`, where they are not the name's.
    pub(crate) contact: Reachable,
    pub(crate) encrypted: bool,
}

/// The identity a call shows.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) number: PhoneNumber,
    pub(crate) display: Option<DisplayText>,
    pub(crate) private: bool,
}

/// An outbound INVITE over the order of proxies.
pub(crate) struct Attempt {
    pub(crate) whither: Whither,
    /// Proxies not tried yet.
    pub(crate) left: VecDeque<usize>,
    /// The proxy of the present INVITE; none for a carrier.
    pub(crate) proxy: Option<usize>,
    /// Whether more than 100 has come: from then on the call has been delivered.
    pub(crate) progressed: bool,
    pub(crate) emergency: EmergencyData,
    pub(crate) carried: CarriedHeaders,
    /// Where a Teams user is, for another SBC.
    pub(crate) optimization: Option<Box<MediaOptimization>>,
}

/// Whom an INVITE calls.
#[derive(Clone)]
pub(crate) enum Whither {
    /// A number at the peer.
    Number(PhoneNumber),
    /// The mailbox of a number in Teams.
    Voicemail(PhoneNumber),
    /// Exactly what a REFER named, with the headers it wants copied.
    Referred { target: Uri, copied: Vec<Header> },
}

impl Whither {
    /// The number that is called, as far as one is named.
    pub(crate) fn number(&self) -> PhoneNumber {
        match self {
            Self::Number(number) | Self::Voicemail(number) => number.clone(),
            Self::Referred { target, .. } => number_of(target),
        }
    }
}

/// What happens once the media port has opened.
pub(crate) enum Waiting {
    /// The call is answered.
    Answer(Ticket),
    /// The INVITE goes out.
    Dial(Ticket),
    /// The caller gets this status with our answer, before the call is answered.
    EarlyMedia(u16),
}

/// Who holds whom.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is somebody's own wish or knowledge")]
pub(crate) struct Hold {
    /// The application wants it.
    pub(crate) own: bool,
    /// The bridged leg's party wants it.
    pub(crate) relayed: bool,
    /// The party has put us on hold.
    pub(crate) by_peer: bool,
    /// What the peer last agreed to.
    pub(crate) agreed: bool,
    /// What our re-INVITE under way asks for.
    pub(crate) asked: Option<bool>,
    /// The order that waits for the peer.
    pub(crate) ticket: Option<(Ticket, Verb)>,
}

impl Hold {
    pub(crate) fn wanted(&self) -> bool {
        self.own || self.relayed
    }
}

/// A REFER under way.
pub(crate) struct Transfer {
    pub(crate) refer: ReferHandle,
    /// The call that is to take the leg's place; none before its media is open.
    pub(crate) call: Option<CallHandle>,
    pub(crate) media: LegId,
    pub(crate) session: Option<Session>,
    pub(crate) attempt: Attempt,
    /// The last status that was reported.
    pub(crate) reported: u16,
    /// What the gate counts the new call as.
    pub(crate) grant: Option<Grant>,
    /// Whether this calls back who transferred: there is nobody to report to.
    pub(crate) recalls: bool,
    /// Whether the target is the emergency services, which nothing keeps anybody from.
    pub(crate) emergency: bool,
}

impl Transfer {
    /// A transfer nobody has been called for; the gate counts every one but a call for help.
    pub(crate) fn new(refer: ReferHandle, attempt: Attempt, grant: Option<Grant>) -> Self {
        Self {
            refer,
            call: None,
            media: LegId::numbered("R", 0),
            session: None,
            attempt,
            reported: 100,
            emergency: grant.is_none(),
            grant,
            recalls: false,
        }
    }

    /// As a call back to who transferred.
    pub(crate) fn recalling(mut self) -> Self {
        self.recalls = true;
        self
    }
}

/// What a SIP call is to the leg it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It carries the leg.
    Main,
    /// It is to carry the leg once its target has answered.
    Replacement,
    /// It carried the leg; Teams ends it.
    Retired,
}
