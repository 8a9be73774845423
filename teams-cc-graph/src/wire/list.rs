//! Lists of anything.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer, Serializer,
    de::{Error, SeqAccess, Visitor},
    ser::SerializeSeq,
};
use serde_json::Value;

use super::{
    Wire,
    codec::{Reading, Writing},
    refusal::refused,
};

/// The most items that room is made for before they are seen.
const MAX_CAPACITY: usize = 256;

impl<T: Wire> Wire for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Option<Value>), D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for item in self {
            list.serialize_element(&Writing(item))?;
        }
        list.end()
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for ListVisitor<T> {
    type Value = (Vec<T>, Option<Value>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items: Vec<T> =
            Vec::with_capacity(list.size_hint().unwrap_or_default().min(MAX_CAPACITY));
        // The whole list as it came, once one item is spelled in its own way.
        let mut received: Option<Vec<Value>> = None;
        while let Some((item, spelled)) = list.next_element_seed(Reading::<T>::new())? {
            if spelled.is_some() && received.is_none() {
                let written = items.iter().map(|item| serde_json::to_value(Writing(item)));
                received = Some(written.collect::<Result<_, _>>().map_err(Error::custom)?);
            }
            if let Some(received) = &mut received {
                received.push(match spelled {
                    Some(value) => value,
                    None => serde_json::to_value(Writing(&item)).map_err(Error::custom)?,
                });
            }
            items.push(item);
        }
        Ok((items, received.map(Value::Array)))
    }

    refused! { self => "a list"; null scalar wide object }
}
