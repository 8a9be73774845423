//! The tenants that are served, which may change while callbacks come in.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{PoisonError, RwLock},
};

use teams_cc_core::TenantId;

use super::config::lower;

/// The tenants that are served, in lower case. As many as the program names.
pub(super) struct Tenants(RwLock<BTreeSet<TenantId>>);

impl Tenants {
    pub(super) fn new(tenants: &BTreeSet<TenantId>) -> Self {
        Self(RwLock::new(tenants.iter().map(lower).collect()))
    }

    /// Whether a tenant is served; its id is in lower case.
    pub(super) fn contains(&self, tenant: &TenantId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(tenant)
    }

    /// The id of a tenant that is served, as it is kept here: all who name it so share one text.
    pub(super) fn served(&self, tenant: &TenantId) -> Option<TenantId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned()
    }

    /// Serves a tenant; whether that is new.
    pub(super) fn add(&self, tenant: &TenantId) -> bool {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(lower(tenant))
    }

    /// Serves a tenant no more; whether it was served.
    pub(super) fn remove(&self, tenant: &TenantId) -> bool {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&lower(tenant))
    }
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&*self.0.read().unwrap_or_else(PoisonError::into_inner)).finish()
    }
}
