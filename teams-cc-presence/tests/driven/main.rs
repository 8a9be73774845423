//! A watch and a holder over the whole client, with Graph in the same process.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, on bodies written in place")]

mod held;
mod service;
mod told;
mod watched;
