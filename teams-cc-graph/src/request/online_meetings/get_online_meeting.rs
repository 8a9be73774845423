use bytes::Bytes;
use http::header::ACCEPT_LANGUAGE;

use super::MEETING_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::OnlineMeeting;
use crate::request::prefer::Preferences;
use crate::request::{Owner, Query, Via};

/// `GET /users/{id}/onlineMeetings/{id}`: a meeting and how to join it.
///
/// [Learn](https://learn.microsoft.com/graph/api/onlinemeeting-get)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `OnlineMeetings.Read.All` | `OnlineMeetings.ReadWrite.All` |
/// | Delegated (work) | `OnlineMeetings.Read` | `OnlineMeetings.ReadWrite` |
///
/// # Limits
///
/// An app needs an application access policy for the user in the path; a delegated client asks under
/// `/me` alone. The
/// user in the path organizes the meeting or is invited to it.
///
/// # Errors
///
/// What the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::online_meetings::GetOnlineMeeting;
///
/// let request = GetOnlineMeeting::new("user-1", "meeting-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/onlineMeetings/meeting-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "get onlineMeeting")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetOnlineMeeting<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    language: Option<String>,
    query: Query,
    preferences: Preferences,
}

owned_request! {
    GetOnlineMeeting => OnlineMeeting,
    "getOnlineMeeting" GET "/onlineMeetings/{id}",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All"],
    delegated: ["OnlineMeetings.Read", "OnlineMeetings.ReadWrite"]
}

query_options!(GetOnlineMeeting: select);
preferences!(GetOnlineMeeting: unknown_enum_members);

impl GetOnlineMeeting<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str) -> Self {
        Self::with((), owner.into(), meeting)
    }
}

impl<C: Via> GetOnlineMeeting<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: &str) -> Self {
        let (query, preferences) = (Query::new(), Preferences::default());
        Self { via, owner, meeting: meeting.to_owned(), language: None, query, preferences }
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
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path or a
    /// language that cannot stand in a header.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let draft = self.draft(&[(MEETING_ID, &self.meeting)])?;
        let mut draft = draft.query(&self.query).preferences(self.preferences)?;
        if let Some(language) = &self.language {
            draft = draft.header(ACCEPT_LANGUAGE, language)?;
        }
        draft.bare()
    }
}
