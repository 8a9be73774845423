//! How Graph values look on the wire, and how nothing of them is lost.
//!
//! Graph is open: properties appear that no schema names, enumerations grow, spellings differ
//! between documentation and service. Every model of this crate therefore stands on one mechanism:
//! a [`Field`] tells missing from null, [`Additional`] keeps what the model does not name, and what
//! was read and not changed is written back as it was read.
//!
//! Models read straight from the deserializer: a value arrives (`incoming`), its place takes
//! it ([`Field`] by [`Field`]), and what a type adds is a table of its properties, so that reading,
//! writing, merging and showing are compiled once and not for every type. An object that names its
//! type late is put aside up to that name and read again. Nesting is bounded: `serde_json` stops at
//! 128 levels, and objects of known types lie in each other at most 24 deep. Errors name the
//! property and the kind of value that was found, never the value.

mod additional;
mod bridge;
mod byte_order_mark;
mod choice;
mod date_time;
mod decimal;
mod depth;
mod discriminator;
mod duration;
mod field;
mod fields;
mod flags;
mod incoming;
mod list;
mod name;
mod object;
#[macro_use]
mod open_enum;
mod outgoing;
#[macro_use]
mod polymorphic;
mod refusal;
#[macro_use]
pub(crate) mod resource;
mod sensitive;
mod slot;
mod tape;
#[cfg(test)]
mod tests;
mod value;

pub use additional::Additional;
pub use byte_order_mark::without_mark;
pub use date_time::DateTimeOffset;
pub use decimal::Decimal;
pub use duration::EdmDuration;
pub use field::Field;
pub use flags::Flags;
pub use object::Object;
pub use resource::Resource;
pub use sensitive::Sensitive;

pub(crate) use choice::{Choice, Subtypes, take_choice};
pub(crate) use discriminator::same_type;
pub(crate) use field::AnyField;
pub(crate) use fields::{Fields, Table, merge, take_object};
pub(crate) use incoming::{Incoming, Take};
pub(crate) use open_enum::{Member, as_member, spelled};
pub(crate) use outgoing::{Outgoing, show, untyped};
pub(crate) use refusal::{Stop, refuse};
pub(crate) use slot::{Slot, Taken, Wire, hand, read, through_wire};
