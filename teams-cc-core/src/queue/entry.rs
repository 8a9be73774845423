//! One waiting call.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    AgentId, ContactId, Instant, QueueId,
    agent::{Channel, LabelValue, Labels, Selector, Skill, SkillName, Skills},
};

/// The most attributes a call carries.
pub const MAX_ATTRIBUTES: usize = 64;
/// The longest attribute name or value, in bytes.
pub const MAX_ATTRIBUTE_BYTES: usize = 256;
/// The most agents a call prefers; more are dropped.
pub const MAX_PREFERRED: usize = 16;
/// The most labels a call asks for; more are refused.
pub const MAX_SELECTORS: usize = 32;

/// A waiting call: who waits, since when, and for what.
///
/// `enqueued_at` is the call's place. It never changes while the call waits, also not through an
/// offer that comes to nothing.
///
/// ```
/// use teams_cc_core::{Instant, agent::Skill, queue::{Priority, QueueEntry}};
///
/// let call = QueueEntry::new("C1".parse()?, "billing".parse()?, Instant::from_secs(3))
///     .priority(Priority::HIGH)
///     .needs(Skill::new("french", 2)?);
/// assert_eq!(call.queue().map(|queue| queue.as_str()), Some("billing"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueueEntry {
    /// Who waits.
    pub contact: ContactId,
    /// For whom.
    pub destination: Destination,
    /// Since when.
    pub enqueued_at: Instant,
    /// How urgent.
    pub priority: Priority,
    /// By which way the customer came.
    #[serde(default)]
    pub channel: Channel,
    /// What the agent must be able to do.
    pub skills: Skills,
    /// What else the agent must be.
    #[serde(default)]
    selectors: Selectors,
    /// What the agent had better be.
    #[serde(default)]
    pub labels: Labels,
    /// Who had better take it, the most wanted first.
    #[serde(default)]
    preferred: Vec<AgentId>,
    /// Which lines of agents may take it, where the queue's policy minds that.
    #[serde(default)]
    pub levels: Option<Levels>,
    /// Who calls, by a reference that says nothing about the person. A queue that keeps the place
    /// of a caller who hung up knows the caller by it.
    #[serde(default)]
    pub caller: Option<Box<str>>,
    /// What a classifier wrote on the call, for policies to read. Keep personal data out.
    attributes: Attributes,
}

impl QueueEntry {
    /// A call that waits in a queue.
    #[must_use]
    pub fn new(contact: ContactId, queue: QueueId, enqueued_at: Instant) -> Self {
        Self::to(contact, Destination::Queue(queue), enqueued_at)
    }

    /// A call that waits for one person, who needs to be in no queue.
    #[must_use]
    pub fn direct(contact: ContactId, expert: AgentId, enqueued_at: Instant) -> Self {
        Self::to(contact, Destination::Expert(expert), enqueued_at)
    }

    fn to(contact: ContactId, destination: Destination, enqueued_at: Instant) -> Self {
        Self {
            contact,
            destination,
            enqueued_at,
            priority: Priority::NORMAL,
            channel: Channel::default(),
            skills: Skills::default(),
            selectors: Selectors::default(),
            labels: Labels::default(),
            preferred: Vec::new(),
            levels: None,
            caller: None,
            attributes: Attributes::default(),
        }
    }

    /// Sets how urgent the call is; default [`Priority::NORMAL`].
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Adds a skill the agent must have, at this level or better.
    #[must_use]
    pub fn needs(mut self, skill: Skill) -> Self {
        self.skills.insert(skill);
        self
    }

    /// Sets by which way the customer came; default [`Channel::Voice`].
    #[must_use]
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channel = channel;
        self
    }

    /// Asks for a label of the agent.
    ///
    /// # Errors
    ///
    /// [`TooManySelectors`] past [`MAX_SELECTORS`].
    pub fn select(mut self, selector: Selector) -> Result<Self, TooManySelectors> {
        if self.selectors.0.len() >= MAX_SELECTORS {
            return Err(TooManySelectors);
        }
        self.selectors.0.push(selector);
        Ok(self)
    }

    /// Says what the agent had better be, for rankings by match; past the bounds of [`Labels`] it
    /// is dropped.
    #[must_use]
    pub fn label(mut self, name: &str, value: impl Into<LabelValue>) -> Self {
        // What is dropped only makes the match less telling.
        let _ = self.labels.insert(name, value);
        self
    }

    /// Adds somebody who had better take the call, such as the last agent; see
    /// [`preferred`](crate::routing::policy::preferred). Past [`MAX_PREFERRED`] it is dropped.
    #[must_use]
    pub fn prefer(mut self, agent: AgentId) -> Self {
        if self.preferred.len() < MAX_PREFERRED {
            self.preferred.push(agent);
        }
        self
    }

    /// Says which lines of agents may take the call; see
    /// [`levels`](crate::routing::policy::levels).
    #[must_use]
    pub fn levels(mut self, levels: Levels) -> Self {
        self.levels = Some(levels);
        self
    }

    /// Says who calls, by a reference that says nothing about the person.
    #[must_use]
    pub fn caller(mut self, reference: &str) -> Self {
        self.caller = Some(reference.into());
        self
    }

    /// What else the agent must be.
    #[must_use]
    pub fn selectors(&self) -> &[Selector] {
        &self.selectors.0
    }

    /// Who had better take the call, the most wanted first.
    #[must_use]
    pub fn preferred(&self) -> &[AgentId] {
        self.preferred.get(..MAX_PREFERRED).unwrap_or(&self.preferred)
    }

    /// Writes an attribute on the call.
    ///
    /// # Errors
    ///
    /// [`TooManyAttributes`] past [`MAX_ATTRIBUTES`] or [`MAX_ATTRIBUTE_BYTES`]; nothing changed.
    pub fn set_attribute(&mut self, name: &str, value: &str) -> Result<(), TooManyAttributes> {
        self.attributes.insert(name.into(), value.into())
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.0.get(name).map(AsRef::as_ref)
    }

    /// The queue the call waits in, unless it waits for one person.
    #[must_use]
    pub fn queue(&self) -> Option<&QueueId> {
        match &self.destination {
            Destination::Queue(queue) => Some(queue),
            Destination::Expert(_) => None,
        }
    }

    /// The one person the call waits for, if it does.
    #[must_use]
    pub fn expert(&self) -> Option<&AgentId> {
        match &self.destination {
            Destination::Expert(agent) => Some(agent),
            Destination::Queue(_) => None,
        }
    }

    /// How long the call has waited.
    #[must_use]
    pub fn waited(&self, now: Instant) -> Duration {
        now.since(self.enqueued_at)
    }

    /// The first skill that `have` lacks, with the level needed.
    #[must_use]
    pub fn lacking(&self, have: &Skills) -> Option<(SkillName, u8)> {
        self.skills
            .iter()
            .find(|(name, level)| have.level(name) < *level)
            .map(|(name, level)| (name.clone(), level))
    }
}

/// Names and values on a call, within their bounds also when read back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<Box<str>, Box<str>>")]
struct Attributes(BTreeMap<Box<str>, Box<str>>);

impl Attributes {
    fn insert(&mut self, name: Box<str>, value: Box<str>) -> Result<(), TooManyAttributes> {
        let room = self.0.len() < MAX_ATTRIBUTES || self.0.contains_key(&name);
        if !room || name.len().max(value.len()) > MAX_ATTRIBUTE_BYTES {
            return Err(TooManyAttributes);
        }
        self.0.insert(name, value);
        Ok(())
    }
}

impl TryFrom<BTreeMap<Box<str>, Box<str>>> for Attributes {
    type Error = TooManyAttributes;

    fn try_from(list: BTreeMap<Box<str>, Box<str>>) -> Result<Self, TooManyAttributes> {
        let mut attributes = Self::default();
        for (name, value) in list {
            attributes.insert(name, value)?;
        }
        Ok(attributes)
    }
}

/// What a call asks of labels, within its bound also when read back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Selector>")]
struct Selectors(Vec<Selector>);

impl TryFrom<Vec<Selector>> for Selectors {
    type Error = TooManySelectors;

    fn try_from(list: Vec<Selector>) -> Result<Self, TooManySelectors> {
        if list.len() > MAX_SELECTORS { Err(TooManySelectors) } else { Ok(Self(list)) }
    }
}

/// For whom a call waits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Destination {
    /// Anybody of a queue.
    Queue(QueueId),
    /// One person.
    Expert(AgentId),
}

/// Lines of agents, from the first to the last that may be called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a range has two ends")]
pub struct Levels {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl Levels {
    /// Every line there is.
    pub const ALL: Self = Self { first: 0, last: u16::MAX };

    /// Whether this line is among them.
    #[must_use]
    pub const fn contains(self, level: u16) -> bool {
        self.first <= level && level <= self.last
    }
}

/// How urgent a call is; higher goes first.
///
/// Products count in both directions: a bare number would be read the wrong way by half of all
/// readers, so it is made by [`steps`](Self::steps) or [`from_the_top`](Self::from_the_top). What a
/// step is worth is the queue's to say: see [`Discipline`](super::Discipline).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Priority(i32);

impl Priority {
    /// After everything else.
    pub const LOW: Self = Self(-1);
    /// As most calls are.
    pub const NORMAL: Self = Self(0);
    /// Before normal calls.
    pub const HIGH: Self = Self(1);

    /// A priority this many steps above normal, or below where negative.
    #[must_use]
    pub const fn steps(steps: i32) -> Self {
        Self(steps)
    }

    /// A priority counted from the top, where 1 is the most urgent and `normal` is what most
    /// calls have: 3 in Teams, 5 in Amazon Connect.
    #[must_use]
    pub const fn from_the_top(place: u8, normal: u8) -> Self {
        Self(normal as i32 - place as i32)
    }

    /// Steps above normal.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }
}

/// The call has no room for another attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a call carries at most 64 attributes of at most 256 bytes: keep records elsewhere")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct TooManyAttributes;

/// The call asks for more labels than [`MAX_SELECTORS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a call asks for at most 32 labels of an agent")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct TooManySelectors;

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> QueueEntry {
        QueueEntry::new("C1".parse().unwrap(), "q".parse().unwrap(), Instant::from_secs(1))
    }

    #[test]
    fn a_call_carries_no_more_than_its_bound_also_when_read_back() {
        let mut entry = call();
        for n in 0..MAX_ATTRIBUTES {
            assert_eq!(entry.set_attribute(&format!("n{n}"), "v"), Ok(()));
        }
        assert_eq!(entry.set_attribute("one more", "v"), Err(TooManyAttributes));
        assert_eq!(entry.set_attribute("n0", &"v".repeat(257)), Err(TooManyAttributes));
        let text = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<QueueEntry>(&text).unwrap(), entry);
        let longer = text.replace("\"n0\":", "\"extra\":\"v\",\"n0\":");
        assert!(serde_json::from_str::<QueueEntry>(&longer).is_err());
    }

    #[test]
    fn a_call_asks_for_no_more_labels_than_its_bound_also_when_read_back() {
        let selector = || Selector::new("n", crate::agent::Compare::Equal, 1);
        let full = (0..MAX_SELECTORS).fold(call(), |call, _| call.select(selector()).unwrap());
        assert_eq!(full.clone().select(selector()), Err(TooManySelectors));
        let text = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<QueueEntry>(&text).unwrap(), full);
        let one = serde_json::to_string(&selector()).unwrap();
        let longer = text.replace("\"selectors\":[", &format!("\"selectors\":[{one},"));
        assert!(serde_json::from_str::<QueueEntry>(&longer).is_err());
    }

    #[test]
    fn a_call_prefers_no_more_agents_than_its_bound_also_when_read_back() {
        let id = |n| AgentId::numbered("a", n);
        let full = (0..16).fold(call(), |call, n| call.prefer(id(n)));
        assert_eq!(full.clone().prefer(id(99)).preferred().len(), MAX_PREFERRED);
        let text = serde_json::to_string(&full).unwrap();
        let longer = text.replace("\"preferred\":[", "\"preferred\":[\"zoe\",");
        let read: QueueEntry = serde_json::from_str(&longer).unwrap();
        assert_eq!(read.preferred().len(), MAX_PREFERRED);
    }

    #[test]
    fn the_first_skill_lacking_is_named() {
        let entry = call().needs(Skill::new("french", 3).unwrap());
        let have = |level| [Skill::new("french", level).unwrap()].into_iter().collect();
        assert_eq!(entry.lacking(&have(3)), None);
        let (name, level) = entry.lacking(&have(2)).unwrap();
        assert_eq!((name.as_str(), level), ("french", 3));
    }
}
