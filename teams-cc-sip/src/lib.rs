#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bridge;
pub mod carrier;
mod dialog;
mod digest;
pub mod direct_routing;
pub mod endpoint;
mod error;
mod fingerprint;
pub mod gate;
pub mod io;
#[cfg(feature = "media")]
pub mod media;
pub mod message;
pub mod sdp;
pub mod transaction;
mod transport;
pub mod trunk;

pub use error::{Error, ErrorKind};
