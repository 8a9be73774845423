#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod direct_routing;
pub mod io;
pub mod transaction;

pub mod message;
pub mod sdp;
mod dialog;
pub mod endpoint;

mod bridge;
mod error;
pub mod trunk;

pub use error::{Error, ErrorKind};
