use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{CallRecording, Collection};
use crate::request::window::Window;
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /users/{id}/onlineMeetings/getAllRecordings(…)/delta`: recordings that were added since the last reading.
///
/// [Learn](https://learn.microsoft.com/graph/api/callrecording-delta)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `OnlineMeetingRecording.Read.All` | – |
/// | Delegated (work) | not supported | – |
///
/// # Limits
///
/// Of the meetings the user organizes; those of channels are left out. Fractions of a second are
/// dropped from the times.
/// The last page holds where to go on:
/// [`Pages::delta_link`](crate::page::Pages::delta_link), for
/// [`Client::follow`](crate::Client::follow).
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path, otherwise
/// what the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::online_meetings::GetAllRecordingsDelta;
///
/// let from = "2026-11-01T00:00:00Z".parse().expect("it is a timestamp");
/// let request = GetAllRecordingsDelta::new("user-1").created_from(from).into_request()?;
/// let wanted = "/users/user-1/onlineMeetings/getAllRecordings(meetingOrganizerUserId='user-1',\
///               startDateTime=2026-11-01T00%3A00%3A00Z)/delta";
/// assert_eq!(request.uri(), wanted);
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "delta")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetAllRecordingsDelta<C = Client> {
    via: C,
    user: Sensitive,
    window: Window,
    query: Query,
}

graph_request! {
    GetAllRecordingsDelta => (Collection<CallRecording>),
    "delta" GET "/users/{id}/onlineMeetings/getAllRecordings",
    repeat: Harmless, on_call: false,
    application: ["OnlineMeetingRecording.Read.All"]
}

query_options!(GetAllRecordingsDelta: top);
paged_request!(GetAllRecordingsDelta => CallRecording);

window_setters!(GetAllRecordingsDelta);

impl GetAllRecordingsDelta<()> {
    /// The request without a client.
    pub fn new(user: &str) -> Self {
        Self::with((), user)
    }
}

impl<C: Via> GetAllRecordingsDelta<C> {
    pub(crate) fn with(via: C, user: &str) -> Self {
        Self { via, user: user.into(), window: Window::default(), query: Query::new() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let draft = Self::ENDPOINT.draft(&[("user id", self.user.reveal())])?;
        let draft =
            self.window.apply(draft, "meetingOrganizerUserId", self.user.reveal()).then("/delta");
        draft.query(&self.query).bare()
    }
}
