//! A response recorded on a call that nobody answered.

use teams_cc_graph::call::control::{CallHandle, Ringing};
use teams_cc_graph::ivr::Recording;

fn record(call: CallHandle<Ringing>, recording: Recording) {
    let _ = call.record_response(None, &recording);
}

fn main() {}
