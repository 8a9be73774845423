//! The day's staff, as routing knows it.

use std::error::Error;

use teams_cc::core::agent::{Agent, Skill};
use teams_cc_sim::scenario::Colleague;

/// A colleague as routing knows one: agents serve the queue, experts are asked by name.
pub(crate) fn agent(colleague: &Colleague) -> Result<Agent, Box<dyn Error>> {
    let mut agent = Agent::new(colleague.handle.parse()?, colleague.address.clone().into());
    for (name, level) in &colleague.skills {
        agent = agent.skill(Skill::new(name, *level)?);
    }
    Ok(if colleague.queues { agent.queue("sales".parse()?) } else { agent })
}
