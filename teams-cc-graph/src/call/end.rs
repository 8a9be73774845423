//! From Graph's result codes to why a call ended.

use teams_cc_core::contact::{Direction, EndCause, EndReason, EndedBy};

/// A `resultInfo` reduced to its two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "Graph has these two numbers and no third")]
pub struct ResultCode {
    /// The code, akin to an HTTP or SIP status; 0 and 2xx mean success.
    pub code: i32,
    /// The finer code; 0 where there is none.
    pub subcode: i32,
}

impl ResultCode {
    /// A code and its finer code.
    #[must_use]
    pub const fn new(code: i32, subcode: i32) -> Self {
        Self { code, subcode }
    }

    /// What Microsoft's table of call ends says of the subcode, where it lists it.
    ///
    /// ```
    /// use teams_cc_graph::call::ResultCode;
    ///
    /// assert_eq!(ResultCode::new(200, 560_000).meaning(), Some("ended by the phone user"));
    /// assert_eq!(ResultCode::new(500, 3003).meaning(), None);
    /// ```
    #[must_use]
    pub fn meaning(self) -> Option<&'static str> {
        listed(self.subcode).map(|(.., words)| *words)
    }

    /// Whether the code means success.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.code == 0 || self.code / 100 == 2
    }
}

/// The subcode of a completed transfer; the code beside it is 200 in the table and 0 in examples.
pub(super) const TRANSFERRED: i32 = 7015;

/// The result of an operation that was cancelled.
pub(super) const CANCELLED: ResultCode = ResultCode::new(400, 8508);

use EndReason::{Completed, Failed, Forbidden, NoAnswer, TooLate, Transferred, Unreachable};
use EndedBy::{Local, Platform, Remote};

/// The subcodes of [delete call](https://learn.microsoft.com/graph/api/call-delete), in order.
///
/// Microsoft calls them some of the common ones, so an unlisted subcode is no error: the code
/// beside it decides then, and both are kept in the [`EndCause`].
#[rustfmt::skip]
const SUBCODES: [(i32, EndReason, EndedBy, &str); 30] = [
    (1005,   Failed,      Platform, "media connectivity between the service and the bot"),
    (1106,   TooLate,     Platform, "acceptance not acknowledged in time"),
    (4097,   Completed,   Remote, "ended by the other participant"),
    (4521,   Completed,   Remote, "ended by the other participant, peer to peer"),
    (5000,   Completed,   Remote, "removed by another participant"),
    (5001,   Completed,   Remote, "the conversation ended"),
    (5002,   Completed,   Remote, "all others left"),
    (5003,   Completed,   Remote, "the conversation ended"),
    (5007,   Completed,   Remote, "the initiator of a group call left"),
    (5010,   Completed,   Platform, "one participant remained"),
    (5012,   Completed,   Platform, "the incoming roster was empty"),
    (5013,   NoAnswer,    Platform, "nobody else joined"),
    (5014,   Unreachable, Platform, "no potential host"),
    (5020,   Completed,   Platform, "only hidden participants remained"),
    (5030,   Completed,   Platform, "a breakout's time was over"),
    (5300,   Completed,   Remote, "removed by another participant"),
    (5855,   NoAnswer,    Platform, "waited in the lobby for too long"),
    (7000,   Completed,   Local, "ended by the bot"),
    (7015,   Transferred, Local, "the transfer completed"),
    (8537,   Failed,      Platform, "keep-alive ran out"),
    (10037,  Unreachable, Platform, "the callee has no endpoint"),
    (10057,  Unreachable, Platform, "the callee's endpoints did not signal"),
    (10076,  Unreachable, Platform, "the callee could not be reached"),
    (10134,  Unreachable, Platform, "no route"),
    (10199,  Forbidden,   Platform, "private calling is disabled for the user"),
    (10550,  Completed,   Local, "ended by the bot"),
    (18503,  Completed,   Remote, "the other participant left, peer to peer"),
    (301_005, Failed,     Platform, "media connectivity"),
    (540_000, Completed,  Remote, "ended by the phone user"),
    (560_000, Completed,  Remote, "ended by the phone user"),
];

/// Codes for subcodes that no table lists, as SIP means them (RFC 3261 §21).
fn by_code(code: i32) -> (EndReason, EndedBy) {
    match code {
        0 | 200..=299 => (Completed, Platform),
        401 | 403 | 407 => (Forbidden, Platform),
        404 | 410 | 484 | 604 => (EndReason::NotFound, Platform),
        408 => (NoAnswer, Remote),
        480 => (Unreachable, Remote),
        486 | 600 => (EndReason::Busy, Remote),
        487 => (EndReason::Cancelled, Remote),
        603 => (EndReason::Declined, Remote),
        _ => (Failed, Platform),
    }
}

/// Why a call ended, from what its last notification says.
///
/// A call that the far end ended before anybody answered was not completed: the caller gave up,
/// or the callee declined.
pub(super) fn end_cause(
    direction: Direction,
    answered: bool,
    result: Option<ResultCode>,
    transferred: bool,
) -> EndCause {
    let Some(result) = result else {
        return if transferred {
            EndCause::new(Transferred, Local)
        } else {
            EndCause::new(before_answer(direction, answered, Completed), Platform)
        };
    };
    let (reason, by) = match listed(result.subcode) {
        _ if transferred => (Transferred, Local),
        Some((_, reason, by, _)) => (*reason, *by),
        None => by_code(result.code),
    };
    let reason = if by == Local { reason } else { before_answer(direction, answered, reason) };
    EndCause::new(reason, by).codes(result.code, Some(result.subcode))
}

fn listed(subcode: i32) -> Option<&'static (i32, EndReason, EndedBy, &'static str)> {
    let at = SUBCODES.binary_search_by_key(&subcode, |(listed, ..)| *listed).ok()?;
    SUBCODES.get(at)
}

fn before_answer(direction: Direction, answered: bool, reason: EndReason) -> EndReason {
    match (reason, answered, direction) {
        (Completed, false, Direction::Inbound) => EndReason::Cancelled,
        (Completed, false, Direction::Outbound) => EndReason::Declined,
        _ => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_so_that_it_can_be_searched() {
        assert!(SUBCODES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(SUBCODES.iter().any(|(subcode, ..)| *subcode == TRANSFERRED));
    }

    /// Pain 22.
    #[test]
    fn each_result_has_its_reason_and_keeps_its_codes() {
        use Direction::{Inbound, Outbound};
        let cases = [
            (Inbound, true, 200, 4097, Completed, Remote),
            (Inbound, false, 200, 4521, EndReason::Cancelled, Remote),
            (Outbound, false, 200, 4521, EndReason::Declined, Remote),
            (Outbound, true, 200, 560_000, Completed, Remote),
            (Inbound, true, 200, 7000, Completed, Local),
            (Inbound, true, 0, 7015, Transferred, Local),
            (Inbound, true, 200, 7015, Transferred, Local),
            (Inbound, false, 408, 1106, TooLate, Platform),
            (Outbound, false, 480, 10037, Unreachable, Platform),
            (Outbound, false, 480, 10199, Forbidden, Platform),
            (Outbound, true, 410, 301_005, Failed, Platform),
            (Outbound, false, 486, 99_999, EndReason::Busy, Remote),
            (Outbound, false, 603, 0, EndReason::Declined, Remote),
            (Outbound, false, 408, 13_025, NoAnswer, Remote),
            (Outbound, true, 500, 3003, Failed, Platform),
            (Outbound, true, -7, i32::MIN, Failed, Platform),
            (Outbound, true, 500, i32::MAX, Failed, Platform),
        ];
        for (direction, answered, code, subcode, reason, by) in cases {
            let result = Some(ResultCode::new(code, subcode));
            let transferred = subcode == TRANSFERRED;
            assert_eq!(
                end_cause(direction, answered, result, transferred),
                EndCause::new(reason, by).codes(code, Some(subcode)),
                "{code}/{subcode}"
            );
        }
    }

    #[test]
    fn an_end_without_a_result_is_told_from_the_state_of_the_call() {
        let end = |direction, answered, transferred| {
            end_cause(direction, answered, None, transferred).reason
        };
        assert_eq!(end(Direction::Inbound, false, false), EndReason::Cancelled);
        assert_eq!(end(Direction::Inbound, true, false), Completed);
        assert_eq!(end(Direction::Inbound, true, true), Transferred);
    }
}
