//! Lists of anything.

use serde_json::Value;

use super::{
    Slot, Stop, Taken, Wire,
    incoming::{Incoming, Take},
    outgoing::{Outgoing, untyped},
};

/// A list of items of whatever type.
pub(crate) trait List {
    fn count(&self) -> usize;

    fn item(&self, at: usize) -> Option<&dyn Slot>;

    /// Adds an item to be read over.
    fn grow(&mut self) -> &mut dyn Slot;
}

impl<T: Wire> List for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn item(&self, at: usize) -> Option<&dyn Slot> {
        match self.get(at) {
            Some(item) => Some(item),
            None => None,
        }
    }

    fn grow(&mut self) -> &mut dyn Slot {
        self.push_mut(T::blank())
    }
}

impl<T: Wire> Slot for Vec<T> {
    fn take(&mut self, incoming: Incoming<'_>) -> Taken {
        self.clear();
        take_list(self, incoming)
    }

    fn give(&self) -> Outgoing<'_> {
        Outgoing::List(self)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }
}

/// Reads the items of a list.
fn take_list(list: &mut dyn List, incoming: Incoming<'_>) -> Taken {
    let Incoming::List(items) = incoming else { return Err(incoming.refused("a list")) };
    let mut reading = Reading { list, received: None };
    while items.next(&mut reading)? {}
    Ok(reading.received.map(Value::Array))
}

struct Reading<'a> {
    list: &'a mut dyn List,
    /// The whole list as it came, once one item is spelled in its own way.
    received: Option<Vec<Value>>,
}

impl Take for Reading<'_> {
    fn take(&mut self, incoming: Incoming<'_>) -> Result<(), Stop> {
        let at = self.list.count();
        let spelled = self.list.grow().take(incoming)?;
        if self.received.is_none() && spelled.is_none() {
            return Ok(());
        }
        let written =
            |at: usize| self.list.item(at).map_or(Ok(Value::Null), |it| untyped(it.give()));
        let mut received = match self.received.take() {
            Some(received) => received,
            None => (0..at).map(written).collect::<Result<_, _>>()?,
        };
        received.push(match spelled {
            Some(value) => value,
            None => written(at)?,
        });
        self.received = Some(received);
        Ok(())
    }
}
