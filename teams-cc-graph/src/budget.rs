//! The calls an app registration may still make: counted, watched, and spread.
//!
//! Microsoft allows an app registration so many calls a month and so many at once
//! ([`CallLimits::DOCUMENTED`]). [`CallBudget`] counts both, chooses the registration with most
//! room, raises an alarm before the bound, and does at the bound what [`AtBound`] says. It is
//! sans-IO: time is an argument, and alarms wait in [`CallBudget::poll_output`].
//! [`SharedCallBudget`] is the same behind a lock, with permits that give themselves back.
//!
//! Emergency calls are no business of a budget: they never go over Graph.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use teams_cc_core::{AppId, Timestamp};

mod limits;
mod month;
mod shared;
#[cfg(test)]
mod tests;

pub use limits::{AtBound, CallLimits};
pub use shared::{CallPermit, SharedCallBudget};

use month::Month;

/// The share of a limit, in percent, from which an alarm is raised.
pub const ALARM_PERCENT: u64 = 80;

/// The share below which the alarm of calls at once is armed again.
const REARM_PERCENT: u64 = 70;

/// The most alarms that wait to be read; at the bound the oldest is forgotten.
const MAX_ALARMS: usize = 64;

/// The format of [`BudgetSnapshot`] this version writes.
const FORMAT: u16 = 1;

/// Counts the calls of one or several app registrations against their limits.
///
/// ```
/// use teams_cc_core::Timestamp;
/// use teams_cc_graph::budget::{AtBound, CallBudget, CallLimits};
///
/// let now: Timestamp = "2026-11-22T08:00:00Z".parse()?;
/// let limits = CallLimits::DOCUMENTED.concurrent(1);
/// let mut budget = CallBudget::new(limits, AtBound::Refuse).app("bot-1".parse()?);
/// let permit = budget.reserve(now)?;
/// assert!(budget.reserve(now).is_err());
/// budget.release(permit);
/// assert_eq!(budget.gauge(now).next().unwrap().month, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CallBudget {
    limits: CallLimits,
    at_bound: AtBound,
    month: Month,
    apps: Vec<Usage>,
    alarms: VecDeque<BudgetAlarm>,
}

#[derive(Clone, Debug)]
struct Usage {
    app: AppId,
    month: u64,
    live: u64,
    /// Alarms that were raised: warning and bound, of the month and of calls at once.
    raised: [[bool; 2]; 2],
}

/// Leave to make one call. Give it back with [`CallBudget::release`] when the call ends.
#[must_use = "a permit that is lost counts as a live call for ever"]
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    app: AppId,
    month: Month,
}

/// Which limit is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// Calls of a calendar month (UTC).
    Month,
    /// Calls at once.
    Concurrent,
}

/// What one app registration has used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BudgetGauge {
    /// The app registration.
    pub app: AppId,
    /// Calls counted in this month (UTC).
    pub month: u64,
    /// Calls that are live.
    pub live: u64,
    /// What it is counted against.
    pub limits: CallLimits,
}

/// A limit comes near, or is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BudgetAlarm {
    /// The app registration.
    pub app: AppId,
    /// The limit.
    pub measure: Measure,
    /// Calls counted.
    pub used: u64,
    /// Calls allowed.
    pub limit: u64,
}

/// No app registration has room for another call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// Every registration has used its month.
    #[error(
        "every app registration has made its {limit} calls of this month: register another app \
         and add it to the budget, or wait for the next month"
    )]
    Month {
        /// Calls one registration may make in a month.
        limit: u64,
    },
    /// Every registration with calls left has as many live as it may.
    #[error(
        "every app registration has {limit} calls live: end one, or register another app and add \
         it to the budget"
    )]
    Concurrent {
        /// Calls one registration may have live.
        limit: u64,
    },
    /// The budget was given no registration.
    #[error("the budget has no app registration: add one with CallBudget::app")]
    NoApp,
}

/// What of a budget outlives a process: the counts of the month.
///
/// Live calls are not in it: whoever takes a call over counts it with [`CallBudget::adopt`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BudgetSnapshot {
    /// The version of the format.
    pub format: u16,
    /// The month, such as `2026-11`.
    pub month: String,
    /// Calls of each app registration in that month.
    pub calls: BTreeMap<AppId, u64>,
}

impl CallBudget {
    /// A budget without app registrations yet.
    #[must_use]
    pub fn new(limits: CallLimits, at_bound: AtBound) -> Self {
        let (month, alarms) = (Month::default(), VecDeque::new());
        Self { limits, at_bound, month, apps: Vec::new(), alarms }
    }

    /// Count an app registration too; one that is counted already stays as it is.
    #[must_use]
    pub fn app(mut self, app: AppId) -> Self {
        if self.find(&app).is_none() {
            self.apps.push(Usage { app, month: 0, live: 0, raised: Default::default() });
        }
        self
    }

    /// Leave for one more call, of the registration that has used the smallest share.
    ///
    /// # Errors
    ///
    /// [`BudgetError`] where no registration has room and the budget is to [`AtBound::Refuse`].
    pub fn reserve(&mut self, now: Timestamp) -> Result<Permit, BudgetError> {
        self.turn(now);
        let limits = self.limits;
        let free = |usage: &Usage| usage.month < limits.per_month && usage.live < limits.concurrent;
        // Those with room first, then the smallest share; the order of configuration decides ties.
        let chosen = (0..self.apps.len())
            .min_by_key(|at| self.apps.get(*at).map(|usage| (!free(usage), usage.share(limits))));
        let usage = chosen.and_then(|at| self.apps.get_mut(at)).ok_or(BudgetError::NoApp)?;
        if self.at_bound == AtBound::Refuse && !free(usage) {
            let refusal = self.refusal();
            self.watch();
            return Err(refusal);
        }
        usage.month = usage.month.saturating_add(1);
        usage.live = usage.live.saturating_add(1);
        let permit = Permit { app: usage.app.clone(), month: self.month };
        self.watch();
        Ok(permit)
    }

    /// A call made before counts as live from now on: another process made it, or this one before
    /// it was restarted. The month it was made in has counted it.
    pub fn adopt(&mut self, app: &AppId, now: Timestamp) -> Option<Permit> {
        self.turn(now);
        let usage = self.find(app)?;
        usage.live = usage.live.saturating_add(1);
        let permit = Permit { app: app.clone(), month: self.month };
        self.watch();
        Some(permit)
    }

    /// The call of this permit has ended.
    pub fn release(&mut self, permit: Permit) {
        let Permit { app, .. } = permit;
        if let Some(usage) = self.find(&app) {
            usage.live = usage.live.saturating_sub(1);
        }
        self.watch();
    }

    /// The call of this permit was never made: the service refused it, or it was not sent.
    pub fn cancel(&mut self, permit: Permit) {
        let month = self.month;
        if let Some(usage) = self.find(&permit.app)
            && permit.month == month
        {
            usage.month = usage.month.saturating_sub(1);
        }
        self.release(permit);
    }

    /// The next alarm, oldest first: once per limit and month, and for calls at once again after
    /// they fell well below.
    pub fn poll_output(&mut self) -> Option<BudgetAlarm> {
        self.alarms.pop_front()
    }

    /// Take up the counts another process left; where both counted, the larger count stays.
    ///
    /// A snapshot of another month, or of a format this version does not know, changes nothing.
    pub fn restore(&mut self, snapshot: &BudgetSnapshot, now: Timestamp) {
        self.turn(now);
        if snapshot.format != FORMAT || snapshot.month != self.month.to_string() {
            return;
        }
        for usage in &mut self.apps {
            let counted = snapshot.calls.get(&usage.app).copied().unwrap_or(0);
            usage.month = usage.month.max(counted);
        }
        self.watch();
    }

    /// What has to be kept for the next process.
    #[must_use]
    pub fn snapshot(&self) -> BudgetSnapshot {
        let calls = self.apps.iter().map(|usage| (usage.app.clone(), usage.month)).collect();
        BudgetSnapshot { format: FORMAT, month: self.month.to_string(), calls }
    }

    /// What each registration has used, in the order of configuration.
    pub fn gauge(&mut self, now: Timestamp) -> impl Iterator<Item = BudgetGauge> {
        self.turn(now);
        let limits = self.limits;
        self.apps.iter().map(move |usage| BudgetGauge {
            app: usage.app.clone(),
            month: usage.month,
            live: usage.live,
            limits,
        })
    }

    /// A new month begins with nothing used. A clock that steps back into the month before changes
    /// nothing; one that was months ahead is followed back, or no month would begin until then.
    fn turn(&mut self, now: Timestamp) {
        let month = Month::of(now);
        if month > self.month {
            self.month = month;
            for usage in &mut self.apps {
                usage.month = 0;
                usage.raised[0] = [false; 2];
            }
        } else if self.month.is_far_after(month) {
            self.month = month;
        }
    }

    fn refusal(&self) -> BudgetError {
        if self.apps.iter().any(|usage| usage.month < self.limits.per_month) {
            BudgetError::Concurrent { limit: self.limits.concurrent }
        } else {
            BudgetError::Month { limit: self.limits.per_month }
        }
    }

    /// Raise the alarms that are due.
    fn watch(&mut self) {
        let limits = self.limits;
        for usage in &mut self.apps {
            for (measure, used, limit) in [
                (Measure::Month, usage.month, limits.per_month),
                (Measure::Concurrent, usage.live, limits.concurrent),
            ] {
                let raised = &mut usage.raised[usize::from(measure == Measure::Concurrent)];
                if percent(used, limit) < REARM_PERCENT {
                    *raised = [false; 2];
                }
                let due = [percent(used, limit) >= ALARM_PERCENT, used >= limit];
                let new = due.iter().zip(&*raised).any(|(due, raised)| *due && !raised);
                for (raised, due) in raised.iter_mut().zip(due) {
                    *raised |= due;
                }
                if new {
                    if self.alarms.len() == MAX_ALARMS {
                        self.alarms.pop_front();
                    }
                    let app = usage.app.clone();
                    self.alarms.push_back(BudgetAlarm { app, measure, used, limit });
                }
            }
        }
    }

    fn find(&mut self, app: &AppId) -> Option<&mut Usage> {
        self.apps.iter_mut().find(|usage| usage.app == *app)
    }
}

impl Permit {
    /// The app registration that is to make the call.
    #[must_use]
    pub fn app(&self) -> &AppId {
        &self.app
    }
}

impl Usage {
    /// The larger of both shares, in millionths.
    fn share(&self, limits: CallLimits) -> u64 {
        let millionths = |used: u64, limit: u64| used.saturating_mul(1_000_000) / limit.max(1);
        millionths(self.month, limits.per_month).max(millionths(self.live, limits.concurrent))
    }
}

fn percent(used: u64, limit: u64) -> u64 {
    used.saturating_mul(100) / limit.max(1)
}
