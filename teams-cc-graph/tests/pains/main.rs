//! What users of other kits suffer from, and what spares them here: one test for each.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

#[expect(dead_code, reason = "the stories of call control need more of it")]
#[path = "../call_control/support.rs"]
mod board;
mod counted;
mod groups;
#[path = "../observed/log.rs"]
mod log;
mod notifications;
mod processes;
#[path = "../call_sessions/support.rs"]
mod sessions;
mod states;
mod transfers;
