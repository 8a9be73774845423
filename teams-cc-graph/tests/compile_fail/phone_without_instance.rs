//! A phone is called by a resource account, so one must be in hand.

use teams_cc_core::E164;
use teams_cc_graph::call::control::{ControlError, GroupCall, Answered, Target};

async fn invite(group: GroupCall<Answered>, number: E164) -> Result<(), ControlError> {
    let phone = Target::phone(&number);
    group.invite(&phone).await.map(drop)
}

fn main() {}
