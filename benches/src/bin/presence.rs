//! The pace of a presence tracker, and its bytes for each user, by an allocator that counts; a
//! program of its own, so that counting slows nothing else down.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::time::{Duration, Instant as Wall};

use teams_cc_core::{Instant, UserId};
use teams_cc_presence::tracker::{Input, Output, Seen, Tracker, TrackerConfig};
use teams_cc_presence::{Presence, Rate, SequenceNumber};

/// Updates a second, at least.
const PACE: f64 = 500_000.0;
/// Bytes of a watched user, at most.
const BYTES: f64 = 256.0;
const USERS: usize = 100_000;
const ROUNDS: usize = 11;

/// Counts what is handed out and not given back.
struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; the counter touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size().cast_signed(), Ordering::Relaxed);
        // SAFETY: the caller keeps GlobalAlloc's contract, which is the system allocator's too.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size().cast_signed(), Ordering::Relaxed);
        // SAFETY: the block came from the system's allocator, by `alloc` above.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let mut words = std::env::args().skip(1);
    let (mut json_path, mut check) = (None, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => json_path = words.next(),
            "--check" => check = true,
            _ => {}
        }
    }
    let ids: Vec<UserId> = (0..USERS).map(id).collect();
    let (bytes, counted, mut tracker) = watch(&ids);
    println!("# presence, {USERS} users");
    println!("bytes of a watched user, the id's text included: {bytes:.0} (at most {BYTES:.0})");
    println!("the tracker's own count of them: {counted:.0}");
    let states = ["Available", "Busy", "Away"].map(|state| Presence::new(state, state));
    let notified = median(|round| notifications(&mut tracker, &ids, &states, round));
    let read = median(|round| answers(&mut tracker, &ids, &states, round));
    println!(
        "notifications that change a value, far apart, changes taken: {notified:.0}/s of a processor"
    );
    println!("presences of sweeps that change nothing: {read:.0}/s (each at least {PACE:.0})");
    if let Some(path) = json_path {
        let row = serde_json::json!({
            "users": USERS, "bytesOfAUser": bytes, "bytesCountedByTheTracker": counted,
            "notificationsPerSecond": notified, "presencesReadPerSecond": read,
        });
        std::fs::write(path, row.to_string()).expect("the report can be written");
    }
    let holds = bytes <= BYTES && notified >= PACE && read >= PACE;
    println!("{}", if holds { "every bound held" } else { "not every bound held" });
    std::process::exit(i32::from(check && !holds));
}

/// The processor time of this program's only thread; where the system does not tell, time itself.
fn spent(since: Wall) -> Duration {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = stat.and_then(|stat| stat.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

fn id(number: usize) -> UserId {
    UserId::new(format!("fa8bf3dc-eca7-46b7-bad1-{number:012x}")).expect("an id")
}

/// A tracker that has read everybody; bytes of each by the allocator and by its own count.
fn watch(ids: &[UserId]) -> (f64, f64, Tracker) {
    let mut busy = Presence::new("Busy", "InACall");
    busy.sequence_number = SequenceNumber::new("A0811517236");
    // In capitals, so that the tracker makes texts of its own and they are counted as its.
    let shouted: Vec<UserId> = ids
        .iter()
        .map(|id| UserId::new(id.as_str().to_ascii_uppercase()).expect("an id"))
        .collect();
    let before = LIVE.load(Ordering::Relaxed);
    let mut tracker = Tracker::new(TrackerConfig::default());
    tracker.handle_input(Instant::from_secs(1), Input::Watch(&shouted)).expect("room");
    sweep(&mut tracker, Instant::from_secs(1), |_| busy.clone());
    while tracker.poll_change().is_some() {}
    let live = LIVE.load(Ordering::Relaxed) - before;
    let counted = tracker.heap_bytes();
    (live as f64 / ids.len() as f64, counted as f64 / ids.len() as f64, tracker)
}

/// Answers every read that is due.
fn sweep(tracker: &mut Tracker, from: Instant, says: impl Fn(&UserId) -> Presence) {
    let mut rate = Rate::new(100);
    let mut now = from;
    while now < from + Duration::from_secs(10) {
        match tracker.poll_output(&mut rate) {
            Output::Read { read, users } => {
                let presences: Vec<Presence> = users.iter().map(&says).collect();
                let both = users.iter().zip(&presences);
                let seen: Vec<_> = both.map(|(user, presence)| Seen { user, presence }).collect();
                tracker.handle_input(now, Input::Answered { read, seen: &seen }).expect("room");
            }
            Output::Timeout(Some(at)) => {
                now = at;
                tracker.handle_input(now, Input::Tick).expect("room");
            }
            Output::Timeout(None) => return,
            _ => {}
        }
    }
}

fn median(mut measure: impl FnMut(usize) -> f64) -> f64 {
    let mut figures: Vec<f64> = (0..=ROUNDS).map(&mut measure).skip(1).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn notifications(tracker: &mut Tracker, ids: &[UserId], states: &[Presence], round: usize) -> f64 {
    let now = Instant::from_secs(10_000 + round as u64 * 1_000);
    let (begun, wall) = (spent(Wall::now()), Wall::now());
    for nth in 0..ids.len() {
        // A step without a common divisor comes by everybody once, far apart.
        let user = &ids[nth * 7_919 % ids.len()];
        let presence = &states[(nth + round) % states.len()];
        tracker.handle_input(now, Input::Notified { user, presence }).expect("room");
    }
    let mut told = 0;
    while let Some(change) = tracker.poll_change() {
        told += usize::from(black_box(change).merged == 0);
    }
    assert!(told > ids.len() / 2, "notifications change values");
    ids.len() as f64 / (spent(wall) - begun).as_secs_f64()
}

fn answers(tracker: &mut Tracker, ids: &[UserId], states: &[Presence], round: usize) -> f64 {
    let now = Instant::from_secs(100_000 + round as u64 * 1_000);
    tracker.handle_input(now, Input::Tick).expect("room");
    let before = tracker.counts().seen;
    let mut rate = Rate::new(100);
    let (mut reads, mut took) = (Vec::new(), Duration::ZERO);
    for _ in 0..4 {
        if let Output::Read { read, users } = tracker.poll_output(&mut rate) {
            reads.push((read, users));
        }
    }
    for (read, users) in &reads {
        let seen: Vec<_> = users.iter().map(|user| Seen { user, presence: &states[0] }).collect();
        let started = Wall::now();
        tracker.handle_input(now, Input::Answered { read: *read, seen: &seen }).expect("room");
        took += started.elapsed();
    }
    assert!(!ids.is_empty() && !reads.is_empty(), "turns come round");
    (tracker.counts().seen - before) as f64 / took.as_secs_f64()
}
