use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, OnlineMeeting};
use crate::request::prefer::Preferences;
use crate::request::{Owner, Query, Via};
use crate::wire::Sensitive;

/// `GET /users/{id}/onlineMeetings?$filter=…`: the meeting of a link or a number.
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
/// `/me` alone. By
/// video teleconference id an app asks under `/communications`, and needs no policy. At most one
/// meeting is answered.
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
/// use teams_cc_graph::request::online_meetings::FindOnlineMeeting;
///
/// let request = FindOnlineMeeting::by_join_meeting_id("user-1", "1234567890").into_request()?;
/// let wanted = "/users/user-1/onlineMeetings?\
///               $filter=joinMeetingIdSettings/joinMeetingId%20eq%20'1234567890'";
/// assert_eq!(request.uri(), wanted);
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "JoinWebUrl")]
#[doc(alias = "joinMeetingId")]
#[doc(alias = "VideoTeleconferenceId")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct FindOnlineMeeting<C = Client> {
    via: C,
    owner: Owner,
    property: &'static str,
    value: Sensitive,
    preferences: Preferences,
}

owned_request! {
    FindOnlineMeeting => (Collection<OnlineMeeting>),
    "findOnlineMeeting" GET "/onlineMeetings",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All"],
    delegated: ["OnlineMeetings.Read", "OnlineMeetings.ReadWrite"]
}

preferences!(FindOnlineMeeting: unknown_enum_members);

impl FindOnlineMeeting<()> {
    /// The meeting of a join link, without a client.
    pub fn by_join_web_url(owner: impl Into<Owner>, url: &str) -> Self {
        Self::with((), owner.into(), JOIN_WEB_URL, url)
    }

    /// The meeting of the number that joins it, without a client.
    pub fn by_join_meeting_id(owner: impl Into<Owner>, id: &str) -> Self {
        Self::with((), owner.into(), JOIN_MEETING_ID, id)
    }

    /// The meeting of the number that room systems join with, without a client.
    pub fn by_video_teleconference_id(id: &str) -> Self {
        Self::with((), Owner::Communications, VIDEO_TELECONFERENCE_ID, id)
    }
}

impl<C: Via> FindOnlineMeeting<C> {
    pub(crate) fn with(via: C, owner: Owner, property: &'static str, value: &str) -> Self {
        let preferences = Preferences::default();
        Self { via, owner, property, value: value.into(), preferences }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let condition = format!("{} eq {}", self.property, Query::quoted(self.value.reveal()));
        let draft = self.draft(&[])?.query(&Query::new().filter(condition));
        draft.preferences(self.preferences)?.bare()
    }
}

/// The properties a meeting is found by.
pub(super) const JOIN_WEB_URL: &str = "JoinWebUrl";
pub(super) const JOIN_MEETING_ID: &str = "joinMeetingIdSettings/joinMeetingId";
pub(super) const VIDEO_TELECONFERENCE_ID: &str = "VideoTeleconferenceId";
