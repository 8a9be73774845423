use bytes::Bytes;

use super::MEETING_ID;
use crate::client::Client;
use crate::error::Error;
use crate::request::{Owner, Via};

/// `DELETE /users/{id}/onlineMeetings/{id}`: a meeting is no more.
///
/// [Learn](https://learn.microsoft.com/graph/api/onlinemeeting-delete)
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
/// `/me` alone.
///
/// # Errors
///
/// What the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass; a retry may find nothing left (404). Dropping the
/// future may still delete the meeting.
///
/// ```
/// use teams_cc_graph::request::online_meetings::DeleteOnlineMeeting;
///
/// let request = DeleteOnlineMeeting::new("user-1", "meeting-1").into_request()?;
/// assert_eq!(request.uri(), "/users/user-1/onlineMeetings/meeting-1");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "delete onlineMeeting")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct DeleteOnlineMeeting<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
}

owned_request! {
    DeleteOnlineMeeting => (),
    "deleteOnlineMeeting" DELETE "/onlineMeetings/{id}",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetings.ReadWrite.All"],
    delegated: ["OnlineMeetings.ReadWrite"]
}

impl DeleteOnlineMeeting<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str) -> Self {
        Self::with((), owner.into(), meeting)
    }
}

impl<C: Via> DeleteOnlineMeeting<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: &str) -> Self {
        Self { via, owner, meeting: meeting.to_owned() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        self.draft(&[(MEETING_ID, &self.meeting)])?.bare()
    }
}
