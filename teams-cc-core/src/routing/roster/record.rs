//! One agent, with everything routing knows of that person.

use std::time::Duration;

use super::index::Index;
use crate::{
    AgentId, ContactId, Instant, OfferId,
    agent::{Agent, AgentState, AwayReason, CHANNELS, Capacity, Channel, Observation},
    routing::policy::Reason,
    store::FencingToken,
};

/// An agent with everything routing knows of that person.
#[derive(Debug)]
pub struct AgentRecord {
    id: AgentId,
    /// Apart, as it is seldom looked at: what changes with every call is then close together.
    pub(in crate::routing) profile: Box<Agent>,
    /// The profile's.
    capacity: Capacity,
    pub(in crate::routing) away: Option<AwayReason>,
    pub(in crate::routing) wrap_until: Option<Instant>,
    pub(in crate::routing) rest_until: Option<Instant>,
    pub(in crate::routing) presence: Option<Observation>,
    /// Since when presence has been [`Available`](crate::agent::Availability::Available).
    pub(in crate::routing) seen_available: Option<Instant>,
    pub(in crate::routing) clocks: Clocks,
    pub(in crate::routing) misses: u32,
    /// Known only because a call was meant for this person.
    pub(in crate::routing) guest: bool,
    /// Counts the offers of all queues; when this agent was last offered a call.
    pub(in crate::routing) last_offered: u64,
    /// The agent's places in queues, by the queue's place.
    pub(in crate::routing) seats: Vec<(u32, u32)>,
    slots: Vec<Slot>,
    used: u16,
    taken: [u8; CHANNELS],
    /// The channels with room, a bit each.
    room: u8,
}

/// What the idle clocks and the fair shares are reckoned from.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::routing) struct Clocks {
    /// The end of the last call taken.
    pub(in crate::routing) call_ended: Option<Instant>,
    /// When a call was last taken or ended.
    pub(in crate::routing) worked: Option<Instant>,
    /// Since when the agent has been there for calls, wrap-up over.
    pub(in crate::routing) available_since: Instant,
    /// Calls taken, and calls ended.
    pub(in crate::routing) answered: u32,
    pub(in crate::routing) ended: u32,
    /// Time in calls that are over.
    pub(in crate::routing) talked: Duration,
}

impl Clocks {
    /// Notes the end of a call that began then.
    pub(in crate::routing) fn ended_at(&mut self, now: Instant, began: Option<Instant>) {
        self.call_ended = Some(now);
        self.worked = Some(now);
        self.ended = self.ended.saturating_add(1);
        if let Some(began) = began {
            self.talked = self.talked.saturating_add(now.since(began));
        }
    }
}

/// One contact of an agent.
#[derive(Debug)]
pub(in crate::routing) struct Slot {
    pub(in crate::routing) contact: ContactId,
    pub(in crate::routing) channel: Channel,
    pub(in crate::routing) hold: Hold,
    pub(in crate::routing) token: Option<FencingToken>,
    /// Which queue's rules hold for it, by place; none for a call meant for one person.
    pub(in crate::routing) queue: Option<u32>,
    /// Since when it is talked to.
    pub(in crate::routing) since: Option<Instant>,
}

#[derive(Debug)]
pub(in crate::routing) enum Hold {
    Reserved(OfferId),
    Busy,
    Unobserved { since: Instant, seen_in_call: bool },
}

impl AgentRecord {
    pub(in crate::routing) fn new(profile: Agent, now: Instant) -> Self {
        let mut record = Self {
            id: profile.id.clone(),
            capacity: profile.capacity,
            profile: Box::new(profile),
            away: None,
            wrap_until: None,
            rest_until: None,
            presence: None,
            seen_available: None,
            clocks: Clocks { available_since: now, ..Clocks::default() },
            misses: 0,
            guest: false,
            last_offered: 0,
            seats: Vec::new(),
            slots: Vec::new(),
            used: 0,
            taken: [0; CHANNELS],
            room: 0,
        };
        record.look_for_room();
        record
    }

    /// The agent's id.
    #[must_use]
    pub fn id(&self) -> &AgentId {
        &self.id
    }

    /// Who the agent is.
    #[must_use]
    pub fn profile(&self) -> &Agent {
        &self.profile
    }

    /// What was last seen of the agent's presence.
    #[must_use]
    pub fn presence(&self) -> Option<&Observation> {
        self.presence.as_ref()
    }

    /// Whether the agent has this contact, or is being offered it.
    #[must_use]
    pub fn has(&self, contact: &ContactId) -> bool {
        self.slot(contact).is_some()
    }

    /// Whether the agent has a contact under this token.
    pub(in crate::routing) fn holds(&self, token: FencingToken) -> bool {
        self.slots.iter().any(|slot| slot.token == Some(token))
    }

    /// How many contacts the agent has, offers included.
    #[must_use]
    pub fn load(&self) -> usize {
        self.slots.len()
    }

    /// The units in use, out of [`Capacity::total`](crate::agent::Capacity::total).
    #[must_use]
    pub fn units_used(&self) -> u16 {
        self.used
    }

    /// How many contacts of a channel the agent has, offers included.
    #[must_use]
    pub fn load_of(&self, channel: Channel) -> u8 {
        self.taken[channel.index()]
    }

    /// How long the agent has been without a contact. An offer that came to nothing is none.
    #[must_use]
    pub fn idle(&self, now: Instant) -> Duration {
        now.since(self.clocks.available_since)
    }

    /// How many calls the agent took.
    #[must_use]
    pub fn answered(&self) -> u32 {
        self.clocks.answered
    }

    /// How long the agent talked, in calls that are over.
    #[must_use]
    pub fn talked(&self) -> Duration {
        self.clocks.talked
    }

    /// Where the agent stands.
    #[must_use]
    pub fn state(&self, now: Instant) -> AgentState {
        if !self.has_room() || (self.away.is_some() && !self.slots.is_empty()) {
            return self.occupied();
        }
        match (&self.away, self.wrap_until) {
            (Some(reason), _) => AgentState::Away(reason.clone()),
            (None, Some(until)) if until > now => AgentState::WrapUp { until },
            _ => AgentState::Available,
        }
    }

    /// Whether the agent can take one more contact of any channel, or why not.
    ///
    /// # Errors
    ///
    /// The [`Reason`] that stands in the way.
    pub fn can_take(&self, now: Instant) -> Result<(), Reason> {
        match self.state(now) {
            AgentState::Available => match self.rest_until {
                Some(until) if until > now => Err(Reason::Rests { until }),
                _ => Ok(()),
            },
            AgentState::Reserved => Err(Reason::Reserved),
            AgentState::BusyUnobserved { since } => Err(Reason::BusyUnobserved { since }),
            AgentState::WrapUp { until } => Err(Reason::WrapUp { until }),
            AgentState::Away(reason) => Err(Reason::Away(reason)),
            AgentState::Busy => Err(Reason::Busy),
        }
    }

    /// Whether there is room for one more contact of this channel.
    #[must_use]
    pub const fn has_room_for(&self, channel: Channel) -> bool {
        self.room & channel.bit() != 0
    }

    /// Whether there is room for one more contact of any channel.
    const fn has_room(&self) -> bool {
        self.room != 0
    }

    /// The channels with room, a bit each.
    pub(super) const fn room(&self) -> u8 {
        self.room
    }

    /// Finds out for which channels there is room.
    #[inline]
    fn look_for_room(&mut self) {
        let (capacity, left) = (&self.capacity, self.capacity.total().checked_sub(self.used));
        self.room = 0;
        for channel in Channel::ALL {
            let fits = self.taken[channel.index()] < capacity.most(channel)
                && left.is_some_and(|left| capacity.cost(channel) <= left);
            self.room |= if fits { channel.bit() } else { 0 };
        }
    }

    /// Whether the agent might be offered something now; what the set of the free is made of.
    pub(in crate::routing) fn is_free(&self) -> bool {
        self.away.is_none()
            && self.wrap_until.is_none()
            && self.rest_until.is_none()
            && self.has_room()
    }

    pub(in crate::routing) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub(in crate::routing) fn slots_mut(&mut self) -> &mut [Slot] {
        &mut self.slots
    }

    pub(in crate::routing) fn slot(&self, contact: &ContactId) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.contact == *contact)
    }

    pub(in crate::routing) fn slot_mut(&mut self, contact: &ContactId) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.contact == *contact)
    }

    /// Takes a contact in; the caller has looked for room.
    #[inline]
    pub(in crate::routing) fn hold(&mut self, slot: Slot) {
        let channel = slot.channel;
        self.taken[channel.index()] = self.taken[channel.index()].saturating_add(1);
        self.used = self.used.saturating_add(self.capacity.cost(channel));
        self.slots.push(slot);
        self.look_for_room();
    }

    #[inline]
    pub(in crate::routing) fn let_go(&mut self, contact: &ContactId) -> Option<Slot> {
        let at = self.slots.iter().position(|slot| slot.contact == *contact)?;
        let slot = self.slots.remove(at);
        self.count_anew();
        Some(slot)
    }

    /// Reckons what is in use from the contacts there are, as after a change of the profile.
    pub(in crate::routing) fn count_anew(&mut self) {
        self.capacity = self.profile.capacity;
        self.taken = [0; CHANNELS];
        self.used = 0;
        for slot in &self.slots {
            let taken = &mut self.taken[slot.channel.index()];
            *taken = taken.saturating_add(1);
            self.used = self.used.saturating_add(self.capacity.cost(slot.channel));
        }
        self.look_for_room();
    }

    /// What the agent is counted as in the queues served. Who takes no more calls counts so even
    /// while the last one goes on: there is nothing to wait for.
    #[inline]
    pub(in crate::routing) fn standing(&self) -> Standing {
        match &self.away {
            Some(AwayReason::SignedOut) => return Standing::SignedOut,
            Some(AwayReason::MissedOffers) => return Standing::Missing,
            Some(AwayReason::Break | AwayReason::Other(_)) => return Standing::OnBreak,
            None => {}
        }
        if self.slots.iter().any(|slot| matches!(slot.hold, Hold::Reserved(_))) {
            return Standing::Ringing;
        }
        match (self.slots.is_empty(), self.wrap_until) {
            (false, _) => Standing::Busy,
            (true, Some(_)) => Standing::WrappingUp,
            (true, None) => Standing::Ready,
        }
    }

    fn occupied(&self) -> AgentState {
        let mut unobserved = None;
        for slot in &self.slots {
            match slot.hold {
                Hold::Reserved(_) => return AgentState::Reserved,
                Hold::Busy => return AgentState::Busy,
                Hold::Unobserved { since, .. } => {
                    unobserved = Some(unobserved.map_or(since, |first: Instant| first.min(since)));
                }
            }
        }
        unobserved.map_or(AgentState::Busy, |since| AgentState::BusyUnobserved { since })
    }
}

/// What an agent counts as where a queue asks whether anybody is there.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// Takes calls and has none.
    Ready,
    /// Is being offered one.
    Ringing,
    /// Has one.
    Busy,
    /// Rests after one.
    WrappingUp,
    /// Takes none for a while, by the agent's own word.
    OnBreak,
    /// Missed so many offers that no more are made.
    Missing,
    /// Is not there.
    SignedOut,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; STANDINGS] = [
        Self::Ready,
        Self::Ringing,
        Self::Busy,
        Self::WrappingUp,
        Self::OnBreak,
        Self::Missing,
        Self::SignedOut,
    ];
}

/// How many standings there are.
pub(in crate::routing) const STANDINGS: usize = 7;

/// Who shall not be offered which call for a while.
pub(in crate::routing) type PassedBy = Index<ContactId, Vec<Passed>>;

/// An agent left alone with a call.
#[derive(Clone, Copy, Debug)]
pub(in crate::routing) struct Passed {
    pub(in crate::routing) agent: u32,
    pub(in crate::routing) why: Option<crate::contact::OfferEnd>,
    pub(in crate::routing) until: Instant,
}

impl Passed {
    /// Why, if still.
    pub(in crate::routing) fn reason(&self, now: Instant) -> Option<Reason> {
        (self.until > now).then_some(match self.why {
            Some(why) => Reason::Passed { why, until: self.until },
            None => Reason::ReservedElsewhere { until: self.until },
        })
    }
}
