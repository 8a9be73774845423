//! Non-INVITE server transaction, RFC 3261 §17.2.2.

use teams_cc_core::Instant;

use super::{Send, Step, Tell, Timers};

/// Where a non-INVITE server transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the states are those of RFC 3261")]
pub enum ServerState {
    /// Nothing has been sent.
    Trying,
    /// A provisional response has been sent.
    Proceeding,
    /// The final response has been sent and is repeated on demand.
    Completed,
    /// Over: to be forgotten.
    Terminated,
}

/// The server side of any request but INVITE and ACK.
///
/// | state | event | send | tell | next |
/// |---|---|---|---|---|
/// | Trying, Proceeding | 1xx from the user | response | | Proceeding |
/// | Trying, Proceeding | 200–699 from the user | response | | Completed, J starts |
/// | Trying | request again | | | Trying |
/// | Proceeding, Completed | request again | response | | the same |
/// | Trying | timer E of the client would reach T2 | 100 | | Proceeding |
/// | Trying, Proceeding | 64 × T1 | | timed out | Terminated |
/// | Completed | timer J | | | Terminated |
/// | any but Terminated | transport error | | unreachable | the same |
///
/// Every other pair changes nothing. RFC 3261 lets a user think for ever; here it has as long as
/// the client waits, after which nobody listens any more and nothing is sent (RFC 4320 §4.2). 100
/// leaves by itself when the client would else go on to ask every T2 (§4.1). A transport error
/// does not end the transaction: the response may be sent another way.
#[derive(Clone, Debug)]
pub struct Server {
    state: ServerState,
    timers: Timers,
    reliable: bool,
    trying_at: Option<Instant>,
    end_at: Option<Instant>,
}

impl Server {
    /// Starts the transaction for a request that has just come.
    #[must_use]
    pub fn new(now: Instant, timers: Timers, reliable: bool) -> Self {
        Self {
            state: ServerState::Trying,
            timers,
            reliable,
            trying_at: Some(now + timers.until_t2()),
            end_at: Some(now + timers.limit()),
        }
    }

    /// The user responds with this status. Nothing is sent where no response is due any more.
    pub fn on_respond(&mut self, now: Instant, status: u16) -> Step {
        self.trying_at = None;
        match (self.state, status) {
            (ServerState::Trying | ServerState::Proceeding, ..200) => {
                self.state = ServerState::Proceeding;
                Step::send(Send::Response)
            }
            (ServerState::Trying | ServerState::Proceeding, _) => {
                let wait = self.timers.replay_wait(self.reliable);
                if wait.is_zero() {
                    self.terminate();
                } else {
                    self.state = ServerState::Completed;
                    self.end_at = Some(now + wait);
                }
                Step::send(Send::Response)
            }
            _ => Step::NOTHING,
        }
    }

    /// The request came again.
    pub fn on_repeat(&mut self) -> Step {
        match self.state {
            ServerState::Proceeding | ServerState::Completed => Step::send(Send::Response),
            ServerState::Trying | ServerState::Terminated => Step::NOTHING,
        }
    }

    /// Time has passed.
    pub fn on_time(&mut self, now: Instant) -> Step {
        if self.end_at.is_none_or(|at| at > now) {
            let quiet = self.state == ServerState::Trying;
            if self.trying_at.take_if(|at| *at <= now).is_some() && quiet {
                self.state = ServerState::Proceeding;
                return Step::send(Send::Trying);
            }
            return Step::NOTHING;
        }
        let unanswered = self.state != ServerState::Completed;
        self.terminate();
        if unanswered { Step::tell(Tell::TimedOut) } else { Step::NOTHING }
    }

    /// The transport could not deliver the last response.
    pub fn on_unreachable(&mut self) -> Step {
        match self.state {
            ServerState::Terminated => Step::NOTHING,
            _ => Step::tell(Tell::Unreachable),
        }
    }

    /// When [`Server::on_time`] wants to be called next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        super::earliest(self.trying_at, self.end_at)
    }

    /// Where the transaction stands.
    #[must_use]
    pub fn state(&self) -> ServerState {
        self.state
    }

    fn terminate(&mut self) {
        self.state = ServerState::Terminated;
        self.trying_at = None;
        self.end_at = None;
    }
}

#[cfg(test)]
mod tests {
    use ServerState::{Completed, Proceeding, Terminated, Trying};

    use super::*;

    fn at(state: ServerState) -> Server {
        let mut server = Server::new(Instant::ZERO, Timers::default(), false);
        match state {
            Trying => {}
            Proceeding => {
                server.on_respond(Instant::ZERO, 100);
            }
            Completed => {
                server.on_respond(Instant::ZERO, 200);
            }
            Terminated => {
                server.on_time(Instant::from_secs(32));
            }
        }
        assert_eq!(server.state(), state);
        server
    }

    #[test]
    fn every_event_in_every_state_does_what_the_table_says() {
        let sent = Step::send(Send::Response);
        let gone = Step::tell(Tell::Unreachable);
        let none = Step::NOTHING;
        for (state, early, next, last, repeat, broken) in [
            (Trying, sent, Proceeding, sent, none, gone),
            (Proceeding, sent, Proceeding, sent, sent, gone),
            (Completed, none, Completed, none, sent, gone),
            (Terminated, none, Terminated, none, none, none),
        ] {
            let mut server = at(state);
            assert_eq!(server.on_respond(Instant::ZERO, 182), early, "{state:?}");
            assert_eq!(server.state(), next, "{state:?}");
            assert_eq!(at(state).on_respond(Instant::ZERO, 500), last, "{state:?}");
            assert_eq!(at(state).on_repeat(), repeat, "{state:?}");
            assert_eq!(at(state).on_unreachable(), broken, "{state:?}");
        }
    }

    #[test]
    fn a_request_nobody_answers_ends_after_64_t1() {
        for state in [Trying, Proceeding] {
            let mut server = at(state);
            server.on_time(Instant::from_secs(5));
            assert_eq!(server.on_time(Instant::from_millis(31_999)), Step::NOTHING);
            assert_eq!(server.on_time(Instant::from_secs(32)), Step::tell(Tell::TimedOut));
            assert_eq!(server.state(), Terminated);
        }
    }

    /// RFC 4320 §4.1.
    #[test]
    fn a_request_that_takes_long_gets_100_once_and_not_before_its_client_slows_down() {
        for reliable in [false, true] {
            let mut server = Server::new(Instant::ZERO, Timers::default(), reliable);
            assert_eq!(server.on_time(Instant::from_millis(3_499)), Step::NOTHING);
            assert_eq!(server.deadline(), Some(Instant::from_millis(3_500)));
            assert_eq!(server.on_time(Instant::from_millis(3_500)), Step::send(Send::Trying));
            assert_eq!(server.state(), Proceeding);
            assert_eq!(server.on_time(Instant::from_secs(10)), Step::NOTHING);
        }
        let mut quick = at(Trying);
        quick.on_respond(Instant::from_secs(1), 200);
        assert_eq!(quick.on_time(Instant::from_secs(5)), Step::NOTHING);
    }

    #[test]
    fn a_final_response_is_repeated_on_demand_for_64_t1_over_datagrams_only() {
        let mut server = at(Trying);
        server.on_respond(Instant::from_secs(10), 200);
        assert_eq!(server.deadline(), Some(Instant::from_secs(42)));
        assert_eq!(server.on_time(Instant::from_secs(42)), Step::NOTHING);
        assert_eq!(server.state(), Terminated);
        let mut stream = Server::new(Instant::ZERO, Timers::default(), true);
        stream.on_respond(Instant::ZERO, 200);
        assert_eq!(stream.state(), Terminated);
    }
}
