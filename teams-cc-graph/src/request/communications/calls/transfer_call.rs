use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{InvitationParticipantInfo, ParticipantInfo, TransferBody};
use crate::request::{Via, check};
use crate::wire::{Additional, Field};

/// `POST /communications/calls/{id}/transfer`: hand a call over, blind or after consulting.
///
/// [Learn](https://learn.microsoft.com/graph/api/call-transfer)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.Initiate.All` | – |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// The call must be established. A user must be of the same tenant; a phone must be E.164 and the
/// call one of a resource account. The answer says only that the order was taken: the outcome
/// comes by notification, and the app sees nothing of the call after it.
///
/// # Errors
///
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// It would transfer twice: retried on 429 alone. Dropping the future may leave a transfer under
/// way; notifications of the call tell.
///
/// ```
/// use teams_cc_graph::model::InvitationParticipantInfo;
/// use teams_cc_graph::request::communications::calls::TransferCall;
///
/// let agent = InvitationParticipantInfo::of_user(&"98da8a1a".parse()?);
/// let request =
///     TransferCall::new("call-1", agent).replaces_call_id("consult-1").into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/transfer");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "transfer")]
#[doc(alias = "7000")]
#[doc(alias = "7015")]
#[doc(alias = "7700")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct TransferCall<C = Client> {
    via: C,
    call: String,
    target: InvitationParticipantInfo,
    transferee: Field<ParticipantInfo>,
}

graph_request! {
    TransferCall => (),
    "transfer" POST "/communications/calls/{id}/transfer",
    repeat: Twice, on_call: true,
    permissions: [CALLS_INITIATE]
}

impl TransferCall<()> {
    /// The request without a client.
    pub fn new(call: &str, target: InvitationParticipantInfo) -> Self {
        Self::with((), call, target)
    }
}

impl<C: Via> TransferCall<C> {
    pub(crate) fn with(via: C, call: &str, target: InvitationParticipantInfo) -> Self {
        Self { via, call: call.to_owned(), target, transferee: Field::Missing }
    }

    /// Consultative: the target's call with the app, which the transferred call takes the place of.
    pub fn replaces_call_id(mut self, consult_call: impl Into<String>) -> Self {
        self.target.replaces_call_id = consult_call.into().into();
        self
    }

    /// Transfer one participant out of a group call, as the roster tells of it; what the schema
    /// does not declare is left out.
    pub fn transferee(mut self, transferee: ParticipantInfo) -> Self {
        self.transferee = declared(transferee).into();
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a phone that is not E.164, or a call
    /// that would replace itself.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::target(&self.target)?;
        check::replaced_call(&self.call, &self.target)?;
        let mut body = TransferBody::new(self.target);
        body.transferee = self.transferee;
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &body)
    }
}

/// A party without what only notifications have: its type is closed, so an order that repeats it
/// may be refused.
fn declared(mut party: ParticipantInfo) -> ParticipantInfo {
    party.id = Field::Missing;
    party.additional = Additional::default();
    party
}
