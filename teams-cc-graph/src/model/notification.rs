//! What the service posts to a callback: [commsNotifications](https://learn.microsoft.com/graph/api/resources/commsnotifications).

use serde_json::Value;

use super::{Call, CommsNotification, CommsOperation, Participant};
use crate::wire::{DecodeError, Field, Object, Wire, same_type};

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
    #[must_use]
    pub fn call_key(&self) -> Option<String> {
        let mut segments = self.path()?.split('/').filter(|segment| !segment.is_empty());
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

/// Read an untyped resource by what its path says it is.
pub(super) fn settle(notification: &mut CommsNotification) -> Result<(), DecodeError> {
    let path = notification.path().unwrap_or_default().to_ascii_lowercase();
    let path = path.trim_end_matches('/');
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
    let Field::Value(data) = std::mem::take(&mut notification.resource_data) else {
        return Ok(());
    };
    let tail: Vec<&str> = path.rsplit('/').take(2).collect();
    let settled = match (data, tail.as_slice()) {
        (ResourceData::Others(objects), ["participants", ..]) => {
            Participant::list(objects).map(ResourceData::Participants)
        }
        (ResourceData::Other(object), [_, "calls"]) => {
            Call::decode(object.encode()).map(|call| ResourceData::Call(Box::new(call)))
        }
        (ResourceData::Other(object), [_, "operations"]) => CommsOperation::decode(object.encode())
            .map(|operation| ResourceData::Operation(Box::new(operation))),
        (data, _) => Ok(data),
    };
    notification.resource_data =
        Field::Value(settled.map_err(|error| error.within("resourceData"))?);
    Ok(())
}

impl Participant {
    fn list(objects: Vec<Object>) -> Result<Vec<Self>, DecodeError> {
        objects.into_iter().map(|object| Self::decode(Value::Object(object.into_map()))).collect()
    }
}

impl Wire for ResourceData {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        let type_of = |value: &Value| {
            value.get("@odata.type").and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        if let Value::Array(items) = &value {
            let roster = !items.is_empty()
                && items.iter().any(|item| same_type(&type_of(item), Participant::TYPE))
                && items.iter().all(|item| {
                    let name = type_of(item);
                    name.is_empty() || same_type(&name, Participant::TYPE)
                });
            return if roster {
                Vec::decode(value).map(Self::Participants)
            } else {
                Vec::decode(value).map(Self::Others)
            };
        }
        let name = type_of(&value);
        if same_type(&name, Call::TYPE) {
            return Call::decode(value).map(|call| Self::Call(Box::new(call)));
        }
        if name.to_ascii_lowercase().ends_with("operation") {
            return CommsOperation::decode(value).map(|it| Self::Operation(Box::new(it)));
        }
        Object::decode(value).map(Self::Other)
    }

    fn encode(&self) -> Value {
        match self {
            Self::Call(call) => call.encode(),
            Self::Operation(operation) => operation.encode(),
            Self::Participants(participants) => participants.encode(),
            Self::Others(objects) => objects.encode(),
            Self::Other(object) => object.encode(),
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
