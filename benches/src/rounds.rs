//! Interleaved rounds: each contestant in every round, in an order that rotates, so that whatever
//! else the machine does falls on all of them.

/// Rounds of a measurement, unless the environment asks for more.
const ROUNDS: usize = 15;

/// The figures of one contestant, one per round.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) figures: Vec<f64>,
}

/// The number of rounds: `TEAMS_CC_BENCH_ROUNDS`, at least 11.
pub(crate) fn count() -> usize {
    let asked = std::env::var("TEAMS_CC_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(ROUNDS).max(11)
}

/// One figure per contestant and round; the first round only warms up.
pub(crate) fn interleave(
    names: &[&'static str],
    mut measure: impl FnMut(&'static str) -> f64,
) -> Vec<Series> {
    let mut series: Vec<_> =
        names.iter().map(|name| Series { name, figures: Vec::new() }).collect();
    for round in 0..=count() {
        for nth in 0..names.len() {
            let at = (nth + round) % names.len();
            let figure = measure(names[at]);
            if round > 0 {
                series[at].figures.push(figure);
            }
        }
    }
    series
}

impl Series {
    pub(crate) fn median(&self) -> f64 {
        median(&self.figures)
    }

    /// The least and the most.
    pub(crate) fn spread(&self) -> (f64, f64) {
        let least = self.figures.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.figures.iter().copied().fold(0.0, f64::max);
        (least, most)
    }

    /// This series over another, round by round.
    pub(crate) fn over(&self, other: &Self) -> Vec<f64> {
        self.figures.iter().zip(&other.figures).map(|(one, other)| one / other).collect()
    }
}

pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}
