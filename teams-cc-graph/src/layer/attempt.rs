//! One attempt: a time limit around the transport, and its errors in this crate's words.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tower::ServiceExt;

use super::Response;
use crate::client::Transport;
use crate::error::{Error, ErrorKind};

/// The transport under a time limit.
#[derive(Clone)]
pub(crate) struct Attempt {
    transport: Arc<Transport>,
    timeout: Duration,
}

impl Attempt {
    pub(crate) fn new(transport: Transport, timeout: Duration) -> Self {
        Self { transport: Arc::new(transport), timeout }
    }

    /// How long it may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The transport, without the time limit.
    pub(crate) fn transport(&self) -> Transport {
        Transport::clone(&self.transport)
    }

    /// Send the request once. Dropping the future stops waiting.
    pub(crate) async fn send(&self, request: http::Request<Bytes>) -> Result<Response, Error> {
        let transport = Transport::clone(&self.transport);
        match tokio::time::timeout(self.timeout, transport.oneshot(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => match error.downcast::<Error>() {
                Ok(error) => Err(*error),
                Err(error) => Err(Error::connection(error)),
            },
            Err(_) => Err(Error::new(ErrorKind::Timeout)),
        }
    }
}
