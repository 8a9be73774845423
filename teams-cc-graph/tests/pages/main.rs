//! Collections in pages, against a server on loopback.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

mod any_links;
mod guards;
mod stories;
mod support;
