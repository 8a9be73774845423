//! Which customer tenant a trunk name belongs to.

use std::collections::BTreeMap;

use teams_cc_core::TenantId;

use super::SbcFqdn;

/// The customer tenants a trunk serves, by the name each is reached under.
///
/// In the carrier model each customer has one label below the carrier's base name, such as
/// `woodgrovebank.sbc1.adatum.biz` (Learn, *Configure an SBC for multiple tenants*). Teams finds
/// the tenant by the host in `Contact`, never by number; calls from Teams carry the name in the
/// Request-URI, so equal numbers of two tenants never cross.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tenants(BTreeMap<SbcFqdn, TenantId>);

impl Tenants {
    /// Nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a customer and gives back the tenant that had the name before.
    pub fn insert(&mut self, name: SbcFqdn, tenant: TenantId) -> Option<TenantId> {
        self.0.insert(name, tenant)
    }

    /// The tenant of a host name, compared without case.
    #[must_use]
    pub fn of_host(&self, host: &str) -> Option<&TenantId> {
        self.0.get(&SbcFqdn::new(host).ok()?)
    }

    /// The first name a tenant is reached under, in alphabetical order.
    #[must_use]
    pub fn name_of(&self, tenant: &TenantId) -> Option<&SbcFqdn> {
        self.0.iter().find(|(_, id)| *id == tenant).map(|(name, _)| name)
    }

    /// Names and tenants, in alphabetical order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&SbcFqdn, &TenantId)> {
        self.0.iter()
    }

    /// Whether no tenant is served.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(SbcFqdn, TenantId)> for Tenants {
    fn from_iter<I: IntoIterator<Item = (SbcFqdn, TenantId)>>(tenants: I) -> Self {
        Self(tenants.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_found_by_its_whole_name_only() {
        let bank: TenantId = "bank".parse().unwrap();
        let name: SbcFqdn = "bank.sbc1.adatum.biz".parse().unwrap();
        let tenants: Tenants = [(name.clone(), bank.clone())].into_iter().collect();
        assert_eq!(tenants.of_host("BANK.sbc1.adatum.biz"), Some(&bank));
        for host in ["sbc1.adatum.biz", "x.bank.sbc1.adatum.biz", "192.0.2.1", ""] {
            assert_eq!(tenants.of_host(host), None, "{host}");
        }
        assert_eq!(tenants.name_of(&bank), Some(&name));
    }
}
