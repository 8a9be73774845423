//! What an endpoint is told.

use bytes::Bytes;

use super::{CallPolicy, FlowId, Origin};
use crate::{
    message::{
        ContentType, Fault, Header, HeaderName, Headers, Message, Method, Request, Response,
        StatusCode,
    },
    transaction::TransactionId,
    transport::Target,
};

/// One call as this endpoint sees it. It is an INVITE, its forks, and the dialog that comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallHandle(pub(crate) u64);

/// One request outside of the life of a call's INVITE, ours or a peer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestHandle(pub(crate) u64);

/// One REFER of a peer and the subscription it implies (RFC 3515 §2.4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferHandle(pub(crate) u64);

macro_rules! number {
    ($($handle:ident)*) => {$(
        impl $handle {
            /// The number, for logs.
            #[must_use]
            pub fn number(self) -> u64 {
                self.0
            }
        }
    )*};
}

number!(CallHandle RequestHandle ReferHandle);

/// What happened outside: on the network, to the clock, or by order of the application.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver must handle every kind")]
pub enum Input {
    /// A message came.
    Received {
        /// Which way it came.
        origin: Origin,
        /// The message.
        message: Box<Message>,
    },
    /// A message came for an emergency call, say, that no bound may turn away.
    ///
    /// As [`Input::Received`], but the bounds on calls and transactions count twice.
    Urgent {
        /// Which way it came.
        origin: Origin,
        /// The message.
        message: Box<Message>,
    },
    /// A message came from somebody who may not send it.
    ///
    /// A request gets this status, without state and without a word about what is here; an ACK
    /// and a response get nothing.
    Denied {
        /// Which way it came.
        origin: Origin,
        /// The message.
        message: Box<Message>,
        /// The final status.
        status: StatusCode,
    },
    /// As [`Input::Denied`], with a response of the application's, such as a challenge.
    Refused {
        /// Which way it came.
        origin: Origin,
        /// The message.
        message: Box<Message>,
        /// The draft of the response to a request.
        response: Box<Response>,
    },
    /// Octets came that are no message; answered where that is possible.
    Malformed {
        /// Which way they came.
        origin: Origin,
        /// What was wrong with them.
        fault: Fault,
    },
    /// A flow closed. Responses that were to go back on it take RFC 3261 §18.2.2's other way.
    FlowClosed {
        /// The flow.
        flow: FlowId,
    },
    /// The connection that our requests to a target took is gone.
    ///
    /// Calls whose INVITE waits there and has not rung end as if it had not been answered.
    ConnectionLost {
        /// Where it led.
        target: Target,
    },
    /// A message could not be sent.
    SendFailed {
        /// The transaction named by [`Transmit`](super::Transmit).
        transaction: TransactionId,
    },
    /// The application orders something.
    Command(Command),
    /// The time of the last [`Output::Timeout`](super::Output::Timeout) has come.
    Wake,
}

impl From<Command> for Input {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

/// An order of the application.
///
/// Messages in orders are drafts: they carry the status or Request-URI, the body and the headers
/// that are the application's, such as From, To, Contact, Allow or P-Asserted-Identity. The
/// endpoint adds Via, tags, Call-ID, `CSeq`, Max-Forwards, Route and Record-Route, and a Contact
/// where the draft has none. There is no order that sends Replaces, and [`Command::Refer`] is for
/// carriers alone: Direct Routing takes neither (Learn, *Direct Routing SIP protocol*).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Command {
    /// Calls somebody.
    Invite {
        /// A handle from [`Endpoint::reserve_call`](super::Endpoint::reserve_call).
        call: CallHandle,
        /// Where the INVITE is sent, whatever its Request-URI says.
        to: Target,
        /// The draft: Request-URI, From, To, Contact, body.
        request: Box<Request>,
    },
    /// Calls somebody with a policy of its own; else as [`Command::Invite`].
    InviteWith {
        /// A handle from [`Endpoint::reserve_call`](super::Endpoint::reserve_call).
        call: CallHandle,
        /// Where the INVITE is sent, whatever its Request-URI says.
        to: Target,
        /// The draft: Request-URI, From, To, Contact, body.
        request: Box<Request>,
        /// Which extensions this call uses.
        policy: CallPolicy,
    },
    /// Sets which extensions a peer's call uses; before it is rung or answered.
    Policy {
        /// The call.
        call: CallHandle,
        /// Which extensions this call uses.
        policy: CallPolicy,
    },
    /// Responds to the INVITE or re-INVITE of this call that waits for a response.
    RespondInvite {
        /// The call.
        call: CallHandle,
        /// The draft: 101–199 rings, 200–299 answers, 300–699 refuses.
        response: Box<Response>,
    },
    /// Withdraws our INVITE; a call answered meanwhile is ended with BYE.
    Cancel {
        /// The call.
        call: CallHandle,
        /// Such as a Reason header.
        extras: Extras,
    },
    /// Ends an answered call; waits for the ACK where RFC 3261 §15 asks for it.
    Bye {
        /// The call.
        call: CallHandle,
        /// Such as a Reason header.
        extras: Extras,
    },
    /// Offers another session, as hold and resume do; repeated by itself after a 491.
    ReInvite {
        /// The call.
        call: CallHandle,
        /// The body and its headers.
        extras: Extras,
    },
    /// Changes a session by UPDATE (RFC 3311), also before the call is answered; repeated by
    /// itself after a 491. Only to a peer whose Allow lists UPDATE.
    Update {
        /// The call.
        call: CallHandle,
        /// Which branch, while our INVITE is unanswered; the first where none is named.
        fork: Option<usize>,
        /// The body and its headers; without a body nothing but the dialog is refreshed.
        extras: Extras,
    },
    /// Answers the offer of [`Event::EarlyOffer`](super::Event::EarlyOffer) in a PRACK.
    Prack {
        /// The call.
        call: CallHandle,
        /// Which branch.
        fork: usize,
        /// The answer and its headers.
        extras: Extras,
    },
    /// Acknowledges a 2xx that offers a session: one to an INVITE of ours that offered none.
    ///
    /// Without this order the call is hung up after 64 × T1.
    Acknowledge {
        /// The call.
        call: CallHandle,
        /// The answer and its headers.
        extras: Extras,
    },
    /// Sends a request within an answered call, such as INFO.
    RequestInCall {
        /// A handle from [`Endpoint::reserve_request`](super::Endpoint::reserve_request).
        request: RequestHandle,
        /// The call.
        call: CallHandle,
        /// The method; not one that has an order of its own here.
        method: Method,
        /// The body and its headers.
        extras: Extras,
    },
    /// Asks the peer of an answered call to call somebody (RFC 3515 §2.4.1). Never for Teams.
    ///
    /// Its reports come as [`Event::Request`](super::Event::Request) with NOTIFY.
    Refer {
        /// A handle from [`Endpoint::reserve_request`](super::Endpoint::reserve_request).
        request: RequestHandle,
        /// The call.
        call: CallHandle,
        /// The `Refer-To` line, which is sent byte for byte.
        refer_to: Box<Header>,
        /// Such as `Referred-By`, and `Contact`.
        extras: Extras,
    },
    /// Sends a request outside of any call, such as OPTIONS.
    Request {
        /// A handle from [`Endpoint::reserve_request`](super::Endpoint::reserve_request).
        request: RequestHandle,
        /// Where it is sent, whatever its Request-URI says.
        to: Target,
        /// The draft: method, Request-URI, From, To, Contact.
        draft: Box<Request>,
    },
    /// Responds to a request reported by [`Event::Request`](super::Event::Request).
    Respond {
        /// The request.
        request: RequestHandle,
        /// The draft.
        response: Box<Response>,
    },
    /// Accepts a REFER, which then gets `NOTIFY 100 Trying`, or refuses it.
    RespondRefer {
        /// The REFER.
        refer: ReferHandle,
        /// The draft: 202 or 300–699.
        response: Box<Response>,
    },
    /// Reports how the referred call goes; a final status ends the subscription.
    NotifyRefer {
        /// The REFER.
        refer: ReferHandle,
        /// The status of the referred call.
        status: StatusCode,
    },
    /// Sets how many calls may live at once from now on: 0 refuses every new one with 503 and
    /// Retry-After, and ends none. What is [`Input::Urgent`] has the room it had.
    Admit {
        /// As [`EndpointLimits::calls`](super::EndpointLimits::calls).
        calls: usize,
    },
    /// Answers challenges in a peer's call as the account at this place, and reaches the peer
    /// there where it names no usable Contact.
    Account {
        /// The call, which a peer started.
        call: CallHandle,
        /// A place of [`EndpointConfig::accounts`](super::EndpointConfig::accounts).
        at: Target,
    },
    /// Lets requests of this call use the flow it came on while that is open.
    ///
    /// For carriers and labs whose callers take no connections. Never for Teams: its proxies
    /// accept no requests on connections they opened (Learn, *Direct Routing protocols*).
    ReuseFlow {
        /// The call, which a peer started.
        call: CallHandle,
    },
}

/// Headers and a body that the application adds to a request of the endpoint.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Extras {
    /// The headers.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

impl Extras {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a header.
    ///
    /// # Errors
    ///
    /// As [`Headers::push`].
    pub fn with_header(
        mut self,
        name: HeaderName,
        value: impl AsRef<[u8]>,
    ) -> Result<Self, crate::message::ParseError> {
        self.headers.push(name, value)?;
        Ok(self)
    }

    /// Sets the body and its type.
    #[must_use]
    pub fn with_body(mut self, kind: &ContentType, body: impl Into<Bytes>) -> Self {
        self.headers.set_typed(kind);
        self.body = body.into();
        self
    }
}
