#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod address;
pub mod contact;
pub mod id;
pub mod number;
pub mod time;

pub use address::{Address, TeamsUser};
pub use id::{
    AgentId, AppId, CallId, ContactId, Id, LegId, OperationId, QueueId, TenantId, UserId,
};
pub use number::{E164, PhoneNumber};
pub use time::{Clock, Instant, Timestamp};
