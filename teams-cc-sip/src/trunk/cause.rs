//! How the end of a SIP call reads in the contact center's words.

use teams_cc_core::contact::{EndCause, EndReason, EndedBy, TransferFailure};

use crate::{
    endpoint::CallEnd,
    message::{Headers, typed::Reason},
};

/// Why a leg ended, with the SIP status as code and the cause of a Reason header as subcode.
///
/// | SIP | reason | by |
/// |---|---|---|
/// | 486, 600 | busy | remote |
/// | 603 | declined | remote |
/// | 480, a redirection but 301 | unreachable | remote |
/// | 408 | no answer | platform |
/// | 301, 404, 410, 484, 604 | not found | platform |
/// | 401, 403, 407 | forbidden | platform |
/// | 487 | cancelled | platform |
/// | other | failed | platform |
pub(crate) fn of_status(status: u16) -> EndCause {
    use EndReason as R;
    let (reason, by) = match status {
        486 | 600 => (R::Busy, EndedBy::Remote),
        603 => (R::Declined, EndedBy::Remote),
        300 | 302..=399 | 480 => (R::Unreachable, EndedBy::Remote),
        408 => (R::NoAnswer, EndedBy::Platform),
        301 | 404 | 410 | 484 | 604 => (R::NotFound, EndedBy::Platform),
        401 | 403 | 407 => (R::Forbidden, EndedBy::Platform),
        487 => (R::Cancelled, EndedBy::Platform),
        _ => (R::Failed, EndedBy::Platform),
    };
    EndCause::new(reason, by).codes(i32::from(status), None)
}

/// Why a leg ended, as the endpoint says.
pub(crate) fn of_end(end: &CallEnd) -> EndCause {
    use EndReason as R;
    let cause = |reason, by, code: i32, headers: Option<&Headers>| {
        EndCause::new(reason, by).codes(code, headers.and_then(reason_cause))
    };
    match end {
        CallEnd::Rejected(response) => {
            let status = response.status().as_u16();
            let base = of_status(status);
            base.codes(i32::from(status), reason_cause(response.headers()))
        }
        CallEnd::Refused(status) => {
            EndCause::new(of_status(status.as_u16()).reason, EndedBy::Local)
                .codes(i32::from(status.as_u16()), None)
        }
        CallEnd::Cancelled(request) => {
            cause(R::Cancelled, EndedBy::Remote, 487, Some(request.headers()))
        }
        CallEnd::Withdrawn => cause(R::Cancelled, EndedBy::Local, 487, None),
        CallEnd::PeerHungUp(request) => {
            let end = EndCause::new(R::Completed, EndedBy::Remote);
            match reason_cause(request.headers()) {
                Some(subcode) => end.codes(200, Some(subcode)),
                None => end,
            }
        }
        CallEnd::HungUp => EndCause::new(R::Completed, EndedBy::Local),
        CallEnd::NoResponse => cause(R::Unreachable, EndedBy::Platform, 408, None),
        CallEnd::NotAnswered => cause(R::NoAnswer, EndedBy::Local, 487, None),
        CallEnd::Unreachable => cause(R::Unreachable, EndedBy::Platform, 503, None),
        CallEnd::RangOut => cause(R::TooLate, EndedBy::Local, 480, None),
        CallEnd::NoAck | CallEnd::NoPrack | CallEnd::SessionExpired => {
            cause(R::Failed, EndedBy::Platform, 408, None)
        }
        CallEnd::Lost => cause(R::Failed, EndedBy::Platform, 481, None),
    }
}

/// The status a failed transfer reports for an end without one.
pub(crate) fn status_of_end(end: &CallEnd) -> u16 {
    match end {
        CallEnd::Rejected(response) => response.status().as_u16(),
        CallEnd::NoResponse => 408,
        CallEnd::NotAnswered | CallEnd::Withdrawn | CallEnd::Cancelled(_) => 487,
        _ => 503,
    }
}

/// What a failed transfer is called.
pub(crate) fn transfer_failure(status: u16) -> TransferFailure {
    match status {
        408 | 480 | 487 => TransferFailure::NoAnswer,
        486 | 600 => TransferFailure::Busy,
        603 => TransferFailure::Declined,
        404 | 410 | 484 | 604 => TransferFailure::Unreachable,
        _ => TransferFailure::Platform,
    }
}

/// The cause in a Reason header (RFC 3326), a Q.850 one before any other.
fn reason_cause(headers: &Headers) -> Option<i32> {
    let reasons = headers.list::<Reason>().ok()?;
    let q850 = reasons.iter().find(|reason| reason.protocol.as_str().eq_ignore_ascii_case("Q.850"));
    q850.or(reasons.first())?.cause().map(i32::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Response, StatusCode};

    #[test]
    fn a_refusal_keeps_its_status_and_its_reason() {
        let response = Response::new(StatusCode::DECLINE)
            .with_header("Reason", "SIP;cause=603, Q.850;cause=21;text=\"Call Rejected\"")
            .unwrap();
        let cause = of_end(&CallEnd::Rejected(Box::new(response)));
        assert_eq!(cause.reason, EndReason::Declined);
        assert_eq!((cause.code, cause.subcode), (Some(603), Some(21)));
    }

    #[test]
    fn each_status_has_the_contact_centers_word() {
        let cases = [
            (486, EndReason::Busy, EndedBy::Remote),
            (603, EndReason::Declined, EndedBy::Remote),
            (480, EndReason::Unreachable, EndedBy::Remote),
            (404, EndReason::NotFound, EndedBy::Platform),
            (301, EndReason::NotFound, EndedBy::Platform),
            (302, EndReason::Unreachable, EndedBy::Remote),
            (403, EndReason::Forbidden, EndedBy::Platform),
            (500, EndReason::Failed, EndedBy::Platform),
        ];
        for (status, reason, by) in cases {
            let cause = of_status(status);
            assert_eq!((cause.reason, cause.by), (reason, by), "{status}");
        }
    }
}
