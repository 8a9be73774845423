#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod center;
pub mod doctor;
mod error;
#[cfg(feature = "postgres")]
pub mod node;
pub mod platform;
#[cfg(feature = "postgres")]
pub mod store;

pub use center::{Builder, Contact, ContactCenter, Report, Route, Taken};
pub use error::{Error, ErrorKind};
pub use platform::{Env, Platform};
#[doc(inline)]
pub use teams_cc_core as core;
#[doc(inline)]
pub use teams_cc_graph as graph;
#[doc(inline)]
pub use teams_cc_presence as presence;
#[doc(inline)]
pub use teams_cc_sip as sip;
