//! An OData collection.

use serde_json::Value;

use crate::wire::{Additional, DecodeError, Field, Reader, Wire};

/// A page of a collection; what stands beside `value` is kept.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Collection<T> {
    /// The items of this page; missing and null mean none.
    pub value: Field<Vec<T>>,
    /// Where the next page is, for as long as there is one.
    pub next_link: Field<String>,
    /// Annotations beside the items.
    pub additional: Additional,
}

impl<T> Collection<T> {
    /// The items of this page.
    #[must_use]
    pub fn items(&self) -> &[T] {
        self.value.items()
    }

    /// The items of this page, owned.
    #[must_use]
    pub fn into_items(self) -> Vec<T> {
        self.value.into_option().unwrap_or_default()
    }
}

#[expect(private_bounds, reason = "the reading trait is the crate's own, and every model has it")]
impl<T: Wire + PartialEq> Collection<T> {
    fn read(value: Value) -> Result<Self, DecodeError> {
        let Value::Object(map) = value else {
            return Err(DecodeError::new("an object", &value));
        };
        let mut reader = Reader::new(map, "");
        let value = reader.take("value")?;
        let next_link = reader.take("@odata.nextLink")?;
        let additional = reader.finish();
        Ok(Self { value, next_link, additional })
    }

    fn write(&self) -> Value {
        let mut map = self.additional.begin("");
        self.additional.put(&mut map, "@odata.nextLink", &self.next_link);
        self.additional.put(&mut map, "value", &self.value);
        self.additional.finish(&mut map);
        Value::Object(map)
    }
}

impl<T: Wire + PartialEq> serde::Serialize for Collection<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.write().serialize(serializer)
    }
}

impl<'de, T: Wire + PartialEq> serde::Deserialize<'de> for Collection<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
