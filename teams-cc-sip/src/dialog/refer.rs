//! The subscription that a REFER implies, and its reports (RFC 3515 §2.4).

use std::time::Duration;

use bytes::Bytes;
use teams_cc_core::Instant;

use crate::{
    endpoint::{CallHandle, ReferHandle},
    message::{
        ContentType, Headers, ParseError, StatusCode,
        typed::{Event, SubscriptionState},
    },
    transaction::TransactionId,
};

/// One REFER of a peer and how far its reports have come.
///
/// RFC 6665 §4.2.2: one NOTIFY at a time. While one is on the wire only the newest provisional
/// report and the final one wait, so the queue is bounded by two.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) handle: ReferHandle,
    pub(crate) call: CallHandle,
    /// The REFER's own transaction while it waits for our response.
    pub(crate) transaction: Option<TransactionId>,
    /// `id` of the Event header; the first REFER of a dialog needs none.
    id: Option<u32>,
    expires: Option<Instant>,
    on_wire: Option<StatusCode>,
    next: Option<StatusCode>,
    last: Option<StatusCode>,
    /// Whether the peer wants no reports (RFC 4488): they are counted and not sent.
    pub(crate) quiet: bool,
    /// Whether the last report is that time ran out.
    pub(crate) expired: bool,
}

impl Subscription {
    pub(crate) fn new(
        handle: ReferHandle,
        call: CallHandle,
        transaction: TransactionId,
        id: Option<u32>,
    ) -> Self {
        Self {
            handle,
            call,
            transaction: Some(transaction),
            id,
            expires: None,
            on_wire: None,
            next: None,
            last: None,
            quiet: false,
            expired: false,
        }
    }

    /// The REFER is accepted: the first report is due at once (RFC 3515 §2.4.4).
    pub(crate) fn accept(&mut self, now: Instant, lasts: Duration) {
        self.transaction = None;
        self.expires = Some(now + lasts);
        self.next = Some(StatusCode::TRYING);
    }

    /// Whether reports are taken.
    pub(crate) fn is_active(&self) -> bool {
        self.transaction.is_none() && self.last.is_none()
    }

    /// Queues a report.
    pub(crate) fn report(&mut self, status: StatusCode) {
        if status.as_u16() >= 200 {
            // The final report makes the ones that still wait worthless.
            self.last = Some(status);
            self.next = None;
        } else {
            self.next = Some(status);
        }
    }

    /// The report to send now, if the wire is free.
    pub(crate) fn due(&mut self) -> Option<StatusCode> {
        if self.on_wire.is_some() || self.transaction.is_some() {
            return None;
        }
        self.on_wire = self.next.take().or(self.last);
        self.on_wire
    }

    /// The report on the wire was taken; whether it was the final one.
    pub(crate) fn delivered(&mut self) -> bool {
        self.on_wire.take().is_some_and(|status| status.as_u16() >= 200)
    }

    /// Runs out: the last known state becomes the last report.
    pub(crate) fn expire(&mut self) {
        self.expires = None;
        if self.last.is_none() {
            self.expired = true;
            self.report(StatusCode::REQUEST_TIMEOUT);
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.expires
    }

    /// Writes the headers of a report, and its body.
    pub(crate) fn write(
        &self,
        now: Instant,
        status: StatusCode,
        headers: &mut Headers,
    ) -> Result<Bytes, ParseError> {
        let mut event = Event::new("refer")?;
        if let Some(id) = self.id {
            event = event.with_param("id", Some(&id.to_string()))?;
        }
        headers.push_typed(&event);
        let state = if status.as_u16() >= 200 {
            SubscriptionState::new("terminated")?.with_param("reason", Some("noresource"))?
        } else {
            let left = self.expires.map_or(Duration::ZERO, |at| at.since(now)).as_secs();
            SubscriptionState::new("active")?.with_param("expires", Some(&left.to_string()))?
        };
        headers.push_typed(&state);
        headers.push_typed(&ContentType::parse("message/sipfrag;version=2.0")?);
        Ok(sipfrag(status))
    }
}

/// The body of a report: a status line (RFC 3420, RFC 3515 §2.4.5).
fn sipfrag(status: StatusCode) -> Bytes {
    format!("SIP/2.0 {} {}\r\n", status.as_u16(), status.reason()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted() -> Subscription {
        let mut subscription =
            Subscription::new(ReferHandle(1), CallHandle(1), TransactionId(1), None);
        subscription.accept(Instant::ZERO, Duration::from_mins(1));
        subscription
    }

    #[test]
    fn reports_leave_one_at_a_time_and_the_newest_wins() {
        let mut refer = accepted();
        assert_eq!(refer.due(), Some(StatusCode::TRYING));
        refer.report(StatusCode::RINGING);
        refer.report(StatusCode::SESSION_PROGRESS);
        assert_eq!(refer.due(), None);
        assert!(!refer.delivered());
        assert_eq!(refer.due(), Some(StatusCode::SESSION_PROGRESS));
        refer.report(StatusCode::OK);
        assert!(!refer.is_active());
        assert!(!refer.delivered());
        assert_eq!(refer.due(), Some(StatusCode::OK));
        assert!(refer.delivered());
    }

    #[test]
    fn a_subscription_that_runs_out_reports_a_timeout() {
        let mut refer = accepted();
        refer.due();
        refer.delivered();
        assert_eq!(refer.deadline(), Some(Instant::from_secs(60)));
        refer.expire();
        assert_eq!(refer.due(), Some(StatusCode::REQUEST_TIMEOUT));
        assert_eq!(refer.deadline(), None);
    }

    #[test]
    fn a_report_says_how_long_the_subscription_lives_and_when_it_ends() {
        let refer = accepted();
        for (status, state, body) in [
            (StatusCode::RINGING, "active;expires=50", "SIP/2.0 180 Ringing\r\n"),
            (StatusCode::OK, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n"),
        ] {
            let mut headers = Headers::new();
            let written = refer.write(Instant::from_secs(10), status, &mut headers).unwrap();
            assert_eq!(headers.get_str("Event"), Some("refer"));
            assert_eq!(headers.get_str("Subscription-State"), Some(state));
            assert_eq!(headers.get_str("Content-Type"), Some("message/sipfrag;version=2.0"));
            assert_eq!(written, body);
        }
    }
}
