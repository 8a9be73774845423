//! What an operator sees: every name of a metric and of a span's attribute, for dashboards hang on
//! them. A name that changes breaks them, so it has to change here too.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

#[cfg(feature = "metrics")]
#[expect(dead_code, reason = "the stories of call control need more of it")]
#[path = "../call_control/support.rs"]
mod board;
#[cfg(feature = "metrics")]
mod metrics;
mod spans;
mod support;
