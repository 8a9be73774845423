use super::*;

/// Pain 53.
#[test]
fn the_endpoint_is_tried_before_the_service_tries_it() {
    let mut plan = Plan::with(UpkeepConfig::default());
    plan.input(Input::Want(wanted("a")));
    assert_eq!(plan.asked(), Action::Probe { url: URL.into() });
    plan.fail(Failure::Endpoint(ProbeError::Unreachable));
    let failing =
        Event::Failing { key: "a".into(), failure: Failure::Endpoint(ProbeError::Unreachable) };
    assert_eq!(plan.told(), [failing]);
    plan.until_asked();
    plan.fail(Failure::Endpoint(ProbeError::Unreachable));
    assert!(plan.told().is_empty(), "told once");
    plan.until_asked();
    plan.answer(Answer::Probed);
    assert!(matches!(plan.asked(), Action::Create(_)));
    plan.answer(created("s1"));
    assert_eq!(plan.told(), [active("a", "s1"), resync("a", Reason::Created)]);
    assert_eq!(plan.upkeep.live()["a"], "s1".into());
}

#[test]
fn waits_grow_up_to_their_bound_and_a_refusal_waits_for_somebody() {
    let mut plan = Plan::new();
    plan.input(Input::Want(wanted("a")));
    let mut waits = Vec::new();
    for _ in 0..12 {
        plan.fail(Failure::Passing);
        waits.push(plan.until_asked());
    }
    assert!(waits[0] <= Duration::from_secs(1), "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= MINUTE), "{waits:?}");
    assert!(waits[11] >= MINUTE / 2, "{waits:?}");
    plan.fail(Failure::Refused);
    assert_eq!(plan.until_asked(), MINUTE * 5);
    plan.fail(Failure::Throttled(Some(Duration::from_millis(2_128))));
    assert_eq!(plan.until_asked(), Duration::from_millis(2_128), "not a moment earlier");
    plan.answer(created("s1"));
    assert!(plan.told().contains(&active("a", "s1")));
}

/// Pain 49.
#[test]
fn what_exists_already_is_found_deleted_and_made_anew() {
    let mut plan = Plan::new();
    plan.input(Input::Want(wanted("a")));
    plan.fail(Failure::Exists);
    assert_eq!(plan.asked(), Action::List);
    // Of presences an account may have one, whatever its filter.
    let stray = listed("old", "/communications/presences?$filter=id in ('x')");
    let records = listed("records", "communications/callRecords");
    plan.answer(Answer::Listed(vec![records, stray]));
    assert_eq!(plan.asked(), Action::Delete { id: "old".into() });
    plan.answer(Answer::Deleted);
    assert!(plan.open.is_empty(), "creating right after a deletion is refused");
    plan.until_asked();
    assert!(matches!(plan.asked(), Action::Create(_)));
    plan.answer(created("new"));
    assert_eq!(plan.told(), [active("a", "new"), resync("a", Reason::Created)]);
}

#[test]
fn a_conflict_that_nobody_lists_is_tried_again() {
    let mut plan = Plan::new();
    plan.input(Input::Want(wanted("a")));
    for _ in 0..3 {
        plan.fail(Failure::Exists);
        plan.answer(Answer::Listed(Vec::new()));
        plan.until_asked();
        assert!(matches!(plan.asked(), Action::Create(_)));
    }
}

#[test]
fn the_conflict_of_one_does_not_delete_another_that_lives() {
    let mut plan = Plan::new();
    plan.made("a", "s1");
    plan.input(Input::Want(wanted("b")));
    plan.fail(Failure::Exists);
    plan.answer(Answer::Listed(vec![listed("s1", "communications/presences('a')")]));
    assert!(plan.open.is_empty(), "{:?}", plan.open);
    assert_eq!(plan.upkeep.live().len(), 1);
}

#[test]
fn what_is_forgotten_is_deleted_whatever_is_under_way() {
    let mut plan = Plan::new();
    plan.made("a", "s1");
    plan.input(Input::Forget("a"));
    assert_eq!(plan.asked(), Action::Delete { id: "s1".into() });
    plan.fail(Failure::NotFound);
    assert_eq!(plan.told(), [Event::Ended { key: "a".into() }]);
    assert!(plan.upkeep.is_idle());

    // Forgotten while it is made.
    plan.input(Input::Want(wanted("b")));
    plan.input(Input::Forget("b"));
    plan.answer(created("s2"));
    assert_eq!(plan.asked(), Action::Delete { id: "s2".into() });
    plan.answer(Answer::Deleted);
    assert_eq!(plan.told().last(), Some(&Event::Ended { key: "b".into() }));
    assert!(plan.upkeep.is_idle());

    // Forgotten while nothing is made of it.
    plan.input(Input::Want(wanted("c")));
    plan.fail(Failure::Passing);
    plan.input(Input::Forget("c"));
    assert_eq!(plan.told().last(), Some(&Event::Ended { key: "c".into() }));
    assert!(plan.upkeep.is_idle());
    assert_eq!(plan.drain(), None);
}

#[test]
fn one_that_is_wanted_otherwise_is_replaced_and_never_there_twice() {
    let mut plan = Plan::new();
    plan.made("a", "s1");
    let mut other = wanted("a");
    other.resource = crate::wire::Sensitive::new("communications/presences('other')");
    plan.input(Input::Want(other.clone()));
    assert_eq!(plan.asked(), Action::Delete { id: "s1".into() });
    plan.answer(Answer::Deleted);
    plan.until_asked();
    assert_eq!(plan.asked(), Action::Create(Box::new(other.clone())));
    plan.answer(created("s2"));
    plan.input(Input::Want(other));
    assert!(plan.open.is_empty(), "the same once more changes nothing");
}

#[test]
fn requests_under_way_and_subscriptions_have_their_bounds() {
    let mut plan = Plan::with(UpkeepConfig::default().probe(false).in_flight(2));
    for n in 0..5 {
        plan.input(Input::Want(wanted(&format!("k{n}"))));
    }
    assert_eq!(plan.open.len(), 2);
    plan.answer(created("s0"));
    assert_eq!(plan.open.len(), 2);
    for n in 5..MAX_WANTED {
        plan.input(Input::Want(wanted(&format!("k{n}"))));
    }
    let more = plan.upkeep.handle_input(plan.now, Input::Want(wanted("more")));
    assert_eq!(more, Err(TooMany));
    assert_eq!(plan.upkeep.keys().len(), MAX_WANTED);
}

#[test]
fn an_answer_that_never_comes_is_asked_for_again_and_a_late_one_changes_nothing() {
    let mut plan = Plan::new();
    plan.input(Input::Want(wanted("a")));
    let (late, _) = plan.open.remove(0);
    let waited = plan.until_asked();
    assert!(waited >= MINUTE * 2, "{waited:?}");
    plan.input(Input::Answered { ticket: late, answer: created("late") });
    assert!(plan.upkeep.live().is_empty());
    plan.answer(created("s1"));
    assert_eq!(plan.upkeep.live()["a"], "s1".into());
}

#[test]
fn a_service_that_grants_no_life_is_not_asked_without_pause() {
    let mut plan = Plan::new();
    plan.input(Input::Want(wanted("a")));
    let start = plan.now;
    for n in 0..10 {
        while let Action::Renew { .. } = plan.asked() {
            plan.answer(Answer::Renewed { remaining: Duration::ZERO });
            plan.until_asked();
        }
        if let Action::Delete { .. } = plan.asked() {
            plan.answer(Answer::Deleted);
            plan.until_asked();
        }
        let id = format!("s{n}");
        plan.answer(Answer::Created { id: id.into(), remaining: Duration::ZERO });
        plan.until_asked();
    }
    assert!(plan.now.since(start) >= MINUTE * 5, "{:?}", plan.now.since(start));
}

#[test]
fn one_that_is_replaced_while_it_is_made_or_renewed_is_deleted_with_its_own_account() {
    let other = || Wanted::new("a", "communications/callRecords", URL).account("second");
    let mut plan = Plan::with(UpkeepConfig::default().probe(false).audit(HOUR * 1000));
    plan.input(Input::Want(wanted("a").account("first")));
    plan.input(Input::Want(other()));
    plan.answer(created("old"));
    assert!(plan.told().is_empty(), "nobody wants it any more");
    assert_eq!(
        (plan.account.clone().as_ref(), plan.asked()),
        ("first", Action::Delete { id: "old".into() })
    );
    plan.answer(Answer::Deleted);
    plan.until_asked();
    assert_eq!(
        (plan.account.clone().as_ref(), plan.asked()),
        ("second", Action::Create(Box::new(other())))
    );
    plan.answer(created("new"));
    plan.until_asked();
    plan.input(Input::Want(wanted("a").account("first")));
    plan.answer(Answer::Renewed { remaining: HOUR });
    assert_eq!(
        (plan.account.clone().as_ref(), plan.asked()),
        ("second", Action::Delete { id: "new".into() })
    );
}
