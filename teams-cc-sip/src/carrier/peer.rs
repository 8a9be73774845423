//! What a carrier's configuration says about accounts.

use super::{DigestUser, Registration};
use crate::trunk::StaticPeer;

impl StaticPeer {
    /// Answers its challenges as this user (RFC 3261 §22).
    #[must_use]
    pub fn credentials(mut self, user: DigestUser) -> Self {
        self.credentials = Some(user);
        self
    }

    /// Challenges its requests, each of which has to prove this user.
    ///
    /// The realm is the trunk's name. Of several carriers with one address the first decides
    /// whether they are challenged, and the user says which of them it is. Without TLS whoever
    /// overhears a request can repeat it for a minute, from the same address.
    #[must_use]
    pub fn challenged(mut self, user: DigestUser) -> Self {
        self.proof = Some(user);
        self
    }

    /// Registers with its target, and takes the calls that come over the binding.
    #[must_use]
    pub fn registration(mut self, registration: Registration) -> Self {
        self.registration = Some(registration);
        self
    }
}
