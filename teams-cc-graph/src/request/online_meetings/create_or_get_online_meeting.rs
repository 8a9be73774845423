use bytes::Bytes;

use super::times;
use crate::client::Client;
use crate::error::{Error, InvalidRequest};
use crate::model::{ChatInfo, CreateOrGetBody, MeetingParticipants, OnlineMeeting};
use crate::request::{Owner, Via};
use crate::wire::DateTimeOffset;

/// `POST /users/{id}/onlineMeetings/createOrGet`: the meeting of an external id, made if there is none.
///
/// [Learn](https://learn.microsoft.com/graph/api/onlinemeeting-createorget)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `OnlineMeetings.ReadWrite.All` | – |
/// | Delegated (work) | `OnlineMeetings.ReadWrite` | – |
///
/// # Limits
///
/// An app needs an application access policy for the user in the path; a delegated client asks under
/// `/me` alone. The meeting is in no
/// calendar. Without times it begins now and lasts an hour. A meeting that exists is answered as it is:
/// what the body says of it is not taken over.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an empty external id or a meeting that ends
/// before it begins.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still make the meeting.
///
/// ```
/// use teams_cc_graph::request::online_meetings::CreateOrGetOnlineMeeting;
///
/// let request = CreateOrGetOnlineMeeting::new("user-1", "case-4711").subject("Case 4711");
/// let request = request.into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/onlineMeetings/createOrGet");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "createOrGet")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct CreateOrGetOnlineMeeting<C = Client> {
    via: C,
    owner: Owner,
    body: CreateOrGetBody,
}

owned_request! {
    CreateOrGetOnlineMeeting => OnlineMeeting,
    "createOrGet" POST "/onlineMeetings/createOrGet",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetings.ReadWrite.All"],
    delegated: ["OnlineMeetings.ReadWrite"]
}

impl CreateOrGetOnlineMeeting<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, external_id: &str) -> Self {
        Self::with((), owner.into(), external_id)
    }
}

impl<C: Via> CreateOrGetOnlineMeeting<C> {
    pub(crate) fn with(via: C, owner: Owner, external_id: &str) -> Self {
        Self { via, owner, body: CreateOrGetBody::new(external_id) }
    }

    /// Set the subject of a meeting that is made.
    pub fn subject(mut self, subject: &str) -> Self {
        self.body = self.body.subject(subject);
        self
    }

    /// Set the times of a meeting that is made. Default: now, for an hour.
    pub fn times(
        mut self,
        start: impl Into<DateTimeOffset>,
        end: impl Into<DateTimeOffset>,
    ) -> Self {
        self.body = self.body.start_date_time(start.into()).end_date_time(end.into());
        self
    }

    /// Set who is invited to a meeting that is made.
    pub fn participants(mut self, participants: MeetingParticipants) -> Self {
        self.body = self.body.participants(participants);
        self
    }

    /// Set the chat of a meeting that is made. Default: a new one.
    pub fn chat_info(mut self, chat: ChatInfo) -> Self {
        self.body = self.body.chat_info(chat);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an empty external id or a meeting that ends
    /// before it begins.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        if self.body.external_id.text().is_none_or(str::is_empty) {
            return Err(InvalidRequest::Missing { what: "externalId" }.into());
        }
        times::in_order(&self.body.start_date_time, &self.body.end_date_time)?;
        self.draft(&[])?.json(&self.body)
    }
}
