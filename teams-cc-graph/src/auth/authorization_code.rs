//! The [authorization code flow](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow) with PKCE: a person signs in with a browser.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::Deserialize;
use serde_json::json;
use teams_cc_core::TenantId;
use teams_cc_core::secret::Secret;
use url::form_urlencoded;

use super::form::Form;
use super::registration::of_person;
use super::{AppRegistration, SignedIn, TokenRequest, pkce};
use crate::error::{Error, ErrorKind, SignInError};

/// The longest query of a redirect that is read.
const MAX_QUERY: usize = 32 * 1024;

/// A sign-in that is about to begin: say what the page should know, then [`begin`](Self::begin).
#[derive(Clone, Debug)]
#[must_use = "nothing happens until the person is sent to the page"]
pub struct Authorize {
    app: AppRegistration,
    tenant: TenantId,
    scope: String,
    redirect_uri: String,
    pairs: Vec<(&'static str, String)>,
    claims: Option<String>,
}

/// A sign-in under way: keep it where the redirect will find it, bound to the person's browser.
///
/// It is good for one answer, and for as long as the person may take: keep it for a quarter of an
/// hour. The code in the answer lives ten minutes. Debug shows the tenant alone.
pub struct PendingSignIn {
    url: String,
    tenant: TenantId,
    scope: String,
    redirect_uri: String,
    state: Secret,
    nonce: Secret,
    verifier: Secret,
}

#[derive(Deserialize)]
struct Saved {
    url: String,
    tenant: TenantId,
    scope: String,
    redirect_uri: String,
    state: Secret,
    nonce: Secret,
    verifier: Secret,
}

impl Authorize {
    pub(super) fn new(app: AppRegistration, wanted: &TokenRequest, redirect_uri: &str) -> Self {
        Self {
            app,
            tenant: wanted.tenant.clone(),
            scope: of_person(&wanted.scope),
            redirect_uri: redirect_uri.to_owned(),
            pairs: Vec::new(),
            claims: wanted.claims.as_deref().map(str::to_owned),
        }
    }

    /// Set who is expected to sign in, by sign-in name.
    pub fn login_hint(mut self, name: impl Into<String>) -> Self {
        self.pairs.push(("login_hint", name.into()));
        self
    }

    /// Set what the page asks: `login`, `none`, `consent` or `select_account`.
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.pairs.push(("prompt", prompt.into()));
        self
    }

    /// Set what the person has to fulfil, from [`SignInError::claims`] or a challenge.
    pub fn claims(mut self, claims: impl Into<String>) -> Self {
        self.claims = Some(claims.into());
        self
    }

    /// Draw state, nonce and verifier, and make the page's address.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] where the system gives no randomness.
    pub fn begin(self) -> Result<PendingSignIn, Error> {
        let (state, nonce) = (pkce::unguessable()?, pkce::unguessable()?);
        let verifier = pkce::unguessable()?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("client_id", self.app.client_id().as_str())
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", &self.scope)
            .append_pair("state", state.reveal())
            .append_pair("nonce", nonce.reveal())
            .append_pair("code_challenge", &pkce::challenge(&verifier))
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(&self.pairs);
        if let Some(claims) = self.app.claims(self.claims.as_deref()) {
            query.append_pair("claims", &claims);
        }
        let url = format!("{}?{}", self.app.address(&self.tenant, "authorize"), query.finish());
        let Self { tenant, scope, redirect_uri, .. } = self;
        Ok(PendingSignIn { url, tenant, scope, redirect_uri, state, nonce, verifier })
    }
}

impl PendingSignIn {
    /// The page to send the person to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The state that the redirect brings back; find the sign-in by it.
    #[must_use]
    pub fn state(&self) -> &Secret {
        &self.state
    }

    /// The state in the query of a redirect, by which to find the sign-in that it answers.
    ///
    /// It proves nothing yet: [`AppRegistration::redeem`] holds it against the sign-in's own.
    #[must_use]
    pub fn state_of(query: &str) -> Option<Secret> {
        if query.len() > MAX_QUERY {
            return None;
        }
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let state = pairs.find(|(name, _)| name == "state")?.1;
        Some(Secret::new(state.into_owned()))
    }

    /// All of it as one text, to be kept encrypted where several processes serve redirects.
    #[must_use]
    pub fn save(&self) -> Secret {
        let text = json!({
            "url": self.url,
            "tenant": self.tenant.as_str(),
            "scope": self.scope,
            "redirect_uri": self.redirect_uri,
            "state": self.state.reveal(),
            "nonce": self.nonce.reveal(),
            "verifier": self.verifier.reveal(),
        });
        Secret::new(text.to_string())
    }

    /// What [`save`](Self::save) gave; none where the text is no such, as of another version: the
    /// person signs in again.
    #[must_use]
    pub fn restore(saved: &Secret) -> Option<Self> {
        let Saved { url, tenant, scope, redirect_uri, state, nonce, verifier } =
            serde_json::from_str(saved.reveal()).ok()?;
        Some(Self { url, tenant, scope, redirect_uri, state, nonce, verifier })
    }

    /// The code in the redirect's query, where it answers this sign-in.
    fn code(&self, query: &str) -> Result<Secret, Box<SignInError>> {
        let mut answer = Answer::default();
        if query.len() <= MAX_QUERY {
            for (name, value) in form_urlencoded::parse(query.as_bytes()) {
                match &*name {
                    "state" => answer.state = value.into_owned(),
                    "code" => answer.code = value.into_owned(),
                    "error" => answer.error = value.into_owned(),
                    "error_description" => answer.description = value.into_owned(),
                    "error_subcode" => answer.subcode = Some(value.into_owned()),
                    _ => {}
                }
            }
        }
        // Before anything else is believed: this is no forged answer.
        let state = self.state.reveal().as_bytes();
        if verify_slices_are_equal(state, answer.state.as_bytes()).is_err() {
            let told = "the answer is to another sign-in";
            return Err(SignInError::new("state_mismatch", told).into());
        }
        if !answer.error.is_empty() {
            let codes = number_in(&answer.description);
            let suberror = answer.subcode.filter(|text| !text.is_empty());
            let refusal = SignInError::new(answer.error, answer.description);
            return Err(SignInError { codes, suberror, ..refusal }.into());
        }
        if answer.code.is_empty() {
            return Err(SignInError::new("invalid_response", "the answer holds no code").into());
        }
        Ok(Secret::new(answer.code))
    }
}

#[derive(Default)]
struct Answer {
    state: String,
    code: String,
    error: String,
    description: String,
    subcode: Option<String>,
}

/// The AADSTS code at the beginning of a description, which is all that a redirect brings.
fn number_in(description: &str) -> Vec<i64> {
    let Some(rest) = description.strip_prefix("AADSTS") else { return Vec::new() };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end).and_then(|digits| digits.parse().ok()).into_iter().collect()
}

impl AppRegistration {
    /// Redeem the code in the query of the redirect. Dropping the future loses the code: the person
    /// then signs in again.
    ///
    /// The state must be the one that was sent, and the id token must be proven and hold the nonce.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignIn`] where the answer is none to this sign-in, says that it failed, or the
    /// endpoint refuses the code; [`SignInError::remedy`] says what to do.
    pub async fn redeem(&self, pending: PendingSignIn, query: &str) -> Result<SignedIn, Error> {
        let code = pending.code(query).map_err(|error| Error::new(ErrorKind::SignIn(error)))?;
        let form = Form::grant("authorization_code")
            .secret("code", &code)
            .secret("code_verifier", &pending.verifier)
            .plain("redirect_uri", &pending.redirect_uri)
            .plain("scope", &pending.scope)
            .plain_if("claims", self.claims(None));
        self.sign_in(&pending.tenant, &form, Some(pending.nonce.reveal())).await
    }
}

impl fmt::Debug for PendingSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingSignIn").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}
