//! A transfer of a call that is not answered: redirect it, or answer first.

use teams_cc_graph::call::control::{CallHandle, Ringing, Target};

fn pass_on(call: CallHandle<Ringing>, agent: Target) {
    let _ = call.transfer(&agent);
}

fn main() {}
