//! An app registration at an authority: what every flow starts from.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use teams_cc_core::secret::Secret;
use teams_cc_core::seed::Seed;
use teams_cc_core::{AppId, Clock, TenantId, Timestamp};

use super::claims;
use super::form::Form;
use super::{
    AppCredential, Authorize, Callers, DeviceCode, IdTokens, OnBehalfOf, SignedIn, TokenRequest,
};
use crate::client::Transport;
use crate::error::Error;
use crate::webhook::KeySource;

/// What an app always asks for beside the scopes of Graph, when a person signs in.
const OF_PERSONS: &str = "openid profile offline_access";

/// An [app registration](https://learn.microsoft.com/entra/identity-platform/quickstart-register-app),
/// where it signs in and with what. Cheap to clone.
#[derive(Clone)]
pub struct AppRegistration {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    authority: Arc<str>,
    client_id: AppId,
    credential: AppCredential,
    transport: Transport,
    clock: Arc<dyn Clock>,
    seed: Seed,
    /// How many ids were drawn.
    ids: Arc<AtomicU64>,
    handles_challenges: bool,
    id_tokens: IdTokens,
}

/// One proof of the app: for whom, when, and its id.
#[cfg_attr(
    not(feature = "client-certificate"),
    expect(dead_code, reason = "a certificate alone signs what is new each time")
)]
pub(super) struct Occasion<'a> {
    pub(super) client_id: &'a AppId,
    pub(super) audience: &'a str,
    pub(super) now: Timestamp,
    pub(super) id: uuid::Uuid,
}

impl AppRegistration {
    /// An app at an authority such as `https://login.microsoftonline.com`, over a transport such as
    /// [`ClientBuilder::default_transport`](crate::ClientBuilder::default_transport).
    ///
    /// # Errors
    ///
    /// [`ConfigError::Endpoint`](crate::ConfigError::Endpoint) where the authority is no absolute
    /// HTTP(S) URI.
    pub fn new(
        authority: &str,
        client_id: AppId,
        credential: AppCredential,
        transport: Transport,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let authority = Arc::<str>::from(authority.trim_end_matches('/'));
        let keys = KeySource::new(transport.clone());
        let id_tokens = IdTokens::new(&authority, client_id.clone(), keys, Arc::clone(&clock))?;
        let inner = Inner {
            authority,
            client_id,
            credential,
            transport,
            clock,
            seed: Seed::new(0),
            ids: Arc::default(),
            handles_challenges: false,
            id_tokens,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Set the seed of the ids of proofs and of the waits between attempts.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        Arc::make_mut(&mut self.inner).seed = seed;
        self
    }

    /// Declare that claims challenges are handled. Default: not declared.
    ///
    /// Tokens then live up to 28 hours and end at once when access is revoked: see
    /// [continuous access evaluation](https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation).
    /// A [`Client`](crate::Client) handles the challenges; whoever uses the tokens otherwise must
    /// do so too.
    #[must_use]
    pub fn continuous_access_evaluation(mut self) -> Self {
        Arc::make_mut(&mut self.inner).handles_challenges = true;
        self
    }

    /// Prove id tokens otherwise than as the authority's own cloud does.
    #[must_use]
    pub fn id_tokens(mut self, id_tokens: IdTokens) -> Self {
        Arc::make_mut(&mut self.inner).id_tokens = id_tokens;
        self
    }

    /// Begin the [authorization code flow](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow):
    /// a person signs in with a browser.
    pub fn authorize(&self, wanted: &TokenRequest, redirect_uri: &str) -> Authorize {
        Authorize::new(self.clone(), wanted, redirect_uri)
    }

    /// Begin the [device authorization grant flow](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code):
    /// a person signs in elsewhere, with a code. Dropping the future begins nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignIn`](crate::ErrorKind::SignIn) where the endpoint refuses.
    pub async fn device_code(&self, wanted: &TokenRequest) -> Result<DeviceCode, Error> {
        DeviceCode::begin(self.clone(), wanted).await
    }

    /// Act [on behalf of](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow)
    /// the person whose token an API of yours was called with.
    #[must_use]
    pub fn on_behalf_of(&self, token: Secret) -> OnBehalfOf {
        OnBehalfOf::new(self.clone(), token)
    }

    /// Proves the tokens that an API of yours is called with, such as by a tab in Teams, where this
    /// app is the API. Do so before anything else, also before [`on_behalf_of`](Self::on_behalf_of).
    #[must_use]
    pub fn callers(&self) -> Callers {
        Callers::beside(&self.inner.id_tokens, &self.inner.authority, &self.inner.client_id)
    }

    /// The client id.
    #[must_use]
    pub fn client_id(&self) -> &AppId {
        &self.inner.client_id
    }

    /// Where the app signs in.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.inner.authority
    }

    pub(super) fn transport(&self) -> Transport {
        self.inner.transport.clone()
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    pub(super) fn seed_of(&self, purpose: &str) -> Seed {
        self.inner.seed.derive(purpose)
    }

    /// Whether the app has anything to prove itself with.
    pub(super) fn is_confidential(&self) -> bool {
        self.inner.credential.is_confidential()
    }

    /// What is proven of an id token.
    pub(super) fn id_token_rules(&self) -> &IdTokens {
        &self.inner.id_tokens
    }

    /// An id that no other request and no other proof has.
    pub(super) fn next_id(&self) -> uuid::Uuid {
        let nth = self.inner.ids.fetch_add(1, Ordering::Relaxed).wrapping_mul(2);
        // Two processes of one seed do not begin at the same second.
        let now = self.inner.clock.wall().unix_seconds().to_string();
        let seed = self.inner.seed.derive("sign-in").derive(&now);
        let bits = (u128::from(seed.draw(nth)) << 64) | u128::from(seed.draw(nth.wrapping_add(1)));
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    /// The form with what proves the app, made for this one time.
    pub(super) async fn prove(&self, form: Form, audience: &str) -> Result<Form, Error> {
        let (inner, id) = (&*self.inner, self.next_id());
        let now = inner.clock.wall();
        let occasion = Occasion { client_id: &inner.client_id, audience, now, id };
        inner.credential.prove(form, occasion).await
    }

    /// The `claims` to send with a request: what the app can do, and what a challenge asks.
    pub(super) fn claims(&self, challenge: Option<&str>) -> Option<String> {
        claims::merged(self.inner.handles_challenges, challenge)
    }

    /// Asks for a person's token and reads all that comes with it.
    pub(super) async fn sign_in(
        &self,
        tenant: &TenantId,
        form: &Form,
        nonce: Option<&str>,
    ) -> Result<SignedIn, Error> {
        SignedIn::read(self, self.ask(tenant, form).await?, tenant, nonce).await
    }
}

/// A scope with what the app always asks for when a person signs in.
pub(super) fn of_person(scope: &str) -> String {
    format!("{scope} {OF_PERSONS}")
}

impl fmt::Debug for AppRegistration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppRegistration")
            .field("authority", &self.inner.authority)
            .field("client_id", &self.inner.client_id)
            .field("credential", &self.inner.credential)
            .finish_non_exhaustive()
    }
}
