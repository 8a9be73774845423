//! The media plane on UDP sockets: the only part of it that waits.

use std::{
    collections::BTreeMap,
    fmt, io,
    marker::PhantomData,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use teams_cc_core::{
    Clock, LegId, OperationId, Seed,
    contact::{Capabilities, Prompt, Tone, Verb},
};
use tokio::{net::UdpSocket, task::JoinHandle, time};

use super::{BUFFER, MediaConfig, Plane, ports::Ports, role, rtp::MAX_PACKET};
use crate::{
    sdp::Codec,
    trunk::{MediaError, MediaNews, MediaPort, MediaQuality, RemoteMedia},
};

/// How often what is due is sent.
const TICK: Duration = Duration::from_millis(20);

/// A media plane on UDP. Dropping it closes every socket.
///
/// One task reads the two sockets of each leg, and one sends what is due every 20 ms.
pub struct UdpMedia<R: role::Role> {
    shared: Arc<Shared>,
    ticker: JoinHandle<()>,
    role: PhantomData<fn() -> R>,
}

/// Plays prompts and collects keys on each leg; legs are not joined.
pub type MediaEndpoint = UdpMedia<role::Endpoint>;
/// Does what [`MediaEndpoint`] does, and lets joined legs hear each other: RTP with SRTP, each with
/// its own keys, under addresses that stay when legs are joined anew.
pub type MediaRelay = UdpMedia<role::Relay>;

struct Shared {
    config: MediaConfig,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    plane: Plane,
    legs: BTreeMap<LegId, Sockets>,
    news: Option<MediaNews>,
    ports: Ports,
}

struct Sockets {
    /// The port of `rtp`.
    port: u16,
    rtp: Arc<UdpSocket>,
    rtcp: Arc<UdpSocket>,
    task: JoinHandle<()>,
}

impl Drop for Sockets {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<R: role::Role> UdpMedia<R> {
    /// Starts a plane on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// An error where the operating system gives no randomness.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime, as [`tokio::spawn`] does.
    pub fn start(config: MediaConfig, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let mut seed = [0; 8];
        aws_lc_rs::rand::fill(&mut seed)
            .map_err(|_| io::Error::other("the operating system gives no randomness"))?;
        let seed = Seed::new(u64::from_le_bytes(seed));
        let ports = Ports::new(&config.ports);
        let plane = Plane::new(config.rules.clone(), seed);
        let state = State { plane, legs: BTreeMap::new(), news: None, ports };
        let shared = Arc::new(Shared { config, clock, state: Mutex::new(state) });
        let ticker = tokio::spawn(tick(Arc::clone(&shared)));
        Ok(Self { shared, ticker, role: PhantomData })
    }

    /// Sends keys to a leg's peer, one after the other.
    ///
    /// # Errors
    ///
    /// [`MediaError`] says why they are not sent.
    pub fn send_tones(&self, leg: &LegId, tones: &[Tone]) -> Result<(), MediaError> {
        self.shared.lock().plane.send_tones(leg, tones)
    }
}

impl<R: role::Role> Drop for UdpMedia<R> {
    fn drop(&mut self) {
        self.ticker.abort();
        self.shared.lock().legs.clear();
    }
}

impl<R: role::Role> fmt::Debug for UdpMedia<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpMedia")
            .field("legs", &self.shared.lock().legs.len())
            .finish_non_exhaustive()
    }
}

impl<R: role::Role> MediaPort for UdpMedia<R> {
    fn open(&self, leg: &LegId) -> io::Result<SocketAddr> {
        let now = self.shared.clock.now();
        let mut state = self.shared.lock();
        if !state.plane.open(now, leg) {
            let full = "no more legs fit, or the leg is open";
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, full));
        }
        let at = self.shared.config.bind;
        let (port, sound, control) = match state.ports.take(|port| bind(SocketAddr::new(at, port)))
        {
            Ok(pair) => pair,
            Err(error) => {
                state.plane.close(leg);
                return Err(error);
            }
        };
        let mut address = SocketAddr::new(at, port);
        if let Some(advertised) = self.shared.config.advertised {
            address.set_ip(advertised);
        }
        let (sound, control) = (Arc::new(sound), Arc::new(control));
        let reading =
            read(Arc::clone(&self.shared), leg.clone(), Arc::clone(&sound), Arc::clone(&control));
        let task = tokio::spawn(reading);
        state.legs.insert(leg.clone(), Sockets { port, rtp: sound, rtcp: control, task });
        Ok(address)
    }

    fn room(&self) -> Option<usize> {
        let pairs = usize::from(self.shared.lock().ports.pairs());
        Some(self.shared.config.rules.legs.min(pairs))
    }

    fn codecs(&self, _leg: &LegId) -> Vec<Codec> {
        let all = self.shared.config.codecs.iter().copied();
        all.filter(|codec| R::RELAYS || codec.is_g711()).collect()
    }

    fn comfort_noise(&self) -> bool {
        true
    }

    fn ice(&self) -> bool {
        self.shared.config.ice
    }

    fn connect(&self, leg: &LegId, remote: &RemoteMedia) {
        let now = self.shared.clock.now();
        self.shared.lock().plane.connect(now, leg, remote);
    }

    fn join(&self, one: &LegId, other: &LegId) -> Result<(), MediaError> {
        if !R::RELAYS {
            return Err(MediaError::Unsupported);
        }
        self.shared.lock().plane.join(one, other)
    }

    fn ring(&self, leg: &LegId, ringing: bool) {
        self.shared.lock().plane.ring(leg, ringing);
    }

    fn quality(&self, leg: &LegId) -> Option<MediaQuality> {
        self.shared.lock().plane.quality(leg)
    }

    fn close(&self, leg: &LegId) {
        let mut state = self.shared.lock();
        state.plane.close(leg);
        if let Some(sockets) = state.legs.remove(leg) {
            state.ports.give_back(sockets.port);
        }
    }

    fn joins(&self) -> bool {
        R::RELAYS
    }

    fn verbs(&self) -> Capabilities {
        Capabilities::of(&[Verb::Play, Verb::CollectTones, Verb::CancelMedia])
    }

    fn play(
        &self,
        leg: &LegId,
        operation: &OperationId,
        prompts: &[Prompt],
    ) -> Result<(), MediaError> {
        let known = &self.shared.config.prompts;
        let prompts: Option<Vec<_>> =
            prompts.iter().map(|prompt| known.get(prompt.uri()).cloned()).collect();
        let prompts = prompts.ok_or(MediaError::UnknownPrompt)?;
        self.shared.lock().plane.play(leg, operation, prompts)
    }

    fn collect(&self, leg: &LegId) -> Result<(), MediaError> {
        self.shared.lock().plane.collect(leg)
    }

    fn cancel(&self, leg: &LegId) -> Result<(), MediaError> {
        let mut state = self.shared.lock();
        let outcome = state.plane.cancel(leg);
        state.tell();
        outcome
    }

    fn attach(&self, news: MediaNews) {
        self.shared.lock().news = Some(news);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code under this lock can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The socket from which a leg is sent to.
    fn socket(&self, leg: &LegId, rtcp: bool) -> Option<Arc<UdpSocket>> {
        let sockets = self.legs.get(leg)?;
        Some(Arc::clone(if rtcp { &sockets.rtcp } else { &sockets.rtp }))
    }

    /// Tells what there is to tell, as long as there is room for it.
    fn tell(&mut self) {
        while let Some(news) = self.news.as_ref().filter(|news| news.has_room())
            && let Some(event) = self.plane.poll_event()
        {
            // There was room; only a trunk that has stopped does not take it.
            let _ = news.tell(event);
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

async fn read(shared: Arc<Shared>, leg: LegId, sound: Arc<UdpSocket>, control: Arc<UdpSocket>) {
    let mut packet = [0; MAX_PACKET];
    let mut report = [0; MAX_PACKET];
    let mut out = [0; BUFFER];
    loop {
        let (heard, from, rtcp) = tokio::select! {
            received = sound.recv_from(&mut packet) => match received {
                Ok((length, from)) => (packet.get_mut(..length), from, false),
                // An ICMP error of an earlier packet; the next call waits anew.
                Err(_) => continue,
            },
            received = control.recv_from(&mut report) => match received {
                Ok((length, from)) => (report.get_mut(..length), from, true),
                Err(_) => continue,
            },
        };
        let Some(heard) = heard else { continue };
        let now = shared.clock.now();
        // All legs share the lock; what the operating system takes to send is outside of it.
        let mut state = shared.lock();
        let answer = if rtcp {
            state.plane.receive_control(now, &leg, from, heard, &mut out)
        } else {
            state.plane.receive(now, &leg, from, heard, &mut out)
        };
        let socket = answer.as_ref().and_then(|sent| state.socket(&sent.leg, sent.rtcp));
        state.tell();
        drop(state);
        if let (Some(datagram), Some(socket)) = (answer, socket) {
            let octets = out.get(..datagram.length).unwrap_or_default();
            // A full socket buffer drops the packet, as a network would.
            let _ = socket.try_send_to(octets, datagram.to);
        }
    }
}

async fn tick(shared: Arc<Shared>) {
    let mut interval = time::interval(TICK);
    interval.set_missed_tick_behavior(time::MissedTickBehavior::Skip);
    let mut out = [0; BUFFER];
    loop {
        interval.tick().await;
        let now = shared.clock.now();
        let mut state = shared.lock();
        let State { plane, legs, .. } = &mut *state;
        plane.tick(now, &mut out, |leg, rtcp, to, octets| {
            let Some(sockets) = legs.get(leg) else { return };
            let socket = if rtcp { &sockets.rtcp } else { &sockets.rtp };
            let _ = socket.try_send_to(octets, to);
        });
        state.tell();
    }
}
