//! Batches against a service on loopback.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

mod stories;
mod support;
