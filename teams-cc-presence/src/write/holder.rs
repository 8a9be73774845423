//! A session at work: on a Graph client, a clock and Tokio.

mod builder;
mod driver;
mod events;
mod handle;
mod report;
mod state;

pub use builder::HolderBuilder;
pub use events::HolderEvents;
pub use handle::Holder;
pub use report::HolderReport;
