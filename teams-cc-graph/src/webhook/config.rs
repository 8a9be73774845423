//! Whose callbacks are taken, and how.

use std::{collections::BTreeSet, time::Duration};

use teams_cc_core::{AppId, TenantId};
use url::Url;

use super::METADATA_URL;
use crate::jwt::MAX_SKEW;

/// The largest body taken unless configured otherwise; a roster of hundreds is far below it.
pub const DEFAULT_MAX_BODY_BYTES: usize = 512 * 1024;

/// The issuers that Microsoft's own samples accept for callbacks.
const ISSUERS: [&str; 2] = ["https://graph.microsoft.com", "https://api.botframework.com"];

/// Whose callbacks are taken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IntakeConfig {
    /// The application the tokens must be meant for.
    pub audience: AppId,
    /// The tenants that are served at first, compared without regard to case.
    ///
    /// [`Intake::add_tenant`](super::Intake::add_tenant) adds others later.
    pub tenants: BTreeSet<TenantId>,
    /// Where the calling service describes itself. Default [`METADATA_URL`].
    pub metadata_url: Url,
    /// The issuers accepted. Default: the two that Microsoft's samples accept.
    pub issuers: Vec<Box<str>>,
    /// How far the clocks may differ. Default and at most five minutes.
    pub skew: Duration,
    /// The largest body taken; larger ones get a 413. Default [`DEFAULT_MAX_BODY_BYTES`].
    pub max_body_bytes: usize,
}

impl IntakeConfig {
    /// Takes callbacks for one application and these tenants, from the worldwide cloud.
    ///
    /// # Panics
    ///
    /// Never: the built-in address is a URL.
    pub fn new(audience: AppId, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        Self {
            audience,
            tenants: tenants.into_iter().map(|tenant| lower(&tenant)).collect(),
            metadata_url: Url::parse(METADATA_URL).expect("the constant is a URL"),
            issuers: ISSUERS.map(Into::into).to_vec(),
            skew: MAX_SKEW,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
        }
    }

    /// Names another place where the calling service describes itself, as in another cloud.
    #[must_use]
    pub fn metadata_url(mut self, url: Url) -> Self {
        self.metadata_url = url;
        self
    }

    /// Names other issuers; they are compared byte by byte.
    #[must_use]
    pub fn issuers<I: Into<Box<str>>>(mut self, issuers: impl IntoIterator<Item = I>) -> Self {
        self.issuers = issuers.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how far the clocks may differ; more than five minutes counts as five.
    #[must_use]
    pub fn skew(mut self, skew: Duration) -> Self {
        self.skew = skew;
        self
    }

    /// Sets the largest body taken.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }
}

pub(super) fn lower(tenant: &TenantId) -> TenantId {
    // Lower case of a valid id is one as well; the id itself stands in for the impossible.
    TenantId::new(tenant.as_str().to_ascii_lowercase()).unwrap_or_else(|_| tenant.clone())
}
