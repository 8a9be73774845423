//! The SIP codec beside its peers, and what a message costs by its length.
//!
//! A program of its own, because its allocator counts.

#[path = "../machine.rs"]
mod machine;
#[path = "../report.rs"]
mod report;
#[path = "../rounds.rs"]
mod rounds;
#[path = "../sip_peers.rs"]
mod sip_peers;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use report::Report;
use rounds::{interleave, median};
use sip_peers as peers;
use teams_cc_sip::message::{Limits, Message, StreamDecoder, verdict};

/// Messages read or written in one round by one contestant.
const TIMES: usize = 20_000;

/// The most octets that reading, judging and writing one message takes: so many per octet of it,
/// and so many beside.
const OCTETS: (usize, usize) = (32, 8 * 1024);
/// The most allocations: one per so many octets, and so many beside.
const ALLOCATIONS: (usize, usize) = (4, 64);

thread_local! {
    static TAKEN: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// Counts what a thread takes.
struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; the counter touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TAKEN.with(|taken| {
            let (octets, blocks) = taken.get();
            taken.set((octets + layout.size(), blocks + 1));
        });
        // SAFETY: the caller keeps GlobalAlloc's contract, which is the system allocator's too.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block came from the system's allocator, by `alloc` above.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (mut json, mut check) = (None, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => json = words.next(),
            "--check" => check = true,
            _ => {}
        }
    }
    let mut report = Report::new("sip");
    report.note("ezk-sip-types writes headers alone, so it is not among the writers");
    speed(&mut report);
    cost(&mut report);
    linear(&mut report);
    report.print();
    if let Some(path) = json
        && let Err(error) = std::fs::write(&path, report.json())
    {
        eprintln!("{path}: {error}");
        return ExitCode::FAILURE;
    }
    if check && !report.holds() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn speed(report: &mut Report) {
    let invite = peers::INVITE.as_bytes();
    assert_eq!(invite.len(), 989, "the INVITE is as long as the one peers were measured with");
    let rate = |work: &dyn Fn()| {
        let started = Instant::now();
        (0..TIMES).for_each(|_| work());
        TIMES as f64 / started.elapsed().as_secs_f64() / 1000.0
    };
    let frame = interleave(&peers::NAMES, |who| rate(&|| peers::frame(who, black_box(invite))));
    report.table("an INVITE of 989 octets, framed", "1000/s", frame);
    let typed = interleave(&peers::NAMES, |who| rate(&|| peers::typed(who, black_box(invite))));
    let ratio = median(&typed[0].over(&typed[1]));
    report.at_least("framed with five typed headers, over rsipstack", ratio, 3.5);
    report.table("framed, with typed From, To, Call-ID, CSeq and Via", "1000/s", typed);
    let written = peers::Written::new(invite);
    let names: Vec<_> = std::iter::once("teams-cc-sip, built").chain(peers::WRITERS).collect();
    let write = interleave(&names, |who| rate(&|| written.write(who)));
    report.at_least("built and written, over rsipstack", median(&write[0].over(&write[2])), 3.5);
    report.at_least("kept and written, over sipx-sip", median(&write[1].over(&write[3])), 1.0);
    report.table("written; without a note, as it was read", "1000/s", write);
}

/// Bytes and allocations by the length of the message.
fn cost(report: &mut Report) {
    let (mut octets, mut allocations): (f64, f64) = (0.0, 0.0);
    for bytes in peers::hostile() {
        let before = TAKEN.get();
        if let Ok(message) = Message::parse_datagram(&bytes, &Limits::default()) {
            black_box(message.encode());
        }
        drop(black_box(verdict(&bytes)));
        let after = TAKEN.get();
        let allowed = OCTETS.0 * bytes.len() + OCTETS.1;
        octets = octets.max((after.0 - before.0) as f64 / allowed as f64);
        let allowed = bytes.len() / ALLOCATIONS.0 + ALLOCATIONS.1;
        allocations = allocations.max((after.1 - before.1) as f64 / allowed as f64);
    }
    report.at_most("octets taken, over 32 for each of the message and 8 KiB", octets, 1.0);
    report.at_most("allocations, over one for 4 octets and 64", allocations, 1.0);
}

/// A stream twice as long costs twice as much, fed octet by octet; best of five.
fn linear(report: &mut Report) {
    let head = "X-Y: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n";
    let of = |lines: usize| {
        let core = &peers::INVITE[..peers::INVITE.find("Content-Type").expect("it is there")];
        format!("{core}{}Content-Length: 0\r\n\r\n", head.repeat(lines)).into_bytes()
    };
    let took = |bytes: &[u8]| {
        let started = Instant::now();
        let mut decoder = StreamDecoder::default();
        let mut frames = 0;
        for octet in bytes.chunks(1) {
            decoder.push(octet);
            while let Ok(Some(_)) = decoder.next_frame() {
                frames += 1;
            }
        }
        assert_eq!(frames, 1);
        started.elapsed().as_secs_f64()
    };
    let (short, long) = (of(100), of(200 + peers::INVITE.len() / head.len() / 2));
    let best = |bytes: &[u8]| (0..5).map(|_| took(bytes)).fold(f64::INFINITY, f64::min);
    let ratio = best(&long) / best(&short) * (2.0 * short.len() as f64 / long.len() as f64);
    report.at_most("a head of twice the octets, fed one by one, over the half", ratio, 2.2);
}
