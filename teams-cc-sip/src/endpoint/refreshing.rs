//! Session timers of calls (RFC 4028), and ACKs that the application writes.

use teams_cc_core::Instant;

use super::{
    CallEnd, Error, Event, Extras, RefreshBy,
    core::Core,
    draft::{Scope, add, add_extras},
};
use crate::{
    dialog::{
        By, Call, Carrier, Offer, Side, Stage, has_session,
        session_timer::{self, Due, Running},
    },
    message::{
        ContentType, Headers, Response, StatusCode,
        typed::{MinSe, Reason, Refresher},
    },
};

impl Call {
    /// The refusal of a request whose session interval is too short for us (§9).
    pub(crate) fn too_short(&self, headers: &Headers) -> Option<Response> {
        let timer = self.policy.session_timer.as_ref()?;
        let least = session_timer::terms(timer, self.timer.as_ref(), headers).err()?;
        Some(Response::new(StatusCode::SESSION_INTERVAL_TOO_SMALL).with(&MinSe::new(least)))
    }

    /// Writes the terms into the 2xx to a peer's request, and starts the timer with them (§9).
    pub(crate) fn agree_timer(&mut self, now: Instant, request: &Headers, response: &mut Headers) {
        let Some(timer) = &self.policy.session_timer else { return };
        if !session_timer::is_due(timer, self.timer.is_some(), request) {
            return;
        }
        if let Ok(terms) = session_timer::terms(timer, self.timer.as_ref(), request) {
            terms.write(response);
            let ours = terms.refresher == Refresher::Uas;
            self.timer = Some(Running::start(now, terms.interval, ours));
        }
    }

    /// A 2xx to a request of ours that refreshes says how the timer goes on (§7.2).
    pub(crate) fn restart_timer(&mut self, now: Instant, response: &Headers) {
        if self.policy.session_timer.is_some() && matches!(self.stage, Stage::Up) {
            self.timer = session_timer::agreed(response)
                .map(|(interval, ours)| Running::start(now, interval, ours));
        }
    }
}

impl Core {
    /// The session timer's time has come.
    pub(crate) fn on_session_time(&mut self, now: Instant, call: &mut Call) {
        match call.timer.as_mut().map(|timer| timer.on_time(now)) {
            Some(Due::Refresh) => self.refresh(now, call),
            Some(Due::End) => {
                call.timer = None;
                let mut extras = Extras::new();
                if let Ok(reason) = Reason::new("SIP", 408, Some("Session expired")) {
                    extras.headers.set_typed(&reason);
                }
                self.hang_up(now, call, &extras, CallEnd::SessionExpired);
            }
            Some(Due::Nothing) | None => {}
        }
    }

    fn refresh(&mut self, now: Instant, call: &mut Call) {
        if call.offer.is_some() || call.bye.is_some() || call.is_negotiating() {
            // What is under way refreshes too, once it is answered.
            return;
        }
        let Some(dialog) = &call.dialog else { return };
        let prefers = call.policy.session_timer.map(|timer| timer.refresh_by);
        let mut extras = Extras::new();
        let by = match (&dialog.described, prefers) {
            (_, Some(RefreshBy::Update) | None) if dialog.updates => By::Update,
            (Some(described), _) => {
                extras = extras.with_body(&ContentType::sdp(), described.clone());
                By::ReInvite
            }
            (None, _) => {
                if let Some(timer) = &mut call.timer {
                    timer.refreshing();
                }
                self.event(Event::RefreshDue { call: call.handle });
                return;
            }
        };
        let mut offer = Offer::new(by, None, extras);
        (offer.refresh, offer.at) = (true, now);
        call.offer = Some(Box::new(offer));
        self.send_offer(now, call);
        if let Some(timer) = call.timer.as_mut().filter(|_| call.offer.is_some()) {
            timer.refreshing();
        }
    }

    /// The application acknowledges a 2xx that offers a session.
    pub(crate) fn acknowledge(&mut self, call: &mut Call, extras: &Extras) -> Result<(), Error> {
        add(&extras.headers, Scope::Settled, &mut Headers::new())?;
        let state = call.state();
        if call.owed_ack.is_none() {
            return Err(Error::WrongState { order: "acknowledge an answer", state });
        }
        self.send_owed_ack(call, extras);
        Ok(())
    }

    /// Sends the ACK that is owed, if one is.
    pub(crate) fn send_owed_ack(&mut self, call: &mut Call, extras: &Extras) {
        let Some(owed) = call.owed_ack.take() else { return };
        let Some(dialog) = &mut call.dialog else { return };
        let session = has_session(&extras.headers, &extras.body);
        dialog.session.note(Side::Us, Carrier::Ack, session);
        dialog.describe(&extras.headers, &extras.body);
        let (mut ack, hop) = dialog.ack(owed.number);
        // The extras were checked when they were taken.
        let _ = add_extras(extras, &mut ack);
        for header in &call.credentials {
            ack.headers_mut().push_header(header.clone());
        }
        let sent = self.send_ack(call, ack, &hop);
        call.acked = sent.map(|(ack, route)| Box::new((owed.number, ack, route)));
    }

    /// The application left a 2xx that offers a session without ACK.
    pub(crate) fn on_ack_limit(&mut self, now: Instant, call: &mut Call) {
        self.hang_up(now, call, &Extras::new(), CallEnd::NoAck);
    }
}
