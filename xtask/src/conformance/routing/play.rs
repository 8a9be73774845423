//! Scenarios in virtual time.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;
use teams_cc_core::{
    AgentId, ContactId, Instant, OfferId,
    agent::{Agent, Availability, AwayReason, Channel, Observation, PresenceSource},
    contact::OfferEnd,
    queue::{Exit, ExitReason, QueueEntry},
    routing::{
        AgentChange, Alarm, CallbackReason, Engine, EngineConfig, EngineError, Input, Output,
        RingMode,
        policy::{agent_id, eligible},
    },
    store::FencingToken,
};

use super::{
    scenario::{Fields, Read, Scenario},
    setup::queues,
    staff::{agent, call, parse, second, seconds},
};

/// What was seen, by second.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) offers: Vec<(u64, String, String)>,
    pub(super) answers: Vec<(u64, String, String)>,
    pub(super) exits: Vec<(u64, String, ExitReason)>,
    pub(super) abandoned: Vec<(u64, String)>,
    pub(super) moves: Vec<(u64, String, String, i32)>,
    pub(super) missing: Vec<(u64, String)>,
    pub(super) callbacks: Vec<(u64, String, CallbackReason)>,
}

/// How answers go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    /// As each agent's behaviour says.
    AsDescribed,
    /// Nobody answers anything.
    Nobody,
    /// Each call is taken and over at once, and agents are free only after the last arrival.
    AtOnce,
}

/// What happens by itself, in the order of one second: what is due, agents, arrivals.
#[derive(Clone, Debug)]
enum Act {
    Answer(OfferId),
    End(OfferId, OfferEnd),
    Over(ContactId),
    HangUp(ContactId),
    Agent(Fields),
    Free(AgentId),
    Arrive(Fields),
}

pub(super) struct Play<'a> {
    scenario: &'a Scenario,
    engine: Engine,
    now: Instant,
    acts: BTreeMap<(Instant, u8, u64), Act>,
    counted: u64,
    offers: BTreeMap<OfferId, (AgentId, ContactId, u64, bool)>,
    behaviours: BTreeMap<AgentId, VecDeque<Value>>,
    answers: Answers,
    wake: Option<Instant>,
    seen: Seen,
}

/// Plays a scenario to its last second.
pub(super) fn play(scenario: &Scenario, answers: Answers) -> Result<Seen, String> {
    let direct = eligible().rank(agent_id()).ring(RingMode::One);
    let config = EngineConfig::default().direct(direct).misses_before_away(None);
    let mut engine = Engine::new(config);
    for queue in queues(scenario)? {
        engine.set_queue(queue);
    }
    let mut play = Play {
        scenario,
        engine,
        now: Instant::ZERO,
        acts: BTreeMap::new(),
        counted: 0,
        offers: BTreeMap::new(),
        behaviours: BTreeMap::new(),
        answers,
        wake: None,
        seen: Seen::default(),
    };
    play.staff()?;
    play.plan()?;
    // Without answers it takes a while until everybody has been asked who will be.
    let more = if answers == Answers::Nobody { 600 } else { 0 };
    let last = scenario.last_second().saturating_add(more);
    play.run(second(i64::try_from(last).unwrap_or(i64::MAX)))?;
    Ok(play.seen)
}

impl Play<'_> {
    /// Signs agents in as they were before the start, oldest first.
    fn staff(&mut self) -> Result<(), String> {
        let mut past: Vec<(i64, usize, Past)> = Vec::new();
        let scenario = self.scenario;
        for (n, of) in scenario.agents.iter().enumerate() {
            let never = matches!(of.text("status"), Some("Logged Out"))
                || of
                    .text("device")
                    .is_some_and(|device| matches!(device, "UNAVAILABLE" | "INVALID"));
            let profile = agent(scenario, n, of)?;
            if let Some(list) = of.get("behaviour").and_then(Value::as_array) {
                self.behaviours.insert(profile.id.clone(), list.iter().cloned().collect());
            }
            if never {
                continue;
            }
            let since = of.number("available_since").or(of.number("idle_since"));
            let ended = of.number("last_bridge_end").or(of.number("lastcall"));
            let calls = of.number("calls_answered").or(of.number("calls")).unwrap_or(0);
            let calls = calls.max(i64::from(ended.is_some() || of.contains_key("talk_time")));
            past.push((since.unwrap_or(-100_000), n, Past::SignIn(Box::new(profile))));
            for k in 0..calls {
                let talk = if k == 0 { of.number("talk_time").unwrap_or(0) } else { 0 };
                let end = ended.unwrap_or(-50_000) - (calls - 1 - k) * 1_000;
                past.push((end - talk, n, Past::Take(Channel::Voice)));
                past.push((end, n, Past::End));
            }
            for _ in 0..of.number("used").unwrap_or(0) {
                past.push((since.unwrap_or(-100_000) + 1, n, Past::Take(Channel::Chat)));
            }
            let busy = of.text("state") == Some("In a queue call")
                || of
                    .text("device")
                    .is_some_and(|device| matches!(device, "INUSE" | "BUSY" | "RINGING"))
                || of.contains_key("free_at")
                || scenario.config.contains_key("worker_free_at");
            if busy {
                past.push((-1, n, Past::Take(Channel::Voice)));
            }
            let away = of.text("status") == Some("On Break")
                || of.flag("paused") == Some(true)
                || of.flag("available") == Some(false)
                || of.flag("opted_in") == Some(false);
            if away {
                past.push((-1, n, Past::Away));
            }
            let presence = of.text("presence").unwrap_or("Available");
            past.push((since.unwrap_or(-100_000) + 1, n, Past::Seen(presence.into())));
        }
        past.sort_by_key(|(at, n, _)| (*at, *n));
        for (at, n, what) in past {
            let id: AgentId = parse(scenario.agents[n].text("id").unwrap_or_default())?;
            self.past(second(at), id, what)?;
        }
        Ok(())
    }

    fn past(&mut self, at: Instant, agent: AgentId, what: Past) -> Result<(), String> {
        self.now = self.now.max(at);
        match what {
            Past::SignIn(profile) => {
                let change = AgentChange::SignedIn(profile);
                self.put(Input::AgentChanged { agent, change })?;
            }
            Past::Take(channel) => {
                self.counted += 1;
                let contact: ContactId = parse(&format!("before-{agent}-{}", self.counted))?;
                let entry = QueueEntry::direct(contact.clone(), agent, at).channel(channel);
                self.put(Input::Enqueue(entry))?;
                let offer = self.offers.iter().find(|(_, (_, of, ..))| *of == contact);
                let offer =
                    offer.map(|(id, _)| id.clone()).ok_or("a call before was not offered")?;
                self.offers.remove(&offer);
                self.put(Input::OfferAccepted { offer })?;
            }
            Past::End => self.free(&agent)?,
            Past::Away => {
                let change = AgentChange::Away(AwayReason::Break);
                self.put(Input::AgentChanged { agent, change })?;
            }
            Past::Seen(presence) => self.see(agent, &presence)?,
        }
        Ok(())
    }

    /// Ends the calls of before the start.
    fn free(&mut self, agent: &AgentId) -> Result<(), String> {
        let prefix = format!("before-{agent}-");
        for n in (1..=self.counted).rev() {
            let contact: ContactId = parse(&format!("{prefix}{n}"))?;
            let has = self.engine.roster().agent(agent).is_some_and(|record| record.has(&contact));
            if has {
                self.put(Input::Released { contact })?;
            }
        }
        Ok(())
    }

    fn see(&mut self, agent: AgentId, presence: &str) -> Result<(), String> {
        let availability = Availability::from(presence);
        let observation = Observation::new(availability, self.now, PresenceSource::Application);
        self.put(Input::PresenceObserved { agent, observation })
    }

    /// Writes down what will happen by itself.
    fn plan(&mut self) -> Result<(), String> {
        let scenario = self.scenario;
        let last_arrival =
            scenario.calls.iter().filter_map(|call| call.number("t")).max().unwrap_or(0);
        for of in &scenario.calls {
            self.at(of.number("t").unwrap_or(0), 2, Act::Arrive(of.clone()));
        }
        for event in &scenario.events {
            self.at(event.number("t").unwrap_or(0), 1, Act::Agent(event.clone()));
        }
        let all = scenario.setting("worker_free_at").and_then(|at| i64::try_from(at).ok());
        for of in &scenario.agents {
            let id: AgentId = parse(of.text("id").unwrap_or_default())?;
            let mut free_at = of.number("free_at").or(all);
            if self.answers == Answers::AtOnce {
                free_at = Some(free_at.unwrap_or(last_arrival + 1));
            }
            if let Some(at) = free_at {
                self.at(at, 1, Act::Free(id));
            }
        }
        Ok(())
    }

    fn at(&mut self, t: i64, class: u8, act: Act) {
        self.later(second(t), class, act);
    }

    fn later(&mut self, at: Instant, class: u8, act: Act) {
        self.counted += 1;
        self.acts.insert((at, class, self.counted), act);
    }

    fn run(&mut self, last: Instant) -> Result<(), String> {
        // Serving one after the other takes as long as there are calls.
        let last = if self.answers == Answers::AtOnce { second(1_000_000) } else { last };
        for _ in 0..100_000 {
            let act = self.acts.first_key_value().map(|((at, ..), _)| *at);
            let next = [act, self.wake].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= last) else { return Ok(()) };
            self.now = self.now.max(next);
            if act != Some(next) {
                self.put(Input::Tick)?;
                continue;
            }
            while let Some(entry) = self.acts.first_entry().filter(|act| act.key().0 <= self.now) {
                let act = entry.remove();
                self.act(act)?;
            }
            self.drain()?;
        }
        Err("the scenario does not end".into())
    }

    fn act(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::Answer(offer) => {
                let Some((agent, contact, talk, true)) = self.offers.remove(&offer) else {
                    return Ok(());
                };
                if !self.in_time(Input::OfferAccepted { offer })? {
                    return Ok(());
                }
                let second = seconds(self.now);
                self.seen.answers.push((second, contact.to_string(), agent.to_string()));
                self.later(self.now + std::time::Duration::from_secs(talk), 0, Act::Over(contact));
            }
            Act::End(offer, why) => {
                if self.offers.remove(&offer).is_some() {
                    self.in_time(Input::OfferDeclined { offer, why })?;
                }
            }
            Act::Over(contact) => self.hand(Input::Released { contact })?,
            Act::HangUp(contact) => {
                let waits = self.engine.ahead_of(&contact).is_some();
                if waits {
                    self.seen.abandoned.push((seconds(self.now), contact.to_string()));
                    self.hand(Input::Abandoned { contact })?;
                }
            }
            Act::Agent(event) => self.agent_event(&event)?,
            Act::Free(agent) => {
                self.free(&agent)?;
                let change = AgentChange::Available;
                self.hand(Input::AgentChanged { agent: agent.clone(), change })?;
                self.see(agent, "Available")?;
            }
            Act::Arrive(of) => self.arrive(&of)?,
        }
        Ok(())
    }

    fn arrive(&mut self, of: &Fields) -> Result<(), String> {
        let entry = call(self.scenario, of, self.now)?;
        let contact = entry.contact.clone();
        self.hand(Input::Enqueue(entry))?;
        if let Some(patience) = of.number("patience").and_then(|t| u64::try_from(t).ok()) {
            let at = self.now + std::time::Duration::from_secs(patience);
            self.later(at, 0, Act::HangUp(contact));
        }
        Ok(())
    }

    fn agent_event(&mut self, event: &Fields) -> Result<(), String> {
        let name = event.text("agent").unwrap_or_default();
        let agent: AgentId = parse(name)?;
        let word = event.text("value").unwrap_or_default();
        let change = match (event.text("type").unwrap_or_default(), word, event.flag("value")) {
            ("pause", _, Some(true)) | ("opt", _, Some(false)) | ("status", "On Break", _) => {
                AgentChange::Away(AwayReason::Break)
            }
            ("pause", _, Some(false)) | ("opt", _, Some(true)) => AgentChange::Available,
            ("status", "Logged Out", _)
            | ("device", "UNAVAILABLE" | "INVALID", _)
            | ("register", _, Some(false)) => AgentChange::SignedOut,
            ("status" | "register", ..) => return self.sign_in_again(agent),
            ("device", "NOT_INUSE", _) => {
                if self.engine.roster().agent(&agent).is_none() {
                    return self.sign_in_again(agent);
                }
                return self.free(&agent);
            }
            ("device", ..) => {
                return self.past(self.now, agent, Past::Take(Channel::Voice));
            }
            ("presence", presence, _) => {
                let presence = presence.to_owned();
                return self.see(agent, &presence);
            }
            (kind, ..) => return Err(format!("there is no event {kind}")),
        };
        self.hand(Input::AgentChanged { agent, change })
    }

    fn sign_in_again(&mut self, id: AgentId) -> Result<(), String> {
        let known = self.scenario.agents.iter().enumerate();
        let mut known = known.filter(|(_, of)| of.text("id") == Some(id.as_str()));
        let (n, of) = known.next().ok_or_else(|| format!("there is no agent {id}"))?;
        let profile = Box::new(agent(self.scenario, n, of)?);
        let change = AgentChange::SignedIn(profile);
        self.hand(Input::AgentChanged { agent: id.clone(), change })?;
        let change = AgentChange::Available;
        self.hand(Input::AgentChanged { agent: id, change })
    }

    /// Hands an input in; what comes of it waits for the end of the second.
    fn hand(&mut self, input: Input) -> Result<(), String> {
        self.engine.handle_input(self.now, input).map_err(|error| error.to_string())
    }

    /// Hands in what an agent does; answers whether somebody else was faster.
    fn in_time(&mut self, input: Input) -> Result<bool, String> {
        match self.engine.handle_input(self.now, input) {
            Ok(()) => Ok(true),
            Err(EngineError::UnknownOffer(_)) => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }

    fn put(&mut self, input: Input) -> Result<(), String> {
        self.hand(input)?;
        self.drain()
    }

    fn drain(&mut self) -> Result<(), String> {
        let second = seconds(self.now);
        loop {
            match self.engine.poll_output() {
                Output::Reserve { offer, agent, contact, .. } => {
                    self.counted += 1;
                    let token = FencingToken::new(self.counted);
                    self.offers.insert(offer.clone(), (agent, contact, 0, false));
                    self.hand(Input::Reserved { offer, token })?;
                }
                Output::Offer { offer, agent, contact, .. } => self.offered(offer, agent, contact),
                Output::Revoke { offer } => {
                    self.offers.remove(&offer);
                }
                Output::Exit { contact, exit, why } => self.left(contact, &exit, why)?,
                Output::OfferCallback { contact, why } => {
                    self.seen.callbacks.push((second, contact.to_string(), why));
                }
                Output::Alarm(Alarm::OffersMissed { agent, .. }) => {
                    self.seen.missing.push((second, agent.to_string()));
                }
                Output::Timeout(at) => {
                    self.wake = at;
                    return Ok(());
                }
                _ => {}
            }
        }
    }

    fn left(&mut self, contact: ContactId, exit: &Exit, why: ExitReason) -> Result<(), String> {
        let second = seconds(self.now);
        let Exit::Escalate { queue, priority } = exit else {
            self.seen.exits.push((second, contact.to_string(), why));
            return Ok(());
        };
        self.seen.moves.push((second, contact.to_string(), queue.to_string(), priority.get()));
        let entry = QueueEntry::new(contact, queue.clone(), self.now).priority(*priority);
        self.hand(Input::Enqueue(entry))
    }

    fn offered(&mut self, offer: OfferId, agent: AgentId, contact: ContactId) {
        if contact.as_str().starts_with("before-") {
            self.offers.insert(offer, (agent, contact, 0, true));
            return;
        }
        let second = seconds(self.now);
        self.seen.offers.push((second, contact.to_string(), agent.to_string()));
        let (outcome, ring, talk) = self.behaviour(&agent);
        let act = match outcome.as_str() {
            "answer" => Act::Answer(offer.clone()),
            "reject" => Act::End(offer.clone(), OfferEnd::Declined),
            "busy" => Act::End(offer.clone(), OfferEnd::Busy),
            _ => Act::End(offer.clone(), OfferEnd::NoAnswer),
        };
        self.offers.insert(offer, (agent, contact, talk, true));
        if let Some(ring) = ring {
            self.later(self.now + std::time::Duration::from_secs(ring), 0, act);
        }
    }

    /// What the agent does with the next offer: what, after which ringing, for how long.
    fn behaviour(&mut self, agent: &AgentId) -> (String, Option<u64>, u64) {
        if self.answers == Answers::AtOnce {
            return ("answer".into(), Some(0), 1);
        }
        if self.answers == Answers::Nobody {
            return ("no_answer".into(), None, 0);
        }
        let next = self.behaviours.get_mut(agent).and_then(VecDeque::pop_front);
        if let Some(next) = next {
            let number = |n: usize| next.get(n).and_then(Value::as_u64);
            let outcome = next.get(0).and_then(Value::as_str).unwrap_or("answer").to_owned();
            return (outcome, number(1), number(2).unwrap_or(60));
        }
        let config = &self.scenario.config;
        let rule = config.text("answer_rule").unwrap_or_default();
        if rule.contains("nobody answers") || rule.contains(&format!("{agent} never answers")) {
            return ("no_answer".into(), None, 0);
        }
        if rule.contains(&format!("{agent} accepts at once")) {
            return ("answer".into(), Some(0), 1_000_000);
        }
        if let Some(at) = self.scenario.setting("decline_at") {
            return ("reject".into(), Some(at.saturating_sub(seconds(self.now))), 0);
        }
        ("answer".into(), Some(3), 60)
    }
}

/// What was before the start.
enum Past {
    SignIn(Box<Agent>),
    Take(Channel),
    End,
    Away,
    Seen(String),
}
