#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod address;
pub mod agent;
pub mod contact;
pub mod emergency;
mod error;
pub mod id;
pub mod limit;
pub mod number;
pub mod queue;
pub mod retry;
pub mod routing;
pub mod secret;
pub mod seed;
pub mod simulation;
pub mod store;
pub mod time;

pub use address::{Address, TeamsUser};
pub use agent::Agent;
pub use emergency::EmergencyPlan;
pub use error::{Error, ErrorKind};
pub use id::{
    AgentId, AppId, CallId, ContactId, Id, LegId, OfferId, OperationId, QueueId, TenantId, UserId,
};
pub use number::{E164, PhoneNumber};
pub use queue::QueueEntry;
pub use routing::RoutingPolicy;
pub use secret::Secret;
pub use seed::Seed;
pub use time::{Clock, Instant, Timestamp};
