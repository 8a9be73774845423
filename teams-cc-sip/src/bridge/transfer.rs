//! A Teams client hands its call over: REFER, answered on this side.
//!
//! | step | towards Teams |
//! |---|---|
//! | REFER comes | 202, `NOTIFY 100 Trying` |
//! | the target is called | INVITE to the proxy: Request-URI is Refer-To byte for byte, Referred-By copied |
//! | the target rings | `NOTIFY 180` |
//! | the target answers | `NOTIFY 200`; the other party now talks to the new call |
//! | Teams hangs up the old call | 200 to its BYE; we never send BYE first |
//! | the target does not answer | `NOTIFY` with its status; everything stays as it was |
//! | Teams has hung up and the target does not answer | whoever transferred is called again, once |

use teams_cc_core::{
    Address, LegId,
    contact::{
        AfterTransfer, AnsweredBy, EndCause, EndReason, EndedBy, Knowledge, LegEvent, LegState,
        TransferOutcome,
    },
};

use super::referral::Referral;
use crate::{
    direct_routing::Attempt as Verdict,
    endpoint::{CallEnd, CallHandle, Command, Extras, Origin, ReferHandle},
    message::{Request, Response, StatusCode},
    trunk::{
        RemoteMedia, TransferStep,
        call::{Hold, Role, Transfer},
        cause,
        engine::{Engine, RETIRED_LIMIT},
        input::{Event, LocalMedia, Output},
        multipart,
        outbound::{agree, verdict},
        session::Session,
    },
};

/// What a target is reported to have answered that rang for too long.
pub(super) const NO_ANSWER: u16 = 408;

impl Engine {
    /// A party asks that somebody be called in its place.
    pub(crate) fn referred(
        &mut self,
        call: CallHandle,
        refer: ReferHandle,
        origin: &Origin,
        request: &Request,
    ) {
        let leg = self.may_transfer(call, origin, request);
        if let Ok(leg) = &leg
            && let Some(to) = self.relayed_to(leg)
        {
            return self.relay_refer(leg, to, refer, request);
        }
        if let Ok(leg) = &leg
            && let Some(found) = self.consultation(leg, request)
        {
            match found {
                Ok(found) => self.join_consultation(refer, found),
                Err(status) => {
                    let response = Box::new(Response::new(status));
                    let _ = self.order(Command::RespondRefer { refer, response });
                }
            }
            return;
        }
        let accepted = leg.and_then(|leg| self.referral(leg, request));
        let status = accepted.as_ref().err().copied().unwrap_or(StatusCode::ACCEPTED);
        let response = Box::new(Response::new(status));
        let answered = self.order(Command::RespondRefer { refer, response });
        let Ok(Referral { leg, attempt, grant }) = accepted else { return };
        if answered.is_err() {
            if let Some(grant) = grant {
                self.gate.release(grant);
            }
            return;
        }
        if let Some(record) = self.legs.get_mut(&leg) {
            record.state = LegState::Transferring;
        }
        tracing::info!(leg = %leg, "a transfer begins");
        self.tell(&leg, LegEvent::TransferRequested);
        self.step(&leg, TransferStep::Accepted);
        self.begin_transfer(&leg, Transfer::new(refer, attempt, grant));
    }

    /// The media of the new call is open, or could not be opened.
    pub(crate) fn replacement_media(&mut self, media: &LegId, local: Option<LocalMedia>) {
        let id = self.next_session();
        let found = self.legs.values_mut().find_map(|record| {
            let link = record.link.encrypted;
            let transfer = record.transfer.as_mut()?;
            (transfer.media == *media).then(|| (record.id.clone(), link, transfer))
        });
        let Some((leg, encrypted, transfer)) = found else {
            if local.is_some() {
                self.outputs.push_back(Output::CloseMedia { media: media.clone() });
            }
            return;
        };
        let Some(local) = local else {
            return self.transfer_failed(&leg, 503);
        };
        transfer.session = Some(Session::new(media.clone(), local, id, encrypted));
        if self.send_invite(&leg, Role::Replacement).is_err() {
            self.transfer_failed(&leg, 503);
        }
    }

    /// The target rings.
    pub(crate) fn replacement_progress(&mut self, leg: &LegId, response: &Response) {
        let status = response.status();
        let Some(transfer) = self.legs.get_mut(leg).and_then(|r| r.transfer.as_mut()) else {
            return;
        };
        transfer.attempt.progressed = true;
        // Early media of the target reaches whoever waits for it; without, the port rings itself.
        let early = multipart::session(response.headers(), response.body());
        let remote = match (&mut transfer.session, early) {
            (Some(session), Some(early)) => {
                session.accept(&early).ok().and_then(|()| session.remote())
            }
            _ => None,
        };
        let media = transfer.media.clone();
        self.let_transferee_hear(leg, &media, remote);
        let Some(transfer) = self.legs.get_mut(leg).and_then(|r| r.transfer.as_mut()) else {
            return;
        };
        if std::mem::replace(&mut transfer.reported, status.as_u16()) == status.as_u16() {
            return;
        }
        if transfer.recalls {
            return;
        }
        let refer = transfer.refer;
        let _ = self.order(Command::NotifyRefer { refer, status });
        self.step(leg, TransferStep::Ringing);
    }

    /// Whoever is handed over hears the target's early media, or ringing.
    fn let_transferee_hear(&mut self, leg: &LegId, new: &LegId, early: Option<RemoteMedia>) {
        let waiting = self.legs.get(leg).and_then(|record| record.bridge.as_ref());
        let theirs = waiting.and_then(|other| self.legs.get(other)?.session.as_ref());
        let Some(theirs) = theirs.map(|session| session.media().clone()) else { return };
        match early {
            Some(remote) => {
                let (media, remote) = (new.clone(), Box::new(remote));
                self.outputs.push_back(Output::ConnectMedia { media, remote });
                self.outputs.push_back(Output::JoinMedia { one: new.clone(), other: theirs });
            }
            None => self.outputs.push_back(Output::RingMedia { media: theirs, ringing: true }),
        }
    }

    /// The transfer is off: whoever was to be handed over hears the old party again.
    fn let_transferee_return(&mut self, leg: &LegId) {
        let session = |leg: &LegId| self.legs.get(leg)?.session.as_ref();
        let other = self.legs.get(leg).and_then(|record| record.bridge.as_ref());
        let sides = session(leg).zip(other.and_then(session));
        let Some((one, other)) = sides.map(|(o, t)| (o.media().clone(), t.media().clone())) else {
            return;
        };
        self.outputs.push_back(Output::RingMedia { media: other.clone(), ringing: false });
        self.outputs.push_back(Output::JoinMedia { one, other });
    }

    /// The target answered: its call takes the leg's place and the old one waits for its BYE.
    pub(crate) fn replacement_answered(
        &mut self,
        leg: &LegId,
        call: CallHandle,
        response: &Response,
    ) {
        let Some(record) = self.legs.get_mut(leg) else { return };
        let Some(mut transfer) = record.transfer.take() else { return };
        self.recalls.remove(leg);
        let remote = transfer.session.as_mut().and_then(|session| agree(session, response));
        if remote.is_none() {
            record.transfer = Some(transfer);
            self.calls.remove(&call);
            let _ = self.order(Command::Bye { call, extras: Extras::new() });
            return self.transfer_failed(leg, 488);
        }
        let old = record.call.replace(call);
        let counted = std::mem::replace(&mut record.grant, transfer.grant.take());
        let closed = std::mem::replace(&mut record.session, transfer.session.take());
        let held = record.hold.by_peer;
        record.hold = Hold { relayed: record.hold.relayed, by_peer: held, ..Hold::default() };
        // What the party before was to speak is nothing to the new one.
        record.recode = None;
        record.emergency |= transfer.emergency;
        record.state = LegState::Connected;
        if !transfer.recalls {
            record.party = Address::Phone(transfer.attempt.whither.number());
            record.reached = Some(Box::new(transfer.attempt.whither.clone()));
        }
        let other = record.bridge.clone();
        self.calls.insert(call, (leg.clone(), Role::Main));
        if let Some(old) = old {
            self.calls.insert(old, (leg.clone(), Role::Retired));
            self.retired.insert(old, self.now + RETIRED_LIMIT);
        }
        if let Some(proxy) = transfer.attempt.proxy {
            self.failover.restore(proxy);
        }
        if let Some(counted) = counted {
            self.gate.release(counted);
        }
        if !transfer.recalls {
            let report = Command::NotifyRefer { refer: transfer.refer, status: StatusCode::OK };
            let _ = self.order(report);
        }
        if let Some(closed) = closed {
            self.outputs.push_back(Output::CloseMedia { media: closed.media().clone() });
        }
        self.connect_media(leg, remote);
        let theirs = other.as_ref().and_then(|other| self.legs.get(other)?.session.as_ref());
        if let Some(theirs) = theirs {
            let (one, other) = (transfer.media, theirs.media().clone());
            self.outputs.push_back(Output::JoinMedia { one, other });
        }
        if transfer.recalls {
            self.step(leg, TransferStep::Recalled);
        } else {
            tracing::info!(leg = %leg, "a transfer is complete");
            self.tell(
                leg,
                LegEvent::TransferEnded(TransferOutcome::Completed {
                    after: AfterTransfer::InSight,
                    answered_by: Knowledge::Observed(AnsweredBy::Unconfirmed),
                }),
            );
            self.step(leg, TransferStep::Completed);
        }
        // Whoever transferred had often put the other party on hold; the target has not.
        self.peer_hold_changed(leg, false);
        self.reconcile_hold(leg);
        self.join_answered(leg);
    }

    /// The new call ended before it was answered.
    pub(crate) fn replacement_ended(&mut self, leg: &LegId, end: &CallEnd) {
        let Some(transfer) = self.legs.get_mut(leg).and_then(|r| r.transfer.as_mut()) else {
            return;
        };
        transfer.call = None;
        let attempt = &transfer.attempt;
        if let Some(proxy) = attempt.proxy
            && let Verdict::Next { hold_down } = verdict(end, &attempt.whither, attempt.progressed)
        {
            self.failover.hold_down(self.now, proxy, hold_down);
            if self.send_invite(leg, Role::Replacement).is_ok() {
                return;
            }
        }
        self.transfer_failed(leg, cause::status_of_end(end));
    }

    /// The leg ends: so does the transfer it asked for.
    pub(crate) fn abandon_transfer(&mut self, leg: &LegId) {
        self.withdraw_replacement(leg);
        let Some(transfer) = self.take_transfer(leg) else { return };
        if let Some(record) = self.legs.get_mut(leg) {
            record.state = LegState::Connected;
        }
        if transfer.session.is_some() {
            self.outputs.push_back(Output::CloseMedia { media: transfer.media });
        }
        if !transfer.recalls {
            let status = StatusCode::REQUEST_TERMINATED;
            let _ = self.order(Command::NotifyRefer { refer: transfer.refer, status });
            self.tell(leg, LegEvent::TransferEnded(TransferOutcome::Unknown));
        }
    }

    /// The target did not answer: the failure is reported and everything stays as it was.
    pub(super) fn transfer_failed(&mut self, leg: &LegId, status: u16) {
        let Some(transfer) = self.take_transfer(leg) else { return };
        let Some(record) = self.legs.get_mut(leg) else { return };
        record.state = LegState::Connected;
        let gone = record.call.is_none();
        if transfer.session.is_some() {
            self.outputs.push_back(Output::CloseMedia { media: transfer.media });
        }
        if !transfer.recalls {
            let report = StatusCode::new(status).filter(|status| status.is_final());
            let status_of = report.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            let report = Command::NotifyRefer { refer: transfer.refer, status: status_of };
            let _ = self.order(report);
            self.let_transferee_return(leg);
            let failure = cause::transfer_failure(status);
            self.tell(leg, LegEvent::TransferEnded(TransferOutcome::Failed(failure)));
            self.step(leg, TransferStep::Failed { status });
        }
        if !gone {
            self.join_answered(leg);
        } else if transfer.recalls || !self.call_back(leg, transfer.refer) {
            self.finish(leg, EndCause::new(EndReason::Completed, EndedBy::Remote));
        }
    }

    pub(super) fn step(&mut self, leg: &LegId, step: TransferStep) {
        self.outputs.push_back(Output::Event(Event::Transfer { leg: leg.clone(), step }));
    }
}
