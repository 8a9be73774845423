//! Graph's side of a read: what it allows, and what it answers.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use teams_cc_core::{Instant, UserId};
use teams_cc_graph::model::{self, Collection};
use teams_cc_presence::{
    MAX_IDS, Presence, QUOTA, SequenceNumber,
    tracker::{Input, ReadId, Seen, Tracker},
};

use super::{
    dice::Dice,
    people::{People, number},
    plan::Door,
};

/// How long the service asks to wait while it throttles.
pub(crate) const RETRY_AFTER: Duration = Duration::from_millis(2_128);
/// So many answers in a million are lost; never two in a row.
const LOST: u64 = 500;
/// So many requests in a million fail.
const FAILED: u64 = 1_000;
/// So many answers in a million are in another order.
const SHUFFLED: u64 = 10_000;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answer,
    Throttle,
    Refuse,
    Fail,
}

/// A request on its way.
struct Air {
    users: Vec<u32>,
    outcome: Outcome,
    /// What was true when it was asked, of those who have changed since.
    before: Vec<(u32, Presence)>,
    backwards: bool,
}

/// The service, and what it noticed.
#[derive(Default)]
pub(crate) struct Service {
    air: BTreeMap<ReadId, Air>,
    window: VecDeque<Instant>,
    closed_until: Instant,
    lost_last: bool,
    pub(crate) requests: u64,
    pub(crate) throttled: u64,
    pub(crate) read: u64,
    /// The most requests in any 30 s.
    pub(crate) most: usize,
    /// Requests of more users than allowed, and those sent before a `Retry-After` was over.
    pub(crate) too_large: u64,
    pub(crate) too_early: u64,
}

impl Service {
    /// Takes a request; when it is answered, if ever.
    pub(crate) fn ask(
        &mut self,
        now: Instant,
        read: ReadId,
        users: &[UserId],
        people: &People,
        weather: Weather,
        dice: &mut Dice,
    ) -> Option<Instant> {
        self.note(now);
        self.too_large += u64::from(users.len() > MAX_IDS);
        let users: Vec<u32> =
            users.iter().map(|user| u32::try_from(number(user)).expect("few users")).collect();
        let lost = self.is_lost(dice);
        let (outcome, latency) = match weather {
            Weather::Storm => (Outcome::Throttle, Duration::from_millis(50)),
            Weather::Revoked => (Outcome::Fail, Duration::from_millis(80)),
            Weather::Fair if users.iter().any(|user| people.is_refused(*user as usize)) => {
                (Outcome::Refuse, Duration::from_millis(300))
            }
            Weather::Fair if dice.chance(FAILED) => (Outcome::Fail, Duration::from_secs(1)),
            Weather::Fair if lost => return None,
            Weather::Fair => {
                let (least, most) = (Duration::from_millis(150), Duration::from_millis(1_200));
                (Outcome::Answer, dice.between(least, most))
            }
        };
        let backwards = dice.chance(SHUFFLED);
        self.air.insert(read, Air { users, outcome, before: Vec::new(), backwards });
        Some(now + latency)
    }

    /// Takes a request to show something of an agent; what comes of it, and when, if ever.
    pub(crate) fn write(
        &mut self,
        now: Instant,
        weather: Weather,
        dice: &mut Dice,
    ) -> (Outcome, Option<Duration>) {
        self.note(now);
        let millis = Duration::from_millis;
        match weather {
            Weather::Storm => (Outcome::Throttle, Some(millis(50))),
            Weather::Revoked => (Outcome::Fail, Some(millis(80))),
            Weather::Fair if dice.chance(FAILED) => (Outcome::Fail, Some(millis(1_000))),
            Weather::Fair if self.is_lost(dice) => (Outcome::Answer, None),
            Weather::Fair => (Outcome::Answer, Some(dice.between(millis(50), millis(400)))),
        }
    }

    /// A request is answered by 429.
    pub(crate) fn throttle(&mut self, now: Instant) {
        self.throttled += 1;
        self.closed_until = self.closed_until.max(now + RETRY_AFTER);
    }

    /// Counts a request of either kind against the limits.
    fn note(&mut self, now: Instant) {
        self.requests += 1;
        self.window.push_back(now);
        while self.window.front().is_some_and(|first| now - *first >= QUOTA.1) {
            self.window.pop_front();
        }
        self.most = self.most.max(self.window.len());
        self.too_early += u64::from(now < self.closed_until);
    }

    fn is_lost(&mut self, dice: &mut Dice) -> bool {
        let lost = dice.chance(LOST) && !std::mem::replace(&mut self.lost_last, true);
        self.lost_last &= lost;
        lost
    }

    /// Somebody is about to change: requests on their way still tell what was before.
    pub(crate) fn remember(&mut self, user: u32, people: &People) {
        for air in self.air.values_mut() {
            if air.users.contains(&user) && !air.before.iter().any(|(known, _)| *known == user) {
                air.before.push((user, people.truth[user as usize].clone()));
            }
        }
    }

    /// Answers a request.
    pub(crate) fn answer(
        &mut self,
        now: Instant,
        read: ReadId,
        people: &People,
        door: Door,
        tracker: &mut Tracker,
    ) {
        let Some(mut air) = self.air.remove(&read) else { return };
        match air.outcome {
            Outcome::Throttle => {
                self.throttle(now);
                tell(tracker, now, Input::Throttled { read, retry_after: Some(RETRY_AFTER) });
            }
            Outcome::Refuse => tell(tracker, now, Input::Refused(read)),
            Outcome::Fail => tell(tracker, now, Input::Failed(read)),
            Outcome::Answer => {
                if air.backwards {
                    air.users.reverse();
                }
                let seen: Vec<Seen<'_>> = air
                    .users
                    .iter()
                    .filter(|user| !people.is_deleted(**user as usize))
                    .map(|user| Seen {
                        user: &people.ids[*user as usize],
                        presence: air.presence(*user, people),
                    })
                    .collect();
                self.read += seen.len() as u64;
                if door == Door::Json {
                    over_json(tracker, now, read, &seen);
                } else {
                    tell(tracker, now, Input::Answered { read, seen: &seen });
                }
            }
        }
    }
}

impl Air {
    fn presence<'a>(&'a self, user: u32, people: &'a People) -> &'a Presence {
        let before = self.before.iter().find(|(known, _)| *known == user);
        before.map_or(&people.truth[user as usize], |(_, presence)| presence)
    }
}

/// How the service is disposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    Fair,
    Storm,
    Revoked,
}

pub(crate) fn tell(tracker: &mut Tracker, now: Instant, input: Input<'_>) {
    tracker.handle_input(now, input).expect("nobody is added");
}

/// The same answer, written by the service and read by the app.
fn over_json(tracker: &mut Tracker, now: Instant, read: ReadId, seen: &[Seen<'_>]) {
    let resources: Vec<serde_json::Value> = seen
        .iter()
        .map(|one| {
            let version = one.presence.sequence_number.as_ref().map(SequenceNumber::as_str);
            serde_json::json!({
                "id": one.user.as_str(), "availability": one.presence.availability.as_str(),
                "activity": one.presence.activity.as_str(), "sequenceNumber": version,
            })
        })
        .collect();
    let body = serde_json::json!({ "value": resources }).to_string();
    let answer: Collection<model::Presence> = serde_json::from_str(&body).expect("an answer");
    let presences: Vec<(UserId, Presence)> = answer
        .into_items()
        .iter()
        .map(|resource| {
            let id = resource.id.get().expect("an id");
            (UserId::new(id.as_str()).expect("an id"), Presence::from_graph(resource))
        })
        .collect();
    let seen: Vec<Seen<'_>> =
        presences.iter().map(|(user, presence)| Seen { user, presence }).collect();
    tell(tracker, now, Input::Answered { read, seen: &seen });
}
