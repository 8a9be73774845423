#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod clock;
pub mod door;
mod error;
#[doc = include_str!("fidelity.md")]
pub mod fidelity {}
mod io;
pub mod keys;
mod lab;
pub mod ladder;
pub mod log;
mod platform;
mod random;
#[doc = include_str!("requests.md")]
pub mod requests {}
pub mod scenario;
mod sip;
pub mod world;

pub use clock::{VirtualClock, run};
pub use error::{Error, ErrorKind};
pub use io::Override;
pub use lab::Lab;
pub use platform::{LONGEST_DAY, Sim};
pub use world::Setup;
