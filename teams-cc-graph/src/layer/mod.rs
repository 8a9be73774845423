//! What happens to every request on its way, one [tower] layer per file.
//!
//! From the caller inwards: `trace`, `request_id`, `retry`, `throttle`, `auth`, `attempt`, then the
//! transport. A retry so takes a fresh token and a fresh place in the queue, under one request id.
//! What may go when is decided in `gate`, which is sans-IO. Time passes through tokio, so a paused
//! clock pauses every wait.

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
use std::pin::Pin;

use bytes::Bytes;
use tower::util::BoxCloneSyncService;

pub(crate) use attempt::Attempt;
pub(crate) use auth::Auth;
pub(crate) use gate::Bounds;
pub(crate) use order::{Order, Phases};
pub(crate) use request_id::{IdSource, RequestId};
pub(crate) use retry::{Retry, retry_after};
pub(crate) use throttle::Throttle;
pub(crate) use trace::Trace;

use crate::error::Error;

/// A response, whole.
pub(crate) type Response = http::Response<Bytes>;
/// A boxed future of a layer.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send>>;
/// A service with all layers below it.
pub(crate) type Stack = BoxCloneSyncService<Order, Response, Error>;

/// Every layer is ready at once, asks the one below when it is called, and answers later.
macro_rules! ready_at_once {
    () => {
        type Response = $crate::layer::Response;
        type Error = $crate::error::Error;
        type Future = $crate::layer::Answer;

        fn poll_ready(
            &mut self,
            _: &mut ::std::task::Context<'_>,
        ) -> ::std::task::Poll<Result<(), $crate::error::Error>> {
            ::std::task::Poll::Ready(Ok(()))
        }
    };
}
use ready_at_once;
