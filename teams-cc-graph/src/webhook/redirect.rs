//! Posts that belong to another place.

use std::fmt;

use http::{HeaderMap, Uri};
use teams_cc_core::TenantId;
use url::Url;

use crate::model::CommsNotifications;

/// A post whose token was proven, before it is handed on.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Callback<'a> {
    /// Where it was posted.
    pub uri: &'a Uri,
    /// Its headers; the service names its own region in some.
    pub headers: &'a HeaderMap,
    /// The tenant the token speaks for, in lower case.
    pub tenant: &'a TenantId,
    /// What it tells.
    pub notifications: &'a CommsNotifications,
}

/// The headers hold the token, so Debug shows none of them.
impl fmt::Debug for Callback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("tenant", &self.tenant)
            .field("notifications", &self.notifications)
            .finish_non_exhaustive()
    }
}

/// Sends posts to the region or machine they belong to, by a 302 that the service follows.
///
/// Asked inside the request, so it must answer at once. Any closure of this form is one. Two
/// places that send a post to each other lose it: name only places that keep what they get.
pub trait Affinity: Send + Sync {
    /// The other place; `None` keeps the post here.
    fn elsewhere(&self, callback: &Callback<'_>) -> Option<Url>;
}

impl<F: Fn(&Callback<'_>) -> Option<Url> + Send + Sync> Affinity for F {
    fn elsewhere(&self, callback: &Callback<'_>) -> Option<Url> {
        self(callback)
    }
}
