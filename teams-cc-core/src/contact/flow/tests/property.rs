//! What holds whatever happens, in whatever order.

use proptest::prelude::*;

use super::*;

fn any_event() -> impl Strategy<Value = LegEvent> {
    prop_oneof![
        Just(LegEvent::Ringing),
        Just(LegEvent::Diverted),
        Just(LegEvent::Answered),
        Just(LegEvent::MediaActive),
        Just(LegEvent::Tone(tone('1'))),
        Just(LegEvent::Tone(tone('9'))),
        Just(LegEvent::OperationEnded {
            operation: OperationId::numbered("op", 1),
            outcome: OperationOutcome::Completed
        }),
        Just(LegEvent::Bridged { with: party_leg(1) }),
        Just(LegEvent::TransferEnded(TransferOutcome::Unknown)),
        Just(ended(EndReason::Completed)),
        Just(ended(EndReason::Transferred)),
    ]
}

fn any_order() -> impl Strategy<Value = Order> {
    let ring = Duration::from_secs(12);
    let within = Duration::from_secs(5);
    prop_oneof![
        Just(Order::Answer),
        Just(Order::Play(prompt())),
        Just(Order::Collect { prompts: prompt(), max: 2, within, terminator: Some(tone('#')) }),
        Just(Order::Offer { party: ada(), agent: None, ring, confirm: by_tone() }),
        Just(Order::Offer { party: ada(), agent: None, ring, confirm: Confirm::TrustAnswer }),
        (1..3u64).prop_map(|n| Order::Connect(party_leg(n))),
        (1..3u64).prop_map(|n| Order::Release(party_leg(n))),
        Just(Order::HangUp),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    Order(Order),
    Customer(LegEvent),
    Party(u64, LegEvent),
    Dialled(u64),
    Accepted(Verb),
    Refused(Verb),
    Withdraw(u64),
    Wait(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    let verb = prop_oneof![Just(Verb::Play), Just(Verb::Answer), Just(Verb::TransferConsultative)];
    prop_oneof![
        4 => any_order().prop_map(Step::Order),
        3 => any_event().prop_map(Step::Customer),
        4 => (1..4u64, any_event()).prop_map(|(n, event)| Step::Party(n, event)),
        2 => (1..4u64).prop_map(Step::Dialled),
        1 => verb.clone().prop_map(Step::Accepted),
        1 => verb.prop_map(Step::Refused),
        1 => (1..6u64).prop_map(Step::Withdraw),
        1 => (0..20u64).prop_map(Step::Wait),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_each_order_has_one_reply_and_no_leg_is_left(
        steps in prop::collection::vec(any_step(), 0..60),
        bridges: bool,
    ) {
        let mut desk = Desk::new(if bridges { SIP } else { GRAPH });
        let mut withdrawn = Vec::new();
        for step in steps {
            match step {
                Step::Order(order) => { desk.order(order); }
                Step::Customer(event) => desk.leg(&customer(), event),
                Step::Party(n, event) => desk.leg(&party_leg(n), event),
                Step::Dialled(n) => desk.tell(Input::Dialled {
                    leg: party_leg(n), capabilities: Capabilities::of(GRAPH),
                }),
                Step::Accepted(verb) => desk.tell(Input::Accepted {
                    leg: customer(), verb, operation: Some(OperationId::numbered("op", 1)),
                }),
                Step::Refused(verb) => {
                    desk.tell(Input::Refused { leg: customer(), verb, why: "no".into() });
                }
                Step::Withdraw(n) => {
                    withdrawn.push(OrderId(n));
                    desk.tell(Input::Withdraw(OrderId(n)));
                }
                Step::Wait(secs) => desk.after(Duration::from_secs(secs)),
            }
        }
        desk.leg(&customer(), ended(EndReason::Completed));
        for n in 1..20 {
            let capabilities = Capabilities::of(GRAPH);
            desk.tell(Input::Dialled { leg: party_leg(n), capabilities });
            desk.leg(&party_leg(n), ended(EndReason::Completed));
        }
        prop_assert!(desk.flow.is_finished());
        for n in 1..=desk.next_order {
            let replied = desk.reply(OrderId(n)).is_some();
            prop_assert!(replied || withdrawn.contains(&OrderId(n)), "order {n} has no reply");
        }
        prop_assert!(matches!(desk.flow.poll_output(), Output::Timeout(None)));
    }
}
