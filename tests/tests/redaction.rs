//! Nothing personal and nothing secret is in any output, however much is asked for.

use std::{
    cell::RefCell,
    fmt::Write as _,
    io,
    sync::{Arc, Mutex, Once},
    time::Duration,
};

use teams_cc::{
    ContactCenter, Platform,
    core::{
        Address, Clock, Instant, LegId, PhoneNumber,
        contact::{Leg, LegCommand},
    },
    graph::call::CallEvent,
    platform::{Callback, GraphAccess, Observation, TrunkAccess},
    sip::trunk::{Destination, Trunk, TrunkEvent, Via},
};
use teams_cc_sim::{
    Sim, run,
    scenario::{Day, EXPERT_NUMBER},
    world::SECRET,
};
use teams_cc_stories::{Bot, EVE, PROMPTS, Stage, Watched, caller, day, key, locked, small, wait};
use tokio::sync::mpsc;

/// What nobody may read anywhere: numbers, tokens, secrets, media keys, locations, pressed keys.
const SECRETS: [&str; 18] = [
    "4255550",
    "4255551",
    "5550171",
    "eyj",
    "bearer",
    SECRET,
    "client_secret",
    "inline:",
    "a=crypto",
    "geopriv",
    "civicaddress",
    "pidf",
    "musterweg",
    "tone1",
    "tone2",
    "tone3",
    "\"tone\"",
    "tone('",
];

/// Panics with the line that tells too much.
fn assert_redacted(told: &str, text: &str) {
    for line in text.lines() {
        let lower = line.to_ascii_lowercase();
        for secret in SECRETS {
            assert!(!lower.contains(secret), "{told}: {secret} in {line:?}");
        }
    }
}

thread_local! {
    /// Everything that was traced on a thread.
    static TRACE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to the trace of the thread that writes.
struct OfThread;

impl io::Write for OfThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        TRACE.with_borrow_mut(|trace| trace.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs something with everything traced, spans' ends included.
///
/// One subscriber serves all tests: one of a single test would miss what another's thread was
/// first to reach.
fn traced<T>(act: impl FnOnce() -> T) -> (T, String) {
    use tracing_subscriber::fmt::format::FmtSpan;
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| OfThread)
            .init();
    });
    TRACE.take();
    let result = act();
    (result, String::from_utf8(TRACE.take()).expect("text"))
}

#[test]
fn a_whole_day_traced_to_the_last_detail_tells_nothing_personal() {
    let noisy = |day: &mut Day| {
        day.setup.faults.repeat_every = Some(2);
        day.setup.faults.pascal_case = true;
    };
    for seed in [42, 43, 44] {
        let (ended, trace) = traced(|| day(seed, noisy));
        assert!(trace.lines().count() > 100, "hardly anything was traced");
        for crate_name in ["teams_cc::center", "teams_cc_graph", "teams_cc_sip"] {
            assert!(trace.contains(crate_name), "{crate_name} traces nothing");
        }
        assert_redacted("trace", &trace);
        let ladder = ended.log.ladder().to_string();
        assert!(ladder.contains("112"), "the emergency call is told of");
        assert_redacted("ladder", &ladder);
        for event in ended.log.events() {
            assert_redacted("event", &format!("{event} {event:?}"));
        }
        for (_, seen) in ended.watched.seen() {
            assert_redacted("observation", &format!("{seen:?}"));
        }
        assert_redacted("report", &format!("{} {:?}", ended.report, ended.report));
        assert_redacted("world", &format!("{:?} {:?}", ended.watched, ended.broken));
    }
}

#[test]
fn the_search_for_secrets_finds_them() {
    for line in [EXPERT_NUMBER, "Bearer x", "a=crypto:1", "key Tone('1')", "<gp:geopriv>"] {
        assert!(std::panic::catch_unwind(|| assert_redacted("self", line)).is_err(), "{line}");
    }
}

#[test]
fn what_a_program_holds_shows_nothing_when_it_is_printed() {
    run(async {
        let mut setup = small(42);
        setup.customers =
            vec![caller(1, 1).presses_after("menu.wav", key('3'), Duration::from_secs(1))];
        assert_redacted("setup", &format!("{setup:?}"));
        let stage = Stage::new(setup);
        let printed = Arc::new(Mutex::new(String::new()));
        let page = Arc::clone(&printed);
        let builder = stage.builder().on_contact(move |contact| {
            let page = Arc::clone(&page);
            async move {
                let key = contact.menu("menu.wav").await?;
                let taken = contact.route("sales").await?;
                let party = Address::Phone(PhoneNumber::presented("4711"));
                let error = contact.dial(party).await.expect_err("no full number");
                write!(locked(&page), "{contact:?}\n{key:?}\n{taken:?}\n{error:?}\n{error}\n")
                    .expect("text takes everything");
                contact.connect(taken).await.map(drop)
            }
        });
        assert_redacted("builder", &format!("{builder:?}"));
        let center = builder.start().await.expect("whole");
        assert_redacted("center", &format!("{center:?}"));
        let closing = stage.close(center).await;
        assert_eq!(closing.report.answered, 1, "{}", closing.ladder);
        let text = locked(&printed).clone();
        assert!(text.lines().count() >= 5, "{text}");
        assert_redacted("handles", &text);
        assert_redacted("stage", &format!("{:?}", stage.sim));
    })
    .expect("a runtime");
}

/// The simulator, with a copy of each callback printed.
struct Printing {
    inner: Watched,
    page: Arc<Mutex<String>>,
}

impl Platform for Printing {
    fn label(&self) -> String {
        self.inner.label()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.inner.clock()
    }

    fn seed(&self) -> u64 {
        self.inner.seed()
    }

    fn graph(&self) -> Option<GraphAccess> {
        let mut access = self.inner.graph()?;
        let (sender, receiver) = mpsc::channel::<Callback>(16);
        let mut callbacks = std::mem::replace(&mut access.callbacks, receiver);
        let page = Arc::clone(&self.page);
        writeln!(locked(&page), "{access:?}").expect("text takes everything");
        tokio::spawn(async move {
            while let Some(callback) = callbacks.recv().await {
                writeln!(locked(&page), "{callback:?}").expect("text takes everything");
                let _ = sender.send(callback).await;
            }
        });
        Some(access)
    }

    fn trunk(&self) -> Option<TrunkAccess> {
        let access = self.inner.trunk()?;
        writeln!(locked(&self.page), "{access:?}").expect("text takes everything");
        Some(access)
    }

    fn observe(&self, now: Instant, observation: &Observation<'_>) {
        writeln!(locked(&self.page), "{observation:?}").expect("text takes everything");
        self.inner.observe(now, observation);
    }
}

#[test]
fn what_a_platform_hands_over_shows_nothing_when_it_is_printed() {
    run(async {
        let stage = Stage::new(small(42));
        let page = Arc::new(Mutex::new(String::new()));
        let platform = Printing { inner: stage.watched.clone(), page: Arc::clone(&page) };
        let center = ContactCenter::builder(platform)
            .prompts(PROMPTS)
            .queue("sales", teams_cc::core::routing::policy::skill("en"))
            .agents(stage.agents())
            .on_contact(|contact| async move {
                let taken = contact.route("sales").await?;
                contact.connect(taken).await.map(drop)
            })
            .start()
            .await
            .expect("whole");
        stage.close(center).await;
        let text = locked(&page).clone();
        assert!(text.contains("Callback") && text.contains("GraphAccess"), "{text}");
        assert_redacted("platform", &text);
    })
    .expect("a runtime");
}

#[test]
fn calls_of_both_kinds_show_nothing_when_they_are_printed() {
    let (text, trace) = traced(|| run(print_calls()).expect("a runtime"));
    assert!(text.contains("Incoming") && text.contains("SipLeg"), "{text}");
    assert_redacted("calls", &text);
    assert_redacted("trace", &trace);
}

async fn print_calls() -> String {
    let mut page = String::new();
    let sim = Sim::new(small(42)).expect("a sound world");
    let mut bot = Bot::open(&sim).await;
    while let Some(event) = bot.events.next().await {
        writeln!(page, "{event:?}").expect("text takes everything");
        if let CallEvent::Incoming(call) = event {
            call.leg.execute(LegCommand::Answer).await.expect("it rings");
            wait(Duration::from_secs(2)).await;
            let ada = sim.address("ada").expect("a user");
            let leg =
                bot.calls.dial(&ada, LegId::numbered("L", 1)).await.expect("she can be called");
            write!(page, "{leg:?} {ada:?} {ada} {:?} {:?}", bot.calls, bot.client)
                .expect("text takes everything");
            break;
        }
    }
    let Day { setup, .. } = Day::new(42);
    let sim = Sim::new(setup).expect("a sound day");
    let access = sim.trunk().expect("a trunk");
    let (trunk, mut events) =
        Trunk::start(access.config, access.network, sim.clock(), access.media)
            .expect("a whole configuration");
    let tenant = "sbc.contoso.test".parse().expect("a name");
    let from = PhoneNumber::presented("+14255550171");
    let leg = "L2".parse().expect("an id");
    let to = Destination::new(Via::Teams { tenant }, PhoneNumber::presented(EVE), from, leg);
    writeln!(page, "{to:?}").expect("text takes everything");
    let eve = trunk.dial(to).await.expect("eve can be called");
    let mut emergency = None;
    while emergency.is_none() {
        let event = events.next().await.expect("a trunk that runs");
        writeln!(page, "{event:?}").expect("text takes everything");
        if let TrunkEvent::Incoming(call) = event
            && call.called.reveal() == "112"
        {
            assert!(!call.emergency.is_empty(), "no location came along");
            emergency = Some(call);
        }
    }
    writeln!(page, "{eve:?} {emergency:?} {trunk:?}").expect("text takes everything");
    page
}
