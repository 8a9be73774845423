//! Non-INVITE client transaction, RFC 3261 §17.1.2.

use std::time::Duration;

use teams_cc_core::Instant;

use super::{Send, Step, Tell, Timers};

/// Where a non-INVITE client transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the states are those of RFC 3261")]
pub enum ClientState {
    /// The request is out, nothing has come back.
    Trying,
    /// A provisional response has come.
    Proceeding,
    /// A final response has come; repeated ones are absorbed.
    Completed,
    /// Over: to be forgotten.
    Terminated,
}

/// The client side of any request but INVITE and ACK.
///
/// | state | event | send | tell | next |
/// |---|---|---|---|---|
/// | Trying | timer E (datagrams) | request | | Trying, E doubles up to T2 |
/// | Proceeding | timer E (datagrams) | request | | Proceeding, E is T2 |
/// | Trying, Proceeding | timer F | | timed out | Terminated |
/// | Trying, Proceeding | transport error | | unreachable | Terminated |
/// | Trying, Proceeding | 1xx | | message | Proceeding |
/// | Trying, Proceeding | 200–699 | | message | Completed, K starts |
/// | Completed | timer K | | | Terminated |
///
/// Every other pair changes nothing.
#[derive(Clone, Debug)]
pub struct Client {
    state: ClientState,
    timers: Timers,
    reliable: bool,
    interval: Duration,
    resend_at: Option<Instant>,
    end_at: Option<Instant>,
}

impl Client {
    /// Starts the transaction: the request is to be sent now.
    #[must_use]
    pub fn new(now: Instant, timers: Timers, reliable: bool) -> (Self, Step) {
        let client = Self {
            state: ClientState::Trying,
            timers,
            reliable,
            interval: timers.t1,
            resend_at: (!reliable).then(|| now + timers.t1),
            end_at: Some(now + timers.limit()),
        };
        (client, Step::send(Send::Request))
    }

    /// A response with this status came.
    pub fn on_response(&mut self, now: Instant, status: u16) -> Step {
        match (self.state, status) {
            (ClientState::Trying | ClientState::Proceeding, ..200) => {
                self.state = ClientState::Proceeding;
                Step::tell(Tell::Message)
            }
            (ClientState::Trying | ClientState::Proceeding, _) => {
                let linger = self.timers.linger(self.reliable);
                self.resend_at = None;
                if linger.is_zero() {
                    self.terminate();
                } else {
                    self.state = ClientState::Completed;
                    self.end_at = Some(now + linger);
                }
                Step::tell(Tell::Message)
            }
            _ => Step::NOTHING,
        }
    }

    /// Time has passed.
    pub fn on_time(&mut self, now: Instant) -> Step {
        if self.end_at.is_some_and(|at| at <= now) {
            let unanswered = self.state != ClientState::Completed;
            self.terminate();
            return if unanswered { Step::tell(Tell::TimedOut) } else { Step::NOTHING };
        }
        if self.resend_at.is_some_and(|at| at <= now) {
            self.interval = if self.state == ClientState::Proceeding {
                self.timers.t2
            } else {
                self.timers.back_off(self.interval)
            };
            self.resend_at = Some(now + self.interval);
            return Step::send(Send::Request);
        }
        Step::NOTHING
    }

    /// The transport could not deliver the request.
    pub fn on_unreachable(&mut self) -> Step {
        match self.state {
            ClientState::Trying | ClientState::Proceeding => {
                self.terminate();
                Step::tell(Tell::Unreachable)
            }
            ClientState::Completed | ClientState::Terminated => Step::NOTHING,
        }
    }

    /// When [`Client::on_time`] wants to be called next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        super::earliest(self.resend_at, self.end_at)
    }

    /// Where the transaction stands.
    #[must_use]
    pub fn state(&self) -> ClientState {
        self.state
    }

    fn terminate(&mut self) {
        self.state = ClientState::Terminated;
        self.resend_at = None;
        self.end_at = None;
    }
}

#[cfg(test)]
mod tests {
    use ClientState::{Completed, Proceeding, Terminated, Trying};

    use super::*;
    use crate::transaction::testing::wake_times;

    fn at(state: ClientState) -> Client {
        let mut client = Client::new(Instant::ZERO, Timers::default(), false).0;
        match state {
            Trying => {}
            Proceeding => {
                client.on_response(Instant::ZERO, 100);
            }
            Completed => {
                client.on_response(Instant::ZERO, 200);
            }
            Terminated => {
                client.on_unreachable();
            }
        }
        assert_eq!(client.state(), state);
        client
    }

    #[test]
    fn an_unanswered_request_is_repeated_up_to_t2_and_given_up_after_64_t1() {
        let mut client = at(Trying);
        let seen = wake_times(&mut client);
        let sends: Vec<_> =
            seen.iter().filter(|(_, s)| s.send.is_some()).map(|(t, _)| *t).collect();
        assert_eq!(sends, [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
        assert_eq!(seen.last(), Some(&(32_000, Step::tell(Tell::TimedOut))));
    }

    #[test]
    fn after_a_provisional_response_the_request_is_repeated_every_t2() {
        let mut client = at(Proceeding);
        let seen = wake_times(&mut client);
        let sends: Vec<_> =
            seen.iter().filter(|(_, s)| s.send.is_some()).map(|(t, _)| *t).collect();
        assert_eq!(sends, [500, 4500, 8500, 12_500, 16_500, 20_500, 24_500, 28_500]);
        assert_eq!(seen.last(), Some(&(32_000, Step::tell(Tell::TimedOut))));
    }

    #[test]
    fn every_response_in_every_state_does_what_the_table_says() {
        let told = Step::tell(Tell::Message);
        for (state, status, step, next) in [
            (Trying, 100, told, Proceeding),
            (Trying, 200, told, Completed),
            (Trying, 699, told, Completed),
            (Proceeding, 182, told, Proceeding),
            (Proceeding, 404, told, Completed),
            (Completed, 100, Step::NOTHING, Completed),
            (Completed, 200, Step::NOTHING, Completed),
            (Terminated, 100, Step::NOTHING, Terminated),
            (Terminated, 200, Step::NOTHING, Terminated),
        ] {
            let mut client = at(state);
            assert_eq!(client.on_response(Instant::ZERO, status), step, "{state:?} {status}");
            assert_eq!(client.state(), next, "{state:?} {status}");
        }
    }

    #[test]
    fn a_stream_neither_repeats_nor_lingers() {
        let mut client = Client::new(Instant::ZERO, Timers::default(), true).0;
        assert_eq!(client.deadline(), Some(Instant::from_secs(32)));
        client.on_response(Instant::ZERO, 200);
        assert_eq!(client.state(), Terminated);
    }

    #[test]
    fn a_transport_error_ends_an_unanswered_request() {
        for (state, step, next) in [
            (Trying, Step::tell(Tell::Unreachable), Terminated),
            (Proceeding, Step::tell(Tell::Unreachable), Terminated),
            (Completed, Step::NOTHING, Completed),
            (Terminated, Step::NOTHING, Terminated),
        ] {
            let mut client = at(state);
            assert_eq!(client.on_unreachable(), step, "{state:?}");
            assert_eq!(client.state(), next);
        }
    }

    #[test]
    fn an_answered_request_lingers_for_t4() {
        let mut client = at(Completed);
        assert_eq!(client.deadline(), Some(Instant::from_secs(5)));
        assert_eq!(client.on_time(Instant::from_secs(5)), Step::NOTHING);
        assert_eq!(client.state(), Terminated);
    }
}
