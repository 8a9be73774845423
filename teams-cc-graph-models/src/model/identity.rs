//! [identitySet](https://learn.microsoft.com/graph/api/resources/identityset) and its identities.

use teams_cc_core::{Address, AppId, E164, PhoneNumber, TeamsUser, TenantId, UserId};

use super::{Identity, IdentitySet};
use crate::wire::{Field, Sensitive};

impl IdentitySet {
    /// A Teams user by object id.
    #[must_use]
    pub fn of_user(id: &UserId) -> Self {
        Self::new().user(Identity::with_id(id.as_str()))
    }

    /// A phone by its number.
    #[must_use]
    pub fn of_phone(number: &E164) -> Self {
        Self::new().phone(Identity::with_id(number.reveal()))
    }

    /// An application by its client id.
    #[must_use]
    pub fn of_application(id: &AppId) -> Self {
        Self::new().application(Identity::with_id(id.as_str()))
    }

    /// A resource account by the object id of its application instance.
    #[must_use]
    pub fn of_application_instance(id: &AppId) -> Self {
        Self::new().application_instance(Identity::with_id(id.as_str()))
    }

    /// Where a leg to this party goes, in the vocabulary of the family.
    ///
    /// A party that hides itself, or that no slot names, is [`Address::Anonymous`].
    #[must_use]
    pub fn address(&self) -> Address {
        fn id(slot: &Field<Box<Identity>>) -> Option<&str> {
            slot.get()?.id.get().map(Sensitive::reveal)
        }
        if let Some(number) = id(&self.phone) {
            return Address::Phone(PhoneNumber::presented(number));
        }
        if let Some(user) = id(&self.user).and_then(|id| UserId::new(id).ok()) {
            let tenant = self.user.get().and_then(|user| user.tenant_id.text());
            let address = TeamsUser::new(user);
            return match tenant.and_then(|tenant| TenantId::new(tenant).ok()) {
                Some(tenant) => address.tenant(tenant).into(),
                None => address.into(),
            };
        }
        if let Some(id) = id(&self.application_instance).and_then(|id| AppId::new(id).ok()) {
            return Address::ResourceAccount { id, number: None };
        }
        match id(&self.application).and_then(|id| AppId::new(id).ok()) {
            Some(id) => Address::Bot(id),
            None => Address::Anonymous,
        }
    }

    /// The identities of an address that Graph can call; `None` for those it cannot.
    #[must_use]
    pub fn of_address(address: &Address) -> Option<Self> {
        match address {
            Address::TeamsUser(user) => Some(Self::of_user(&user.id)),
            Address::Voicemail(user) => Some(Self::of_user(user)),
            Address::Phone(number) => number.e164().map(Self::of_phone),
            Address::ResourceAccount { id, .. } => Some(Self::of_application_instance(id)),
            Address::Bot(id) => Some(Self::of_application(id)),
            _ => None,
        }
    }
}

impl Identity {
    /// An identity known by its id alone.
    #[must_use]
    pub fn with_id(id: impl Into<Sensitive>) -> Self {
        Self::new().id(id.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_as_identities() {
        let user = TeamsUser::new("agent-1".parse().unwrap());
        for address in [
            Address::from(user),
            Address::from(E164::new("+12065550100").unwrap()),
            Address::Bot("bot-1".parse().unwrap()),
            Address::ResourceAccount { id: "account-1".parse().unwrap(), number: None },
        ] {
            assert_eq!(IdentitySet::of_address(&address).unwrap().address(), address);
        }
        assert_eq!(IdentitySet::of_address(&Address::Anonymous), None);
        assert_eq!(IdentitySet::new().address(), Address::Anonymous);
    }

    #[test]
    fn debug_shows_no_number_and_no_name() {
        let identity = Identity::with_id("+12065550100").display_name("Heidi");
        let shown = format!("{:?}", IdentitySet::new().phone(identity));
        assert!(!shown.contains("2065550100") && !shown.contains("Heidi"), "{shown}");
    }
}
