//! Who comes into question, and when.

use super::*;

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
    let entry = desk.entry("C1").select(asked).unwrap();
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
fn whoever_is_wanted_for_one_call_alone_is_offered_no_other() {
    let mut desk = desk(plain());
    desk.call("C1");
    let expert = Box::new(agent("eve"));
    let (within, exit) = (secs(60), Exit::Disconnect);
    desk.put(Input::OfferDirect { contact: "C2".parse().unwrap(), expert, within, exit });
    desk.see("eve", crate::agent::Availability::Available);
    assert_eq!(desk.offered(), ["eve C2"]);
}
