//! How a type takes what arrives and gives what it is.

use std::fmt;

use serde::Deserializer;
use serde_json::Value;

use super::{
    bridge::Bridge,
    incoming::{Incoming, Take},
    outgoing::Outgoing,
    refusal::Stop,
};

/// A place for a value of the wire, of whatever type.
pub(crate) trait Slot: fmt::Debug {
    /// Takes a value; the result is what arrived, where writing would spell it otherwise.
    fn take(&mut self, incoming: Incoming<'_>) -> Taken;

    /// The value, to be written.
    fn give(&self) -> Outgoing<'_>;
}

/// What arrived, where writing would spell it otherwise.
pub(crate) type Taken = Result<Option<Value>, Stop>;

/// A type that reads itself from the wire and writes itself back.
///
/// Nothing is read into a [`Value`] on the way, save what no model names. Depth is bounded by the
/// format: `serde_json` stops at 128 levels.
pub(crate) trait Wire: Slot + Sized + 'static {
    /// The qualified type name without `#`, empty where the wire never names it.
    const TYPE: &'static str = "";

    /// A value to be read over.
    fn blank() -> Self;
}

impl Slot for Value {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        *self = incoming.into_value()?;
        Ok(None)
    }

    fn give(&self) -> Outgoing<'_> {
        Outgoing::Value(self)
    }
}

impl Wire for Value {
    fn blank() -> Self {
        Self::Null
    }
}

impl<T: Wire> Slot for Box<T> {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        (**self).take(incoming)
    }

    fn give(&self) -> Outgoing<'_> {
        (**self).give()
    }
}

impl<T: Wire> Wire for Box<T> {
    const TYPE: &'static str = T::TYPE;

    fn blank() -> Self {
        Self::new(T::blank())
    }
}

/// Reads a value; the second is what arrived, where writing would spell it otherwise.
pub(crate) fn read<'de, T: Wire, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<(T, Option<Value>), D::Error> {
    let mut this = T::blank();
    let received = read_into(&mut this, deserializer)?;
    Ok((this, received))
}

/// Hands over what a deserializer reads.
pub(crate) fn hand<'de, D: Deserializer<'de>>(
    deserializer: D,
    take: &mut dyn Take,
) -> Result<(), D::Error> {
    deserializer.deserialize_any(Bridge(take))
}

/// Reads a value into its place.
pub(super) fn read_into<'de, D: Deserializer<'de>>(
    slot: &mut dyn Slot,
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    let mut whole = Whole { slot, received: None };
    hand(deserializer, &mut whole)?;
    Ok(whole.received)
}

struct Whole<'a> {
    slot: &'a mut dyn Slot,
    received: Option<Value>,
}

impl Take for Whole<'_> {
    fn take(&mut self, incoming: Incoming<'_>) -> Result<(), Stop> {
        self.received = self.slot.take(incoming)?;
        Ok(())
    }
}

/// Implement serde's traits through [`Wire`].
macro_rules! through_wire {
    ($name:ty) => {
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(&$crate::wire::Slot::give(self), serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::wire::read(deserializer).map(|(value, _)| value)
            }
        }
    };
}

pub(crate) use through_wire;
