//! Which presence lets an agent be offered a call, as data for each queue.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use teams_cc_core::{
    Instant,
    agent::Availability,
    routing::policy::{PresenceGate, presence},
};

use crate::{fresh::Fresh, model::Presence};

/// Which presence lets an agent be offered a call of a queue, and how old it may be.
///
/// It decides on offers alone. Whether an agent is free is core's to say: a reservation and a call
/// out of sight stand above any presence, and an agent who shows `Available` late is not offered a
/// second call.
///
/// ```
/// use std::time::Duration;
/// use teams_cc_core::{Instant, agent::PresenceSource};
/// use teams_cc_presence::{Availability, Fresh, Presence, Readiness, Unready};
///
/// let calls = Readiness::new([Availability::Available]).max_age(Duration::from_secs(90));
/// let seen = Fresh::new(Presence::new("Available", "Available"), Instant::ZERO, PresenceSource::Sweep);
/// assert_eq!(calls.judge(Some(&seen), Instant::from_secs(90)), Ok(()));
/// assert_eq!(calls.judge(Some(&seen), Instant::from_secs(91)), Err(Unready::Stale));
/// assert_eq!(calls.judge(None, Instant::ZERO), Err(Unready::Unknown));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Readiness {
    /// The states that let a call through.
    pub states: Vec<Availability>,
    /// How old what was seen may be; none where any age will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Duration>,
}

/// Why an agent is not offered a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Unready {
    /// Nothing was ever seen of the agent.
    #[error("nothing is known of the agent's presence: is the agent watched?")]
    Unknown,
    /// What was seen is too old.
    #[error("what is known of the agent's presence is too old: read more often or allow more")]
    Stale,
    /// The state is none of those that let a call through.
    #[error("the agent's presence lets no call of this queue through")]
    State,
}

impl Readiness {
    /// These states let a call through, at any age.
    #[must_use]
    pub fn new(states: impl IntoIterator<Item = Availability>) -> Self {
        Self { states: states.into_iter().collect(), max_age: None }
    }

    /// Sets how old what was seen may be. Default: any age will do.
    ///
    /// Less than the tracker's [`bound`](crate::tracker::Tracker::bound), 7 minutes by default, keeps
    /// agents idle while nothing is wrong; much more rings people who have left.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Whether the presence lets a call through.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub fn judge(&self, seen: Option<&Fresh<Presence>>, now: Instant) -> Result<(), Unready> {
        let seen = seen.ok_or(Unready::Unknown)?;
        if self.max_age.is_some_and(|most| !seen.is_younger_than(most, now)) {
            return Err(Unready::Stale);
        }
        let standing = seen.observation().availability;
        if self.states.contains(&standing) { Ok(()) } else { Err(Unready::State) }
    }

    /// The same as a gate of a routing policy; of no states, one that lets nobody through.
    #[must_use]
    pub fn gate(&self) -> PresenceGate {
        let mut states = self.states.iter().cloned();
        // Nobody is ever seen in a state without a name.
        let first = states.next().unwrap_or_else(|| Availability::Other("".into()));
        let gate = states.fold(presence(first), PresenceGate::or);
        match self.max_age {
            Some(age) => gate.max_age(age),
            None => gate,
        }
    }
}

impl Default for Readiness {
    /// `Available`, at most a minute and a half old.
    fn default() -> Self {
        Self::new([Availability::Available]).max_age(Duration::from_secs(90))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use teams_cc_core::agent::PresenceSource;

    use super::*;

    #[test]
    fn a_queue_says_in_its_configuration_who_may_be_rung() {
        let text = json!({ "states": ["available", "BUSY"], "maxAge": {"secs": 30, "nanos": 0} });
        let readiness: Readiness = serde_json::from_value(text).unwrap();
        let expected = Readiness::new([Availability::Available, Availability::Busy])
            .max_age(Duration::from_secs(30));
        assert_eq!(readiness, expected);
    }

    #[test]
    fn out_of_office_and_calls_in_the_other_field_are_seen() {
        let readiness = Readiness::new([Availability::Available]);
        let judge = |availability, activity| {
            let presence = Presence::new(availability, activity);
            let seen = Fresh::new(presence, Instant::ZERO, PresenceSource::Notification);
            readiness.judge(Some(&seen), Instant::ZERO)
        };
        assert_eq!(judge("Available", "Available"), Ok(()));
        assert_eq!(judge("Available", "OutOfOffice"), Err(Unready::State));
        assert_eq!(judge("Available", "InACall"), Err(Unready::State));
        assert_eq!(judge("PresenceUnknown", ""), Err(Unready::State));
    }

    #[test]
    fn no_states_let_nobody_through() {
        let seen = Fresh::new(Presence::new("", ""), Instant::ZERO, PresenceSource::Sweep);
        let nobody = Readiness::new([]);
        assert_eq!(nobody.judge(Some(&seen), Instant::ZERO), Err(Unready::State));
    }
}
