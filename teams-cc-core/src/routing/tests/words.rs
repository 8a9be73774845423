//! Each word of a policy, seen to matter.

use std::time::Duration;

use super::desk::{Desk, agent, secs};
use crate::{
    AgentId, Instant,
    agent::{Agent, AwayReason, Capacity, Channel, Compare, Membership, Pauses, Selector, Skill},
    contact::OfferEnd,
    queue::{Exit, Levels, QueueEntry, QueueLimits, WhileRinging},
    routing::{
        AgentChange, CallbackReason, CallbackRule, EngineConfig, Input, OfferRules, Queue,
        RingMode, Standing,
        policy::{
            self, Calls, Circle, IdleSince, Ring, Rules, Skip, Tiers, agent_id, eligible,
            fewest_calls, label, level, levels, longest_idle, longest_idle_since, next_in_line,
            no_agents, position, preferred, proficiency, round_robin, skill,
        },
    },
};

fn plain() -> Rules {
    eligible().rank(longest_idle().then(agent_id())).ring(RingMode::One)
}

/// A desk where nobody looks at presence.
fn desk(rules: Rules) -> Desk {
    Desk::new(rules)
}

fn id(text: &str) -> AgentId {
    text.parse().unwrap()
}

fn placed(name: &str, membership: Membership) -> Agent {
    agent(name).member("q".parse().unwrap(), membership)
}

impl Desk {
    fn enter(&mut self, entry: QueueEntry) {
        self.put(Input::Enqueue(entry));
    }

    fn entry(&self, contact: &str) -> QueueEntry {
        QueueEntry::new(contact.parse().unwrap(), "q".parse().unwrap(), self.now)
    }

    /// Everything offered so far, as `agent contact`.
    fn offered(&self) -> Vec<String> {
        let offers = self.seen.offers.iter();
        offers.map(|(_, agent, contact)| format!("{agent} {contact}")).collect()
    }

    /// Takes the newest offer and ends the call.
    fn serve(&mut self) {
        let contact = self.seen.offers.last().unwrap().2.clone();
        self.accept();
        self.put(Input::Released { contact });
    }
}

#[test]
fn a_skill_is_relaxed_and_then_dropped_in_the_second_it_says() {
    let billing = skill("billing").unwrap().at_least(3);
    let billing = billing.relax_after(secs(20), 1).drop_after(secs(60));
    let mut desk = desk(eligible().require(billing).rank(agent_id()).ring(RingMode::One));
    desk.call("C1");
    desk.call("C2");
    desk.sign_in(agent("novice").skill(Skill::new("billing", 1).unwrap()));
    desk.sign_in(agent("other"));
    desk.pass(19);
    assert!(desk.offered().is_empty());
    desk.pass(1);
    assert_eq!(desk.last(), "novice C1");
    desk.pass(39);
    assert_eq!(desk.seen.offers.len(), 2, "rung once more after a miss, and nobody else");
    desk.pass(1);
    assert_eq!(desk.last(), "other C1", "the first call is still the first");
}

#[test]
fn rings_open_in_turn_and_a_ring_nobody_is_free_in_may_be_skipped() {
    let rules = |skip| {
        eligible()
            .rings([
                Ring::new().of(label("team", Compare::Equal, "gold")).skip(skip),
                Ring::new().after(secs(10)),
            ])
            .rank(agent_id())
            .ring(RingMode::One)
    };
    for (skip, waits) in [(Skip::Never, true), (Skip::IfNobodyFree, false)] {
        let mut desk = desk(rules(skip));
        desk.sign_in(agent("bo"));
        desk.call("C1");
        assert_eq!(desk.offered().is_empty(), waits, "{skip:?}");
        desk.pass(10);
        assert_eq!(desk.last(), "bo C1");
    }
}

#[test]
fn a_ring_drops_a_skill_that_the_call_asks_for() {
    let rings = [
        Ring::new(),
        Ring::new().after(secs(10)).without("billing".parse().unwrap()),
        Ring::new().after(secs(20)).without("en".parse().unwrap()),
    ];
    let mut desk = desk(eligible().rings(rings).rank(agent_id()).ring(RingMode::One));
    desk.sign_in(agent("nobody"));
    let entry = desk.entry("C1").needs(Skill::new("en", 1).unwrap());
    desk.enter(entry.needs(Skill::new("billing", 1).unwrap()));
    desk.pass(10);
    assert!(desk.offered().is_empty());
    desk.sign_in(agent("speaks").skill(Skill::new("en", 2).unwrap()));
    assert_eq!(desk.last(), "speaks C1");
    desk.decline(OfferEnd::Declined);
    desk.pass(10);
    assert_eq!(desk.last(), "nobody C1");
}

#[test]
fn a_call_is_kept_for_whom_it_prefers_and_then_goes_to_anybody() {
    let rules = |prefer| eligible().prefer(prefer).rank(agent_id()).ring(RingMode::One);
    let hold = preferred().hold(secs(15));
    for (prefer, there, waited) in [
        (hold, true, 15),
        (hold, false, 15),
        (hold.unless_away(), false, 0),
        (preferred(), true, 0),
    ] {
        let mut desk = desk(rules(prefer));
        desk.sign_in(agent("ada"));
        if there {
            desk.sign_in(agent("zoe"));
            desk.change("zoe", AgentChange::Away(AwayReason::Break));
        }
        let entry = desk.entry("C1").prefer(id("zoe"));
        let start = desk.now;
        desk.enter(entry);
        while desk.offered().is_empty() {
            desk.pass(1);
        }
        assert_eq!(desk.last(), "ada C1");
        assert_eq!(desk.now - start, secs(waited), "{prefer:?} {there}");
    }
    // Free at once, the preferred comes first whatever the ranking says, and without the skills.
    let mut desk = desk(rules(preferred().any_skills()));
    desk.sign_in(agent("ada").skill(Skill::new("en", 5).unwrap()));
    desk.sign_in(agent("zoe"));
    let entry = desk.entry("C1").prefer(id("zoe")).needs(Skill::new("en", 1).unwrap());
    desk.enter(entry);
    assert_eq!(desk.last(), "zoe C1");
}

#[test]
fn the_idle_clocks_differ_by_what_sets_them_back() {
    // Ada's last call ended long ago, and she has just come back from a break; Bo the other way.
    let cases = [
        (IdleSince::BecameAvailable, "bo"),
        (IdleSince::LastCallEnd, "ada"),
        (IdleSince::LastContact, "ada"),
        (IdleSince::SeenAvailable, "ada"),
    ];
    for (clock, best) in cases {
        let rules = eligible().rank(longest_idle_since(clock).then(agent_id()));
        let mut desk = desk(rules.ring(RingMode::One));
        for name in ["ada", "bo"] {
            desk.sign_in(agent(name));
            desk.call(name);
            desk.serve();
            desk.pass(100);
        }
        desk.change("ada", AgentChange::Away(AwayReason::Break));
        desk.pass(50);
        desk.change("ada", AgentChange::Available);
        desk.call("C9");
        assert_eq!(desk.last(), format!("{best} C9"), "{clock:?}");
    }
}

#[test]
fn fewest_calls_and_proficiency_rank_as_they_say() {
    let mut desk = desk(eligible().rank(fewest_calls().then(agent_id())).ring(RingMode::One));
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.serve();
    desk.sign_in(agent("bo"));
    desk.call("C2");
    assert_eq!(desk.last(), "bo C2");

    let rank = proficiency("en").unwrap().then(longest_idle()).then(agent_id());
    let mut desk = super::desk::Desk::new(eligible().rank(rank).ring(RingMode::One));
    desk.sign_in(agent("ada").skill(Skill::new("en", 2).unwrap()));
    desk.sign_in(agent("bo").skill(Skill::new("en", 4).unwrap()));
    desk.call("C1");
    assert_eq!(desk.last(), "bo C1");
    assert!(desk.seen.told.last().unwrap().contains("bo chosen (en 4, longest idle"));
}

#[test]
fn agents_take_turns_in_each_kind_of_circle() {
    let turns = |rules: Rules, calls: usize| {
        let mut desk = desk(rules);
        for (name, level, position) in [("ann", 1, 3), ("bea", 1, 1), ("cat", 2, 2)] {
            let place = Membership::PLAIN.level(level).position(position);
            desk.sign_in(placed(name, place));
        }
        for n in 0..calls {
            desk.call(&format!("C{n}"));
            desk.serve();
        }
        desk.offered().iter().map(|o| o[..1].to_owned()).collect::<String>()
    };
    let one = RingMode::One;
    let ids = eligible().rank(round_robin(Circle::Ids).then(agent_id())).ring(one);
    assert_eq!(turns(ids, 5), "abcab");
    let positions = round_robin(Circle::Positions).then(position()).then(agent_id());
    assert_eq!(turns(eligible().rank(positions).ring(one), 5), "bcabc");
    let levels = round_robin(Circle::Levels).then(level()).then(position()).then(agent_id());
    assert_eq!(turns(eligible().rank(levels).ring(one), 5), "bacba");
    let same = round_robin(Circle::SameLevel).then(level()).then(position()).then(agent_id());
    assert_eq!(turns(eligible().rank(same).ring(one), 5), "babab");
}

#[test]
fn each_call_goes_down_the_line_by_itself() {
    let rank = next_in_line(Circle::Positions).then(position()).then(agent_id());
    let config = EngineConfig::default().offers(OfferRules::default().pass(Pauses::default()));
    let rules = eligible().rank(rank).ring(RingMode::One);
    let mut desk = Desk::with(rules, QueueLimits::default(), config);
    for (name, position) in [("ann", 2), ("bea", 1)] {
        desk.sign_in(placed(name, Membership::PLAIN.position(position)));
    }
    desk.call("C1");
    desk.decline(OfferEnd::Declined);
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.offered(), ["bea C1", "ann C1", "bea C1"]);
}

#[test]
fn lines_open_by_their_wait_and_empty_ones_hold_nobody_back() {
    let mut tiers = Tiers { wait: secs(20), multiply: true, ..Tiers::default() };
    let rules = |tiers| {
        eligible().gate(levels().tiers(tiers)).rank(level().then(agent_id())).ring(RingMode::One)
    };
    // Somebody is in the first line, at work: the second opens after twice the wait.
    let mut busy = desk(rules(tiers));
    busy.sign_in(placed("ada", Membership::PLAIN.level(1)));
    busy.change("ada", AgentChange::Away(AwayReason::Break));
    busy.sign_in(placed("bo", Membership::PLAIN.level(2)));
    busy.call("C1");
    busy.pass(39);
    assert!(busy.offered().is_empty());
    busy.pass(1);
    assert_eq!(busy.last(), "bo C1");
    // Nobody is there: it opens at once, unless every line waits.
    for (skip_empty, waits) in [(true, false), (false, true)] {
        tiers.skip_empty = skip_empty;
        let mut empty = desk(rules(tiers));
        empty.sign_in(placed("bo", Membership::PLAIN.level(2)));
        empty.call("C1");
        assert_eq!(empty.offered().is_empty(), waits);
    }
}

#[test]
fn a_call_names_its_lines_and_the_queue_widens_them() {
    let gate = levels().widen(secs(30), Levels { first: 0, last: 5 });
    let mut desk = desk(eligible().gate(gate).rank(agent_id()).ring(RingMode::One));
    desk.sign_in(placed("ada", Membership::PLAIN.level(5)));
    let entry = desk.entry("C1").levels(Levels { first: 0, last: 2 });
    desk.enter(entry);
    desk.pass(29);
    assert!(desk.offered().is_empty());
    desk.pass(1);
    assert_eq!(desk.last(), "ada C1");
}

#[test]
fn labels_asked_for_expire() {
    let mut desk = desk(plain());
    desk.sign_in(agent("ada").label("english", 2));
    let asked = Selector::new("english", Compare::GreaterOrEqual, 4).expires(secs(30));
    let entry = desk.entry("C1").select(asked);
    desk.enter(entry);
    desk.pass(29);
    assert!(desk.offered().is_empty());
    desk.pass(1);
    assert_eq!(desk.last(), "ada C1");
}

#[test]
fn channels_share_out_the_units() {
    let blended = Capacity::units(100).channel(Channel::Voice, 60, 1).channel(Channel::Chat, 25, 2);
    let mut desk = desk(plain());
    desk.sign_in(agent("ada").capacity(blended));
    for (contact, channel, taken) in [
        ("chat1", Channel::Chat, true),
        ("voice1", Channel::Voice, true),
        ("chat2", Channel::Chat, false),
        ("mail", Channel::Email, false),
    ] {
        let entry = desk.entry(contact).channel(channel);
        desk.enter(entry);
        let offered = desk.last() == format!("ada {contact}");
        assert_eq!(offered, taken, "{contact}");
        if offered {
            desk.accept();
        }
    }
    desk.put(Input::Released { contact: "voice1".parse().unwrap() });
    assert_eq!(desk.last(), "ada chat2");
}

#[test]
fn all_are_rung_and_the_first_to_answer_has_the_call() {
    let mut desk = desk(eligible().rank(agent_id()).ring(RingMode::All));
    for name in ["ada", "bo", "cy"] {
        desk.sign_in(agent(name));
    }
    desk.call("C1");
    assert_eq!(desk.offered(), ["ada C1", "bo C1", "cy C1"]);
    desk.sign_in(agent("dee"));
    assert_eq!(desk.last(), "dee C1", "who comes while it rings is rung too");
    let second = desk.seen.offers[1].0.clone();
    desk.put(Input::OfferAccepted { offer: second });
    assert_eq!(desk.seen.revoked.len(), 3);
    assert_eq!(
        ["ada", "bo", "cy", "dee"].map(|name| desk.state(name)),
        ["available", "busy", "available", "available"]
    );
    let late = desk.seen.offers[0].0.clone();
    assert!(desk.try_put(Input::OfferAccepted { offer: late }).is_err());
}

#[test]
fn several_are_rung_at_once_and_another_one_where_one_declined() {
    let mut desk = desk(eligible().rank(agent_id()).ring(RingMode::parallel(2)));
    for name in ["ada", "bo", "cy"] {
        desk.sign_in(agent(name));
    }
    desk.call("C1");
    assert_eq!(desk.offered(), ["ada C1", "bo C1"]);
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.last(), "cy C1");
}

#[test]
fn one_more_rings_each_time_while_the_others_ring_on() {
    let rules = eligible().rank(agent_id()).ring(RingMode::Progressive(secs(5)));
    let mut desk = desk(rules);
    for name in ["ada", "bo", "cy"] {
        desk.sign_in(agent(name));
    }
    desk.call("C1");
    desk.pass(4);
    assert_eq!(desk.offered(), ["ada C1"]);
    desk.pass(6);
    assert_eq!(desk.offered(), ["ada C1", "bo C1", "cy C1"]);
    assert!(desk.seen.revoked.is_empty());
}

#[test]
fn an_attempt_gives_the_next_agent_what_is_left_and_is_followed_by_a_pause() {
    let rules = OfferRules::default()
        .ring(secs(15))
        .confirm(Duration::ZERO)
        .attempts(secs(15), secs(5))
        .pass(Pauses::default());
    let config = EngineConfig::default().offers(rules);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.sign_in(agent("ada"));
    desk.pass(1);
    desk.sign_in(agent("bo"));
    desk.call("C1");
    desk.pass(10);
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.last(), "bo C1");
    desk.pass(4);
    assert!(desk.seen.revoked.is_empty());
    desk.pass(1);
    assert_eq!(desk.seen.revoked.len(), 1, "five seconds were left");
    desk.pass(4);
    assert_eq!(desk.seen.offers.len(), 2);
    desk.pass(1);
    assert_eq!(desk.last(), "ada C1");
}

#[test]
fn an_agent_rests_by_what_became_of_the_offer() {
    let rest = Pauses::default().no_answer(secs(60)).declined(secs(7));
    let rules = OfferRules::default().rest(rest).pass(Pauses::default());
    let config = EngineConfig::default().offers(rules);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.decline(OfferEnd::Declined);
    desk.pass(6);
    assert_eq!(desk.seen.offers.len(), 1);
    desk.pass(1);
    assert_eq!(desk.seen.offers.len(), 2);
    desk.decline(OfferEnd::NoAnswer);
    desk.pass(59);
    assert_eq!(desk.seen.offers.len(), 2);
    desk.change("ada", AgentChange::Available);
    assert_eq!(desk.seen.offers.len(), 3, "the agent's own word ends a rest");
}

#[test]
fn time_being_up_cuts_ringing_short_only_where_the_queue_says_so() {
    for (what, offers, left) in [(WhileRinging::RingOn, 1, 0), (WhileRinging::CutShort, 1, 1)] {
        let limits = QueueLimits::default().wait(secs(10), Exit::Voicemail).while_ringing(what);
        let mut desk = Desk::with(plain(), limits, EngineConfig::default());
        desk.sign_in(agent("ada"));
        desk.call("C1");
        desk.pass(10);
        assert_eq!((desk.seen.offers.len(), desk.seen.exits.len()), (offers, left), "{what:?}");
        desk.pass(60);
        assert_eq!(desk.seen.exits.len(), 1, "{what:?}");
    }
}

#[test]
fn only_new_calls_leave_where_the_policy_says_so() {
    for (calls, exits) in [(Calls::All, 2), (Calls::New, 1)] {
        let rules = plain().or_when_calls(no_agents(), calls, Exit::Voicemail);
        let mut desk = desk(rules);
        desk.sign_in(agent("ada"));
        desk.call("C0");
        desk.accept();
        desk.call("C1");
        desk.pass(1);
        desk.change("ada", AgentChange::Away(AwayReason::Break));
        desk.call("C2");
        assert_eq!(desk.seen.exits.len(), exits, "{calls:?}");
    }
}

#[test]
fn nobody_being_there_counts_only_once_it_has_lasted() {
    let nobody = no_agents().counting([Standing::SignedOut]).grace(secs(5)).lasting(secs(20));
    let mut desk = desk(plain().or_when(nobody, Exit::Voicemail));
    desk.sign_in(agent("ada"));
    desk.change("ada", AgentChange::Away(AwayReason::Break));
    desk.pass(100);
    desk.call("C1");
    desk.pass(100);
    assert!(desk.seen.exits.is_empty(), "a break is not gone");
    desk.change("ada", AgentChange::SignedOut);
    desk.call("C2");
    desk.pass(19);
    assert!(desk.seen.exits.is_empty());
    desk.pass(1);
    assert_eq!(desk.seen.exits.len(), 1, "C1: twenty seconds after nobody was there");
    desk.pass(5);
    assert_eq!(desk.seen.exits.len(), 2, "C2: counted from five seconds after it came");
}

#[test]
fn who_hung_up_and_calls_again_has_the_old_place() {
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).resume(secs(60)));
    let first = desk.entry("C1").caller("k1");
    desk.enter(first);
    desk.pass(10);
    let other = desk.entry("C2").caller("k2");
    desk.enter(other);
    desk.put(Input::Abandoned { contact: "C1".parse().unwrap() });
    desk.pass(59);
    let again = desk.entry("C3").caller("k1");
    desk.enter(again);
    desk.sign_in(agent("ada"));
    assert_eq!(desk.last(), "ada C3");
    // Too late the next time.
    desk.accept();
    desk.put(Input::Abandoned { contact: "C2".parse().unwrap() });
    let third = desk.entry("C4");
    desk.enter(third);
    desk.pass(60);
    let late = desk.entry("C5").caller("k2");
    desk.enter(late);
    desk.put(Input::Released { contact: "C3".parse().unwrap() });
    assert_eq!(desk.last(), "ada C4");
}

#[test]
fn callers_are_offered_to_be_called_back_by_wait_length_or_crowd() {
    let rule = CallbackRule::default().waited(secs(60)).waiting(2);
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).callback(rule));
    let start = desk.now;
    for contact in ["C1", "C2", "C3"] {
        desk.call(contact);
    }
    desk.pass(60);
    let seen: Vec<String> =
        desk.seen.callbacks.iter().map(|(contact, why)| format!("{contact} {why:?}")).collect();
    assert_eq!(seen, ["C3 Waiting", "C1 Waited"]);
    assert_eq!(desk.now, start + secs(60));

    let rule = CallbackRule::default().waiting_per_agent(2);
    let mut desk = super::desk::Desk::new(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).callback(rule));
    desk.sign_in(agent("ada"));
    for contact in ["C1", "C2", "C3"] {
        desk.call(contact);
    }
    assert_eq!(desk.seen.callbacks, [("C3".parse().unwrap(), CallbackReason::WaitingPerAgent)]);
}

#[test]
fn the_heavier_queue_and_the_agents_own_priority_come_before_waiting_longer() {
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("heavy".parse().unwrap(), plain()).weight(10));
    let enter = |desk: &mut Desk, contact: &str, queue: &str| {
        let now: Instant = desk.now;
        let entry = QueueEntry::new(contact.parse().unwrap(), queue.parse().unwrap(), now);
        desk.enter(entry);
    };
    enter(&mut desk, "C1", "q");
    desk.pass(5);
    enter(&mut desk, "C2", "heavy");
    desk.sign_in(agent("ada").queue("heavy".parse().unwrap()));
    assert_eq!(desk.last(), "ada C2");
    desk.accept();
    // Bo wants calls of `q` first, whatever weighs more.
    enter(&mut desk, "C3", "heavy");
    let first = Membership::PLAIN.priority(1, Duration::ZERO);
    let later = Membership::PLAIN.priority(2, Duration::ZERO);
    let bo =
        agent("bo").member("heavy".parse().unwrap(), later).member("q".parse().unwrap(), first);
    desk.sign_in(bo);
    assert_eq!(desk.last(), "bo C1");
}

#[test]
fn an_agent_is_called_on_only_after_the_delay_of_the_queue() {
    let mut desk = desk(plain());
    desk.sign_in(placed("ada", Membership::PLAIN.priority(1, secs(30))));
    desk.call("C1");
    desk.pass(29);
    assert!(desk.offered().is_empty());
    desk.pass(1);
    assert_eq!(desk.last(), "ada C1");
}

#[test]
fn a_policy_is_swapped_without_losing_a_call_or_a_place() {
    let strict = eligible().require(skill("en").unwrap()).rank(agent_id()).ring(RingMode::One);
    let mut desk = desk(strict);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.call("C2");
    assert!(desk.offered().is_empty());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()));
    desk.put(Input::Tick);
    assert_eq!(desk.last(), "ada C1");
    assert_eq!(desk.engine.waiting(), 2);
}

#[test]
fn a_policy_comes_back_from_toml_and_json_as_it_was_written() {
    let rules = eligible()
        .gate(policy::presence(crate::agent::Availability::Available).max_age(secs(60)))
        .require(skill("billing").unwrap().at_least(3).relax_after(secs(20), 1))
        .prefer(preferred().hold(secs(15)))
        .rings([Ring::new(), Ring::new().after(secs(10)).without("en".parse().unwrap())])
        .rank(proficiency("billing").unwrap().then(longest_idle()).then(agent_id()))
        .ring(RingMode::parallel(2))
        .or_after(secs(45), Exit::Queue("backoffice".parse().unwrap()))
        .or_when(no_agents().lasting(secs(5)), Exit::Voicemail);
    let json = serde_json::to_string(&rules).unwrap();
    let back: Rules = serde_json::from_str(&json).unwrap();
    assert_eq!(format!("{back:?}"), format!("{rules:?}"));
}

#[test]
fn what_is_wrong_with_a_written_policy_is_told_with_its_line() {
    let cases = [
        ("rank = [\"level\"]\n", "line 1", "unit"),
        ("gate = []\nrank = [\"least_load\"]\n", "line", "tie-break"),
        ("rank = [\"agent_id\"]\n\nring = \"sometimes\"\n", "line 3", "sometimes"),
        (
            "rank = [\"agent_id\"]\ngate = [\n  { skill = { name = \"\" } },\n]\n",
            "line 3",
            "1 to 64",
        ),
        ("rank = [\"agent_id\"]\nrung = \"one\"\n", "line 2", "rung"),
        ("rank = [\"agent_id\", \"least_load\"]\n", "line", "nothing may follow"),
        (
            "rank = [\"agent_id\"]\nor_after = [{ wait = \"soon\", exit = \"voicemail\" }]\n",
            "line 2",
            "soon",
        ),
    ];
    for (text, line, what) in cases {
        let error = Rules::from_toml(text).unwrap_err().to_string();
        assert!(error.contains(line) && error.contains(what), "{text}: {error}");
    }
}

#[test]
fn room_on_one_channel_is_noticed_by_an_agent_who_was_free_all_along() {
    let blended = Capacity::units(100).channel(Channel::Voice, 60, 1).channel(Channel::Chat, 10, 4);
    let mut desk = desk(plain());
    desk.sign_in(agent("ada").capacity(blended));
    for (contact, channel) in [("chat", Channel::Chat), ("voice1", Channel::Voice)] {
        let entry = desk.entry(contact).channel(channel);
        desk.enter(entry);
        desk.accept();
    }
    desk.call("voice2");
    assert_eq!(desk.last(), "ada voice1");
    desk.put(Input::Released { contact: "voice1".parse().unwrap() });
    assert_eq!(desk.last(), "ada voice2");
}

#[test]
fn an_attempt_without_a_pause_goes_on_when_the_agent_is_left_alone_no_more() {
    let rules = OfferRules::default()
        .attempts(secs(15), Duration::ZERO)
        .pass(Pauses::default())
        .misses_before_away(None);
    let config = EngineConfig::default().offers(rules);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.pass(5);
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.seen.offers.len(), 1);
    desk.pass(10);
    assert_eq!(desk.seen.offers.len(), 2, "the attempt is over, and there is no pause");
}

#[test]
fn whoever_is_back_is_offered_the_call_that_was_declined_for_good() {
    let pass = Pauses::default().declined(Pauses::UNTIL_BACK);
    let config = EngineConfig::default().offers(OfferRules::default().pass(pass));
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.decline(OfferEnd::Declined);
    desk.pass(100);
    assert_eq!(desk.seen.offers.len(), 1);
    desk.change("ada", AgentChange::Available);
    assert_eq!(desk.seen.offers.len(), 2);
}

#[test]
fn a_new_policy_is_asked_even_about_calls_that_nobody_is_free_for() {
    let mut desk = desk(plain());
    desk.call("C1");
    desk.pass(10);
    let impatient = plain().or_after(secs(5), Exit::Voicemail);
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), impatient));
    desk.put(Input::Tick);
    assert_eq!(desk.seen.exits.len(), 1);
}

#[test]
fn a_call_behind_the_first_still_leaves_in_its_own_time() {
    let rules = plain().or_after(secs(30), Exit::Voicemail);
    let mut desk = desk(plain());
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), rules).one_at_a_time(true));
    desk.sign_in(agent("ada"));
    desk.sign_in(agent("bo"));
    desk.call("C1");
    desk.call("C2");
    desk.pass(10);
    desk.decline(OfferEnd::Declined);
    assert_eq!(desk.offered(), ["ada C1", "bo C1"], "C2 waits for C1, though somebody is free");
    desk.pass(20);
    assert!(desk.seen.exits.iter().any(|(contact, ..)| contact.as_str() == "C2"));
}

#[test]
fn whoever_is_wanted_for_one_call_alone_is_offered_no_other() {
    let mut desk = desk(plain());
    desk.call("C1");
    let expert = Box::new(agent("eve"));
    let (within, exit) = (secs(60), Exit::Disconnect);
    desk.put(Input::OfferDirect { contact: "C2".parse().unwrap(), expert, within, exit });
    desk.see("eve", crate::agent::Availability::Available);
    assert_eq!(desk.offered(), ["eve C2"]);
}

#[test]
fn the_next_agent_of_an_attempt_long_over_is_rung_for_a_whole_one() {
    let rules = OfferRules::default()
        .ring(secs(15))
        .confirm(Duration::ZERO)
        .attempts(secs(15), secs(5))
        .pass(Pauses::default());
    let config = EngineConfig::default().offers(rules);
    let mut desk = Desk::with(plain(), QueueLimits::default(), config);
    desk.engine.set_queue(Queue::new("q".parse().unwrap(), plain()).one_at_a_time(true));
    desk.sign_in(agent("ada"));
    desk.call("C1");
    desk.pass(5);
    desk.decline(OfferEnd::Declined);
    desk.pass(100);
    desk.sign_in(agent("bo"));
    let revoked = desk.seen.revoked.len();
    desk.pass(14);
    assert_eq!(desk.seen.revoked.len(), revoked, "it rings for fifteen seconds");
}
