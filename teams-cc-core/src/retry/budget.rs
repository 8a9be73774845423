//! A budget against retry storms.

/// One retry costs this many units.
const RETRY_COST: u32 = 1000;

/// How many retries a client may still make, refilled by its successes.
///
/// In an outage most calls fail; if each were retried a few times the load would multiply just
/// when the service is weakest. Here each first attempt that succeeds earns a fraction of a retry,
/// so that in the long run retries stay under that share of the traffic. At the bound
/// [`RetryBudget::try_retry`] answers no and the caller reports the failure it has.
///
/// ```
/// use teams_cc_core::retry::RetryBudget;
///
/// let mut budget = RetryBudget::new(2, 100);
/// assert!(budget.try_retry() && budget.try_retry() && !budget.try_retry());
/// for _ in 0..10 {
///     budget.succeeded();
/// }
/// assert!(budget.try_retry());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    level: u32,
    capacity: u32,
    earned: u32,
}

impl RetryBudget {
    /// A full budget of `retries`, earning `per_thousand` retries for every 1000 successes.
    #[must_use]
    pub const fn new(retries: u32, per_thousand: u32) -> Self {
        let capacity = retries.saturating_mul(RETRY_COST);
        Self { level: capacity, capacity, earned: per_thousand }
    }

    /// Counts a call that succeeded.
    pub fn succeeded(&mut self) {
        self.level = self.level.saturating_add(self.earned).min(self.capacity);
    }

    /// Takes one retry from the budget, where there is one.
    pub fn try_retry(&mut self) -> bool {
        match self.level.checked_sub(RETRY_COST) {
            Some(level) => {
                self.level = level;
                true
            }
            None => false,
        }
    }

    /// The whole retries left.
    #[must_use]
    pub const fn left(&self) -> u32 {
        self.level / RETRY_COST
    }
}

/// Ten retries in hand, and one more for every ten successes.
impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(10, 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_spends_the_budget_once_and_no_more() {
        let mut budget = RetryBudget::default();
        let retries = (0..1000).filter(|_| budget.try_retry()).count();
        assert_eq!(retries, 10);
    }

    #[test]
    fn successes_never_fill_more_than_the_budget_holds() {
        let mut budget = RetryBudget::new(3, 1000);
        for _ in 0..100 {
            budget.succeeded();
        }
        assert_eq!(budget.left(), 3);
    }
}
