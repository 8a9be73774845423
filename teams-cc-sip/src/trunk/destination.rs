//! Where a call goes, and what it shows.

use teams_cc_core::{LegId, PhoneNumber, TenantId};

use super::{CarriedHeaders, DisplayText, EmergencyData};
use crate::{
    direct_routing::{MediaOptimization, SbcFqdn},
    gate::Purpose,
};

/// A call to be made.
///
/// ```
/// use teams_cc_core::{LegId, PhoneNumber};
/// use teams_cc_sip::trunk::{Destination, Via};
///
/// let call = Destination::new(
///     Via::Teams { tenant: "bank.sbc1.adatum.biz".parse()? },
///     PhoneNumber::presented("+14255550100"),
///     PhoneNumber::presented("+14255550199"),
///     LegId::numbered("L", 1),
/// )
/// .display("Contoso support");
/// assert!(!format!("{call:?}").contains("Contoso support"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Destination {
    /// Through whom.
    pub via: Via,
    /// Whom to call. Teams takes full international numbers only.
    pub number: PhoneNumber,
    /// The number shown.
    pub from: PhoneNumber,
    /// The name shown.
    pub display: Option<DisplayText>,
    /// Whether the number is to be hidden from whom we call (RFC 3323 `Privacy: id`).
    pub private: bool,
    /// The name under which the new leg's events come.
    pub leg: LegId,
    /// What an emergency call carries on, untouched.
    pub emergency: EmergencyData,
    /// For which tenant the call is made, where [`Via`] does not say; the gate asks for it.
    pub tenant: Option<TenantId>,
    /// Why somebody is called.
    pub purpose: Purpose,
    /// Who forwarded the call, of a [`Purpose::Forward`].
    pub diverted_by: Option<PhoneNumber>,
    /// What the caller brought along; the policy of where the call goes decides what goes on.
    pub carried: CarriedHeaders,
    /// Where the Teams user is that calls, for the SBC of that site; never sent to Teams. Default:
    /// nothing, and [`IncomingCall::onward`](super::IncomingCall::onward) leaves it so.
    pub optimization: Option<Box<MediaOptimization>>,
    /// Whether the one before it has led here.
    pub(crate) redirected: bool,
}

impl Destination {
    /// A call that shows its number and no name.
    #[must_use]
    pub fn new(via: Via, number: PhoneNumber, from: PhoneNumber, leg: LegId) -> Self {
        Self {
            via,
            number,
            from,
            display: None,
            private: false,
            leg,
            emergency: EmergencyData::default(),
            tenant: None,
            purpose: Purpose::Dial,
            diverted_by: None,
            carried: CarriedHeaders::default(),
            optimization: None,
            redirected: false,
        }
    }

    /// Says for which tenant the call is made, as a call to a carrier must.
    #[must_use]
    pub fn for_tenant(mut self, tenant: TenantId) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Says why somebody is called.
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// Says who forwards the call; its own caller is shown and the tenant answers for this one.
    #[must_use]
    pub fn forwarded_by(mut self, number: PhoneNumber) -> Self {
        self.purpose = Purpose::Forward;
        self.diverted_by = Some(number);
        self
    }

    /// Shows a name.
    #[must_use]
    pub fn display(mut self, name: &str) -> Self {
        self.display = Some(DisplayText::new(name));
        self
    }

    /// Asks the network to hide the number.
    #[must_use]
    pub fn private(mut self, private: bool) -> Self {
        self.private = private;
        self
    }

    /// Passes on what the caller brought along, as far as the policy of the other side lets it.
    #[must_use]
    pub fn carrying(mut self, headers: CarriedHeaders) -> Self {
        self.carried = headers;
        self
    }

    /// Tells another SBC of ours where the Teams user is
    /// ([`IncomingCall::optimization`](super::IncomingCall::optimization)).
    #[must_use]
    pub fn optimization(mut self, told: MediaOptimization) -> Self {
        self.optimization = Some(Box::new(told));
        self
    }

    /// Passes on what an emergency call carries.
    #[must_use]
    pub fn emergency(mut self, data: EmergencyData) -> Self {
        self.emergency = data;
        self
    }
}

/// Through whom a call goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Via {
    /// To Teams, as the customer tenant behind this trunk name.
    Teams {
        /// The name in `Contact`, by which Teams finds the tenant.
        tenant: SbcFqdn,
    },
    /// To a Teams user's mailbox, without ringing (Learn, *Manage users in Direct Routing*).
    ///
    /// An emergency call rings all the same.
    Voicemail {
        /// The name in `Contact`, by which Teams finds the tenant.
        tenant: SbcFqdn,
    },
    /// To the carrier of this name.
    Carrier(Box<str>),
}
