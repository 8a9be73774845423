//! A prompt on a call that was answered a moment ago: media does not flow yet.

use teams_cc_core::contact::Prompt;
use teams_cc_graph::call::control::{Answered, CallHandle};

fn greet(call: CallHandle<Answered>, hello: Prompt) {
    let _ = call.play([hello]);
}

fn main() {}
