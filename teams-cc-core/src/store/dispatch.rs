//! Who is reserved for what.

use std::{fmt, num::NonZeroU16, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::{
    AgentId, ContactId, Timestamp,
    agent::{Capacity, Channel},
};

/// Proves a reservation; of two tokens, the larger is the newer.
///
/// A store gives out each number once, always larger than the last. Whoever comes with an old
/// token is refused: that, not the lease, keeps a call from being given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FencingToken(u64);

impl FencingToken {
    /// The token of this number, for stores.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for FencingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}", self.0)
    }
}

/// Owns agents and waiting calls together, so that both can be reserved in one step.
///
/// | call is | verb | call becomes | agent's place becomes |
/// |---|---|---|---|
/// | waiting, or reserved for fewer than the terms allow | `reserve` | reserved | reserved |
/// | reserved | `accept` in time | taken | taken; free for all others it was reserved for |
/// | reserved | `release`, or `sweep` after the lease | waiting once nobody is left, at its old place | free |
/// | taken | `release` | gone | free |
/// | waiting or reserved | `withdraw` | gone | free |
/// | taken | `enqueue`, and later `release` | waiting, as a new call | free |
///
/// An agent's places are those of the [`Capacity`], by channel: so many contacts of each, and no
/// more units in all.
///
/// `now` is the caller's wall time; a store with a clock of its own uses that instead. Every
/// method is one atomic step: a future that is dropped has either done all of it or nothing.
///
/// # Errors
///
/// Besides what a method names, each may fail with [`StoreError::Full`] or
/// [`StoreError::Backend`]; nothing has changed then.
#[async_trait]
pub trait DispatchStore: Send + Sync + fmt::Debug {
    /// Makes an agent known, with places by channel; reservations there are stay.
    async fn put_agent(&self, agent: &AgentId, capacity: Capacity) -> Result<(), StoreError>;

    /// Forgets an agent; the reservations there are stay until released.
    async fn remove_agent(&self, agent: &AgentId) -> Result<(), StoreError>;

    /// Lets a call wait. Doing it again changes nothing; a taken call waits once it is released.
    async fn enqueue(&self, contact: &ContactId) -> Result<(), StoreError>;

    /// Removes a call that is not taken, and frees the agent reserved for it. A taken call will
    /// not wait again.
    async fn withdraw(&self, contact: &ContactId) -> Result<(), StoreError>;

    /// Reserves a place of the agent and the call, or neither, until `now` and the lease of
    /// `terms` later.
    ///
    /// # Errors
    ///
    /// [`StoreError::AgentTaken`], or [`StoreError::CallTaken`] where the call is not waiting or is
    /// reserved for as many agents as `terms` allow; nothing is reserved then.
    async fn reserve(
        &self,
        agent: &AgentId,
        contact: &ContactId,
        terms: Terms,
        now: Timestamp,
    ) -> Result<FencingToken, StoreError>;

    /// Turns a reservation into a taken call, and frees all others of that call in the same step.
    /// Doing it again with the same token changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`] with an old token, or at or after the end of the lease.
    async fn accept(&self, token: FencingToken, now: Timestamp) -> Result<(), StoreError>;

    /// Gives a reservation or a taken call back. A token that is over changes nothing.
    async fn release(&self, token: FencingToken) -> Result<(), StoreError>;

    /// Frees every reservation whose lease ran out, and tells which.
    async fn sweep(&self, now: Timestamp) -> Result<Vec<Expired>, StoreError>;

    /// What changed since a version, for other processes to catch up.
    async fn watch(&self, since: StoreVersion) -> Result<Changes, StoreError>;

    /// All reservations and taken calls, in the order of their tokens.
    async fn reservations(&self) -> Result<Vec<Reservation>, StoreError>;
}

/// For how long a call is reserved, and for how many agents at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Terms {
    /// How long the reservation holds without word from whoever made it.
    pub lease: Duration,
    /// For how many agents the call may be reserved at once, this one included.
    pub at_most: NonZeroU16,
    /// Which of the agent's places it takes.
    #[serde(default)]
    pub channel: Channel,
}

impl Terms {
    /// For one agent at once, until the end of the lease, by voice.
    #[must_use]
    pub const fn new(lease: Duration) -> Self {
        Self { lease, at_most: NonZeroU16::MIN, channel: Channel::Voice }
    }

    /// Sets by which way the customer comes, and so which of the agent's places is taken.
    #[must_use]
    pub const fn channel(mut self, channel: Channel) -> Self {
        self.channel = channel;
        self
    }

    /// Lets the call be reserved for so many agents at once.
    #[must_use]
    pub const fn at_most(mut self, agents: NonZeroU16) -> Self {
        self.at_most = agents;
        self
    }
}

/// Counts the changes of a store.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct StoreVersion(u64);

impl StoreVersion {
    /// The version of this number, for stores.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A reservation or a taken call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reservation {
    /// What proves it.
    pub token: FencingToken,
    /// Who.
    pub agent: AgentId,
    /// For which call.
    pub contact: ContactId,
    /// The end of the lease; none once the call is taken.
    pub until: Option<Timestamp>,
}

impl Reservation {
    /// A reservation until the end of its lease; without one the call is taken.
    #[must_use]
    pub fn new(
        token: FencingToken,
        agent: AgentId,
        contact: ContactId,
        until: Option<Timestamp>,
    ) -> Self {
        Self { token, agent, contact, until }
    }
}

/// A reservation whose lease ran out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Expired {
    /// Its token, good for nothing now.
    pub token: FencingToken,
    /// Who is free again.
    pub agent: AgentId,
    /// Which call waits again.
    pub contact: ContactId,
}

impl Expired {
    /// The reservation that was.
    #[must_use]
    pub fn new(reservation: Reservation) -> Self {
        Self { token: reservation.token, agent: reservation.agent, contact: reservation.contact }
    }
}

/// One change of a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Change {
    /// An agent is known, or has another number of places.
    Agent(AgentId),
    /// A call waits: a new one, or one whose reservation is over.
    Waiting(ContactId),
    /// A call and an agent are reserved for each other.
    Reserved(FencingToken, AgentId, ContactId),
    /// A call is taken.
    Taken(FencingToken, AgentId, ContactId),
    /// An agent has a place more.
    Freed(AgentId),
    /// A call is gone.
    Gone(ContactId),
}

/// What changed since a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Changes {
    /// The version these changes lead to.
    pub version: StoreVersion,
    /// The changes, oldest first.
    pub list: Vec<Change>,
    /// Whether older changes are no longer known: read [`DispatchStore::reservations`] then.
    pub gap: bool,
}

impl Changes {
    /// The changes that lead to `version`.
    #[must_use]
    pub fn new(version: StoreVersion, list: Vec<Change>, gap: bool) -> Self {
        Self { version, list, gap }
    }
}
