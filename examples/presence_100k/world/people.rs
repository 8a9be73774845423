//! What is true of everybody.

use teams_cc_core::UserId;
use teams_cc_presence::{Presence, SequenceNumber};

use super::dice::Dice;

/// What people show, as Graph writes it.
const STATES: [(&str, &str); 12] = [
    ("Available", "Available"),
    ("Busy", "Busy"),
    ("Busy", "InACall"),
    ("Busy", "InAMeeting"),
    ("DoNotDisturb", "Presenting"),
    ("DoNotDisturb", "DoNotDisturb"),
    ("Away", "Away"),
    ("BeRightBack", "BeRightBack"),
    ("Available", "OutOfOffice"),
    ("Offline", "OffWork"),
    ("Offline", "Offline"),
    ("Focusing", "Focusing"),
];

/// How many states there are.
pub(crate) const KINDS: usize = STATES.len();
/// So many are deleted, and left out of every answer.
const DELETED: usize = 10;
/// So many have ids that the service refuses.
const REFUSED: usize = 3;

/// Everybody, by number.
pub(crate) struct People {
    pub(crate) ids: Vec<UserId>,
    /// As the service tells it in answers, with its version.
    pub(crate) truth: Vec<Presence>,
    pub(crate) state: Vec<u8>,
    version: Vec<u32>,
    /// As the service tells it in notifications, without a version.
    pub(crate) told: Vec<Presence>,
}

impl People {
    pub(crate) fn new(count: usize, dice: &mut Dice) -> Self {
        let told: Vec<Presence> = STATES
            .iter()
            .map(|(availability, activity)| Presence::new(availability, activity))
            .collect();
        let mut people = Self {
            ids: (0..count).map(id).collect(),
            truth: Vec::with_capacity(count),
            state: Vec::with_capacity(count),
            version: vec![0; count],
            told,
        };
        for user in 0..count {
            let state = dice.below(KINDS);
            people.truth.push(people.told[state].clone());
            people.state.push(u8::try_from(state).expect("few states"));
            people.write(user, state);
        }
        people
    }

    /// Changes what is true of somebody.
    pub(crate) fn write(&mut self, user: usize, state: usize) {
        self.version[user] += 1;
        let version = format!("A{:010}", self.version[user]);
        let mut presence = self.told[state].clone();
        presence.sequence_number = SequenceNumber::new(&version);
        self.truth[user] = presence;
        self.state[user] = u8::try_from(state).expect("few states");
    }

    /// The words Graph uses for a state.
    pub(crate) fn words(state: usize) -> (&'static str, &'static str) {
        STATES[state]
    }

    /// Which state a presence shows.
    pub(crate) fn kind(&self, presence: &Presence) -> Option<u8> {
        let shown = (&presence.availability, &presence.activity);
        let kind = self.told.iter().position(|told| (&told.availability, &told.activity) == shown);
        kind.and_then(|kind| u8::try_from(kind).ok())
    }

    pub(crate) fn is_deleted(&self, user: usize) -> bool {
        user % (self.ids.len() / DELETED) == 7
    }

    pub(crate) fn is_refused(&self, user: usize) -> bool {
        user % (self.ids.len() / REFUSED) == 11
    }

    /// Whether anything can be known of somebody.
    pub(crate) fn can_be_known(&self, user: usize) -> bool {
        !self.is_deleted(user) && !self.is_refused(user)
    }
}

/// An object id that tells the number.
fn id(number: usize) -> UserId {
    let scattered = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (first, second) = (scattered >> 32, scattered & 0xffff);
    UserId::new(format!("{first:08x}-{second:04x}-4000-8000-{number:012x}")).expect("an id")
}

/// The number an id tells.
pub(crate) fn number(id: &UserId) -> usize {
    let digits = &id.as_str().as_bytes()[24..];
    digits
        .iter()
        .fold(0, |number, digit| number * 16 + (*digit as char).to_digit(16).unwrap_or(0) as usize)
}
