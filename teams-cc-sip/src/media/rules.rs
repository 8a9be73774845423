//! What a media plane allows and how long it waits.

use std::time::Duration;

use crate::{direct_routing::AddressRange, trunk::DEFAULT_LEGS};

/// Bounds and rules of a media plane.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MediaRules {
    /// The most legs at a time; further ones are not opened. As many as a trunk has by default; ports
    /// and open files of the process may bound them sooner.
    pub legs: usize,
    /// Addresses from which plain RTP is taken besides the one in the peer's description.
    ///
    /// Packets that are authentic are taken from anywhere, since their key proves the sender.
    pub sources: Vec<AddressRange>,
    /// How long a peer may be silent before its leg is reported; none switches the watch off.
    pub silence: Option<Duration>,
    /// Whether legs are sent silence or comfort noise while nothing else is there to send.
    pub idle_noise: bool,
}

impl Default for MediaRules {
    fn default() -> Self {
        Self {
            legs: DEFAULT_LEGS,
            sources: Vec::new(),
            silence: Some(Duration::from_mins(1)),
            idle_noise: true,
        }
    }
}
