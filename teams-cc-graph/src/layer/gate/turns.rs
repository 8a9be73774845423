//! Who goes next: tenants in turn, and calls before the rest.

use std::collections::{BTreeMap, VecDeque};

use teams_cc_core::TenantId;

use crate::limit::Family;

/// How many calls go in a row while others wait.
const CALLS_IN_A_ROW: u8 = 7;

/// Waiting requests: a line for each family, in it a line for each tenant.
#[derive(Debug, Default)]
pub(super) struct Turns {
    families: BTreeMap<Family, Line>,
    waiting: usize,
    next_id: u64,
    calls_in_a_row: u8,
    /// The family after which the next turn of the others begins.
    last: Option<Family>,
}

#[derive(Debug, Default)]
struct Line {
    tenants: BTreeMap<Option<TenantId>, VecDeque<u64>>,
    /// Each tenant of `tenants` once, in turn.
    order: VecDeque<Option<TenantId>>,
    waiting: usize,
}

/// A place in a line.
#[derive(Clone, Debug)]
pub(in crate::layer) struct Ticket {
    pub(in crate::layer) id: u64,
    family: Family,
    tenant: Option<TenantId>,
}

impl Turns {
    pub(super) fn push(&mut self, family: Family, tenant: Option<TenantId>) -> Ticket {
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1);
        self.waiting += 1;
        let line = self.families.entry(family).or_default();
        line.waiting += 1;
        let ids = line.tenants.entry(tenant.clone()).or_insert_with(|| {
            line.order.push_back(tenant.clone());
            VecDeque::new()
        });
        ids.push_back(id);
        Ticket { id, family, tenant }
    }

    /// Leave the line; `false` for a ticket whose turn has come already.
    pub(super) fn remove(&mut self, ticket: &Ticket) -> bool {
        let Some(line) = self.families.get_mut(&ticket.family) else { return false };
        let Some(ids) = line.tenants.get_mut(&ticket.tenant) else { return false };
        // Ids of a line ascend.
        let Ok(at) = ids.binary_search(&ticket.id) else { return false };
        ids.remove(at);
        if ids.is_empty() {
            line.tenants.remove(&ticket.tenant);
            line.order.retain(|tenant| *tenant != ticket.tenant);
        }
        line.waiting -= 1;
        self.waiting -= 1;
        true
    }

    /// Families in which somebody waits, in the order in which they have a turn.
    pub(super) fn families(&self) -> impl Iterator<Item = Family> {
        let after = |family: &Family| self.last.is_some_and(|last| *family > last);
        let waiting = |line: &Line| line.waiting > 0;
        let lines = || {
            self.families.iter().filter(move |(_, line)| waiting(line)).map(|(family, _)| *family)
        };
        let others = || lines().filter(|family| *family != Family::Calls);
        let calls = || lines().filter(|family| *family == Family::Calls);
        let calls_first = self.calls_in_a_row < CALLS_IN_A_ROW;
        let first = calls().filter(move |_| calls_first);
        let last = calls().filter(move |_| !calls_first);
        first
            .chain(others().filter(move |family| after(family)))
            .chain(others().filter(move |family| !after(family)))
            .chain(last)
    }

    /// The next of a family: of the tenant whose turn it is, who waits longest.
    pub(super) fn pop(&mut self, family: Family) -> Option<u64> {
        let line = self.families.get_mut(&family)?;
        let tenant = line.order.pop_front()?;
        let ids = line.tenants.get_mut(&tenant)?;
        let id = ids.pop_front()?;
        if ids.is_empty() {
            line.tenants.remove(&tenant);
        } else {
            line.order.push_back(tenant);
        }
        line.waiting -= 1;
        self.waiting -= 1;
        if family == Family::Calls {
            self.calls_in_a_row = self.calls_in_a_row.saturating_add(1);
        } else {
            self.calls_in_a_row = 0;
            self.last = Some(family);
        }
        Some(id)
    }

    /// Whether somebody waits in a family.
    pub(super) fn is_waiting(&self, family: Family) -> bool {
        self.waiting > 0 && self.families.get(&family).is_some_and(|line| line.waiting > 0)
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "requests without a tenant wait in line too")]
    fn tenant(name: &str) -> Option<TenantId> {
        Some(name.parse().unwrap())
    }

    fn drain(turns: &mut Turns) -> Vec<u64> {
        let next = |turns: &mut Turns| {
            let family = turns.families().next()?;
            turns.pop(family)
        };
        std::iter::from_fn(|| next(turns)).collect()
    }

    #[test]
    fn a_tenant_with_much_to_send_does_not_hold_up_one_with_little() {
        let mut turns = Turns::default();
        for _ in 0..5 {
            turns.push(Family::Presence, tenant("busy"));
        }
        turns.push(Family::Presence, tenant("calm"));
        turns.push(Family::Presence, tenant("quiet"));
        assert_eq!(drain(&mut turns), [0, 5, 6, 1, 2, 3, 4]);
    }

    #[test]
    fn calls_go_first_but_not_for_ever() {
        let mut turns = Turns::default();
        for _ in 0..2 {
            turns.push(Family::Presence, tenant("a"));
            turns.push(Family::Others, tenant("a"));
        }
        for _ in 0..10 {
            turns.push(Family::Calls, tenant("a"));
        }
        let order = drain(&mut turns);
        assert_eq!(order, [4, 5, 6, 7, 8, 9, 10, 0, 11, 12, 13, 1, 2, 3]);
    }

    proptest! {
        #[test]
        fn every_ticket_is_called_or_given_up_once(
            acts in prop::collection::vec((0u8..5, 0usize..4, 0usize..3), 1..200),
        ) {
            let mut turns = Turns::default();
            let mut held: Vec<Ticket> = Vec::new();
            let families = [Family::Calls, Family::Presence, Family::Others];
            for (act, who, family) in acts {
                match act {
                    0..3 => held.push(turns.push(families[family], tenant(&format!("t{who}")))),
                    3 => {
                        let next = turns.families().next();
                        let id = next.and_then(|family| turns.pop(family));
                        prop_assert_eq!(id.is_some(), !held.is_empty());
                        if let Some(id) = id {
                            let at = held.iter().position(|ticket| ticket.id == id).unwrap();
                            let called = held.remove(at);
                            prop_assert!(!turns.remove(&called));
                        }
                    }
                    _ if !held.is_empty() => {
                        let ticket = held.remove(who % held.len());
                        prop_assert!(turns.remove(&ticket));
                    }
                    _ => {}
                }
                prop_assert_eq!(turns.waiting(), held.len());
            }
        }
    }
}
