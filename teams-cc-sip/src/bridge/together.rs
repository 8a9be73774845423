//! Destinations that ring at once: one gets the call, the others are withdrawn.
//!
//! | happens | then |
//! |---|---|
//! | one answers | the others get CANCEL with `SIP;cause=200;text="Call completed elsewhere"` |
//! | another answers as it is withdrawn | ACK and BYE with the same reason: one call, one answer |
//! | one sends early media | the caller hears it until it ends; the others ring unheard |
//! | one is over | the others ring on; what it ended with counts when all are over |
//! | one declines for the called party wherever it is (6xx) | the others get CANCEL (RFC 3261 §16.7) |
//! | the time is over, the caller withdraws | all of them get CANCEL |
//!
//! Each destination is a leg of its own here, with its INVITE, proxies and grant; the application
//! sees one. That one's record always holds a call that still rings: where its own is over, it
//! changes places with another. A call for help rings alone, before whatever the plan would have
//! had ring beside it: nobody else may pick it up, and it is made once.

use teams_cc_core::LegId;

use super::{back_to_back::Hunt, end_codes, parting::Parting};
use crate::{
    endpoint::{CallEnd, Command, Extras},
    error::{Error, ErrorKind},
    message::{Header, HeaderName, StatusCode},
    trunk::{
        Destination,
        call::{Beside, LegRecord, Place, Role, Waiting},
        cause,
        engine::Engine,
        input::{Event, NOBODY, Output},
    },
};

/// What whoever rings is told, where the call was taken elsewhere (RFC 3326 §1).
pub(super) const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

impl Engine {
    /// The legs of the next destinations that can be called; why not, where there are none.
    pub(super) fn next_round(
        &mut self,
        leg: &LegId,
        hunt: &mut Hunt,
        new: bool,
    ) -> Result<Vec<LegRecord>, Error> {
        let mut wrong = Error::new(ErrorKind::UnknownPeer);
        while let Some(mut round) = hunt.left.pop_front() {
            if let Some(help) = round.iter().position(|to| self.helps(to))
                && round.len() > 1
            {
                let help = round.remove(help);
                hunt.left.push_front(round);
                round = vec![help];
            }
            let mut records: Vec<LegRecord> = Vec::new();
            for to in round {
                let number = hunt.tried;
                hunt.tried += 1;
                let beside =
                    if records.is_empty() { Beside::Itself } else { Beside::Leg(leg.clone()) };
                let checked = new || !records.is_empty();
                match self.seat(to, leg, beside, number, checked.then_some(records.len())) {
                    Ok(record) => records.push(record),
                    Err(error) => wrong = error,
                }
            }
            if !records.is_empty() {
                return Ok(records);
            }
        }
        Err(wrong)
    }

    /// A leg for one destination, which the gate lets out; nothing is sent for it yet.
    ///
    /// `beside` that many others there must be room for it, unless it takes another one's place.
    fn seat(
        &mut self,
        mut to: Destination,
        head: &LegId,
        beside: Beside,
        number: usize,
        room: Option<usize>,
    ) -> Result<LegRecord, Error> {
        to.leg = if beside == Beside::Itself { head.clone() } else { self.next_branch() };
        if let Some(others) = room {
            self.room_for(&to)?;
            if self.legs.len() + others >= self.config.limits.legs && !self.helps(&to) {
                return Err(ErrorKind::Full.into());
            }
        }
        let kept = self.may_redirect(&to).then(|| to.clone());
        let record = self.outbound_leg(to)?;
        let kept = kept.filter(|_| !record.emergency);
        let place = Box::new(Place { number, beside, to: kept });
        Ok(LegRecord { place: Some(place), ..record })
    }

    /// A name for a leg that the application does not see.
    fn next_branch(&mut self) -> LegId {
        loop {
            self.branches = self.branches.saturating_add(1);
            let leg = LegId::numbered("P", self.branches);
            if !self.legs.contains_key(&leg) {
                return leg;
            }
        }
    }

    /// The leg that the application knows a destination by.
    pub(crate) fn head_of(&self, leg: &LegId) -> LegId {
        let place = self.legs.get(leg).and_then(|record| record.place.as_deref());
        match place.map(|place| &place.beside) {
            Some(Beside::Leg(head)) => head.clone(),
            _ => leg.clone(),
        }
    }

    /// Whether a leg is one that the application does not see.
    pub(crate) fn is_branch(&self, leg: &LegId) -> bool {
        let place = self.legs.get(leg).and_then(|record| record.place.as_deref());
        place.is_some_and(|place| place.beside != Beside::Itself)
    }

    /// Whether this is the first of those that ring at once to ring.
    pub(crate) fn rings_first(&mut self, head: &LegId) -> bool {
        let hunt = self.legs.get_mut(head).and_then(|record| record.hunt.as_mut());
        hunt.is_none_or(|hunt| !std::mem::replace(&mut hunt.round.rings, true))
    }

    /// Takes out a destination that is over, where others ring beside it; whether any do.
    pub(super) fn others_ring(&mut self, head: &LegId, leg: &LegId) -> bool {
        if leg != head {
            self.forget_destination(leg);
            return true;
        }
        let hunt = self.legs.get(head).and_then(|record| record.hunt.as_ref());
        let Some(other) = hunt.and_then(|hunt| hunt.round.others.first()).cloned() else {
            return false;
        };
        self.change_places(head, &other);
        self.forget_destination(&other);
        let waits = self.legs.get(head).and_then(|record| record.waiting.as_ref());
        if let Some(Waiting::Dial(_)) = waits {
            // Its stream was asked for under the name it had: that one is closed as it opens.
            self.outputs.push_back(Output::OpenMedia { media: head.clone() });
        }
        true
    }

    /// Two that ring at once change names, and all that hangs on the called leg's.
    fn change_places(&mut self, head: &LegId, other: &LegId) {
        let (Some(mut one), Some(mut two)) = (self.legs.remove(head), self.legs.remove(other))
        else {
            return;
        };
        std::mem::swap(&mut one.id, &mut two.id);
        std::mem::swap(&mut one.bridge, &mut two.bridge);
        std::mem::swap(&mut one.hunt, &mut two.hunt);
        if let (Some(one), Some(two)) = (&mut one.place, &mut two.place) {
            std::mem::swap(&mut one.beside, &mut two.beside);
        }
        // Whoever ordered the call waits for the INVITE of the leg with its name.
        if let Some(Waiting::Dial(ticket)) = &mut one.waiting {
            let ticket = std::mem::replace(ticket, NOBODY);
            if let Some(Waiting::Dial(theirs)) = &mut two.waiting {
                *theirs = ticket;
            } else if ticket != NOBODY {
                let outcome = Ok(two.party.clone());
                self.outputs.push_back(Output::Dialled { ticket, outcome });
            }
        }
        for record in [one, two] {
            if let Some(call) = record.call {
                self.calls.insert(call, (record.id.clone(), Role::Main));
            }
            self.legs.insert(record.id.clone(), record);
        }
    }

    /// This destination has the call: the others are withdrawn. Returns the called leg.
    pub(crate) fn take_call(&mut self, leg: &LegId) -> LegId {
        let head = self.head_of(leg);
        if head != *leg {
            self.change_places(&head, leg);
        }
        let Some(record) = self.legs.get_mut(&head) else { return head };
        let place = record.place.take();
        let Some(hunt) = record.hunt.as_mut() else { return head };
        // After the change the one that had the name stands among the others.
        let others = std::mem::take(&mut hunt.round.others);
        let reached = place.filter(|_| !others.is_empty());
        for other in others {
            self.let_go(&other, ELSEWHERE);
        }
        if let Some(place) = reached {
            tracing::info!(leg = %head, place = place.number, "one of those that rang has answered");
            let event = Event::Reached { leg: head.clone(), place: place.number };
            self.outputs.push_back(Output::Event(event));
        }
        head
    }

    /// The called leg ends: so does whatever rings beside it, with the same reasons.
    pub(crate) fn let_others_go(&mut self, head: &LegId, parting: &Parting) {
        let hunt = self.legs.get_mut(head).and_then(|record| record.hunt.as_mut());
        for other in hunt.map(|hunt| std::mem::take(&mut hunt.round.others)).unwrap_or_default() {
            self.withdraw(&other, parting.clone().extras());
        }
    }

    /// A called party declines wherever it is: whatever still rings is withdrawn.
    pub(super) fn call_off(&mut self, head: &LegId, status: u16, end: Option<&CallEnd>) {
        let Some(record) = self.legs.get_mut(head) else { return };
        if let Some(hunt) = record.hunt.as_mut() {
            hunt.best = Some(end_codes::better(hunt.best, status));
        }
        let why = Header::new(HeaderName::Reason, format!("SIP;cause={status}")).ok();
        record.cause = end.map(cause::of_end);
        record.parting = Parting { reasons: why.into_iter().collect(), cause: None };
        self.refuse_or_hang_up(head, StatusCode::TEMPORARILY_UNAVAILABLE);
        if let (Some(record), Some(end)) = (self.legs.get_mut(head), end) {
            record.parting = Parting::of_end(end);
        }
    }

    /// Where one of those that ring has led elsewhere, that rings beside the others.
    pub(super) fn follow_at_once(&mut self, head: &LegId) {
        let hunt = self.legs.get_mut(head).and_then(|record| record.hunt.as_mut());
        let Some(hunt) = hunt.filter(|hunt| !hunt.round.rang_out) else { return };
        let first = hunt.left.front_mut().filter(|next| next.iter().any(|to| to.redirected));
        let Some(to) = first.and_then(Vec::pop) else { return };
        if hunt.left.front().is_some_and(Vec::is_empty) {
            hunt.left.pop_front();
        }
        let number = hunt.tried;
        hunt.tried += 1;
        let Ok(record) = self.seat(to, head, Beside::Leg(head.clone()), number, Some(0)) else {
            return;
        };
        let hunt = self.legs.get_mut(head).and_then(|record| record.hunt.as_mut());
        if let Some(hunt) = hunt {
            hunt.round.others.push(record.id.clone());
        }
        self.begin_destination(head, record, NOBODY);
    }

    fn let_go(&mut self, leg: &LegId, why: &str) {
        let extras = Extras::new().with_header(HeaderName::Reason, why).unwrap_or_default();
        self.withdraw(leg, extras);
    }

    /// Withdraws the INVITE of a destination that no leg waits for any more.
    fn withdraw(&mut self, leg: &LegId, extras: Extras) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        record.ending = true;
        if let Some(place) = &mut record.place {
            place.beside = Beside::Nobody;
        }
        let call = record.call;
        let sent = call.map(|call| self.order(Command::Cancel { call, extras }));
        if !matches!(sent, Some(Ok(()))) {
            self.forget_destination(leg);
        }
    }

    /// Forgets a destination that the application does not see.
    pub(crate) fn forget_destination(&mut self, leg: &LegId) {
        let head = self.head_of(leg);
        let Some(record) = self.forget(leg) else { return };
        if let Some(call) = record.call {
            self.calls.remove(&call);
        }
        let stream = record.session.as_ref().map(|session| session.media().clone());
        if let Some(media) = stream.clone() {
            self.outputs.push_back(Output::CloseMedia { media });
        }
        let hunt = self.legs.get_mut(&head).and_then(|record| record.hunt.as_mut());
        let Some(hunt) = hunt else { return };
        hunt.round.others.retain(|other| other != leg);
        if stream.is_none() || hunt.round.heard != stream {
            return;
        }
        // The caller heard that one: it hears ringing again.
        (hunt.round.heard, hunt.round.relayed) = (None, None);
        let others = hunt.round.others.clone();
        let rings = |leg: &&LegId| self.legs.get(leg).is_some_and(|record| record.alerted);
        if let Some(ringing) = std::iter::once(&head).chain(&others).find(rings).cloned() {
            self.relay_progress(&ringing, StatusCode::RINGING.as_u16(), false);
        }
    }
}
