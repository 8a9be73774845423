//! One attempt: a time limit around the transport, and its errors in this crate's words.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

use super::{Order, Response};
use crate::client::{Base, BoxError, MAX_RESENDS, ReqwestTransport, Transport, is_unprocessed};
use crate::error::{Error, ErrorKind};

/// The transport under a time limit.
#[derive(Clone)]
pub(crate) struct Attempt {
    wire: Wire,
    timeout: Duration,
}

/// What requests go over: the default transport costs no allocation for being one of two.
#[derive(Clone)]
pub(crate) enum Wire {
    Default(ReqwestTransport),
    Other(Arc<Transport>),
}

impl Wire {
    /// The same as a tower service, for others than the client.
    pub(crate) fn transport(&self) -> Transport {
        match self {
            Self::Default(transport) => BoxCloneSyncService::new(transport.clone()),
            Self::Other(transport) => Transport::clone(transport),
        }
    }
}

impl From<Transport> for Wire {
    fn from(transport: Transport) -> Self {
        Self::Other(Arc::new(transport))
    }
}

impl Attempt {
    pub(crate) fn new(wire: impl Into<Wire>, timeout: Duration) -> Self {
        Self { wire: wire.into(), timeout }
    }

    /// How long it may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The transport, without the time limit.
    pub(crate) fn transport(&self) -> Transport {
        self.wire.transport()
    }

    /// Send a request of Graph once, with these credentials. Dropping the future stops waiting.
    pub(crate) async fn send_signed(
        &self,
        order: &Order<'_>,
        authorization: &HeaderValue,
    ) -> Result<Response, Error> {
        let (base, request) = (order.base, &*order.request);
        match &self.wire {
            Wire::Default(transport) => {
                let sent = async {
                    let mut resends = 0;
                    loop {
                        let url = base.locate(request.uri())?;
                        match transport.send_to(url, request, authorization).await {
                            Err(error) if resends < MAX_RESENDS && is_unprocessed(&*error) => {
                                resends += 1;
                            }
                            sent => return sent,
                        }
                    }
                };
                // Boxed, so that the future around it stays within the small blocks of allocators.
                told(Box::pin(timeout(self.timeout, sent)).await)
            }
            Wire::Other(_) => {
                let request = signed(base, request, authorization)?;
                // Boxed, so that the usual way has no room for this one.
                Box::pin(self.send(request)).await
            }
        }
    }

    /// Send the request once. Dropping the future stops waiting.
    pub(crate) async fn send(&self, request: http::Request<Bytes>) -> Result<Response, Error> {
        match &self.wire {
            Wire::Default(transport) => told(timeout(self.timeout, transport.send(request)).await),
            Wire::Other(transport) => {
                let transport = Transport::clone(transport);
                told(timeout(self.timeout, transport.oneshot(request)).await)
            }
        }
    }
}

/// A copy of a request with its whole address and these credentials.
fn signed(
    base: &Base,
    request: &http::Request<Bytes>,
    authorization: &HeaderValue,
) -> Result<http::Request<Bytes>, Error> {
    let mut request = request.clone();
    *request.uri_mut() = base.join(request.uri())?;
    request.headers_mut().insert(AUTHORIZATION, authorization.clone());
    Ok(request)
}

/// What came of an attempt, in this crate's words.
fn told(sent: Result<Result<Response, BoxError>, Elapsed>) -> Result<Response, Error> {
    match sent {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => match error.downcast::<Error>() {
            Ok(error) => Err(*error),
            Err(error) => Err(Error::connection(error)),
        },
        Err(_) => Err(Error::new(ErrorKind::Timeout)),
    }
}
