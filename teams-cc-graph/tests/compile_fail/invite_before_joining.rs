//! Nobody is invited to a call that the bot has not joined.

use teams_cc_graph::call::control::{Dialling, GroupCall, Target};

async fn invite(group: GroupCall<Dialling>, agent: Target) {
    let _ = group.invite(&agent).await;
}

fn main() {}
