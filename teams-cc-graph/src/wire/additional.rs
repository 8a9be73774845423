//! What a model does not name, and how things were spelled.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::{DecodeError, Field, Wire};

/// Properties a model does not name, kept for reading and for the way back.
///
/// Debug shows the names alone: undeclared properties may hold numbers, names or tokens.
#[derive(Clone, Default)]
pub struct Additional {
    discriminator: Discriminator,
    map: Map<String, Value>,
    /// Received spellings of names and values that differ from the canonical ones.
    spelled: BTreeMap<&'static str, Spelling>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Discriminator {
    /// Made here: the type's own name is written.
    #[default]
    Own,
    /// Read from an object that named no type: none is written.
    Absent,
    /// Read from an object that named this type, right or wrong.
    Received(Value),
}

#[derive(Clone, Debug, Default)]
struct Spelling {
    name: Option<String>,
    value: Option<Value>,
}

impl Additional {
    /// Add or replace an undeclared property, for service features this crate does not know yet.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.map.insert(name.into(), value.into())
    }

    /// Remove an undeclared property.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name)
    }

    /// An undeclared property, by its exact name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name)
    }

    /// The undeclared properties in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.map.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there is no undeclared property.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The `@odata.type` that was received, as it was spelled.
    pub fn odata_type(&self) -> Option<&str> {
        match &self.discriminator {
            Discriminator::Received(value) => value.as_str(),
            Discriminator::Own | Discriminator::Absent => None,
        }
    }

    /// Take over the undeclared properties of a newer version of the same object.
    pub(crate) fn merge(&mut self, newer: Self) {
        for (name, value) in newer.map {
            self.map.insert(name, value);
        }
        for (name, spelling) in newer.spelled {
            self.spelled.insert(name, spelling);
        }
        if newer.discriminator != Discriminator::Absent {
            self.discriminator = newer.discriminator;
        }
    }

    pub(crate) fn from_object(mut map: Map<String, Value>) -> Self {
        let discriminator = match map.shift_remove(ODATA_TYPE) {
            Some(value) => Discriminator::Received(value),
            None => Discriminator::Absent,
        };
        Self { discriminator, map, spelled: BTreeMap::new() }
    }

    /// Take a named property out; its name may differ in case (`subCode`, `ConferenceId`).
    pub(crate) fn take<T: Wire>(&mut self, name: &'static str) -> Result<Field<T>, DecodeError> {
        let value = match self.map.shift_remove(name) {
            Some(value) => value,
            None => {
                let other = self.map.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
                let Some(other) = other else { return Ok(Field::Missing) };
                let value = self.map.shift_remove(&other).unwrap_or_default();
                self.spelled.entry(name).or_default().name = Some(other);
                value
            }
        };
        if value.is_null() {
            return Ok(Field::Null);
        }
        let spelling = T::RESPELLED.then(|| value.clone());
        let decoded = T::decode(value).map_err(|error| error.within(name))?;
        if let Some(spelling) = spelling
            && decoded.encode() != spelling
        {
            self.spelled.entry(name).or_default().value = Some(spelling);
        }
        Ok(Field::Value(decoded))
    }

    /// Begin an object: the discriminator comes first, as some OData readers demand.
    pub(crate) fn begin(&self, type_name: &str) -> Map<String, Value> {
        let mut map = Map::new();
        match &self.discriminator {
            Discriminator::Own if type_name.is_empty() => {}
            Discriminator::Own => {
                map.insert(ODATA_TYPE.to_owned(), Value::String(format!("#{type_name}")));
            }
            Discriminator::Absent => {}
            Discriminator::Received(value) => {
                map.insert(ODATA_TYPE.to_owned(), value.clone());
            }
        }
        map
    }

    /// Write a named property; what was read and not changed keeps its spelling.
    pub(crate) fn put<T: Wire + PartialEq>(
        &self,
        map: &mut Map<String, Value>,
        name: &'static str,
        field: &Field<T>,
    ) {
        let spelling = self.spelled.get(name);
        let value = match field {
            Field::Missing => return,
            Field::Null => Value::Null,
            Field::Value(value) => match spelling.and_then(|spelling| spelling.value.as_ref()) {
                Some(received) if T::decode(received.clone()).as_ref() == Ok(value) => {
                    received.clone()
                }
                _ => value.encode(),
            },
        };
        let name = spelling.and_then(|spelling| spelling.name.as_deref()).unwrap_or(name);
        map.insert(name.to_owned(), value);
    }

    pub(crate) fn finish(&self, map: &mut Map<String, Value>) {
        for (name, value) in &self.map {
            map.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// The OData discriminator.
pub(super) const ODATA_TYPE: &str = "@odata.type";

/// Spelling is no difference: `Established` and `established` are the same state.
impl PartialEq for Additional {
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl fmt::Debug for Additional {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.map.keys()).finish()
    }
}
