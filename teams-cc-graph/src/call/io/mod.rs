//! The driver: time, requests and tasks around the registry of calls.
//!
//! The registry is sans-IO and behind one lock that is never held across an await. Whoever brings
//! something (a callback, a response, the clock) takes the lock, feeds the registry and wakes
//! whom it concerns; events wait in the registry until [`CallEvents::next`] takes them.

use std::sync::Arc;

mod asking;
mod calls;
mod dial;
mod drain;
mod driver;
mod events;
mod keeper;
mod pending;
mod rehydrate;
mod shared;
mod view;

pub use calls::{Calls, Unfinished};
pub use drain::Drained;
pub use events::CallEvents;
pub use pending::{DEFAULT_OPERATION_DEADLINE, PendingOperation};
pub use rehydrate::{RehydrateError, Rehydrated, RehydratedCall};
pub use view::CallView;

pub(super) use shared::Shared;

/// Stops the driver when the last handle goes.
struct Life(Arc<Shared>);

impl Drop for Life {
    fn drop(&mut self) {
        self.0.stop();
    }
}
