//! Reservations in memory.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use crate::{
    AgentId, ContactId, Timestamp,
    agent::{CHANNELS, Capacity, Channel},
    store::{
        Change, Changes, DispatchStore, Expired, FencingToken, Reservation, StoreError,
        StoreVersion, Terms,
    },
};

/// The most agents and the most calls held; one more is refused with [`StoreError::Full`].
pub const MAX_ENTRIES: usize = 100_000;
/// The most changes remembered for [`DispatchStore::watch`]; older ones make a gap.
pub const MAX_CHANGES: usize = 4096;

/// A [`DispatchStore`] in memory.
///
/// One lock is held for each step and never across an await.
#[derive(Debug, Default)]
pub struct MemoryDispatchStore {
    state: Mutex<State>,
}

impl MemoryDispatchStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    // Steps check first and change afterwards with calls that do not panic, so a poisoned lock
    // still guards a whole state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl DispatchStore for MemoryDispatchStore {
    async fn put_agent(&self, agent: &AgentId, capacity: Capacity) -> Result<(), StoreError> {
        let mut state = self.state();
        if !state.agents.contains_key(agent) && state.agents.len() >= MAX_ENTRIES {
            return Err(StoreError::Full { limit: MAX_ENTRIES });
        }
        state.agents.insert(agent.clone(), capacity);
        state.tell(Change::Agent(agent.clone()));
        Ok(())
    }

    async fn remove_agent(&self, agent: &AgentId) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.agents.remove(agent).is_some() {
            state.tell(Change::Agent(agent.clone()));
        }
        Ok(())
    }

    async fn enqueue(&self, contact: &ContactId) -> Result<(), StoreError> {
        let mut state = self.state();
        if let Some(place) = state.calls.get_mut(contact) {
            place.again |= place.taken;
            return Ok(());
        }
        if state.calls.len() >= MAX_ENTRIES {
            return Err(StoreError::Full { limit: MAX_ENTRIES });
        }
        state.calls.insert(contact.clone(), Place::default());
        state.tell(Change::Waiting(contact.clone()));
        Ok(())
    }

    async fn withdraw(&self, contact: &ContactId) -> Result<(), StoreError> {
        let mut state = self.state();
        let Some(place) = state.calls.get_mut(contact) else { return Ok(()) };
        place.again = false;
        if place.taken {
            return Ok(());
        }
        for token in std::mem::take(&mut place.tokens) {
            state.free(token);
        }
        state.drop_call(contact);
        Ok(())
    }

    async fn reserve(
        &self,
        agent: &AgentId,
        contact: &ContactId,
        terms: Terms,
        now: Timestamp,
    ) -> Result<FencingToken, StoreError> {
        let mut state = self.state();
        let load = state.load.get(agent).copied().unwrap_or_default();
        if !state.agents.get(agent).is_some_and(|all| all.has_room_for(terms.channel, load)) {
            return Err(StoreError::AgentTaken);
        }
        let most = usize::from(terms.at_most.get());
        if state.calls.get(contact).is_none_or(|place| place.taken || place.tokens.len() >= most) {
            return Err(StoreError::CallTaken);
        }
        state.last_token = state.last_token.saturating_add(1);
        let token = FencingToken::new(state.last_token);
        if let Some(place) = state.calls.get_mut(contact) {
            place.tokens.push(token);
        }
        state.load.entry(agent.clone()).or_default()[terms.channel.index()] += 1;
        state.channels.insert(token, terms.channel);
        let until = Some(now + terms.lease);
        let reservation = Reservation::new(token, agent.clone(), contact.clone(), until);
        state.live.insert(token, reservation);
        state.tell(Change::Reserved(token, agent.clone(), contact.clone()));
        Ok(token)
    }

    async fn accept(&self, token: FencingToken, now: Timestamp) -> Result<(), StoreError> {
        let mut state = self.state();
        let reservation = state.live.get_mut(&token).ok_or(StoreError::Fenced)?;
        match reservation.until {
            None => Ok(()),
            Some(until) if until <= now => Err(StoreError::Fenced),
            Some(_) => {
                reservation.until = None;
                let (agent, contact) = (reservation.agent.clone(), reservation.contact.clone());
                let mut others = Vec::new();
                if let Some(place) = state.calls.get_mut(&contact) {
                    place.taken = true;
                    others = std::mem::replace(&mut place.tokens, vec![token]);
                }
                state.tell(Change::Taken(token, agent, contact));
                for other in others.into_iter().filter(|other| *other != token) {
                    state.free(other);
                }
                Ok(())
            }
        }
    }

    async fn release(&self, token: FencingToken) -> Result<(), StoreError> {
        let mut state = self.state();
        if let Some(reservation) = state.free(token) {
            let again = state.calls.get(&reservation.contact).is_some_and(|place| place.again);
            if reservation.until.is_none() && !again {
                state.drop_call(&reservation.contact);
            } else {
                state.wait_again(reservation.contact, token);
            }
        }
        Ok(())
    }

    async fn sweep(&self, now: Timestamp) -> Result<Vec<Expired>, StoreError> {
        let mut state = self.state();
        let over: Vec<FencingToken> = state
            .live
            .values()
            .filter(|reservation| reservation.until.is_some_and(|until| until <= now))
            .map(|reservation| reservation.token)
            .collect();
        let mut expired = Vec::with_capacity(over.len());
        for token in over {
            if let Some(reservation) = state.free(token) {
                state.wait_again(reservation.contact.clone(), token);
                expired.push(Expired::new(reservation));
            }
        }
        Ok(expired)
    }

    async fn watch(&self, since: StoreVersion) -> Result<Changes, StoreError> {
        let state = self.state();
        let missed = state.version.saturating_sub(since.get());
        let known = u64::try_from(state.changes.len()).unwrap_or(u64::MAX);
        let skip = usize::try_from(known.saturating_sub(missed)).unwrap_or(0);
        Ok(Changes::new(
            StoreVersion::new(state.version),
            state.changes.iter().skip(skip).cloned().collect(),
            missed > known,
        ))
    }

    async fn reservations(&self) -> Result<Vec<Reservation>, StoreError> {
        Ok(self.state().live.values().cloned().collect())
    }
}

/// Where a call stands.
#[derive(Debug, Default)]
struct Place {
    /// The tokens it is reserved under, or the one it is taken under; without any it waits.
    tokens: Vec<FencingToken>,
    taken: bool,
    /// Whether it waits again once it is released.
    again: bool,
}

#[derive(Debug, Default)]
struct State {
    agents: BTreeMap<AgentId, Capacity>,
    /// How many contacts of each channel an agent has; no entry means none.
    load: BTreeMap<AgentId, [u8; CHANNELS]>,
    /// Which of the agent's places a live token holds.
    channels: BTreeMap<FencingToken, Channel>,
    calls: BTreeMap<ContactId, Place>,
    live: BTreeMap<FencingToken, Reservation>,
    last_token: u64,
    version: u64,
    changes: VecDeque<Change>,
}

impl State {
    /// Ends a reservation and frees the agent's place; the call is the caller's to move on.
    fn free(&mut self, token: FencingToken) -> Option<Reservation> {
        let reservation = self.live.remove(&token)?;
        let channel = self.channels.remove(&token).unwrap_or_default();
        if let Some(load) = self.load.get_mut(&reservation.agent) {
            let place = &mut load[channel.index()];
            *place = place.saturating_sub(1);
            if *load == [0; CHANNELS] {
                self.load.remove(&reservation.agent);
            }
        }
        self.tell(Change::Freed(reservation.agent.clone()));
        Some(reservation)
    }

    /// Lets a call wait that is reserved for nobody any more.
    fn wait_again(&mut self, contact: ContactId, over: FencingToken) {
        if let Some(place) = self.calls.get_mut(&contact) {
            place.tokens.retain(|token| *token != over);
            if !place.tokens.is_empty() {
                return;
            }
        }
        self.calls.insert(contact.clone(), Place::default());
        self.tell(Change::Waiting(contact));
    }

    fn drop_call(&mut self, contact: &ContactId) {
        self.calls.remove(contact);
        self.tell(Change::Gone(contact.clone()));
    }

    fn tell(&mut self, change: Change) {
        self.version = self.version.saturating_add(1);
        if self.changes.len() == MAX_CHANGES {
            self.changes.pop_front();
        }
        self.changes.push_back(change);
    }
}
