//! A budget for all who place calls, behind one lock.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use teams_cc_core::{AppId, Clock};

use super::{BudgetAlarm, BudgetError, BudgetGauge, BudgetSnapshot, CallBudget, Permit};

/// A [`CallBudget`] that clones share; permits give themselves back when they are dropped.
///
/// The lock is held for a few comparisons, never across an await.
#[derive(Clone)]
pub struct SharedCallBudget {
    inner: Arc<Inner>,
}

struct Inner {
    budget: Mutex<CallBudget>,
    clock: Arc<dyn Clock>,
}

/// Leave to make one call, given back when it is dropped: keep it as long as the call lives.
#[must_use = "a permit that is dropped counts as a call that has ended"]
pub struct CallPermit {
    permit: Option<Permit>,
    inner: Arc<Inner>,
}

impl SharedCallBudget {
    /// Share a budget, by a clock.
    #[must_use]
    pub fn new(budget: CallBudget, clock: Arc<dyn Clock>) -> Self {
        Self { inner: Arc::new(Inner { budget: Mutex::new(budget), clock }) }
    }

    /// Leave for one more call; see [`CallBudget::reserve`].
    ///
    /// # Errors
    ///
    /// [`BudgetError`] at the bound, where the budget is to refuse.
    pub fn reserve(&self) -> Result<CallPermit, BudgetError> {
        let permit = self.inner.lock().reserve(self.inner.clock.wall())?;
        Ok(self.guard(permit))
    }

    /// Count a call that was made before; none for an app registration the budget does not have.
    #[must_use]
    pub fn adopt(&self, app: &AppId) -> Option<CallPermit> {
        let permit = self.inner.lock().adopt(app, self.inner.clock.wall())?;
        Some(self.guard(permit))
    }

    /// The next alarm, oldest first.
    #[must_use]
    pub fn poll_output(&self) -> Option<BudgetAlarm> {
        self.inner.lock().poll_output()
    }

    /// Take up the counts another process left.
    pub fn restore(&self, snapshot: &BudgetSnapshot) {
        let now = self.inner.clock.wall();
        self.inner.lock().restore(snapshot, now);
    }

    /// What has to be kept for the next process.
    #[must_use]
    pub fn snapshot(&self) -> BudgetSnapshot {
        self.inner.lock().snapshot()
    }

    /// What each registration has used.
    #[must_use]
    pub fn gauge(&self) -> Vec<BudgetGauge> {
        let now = self.inner.clock.wall();
        self.inner.lock().gauge(now).collect()
    }

    fn guard(&self, permit: Permit) -> CallPermit {
        CallPermit { permit: Some(permit), inner: Arc::clone(&self.inner) }
    }
}

impl CallPermit {
    /// The app registration that is to make the call.
    #[must_use]
    pub fn app(&self) -> Option<&AppId> {
        self.permit.as_ref().map(Permit::app)
    }

    /// The call was never made: it counts for nothing.
    pub fn cancel(mut self) {
        if let Some(permit) = self.permit.take() {
            self.inner.lock().cancel(permit);
        }
    }
}

impl Drop for CallPermit {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.inner.lock().release(permit);
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, CallBudget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SharedCallBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedCallBudget").field(&*self.inner.lock()).finish()
    }
}

impl fmt::Debug for CallPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallPermit").field(&self.permit).finish()
    }
}
