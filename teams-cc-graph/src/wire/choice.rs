//! Reading an abstract type as the subtype its object names.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{
    FromObject, Object, Wire,
    codec::Writing,
    discriminator::{ODATA_TYPE, TypeName},
    fields::{Key, ReadKey},
    refusal::{refuse, refused},
};

/// A choice among subtypes, which have numbers.
pub(crate) trait Choice: Wire {
    /// The subtype for objects that name none; without one they are kept whole.
    const UNNAMED: Option<usize>;
    /// The subtype for objects that name one which is not known; as above.
    const STRANGE: Option<usize>;

    /// The subtype of this name.
    fn subtype(name: &str) -> Option<usize>;

    /// Reads what is left of an object as one subtype.
    fn read_subtype<'de, A: MapAccess<'de>>(
        subtype: usize,
        map: A,
        name: Option<TypeName<'de>>,
    ) -> Result<Self, A::Error>;

    /// Keeps an object whole; `None` where there is a subtype for every object.
    fn unknown(object: Object) -> Option<Self>;

    /// The discriminator that was received, where it is not the subtype's own.
    fn received_type(&self) -> Option<&Value>;
}

/// Reads a choice from the beginning of an object.
pub(crate) fn read_choice<'de, C: Choice, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<C, D::Error> {
    deserializer.deserialize_any(ChoiceVisitor(PhantomData))
}

/// Reads what is left of an object whose discriminator may have been read already.
///
/// Where the discriminator comes first, the subtype is read straight on; where it comes later or
/// not at all, the object is read whole and the subtype from that.
pub(crate) fn read_choice_rest<'de, C: Choice, A: MapAccess<'de>>(
    mut map: A,
    name: Option<TypeName<'de>>,
) -> Result<C, A::Error> {
    let mut whole = Map::new();
    let name = match name {
        Some(name) => Some(name),
        None => match map.next_key_seed(ReadKey(&[]))? {
            Some(Key::Discriminator) => Some(map.next_value()?),
            Some(Key::Unnamed(key)) => {
                whole.insert(key, map.next_value()?);
                None
            }
            // Among no properties, no name is one.
            Some(Key::Slot(..) | Key::Misspelled(_)) | None => None,
        },
    };
    let Some(name) = name else { return keep(whole, map).and_then(from_whole) };
    let Some(subtype) = C::subtype(name.as_str()).or(C::STRANGE) else {
        whole.insert(ODATA_TYPE.to_owned(), name.into());
        return keep(whole, map).and_then(from_whole);
    };
    let this = C::read_subtype(subtype, map, Some(name))?;
    // A second discriminator may have taken the place of the first.
    let last = this.received_type();
    if last.is_some_and(|last| C::subtype(text(last)).or(C::STRANGE) != Some(subtype)) {
        let written = serde_json::to_value(Writing(&this)).map_err(A::Error::custom)?;
        if let Value::Object(whole) = written {
            return from_whole(whole);
        }
    }
    Ok(this)
}

/// Adds what is left of an object to what was read of it.
fn keep<'de, A: MapAccess<'de>>(
    mut whole: Map<String, Value>,
    mut map: A,
) -> Result<Map<String, Value>, A::Error> {
    while let Some((key, value)) = map.next_entry()? {
        whole.insert(key, value);
    }
    Ok(whole)
}

fn from_whole<C: Choice, E: Error>(whole: Map<String, Value>) -> Result<C, E> {
    let subtype = match whole.get(ODATA_TYPE) {
        None => C::UNNAMED,
        Some(name) => C::subtype(text(name)).or(C::STRANGE),
    };
    match subtype {
        Some(subtype) => {
            whole.deserialize_map(SubtypeVisitor(subtype, PhantomData)).map_err(E::custom)
        }
        None => C::unknown(whole.into())
            .ok_or_else(|| refuse("an object of a known type", "of another")),
    }
}

fn text(name: &Value) -> &str {
    name.as_str().unwrap_or_default()
}

struct ChoiceVisitor<C>(PhantomData<C>);

impl<'de, C: Choice> Visitor<'de> for ChoiceVisitor<C> {
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<C, A::Error> {
        read_choice_rest(map, None)
    }

    refused! { self => "an object"; null scalar wide list }
}

/// Reads a subtype from an object that is held whole.
struct SubtypeVisitor<C>(usize, PhantomData<C>);

impl<'de, C: Choice> Visitor<'de> for SubtypeVisitor<C> {
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<C, A::Error> {
        C::read_subtype(self.0, map, None)
    }
}

impl<T: FromObject> FromObject for Box<T> {
    fn read_object<'de, A: MapAccess<'de>>(
        map: A,
        name: Option<TypeName<'de>>,
    ) -> Result<Self, A::Error> {
        T::read_object(map, name).map(Self::new)
    }

    fn received_type(&self) -> Option<&Value> {
        (**self).received_type()
    }
}
