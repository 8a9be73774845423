//! Genesys Cloud.

use std::time::Duration;

use super::unlimited;
use crate::{
    QueueId,
    queue::Discipline,
    routing::{
        Queue, RingMode,
        policy::{Ring, agent_id, eligible, longest_idle, preferred},
    },
};

/// A queue with bullseye routing as Genesys Cloud has it, of at most six rings.
///
/// A point of priority is worth a minute of waiting. Agents the call prefers come before all
/// rings, whatever their skills. Each ring may ask for skills of the call's no more
/// ([`Ring::without`]). Source: "Specify routing settings" in the Resource Center.
#[must_use]
pub fn genesys_cloud(id: QueueId, rings: [Ring; 6]) -> Queue {
    let rules = eligible()
        .prefer(preferred().any_skills())
        .rings(rings)
        .rank(longest_idle().then(agent_id()))
        .ring(RingMode::One);
    Queue::new(id, rules).order(Discipline::Ageing(Duration::from_mins(1))).limits(unlimited())
}
