//! The people who take calls. What they can do, how much at once, and where they stand.
//!
//! An [`Agent`] is a profile. [`AgentState`] is where the agent stands for routing, and an
//! [`Observation`] is what Teams presence said, with its age.

mod capacity;
mod channel;
mod label;
mod membership;
mod pauses;
mod presence;
mod profile;
mod skill;
mod state;

pub use capacity::{Capacity, MAX_CAPACITY};
pub(crate) use channel::CHANNELS;
pub use channel::Channel;
pub use label::{
    Compare, LabelValue, Labels, MAX_LABEL_BYTES, MAX_LABELS, Selector, TooManyLabels,
};
pub use membership::Membership;
pub use pauses::Pauses;
pub use presence::{Availability, Observation, PresenceSource};
pub use profile::Agent;
pub use skill::{InvalidSkill, MAX_SKILLS, Skill, SkillName, Skills};
pub use state::{AgentState, AwayReason};
