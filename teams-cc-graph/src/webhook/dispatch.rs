//! From a proven body to notifications, and on to whoever wants them.

use serde_json::{Map, Value};
use teams_cc_core::{Instant, TenantId};

use crate::model::{CommsNotification, CommsNotifications};

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

/// What a callback's body is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Body {
    /// Notifications in Graph's form.
    Notifications {
        /// Those that could be read.
        notifications: CommsNotifications,
        /// How many could not.
        unreadable: usize,
    },
    /// A payload of the older Skype protocol; a 204 makes the service send Graph's form.
    Legacy,
}

/// The body is no JSON object, or nothing in it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body holds no notification that can be read")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct UnreadableBody;

/// Reads a callback's body.
///
/// Notifications are read one by one, so that a single odd one does not cost the others.
///
/// # Errors
///
/// [`UnreadableBody`] where the body is no JSON object or none of its notifications can be read.
pub fn read_body(body: &[u8]) -> Result<Body, UnreadableBody> {
    let object: Map<String, Value> = serde_json::from_slice(body).map_err(|_| UnreadableBody)?;
    let items = match take(object) {
        Shape::Batch(items) => items,
        Shape::Single(item) => vec![item],
        Shape::Legacy => return Ok(Body::Legacy),
    };
    let sent = items.len();
    let read: Vec<CommsNotification> =
        items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect();
    let unreadable = sent - read.len();
    if read.is_empty() && sent > 0 {
        return Err(UnreadableBody);
    }
    Ok(Body::Notifications { notifications: CommsNotifications::new().value(read), unreadable })
}

enum Shape {
    Batch(Vec<Value>),
    Single(Value),
    Legacy,
}

fn take(mut object: Map<String, Value>) -> Shape {
    let named = |object: &Map<String, Value>, name: &str| {
        object.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()
    };
    if let Some(key) = named(&object, "value")
        && let Some(Value::Array(items)) = object.get_mut(&key)
    {
        return Shape::Batch(std::mem::take(items));
    }
    if named(&object, "changeType").is_some() {
        return Shape::Single(Value::Object(object));
    }
    let batch = object
        .get("@odata.type")
        .and_then(Value::as_str)
        .is_some_and(|name| name.to_ascii_lowercase().ends_with(".commsnotifications"));
    // A batch whose list is missing or null tells nothing, and is no older protocol either.
    if batch { Shape::Batch(Vec::new()) } else { Shape::Legacy }
}
