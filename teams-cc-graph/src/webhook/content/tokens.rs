//! The tokens that vouch for a post of encrypted content.

use std::{collections::BTreeSet, fmt, sync::Arc};

use teams_cc_core::{AppId, Clock, TenantId, Timestamp};
use url::Url;

use super::{
    super::{
        KeySource,
        keys::KeyCache,
        prover::{Acceptance, Remembering},
        tenants::Tenants,
    },
    ContentError,
};
use crate::{
    jwt::{Claims, JwtError, Policy, Unverified},
    wire::Sensitive,
};

/// The app id of Microsoft Graph Change Tracking, to which every validation token is issued.
pub const CHANGE_TRACKING: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";

/// The most tokens of one post: one for each app and tenant in it.
pub const MAX_VALIDATION_TOKENS: usize = 128;

/// Where Microsoft Entra describes its keys, in the worldwide cloud.
const METADATA_URL: &str =
    "https://login.microsoftonline.com/common/.well-known/openid-configuration";

/// The issuers of Microsoft Entra, with the tenant in place of `{}` (v1.0 and v2.0).
const ISSUERS: [&str; 2] =
    ["https://sts.windows.net/{}/", "https://login.microsoftonline.com/{}/v2.0"];

/// Whose notifications are vouched for, and by whom.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChangeTokensConfig {
    /// The app that the tokens must be for.
    pub audience: AppId,
    /// The tenants that are served at first.
    pub tenants: BTreeSet<TenantId>,
    /// Where the issuer describes itself. Default: the worldwide cloud.
    pub metadata_url: Url,
    /// The issuers, with the tenant in place of `{}`. Default: both of the worldwide cloud.
    pub issuers: Vec<Box<str>>,
    /// To whom tokens must be issued (`appid` or `azp`). Default [`CHANGE_TRACKING`].
    pub publisher: Box<str>,
}

impl ChangeTokensConfig {
    /// Tokens for one app and these tenants, from the worldwide cloud.
    ///
    /// # Panics
    ///
    /// Never: the built-in address is a URL.
    pub fn new(audience: AppId, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        Self {
            audience,
            tenants: tenants.into_iter().collect(),
            metadata_url: Url::parse(METADATA_URL).expect("the constant is a URL"),
            issuers: ISSUERS.map(Into::into).to_vec(),
            publisher: CHANGE_TRACKING.into(),
        }
    }

    /// Names another place where the issuer describes itself, as in another cloud.
    #[must_use]
    pub fn metadata_url(mut self, url: Url) -> Self {
        self.metadata_url = url;
        self
    }

    /// Names other issuers, with the tenant in place of `{}`.
    #[must_use]
    pub fn issuers<I: Into<Box<str>>>(mut self, issuers: impl IntoIterator<Item = I>) -> Self {
        self.issuers = issuers.into_iter().map(Into::into).collect();
        self
    }
}

/// Proves the tokens of posts; remembers those that were proven, for as long as they live.
///
/// Stricter than Microsoft's own libraries: both issuers count, and only with the tenant of the
/// token itself; the publisher is checked in both versions of tokens; no token is no proof.
pub struct ChangeTokens {
    tokens: Remembering,
    change_tracking: ChangeTracking,
    clock: Arc<dyn Clock>,
}

/// Graph's change tracking, for the tenants that are served.
struct ChangeTracking {
    tenants: Tenants,
    audience: AppId,
    issuers: Vec<Box<str>>,
    publisher: Box<str>,
}

impl ChangeTokens {
    /// Proves tokens with the issuer's keys, read over `keys`.
    #[must_use]
    pub fn new(config: ChangeTokensConfig, keys: KeySource, clock: Arc<dyn Clock>) -> Self {
        Self {
            tokens: Remembering::new(KeyCache::new(keys, config.metadata_url, Arc::clone(&clock))),
            change_tracking: ChangeTracking {
                tenants: Tenants::new(&config.tenants),
                audience: config.audience,
                issuers: config.issuers,
                publisher: config.publisher,
            },
            clock,
        }
    }

    /// Serves one more tenant; whether that is new.
    pub fn add_tenant(&self, tenant: &TenantId) -> bool {
        self.change_tracking.tenants.add(tenant)
    }

    /// Serves a tenant no more; whether it was served.
    pub fn remove_tenant(&self, tenant: &TenantId) -> bool {
        self.change_tracking.tenants.remove(tenant)
    }

    /// Proves every token of a post; the tenants they speak for, in lower case.
    ///
    /// Waits for nothing but the issuer's keys, where they have to be read. Dropping the future
    /// forgets nothing.
    ///
    /// # Errors
    ///
    /// [`ContentError::NoToken`], [`ContentError::TooManyTokens`], [`ContentError::Token`] and
    /// [`ContentError::WrongPublisher`]. One bad token is an error, whatever the others are.
    pub async fn prove(&self, tokens: &[Sensitive]) -> Result<BTreeSet<TenantId>, ContentError> {
        if tokens.is_empty() {
            return Err(ContentError::NoToken);
        }
        if tokens.len() > MAX_VALIDATION_TOKENS {
            return Err(ContentError::TooManyTokens);
        }
        let at = (self.clock.now(), self.clock.wall());
        let mut tenants = BTreeSet::new();
        for token in tokens {
            let proven = self.tokens.prove(&self.change_tracking, token.reveal(), at).await?;
            tenants.insert(proven.tenant);
        }
        Ok(tenants)
    }
}

impl Acceptance for ChangeTracking {
    type Error = ContentError;

    fn accepts(&self, claims: &Claims, now: Timestamp) -> Result<TenantId, JwtError> {
        let tenant = claims.tenant.as_ref().ok_or(JwtError::WrongTenant)?;
        Policy::of_tenant(&self.issuers, tenant, self.audience.as_str()).check(claims, now)?;
        self.tenants.served(tenant).ok_or(JwtError::WrongTenant)
    }

    fn accepts_rest(&self, token: &Unverified<'_>) -> Result<(), ContentError> {
        let publisher = token.publisher()?;
        let right = publisher.is_some_and(|id| id.eq_ignore_ascii_case(&self.publisher));
        if right { Ok(()) } else { Err(ContentError::WrongPublisher) }
    }

    fn serves(&self, tenant: &TenantId) -> bool {
        self.tenants.contains(tenant)
    }
}

impl fmt::Debug for ChangeTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeTokens")
            .field("tenants", &self.change_tracking.tenants)
            .finish_non_exhaustive()
    }
}
