//! The promises of the flow, one test each.

mod property;
mod race;

use std::time::Duration;

use super::*;
use crate::{
    Address, ContactId, Instant, LegId, OperationId, UserId,
    address::TeamsUser,
    contact::{
        AfterTransfer, AnsweredBy, Capabilities, ContactEvent, ContactState, EndCause, EndReason,
        EndedBy, Knowledge, LegCommand, LegEvent, OfferEnd, OperationOutcome, Prompt, Tone,
        TransferOutcome, TransferTarget, Verb,
    },
};

const GRAPH: &[Verb] =
    &[Verb::Answer, Verb::Play, Verb::CollectTones, Verb::TransferConsultative, Verb::HangUp];
const SIP: &[Verb] = &[Verb::Ring, Verb::Answer, Verb::Bridge, Verb::HangUp];

fn customer() -> LegId {
    LegId::numbered("G", 1)
}

fn party_leg(n: u64) -> LegId {
    LegId::numbered("C1.", n)
}

fn ada() -> Address {
    TeamsUser::new(UserId::numbered("ada", 1)).into()
}

fn tone(key: char) -> Tone {
    Tone::new(key).unwrap()
}

fn prompt() -> Vec<Prompt> {
    vec![Prompt::new("https://prompts.test/hello.wav").unwrap()]
}

fn ended(reason: EndReason) -> LegEvent {
    LegEvent::Ended(EndCause::new(reason, EndedBy::Remote))
}

fn by_tone() -> Confirm {
    Confirm::Tone { prompts: prompt(), accept: tone('1'), within: Duration::from_secs(6) }
}

/// A flow with everything it said, and a clock.
struct Desk {
    flow: Flow,
    now: Instant,
    said: Vec<Output>,
    next_order: u64,
}

impl Desk {
    fn new(verbs: &[Verb]) -> Self {
        let contact = ContactId::numbered("C", 1);
        let flow = Flow::new(contact, customer(), Capabilities::of(verbs), FlowConfig::default());
        let mut desk = Self { flow, now: Instant::from_secs(1), said: Vec::new(), next_order: 0 };
        desk.drain();
        desk
    }

    fn drain(&mut self) {
        loop {
            match self.flow.poll_output() {
                Output::Timeout(_) => return,
                output => self.said.push(output),
            }
        }
    }

    fn tell(&mut self, input: Input) {
        self.flow.handle_input(self.now, input);
        self.drain();
    }

    fn order(&mut self, order: Order) -> OrderId {
        self.next_order += 1;
        let id = OrderId(self.next_order);
        self.tell(Input::Order { id, order });
        id
    }

    fn leg(&mut self, leg: &LegId, event: LegEvent) {
        self.tell(Input::Leg { leg: leg.clone(), event });
    }

    fn after(&mut self, duration: Duration) {
        self.now += duration;
        self.tell(Input::Tick);
    }

    fn answered(verbs: &[Verb]) -> Self {
        let mut desk = Self::new(verbs);
        desk.order(Order::Answer);
        desk.leg(&customer(), LegEvent::Answered);
        desk.leg(&customer(), LegEvent::MediaActive);
        desk
    }

    fn offer(&mut self, confirm: Confirm) -> OrderId {
        let ring = Duration::from_secs(12);
        let order = self.order(Order::Offer { party: ada(), agent: None, ring, confirm });
        let leg = party_leg(1);
        self.tell(Input::Dialled { leg: leg.clone(), capabilities: Capabilities::of(GRAPH) });
        self.leg(&leg, LegEvent::Ringing);
        order
    }

    fn reply(&self, order: OrderId) -> Option<&Result<Outcome, OrderError>> {
        let mut replies = self.said.iter().filter_map(|output| match output {
            Output::Reply { order: id, result } if *id == order => Some(result),
            _ => None,
        });
        let first = replies.next();
        assert!(replies.next().is_none(), "an order has one reply");
        first
    }

    fn commands(&self, leg: &LegId) -> Vec<&LegCommand> {
        self.said
            .iter()
            .filter_map(|output| match output {
                Output::Execute { leg: l, command } if l == leg => Some(command),
                _ => None,
            })
            .collect()
    }

    fn events(&self) -> Vec<&ContactEvent> {
        self.said
            .iter()
            .filter_map(|output| match output {
                Output::Event(event) => Some(event),
                _ => None,
            })
            .collect()
    }
}

#[test]
fn nothing_is_played_before_media_flows() {
    let mut desk = Desk::new(GRAPH);
    desk.order(Order::Answer);
    let play = desk.order(Order::Play(prompt()));
    desk.leg(&customer(), LegEvent::Answered);
    assert_eq!(desk.commands(&customer()), [&LegCommand::Answer]);
    desk.leg(&customer(), LegEvent::MediaActive);
    assert_eq!(desk.commands(&customer()).last(), Some(&&LegCommand::Play(prompt())));
    let operation = OperationId::numbered("op", 1);
    desk.tell(Input::Accepted {
        leg: customer(),
        verb: Verb::Play,
        operation: Some(operation.clone()),
    });
    assert_eq!(desk.reply(play), None);
    let outcome = OperationOutcome::Completed;
    desk.leg(&customer(), LegEvent::OperationEnded { operation, outcome });
    assert_eq!(desk.reply(play), Some(&Ok(Outcome::Done)));
}

#[test]
fn a_prompt_that_ends_before_its_acceptance_is_seen_still_ends() {
    let mut desk = Desk::answered(GRAPH);
    let play = desk.order(Order::Play(prompt()));
    let operation = OperationId::numbered("op", 1);
    let outcome = OperationOutcome::Completed;
    desk.leg(&customer(), LegEvent::OperationEnded { operation: operation.clone(), outcome });
    desk.tell(Input::Accepted { leg: customer(), verb: Verb::Play, operation: Some(operation) });
    assert_eq!(desk.reply(play), Some(&Ok(Outcome::Done)));
}

#[test]
fn a_key_cuts_the_recording_short_and_is_the_answer() {
    let mut desk = Desk::answered(GRAPH);
    let within = Duration::from_secs(5);
    let order = desk.order(Order::Collect { prompts: prompt(), max: 1, within, terminator: None });
    desk.leg(&customer(), LegEvent::Tone(tone('2')));
    assert_eq!(desk.commands(&customer()).last(), Some(&&LegCommand::CancelMedia));
    assert_eq!(desk.reply(order), Some(&Ok(Outcome::Tones(vec![tone('2')]))));
}

#[test]
fn keys_that_never_come_are_waited_for_only_so_long() {
    let mut desk = Desk::answered(GRAPH);
    let within = Duration::from_secs(5);
    let order = desk.order(Order::Collect { prompts: vec![], max: 4, within, terminator: None });
    desk.leg(&customer(), LegEvent::Tone(tone('7')));
    desk.after(Duration::from_millis(4_999));
    assert_eq!(desk.reply(order), None);
    desk.after(Duration::from_millis(1));
    assert_eq!(desk.reply(order), Some(&Ok(Outcome::Tones(vec![tone('7')]))));
}

#[test]
fn an_agent_who_presses_the_key_is_joined_by_replacing_his_call() {
    let mut desk = Desk::answered(GRAPH);
    let leg = party_leg(1);
    let offer = desk.offer(by_tone());
    desk.after(Duration::from_secs(3));
    desk.leg(&leg, LegEvent::Answered);
    desk.leg(&leg, LegEvent::MediaActive);
    assert_eq!(desk.reply(offer), None, "an answer alone proves nobody");
    desk.leg(&leg, LegEvent::Tone(tone('1')));
    let taken = OfferOutcome::Accepted { leg: leg.clone(), answered_by: AnsweredBy::Confirmed };
    assert_eq!(desk.reply(offer), Some(&Ok(Outcome::Offer(taken))));

    let connect = desk.order(Order::Connect(leg.clone()));
    let target = TransferTarget::Consultative { party: ada(), replaces: leg.clone() };
    assert_eq!(desk.commands(&customer()).last(), Some(&&LegCommand::Transfer(target)));
    desk.leg(&leg, ended(EndReason::Completed));
    let outcome = TransferOutcome::Completed {
        after: AfterTransfer::OutOfSight,
        answered_by: Knowledge::Unknown,
    };
    desk.leg(&customer(), LegEvent::TransferEnded(outcome));
    assert_eq!(desk.reply(connect), Some(&Ok(Outcome::Connected(AfterTransfer::OutOfSight))));
    assert_eq!(desk.flow.state(), ContactState::Connected);
    desk.leg(&customer(), ended(EndReason::Transferred));
    assert!(desk.flow.is_finished());
}

#[test]
fn a_mailbox_that_answers_is_not_an_answer() {
    let mut desk = Desk::answered(GRAPH);
    let leg = party_leg(1);
    let offer = desk.offer(by_tone());
    desk.leg(&leg, LegEvent::Answered);
    desk.leg(&leg, LegEvent::MediaActive);
    desk.after(Duration::from_secs(6));
    let result = Outcome::Offer(OfferOutcome::NotTaken(OfferEnd::SuspectedVoicemail));
    assert_eq!(desk.reply(offer), Some(&Ok(result)));
    assert_eq!(desk.commands(&leg).last(), Some(&&LegCommand::HangUp));
    assert_eq!(desk.flow.state(), ContactState::Treated, "the customer is still here");
}

#[test]
fn a_party_who_does_not_answer_in_time_is_hung_up() {
    let mut desk = Desk::answered(GRAPH);
    let offer = desk.offer(by_tone());
    desk.after(Duration::from_secs(12));
    let result = Outcome::Offer(OfferOutcome::NotTaken(OfferEnd::NoAnswer));
    assert_eq!(desk.reply(offer), Some(&Ok(result)));
    assert_eq!(desk.commands(&party_leg(1)).last(), Some(&&LegCommand::HangUp));
}

#[test]
fn a_bridged_call_ends_with_either_party_but_not_with_a_transfer() {
    for (reason, hangs_up) in [(EndReason::Completed, true), (EndReason::Transferred, false)] {
        let mut desk = Desk::new(SIP);
        let leg = party_leg(1);
        desk.offer(Confirm::TrustAnswer);
        desk.after(Duration::from_secs(2));
        desk.leg(&leg, LegEvent::Answered);
        let connect = desk.order(Order::Connect(leg.clone()));
        let bridge = LegCommand::Bridge { with: leg.clone() };
        let answered_then_bridged = [&LegCommand::Answer, &bridge];
        assert_eq!(desk.commands(&customer()), answered_then_bridged);
        desk.leg(&customer(), LegEvent::Bridged { with: leg.clone() });
        assert_eq!(desk.reply(connect), Some(&Ok(Outcome::Connected(AfterTransfer::InSight))));
        desk.leg(&leg, ended(reason));
        let hung_up = desk.commands(&customer()).contains(&&LegCommand::HangUp);
        assert_eq!(hung_up, hangs_up, "{reason:?}");
    }
}

#[test]
fn when_the_customer_leaves_every_party_is_hung_up_and_every_order_fails() {
    let mut desk = Desk::answered(GRAPH);
    let offer = desk.offer(by_tone());
    let play = desk.order(Order::Play(prompt()));
    desk.leg(&customer(), ended(EndReason::Completed));
    let withdrawn = Outcome::Offer(OfferOutcome::NotTaken(OfferEnd::Withdrawn));
    assert_eq!(desk.reply(offer), Some(&Ok(withdrawn)));
    assert!(matches!(desk.reply(play), Some(Err(OrderError::CustomerLeft(_)))));
    assert_eq!(desk.commands(&party_leg(1)).last(), Some(&&LegCommand::HangUp));
    assert!(!desk.flow.is_finished());
    desk.leg(&party_leg(1), ended(EndReason::Completed));
    assert!(desk.flow.is_finished());
}

#[test]
fn a_leg_that_appears_after_the_customer_left_is_hung_up() {
    let mut desk = Desk::answered(GRAPH);
    let ring = Duration::from_secs(12);
    desk.order(Order::Offer { party: ada(), agent: None, ring, confirm: by_tone() });
    desk.leg(&customer(), ended(EndReason::Completed));
    assert!(desk.commands(&party_leg(1)).is_empty(), "there is nothing to hang up yet");
    let capabilities = Capabilities::of(GRAPH);
    desk.tell(Input::Dialled { leg: party_leg(1), capabilities });
    assert_eq!(desk.commands(&party_leg(1)), [&LegCommand::HangUp]);
}

#[test]
fn a_withdrawn_offer_hangs_up_without_disturbing_the_customer() {
    let mut desk = Desk::answered(GRAPH);
    let offer = desk.offer(by_tone());
    desk.tell(Input::Withdraw(offer));
    assert_eq!(desk.commands(&party_leg(1)).last(), Some(&&LegCommand::HangUp));
    assert!(!desk.commands(&customer()).contains(&&LegCommand::HangUp));
}

#[test]
fn a_failed_transfer_keeps_the_customer() {
    let mut desk = Desk::answered(GRAPH);
    let leg = party_leg(1);
    desk.offer(by_tone());
    desk.leg(&leg, LegEvent::MediaActive);
    desk.leg(&leg, LegEvent::Tone(tone('1')));
    let connect = desk.order(Order::Connect(leg.clone()));
    let failure = crate::contact::TransferFailure::ReplacedCallGone;
    desk.leg(&customer(), LegEvent::TransferEnded(TransferOutcome::Failed(failure)));
    assert_eq!(desk.reply(connect), Some(&Err(OrderError::TransferFailed(failure))));
    assert_eq!(desk.flow.state(), ContactState::Treated);
    assert_eq!(desk.commands(&leg).last(), Some(&&LegCommand::HangUp));
}

#[test]
fn late_events_do_not_reopen_an_ended_contact() {
    let mut desk = Desk::answered(GRAPH);
    desk.leg(&customer(), ended(EndReason::Completed));
    let told = desk.events().len();
    for event in [LegEvent::Answered, LegEvent::MediaActive, ended(EndReason::Failed)] {
        desk.leg(&customer(), event);
    }
    assert_eq!(desk.events().len(), told);
    assert_eq!(desk.flow.state(), ContactState::Ended);
}
