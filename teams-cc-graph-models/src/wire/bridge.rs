//! From any deserializer of serde to what takes the values.
//!
//! This is all of reading that is compiled once for each format; the rest is compiled once.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::{Number, Value};

use super::{
    discriminator::TypeName,
    incoming::{Incoming, Items, Pairs, Put, Take},
    name::{Key, PutName, ReadKey},
    refusal::{Stop, within},
    tape::Tape,
};

/// Hands over what a deserializer reads.
pub(super) struct Bridge<'a>(pub(super) &'a mut dyn Take);

impl Bridge<'_> {
    fn hand<E: Error>(self, incoming: Incoming<'_>) -> Result<(), E> {
        match self.0.take(incoming) {
            Ok(()) => Ok(()),
            Err(stop) => Err(stop.into_error(None)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Bridge<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bridge<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.hand(Incoming::Null)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.hand(Incoming::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        self.hand(Incoming::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.hand(Incoming::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.hand(Incoming::Number(number.into()))
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<(), E> {
        self.hand(Incoming::Odd("a number"))
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<(), E> {
        self.hand(Incoming::Odd("a number"))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        let number = Number::from_f64(number).map(Incoming::Number);
        self.hand(number.unwrap_or(Incoming::Odd("no number JSON has")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.hand(Incoming::Text(text))
    }

    fn visit_bytes<E: Error>(self, _: &[u8]) -> Result<(), E> {
        self.hand(Incoming::Odd("a string of bytes"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        let mut items = SeqItems { list, kept: None };
        match self.0.take(Incoming::List(&mut items)) {
            Ok(()) => Ok(()),
            Err(stop) => Err(stop.into_error(items.kept)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let mut pairs = MapPairs { map, kept: None };
        match self.0.take(Incoming::Object(&mut pairs)) {
            Ok(()) => Ok(()),
            Err(stop) => Err(stop.into_error(pairs.kept)),
        }
    }
}

/// The items of serde's list, and the error that ended it.
struct SeqItems<A, E> {
    list: A,
    kept: Option<E>,
}

impl<'de, A: SeqAccess<'de>> Items for SeqItems<A, A::Error> {
    fn next(&mut self, item: &mut dyn Take) -> Result<bool, Stop> {
        match self.list.next_element_seed(Bridge(item)) {
            Ok(item) => Ok(item.is_some()),
            Err(error) => Err(keep(&mut self.kept, error)),
        }
    }

    fn whole(&mut self) -> Result<Value, Stop> {
        let whole = Value::deserialize(SeqAccessDeserializer::new(&mut self.list));
        whole.map_err(|error| keep(&mut self.kept, error))
    }
}

/// The properties of serde's map, and the error that ended it.
struct MapPairs<A, E> {
    map: A,
    kept: Option<E>,
}

impl<'de, A: MapAccess<'de>> Pairs for MapPairs<A, A::Error> {
    fn named(&mut self) -> Option<TypeName> {
        None
    }

    fn next(&mut self, names: &'static [&'static str], likely: usize) -> Result<Option<Key>, Stop> {
        let key = self.map.next_key_seed(ReadKey { names, likely });
        key.map_err(|error| keep(&mut self.kept, error))
    }

    fn next_onto(&mut self, tape: &mut Tape) -> Result<Option<Put>, Stop> {
        let put = self.map.next_key_seed(PutName(tape));
        put.map_err(|error| keep(&mut self.kept, error))
    }

    fn value(&mut self, property: &str, value: &mut dyn Take) -> Result<(), Stop> {
        let value = self.map.next_value_seed(Bridge(value));
        value.map_err(|error| keep(&mut self.kept, within(error, property)))
    }

    fn keep(&mut self) -> Result<Value, Stop> {
        let value = self.map.next_value::<Value>();
        value.map_err(|error| keep(&mut self.kept, error))
    }

    fn whole(&mut self) -> Result<Value, Stop> {
        let whole = Value::deserialize(MapAccessDeserializer::new(&mut self.map));
        whole.map_err(|error| keep(&mut self.kept, error))
    }
}

/// Keeps an error until everything that reads from its source has returned.
#[cold]
fn keep<E>(place: &mut Option<E>, error: E) -> Stop {
    *place = Some(error);
    Stop::Source
}
