//! Notifications of subscriptions:
//! [change notifications](https://learn.microsoft.com/graph/change-notifications-delivery-webhooks)
//! and [lifecycle events](https://learn.microsoft.com/graph/change-notifications-lifecycle-events).

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::Uri;
use teams_cc_core::Instant;
use url::form_urlencoded;

use super::SinkFull;
use crate::{
    model::{ChangeNotification, LifecycleEventType},
    wire::Sensitive,
};

/// The longest validation token answered, once decoded; those of Graph have some hundred bytes.
pub const MAX_VALIDATION_TOKEN_BYTES: usize = 4096;

/// The query parameter that a new subscription is validated with.
const VALIDATION_TOKEN: &str = "validationToken";

/// Knows the secrets of the app's subscriptions. Any closure of this form does.
///
/// A post about subscriptions carries no token of the calling service: the secret that the app
/// gave when it subscribed (`clientState`) is what proves it. The intake compares it in constant
/// time; there is no way to take a change without.
pub trait ClientStates: Send + Sync {
    /// The secret of a subscription; `None` for one the app did not make.
    fn client_state(&self, subscription_id: &str) -> Option<Sensitive>;
}

impl<F: Fn(&str) -> Option<Sensitive> + Send + Sync> ClientStates for F {
    fn client_state(&self, subscription_id: &str) -> Option<Sensitive> {
        self(subscription_id)
    }
}

/// Something told about a subscription.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SubscriptionEvent {
    /// A subscribed resource changed. Where its content is encrypted it is so still.
    Changed(Box<ChangeNotification>),
    /// Something happened to the subscription itself: renew it, make it anew, or read what was
    /// missed.
    Lifecycle(LifecycleEventType, Box<ChangeNotification>),
}

impl SubscriptionEvent {
    pub(super) fn of(notification: ChangeNotification) -> Self {
        match notification.lifecycle_event.get().cloned() {
            Some(event) => Self::Lifecycle(event, Box::new(notification)),
            None => Self::Changed(Box::new(notification)),
        }
    }

    /// The notification as it came.
    #[must_use]
    pub fn notification(&self) -> &ChangeNotification {
        match self {
            Self::Changed(notification) | Self::Lifecycle(_, notification) => notification,
        }
    }
}

/// Events of subscriptions whose secret was right.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChangeDelivery {
    /// When the request came in.
    pub received: Instant,
    /// What happened, in the order of the body.
    pub events: Vec<SubscriptionEvent>,
    /// Tokens of Graph that vouch for encrypted content; not proven here.
    pub validation_tokens: Vec<Sensitive>,
}

/// Takes events of subscriptions without waiting. Any closure of this form is one.
pub trait ChangeSink: Send + Sync {
    /// Takes the events, or refuses them all.
    ///
    /// Called inside the request, so it must not block. What is refused is sent again by the
    /// service, so taking a part twice must do no harm.
    ///
    /// # Errors
    ///
    /// [`SinkFull`] where there is no room; the service is asked to come again.
    fn deliver(&self, delivery: ChangeDelivery) -> Result<(), SinkFull>;
}

impl<F: Fn(ChangeDelivery) -> Result<(), SinkFull> + Send + Sync> ChangeSink for F {
    fn deliver(&self, delivery: ChangeDelivery) -> Result<(), SinkFull> {
        self(delivery)
    }
}

/// Where events of subscriptions go, and what proves them.
pub(super) struct Subscriptions {
    pub(super) states: Arc<dyn ClientStates>,
    pub(super) sink: Arc<dyn ChangeSink>,
}

impl Subscriptions {
    /// The events whose secret is right, and how many have another one.
    pub(super) fn proven(
        &self,
        notifications: Vec<ChangeNotification>,
    ) -> (Vec<SubscriptionEvent>, usize) {
        let sent = notifications.len();
        let proven = notifications.into_iter().filter(|change| is_proven(&*self.states, change));
        let events: Vec<_> = proven.map(SubscriptionEvent::of).collect();
        let unproven = sent - events.len();
        (events, unproven)
    }
}

/// Whether a notification carries the secret of its subscription.
pub(super) fn is_proven(states: &dyn ClientStates, notification: &ChangeNotification) -> bool {
    let Some(id) = notification.subscription_id.text() else { return false };
    let (Some(wanted), Some(came)) = (states.client_state(id), notification.client_state.get())
    else {
        return false;
    };
    let (wanted, came) = (wanted.reveal().as_bytes(), came.reveal().as_bytes());
    !wanted.is_empty() && verify_slices_are_equal(wanted, came).is_ok()
}

/// The token that a new subscription is validated with, decoded; `Err` where it is too long.
pub(super) fn validation_token(uri: &Uri) -> Option<Result<String, ()>> {
    let query = uri.query()?;
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let (_, token) = parameters.find(|(name, _)| name == VALIDATION_TOKEN)?;
    let fits = token.len() <= MAX_VALIDATION_TOKEN_BYTES;
    Some(if fits { Ok(token.into_owned()) } else { Err(()) })
}
