//! Reading many users at once.
//!
//! [`POST /communications/getPresencesByUserId`][learn] takes 650 ids, answers a bad id with a bare
//! 400 or 500 for the whole request, and leaves out users it does not know. [`BatchRead`] is the
//! plan of one read as data: which ids to ask for next, and halving where the service refuses, so
//! that one bad id costs itself alone. [`Reader`] carries the plan out over a Graph client.
//!
//! [learn]: https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid

mod batch;
mod io;
mod report;
#[cfg(test)]
mod tests;

pub use batch::{Batch, BatchId, BatchRead, MAX_FAILURES, MAX_SPLITS, MAX_USERS, Refusal};
pub use io::{MAX_IN_FLIGHT, Reader};
pub use report::{Report, Unread};
