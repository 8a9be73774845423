//! Keys pressed, as events in RTP (RFC 4733).

use std::{collections::VecDeque, fmt, time::Duration};

use teams_cc_core::{Instant, contact::Tone};

/// The keys in the order of their events (RFC 4733 §3.2).
const KEYS: [char; 16] =
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];
/// How loud a key is said to be: -10 dBm0 (RFC 4733 §2.3.3).
const VOLUME: u8 = 10;
/// How long a key is held.
pub const TONE_TIME: Duration = Duration::from_millis(100);
/// The pause between two keys.
pub const TONE_GAP: Duration = Duration::from_millis(80);
/// How often the end of an event is sent (RFC 4733 §2.5.1.4).
pub const END_PACKETS: u8 = 3;
/// The most keys that wait to be sent on one leg; further ones are refused.
pub const MAX_TONES: usize = 64;
/// How much of an event one packet reports.
pub(crate) const EVENT_STEP: Duration = Duration::from_millis(20);

/// The time between two keys in the long run, which no finger and no dialler goes below.
const KEY_STEP: Duration = Duration::from_millis(50);
/// The most keys at once, as after a gap in the network; further ones are not told, so that one
/// peer cannot fill the queue of all.
const KEY_BURST: u32 = 32;

/// The payload of an event.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TelephoneEvent {
    /// Which key, where it is one.
    pub tone: Option<Tone>,
    /// Whether the event is over.
    pub end: bool,
    /// How long it has lasted, in ticks.
    pub duration: u16,
}

impl TelephoneEvent {
    /// Octets of the payload.
    pub const OCTETS: usize = 4;

    /// Reads the payload of an event; what follows its four octets is passed over.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let &[event, flags, d0, d1] = payload.first_chunk::<{ Self::OCTETS }>()?;
        let key = KEYS.get(usize::from(event)).copied();
        Some(Self {
            tone: key.and_then(|key| Tone::new(key).ok()),
            end: flags & 0x80 != 0,
            duration: u16::from_be_bytes([d0, d1]),
        })
    }

    /// The payload; an event that is no key is written as 255.
    #[must_use]
    pub fn write(&self) -> [u8; Self::OCTETS] {
        let key = self.tone.and_then(|tone| KEYS.iter().position(|key| *key == tone.reveal()));
        let event = key.and_then(|key| u8::try_from(key).ok()).unwrap_or(u8::MAX);
        let [d0, d1] = self.duration.to_be_bytes();
        [event, if self.end { 0x80 } else { 0 } | VOLUME, d0, d1]
    }
}

impl fmt::Debug for TelephoneEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TelephoneEvent(…)")
    }
}

/// Makes one key of the several packets that report it.
#[derive(Clone, Copy, Default)]
pub(crate) struct ToneCollector {
    /// The newest event: its timestamp, how long it has lasted, its key and whether it is over.
    last: Option<(u32, u16, Option<Tone>, bool)>,
}

impl ToneCollector {
    /// The key, with the first packet that reports it: whichever of its packets is lost.
    pub(crate) fn take(&mut self, timestamp: u32, payload: &[u8]) -> Option<Tone> {
        let event = TelephoneEvent::parse(payload)?;
        let new = (timestamp, event.duration, event.tone, event.end);
        let Some((before, duration, tone, ended)) = self.last.replace(new) else {
            return event.tone;
        };
        if before == timestamp {
            self.last = Some((before, duration.max(event.duration), tone, ended || event.end));
            return None;
        }
        if timestamp.wrapping_sub(before) > u32::MAX / 2 {
            // A late packet of an event before.
            self.last = Some((before, duration, tone, ended));
            return None;
        }
        // RFC 4733 §2.5.1.3: a long event goes on in a further segment.
        let goes_on = !ended
            && tone == event.tone
            && duration > u16::MAX - 2_000
            && u16::try_from(timestamp.wrapping_sub(before)).is_ok();
        if goes_on { None } else { event.tone }
    }
}

/// How fast one peer's keys are told: when as many as may come at once may come again.
#[derive(Clone, Copy, Default)]
pub(crate) struct KeyPace(Instant);

impl KeyPace {
    /// Whether one more key is told now.
    pub(crate) fn takes(&mut self, now: Instant) -> bool {
        let fits = self.0 - now <= KEY_STEP * (KEY_BURST - 1);
        if fits {
            self.0 = self.0.max(now) + KEY_STEP;
        }
        fits
    }
}

/// What a sender of keys has to put on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventPacket {
    /// Set on the first packet of an event.
    pub(crate) marker: bool,
    pub(crate) event: TelephoneEvent,
    /// When the event began, as all its packets say.
    pub(crate) began: Instant,
}

/// Sends keys one after the other.
#[derive(Default)]
pub(crate) struct ToneSender {
    waiting: VecDeque<Tone>,
    sending: Option<Sending>,
    /// When the next key may begin.
    free: Instant,
}

#[derive(Clone, Copy)]
struct Sending {
    tone: Tone,
    began: Instant,
    next: Instant,
    first: bool,
    ends: u8,
}

impl ToneSender {
    /// Queues keys; `false` where they do not all fit, and then none is queued.
    pub(crate) fn push(&mut self, tones: &[Tone]) -> bool {
        let fits = self.waiting.len() + tones.len() <= MAX_TONES;
        if fits {
            self.waiting.extend(tones);
        }
        fits
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.sending.is_some() || !self.waiting.is_empty()
    }

    /// The next packet that is due, at the given clock rate.
    pub(crate) fn next(&mut self, now: Instant, rate: u32) -> Option<EventPacket> {
        let mut sending = match self.sending {
            Some(sending) => sending,
            None if now < self.free => return None,
            None => {
                let tone = self.waiting.pop_front()?;
                let sending = Sending { tone, began: now, next: now, first: true, ends: 0 };
                // A first packet says how long one step is, so that its loss costs nothing.
                *self.sending.insert(sending)
            }
        };
        if now < sending.next {
            return None;
        }
        let lasted = (now - sending.began + EVENT_STEP).min(TONE_TIME);
        let end = lasted == TONE_TIME;
        let packet = EventPacket {
            marker: std::mem::take(&mut sending.first),
            event: TelephoneEvent { tone: Some(sending.tone), end, duration: ticks(lasted, rate) },
            began: sending.began,
        };
        sending.next += EVENT_STEP;
        sending.ends += u8::from(end);
        if sending.ends == END_PACKETS {
            self.free = now + TONE_GAP;
            self.sending = None;
        } else {
            self.sending = Some(sending);
        }
        Some(packet)
    }
}

pub(crate) fn ticks(time: Duration, rate: u32) -> u16 {
    u16::try_from(time.as_millis() * u128::from(rate) / 1_000).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(key: char) -> Tone {
        Tone::new(key).unwrap()
    }

    fn sent(keys: &str) -> Vec<EventPacket> {
        let mut sender = ToneSender::default();
        let tones: Vec<Tone> = keys.chars().map(tone).collect();
        assert!(sender.push(&tones));
        let steps = (0..1_000).map(|n| Instant::from_millis(n * 10));
        let packets = steps.filter_map(|now| sender.next(now, 8_000)).collect();
        assert!(!sender.is_busy());
        packets
    }

    #[test]
    fn a_key_grows_from_packet_to_packet_and_ends_three_times() {
        let packets = sent("5");
        let durations: Vec<u16> = packets.iter().map(|packet| packet.event.duration).collect();
        assert_eq!(durations, [160, 320, 480, 640, 800, 800, 800]);
        let ends = packets.iter().filter(|packet| packet.event.end).count();
        assert_eq!(ends, usize::from(END_PACKETS));
        assert!(packets[0].marker && packets[1..].iter().all(|packet| !packet.marker));
        assert!(packets.iter().all(|packet| packet.began == packets[0].began));
    }

    #[test]
    fn every_key_is_heard_once_whichever_packets_are_lost() {
        let keys = "0123456789*#ABCD55";
        let packets = sent(keys);
        for kept in 0..7 {
            let mut collector = ToneCollector::default();
            let heard: String = packets
                .chunks(7)
                .flat_map(|event| [event[kept], event[kept], event[6], event[kept]])
                .filter_map(|packet| {
                    let timestamp = u32::try_from(packet.began.as_millis() * 8).unwrap();
                    collector.take(timestamp.wrapping_sub(500), &packet.event.write())
                })
                .map(Tone::reveal)
                .collect();
            assert_eq!(heard, keys);
        }
    }

    #[test]
    fn a_long_key_is_one_key_and_a_late_packet_is_none() {
        let mut collector = ToneCollector::default();
        let event = |duration, end| TelephoneEvent { tone: Some(tone('7')), end, duration }.write();
        assert_eq!(collector.take(1_000, &event(65_500, false)), Some(tone('7')));
        assert_eq!(collector.take(66_535, &event(160, false)), None);
        assert_eq!(collector.take(1_000, &event(65_535, false)), None);
        assert_eq!(collector.take(66_535, &event(320, true)), None);
        assert_eq!(collector.take(70_000, &event(160, false)), Some(tone('7')));
        assert_eq!(collector.take(90_000, &[99, 0, 0, 1]), None, "no key");
        assert_eq!(collector.take(90_000, &[1, 0, 0]), None, "too short");
    }

    #[test]
    fn keys_are_bounded_and_never_shown() {
        let mut sender = ToneSender::default();
        assert!(sender.push(&[tone('1'); MAX_TONES]));
        assert!(!sender.push(&[tone('1')]));
        let event = TelephoneEvent { tone: Some(tone('9')), end: false, duration: 9 };
        assert_eq!(format!("{event:?}"), "TelephoneEvent(…)");
    }
}
