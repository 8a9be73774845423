//! Subscriptions, and what becomes of notifications on their way.

use std::{collections::BTreeMap, time::Duration};

use teams_cc_core::Instant;
use teams_cc_presence::tracker::{Push, ShardId};

use super::{
    dice::Dice,
    events::{Event, Events, How},
    plan::Door,
};

/// So many notifications in a million are lost, doubled, late, and very late.
const LOST: u64 = 30_000;
const DOUBLED: u64 = 50_000;
const LATE: u64 = 50_000;
const VERY_LATE: u64 = 2_000;
/// The longest delivery that is documented, and the longest seen in the example.
const DOCUMENTED: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_mins(30);

/// One shard's subscription.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Subscription {
    pub(crate) push: Push,
    pub(crate) silent: bool,
}

/// Every subscription, and counts of what became of notifications.
#[derive(Default)]
pub(crate) struct Pushes {
    pub(crate) all: BTreeMap<ShardId, Subscription>,
    pub(crate) sent: u64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) late: u64,
    pub(crate) silenced: u64,
    pub(crate) removed: u64,
}

impl Pushes {
    /// One of the subscriptions, by chance.
    pub(crate) fn one(&self, dice: &mut Dice) -> Option<ShardId> {
        self.all.keys().nth(dice.below(self.all.len().max(1))).copied()
    }

    /// Sends what there is to say of a change.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        shard: ShardId,
        (user, state): (u32, u8),
        door: Door,
        dice: &mut Dice,
        events: &mut Events,
    ) {
        let Some(subscription) = self.all.get(&shard).copied() else { return };
        if subscription.push == Push::None || subscription.silent {
            return;
        }
        self.sent += 1;
        if dice.chance(LOST) {
            self.lost += 1;
            return;
        }
        let twice = dice.chance(DOUBLED);
        self.doubled += u64::from(twice);
        for _ in 0..=u8::from(twice) {
            let second = Duration::from_secs(1);
            let delay = if dice.chance(VERY_LATE) {
                self.late += 1;
                dice.between(DOCUMENTED, LONGEST)
            } else if dice.chance(LATE) {
                dice.between(second * 10, DOCUMENTED)
            } else {
                second / 5 + dice.until(second * 4).min(DOCUMENTED)
            };
            let how = match (subscription.push, door) {
                (Push::IdOnly, _) => How::Named,
                (_, Door::Json) => How::Sealed,
                (_, Door::Data { sealed }) if dice.chance(sealed) => How::Sealed,
                _ => How::Open,
            };
            events.plan(now + delay, Event::Deliver { user, state, how });
        }
    }
}
