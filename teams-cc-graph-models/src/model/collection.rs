//! An OData collection.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::wire::{
    self, Additional, AnyField, Field, Fields, Incoming, Outgoing, Slot, Stop, Table, Taken, Wire,
    take_object,
};

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

impl<T: Wire> Fields for Collection<T> {
    fn table(&self) -> &'static Table {
        const { &Table::new("Collection", "", &["@odata.nextLink", "value"], &["next_link", "value"]) }
    }

    fn field(&self, slot: usize) -> Option<&dyn AnyField> {
        match slot {
            0 => Some(&self.next_link),
            1 => Some(&self.value),
            _ => None,
        }
    }

    fn field_mut(&mut self, slot: usize) -> Option<&mut dyn AnyField> {
        match slot {
            0 => Some(&mut self.next_link),
            1 => Some(&mut self.value),
            _ => None,
        }
    }

    fn unnamed(&self) -> &Additional {
        &self.additional
    }

    fn unnamed_mut(&mut self) -> &mut Additional {
        &mut self.additional
    }

    fn settle(&mut self) -> Result<(), Stop> {
        Ok(())
    }
}

impl<T: Wire> Slot for Collection<T> {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        take_object(self, incoming)
    }

    fn give(&self) -> Outgoing<'_> {
        Outgoing::Object(self)
    }
}

impl<T: Wire> Wire for Collection<T> {
    fn blank() -> Self {
        Self::default()
    }
}

impl<T: Wire> Serialize for Collection<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.give().serialize(serializer)
    }
}

impl<'de, T: Wire> Deserialize<'de> for Collection<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::read(deserializer).map(|(collection, _)| collection)
    }
}
