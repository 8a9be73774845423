//! The HTTP door in process: a tower service in front of the world.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use teams_cc::graph::Transport;
use tower::util::{BoxCloneSyncService, service_fn};

use super::Shared;

/// Answers some requests itself, in front of the world.
///
/// The first override that gives a response wins; where none does, the world answers. The world
/// knows nothing of an overridden request.
#[derive(Clone)]
pub struct Override(Arc<Answering>);

type Answering = dyn Fn(&Request<Bytes>) -> Option<Response<Bytes>> + Send + Sync;

impl Override {
    /// An override; it must not block.
    pub fn new(
        answer: impl Fn(&Request<Bytes>) -> Option<Response<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(answer))
    }
}

impl fmt::Debug for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Override(…)")
    }
}

/// The transport a Graph client uses. Dropping a request's future loses its answer, not what it
/// did: the world acts when the request reaches it.
pub(crate) fn transport(shared: Arc<Shared>, overrides: Arc<[Override]>) -> Transport {
    BoxCloneSyncService::new(service_fn(move |request: Request<Bytes>| {
        let shared = Arc::clone(&shared);
        let overrides = Arc::clone(&overrides);
        async move {
            if let Some(response) = overrides.iter().find_map(|over| (over.0)(&request)) {
                return Ok(response);
            }
            let reply = shared.with(|world, now| world.handle(now, &request));
            shared.clock().sleep(reply.delay).await;
            Ok(reply.response)
        }
    }))
}
