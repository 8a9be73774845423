//! When to ask whether the person has signed in (RFC 8628 §3.5).

use std::time::Duration;

use teams_cc_core::Instant;

/// RFC 8628 §3.5: what `slow_down` adds, for good.
const SLOWER: Duration = Duration::from_secs(5);

/// The least and the longest time between two questions, whatever the endpoint says.
const MIN_INTERVAL: Duration = Duration::from_secs(1);
const MAX_INTERVAL: Duration = Duration::from_mins(1);

/// Decides when to ask. Sans-IO: drain [`poll_output`](Self::poll_output) to a timeout, then wait.
pub(super) struct Poll {
    interval: Duration,
    /// Doubled by every failure in a row, and so again the interval after an answer.
    wait: Duration,
    next: Instant,
    expires: Instant,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Waiting,
    Due,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Time has passed.
    Tick,
    /// The person has not signed in yet.
    Pending,
    /// As `Pending`, and the questions come too fast.
    SlowDown,
    /// No answer came, or one that may pass.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// Ask now, and tell what came of it.
    Ask,
    /// Nobody signed in in time.
    Expired,
    /// Nothing to do until then.
    Timeout(Instant),
}

impl Poll {
    pub(super) fn new(begun: Instant, interval: Duration, expires_in: Duration) -> Self {
        let interval = interval.clamp(MIN_INTERVAL, MAX_INTERVAL);
        Self {
            interval,
            wait: interval,
            next: begun + interval,
            expires: begun + expires_in,
            state: State::Waiting,
        }
    }

    pub(super) fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Tick => {
                if now >= self.expires {
                    self.state = State::Expired;
                } else if now >= self.next {
                    self.state = State::Due;
                }
                return;
            }
            Input::Pending => self.wait = self.interval,
            Input::SlowDown => {
                self.interval = (self.interval + SLOWER).min(MAX_INTERVAL);
                self.wait = self.interval;
            }
            Input::Failed => self.wait = (self.wait * 2).min(MAX_INTERVAL),
        }
        self.next = now + self.wait;
    }

    pub(super) fn poll_output(&mut self) -> Output {
        match self.state {
            State::Waiting => Output::Timeout(self.next.min(self.expires)),
            State::Due => {
                self.state = State::Waiting;
                Output::Ask
            }
            State::Expired => Output::Expired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_at(poll: &mut Poll, answers: &[Input]) -> Vec<u64> {
        let (mut now, mut asked) = (Instant::ZERO, Vec::new());
        let mut answers = answers.iter();
        loop {
            match poll.poll_output() {
                Output::Timeout(at) => {
                    assert!(at > now, "it must not spin");
                    now = at;
                    poll.handle_input(now, Input::Tick);
                }
                Output::Ask => {
                    asked.push(now.since_epoch().as_secs());
                    match answers.next() {
                        Some(answer) => poll.handle_input(now, *answer),
                        None => return asked,
                    }
                }
                Output::Expired => {
                    asked.push(u64::MAX);
                    return asked;
                }
            }
        }
    }

    #[test]
    fn it_asks_at_the_interval_slower_when_told_and_rarer_when_nothing_answers() {
        use Input::{Failed, Pending, SlowDown};
        for (answers, wanted) in [
            (vec![Pending, Pending], vec![5, 10, 15]),
            (vec![SlowDown, Pending, SlowDown], vec![5, 15, 25, 40]),
            (vec![Failed, Failed, Pending], vec![5, 15, 35, 40]),
            (vec![Failed; 6], vec![5, 15, 35, 75, 135, 195, 255]),
        ] {
            let mut poll =
                Poll::new(Instant::ZERO, Duration::from_secs(5), Duration::from_mins(15));
            assert_eq!(asked_at(&mut poll, &answers), wanted, "{answers:?}");
        }
    }

    #[test]
    fn it_ends_with_the_code() {
        let mut poll = Poll::new(Instant::ZERO, Duration::from_secs(5), Duration::from_secs(12));
        assert_eq!(asked_at(&mut poll, &[Input::Pending; 9]), [5, 10, u64::MAX]);
        let mut odd = Poll::new(Instant::ZERO, Duration::ZERO, Duration::from_millis(1500));
        assert_eq!(asked_at(&mut odd, &[Input::Pending; 9]), [1, u64::MAX]);
    }
}
