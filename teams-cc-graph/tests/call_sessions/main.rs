//! Live calls over a scripted Graph, in virtual time.

mod dial;
mod registry;
mod stories;
mod support;
