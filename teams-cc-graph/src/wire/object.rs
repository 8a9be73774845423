//! An object whose type this crate does not model.

use std::fmt;

use serde_json::{Map, Value};

use super::additional::ODATA_TYPE;
use super::value::object_of;
use super::{DecodeError, Wire};

/// A Graph object of a type this crate does not model, kept whole.
///
/// Debug shows the type and the property names, not the values.
#[derive(Clone, Default, PartialEq)]
pub struct Object(Map<String, Value>);

impl Object {
    /// The `@odata.type`, as it was spelled.
    pub fn odata_type(&self) -> Option<&str> {
        self.0.get(ODATA_TYPE).and_then(Value::as_str)
    }

    /// A property by its exact name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The object as JSON.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl From<Map<String, Value>> for Object {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

impl Wire for Object {
    fn decode(value: Value) -> Result<Self, DecodeError> {
        object_of(value).map(Self)
    }

    fn encode(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("odata_type", &self.odata_type())
            .field("properties", &self.0.keys().collect::<Vec<_>>())
            .finish()
    }
}
