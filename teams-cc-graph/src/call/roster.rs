//! Who is on a call: [participants](https://learn.microsoft.com/graph/api/resources/participant).
//!
//! A roster comes whole, or as changes where the call was set up with `isDeltaRosterEnabled`.
//! Either may be lost or late, so a roster is put in order by `rosterSequenceNumber`; a gap, an
//! older roster or two that cannot be put in order leave it in doubt until Graph is asked.

mod tracker;

use std::{collections::BTreeMap, fmt, sync::Arc};

use teams_cc_core::{Address, contact::Knowledge};

pub(super) use self::tracker::RosterTracker;
use crate::model::{MediaDirection, Modality, Participant, ParticipantInfo, call_key};

/// The most participants kept of one call.
///
/// Beyond it newcomers are not kept, [`Roster::is_complete`] says so, and the app's own
/// participant is kept in any case.
pub const MAX_PARTICIPANTS: usize = 1000;

/// What a notification or an answer says about the participants.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RosterReport {
    /// The participants it names.
    pub participants: Vec<RosterParticipant>,
    /// How many it names that cannot be told apart, for they have neither id nor identity.
    pub nameless: usize,
}

/// One participant, as far as Graph told.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct RosterParticipant {
    /// Graph's id of the participant; null in some notifications.
    pub id: Option<Box<str>>,
    /// Who it is.
    pub address: Address,
    /// Whether it muted itself.
    pub muted: Knowledge<bool>,
    /// Whether it is on hold, as its audio stream lets guess.
    pub on_hold: Knowledge<bool>,
    /// Whether it waits in the lobby.
    pub in_lobby: Knowledge<bool>,
    /// Whether it has left.
    pub removed: bool,
    /// The roster at which it changed last.
    pub sequence: Option<i64>,
    key: Box<str>,
}

/// Who is on a call, as far as is known; cheap to clone.
#[derive(Clone, Default, PartialEq)]
pub struct Roster {
    list: Option<Arc<List>>,
}

#[derive(Clone, Default, PartialEq)]
struct List {
    participants: BTreeMap<Box<str>, RosterParticipant>,
    own: Option<Box<str>>,
    cut: bool,
}

impl Roster {
    /// Whether anything is known; of a one-to-one call Graph tells no roster.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.list.is_some()
    }

    /// Whether everybody is kept; not where more than [`MAX_PARTICIPANTS`] came.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.list.as_ref().is_some_and(|list| !list.cut)
    }

    /// How many participants are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.as_ref().map_or(0, |list| list.participants.len())
    }

    /// Whether no participant is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The participants, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &RosterParticipant> {
        self.list.iter().flat_map(|list| list.participants.values())
    }

    /// A participant by its id, in any spelling.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&RosterParticipant> {
        self.list.as_ref()?.participants.get(call_key(id).as_str())
    }

    /// The app's own participant.
    #[must_use]
    pub fn own(&self) -> Option<&RosterParticipant> {
        let list = self.list.as_ref()?;
        list.participants.get(list.own.as_ref()?)
    }

    /// Everybody but the app itself.
    pub fn others(&self) -> impl Iterator<Item = &RosterParticipant> {
        let own = self.list.as_ref().and_then(|list| list.own.as_deref());
        self.iter().filter(move |participant| Some(participant.key.as_ref()) != own)
    }

    /// The only other participant, where there is exactly one and the app's own is known.
    #[must_use]
    pub fn party(&self) -> Option<&RosterParticipant> {
        self.own()?;
        let mut others = self.others();
        others.next().filter(|_| others.next().is_none())
    }
}

impl RosterReport {
    /// Reads participants out of a notification or an answer.
    #[must_use]
    pub fn read(participants: &[Participant]) -> Self {
        let read: Vec<_> = participants.iter().filter_map(RosterParticipant::read).collect();
        Self { nameless: participants.len() - read.len(), participants: read }
    }
}

impl RosterParticipant {
    fn read(participant: &Participant) -> Option<Self> {
        let id = participant.id.text().filter(|id| !id.is_empty());
        let info = participant.info.get();
        let id = id.or_else(|| info.and_then(|info| info.participant_id.text()));
        let address = info.map_or(Address::Anonymous, ParticipantInfo::address);
        let key = match id {
            Some(id) => call_key(id).into(),
            None => identity_key(&address)?,
        };
        let observed =
            |flag: Option<&bool>| flag.map_or(Knowledge::Unknown, |it| Knowledge::Observed(*it));
        Some(Self {
            id: id.map(Into::into),
            muted: observed(participant.is_muted.get()),
            in_lobby: observed(participant.is_in_lobby.get()),
            on_hold: hold_of(participant),
            removed: participant.removed_state.get().is_some(),
            sequence: participant.roster_sequence_number.get().copied(),
            address,
            key,
        })
    }

    /// Takes over what a newer report tells; what it does not tell stays.
    fn merge(&mut self, newer: Self) {
        let told = |old: &mut Knowledge<bool>, new: Knowledge<bool>| {
            if new != Knowledge::Unknown {
                *old = new;
            }
        };
        told(&mut self.muted, newer.muted);
        told(&mut self.in_lobby, newer.in_lobby);
        told(&mut self.on_hold, newer.on_hold);
        if newer.address != Address::Anonymous {
            self.address = newer.address;
        }
        self.id = newer.id.or(self.id.take());
        self.sequence = newer.sequence.or(self.sequence);
    }
}

impl fmt::Debug for RosterParticipant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key may hold a number.
        f.debug_struct("RosterParticipant")
            .field("id", &self.id)
            .field("muted", &self.muted)
            .field("on_hold", &self.on_hold)
            .field("in_lobby", &self.in_lobby)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.list {
            Some(_) => f.debug_list().entries(self.iter()).finish(),
            None => f.write_str("unknown"),
        }
    }
}

/// One form for who it is, where Graph gives no id.
fn identity_key(address: &Address) -> Option<Box<str>> {
    Some(match address {
        Address::TeamsUser(user) => format!("user:{}", call_key(user.id.as_str())).into(),
        Address::Phone(number) => format!("phone:{}", number.e164()?.reveal()).into(),
        Address::Bot(app) => format!("app:{}", call_key(app.as_str())).into(),
        Address::ResourceAccount { id, .. } => format!("account:{}", call_key(id.as_str())).into(),
        _ => return None,
    })
}

/// A party on hold neither sends nor gets audio. Graph does not say so: it is inferred.
fn hold_of(participant: &Participant) -> Knowledge<bool> {
    let mut audio = participant
        .media_streams
        .items()
        .iter()
        .filter(|stream| stream.media_type.get() == Some(&Modality::Audio))
        .filter_map(|stream| stream.direction.get());
    match audio.next() {
        Some(MediaDirection::Inactive) => Knowledge::Inferred(true),
        Some(MediaDirection::SendReceive | MediaDirection::SendOnly) => Knowledge::Inferred(false),
        _ => Knowledge::Unknown,
    }
}

#[cfg(test)]
mod tests;
