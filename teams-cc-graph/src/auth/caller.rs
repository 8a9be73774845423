//! Who calls an API of yours: [access tokens](https://learn.microsoft.com/entra/identity-platform/access-tokens) for it, proven.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use teams_cc_core::secret::Secret;
use teams_cc_core::{AppId, Clock, TenantId, Timestamp, UserId};

use super::id_token::{IdTokens, told};
use super::may_be_the_same;
use crate::error::Error;
use crate::jwt::{Claims, JwtError, Policy};
use crate::webhook::{Acceptance, Hashed, Prover};

/// Where tokens of version 1.0 are issued; the first for every authority not named.
const FIRST_ISSUERS: [(&str, &str); 2] = [
    ("", "https://sts.windows.net/{}/"),
    ("https://login.chinacloudapi.cn", "https://sts.chinacloudapi.cn/{}/"),
];

/// A person who calls an API of yours, as a proven access token says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// The person's tenant (`tid`).
    pub tenant: TenantId,
    /// The person's object id in that tenant (`oid`), the same for every app.
    pub user: UserId,
    /// What the person lets the app do with your API (`scp`).
    pub scopes: BTreeSet<Box<str>>,
    /// The app the person calls with (`azp` or `appid`), such as a client of Teams.
    pub app: Option<AppId>,
}

/// Proves the tokens that an API of yours is called with: by whom, for whom, when, and for what.
///
/// Both versions of access tokens are known, whatever the app registration asks for: of version
/// 2.0 the audience is the client id, of version 1.0 the application id URI. Cheap to clone; see
/// [`AppRegistration::callers`](super::AppRegistration::callers).
#[derive(Clone)]
pub struct Callers {
    prover: Arc<Prover>,
    /// With the tenant in place of `{}`.
    issuers: Arc<[Box<str>]>,
    audiences: Vec<Box<str>>,
    clock: Arc<dyn Clock>,
}

impl Callers {
    /// Proves what the issuer of an app's id tokens issues for the app as an API.
    pub(super) fn beside(tokens: &IdTokens, authority: &str, app: &AppId) -> Self {
        let named = FIRST_ISSUERS.iter().find(|(host, _)| *host == authority);
        let (_, first) = named.unwrap_or(&FIRST_ISSUERS[0]);
        let issuers = tokens.issuers.iter().cloned().chain([Box::from(*first)]);
        Self {
            prover: Arc::clone(&tokens.prover),
            issuers: issuers.collect(),
            audiences: vec![app.as_str().into(), format!("api://{app}").into()],
            clock: Arc::clone(&tokens.clock),
        }
    }

    /// Takes tokens for another application id URI too, such as
    /// `api://tab.partner.example/8a34a46b-3d17-4adc-8dce-dc4e7d572698`.
    #[must_use]
    pub fn audience(mut self, uri: impl Into<Box<str>>) -> Self {
        self.audiences.push(uri.into());
        self
    }

    /// Accept other issuers, with the tenant in place of `{}`.
    #[must_use]
    pub fn issuers<I: Into<Box<str>>>(mut self, issuers: impl IntoIterator<Item = I>) -> Self {
        self.issuers = issuers.into_iter().map(Into::into).collect();
        self
    }

    /// Proves a token: that it lets its app act for a person in this `scope` of your API, such as
    /// `access_as_user`, and that it is of a tenant, where its id is given.
    ///
    /// Without a tenant, look at [`Caller::tenant`]: anybody's tenant can issue tokens for an app
    /// that serves several. Waits for nothing but the issuer's keys, where they have to be read.
    /// Dropping the future forgets nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignIn`](crate::ErrorKind::SignIn) of error `invalid_token`, or
    /// `unknown_signing_key` where its key is not published (any more), with the [`JwtError`] as its
    /// source: [`JwtError::MissingScope`] is an app's own token, or one consented to for less.
    /// [`ErrorKind::Connection`](crate::ErrorKind::Connection) where the keys cannot be read.
    pub async fn prove(
        &self,
        token: &Secret,
        tenant: Option<&TenantId>,
        scope: &str,
    ) -> Result<Caller, Error> {
        self.check(token.reveal(), tenant, scope).await.map_err(|why| told(why, "invalid_token"))
    }

    async fn check(
        &self,
        token: &str,
        tenant: Option<&TenantId>,
        scope: &str,
    ) -> Result<Caller, JwtError> {
        let api = Api { callers: self, tenant };
        let at = (self.clock.now(), self.clock.wall());
        let hashed = Hashed::of(token);
        let signed = self.prover.prove(&api, token, &hashed.signed, at).await?;
        let [user, scopes, second, first] = signed.token.texts(["oid", "scp", "azp", "appid"])?;
        let scopes: BTreeSet<Box<str>> =
            scopes.iter().flat_map(|text| text.split_whitespace()).map(Into::into).collect();
        if !scopes.contains(scope) {
            return Err(JwtError::MissingScope);
        }
        let user = user.ok_or(JwtError::BadClaims)?;
        let user = UserId::new(user.as_ref()).map_err(|_| JwtError::BadClaims)?;
        let app = second.or(first).and_then(|id| id.parse().ok());
        Ok(Caller { tenant: signed.tenant, user, scopes, app })
    }
}

/// An API that is called, from any tenant or from one.
struct Api<'a> {
    callers: &'a Callers,
    tenant: Option<&'a TenantId>,
}

impl Acceptance for Api<'_> {
    type Error = JwtError;

    fn accepts(&self, claims: &Claims, now: Timestamp) -> Result<TenantId, JwtError> {
        let tenant = claims.tenant.as_ref().ok_or(JwtError::BadClaims)?;
        let Callers { issuers, audiences, .. } = self.callers;
        let is_named =
            |ours: &str| claims.audiences.iter().any(|one| one.eq_ignore_ascii_case(ours));
        let audience = audiences.iter().find(|ours| is_named(ours));
        let audience = audience.ok_or(JwtError::WrongAudience)?;
        Policy::of_tenant(issuers, tenant, audience).check(claims, now)?;
        if self.serves(tenant) { Ok(tenant.clone()) } else { Err(JwtError::WrongTenant) }
    }

    fn serves(&self, tenant: &TenantId) -> bool {
        self.tenant.is_none_or(|wanted| may_be_the_same(tenant.as_str(), wanted))
    }
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callers")
            .field("issuers", &self.issuers)
            .field("audiences", &self.audiences)
            .finish_non_exhaustive()
    }
}
