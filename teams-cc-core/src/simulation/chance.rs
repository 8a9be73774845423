//! Chance from a seed.

use std::time::Duration;

use crate::Seed;

/// Numbers drawn one after the other from a seed.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    seed: Seed,
    drawn: u64,
}

impl Draws {
    /// The first number of this seed comes next.
    #[must_use]
    pub const fn new(seed: Seed) -> Self {
        Self { seed, drawn: 0 }
    }

    /// The next number, of all numbers there are.
    pub const fn number(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        self.seed.draw(self.drawn)
    }

    /// The next number above zero, up to and including one.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub const fn unit(&mut self) -> f64 {
        ((self.number() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }
}

/// How a time spreads around its middle.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Spread {
    /// Always the same.
    Fixed(Duration),
    /// Exponential, with this mean.
    Exponential(Duration),
    /// Anything between, equally likely.
    Between(Duration, Duration),
    /// Log-normal, as handle times mostly are: the median, and the standard deviation of the
    /// logarithm.
    LogNormal(Duration, f64),
}

impl Spread {
    /// Draws a time.
    pub fn draw(&self, draws: &mut Draws) -> Duration {
        match *self {
            Self::Fixed(time) => time,
            Self::Exponential(mean) => scaled(mean, -draws.unit().ln()),
            Self::Between(from, to) => {
                from.saturating_add(scaled(to.saturating_sub(from), draws.unit()))
            }
            Self::LogNormal(median, sigma) => {
                // Box and Muller's normal number.
                let radius = (-2.0 * draws.unit().ln()).sqrt();
                let normal = radius * (std::f64::consts::TAU * draws.unit()).cos();
                scaled(median, (sigma * normal).exp())
            }
        }
    }
}

fn scaled(time: Duration, by: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * by).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_what_they_say() {
        let secs = Duration::from_secs;
        let cases = [
            (Spread::Fixed(secs(10)), 10.0),
            (Spread::Exponential(secs(10)), 10.0),
            (Spread::Between(secs(5), secs(15)), 10.0),
            (Spread::LogNormal(secs(10), 0.5), 10.0 * (0.125f64).exp()),
        ];
        for (spread, mean) in cases {
            let mut draws = Draws::new(Seed::new(7));
            let n = 200_000;
            let sum: f64 = (0..n).map(|_| spread.draw(&mut draws).as_secs_f64()).sum();
            let seen = sum / f64::from(n);
            assert!((seen / mean - 1.0).abs() < 0.01, "{spread:?}: {seen} not {mean}");
        }
    }
}
