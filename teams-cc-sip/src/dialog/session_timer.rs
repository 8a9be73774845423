//! How long a session lives without a sign of its peer (RFC 4028).

use std::time::Duration;

use teams_cc_core::Instant;

use super::option_tag::{self, TIMER};
use crate::{
    endpoint::SessionTimer,
    message::{
        HeaderName, Headers,
        typed::{MinSe, Refresher, SessionExpires},
    },
};

/// RFC 4028 §5: no Session-Expires is below this.
const LEAST: u32 = 90;
/// Longest interval that is kept, whatever a peer writes: a day.
const MOST: u32 = 86_400;
/// RFC 4028 §10: the session ends this long before it runs out, or a third of its interval.
const MARGIN: Duration = Duration::from_secs(32);
/// How long a refresh that met something waits.
const AGAIN: Duration = Duration::from_secs(5);

/// A session timer that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Running {
    /// Seconds from refresh to end.
    pub(crate) interval: u32,
    /// Whether we refresh.
    pub(crate) ours: bool,
    refresh: Option<Instant>,
    end: Instant,
}

/// What a running timer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Refresh,
    End,
    Nothing,
}

/// What the answer to a request agrees on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) interval: u32,
    pub(crate) refresher: Refresher,
    /// Whether the peer knows session timers.
    known: bool,
}

impl Running {
    /// Starts anew: a request that refreshes was answered.
    pub(crate) fn start(now: Instant, interval: u32, ours: bool) -> Self {
        let interval = interval.clamp(LEAST, MOST);
        let whole = Duration::from_secs(interval.into());
        Self {
            interval,
            ours,
            refresh: ours.then(|| now + whole / 2),
            end: now + whole.saturating_sub(MARGIN.min(whole / 3)),
        }
    }

    /// What is due.
    pub(crate) fn on_time(&mut self, now: Instant) -> Due {
        if self.end <= now {
            return Due::End;
        }
        if self.refresh.is_some_and(|at| at <= now) {
            // Until this one is answered, which starts anew; else it is tried again.
            self.refresh = Some(now + AGAIN);
            return Due::Refresh;
        }
        Due::Nothing
    }

    /// The refresh is on the wire: it has its own timers.
    pub(crate) fn refreshing(&mut self) {
        self.refresh = None;
    }

    /// The refresh was refused: it is tried again while there is time.
    pub(crate) fn refused(&mut self, now: Instant) {
        if self.ours {
            self.refresh = Some(now + AGAIN);
        }
    }

    /// The peer wants longer intervals (RFC 4028 §7.4).
    pub(crate) fn lengthen(&mut self, now: Instant, least: u32) {
        self.interval = self.interval.max(least).min(MOST);
        self.refused(now);
    }

    /// When [`Running::on_time`] wants to be called next.
    pub(crate) fn deadline(&self) -> Instant {
        self.refresh.map_or(self.end, |at| at.min(self.end))
    }
}

/// Asks for a timer in an INVITE or UPDATE of ours (RFC 4028 §7.1 and §7.4).
pub(crate) fn ask(policy: &SessionTimer, running: Option<&Running>, headers: &mut Headers) {
    option_tag::support(headers, TIMER);
    if running.is_none() && !policy.ask {
        return;
    }
    let seconds = running.map_or_else(|| policy.seconds(), |running| running.interval);
    let mut expires = SessionExpires::new(seconds.max(policy.least_seconds()));
    let refresher = match running {
        Some(running) if running.ours => Some(Refresher::Uac),
        Some(_) => Some(Refresher::Uas),
        None => policy.refresher.map(|us| if us { Refresher::Uac } else { Refresher::Uas }),
    };
    if let Some(refresher) = refresher {
        expires = expires.with_refresher(refresher);
    }
    headers.set_typed(&expires);
    let least = policy.least_seconds();
    if least > LEAST {
        headers.set_typed(&MinSe::new(least));
    }
}

/// Whether a peer's request has its answer speak of a timer.
pub(crate) fn is_due(policy: &SessionTimer, running: bool, headers: &Headers) -> bool {
    policy.ask || running || headers.contains(HeaderName::SessionExpires)
}

/// What a request of the peer gets (RFC 4028 §9, table 2), or the least interval it may ask for.
pub(crate) fn terms(
    policy: &SessionTimer,
    running: Option<&Running>,
    headers: &Headers,
) -> Result<Terms, u32> {
    let known = option_tag::knows(headers, TIMER);
    let asked = headers.typed::<SessionExpires>().ok().flatten();
    let floor = headers.typed::<MinSe>().ok().flatten().map_or(0, |least| least.seconds);
    let least = policy.least_seconds();
    if let Some(asked) = &asked
        && asked.seconds < least
        && known
    {
        return Err(least);
    }
    let wanted = running.map_or_else(|| policy.seconds(), |running| running.interval);
    let interval = match &asked {
        Some(asked) => wanted.min(asked.seconds),
        None => wanted,
    };
    // A peer that knows no timers cannot be told to refresh, whatever it wrote.
    let refresher = if known {
        asked.as_ref().and_then(SessionExpires::refresher).unwrap_or_else(|| {
            let us = running.map(|running| running.ours).or(policy.refresher).unwrap_or(false);
            if us { Refresher::Uas } else { Refresher::Uac }
        })
    } else {
        Refresher::Uas
    };
    let interval = interval.max(floor).clamp(least, MOST);
    Ok(Terms { interval, refresher, known })
}

impl Terms {
    /// Writes the terms into the 2xx (RFC 4028 §9).
    pub(crate) fn write(self, headers: &mut Headers) {
        let expires = SessionExpires::new(self.interval).with_refresher(self.refresher);
        headers.set_typed(&expires);
        option_tag::support(headers, TIMER);
        if self.known {
            option_tag::require(headers, TIMER);
        }
    }
}

/// What the 2xx to a request of ours agrees on: the interval, and whether we refresh (§7.2).
pub(crate) fn agreed(response: &Headers) -> Option<(u32, bool)> {
    let expires = response.typed::<SessionExpires>().ok().flatten()?;
    Some((expires.seconds, expires.refresher() != Some(Refresher::Uas)))
}

/// The interval that a 422 asks for at least; nothing where it says none or one past all use.
pub(crate) fn least_asked(response: &Headers) -> Option<u32> {
    let least = response.typed::<MinSe>().ok().flatten()?.seconds;
    (least <= MOST).then_some(least.max(LEAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&str, &str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in lines {
            headers.push(*name, value).unwrap();
        }
        headers
    }

    /// RFC 4028 §9, table 2.
    #[test]
    fn the_answer_names_a_refresher_the_peer_can_be() {
        use Refresher::{Uac, Uas};
        let known = ("Supported", "timer");
        for (lines, prefer, expected) in [
            (vec![], None, Uas),
            (vec![("Session-Expires", "1800;refresher=uac")], None, Uas),
            (vec![known], None, Uac),
            (vec![known], Some(true), Uas),
            (vec![known, ("Session-Expires", "1800")], Some(false), Uac),
            (vec![known, ("Session-Expires", "1800;refresher=uac")], Some(true), Uac),
            (vec![known, ("Session-Expires", "1800;refresher=uas")], Some(false), Uas),
        ] {
            let policy = SessionTimer { refresher: prefer, ..SessionTimer::default() };
            let terms = terms(&policy, None, &headers(&lines)).unwrap();
            assert_eq!(terms.refresher, expected, "{lines:?}");
            let mut response = Headers::new();
            terms.write(&mut response);
            let required = option_tag::requires(&response, TIMER);
            assert_eq!(required, lines.contains(&known), "{lines:?}");
        }
    }

    #[test]
    fn the_interval_is_the_shorter_one_within_the_bounds_of_both() {
        let known = ("Supported", "timer");
        let policy = SessionTimer::default();
        for (lines, expected) in [
            (vec![known], Ok(1800)),
            (vec![known, ("Session-Expires", "600")], Ok(600)),
            (vec![known, ("Session-Expires", "7200")], Ok(1800)),
            (vec![known, ("Session-Expires", "7200"), ("Min-SE", "3600")], Ok(3600)),
            (vec![known, ("Session-Expires", "4294967295"), ("Min-SE", "4294967295")], Ok(MOST)),
            (vec![known, ("Session-Expires", "60")], Err(90)),
            // Who knows no timers cannot ask again, so it is not refused.
            (vec![("Session-Expires", "60")], Ok(90)),
        ] {
            let terms = terms(&policy, None, &headers(&lines)).map(|terms| terms.interval);
            assert_eq!(terms, expected, "{lines:?}");
        }
    }

    #[test]
    fn a_refresher_acts_at_half_time_and_both_end_it_before_it_runs_out() {
        for (interval, refresh, end) in [(1800, 900, 1768), (90, 45, 60), (10, 45, 60)] {
            let mut ours = Running::start(Instant::ZERO, interval, true);
            assert_eq!(ours.deadline(), Instant::from_secs(refresh));
            assert_eq!(ours.on_time(ours.deadline()), Due::Refresh);
            ours.refreshing();
            assert_eq!(ours.deadline(), Instant::from_secs(end));
            ours.refused(Instant::from_secs(refresh));
            assert_eq!(ours.deadline(), Instant::from_secs(refresh) + AGAIN);
            assert_eq!(ours.on_time(Instant::from_secs(end)), Due::End);
            let mut theirs = Running::start(Instant::ZERO, interval, false);
            assert_eq!(theirs.deadline(), Instant::from_secs(end));
            assert_eq!(theirs.on_time(Instant::from_secs(end - 1)), Due::Nothing);
            assert_eq!(theirs.on_time(Instant::from_secs(end)), Due::End);
        }
    }

    #[test]
    fn a_request_says_who_refreshes_now() {
        let policy = SessionTimer::default();
        for (running, expected) in
            [(None, "1800"), (Some(true), "600;refresher=uac"), (Some(false), "600;refresher=uas")]
        {
            let running = running.map(|ours| Running::start(Instant::ZERO, 600, ours));
            let mut request = Headers::new();
            ask(&policy, running.as_ref(), &mut request);
            assert_eq!(request.get_str("Session-Expires"), Some(expected));
            assert!(option_tag::knows(&request, TIMER));
        }
    }

    #[test]
    fn what_a_response_agrees_on_is_read_with_us_refreshing_unless_it_says_otherwise() {
        for (value, expected) in [
            ("600;refresher=uac", Some((600, true))),
            ("600;refresher=uas", Some((600, false))),
            ("600", Some((600, true))),
            ("soon", None),
        ] {
            assert_eq!(agreed(&headers(&[("Session-Expires", value)])), expected, "{value}");
        }
        assert_eq!(agreed(&Headers::new()), None);
        for (value, expected) in [("600", Some(600)), ("1", Some(90)), ("90000", None)] {
            assert_eq!(least_asked(&headers(&[("Min-SE", value)])), expected, "{value}");
        }
    }
}
