//! Amazon Connect.

use super::unlimited;
use crate::{
    QueueId,
    queue::Discipline,
    routing::{
        Queue, RingMode,
        policy::{agent_id, eligible, longest_idle},
    },
};

/// A queue as Amazon Connect has it: the longest available agent, one at a time.
///
/// The routing profile is the agents': priority and delay for each queue
/// ([`Membership::priority`](crate::agent::Membership::priority)). Routing steps are selectors that
/// expire, on the call. An agent's own queue is a call meant for one person. Source: "About routing
/// profiles" and "Set routing criteria" in the administrator guide.
#[must_use]
pub fn amazon_connect(id: QueueId) -> Queue {
    let rules = eligible().rank(longest_idle().then(agent_id())).ring(RingMode::One);
    Queue::new(id, rules).order(Discipline::Strict).limits(unlimited())
}
