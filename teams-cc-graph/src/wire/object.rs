//! An object whose type this crate does not model.

use std::fmt;

use serde::{
    Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{Wire, discriminator::ODATA_TYPE, refusal::refused};

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
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error> {
        deserializer.deserialize_any(ObjectVisitor).map(|map| (Self(map), None))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, value)) = object.next_entry()? {
            map.insert(name, value);
        }
        Ok(map)
    }

    refused! { self => "an object"; null scalar wide list }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("odata_type", &self.odata_type())
            .field("properties", &self.0.keys().collect::<Vec<_>>())
            .finish()
    }
}
