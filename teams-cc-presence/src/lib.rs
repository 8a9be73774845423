#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod fresh;
mod map;
mod model;
mod quota;
mod rate;
pub mod read;
mod readiness;
pub mod seats;
mod shard;
mod shared;
mod told;
pub mod tracker;
pub mod watch;
pub mod write;

pub use error::TooManyUsers;
pub use fresh::Fresh;
pub use map::Reach;
pub use model::{Presence, SequenceNumber};
pub use quota::Quota;
pub use rate::{Class, QUOTA, Rate};
pub use readiness::{Readiness, Unready};
pub use shard::{MAX_IDS, shards};
pub use teams_cc_core::agent::{Availability, Observation, PresenceSource};
pub use told::{LocalTime, StatusMessage, WorkLocation};
pub use watch::Watch;
