//! What decisions read of every agent, in one line of the processor's cache each.

use super::AgentRecord;
use crate::{
    Instant,
    agent::Channel,
    routing::policy::{IdleSince, nanos},
};

/// What decisions read of one agent; a copy, made anew whenever the record changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub(in crate::routing) struct Row {
    /// When presence was seen.
    pub(in crate::routing) seen_at: Instant,
    /// The idle clocks in the order of [`IdleSince::ALL`]; the smallest is idle for longest.
    pub(in crate::routing) idle: [u64; IdleSince::ALL.len()],
    pub(in crate::routing) talked: u64,
    pub(in crate::routing) answered: u32,
    pub(in crate::routing) ended: u32,
    /// Which presence was seen, by its code, or [`Row::UNSEEN`].
    pub(in crate::routing) seen: u8,
    /// The channels with room, a bit each.
    pub(in crate::routing) room: u8,
    /// Whether there is any contact.
    pub(in crate::routing) has_contacts: bool,
}

impl Row {
    /// In the place of a presence that was never seen.
    pub(in crate::routing) const UNSEEN: u8 = 63;

    #[inline]
    pub(in crate::routing) fn of(record: &AgentRecord) -> Self {
        let presence = record.presence();
        Self {
            seen_at: presence.map_or(Instant::ZERO, |seen| seen.at),
            idle: IdleSince::ALL.map(|clock| clock.of(record)),
            talked: nanos(record.clocks.talked),
            answered: record.clocks.answered,
            ended: record.clocks.ended,
            seen: presence.map_or(Self::UNSEEN, |seen| seen.availability.code()),
            room: record.room(),
            has_contacts: record.load() > 0,
        }
    }

    pub(in crate::routing) const fn has_room_for(&self, channel: Channel) -> bool {
        self.room & channel.bit() != 0
    }
}
