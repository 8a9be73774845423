use proptest::prelude::*;
use serde_json::Value;
use teams_cc_core::contact::TransferOutcome;

use super::{
    world::{Step, TRANSFERRED, World, heard},
    *,
};
use crate::call::TransferProgress;

/// What is done, and what becomes of what Graph tells of it.
#[derive(Clone, Copy, Debug)]
enum Act {
    Happens(Step),
    /// An order of ours; a prompt may get no response.
    Play {
        response: bool,
    },
    Transfer,
    /// A notification is delivered that was told this long ago; it may be again.
    Deliver {
        nth: usize,
        again: bool,
    },
    /// The oldest question is answered, as of when it was asked or as of now.
    Answer,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Ring),
        3 => Just(Step::Establish),
        1 => any::<bool>().prop_map(Step::Media),
        1 => any::<bool>().prop_map(Step::Hold),
        2 => (0_u8..4).prop_map(Step::Join),
        1 => (0_u8..4).prop_map(Step::Leave),
        1 => ((0_u8..4), any::<bool>()).prop_map(|(who, on)| Step::Mute(who, on)),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(nth, well)| Step::EndOperation(nth, well)),
        1 => Just(Step::FailTransfer),
        1 => Just(Step::CompleteTransfer),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => step().prop_map(Act::Happens),
        2 => any::<bool>().prop_map(|response| Act::Play { response }),
        1 => Just(Act::Transfer),
        6 => (0_usize..6, any::<bool>()).prop_map(|(nth, again)| Act::Deliver { nth, again }),
        3 => Just(Act::Answer),
        2 => (0_u64..40_000).prop_map(Act::Wait),
    ]
}

/// A session, the truth, and what is on its way between them.
struct Run {
    now: Instant,
    world: World,
    call: CallSession,
    on_the_way: Vec<Value>,
    end_told: bool,
    asked: Vec<(Ask, Answer)>,
    begun: u64,
    nameless: Vec<OperationId>,
    ends: Vec<OperationEnd>,
    events: Vec<LegEvent>,
    lossless: bool,
}

impl Run {
    fn new(delta: bool, lossless: bool) -> Self {
        Self {
            now: START,
            world: World::new(delta),
            call: CallSession::new(START, Direction::Outbound).delta_roster(delta),
            on_the_way: Vec::new(),
            end_told: false,
            asked: Vec::new(),
            begun: 0,
            nameless: Vec::new(),
            ends: Vec::new(),
            events: Vec::new(),
            lossless,
        }
    }

    fn input(&mut self, input: Input) -> bool {
        let taken = self.call.handle_input(self.now, input).is_ok();
        let (events, ends, asks, at) = drain(&mut self.call);
        self.events.extend(events);
        self.ends.extend(ends);
        for ask in asks {
            let answer = self.world.answer(&ask);
            self.asked.push((ask, answer));
        }
        assert!(at.is_none_or(|at| at > self.now) || !self.asked.is_empty(), "it would spin");
        taken
    }

    fn told(&mut self, notifications: Vec<Value>) {
        if self.lossless {
            for notification in notifications {
                self.deliver(&notification);
            }
        } else {
            self.on_the_way.extend(notifications);
        }
    }

    fn deliver(&mut self, notification: &Value) {
        let about_call = notification["resourceUrl"] == super::world::PATH;
        self.end_told |= notification["changeType"] == "Deleted" && about_call;
        self.input(heard(notification));
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Happens(step) => {
                let told = self.world.step(step);
                self.told(told);
            }
            Act::Play { response } => self.play(response),
            Act::Transfer => {
                let ready = self.world.state == "established";
                if ready && self.input(Input::Sending(Order::Transfer)) {
                    let told = self.world.transfer();
                    self.input(Input::Accepted(Order::Transfer));
                    self.told(told);
                }
            }
            Act::Deliver { nth, again } => {
                if let Some(notification) = self.on_the_way.get(nth).cloned() {
                    if !again {
                        self.on_the_way.remove(nth);
                    }
                    self.deliver(&notification);
                }
            }
            Act::Answer if !self.asked.is_empty() => {
                let (ask, answer) = self.asked.remove(0);
                self.input(Input::Answered { ask, answer });
            }
            Act::Answer => {}
            Act::Wait(millis) => {
                self.now += Duration::from_millis(millis);
                self.input(Input::Tick);
            }
        }
    }

    fn play(&mut self, response: bool) {
        let id = OperationId::numbered("o", self.begun);
        let order = Order::Operate { id: id.clone(), needs: Needs::Media, told: true };
        if !self.world.is_connected() || !self.input(Input::Sending(order.clone())) {
            return;
        }
        self.begun += 1;
        let begun = self.world.begin(id.clone());
        if response {
            let mut report = OperationReport { response: true, ..OperationReport::default() };
            report.key = Some(crate::model::call_key(&begun.graph_id).into());
            report.graph_id = Some(begun.graph_id.into());
            report.context = Some(id.as_str().into());
            self.input(Input::Accepted(order));
            self.input(Input::Operation(report));
        } else {
            self.nameless.push(id);
            self.input(Input::Doubtful(order));
        }
    }

    /// One round of answers, and time for every doubt to settle.
    fn reconcile(&mut self) {
        self.input(Input::Reconcile);
        let until = self.now + Duration::from_mins(5);
        for _ in 0..10_000 {
            while !self.asked.is_empty() {
                let (ask, _) = self.asked.remove(0);
                let answer = self.world.answer(&ask);
                self.input(Input::Answered { ask, answer });
            }
            match self.call.deadline() {
                Some(due) if due <= until => {
                    self.now = self.now.max(due);
                    self.input(Input::Tick);
                }
                _ => return,
            }
        }
        panic!("it does not come to rest");
    }
}

fn run(acts: &[Act], delta: bool, lossless: bool) -> Run {
    let mut run = Run::new(delta, lossless);
    for act in acts {
        run.act(*act);
    }
    run.reconcile();
    run
}

/// The call as the session has it is the call as it is.
fn check(run: &Run) -> Result<(), TestCaseError> {
    let (world, snapshot) = (&run.world, run.call.snapshot());
    let ends = run.events.iter().filter(|event| matches!(event, LegEvent::Ended(_))).count();
    if world.is_live() {
        prop_assert_eq!(ends, 0);
        let state = match world.state {
            "establishing" | "ringing" => LegState::Ringing,
            "transferring" => LegState::Transferring,
            _ => LegState::Connected,
        };
        prop_assert_eq!(snapshot.state, state);
        prop_assert_eq!(snapshot.media, Knowledge::Observed(world.media));
        prop_assert_eq!(snapshot.hold == Knowledge::Observed(true), world.state == "hold");
        if snapshot.roster.is_known() {
            let kept: Vec<_> =
                snapshot.roster.others().map(|it| (it.id.clone(), it.muted)).collect();
            let people: Vec<_> = world
                .people
                .iter()
                .map(|(who, (muted, _))| {
                    (Some(format!("P-{who}").into()), Knowledge::Observed(*muted))
                })
                .collect();
            prop_assert_eq!(kept, people);
            prop_assert!(snapshot.roster.own().is_some());
        }
        let running = world.operations.iter().filter(|it| it.outcome.is_none()).count();
        let given_up = run.ends.iter().filter(|end| {
            let begun = world.operations.iter().find(|it| it.id == end.id);
            begun.is_some_and(|it| it.outcome.is_none()) && run.nameless.contains(&end.id)
        });
        prop_assert_eq!(snapshot.operations + given_up.count(), running);
    } else {
        prop_assert_eq!(snapshot.state, LegState::Ended);
        prop_assert_eq!(ends, 1);
        let cause = snapshot.end.clone().expect("a cause");
        if run.end_told && cause.reason != EndReason::Reconciled {
            let transferred = cause.subcode == Some(TRANSFERRED.subcode);
            prop_assert_eq!(transferred, cause.reason == EndReason::Transferred);
        } else {
            prop_assert_eq!(cause.reason, EndReason::Reconciled);
        }
    }
    for begun in &world.operations {
        let ends: Vec<_> = run.ends.iter().filter(|end| end.id == begun.id).collect();
        prop_assert!(ends.len() <= 1, "an operation ends once: {:?}", ends);
        let told = ends.first().and_then(|end| end.result.as_ref().ok()).map(|it| it.outcome);
        match (told, begun.outcome) {
            (Some(OperationOutcome::Unknown), _) => prop_assert!(run.nameless.contains(&begun.id)),
            (Some(told), truth) => prop_assert_eq!(Some(told), truth),
            (None, Some(_)) => prop_assert!(!world.is_live(), "{:?} got lost", begun),
            (None, None) => {}
        }
    }
    let orders = run.events.iter().filter(|it| matches!(it, LegEvent::TransferEnded(_))).count();
    let failures = run
        .events
        .iter()
        .filter(|event| matches!(event, LegEvent::TransferEnded(TransferOutcome::Failed(_))));
    prop_assert!(orders <= failures.count() + 1);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Pain 27; trap 33. Loss, repetition, reordering and delay of notifications, late answers.
    #[test]
    fn whatever_gets_lost_one_round_of_answers_finds_the_call_as_it_is(
        acts in prop::collection::vec(act(), 0..60),
        delta in any::<bool>(),
        ends in any::<bool>(),
    ) {
        let mut acts = acts;
        if ends {
            acts.push(Act::Happens(Step::End));
            acts.push(Act::Deliver { nth: 0, again: true });
        }
        check(&run(&acts, delta, false))?;
    }

    /// The same happenings end alike whether all of them were told or only some.
    #[test]
    fn a_lossy_call_ends_as_the_lossless_one(
        steps in prop::collection::vec(step(), 0..40),
        deliveries in prop::collection::vec((0_usize..8, any::<bool>()), 0..80),
        delta in any::<bool>(),
    ) {
        let happens: Vec<_> = steps.iter().map(|step| Act::Happens(*step)).collect();
        let mut mixed = happens.clone();
        for (at, (nth, again)) in deliveries.iter().enumerate() {
            let place = (at * 7919) % (mixed.len() + 1);
            mixed.insert(place, Act::Deliver { nth: *nth, again: *again });
        }
        let (whole, lossy) = (run(&happens, delta, true), run(&mixed, delta, false));
        check(&whole)?;
        check(&lossy)?;
        let (mut whole, mut lossy) = (whole.call.snapshot(), lossy.call.snapshot());
        // An end that was not told has no cause.
        if lossy.end.as_ref().is_some_and(|end| end.reason == EndReason::Reconciled) {
            whole.end.clone_from(&lossy.end);
        }
        prop_assert!(!matches!(lossy.transfer, Some(TransferProgress::UnderWay)));
        prop_assert_eq!(whole.state, lossy.state);
        if whole.state == LegState::Ended {
            lossy.media = whole.media;
            lossy.hold = whole.hold;
            lossy.roster = whole.roster.clone();
            lossy.own_mute = whole.own_mute;
            lossy.mute = whole.mute;
            lossy.chain.clone_from(&whole.chain);
        }
        prop_assert_eq!(whole, lossy);
    }
}

/// An answer is under way that tells how the first transfer failed; the second one begins.
#[test]
fn an_answer_from_before_a_transfer_does_not_end_it() {
    let deliver = |nth| Act::Deliver { nth, again: false };
    let acts = [
        Act::Happens(Step::Establish),
        Act::Wait(20_000),
        Act::Happens(Step::Join(0)),
        Act::Deliver { nth: 0, again: true },
        Act::Happens(Step::Join(2)),
        Act::Transfer,
        Act::Happens(Step::Mute(2, false)),
        deliver(2),
        Act::Wait(2_000),
        Act::Happens(Step::FailTransfer),
        deliver(5),
        Act::Answer,
        Act::Wait(10_000),
        Act::Answer,
        Act::Transfer,
        Act::Answer,
    ];
    check(&run(&acts, true, false)).unwrap();
}
