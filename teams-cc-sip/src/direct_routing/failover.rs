//! Which proxy is tried next: `sip`, then `sip2`, then `sip3`.
//!
//! The order is required (Learn, *Plan Direct Routing*). A proxy that answered 503 or could not
//! be reached is held down for a while: it is tried last, yet still tried before a call fails.

use std::time::Duration;

use teams_cc_core::Instant;

/// The longest time a `Retry-After` keeps a proxy at the end of the order.
///
/// A proxy cannot take itself out of service for longer by naming a large number.
pub const MAX_HOLD_DOWN: Duration = Duration::from_mins(5);

/// The proxies of one cloud, as positions in their configured order.
#[derive(Clone, Debug)]
pub struct Failover {
    held_until: Vec<Instant>,
    hold_down: Duration,
}

impl Failover {
    /// As many proxies as configured; a failed one is held down for `hold_down`.
    #[must_use]
    pub fn new(proxies: usize, hold_down: Duration) -> Self {
        Self { held_until: vec![Instant::ZERO; proxies], hold_down: hold_down.min(MAX_HOLD_DOWN) }
    }

    /// Puts a proxy at the end of the order. It stays there for the time it asked for or the
    /// configured one.
    pub fn hold_down(&mut self, now: Instant, proxy: usize, retry_after: Option<Duration>) {
        if let Some(until) = self.held_until.get_mut(proxy) {
            let until_then = now + retry_after.unwrap_or(self.hold_down).min(MAX_HOLD_DOWN);
            *until = (*until).max(until_then);
        }
    }

    /// Puts a proxy back into its place, after it answered.
    pub fn restore(&mut self, proxy: usize) {
        if let Some(until) = self.held_until.get_mut(proxy) {
            *until = Instant::ZERO;
        }
    }

    /// Every proxy once: first those in service, then those held down, each in configured order.
    #[must_use]
    pub fn order(&self, now: Instant) -> Vec<usize> {
        let (held, ready): (Vec<usize>, Vec<usize>) = (0..self.held_until.len())
            .partition(|proxy| self.held_until.get(*proxy).is_some_and(|until| *until > now));
        ready.into_iter().chain(held).collect()
    }
}

/// What follows when an attempt at one proxy did not end in an answered call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attempt {
    /// Try the next proxy and hold this one down.
    Next {
        /// How long, where the proxy said so.
        hold_down: Option<Duration>,
    },
    /// The call has its answer; another proxy would give the same.
    Stop,
}

/// What a final response to an INVITE means for the order of proxies.
///
/// | answer | next |
/// |---|---|
/// | 503 | the next proxy; this one held down for its `Retry-After` |
/// | 408, 504 | the next proxy |
/// | any other, 603 above all | none: the answer is about the call, not about the proxy |
///
/// An INVITE that carries out a transfer is never sent twice, whatever the answer: Teams refuses
/// the second with 404 / 10202 (Learn, *Issues that affect call transfers*).
#[must_use]
pub fn after_response(status: u16, retry_after: Option<Duration>, transfer: bool) -> Attempt {
    match status {
        _ if transfer => Attempt::Stop,
        503 => Attempt::Next { hold_down: retry_after },
        408 | 504 => Attempt::Next { hold_down: None },
        _ => Attempt::Stop,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_held_proxy_is_tried_last_and_comes_back_in_time() {
        let mut order = Failover::new(3, 30 * SECOND);
        let now = Instant::from_secs(100);
        assert_eq!(order.order(now), [0, 1, 2]);
        order.hold_down(now, 0, None);
        assert_eq!(order.order(now), [1, 2, 0]);
        order.hold_down(now, 1, Some(SECOND));
        assert_eq!(order.order(now), [2, 0, 1]);
        assert_eq!(order.order(now + SECOND), [1, 2, 0]);
        assert_eq!(order.order(now + 30 * SECOND), [0, 1, 2]);
        order.hold_down(now, 2, None);
        order.restore(2);
        assert_eq!(order.order(now + SECOND), [1, 2, 0]);
    }

    #[test]
    fn no_proxy_holds_itself_down_for_ever() {
        let mut order = Failover::new(2, SECOND);
        order.hold_down(Instant::ZERO, 0, Some(Duration::MAX));
        assert_eq!(order.order(Instant::ZERO + MAX_HOLD_DOWN), [0, 1]);
        order.hold_down(Instant::ZERO, 7, None);
        assert_eq!(order.order(Instant::ZERO).len(), 2);
    }

    #[test]
    fn only_answers_about_the_proxy_lead_to_the_next() {
        let next = Attempt::Next { hold_down: None };
        let cases = [
            (503, Some(SECOND), false, Attempt::Next { hold_down: Some(SECOND) }),
            (503, None, false, next),
            (408, None, false, next),
            (504, None, false, next),
            (403, None, false, Attempt::Stop),
            (404, None, false, Attempt::Stop),
            (480, None, false, Attempt::Stop),
            (486, None, false, Attempt::Stop),
            (500, None, false, Attempt::Stop),
            (603, None, false, Attempt::Stop),
            (503, Some(SECOND), true, Attempt::Stop),
            (408, None, true, Attempt::Stop),
        ];
        for (status, retry_after, transfer, expected) in cases {
            assert_eq!(after_response(status, retry_after, transfer), expected, "{status}");
        }
    }
}
