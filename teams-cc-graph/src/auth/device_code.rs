//! The [device authorization grant flow](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code): a person signs in elsewhere, with a code.

mod poll;

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use teams_cc_core::secret::Secret;
use teams_cc_core::{Instant, TenantId};

use self::poll::{Input, Output, Poll};
use super::form::Form;
use super::grant::seconds;
use super::registration::of_person;
use super::{AppRegistration, SignedIn, TokenRequest};
use crate::error::{Error, ErrorKind, SignInError};
use crate::wire::without_mark;

/// RFC 8628 §3.5: how often is asked where the endpoint does not say.
const DEFAULT_INTERVAL: u64 = 5;

/// The longest that a code is believed to live.
const MAX_LIFE: Duration = Duration::from_hours(24);

/// A code to sign in with. Debug hides it: whoever has it may sign in as the person's device.
#[must_use = "show the code, then wait"]
pub struct DeviceCode {
    app: AppRegistration,
    tenant: TenantId,
    begun: Instant,
    secret: Secret,
    user_code: Secret,
    verification_uri: String,
    message: Secret,
    expires_in: Duration,
    interval: Duration,
}

#[derive(Deserialize)]
struct Body {
    device_code: Secret,
    user_code: Secret,
    verification_uri: String,
    #[serde(deserialize_with = "seconds")]
    expires_in: u64,
    #[serde(default = "default_interval", deserialize_with = "seconds")]
    interval: u64,
    #[serde(default)]
    message: String,
}

fn default_interval() -> u64 {
    DEFAULT_INTERVAL
}

impl DeviceCode {
    pub(super) async fn begin(app: AppRegistration, wanted: &TokenRequest) -> Result<Self, Error> {
        let form = Form::default()
            .plain("client_id", app.client_id().as_str())
            .plain("scope", of_person(&wanted.scope))
            .plain_if("claims", app.claims(wanted.claims.as_deref()));
        let body = app.post(&app.address(&wanted.tenant, "devicecode"), &form).await?;
        let body: Body = serde_json::from_slice(without_mark(&body)).map_err(|_| {
            Error::sign_in(SignInError::new("invalid_response", "the endpoint gave no code"))
        })?;
        Ok(Self {
            begun: app.clock().now(),
            app,
            tenant: wanted.tenant.clone(),
            secret: body.device_code,
            user_code: body.user_code,
            verification_uri: body.verification_uri,
            message: Secret::new(body.message),
            expires_in: Duration::from_secs(body.expires_in).min(MAX_LIFE),
            interval: Duration::from_secs(body.interval),
        })
    }

    /// What the person types.
    #[must_use]
    pub fn user_code(&self) -> &Secret {
        &self.user_code
    }

    /// Where the person types it.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.verification_uri
    }

    /// The service's own words for it, with the code.
    #[must_use]
    pub fn message(&self) -> &Secret {
        &self.message
    }

    /// How long the code lives.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }

    /// Waits until the person has signed in, declined, or been too late. Dropping the future stops
    /// asking; the code then dies by itself.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignIn`], of error `authorization_declined`, `expired_token` or whatever else
    /// the endpoint says.
    pub async fn wait(self) -> Result<SignedIn, Error> {
        let form = Form::grant("urn:ietf:params:oauth:grant-type:device_code")
            .secret("device_code", &self.secret)
            .plain_if("claims", self.app.claims(None));
        let mut poll = Poll::new(self.begun, self.interval, self.expires_in);
        loop {
            match poll.poll_output() {
                Output::Timeout(at) => {
                    let now = self.app.clock().now();
                    tokio::time::sleep(at.since(now)).await;
                    poll.handle_input(self.app.clock().now(), Input::Tick);
                }
                Output::Expired => {
                    let late = SignInError::new("expired_token", "nobody signed in in time");
                    return Err(Error::sign_in(late));
                }
                Output::Ask => {
                    let asked = self.app.ask_once(&self.tenant, &form).await;
                    let input = match &asked {
                        Ok(_) => None,
                        Err(error) => heard(error),
                    };
                    match (asked, input) {
                        (Ok(grant), _) => {
                            return SignedIn::read(&self.app, grant, &self.tenant, None).await;
                        }
                        (Err(error), None) => return Err(error),
                        (Err(_), Some(input)) => poll.handle_input(self.app.clock().now(), input),
                    }
                }
            }
        }
    }
}

/// What an error of the endpoint means to who asks; none where it is the end.
fn heard(error: &Error) -> Option<Input> {
    match error.kind() {
        ErrorKind::SignIn(refusal) if refusal.error == "authorization_pending" => {
            Some(Input::Pending)
        }
        ErrorKind::SignIn(refusal) if refusal.error == "slow_down" => Some(Input::SlowDown),
        _ if error.is_retryable() => Some(Input::Failed),
        _ => None,
    }
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCode")
            .field("tenant", &self.tenant)
            .field("verification_uri", &self.verification_uri)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}
