use bytes::Bytes;

use super::USER_ID;
use crate::client::Client;
use crate::error::Error;
use crate::model::{
    BodyType, DateTimeTimeZone, ItemBody, PresenceStatusMessage, SetStatusMessageBody,
};
use crate::request::Via;
use crate::wire::Sensitive;

/// `POST /users/{id}/presence/setStatusMessage`: set the note a user shows.
///
/// [Learn](https://learn.microsoft.com/graph/api/presence-setstatusmessage)
///
/// # Permissions
///
/// | type | least privileged | higher |
/// |---|---|---|
/// | Application | `Presence.ReadWrite.All` | – |
/// | Delegated (work) | `Presence.ReadWrite` | – |
///
/// # Limits
///
/// Plain text alone. Without an expiry the note stays; an empty one takes it away. 1,500 requests
/// in 30 s for an app and a tenant, reads and writes alike.
///
/// # Errors
///
/// What the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still set it.
///
/// ```
/// use teams_cc_graph::model::DateTimeTimeZone;
/// use teams_cc_graph::request::users::SetStatusMessage;
///
/// let five = DateTimeTimeZone::new("2026-11-22T17:00:00", "UTC");
/// let request = SetStatusMessage::new("98da8a1a", "In training").expires(five).into_request()?;
/// assert_eq!(request.uri(), "/users/98da8a1a/presence/setStatusMessage");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "setStatusMessage")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SetStatusMessage<C = Client> {
    via: C,
    user: Sensitive,
    message: PresenceStatusMessage,
}

graph_request! {
    SetStatusMessage => (),
    "setStatusMessage" POST "/users/{id}/presence/setStatusMessage",
    repeat: Harmless, on_call: false,
    application: ["Presence.ReadWrite.All"],
    delegated: ["Presence.ReadWrite"]
}

impl SetStatusMessage<()> {
    /// The request without a client.
    pub fn new(user: &str, text: impl Into<String>) -> Self {
        Self::with((), user, text)
    }
}

impl<C: Via> SetStatusMessage<C> {
    pub(crate) fn with(via: C, user: &str, text: impl Into<String>) -> Self {
        let message = ItemBody::new().content(text.into()).content_type(BodyType::Text);
        Self { via, user: user.into(), message: PresenceStatusMessage::new().message(message) }
    }

    /// Set when the note goes, as a local time without offset and the name of its zone. Default:
    /// never.
    pub fn expires(mut self, when: DateTimeTimeZone) -> Self {
        self.message.expiry_date_time = when.into();
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an id that cannot stand in a path.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let body = SetStatusMessageBody::new().status_message(self.message);
        Self::ENDPOINT.json(&[(USER_ID, self.user.reveal())], &body)
    }
}
