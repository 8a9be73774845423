//! What the service posts to a callback: [commsNotifications](https://learn.microsoft.com/graph/api/resources/commsnotifications).

use std::fmt;

use serde::{
    Deserializer, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::SeqAccessDeserializer},
};
use serde_json::Value;

use super::{
    Call, CommsNotification, CommsOperation, Participant, ParticipantJoiningNotification,
    ParticipantLeftNotification,
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
    /// A participant about to join a call that the app records; the app has to answer how.
    Joining(Box<ParticipantJoiningNotification>),
    /// A participant that left a call the app records.
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
            Self::Joining(joining) => joining.write(serializer),
            Self::Left(left) => left.write(serializer),
            Self::Others(objects) => objects.write(serializer),
            Self::Other(object) => object.write(serializer),
        }
    }
}

/// One object: calls and operations by their types.
impl Choice for ResourceData {
    const UNNAMED: Option<usize> = None;
    const STRANGE: Option<usize> = None;

    fn subtype(name: &str) -> Option<usize> {
        let end = name.len().checked_sub(OPERATION.len());
        let end = end.and_then(|start| name.get(start..));
        if end.is_some_and(|end| end.eq_ignore_ascii_case(OPERATION)) {
            return Some(0);
        }
        let known =
            [Call::TYPE, ParticipantJoiningNotification::TYPE, ParticipantLeftNotification::TYPE];
        let known = known.iter().position(|known| same_type(name, known));
        known.map(|known| known + 1)
    }

    fn read_subtype<'de, A: MapAccess<'de>>(
        subtype: usize,
        map: A,
        name: Option<TypeName<'de>>,
    ) -> Result<Self, A::Error> {
        match subtype {
            0 => Box::read_object(map, name).map(Self::Operation),
            1 => Box::read_object(map, name).map(Self::Call),
            2 => Box::read_object(map, name).map(Self::Joining),
            _ => Box::read_object(map, name).map(Self::Left),
        }
    }

    fn unknown(object: Object) -> Option<Self> {
        Some(Self::Other(object))
    }

    fn received_type(&self) -> Option<&Value> {
        match self {
            Self::Call(call) => FromObject::received_type(call),
            Self::Operation(operation) => FromObject::received_type(operation),
            Self::Joining(joining) => FromObject::received_type(joining),
            Self::Left(left) => FromObject::received_type(left),
            Self::Participants(_) | Self::Others(_) | Self::Other(_) => None,
        }
    }
}

/// How the names of all operations end.
const OPERATION: &str = "operation";

struct ResourceVisitor;

impl ResourceVisitor {
    fn expected(&self) -> &'static str {
        "an object or a list"
    }
}

impl<'de> Visitor<'de> for ResourceVisitor {
    type Value = ResourceData;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ResourceData, A::Error> {
        read_choice_rest(map, None)
    }

    /// A roster where an item names its type so and none names another.
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<ResourceData, A::Error> {
        let (items, _) = <Vec<Item>>::read(SeqAccessDeserializer::new(list))?;
        let named = items.iter().any(|item| matches!(item, Item::Participant(_)));
        let other = items
            .iter()
            .any(|item| matches!(item, Item::Unknown(object) if object.odata_type().is_some()));
        if named && !other {
            let roster = items.into_iter().map(Item::into_participant);
            roster.collect::<Result<_, _>>().map(ResourceData::Participants)
        } else {
            let objects = items.into_iter().map(Item::into_object);
            objects.collect::<Result<_, _>>().map(ResourceData::Others)
        }
        .map_err(A::Error::custom)
    }

    refused! { Self::expected; null scalar wide }
}

polymorphic! {
    /// One item of a list.
    enum Item {
        /// A participant by name.
        Participant(Participant),
    }
}

impl Item {
    fn into_participant(self) -> Result<Participant, serde_json::Error> {
        match self {
            Self::Participant(participant) => Ok(participant),
            Self::Unknown(object) => read_as(object),
        }
    }

    fn into_object(self) -> Result<Object, serde_json::Error> {
        match self {
            Self::Participant(participant) => {
                Object::read(serde_json::to_value(participant)?).map(|(object, _)| object)
            }
            Self::Unknown(object) => Ok(object),
        }
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
