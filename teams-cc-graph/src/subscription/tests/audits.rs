use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// Pain 52: it dies without a word.
#[test]
fn an_audit_finds_what_is_gone_and_leaves_alone_what_it_does_not_know() {
    let mut plan = Plan::new();
    plan.made("a", "s1");
    plan.made("b", "s2");
    let after = plan.until_asked();
    assert_eq!((after, plan.asked()), (MINUTE * 15, Action::List));
    let mut elsewhere = listed("s8", "communications/callRecords");
    elsewhere.notification_url = "https://other.example/changes".into();
    let stray = listed("s9", "communications/callRecords");
    plan.answer(Answer::Listed(vec![listed("s1", "x"), stray, elsewhere]));
    let told = plan.told();
    assert!(told.contains(&interrupted("b", Reason::Vanished)), "{told:?}");
    assert!(told.contains(&Event::Stray { account: "".into(), id: "s9".into() }), "{told:?}");
    assert_eq!(told.len(), 2, "{told:?}");
    let Action::Create(wanted) = plan.asked() else { panic!() };
    assert_eq!(&*wanted.key, "b");
}

#[test]
fn what_was_made_while_the_list_was_under_way_is_not_missed_on_it() {
    let mut plan = Plan::new();
    plan.made("a", "s1");
    plan.until_asked();
    plan.now += MINUTE / 2;
    plan.input(Input::Want(wanted("b")));
    let (ticket, _) = plan.open.remove(1);
    plan.input(Input::Answered { ticket, answer: created("s2") });
    plan.told();
    plan.answer(Answer::Listed(vec![listed("s1", "x")]));
    assert!(plan.told().is_empty());
}

#[test]
fn an_audit_that_fails_says_nothing_and_comes_again() {
    let mut plan = Plan::new();
    plan.made("a", "s1");
    plan.until_asked();
    plan.fail(Failure::Passing);
    assert!(plan.told().is_empty());
    assert_eq!(plan.until_asked(), MINUTE * 15);
    assert_eq!(plan.asked(), Action::List);
}

/// A service of one account, which does what it likes.
#[derive(Default)]
struct Service {
    made: u64,
    /// By id, when each ends.
    there: BTreeMap<Box<str>, Instant>,
}

#[derive(Clone, Debug)]
enum Whim {
    Kind,
    Fails,
    Removes,
    NotMoved,
    Silent,
}

proptest! {
    /// Whatever the service does, once it is kind again each subscription lives, once.
    #[test]
    fn in_the_end_each_lives_once(
        whims in prop::collection::vec(prop_oneof![
            3 => Just(Whim::Kind), 2 => Just(Whim::Fails), 1 => Just(Whim::Removes),
            1 => Just(Whim::NotMoved), 1 => Just(Whim::Silent),
        ], 0..60),
    ) {
        let mut plan = Plan::new();
        let mut service = Service::default();
        for key in ["a", "b", "c"] {
            // Each of its own resource, so that they do not stand in each other's way.
            let mut one = wanted(key);
            one.resource = crate::wire::Sensitive::new(format!("resource/{key}"));
            plan.input(Input::Want(one));
        }
        let kind_from = whims.len();
        for turn in 0..kind_from + 200 {
            let whim = whims.get(turn).cloned().unwrap_or(Whim::Kind);
            plan.until_asked();
            let now = plan.now;
            service.there.retain(|_, ends| *ends > now);
            let (ticket, action) = plan.open.remove(0);
            if matches!(whim, Whim::Removes) {
                service.there.pop_first();
            }
            let answer = match (&whim, action) {
                (Whim::Silent, _) => continue,
                (Whim::Fails, _) => Answer::Failed(Failure::Passing),
                (_, Action::Create(_)) => {
                    service.made += 1;
                    let id: Box<str> = format!("s{}", service.made).into();
                    service.there.insert(id.clone(), now + HOUR);
                    Answer::Created { id, remaining: HOUR }
                }
                (whim, Action::Renew { id, .. }) => match service.there.get_mut(&id) {
                    None => Answer::Failed(Failure::NotFound),
                    Some(ends) => {
                        if !matches!(whim, Whim::NotMoved) {
                            *ends = now + HOUR;
                        }
                        Answer::Renewed { remaining: ends.since(now) }
                    }
                },
                (_, Action::Delete { id }) => match service.there.remove(&id) {
                    None => Answer::Failed(Failure::NotFound),
                    Some(_) => Answer::Deleted,
                },
                (_, Action::List) => {
                    Answer::Listed(service.there.keys().map(|id| listed(id, "resource")).collect())
                }
                (_, Action::Probe { .. }) => Answer::Probed,
            };
            plan.input(Input::Answered { ticket, answer });
        }
        let now = plan.now;
        service.there.retain(|_, ends| *ends > now);
        let live = plan.upkeep.live();
        prop_assert_eq!(live.len(), 3, "{:?}", live);
        for id in live.values() {
            prop_assert!(service.there.contains_key(id), "{} is not there: {:?}", id, service.there.keys());
        }
    }
}
