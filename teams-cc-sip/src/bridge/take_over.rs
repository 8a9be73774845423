//! A call takes the place of another one: INVITE with `Replaces` (RFC 3891).
//!
//! | the header names | answer |
//! |---|---|
//! | an answered call of the same side and customer | 200; the old call gets BYE |
//! | a call of ours that still rings there | 200; the old INVITE is withdrawn |
//! | an answered call, with `early-only` | 486 |
//! | a call that is being transferred | 491 |
//! | a call that is over | 603 |
//! | a call of another side or customer, one that rings here, or none | 481 |
//! | a call whose media is encrypted otherwise; an INVITE without an offer | 488 |
//!
//! Teams' calls are taken over by Teams alone, and calls of carriers by any carrier: whoever has
//! both tags of a dialog was told them by a party to it. We send no `Replaces` ourselves.

use bytes::Bytes;
use teams_cc_core::{
    LegId,
    contact::{Direction, LegEvent, LegState},
};

use super::together::ELSEWHERE;
use crate::{
    direct_routing::Caller,
    endpoint::{CallHandle, Command, Extras, FlowId, Origin},
    message::{ContentType, HeaderName, StatusCode},
    trunk::{
        DisplayText, MasterKey,
        admission::Side,
        call::{Link, Role},
        engine::Engine,
        inbound::held_or_not,
        input::{Event, Output},
        session::Session,
    },
};

/// A call with `Replaces`, as it came.
pub(crate) struct TakeOver {
    call: CallHandle,
    old: CallHandle,
    flow: FlowId,
    link: Link,
    who: Caller,
    offer: Bytes,
}

impl Engine {
    /// A call with `Replaces` takes over the leg that the call it names carries.
    ///
    /// One that encrypts gets a key of its own first: whoever sends it has seen no packet under
    /// the old one, and would not know how often its count has wrapped.
    pub(crate) fn replaced(
        &mut self,
        call: CallHandle,
        old: CallHandle,
        origin: &Origin,
        link: &Link,
        who: Caller,
        offer: Bytes,
    ) {
        let leg = match self.may_take_over(old, link) {
            Ok(leg) => leg,
            Err(status) => return self.refuse(call, Some(link), status),
        };
        let taking = TakeOver { call, old, flow: origin.flow, link: link.clone(), who, offer };
        let Some(record) = self.legs.get_mut(&leg) else { return };
        let media = record.session.as_ref().map(|session| session.media().clone());
        match media.filter(|_| link.encrypted) {
            Some(_) if record.taking.is_some() => {
                self.refuse(call, Some(link), StatusCode::REQUEST_PENDING);
            }
            Some(media) => {
                record.taking = Some(Box::new(taking));
                self.outputs.push_back(Output::NewKey { media });
            }
            None => self.taken_over(taking, None),
        }
    }

    /// There is a key for whoever takes a leg over, or could be none.
    pub(crate) fn key_made(&mut self, media: &LegId, key: Option<MasterKey>) {
        let leg = self.leg_of_media(media);
        let Some(record) = leg.and_then(|leg| self.legs.get_mut(&leg)) else { return };
        // A leg that is over has refused whoever was to take it.
        let Some(taking) = record.taking.take() else { return };
        match key {
            Some(_) => self.taken_over(*taking, key),
            None => self.refuse_taking(&taking, StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    /// Nobody takes the leg over: whoever wanted to hears so.
    pub(crate) fn refuse_taking(&mut self, taking: &TakeOver, status: StatusCode) {
        self.refuse(taking.call, Some(&taking.link), status);
    }

    fn taken_over(&mut self, taking: TakeOver, key: Option<MasterKey>) {
        let TakeOver { call, old, flow, link, who, offer } = taking;
        let link = &link;
        let (leg, body) = match self.take_over(old, link, &offer, key) {
            Ok(found) => found,
            Err(status) => return self.refuse(call, Some(link), status),
        };
        let early = self.state_of(&leg) == LegState::Ringing;
        let leg = if early { self.take_call(&leg) } else { leg };
        let Some(record) = self.legs.get_mut(&leg) else { return };
        record.state = LegState::Connected;
        record.call = Some(call);
        if let Some(attempt) = record.attempt.take() {
            record.carried = attempt.carried.again();
        }
        record.link = link.clone();
        record.flow = Some(flow);
        // A call back would lead to whoever is there now.
        record.party = who.address.clone();
        record.reached = None;
        // What was asked of the old call is answered with the new one.
        record.hold.asked = None;
        record.hold.agreed = record.hold.wanted();
        if let Some(recode) = &mut record.recode {
            recode.offered = false;
        }
        let remote = record.session.as_ref().and_then(Session::remote);
        let held = record.session.as_ref().is_some_and(Session::peer_holds);
        tracing::info!(leg = %leg, early, "a call takes over the leg");
        self.calls.insert(call, (leg.clone(), Role::Main));
        self.set_up(call, link.side);
        let response = self.response(link, StatusCode::OK).with_body(&ContentType::sdp(), body);
        let _ = self.order(Command::RespondInvite { call, response: Box::new(response) });
        self.calls.insert(old, (leg.clone(), Role::Retired));
        if early {
            // The value is a constant.
            let extras = Extras::new().with_header(HeaderName::Reason, ELSEWHERE);
            let extras = extras.unwrap_or_default();
            if self.order(Command::Cancel { call: old, extras }).is_err() {
                self.calls.remove(&old);
            }
        } else {
            self.end_retired(old);
        }
        self.connect_media(&leg, remote);
        let display = who.display.as_deref().map(DisplayText::new);
        let event = Event::TakenOver { leg: leg.clone(), party: who.address, display };
        self.outputs.push_back(Output::Event(event));
        if early {
            self.tell(&leg, LegEvent::Answered);
            self.tell(&leg, LegEvent::MediaActive);
            self.destination_answered(&leg);
        }
        self.peer_hold_changed(&leg, held);
        self.reconcile_hold(&leg);
    }

    /// The leg to take over, or the status that says why not.
    fn may_take_over(&self, old: CallHandle, link: &Link) -> Result<LegId, StatusCode> {
        let gone = StatusCode::CALL_DOES_NOT_EXIST;
        let leg = self.leg_of(old, Role::Main).ok_or(gone)?;
        let record = self.legs.get(&leg).ok_or(gone)?;
        let teams = |side| side == Side::Teams;
        // Whoever knows the tags of another customer's call still cannot have it.
        let may = teams(record.link.side) == teams(link.side)
            && self.same_customer(&record.link.name, &link.name);
        if !may || record.ending {
            return Err(gone);
        }
        match (record.state, record.direction) {
            (LegState::Connected, _) | (LegState::Ringing, Direction::Outbound) => {}
            (LegState::Transferring, _) => return Err(StatusCode::REQUEST_PENDING),
            (LegState::Ringing | LegState::Ended, _) => return Err(gone),
        }
        if record.link.encrypted == link.encrypted {
            Ok(leg)
        } else {
            Err(StatusCode::NOT_ACCEPTABLE_HERE)
        }
    }

    /// The leg to take over and our answer, or the status that says why not.
    ///
    /// The old call's session stays as it was where the offer cannot be used.
    fn take_over(
        &mut self,
        old: CallHandle,
        link: &Link,
        offer: &[u8],
        key: Option<MasterKey>,
    ) -> Result<(LegId, Bytes), StatusCode> {
        let leg = self.may_take_over(old, link)?;
        let record = self.legs.get_mut(&leg).ok_or(StatusCode::CALL_DOES_NOT_EXIST)?;
        let ours = held_or_not(record.hold.wanted(), link);
        let mut session = record.session.clone().ok_or(StatusCode::NOT_ACCEPTABLE_HERE)?;
        if let Some(key) = key {
            session.rekey(key);
        }
        let answer = session.answer(offer, ours);
        let body = answer.map_err(|_| StatusCode::NOT_ACCEPTABLE_HERE)?;
        record.session = Some(session);
        Ok((leg, body))
    }
}
