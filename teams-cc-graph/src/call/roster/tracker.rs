//! Puts rosters in order and notices what is missing; sans-IO.

use std::{collections::BTreeMap, sync::Arc};

use super::{MAX_PARTICIPANTS, Roster, RosterParticipant, RosterReport};
use crate::model::call_key;

/// Keeps the roster of one call.
#[derive(Debug, Default)]
pub(in crate::call) struct RosterTracker {
    roster: Roster,
    /// Whether notifications carry changes alone.
    delta: bool,
    /// The newest sequence number heard.
    last: Option<i64>,
    own: Option<Box<str>>,
}

/// What a report did to the roster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::call) struct Heard {
    /// The roster is another one now.
    pub(in crate::call) changed: bool,
    /// Something may be missing, or out of order: Graph is to be asked.
    pub(in crate::call) doubt: bool,
}

impl RosterTracker {
    /// Says whether notifications carry changes alone.
    pub(in crate::call) fn expect_changes(&mut self, delta: bool) {
        self.delta = delta;
    }

    pub(in crate::call) fn is_delta(&self) -> bool {
        self.delta
    }

    pub(in crate::call) fn roster(&self) -> &Roster {
        &self.roster
    }

    pub(in crate::call) fn own(&self) -> Option<&str> {
        self.own.as_deref()
    }

    /// Says which participant is the app itself (`myParticipantId`).
    pub(in crate::call) fn set_own(&mut self, id: &str) -> bool {
        let key: Box<str> = call_key(id).into();
        if self.own.as_ref() == Some(&key) {
            return false;
        }
        self.own = Some(key);
        if let Some(list) = &mut self.roster.list {
            Arc::make_mut(list).own.clone_from(&self.own);
        }
        true
    }

    /// Takes a notification.
    pub(in crate::call) fn notified(&mut self, report: RosterReport) -> Heard {
        if self.delta { self.changes(report) } else { self.whole(report) }
    }

    /// Takes an answer of Graph to a question: this is how things stand.
    ///
    /// One that notifications overtook is taken as well, and stays in doubt.
    pub(in crate::call) fn answered(&mut self, report: RosterReport, overtaken: bool) -> Heard {
        self.last = self.last.max(newest(&report));
        Heard { changed: self.replace(report), doubt: overtaken }
    }

    /// A whole roster. Where two cannot be put in order, the later one is taken until Graph tells.
    fn whole(&mut self, report: RosterReport) -> Heard {
        let known = self.roster.is_known();
        match (self.last, newest(&report)) {
            // An older roster; or this one, less whoever changed it last.
            (Some(last), Some(new)) if new < last => Heard { changed: false, doubt: true },
            (Some(last), Some(new)) if new > last => {
                self.last = Some(new);
                Heard { changed: self.replace(report), doubt: false }
            }
            (last, new) => {
                self.last = last.max(new);
                let changed = self.replace(report);
                Heard { changed, doubt: changed && known }
            }
        }
    }

    /// Changes to the roster. One that leaves a gap is taken, and Graph is asked for the rest.
    fn changes(&mut self, mut report: RosterReport) -> Heard {
        let base = self.roster.is_known();
        let gap = match (self.last, newest(&report)) {
            (Some(last), Some(new)) => new > last.saturating_add(1),
            (None, Some(new)) => new > 1,
            (_, None) => true,
        };
        let mut heard = Heard { changed: false, doubt: gap || (!base && self.last.is_some()) };
        report.participants.sort_by_key(|participant| participant.sequence);
        let before = self.last;
        self.last = before.max(newest(&report));
        let mut list = self.roster.list.take().unwrap_or_default();
        let kept = Arc::make_mut(&mut list);
        kept.own.clone_from(&self.own);
        for participant in report.participants {
            let known = kept.participants.get_mut(&participant.key);
            let newer = match (participant.sequence, known.as_ref().and_then(|it| it.sequence)) {
                (Some(new), Some(old)) => new > old,
                // Whoever is not known was removed before, unless this change is newer.
                (Some(new), None) => before.is_none_or(|before| new > before),
                (None, _) => true,
            };
            match known {
                _ if !newer => {}
                _ if participant.removed => {
                    heard.changed |= kept.participants.remove(&participant.key).is_some();
                }
                Some(known) => {
                    let mut merged = known.clone();
                    merged.merge(participant);
                    heard.changed |= merged != *known;
                    *known = merged;
                }
                None => {
                    keep(&mut kept.participants, self.own.as_deref(), participant, &mut kept.cut);
                    heard.changed = true;
                }
            }
        }
        self.roster.list = Some(list);
        heard
    }

    fn replace(&mut self, report: RosterReport) -> bool {
        let mut participants = BTreeMap::new();
        let mut cut = false;
        for participant in report.participants {
            if !participant.removed {
                keep(&mut participants, self.own.as_deref(), participant, &mut cut);
            }
        }
        let list = super::List { participants, own: self.own.clone(), cut };
        if self.roster.list.as_deref() == Some(&list) {
            return false;
        }
        self.roster.list = Some(Arc::new(list));
        true
    }
}

/// Keeps a participant where there is room; the app's own takes the place of another.
fn keep(
    participants: &mut BTreeMap<Box<str>, RosterParticipant>,
    own: Option<&str>,
    participant: RosterParticipant,
    cut: &mut bool,
) {
    let full =
        participants.len() >= MAX_PARTICIPANTS && !participants.contains_key(&participant.key);
    *cut |= full;
    if full {
        if Some(participant.key.as_ref()) != own {
            return;
        }
        participants.pop_last();
    }
    participants.insert(participant.key.clone(), participant);
}

fn newest(report: &RosterReport) -> Option<i64> {
    report.participants.iter().filter_map(|participant| participant.sequence).max()
}
