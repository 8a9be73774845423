//! `@odata.type`, in every form the wire has for it.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::Value;

/// The OData discriminator.
pub(crate) const ODATA_TYPE: &str = "@odata.type";

/// Whether `received` names the type `known`: case, `#` and namespace are not stable on the wire.
pub(crate) fn same_type(received: &str, known: &str) -> bool {
    let last = |name: &str| name.rsplit(['.', '#']).next().unwrap_or_default().len();
    let (length, known_length) = (last(received), last(known));
    length > 0
        && length == known_length
        && received
            .get(received.len() - length..)
            .zip(known.get(known.len() - length..))
            .is_some_and(|(received, known)| received.eq_ignore_ascii_case(known))
}

/// The discriminator of an object as it came: a text, if all is well.
pub(crate) enum TypeName<'de> {
    Text(Cow<'de, str>),
    Odd(Value),
}

impl TypeName<'_> {
    /// The name; empty, and so no type's, where it is no text.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Odd(_) => "",
        }
    }

    /// Whether this is how the type itself writes its name.
    pub(super) fn is_own(&self, type_name: &str) -> bool {
        !type_name.is_empty() && self.as_str().strip_prefix('#') == Some(type_name)
    }
}

impl From<TypeName<'_>> for Value {
    fn from(name: TypeName<'_>) -> Self {
        match name {
            TypeName::Text(text) => Self::String(text.into_owned()),
            TypeName::Odd(value) => value,
        }
    }
}

impl<'de> Deserialize<'de> for TypeName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TypeNameVisitor)
    }
}

struct TypeNameVisitor;

impl<'de> Visitor<'de> for TypeNameVisitor {
    type Value = TypeName<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a type")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(TypeName::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(TypeName::Text(Cow::Owned(text)))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(TypeName::Odd(Value::Null))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(TypeName::Odd(flag.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(TypeName::Odd(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(TypeName::Odd(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(TypeName::Odd(number.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(TypeName::Odd)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(TypeName::Odd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap 9.
    #[test]
    fn a_type_name_matches_on_its_last_segment_in_any_case() {
        for received in [
            "#microsoft.graph.call",
            "microsoft.graph.call",
            "#Microsoft.Graph.Call",
            "#Microsoft.Teams.GraphSvc.call",
            "call",
        ] {
            assert!(same_type(received, "microsoft.graph.call"), "{received}");
        }
        for received in ["#microsoft.graph.callRoute", "", "#", "é", "xcall"] {
            assert!(!same_type(received, "microsoft.graph.call"), "{received}");
        }
        assert!(!same_type("", ""));
    }
}
