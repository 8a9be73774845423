//! Requests of the [v1.0 API](https://learn.microsoft.com/graph/api/overview), one per file.
//!
//! Each request is a builder. `into_request()` makes it an `http::Request` without a client, to
//! test or to batch; a builder that came from a [`Client`](crate::Client) is also awaited.
//!
//! Dropping the future of a request before it is done cancels the wait, not the order: the service
//! may have received it. Find out by the call's state or by the operation's client context.

#[macro_use]
mod endpoint;
mod check;
pub mod communications;
mod future;
pub mod users;

pub use endpoint::{Endpoint, Repeat, Via};
pub use future::ResponseFuture;
