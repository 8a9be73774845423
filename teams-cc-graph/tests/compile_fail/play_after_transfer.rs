//! A transfer takes the call, and gives it back only where it failed.

use teams_cc_core::contact::Prompt;
use teams_cc_graph::call::control::{CallHandle, MediaActive, Target};

async fn pass_on(call: CallHandle<MediaActive>, agent: Target, bye: Prompt) {
    let _ = call.transfer(&agent).await;
    let _ = call.play([bye]).await;
}

fn main() {}
