//! The intake of callbacks: who is believed, what is answered, how keys roll over.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

mod answers;
#[cfg(feature = "axum")]
mod axum;
mod forged;
mod hostile;
mod joining;
#[path = "../observed/log.rs"]
mod log;
mod odd;
mod people;
mod queue;
mod records;
mod repeated;
mod rollover;
mod subscriptions;
mod support;
mod tenants;
