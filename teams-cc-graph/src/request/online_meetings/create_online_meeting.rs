use bytes::Bytes;
use http::header::ACCEPT_LANGUAGE;

use super::times;
use crate::client::Client;
use crate::error::Error;
use crate::model::OnlineMeeting;
use crate::request::{Owner, Via};

/// `POST /users/{id}/onlineMeetings`: make a meeting that is in no calendar.
///
/// [Learn](https://learn.microsoft.com/graph/api/application-post-onlinemeetings)
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
/// `/me` alone. 2,000 meetings for a user in a
/// month. Without times the meeting begins now and lasts an hour. Recordings and transcripts of a
/// meeting that is in no calendar cannot be read.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a meeting that ends before it begins.
///
/// # Retries
///
/// It would be made twice: retried on 429 alone. Dropping the future may still make it;
/// [`CreateOrGetOnlineMeeting`](super::CreateOrGetOnlineMeeting) is safe to repeat.
///
/// ```
/// use teams_cc_graph::model::OnlineMeeting;
/// use teams_cc_graph::request::online_meetings::CreateOnlineMeeting;
///
/// let meeting = OnlineMeeting::new()
///     .subject("Escalation")
///     .start_date_time("2026-11-23T09:00:00Z")
///     .end_date_time("2026-11-23T09:30:00Z");
/// let request = CreateOnlineMeeting::new("user-1", meeting).into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/onlineMeetings");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "create onlineMeeting")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct CreateOnlineMeeting<C = Client> {
    via: C,
    owner: Owner,
    meeting: Box<OnlineMeeting>,
    language: Option<String>,
}

owned_request! {
    CreateOnlineMeeting => OnlineMeeting,
    "createOnlineMeeting" POST "/onlineMeetings",
    repeat: Twice, on_call: false,
    application: ["OnlineMeetings.ReadWrite.All"],
    delegated: ["OnlineMeetings.ReadWrite"]
}

impl CreateOnlineMeeting<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: OnlineMeeting) -> Self {
        Self::with((), owner.into(), meeting)
    }
}

impl<C: Via> CreateOnlineMeeting<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: OnlineMeeting) -> Self {
        Self { via, owner, meeting: Box::new(meeting), language: None }
    }

    /// Set the language of the invitation text, such as `de-DE`. Default: English.
    pub fn accept_language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a meeting that ends before it begins, and for
    /// a language that cannot stand in a header.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        times::in_order(&self.meeting.start_date_time, &self.meeting.end_date_time)?;
        let mut draft = self.draft(&[])?;
        if let Some(language) = &self.language {
            draft = draft.header(ACCEPT_LANGUAGE, language)?;
        }
        draft.json(&self.meeting)
    }
}
