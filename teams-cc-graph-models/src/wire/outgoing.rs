//! A value as it leaves, whatever format it leaves in.

use std::{borrow::Cow, fmt};

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use serde_json::{Map, Number, Value};

use super::{
    Field,
    additional::{Additional, Discriminator},
    discriminator::ODATA_TYPE,
    field::AnyField,
    fields::Fields,
    list::List,
    slot::{Slot, read_into},
};

/// A value that leaves.
pub(crate) enum Outgoing<'a> {
    Bool(bool),
    Integer(i64),
    Float(f64),
    Number(Number),
    Text(Cow<'a, str>),
    Value(&'a Value),
    Map(&'a Map<String, Value>),
    List(&'a dyn List),
    Object(&'a dyn Fields),
}

impl<'a> Outgoing<'a> {
    /// A text that is held elsewhere.
    pub(crate) const fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl Serialize for Outgoing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Value(value) => value.serialize(serializer),
            Self::Map(map) => map.serialize(serializer),
            Self::List(list) => write_list(*list, serializer),
            Self::Object(fields) => write_object(*fields, serializer),
        }
    }
}

fn write_list<S: Serializer>(list: &dyn List, serializer: S) -> Result<S::Ok, S::Error> {
    let mut items = serializer.serialize_seq(Some(list.count()))?;
    let mut at = 0;
    while let Some(item) = list.item(at) {
        items.serialize_element(&item.give())?;
        at += 1;
    }
    items.end()
}

/// Writes an object: its discriminator, its named properties, then what the model does not name.
///
/// The discriminator comes first, as some OData readers demand.
fn write_object<S: Serializer>(fields: &dyn Fields, serializer: S) -> Result<S::Ok, S::Error> {
    let (table, additional) = (fields.table(), fields.unnamed());
    let mut map = serializer.serialize_map(None)?;
    // The names written, noted only where an undeclared property could repeat one.
    let mut written = Vec::new();
    match (additional.discriminator(), additional.received_type()) {
        (Discriminator::Own, _) if !table.type_name.is_empty() => {
            map.serialize_entry(ODATA_TYPE, &OwnName(table.type_name))?;
            written.push(ODATA_TYPE);
        }
        (_, Some(received)) => {
            map.serialize_entry(ODATA_TYPE, received)?;
            written.push(ODATA_TYPE);
        }
        _ => {}
    }
    for (slot, &property) in table.names.iter().enumerate() {
        let Some(field) = fields.field(slot) else { break };
        let slot = match field.slot() {
            Field::Missing => continue,
            Field::Null => None,
            Field::Value(slot) => Some(slot),
        };
        let spelling = additional.spelling(property);
        let name = spelling.and_then(|spelling| spelling.name.as_deref()).unwrap_or(property);
        if !additional.is_empty() {
            written.push(name);
        }
        let received = spelling.and_then(|spelling| spelling.value.as_ref());
        match (slot, received) {
            (None, _) => map.serialize_entry(name, &())?,
            (Some(slot), Some(received)) if is_unchanged(received, field, slot) => {
                map.serialize_entry(name, received)?;
            }
            (Some(slot), _) => map.serialize_entry(name, &slot.give())?,
        }
    }
    for (name, value) in additional.iter() {
        if !written.contains(&name) {
            map.serialize_entry(name, value)?;
        }
    }
    map.end()
}

/// Whether the value is still the one that was received in this spelling.
fn is_unchanged(received: &Value, field: &dyn AnyField, slot: &dyn Slot) -> bool {
    let mut twin = field.twin();
    let Some(read) = twin.fill() else { return false };
    read_into(read, received.clone()).is_ok()
        && untyped(read.give()).is_ok_and(|read| untyped(slot.give()).is_ok_and(|now| read == now))
}

/// What is written, as JSON.
pub(crate) fn untyped(outgoing: Outgoing<'_>) -> Result<Value, serde_json::Error> {
    serde_json::to_value(outgoing)
}

/// The discriminator that a type writes for itself.
struct OwnName(&'static str);

impl Serialize for OwnName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("#{}", self.0))
    }
}

/// Shows an object: the properties that are there, then the names of those no model names.
pub(crate) fn show(fields: &dyn Fields, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let table = fields.table();
    let mut shown = f.debug_struct(table.rust_name);
    for (slot, rust_name) in table.rust_names.iter().enumerate() {
        match fields.field(slot).map_or(Field::Missing, AnyField::slot) {
            Field::Missing => &mut shown,
            Field::Null => shown.field(rust_name, &None::<()>),
            Field::Value(slot) => shown.field(rust_name, &slot),
        };
    }
    let additional: &Additional = fields.unnamed();
    if !additional.is_empty() {
        shown.field("additional", additional);
    }
    shown.finish_non_exhaustive()
}
