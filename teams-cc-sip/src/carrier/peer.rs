//! What a carrier's configuration says about accounts, and whom to believe.

use super::{DigestUser, Registration};
use crate::trunk::{HeaderPolicy, StaticPeer, TrunkConfig};

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
    /// whether they are challenged, and the user says which of them it is. No count of a nonce is
    /// taken twice, so a request that was overheard proves nothing once more.
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

    /// Says that it is one network of trust with us (RFC 3325 §2.4). Default: no.
    ///
    /// Of such a carrier `Identity` and `P-Asserted-Identity` go on, and it is told who has
    /// diverted a call even where that party shall not be shown. Who calls is read of any carrier.
    #[must_use]
    pub fn trusted(mut self, trusted: bool) -> Self {
        self.trusted = trusted;
        self
    }

    /// Sets what goes on to it of what callers bring along.
    #[must_use]
    pub fn headers(mut self, policy: HeaderPolicy) -> Self {
        self.headers = policy;
        self
    }
}

impl TrunkConfig {
    /// Sets what goes on to Teams of what callers bring along.
    #[must_use]
    pub fn headers_to_teams(mut self, policy: HeaderPolicy) -> Self {
        self.headers_to_teams = policy;
        self
    }
}
