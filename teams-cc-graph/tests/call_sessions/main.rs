//! Live calls over a scripted Graph, in virtual time.

mod cancel;
mod dial;
mod handover;
mod operations;
mod registry;
mod stories;
mod support;
mod takeover;
mod writers;
