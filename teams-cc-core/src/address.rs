//! Where a leg can go, and where it came from.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AppId, E164, PhoneNumber, TenantId, UserId};

/// An end of a call.
///
/// [`Display`](fmt::Display) writes the redacted form: kinds and ids, never numbers or names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Address {
    /// A person with a Teams account.
    TeamsUser(TeamsUser),
    /// A phone on the public or a private network.
    Phone(PhoneNumber),
    /// A Teams resource account, the owner of a service number.
    ResourceAccount {
        /// The object id of the account (its application instance).
        id: AppId,
        /// Its service number, where it has one.
        number: Option<E164>,
    },
    /// A calling bot.
    Bot(AppId),
    /// A Teams user's mailbox.
    Voicemail(UserId),
    /// A party that hides who it is.
    Anonymous,
    /// Any other SIP party, as its URI stands on the wire.
    Sip(Box<str>),
}

impl Address {
    /// The number to dial, where this end has one.
    #[must_use]
    pub fn number(&self) -> Option<&E164> {
        match self {
            Self::TeamsUser(user) => user.number.as_ref(),
            Self::Phone(number) => number.e164(),
            Self::ResourceAccount { number, .. } => number.as_ref(),
            _ => None,
        }
    }

    /// Whether this end is the emergency services.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        matches!(self, Self::Phone(number) if number.is_emergency())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TeamsUser(user) => write!(f, "user {}", user.id),
            Self::Phone(number) => write!(f, "phone {number}"),
            Self::ResourceAccount { id, .. } => write!(f, "resource account {id}"),
            Self::Bot(id) => write!(f, "bot {id}"),
            Self::Voicemail(id) => write!(f, "voicemail of {id}"),
            Self::Anonymous => f.write_str("anonymous"),
            Self::Sip(_) => f.write_str("sip party"),
        }
    }
}

impl From<TeamsUser> for Address {
    fn from(user: TeamsUser) -> Self {
        Self::TeamsUser(user)
    }
}

impl From<E164> for Address {
    fn from(number: E164) -> Self {
        Self::Phone(number.into())
    }
}

/// A person with a Teams account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TeamsUser {
    /// The object id.
    pub id: UserId,
    /// The home tenant, where it is known.
    pub tenant: Option<TenantId>,
    /// The number Direct Routing reaches the user under, where there is one.
    pub number: Option<E164>,
}

impl TeamsUser {
    /// A user known by object id alone.
    #[must_use]
    pub fn new(id: UserId) -> Self {
        Self { id, tenant: None, number: None }
    }

    /// A user known by number alone, as Direct Routing reaches one.
    ///
    /// There is no object id, so such a user cannot be called over Graph.
    #[must_use]
    pub fn of_number(number: E164) -> Self {
        // The digits are personal data and ids are shown, so the id must not hold them.
        Self { id: UserId::numbered("by-number-", 0), tenant: None, number: Some(number) }
    }

    /// Names the home tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: TenantId) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Names the number Direct Routing reaches the user under.
    #[must_use]
    pub fn number(mut self, number: E164) -> Self {
        self.number = Some(number);
        self
    }
}
