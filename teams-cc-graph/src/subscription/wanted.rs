//! What a program wants to be told.

use std::{fmt, time::Duration};

use crate::{model::ChangeType, request::subscriptions::limit_of, wire::Sensitive};

/// The life of a subscription to a resource whose longest is not known.
const USUAL_LIFE: Duration = Duration::from_hours(1);

/// A subscription that is to live on, under a name of the program's.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Wanted {
    /// The program's name for it.
    pub key: Box<str>,
    /// With whose client it is made; see [`Keeper::account`](super::Keeper::account). Subscriptions
    /// are listed and limited by account.
    pub account: Box<str>,
    /// What to be told about.
    pub resource: Sensitive,
    /// Which changes.
    pub change_types: Vec<ChangeType>,
    /// Where notifications go.
    pub notification_url: Box<str>,
    /// Where it is told what happens to the subscription itself. It cannot be added later.
    pub lifecycle_notification_url: Box<str>,
    /// How long it is asked to live each time.
    pub life: Duration,
    /// Whether notifications carry the resource, encrypted.
    pub content: bool,
}

impl Wanted {
    /// Updates of a resource, told at an address for as long at a time as the service grants.
    ///
    /// What happens to the subscription itself is told at the same address, and the account is the
    /// one without a name.
    #[must_use]
    pub fn new(key: &str, resource: &str, notification_url: &str) -> Self {
        Self {
            key: key.into(),
            account: "".into(),
            resource: Sensitive::new(resource),
            change_types: vec![ChangeType::Updated],
            notification_url: notification_url.into(),
            lifecycle_notification_url: notification_url.into(),
            life: limit_of(resource).map_or(USUAL_LIFE, |limit| limit.longest),
            content: false,
        }
    }

    /// Makes it with the client of this account.
    #[must_use]
    pub fn account(mut self, account: &str) -> Self {
        self.account = account.into();
        self
    }

    /// Sets which changes are told.
    #[must_use]
    pub fn change_types(mut self, types: impl IntoIterator<Item = ChangeType>) -> Self {
        self.change_types = types.into_iter().collect();
        self
    }

    /// Tells what happens to the subscription itself at another address.
    #[must_use]
    pub fn lifecycle_notification_url(mut self, url: &str) -> Self {
        self.lifecycle_notification_url = url.into();
        self
    }

    /// Sets how long it is asked to live each time.
    #[must_use]
    pub fn life(mut self, life: Duration) -> Self {
        self.life = life;
        self
    }

    /// Asks for the resource in each notification, encrypted.
    #[must_use]
    pub fn content(mut self) -> Self {
        self.content = true;
        self
    }
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted")
            .field("key", &self.key)
            .field("account", &self.account)
            .field("life", &self.life)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}
