//! Texts, numbers and flags: one visitor for all of them.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Number, Value};

use super::refusal::{refuse, refused};

/// A JSON value that is neither null nor composed of others.
pub(crate) enum Scalar<'de> {
    Bool(bool),
    Number(Number),
    Text(Cow<'de, str>),
}

impl<'de> Scalar<'de> {
    /// Reads a scalar; `expected` says in an error what the schema asks for.
    pub(crate) fn read<D: Deserializer<'de>>(
        deserializer: D,
        expected: &'static str,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor(expected))
    }

    /// Reads a text.
    pub(crate) fn text<D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        match Self::read(deserializer, TEXT)? {
            Self::Text(text) => Ok(text),
            other => Err(other.refuse(TEXT)),
        }
    }

    /// The error for a scalar of the wrong kind or out of range.
    pub(crate) fn refuse<E: de::Error>(&self, expected: &'static str) -> E {
        let found = match self {
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
        };
        refuse(expected, found)
    }
}

impl From<Scalar<'_>> for Value {
    fn from(scalar: Scalar<'_>) -> Self {
        match scalar {
            Scalar::Bool(flag) => Self::Bool(flag),
            Scalar::Number(number) => Self::Number(number),
            Scalar::Text(text) => Self::String(text.into_owned()),
        }
    }
}

const TEXT: &str = "a text";

struct ScalarVisitor(&'static str);

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Bool(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        Number::from_f64(number)
            .map(Scalar::Number)
            .ok_or_else(|| refuse(self.0, "no number JSON has"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text)))
    }

    /// An object is no scalar, unless it is how `serde_json` hands out a number where another
    /// crate of the program has switched on its `arbitrary_precision`.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        match Value::deserialize(MapAccessDeserializer::new(map))? {
            Value::Number(number) => Ok(Scalar::Number(number)),
            _ => Err(refuse(self.0, "an object")),
        }
    }

    refused! { self => self.0; null wide list }
}
