//! The intake of callbacks: who is believed, what is answered, how keys roll over.

mod answers;
#[cfg(feature = "axum")]
mod axum;
mod joining;
mod queue;
mod repeated;
mod rollover;
mod subscriptions;
mod support;
