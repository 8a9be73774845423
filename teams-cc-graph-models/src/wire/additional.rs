//! What a model does not name, and how things were spelled.

use std::fmt;

use serde_json::{Map, Value};

use super::discriminator::TypeName;

/// Properties a model does not name, kept for reading and for the way back.
///
/// Debug shows the names alone: undeclared properties may hold numbers, names or tokens.
#[derive(Clone, Default)]
pub struct Additional {
    discriminator: Discriminator,
    /// Boxed, because most objects have nothing to keep.
    rest: Option<Box<Rest>>,
}

/// How an object names its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Discriminator {
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
    spelled: Vec<Spelling>,
}

/// How a property came.
#[derive(Clone)]
pub(super) struct Spelling {
    property: &'static str,
    pub(super) name: Option<Box<str>>,
    pub(super) value: Option<Value>,
}

impl Additional {
    /// Add or replace an undeclared property, for service features this crate does not know yet.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.rest_mut().map.insert(name.into(), value.into())
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
        self.received_type()?.as_str()
    }

    /// Take over the undeclared properties of a newer version of the same object.
    pub(crate) fn merge(&mut self, newer: Self) {
        if newer.discriminator != Discriminator::Absent {
            self.discriminator = newer.discriminator;
        }
        let Some(newer) = newer.rest else { return };
        let rest = self.rest_mut();
        rest.map.extend(newer.map);
        for spelling in newer.spelled {
            rest.spelled.retain(|older| older.property != spelling.property);
            rest.spelled.push(spelling);
        }
        if !newer.odata_type.is_null() {
            rest.odata_type = newer.odata_type;
        }
    }

    /// The discriminator that was received, where it is not the model's own.
    pub(crate) fn received_type(&self) -> Option<&Value> {
        let rest = self.rest.as_ref()?;
        (self.discriminator == Discriminator::Received).then_some(&rest.odata_type)
    }

    /// Remember how the object named its type.
    pub(super) fn named(&mut self, name: Option<TypeName>, type_name: &str) {
        self.discriminator = match name {
            None => Discriminator::Absent,
            Some(name) if name.is_own(type_name) => Discriminator::Own,
            Some(name) => {
                self.rest_mut().odata_type = name.into();
                Discriminator::Received
            }
        };
    }

    /// Write no type: the object stands for one that came without.
    pub(crate) fn forget_type(&mut self) {
        self.discriminator = Discriminator::Absent;
    }

    /// Remember the spelling of a property's value; `None` where it is the canonical one.
    pub(super) fn spelled(&mut self, property: &'static str, value: Option<Value>) {
        if let Some(rest) = &mut self.rest {
            rest.spelled.retain(|older| older.property != property);
        }
        if value.is_some() {
            self.rest_mut().spelled.push(Spelling { property, name: None, value });
        }
    }

    /// Make room for so many spellings.
    pub(super) fn reserve(&mut self, spellings: usize) {
        if spellings > 0 {
            self.rest_mut().spelled.reserve_exact(spellings);
        }
    }

    /// Remember the spelling of a property's name, and of its value.
    pub(super) fn renamed(&mut self, property: &'static str, name: String, value: Option<Value>) {
        let name = Some(name.into());
        self.rest_mut().spelled.push(Spelling { property, name, value });
    }

    /// How the object names its type.
    pub(super) fn discriminator(&self) -> Discriminator {
        self.discriminator
    }

    /// How a property came, where not as the schema says.
    pub(super) fn spelling(&self, property: &str) -> Option<&Spelling> {
        self.rest.as_ref()?.spelled.iter().find(|spelling| spelling.property == property)
    }

    fn rest_mut(&mut self) -> &mut Rest {
        self.rest.get_or_insert_default()
    }
}

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
