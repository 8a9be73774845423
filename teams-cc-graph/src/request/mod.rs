//! Requests of the [v1.0 API](https://learn.microsoft.com/graph/api/overview), one per file.
//!
//! Each request is a builder. `into_request()` makes it an `http::Request` without a client, to
//! test or to batch; a builder that came from a [`Client`](crate::Client) is also awaited.
//!
//! Dropping the future of a request before it is done cancels the wait, not the order: the service
//! may have received it. Find out by the call's state or by the operation's client context.

#[macro_use]
pub(crate) mod endpoint;
#[macro_use]
mod query;
#[macro_use]
mod paged;
#[macro_use]
mod prefer;
#[macro_use]
mod streamed;
#[macro_use]
mod owner;
#[macro_use]
mod eventual;
#[macro_use]
mod activity;
#[macro_use]
mod new_message;
#[macro_use]
mod window;
pub mod adhoc_calls;
pub mod admin;
mod answer;
pub mod app_catalogs;
pub mod applications;
mod bind;
pub mod chats;
pub(crate) mod check;
pub mod communications;
mod draft;
mod future;
pub mod online_meetings;
pub mod subscriptions;
pub mod teams;
pub mod teamwork;
#[cfg(test)]
mod tests;
mod typed;
pub mod users;

pub use answer::{Content, Located};
pub use endpoint::{Endpoint, Repeat, Via};
pub use future::ResponseFuture;
pub use owner::Owner;
pub use query::Query;
pub use typed::TypedRequest;
