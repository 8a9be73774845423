//! What an endpoint wants done and has to say.

use std::sync::Arc;

use teams_cc_core::Instant;

use super::{CallHandle, Origin, ReferHandle, RequestHandle, Route};
use crate::{
    message::{Message, Request, Response, StatusCode},
    transaction::TransactionId,
};

/// The next thing an endpoint wants.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver must handle every kind")]
pub enum Output {
    /// Put this message on the wire.
    Transmit(Box<Transmit>),
    /// Tell the application.
    Event(Event),
    /// Nothing more: wait for input, or until this time where there is one.
    Timeout(Option<Instant>),
}

/// A message for the wire.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Transmit {
    /// Whom [`Input::SendFailed`](super::Input::SendFailed) names if this cannot be sent. A message
    /// without one is sent at best effort.
    pub transaction: Option<TransactionId>,
    /// Which way.
    pub to: Route,
    /// The message, which its transaction may have to send again.
    pub message: Arc<Message>,
}

/// What the application hears.
///
/// Each call, from [`Event::IncomingInvite`] or [`Command::Invite`](super::Command::Invite) on,
/// has exactly one [`Event::Ended`], and none of its INVITE's events follow that. Only
/// [`Event::ReferEnded`] may: a subscription outlives the call (RFC 5057 §4.1).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Somebody calls; 100 has been sent, or will be where nothing is answered soon
    /// ([`EndpointConfig::trying_after`](super::EndpointConfig::trying_after)).
    IncomingInvite {
        /// The new call.
        call: CallHandle,
        /// Which way it came.
        origin: Origin,
        /// The INVITE.
        request: Box<Request>,
        /// The call that its Replaces header names (RFC 3891); one that names none is refused.
        replaces: Option<CallHandle>,
    },
    /// Our INVITE makes progress.
    Provisional {
        /// The call.
        call: CallHandle,
        /// Which branch of a forked call, counted from 0. None for 100 and beyond the bound.
        fork: Option<usize>,
        /// The response, 100 included.
        response: Box<Response>,
    },
    /// A reliable provisional response to our INVITE, which offered nothing, offers a session.
    /// Answer with [`Command::Prack`](super::Command::Prack).
    EarlyOffer {
        /// The call.
        call: CallHandle,
        /// Which branch of a forked call, counted from 0.
        fork: usize,
        /// The response.
        response: Box<Response>,
    },
    /// The peer has our reliable provisional response (RFC 3262).
    Confirmed {
        /// The call.
        call: CallHandle,
        /// The PRACK, whose body answers an offer that the response made.
        request: Box<Request>,
        /// The request to answer with [`Command::Respond`](super::Command::Respond), where the
        /// PRACK makes an offer of its own. Otherwise 200 has been sent.
        offer: Option<RequestHandle>,
    },
    /// A further branch of our forked INVITE answered; it is acknowledged and hung up.
    BranchHungUp {
        /// The call.
        call: CallHandle,
    },
    /// Our INVITE is answered; the ACK has been sent.
    ///
    /// An answer to an INVITE without offer makes one itself, and its ACK is the application's:
    /// [`Command::Acknowledge`](super::Command::Acknowledge).
    Answered {
        /// The call.
        call: CallHandle,
        /// Which branch of a forked call, counted from 0. The other branches are gone.
        fork: usize,
        /// The response.
        response: Box<Response>,
    },
    /// Our answer to an INVITE or re-INVITE is acknowledged.
    Acknowledged {
        /// The call.
        call: CallHandle,
        /// The ACK, whose body answers an offer that our answer made.
        request: Box<Request>,
    },
    /// The peer offers another session; respond with
    /// [`Command::RespondInvite`](super::Command::RespondInvite).
    ReInvite {
        /// The call.
        call: CallHandle,
        /// Which way it came.
        origin: Origin,
        /// The re-INVITE.
        request: Box<Request>,
    },
    /// The peer withdrew its re-INVITE. 487 has been sent and the call goes on as it was.
    ReInviteCancelled {
        /// The call.
        call: CallHandle,
    },
    /// Our re-INVITE is answered; the ACK has been sent.
    ReInviteAnswered {
        /// The call.
        call: CallHandle,
        /// The response.
        response: Box<Response>,
    },
    /// Our re-INVITE is refused, or nobody answered it. The call goes on as it was unless
    /// [`Event::Ended`] follows.
    ReInviteRefused {
        /// The call.
        call: CallHandle,
        /// The response, if there was one.
        response: Option<Box<Response>>,
    },
    /// The peer offers another session by UPDATE; respond with
    /// [`Command::Respond`](super::Command::Respond).
    Update {
        /// The call.
        call: CallHandle,
        /// Which branch, while our INVITE is unanswered.
        fork: Option<usize>,
        /// The request.
        request: RequestHandle,
        /// The UPDATE.
        message: Box<Request>,
    },
    /// The peer refreshed the dialog by an UPDATE that offers nothing; 200 has been sent.
    Updated {
        /// The call.
        call: CallHandle,
        /// The UPDATE, which may name another party (RFC 3325).
        message: Box<Request>,
    },
    /// Our UPDATE is answered.
    UpdateAnswered {
        /// The call.
        call: CallHandle,
        /// The response.
        response: Box<Response>,
    },
    /// Our UPDATE is refused, or nobody answered it. The call goes on as it was unless
    /// [`Event::Ended`] follows.
    UpdateRefused {
        /// The call.
        call: CallHandle,
        /// The response, if there was one.
        response: Option<Box<Response>>,
    },
    /// The peer has taken our refresh of the session timer.
    Refreshed {
        /// The call.
        call: CallHandle,
    },
    /// The session timer wants a refresh that only the application can write: order
    /// [`Command::ReInvite`](super::Command::ReInvite), or the call ends with the session.
    RefreshDue {
        /// The call.
        call: CallHandle,
    },
    /// The peer asks us to call somebody (RFC 3515); respond with
    /// [`Command::RespondRefer`](super::Command::RespondRefer).
    Refer {
        /// The call it came in.
        call: CallHandle,
        /// The REFER.
        refer: ReferHandle,
        /// Which way it came.
        origin: Origin,
        /// The REFER, which has exactly one Refer-To.
        request: Box<Request>,
    },
    /// The subscription of a REFER is over.
    ReferEnded {
        /// The call it came in.
        call: CallHandle,
        /// The REFER.
        refer: ReferHandle,
        /// How it ended.
        end: ReferEnd,
    },
    /// A request that the application must answer: OPTIONS, INFO, NOTIFY, MESSAGE.
    Request {
        /// The request.
        request: RequestHandle,
        /// The call it came in, if it came in one.
        call: Option<CallHandle>,
        /// Which way it came.
        origin: Origin,
        /// The message.
        message: Box<Request>,
    },
    /// Nobody waits for the response to this request any more.
    RequestAbandoned {
        /// The request.
        request: RequestHandle,
    },
    /// A response to a request of ours. A final one is the last word on it.
    Response {
        /// The request.
        request: RequestHandle,
        /// The response.
        response: Box<Response>,
    },
    /// A request of ours got no response.
    RequestFailed {
        /// The request.
        request: RequestHandle,
        /// Why.
        why: Failure,
    },
    /// A call is over; said exactly once for each call.
    Ended {
        /// The call.
        call: CallHandle,
        /// How it ended.
        end: CallEnd,
    },
    /// A message was refused or dropped without the application's doing.
    Turned {
        /// Which way it came.
        origin: Origin,
        /// Why.
        why: Turned,
    },
}

/// How a call ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallEnd {
    /// The peer refused our INVITE.
    Rejected(Box<Response>),
    /// We refused the peer's INVITE.
    Refused(StatusCode),
    /// The peer withdrew its INVITE; here is its CANCEL, which may give a Reason.
    Cancelled(Box<Request>),
    /// We withdrew our INVITE.
    Withdrawn,
    /// The peer hung up; here is its BYE, which may give a Reason.
    PeerHungUp(Box<Request>),
    /// We hung up.
    HungUp,
    /// Our INVITE brought nothing in time.
    NoResponse,
    /// Our INVITE was not answered within [`EndpointConfig::invite_limit`](super::EndpointConfig::invite_limit)
    /// and was withdrawn.
    NotAnswered,
    /// Our INVITE could not be sent.
    Unreachable,
    /// The peer's INVITE was not answered within
    /// [`EndpointConfig::ring_limit`](super::EndpointConfig::ring_limit) and was refused with 480.
    RangOut,
    /// Our answer was never acknowledged, or the application did not acknowledge one that offers
    /// a session; BYE has been sent (RFC 3261 §13.3.1.4).
    NoAck,
    /// Our reliable provisional response was never confirmed, and the INVITE was refused with 504
    /// (RFC 3262 §3).
    NoPrack,
    /// The session timer ran out: the peer is gone, or took no refresh. BYE has been sent.
    SessionExpired,
    /// The peer no longer knows the call, or did not answer a re-INVITE. BYE has been sent.
    Lost,
}

/// How the subscription of a REFER ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReferEnd {
    /// We refused it.
    Refused,
    /// The peer has the final report.
    Reported,
    /// The peer wants no reports, or cannot be reached.
    Unheard,
    /// The subscription ran out before the referred call had an end.
    Expired,
}

/// Why a request of ours got no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// Nothing came in 64 × T1.
    TimedOut,
    /// It could not be sent.
    Unreachable,
}

/// Why a message was refused or dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Turned {
    /// Cannot be read; answered with 400 where that is possible.
    Malformed,
    /// A bound of [`EndpointLimits`](super::EndpointLimits) is reached; answered with 503.
    Overload,
    /// A response that belongs to no request of ours.
    StrayResponse,
    /// An ACK that belongs to no response of ours.
    StrayAck,
    /// A request for a call that is not known; answered with 481.
    UnknownCall,
    /// A request that came twice on different ways; answered with 482.
    Merged,
    /// A request that has no hops left; answered with 483.
    TooManyHops,
    /// A method that is not served, or not known; answered with 405 or 501.
    MethodNotAllowed,
    /// An extension that is not served; answered with 420.
    BadExtension,
    /// An extension that this call needs is missing; answered with 421.
    ExtensionRequired,
    /// A session timer that is too short; answered with 422.
    TooShort,
    /// An INFO of a package that is not taken; answered with 469.
    BadInfoPackage,
    /// Our own INVITE that came back with the same number; answered with 482.
    Loop,
    /// A request behind its time in its dialog; answered with 500.
    OutOfOrder,
    /// A re-INVITE that met ours, or one too early; answered with 491 or 500.
    Glare,
    /// A request that makes no sense where it stands; answered with 400.
    BadRequest,
    /// A message of somebody who may not send it; see [`Input::Denied`](super::Input::Denied).
    Denied,
}
