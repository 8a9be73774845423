//! A peer's REFER and the reports it gets (RFC 3515).

use teams_cc_core::Instant;

use super::{
    CallHandle, Endpoint, Error, Event, Extras, ReferEnd, ReferHandle, RequestHandle, Turned,
    core::{Core, Incoming, Owner},
    within::Ask,
};
use crate::{
    dialog::{Call, Stage, Subscription},
    message::{Header, HeaderName, Headers, Method, ReferTo, Response, StatusCode},
};

/// RFC 4488 §4.
const REFER_SUB: &str = "Refer-Sub";

impl Endpoint {
    /// Whether the peer of a call takes REFER, as its last Allow says.
    pub(crate) fn takes_refer(&self, call: CallHandle) -> bool {
        let dialog = self.calls.get(&call).and_then(|call| call.dialog.as_ref());
        dialog.is_some_and(|dialog| dialog.refers)
    }
}

impl Core {
    /// The application asks a peer to call somebody.
    pub(crate) fn refer(
        &mut self,
        now: Instant,
        call: &mut Call,
        request: RequestHandle,
        refer_to: &Header,
        extras: &Extras,
    ) -> Result<(), Error> {
        if !matches!(call.stage, Stage::Up) {
            return Err(Error::WrongState { order: "send REFER", state: call.state() });
        }
        if *refer_to.name() != HeaderName::ReferTo {
            return Err(Error::MissingHeader("Refer-To"));
        }
        let mut own = Headers::new();
        own.push_header(refer_to.clone());
        let owner = Owner::Ours(request, Some(call.handle));
        let ask = Ask { owner, method: Method::Refer, branch: None, own, extras };
        self.ask(now, call, ask).map(|_| ())
    }

    /// A peer's REFER came in a call.
    pub(crate) fn on_refer(&mut self, now: Instant, call: &mut Call, incoming: Incoming) {
        let targets = incoming.request.headers().get_all(HeaderName::ReferTo).count();
        let readable = incoming.request.headers().typed::<ReferTo>().is_ok();
        let (draft, why) = if targets != 1 || !readable {
            (Response::new(StatusCode::BAD_REQUEST), Turned::BadRequest)
        } else if !matches!(call.stage, Stage::Up) {
            (Response::new(StatusCode::FORBIDDEN), Turned::BadRequest)
        } else if call.refers.len() >= self.config.limits.refers {
            (self.overload(), Turned::Overload)
        } else {
            let refer = ReferHandle(self.number());
            let owner = Owner::PeerRefer(call.handle, refer);
            let transaction = self.take(now, owner, &incoming, Some(call));
            // RFC 3515 §2.4.6: reports on any but the first say which REFER they are about.
            let id = (call.referred > 0).then_some(incoming.envelope.cseq.number);
            call.referred += 1;
            let mut subscription = Subscription::new(refer, call.handle, transaction, id);
            subscription.quiet = wants_no_reports(incoming.request.headers());
            call.refers.insert(refer, subscription);
            self.refers.insert(refer, call.handle);
            self.event(Event::Refer {
                call: call.handle,
                refer,
                origin: incoming.origin,
                request: incoming.request,
            });
            return;
        };
        self.answer_in_call(now, call, &incoming, &draft);
        self.turned(incoming.origin, why);
    }

    /// The application accepts or refuses a REFER.
    pub(crate) fn respond_refer(
        &mut self,
        now: Instant,
        call: &mut Call,
        refer: ReferHandle,
        draft: &Response,
    ) -> Result<(), Error> {
        let waiting = call.refers.get(&refer).and_then(|refer| refer.transaction);
        let transaction = waiting.ok_or(Error::UnknownRefer(refer))?;
        let status = draft.status();
        if status.is_provisional() {
            return Err(Error::Status(status.as_u16()));
        }
        let request = self.table.request_of(transaction).ok_or(Error::UnknownRefer(refer))?;
        let tag = call.dialog.as_ref().map_or("", |dialog| dialog.local_tag());
        let mut response = self.config.response(request, draft, tag, Some(&call.contact))?;
        let quiet = call.refers.get(&refer).is_some_and(|refer| refer.quiet);
        if quiet && status.is_success() {
            response.headers_mut().set(REFER_SUB, "false")?;
        }
        self.table.respond(now, transaction, response, &mut self.out);
        if status.is_success() {
            if let Some(subscription) = call.refers.get_mut(&refer) {
                subscription.accept(now, self.config.refer_limit);
            }
            self.report(now, call, refer);
        } else {
            self.end_refer(call, refer, ReferEnd::Refused);
        }
        Ok(())
    }

    /// The application reports how the referred call goes.
    pub(crate) fn notify_refer(
        &mut self,
        now: Instant,
        call: &mut Call,
        refer: ReferHandle,
        status: StatusCode,
    ) -> Result<(), Error> {
        let subscription = call
            .refers
            .get_mut(&refer)
            .filter(|subscription| subscription.is_active())
            .ok_or(Error::UnknownRefer(refer))?;
        subscription.report(status);
        self.report(now, call, refer);
        Ok(())
    }

    /// Sends the next report, if the wire is free.
    fn report(&mut self, now: Instant, call: &mut Call, refer: ReferHandle) {
        let Some(subscription) = call.refers.get_mut(&refer) else { return };
        let Some(status) = subscription.due() else { return };
        if subscription.quiet {
            self.on_report_response(now, call, refer, Some(StatusCode::OK));
            return;
        }
        let mut extras = Extras::new();
        let written = subscription.write(now, status, &mut extras.headers);
        let sent = written.ok().and_then(|body| {
            extras.body = body;
            let owner = Owner::Notify(call.handle, refer);
            self.send_in_call(now, call, owner, Method::Notify, &extras).ok()
        });
        if sent.is_none() {
            self.end_refer(call, refer, ReferEnd::Unheard);
        }
    }

    /// A report of ours was answered, or not.
    pub(crate) fn on_report_response(
        &mut self,
        now: Instant,
        call: &mut Call,
        refer: ReferHandle,
        status: Option<StatusCode>,
    ) {
        if status.is_some_and(StatusCode::is_provisional) {
            return;
        }
        let Some(subscription) = call.refers.get_mut(&refer) else { return };
        let last = subscription.delivered();
        let expired = subscription.expired;
        if !status.is_some_and(StatusCode::is_success) {
            // A subscriber that refuses a report wants no more of them (RFC 6665 §4.2.2).
            self.end_refer(call, refer, ReferEnd::Unheard);
        } else if last {
            let end = if expired { ReferEnd::Expired } else { ReferEnd::Reported };
            self.end_refer(call, refer, end);
        } else {
            self.report(now, call, refer);
        }
    }

    /// Subscriptions that have had their time get their last report.
    pub(crate) fn on_refer_time(&mut self, now: Instant, call: &mut Call) {
        let due: Vec<_> = call
            .refers
            .values_mut()
            .filter(|refer| refer.deadline().is_some_and(|at| at <= now))
            .map(|refer| {
                refer.expire();
                refer.handle
            })
            .collect();
        for refer in due {
            self.report(now, call, refer);
        }
    }

    /// Forgets a REFER and says how it ended.
    pub(crate) fn end_refer(&mut self, call: &mut Call, refer: ReferHandle, end: ReferEnd) {
        if let Some(subscription) = call.refers.remove(&refer) {
            self.refers.remove(&refer);
            self.event(Event::ReferEnded { call: subscription.call, refer, end });
        }
    }
}

/// Whether a REFER asks for no subscription (RFC 4488 §4).
fn wants_no_reports(headers: &Headers) -> bool {
    let value = headers.get_str(REFER_SUB).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("false")
}
