//! Over random small days: no agent is offered more than fits, and every contact ends once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};
use teams_cc::{
    Contact, Error,
    core::{
        AgentId, ContactId,
        agent::Capacity,
        contact::{ContactEvent, Tone},
        queue::{Exit, QueueLimits},
        routing::policy::skill,
    },
};
use teams_cc_sim::{
    run,
    world::{Answering, Customer, Faults, Setup},
};
use teams_cc_stories::{Closing, Seen, Stage, caller, key, soak, takes, trunk_caller, user};

/// How many days are drawn; `TEAMS_CC_SOAK` multiplies them.
const DAYS: u32 = 48;
const HANDLES: [&str; 4] = ["ada", "bo", "cleo", "dan"];

/// One agent of a day.
#[derive(Clone, Debug)]
struct Worker {
    presence: &'static str,
    answering: Vec<Answering>,
    voicemail: bool,
    capacity: u8,
    wrap_up: u64,
}

/// One customer of a day.
#[derive(Clone, Copy, Debug)]
struct Caller {
    after: u64,
    patience: u64,
    talks: u64,
    on_trunk: bool,
    wants: char,
}

#[derive(Clone, Debug)]
struct SmallDay {
    seed: u64,
    workers: Vec<Worker>,
    callers: Vec<Caller>,
    max_wait: u64,
    hands_on: bool,
    repeat: Option<u32>,
    pascal: bool,
}

fn answering() -> impl Strategy<Value = Answering> {
    prop_oneof![
        4 => (500_u64..9_000).prop_map(takes),
        1 => (500_u64..9_000).prop_map(|ms| Answering::after(std::time::Duration::from_millis(ms))),
        1 => (500_u64..9_000).prop_map(|ms| Answering::after(
            std::time::Duration::from_millis(ms)
        ).confirms(key('9'), std::time::Duration::from_millis(300))),
        1 => (500_u64..9_000)
            .prop_map(|ms| Answering::declines(std::time::Duration::from_millis(ms))),
        1 => Just(Answering::Ignores),
        1 => Just(Answering::Busy),
    ]
}

fn worker() -> impl Strategy<Value = Worker> {
    let presence =
        prop_oneof![5 => Just("Available"), 1 => Just("DoNotDisturb"), 1 => Just("Away")];
    let answering = prop::collection::vec(answering(), 1..4);
    (presence, answering, any::<bool>(), 1_u8..3, 0_u64..20).prop_map(
        |(presence, answering, voicemail, capacity, wrap_up)| Worker {
            presence,
            answering,
            voicemail,
            capacity,
            wrap_up,
        },
    )
}

fn customer() -> impl Strategy<Value = Caller> {
    let wants = prop_oneof![4 => Just('1'), 1 => Just('2'), 1 => Just('3'), 1 => Just('0')];
    (1_u64..90, 3_u64..150, 5_u64..90, any::<bool>(), wants).prop_map(
        |(after, patience, talks, on_trunk, wants)| Caller {
            after,
            patience,
            talks,
            on_trunk,
            wants,
        },
    )
}

fn small_day() -> impl Strategy<Value = SmallDay> {
    let workers = prop::collection::vec(worker(), 1..=HANDLES.len());
    let callers = prop::collection::vec(customer(), 1..8);
    let repeat = prop::option::of(1_u32..4);
    (any::<u64>(), workers, callers, 20_u64..200, any::<bool>(), repeat, any::<bool>()).prop_map(
        |(seed, workers, callers, max_wait, hands_on, repeat, pascal)| SmallDay {
            seed,
            workers,
            callers,
            max_wait,
            hands_on,
            repeat,
            pascal,
        },
    )
}

fn setup(day: &SmallDay) -> Setup {
    let seconds = std::time::Duration::from_secs;
    let mut faults = Faults::default();
    faults.repeat_every = day.repeat;
    faults.pascal_case = day.pascal;
    let mut setup = Setup::contoso(day.seed).faults(faults).user(user(
        "eve",
        50,
        [Answering::after(seconds(2))],
    ));
    for (n, plan) in day.callers.iter().enumerate() {
        let n = u8::try_from(n).expect("a few callers");
        let customer: Customer =
            if plan.on_trunk { trunk_caller(n, plan.after) } else { caller(n, plan.after) };
        setup = setup.customer(
            customer.patience(seconds(plan.patience)).talks(seconds(plan.talks)).presses_after(
                "menu.wav",
                key(plan.wants),
                seconds(1),
            ),
        );
    }
    for (n, worker) in day.workers.iter().enumerate() {
        let number = 60 + u8::try_from(n).expect("four at most");
        let mut user = user(HANDLES[n], number, worker.answering.clone()).presence(worker.presence);
        user.voicemail = worker.voicemail;
        setup = setup.user(user);
    }
    setup
}

async fn serve(contact: Contact) -> Result<(), Error> {
    let wants = match contact.menu("menu.wav").await {
        Ok(key) => key.map(Tone::reveal),
        // A call on the trunk has no menu.
        Err(error) if !error.is_customer_left() => Some('1'),
        Err(error) => return Err(error),
    };
    let found = match wants {
        Some('2') => contact.reach("ada").await,
        Some('0') => return contact.hang_up().await,
        _ => contact.route("sales").await,
    };
    match found {
        Ok(taken) if wants == Some('3') => {
            contact.release(taken).await?;
            let taken = contact.route("sales").await?;
            contact.connect(taken).await.map(drop)
        }
        Ok(taken) => contact.connect(taken).await.map(drop),
        Err(error) => Err(error),
    }
}

fn live(day: &SmallDay) -> (Closing, Vec<Seen>) {
    run(async {
        let stage = Stage::new(setup(day));
        let workers = day.workers.iter().zip(HANDLES).map(|(worker, handle)| {
            let capacity = Capacity::new(worker.capacity);
            let rest = std::time::Duration::from_secs(worker.wrap_up);
            stage
                .agent(handle)
                .queue("late".parse().expect("an id"))
                .capacity(capacity)
                .wrap_up(rest)
        });
        let max_wait = std::time::Duration::from_secs(day.max_wait);
        let late = QueueLimits::default().wait(max_wait, Exit::Voicemail);
        let next = if day.hands_on {
            Exit::Queue("late".parse().expect("an id"))
        } else {
            Exit::Voicemail
        };
        let limits = QueueLimits::default().length(2, next.clone()).wait(max_wait, next);
        let center = stage
            .bare()
            .queue_with("sales", skill("en"), limits)
            .queue_with("late", skill("en"), late)
            .agents(workers)
            .on_contact(serve)
            .start()
            .await
            .expect("the platform is whole");
        let closing = stage.close(center).await;
        (closing, stage.watched.seen().into_iter().map(|(_, seen)| seen).collect())
    })
    .expect("a runtime")
}

/// Who holds what, as the events go by; the largest number at once per agent.
fn most_at_once(events: &[Seen]) -> BTreeMap<AgentId, usize> {
    let mut held: BTreeMap<AgentId, BTreeSet<ContactId>> = BTreeMap::new();
    let mut most: BTreeMap<AgentId, usize> = BTreeMap::new();
    for seen in events {
        let Seen::Contact(contact, event) = seen else { continue };
        match event {
            ContactEvent::Offered { agent: Some(agent) } => {
                let contacts = held.entry(agent.clone()).or_default();
                contacts.insert(contact.clone());
                let most = most.entry(agent.clone()).or_default();
                *most = contacts.len().max(*most);
            }
            ContactEvent::OfferEnded { agent: Some(agent), .. } => {
                held.entry(agent.clone()).or_default().remove(contact);
            }
            // Somebody who is out of sight goes on talking: that is for the other story.
            ContactEvent::Ended(_) | ContactEvent::Queued { .. } => {
                for contacts in held.values_mut() {
                    contacts.remove(contact);
                }
            }
            _ => {}
        }
    }
    most
}

proptest! {
    #![proptest_config(Config {
        cases: DAYS * u32::try_from(soak()).expect("a small factor"),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(42),
        .. Config::default()
    })]

    #[test]
    fn nobody_is_offered_more_than_fits_and_every_contact_ends_once(day in small_day()) {
        let (closing, events) = live(&day);
        closing.assert_nothing(format_args!("{day:?}"));
        let ladder = &closing.ladder;
        for (agent, most) in most_at_once(&events) {
            let n = HANDLES.iter().position(|handle| *handle == agent.as_str()).expect("known");
            let fits = usize::from(day.workers[n].capacity);
            prop_assert!(most <= fits, "{agent} has {most} at once, not {fits}\n{ladder}");
        }
        let mut ends: BTreeMap<&ContactId, usize> = BTreeMap::new();
        for seen in &events {
            match seen {
                Seen::Contact(contact, ContactEvent::Arrived) => {
                    prop_assert!(ends.insert(contact, 0).is_none());
                }
                Seen::Contact(contact, ContactEvent::Ended(_)) => {
                    *ends.get_mut(contact).expect("arrived before") += 1;
                }
                // Nobody works on, or looks for anybody for, a contact that is over.
                Seen::Contact(contact, _) | Seen::Routing(contact, _) => {
                    prop_assert_eq!(ends.get(contact), Some(&0), "{:?}\n{}", seen, ladder);
                }
                _ => {}
            }
        }
        prop_assert!(ends.values().all(|ends| *ends == 1), "{:?}\n{}", ends, ladder);
        let report = closing.report;
        prop_assert_eq!(report.contacts, u64::try_from(ends.len()).expect("a few"));
        let parts = report.answered + report.overflowed + report.transferred;
        let parts = parts + report.abandoned + report.handled;
        prop_assert_eq!(parts + report.lost, report.contacts, "{}\n{}", report, ladder);
        prop_assert_eq!(report.contacts, day.callers.len() as u64, "{}", ladder);
    }
}
