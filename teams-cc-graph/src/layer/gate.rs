//! When a request may go: its tenant's pace, then the app's pace and a place, in turn.
//!
//! Sans-IO: time is an argument, requests are keys and tickets. A tenant that uses up its own pace
//! waits for that alone. What all tenants share, the app's pace and the places of requests under
//! way, goes to them in turn, calls before the rest.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use teams_cc_core::{Instant, TenantId};

mod pace;
#[cfg(test)]
mod tests;
mod turns;

pub(super) use turns::Ticket;

use super::recent::Recent;
use crate::error::Overload;
use crate::limit::{Class, Family, Limit, Limits, Scope};
use pace::Pace;
use turns::Turns;

/// Tenants and families whose pace is remembered, at least. One used longest ago starts afresh.
const MAX_LANES: usize = 8192;

/// Resources whose pace is remembered, at least. One used longest ago starts afresh.
const MAX_RESOURCES: usize = 8192;

/// What a request is counted as.
#[derive(Clone, Debug)]
pub(super) struct Key {
    lane: (Family, Option<TenantId>),
    resource: Option<Box<str>>,
    cost: u32,
}

/// How much may wait, and how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) limits: Limits,
    /// The longest wait for a pace.
    pub(crate) patience: Duration,
    /// Requests under way.
    pub(crate) places: usize,
    /// Requests that wait.
    pub(crate) waiting: usize,
    /// Requests of one tenant that wait.
    pub(crate) waiting_per_tenant: usize,
}

/// The instant at which a request may go as far as its tenant is concerned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) at: Instant,
    /// The closure it was given after.
    closure: u32,
}

/// What the gate keeps for one tenant and family.
#[derive(Debug)]
struct Lane {
    paces: Vec<Pace>,
    /// How often the service closed it.
    closures: u32,
}

#[derive(Debug)]
pub(super) struct Gate {
    bounds: Bounds,
    free: usize,
    every: Vec<Pace>,
    /// By the place of the family in [`Family::all`].
    families: Vec<Vec<Pace>>,
    lanes: Recent<(Family, Option<TenantId>), Lane>,
    resources: Recent<(Family, Option<TenantId>, Box<str>), Vec<Pace>>,
    turns: Turns,
    seats: BTreeMap<Option<TenantId>, usize>,
    seated: usize,
}

impl Key {
    pub(super) fn new(class: Class<'_>, tenant: Option<TenantId>) -> Self {
        let resource = class.resource.map(Into::into);
        Self { lane: (class.family, tenant), resource, cost: class.cost }
    }

    pub(super) fn tenant(&self) -> Option<TenantId> {
        self.lane.1.clone()
    }

    fn family(&self) -> Family {
        self.lane.0
    }
}

impl Gate {
    pub(super) fn new(bounds: Bounds) -> Self {
        let limits = bounds.limits;
        let of_app = |family: &Family| paces(limits, family.limits(), &[Scope::App]);
        Self {
            bounds,
            free: bounds.places.max(1),
            every: paces(limits, std::slice::from_ref(Family::every_request()), &[Scope::App]),
            families: Family::all().iter().map(of_app).collect(),
            lanes: Recent::new(MAX_LANES),
            resources: Recent::new(MAX_RESOURCES),
            turns: Turns::default(),
            seats: BTreeMap::new(),
            seated: 0,
        }
    }

    /// Count the request against the pace of its resource: the instant at which it may go there.
    ///
    /// That comes before its tenant's pace, which so is not used up by what waits here.
    pub(super) fn reserve_resource(
        &mut self,
        now: Instant,
        key: &Key,
    ) -> Result<Instant, Overload> {
        let Some(id) = &key.resource else { return Ok(now) };
        let limits = self.bounds.limits;
        let (family, tenant) = key.lane.clone();
        let make = || paces(limits, family.limits(), &[Scope::Resource]);
        let patience = self.bounds.patience;
        let take = |paces: &mut Vec<Pace>| take_all(paces, now, key, patience);
        self.resources.with(&(family, tenant, id.clone()), make, take)
    }

    /// Count the request against its tenant's pace.
    pub(super) fn reserve(&mut self, now: Instant, key: &Key) -> Result<Slot, Overload> {
        let patience = self.bounds.patience;
        self.lane(key, |lane| {
            let at = take_all(&mut lane.paces, now, key, patience)?;
            Ok(Slot { at, closure: lane.closures })
        })
    }

    /// A request that was counted against its tenant's pace does not go.
    pub(super) fn give_back(&mut self, key: &Key) {
        if let Some(lane) = self.lanes.get_mut(&key.lane) {
            lane.paces.iter_mut().for_each(|pace| pace.give_back(key.cost));
        }
    }

    /// A request that was counted against the pace of its resource does not go.
    pub(super) fn give_back_resource(&mut self, key: &Key) {
        if let Some(id) = &key.resource {
            let (family, tenant) = key.lane.clone();
            let paces = self.resources.get_mut(&(family, tenant, id.clone()));
            paces.into_iter().flatten().for_each(|pace| pace.give_back(key.cost));
        }
    }

    /// Whether a slot still holds: the service has not closed the lane since it was given.
    pub(super) fn holds(&mut self, key: &Key, slot: Slot) -> bool {
        self.lanes.get_mut(&key.lane).is_none_or(|lane| lane.closures == slot.closure)
    }

    /// The service throttled the tenant: nothing of this family goes for a while, nobody else
    /// waits. A wait beyond patience closes nothing: it is the caller's to keep.
    pub(super) fn throttled(&mut self, now: Instant, key: &Key, wait: Duration) {
        if wait > self.bounds.patience || wait.is_zero() {
            return;
        }
        self.lane(key, |lane| {
            if lane.paces.is_empty() {
                // The service counts tenants though no page says how: one request a millisecond.
                lane.paces.push(Pace::new(1000, Duration::from_secs(1)));
            }
            lane.closures = lane.closures.wrapping_add(1);
            lane.paces.iter_mut().for_each(|pace| pace.close_until(now + wait));
        });
    }

    /// A place at once, where one is free and nobody of the family waits for one.
    pub(super) fn pass(&mut self, now: Instant, key: &Key) -> bool {
        let family = key.family();
        let free = self.free > 0 && !self.turns.is_waiting(family);
        let passes = free && self.earliest(now, family) <= now;
        if passes {
            self.take(now, family, key.cost);
        }
        passes
    }

    /// Wait for a place in turn.
    pub(super) fn queue(&mut self, key: &Key) -> Ticket {
        self.turns.push(key.family(), key.tenant())
    }

    /// Wait no longer; `false` for a ticket that was called, and so has a place.
    pub(super) fn abandon(&mut self, ticket: &Ticket) -> bool {
        self.turns.remove(ticket)
    }

    /// The next who may go now.
    pub(super) fn call(&mut self, now: Instant) -> Option<u64> {
        if self.free == 0 || self.turns.waiting() == 0 {
            return None;
        }
        let mut ready = self.turns.families().filter(|family| self.earliest(now, *family) <= now);
        let family = ready.next()?;
        drop(ready);
        let id = self.turns.pop(family)?;
        self.take(now, family, 1);
        Some(id)
    }

    /// When the next who waits may go, unless a place has to become free first.
    pub(super) fn next_call(&self, now: Instant) -> Option<Instant> {
        if self.free == 0 {
            return None;
        }
        self.turns.families().map(|family| self.earliest(now, family)).min()
    }

    /// Whether anybody waits for a place.
    pub(super) fn is_awaited(&self) -> bool {
        self.turns.waiting() > 0
    }

    /// A request is done.
    pub(super) fn release(&mut self) {
        self.free = (self.free + 1).min(self.bounds.places.max(1));
    }

    /// Begin to wait.
    pub(super) fn sit(&mut self, tenant: Option<TenantId>) -> Result<(), Overload> {
        if self.seated >= self.bounds.waiting {
            return Err(Overload::Waiting { limit: self.bounds.waiting });
        }
        let limit = self.bounds.waiting_per_tenant;
        if self.seats.get(&tenant).copied().unwrap_or(0) >= limit {
            return Err(Overload::WaitingOfTenant { limit });
        }
        *self.seats.entry(tenant).or_default() += 1;
        self.seated += 1;
        Ok(())
    }

    /// Stop waiting, by going or by giving up.
    pub(super) fn stand(&mut self, tenant: Option<TenantId>) {
        if let Entry::Occupied(mut seats) = self.seats.entry(tenant) {
            self.seated -= 1;
            *seats.get_mut() -= 1;
            if *seats.get() == 0 {
                seats.remove();
            }
        }
    }

    /// Act on what is kept for the key's tenant and family.
    fn lane<R>(&mut self, key: &Key, act: impl FnOnce(&mut Lane) -> R) -> R {
        let limits = self.bounds.limits;
        let make = || Lane {
            paces: paces(limits, key.family().limits(), &[Scope::AppAndTenant, Scope::Tenant]),
            closures: 0,
        };
        self.lanes.with(&key.lane, make, act)
    }

    fn earliest(&self, now: Instant, family: Family) -> Instant {
        let of_family = self.families.get(family as usize).into_iter().flatten();
        self.every.iter().chain(of_family).map(|pace| pace.earliest(now)).max().unwrap_or(now)
    }

    fn take(&mut self, now: Instant, family: Family, cost: u32) {
        self.free -= 1;
        self.every.iter_mut().for_each(|pace| pace.take(now, 1));
        let of_family = self.families.get_mut(family as usize).into_iter().flatten();
        of_family.for_each(|pace| pace.take(now, cost));
    }
}

/// The instant at which all these paces let the request go, counted against each.
fn take_all(
    paces: &mut [Pace],
    now: Instant,
    key: &Key,
    patience: Duration,
) -> Result<Instant, Overload> {
    let at = paces.iter().map(|pace| pace.earliest(now)).max().unwrap_or(now);
    if at.since(now) > patience {
        return Err(Overload::Pace { of: key.family(), wait: at.since(now) });
    }
    for pace in paces {
        pace.take(at, key.cost);
    }
    Ok(at)
}

fn paces(limits: Limits, rows: &[Limit], scopes: &[Scope]) -> Vec<Pace> {
    let rows = rows.iter().filter(|row| scopes.contains(&row.scope));
    rows.filter_map(|row| Some(Pace::new(limits.share(row)?, row.period))).collect()
}
