//! What a client counts, through the [`metrics`](https://docs.rs/metrics) facade.
//!
//! With the feature `metrics`; without it nothing is counted and nothing costs.
//!
//! | name | kind | labels | says |
//! |---|---|---|---|
//! | [`REQUESTS`] | counter | `operation`, `outcome` | requests answered; the outcome is a status or an error in one word |
//! | [`RESENDS`] | counter | `operation` | times a request was sent again |
//! | [`REQUEST_SECONDS`] | histogram | `operation` | the whole request, waits and all attempts |
//! | [`TOKEN_WAIT_SECONDS`] | histogram | `operation` | waiting for a token |
//! | [`THROTTLE_WAIT_SECONDS`] | histogram | `operation` | waiting for a pace or a place |
//! | [`SEND_SECONDS`] | histogram | `operation` | between sending and the whole answer |
//! | [`ANSWER_REMAINING_SECONDS`] | histogram | | how long a call could still be answered when it was |
//! | [`CALL_BUDGET_MONTH`] | gauge | `app` | calls of this month, by [`report_budget`] |
//! | [`CALL_BUDGET_LIVE`] | gauge | `app` | calls at once, by [`report_budget`] |

use crate::budget::SharedCallBudget;
use crate::error::Error;
use crate::layer::Phases;

/// Requests answered, by operation and outcome.
pub const REQUESTS: &str = "teams_cc_graph_requests_total";
/// Times a request was sent again, by operation.
pub const RESENDS: &str = "teams_cc_graph_resends_total";
/// How long requests take, waits and all attempts, by operation.
pub const REQUEST_SECONDS: &str = "teams_cc_graph_request_seconds";
/// How long requests wait for a token, by operation.
pub const TOKEN_WAIT_SECONDS: &str = "teams_cc_graph_token_wait_seconds";
/// How long requests wait for a pace or a place, by operation.
pub const THROTTLE_WAIT_SECONDS: &str = "teams_cc_graph_throttle_wait_seconds";
/// How long requests are under way, by operation.
pub const SEND_SECONDS: &str = "teams_cc_graph_send_seconds";
/// How long a call could still be answered when it was.
pub const ANSWER_REMAINING_SECONDS: &str = "teams_cc_graph_answer_remaining_seconds";
/// Calls of this month, by app registration.
pub const CALL_BUDGET_MONTH: &str = "teams_cc_graph_call_budget_month";
/// Calls at once, by app registration.
pub const CALL_BUDGET_LIVE: &str = "teams_cc_graph_call_budget_live";

/// Set the gauges of a budget; call it as often as they are to be fresh.
pub fn report_budget(budget: &SharedCallBudget) {
    #[cfg(feature = "metrics")]
    for gauge in budget.gauge() {
        let app = gauge.app.as_str().to_owned();
        // A gauge is a float; call counts are far below where that rounds.
        #[expect(clippy::cast_precision_loss, reason = "counts are below 2^52")]
        let (month, live) = (gauge.month as f64, gauge.live as f64);
        metrics::gauge!(CALL_BUDGET_MONTH, "app" => app.clone()).set(month);
        metrics::gauge!(CALL_BUDGET_LIVE, "app" => app).set(live);
    }
    #[cfg(not(feature = "metrics"))]
    let _ = budget;
}

/// Record how long a call could still be answered when it was.
pub(crate) fn answered(remaining: std::time::Duration) {
    #[cfg(feature = "metrics")]
    metrics::histogram!(ANSWER_REMAINING_SECONDS).record(remaining.as_secs_f64());
    #[cfg(not(feature = "metrics"))]
    let _ = remaining;
}

/// Count a request.
pub(crate) fn request(
    operation: &'static str,
    result: &Result<http::Response<bytes::Bytes>, Error>,
    phases: &Phases,
) {
    #[cfg(feature = "metrics")]
    {
        let outcome = match result {
            Ok(response) => response.status().as_str().to_owned(),
            Err(error) => error.kind().name().to_owned(),
        };
        metrics::counter!(REQUESTS, "operation" => operation, "outcome" => outcome).increment(1);
        let resends = phases.resends.load(std::sync::atomic::Ordering::Relaxed);
        if resends > 0 {
            metrics::counter!(RESENDS, "operation" => operation).increment(resends.into());
        }
        for (name, time) in [
            (REQUEST_SECONDS, phases.total()),
            (TOKEN_WAIT_SECONDS, phases.token.total()),
            (THROTTLE_WAIT_SECONDS, phases.throttle.total()),
            (SEND_SECONDS, phases.send.total()),
        ] {
            metrics::histogram!(name, "operation" => operation).record(time.as_secs_f64());
        }
    }
    #[cfg(not(feature = "metrics"))]
    let _ = (operation, result, phases);
}
