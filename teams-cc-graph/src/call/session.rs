//! One live call. Its state, and the probes that notice when its end was never announced.

use std::time::Duration;

use teams_cc_core::{
    CallId, Instant,
    contact::{Direction, LegEvent, LegState},
};

use super::{CallReducer, Input, Output, Refusal};

/// How often a connected call is kept alive. Graph ends one that is not within 45 minutes.
///
/// [Keep alive](https://learn.microsoft.com/graph/api/call-keepalive) asks for 15 minutes.
pub const KEEP_ALIVE_EVERY: Duration = Duration::from_mins(15);

/// How long a call may ring before it is probed: the notification of its end may be lost.
const RINGING_PROBE: Duration = Duration::from_mins(2);

/// How long a call may be about to end before it is probed.
const CLOSING_PROBE: Duration = Duration::from_secs(10);

/// How long to wait after a probe without an answer.
const PROBE_AGAIN: Duration = Duration::from_mins(1);

/// One live call; sans-IO.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) call: CallId,
    pub(super) key: Box<str>,
    reducer: CallReducer,
    probe: Probe,
    pace: Pace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    At(Instant),
    UnderWay,
}

/// What the time of the next probe follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    Ringing,
    Connected,
    Closing,
}

impl Pace {
    fn interval(self) -> Duration {
        match self {
            Self::Ringing => RINGING_PROBE,
            Self::Connected => KEEP_ALIVE_EVERY,
            Self::Closing => CLOSING_PROBE,
        }
    }
}

/// How a probe went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probed {
    /// Graph knows the call.
    Alive,
    /// Graph does not know the call any more.
    Gone,
    /// There was no telling.
    NoAnswer,
}

impl Session {
    pub(super) fn new(now: Instant, call: CallId, key: Box<str>, direction: Direction) -> Self {
        Self {
            call,
            key,
            reducer: CallReducer::new(direction),
            probe: Probe::At(now + RINGING_PROBE),
            pace: Pace::Ringing,
        }
    }

    pub(super) fn handle_input(&mut self, now: Instant, input: Input) -> Result<(), Refusal> {
        self.reducer.handle_input(now, input)?;
        let pace = match self.reducer.state() {
            _ if self.reducer.is_closing() => Pace::Closing,
            LegState::Ringing => Pace::Ringing,
            _ => Pace::Connected,
        };
        if pace != self.pace {
            self.pace = pace;
            if self.probe != Probe::UnderWay {
                self.probe = Probe::At(now + pace.interval());
            }
        }
        Ok(())
    }

    /// Whether a probe is due; it counts as under way from here on.
    pub(super) fn take_probe(&mut self, now: Instant) -> bool {
        let due = matches!(self.probe, Probe::At(at) if at <= now);
        if due {
            self.probe = Probe::UnderWay;
        }
        due
    }

    pub(super) fn probed(&mut self, now: Instant, probed: Probed) {
        let wait = match probed {
            Probed::Alive => self.pace.interval().max(PROBE_AGAIN),
            Probed::NoAnswer => PROBE_AGAIN,
            // The session is over by this input, and with it its probes.
            Probed::Gone => {
                let _ = self.reducer.handle_input(now, Input::Gone);
                return;
            }
        };
        self.probe = Probe::At(now + wait);
    }

    pub(super) fn poll_event(&mut self) -> Option<LegEvent> {
        match self.reducer.poll_output() {
            Output::Event(event) => Some(event),
            Output::Timeout(_) => None,
        }
    }

    /// When to come back; valid once the events are drained.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let probe = match self.probe {
            Probe::At(at) => Some(at),
            Probe::UnderWay => None,
        };
        self.reducer.deadline().into_iter().chain(probe).min()
    }

    pub(super) fn state(&self) -> LegState {
        self.reducer.state()
    }

    pub(super) fn ignored(&self) -> u64 {
        self.reducer.ignored()
    }
}
