//! A session at work: on a Graph client, a clock and Tokio.

mod builder;
mod driver;
mod events;
mod handle;
mod report;
mod shared;

pub use builder::HolderBuilder;
pub use events::HolderEvents;
pub use handle::Holder;
pub use report::HolderReport;
