//! An OData collection.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::wire::{Additional, Field, Fields, ObjectWriter, Wire, read_field, read_fields};

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

impl<T> Default for Collection<T> {
    fn default() -> Self {
        Self { value: Field::Missing, next_link: Field::Missing, additional: Additional::default() }
    }
}

impl<T: Wire + PartialEq> Fields for Collection<T> {
    const NAMES: &'static [&'static str] = &["value", "@odata.nextLink"];

    fn read_slot<'de, D: Deserializer<'de>>(
        &mut self,
        slot: usize,
        deserializer: D,
    ) -> Result<Option<Value>, D::Error> {
        match slot {
            0 => read_field(&mut self.value, deserializer),
            _ => read_field(&mut self.next_link, deserializer),
        }
    }

    fn unnamed(&mut self) -> &mut Additional {
        &mut self.additional
    }
}

impl<T: Wire + PartialEq> Wire for Collection<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error> {
        read_fields(deserializer).map(|this| (this, None))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::begin(serializer, &self.additional, "")?;
        object.put("@odata.nextLink", &self.next_link)?;
        object.put("value", &self.value)?;
        object.end()
    }
}

impl<T: Wire + PartialEq> Serialize for Collection<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.write(serializer)
    }
}

impl<'de, T: Wire + PartialEq> Deserialize<'de> for Collection<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_fields(deserializer)
    }
}
