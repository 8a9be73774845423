//! From an intake on to whoever wants the notifications.

use teams_cc_core::{Instant, TenantId};

use crate::model::CommsNotifications;

/// Notifications whose token was proven.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Delivery {
    /// The tenant the token speaks for, in lower case.
    pub tenant: TenantId,
    /// When the request came in; deadlines to answer count from here.
    pub received: Instant,
    /// What happened, in the order of the body.
    pub notifications: CommsNotifications,
}

impl Delivery {
    /// Notifications of a tenant that came in at an instant.
    #[must_use]
    pub fn new(tenant: TenantId, received: Instant, notifications: CommsNotifications) -> Self {
        Self { tenant, received, notifications }
    }
}

/// Takes notifications without waiting.
///
/// [`Calls`](crate::call::Calls) is one. So is any closure, as to tell tenants apart.
pub trait NotificationSink: Send + Sync {
    /// Takes the notifications, or refuses them all.
    ///
    /// Called inside the request, so it must not block. What is refused is sent again by the
    /// service, so taking a part twice must do no harm.
    ///
    /// # Errors
    ///
    /// [`SinkFull`] where there is no room; the service is asked to come again.
    fn deliver(&self, delivery: Delivery) -> Result<(), SinkFull>;
}

impl<F: Fn(Delivery) -> Result<(), SinkFull> + Send + Sync> NotificationSink for F {
    fn deliver(&self, delivery: Delivery) -> Result<(), SinkFull> {
        self(delivery)
    }
}

/// There is no room for more notifications now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no room for more notifications: take events from the queue faster")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct SinkFull;
