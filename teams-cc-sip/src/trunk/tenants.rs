//! Customers that come and go while the trunk runs (Learn, *SBC for multiple tenants*).
//!
//! A customer is a name and nothing more: no connection, no OPTIONS, no restart. Its calls are
//! told apart by that name alone, in the Request-URI of what Teams sends and in the `Contact` of
//! what we send.

use teams_cc_core::TenantId;

use super::{TrunkConfig, engine::Engine};
use crate::{
    direct_routing::{Cloud, Customer, SbcFqdn, TenantFault},
    error::{Error, ErrorKind},
};

impl TrunkConfig {
    /// Adds a customer, by the rules for names in the carrier model.
    ///
    /// # Errors
    ///
    /// [`TenantFault`] says which rule is broken; name the cloud by [`Self::teams`] before. Whether
    /// the certificate covers the names is seen as the trunk starts.
    pub fn customer(mut self, customer: &Customer) -> Result<Self, TenantFault> {
        let (bases, cloud) = (self.bases(), self.cloud());
        self.tenants.admit(customer, &bases, cloud)?;
        Ok(self)
    }

    /// Names another trunk of the same carrier, below which customers may have a second name.
    #[must_use]
    pub fn other_base(mut self, name: SbcFqdn) -> Self {
        self.other_bases.push(name);
        self
    }

    pub(crate) fn bases(&self) -> Vec<SbcFqdn> {
        std::iter::once(&self.fqdn).chain(&self.other_bases).cloned().collect()
    }

    pub(crate) fn cloud(&self) -> Cloud {
        self.teams.as_ref().map_or_else(Cloud::default, |teams| teams.cloud)
    }
}

impl Engine {
    /// Serves a customer from now on.
    pub(crate) fn add_tenant(&mut self, customer: &Customer) -> Result<(), Error> {
        let (bases, cloud) = (self.config.bases(), self.config.cloud());
        let admitted = self.config.tenants.admit(customer, &bases, cloud);
        admitted.map_err(|fault| Error::caused_by(ErrorKind::Tenant, fault))
    }

    /// Takes no new calls for a tenant; those it has go on. Tells whether it was served.
    pub(crate) fn remove_tenant(&mut self, tenant: &TenantId) -> bool {
        self.config.tenants.remove(tenant)
    }

    /// Whether two trunk names are the same customer's.
    pub(crate) fn same_customer(&self, one: &SbcFqdn, other: &SbcFqdn) -> bool {
        let tenant = |name: &SbcFqdn| self.config.tenants.of_host(name.as_str());
        one == other || tenant(one).is_some_and(|owner| tenant(other) == Some(owner))
    }
}
