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
    /// Boxed, because most objects have nothing to keep.
    rest: Option<Box<Rest>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Discriminator {
    /// Made here, or read with the type's own name: that name is written.
    #[default]
    Own,
    /// Read from an object that named no type: none is written.
    Absent,
    /// Read from an object that named its type in another way, kept in [`Rest`].
    Received,
}

#[derive(Clone, Default)]
struct Rest {
    odata_type: Value,
    map: Map<String, Value>,
    /// Received spellings of names and values that differ from the canonical ones.
    spelled: BTreeMap<&'static str, Spelling>,
}

#[derive(Clone, Debug, Default)]
struct Spelling {
    name: Option<String>,
    value: Option<Value>,
}

impl Additional {
    /// Add or replace an undeclared property, for service features this crate does not know yet.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.rest.get_or_insert_default().map.insert(name.into(), value.into())
    }

    /// Remove an undeclared property.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.rest.as_mut()?.map.shift_remove(name)
    }

    /// An undeclared property, by its exact name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.rest.as_ref()?.map.get(name)
    }

    /// The undeclared properties in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        let maps = self.rest.iter().flat_map(|rest| &rest.map);
        maps.map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there is no undeclared property.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.as_ref().is_none_or(|rest| rest.map.is_empty())
    }

    /// The `@odata.type` that was received, where it is not the model's own.
    #[must_use]
    pub fn odata_type(&self) -> Option<&str> {
        self.rest.as_ref()?.odata_type.as_str()
    }

    /// Take over the undeclared properties of a newer version of the same object.
    pub(crate) fn merge(&mut self, newer: Self) {
        if newer.discriminator != Discriminator::Absent {
            self.discriminator = newer.discriminator;
        }
        let Some(newer) = newer.rest else { return };
        let rest = self.rest.get_or_insert_default();
        rest.map.extend(newer.map);
        rest.spelled.extend(newer.spelled);
        if !newer.odata_type.is_null() {
            rest.odata_type = newer.odata_type;
        }
    }

    /// Begin an object: the discriminator comes first, as some OData readers demand.
    pub(crate) fn begin(&self, type_name: &str) -> Map<String, Value> {
        let mut map = Map::new();
        let written = match (self.discriminator, &self.rest) {
            (Discriminator::Own, _) if !type_name.is_empty() => {
                Some(Value::String(format!("#{type_name}")))
            }
            (Discriminator::Received, Some(rest)) => Some(rest.odata_type.clone()),
            _ => None,
        };
        if let Some(written) = written {
            map.insert(ODATA_TYPE.to_owned(), written);
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
        let spelling = self.rest.as_ref().and_then(|rest| rest.spelled.get(name));
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
        for (name, value) in self.iter() {
            map.entry(name).or_insert_with(|| value.clone());
        }
    }
}

/// An object being read: named properties are taken out, the rest becomes [`Additional`].
pub(crate) struct Reader {
    discriminator: Discriminator,
    rest: Rest,
}

impl Reader {
    pub(crate) fn new(mut map: Map<String, Value>, type_name: &str) -> Self {
        let received = map.shift_remove(ODATA_TYPE);
        let discriminator = match received.as_ref() {
            None => Discriminator::Absent,
            Some(Value::String(text))
                if !type_name.is_empty() && text.strip_prefix('#') == Some(type_name) =>
            {
                Discriminator::Own
            }
            Some(_) => Discriminator::Received,
        };
        let odata_type = match discriminator {
            Discriminator::Received => received.unwrap_or_default(),
            _ => Value::Null,
        };
        Self { discriminator, rest: Rest { odata_type, map, spelled: BTreeMap::new() } }
    }

    /// Take a named property out; its name may differ in case (`subCode`, `ConferenceId`).
    pub(crate) fn take<T: Wire>(&mut self, name: &'static str) -> Result<Field<T>, DecodeError> {
        let map = &mut self.rest.map;
        let value = if let Some(value) = map.shift_remove(name) {
            value
        } else {
            let other = map.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
            let Some(other) = other else { return Ok(Field::Missing) };
            let value = map.shift_remove(&other).unwrap_or_default();
            self.rest.spelled.entry(name).or_default().name = Some(other);
            value
        };
        if value.is_null() {
            return Ok(Field::Null);
        }
        let spelling = T::RESPELLED.then(|| value.clone());
        let decoded = T::decode(value).map_err(|error| error.within(name))?;
        if let Some(spelling) = spelling
            && decoded.encode() != spelling
        {
            self.rest.spelled.entry(name).or_default().value = Some(spelling);
        }
        Ok(Field::Value(decoded))
    }

    /// What is left.
    pub(crate) fn finish(self) -> Additional {
        let rest = self.rest;
        let plain = rest.map.is_empty() && rest.spelled.is_empty() && rest.odata_type.is_null();
        let rest = (!plain).then(|| Box::new(rest));
        Additional { discriminator: self.discriminator, rest }
    }
}

/// The OData discriminator.
pub(super) const ODATA_TYPE: &str = "@odata.type";

/// Spelling is no difference: `Established` and `established` are the same state.
impl PartialEq for Additional {
    fn eq(&self, other: &Self) -> bool {
        match (&self.rest, &other.rest) {
            (Some(ours), Some(theirs)) => ours.map == theirs.map,
            _ => self.is_empty() && other.is_empty(),
        }
    }
}

impl fmt::Debug for Additional {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(name, _)| name)).finish()
    }
}
