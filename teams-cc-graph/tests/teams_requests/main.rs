//! Requests beside calls as HTTP: their lines, their bodies, and what is refused before it is sent.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

mod channels;
mod chats;
mod delegated;
mod directory;
mod models;
mod numbers;
mod subscriptions;
mod support;
