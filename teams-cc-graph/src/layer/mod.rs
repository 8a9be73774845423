//! What happens to every request on its way, one layer per file.
//!
//! From the caller inwards: `trace`, `request_id`, `retry`, `throttle`, `auth`, `attempt`, then the
//! transport. A retry so takes a fresh token and a fresh place in the queue, under one request id.
//! The layers are of tower's form, but borrow what they pass on and are known to each other: a
//! request costs no allocation per layer. At both ends stands tower itself: a [`Client`] is a
//! `tower::Service`, and so is its transport. What may go when is decided in `gate`, which is sans-IO. Time passes through tokio, so a paused
//! clock pauses every wait.
//!
//! [`Client`]: crate::Client

mod attempt;
mod auth;
mod gate;
mod order;
mod recent;
mod request_id;
mod retry;
#[cfg(test)]
mod tests;
mod throttle;
mod trace;

use std::future::Future;

use bytes::Bytes;

pub(crate) use attempt::{Attempt, Wire};
pub(crate) use auth::Auth;
pub(crate) use gate::Bounds;
pub(crate) use order::{Inside, Order, Phases};
pub(crate) use request_id::{IdSource, RequestId};
pub(crate) use retry::{Retry, retry_after};
pub(crate) use throttle::{Desk, Throttle};
pub(crate) use trace::Trace;

use crate::error::Error;

/// A response, whole.
pub(crate) type Response = http::Response<Bytes>;
/// All layers.
pub(crate) type Stack = Trace<RequestId<Retry<Throttle<Auth>>>>;

/// A layer with all layers below it.
pub(crate) trait Handle: Send + Sync {
    /// Send the request of an order, as often as that takes. Dropping the future stops waiting.
    fn handle(&self, order: &mut Order<'_>)
    -> impl Future<Output = Result<Response, Error>> + Send;
}
