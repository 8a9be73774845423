//! Live calls over a scripted Graph, in virtual time.

mod cancel;
mod dial;
mod registry;
mod stories;
mod support;
