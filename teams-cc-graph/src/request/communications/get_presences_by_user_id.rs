use bytes::Bytes;

use crate::client::Client;
use crate::error::Error;
use crate::model::{Collection, Presence, PresencesBody};
use crate::request::{Via, check};

/// `POST /communications/getPresencesByUserId`: the presence of up to 650 users.
///
/// [Learn](https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Presence.Read.All` | `Presence.ReadWrite.All` |
/// | Delegated (work) | `Presence.Read.All` | – |
///
/// # Limits
///
/// 650 ids; more are refused before anything is sent. Users the service does not know are simply
/// absent from the answer.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for none or too many ids, otherwise what the
/// service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future changes nothing.
///
/// ```
/// use teams_cc_graph::request::communications::GetPresencesByUserId;
///
/// let request = GetPresencesByUserId::new(["8c2c…"]).into_request()?;
/// assert_eq!(request.uri(), "/communications/getPresencesByUserId");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "getPresencesByUserId")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct GetPresencesByUserId<C = Client> {
    via: C,
    ids: Vec<String>,
}

graph_request! {
    GetPresencesByUserId => (Collection<Presence>),
    "getPresencesByUserId" POST "/communications/getPresencesByUserId",
    repeat: Harmless, on_call: false,
    permissions: [PRESENCE_READ_ALL, PRESENCE_READ_WRITE_ALL, PRESENCE_READ_ALL_DELEGATED]
}

impl GetPresencesByUserId<()> {
    /// The request without a client.
    pub fn new<I>(ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Self::with((), ids)
    }
}

impl<C: Via> GetPresencesByUserId<C> {
    pub(crate) fn with<I>(via: C, ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Self { via, ids: ids.into_iter().map(Into::into).collect() }
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for none or too many ids.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        check::count("ids", self.ids.len(), check::MAX_PRESENCES)?;
        Self::ENDPOINT.json(&[], &PresencesBody::new(self.ids))
    }
}
