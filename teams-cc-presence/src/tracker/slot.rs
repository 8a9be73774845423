//! What is kept of one user, and which of two values holds.

use std::time::Duration;

use teams_cc_core::{Instant, UserId, agent::PresenceSource};

use crate::{fresh::Fresh, model::Presence};

/// After how many reads in a row a version that runs backwards is believed.
const BELIEVED_BACKWARDS: u8 = 3;

/// One user.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) user: UserId,
    pub(super) seen: Option<Fresh<Presence>>,
    changed_at: Instant,
    /// What was told last; zero before the first word.
    told: u32,
    merged: u16,
    backwards: u8,
    pub(super) flags: u8,
}

impl Slot {
    /// Nobody's place.
    pub(super) const VACANT: u8 = 1;
    /// A change waits to be taken.
    pub(super) const CHANGED: u8 = 1 << 1;
    /// Waits in the requests of those who ask.
    pub(super) const WANTED: u8 = 1 << 2;
    /// Waits in the requests for what is out of date.
    pub(super) const NAMED: u8 = 1 << 3;
    /// The service refuses the id.
    pub(super) const REFUSED: u8 = 1 << 4;
    /// Lies among the changes for the user who was here before.
    const LEFT_BEHIND: u8 = 1 << 5;
    /// The last answer left the user out.
    pub(super) const MISSING: u8 = 1 << 6;
    /// These say what lies in queues, and outlive the user.
    const QUEUED: u8 = Self::WANTED | Self::NAMED | Self::LEFT_BEHIND;

    pub(super) fn new(user: UserId) -> Self {
        Self {
            user,
            seen: None,
            changed_at: Instant::ZERO,
            told: 0,
            merged: 0,
            backwards: 0,
            flags: 0,
        }
    }

    /// Gives the place to another user.
    pub(super) fn settle(&mut self, user: UserId) {
        let queued = self.flags & Self::QUEUED;
        *self = Self { flags: queued, ..Self::new(user) };
    }

    pub(super) fn vacate(&mut self) {
        if self.is(Self::CHANGED) {
            self.flags |= Self::LEFT_BEHIND;
        }
        self.flags = (self.flags & Self::QUEUED) | Self::VACANT;
        self.seen = None;
    }

    pub(super) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Sets a flag; whether it was not set.
    pub(super) fn set(&mut self, flag: u8) -> bool {
        let new = !self.is(flag);
        self.flags |= flag;
        new
    }

    pub(super) fn clear(&mut self, flag: u8) {
        self.flags &= !flag;
    }

    /// Whether the service is asked for this user along with others.
    pub(super) fn is_read(&self) -> bool {
        !self.is(Self::VACANT | Self::REFUSED)
    }

    /// Whether a subscription should name this user: one that names somebody the service does not
    /// know is refused as a whole.
    pub(super) fn is_subscribed(&self) -> bool {
        !self.is(Self::VACANT | Self::REFUSED | Self::MISSING)
    }

    /// Takes what somebody saw.
    pub(super) fn apply(
        &mut self,
        presence: &Presence,
        at: Instant,
        source: PresenceSource,
        doubt: Duration,
    ) -> Applied {
        let Some(held) = &mut self.seen else {
            self.seen = Some(Fresh::new(presence.clone(), at, source));
            self.changed_at = at;
            return Applied::Changed { doubted: false };
        };
        let told = source == PresenceSource::Notification;
        let same = presence.is_shown_by(&held.value);
        let versions = match (&presence.sequence_number, &held.value.sequence_number) {
            (Some(this), Some(that)) if this != that => Some(this > that),
            _ => None,
        };
        // Of a read and a notification at one instant, the read may have been first.
        let later = if told { at >= held.read_at } else { at > held.read_at };
        match versions {
            Some(false) => {
                self.backwards = if told { 0 } else { self.backwards + 1 };
                if self.backwards < BELIEVED_BACKWARDS || !later {
                    return Applied::Older { doubted: false };
                }
            }
            None if !later => return Applied::Older { doubted: !same },
            _ => {}
        }
        self.backwards = 0;
        if same {
            // A version seen later on the same state is news only to this field.
            if versions.is_some() || presence.sequence_number != held.value.sequence_number {
                held.value.sequence_number.clone_from(&presence.sequence_number);
            }
            held.read_at = held.read_at.max(at);
            held.source = source;
            return Applied::Same;
        }
        let doubted = told && versions.is_none() && at.since(self.changed_at) < doubt;
        *held = Fresh::new(presence.over(&held.value), at, source);
        self.changed_at = at;
        Applied::Changed { doubted }
    }

    /// Notes one more change that waits.
    pub(super) fn note_change(&mut self) -> Noted {
        if !self.set(Self::CHANGED) {
            self.merged = self.merged.saturating_add(1);
            return Noted::Merged;
        }
        if self.is(Self::LEFT_BEHIND) {
            self.clear(Self::LEFT_BEHIND);
            return Noted::InLine;
        }
        Noted::First
    }

    /// Takes the change that waits, where it still is one.
    pub(super) fn take_change(&mut self) -> Option<(Fresh<Presence>, u32)> {
        self.clear(Self::CHANGED | Self::LEFT_BEHIND);
        let merged = u32::from(std::mem::take(&mut self.merged));
        let seen = self.seen.as_ref()?;
        let shown = fingerprint(&seen.value);
        if std::mem::replace(&mut self.told, shown) == shown {
            return None;
        }
        Some((seen.clone(), merged))
    }

    /// The bytes on the heap, without the slot itself.
    pub(super) fn heap_bytes(&self) -> usize {
        // A shared text has two counters in front.
        let id = self.user.as_str().len() + 2 * size_of::<usize>();
        let Some(seen) = &self.seen else { return id };
        let version = seen.value.sequence_number.as_ref();
        id + version.map_or(0, |version| version.as_str().len()) + seen.value.told().heap_bytes()
    }
}

/// How a change joins those that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// It is the user's only one, and has to get in line.
    First,
    /// It is the user's only one, and has a place in line.
    InLine,
    /// It goes into one that waits.
    Merged,
}

/// What came of an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Applied {
    /// The value holds on, and is younger now.
    Same,
    /// Another value holds.
    Changed {
        /// It may be the older one.
        doubted: bool,
    },
    /// It was dropped: a newer one is known.
    Older {
        /// They contradict each other.
        doubted: bool,
    },
}

/// A number for what a presence shows, never zero (FNV-1a).
pub(super) fn fingerprint(presence: &Presence) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut take = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    presence.availability.as_str().bytes().for_each(&mut take);
    take(0xff);
    take(u8::from(presence.out_of_office));
    presence.activity.as_str().bytes().for_each(&mut take);
    if !presence.told().is_empty() {
        presence.told().texts(|text| {
            take(0xff);
            text.bytes().for_each(&mut take);
        });
    }
    hash.max(1)
}
