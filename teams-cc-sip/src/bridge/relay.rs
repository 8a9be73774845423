//! A carrier's REFER for a call with another carrier: passed on, and its reports passed back.
//!
//! | step | what the other side gets |
//! |---|---|
//! | REFER | REFER with the same `Refer-To` and `Referred-By`, byte for byte |
//! | 2xx | 202, and `NOTIFY 100 Trying` |
//! | any other answer | the same status |
//! | none for 20 seconds, or it cannot be sent | 504, 503 |
//! | NOTIFY with a status | NOTIFY with that status; the final one ends both subscriptions |
//! | the party that was asked hangs up first | `NOTIFY 487` |
//!
//! It is passed on only between two carriers, where the other one
//! [takes it](crate::trunk::StaticPeer::takes_refer) and its party's `Allow` lists REFER;
//! everything else is carried out here. The gate is asked all the same, but for a
//! `Refer-To` that replaces a call of this trunk: that calls nobody (RFC 5589 §7).

use std::{collections::BTreeMap, time::Duration};

use teams_cc_core::{
    Instant, LegId,
    contact::{AfterTransfer, AnsweredBy, Knowledge, LegEvent, LegState, TransferOutcome},
};

use crate::{
    direct_routing::headers,
    endpoint::{CallHandle, Command, Extras, ReferHandle, RequestHandle},
    gate::Grant,
    message::{
        Contact, Grammar, HeaderName, HeaderRef, ReferTo, Request, Response, StatusCode,
        TypedHeader, Uri,
        typed::{Replaces, SubscriptionState},
    },
    trunk::{TransferStep, admission::Side, call::Role, cause, engine::Engine},
};

/// How long the other side may take to answer a REFER.
///
/// Whoever sent it waits for 64 × T1, 32 seconds; an answer after that is none (RFC 4320 §4.2).
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// The REFERs that were passed on and are not reported yet.
#[derive(Default)]
pub(crate) struct Relays {
    /// By the leg whose party was asked; one at a time.
    by_leg: BTreeMap<LegId, Relay>,
    /// Those that have no answer yet, the oldest first, and until when they may have none.
    asked: BTreeMap<RequestHandle, (LegId, Instant)>,
}

impl Relays {
    /// When the next one is given up.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.asked.first_key_value().map(|(_, (_, until))| *until)
    }
}

struct Relay {
    /// Whose REFER it is.
    from: LegId,
    refer: ReferHandle,
    request: RequestHandle,
    accepted: bool,
    /// The last status reported before the REFER was answered.
    early: Option<StatusCode>,
    grant: Option<Grant>,
}

impl Engine {
    /// The leg whose party is asked itself; none where the transfer is carried out here.
    pub(super) fn relayed_to(&self, leg: &LegId) -> Option<LegId> {
        let record = self.legs.get(leg)?;
        let other = self.legs.get(record.bridge.as_ref()?)?;
        let Side::Carrier(place) = other.link.side else { return None };
        let carrier = self.config.carriers.get(place).filter(|carrier| carrier.takes_refer)?;
        let takes = other.call.is_some_and(|call| self.endpoint.takes_refer(call));
        let passed = matches!(record.link.side, Side::Carrier(_)) && takes;
        tracing::debug!(%leg, carrier = &*carrier.name, passed, "a carrier's party transfers");
        passed.then(|| other.id.clone())
    }

    /// Passes a REFER on.
    pub(super) fn relay_refer(
        &mut self,
        leg: &LegId,
        to: LegId,
        refer: ReferHandle,
        request: &Request,
    ) {
        if let Err(status) = self.pass_on(leg, to, refer, request) {
            let response = Box::new(Response::new(status));
            let _ = self.order(Command::RespondRefer { refer, response });
        }
    }

    fn pass_on(
        &mut self,
        leg: &LegId,
        to: LegId,
        refer: ReferHandle,
        message: &Request,
    ) -> Result<(), StatusCode> {
        let other = self.legs.get(&to).ok_or(StatusCode::CALL_DOES_NOT_EXIST)?;
        if other.state != LegState::Connected || self.relays.by_leg.contains_key(&to) {
            return Err(StatusCode::REQUEST_PENDING);
        }
        let (call, link) = (other.call, other.link.clone());
        let call = call.filter(|_| !other.ending).ok_or(StatusCode::CALL_DOES_NOT_EXIST)?;
        let refer_to = message.headers().get_all(HeaderName::ReferTo).next();
        let target = message.headers().typed::<ReferTo>().ok().flatten();
        let (Some(refer_to), Some(target)) = (refer_to.map(HeaderRef::to_header), target) else {
            return Err(StatusCode::BAD_REQUEST);
        };
        let grant = if self.replaced_by(&target.uri).is_some() {
            None
        } else {
            self.ask_for(leg, &target.uri)?.grant
        };
        let mut extras = Extras::new();
        for by in message.headers().get_all(HeaderName::ReferredBy) {
            extras.headers.push_header(by);
        }
        let (host, port, transport) = &link.contact;
        if let Ok(contact) = headers::reachable_at(host, *port, *transport) {
            extras.headers.set_typed(&Contact::new(contact));
        }
        let request = self.endpoint.reserve_request();
        let order = Command::Refer { request, call, refer_to: Box::new(refer_to), extras };
        if self.order(order).is_err() {
            if let Some(grant) = grant {
                self.gate.release(grant);
            }
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        tracing::info!(leg = %leg, to = %to, "a REFER is passed on");
        let from = leg.clone();
        let relay = Relay { from, refer, request, accepted: false, early: None, grant };
        self.relays.asked.insert(request, (to.clone(), self.now + ANSWER_LIMIT));
        self.relays.by_leg.insert(to, relay);
        if let Some(record) = self.legs.get_mut(leg) {
            record.state = LegState::Transferring;
        }
        self.tell(leg, LegEvent::TransferRequested);
        Ok(())
    }

    /// The leg of a carrier whose place a target takes.
    pub(super) fn replaced_by(&self, target: &Uri) -> Option<LegId> {
        let mut fields = target.as_sip()?.header_fields();
        let (_, value) = fields.find(|(name, _)| name.eq_ignore_ascii_case("Replaces"))?;
        let named = Replaces::parse_value(&value.into(), &Grammar::default()).ok()?;
        let leg = self.leg_of(self.endpoint.dialog_of(&named)?, Role::Main)?;
        let record = self.legs.get(&leg)?;
        (record.link.side != Side::Teams).then_some(leg)
    }

    /// The party that was asked has answered the REFER; `false` where it is no such answer.
    pub(crate) fn refer_answered(&mut self, request: RequestHandle, status: StatusCode) -> bool {
        let Some((to, _)) = self.relays.asked.get(&request).cloned() else { return false };
        if status.is_provisional() {
            return true;
        }
        self.relays.asked.remove(&request);
        let Some(relay) = self.relays.by_leg.get_mut(&to) else { return true };
        let (refer, from) = (relay.refer, relay.from.clone());
        if !status.is_success() {
            // A challenge is for us to answer, and was.
            let status = match status.as_u16() {
                401 | 407 => StatusCode::FORBIDDEN,
                _ => status,
            };
            let response = Box::new(Response::new(status));
            let _ = self.order(Command::RespondRefer { refer, response });
            self.relay_over(&to, status);
            return true;
        }
        relay.accepted = true;
        let early = relay.early.take();
        let response = Box::new(Response::new(StatusCode::ACCEPTED));
        let _ = self.order(Command::RespondRefer { refer, response });
        self.step(&from, TransferStep::Accepted);
        if let Some(status) = early {
            self.report(&to, status);
        }
        true
    }

    /// The REFER could not be sent.
    pub(crate) fn refer_failed(&mut self, request: RequestHandle) -> bool {
        self.refer_answered(request, StatusCode::SERVICE_UNAVAILABLE)
    }

    /// REFERs that nobody has answered for too long are given up.
    pub(crate) fn end_slow_refers(&mut self) {
        while let Some((request, (_, until))) = self.relays.asked.first_key_value()
            && *until <= self.now
        {
            self.refer_answered(*request, StatusCode::SERVER_TIMEOUT);
        }
    }

    /// A NOTIFY in a call: whether it reports on a REFER that was passed on.
    pub(crate) fn reported(&mut self, call: CallHandle, message: &Request) -> bool {
        let refers = message.headers().get_str(HeaderName::Event).is_some_and(|event| {
            event.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("refer")
        });
        let Some(to) = self.leg_of(call, Role::Main).filter(|_| refers) else { return false };
        let Some(relay) = self.relays.by_leg.get_mut(&to) else { return false };
        let state = message.headers().typed::<SubscriptionState>().ok().flatten();
        let over = state.is_some_and(|state| state.is_terminated());
        let status = match sipfrag(message.body()) {
            Some(status) if status.is_final() || !over => status,
            // It ends without saying how.
            _ if over => StatusCode::SERVICE_UNAVAILABLE,
            _ => return true,
        };
        if relay.accepted {
            self.report(&to, status);
        } else {
            relay.early = Some(status);
        }
        true
    }

    /// Passes a report back; a final one is the last.
    fn report(&mut self, to: &LegId, status: StatusCode) {
        let Some(relay) = self.relays.by_leg.get(to) else { return };
        let (refer, from) = (relay.refer, relay.from.clone());
        // Ours has reported 100 with the acceptance.
        if status != StatusCode::TRYING {
            let _ = self.order(Command::NotifyRefer { refer, status });
        }
        if status.is_final() {
            self.relay_over(to, status);
        } else if status != StatusCode::TRYING {
            self.step(&from, TransferStep::Ringing);
        }
    }

    /// Nobody hears reports on a REFER any more.
    pub(crate) fn refer_ended(&mut self, refer: ReferHandle) {
        let found = self.relays.by_leg.iter().find(|(_, relay)| relay.refer == refer);
        if let Some(to) = found.map(|(to, _)| to.clone()) {
            self.relay_over(&to, StatusCode::REQUEST_TIMEOUT);
        }
    }

    /// A leg is over: nothing more is reported of, or to, its party.
    pub(crate) fn end_relays(&mut self, leg: &LegId, bridged: Option<&LegId>) {
        if let Some(refer) = self.relays.by_leg.get(leg).map(|relay| relay.refer) {
            let status = StatusCode::REQUEST_TERMINATED;
            let _ = self.order(Command::NotifyRefer { refer, status });
            self.relay_over(leg, status);
        }
        let ours = |to: &&LegId| self.relays.by_leg.get(*to).is_some_and(|r| r.from == *leg);
        if let Some(to) = bridged.filter(ours) {
            self.relay_over(to, StatusCode::REQUEST_TERMINATED);
        }
    }

    fn relay_over(&mut self, to: &LegId, status: StatusCode) {
        let Some(mut relay) = self.relays.by_leg.remove(to) else { return };
        self.relays.asked.remove(&relay.request);
        if let Some(grant) = relay.grant.take() {
            self.gate.release(grant);
        }
        let Some(record) = self.legs.get_mut(&relay.from) else { return };
        record.state = LegState::Connected;
        let (outcome, step) = if status.is_success() {
            let outcome = TransferOutcome::Completed {
                after: AfterTransfer::OutOfSight,
                answered_by: Knowledge::Observed(AnsweredBy::Unconfirmed),
            };
            (outcome, TransferStep::Completed)
        } else {
            let status = status.as_u16();
            let outcome = TransferOutcome::Failed(cause::transfer_failure(status));
            (outcome, TransferStep::Failed { status })
        };
        self.tell(&relay.from, LegEvent::TransferEnded(outcome));
        self.step(&relay.from, step);
    }
}

/// The status that a report tells (RFC 3420).
fn sipfrag(body: &[u8]) -> Option<StatusCode> {
    let line = body.split(|octet| *octet == b'\r' || *octet == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ');
    words.next().filter(|version| version.eq_ignore_ascii_case("SIP/2.0"))?;
    StatusCode::new(words.next()?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_a_status_line_says_nothing() {
        let read = |body: &str| sipfrag(body.as_bytes()).map(StatusCode::as_u16);
        assert_eq!(read("SIP/2.0 180 Ringing\r\n"), Some(180));
        assert_eq!(read("SIP/2.0 603 Nobody is here\nContact: <sip:a>\n"), Some(603));
        for body in ["", "SIP/2.0", "SIP/2.0 99 x", "SIP/3.0 200 OK", "200 OK", "SIP/2.0 abc"] {
            assert_eq!(read(body), None, "{body}");
        }
    }
}
