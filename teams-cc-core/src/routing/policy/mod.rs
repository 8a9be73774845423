//! Policies by composition. Who comes into question, who is best, how to ring, and what then.
//!
//! ```
//! use std::time::Duration;
//! use teams_cc_core::{
//!     agent::Availability,
//!     queue::Exit,
//!     routing::{RingMode, policy::{
//!         agent_id, eligible, longest_idle, no_agents, preferred, presence, proficiency,
//!         skill,
//!     }},
//! };
//!
//! let secs = Duration::from_secs;
//! let support = eligible()
//!     .gate(presence(Availability::Available).max_age(secs(60)))
//!     .require(skill("billing")?.at_least(3).relax_after(secs(20), 1).drop_after(secs(60)))
//!     .prefer(preferred().hold(secs(15)))
//!     .rank(proficiency("billing")?.then(longest_idle()).then(agent_id()))
//!     .ring(RingMode::One)
//!     .or_after(secs(45), Exit::Queue("backoffice".parse()?))
//!     .or_when(no_agents(), Exit::Voicemail);
//! # let _: teams_cc_core::routing::policy::Rules = support;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each word is data, so that a policy can be written down and read back ([`Rules::from_toml`]).
//! Words of your own are a [`Filter`], a [`Rank`] or a [`Condition`], taken in by [`custom`],
//! [`by`] and [`custom_condition`]. A ranking ends with [`agent_id`], or it does not compile.

mod columns;
mod compiled;
mod condition;
mod eligible;
mod filter;
mod found;
mod idle;
mod judge;
mod levels;
mod measure;
mod prefer;
mod presence_gate;
mod rank;
mod reason;
mod ring_mode;
mod rings;
mod round;
mod rules;
mod scan;
mod skill;
mod text;
mod words;

pub use compiled::Compiled;
pub(in crate::routing) use compiled::{Order, Settled};
pub(in crate::routing) use condition::concerns;
pub use condition::{Calls, Cause, Condition, NoAgents, custom_condition, no_agents};
pub use eligible::{Candidates, Ranked, eligible};
pub use filter::{Custom, Filter, Gate, Verdict, custom, label};
pub(in crate::routing) use found::{Nature, Why};
pub use idle::IdleSince;
pub use levels::{LevelGate, Tiers, Widen, levels};
pub use measure::match_score;
pub(in crate::routing) use measure::nanos;
pub use prefer::{Prefer, preferred};
pub use presence_gate::{PresenceGate, presence};
pub(in crate::routing) use rank::Key;
pub use rank::{ByAgentId, CallsCounted, KEY_WIDTH, Rank, RankBy, Ranking, Then, Total, by};
pub use reason::Reason;
pub use ring_mode::RingMode;
pub use rings::{MAX_RINGS, Ring, Skip, TooManyRings};
pub use round::Circle;
pub(in crate::routing) use round::Cursor;
pub use rules::Rules;
pub(in crate::routing) use scan::Known;
pub use skill::{SkillGate, skill};
pub use text::PolicyError;
pub use words::{
    agent_id, best_match, fewest_calls, least_load, least_talk_time, level, longest_idle,
    longest_idle_since, next_in_line, position, proficiency, random, round_robin,
};
