//! An object whose type this crate does not model.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    Incoming, Outgoing, Slot, Stop, Taken, Wire, discriminator::ODATA_TYPE, refuse,
    slot::read_into, tape::Tape,
};

/// A Graph object of a type this crate does not model, kept whole.
///
/// Debug shows the type and the property names, not the values.
#[derive(Clone, Default, PartialEq)]
pub struct Object {
    map: Map<String, Value>,
    /// The properties instead, where the object around this one has yet to say what it is.
    unsettled: Option<Box<Tape>>,
}

impl Object {
    /// The `@odata.type`, as it was spelled.
    pub fn odata_type(&self) -> Option<&str> {
        self.map.get(ODATA_TYPE).and_then(Value::as_str)
    }

    /// A property by its exact name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name)
    }

    /// The object as JSON.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.map
    }

    /// An object that named no type, until [`settle`](Self::settle) or [`settle_as`](Self::settle_as).
    pub(super) fn unsettled(tape: Tape) -> Self {
        Self { map: Map::new(), unsettled: Some(Box::new(tape)) }
    }

    /// The object as one of no known type.
    pub(crate) fn settle(self) -> Result<Self, Stop> {
        match self.unsettled {
            None => Ok(self),
            Some(tape) => tape.into_map().map(Self::from),
        }
    }

    /// The object as one of this type.
    pub(crate) fn settle_as<T: Wire>(mut self) -> Result<T, Stop> {
        let mut this = T::blank();
        self.read_into(&mut this)?;
        Ok(this)
    }

    fn read_into(&mut self, slot: &mut dyn Slot) -> Result<(), Stop> {
        match self.unsettled.take() {
            Some(tape) => slot.take(Incoming::Object(&mut tape.read(0)))?,
            None => read_into(slot, Value::Object(std::mem::take(&mut self.map)))?,
        };
        Ok(())
    }
}

impl From<Map<String, Value>> for Object {
    fn from(map: Map<String, Value>) -> Self {
        Self { map, unsettled: None }
    }
}

impl Slot for Object {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        const EXPECTED: &str = "an object";
        let Incoming::Object(pairs) = incoming else { return Err(incoming.refused(EXPECTED)) };
        match pairs.whole()? {
            Value::Object(map) => *self = map.into(),
            _ => return Err(refuse(EXPECTED, "a number")),
        }
        Ok(None)
    }

    fn give(&self) -> Outgoing<'_> {
        Outgoing::Map(&self.map)
    }
}

impl Wire for Object {
    fn blank() -> Self {
        Self::default()
    }
}

#[expect(clippy::missing_fields_in_debug, reason = "what is unsettled is settled before it shows")]
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("odata_type", &self.odata_type())
            .field("properties", &self.map.keys().collect::<Vec<_>>())
            .finish()
    }
}
