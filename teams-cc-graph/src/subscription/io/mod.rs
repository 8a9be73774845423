//! The upkeep on a client, a clock and Tokio.

mod builder;
mod driver;
mod events;
mod keeper;
mod perform;
mod secrets;
mod shared;

pub use builder::{Certificate, KeeperBuilder};
pub use events::KeeperEvents;
pub use keeper::Keeper;
pub use secrets::Secrets;
