//! The agents as routing sees them.

mod bits;
mod book;
mod classes;
mod contacts;
mod index;
mod members;
mod ordered;
mod record;
mod rows;
mod seats;
mod view;

pub use book::Roster;
pub(super) use classes::Traits;
pub(super) use index::Slab;
pub(super) use members::{Member, Members, Minds, Seat};
pub(super) use ordered::{Entry as OrderedEntry, Ordered};
pub use record::{AgentRecord, Standing};
pub(super) use record::{Hold, Passed, PassedBy, Slot};
pub(super) use rows::Row;
pub(super) use seats::Stirred;
pub use view::{AgentRef, View};
