//! Some properties of a JSON object, the others passed over unread.

use std::{borrow::Cow, fmt};

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// The most texts of one list, such as the audiences of a token; a longer one is
/// [`Picked::Other`].
const MAX_TEXTS: usize = 16;

/// What a header or a claim may hold, borrowed from the token where it can be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Picked<'a> {
    /// JSON's null.
    Null,
    Text(Cow<'a, str>),
    /// A number without a fraction.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// A list of texts and nothing else.
    Texts(Vec<Cow<'a, str>>),
    /// What no header and no claim looked at may be.
    Other,
}

impl Picked<'_> {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads the properties of these names; the last of several equal ones wins.
///
/// A token carries a dozen claims, of which a few matter. `None` where the text is no object.
pub(super) fn pick<'a, const N: usize>(
    json: &'a [u8],
    names: [&str; N],
) -> Option<[Option<Picked<'a>>; N]> {
    // Once over the whole is cheaper than once for each text.
    let mut reader = serde_json::Deserializer::from_str(str::from_utf8(json).ok()?);
    let picked = reader.deserialize_map(Pick(names)).ok()?;
    reader.end().ok()?;
    Some(picked)
}

struct Pick<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> Visitor<'de> for Pick<'_, N> {
    type Value = [Option<Picked<'de>>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut picked = [const { None }; N];
        while let Some(name) = map.next_key_seed(Text)? {
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

impl<'de> Deserialize<'de> for Picked<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PickedVisitor)
    }
}

struct PickedVisitor;

impl<'de> Visitor<'de> for PickedVisitor {
    type Value = Picked<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Picked::Null)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Picked::Other)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Picked::Whole(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        // No date is that far ahead.
        Ok(i64::try_from(number).map_or(Picked::Other, Picked::Whole))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Picked::Number(number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Picked::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Picked::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut texts = Vec::new();
        let mut is_texts = true;
        while let Some(item) = list.next_element()? {
            match item {
                Picked::Text(text) if is_texts && texts.len() < MAX_TEXTS => texts.push(text),
                _ => is_texts = false,
            }
        }
        Ok(if is_texts { Picked::Texts(texts) } else { Picked::Other })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Picked::Other)
    }
}

/// Reads a text, without a copy where it needs none.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
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
    use super::*;

    #[test]
    fn what_is_asked_for_is_picked_and_the_rest_passed_over() {
        let text = br#"{"a": {"b": 1}, "b": 2, "\u0063": null, "b": 3}"#;
        let picked = pick(text, ["b", "c", "d"]);
        assert_eq!(picked, Some([Some(Picked::Whole(3)), Some(Picked::Null), None]));
        for no_object in [&b"[1]"[..], b"{\"b\": 1", b"{} {}", b"", b"{\"b\": \xff}"] {
            assert_eq!(pick(no_object, ["b"]), None);
        }
    }

    #[test]
    fn a_value_of_any_form_is_told_apart() {
        let text = |text: &'static str| Picked::Text(text.into());
        let long = format!("[{}\"x\"]", "\"x\",".repeat(MAX_TEXTS));
        for (json, wanted) in [
            ("null", Picked::Null),
            ("true", Picked::Other),
            ("-1", Picked::Whole(-1)),
            ("1", Picked::Whole(1)),
            ("9223372036854775808", Picked::Other),
            ("1.5", Picked::Number(1.5)),
            (r#""a""#, text("a")),
            (r#""\u0061""#, text("a")),
            ("[]", Picked::Texts(Vec::new())),
            (r#"["a", "\u0062"]"#, Picked::Texts(vec!["a".into(), "b".into()])),
            (r#"["a", 1]"#, Picked::Other),
            (r#"[["a"]]"#, Picked::Other),
            (&long, Picked::Other),
            (r#"{"a": {"b": [1]}}"#, Picked::Other),
        ] {
            let object = format!(r#"{{"a": {json}}}"#);
            assert_eq!(pick(object.as_bytes(), ["a"]), Some([Some(wanted)]), "{json}");
        }
    }
}
