//! What holds for all queues of an engine.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    OfferRules, RoutingPolicy, UnobservedRules,
    policy::{self, RingMode},
};
use crate::agent::{Availability, Pauses};

/// How the engine offers calls.
#[derive(Clone)]
#[non_exhaustive]
pub struct EngineConfig {
    /// How calls are offered where their queue says nothing else, and calls meant for one person.
    pub offers: OfferRules,
    /// How long to wait after a conflict with another process, or an offer taken back. Default 1 s.
    pub conflict_pause: Duration,
    /// When an agent out of sight is free again.
    pub unobserved: UnobservedRules,
    /// Who is offered a call meant for one person. By default that person while available, by
    /// presence not older than 60 s.
    pub direct: Arc<dyn RoutingPolicy>,
    /// Whether each decision comes with its explanation. Default true; without, it is to be had
    /// from [`Engine::explain`](super::Engine::explain) as long as the call waits.
    pub explanations: bool,
}

impl EngineConfig {
    /// Sets how calls are offered where their queue says nothing else.
    #[must_use]
    pub fn offers(mut self, rules: OfferRules) -> Self {
        self.offers = rules;
        self
    }

    /// Sets how long an agent is rung.
    #[must_use]
    pub fn ring(mut self, ring: Duration) -> Self {
        self.offers.ring = ring;
        self
    }

    /// Sets how long after ringing an answer may still be confirmed.
    #[must_use]
    pub fn confirm(mut self, confirm: Duration) -> Self {
        self.offers.confirm = confirm;
        self
    }

    /// Sets how long an agent is left alone with a call not taken.
    #[must_use]
    pub fn pass(mut self, pass: Duration) -> Self {
        self.offers.pass = Pauses::all(pass);
        self
    }

    /// Sets after how many missed offers in a row an agent counts as away.
    #[must_use]
    pub fn misses_before_away(mut self, misses: Option<u32>) -> Self {
        self.offers.misses_before_away = misses;
        self
    }

    /// Sets when an agent out of sight is free again.
    #[must_use]
    pub fn unobserved(mut self, rules: UnobservedRules) -> Self {
        self.unobserved = rules;
        self
    }

    /// Sets the policy for calls meant for one person.
    #[must_use]
    pub fn direct(mut self, policy: impl RoutingPolicy + 'static) -> Self {
        self.direct = Arc::new(policy);
        self
    }

    /// Sets whether each decision comes with its explanation.
    #[must_use]
    pub fn explanations(mut self, explanations: bool) -> Self {
        self.explanations = explanations;
        self
    }
}

impl Default for EngineConfig {
    fn default() -> Self {
        let direct = policy::eligible()
            .gate(policy::presence(Availability::Available).max_age(Duration::from_mins(1)))
            .rank(policy::agent_id())
            .ring(RingMode::One);
        Self {
            offers: OfferRules::default(),
            conflict_pause: Duration::from_secs(1),
            unobserved: UnobservedRules::default(),
            direct: Arc::new(direct),
            explanations: true,
        }
    }
}

impl fmt::Debug for EngineConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineConfig")
            .field("offers", &self.offers)
            .field("conflict_pause", &self.conflict_pause)
            .field("unobserved", &self.unobserved)
            .field("direct", &self.direct.name())
            .field("explanations", &self.explanations)
            .finish()
    }
}
