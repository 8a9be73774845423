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
    endpoint::{CallHandle, Command, Extras, Origin},
    message::{ContentType, HeaderName, StatusCode},
    trunk::{
        DisplayText,
        admission::Side,
        call::{Link, Role},
        engine::Engine,
        inbound::held_or_not,
        input::{Event, Output},
        session::Session,
    },
};

impl Engine {
    /// A call with `Replaces` takes over the leg that the call it names carries.
    pub(crate) fn replaced(
        &mut self,
        call: CallHandle,
        old: CallHandle,
        origin: &Origin,
        link: &Link,
        who: Caller,
        offer: &[u8],
    ) {
        let (leg, body) = match self.take_over(old, link, offer) {
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
        record.flow = Some(origin.flow);
        // A call back would lead to whoever is there now.
        record.party = who.address.clone();
        record.reached = None;
        // What was asked of the old call is answered with the new one.
        record.hold.asked = None;
        record.hold.agreed = record.hold.wanted();
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

    /// The leg to take over and our answer, or the status that says why not.
    fn take_over(
        &mut self,
        old: CallHandle,
        link: &Link,
        offer: &[u8],
    ) -> Result<(LegId, Bytes), StatusCode> {
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
        let record = self.legs.get_mut(&leg).ok_or(gone)?;
        let ours = held_or_not(record.hold.wanted(), link);
        let same = record.link.encrypted == link.encrypted;
        let answer = record.session.as_mut().filter(|_| same).map(|s| s.answer(offer, ours));
        match answer {
            Some(Ok(body)) => Ok((leg, body)),
            _ => Err(StatusCode::NOT_ACCEPTABLE_HERE),
        }
    }
}
