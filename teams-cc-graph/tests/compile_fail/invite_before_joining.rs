//! Nobody is invited to a call that the bot has not joined.

use teams_cc_graph::call::control::{Dialling, GroupCall, Target};

fn invite(group: GroupCall<Dialling>, agent: Target) {
    let _ = group.invite(&agent);
}

fn main() {}
