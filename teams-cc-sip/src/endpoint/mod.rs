//! A SIP user agent without input or output. It follows RFC 3261 with RFC 3262, 3311, 3515, 3581,
//! 3891, 4028, 4320, 4488, 4538, 6026, 6086, 6141 and 6337.
//!
//! Inputs go in by [`Endpoint::handle_input`], outputs come out by [`Endpoint::poll_output`] until
//! it says [`Output::Timeout`]. Orders are [`Command`]s, news are [`Event`]s, and a call is a
//! [`CallHandle`].
//!
//! ```
//! use teams_cc_core::Instant;
//! use teams_cc_sip::endpoint::{Endpoint, EndpointConfig, Input, Output};
//!
//! let mut endpoint = Endpoint::new(EndpointConfig::new("sbc.example.com", 42)?);
//! endpoint.handle_input(Instant::ZERO, Input::Wake)?;
//! loop {
//!     match endpoint.poll_output() {
//!         Output::Transmit(transmit) => drop(transmit.message.encode()), // put it on the wire
//!         Output::Event(event) => println!("{event:?}"),
//!         Output::Timeout(until) => break assert_eq!(until, None), // wait for input, or until then
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authorizing;
mod called;
mod calling;
mod config;
mod core;
mod dispatch;
mod draft;
mod engine;
mod error;
mod input;
mod objection;
mod output;
mod policy;
mod provisional;
mod referral;
mod refreshing;
mod request;
mod route;
mod session;
mod source;
#[cfg(test)]
mod tests;
mod token;
mod told;
mod updating;
mod within;

pub(crate) use config::METHODS;
pub use config::{EndpointConfig, EndpointLimits};
pub(crate) use core::{Met, Within};
pub use engine::Endpoint;
pub use error::Error;
pub use input::{CallHandle, Command, Extras, Input, ReferHandle, RequestHandle};
pub use output::{CallEnd, Event, Failure, Output, ReferEnd, Transmit, Turned};
pub use policy::{CallPolicy, RefreshBy, Reliability, SessionTimer};
pub use route::{FlowId, Origin, Route};

pub use crate::transport::{Target, TransportKind};
