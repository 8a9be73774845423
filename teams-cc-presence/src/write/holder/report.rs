//! How a holder stands.

use std::sync::Arc;

use teams_cc_graph::Error;

/// How a [`Holder`](super::Holder) stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HolderReport {
    /// Of how many users something is shown, or is still to be cleared.
    pub users: usize,
    /// How many of them have to be written of by now and wait for the rate, or for a pause to end.
    pub waiting: usize,
    /// Why the last request failed, where it did, such as for a missing permission.
    pub failure: Option<Arc<Error>>,
}
