//! What the name of a property stands for.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, Visitor},
};

use super::{discriminator::ODATA_TYPE, incoming::Put, tape::Tape};

/// What a property's name stands for.
pub(crate) enum Key {
    Slot(usize, &'static str),
    Discriminator,
    /// A property by a name that differs in case, and its number.
    Misspelled(String, usize),
    Unnamed(String),
}

impl Key {
    /// Finds a name among these, which differ in more than case; the search begins with the one
    /// numbered `likely`.
    pub(super) fn find(names: &'static [&'static str], likely: usize, name: &str) -> Self {
        if let Some(&property) = names.get(likely)
            && property == name
        {
            return Self::Slot(likely, property);
        }
        if name == ODATA_TYPE {
            return Self::Discriminator;
        }
        let from = likely.min(names.len());
        let (before, behind) = names.split_at(from);
        for (nth, &property) in behind.iter().chain(before).enumerate() {
            if property.eq_ignore_ascii_case(name) {
                let slot = if nth < behind.len() { from + nth } else { nth - behind.len() };
                return if property == name {
                    Self::Slot(slot, property)
                } else {
                    Self::Misspelled(name.to_owned(), slot)
                };
            }
        }
        Self::Unnamed(name.to_owned())
    }
}

/// Reads a property's name and finds the property.
pub(super) struct ReadKey {
    pub(super) names: &'static [&'static str],
    pub(super) likely: usize,
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
        Ok(Key::find(self.names, self.likely, name))
    }
}

/// Puts a property's name on a tape.
pub(super) struct PutName<'a>(pub(super) &'a mut Tape);

impl PutName<'_> {
    pub(super) fn put(self, name: &str) -> Put {
        if name == ODATA_TYPE {
            return Put::Discriminator;
        }
        self.0.text(name);
        Put::Name
    }
}

impl<'de> DeserializeSeed<'de> for PutName<'_> {
    type Value = Put;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Put, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for PutName<'_> {
    type Value = Put;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Put, E> {
        Ok(self.put(name))
    }
}
