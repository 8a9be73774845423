//! Who comes first.

use super::*;

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
    let mut desk = Desk::new(eligible().rank(rank).ring(RingMode::One));
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
fn each_measure_puts_the_right_one_first() {
    let two = || Capacity::new(2);
    let gold = || Selector::new("score", Compare::GreaterOrEqual, 10);
    // Ada has talked for a minute and is in a chat; Bo has the larger score and the first line.
    let cases = [
        (RankBy::LeastTalkTime, "bo"),
        (RankBy::LeastLoad, "bo"),
        (RankBy::SmallestLabel("score".into()), "ada"),
        (RankBy::LargestLabel("score".into()), "bo"),
        (RankBy::LargestLabel("nobody has it".into()), "ada"),
        (RankBy::BestMatch, "bo"),
        (RankBy::Level { ignored_up_to: 0 }, "bo"),
        (RankBy::Level { ignored_up_to: 2 }, "ada"),
        (RankBy::Position, "bo"),
        (RankBy::LastPosition, "ada"),
    ];
    for (rank, best) in cases {
        let mut desk = desk(eligible().rank(rank.clone().then(agent_id())).ring(RingMode::One));
        let last = Membership::PLAIN.level(2).position(2);
        desk.sign_in(placed("ada", last).capacity(two()).label("score", 10));
        desk.call("before");
        desk.accept();
        desk.pass(60);
        desk.put(Input::Released { contact: "before".parse().unwrap() });
        desk.call("chat");
        desk.accept();
        let first = Membership::PLAIN.level(1).position(1);
        desk.sign_in(placed("bo", first).capacity(two()).label("score", 15));
        let entry = desk.entry("C1").select(gold()).unwrap();
        desk.enter(entry);
        assert_eq!(desk.last(), format!("{best} C1"), "{rank:?}");
    }
}
