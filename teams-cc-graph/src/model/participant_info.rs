//! Who a party is: [participantInfo](https://learn.microsoft.com/graph/api/resources/participantinfo) and
//! [invitationParticipantInfo](https://learn.microsoft.com/graph/api/resources/invitationparticipantinfo).

use teams_cc_core::{Address, AppId, E164, UserId};

use super::IdentitySet;

resource! {
    /// A party of a call.
    pub struct ParticipantInfo("microsoft.graph.participantInfo") {
        /// Its identities.
        identity: IdentitySet = "identity",
        /// Country, ISO 3166-1 alpha-2.
        country_code: String = "countryCode",
        /// The kind of endpoint.
        endpoint_type: EndpointType = "endpointType",
        /// Language, as `en-US`.
        language_id: String = "languageId",
        /// Identifier in the roster.
        participant_id: String = "participantId",
        /// The region the party is served from.
        region: String = "region",
        /// Identifier in the roster; undeclared, usual on the wire.
        id: String = "id",
    }
}

resource! {
    /// A party to call, to invite or to transfer to.
    pub struct InvitationParticipantInfo("microsoft.graph.invitationParticipantInfo") {
        /// Its identities.
        identity: IdentitySet = "identity",
        /// Whether the party is hidden from the roster.
        hidden: bool = "hidden",
        /// Identifier in the roster.
        participant_id: String = "participantId",
        /// Whether the party starts outside the default audio group.
        remove_from_default_audio_routing_group: bool = "removeFromDefaultAudioRoutingGroup",
        /// The call that the party's new call takes the place of (consultative transfer).
        replaces_call_id: String = "replacesCallId",
        /// The kind of endpoint; undeclared, usual on the wire.
        endpoint_type: EndpointType = "endpointType",
        /// Identifier in the roster; undeclared, seen on the wire.
        id: String = "id",
        /// The region; undeclared, seen on the wire.
        region: String = "region",
        /// The language; undeclared, seen on the wire.
        language_id: String = "languageId",
    }
}

open_enum! {
    /// The kind of endpoint a party has.
    pub enum EndpointType {
        /// An ordinary one.
        Default = "default",
        /// A mailbox.
        Voicemail = "voicemail",
        /// Skype for Business.
        SkypeForBusiness = "skypeForBusiness",
        /// A Skype for Business phone.
        SkypeForBusinessVoipPhone = "skypeForBusinessVoipPhone",
        /// A member the service hides from clients that do not ask for it.
        UnknownFutureValue = "unknownFutureValue",
    }
}

impl ParticipantInfo {
    /// A party known by its identities.
    #[must_use]
    pub fn of(identity: IdentitySet) -> Self {
        Self::new().identity(identity)
    }

    /// A resource account, the only source that may call phone numbers.
    #[must_use]
    pub fn of_application_instance(id: &AppId) -> Self {
        Self::of(IdentitySet::of_application_instance(id))
    }

    /// Where the party is, in the vocabulary of the family.
    #[must_use]
    pub fn address(&self) -> Address {
        address(self.identity.get(), self.endpoint_type.get())
    }
}

impl InvitationParticipantInfo {
    /// A party known by its identities.
    #[must_use]
    pub fn of(identity: IdentitySet) -> Self {
        Self::new().identity(identity)
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
        address(self.identity.get(), self.endpoint_type.get())
    }
}

fn address(identity: Option<&IdentitySet>, endpoint: Option<&EndpointType>) -> Address {
    let address = identity.map_or(Address::Anonymous, IdentitySet::address);
    match (address, endpoint) {
        (Address::TeamsUser(user), Some(EndpointType::Voicemail)) => Address::Voicemail(user.id),
        (address, _) => address,
    }
}
