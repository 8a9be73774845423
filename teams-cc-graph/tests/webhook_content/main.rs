//! Encrypted content: what is opened, for whom, and what is refused by which name.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

mod event_hubs;
mod generated;
mod opened;
mod refused;
mod rolled_over;
mod rotation;
mod sealed;
#[path = "../webhook_intake/support.rs"]
#[allow(dead_code, reason = "the intake's tests use the rest")]
mod support;
mod vouched;
