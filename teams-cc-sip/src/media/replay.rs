//! Which packets have been seen (RFC 3711 §3.3.2).

/// Packets behind the newest that are still told apart; older ones count as seen.
pub(crate) const REPLAY_WINDOW: u64 = 128;

/// The newest index of a source, and which of those before it have come.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReplayWindow {
    newest: Option<u64>,
    /// Bit n stands for the index n before the newest.
    seen: u128,
}

impl ReplayWindow {
    pub(crate) const fn newest(&self) -> Option<u64> {
        self.newest
    }

    /// Whether a packet of this index has not come yet and is not too old to know.
    pub(crate) fn is_new(&self, index: u64) -> bool {
        let Some(newest) = self.newest else { return true };
        match newest.checked_sub(index) {
            None => true,
            Some(behind) => behind < REPLAY_WINDOW && self.seen & (1 << behind) == 0,
        }
    }

    /// Notes that a packet has come.
    pub(crate) fn note(&mut self, index: u64) {
        let Some(newest) = self.newest else {
            (self.newest, self.seen) = (Some(index), 1);
            return;
        };
        match newest.checked_sub(index) {
            Some(behind) if behind < REPLAY_WINDOW => self.seen |= 1 << behind,
            Some(_) => {}
            None => {
                let ahead = u32::try_from(index - newest).unwrap_or(u32::MAX);
                self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
                self.newest = Some(index);
            }
        }
    }
}

/// The index of a packet: its sequence number with the number of wraps before it.
///
/// RFC 3711 §3.3.1, appendix A: the wrap count that brings it nearest to the newest one.
pub(crate) fn index_of(newest: Option<u64>, sequence: u16) -> u64 {
    let Some(newest) = newest else { return u64::from(sequence) };
    let (roc, last) = (newest >> 16, newest & 0xffff);
    let sequence = u64::from(sequence);
    let roc = if last < 0x8000 {
        if sequence > last + 0x8000 { roc.saturating_sub(1) } else { roc }
    } else if sequence < last - 0x8000 {
        roc + 1
    } else {
        roc
    };
    (roc & 0xffff_ffff) << 16 | sequence
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_index_is_the_nearest_of_its_sequence_number() {
        for (newest, sequence, index) in [
            (None, 7, 7),
            (Some(7), 9, 9),
            (Some(0xffff), 0, 0x1_0000),
            (Some(0x1_0002), 0xfff0, 0xfff0),
            (Some(0x1_9000), 0x0001, 0x2_0001),
            (Some(0x1_7fff), 0xffff, 0x1_ffff),
            (Some(5), 0xffff, 0xffff),
        ] {
            assert_eq!(index_of(newest, sequence), index, "{newest:?} {sequence}");
        }
    }

    proptest! {
        #[test]
        fn each_index_is_new_once(indices in proptest::collection::vec(0..400_u64, 0..300)) {
            let mut window = ReplayWindow::default();
            let mut seen = BTreeSet::new();
            for index in indices {
                let newest = seen.last().copied().unwrap_or(0);
                let known = seen.contains(&index) || index + REPLAY_WINDOW <= newest;
                prop_assert_eq!(window.is_new(index), !known);
                if !known {
                    window.note(index);
                    seen.insert(index);
                }
            }
        }
    }
}
