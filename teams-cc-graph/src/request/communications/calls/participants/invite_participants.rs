use bytes::Bytes;

use super::CALL_ID;
use crate::client::Client;
use crate::error::{Error, InvalidRequest};
use crate::model::{InvitationParticipantInfo, InviteBody, InviteParticipantsOperation};
use crate::request::{Via, check};

/// `POST /communications/calls/{id}/participants/invite`: bring others into a call.
///
/// [Learn](https://learn.microsoft.com/graph/api/participant-invite)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Calls.InitiateGroupCall.All` | – |
/// | Delegated | not supported | – |
///
/// # Limits
///
/// At most 5 at a time, several only into a group call or meeting, and never a second bot; with a
/// call to replace exactly one, because the service reads the first alone. A client context of at
/// most 256 characters.
///
/// A phone must be E.164, and the app must have answered, placed or joined the call as a resource
/// account with a number: a call that came to a bot's UPN, and a meeting joined by token, cannot
/// invite phones (403/10151, 412/10073).
///
/// The answer says only that the order was taken. The notification of the operation may lack its
/// id: it is known by its client context, and by the roster.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken,
/// [`ErrorKind::CallEnded`](crate::ErrorKind::CallEnded) when the call is over.
///
/// # Retries
///
/// It would ring twice: retried on 429 alone. Dropping the future may leave somebody ringing; the
/// roster tells.
///
/// ```
/// use teams_cc_graph::model::InvitationParticipantInfo;
/// use teams_cc_graph::request::communications::calls::participants::InviteParticipants;
///
/// let agent = InvitationParticipantInfo::of_user(&"98da8a1a".parse()?);
/// let request = InviteParticipants::new("call-1", [agent]).into_request()?;
/// assert_eq!(request.uri(), "/communications/calls/call-1/participants/invite");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "invite")]
#[doc(alias = "10073")]
#[doc(alias = "10151")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct InviteParticipants<C = Client> {
    via: C,
    call: String,
    body: InviteBody,
}

graph_request! {
    InviteParticipants => InviteParticipantsOperation,
    "invite" POST "/communications/calls/{id}/participants/invite",
    repeat: Twice, on_call: true,
    permissions: [CALLS_INITIATE_GROUP]
}

client_context!(InviteParticipants);

impl InviteParticipants<()> {
    /// The request without a client.
    pub fn new(
        call: &str,
        participants: impl IntoIterator<Item = InvitationParticipantInfo>,
    ) -> Self {
        Self::with((), call, participants)
    }
}

impl<C: Via> InviteParticipants<C> {
    pub(crate) fn with(
        via: C,
        call: &str,
        participants: impl IntoIterator<Item = InvitationParticipantInfo>,
    ) -> Self {
        let body = InviteBody::new(participants.into_iter().collect::<Vec<_>>())
            .client_context(via.client_context());
        Self { via, call: call.to_owned(), body }
    }

    /// Bring in the one participant by the call it has with the app: that call ends, this one goes
    /// on.
    pub fn replaces_call_id(mut self, replaced: impl Into<String>) -> Self {
        if let Some([first, ..]) = self.body.participants.get_mut().map(Vec::as_mut_slice) {
            first.replaces_call_id = replaced.into().into();
        }
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a documented limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let participants = self.body.participants.items();
        check::count("participants", participants.len(), check::MAX_INVITED)?;
        for participant in participants {
            check::target(participant)?;
            check::replaced_call(&self.call, participant)?;
        }
        let replacing = participants.iter().any(|it| it.replaces_call_id.get().is_some());
        if replacing && participants.len() > 1 {
            let what = "participants of an invitation that replaces a call";
            let count = participants.len();
            return Err(InvalidRequest::TooMany { what, count, limit: 1 }.into());
        }
        check::client_context(&self.body.client_context)?;
        Self::ENDPOINT.json(&[(CALL_ID, &self.call)], &self.body)
    }
}
