//! Joining two legs, and what the end of one means for the other.

use teams_cc_core::{
    LegId,
    contact::{LegError, LegEvent, LegState, Verb},
};

use super::parting::Parting;
use crate::trunk::{engine::Engine, input::Output, leg::wrong_state};

impl Engine {
    /// Lets two connected legs talk through us.
    pub(crate) fn join(&mut self, leg: &LegId, with: &LegId) -> Result<(), LegError> {
        let unusable = |why: &str| Err(LegError::InvalidDestination { why: why.into() });
        let (Some(one), Some(other)) = (self.legs.get(leg), self.legs.get(with)) else {
            return unusable("the other leg is not one of this trunk's, or is over");
        };
        if one.ending || other.ending {
            return unusable("one of the legs is over but for its last word");
        }
        if leg == with {
            return unusable("a leg cannot be bridged with itself");
        }
        if other.state != LegState::Connected {
            return Err(wrong_state(Verb::Bridge, other.state));
        }
        match (&one.bridge, &other.bridge) {
            (Some(first), Some(second)) if first == with && second == leg => return Ok(()),
            (None, None) => {}
            _ => return unusable("one of the legs is bridged with a third; hang that up first"),
        }
        self.let_talk(leg, with);
        Ok(())
    }

    /// A transfer is over: the leg talks to whoever has answered for it in the meantime.
    pub(super) fn join_answered(&mut self, leg: &LegId) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        let with = record.bridge.clone().filter(|_| std::mem::take(&mut record.answered_for));
        if let Some(with) = with.filter(|with| self.state_of(with) == LegState::Connected) {
            self.let_talk(leg, &with);
        }
    }

    /// Lets two connected legs hear each other from now on.
    pub(crate) fn let_talk(&mut self, leg: &LegId, with: &LegId) {
        let (Some(one), Some(other)) = (self.legs.get(leg), self.legs.get(with)) else { return };
        let held = (one.hold.by_peer, other.hold.by_peer);
        let media = (one.session.as_ref(), other.session.as_ref());
        if let (Some(one), Some(other)) = media {
            let (one, other) = (one.media().clone(), other.media().clone());
            self.outputs.push_back(Output::JoinMedia { one, other });
        }
        for (leg, with, held) in [(leg, with, held.1), (with, leg, held.0)] {
            if let Some(record) = self.legs.get_mut(leg) {
                record.bridge = Some(with.clone());
                record.hold.relayed = held;
            }
            self.tell(leg, LegEvent::Bridged { with: with.clone() });
            self.reconcile_hold(leg);
        }
    }

    /// One leg of a bridge is over: so is the other, which hears why.
    pub(crate) fn part(&mut self, gone: &LegId, other: &LegId, parting: Parting) {
        let Some(record) = self.legs.get_mut(other) else { return };
        if record.bridge.as_ref() == Some(gone) {
            record.bridge = None;
            record.cause = record.cause.take().or_else(|| parting.cause.clone());
            record.parting = parting;
            self.hang_up(other);
        }
    }
}
