//! What a client refuses because too much waits already.

use std::time::Duration;

use crate::limit::Family;

/// Why a request was not let in to wait; nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Overload {
    /// As many requests wait as the client allows.
    #[error("{limit} requests wait already: send fewer, or raise max_waiting_requests")]
    Waiting {
        /// The bound.
        limit: usize,
    },
    /// As many requests of this tenant wait as the client allows for one.
    #[error(
        "{limit} requests of this tenant wait already: send fewer for it, or raise \
         max_waiting_per_tenant"
    )]
    WaitingOfTenant {
        /// The bound.
        limit: usize,
    },
    /// Under the documented rate the request would wait longer than the policy allows.
    #[error("{of} would wait {wait:?} to stay under their documented rate: send fewer of them")]
    Pace {
        /// The requests that share the rate.
        of: Family,
        /// The wait.
        wait: Duration,
    },
    /// The requests of a batch waited one after the other, and longer in all than the policy allows
    /// one request to.
    #[error(
        "the requests of the batch waited {waited:?} one after the other: put fewer of one kind \
         into it"
    )]
    Batch {
        /// How long they waited.
        waited: Duration,
    },
}
