//! How the end of one side of a bridge reads on the other, before anybody has answered.
//!
//! | the called side ends with | the caller gets |
//! |---|---|
//! | 486, 600 | 486 |
//! | 603, 607, 608 | 603 |
//! | 404, 604 | 404 |
//! | 403, 410, 433, 482, 483, 484 | the same |
//! | 408, 480, 487, nobody answered in time | 480 |
//! | a redirection that is not followed | 410 (RFC 3398 §7.2.4.1 has it for both causes) |
//! | a redirection to whom the gate lets nobody, or round in a circle | 403, 482 |
//! | 415, 488, 606, an answer that cannot be used | 488 |
//! | 503 | 503 without `Retry-After`: it is not this trunk that is busy |
//! | 504, nothing came back, nothing could be sent | 504 |
//! | 401, 407 (our account, not the caller's) | 403 |
//! | anything else | 500 |
//!
//! A caller never gets 408: Teams takes that for a trunk that is down, calls by the next one, and
//! whoever has just not answered rings again (Learn, *Trunk failover on outbound calls*).
//! A `Reason` with a Q.850 cause goes along byte for byte (RFC 6432); after an answer each side's
//! BYE carries the other's `Reason` (RFC 3326).

use super::back_to_back::NextOn;
use crate::{endpoint::CallEnd, message::StatusCode};

/// What nobody answering in time counts as.
pub(super) const NO_ANSWER: u16 = 408;
/// What a silent or unreachable peer counts as.
const SILENT: u16 = 504;
/// What we count as that have withdrawn the call ourselves.
const WITHDRAWN: u16 = 487;
/// What an answer counts as that we have hung up at once.
const UNUSABLE: u16 = 488;

/// The status that the end of a call out counts as.
pub(super) fn of_end(end: &CallEnd, rang_out: bool) -> u16 {
    match end {
        CallEnd::Rejected(response) => response.status().as_u16(),
        CallEnd::NotAnswered => NO_ANSWER,
        CallEnd::Withdrawn if rang_out => NO_ANSWER,
        CallEnd::Withdrawn => WITHDRAWN,
        CallEnd::NoResponse | CallEnd::Unreachable => SILENT,
        CallEnd::HungUp => UNUSABLE,
        _ => 500,
    }
}

/// What the caller gets for it.
pub(super) fn for_caller(status: u16) -> StatusCode {
    let status = match status {
        486 | 600 => 486,
        603 | 607 | 608 => 603,
        404 | 604 => 404,
        same @ (403 | 410 | 433 | 482..=484 | 503 | 504) => same,
        300..=399 => 410,
        408 | 480 | 487 => 480,
        415 | 488 | 606 => 488,
        401 | 407 => 403,
        _ => 500,
    };
    StatusCode::new(status).unwrap_or(StatusCode::TEMPORARILY_UNAVAILABLE)
}

/// The cause of Q.850 that a redirection is: the number has changed, or the call is to go elsewhere.
pub(super) fn redirection(status: u16) -> Option<&'static str> {
    match status {
        301 => Some("Q.850;cause=22;text=\"Number changed\""),
        300..=399 => Some("Q.850;cause=23;text=\"Redirection to new destination\""),
        _ => None,
    }
}

/// Which of two answers says more about the call: 6xx before 4xx and 3xx before 5xx
/// (RFC 3261 §16.7), and the later one among equals.
pub(super) fn better(earlier: Option<u16>, later: u16) -> u16 {
    let rank = |status: u16| match status {
        600.. => 0,
        300..=499 => 1,
        _ => 2,
    };
    match earlier {
        Some(earlier) if rank(earlier) < rank(later) => earlier,
        _ => later,
    }
}

impl NextOn {
    /// Whether this status ends what rings beside it (RFC 3261 §16.7).
    pub(super) fn declines(&self, status: u16) -> bool {
        status >= 600 && !self.leads_on(status)
    }

    /// Whether the next destination is called after this status.
    pub(super) fn leads_on(&self, status: u16) -> bool {
        match self {
            Self::AnyButDecline => status < 600 && status != WITHDRAWN,
            Self::Named(codes) => codes.contains(&status),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Response;

    #[test]
    fn every_end_of_the_called_side_has_one_status_for_the_caller() {
        let cases: &[(&[u16], u16)] = &[
            (&[486, 600], 486),
            (&[603, 607, 608], 603),
            (&[404, 604], 404),
            (&[403, 401, 407], 403),
            (&[410], 410),
            (&[482], 482),
            (&[483], 483),
            (&[484], 484),
            (&[300, 301, 302, 305, 380], 410),
            (&[408, 480, 487], 480),
            (&[415, 488, 606], 488),
            (&[503], 503),
            (&[504], 504),
            (&[400, 405, 420, 481, 491, 493, 500, 501, 502, 505, 513, 580, 699], 500),
        ];
        for (ends, expected) in cases {
            for end in *ends {
                assert_eq!(for_caller(*end).as_u16(), *expected, "{end}");
            }
        }
        for status in 300..700 {
            let answer = for_caller(status);
            assert!(
                answer.is_final() && !answer.is_success() && answer.as_u16() != 408,
                "{status}"
            );
        }
    }

    #[test]
    fn silence_and_time_have_a_status_of_their_own() {
        let rejected = |status| CallEnd::Rejected(Box::new(Response::new(status)));
        for (end, rang_out, expected) in [
            (rejected(StatusCode::BUSY_HERE), false, 486),
            (CallEnd::NotAnswered, false, 408),
            (CallEnd::Withdrawn, true, 408),
            (CallEnd::Withdrawn, false, 487),
            (CallEnd::NoResponse, false, 504),
            (CallEnd::Unreachable, false, 504),
            (CallEnd::HungUp, false, 488),
            (CallEnd::Lost, false, 500),
        ] {
            assert_eq!(of_end(&end, rang_out), expected, "{end:?}");
        }
    }

    #[test]
    fn the_answer_that_says_most_is_the_callers() {
        for (tried, expected) in [
            (&[486][..], 486),
            (&[486, 503], 486),
            (&[503, 486], 486),
            (&[486, 480], 480),
            (&[603, 480, 503], 603),
            (&[504, 503], 503),
        ] {
            let best = tried.iter().fold(None, |best, status| Some(better(best, *status)));
            assert_eq!(best, Some(expected), "{tried:?}");
        }
    }

    #[test]
    fn whoever_declines_is_not_asked_elsewhere_unless_that_is_named() {
        let usual = NextOn::AnyButDecline;
        for status in [404, 408, 480, 486, 488, 500, 503, 504] {
            assert!(usual.leads_on(status), "{status}");
        }
        for status in [487, 600, 603, 604] {
            assert!(!usual.leads_on(status), "{status}");
        }
        let named = NextOn::Named(vec![486, 603]);
        assert!(named.leads_on(603) && named.leads_on(486) && !named.leads_on(480));
        assert!(usual.declines(603) && !usual.declines(486));
        assert!(named.declines(600) && !named.declines(603) && !named.declines(480));
    }
}
