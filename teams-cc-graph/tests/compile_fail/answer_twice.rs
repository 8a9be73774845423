//! A call is answered, rejected or redirected, and once.

use teams_cc_core::contact::RejectReason;
use teams_cc_graph::call::control::{CallHandle, Ringing};

async fn undecided(call: CallHandle<Ringing>) {
    let _ = call.answer().await;
    let _ = call.reject(RejectReason::Busy).await;
}

fn main() {}
