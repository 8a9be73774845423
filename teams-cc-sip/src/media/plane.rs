//! All legs' media, without input or output.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    time::Duration,
};

use teams_cc_core::{
    Instant, LegId, OperationId, Seed,
    contact::{OperationOutcome, Tone},
};

use super::{
    dtmf::EVENT_STEP,
    player::FRAME,
    rules::MediaRules,
    stream::{BUFFER, Outgoing, Received, Sound, Stream},
    wav::WavPrompt,
};
use crate::trunk::{MediaError, MediaEvent, MediaQuality, RemoteMedia};

/// The most events that wait to be fetched; further ones are dropped, but silence is told again.
pub const MAX_EVENTS: usize = 1_024;
/// How often comfort noise is repeated while nothing else is sent.
const NOISE_INTERVAL: Duration = Duration::from_secs(1);
/// The level of comfort noise: -70 dBov (RFC 3389 §3.1).
const NOISE_LEVEL: u8 = 70;

/// A datagram to send.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Datagram {
    /// The leg from whose socket it goes.
    pub leg: LegId,
    /// Where it goes.
    pub to: SocketAddr,
    /// Whether it goes from the port of RTCP.
    pub rtcp: bool,
    /// Its octets in the buffer.
    pub length: usize,
}

/// The media of all legs: relayed between joined ones, played and collected on each.
///
/// Datagrams go in by [`Plane::receive`], one at most comes out for each. What is due by time comes
/// out of [`Plane::tick`], which wants to be called every 20 ms. Steady streams allocate nothing.
pub struct Plane {
    rules: MediaRules,
    seed: Seed,
    draws: u64,
    streams: BTreeMap<LegId, Stream>,
    events: VecDeque<MediaEvent>,
}

impl Plane {
    /// A plane without legs. The seed makes sources and counts, which need not be secret.
    #[must_use]
    pub fn new(rules: MediaRules, seed: Seed) -> Self {
        Self { rules, seed, draws: 0, streams: BTreeMap::new(), events: VecDeque::new() }
    }

    /// Makes room for a leg; `false` where there is none, or the leg is open.
    pub fn open(&mut self, now: Instant, leg: &LegId) -> bool {
        if self.streams.len() >= self.rules.legs || self.streams.contains_key(leg) {
            return false;
        }
        let stream = Stream::new(now, self.draw(), self.draw());
        self.streams.insert(leg.clone(), stream);
        true
    }

    /// Names where the peer wants its packets.
    pub fn connect(&mut self, now: Instant, leg: &LegId, remote: &RemoteMedia) {
        if let Some(stream) = self.streams.get_mut(leg) {
            stream.connect(now, remote);
        }
    }

    /// Lets two legs hear each other; what they were joined to before hears nothing more of them.
    ///
    /// # Errors
    ///
    /// [`MediaError::NotOpen`] for a leg that is not open, [`MediaError::Codec`] where one would
    /// have to be decoded for the other.
    pub fn join(&mut self, one: &LegId, other: &LegId) -> Result<(), MediaError> {
        let codec = |leg| {
            let stream = self.streams.get(leg).ok_or(MediaError::NotOpen)?;
            Ok(stream.remote.as_ref().map(|remote| remote.codec))
        };
        if let (Some(first), Some(second)) = (codec(one)?, codec(other)?)
            && first != second
            && !(first.is_g711() && second.is_g711())
        {
            return Err(MediaError::Codec);
        }
        for (leg, with) in [(one, other), (other, one)] {
            let before = self.streams.get_mut(leg).and_then(|stream| {
                stream.rings = None;
                stream.peer.replace(with.clone())
            });
            if let Some(before) = before.filter(|before| before != with)
                && let Some(left) = self.streams.get_mut(&before)
                && left.peer.as_ref() == Some(leg)
            {
                left.peer = None;
            }
        }
        Ok(())
    }

    /// Forgets a leg.
    pub fn close(&mut self, leg: &LegId) {
        let peer = self.streams.remove(leg).and_then(|stream| stream.peer);
        if let Some(left) = peer.and_then(|peer| self.streams.get_mut(&peer))
            && left.peer.as_ref() == Some(leg)
        {
            left.peer = None;
        }
    }

    /// Takes a datagram of the port of RTP in place; what leaves for it is written to `out`.
    pub fn receive(
        &mut self,
        now: Instant,
        leg: &LegId,
        from: SocketAddr,
        packet: &mut [u8],
        out: &mut [u8; BUFFER],
    ) -> Option<Datagram> {
        self.take(now, leg, from, packet, false, out)
    }

    /// Takes a datagram of the port of RTCP: reports, and checks of that path.
    pub fn receive_control(
        &mut self,
        now: Instant,
        leg: &LegId,
        from: SocketAddr,
        packet: &mut [u8],
        out: &mut [u8; BUFFER],
    ) -> Option<Datagram> {
        self.take(now, leg, from, packet, true, out)
    }

    fn take(
        &mut self,
        now: Instant,
        leg: &LegId,
        from: SocketAddr,
        packet: &mut [u8],
        rtcp: bool,
        out: &mut [u8; BUFFER],
    ) -> Option<Datagram> {
        let stream = self.streams.get_mut(leg)?;
        let (heard, tone) = match stream.receive(now, from, packet, rtcp, out, &self.rules) {
            Received::Done => return None,
            Received::Answer(length) => {
                return Some(Datagram { leg: leg.clone(), to: from, rtcp, length });
            }
            Received::Sound(heard, tone) => (heard, tone),
        };
        let peer = stream.peer.clone();
        if let Some(tone) = tone {
            push(&mut self.events, MediaEvent::Tone { leg: leg.clone(), tone });
        }
        let peer = peer?;
        let other = self.streams.get_mut(&peer)?;
        if other.tones.is_busy() || other.player.is_busy() || other.rings.is_some() {
            return None;
        }
        let packet = Outgoing {
            sound: heard.sound,
            marker: heard.marker,
            source: Some((heard.ssrc, heard.sequence, heard.timestamp)),
            at: now,
            payload: packet.get(heard.payload)?,
        };
        let (to, length) = other.send(now, &packet, out)?;
        Some(Datagram { leg: peer, to, rtcp: false, length })
    }

    /// Sends what is due: prompts, keys, noise and reports. Reports peers that have gone silent.
    pub fn tick(
        &mut self,
        now: Instant,
        out: &mut [u8; BUFFER],
        mut send: impl FnMut(&LegId, bool, SocketAddr, &[u8]),
    ) {
        let Self { streams, events, rules, seed, draws } = self;
        for (leg, stream) in streams {
            if rules.silence.is_some_and(|limit| stream.is_silent(now, limit)) {
                push(events, MediaEvent::Silent { leg: leg.clone() });
            }
            *draws += 1;
            if let Some((to, length, mux)) = stream.report(now, seed.draw(*draws), out) {
                send(leg, !mux, to, out.get(..length).unwrap_or_default());
            }
            let Some(remote) = stream.remote.as_ref().filter(|remote| !remote.on_hold) else {
                continue;
            };
            let (codec, noise) = (remote.codec, remote.comfort_noise);
            let mut frame = [0; FRAME];
            let mut payload = [0; 4];
            let (sound, marker, at, body) =
                if let Some(packet) = stream.tones.next(now, codec.clock_rate()) {
                    stream.next_idle = now + EVENT_STEP;
                    payload = packet.event.write();
                    (Sound::Event, packet.marker, packet.began, &payload[..])
                } else if now < stream.next_idle {
                    continue;
                } else if stream.tones.is_busy() {
                    stream.next_idle = now;
                    continue;
                } else if stream.player.is_busy() && codec.is_g711() {
                    // Ticks that come late are made up for, and ones that are lost are not.
                    let late = now - stream.next_idle > Duration::from_millis(100);
                    let due = if late { now } else { stream.next_idle };
                    stream.next_idle = due + EVENT_STEP;
                    if let Some(operation) = stream.player.frame(codec, &mut frame) {
                        let outcome = OperationOutcome::Completed;
                        let leg = leg.clone();
                        push(events, MediaEvent::PlayEnded { leg, operation, outcome });
                    }
                    (Sound::Speech(codec), false, due, &frame[..])
                } else if let Some(frames) = stream.rings.filter(|_| codec.is_g711()) {
                    stream.rings = Some(frames.wrapping_add(1));
                    stream.next_idle = now + EVENT_STEP;
                    super::player::ringing(frames, codec, &mut frame);
                    (Sound::Speech(codec), false, now, &frame[..])
                } else if stream.peer.is_some() || !rules.idle_noise {
                    stream.next_idle = now;
                    continue;
                } else if noise {
                    stream.next_idle = now + NOISE_INTERVAL;
                    payload[0] = NOISE_LEVEL;
                    (Sound::Noise, false, now, &payload[..1])
                } else if codec.is_g711() {
                    stream.next_idle = now + EVENT_STEP;
                    frame.fill(super::g711::silence(codec));
                    (Sound::Speech(codec), false, now, &frame[..])
                } else {
                    continue;
                };
            let packet = Outgoing { sound, marker, source: None, at, payload: body };
            if let Some((to, length)) = stream.send(now, &packet, out) {
                send(leg, false, to, out.get(..length).unwrap_or_default());
            }
        }
    }

    /// Plays prompts after those that play.
    ///
    /// # Errors
    ///
    /// [`MediaError`] says why nothing is played.
    pub fn play(
        &mut self,
        leg: &LegId,
        operation: &OperationId,
        prompts: Vec<WavPrompt>,
    ) -> Result<(), MediaError> {
        let stream = self.connected(leg)?;
        if stream.remote.as_ref().is_some_and(|remote| !remote.codec.is_g711()) {
            return Err(MediaError::Codec);
        }
        stream.player.push(operation, prompts).then_some(()).ok_or(MediaError::Full)
    }

    /// Reports keys from now on.
    ///
    /// # Errors
    ///
    /// [`MediaError::NotOpen`] for a leg without media.
    pub fn collect(&mut self, leg: &LegId) -> Result<(), MediaError> {
        self.streams.get_mut(leg).ok_or(MediaError::NotOpen)?.collecting = true;
        Ok(())
    }

    /// Stops what plays and what waits to be played or sent.
    ///
    /// # Errors
    ///
    /// [`MediaError::NotOpen`] for a leg without media.
    pub fn cancel(&mut self, leg: &LegId) -> Result<(), MediaError> {
        let stream = self.streams.get_mut(leg).ok_or(MediaError::NotOpen)?;
        stream.tones.clear();
        for operation in stream.player.clear() {
            let outcome = OperationOutcome::Cancelled;
            let leg = leg.clone();
            push(&mut self.events, MediaEvent::PlayEnded { leg, operation, outcome });
        }
        Ok(())
    }

    /// Sends keys to the peer, one after the other.
    ///
    /// # Errors
    ///
    /// [`MediaError::Tones`] where the peer takes no events, [`MediaError::Full`] where too many
    /// wait.
    pub fn send_tones(&mut self, leg: &LegId, tones: &[Tone]) -> Result<(), MediaError> {
        let stream = self.connected(leg)?;
        if stream.remote.as_ref().is_none_or(|remote| remote.telephone_event.is_none()) {
            return Err(MediaError::Tones);
        }
        stream.tones.push(tones).then_some(()).ok_or(MediaError::Full)
    }

    /// Lets a leg hear ringing while nothing else is there to hear; joining ends it.
    pub fn ring(&mut self, leg: &LegId, ringing: bool) {
        if let Some(stream) = self.streams.get_mut(leg) {
            stream.rings = ringing.then_some(0);
        }
    }

    /// How a leg's stream has gone so far.
    #[must_use]
    pub fn quality(&self, leg: &LegId) -> Option<MediaQuality> {
        self.streams.get(leg).map(Stream::quality)
    }

    /// What is to be told next.
    pub fn poll_event(&mut self) -> Option<MediaEvent> {
        self.events.pop_front()
    }

    fn connected(&mut self, leg: &LegId) -> Result<&mut Stream, MediaError> {
        let stream = self.streams.get_mut(leg).ok_or(MediaError::NotOpen)?;
        if stream.remote.is_some() { Ok(stream) } else { Err(MediaError::NotOpen) }
    }

    fn draw(&mut self) -> u64 {
        self.draws += 1;
        self.seed.draw(self.draws)
    }

    #[cfg(test)]
    pub(crate) fn stream(&mut self, leg: &LegId) -> &mut Stream {
        self.streams.get_mut(leg).unwrap()
    }
}

fn push(events: &mut VecDeque<MediaEvent>, event: MediaEvent) {
    if events.len() < MAX_EVENTS {
        events.push_back(event);
    } else {
        tracing::warn!(leg = %event.leg(), "nobody fetches media events; one was dropped");
    }
}

#[cfg(test)]
mod tests;
