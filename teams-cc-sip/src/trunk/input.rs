//! What the trunk engine is told and what it wants done.

use std::net::SocketAddr;

use teams_cc_core::{
    Address, Instant, LegId, OperationId, PhoneNumber, TenantId,
    contact::{LegCommand, LegError, LegEvent},
};

use super::{
    BackToBack, CallRequest, CarriedHeaders, Codec, Destination, DisplayText, EmergencyData,
    MasterKey, MediaError, MediaEvent, PeerHealth, RemoteMedia, TransferStep,
};
use crate::{
    direct_routing::{ConnectionFault, MediaOptimization},
    endpoint::{FlowId, Transmit},
    error::Error,
    io::Peer,
    message::{Fault, Message},
    transaction::TransactionId,
    transport::Target,
};

/// Ties an order to its outcome; chosen by the driver.
pub(crate) type Ticket = u64;
/// The ticket of what nobody waits for.
pub(crate) const NOBODY: Ticket = 0;

/// What happened outside of the trunk engine.
pub(crate) enum Input {
    /// A connection or a peer's address has a number from now on.
    FlowOpened { flow: FlowId, peer: Peer },
    /// A flow is one that we opened ourselves, to this target.
    FlowLeads { flow: FlowId, target: Target },
    /// A message came.
    Received { flow: FlowId, message: Box<Message> },
    /// Octets came that are no message.
    Malformed { flow: FlowId, fault: Fault },
    /// A flow closed.
    FlowClosed { flow: FlowId },
    /// Our present connection to a target has closed; an older one may close unnoticed.
    TargetLost { target: Target },
    /// A connection of ours could not be opened or was refused; what was to be sent fails next.
    NotReached { target: Target, fault: ConnectionFault },
    /// A message could not be sent.
    SendFailed { transaction: TransactionId },
    /// Make a call; its outcome comes as [`Output::Dialled`].
    Dial { ticket: Ticket, destination: Box<Destination> },
    /// Call somebody for a caller; that the first INVITE is out comes as [`Output::Dialled`].
    Bridge { ticket: Ticket, caller: LegId, plan: Box<BackToBack> },
    /// Order a leg about; the outcome comes as [`Output::Done`].
    Execute { ticket: Ticket, leg: LegId, command: LegCommand },
    /// Nobody holds the leg any more.
    Release { leg: LegId },
    /// The answer to [`Output::OpenMedia`].
    MediaOpened { media: LegId, local: Option<LocalMedia> },
    /// The answer to [`Output::NewKey`].
    KeyMade { media: LegId, key: Option<MasterKey> },
    /// A media port tells something about a stream.
    Media(MediaEvent),
    /// The media port could not join two streams.
    JoinFailed { one: LegId, other: LegId, error: MediaError },
    /// The application does not keep up, or does again.
    Congested(bool),
    /// Nothing more can be accepted.
    ListenerFailed,
    /// Take no more calls and end those there are.
    Drain,
    /// The time for that is over: end whatever is left, and expect no answer.
    Stop,
    /// The time of the last [`Output::Timeout`] has come.
    Wake,
}

/// The local end of a media stream.
pub(crate) struct LocalMedia {
    pub(crate) address: SocketAddr,
    pub(crate) key: MasterKey,
    pub(crate) codecs: Vec<Codec>,
    pub(crate) comfort_noise: bool,
    pub(crate) ice: bool,
}

impl LocalMedia {
    /// G.711 at this address.
    pub(crate) fn new(address: SocketAddr, key: MasterKey) -> Self {
        Self { address, key, codecs: Codec::G711.to_vec(), comfort_noise: false, ice: false }
    }
}

/// The next thing the trunk engine wants.
pub(crate) enum Output {
    /// Put this message on the wire.
    Transmit(Box<Transmit>),
    /// Tell the application.
    Event(Event),
    /// Open the local end of a stream and say so by [`Input::MediaOpened`].
    OpenMedia { media: LegId },
    /// Remember that a stream to be opened is a leg's, though it has a name of its own.
    NameMedia { media: LegId, leg: LegId },
    /// Make another key for a stream that is open and say it by [`Input::KeyMade`].
    NewKey { media: LegId },
    /// Say where the peer wants its packets.
    ConnectMedia { media: LegId, remote: Box<RemoteMedia> },
    /// Let two streams hear each other.
    JoinMedia { one: LegId, other: LegId },
    /// Let a stream hear ringing, or no longer.
    RingMedia { media: LegId, ringing: bool },
    /// Have the media port play, collect or stop; its word is the order's outcome.
    OrderMedia { ticket: Ticket, media: LegId, operation: OperationId, command: Box<LegCommand> },
    /// Close the local end of a stream.
    CloseMedia { media: LegId },
    /// A call is on its way, or cannot be made.
    Dialled { ticket: Ticket, outcome: Result<Address, Error> },
    /// An order is carried out, or is not.
    Done { ticket: Ticket, outcome: Result<(), LegError> },
    /// What is known of peers is newer than what was published; nothing has changed by it.
    HealthNoted,
    /// End our own connection to a target; the next message opens a new one.
    CloseTarget { target: Target },
    /// A target does not answer at this address: the next message to it goes elsewhere.
    TargetFailed { target: Target, address: SocketAddr },
    /// Keep our own flow to a target open by an empty line (RFC 5626 §3.5.1).
    KeepAlive { target: Target },
    /// Nothing more: wait for input, or until this time where there is one.
    Timeout(Option<Instant>),
}

/// What the application hears, before its leg is a handle.
pub(crate) enum Event {
    /// Somebody calls.
    Incoming(Box<Incoming>),
    /// A leg tells something.
    Leg { leg: LegId, event: LegEvent },
    /// The health of a peer changed.
    Health(PeerHealth),
    /// A transfer made a step.
    Transfer { leg: LegId, step: TransferStep },
    /// A called leg goes on to another destination.
    NextDestination { leg: LegId, place: usize, status: u16 },
    /// One of several destinations that rang has answered.
    Reached { leg: LegId, place: usize },
    /// A party has sent something in its call.
    Request { leg: LegId, request: Box<CallRequest> },
    /// Another call carries a leg.
    TakenOver { leg: LegId, party: Address, display: Option<DisplayText> },
}

/// A call that waits for an answer.
pub(crate) struct Incoming {
    pub(crate) leg: LegId,
    pub(crate) caller: Address,
    pub(crate) display: Option<DisplayText>,
    pub(crate) private: bool,
    pub(crate) called: PhoneNumber,
    pub(crate) peer: Box<str>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) emergency: EmergencyData,
    pub(crate) carried: CarriedHeaders,
    pub(crate) optimization: Option<Box<MediaOptimization>>,
    pub(crate) call_id: Box<str>,
}
