#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod clock;
mod door;
mod error;
pub mod keys;
pub mod ladder;
pub mod log;
mod random;
mod sip;
pub mod world;

pub use clock::{VirtualClock, run};
pub use error::{Error, ErrorKind};
