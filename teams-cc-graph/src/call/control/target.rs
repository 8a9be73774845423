//! Who a call goes to, with what Graph needs to know of it.

use std::fmt;

use teams_cc_core::{Address, AppId, E164, PhoneNumber, TeamsUser, TenantId, UserId};

use crate::model::InvitationParticipantInfo;

/// A resource account in hand: without one, no phone can be called or invited.
///
/// It needs a licence and a service number, and its application must be the bot's own
/// (otherwise Graph answers 412/10073 or 403/10151).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplicationInstance(AppId);

impl ApplicationInstance {
    /// The resource account of this object id.
    #[must_use]
    pub fn new(id: AppId) -> Self {
        Self(id)
    }

    /// Its object id.
    #[must_use]
    pub fn id(&self) -> &AppId {
        &self.0
    }
}

/// Who a call is transferred or redirected to, or who is invited.
///
/// Only parties that Graph can reach can be built, and each stands in the identity slot Graph
/// wants: a resource account is no user there.
///
/// ```
/// use teams_cc_core::{AppId, E164};
/// use teams_cc_graph::call::control::{ApplicationInstance, Target};
///
/// let instance = ApplicationInstance::new("1d9fd1c4".parse()?);
/// let phone = Target::phone(&E164::new("+14255550100")?, &instance);
/// assert!(phone.is_phone());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Target {
    address: Address,
    info: InvitationParticipantInfo,
}

impl Target {
    fn of(address: Address) -> Option<Self> {
        let info = InvitationParticipantInfo::of_address(&address)?;
        Some(Self { address, info })
    }

    fn known(address: Address, info: InvitationParticipantInfo) -> Self {
        Self { address, info }
    }

    /// A Teams user. Graph transfers within the call's own tenant only.
    #[must_use]
    pub fn user(user: &TeamsUser) -> Self {
        Self::known(user.clone().into(), InvitationParticipantInfo::of_user(&user.id))
    }

    /// A Teams user's mailbox.
    #[must_use]
    pub fn voicemail(user: &UserId) -> Self {
        let address = Address::Voicemail(user.clone());
        let info = InvitationParticipantInfo::of_user(user)
            .endpoint_type(crate::model::EndpointType::Voicemail);
        Self::known(address, info)
    }

    /// A resource account, such as a call queue's or another bot's.
    #[must_use]
    pub fn resource_account(id: &AppId) -> Self {
        let address = Address::ResourceAccount { id: id.clone(), number: None };
        let identity = crate::model::IdentitySet::of_application_instance(id);
        Self::known(address, InvitationParticipantInfo::of(identity))
    }

    /// A calling bot.
    #[must_use]
    pub fn bot(id: &AppId) -> Self {
        let identity = crate::model::IdentitySet::of_application(id);
        Self::known(Address::Bot(id.clone()), InvitationParticipantInfo::of(identity))
    }

    /// A phone, with the resource account that calls it.
    #[must_use]
    pub fn phone(number: &E164, _calling: &ApplicationInstance) -> Self {
        let address = Address::Phone(PhoneNumber::from(number.clone()));
        Self::known(address, InvitationParticipantInfo::of_phone(number))
    }

    /// A party by its address, with the resource account that calls it if it is a phone.
    ///
    /// # Errors
    ///
    /// [`UnusableTarget`] where Graph cannot reach such a party.
    pub fn of_address(
        address: &Address,
        calling: Option<&ApplicationInstance>,
    ) -> Result<Self, UnusableTarget> {
        match address {
            address if address.is_emergency() => Err(UnusableTarget::Emergency),
            Address::Phone(_) if calling.is_none() => Err(UnusableTarget::NoInstance),
            address => Self::of(address.clone()).ok_or(UnusableTarget::NoRoute),
        }
    }

    /// Whoever is on a call already; the resource account of that call reaches a phone.
    pub(super) fn of_party(party: &Address) -> Option<Self> {
        if party.is_emergency() { None } else { Self::of(party.clone()) }
    }

    /// Who it is, in the vocabulary of the family.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Whether it is a phone.
    #[must_use]
    pub fn is_phone(&self) -> bool {
        matches!(self.address, Address::Phone(_))
    }

    /// The tenant of a user, where it is known.
    pub(super) fn tenant(&self) -> Option<&TenantId> {
        match &self.address {
            Address::TeamsUser(user) => user.tenant.as_ref(),
            _ => None,
        }
    }

    pub(super) fn info(&self) -> InvitationParticipantInfo {
        self.info.clone()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.address)
    }
}

/// Why a party cannot be a target; nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableTarget {
    /// A phone without a resource account to call it.
    #[error(
        "a phone is called by a resource account: set CallsConfig::application_instance, or give \
         the account with the phone"
    )]
    NoInstance,
    /// The emergency services.
    #[error("emergency calls do not go over graph: use the tenant's direct routing trunk")]
    Emergency,
    /// A party Graph cannot name, such as a short number or a SIP address.
    #[error("graph reaches users, bots, resource accounts and full numbers: use a sip trunk")]
    NoRoute,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pain 31.
    #[test]
    fn each_party_stands_in_the_slot_graph_wants() {
        let id: AppId = "1d9fd1c4".parse().unwrap();
        let user = TeamsUser::new("98da8a1a".parse().unwrap());
        let number = E164::new("+14255550100").unwrap();
        let instance = ApplicationInstance::new(id.clone());
        for (target, slot) in [
            (Target::user(&user), "user"),
            (Target::resource_account(&id), "applicationInstance"),
            (Target::bot(&id), "application"),
            (Target::phone(&number, &instance), "phone"),
        ] {
            let body = serde_json::to_value(target.info()).unwrap();
            let identity = body["identity"].as_object().unwrap();
            assert!(identity.contains_key(slot), "{slot}: {body}");
            assert_eq!(identity.keys().filter(|key| !key.starts_with('@')).count(), 1);
        }
        let mailbox = serde_json::to_value(Target::voicemail(&user.id).info()).unwrap();
        assert_eq!(mailbox["endpointType"], "voicemail");
    }

    #[test]
    fn what_graph_cannot_reach_is_no_target() {
        let instance = ApplicationInstance::new("1d9fd1c4".parse().unwrap());
        let emergency = Address::Phone(PhoneNumber::Emergency("112".into()));
        let phone = Address::from(E164::new("+14255550100").unwrap());
        let short = Address::Phone(PhoneNumber::ShortCode("1001".into()));
        for (address, calling, wanted) in [
            (&emergency, Some(&instance), Some(UnusableTarget::Emergency)),
            (&phone, None, Some(UnusableTarget::NoInstance)),
            (&short, Some(&instance), Some(UnusableTarget::NoRoute)),
            (&Address::Anonymous, None, Some(UnusableTarget::NoRoute)),
            (&phone, Some(&instance), None),
        ] {
            assert_eq!(Target::of_address(address, calling).err(), wanted, "{address}");
        }
        let shown = format!("{:?}", Target::of_address(&phone, Some(&instance)));
        assert!(!shown.contains("4255550100"), "{shown}");
    }
}
