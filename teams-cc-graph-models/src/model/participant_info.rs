//! Who a party is: [participantInfo](https://learn.microsoft.com/graph/api/resources/participantinfo) and
//! [invitationParticipantInfo](https://learn.microsoft.com/graph/api/resources/invitationparticipantinfo).

use teams_cc_core::{Address, AppId, E164, UserId};

use super::{EndpointType, IdentitySet, InvitationParticipantInfo, ParticipantInfo};

impl ParticipantInfo {
    /// A party known by its identities.
    #[must_use]
    pub fn of(identity: IdentitySet) -> Self {
        Self::new(identity)
    }

    /// A resource account, the only source that may call phone numbers.
    #[must_use]
    pub fn of_application_instance(id: &AppId) -> Self {
        Self::of(IdentitySet::of_application_instance(id))
    }

    /// Where the party is, in the vocabulary of the family.
    #[must_use]
    pub fn address(&self) -> Address {
        address(self.identity.as_deref(), self.endpoint_type.get())
    }
}

impl InvitationParticipantInfo {
    /// A party known by its identities.
    #[must_use]
    pub fn of(identity: IdentitySet) -> Self {
        Self::new(identity)
    }

    /// A Teams user.
    #[must_use]
    pub fn of_user(id: &UserId) -> Self {
        Self::of(IdentitySet::of_user(id))
    }

    /// A phone.
    #[must_use]
    pub fn of_phone(number: &E164) -> Self {
        Self::of(IdentitySet::of_phone(number))
    }

    /// A party by its address; `None` where Graph cannot reach such an address.
    #[must_use]
    pub fn of_address(address: &Address) -> Option<Self> {
        let party = Self::of(IdentitySet::of_address(address)?);
        Some(match address {
            Address::Voicemail(_) => party.endpoint_type(EndpointType::Voicemail),
            _ => party,
        })
    }

    /// Where the party is, in the vocabulary of the family.
    #[must_use]
    pub fn address(&self) -> Address {
        address(self.identity.as_deref(), self.endpoint_type.get())
    }
}

fn address(identity: Option<&IdentitySet>, endpoint: Option<&EndpointType>) -> Address {
    let address = identity.map_or(Address::Anonymous, IdentitySet::address);
    match (address, endpoint) {
        (Address::TeamsUser(user), Some(EndpointType::Voicemail)) => Address::Voicemail(user.id),
        (address, _) => address,
    }
}
