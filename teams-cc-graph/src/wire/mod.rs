//! How Graph values look on the wire, and how nothing of them is lost.
//!
//! Graph is open: properties appear that no schema names, enumerations grow, spellings differ
//! between documentation and service. Every model of this crate therefore stands on one mechanism:
//! a [`Field`] tells missing from null, [`Additional`] keeps what the model does not name, and what
//! was read and not changed is written back as it was read.

mod additional;
mod date_time;
mod decimal;
mod duration;
mod field;
mod flags;
mod object;
#[macro_use]
mod open_enum;
#[macro_use]
mod polymorphic;
#[macro_use]
pub(crate) mod resource;
mod sensitive;
#[cfg(test)]
mod tests;
mod value;

pub use additional::Additional;
pub use date_time::DateTimeOffset;
pub use decimal::Decimal;
pub use duration::EdmDuration;
pub use field::Field;
pub use flags::Flags;
pub use object::Object;
pub use resource::Resource;
pub use sensitive::Sensitive;
pub use value::DecodeError;

pub(crate) use additional::Reader;
pub(crate) use open_enum::Member;
pub(crate) use value::{Wire, same_type};
