use bytes::Bytes;

use super::{MEETING_ID, times};
use crate::client::Client;
use crate::error::Error;
use crate::model::OnlineMeeting;
use crate::request::{Owner, Via};

/// `PATCH /users/{id}/onlineMeetings/{id}`: change what a meeting is and allows.
///
/// [Learn](https://learn.microsoft.com/graph/api/onlinemeeting-update)
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
/// `/me` alone. Properties
/// that are missing stay, null clears. Beginning and end change together; attendees are given as the
/// whole list; the organizer never changes. Whether a passcode is asked for is set only when a meeting
/// is made.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a beginning without an end or the other way
/// round, and for a meeting that ends before it begins.
///
/// # Retries
///
/// Harmless: the same change again changes nothing. Dropping the future may still change the meeting.
///
/// ```
/// use teams_cc_graph::model::OnlineMeeting;
/// use teams_cc_graph::request::online_meetings::UpdateOnlineMeeting;
///
/// let change = OnlineMeeting::new().subject("Escalation, second round");
/// let request = UpdateOnlineMeeting::new("user-1", "meeting-1", change).into_request()?;
/// assert_eq!(request.method(), "PATCH");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "update onlineMeeting")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct UpdateOnlineMeeting<C = Client> {
    via: C,
    owner: Owner,
    meeting: String,
    change: Box<OnlineMeeting>,
}

owned_request! {
    UpdateOnlineMeeting => OnlineMeeting,
    "updateOnlineMeeting" PATCH "/onlineMeetings/{id}",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetings.ReadWrite.All"],
    delegated: ["OnlineMeetings.ReadWrite"]
}

impl UpdateOnlineMeeting<()> {
    /// The request without a client.
    pub fn new(owner: impl Into<Owner>, meeting: &str, change: OnlineMeeting) -> Self {
        Self::with((), owner.into(), meeting, change)
    }
}

impl<C: Via> UpdateOnlineMeeting<C> {
    pub(crate) fn with(via: C, owner: Owner, meeting: &str, change: OnlineMeeting) -> Self {
        Self { via, owner, meeting: meeting.to_owned(), change: Box::new(change) }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) where a limit is broken.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        times::together(&self.change.start_date_time, &self.change.end_date_time)?;
        times::in_order(&self.change.start_date_time, &self.change.end_date_time)?;
        self.draft(&[(MEETING_ID, &self.meeting)])?.json(&self.change)
    }
}
