//! What was lost and how unevenly packets come (RFC 3550 §6.4.1, appendix A).

use teams_cc_core::Instant;

use super::replay::index_of;

/// Measures one source.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reception {
    pub(crate) ssrc: u32,
    base: Option<u64>,
    newest: Option<u64>,
    received: u64,
    /// What was expected and received when the last report was made.
    reported: (u64, u64),
    transit: Option<i64>,
    /// In ticks, sixteen times over.
    jitter: u64,
}

/// What a report says of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Loss {
    /// Of 256, since the last report.
    pub(crate) fraction: u8,
    pub(crate) lost: u64,
    pub(crate) newest: u32,
    /// In ticks.
    pub(crate) jitter: u32,
}

impl Reception {
    pub(crate) fn of(ssrc: u32) -> Self {
        Self { ssrc, ..Self::default() }
    }

    pub(crate) fn note(&mut self, now: Instant, sequence: u16, timestamp: u32, rate: u32) {
        let index = index_of(self.newest, sequence);
        self.base.get_or_insert(index);
        self.newest = Some(self.newest.map_or(index, |newest| newest.max(index)));
        self.received += 1;
        // Nanoseconds in ticks; both wrap at 32 bits, so only the difference means anything.
        let ticks = u128::from(now.as_nanos()) * u128::from(rate) / 1_000_000_000;
        let arrival = u32::try_from(ticks & 0xffff_ffff).unwrap_or_default();
        let transit = i64::from(arrival.wrapping_sub(timestamp).cast_signed());
        if let Some(before) = self.transit.replace(transit) {
            let difference = (transit - before).unsigned_abs().min(u64::from(rate) * 60);
            // RFC 3550 §A.8, in whole numbers.
            self.jitter = self.jitter + difference - ((self.jitter + 8) >> 4);
        }
    }

    fn expected(&self) -> u64 {
        let span = self.newest.zip(self.base).map(|(newest, base)| newest.saturating_sub(base) + 1);
        span.unwrap_or(0)
    }

    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    pub(crate) fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }

    pub(crate) fn jitter_micros(&self, rate: u32) -> u64 {
        (self.jitter >> 4) * 1_000_000 / u64::from(rate.max(1))
    }

    /// What a report says now, and the start of the next interval.
    pub(crate) fn report(&mut self) -> Loss {
        let (expected, received) = (self.expected(), self.received);
        let (before, had) = std::mem::replace(&mut self.reported, (expected, received));
        let (due, came) = (expected.saturating_sub(before), received.saturating_sub(had));
        let fraction = due.saturating_sub(came).saturating_mul(256).checked_div(due);
        Loss {
            fraction: u8::try_from(fraction.unwrap_or(0)).unwrap_or(u8::MAX),
            lost: self.lost(),
            newest: u32::try_from(self.newest.unwrap_or(0) & 0xffff_ffff).unwrap_or_default(),
            jitter: u32::try_from(self.jitter >> 4).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_counted_across_a_wrap_and_jitter_is_the_mean_deviation() {
        let mut reception = Reception::of(1);
        let start = Instant::from_secs(5);
        for n in 0..1_000_u32 {
            if n % 10 == 3 {
                continue;
            }
            let late = if n % 2 == 0 { 4 } else { 0 };
            let now = start + std::time::Duration::from_millis(u64::from(n) * 20 + late);
            let sequence = u16::try_from(n).unwrap().wrapping_add(65_000);
            reception.note(now, sequence, n * 160, 8_000);
        }
        assert_eq!((reception.received(), reception.lost()), (900, 100));
        let jitter = reception.jitter_micros(8_000);
        assert!((3_000..=4_000).contains(&jitter), "{jitter}");
        let loss = reception.report();
        assert_eq!((loss.fraction, loss.lost, loss.newest), (25, 100, 65_000 + 999));
        assert_eq!(reception.report().fraction, 0, "nothing was due since");
    }

    #[test]
    fn a_duplicate_is_no_loss() {
        let mut reception = Reception::of(1);
        for sequence in [1, 1, 2] {
            reception.note(Instant::from_secs(1), sequence, 0, 8_000);
        }
        assert_eq!(reception.lost(), 0);
    }
}
