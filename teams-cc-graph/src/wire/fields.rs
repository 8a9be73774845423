//! Reading the named properties of an object.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{
    Additional, Wire,
    depth::Level,
    discriminator::{ODATA_TYPE, TypeName},
    refusal::{refused, within},
};

/// An object whose properties have numbers.
pub(crate) trait Fields: Wire + Default {
    /// The names of the properties, by number; at most [`MAX_FIELDS`].
    const NAMES: &'static [&'static str];

    /// Reads one property; the result is what was received, where writing would spell it
    /// otherwise.
    fn read_slot<'de, D: Deserializer<'de>>(
        &mut self,
        slot: usize,
        deserializer: D,
    ) -> Result<Option<Value>, D::Error>;

    /// Settles what depends on several properties, once all are read.
    fn settle(&mut self) -> Result<(), serde_json::Error> {
        Ok(())
    }

    fn unnamed(&mut self) -> &mut Additional;
}

/// A type that reads itself from an object whose discriminator may have been read already.
pub(crate) trait FromObject: Wire {
    /// Reads what is left of an object.
    fn read_object<'de, A: MapAccess<'de>>(
        map: A,
        name: Option<TypeName<'de>>,
    ) -> Result<Self, A::Error>;

    /// The discriminator that was received, where it is not the type's own.
    fn received_type(&self) -> Option<&Value>;
}

/// The most properties of one type.
const MAX_FIELDS: usize = 128;

/// Reads an object from its beginning.
pub(crate) fn read_fields<'de, T: Fields, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(FieldsVisitor(PhantomData))
}

/// Reads what is left of an object whose discriminator may have been read already.
///
/// The last of several equal names wins, as in [`Value`]. A name that differs in case alone
/// (`subCode`) is taken for the property, unless that comes under its own name too.
pub(crate) fn read_rest<'de, T: Fields, A: MapAccess<'de>>(
    mut map: A,
    mut name: Option<TypeName<'de>>,
) -> Result<T, A::Error> {
    const { assert!(T::NAMES.len() <= MAX_FIELDS, "a bit set counts the properties") }
    let _level = Level::enter()?;
    let mut this = T::default();
    let mut seen = 0_u128;
    let mut additional = Additional::default();
    // A map, for a property has as many spellings as a hostile body cares to send.
    let mut misspelled = Map::new();
    while let Some(key) = map.next_key_seed(ReadKey(T::NAMES))? {
        match key {
            Key::Slot(slot, property) => {
                let received = map
                    .next_value_seed(ReadSlot { this: &mut this, slot })
                    .map_err(|error| within(error, property))?;
                additional.spelled(property, received);
                seen |= 1 << slot;
            }
            Key::Discriminator => name = Some(map.next_value()?),
            Key::Misspelled(key) => {
                misspelled.insert(key, map.next_value()?);
            }
            Key::Unnamed(key) => {
                additional.insert(key, map.next_value::<Value>()?);
            }
        }
    }
    for (key, value) in misspelled {
        if let Some((slot, property)) = meant(T::NAMES, &key)
            && seen & 1 << slot == 0
        {
            let received = this
                .read_slot(slot, value)
                .map_err(|error| A::Error::custom(within(error, property)))?;
            additional.renamed(property, key, received);
            seen |= 1 << slot;
        } else {
            additional.insert(key, value);
        }
    }
    additional.named(name, T::TYPE);
    *this.unnamed() = additional;
    this.settle().map_err(A::Error::custom)?;
    Ok(this)
}

struct FieldsVisitor<T>(PhantomData<T>);

impl<'de, T: Fields> Visitor<'de> for FieldsVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        read_rest(map, None)
    }

    refused! { self => "an object"; null scalar wide list }
}

struct ReadSlot<'a, T> {
    this: &'a mut T,
    slot: usize,
}

impl<'de, T: Fields> DeserializeSeed<'de> for ReadSlot<'_, T> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.this.read_slot(self.slot, deserializer)
    }
}

/// What a property's name stands for.
pub(super) enum Key {
    Slot(usize, &'static str),
    Discriminator,
    /// A property by a name that differs in case.
    Misspelled(String),
    Unnamed(String),
}

/// Reads a property's name and finds the property.
pub(super) struct ReadKey(pub(super) &'static [&'static str]);

impl ReadKey {
    fn find(&self, name: &str) -> Option<Key> {
        let mut known = (0..).zip(self.0);
        if let Some((slot, property)) = known.find(|(_, known)| **known == name) {
            return Some(Key::Slot(slot, property));
        }
        (name == ODATA_TYPE).then_some(Key::Discriminator)
    }

    fn other(&self, name: String) -> Key {
        match meant(self.0, &name) {
            Some(_) => Key::Misspelled(name),
            None => Key::Unnamed(name),
        }
    }
}

/// The property whose name differs from this one in case at most.
fn meant(names: &'static [&'static str], name: &str) -> Option<(usize, &'static str)> {
    let mut known = (0..).zip(names.iter().copied());
    known.find(|(_, known)| known.eq_ignore_ascii_case(name))
}

impl<'de> DeserializeSeed<'de> for ReadKey {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for ReadKey {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
        Ok(self.find(name).unwrap_or_else(|| self.other(name.to_owned())))
    }

    fn visit_string<E: Error>(self, name: String) -> Result<Key, E> {
        Ok(self.find(&name).unwrap_or_else(|| self.other(name)))
    }
}
