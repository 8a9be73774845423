//! Notifications that come over
//! [Azure Event Hubs](https://learn.microsoft.com/graph/change-notifications-delivery-event-hubs).

use std::sync::Arc;

use teams_cc_core::Instant;
use teams_cc_graph_models::callback::{UnreadableBody, read_changes};

use super::{ChangeDelivery, ClientStates, SubscriptionEvent, subscription};
use crate::model::ChangeNotification;

/// How Graph says, once and again, that it reaches the event hub.
const VALIDATION: &str = "Validation:";

/// Reads what Graph put into an event hub, by whichever client you take from there.
///
/// A subscription is sent there by a `notificationUrl` of the form
/// `EventHub:https://VAULT.vault.azure.net/secrets/NAME?tenantId=DOMAIN`. There is no handshake and
/// there are no tokens; the secrets of subscriptions count as they do over HTTP, and messages that
/// only try the way are left out. Take a message off the hub once the events are yours.
#[derive(Clone)]
pub struct EventHubs {
    states: Arc<dyn ClientStates>,
}

impl EventHubs {
    /// Reads messages about subscriptions with these secrets.
    #[must_use]
    pub fn new(states: Arc<dyn ClientStates>) -> Self {
        Self { states }
    }

    /// Reads one message that came at an instant; how many of its notifications have the wrong
    /// secret or cannot be read is told beside.
    ///
    /// # Errors
    ///
    /// [`UnreadableBody`] where the bytes are no collection of notifications.
    pub fn read(
        &self,
        received: Instant,
        message: &[u8],
    ) -> Result<(ChangeDelivery, usize), UnreadableBody> {
        let (changes, unreadable) = read_changes(message)?;
        let changes = changes.value.into_option().unwrap_or_default();
        let real: Vec<_> = changes.into_iter().filter(|change| !is_trial(change)).collect();
        let sent = real.len();
        let events: Vec<_> = real
            .into_iter()
            .filter(|change| subscription::is_proven(&*self.states, change))
            .map(SubscriptionEvent::of)
            .collect();
        let left = unreadable + sent - events.len();
        Ok((ChangeDelivery { received, events, validation_tokens: Vec::new() }, left))
    }
}

impl std::fmt::Debug for EventHubs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventHubs").finish_non_exhaustive()
    }
}

/// Whether a message only tries the way.
fn is_trial(change: &ChangeNotification) -> bool {
    let kind = change.change_type.get().map(crate::model::ChangeType::as_str);
    kind.is_some_and(|kind| kind.starts_with(VALIDATION))
}
