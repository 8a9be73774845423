//! What a batch needs to know of a request.

use bytes::Bytes;
use teams_cc_core::TenantId;

use super::endpoint::sealed::Sealed;
use crate::error::Error;

/// A request with its answer: every builder of this crate, with or without a client.
///
/// A [`Batch`](crate::batch::Batch) takes any. Only builders of this crate are.
pub trait TypedRequest: Sealed {
    /// What the service answers.
    type Answer;

    /// Who can send it: a [`Client`](crate::Client), or a [`Delegated`](crate::Delegated) for what
    /// a signed-in user alone may do.
    type Sender;

    /// The tenant it is meant for, where it came from a client.
    #[doc(hidden)]
    fn tenant(&self) -> Option<&TenantId>;

    /// The request as HTTP.
    #[doc(hidden)]
    fn into_http(self) -> Result<http::Request<Bytes>, Error>;

    /// What an answer that is no error says.
    #[doc(hidden)]
    fn read(response: http::Response<Bytes>) -> Result<Self::Answer, Error>;
}
