use std::ops::RangeInclusive;
use std::time::Duration;

use bytes::Bytes;
use teams_cc_core::time::IsoDuration;

use super::{PreferredPresence, USER_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::SetUserPreferredPresenceBody;
use crate::request::{Via, check};
use crate::wire::Sensitive;

/// `POST /users/{id}/presence/setUserPreferredPresence`: set what a user prefers to show.
///
/// [Learn](https://learn.microsoft.com/graph/api/presence-setuserpreferredpresence)
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
/// The six states of [`PreferredPresence`]. It comes before every session's state, but shows only
/// while there is a session: an app's or a signed-in Teams client's. Without an expiry, `Busy` and
/// `DoNotDisturb` last a day, the others 7 days.
///
/// 1,500 requests in 30 s for an app and a tenant, reads and writes alike.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an expiry of no whole seconds, otherwise
/// what the service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still set it.
///
/// ```
/// use teams_cc_graph::request::users::{PreferredPresence, SetUserPreferredPresence};
///
/// let request =
///     SetUserPreferredPresence::new("98da8a1a", PreferredPresence::DoNotDisturb).into_request()?;
/// assert_eq!(request.uri(), "/users/98da8a1a/presence/setUserPreferredPresence");
/// # Ok::<(), teams_cc_graph::Error>(())
/// ```
#[doc(alias = "setUserPreferredPresence")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SetUserPreferredPresence<C = Client> {
    via: C,
    user: Sensitive,
    body: SetUserPreferredPresenceBody,
    expiration: Option<Duration>,
}

graph_request! {
    SetUserPreferredPresence => (),
    "setUserPreferredPresence" POST "/users/{id}/presence/setUserPreferredPresence",
    repeat: Harmless, on_call: false,
    application: ["Presence.ReadWrite.All"],
    delegated: ["Presence.ReadWrite"]
}

/// How long a preference lasts: no bound is documented, so it is that of the figure.
const EXPIRATION_SECONDS: RangeInclusive<u64> = 1..=i32::MAX.unsigned_abs() as u64;

impl SetUserPreferredPresence<()> {
    /// The request without a client.
    pub fn new(user: &str, presence: PreferredPresence) -> Self {
        Self::with((), user, presence)
    }
}

impl<C: Via> SetUserPreferredPresence<C> {
    pub(crate) fn with(via: C, user: &str, presence: PreferredPresence) -> Self {
        let body = SetUserPreferredPresenceBody::new(presence.availability(), presence.activity());
        Self { via, user: user.into(), body, expiration: None }
    }

    /// Set how long it lasts, in whole seconds. Default: 1 day if busy, 7 days otherwise.
    pub fn expiration_duration(mut self, duration: Duration) -> Self {
        self.expiration = Some(duration);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an expiry of no whole seconds.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let mut body = self.body;
        if let Some(expiration) = self.expiration {
            check::seconds("expirationDuration", expiration, EXPIRATION_SECONDS)?;
            body.expiration_duration = IsoDuration::from(expiration).to_string().into();
        }
        Self::ENDPOINT.json(&[(USER_ID, self.user.reveal())], &body)
    }
}
