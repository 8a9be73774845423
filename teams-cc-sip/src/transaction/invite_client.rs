//! INVITE client transaction, RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2.

use std::time::Duration;

use teams_cc_core::Instant;

use super::{Send, Step, Tell, Timers};

/// Where an INVITE client transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the states are those of RFC 6026")]
pub enum InviteClientState {
    /// The INVITE is out, nothing has come back.
    Calling,
    /// A provisional response has come.
    Proceeding,
    /// A refusal has come and is being acknowledged.
    Completed,
    /// A 2xx has come; more of them may follow from other branches.
    Accepted,
    /// Over: to be forgotten.
    Terminated,
}

/// The client side of an INVITE.
///
/// | state | event | send | tell | next |
/// |---|---|---|---|---|
/// | Calling | timer A (datagrams) | INVITE | | Calling, A doubles |
/// | Calling | timer B | | timed out | Terminated |
/// | Calling | transport error | | unreachable | Terminated |
/// | Calling, Proceeding | 1xx | | message | Proceeding |
/// | Calling, Proceeding | 2xx | | message | Accepted, M starts |
/// | Calling, Proceeding | 300–699 | ACK | message | Completed, D starts |
/// | Proceeding | transport error | | | Proceeding |
/// | Calling | connection lost | | timed out | Terminated |
/// | Proceeding, 100 only | connection lost | | timed out | Terminated |
/// | Completed | 300–699 | ACK | | Completed |
/// | Completed | transport error | | unreachable | Terminated |
/// | Completed | timer D | | | Terminated |
/// | Accepted | 2xx | | message | Accepted |
/// | Accepted | timer M | | | Terminated |
///
/// Every other pair changes nothing. How long a call may stay in Proceeding is not the
/// transaction's business; the endpoint bounds it.
#[derive(Clone, Debug)]
pub struct InviteClient {
    state: InviteClientState,
    timers: Timers,
    reliable: bool,
    interval: Duration,
    resend_at: Option<Instant>,
    end_at: Option<Instant>,
    /// Whether more than 100 has come.
    progressed: bool,
}

impl InviteClient {
    /// Starts the transaction: the INVITE is to be sent now.
    #[must_use]
    pub fn new(now: Instant, timers: Timers, reliable: bool) -> (Self, Step) {
        let client = Self {
            state: InviteClientState::Calling,
            timers,
            reliable,
            interval: timers.t1,
            resend_at: (!reliable).then(|| now + timers.t1),
            end_at: Some(now + timers.limit()),
            progressed: false,
        };
        (client, Step::send(Send::Request))
    }

    /// A response with this status came.
    pub fn on_response(&mut self, now: Instant, status: u16) -> Step {
        use InviteClientState::{Accepted, Calling, Completed, Proceeding, Terminated};
        self.progressed |= status > 100;
        match (self.state, status) {
            (Calling | Proceeding, ..200) => {
                self.enter(Proceeding, None);
                Step::tell(Tell::Message)
            }
            (Calling | Proceeding, 200..300) => {
                self.enter(Accepted, Some(now + self.timers.limit()));
                Step::tell(Tell::Message)
            }
            (Calling | Proceeding, _) => {
                let wait = self.timers.refusal_wait(self.reliable);
                if wait.is_zero() {
                    self.enter(Terminated, None);
                } else {
                    self.enter(Completed, Some(now + wait));
                }
                Step::send(Send::Ack).and_tell(Tell::Message)
            }
            (Completed, 300..) => Step::send(Send::Ack),
            (Accepted, 200..300) => Step::tell(Tell::Message),
            _ => Step::NOTHING,
        }
    }

    /// Time has passed.
    pub fn on_time(&mut self, now: Instant) -> Step {
        if self.end_at.is_some_and(|at| at <= now) {
            let unanswered = self.state == InviteClientState::Calling;
            self.enter(InviteClientState::Terminated, None);
            return if unanswered { Step::tell(Tell::TimedOut) } else { Step::NOTHING };
        }
        if self.resend_at.is_some_and(|at| at <= now) {
            // Timer A doubles without the cap of T2 (RFC 3261 §17.1.1.2).
            self.interval = self.interval.saturating_mul(2);
            self.resend_at = Some(now + self.interval);
            return Step::send(Send::Request);
        }
        Step::NOTHING
    }

    /// The transport could not deliver the last message.
    pub fn on_unreachable(&mut self) -> Step {
        match self.state {
            InviteClientState::Calling | InviteClientState::Completed => {
                self.enter(InviteClientState::Terminated, None);
                Step::tell(Tell::Unreachable)
            }
            _ => Step::NOTHING,
        }
    }

    /// The connection that the INVITE went out on is gone, and its responses with it.
    ///
    /// Where the party was already alerted, the call is left to its own time limit.
    pub fn on_connection_lost(&mut self) -> Step {
        match self.state {
            InviteClientState::Calling | InviteClientState::Proceeding if !self.progressed => {
                self.enter(InviteClientState::Terminated, None);
                Step::tell(Tell::TimedOut)
            }
            _ => Step::NOTHING,
        }
    }

    /// When [`InviteClient::on_time`] wants to be called next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        super::earliest(self.resend_at, self.end_at)
    }

    /// Where the transaction stands.
    #[must_use]
    pub fn state(&self) -> InviteClientState {
        self.state
    }

    fn enter(&mut self, state: InviteClientState, end_at: Option<Instant>) {
        self.state = state;
        self.resend_at = None;
        self.end_at = end_at;
    }
}

#[cfg(test)]
mod tests {
    use InviteClientState::{Accepted, Calling, Completed, Proceeding, Terminated};

    use super::*;
    use crate::transaction::testing::wake_times;

    fn start(reliable: bool) -> InviteClient {
        InviteClient::new(Instant::ZERO, Timers::default(), reliable).0
    }

    fn at(state: InviteClientState) -> InviteClient {
        let mut client = start(false);
        let status = match state {
            Calling => return client,
            Proceeding => 180,
            Completed => 486,
            Accepted => 200,
            Terminated => {
                client.on_unreachable();
                return client;
            }
        };
        client.on_response(Instant::ZERO, status);
        assert_eq!(client.state(), state);
        client
    }

    #[test]
    fn an_unanswered_invite_is_repeated_at_doubling_intervals_and_given_up_after_64_t1() {
        let mut client = start(false);
        let seen = wake_times(&mut client);
        let sends: Vec<_> =
            seen.iter().filter(|(_, s)| s.send.is_some()).map(|(t, _)| *t).collect();
        assert_eq!(sends, [500, 1500, 3500, 7500, 15_500, 31_500]);
        assert_eq!(seen.last(), Some(&(32_000, Step::tell(Tell::TimedOut))));
        assert_eq!(client.state(), Terminated);
    }

    #[test]
    fn a_reliable_transport_never_repeats_an_invite() {
        let mut client = start(true);
        assert_eq!(client.deadline(), Some(Instant::from_secs(32)));
        assert_eq!(client.on_time(Instant::from_secs(31)), Step::NOTHING);
        assert_eq!(client.on_time(Instant::from_secs(32)), Step::tell(Tell::TimedOut));
    }

    #[test]
    fn every_response_in_every_state_does_what_the_table_says() {
        let told = Step::tell(Tell::Message);
        let acked = Step::send(Send::Ack);
        let both = acked.and_tell(Tell::Message);
        for (state, status, step, next) in [
            (Calling, 100, told, Proceeding),
            (Calling, 200, told, Accepted),
            (Calling, 302, both, Completed),
            (Calling, 699, both, Completed),
            (Proceeding, 183, told, Proceeding),
            (Proceeding, 299, told, Accepted),
            (Proceeding, 487, both, Completed),
            (Completed, 180, Step::NOTHING, Completed),
            (Completed, 200, Step::NOTHING, Completed),
            (Completed, 487, acked, Completed),
            (Accepted, 180, Step::NOTHING, Accepted),
            (Accepted, 200, told, Accepted),
            (Accepted, 486, Step::NOTHING, Accepted),
            (Terminated, 100, Step::NOTHING, Terminated),
            (Terminated, 200, Step::NOTHING, Terminated),
            (Terminated, 486, Step::NOTHING, Terminated),
        ] {
            let mut client = at(state);
            assert_eq!(client.on_response(Instant::ZERO, status), step, "{state:?} {status}");
            assert_eq!(client.state(), next, "{state:?} {status}");
        }
    }

    #[test]
    fn a_lost_connection_ends_only_what_has_not_rung() {
        for (statuses, step, next) in [
            (&[][..], Step::tell(Tell::TimedOut), Terminated),
            (&[100], Step::tell(Tell::TimedOut), Terminated),
            (&[100, 180], Step::NOTHING, Proceeding),
            (&[486], Step::NOTHING, Completed),
            (&[200], Step::NOTHING, Accepted),
        ] {
            let mut client = start(true);
            for status in statuses {
                client.on_response(Instant::ZERO, *status);
            }
            let before = client.state();
            let next = if before == Completed || before == Terminated { before } else { next };
            assert_eq!(client.on_connection_lost(), step, "{statuses:?}");
            assert_eq!(client.state(), next, "{statuses:?}");
        }
    }

    #[test]
    fn a_transport_error_ends_only_what_waits_for_the_wire() {
        for (state, step, next) in [
            (Calling, Step::tell(Tell::Unreachable), Terminated),
            (Proceeding, Step::NOTHING, Proceeding),
            (Completed, Step::tell(Tell::Unreachable), Terminated),
            (Accepted, Step::NOTHING, Accepted),
            (Terminated, Step::NOTHING, Terminated),
        ] {
            let mut client = at(state);
            assert_eq!(client.on_unreachable(), step, "{state:?}");
            assert_eq!(client.state(), next, "{state:?}");
        }
    }

    #[test]
    fn final_states_end_silently_at_their_deadline() {
        for state in [Completed, Accepted] {
            let mut client = at(state);
            assert_eq!(client.deadline(), Some(Instant::from_secs(32)));
            assert_eq!(client.on_time(Instant::from_secs(32)), Step::NOTHING);
            assert_eq!(client.state(), Terminated);
            assert_eq!(client.deadline(), None);
        }
        assert_eq!(at(Proceeding).deadline(), None);
        let mut reliable = start(true);
        reliable.on_response(Instant::ZERO, 486);
        assert_eq!(reliable.state(), Terminated);
    }
}
