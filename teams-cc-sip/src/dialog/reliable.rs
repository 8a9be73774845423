//! Our reliable provisional responses to one INVITE (RFC 3262 §3).

use std::{collections::VecDeque, time::Duration};

use teams_cc_core::Instant;

use crate::{
    message::{
        Method, Response,
        typed::{RAck, RSeq},
    },
    transaction::TransactionId,
};

/// Responses that wait for the PRACK of one before them; one more is refused to the application.
const WAITING: usize = 8;
/// RFC 3262 §3: the first number is chosen below 2³¹; half of that leaves room to count.
const FIRST: u64 = 1 << 30;

/// Reliable provisional responses to one INVITE. One at a time is on the wire, in order.
#[derive(Debug)]
pub(crate) struct Reliable {
    pub(crate) transaction: TransactionId,
    /// The `CSeq` number of the INVITE.
    number: u32,
    next: u32,
    on_wire: Option<Unconfirmed>,
    waiting: VecDeque<(Response, bool)>,
    /// The 2xx that waits until all are confirmed (§5).
    pub(crate) held: Option<Box<Response>>,
}

/// The response whose PRACK has not come.
#[derive(Debug)]
struct Unconfirmed {
    rseq: u32,
    session: bool,
    interval: Duration,
    /// When it is sent again; nothing once a final response has been sent.
    resend: Option<Instant>,
    limit: Instant,
}

/// What the time of a response means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lapse {
    /// It is sent again.
    Resend,
    /// Nobody confirms it: the INVITE is refused (§3).
    GiveUp,
    /// Nothing is due.
    Nothing,
}

impl Reliable {
    /// The responses to the INVITE of a transaction; `random` chooses the first number.
    pub(crate) fn new(transaction: TransactionId, number: u32, random: u64) -> Self {
        Self {
            transaction,
            number,
            next: u32::try_from(random % FIRST).unwrap_or(0) + 1,
            on_wire: None,
            waiting: VecDeque::new(),
            held: None,
        }
    }

    /// Whether another response finds room.
    pub(crate) fn has_room(&self) -> bool {
        self.waiting.len() < WAITING
    }

    /// Queues a response.
    pub(crate) fn push(&mut self, response: Response, session: bool) {
        self.waiting.push_back((response, session));
    }

    /// The next response with its number, if the wire is free.
    pub(crate) fn due(&mut self, now: Instant, t1: Duration, limit: Duration) -> Option<Response> {
        if self.on_wire.is_some() {
            return None;
        }
        let (mut response, session) = self.waiting.pop_front()?;
        let rseq = self.next;
        self.next = self.next.saturating_add(1);
        response.headers_mut().set_typed(&RSeq::new(rseq));
        let (resend, limit) = (Some(now + t1), now + limit);
        self.on_wire = Some(Unconfirmed { rseq, session, interval: t1, resend, limit });
        Some(response)
    }

    /// Whether this PRACK confirms the response on the wire, which it then has done.
    pub(crate) fn confirm(&mut self, rack: &RAck) -> bool {
        let fits = self.on_wire.as_ref().is_some_and(|sent| sent.rseq == rack.rseq)
            && rack.cseq.number == self.number
            && rack.cseq.method == Method::Invite;
        if fits {
            self.on_wire = None;
        }
        fits
    }

    /// Whether a 2xx must wait: a session description is not confirmed (§5).
    pub(crate) fn holds(&self) -> bool {
        self.on_wire.as_ref().is_some_and(|sent| sent.session)
            || self.waiting.iter().any(|(_, session)| *session)
    }

    /// Whether nothing is on the wire and nothing waits to be.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.on_wire.is_none() && self.waiting.is_empty()
    }

    /// A final response was sent: nothing is sent again, and a late PRACK is still known.
    pub(crate) fn finish(&mut self) {
        self.waiting.clear();
        self.held = None;
        if let Some(sent) = &mut self.on_wire {
            sent.resend = None;
        }
    }

    /// Time has passed: the interval doubles, without the bound that requests have (§3).
    pub(crate) fn on_time(&mut self, now: Instant) -> Lapse {
        let Some(sent) = &mut self.on_wire else { return Lapse::Nothing };
        let Some(resend) = sent.resend else { return Lapse::Nothing };
        if sent.limit <= now {
            self.finish();
            return Lapse::GiveUp;
        }
        if resend > now {
            return Lapse::Nothing;
        }
        sent.interval = sent.interval.saturating_mul(2);
        sent.resend = Some(now + sent.interval);
        Lapse::Resend
    }

    /// When [`Reliable::on_time`] wants to be called next.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let sent = self.on_wire.as_ref()?;
        sent.resend.map(|resend| resend.min(sent.limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{CSeq, StatusCode};

    const T1: Duration = Duration::from_millis(500);
    const LIMIT: Duration = Duration::from_secs(32);

    fn reliable() -> Reliable {
        Reliable::new(TransactionId(1), 7, u64::MAX)
    }

    fn send(reliable: &mut Reliable, now: Instant) -> Option<u32> {
        let sent = reliable.due(now, T1, LIMIT)?;
        Some(sent.headers().required::<RSeq>().unwrap().get())
    }

    #[test]
    fn responses_leave_one_at_a_time_with_growing_numbers() {
        let mut ours = reliable();
        for _ in 0..WAITING {
            assert!(ours.has_room());
            ours.push(Response::new(StatusCode::RINGING), false);
        }
        assert!(!ours.has_room());
        let first = send(&mut ours, Instant::ZERO).unwrap();
        assert!(first <= 1 << 30);
        assert_eq!(send(&mut ours, Instant::ZERO), None);
        let invite = |number| CSeq::new(number, Method::Invite);
        for (rack, fits) in [
            (RAck::new(first + 1, invite(7)), false),
            (RAck::new(first, invite(8)), false),
            (RAck::new(first, CSeq::new(7, Method::Update)), false),
            (RAck::new(first, invite(7)), true),
            (RAck::new(first, invite(7)), false),
        ] {
            assert_eq!(ours.confirm(&rack), fits, "{rack:?}");
        }
        assert_eq!(send(&mut ours, Instant::ZERO), Some(first + 1));
    }

    #[test]
    fn an_unconfirmed_response_is_sent_again_with_doubled_intervals_and_given_up_after_64_t1() {
        let mut ours = reliable();
        ours.push(Response::new(StatusCode::RINGING), false);
        send(&mut ours, Instant::ZERO);
        let mut seen = Vec::new();
        while let Some(at) = ours.deadline() {
            seen.push((at.as_millis(), ours.on_time(at)));
        }
        let resent: Vec<_> =
            seen.iter().filter(|(_, l)| *l == Lapse::Resend).map(|(t, _)| *t).collect();
        assert_eq!(resent, [500, 1500, 3500, 7500, 15_500, 31_500]);
        assert_eq!(seen.last(), Some(&(32_000, Lapse::GiveUp)));
    }

    #[test]
    fn an_answer_waits_only_for_unconfirmed_sessions() {
        for (session, holds) in [(false, false), (true, true)] {
            let mut ours = reliable();
            ours.push(Response::new(StatusCode::SESSION_PROGRESS), session);
            assert_eq!(ours.holds(), holds);
            let rseq = send(&mut ours, Instant::ZERO).unwrap();
            assert_eq!(ours.holds(), holds);
            assert!(ours.confirm(&RAck::new(rseq, CSeq::new(7, Method::Invite))));
            assert!(!ours.holds() && ours.on_wire.is_none());
        }
    }
}
