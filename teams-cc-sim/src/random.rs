//! Everything the world leaves to chance, drawn from one seed.

use std::{ops::RangeInclusive, time::Duration};

use sha2::{Digest, Sha256};
use teams_cc_core::Seed;

/// The world's dice: the same seed throws the same numbers in the same order.
#[derive(Debug)]
pub(crate) struct Dice {
    seed: Seed,
    thrown: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed: Seed::new(seed).derive("simulated world"), thrown: 0 }
    }

    /// A delay within a range of milliseconds.
    pub(crate) fn millis(&mut self, range: RangeInclusive<u64>) -> Duration {
        let (least, most) = range.into_inner();
        // The ranges are tiny beside 64 bits, so the remainder favours nobody.
        let width = most.saturating_sub(least).saturating_add(1);
        Duration::from_millis(least + self.number() % width)
    }

    /// A delay near `around`: up to a tenth more, so that two seeds see two days.
    pub(crate) fn near(&mut self, around: Duration) -> Duration {
        let spread = u64::try_from(around.as_millis() / 10).unwrap_or(u64::MAX);
        around + self.millis(0..=spread.max(1))
    }

    /// An identifier in the form of a version 4 UUID.
    pub(crate) fn uuid(&mut self) -> String {
        uuid_text(self.bytes())
    }

    /// A short token for SIP tags, branches and the like.
    pub(crate) fn token(&mut self) -> String {
        format!("{:016x}", self.number())
    }

    /// Key material for one SDES line; it protects silence.
    pub(crate) fn key30(&mut self) -> [u8; 30] {
        self.bytes()
    }

    fn number(&mut self) -> u64 {
        let nth = self.thrown;
        self.thrown = nth.wrapping_add(1);
        self.seed.draw(nth)
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            for (to, from) in chunk.iter_mut().zip(self.number().to_be_bytes()) {
                *to = from;
            }
        }
        bytes
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

fn uuid_text(bytes: [u8; 16]) -> String {
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
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
