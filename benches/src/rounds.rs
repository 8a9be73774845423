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
    measure: impl FnMut(&'static str) -> f64,
) -> Vec<Series> {
    interleave_parts(names, 1, measure)
}

/// As [`interleave`], for rates: in each round the contestants take turns so many times, and the
/// rate of a round is that of all its parts, which are equally long, together.
pub(crate) fn interleave_parts(
    names: &[&'static str],
    parts: usize,
    mut measure: impl FnMut(&'static str) -> f64,
) -> Vec<Series> {
    let mut series: Vec<_> =
        names.iter().map(|name| Series { name, figures: Vec::new() }).collect();
    for round in 0..=count() {
        let mut slowness = vec![0.0; names.len()];
        for turn in 0..parts * names.len() {
            // Each part begins with another contestant, as each round does.
            let at = (turn + turn / names.len() + round) % names.len();
            slowness[at] += 1.0 / measure(names[at]);
        }
        if round > 0 {
            for (series, slowness) in series.iter_mut().zip(slowness) {
                series.figures.push(parts as f64 / slowness);
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
