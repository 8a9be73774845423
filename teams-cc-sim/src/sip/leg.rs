//! One SIP call of a party: its dialog (RFC 3261 §12) and who speaks on it.

use std::{collections::BTreeMap, time::Duration};

use teams_cc_sip::message::Request;

use crate::world::{ConnectionId, RingId, SipParty};

/// The most legs at once; a further INVITE gets 503.
pub(crate) const MAX_LEGS: usize = 10_000;
/// The most requests of ours that wait for an answer on one leg; further ones are not sent.
pub(crate) const MAX_PENDING: usize = 16;
/// How long the emergency services and dialled-out calls talk before the far end hangs up.
pub(crate) const SHORT_TALK: Duration = Duration::from_secs(20);

/// Who speaks on a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// A Teams user who was called, or who called.
    User(usize),
    /// The mailbox of a Teams user.
    Mailbox,
    /// A customer who was called, or who called.
    Customer(usize),
    /// The emergency services.
    Emergency,
}

/// Where a leg stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Not answered.
    Early,
    /// Answered.
    Confirmed,
}

/// What a request of ours was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pending {
    Invite,
    Hold,
    Resume,
    Refer,
    Bye,
}

/// A transfer that a Teams client asked for.
#[derive(Clone)]
pub(crate) struct Referral {
    /// Refer-To without its brackets; the new INVITE must have exactly this Request-URI.
    pub(crate) uri: String,
    /// Referred-By; the new INVITE must carry exactly this value.
    pub(crate) referred_by: String,
    /// Who is called.
    pub(crate) target: usize,
    /// Whether a NOTIFY said that the target answered.
    pub(crate) done: bool,
}

/// A leg.
#[derive(Clone)]
pub(crate) struct Leg {
    pub(crate) key: u64,
    pub(crate) party: SipParty,
    pub(crate) who: Who,
    pub(crate) stage: Stage,
    /// Whether we sent the INVITE.
    pub(crate) calling: bool,
    pub(crate) call_id: String,
    /// Our and their side of the dialog: the values of From or To, with their tags.
    pub(crate) local: String,
    pub(crate) remote: String,
    pub(crate) local_tag: String,
    /// Where requests go: the peer's Contact.
    pub(crate) target: String,
    pub(crate) sequence: u32,
    /// Branch and `CSeq` of the INVITE we sent, for ACK and CANCEL.
    pub(crate) invite_branch: String,
    pub(crate) pending: BTreeMap<u32, (Pending, String)>,
    /// The INVITE we received and the connection it came on, until it is answered.
    pub(crate) invite: Option<(Request, ConnectionId)>,
    pub(crate) ring: Option<RingId>,
    pub(crate) referral: Option<Referral>,
    /// The version of our session description.
    pub(crate) version: u32,
    /// Whether whoever made the call has given up; a late answer is hung up on.
    pub(crate) given_up: bool,
    /// Whether the caller's location travelled with the INVITE we sent.
    pub(crate) located: bool,
}

/// Something a SIP party does later.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SipAction {
    /// Tell the caller that it rings.
    Alert(u64),
    /// The emergency services pick up.
    PickUp(u64),
    /// The client does its nth scripted thing.
    Client { leg: u64, step: usize },
    /// The far end of a leg hangs up.
    HangUp(u64),
    /// A proxy sends OPTIONS, now and every minute.
    Ping(u8),
}
