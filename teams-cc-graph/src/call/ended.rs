//! Calls that are over, remembered for a while.

use std::collections::{BTreeSet, VecDeque};

/// The most ended calls remembered; the oldest is forgotten first.
const MAX_ENDED: usize = 4096;

/// Tells notifications of an ended call from those of an unknown one, and keeps both closed.
#[derive(Debug, Default)]
pub(super) struct Ended {
    order: VecDeque<Box<str>>,
    keys: BTreeSet<Box<str>>,
}

impl Ended {
    pub(super) fn remember(&mut self, key: &str) {
        if self.keys.insert(key.into()) {
            self.order.push_back(key.into());
        }
        if self.order.len() > MAX_ENDED
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.keys.contains(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_ended_call_is_forgotten_first() {
        let mut ended = Ended::default();
        for n in 0..=MAX_ENDED {
            ended.remember(&n.to_string());
            ended.remember(&n.to_string());
        }
        assert!(!ended.contains("0"));
        assert!(ended.contains("1"));
        assert_eq!(ended.order.len(), ended.keys.len());
    }
}
