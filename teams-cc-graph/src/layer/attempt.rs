//! One attempt: a time limit around the transport, and its errors in this crate's words.

use std::time::Duration;

use tower::{Service, ServiceExt};

use super::{Answer, Request, ready_at_once};
use crate::client::Transport;
use crate::error::{Error, ErrorKind};

/// The transport under a time limit.
#[derive(Clone)]
pub(crate) struct Attempt {
    pub(crate) transport: Transport,
    pub(crate) timeout: Duration,
}

impl Service<Request> for Attempt {
    ready_at_once!();

    fn call(&mut self, request: Request) -> Answer {
        let transport = self.transport.clone();
        let timeout = self.timeout;
        Box::pin(async move {
            match tokio::time::timeout(timeout, transport.oneshot(request)).await {
                Ok(Ok(response)) => Ok(response),
                Ok(Err(error)) => match error.downcast::<Error>() {
                    Ok(error) => Err(*error),
                    Err(error) => Err(Error::connection(error)),
                },
                Err(_) => Err(Error::new(ErrorKind::Timeout)),
            }
        })
    }
}
