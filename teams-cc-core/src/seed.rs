//! Chance that repeats: every random-looking choice comes from a seed in configuration.

use serde::{Deserialize, Serialize};

/// Where an engine's chance comes from.
///
/// Equal seeds give equal choices. The numbers are evenly spread and easily guessed: never make
/// keys or tokens of them. An engine derives one seed per purpose, so that a draw more in
/// one place moves nothing in another.
///
/// ```
/// use teams_cc_core::Seed;
///
/// let day = Seed::new(42);
/// assert_eq!(day.derive("jitter").draw(3), day.derive("jitter").draw(3));
/// assert_ne!(day.derive("jitter").draw(3), day.derive("branch").draw(3));
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seed(u64);

impl Seed {
    /// A seed as written in configuration.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The number as written.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The seed for one purpose.
    #[must_use]
    pub fn derive(self, purpose: &str) -> Self {
        // FNV-1a spreads the text; `mix` removes what structure it leaves.
        let text = purpose.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(mix(self.0 ^ mix(text)))
    }

    /// The nth number of this seed, without any state.
    #[must_use]
    pub const fn draw(self, nth: u64) -> u64 {
        mix(self.0 ^ mix(nth))
    }
}

/// The finaliser of `SplitMix64`: every bit of the input reaches every bit of the output.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
