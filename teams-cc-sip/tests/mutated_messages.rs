//! Mutated messages and streams: nothing panics, and no message costs more than its length allows.
//!
//! `TEAMS_CC_SOAK=100 cargo test -p teams-cc-sip --profile soak --test mutated_messages` reads ten
//! million messages and one million streams, with overflow checks on. A failure names its seed;
//! `TEAMS_CC_SEED` runs that one alone.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod mutation;

use std::{ops::Range, time::Duration};

use mutation::{Dice, message};
use rustix::time::{ClockId, clock_gettime};
use teams_cc_sip::{
    message::{Frame, Limits, Message, StreamDecoder, every_typed_header, verdict},
    sdp::SessionDescription,
};

/// The most octets that [`read`] takes, which reads a message twice and each header thrice: so many
/// for each octet of it, and so many beside.
const OCTETS: (u64, u64) = (64, 8 * 1024);
/// The most allocations: one for so many octets, and so many beside.
const ALLOCATIONS: (u64, u64) = (4, 64);
/// The most CPU time of one message, best of five; code that is not optimised may take longer.
const TIME: Duration = Duration::from_millis(if cfg!(debug_assertions) { 20 } else { 1 });

fn seeds(short: u64, long: u64) -> Range<u64> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match (number("TEAMS_CC_SEED"), number("TEAMS_CC_SOAK")) {
        (Some(seed), _) => seed..seed + 1,
        (None, Some(factor)) => 0..long * factor,
        (None, None) => 0..short,
    }
}

/// Everything that is done to what a peer sent before anything is decided.
fn read(bytes: &[u8]) -> bool {
    let _ = verdict(bytes);
    let Ok(message) = Message::parse_datagram(bytes, &Limits::default()) else { return false };
    let _ = message.validate();
    let _ = every_typed_header(message.headers());
    let _ = message.encode();
    true
}

/// CPU time of this thread, so that other tests beside do not count.
fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap(), now.tv_nsec.try_into().unwrap())
}

fn cost(bytes: &[u8]) -> Duration {
    let started = thread_time();
    read(bytes);
    thread_time().saturating_sub(started)
}

#[test]
fn no_mutated_message_panics_or_costs_more_than_its_length_allows() {
    let (mut well_formed, mut count) = (0_u64, 0_u64);
    for seed in seeds(20_000, 100_000) {
        let bytes = message(&mut Dice::new(seed));
        let started = thread_time();
        let mut good = false;
        let judged = std::panic::catch_unwind(|| {
            let mut good = false;
            let taken = allocation_counter::measure(|| good = read(&bytes));
            (good, taken)
        });
        let Ok((was_good, taken)) = judged else { panic!("seed {seed} panics") };
        good |= was_good;
        let took = thread_time().saturating_sub(started);
        let length = u64::try_from(bytes.len()).unwrap();
        let (octets, blocks) = (taken.bytes_total, taken.count_total);
        assert!(octets <= OCTETS.0 * length + OCTETS.1, "seed {seed}: {octets} octets of {length}");
        let allowed = length / ALLOCATIONS.0 + ALLOCATIONS.1;
        assert!(blocks <= allowed, "seed {seed}: {blocks} allocations of {length}");
        if took > TIME {
            let best = (0..5).map(|_| cost(&bytes)).min().unwrap();
            assert!(best <= TIME, "seed {seed}: {length} octets take {best:?}");
        }
        if good && seed % 16 == 0 {
            let message = Message::parse_datagram(&bytes, &Limits::default()).unwrap();
            let _ = format!("{message:?}");
            let _ = SessionDescription::parse(message.body());
        }
        well_formed += u64::from(good);
        count += 1;
    }
    // A mutation that leaves nothing readable, or nothing broken, proves nothing.
    if count > 1 {
        assert!((count / 20..count * 19 / 20).contains(&well_formed), "{well_formed} of {count}");
    }
}

/// What came out of a stream, and whether it ended in a fault.
type Decoded = (Vec<Frame>, bool);

fn decode(stream: &[u8], mut size: impl FnMut() -> usize) -> Decoded {
    let mut decoder = StreamDecoder::default();
    let mut frames = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let (chunk, tail) = rest.split_at(size().clamp(1, rest.len()));
        rest = tail;
        decoder.push(chunk);
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(_) => return (frames, true),
            }
        }
        assert!(decoder.buffered() <= Limits::MESSAGE + chunk.len());
    }
    (frames, false)
}

#[test]
fn a_mutated_stream_gives_the_same_frames_however_it_is_cut() {
    let (mut frames, mut faults, mut count) = (0, 0, 0);
    for seed in seeds(2_000, 10_000) {
        let mut dice = Dice::new(seed);
        let mut stream = Vec::new();
        for _ in 0..=dice.below(4) {
            match dice.below(4) {
                0 => stream.extend_from_slice(b"\r\n\r\n"),
                _ => stream.extend(message(&mut dice)),
            }
        }
        let judged = std::panic::catch_unwind(move || {
            let whole = decode(&stream, || usize::MAX);
            let most = [1, 3, 40, 1_500][dice.below(4)];
            assert!(decode(&stream, || 1 + dice.below(most)) == whole, "by chunks of up to {most}");
            (whole.0.len(), whole.1)
        });
        let Ok((whole, fault)) = judged else { panic!("seed {seed}") };
        frames += whole;
        faults += usize::from(fault);
        count += 1;
    }
    assert!(count == 1 || (frames > 0 && (1..count).contains(&faults)), "{frames}, {faults}");
}
