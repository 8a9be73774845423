//! When to try again, as data that takes `now`.
//!
//! [`Backoff`] spreads attempts (exponential with full jitter), [`RetryAfter`] reads what the
//! other side asked for (RFC 9110 §10.2.3), and [`RetryBudget`] keeps many callers from turning
//! one outage into a storm.

mod backoff;
mod budget;
mod retry_after;

pub use backoff::Backoff;
pub use budget::RetryBudget;
pub use retry_after::{MAX_RETRY_AFTER, ParseRetryAfterError, RetryAfter};
