//! A caller is put through: one leg out, over all destinations of a plan, bound to the leg in.
//!
//! | the called side | the caller |
//! |---|---|
//! | 180, 181, 182 | the same, once each |
//! | 180 or 183 with a session | the same with our answer to the caller's offer: early media |
//! | 200 | 200, and both talk |
//! | no answer in the ring time | CANCEL (`Q.850;cause=19`) to the called side, the next destination |
//! | refused, silent, unreachable | the next destination, or what [`super::end_codes`] says |
//! | 200 that agrees on no session | ACK, BYE with `SIP;cause=488`; the next destination |
//! | 3xx | where it leads, or what [`super::redirect`] says |
//!
//! A caller who withdraws takes the INVITE to the called side along, with the same `Reason`; an
//! answer that crosses the CANCEL gets ACK and BYE. The next destination is called once the INVITE
//! before it is over, so that no caller has two answers; what rings at once is [`super::together`].
//! Each side confirms provisional responses by itself (RFC 3262). A caller who has been answered
//! before hears ringing from the media port.

use teams_cc_core::{
    LegId,
    contact::{Direction, EndCause, EndReason, EndedBy, LegState},
};

use super::{
    back_to_back::{BackToBack, Hunt, Round},
    end_codes,
    parting::{Parting, is_q850},
};
use crate::{
    endpoint::{CallEnd, CallHandle, Command, Extras},
    error::{Error, ErrorKind},
    message::{Header, HeaderName, StatusCode},
    trunk::{
        MediaError,
        call::{Beside, LegRecord, Role, Waiting},
        engine::Engine,
        input::{Event, NOBODY, Output, Ticket},
    },
};

/// What a destination that has rung for long enough is told.
const RANG_OUT: &str = "Q.850;cause=19;text=\"No answer from the user\"";
/// What a destination is told whose answer agrees on no session.
const UNUSABLE: &str = "SIP;cause=488;text=\"Not Acceptable Here\"";

impl Engine {
    /// Calls the first destination that can be called for this caller, and what rings with it.
    pub(crate) fn put_through(&mut self, ticket: Ticket, caller: &LegId, plan: BackToBack) {
        let leg = plan.leg().clone();
        let mut hunt = plan.begin(caller.clone());
        let outcome = self.may_put_through(caller);
        let records = match outcome.and_then(|()| self.next_round(&leg, &mut hunt, true)) {
            Ok(records) => records,
            Err(error) => {
                return self.outputs.push_back(Output::Dialled { ticket, outcome: Err(error) });
            }
        };
        if let Some(caller) = self.legs.get_mut(caller) {
            caller.bridge = Some(leg.clone());
        }
        self.begin_round(&leg, records, Box::new(hunt), ticket);
    }

    fn may_put_through(&self, caller: &LegId) -> Result<(), Error> {
        if !self.joins {
            return Err(Error::caused_by(ErrorKind::Media, MediaError::Unsupported));
        }
        let usable = self.legs.get(caller).is_some_and(|record| {
            let rings = record.direction == Direction::Inbound && record.waiting.is_none();
            let stands = match record.state {
                LegState::Ringing => rings,
                LegState::Connected => true,
                LegState::Transferring | LegState::Ended => false,
            };
            stands && !record.ending && record.bridge.is_none()
        });
        if usable { Ok(()) } else { Err(ErrorKind::NoCaller.into()) }
    }

    /// Opens the media of what rings at once; the first has the called leg's name.
    fn begin_round(
        &mut self,
        leg: &LegId,
        mut records: Vec<LegRecord>,
        mut hunt: Box<Hunt>,
        ticket: Ticket,
    ) {
        let others = records.iter().skip(1).map(|record| record.id.clone()).collect();
        hunt.round = Round { others, ..Round::default() };
        if let Some(first) = records.first_mut() {
            first.bridge = Some(hunt.caller.clone());
            first.hunt = Some(hunt);
        }
        for (place, record) in records.into_iter().enumerate() {
            self.begin_destination(leg, record, if place == 0 { ticket } else { NOBODY });
        }
    }

    /// Keeps a destination's leg and opens its media.
    pub(super) fn begin_destination(&mut self, head: &LegId, mut record: LegRecord, to: Ticket) {
        let media = record.id.clone();
        record.waiting = Some(Waiting::Dial(to));
        if media != *head {
            let (media, leg) = (media.clone(), head.clone());
            self.outputs.push_back(Output::NameMedia { media, leg });
        }
        self.legs.insert(media.clone(), Box::new(record));
        self.outputs.push_back(Output::OpenMedia { media });
    }

    /// The INVITE to a destination is on its way: the time of its round begins.
    pub(crate) fn destination_called(&mut self, leg: &LegId) {
        let head = self.head_of(leg);
        let hunt = self.legs.get_mut(&head).and_then(|record| record.hunt.as_mut());
        if let Some(hunt) = hunt
            && let Some(time) = hunt.ring_time.filter(|_| hunt.until.is_none())
        {
            let until = self.now + time;
            hunt.until = Some(until);
            self.rings.insert((until, head));
        }
    }

    /// Destinations that have rung for long enough are given up.
    pub(crate) fn end_slow_destinations(&mut self) {
        while let Some((until, leg)) = self.rings.first().cloned()
            && until <= self.now
        {
            self.rings.pop_first();
            let Some(record) = self.legs.get_mut(&leg) else { continue };
            let Some(hunt) = record.hunt.as_mut() else { continue };
            hunt.until = None;
            hunt.round.rang_out = true;
            let all = std::iter::once(leg).chain(hunt.round.others.clone());
            let calls: Vec<_> = all.filter_map(|leg| self.legs.get(&leg)?.call).collect();
            for call in calls {
                // Both are constants.
                let extras = Extras::new().with_header(HeaderName::Reason, RANG_OUT);
                let extras = extras.unwrap_or_default();
                let _ = self.order(Command::Cancel { call, extras });
            }
        }
    }

    /// The end of a destination leads to the next one, or others ring on.
    ///
    /// `false` where it is the end of the called leg, or was no destination.
    pub(crate) fn destination_ended(&mut self, leg: &LegId, end: &CallEnd) -> bool {
        let Some(record) = self.legs.get(leg) else { return false };
        let Some(place) = record.place.as_deref() else { return false };
        if place.beside == Beside::Nobody {
            self.forget_destination(leg);
            return true;
        }
        let head = self.head_of(leg);
        let hunt = self.legs.get(&head).and_then(|record| record.hunt.as_ref());
        let rang_out = hunt.is_some_and(|hunt| hunt.round.rang_out);
        let status = match end {
            CallEnd::Rejected(response) if response.status().is_redirection() => {
                self.redirected(&head, leg, response)
            }
            end => end_codes::of_end(end, rang_out),
        };
        self.destination_over(leg, status, Some(end))
    }

    /// A destination is over, with what that counts as.
    fn destination_over(&mut self, leg: &LegId, status: u16, end: Option<&CallEnd>) -> bool {
        let head = self.head_of(leg);
        let Some(record) = self.legs.get_mut(&head) else { return false };
        let (ending, emergency) = (record.ending, record.emergency);
        let Some(hunt) = record.hunt.as_mut() else { return false };
        hunt.round.best = Some(end_codes::better(hunt.round.best, status));
        let declines = hunt.next_on.declines(status) && !ending;
        if self.others_ring(&head, leg) {
            if declines {
                self.call_off(&head, status, end);
            } else if !ending {
                self.follow_at_once(&head);
            }
            return true;
        }
        let hunt = self.legs.get_mut(&head).and_then(|record| record.hunt.as_mut());
        let Some(hunt) = hunt else { return false };
        let status = hunt.round.best.take().unwrap_or(status);
        hunt.best = Some(end_codes::better(hunt.best, status));
        let followed = hunt.left.front().is_some_and(|next| next.iter().any(|to| to.redirected));
        let on = followed || hunt.next_on.leads_on(status);
        let on = on && !ending && (!self.draining || emergency);
        on && self.next_destination(&head, NOBODY, status)
    }

    /// A 200 agrees on no session: that call is hung up, and counts as refused.
    pub(crate) fn unusable_answer(&mut self, leg: &LegId, call: CallHandle) {
        // Both are constants.
        let extras = Extras::new().with_header(HeaderName::Reason, UNUSABLE).unwrap_or_default();
        let taken = self.order(Command::Bye { call, extras }).is_ok();
        self.calls.remove(&call);
        if taken {
            self.calls.insert(call, (leg.clone(), Role::Retired));
        }
        if let Some(record) = self.legs.get_mut(leg) {
            (record.call, record.attempt) = (None, None);
        }
        let status = StatusCode::NOT_ACCEPTABLE_HERE.as_u16();
        if !self.destination_over(leg, status, None) {
            let cause = EndCause::new(EndReason::Failed, EndedBy::Local);
            self.finish(leg, cause.codes(i32::from(status), None));
        }
    }

    /// Calls the next destination that can be called, and what rings with it.
    pub(crate) fn next_destination(&mut self, leg: &LegId, ticket: Ticket, status: u16) -> bool {
        self.stop_ringing(leg);
        let Some(record) = self.legs.get_mut(leg) else { return false };
        let Some(mut hunt) = record.hunt.take() else { return false };
        if hunt.left.is_empty() {
            record.hunt = Some(hunt);
            return false;
        }
        if let Some(counted) = record.grant.take() {
            self.gate.release(counted);
        }
        let next = self.next_round(leg, &mut hunt, false);
        let Ok(records) = next else {
            if let Some(record) = self.legs.get_mut(leg) {
                if let Some(ErrorKind::Refused(why)) = next.err().map(|error| error.kind().clone())
                    && (300..400).contains(&status)
                {
                    hunt.best = Some(why.status().as_u16());
                }
                record.hunt = Some(hunt);
            }
            return false;
        };
        if let Some(old) = self.legs.remove(leg)
            && let Some(session) = &old.session
        {
            self.outputs.push_back(Output::CloseMedia { media: session.media().clone() });
        }
        let first = records.first().and_then(|record| record.place.as_deref());
        let place = first.map_or(0, |place| place.number);
        tracing::info!(leg = %leg, status, place, "the next destination is called");
        let event = Event::NextDestination { leg: leg.clone(), place, status };
        self.outputs.push_back(Output::Event(event));
        self.begin_round(leg, records, hunt, ticket);
        true
    }

    fn stop_ringing(&mut self, leg: &LegId) {
        let hunt = self.legs.get_mut(leg).and_then(|record| record.hunt.as_mut());
        if let Some(until) = hunt.and_then(|hunt| hunt.until.take()) {
            self.rings.remove(&(until, leg.clone()));
        }
    }

    /// Somebody has answered for the caller.
    pub(crate) fn destination_answered(&mut self, leg: &LegId) {
        self.stop_ringing(leg);
        let Some(hunt) = self.legs.get_mut(leg).and_then(|record| record.hunt.take()) else {
            return;
        };
        let caller = self.legs.get(&hunt.caller).filter(|caller| !caller.ending);
        match caller.map(|caller| caller.state) {
            Some(LegState::Connected) => self.let_talk(&hunt.caller, leg),
            Some(LegState::Ringing) => self.begin_answer(&hunt.caller, NOBODY),
            // It is being handed over: whoever comes of that talks to this leg.
            Some(LegState::Transferring) => {
                if let Some(caller) = self.legs.get_mut(&hunt.caller) {
                    caller.answered_for = true;
                }
            }
            // It has withdrawn; its end takes this leg along.
            _ => {}
        }
    }

    /// Nobody has answered: the caller hears why, or is the application's.
    pub(crate) fn nobody_answered(&mut self, leg: &LegId, hunt: &Hunt, parting: &Parting) {
        if let Some(until) = hunt.until {
            self.rings.remove(&(until, leg.clone()));
        }
        let caller = &hunt.caller;
        let Some(record) = self.legs.get_mut(caller) else { return };
        if record.bridge.as_ref() != Some(leg) {
            return;
        }
        record.bridge = None;
        if record.state != LegState::Ringing || hunt.keeps_caller {
            if let Some(session) = &record.session {
                let media = session.media().clone();
                self.outputs.push_back(Output::RingMedia { media, ringing: false });
            }
            return;
        }
        let status = hunt.best.map_or(StatusCode::TEMPORARILY_UNAVAILABLE, end_codes::for_caller);
        let mut parting = parting.clone();
        if let Some(why) = hunt.best.and_then(end_codes::redirection)
            && !parting.reasons.iter().any(is_q850)
        {
            // The value is a constant.
            parting.reasons.extend(Header::new(HeaderName::Reason, why));
        }
        if let Some(call) = record.call
            && !std::mem::replace(&mut record.ending, true)
        {
            self.refuse_as_told(call, status, &parting);
        }
    }

    /// An INVITE could not be sent: others ring on, the next destination, or the end of the whole.
    pub(crate) fn destination_failed(&mut self, leg: &LegId, ticket: Ticket, error: Error) {
        let head = self.head_of(leg);
        if let Some(record) = self.legs.get_mut(leg) {
            record.waiting = Some(Waiting::Dial(ticket));
        }
        if self.others_ring(&head, leg) {
            return;
        }
        if let Some(record) = self.legs.get_mut(leg) {
            record.waiting = None;
        }
        if self.next_destination(leg, ticket, 500) {
            return;
        }
        if ticket == NOBODY {
            let cause = EndCause::new(EndReason::Failed, EndedBy::Local);
            return self.finish(leg, cause.codes(500, None));
        }
        // Whoever ordered it is told; the caller stays as it was.
        let caller = self.forget(leg).and_then(|record| {
            if record.session.is_some() {
                self.outputs.push_back(Output::CloseMedia { media: leg.clone() });
            }
            record.bridge
        });
        if let Some(caller) = caller.and_then(|caller| self.legs.get_mut(&caller)) {
            caller.bridge = None;
        }
        self.outputs.push_back(Output::Dialled { ticket, outcome: Err(error) });
    }
}
