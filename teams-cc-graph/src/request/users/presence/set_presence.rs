use std::ops::RangeInclusive;
use std::time::Duration;

use bytes::Bytes;
use teams_cc_core::AppId;
use teams_cc_core::time::IsoDuration;

use super::{SessionPresence, USER_ID};
use crate::client::Client;
use crate::error::Error;
use crate::model::SetPresenceBody;
use crate::request::{Via, check};
use crate::wire::Sensitive;

/// `POST /users/{id}/presence/setPresence`: set what the app's session shows of a user.
///
/// [Learn](https://learn.microsoft.com/graph/api/presence-setpresence)
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
/// The five states of [`SessionPresence`]; an expiry from 5 minutes to 4 hours, 5 minutes where
/// none is set, after which the session is offline. Whatever the expiry, `Available` fades to
/// `AvailableInactive` after 5 minutes and to `Away` after 10: set it again before. What users
/// choose themselves comes first, then the busiest session.
///
/// 1,500 requests in 30 s for an app and a tenant, reads and writes alike.
///
/// # Errors
///
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an expiry out of range, otherwise what the
/// service answers.
///
/// # Retries
///
/// Harmless: retried whenever an error may pass. Dropping the future may still set it.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_graph::request::users::{SessionPresence, SetPresence};
///
/// let app = "22553876-f5ab-4529-bffb-cfe50aa89f87".parse()?;
/// let request = SetPresence::new("98da8a1a", &app, SessionPresence::InACall)
///     .expiration_duration(Duration::from_secs(3600))
///     .into_request()?;
/// assert_eq!(request.uri(), "/users/98da8a1a/presence/setPresence");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "setPresence")]
#[must_use = "a request is sent when it is awaited"]
#[derive(Clone, Debug)]
pub struct SetPresence<C = Client> {
    via: C,
    user: Sensitive,
    body: SetPresenceBody,
    expiration: Option<Duration>,
}

graph_request! {
    SetPresence => (),
    "setPresence" POST "/users/{id}/presence/setPresence",
    repeat: Harmless, on_call: false,
    application: ["Presence.ReadWrite.All"],
    delegated: ["Presence.ReadWrite"]
}

/// How long a session lasts (Learn, presence-setpresence): PT5M to PT4H.
const EXPIRATION_SECONDS: RangeInclusive<u64> = 300..=14_400;

impl SetPresence<()> {
    /// The request without a client; `session` is the client id of the app.
    pub fn new(user: &str, session: &AppId, presence: SessionPresence) -> Self {
        Self::with((), user, session, presence)
    }
}

impl<C: Via> SetPresence<C> {
    pub(crate) fn with(via: C, user: &str, session: &AppId, presence: SessionPresence) -> Self {
        let body = SetPresenceBody::new(presence.availability(), presence.activity())
            .session_id(session.as_str());
        Self { via, user: user.into(), body, expiration: None }
    }

    /// Set how long it lasts, in whole seconds. Default: 5 minutes.
    pub fn expiration_duration(mut self, duration: Duration) -> Self {
        self.expiration = Some(duration);
        self
    }

    /// The request as HTTP.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an expiry out of range.
    pub fn into_request(self) -> Result<http::Request<Bytes>, Error> {
        let mut body = self.body;
        if let Some(expiration) = self.expiration {
            check::seconds("expirationDuration", expiration, EXPIRATION_SECONDS)?;
            body.expiration_duration = IsoDuration::from(expiration).to_string().into();
        }
        Self::ENDPOINT.json(&[(USER_ID, self.user.reveal())], &body)
    }
}
