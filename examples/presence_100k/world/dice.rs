//! Chance from a seed.

use std::time::Duration;

use teams_cc_core::Seed;

/// Numbers one after the other.
pub(crate) struct Dice {
    seed: Seed,
    drawn: u64,
}

impl Dice {
    pub(crate) fn new(seed: Seed, purpose: &str) -> Self {
        Self { seed: seed.derive(purpose), drawn: 0 }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.drawn += 1;
        self.seed.draw(self.drawn)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * bound as u128;
        usize::try_from(wide >> 64).unwrap_or(usize::MAX)
    }

    /// Whether something happens that does so many times in a million.
    pub(crate) fn chance(&mut self, in_a_million: u64) -> bool {
        self.next() % 1_000_000 < in_a_million
    }

    pub(crate) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = u64::try_from(most.saturating_sub(least).as_nanos()).unwrap_or(u64::MAX);
        least + Duration::from_nanos(self.next() % span.max(1))
    }

    /// A time until something that happens once in `mean`, whatever came before.
    #[expect(clippy::cast_precision_loss, reason = "53 bits of chance are enough")]
    pub(crate) fn until(&mut self, mean: Duration) -> Duration {
        let even = ((self.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64;
        mean.mul_f64(-even.ln())
    }
}
