//! Several days, and how sure their mean is.

use super::{Arrivals, Report, Site, simulate};
use crate::Seed;

/// Days of different seeds played against one site.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Study {
    /// What came of each, in the order of their numbers.
    pub days: Vec<Report>,
}

impl Study {
    /// Plays so many days; the calls of each are made anew by `arrivals`.
    ///
    /// Studies of the same seed have the same calls day by day, whatever their policy, so that
    /// what differs between two of them is the policy's doing ([`difference`](Self::difference)).
    #[must_use]
    pub fn of<A: Arrivals>(
        site: &Site,
        days: u64,
        seed: Seed,
        mut arrivals: impl FnMut() -> A,
    ) -> Self {
        let seed = seed.derive("days");
        let day = |n| simulate(site, arrivals(), Seed::new(seed.draw(n)));
        Self { days: (0..days).map(day).collect() }
    }

    /// The mean of a figure over all days.
    pub fn estimate(&self, figure: impl Fn(&Report) -> f64) -> Estimate {
        Estimate::of(self.days.iter().map(figure))
    }

    /// The mean of what a figure is more in the other study, day by day.
    pub fn difference(&self, other: &Self, figure: impl Fn(&Report) -> f64) -> Estimate {
        let pairs = self.days.iter().zip(&other.days);
        Estimate::of(pairs.map(|(ours, theirs)| figure(theirs) - figure(ours)))
    }
}

/// A mean and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// The standard error of the mean.
    pub error: f64,
    /// Of how many days.
    pub days: usize,
}

impl Estimate {
    fn of(figures: impl Iterator<Item = f64>) -> Self {
        let figures: Vec<f64> = figures.collect();
        let days = figures.len();
        let n = super::report::count(u64::try_from(days).unwrap_or(u64::MAX));
        let mean = if days == 0 { 0.0 } else { figures.iter().sum::<f64>() / n };
        let squares: f64 = figures.iter().map(|figure| (figure - mean).powi(2)).sum();
        let error = if days < 2 { f64::INFINITY } else { (squares / (n - 1.0) / n).sqrt() };
        Self { mean, error, days }
    }

    /// The interval in which the true mean lies in 95 of 100 studies of 30 days or more.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        (self.mean - 1.96 * self.error, self.mean + 1.96 * self.error)
    }
}
