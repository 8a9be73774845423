//! Calls whose creation got no response: they may exist all the same.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use teams_cc_core::{Address, CallId, Instant};

use crate::{
    call::{CallReport, Report},
    model::{Call, CallDirection, InvitationParticipantInfo, call_key},
};

/// How long a call is looked for whose creation got no response.
///
/// Its first notifications come within seconds; a ring is over in a minute or two.
const LOST_FOR: Duration = Duration::from_mins(2);

/// The most calls looked for at once; the oldest goes first.
const MAX_LOST: usize = 64;

/// The most unknown calls that Graph is asked about for each lost one; the rest are not asked for.
const MAX_STRANGERS: usize = 16;

/// Calls whose creation got no response, and strangers that may be they.
#[derive(Debug, Default)]
pub(in crate::call::registry) struct Lost {
    calls: VecDeque<LostCall>,
    /// Strangers that were asked about, until no call is looked for any more.
    known: BTreeSet<String>,
    ask: VecDeque<CallId>,
}

#[derive(Debug)]
struct LostCall {
    until: Instant,
    chain: Box<str>,
    party: Address,
}

impl Lost {
    pub(in crate::call::registry) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub(in crate::call::registry) fn push(
        &mut self,
        now: Instant,
        chain: Box<str>,
        party: Address,
    ) {
        if self.calls.len() >= MAX_LOST {
            self.calls.pop_front();
        }
        self.calls.push_back(LostCall { until: now + LOST_FOR, chain, party });
    }

    /// When to look again.
    pub(in crate::call::registry) fn deadline(&self) -> Option<Instant> {
        self.calls.front().map(|lost| lost.until)
    }

    /// Gives up what was looked for long enough.
    pub(in crate::call::registry) fn forget(&mut self, now: Instant) {
        while self.calls.front().is_some_and(|lost| lost.until <= now) {
            self.calls.pop_front();
        }
        if self.calls.is_empty() {
            self.known.clear();
            self.ask.clear();
        }
    }

    /// Takes a stranger; gives the chain of the lost call that it is, where it says so itself.
    pub(in crate::call::registry) fn suspect(
        &mut self,
        call: &CallId,
        report: &Report,
    ) -> Option<Box<str>> {
        if self.calls.is_empty() {
            return None;
        }
        if let Report::Call(CallReport { chain: Some(chain), .. }) = report
            && let Some(found) = self.take(|lost| same(&lost.chain, chain))
        {
            return Some(found);
        }
        let key = call_key(call.as_str());
        if self.known.len() < MAX_STRANGERS * self.calls.len() && self.known.insert(key) {
            self.ask.push_back(call.clone());
        }
        None
    }

    /// The next stranger to ask Graph about.
    pub(in crate::call::registry) fn poll(&mut self) -> Option<CallId> {
        self.ask.pop_front()
    }

    /// Takes what Graph says of a stranger; gives the chain of the lost call that it is.
    pub(in crate::call::registry) fn identified(
        &mut self,
        call: &CallId,
        details: Option<&Call>,
    ) -> Option<Box<str>> {
        let Some(details) = details else {
            // No answer: the next notification asks again.
            self.known.remove(&call_key(call.as_str()));
            return None;
        };
        if let Some(chain) = details.call_chain_id.text()
            && let Some(found) = self.take(|lost| same(&lost.chain, chain))
        {
            return Some(found);
        }
        if details.direction.get() != Some(&CallDirection::Outgoing) {
            return None;
        }
        let party = details.targets.items().first().map(InvitationParticipantInfo::address)?;
        let mut alike = self.calls.iter().filter(|lost| lost.party == party);
        let only =
            alike.next().filter(|_| alike.next().is_none()).map(|lost| lost.chain.clone())?;
        self.take(|lost| lost.chain == only)
    }

    fn take(&mut self, wanted: impl Fn(&LostCall) -> bool) -> Option<Box<str>> {
        let at = self.calls.iter().position(wanted)?;
        self.calls.remove(at).map(|lost| lost.chain)
    }
}

fn same(one: &str, other: &str) -> bool {
    call_key(one) == call_key(other)
}
