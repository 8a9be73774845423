//! Objects with named properties, of whatever type.

use serde_json::Value;

use super::{
    Additional, Slot, Stop, Taken,
    depth::Level,
    discriminator::{ODATA_TYPE, ReadTypeName},
    field::AnyField,
    incoming::{Incoming, Pairs, Take},
    name::Key,
    tape::Tape,
};

/// An object whose properties have numbers.
pub(crate) trait Fields: Slot {
    fn table(&self) -> &'static Table;

    fn field(&self, slot: usize) -> Option<&dyn AnyField>;

    fn field_mut(&mut self, slot: usize) -> Option<&mut dyn AnyField>;

    fn unnamed(&self) -> &Additional;

    fn unnamed_mut(&mut self) -> &mut Additional;

    /// Settles what depends on several properties, once all are read.
    fn settle(&mut self) -> Result<(), Stop>;
}

/// What all objects of a type have in common.
pub(crate) struct Table {
    pub(super) rust_name: &'static str,
    /// The qualified type name without `#`, empty where the wire never names it.
    pub(super) type_name: &'static str,
    /// The names of the properties, by number.
    pub(super) names: &'static [&'static str],
    /// Their names in Rust.
    pub(super) rust_names: &'static [&'static str],
}

/// The most properties of one type.
const MAX_FIELDS: usize = 128;

impl Table {
    pub(crate) const fn new(
        rust_name: &'static str,
        type_name: &'static str,
        names: &'static [&'static str],
        rust_names: &'static [&'static str],
    ) -> Self {
        assert!(names.len() <= MAX_FIELDS, "a bit set counts the properties");
        let mut slot = 0;
        while slot < names.len() {
            let mut other = 0;
            while other < slot {
                let same = names[slot].eq_ignore_ascii_case(names[other]);
                assert!(!same, "a search by name ends with the first that differs in case alone");
                other += 1;
            }
            slot += 1;
        }
        Self { rust_name, type_name, names, rust_names }
    }
}

/// Reads an object.
pub(crate) fn take_object(this: &mut dyn Fields, incoming: Incoming<'_>) -> Taken {
    match incoming {
        Incoming::Object(pairs) => take_pairs(this, pairs).map(|()| None),
        other => Err(other.refused("an object")),
    }
}

/// Reads the properties of an object.
///
/// The last of several equal names wins, as in [`Value`]. A name that differs in case alone
/// (`subCode`) is taken for the property, unless that comes under its own name too.
fn take_pairs(this: &mut dyn Fields, pairs: &mut dyn Pairs) -> Result<(), Stop> {
    let _level = Level::enter()?;
    let table = this.table();
    let mut name = pairs.named();
    let mut seen = 0_u128;
    let mut likely = 0;
    let mut additional = Additional::default();
    let mut misspelled = Misspelled::default();
    while let Some(key) = pairs.next(table.names, likely)? {
        match key {
            Key::Slot(slot, property) => {
                let mut field = ReadField { field: this.field_mut(slot), received: None };
                pairs.value(property, &mut field)?;
                if field.received.is_some() || seen & 1 << slot != 0 {
                    additional.spelled(property, field.received);
                }
                seen |= 1 << slot;
                likely = slot + 1;
            }
            Key::Discriminator => {
                let mut read = ReadTypeName { own: &|_| Some(table.type_name), name: None };
                pairs.value(ODATA_TYPE, &mut read)?;
                name = read.name;
            }
            Key::Misspelled(key, slot) => {
                let at = pairs.hold(&mut misspelled.tape)?;
                misspelled.pairs.push((slot, key, at));
                likely = slot + 1;
            }
            Key::Unnamed(key) => {
                let value = pairs.keep()?;
                additional.insert(key, value);
            }
        }
    }
    if !misspelled.pairs.is_empty() {
        misspelled.settle(this, pairs.held(), seen, &mut additional)?;
    }
    additional.named(name, table.type_name);
    *this.unnamed_mut() = additional;
    this.settle()
}

/// Reads a property that is there, null or not.
struct ReadField<'a> {
    field: Option<&'a mut dyn AnyField>,
    received: Option<Value>,
}

impl Take for ReadField<'_> {
    fn take(&mut self, incoming: Incoming<'_>) -> Result<(), Stop> {
        let Some(field) = &mut self.field else { return Ok(()) };
        if let Incoming::Null = incoming {
            field.clear();
        } else if let Some(slot) = field.fill() {
            self.received = slot.take(incoming)?;
        }
        Ok(())
    }
}

/// Properties by names that differ in case, until it is known which came under their own.
#[derive(Default)]
struct Misspelled {
    /// The number of the property, its name as it came, and where its value is on the tape.
    pairs: Vec<(usize, String, usize)>,
    tape: Tape,
}

impl Misspelled {
    /// The first spelling of each property is taken for it, with the last value of that spelling;
    /// the others are nobody's.
    fn settle(
        self,
        this: &mut dyn Fields,
        held: Option<&Tape>,
        seen: u128,
        additional: &mut Additional,
    ) -> Result<(), Stop> {
        let (table, tape) = (this.table(), held.unwrap_or(&self.tape));
        // At most one of each property; a body may hold more spellings than a search bears.
        let most = self.pairs.len().min(table.names.len());
        let mut taken: Vec<(usize, String, usize)> = Vec::with_capacity(most);
        let mut met = seen;
        for (slot, key, at) in self.pairs {
            if met & 1 << slot == 0 {
                met |= 1 << slot;
                taken.push((slot, key, at));
                continue;
            }
            match taken.iter_mut().find(|(taken, ..)| *taken == slot) {
                Some((_, first, last)) if *first == key => *last = at,
                _ => {
                    let value = tape.read(at).keep()?;
                    additional.insert(key, value);
                }
            }
        }
        additional.reserve(taken.len());
        for (slot, key, at) in taken {
            let Some(&property) = table.names.get(slot) else { continue };
            let mut field = ReadField { field: this.field_mut(slot), received: None };
            tape.read(at).value(property, &mut field)?;
            additional.renamed(property, key, field.received);
        }
        Ok(())
    }
}

/// Takes over every property that `newer` carries; what it lacks stays.
pub(crate) fn merge(this: &mut dyn Fields, newer: &mut dyn Fields) {
    let mut slot = 0;
    while let (Some(ours), Some(theirs)) = (this.field_mut(slot), newer.field_mut(slot)) {
        ours.take_newer(theirs);
        slot += 1;
    }
    this.unnamed_mut().merge(std::mem::take(newer.unnamed_mut()));
}
