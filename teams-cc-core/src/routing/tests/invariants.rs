//! What holds after any sequence of inputs (facts of a queue, not of an implementation).

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::desk::{agent, rules, secs};
use crate::{
    AgentId, ContactId, Instant, OfferId,
    agent::{Availability, AwayReason, Capacity, Observation, PresenceSource},
    contact::OfferEnd,
    queue::{CallOrder, Exit, OrderKey, Priority, QueueEntry, QueueLimits},
    routing::{
        AgentChange, CallRef, Conflict, Decision, Engine, EngineConfig, EngineError, Explanation,
        Finding, Input, Output, Plan, Queue, RoutingPolicy, Step, View,
        calls::WaitingCall,
        roster::{Hold, Row},
    },
    store::FencingToken,
};

const AGENTS: u8 = 4;

#[derive(Clone, Debug)]
enum Act {
    Call(bool),
    Leave(usize),
    Pass(u16),
    Answer(usize, u8),
    Store(usize, bool),
    Agent(u8, u8),
    End(usize),
    Hide(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => any::<bool>().prop_map(Act::Call),
        1 => (0usize..8).prop_map(Act::Leave),
        3 => (0u16..120).prop_map(Act::Pass),
        4 => ((0usize..4), (0u8..8)).prop_map(|(n, how)| Act::Answer(n, how)),
        6 => ((0usize..4), prop::bool::weighted(0.8)).prop_map(|(n, ok)| Act::Store(n, ok)),
        4 => ((0..AGENTS), (0u8..9)).prop_map(|(n, how)| Act::Agent(n, how)),
        2 => (0usize..4).prop_map(Act::End),
        1 => (0usize..8).prop_map(Act::Hide),
    ];
    prop::collection::vec(act, 1..120)
}

/// Watches an engine from outside and keeps its own books.
#[derive(Default)]
struct Books {
    now: u64,
    arrived: usize,
    accepted: usize,
    exited: usize,
    removed: usize,
    asked: Vec<(OfferId, AgentId, ContactId)>,
    ringing: BTreeMap<OfferId, (AgentId, ContactId, FencingToken)>,
    taken: BTreeMap<ContactId, (AgentId, FencingToken)>,
    held: BTreeSet<FencingToken>,
    place: BTreeMap<ContactId, (i32, usize)>,
    tokens: u64,
}

impl Books {
    fn put(&mut self, engine: &mut Engine, input: Input) -> Result<(), EngineError> {
        let result = engine.handle_input(Instant::from_millis(self.now), input);
        loop {
            match engine.poll_output() {
                Output::Reserve { offer, agent, contact, .. } => {
                    self.asked.push((offer, agent, contact));
                }
                Output::Offer { offer, agent, contact, token, .. } => {
                    self.ringing.insert(offer, (agent, contact, token));
                }
                Output::Revoke { offer } => {
                    assert!(self.ringing.remove(&offer).is_some(), "revoked what rings");
                }
                Output::Release { token } => {
                    assert!(self.held.remove(&token), "released once");
                    self.taken.retain(|_, (_, held)| *held != token);
                }
                Output::Exit { contact, .. } => {
                    self.exited += 1;
                    self.place.remove(&contact);
                }
                Output::Explained(explanation) => check_idle(engine, &explanation),
                Output::Alarm(_) | Output::OfferCallback { .. } => {}
                Output::Timeout(next) => {
                    let now = Instant::from_millis(self.now);
                    assert!(next.is_none_or(|at| at > now), "asks to be woken at once");
                    return result;
                }
            }
        }
    }

    /// I4: whoever is offered a call is offered the first one that may be offered to them.
    fn check_turns(&self, engine: &Engine, before: usize) -> Result<(), &'static str> {
        let view = View::new(Instant::from_millis(self.now), engine.roster());
        for (_, agent, contact) in self.asked.iter().skip(before) {
            let Some(place) = self.place.get(contact) else { continue };
            for (other, earlier) in &self.place {
                let waits = engine.calls.named(other).is_some_and(|call| self.waits(call));
                if waits && earlier < place && view.passed(other, agent).is_none() {
                    return Err("a call was passed over");
                }
            }
        }
        Ok(())
    }

    /// Whether a call waits for an agent, and is not held back because another process has it.
    fn waits(&self, call: &WaitingCall) -> bool {
        let now = Instant::from_millis(self.now);
        call.waits() && call.pause_until.is_none_or(|until| until <= now)
    }

    /// I9: no call waits while somebody could take it.
    fn check_work(&self, engine: &Engine) -> Result<(), &'static str> {
        let view = View::new(Instant::from_millis(self.now), engine.roster());
        let mut plan = Plan::default();
        for call in engine.calls.iter() {
            if self.waits(call) {
                plan.clear();
                rules().route(&view, CallRef::new(&call.entry), &mut plan);
                if matches!(plan.step(), Step::Offer { .. }) {
                    return Err("somebody is free and a call waits");
                }
            }
        }
        Ok(())
    }

    fn check(&self, engine: &Engine) {
        // I3: no call is lost.
        assert_eq!(self.arrived, self.accepted + self.exited + self.removed + engine.waiting());
        // I1, I2, I8: one offer per call, and no agent over capacity.
        let mut load: BTreeMap<&AgentId, usize> = BTreeMap::new();
        let mut calls: BTreeMap<&ContactId, usize> = BTreeMap::new();
        for (agent, contact, _) in self.ringing.values() {
            *load.entry(agent).or_default() += 1;
            *calls.entry(contact).or_default() += 1;
        }
        for (contact, (agent, _)) in &self.taken {
            *load.entry(agent).or_default() += 1;
            *calls.entry(contact).or_default() += 1;
        }
        assert!(calls.values().all(|n| *n <= 1));
        for (agent, n) in load {
            let record = engine.roster().agent(agent).expect("a busy agent is known");
            assert!(n <= record.profile().capacity.get());
            assert!(n <= record.load());
        }
        // Who has which call is known by the call as well.
        let mut held = 0;
        for (place, record) in engine.roster().records() {
            let row = engine.roster().rows().get(place as usize);
            assert_eq!(row, Some(&Row::of(record)), "decisions read what is so");
            for slot in record.slots() {
                let holds = !matches!(slot.hold, Hold::Reserved(_));
                let known = engine.roster().holders(&slot.contact).contains(&place);
                assert_eq!(known, holds, "{}", slot.contact);
                held += usize::from(holds);
            }
        }
        assert_eq!(engine.roster().held(), held);
        // Every token is held by an offer or a call, so nothing leaks.
        assert_eq!(self.held.len(), self.ringing.len() + self.taken.len());
    }
}

fn run(acts: Vec<Act>, queue: Queue) -> Result<(Engine, Books), &'static str> {
    let limits =
        QueueLimits::default().length(6, Exit::Voicemail).wait(secs(240), Exit::Disconnect);
    let mut engine = Engine::new(EngineConfig::default()).queue(queue.limits(limits));
    let mut books = Books { now: 1_000_000, ..Books::default() };
    for act in acts {
        let mut before = books.asked.len();
        match act {
            Act::Call(urgent) => {
                books.arrived += 1;
                let contact = ContactId::numbered("C", books.arrived as u64);
                let priority = if urgent { Priority::HIGH } else { Priority::NORMAL };
                books.place.insert(contact.clone(), (-priority.get(), books.arrived));
                let at = Instant::from_millis(books.now);
                let entry = QueueEntry::new(contact, "q".parse().unwrap(), at).priority(priority);
                books.put(&mut engine, Input::Enqueue(entry)).unwrap();
            }
            Act::Leave(n) => {
                let Some(contact) = books.place.keys().nth(n).cloned() else { continue };
                let known = engine.waiting();
                let _ = books.put(&mut engine, Input::Remove { contact: contact.clone() });
                if engine.waiting() < known && books.place.remove(&contact).is_some() {
                    books.removed += 1;
                }
            }
            Act::Pass(ms) => {
                books.now += u64::from(ms) * 100;
                books.put(&mut engine, Input::Tick).unwrap();
            }
            Act::Answer(n, how) => {
                let n = n % books.ringing.len().max(1);
                let Some(offer) = books.ringing.keys().nth(n).cloned() else {
                    continue;
                };
                if how < 4 {
                    let (agent, contact, token) = books.ringing.remove(&offer).unwrap();
                    books.taken.insert(contact.clone(), (agent, token));
                    books.accepted += 1;
                    books.place.remove(&contact);
                    books.put(&mut engine, Input::OfferAccepted { offer }).unwrap();
                } else {
                    books.ringing.remove(&offer);
                    let why = [
                        OfferEnd::Declined,
                        OfferEnd::NoAnswer,
                        OfferEnd::Busy,
                        OfferEnd::SuspectedVoicemail,
                    ][usize::from(how - 4)];
                    books.put(&mut engine, Input::OfferDeclined { offer, why }).unwrap();
                }
            }
            Act::Store(n, agrees) => {
                if books.asked.is_empty() {
                    continue;
                }
                let n = n % books.asked.len();
                let (offer, ..) = books.asked.remove(n);
                before -= 1;
                if agrees {
                    books.tokens += 1;
                    let token = FencingToken::new(books.tokens);
                    books.held.insert(token);
                    let _ = books.put(&mut engine, Input::Reserved { offer, token });
                } else {
                    let with = if n.is_multiple_of(2) { Conflict::Agent } else { Conflict::Call };
                    let _ = books.put(&mut engine, Input::ReserveConflict { offer, with });
                }
            }
            Act::Agent(n, how) => {
                let id: AgentId = AgentId::numbered("a", u64::from(n));
                let change = match how {
                    0 => AgentChange::SignedOut,
                    1 => AgentChange::Away(AwayReason::Break),
                    2 => AgentChange::Available,
                    _ => AgentChange::SignedIn(Box::new(
                        agent(id.as_str()).capacity(Capacity::new(n.max(1))).wrap_up(secs(5)),
                    )),
                };
                let _ = books.put(&mut engine, Input::AgentChanged { agent: id.clone(), change });
                let seen = if how == 8 { Availability::InACall } else { Availability::Available };
                let at = Instant::from_millis(books.now);
                let observation = Observation::new(seen, at, PresenceSource::Sweep);
                let _ = books.put(&mut engine, Input::PresenceObserved { agent: id, observation });
            }
            Act::End(n) => {
                if let Some(contact) = books.taken.keys().nth(n).cloned() {
                    books.put(&mut engine, Input::Released { contact }).unwrap();
                }
            }
            Act::Hide(n) => {
                if let Some(contact) = books.taken.keys().nth(n).cloned() {
                    books.put(&mut engine, Input::OutOfSight { contact }).unwrap();
                }
            }
        }
        books.check(&engine);
        books.check_work(&engine)?;
        books.check_turns(&engine, before)?;
    }
    Ok((engine, books))
}

/// I10: nobody who would do has been idle for longer than the one chosen.
fn check_idle(engine: &Engine, explanation: &Explanation) {
    let Decision::Offered { agents } = &explanation.decision else { return };
    let Some(agent) = agents.first() else { return };
    let idle = |id| engine.roster().agent(id).map(|record| record.idle(explanation.at));
    let kept = explanation.findings.iter().filter(|(_, finding)| *finding == Finding::Kept);
    for (other, _) in kept {
        assert!(idle(other) <= idle(agent), "{other} has been idle for longer than {agent}");
    }
}

fn fair() -> Queue {
    Queue::new("q".parse().unwrap(), rules())
}

/// Runs many days, and tells the first broken rule and how many calls were taken.
fn many_days(queue: impl Fn() -> Queue) -> (Option<&'static str>, usize) {
    let mut runner = TestRunner::deterministic();
    let mut taken = 0;
    for _ in 0..200 {
        let day = acts().new_tree(&mut runner).expect("days are easy to make").current();
        match run(day, queue()) {
            Ok((_, books)) => taken += books.accepted,
            Err(broken) => return (Some(broken), taken),
        }
    }
    (None, taken)
}

#[test]
fn the_days_made_up_here_do_have_calls_that_are_taken() {
    let (broken, taken) = many_days(fair);
    assert_eq!(broken, None);
    assert!(taken > 200, "{taken}");
}

/// Negative control: the newest call first.
#[test]
fn an_engine_that_serves_the_newest_first_is_found_out() {
    struct Newest;
    impl CallOrder for Newest {
        fn key(&self, call: &QueueEntry) -> OrderKey {
            let number: i128 = call.contact.as_str()[1..].parse().unwrap();
            OrderKey::new(-number, 0)
        }
    }
    let (broken, _) = many_days(|| fair().order(Newest));
    assert_eq!(broken, Some("a call was passed over"));
}

/// Negative control: a policy that never offers.
#[test]
fn an_engine_that_leaves_agents_idle_is_found_out() {
    struct Idle;
    impl RoutingPolicy for Idle {
        fn route(&self, _: &View<'_>, _: CallRef<'_>, plan: &mut Plan) {
            plan.wait(None);
        }
    }
    let (broken, _) = many_days(|| Queue::new("q".parse().unwrap(), Idle));
    assert_eq!(broken, Some("somebody is free and a call waits"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_call_is_lost_and_no_agent_is_given_too_much(acts in acts()) {
        let (_, books) = run(acts, fair()).expect("the rules hold");
        prop_assert!(books.accepted <= books.arrived);
    }

    #[test]
    fn the_same_inputs_give_the_same_state(acts in acts()) {
        let (first, _) = run(acts.clone(), fair()).expect("the rules hold");
        let (second, _) = run(acts, fair()).expect("the rules hold");
        prop_assert_eq!(format!("{first:?}"), format!("{second:?}"));
    }
}
