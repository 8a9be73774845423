//! What the service posts to a callback: [commsNotifications](https://learn.microsoft.com/graph/api/resources/commsnotifications).

mod item;

use super::{
    Call, CommsNotification, CommsOperation, ContentSharingSession, Participant,
    ParticipantJoiningNotification, ParticipantLeftNotification,
};
use crate::wire::{
    Choice, Field, Incoming, Object, Outgoing, Slot, Stop, Subtypes, Taken, Wire, take_choice,
};

/// The resource a notification is about.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ResourceData {
    /// A call.
    Call(Box<Call>),
    /// An operation of a call.
    Operation(Box<CommsOperation>),
    /// Participants of a call: the whole roster, or what changed in it.
    Participants(Vec<Participant>),
    /// One participant of a call.
    Participant(Box<Participant>),
    /// What is shared in a call.
    ContentSharingSessions(Vec<ContentSharingSession>),
    /// One share of content in a call.
    ContentSharingSession(Box<ContentSharingSession>),
    /// A participant is about to join, and the app has to answer how.
    Joining(Box<ParticipantJoiningNotification>),
    /// A participant the app records has left.
    Left(Box<ParticipantLeftNotification>),
    /// A list of objects of a type this crate does not model.
    Others(Vec<Object>),
    /// An object of a type this crate does not model.
    Other(Object),
}

impl CommsNotification {
    /// The path of the resource, the newer form before the older.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.resource_url.text().or_else(|| self.resource.text())
    }

    /// The call in the path, lower case and without dashes, to compare with [`call_key`].
    ///
    /// A participant that joins or leaves may come without a path; then its call is taken.
    #[must_use]
    pub fn call_key(&self) -> Option<String> {
        let Some(path) = self.path() else {
            let call = match self.resource_data.get()? {
                ResourceData::Joining(joining) => joining.call.get(),
                ResourceData::Left(left) => left.call.get(),
                _ => None,
            };
            return call?.id.text().map(call_key);
        };
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        segments.find(|segment| segment.eq_ignore_ascii_case("calls"))?;
        segments.next().map(call_key)
    }

    /// The call, where the notification is about one.
    #[must_use]
    pub fn call(&self) -> Option<&Call> {
        match self.resource_data.get()? {
            ResourceData::Call(call) => Some(call),
            _ => None,
        }
    }

    /// The operation, where the notification is about one.
    #[must_use]
    pub fn operation(&self) -> Option<&CommsOperation> {
        match self.resource_data.get()? {
            ResourceData::Operation(operation) => Some(operation),
            _ => None,
        }
    }

    /// The participants, where the notification is about the roster.
    #[must_use]
    pub fn participants(&self) -> Option<&[Participant]> {
        match self.resource_data.get()? {
            ResourceData::Participants(participants) => Some(participants),
            _ => None,
        }
    }
}

/// One form for the several spellings of a call id: lower case, no dashes.
///
/// The service writes one call as `57dab8b1-894c-…` in a response and as `57DAB8B1894C…` in a
/// notification.
#[must_use]
pub fn call_key(id: &str) -> String {
    id.chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect()
}

/// Reads an untyped resource by what its path says it is.
pub(super) fn settle(notification: &mut CommsNotification) -> Result<(), Stop> {
    let untyped = match notification.resource_data.get() {
        Some(ResourceData::Other(object)) => object.odata_type().is_none(),
        Some(ResourceData::Others(objects)) => {
            objects.iter().all(|object| object.odata_type().is_none())
        }
        _ => false,
    };
    if !untyped {
        return Ok(());
    }
    let path = notification.path().unwrap_or_default().to_ascii_lowercase();
    let tail: Vec<&str> = path.trim_end_matches('/').rsplit('/').take(2).collect();
    let Field::Value(data) = std::mem::take(&mut notification.resource_data) else {
        return Ok(());
    };
    let settled = match (data, tail.as_slice()) {
        (ResourceData::Others(objects), ["participants", ..]) => {
            all_as(objects).map(ResourceData::Participants)
        }
        (ResourceData::Others(objects), ["contentsharingsessions", ..]) => {
            all_as(objects).map(ResourceData::ContentSharingSessions)
        }
        (ResourceData::Others(objects), _) => {
            let objects = objects.into_iter().map(Object::settle).collect::<Result<_, _>>();
            objects.map(ResourceData::Others)
        }
        (ResourceData::Other(object), [_, "participants"]) => {
            object.settle_as().map(ResourceData::Participant)
        }
        (ResourceData::Other(object), [_, "contentsharingsessions"]) => {
            object.settle_as().map(ResourceData::ContentSharingSession)
        }
        (ResourceData::Other(object), [_, "calls"]) => object.settle_as().map(ResourceData::Call),
        (ResourceData::Other(object), [_, "operations"]) => {
            object.settle_as().map(ResourceData::Operation)
        }
        (ResourceData::Other(object), _) => object.settle().map(ResourceData::Other),
        (data, _) => Ok(data),
    };
    notification.resource_data = Field::Value(settled.map_err(|stop| stop.within("resourceData"))?);
    Ok(())
}

fn all_as<T: Wire>(objects: Vec<Object>) -> Result<Vec<T>, Stop> {
    objects.into_iter().map(Object::settle_as).collect()
}

impl Slot for ResourceData {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        match incoming {
            Incoming::List(_) => {
                let mut items = <Vec<item::Item>>::new();
                items.take(incoming)?;
                *self = item::settle(items)?;
                Ok(None)
            }
            Incoming::Object(_) => take_choice(self, incoming),
            other => Err(other.refused("an object or a list")),
        }
    }

    fn give(&self) -> Outgoing<'_> {
        match self {
            Self::Call(call) => call.give(),
            Self::Operation(operation) => operation.give(),
            Self::Participants(participants) => participants.give(),
            Self::Participant(participant) => participant.give(),
            Self::ContentSharingSessions(sessions) => sessions.give(),
            Self::ContentSharingSession(session) => session.give(),
            Self::Joining(notification) => notification.give(),
            Self::Left(notification) => notification.give(),
            Self::Others(objects) => objects.give(),
            Self::Other(object) => object.give(),
        }
    }
}

impl Wire for ResourceData {
    fn blank() -> Self {
        Self::Other(Object::blank())
    }
}

/// One object, by its type.
impl Choice for ResourceData {
    fn subtypes(&self) -> &'static Subtypes {
        &Subtypes {
            names: &[
                Call::TYPE,
                Participant::TYPE,
                ContentSharingSession::TYPE,
                ParticipantJoiningNotification::TYPE,
                ParticipantLeftNotification::TYPE,
            ],
            family: Some("operation"),
            unnamed: None,
            strange: None,
            settled_later: true,
        }
    }

    fn select(&mut self, subtype: usize) -> Option<&mut dyn Slot> {
        *self = match subtype {
            0 => Self::Call(Wire::blank()),
            1 => Self::Participant(Wire::blank()),
            2 => Self::ContentSharingSession(Wire::blank()),
            3 => Self::Joining(Wire::blank()),
            4 => Self::Left(Wire::blank()),
            _ => Self::Operation(Wire::blank()),
        };
        Some(match self {
            Self::Call(call) => call,
            Self::Operation(operation) => operation,
            Self::Participant(participant) => participant,
            Self::ContentSharingSession(session) => session,
            Self::Joining(notification) => notification,
            Self::Left(notification) => notification,
            Self::Other(object) => object,
            Self::Participants(_) | Self::ContentSharingSessions(_) | Self::Others(_) => {
                return None;
            }
        })
    }

    fn keep(&mut self, object: Object) -> bool {
        *self = Self::Other(object);
        true
    }
}

impl From<Call> for ResourceData {
    fn from(call: Call) -> Self {
        Self::Call(Box::new(call))
    }
}

impl From<CommsOperation> for ResourceData {
    fn from(operation: CommsOperation) -> Self {
        Self::Operation(Box::new(operation))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::CommsNotifications;

    /// What a notification about `path` carries, read and compared with what it is written as.
    fn data(path: &str, data: &Value) -> ResourceData {
        let body = json!({"value": [
            {"changeType": "updated", "resourceUrl": path, "resourceData": data}
        ]});
        let mut read: CommsNotifications = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), body);
        let notification = read.value.get_mut().unwrap().remove(0);
        notification.resource_data.into_option().unwrap()
    }

    /// Trap 29.
    #[test]
    fn a_resource_is_read_as_its_type_alone_or_in_a_list() {
        let typed = |name: &str| json!({"@odata.type": format!("#microsoft.graph.{name}")});
        let session = typed("contentSharingSession");
        let path = "/communications/calls/1/contentsharingsessions";
        assert!(matches!(data(path, &session), ResourceData::ContentSharingSession(_)));
        let sessions = json!([session, {"id": "2"}]);
        assert!(
            matches!(data(path, &sessions), ResourceData::ContentSharingSessions(it) if it.len() == 2)
        );
        assert!(matches!(data(path, &json!([])), ResourceData::ContentSharingSessions(_)));
        let participant = typed("participant");
        let path = "/communications/calls/1/participants";
        assert!(matches!(data(path, &participant), ResourceData::Participant(_)));
        assert!(matches!(
            data(path, &json!([participant, typed("contentSharingSession")])),
            ResourceData::Others(_)
        ));
        let joining = typed("participantJoiningNotification");
        assert!(matches!(data("/app/calls/1", &joining), ResourceData::Joining(_)));
        let left = typed("participantLeftNotification");
        assert!(matches!(data("/app/calls/1", &left), ResourceData::Left(_)));
    }

    #[test]
    fn an_untyped_resource_is_what_its_path_says() {
        for (path, wanted) in [
            ("communications/calls/1/", "Call"),
            ("/communications/calls/1/participants/2", "Participant"),
            ("/communications/calls/1/contentsharingsessions/2", "ContentSharingSession"),
            ("/app/calls/1/operations/2", "Operation"),
            ("/app/elsewhere", "Other"),
        ] {
            let shown = format!("{:?}", data(path, &json!({"id": "x"})));
            assert!(shown.starts_with(&format!("{wanted}(")), "{path}: {shown}");
        }
    }
}
