//! Calls that are kept in a store, taken over, and given away.

use teams_cc_core::{CallId, Instant, LegId};

use super::{Live, Notice, Registry};
use crate::{
    call::{CallSession, announcement::Announcement, control::CallKind, record::KeptCall},
    model::call_key,
};

/// The most ended calls whose records wait to be removed; a store that takes no writes for so long
/// keeps the records of those beyond.
const MAX_OVER: usize = 4096;

/// Something to write into the store.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::call) enum Unsaved {
    /// The call stands like this now.
    Kept(Box<KeptCall>),
    /// The call is over.
    Over(CallId),
}

/// Why a call is not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::call) enum NotResumed {
    /// It is live here already.
    Live,
    /// As many calls are live as may be, or none is taken any more.
    NoRoom,
}

impl Registry {
    /// Notes what changes from here on, to be written into a store.
    pub(in crate::call) fn keep_records(&mut self) {
        self.keeps = true;
    }

    /// What has to be written, at most so much of it; several changes of one call are one.
    pub(in crate::call) fn take_unsaved(&mut self, at_most: usize) -> Vec<Unsaved> {
        let mut batch = Vec::new();
        while batch.len() < at_most {
            let unsaved = if let Some(leg) = self.unsaved.pop_first() {
                match self.kept(&leg) {
                    Some(kept) => Unsaved::Kept(Box::new(kept)),
                    None => continue,
                }
            } else if let Some(call) = self.over.pop_first() {
                Unsaved::Over(call)
            } else {
                break;
            };
            batch.push(unsaved);
        }
        batch
    }

    /// Notes that writing failed, to be tried again.
    pub(in crate::call) fn still_unsaved(&mut self, unsaved: Unsaved) {
        match unsaved {
            Unsaved::Kept(kept) if self.sessions.contains_key(&kept.leg) => {
                self.unsaved.insert(kept.leg);
            }
            Unsaved::Kept(_) => {}
            Unsaved::Over(call) => self.note_over(call),
        }
    }

    /// Notes a call whose record is to be removed; beyond the bound its record is left behind.
    pub(in crate::call) fn note_over(&mut self, call: CallId) {
        if self.over.len() < MAX_OVER || self.over.contains(&call) {
            self.over.insert(call);
        } else {
            self.counts.left_behind += 1;
        }
    }

    /// Whether something is still to be written of a call, now or later.
    pub(in crate::call) fn is_kept(&self, call: &CallId) -> bool {
        self.over.contains(call) || self.legs_by_key.contains_key(call_key(call.as_str()).as_str())
    }

    /// Whether a call is still looked after here, under this leg.
    pub(in crate::call) fn is_live(&self, leg: &LegId, call: &CallId) -> bool {
        self.sessions.get(leg).is_some_and(|live| live.call == *call)
    }

    /// The leg of a live call.
    pub(in crate::call) fn leg_of(&self, call: &CallId) -> Option<&LegId> {
        self.legs_by_key.get(call_key(call.as_str()).as_str())
    }

    /// What is to be kept of a call.
    pub(in crate::call) fn kept(&self, leg: &LegId) -> Option<KeptCall> {
        let live = self.sessions.get(leg)?;
        Some(KeptCall {
            leg: leg.clone(),
            call: live.call.clone(),
            party: live.party.clone(),
            tenant: Some(self.tenant.clone()),
            kind: live.kind.map(|kind| kind.word().into()),
            writer: None,
            session: live.session.keep(),
        })
    }

    /// Whether a call can be taken over, and why not.
    pub(in crate::call) fn may_resume(&self, call: &CallId) -> Result<(), NotResumed> {
        if self.legs_by_key.contains_key(call_key(call.as_str()).as_str()) {
            Err(NotResumed::Live)
        } else if self.is_full() {
            Err(NotResumed::NoRoom)
        } else {
            Ok(())
        }
    }

    /// Whether a call belongs to another tenant.
    pub(in crate::call) fn is_foreign(&self, kept: &KeptCall) -> bool {
        let ours = self.tenant.as_str();
        kept.tenant.as_ref().is_some_and(|tenant| !tenant.as_str().eq_ignore_ascii_case(ours))
    }

    /// Goes on with a call of another process; its leg gets a new name where the old is in use.
    pub(in crate::call) fn resume(
        &mut self,
        now: Instant,
        kept: KeptCall,
    ) -> Result<LegId, NotResumed> {
        self.may_resume(&kept.call)?;
        let KeptCall { mut leg, call, party, kind, session, .. } = kept;
        let kind = kind.as_deref().and_then(CallKind::of_word);
        while self.sessions.contains_key(&leg) || self.dialing.contains(&leg) {
            leg = self.next_incoming_leg();
        }
        let key: Box<str> = call_key(call.as_str()).into();
        let session = CallSession::resume(now, session);
        self.open_as(leg.clone(), Live { call, key, party, kind, session });
        self.drain(now, &leg);
        self.counts.taken_over += 1;
        Ok(leg)
    }

    /// Somebody else looks after the call from here on.
    pub(in crate::call) fn disown(&mut self, leg: &LegId, call: &CallId, by: &str) {
        if self.sessions.get(leg).is_none_or(|live| live.call != *call) {
            return;
        }
        let Some(live) = self.sessions.remove(leg) else { return };
        self.timers.remove(leg);
        self.unsaved.remove(leg);
        self.changed.remove(leg);
        self.legs_by_key.remove(&live.key);
        self.ended.remember(&live.key);
        self.counts.given_away += 1;
        let operations = live.session.operations().cloned().collect();
        self.notices.push_back(Notice::Disowned { leg: leg.clone(), operations });
        let (leg, by) = (leg.clone(), by.into());
        self.announcements.push_back(Announcement::TakenOver { leg, by });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use teams_cc_core::Address;

    #[test]
    fn ended_calls_of_a_store_that_takes_no_writes_are_bounded() {
        let tenant = "tenant-1".parse().expect("an id");
        let mut registry = Registry::new(tenant, Address::Anonymous, 10, false);
        for nth in 0..MAX_OVER + 7 {
            registry.note_over(CallId::new(format!("call-{nth}")).expect("an id"));
        }
        registry.note_over(CallId::new("call-0").expect("an id"));
        assert_eq!(registry.counts().left_behind, 7);
        let known =
            |nth: usize| registry.is_kept(&CallId::new(format!("call-{nth}")).expect("an id"));
        assert!(known(0) && !known(MAX_OVER), "what is left behind is forgotten");
        assert_eq!(registry.take_unsaved(usize::MAX).len(), MAX_OVER);
    }
}
