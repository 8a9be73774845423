//! The seam under the client: any tower service over http types.

use bytes::Bytes;
use tower::util::BoxCloneSyncService;

/// What a transport may fail with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The wire: a boxed `tower::Service` from `http::Request` to `http::Response`, both whole.
///
/// The default speaks HTTPS. Tests put a function here, simulators a world, and partners their
/// own layers around [`ClientBuilder::default_transport`](super::ClientBuilder::default_transport).
/// A transport follows no redirects: they could carry the token to another origin.
pub type Transport = BoxCloneSyncService<http::Request<Bytes>, http::Response<Bytes>, BoxError>;
