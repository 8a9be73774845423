//! Everything the world leaves to chance, drawn from one seed.

use std::{fmt, ops::RangeInclusive, time::Duration};

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use sha2::{Digest, Sha256};

/// The world's dice: the same seed throws the same numbers in the same order.
pub(crate) struct Dice(StdRng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// A delay within a range of milliseconds.
    pub(crate) fn millis(&mut self, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.0.random_range(range))
    }

    /// A delay near `around`: up to a tenth more, so that two seeds see two days.
    pub(crate) fn near(&mut self, around: Duration) -> Duration {
        let spread = u64::try_from(around.as_millis() / 10).unwrap_or(u64::MAX);
        around + Duration::from_millis(self.0.random_range(0..=spread.max(1)))
    }

    /// An identifier in the form of a version 4 UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        uuid_text(bytes)
    }

    /// A short token for SIP tags, branches and the like.
    pub(crate) fn token(&mut self) -> String {
        format!("{:016x}", self.0.next_u64())
    }

    /// Key material for one SDES line; it protects silence.
    pub(crate) fn key30(&mut self) -> [u8; 30] {
        let mut bytes = [0; 30];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}

impl fmt::Debug for Dice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dice")
    }
}

/// The object id of a named thing: equal in every world, whatever its seed.
pub(crate) fn object_id(kind: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("teams-cc-sim/{kind}/{name}"));
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest) {
        *to = from;
    }
    uuid_text(bytes)
}

/// RFC 9562 §5.4, version 4 form.
fn uuid_text(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let n = u128::from_be_bytes(bytes);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        n >> 96,
        n >> 80 & 0xffff,
        n >> 64 & 0xffff,
        n >> 48 & 0xffff,
        n & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_throws_one_sequence() {
        let throw = |seed| {
            let mut dice = Dice::new(seed);
            (dice.uuid(), dice.millis(1..=1000), dice.token())
        };
        assert_eq!(throw(42), throw(42));
        assert_ne!(throw(42), throw(43));
    }

    #[test]
    fn object_ids_look_like_uuids_and_depend_on_the_name_alone() {
        let id = object_id("user", "ada");
        assert_eq!(id, object_id("user", "ada"));
        assert_ne!(id, object_id("user", "bo"));
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'4');
    }
}
