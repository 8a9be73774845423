use super::*;
use crate::model::LifecycleEventType as Kind;

fn renew(plan: &mut Plan) -> Box<str> {
    match plan.asked() {
        Action::Renew { id, .. } => id,
        other => panic!("{other:?}"),
    }
}

/// Pain 52.
#[test]
fn one_that_lives_an_hour_is_renewed_at_two_thirds_of_it_over_and_over() {
    let mut plan = Plan::with(UpkeepConfig::default().probe(false).audit(HOUR * 1000));
    plan.made("a", "s1");
    for _ in 0..50 {
        let after = plan.until_asked();
        assert!((MINUTE * 36..=MINUTE * 40).contains(&after), "{after:?}");
        assert_eq!(&*renew(&mut plan), "s1");
        plan.answer(Answer::Renewed { remaining: HOUR });
    }
    assert!(plan.told().is_empty(), "nothing was missed");
}

/// Messages of a chat: three days with content, which needs the lifecycle address above an hour.
#[test]
fn one_of_a_chat_lives_three_days_with_its_content_and_is_renewed_at_two_thirds_of_them() {
    let days = HOUR * 72;
    let mut plan = Plan::with(UpkeepConfig::default().probe(false).audit(HOUR * 1000));
    let chat = Wanted::new("chat", "chats/19:abc@thread.v2/messages", URL).content();
    plan.input(Input::Want(chat));
    let Action::Create(wanted) = plan.asked() else { panic!("{:?}", plan.open) };
    assert_eq!(
        (wanted.life, wanted.content, &*wanted.lifecycle_notification_url),
        (days, true, URL)
    );
    plan.answer(Answer::Created { id: "s1".into(), remaining: days });
    for _ in 0..5 {
        let after = plan.until_asked();
        assert!((HOUR * 43..=HOUR * 48).contains(&after), "{after:?}");
        let Action::Renew { life, content, .. } = plan.asked() else { panic!("{:?}", plan.open) };
        assert_eq!((life, content), (days, true));
        plan.answer(Answer::Renewed { remaining: days });
    }
    // A new certificate reaches it at once, and not in two days.
    plan.input(Input::CertificateChanged);
    assert_eq!(&*renew(&mut plan), "s1");
}

/// Pain 51, and the complaint of a renewal that gives five more minutes, or none.
#[test]
fn a_renewal_that_does_not_move_the_end_leads_to_a_new_subscription() {
    let mut plan = Plan::with(UpkeepConfig::default().probe(false).audit(HOUR * 1000));
    plan.made("a", "s1");
    let after = plan.until_asked();
    plan.answer(Answer::Renewed { remaining: HOUR.saturating_sub(after) });
    assert_eq!(plan.asked(), Action::Delete { id: "s1".into() });
    plan.answer(Answer::Deleted);
    plan.until_asked();
    plan.answer(created("s2"));
    let told =
        [interrupted("a", Reason::NotRenewed), active("a", "s2"), resync("a", Reason::Created)];
    assert_eq!(plan.told(), told);
}

#[test]
fn what_the_service_says_of_the_end_is_believed() {
    let mut plan = Plan::with(UpkeepConfig::default().probe(false).audit(HOUR * 1000));
    plan.made("a", "s1");
    let after = plan.until_asked();
    // Five minutes more than before: it goes on, and is renewed soon.
    let remaining = HOUR.saturating_sub(after) + MINUTE * 5;
    plan.answer(Answer::Renewed { remaining });
    let next = plan.until_asked();
    assert!(next < remaining && next > remaining / 2, "{next:?} of {remaining:?}");
    assert!(plan.told().is_empty());
}

#[test]
fn one_that_is_gone_is_made_anew_and_its_state_is_to_be_read() {
    let mut plan = Plan::with(UpkeepConfig::default().probe(false).audit(HOUR * 1000));
    plan.made("a", "s1");
    plan.until_asked();
    plan.fail(Failure::NotFound);
    assert!(matches!(plan.asked(), Action::Create(_)));
    plan.answer(created("s2"));
    let told =
        [interrupted("a", Reason::Vanished), active("a", "s2"), resync("a", Reason::Created)];
    assert_eq!(plan.told(), told);
}

#[test]
fn one_that_cannot_be_renewed_is_tried_until_its_end_and_then_made_anew() {
    let mut plan = Plan::with(UpkeepConfig::default().probe(false).audit(HOUR * 1000));
    plan.made("a", "s1");
    let start = plan.now;
    let mut tries = 0;
    loop {
        plan.until_asked();
        if let Action::Create(_) = plan.asked() {
            break;
        }
        tries += 1;
        plan.fail(Failure::Passing);
    }
    let lasted = plan.now.since(start);
    assert!((HOUR..HOUR + MINUTE).contains(&lasted), "{lasted:?}");
    assert!((15..60).contains(&tries), "{tries}");
    plan.answer(created("s2"));
    assert!(plan.told().contains(&interrupted("a", Reason::Expired)));
}

/// Pain 54.
#[test]
fn reauthorization_is_heeded_once_however_often_it_is_asked_for() {
    let mut plan = Plan::with(UpkeepConfig::default().probe(false).audit(HOUR * 1000));
    plan.made("a", "s1");
    plan.pass(MINUTE * 10);
    let event = Kind::ReauthorizationRequired;
    for _ in 0..20 {
        plan.input(Input::Lifecycle { id: "s1", event: &event });
    }
    assert_eq!(&*renew(&mut plan), "s1");
    plan.answer(Answer::Renewed { remaining: HOUR });
    plan.input(Input::Lifecycle { id: "s1", event: &event });
    assert!(plan.open.is_empty(), "it was renewed just now");
    plan.pass(MINUTE);
    plan.input(Input::Lifecycle { id: "s1", event: &event });
    assert_eq!(plan.open.len(), 1);
    plan.input(Input::Lifecycle { id: "unknown", event: &event });
    assert_eq!(plan.open.len(), 1);
}

#[test]
fn what_the_service_tells_of_a_subscription_is_acted_on() {
    let mut plan = Plan::new();
    plan.made("a", "s1");
    plan.input(Input::Lifecycle { id: "s1", event: &Kind::Missed });
    assert_eq!(plan.told(), [resync("a", Reason::Missed)]);
    plan.input(Input::Lifecycle { id: "s1", event: &Kind::SubscriptionRemoved });
    assert_eq!(plan.told(), [interrupted("a", Reason::Removed)]);
    assert!(matches!(plan.asked(), Action::Create(_)));
    plan.input(Input::Lifecycle { id: "s1", event: &Kind::SubscriptionRemoved });
    assert!(plan.told().is_empty(), "it is known");
}

#[test]
fn another_certificate_renews_what_carries_content_and_nothing_else() {
    let mut plan = Plan::new();
    plan.made("plain", "s1");
    plan.input(Input::Want(wanted("rich").content()));
    plan.answer(created("s2"));
    plan.input(Input::CertificateChanged);
    let Action::Renew { id, content, .. } = plan.asked() else { panic!() };
    assert_eq!((&*id, content), ("s2", true));
}

#[test]
fn what_an_earlier_process_made_is_renewed_and_not_made_twice() {
    let mut plan = Plan::new();
    plan.input(Input::Adopt(wanted("a"), Record::new("s1")));
    assert_eq!(&*renew(&mut plan), "s1");
    plan.answer(Answer::Renewed { remaining: HOUR });
    assert_eq!(plan.told(), [active("a", "s1"), resync("a", Reason::Created)]);

    plan.input(Input::Adopt(wanted("b"), Record::new("gone")));
    plan.fail(Failure::NotFound);
    assert!(matches!(plan.asked(), Action::Create(_)));
}
