use proptest::prelude::*;

use super::*;

/// What a service might say in the course of one call that ends by a completed transfer.
fn story() -> Vec<Input> {
    vec![
        at(Phase::Establishing),
        at(Phase::Ringing),
        at(Phase::Established),
        tone(1),
        tone(2),
        tone(3),
        at(Phase::Transferring),
        at(Phase::Terminating),
    ]
}

proptest! {
    /// Lost, late, repeated and reordered: the call ends once, last, and for the same reason.
    #[test]
    fn any_interleaving_ends_alike(
        picks in prop::collection::vec(0_usize..8, 0..40),
        end_at in 0_usize..40,
        transfer_at in 0_usize..40,
        announced in any::<bool>(),
    ) {
        let story = story();
        let mut call = CallReducer::new(Direction::Outbound);
        let mut events = Vec::new();
        let mut asked = false;
        for (step, pick) in picks.iter().enumerate() {
            if step == transfer_at {
                asked = call.handle_input(NOW, Input::Sending(Order::Transfer)).is_ok();
            }
            if step == end_at {
                break;
            }
            call.handle_input(NOW, story[*pick].clone()).expect("no refusal");
            events.extend(drain(&mut call));
        }
        let end = if announced { with_result(Phase::Terminated, 0, 7015) } else { Input::Gone };
        for input in [end.clone(), end] {
            call.handle_input(LATER, input).expect("no refusal");
        }
        for input in story {
            call.handle_input(LATER, input).expect("no refusal");
        }
        call.handle_input(LATER, Input::Tick).expect("no refusal");
        events.extend(drain(&mut call));

        prop_assert_eq!(call.state(), LegState::Ended);
        let ends = events.iter().filter(|event| matches!(event, LegEvent::Ended(_))).count();
        prop_assert_eq!(ends, 1);
        let reason = if announced { EndReason::Transferred } else { EndReason::Reconciled };
        prop_assert!(
            matches!(events.last(), Some(LegEvent::Ended(cause)) if cause.reason == reason)
        );
        let transfers: Vec<_> =
            events.iter().filter(|event| matches!(event, LegEvent::TransferEnded(_))).collect();
        prop_assert_eq!(transfers.len(), usize::from(asked));
        let tones: String = events.iter().filter_map(|event| match event {
            LegEvent::Tone(tone) => Some(tone.reveal()),
            _ => None,
        }).collect();
        prop_assert!("123".contains(&tones) || tones == "13", "{}", tones);
        for once in [LegEvent::Ringing, LegEvent::Answered, LegEvent::MediaActive] {
            prop_assert!(events.iter().filter(|event| **event == once).count() <= 1);
        }
        if let Some(media) = events.iter().position(|event| *event == LegEvent::MediaActive) {
            let answered = events.iter().position(|event| *event == LegEvent::Answered);
            prop_assert!(answered.is_some_and(|answered| answered < media));
        }
    }
}
