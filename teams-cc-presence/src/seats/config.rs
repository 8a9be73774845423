//! Where notifications go, and what is in them.

use std::time::Duration;

use crate::tracker::Push;

/// How [`Seats`](super::Seats) subscribe.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeatsConfig {
    pub(super) notification_url: Box<str>,
    pub(super) lifecycle_url: Box<str>,
    pub(super) push: Push,
    pub(super) regroup: Duration,
}

impl SeatsConfig {
    /// Notifications of ids alone, told at this address.
    #[must_use]
    pub fn new(notification_url: &str) -> Self {
        Self {
            notification_url: notification_url.into(),
            lifecycle_url: notification_url.into(),
            push: Push::IdOnly,
            regroup: Duration::from_mins(5),
        }
    }

    /// Asks for the presence in each notification, encrypted.
    ///
    /// The keeper needs a certificate for it
    /// ([`KeeperBuilder::certificate`](teams_cc_graph::subscription::KeeperBuilder::certificate)).
    #[must_use]
    pub fn rich(mut self) -> Self {
        self.push = Push::Rich;
        self
    }

    /// Tells what happens to subscriptions themselves at another address.
    #[must_use]
    pub fn lifecycle_url(mut self, url: &str) -> Self {
        self.lifecycle_url = url.into();
        self
    }

    /// How long users who came or went wait for others before a subscription is made anew.
    ///
    /// Default 5 minutes. Until then those who came are read in turns like everybody else.
    #[must_use]
    pub fn regroup(mut self, wait: Duration) -> Self {
        self.regroup = wait;
        self
    }
}
