//! Which customer tenant a trunk name belongs to, and which names a customer may have.

use std::collections::BTreeMap;

use teams_cc_core::TenantId;

use super::{Cloud, SbcFqdn};

/// The longest domain that Entra verifies, and so the longest name of a customer
/// (Learn, *Azure Communications Gateway: Teams Direct Routing*).
const MAX_ENTRA_BYTES: usize = 48;
/// Names a customer may have: one on each of two trunks (Learn, *multiple tenants*, failover).
pub const MAX_NAMES_PER_TENANT: usize = 2;
/// The most names that a trunk serves; a further customer is refused.
pub const MAX_TENANT_NAMES: usize = 20_000;

/// A customer that a trunk is to serve: its tenant, and the names it is reached under.
///
/// ```
/// use teams_cc_sip::direct_routing::{Cloud, Customer};
///
/// let bank = Customer::new("bank".parse()?, "bank.sbc1.adatum.biz".parse()?)
///     .second_name("bank.sbc2.adatum.biz".parse()?)
///     .cloud(Cloud::Public);
/// assert_eq!(bank.names.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Customer {
    /// The customer's tenant.
    pub tenant: TenantId,
    /// Its names, each one label below a base name of the trunk.
    pub names: Vec<SbcFqdn>,
    /// The cloud it is in, where that is known. Default: taken to be the trunk's.
    pub cloud: Option<Cloud>,
}

impl Customer {
    /// A customer with one name.
    #[must_use]
    pub fn new(tenant: TenantId, name: SbcFqdn) -> Self {
        Self { tenant, names: vec![name], cloud: None }
    }

    /// Adds the name under which the customer is reached through a second trunk.
    #[must_use]
    pub fn second_name(mut self, name: SbcFqdn) -> Self {
        self.names.push(name);
        self
    }

    /// Says which cloud the customer is in.
    #[must_use]
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = Some(cloud);
        self
    }
}

/// Why a trunk cannot serve a customer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TenantFault {
    /// The name is not one label below a base name of the trunk.
    #[error("{name} is not one label below {base}: give the customer a name like bank.{base}")]
    NotBelowBase {
        /// The name.
        name: SbcFqdn,
        /// The trunk's name.
        base: SbcFqdn,
    },
    /// The name is longer than a domain that Entra verifies.
    #[error(
        "{name} has {} bytes, and Entra verifies domains of {MAX_ENTRA_BYTES} at most: take a \
         shorter label",
        name.as_str().len()
    )]
    TooLongForEntra {
        /// The name.
        name: SbcFqdn,
    },
    /// The name is another customer's.
    #[error("{name} belongs to another tenant: remove that one first, or take another label")]
    Taken {
        /// The name.
        name: SbcFqdn,
    },
    /// The customer has more names than a customer may have, or none.
    #[error("a tenant has one name or {MAX_NAMES_PER_TENANT}, not {names}")]
    Names {
        /// How many it would have.
        names: usize,
    },
    /// The customer is in another cloud than the trunk.
    #[error(
        "the tenant is in the {tenant:?} cloud and the trunk in {trunk:?}: both must be the \
         same; serve it from a trunk of its cloud"
    )]
    Cloud {
        /// The customer's cloud.
        tenant: Cloud,
        /// The trunk's cloud.
        trunk: Cloud,
    },
    /// Our certificate does not cover the name, so that Teams would not take calls under it.
    #[error("the certificate does not cover {name}: get one with a wildcard of its parent domain")]
    NotCovered {
        /// The name.
        name: SbcFqdn,
    },
    /// The trunk serves as many names as it may.
    #[error("the trunk serves {MAX_TENANT_NAMES} names: use another trunk")]
    Full,
}

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

    /// Adds a customer of a trunk, or says which rule its names break.
    ///
    /// `bases` are the trunk's own names, the carrier's base name first. A customer that is known
    /// already keeps its names and gets the new ones besides. Nothing is changed by a refusal.
    ///
    /// # Errors
    ///
    /// [`TenantFault`], which says what to do instead.
    pub fn admit(
        &mut self,
        customer: &Customer,
        bases: &[SbcFqdn],
        cloud: Cloud,
    ) -> Result<(), TenantFault> {
        if let Some(tenant) = customer.cloud.filter(|other| *other != cloud) {
            return Err(TenantFault::Cloud { tenant, trunk: cloud });
        }
        for name in &customer.names {
            if !bases.iter().any(|base| name == base || name.parent() == base.as_str()) {
                let base = bases.first().unwrap_or(name).clone();
                return Err(TenantFault::NotBelowBase { name: name.clone(), base });
            }
            if name.as_str().len() > MAX_ENTRA_BYTES {
                return Err(TenantFault::TooLongForEntra { name: name.clone() });
            }
            if self.0.get(name).is_some_and(|owner| *owner != customer.tenant) {
                return Err(TenantFault::Taken { name: name.clone() });
            }
        }
        let known = self.0.iter().filter(|(_, owner)| **owner == customer.tenant);
        let names: std::collections::BTreeSet<&SbcFqdn> =
            known.map(|(name, _)| name).chain(&customer.names).collect();
        if customer.names.is_empty() || names.len() > MAX_NAMES_PER_TENANT {
            return Err(TenantFault::Names { names: names.len() });
        }
        if self.0.len() + customer.names.len() > MAX_TENANT_NAMES {
            return Err(TenantFault::Full);
        }
        for name in &customer.names {
            self.0.insert(name.clone(), customer.tenant.clone());
        }
        Ok(())
    }

    /// Removes a tenant with all its names; tells whether it was served.
    pub fn remove(&mut self, tenant: &TenantId) -> bool {
        let before = self.0.len();
        self.0.retain(|_, owner| owner != tenant);
        self.0.len() < before
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

    #[test]
    fn a_customers_names_are_short_free_one_label_deep_and_in_the_trunks_cloud() {
        let name = |text: &str| -> SbcFqdn { text.parse().unwrap() };
        let id = |text: &str| -> TenantId { text.parse().unwrap() };
        let bases = [name("sbc1.adatum.biz"), name("sbc2.adatum.biz")];
        let mut tenants = Tenants::new();
        let bank = Customer::new(id("bank"), name("bank.sbc1.adatum.biz"))
            .second_name(name("bank.sbc2.adatum.biz"));
        assert_eq!(tenants.admit(&bank, &bases, Cloud::Public), Ok(()));
        assert_eq!(tenants.admit(&bank, &bases, Cloud::Public), Ok(()), "the same again");
        let long = "a-customer-with-a-long-name-indeed.sbc1.adatum.biz";
        let fault = |customer: Customer| {
            tenants.clone().admit(&customer, &bases, Cloud::Public).unwrap_err()
        };
        let one = |text: &str| fault(Customer::new(id("shop"), name(text)));
        assert!(matches!(one("shop.adatum.biz"), TenantFault::NotBelowBase { .. }));
        assert!(matches!(one("a.shop.sbc1.adatum.biz"), TenantFault::NotBelowBase { .. }));
        assert!(matches!(one(long), TenantFault::TooLongForEntra { .. }));
        assert!(matches!(one("bank.sbc1.adatum.biz"), TenantFault::Taken { .. }));
        let third = Customer::new(id("bank"), name("bank2.sbc1.adatum.biz"));
        assert_eq!(fault(third), TenantFault::Names { names: 3 });
        let cloud = Customer::new(id("shop"), name("shop.sbc1.adatum.biz")).cloud(Cloud::GccHigh);
        assert!(fault(cloud).to_string().contains("GccHigh"));
        assert!(tenants.remove(&id("bank")) && !tenants.remove(&id("bank")));
        assert!(tenants.is_empty());
    }
}
