//! The bytes of an idle call session, by an allocator that counts; a program of its own, so that
//! counting slows nothing else down.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

use serde_json::{Value, json};
use teams_cc_core::Instant;
use teams_cc_core::contact::Direction;
use teams_cc_graph::call::{CallSession, Input, Output, Report};
use teams_cc_graph::model::CommsNotifications;

/// The bound, in bytes (2 KiB).
const BOUND: f64 = 2048.0;
const SESSIONS: usize = 1000;

/// Counts what is handed out and not given back.
struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);
static BLOCKS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; the counters touch no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size().cast_signed(), Ordering::Relaxed);
        BLOCKS.fetch_add(1, Ordering::Relaxed);
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
    let stories = [
        ("answered by the bot", Direction::Inbound, &[INCOMING, ESTABLISHED, PROMPT][..]),
        ("placed by the bot", Direction::Outbound, &[ESTABLISHED, PROMPT][..]),
        ("with a roster of three", Direction::Inbound, &[INCOMING, ESTABLISHED, ROSTER][..]),
    ];
    println!("# session\nsize_of::<CallSession>(): {} bytes", size_of::<CallSession>());
    let mut rows = Vec::new();
    for (name, direction, bodies) in stories {
        let (bytes, blocks) = measure(direction, bodies);
        println!("{name:<28}{bytes:>10.0} bytes, {blocks:.1} blocks on the heap made");
        rows.push((name, bytes));
    }
    // A roster belongs to a group call, which is not idle; it is shown, not bounded.
    let worst = rows.iter().take(2).map(|(_, bytes)| *bytes).fold(0.0, f64::max);
    let holds = worst <= BOUND;
    let verdict = if holds { "PASS" } else { "FAIL" };
    println!("\n{verdict}: bytes of an idle session: {worst:.0} ≤ {BOUND}");
    if let Some(path) = json_path {
        let rows: Vec<Value> =
            rows.iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes })).collect();
        let report = json!({ "name": "session", "size_of": size_of::<CallSession>(),
            "sessions": rows, "bound": BOUND, "holds": holds });
        std::fs::write(path, format!("{report:#}\n")).expect("the report is written");
    }
    if check && !holds {
        std::process::exit(1);
    }
}

const INCOMING: &str = include_str!("../../bodies/incoming.json");
const ESTABLISHED: &str = include_str!("../../bodies/established.json");
const PROMPT: &str = include_str!("../../bodies/prompt.json");
const ROSTER: &str = include_str!("../../bodies/roster.json");

/// Bytes of one session, its place in a vector included, and blocks that were made for it.
fn measure(direction: Direction, bodies: &[&str]) -> (f64, f64) {
    let mut sessions: Vec<CallSession> = Vec::with_capacity(SESSIONS);
    let (before, blocks) = (LIVE.load(Ordering::SeqCst), BLOCKS.load(Ordering::SeqCst));
    for _ in 0..SESSIONS {
        sessions.push(session(direction, bodies));
    }
    let heap = LIVE.load(Ordering::SeqCst) - before;
    let blocks = BLOCKS.load(Ordering::SeqCst) - blocks;
    let bytes = heap as f64 / SESSIONS as f64 + size_of::<CallSession>() as f64;
    (bytes, blocks as f64 / SESSIONS as f64)
}

/// A session that heard these notifications and has nothing more to tell.
fn session(direction: Direction, bodies: &[&str]) -> CallSession {
    let now = Instant::from_secs(1);
    let mut session = CallSession::new(now, direction);
    for body in bodies {
        let read: CommsNotifications = serde_json::from_str(body).expect("a body of this crate");
        for notification in read.value.get().expect("notifications") {
            let (_, report) = Report::read(notification).expect("a report about a call");
            let input = match report {
                Report::Call(report) => Input::Call(report),
                Report::Operation(report) => Input::Operation(report),
                Report::Roster(report) => Input::Roster(report),
                _ => continue,
            };
            session.handle_input(now, input).expect("notifications are never refused");
            while !matches!(session.poll_output(), Output::Timeout(_)) {}
        }
    }
    session
}
