//! Twice the octets cost about twice the time, fed one by one: nobody buys more with less.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use teams_cc_sip::message::{Frame, StreamDecoder};

/// How much twice the input may cost.
const RATIO: f64 = 2.2;
/// How often each is measured; the best counts.
const ROUNDS: usize = 5;
/// How often all of it is measured, where others disturb it.
const ATTEMPTS: usize = 4;

/// The processor time of this thread.
fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap(), now.tv_nsec.try_into().unwrap())
}

fn message(lines: &str, body: usize) -> Vec<u8> {
    let head = "INVITE sip:+14255550100@sbc.example.com SIP/2.0\r\n\
        Via: SIP/2.0/TLS proxy.example.net;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n\
        From: <sip:proxy.example.net>;tag=a\r\nTo: <sip:sbc.example.com>\r\n\
        Call-ID: one\r\nCSeq: 1 INVITE\r\nContact: <sip:proxy.example.net>\r\n";
    let mut message = format!("{head}{lines}Content-Length: {body}\r\n\r\n").into_bytes();
    message.resize(message.len() + body, b'x');
    message
}

/// What a decoder takes for this, octet by octet; how many messages came out.
fn cost(octets: &[u8]) -> (Duration, usize) {
    let mut best = Duration::MAX;
    let mut messages = 0;
    for _ in 0..ROUNDS {
        let mut decoder = StreamDecoder::default();
        let started = thread_time();
        messages = 0;
        for octet in octets.chunks(1) {
            decoder.push(octet);
            while let Ok(Some(frame)) = decoder.next_frame() {
                messages += usize::from(matches!(frame, Frame::Message(_)));
            }
        }
        best = best.min(thread_time().saturating_sub(started));
    }
    (best, messages)
}

#[test]
fn twice_the_octets_cost_twice_the_time_at_most() {
    type Input = fn(usize) -> Vec<u8>;
    let inputs: [(&str, Input, [usize; 2]); 9] = [
        ("one body", |n| message("", n * 24_000), [1, 1]),
        (
            "one long line",
            |n| message(&format!("Subject: {}\r\n", "a".repeat(n * 7_000)), 0),
            [1, 1],
        ),
        ("many lines", |n| message(&"X-A: y\r\n".repeat(n * 90), 0), [1, 1]),
        ("folds", |n| message(&format!("Subject: a{}\r\n", "\r\n b".repeat(n * 900)), 0), [1, 1]),
        (
            "parameters",
            |n| message(&format!("Contact: <sip:a@b>{}\r\n", ";a=b".repeat(n * 10)), 0),
            [1, 1],
        ),
        ("lists", |n| message(&format!("Supported: {}b\r\n", "a,".repeat(n * 20)), 0), [1, 1]),
        ("messages", |n| message("", 200).repeat(n * 50), [50, 100]),
        ("nothing but line ends", |n| b"\r\n".repeat(n * 15_000), [0, 0]),
        (
            "a head that never ends",
            |n| message(&"X-A: y\r\n".repeat(n * 90), 0)[..n * 720].to_vec(),
            [0, 0],
        ),
    ];
    for (name, input, expected) in inputs {
        let (once, twice) = (input(1), input(2));
        let mut worst = f64::MAX;
        for _ in 0..ATTEMPTS {
            let (first, messages) = cost(&once);
            let (second, more) = cost(&twice);
            assert_eq!([messages, more], expected, "{name}: what is not read costs nothing");
            // Twice may be less than twice the octets, where a head is common to both.
            worst = worst.min(second.as_secs_f64() / first.as_secs_f64());
            if worst <= RATIO {
                break;
            }
        }
        assert!(worst <= RATIO, "{name}: twice the octets cost {worst:.2} times as much");
    }
}
