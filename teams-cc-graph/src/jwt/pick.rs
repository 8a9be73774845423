//! Some properties of a JSON object, the others passed over unread.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// Reads the properties of these names; the last of several equal ones wins.
///
/// A token carries a dozen claims, of which a few matter. `None` where the text is no object.
pub(super) fn pick<const N: usize>(json: &[u8], names: [&str; N]) -> Option<[Option<Value>; N]> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let picked = reader.deserialize_map(Pick(names)).ok()?;
    reader.end().ok()?;
    Some(picked)
}

struct Pick<'a, const N: usize>([&'a str; N]);

impl<'de, const N: usize> Visitor<'de> for Pick<'_, N> {
    type Value = [Option<Value>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut picked = [const { None }; N];
        while let Some(name) = map.next_key_seed(Name)? {
            let place = self.0.iter().position(|wanted| *wanted == name);
            match place.and_then(|place| picked.get_mut(place)) {
                Some(place) => *place = Some(map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(picked)
    }
}

/// Reads a name, without a copy where it needs none.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_asked_for_is_picked_and_the_rest_passed_over() {
        let text = br#"{"a": {"b": 1}, "b": 2, "\u0063": null, "b": 3}"#;
        assert_eq!(pick(text, ["b", "c", "d"]), Some([Some(json!(3)), Some(Value::Null), None]),);
        for no_object in [&b"[1]"[..], b"{\"b\": 1", b"{} {}", b"", b"{\"b\": \xff}"] {
            assert_eq!(pick(no_object, ["b"]), None);
        }
    }
}
