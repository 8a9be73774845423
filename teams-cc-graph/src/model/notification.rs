//! What the service posts to a callback: [commsNotifications](https://learn.microsoft.com/graph/api/resources/commsnotifications).

use std::fmt;

use serde::{
    Deserializer, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::SeqAccessDeserializer},
};
use serde_json::Value;

use super::{
    Call, CommsNotification, CommsOperation, ContentSharingSession, Participant,
    ParticipantJoiningNotification, ParticipantLeftNotification,
};
use crate::wire::{
    Choice, Field, FromObject, Object, TypeName, Wire, read_choice_rest, refused, same_type, within,
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
pub(super) fn settle(notification: &mut CommsNotification) -> Result<(), serde_json::Error> {
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
        (ResourceData::Others(objects), ["participants", ..]) => objects
            .into_iter()
            .map(read_as)
            .collect::<Result<_, _>>()
            .map(ResourceData::Participants),
        (ResourceData::Others(objects), ["contentsharingsessions", ..]) => objects
            .into_iter()
            .map(read_as)
            .collect::<Result<_, _>>()
            .map(ResourceData::ContentSharingSessions),
        (ResourceData::Other(object), [_, "participants"]) => {
            read_as(object).map(ResourceData::Participant)
        }
        (ResourceData::Other(object), [_, "contentsharingsessions"]) => {
            read_as(object).map(ResourceData::ContentSharingSession)
        }
        (ResourceData::Other(object), [_, "calls"]) => read_as(object).map(ResourceData::Call),
        (ResourceData::Other(object), [_, "operations"]) => {
            read_as(object).map(ResourceData::Operation)
        }
        (data, _) => Ok(data),
    };
    notification.resource_data =
        Field::Value(settled.map_err(|error| within(error, "resourceData"))?);
    Ok(())
}

fn read_as<T: Wire>(object: Object) -> Result<T, serde_json::Error> {
    T::read(Value::Object(object.into_map())).map(|(value, _)| value)
}

impl Wire for ResourceData {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error> {
        deserializer.deserialize_any(ResourceVisitor).map(|data| (data, None))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Call(call) => call.write(serializer),
            Self::Operation(operation) => operation.write(serializer),
            Self::Participants(participants) => participants.write(serializer),
            Self::Participant(participant) => participant.write(serializer),
            Self::ContentSharingSessions(sessions) => sessions.write(serializer),
            Self::ContentSharingSession(session) => session.write(serializer),
            Self::Joining(notification) => notification.write(serializer),
            Self::Left(notification) => notification.write(serializer),
            Self::Others(objects) => objects.write(serializer),
            Self::Other(object) => object.write(serializer),
        }
    }
}

/// One object, by its type.
impl Choice for ResourceData {
    const UNNAMED: Option<usize> = None;
    const STRANGE: Option<usize> = None;

    fn subtype(name: &str) -> Option<usize> {
        let end = name.len().checked_sub(OPERATION.len());
        let end = end.and_then(|start| name.get(start..));
        if end.is_some_and(|end| end.eq_ignore_ascii_case(OPERATION)) {
            return Some(NAMED.len());
        }
        NAMED.iter().position(|known| same_type(name, known))
    }

    fn read_subtype<'de, A: MapAccess<'de>>(
        subtype: usize,
        map: A,
        name: Option<TypeName<'de>>,
    ) -> Result<Self, A::Error> {
        match subtype {
            0 => Box::read_object(map, name).map(Self::Call),
            1 => Box::read_object(map, name).map(Self::Participant),
            2 => Box::read_object(map, name).map(Self::ContentSharingSession),
            3 => Box::read_object(map, name).map(Self::Joining),
            4 => Box::read_object(map, name).map(Self::Left),
            _ => Box::read_object(map, name).map(Self::Operation),
        }
    }

    fn unknown(object: Object) -> Option<Self> {
        Some(Self::Other(object))
    }

    fn received_type(&self) -> Option<&Value> {
        match self {
            Self::Call(call) => FromObject::received_type(call),
            Self::Operation(operation) => FromObject::received_type(operation),
            Self::Participant(participant) => FromObject::received_type(participant),
            Self::ContentSharingSession(session) => FromObject::received_type(session),
            Self::Joining(notification) => FromObject::received_type(notification),
            Self::Left(notification) => FromObject::received_type(notification),
            Self::Participants(_)
            | Self::ContentSharingSessions(_)
            | Self::Others(_)
            | Self::Other(_) => None,
        }
    }
}

/// What one object is named, in the order `read_subtype` knows; operations come after.
const NAMED: [&str; 5] = [
    Call::TYPE,
    Participant::TYPE,
    ContentSharingSession::TYPE,
    ParticipantJoiningNotification::TYPE,
    ParticipantLeftNotification::TYPE,
];

/// How the names of all operations end.
const OPERATION: &str = "operation";

struct ResourceVisitor;

impl<'de> Visitor<'de> for ResourceVisitor {
    type Value = ResourceData;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ResourceData, A::Error> {
        read_choice_rest(map, None)
    }

    /// A list of what an item names, where none names another type.
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<ResourceData, A::Error> {
        let (items, _) = <Vec<Item>>::read(SeqAccessDeserializer::new(list))?;
        let named = |kind: fn(&Item) -> bool| {
            items.iter().any(kind)
                && items.iter().all(|item| match item {
                    Item::Unknown(object) => object.odata_type().is_none(),
                    item => kind(item),
                })
        };
        let roster = named(|item| matches!(item, Item::Participant(_)));
        let shared = named(|item| matches!(item, Item::ContentSharingSession(_)));
        let items = items.into_iter();
        if roster {
            let roster = items.map(Item::into_participant).collect::<Result<_, _>>();
            roster.map(ResourceData::Participants)
        } else if shared {
            let sessions = items.map(Item::into_session).collect::<Result<_, _>>();
            sessions.map(ResourceData::ContentSharingSessions)
        } else {
            let objects = items.map(Item::into_object).collect::<Result<_, _>>();
            objects.map(ResourceData::Others)
        }
        .map_err(A::Error::custom)
    }

    refused! { self => "an object or a list"; null scalar wide }
}

polymorphic! {
    /// One item of a list.
    enum Item {
        /// A participant by name.
        Participant(Participant),
        /// A share of content by name.
        ContentSharingSession(ContentSharingSession),
    }
}

impl Item {
    fn into_participant(self) -> Result<Participant, serde_json::Error> {
        match self {
            Self::Participant(participant) => Ok(participant),
            item => read_as(item.into_object()?),
        }
    }

    fn into_session(self) -> Result<ContentSharingSession, serde_json::Error> {
        match self {
            Self::ContentSharingSession(session) => Ok(session),
            item => read_as(item.into_object()?),
        }
    }

    fn into_object(self) -> Result<Object, serde_json::Error> {
        let value = match self {
            Self::Participant(participant) => serde_json::to_value(participant)?,
            Self::ContentSharingSession(session) => serde_json::to_value(session)?,
            Self::Unknown(object) => return Ok(object),
        };
        Object::read(value).map(|(object, _)| object)
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
