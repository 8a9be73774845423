//! Call control that cannot be misused.

mod ability;
mod kind;
mod rules;
mod target;

pub use ability::{Ability, Basis, Unsupported};
pub use kind::{CallKind, CalledAs, JoinedBy};
pub use rules::{Assumed, TransferRefusal};
pub use target::{ApplicationInstance, Target, UnusableTarget};
