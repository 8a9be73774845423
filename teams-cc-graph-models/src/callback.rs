//! From the bytes of a callback to what they tell.

use serde::de::Deserialize;
use serde_json::Value;

use crate::{
    model::{
        ChangeNotification, ChangeNotificationCollection, CommsNotification, CommsNotifications,
        ParticipantJoiningNotification, ParticipantLeftNotification, ResourceData,
    },
    wire::{self, Incoming, Sensitive, Stop, Take, Wire, same_type, without_mark},
};

/// The most objects in one body; one with more is refused before it is read.
///
/// An empty object takes three bytes of a body and hundreds of memory. The service's own have some
/// fifty bytes each, so that no body of theirs comes near.
pub const MAX_BODY_OBJECTS: usize = 16_384;

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

/// Reads a callback's body straight from its bytes.
///
/// Where a notification is odd, the body is read once more, one notification at a time, so that
/// the odd one does not cost the others.
///
/// # Errors
///
/// [`UnreadableBody`] where the body is no JSON object, has more than [`MAX_BODY_OBJECTS`], or
/// none of its notifications can be read.
pub fn read_body(body: &[u8]) -> Result<Body, UnreadableBody> {
    // Once over the whole is cheaper than once for each text.
    let body = text(body)?;
    match serde_json::from_str::<CommsNotifications>(body) {
        Ok(notifications) if notifications.value.get().is_some() => {
            return Ok(Body::Notifications { notifications, unreadable: 0 });
        }
        Err(error) if !error.is_data() => return Err(UnreadableBody),
        Ok(_) | Err(_) => {}
    }
    let outline = Outline::<CommsNotification>::of(body)?;
    let single = |notification: CommsNotification| {
        let notifications = CommsNotifications::new().value(vec![notification]);
        Ok(Body::Notifications { notifications, unreadable: 0 })
    };
    if let Some((items, unreadable)) = outline.items {
        if items.is_empty() && unreadable > 0 {
            return Err(UnreadableBody);
        }
        let notifications = CommsNotifications::new().value(items);
        return Ok(Body::Notifications { notifications, unreadable });
    }
    match outline.kind {
        Kind::Notification => single(read(body)?),
        Kind::Joining => single(about(ResourceData::Joining(read(body)?))),
        Kind::Left => single(about(ResourceData::Left(read(body)?))),
        // A batch whose list is missing or null tells nothing, and is no older protocol either.
        Kind::Batch => Ok(Body::Notifications {
            notifications: CommsNotifications::new().value(Vec::new()),
            unreadable: 0,
        }),
        Kind::Other => Ok(Body::Legacy),
    }
}

/// Reads a body of change notifications, and how many of them cannot be read.
///
/// # Errors
///
/// [`UnreadableBody`] where the body is no such collection, has more than [`MAX_BODY_OBJECTS`], or
/// none of its notifications can be read.
pub fn read_changes(body: &[u8]) -> Result<(ChangeNotificationCollection, usize), UnreadableBody> {
    let body = text(body)?;
    match serde_json::from_str::<ChangeNotificationCollection>(body) {
        Ok(changes) if changes.value.get().is_some() => return Ok((changes, 0)),
        Ok(_) => return Err(UnreadableBody),
        Err(error) if !error.is_data() => return Err(UnreadableBody),
        Err(_) => {}
    }
    let outline = Outline::<ChangeNotification>::of(body)?;
    let (items, unreadable) = outline.items.ok_or(UnreadableBody)?;
    if items.is_empty() && unreadable > 0 {
        return Err(UnreadableBody);
    }
    let tokens = wire::read::<Vec<Sensitive>, _>(outline.validation_tokens);
    let tokens = tokens.map(|(tokens, _)| tokens).unwrap_or_default();
    let changes = ChangeNotificationCollection::new().value(items).validation_tokens(tokens);
    Ok((changes, unreadable))
}

/// The text of a body that is small enough in every way.
fn text(body: &[u8]) -> Result<&str, UnreadableBody> {
    if memchr::memchr_iter(b'{', body).count() > MAX_BODY_OBJECTS {
        return Err(UnreadableBody);
    }
    std::str::from_utf8(without_mark(body)).map_err(|_| UnreadableBody)
}

fn read<'de, T: Deserialize<'de>>(body: &'de str) -> Result<T, UnreadableBody> {
    serde_json::from_str(body).map_err(|_| UnreadableBody)
}

fn about(data: ResourceData) -> CommsNotification {
    let mut notification = CommsNotification::new().resource_data(data);
    // It came on its own, so nothing named the type of an envelope.
    notification.additional.forget_type();
    notification
}

/// A body seen from afar: its list item by item, and what its other properties say it is.
struct Outline<T> {
    /// The items that could be read, and how many could not.
    items: Option<(Vec<T>, usize)>,
    kind: Kind,
    validation_tokens: Value,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Other,
    Batch,
    Joining,
    Left,
    Notification,
}

impl Kind {
    fn of_type(name: &str) -> Self {
        if same_type(name, CommsNotifications::TYPE) {
            Self::Batch
        } else if same_type(name, ParticipantJoiningNotification::TYPE) {
            Self::Joining
        } else if same_type(name, ParticipantLeftNotification::TYPE) {
            Self::Left
        } else {
            Self::Other
        }
    }
}

impl<T: Wire> Outline<T> {
    fn of(body: &str) -> Result<Self, UnreadableBody> {
        let mut outline = Self { items: None, kind: Kind::Other, validation_tokens: Value::Null };
        let mut deserializer = serde_json::Deserializer::from_str(body);
        wire::hand(&mut deserializer, &mut outline)
            .and_then(|()| deserializer.end())
            .map_err(|_| UnreadableBody)?;
        Ok(outline)
    }
}

impl<T: Wire> Take for Outline<T> {
    fn take(&mut self, incoming: Incoming<'_>) -> Result<(), Stop> {
        let Incoming::Object(pairs) = incoming else { return Err(incoming.refused("an object")) };
        while let Some(name) = pairs.next_name()? {
            if name.eq_ignore_ascii_case("value") {
                let mut items = Items(None);
                pairs.value(&name, &mut items)?;
                self.items = items.0;
            } else if name == "@odata.type" {
                let kind = Kind::of_type(pairs.keep()?.as_str().unwrap_or_default());
                self.kind = self.kind.max(kind);
            } else if name.eq_ignore_ascii_case("validationTokens") {
                self.validation_tokens = pairs.keep()?;
            } else {
                if name.eq_ignore_ascii_case("changeType") {
                    self.kind = Kind::Notification;
                }
                pairs.keep()?;
            }
        }
        Ok(())
    }
}

/// The items of a list that can be read, and how many cannot; none of what is no list.
struct Items<T>(Option<(Vec<T>, usize)>);

impl<T: Wire> Take for Items<T> {
    fn take(&mut self, incoming: Incoming<'_>) -> Result<(), Stop> {
        let Incoming::List(list) = incoming else { return incoming.into_value().map(drop) };
        let (mut items, mut unreadable) = (Vec::new(), 0);
        while let Some(item) = list.keep()? {
            match wire::read(item) {
                Ok((item, _)) => items.push(item),
                Err(_) => unreadable += 1,
            }
        }
        self.0 = Some((items, unreadable));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape(body: &Value) -> Option<(usize, usize)> {
        match read_body(body.to_string().as_bytes()) {
            Ok(Body::Notifications { notifications, unreadable }) => {
                Some((notifications.value.items().len(), unreadable))
            }
            Ok(Body::Legacy) => None,
            Err(UnreadableBody) => Some((usize::MAX, usize::MAX)),
        }
    }

    #[test]
    fn an_odd_notification_does_not_cost_the_others() {
        const UNREADABLE: Option<(usize, usize)> = Some((usize::MAX, usize::MAX));
        let good = json!({"changeType": "updated", "resourceUrl": "/communications/calls/c"});
        let odd = json!({"changeType": {}});
        for (body, wanted) in [
            (json!({ "value": [good, good] }), Some((2, 0))),
            (json!({ "VALUE": [odd, good, 7] }), Some((1, 2))),
            (json!({ "value": [odd] }), UNREADABLE),
            (json!({ "value": [] }), Some((0, 0))),
            (json!({ "value": null }), None),
            (json!({ "value": 5, "a": [] }), None),
            (json!({"value": {"a": 1}, "changeType": "updated"}), Some((1, 0))),
            (good.clone(), Some((1, 0))),
            (odd, UNREADABLE),
            (json!({"@odata.type": "#Microsoft.Graph.CommsNotifications"}), Some((0, 0))),
            (json!({"@odata.type": 5}), None),
            (json!([good]), UNREADABLE),
            (json!(5), UNREADABLE),
        ] {
            assert_eq!(shape(&body), wanted, "{body}");
        }
        assert_eq!(read_body(b"{\"value\": [").err(), Some(UnreadableBody));
        let deep = format!("{{\"value\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        assert_eq!(read_body(deep.as_bytes()).err(), Some(UnreadableBody));
    }

    #[test]
    fn a_participant_about_to_join_may_come_with_or_without_an_envelope() {
        let joining = json!({
            "@odata.type": "#microsoft.graph.participantJoiningNotification",
            "call": {"@odata.type": "#microsoft.graph.call", "id": "c"}
        });
        let inside = json!({"value": [{
            "changeType": "updated", "resourceUrl": "/communications/calls/c", "resourceData": joining
        }]});
        for body in [joining, inside] {
            let Ok(Body::Notifications { notifications, .. }) =
                read_body(body.to_string().as_bytes())
            else {
                panic!("{body}")
            };
            let item = &notifications.value.items()[0];
            let Some(ResourceData::Joining(joining)) = item.resource_data.get() else {
                panic!("{body}")
            };
            assert_eq!(joining.call.get().unwrap().id.text(), Some("c"));
            assert_eq!(item.call_key().as_deref(), Some("c"), "{body}");
        }
    }
}
