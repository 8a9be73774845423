//! Pairs of ports: an even one for RTP and the next for RTCP (RFC 3550 §11).

use std::{collections::BTreeSet, io, ops::RangeInclusive};

/// The most pairs of others that one search meets; the next search goes on behind them.
const MOST_TRIES: usize = 64;

/// Which pairs of a range there are, and which of them are ours.
pub(super) struct Ports {
    first: u16,
    pairs: u16,
    /// Where the search goes on, as a pair counted from the first, so that a closed one rests.
    next: u16,
    ours: BTreeSet<u16>,
}

impl Ports {
    pub(super) fn new(range: &RangeInclusive<u16>) -> Self {
        let (first, last) = (*range.start(), *range.end());
        let first = first.saturating_add(first % 2);
        let pairs = last.saturating_add(1).saturating_sub(first) / 2;
        Self { first, pairs, next: 0, ours: BTreeSet::new() }
    }

    /// How many pairs there are.
    pub(super) const fn pairs(&self) -> u16 {
        self.pairs
    }

    /// Takes the next pair that can be bound. Ours are passed over without a look at them.
    pub(super) fn take<T>(
        &mut self,
        mut bind: impl FnMut(u16) -> io::Result<T>,
    ) -> io::Result<(u16, T, T)> {
        let mut tries = 0;
        if self.ours.len() < usize::from(self.pairs) {
            for _ in 0..self.pairs {
                let port = self.first.saturating_add(self.next.saturating_mul(2));
                self.next = (self.next + 1) % self.pairs;
                if self.ours.contains(&port) {
                    continue;
                }
                if let Ok(rtp) = bind(port)
                    && let Ok(rtcp) = bind(port.saturating_add(1))
                {
                    self.ours.insert(port);
                    return Ok((port, rtp, rtcp));
                }
                tries += 1;
                if tries == MOST_TRIES {
                    break;
                }
            }
        }
        Err(io::Error::new(io::ErrorKind::AddrInUse, "no pair of media ports is free"))
    }

    /// Gives a pair back.
    pub(super) fn give_back(&mut self, port: u16) {
        self.ours.remove(&port);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_that_is_full_is_told_without_a_try() {
        let mut ports = Ports::new(&(4_001..=4_008));
        let taken = |ports: &mut Ports| ports.take(Ok).map(|(port, _, rtcp)| (port, rtcp));
        let pairs = [4_002, 4_004, 4_006].map(|port| (port, port + 1));
        assert_eq!([0; 3].map(|_| taken(&mut ports).unwrap()), pairs);
        let full = ports.take(|_| -> io::Result<()> { panic!("nothing is tried") });
        assert_eq!(full.unwrap_err().kind(), io::ErrorKind::AddrInUse);
        ports.give_back(4_004);
        assert_eq!(taken(&mut ports).unwrap(), (4_004, 4_005));
    }

    #[test]
    fn a_search_meets_so_many_pairs_of_others_and_the_next_goes_on_behind_them() {
        let mut ports = Ports::new(&(10_000..=20_001));
        let mut tried = Vec::new();
        let mut foreign = |ports: &mut Ports, free: u16| {
            let found = ports.take(|port| {
                tried.push(port);
                if port < free { Err(io::ErrorKind::AddrInUse.into()) } else { Ok(()) }
            });
            found.map(|(port, ..)| port).ok()
        };
        let free = 10_000 + 200;
        assert_eq!(foreign(&mut ports, free), None);
        assert_eq!(foreign(&mut ports, free), Some(free));
        let pairs = (0..100).map(|n| 10_000 + 2 * n);
        assert!(tried.into_iter().eq(pairs.chain([free, free + 1])), "each once");
    }

    #[test]
    fn a_range_without_a_pair_has_none() {
        for range in [5_000..=5_000, 5_001..=5_002, 65_535..=65_535] {
            let mut ports = Ports::new(&range);
            assert!(ports.take(Ok).is_err(), "{range:?}");
        }
    }
}
