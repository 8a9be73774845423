//! Hanging up takes the call.

use teams_cc_core::contact::Prompt;
use teams_cc_graph::call::control::{CallHandle, MediaActive};

async fn goodbye(call: CallHandle<MediaActive>, bye: Prompt) {
    let _ = call.hang_up().await;
    let _ = call.play([bye]).await;
}

fn main() {}
