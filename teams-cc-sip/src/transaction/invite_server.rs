//! INVITE server transaction, RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1.

use std::time::Duration;

use teams_cc_core::Instant;

use super::{Send, Step, Tell, Timers};

/// Where an INVITE server transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the states are those of RFC 6026")]
pub enum InviteServerState {
    /// No final response has been sent.
    Proceeding,
    /// Refused, waiting for the ACK.
    Completed,
    /// Refused and acknowledged; late ACKs are absorbed.
    Confirmed,
    /// Answered; repeated INVITEs are absorbed.
    Accepted,
    /// Over: to be forgotten.
    Terminated,
}

/// The server side of an INVITE.
///
/// | state | event | send | tell | next |
/// |---|---|---|---|---|
/// | Proceeding | 1xx from the user | response | | Proceeding |
/// | Proceeding | 2xx from the user | response | | Accepted, L starts |
/// | Proceeding | 300–699 from the user | response | | Completed, G (datagrams) and H start |
/// | Proceeding | INVITE again | response, if any | | Proceeding |
/// | Completed | INVITE again | response | | Completed |
/// | Completed | timer G | response | | Completed, G doubles up to T2 |
/// | Completed | timer H | | timed out | Terminated |
/// | Completed | ACK | | | Confirmed, I starts |
/// | Confirmed | ACK, INVITE again | | | Confirmed |
/// | Confirmed | timer I | | | Terminated |
/// | Accepted | 2xx from the user | response | | Accepted |
/// | Accepted | ACK | | message | Accepted |
/// | Accepted | INVITE again | | | Accepted |
/// | Accepted | timer L | | | Terminated |
/// | Proceeding, Completed, Accepted | transport error | | unreachable | the same |
///
/// Every other pair changes nothing. A transport error does not end the transaction (RFC 6026
/// §7.1): the response may be sent another way.
#[derive(Clone, Debug)]
pub struct InviteServer {
    state: InviteServerState,
    timers: Timers,
    reliable: bool,
    responded: bool,
    interval: Duration,
    resend_at: Option<Instant>,
    end_at: Option<Instant>,
}

impl InviteServer {
    /// Starts the transaction for an INVITE that has just come.
    #[must_use]
    pub fn new(timers: Timers, reliable: bool) -> Self {
        Self {
            state: InviteServerState::Proceeding,
            timers,
            reliable,
            responded: false,
            interval: timers.t1,
            resend_at: None,
            end_at: None,
        }
    }

    /// The user responds with this status. Nothing is sent where no response is due any more.
    pub fn on_respond(&mut self, now: Instant, status: u16) -> Step {
        match (self.state, status) {
            (InviteServerState::Proceeding, ..200) | (InviteServerState::Accepted, 200..300) => {}
            (InviteServerState::Proceeding, 200..300) => {
                self.enter(InviteServerState::Accepted, None, Some(now + self.timers.limit()));
            }
            (InviteServerState::Proceeding, _) => {
                let resend = (!self.reliable).then(|| now + self.timers.t1);
                self.enter(InviteServerState::Completed, resend, Some(now + self.timers.limit()));
            }
            _ => return Step::NOTHING,
        }
        self.responded = true;
        Step::send(Send::Response)
    }

    /// The INVITE came again.
    pub fn on_repeat(&mut self) -> Step {
        match self.state {
            InviteServerState::Proceeding if self.responded => Step::send(Send::Response),
            InviteServerState::Completed => Step::send(Send::Response),
            _ => Step::NOTHING,
        }
    }

    /// An ACK with this transaction's branch came.
    pub fn on_ack(&mut self, now: Instant) -> Step {
        match self.state {
            InviteServerState::Completed => {
                let linger = self.timers.linger(self.reliable);
                if linger.is_zero() {
                    self.enter(InviteServerState::Terminated, None, None);
                } else {
                    self.enter(InviteServerState::Confirmed, None, Some(now + linger));
                }
                Step::NOTHING
            }
            InviteServerState::Accepted => Step::tell(Tell::Message),
            _ => Step::NOTHING,
        }
    }

    /// Time has passed.
    pub fn on_time(&mut self, now: Instant) -> Step {
        if self.end_at.is_some_and(|at| at <= now) {
            let unacknowledged = self.state == InviteServerState::Completed;
            self.enter(InviteServerState::Terminated, None, None);
            return if unacknowledged { Step::tell(Tell::TimedOut) } else { Step::NOTHING };
        }
        if self.resend_at.is_some_and(|at| at <= now) {
            self.interval = self.timers.back_off(self.interval);
            self.resend_at = Some(now + self.interval);
            return Step::send(Send::Response);
        }
        Step::NOTHING
    }

    /// The transport could not deliver the last response.
    pub fn on_unreachable(&mut self) -> Step {
        match self.state {
            InviteServerState::Confirmed | InviteServerState::Terminated => Step::NOTHING,
            _ => Step::tell(Tell::Unreachable),
        }
    }

    /// When [`InviteServer::on_time`] wants to be called next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        super::earliest(self.resend_at, self.end_at)
    }

    /// Where the transaction stands.
    #[must_use]
    pub fn state(&self) -> InviteServerState {
        self.state
    }

    fn enter(
        &mut self,
        state: InviteServerState,
        resend_at: Option<Instant>,
        end_at: Option<Instant>,
    ) {
        self.state = state;
        self.resend_at = resend_at;
        self.end_at = end_at;
    }
}

#[cfg(test)]
mod tests {
    use InviteServerState::{Accepted, Completed, Confirmed, Proceeding, Terminated};

    use super::*;
    use crate::transaction::testing::wake_times;

    fn at(state: InviteServerState) -> InviteServer {
        let mut server = InviteServer::new(Timers::default(), false);
        match state {
            Proceeding => {}
            Completed => {
                server.on_respond(Instant::ZERO, 486);
            }
            Confirmed => {
                server.on_respond(Instant::ZERO, 486);
                server.on_ack(Instant::ZERO);
            }
            Accepted => {
                server.on_respond(Instant::ZERO, 200);
            }
            Terminated => {
                server.on_respond(Instant::ZERO, 200);
                server.on_time(Instant::from_secs(32));
            }
        }
        assert_eq!(server.state(), state);
        server
    }

    #[test]
    fn an_unacknowledged_refusal_is_repeated_up_to_t2_and_given_up_after_64_t1() {
        let mut server = at(Completed);
        let seen = wake_times(&mut server);
        let sends: Vec<_> =
            seen.iter().filter(|(_, s)| s.send.is_some()).map(|(t, _)| *t).collect();
        assert_eq!(sends, [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
        assert_eq!(seen.last(), Some(&(32_000, Step::tell(Tell::TimedOut))));
        assert_eq!(server.state(), Terminated);
    }

    #[test]
    fn responses_are_sent_only_while_one_is_due() {
        let sent = Step::send(Send::Response);
        for (state, status, step, next) in [
            (Proceeding, 100, sent, Proceeding),
            (Proceeding, 183, sent, Proceeding),
            (Proceeding, 200, sent, Accepted),
            (Proceeding, 302, sent, Completed),
            (Proceeding, 603, sent, Completed),
            (Completed, 180, Step::NOTHING, Completed),
            (Completed, 200, Step::NOTHING, Completed),
            (Completed, 486, Step::NOTHING, Completed),
            (Confirmed, 200, Step::NOTHING, Confirmed),
            (Accepted, 180, Step::NOTHING, Accepted),
            (Accepted, 200, sent, Accepted),
            (Accepted, 486, Step::NOTHING, Accepted),
            (Terminated, 200, Step::NOTHING, Terminated),
        ] {
            let mut server = at(state);
            assert_eq!(server.on_respond(Instant::ZERO, status), step, "{state:?} {status}");
            assert_eq!(server.state(), next, "{state:?} {status}");
        }
    }

    #[test]
    fn repeated_invites_and_acks_do_what_the_table_says() {
        let sent = Step::send(Send::Response);
        for (state, repeat, ack, after_ack) in [
            (Proceeding, Step::NOTHING, Step::NOTHING, Proceeding),
            (Completed, sent, Step::NOTHING, Confirmed),
            (Confirmed, Step::NOTHING, Step::NOTHING, Confirmed),
            (Accepted, Step::NOTHING, Step::tell(Tell::Message), Accepted),
            (Terminated, Step::NOTHING, Step::NOTHING, Terminated),
        ] {
            let mut server = at(state);
            assert_eq!(server.on_repeat(), repeat, "{state:?}");
            assert_eq!(server.state(), state);
            assert_eq!(server.on_ack(Instant::ZERO), ack, "{state:?}");
            assert_eq!(server.state(), after_ack);
        }
        let mut rung = at(Proceeding);
        rung.on_respond(Instant::ZERO, 180);
        assert_eq!(rung.on_repeat(), sent);
    }

    #[test]
    fn an_acknowledged_refusal_lingers_for_t4_and_not_at_all_on_a_stream() {
        let mut server = at(Confirmed);
        assert_eq!(server.deadline(), Some(Instant::from_secs(5)));
        assert_eq!(server.on_time(Instant::from_secs(5)), Step::NOTHING);
        assert_eq!(server.state(), Terminated);
        let mut stream = InviteServer::new(Timers::default(), true);
        stream.on_respond(Instant::ZERO, 486);
        assert_eq!(stream.deadline(), Some(Instant::from_secs(32)));
        stream.on_ack(Instant::ZERO);
        assert_eq!(stream.state(), Terminated);
    }

    #[test]
    fn a_transport_error_is_told_and_ends_nothing() {
        for (state, step) in [
            (Proceeding, Step::tell(Tell::Unreachable)),
            (Completed, Step::tell(Tell::Unreachable)),
            (Accepted, Step::tell(Tell::Unreachable)),
            (Confirmed, Step::NOTHING),
            (Terminated, Step::NOTHING),
        ] {
            let mut server = at(state);
            assert_eq!(server.on_unreachable(), step, "{state:?}");
            assert_eq!(server.state(), state);
        }
    }

    #[test]
    fn an_answer_is_remembered_for_64_t1() {
        let mut server = at(Accepted);
        assert_eq!(server.deadline(), Some(Instant::from_secs(32)));
        assert_eq!(server.on_time(Instant::from_secs(32)), Step::NOTHING);
        assert_eq!(server.state(), Terminated);
    }
}
