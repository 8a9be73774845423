use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{CallRecording, Collection};
use crate::request::window::Window;
use crate::request::{Query, Via};
use crate::wire::Sensitive;

/// `GET /users/{id}/adhocCalls/getAllRecordings(…)`: the recordings of all ad hoc calls of a user.
///
/// [Learn](https://learn.microsoft.com/graph/api/adhoccall-getallrecordings)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `CallRecordings.Read.All` | – |
/// | Delegated (work) | not supported | – |
///
/// # Limits
///
/// Of the calls the user began, over the telephone network, between two and in groups. Fractions of a second are
/// dropped from the times.
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
/// use teams_cc_graph::request::adhoc_calls::GetAllRecordings;
///
/// let from = "2026-11-01T00:00:00Z".parse().expect("it is a timestamp");
/// let request = GetAllRecordings::new("user-1").created_from(from).into_request()?;
/// let wanted = "/users/user-1/adhocCalls/getAllRecordings(userId='user-1',\
///               startDateTime=2026-11-01T00%3A00%3A00Z)";
/// assert_eq!(request.uri(), wanted);
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "getAllRecordings")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetAllRecordings<C = Client> {
    via: C,
    user: Sensitive,
    window: Window,
    query: Query,
}

graph_request! {
    GetAllRecordings => (Collection<CallRecording>),
    "getAllRecordings" GET "/users/{id}/adhocCalls/getAllRecordings",
    repeat: Harmless, on_call: false,
    application: ["CallRecordings.Read.All"]
}

query_options!(GetAllRecordings: top);
paged_request!(GetAllRecordings => CallRecording);

window_setters!(GetAllRecordings);

impl GetAllRecordings<()> {
    /// The request without a client.
    pub fn new(user: &str) -> Self {
        Self::with((), user)
    }
}

impl<C: Via> GetAllRecordings<C> {
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
        let draft = self.window.apply(draft, "userId", self.user.reveal());
        draft.query(&self.query).bare()
    }
}
