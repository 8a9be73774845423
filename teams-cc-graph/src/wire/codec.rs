//! How a type reads itself from any deserializer and writes itself to any serializer.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, Visitor},
};
use serde_json::Value;

use super::Field;

/// A type that reads itself from the wire and writes itself back.
///
/// Nothing is read into a [`Value`] on the way, save what no model names and objects that name
/// their type late. Depth is bounded by the format: `serde_json` stops at 128 levels.
pub(crate) trait Wire: Sized {
    /// The qualified type name without `#`, empty where the wire never names it.
    const TYPE: &'static str = "";

    /// Reads a value; the second is what was received, where writing would spell it otherwise.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error>;

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

impl Wire for Value {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error> {
        de::Deserialize::deserialize(deserializer).map(|value| (value, None))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }
}

impl<T: Wire> Wire for Box<T> {
    const TYPE: &'static str = T::TYPE;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error> {
        T::read(deserializer).map(|(value, received)| (Self::new(value), received))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).write(serializer)
    }
}

/// Reads a [`Wire`] type where serde asks for a seed.
pub(super) struct Reading<T>(PhantomData<T>);

impl<T> Reading<T> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Wire> DeserializeSeed<'de> for Reading<T> {
    type Value = (T, Option<Value>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(deserializer)
    }
}

/// Writes a [`Wire`] type where serde asks for something to serialize.
pub(crate) struct Writing<'a, T>(pub(crate) &'a T);

impl<T: Wire> Serialize for Writing<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// Reads a property that is there, null or not.
pub(crate) fn read_field<'de, T: Wire, D: Deserializer<'de>>(
    field: &mut Field<T>,
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    let Some((value, received)) = deserializer.deserialize_option(FieldVisitor(PhantomData))?
    else {
        *field = Field::Null;
        return Ok(None);
    };
    *field = Field::Value(value);
    Ok(received)
}

struct FieldVisitor<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for FieldVisitor<T> {
    type Value = Option<(T, Option<Value>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property")
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(deserializer).map(Some)
    }
}

/// Implement serde's traits through [`Wire`].
macro_rules! through_wire {
    ($name:ty) => {
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::Wire::write(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                <Self as $crate::wire::Wire>::read(deserializer).map(|(value, _)| value)
            }
        }
    };
}

pub(crate) use through_wire;
