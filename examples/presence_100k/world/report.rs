//! What came of it.

use std::{fmt, time::Duration};

use teams_cc_presence::{Class, QUOTA, tracker::Counts};

/// What came of the day.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) users: usize,
    pub(crate) lasted: Duration,
    pub(crate) changes: u64,
    pub(crate) period: Duration,
    pub(crate) bound: Duration,
    pub(crate) worst: Duration,
    pub(crate) worst_outage: Duration,
    pub(crate) mean: Duration,
    pub(crate) requests: u64,
    pub(crate) most: usize,
    pub(crate) allowed: u32,
    pub(crate) throttled: u64,
    pub(crate) too_large: u64,
    pub(crate) too_early: u64,
    pub(crate) read: u64,
    pub(crate) taken: [(Class, u64); 4],
    /// How many agents were held available, how often one of them faded, and how it was judged.
    pub(crate) held: usize,
    pub(crate) faded: u64,
    pub(crate) faded_in_fair_weather: u64,
    pub(crate) faded_untold: u64,
    pub(crate) still_held: usize,
    pub(crate) sent: u64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) late: u64,
    pub(crate) silenced: u64,
    pub(crate) removed: u64,
    pub(crate) opened: u64,
    pub(crate) counts: Counts,
    /// Users shown otherwise than is true, at the end.
    pub(crate) wrong_at_the_end: usize,
    /// Users of whom nothing is known, and of whom nothing can be.
    pub(crate) unknown: usize,
    pub(crate) unknowable: usize,
    /// Ids found to be refused, and those that are.
    pub(crate) unreadable: usize,
    pub(crate) refused: usize,
    /// Values whose age claimed less than was true.
    pub(crate) too_young: u64,
    pub(crate) audits: u64,
    pub(crate) heap: usize,
}

impl Report {
    /// Every bound that did not hold.
    pub(crate) fn faults(&self) -> Vec<String> {
        let quota = usize::try_from(QUOTA.0).unwrap_or(usize::MAX);
        [
            (self.most > quota, "more than 1500 requests in 30 s"),
            (self.most > self.allowed as usize, "more requests in 30 s than the share allows"),
            (self.too_large > 0, "a request of more than 650 users"),
            (self.too_early > 0, "a request before its Retry-After was over"),
            (self.worst > self.bound, "somebody was shown wrongly for longer than the bound"),
            (self.too_young > 0, "a value claimed to be younger than it was"),
            (self.wrong_at_the_end > 0, "somebody is shown wrongly at the end"),
            (self.unknown != self.unknowable, "somebody was never read"),
            (self.unreadable != self.refused, "refused ids were not all found, or others were"),
            (self.faded_in_fair_weather > 0, "an agent faded although the service answered"),
            (self.faded_untold > 0, "an agent faded and nobody was told"),
            (self.still_held > 0, "an agent is still shown after the end"),
            (self.changes == 0, "nobody changed"),
        ]
        .into_iter()
        .filter(|(broken, _)| *broken)
        .map(|(_, what)| what.to_owned())
        .collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = Duration::as_secs_f64;
        let counts = &self.counts;
        writeln!(
            f,
            "people                {} for {:.1} h",
            self.users,
            secs(&self.lasted) / 3600.0
        )?;
        writeln!(f, "changes               {}", self.changes)?;
        writeln!(
            f,
            "notifications         {} sent, {} lost, {} doubled, {} very late, {} opened in full",
            self.sent, self.lost, self.doubled, self.late, self.opened
        )?;
        writeln!(
            f,
            "subscriptions         {} went silent, {} were taken away, {} found silent by the sweep",
            self.silenced, self.removed, counts.fallen
        )?;
        write!(f, "requests              {} for {} presences:", self.requests, self.read)?;
        for (class, taken) in self.taken {
            write!(f, " {taken} {class:?}")?;
        }
        writeln!(f)?;
        writeln!(
            f,
            "most in 30 s          {} of {} allowed, {} documented",
            self.most, self.allowed, QUOTA.0
        )?;
        writeln!(f, "throttled             {}, sent early {}", self.throttled, self.too_early)?;
        writeln!(f, "lost or failed        {} and {}", counts.lost, counts.failed)?;
        writeln!(
            f,
            "values                {} changed, {} older dropped, {} doubted and read again",
            counts.changed, counts.older, counts.doubted
        )?;
        writeln!(
            f,
            "sweep period          {} s; bound {} s besides outages and 30 s after them",
            self.period.as_secs(),
            self.bound.as_secs()
        )?;
        writeln!(
            f,
            "shown wrongly         {:.1} s on average, {:.1} s at worst; {:.1} s outages included",
            secs(&self.mean),
            secs(&self.worst),
            secs(&self.worst_outage)
        )?;
        writeln!(
            f,
            "held available        {} agents; faded {} times in outages, {} otherwise, {} untold",
            self.held,
            self.faded - self.faded_in_fair_weather,
            self.faded_in_fair_weather,
            self.faded_untold
        )?;
        writeln!(
            f,
            "ages                  {} of {} audited claimed too little",
            self.too_young, self.audits
        )?;
        write!(
            f,
            "at the end            {} wrong, {} unknown of {} unknowable, {} of {} bad ids found",
            self.wrong_at_the_end, self.unknown, self.unknowable, self.unreadable, self.refused
        )
    }
}
