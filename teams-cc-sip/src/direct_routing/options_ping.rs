//! The keeper of a trunk's health: OPTIONS to each proxy once a minute.
//!
//! Teams shows a trunk as active once it answered the trunk's OPTIONS and had its own answered
//! (Learn, *Monitor and troubleshoot Direct Routing*). This file only decides when to ask and
//! what the answers mean; the trunk engine sends.

use std::{fmt, time::Duration};

use teams_cc_core::Instant;

use super::ConnectionFault;

/// How often each proxy is asked (Learn: one OPTIONS per minute).
pub const PING_INTERVAL: Duration = Duration::from_mins(1);

/// After how long without OPTIONS Teams takes a trunk for silent (Learn, *Monitor and
/// troubleshoot Direct Routing*: three intervals), and after how long we say so of a peer.
pub const SILENCE_WARNING: Duration = Duration::from_mins(3);

/// Whether a peer can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PeerState {
    /// Nothing has been heard yet; calls are tried.
    #[default]
    Unknown,
    /// The last OPTIONS was answered.
    Up,
    /// The last OPTIONS failed; calls try the peer last.
    Down,
}

/// Why a peer is in its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HealthReason {
    /// Nothing has been asked yet.
    #[default]
    NotAsked,
    /// OPTIONS was answered.
    Answered,
    /// OPTIONS was not answered in time.
    NoAnswer,
    /// The peer was not reached; why is not known.
    NotReached,
    /// The connection could not be opened, or TLS failed on it.
    Connection(ConnectionFault),
    /// The peer does not accept the host in our `Contact` (403).
    ContactNotAccepted,
    /// The peer answered with another error.
    Refused(u16),
    /// The registrar keeps our binding.
    Registered,
    /// The registrar does not accept user name and password (401, 403, 407).
    CredentialsRefused(u16),
    /// The registrar refused our REGISTER.
    RegistrationRefused(u16),
    /// REGISTER was not answered in time.
    RegistrationUnanswered,
    /// The registrar accepted our REGISTER and keeps no binding.
    NotBound,
    /// Nothing can be accepted any more: the listener failed.
    ListenerFailed,
    /// The trunk's own task has ended.
    TrunkStopped,
}

impl fmt::Display for HealthReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => f.write_str("not asked yet"),
            Self::Answered => f.write_str("answers OPTIONS"),
            Self::NoAnswer => f.write_str("no answer to OPTIONS"),
            Self::NotReached => f.write_str(
                "connection or TLS handshake failed: check DNS, the firewall and both certificates",
            ),
            Self::ContactNotAccepted => f.write_str(
                "403: the Contact host is not accepted; register this trunk name and check that \
                 its certificate covers it",
            ),
            Self::Connection(fault) => fault.fmt(f),
            Self::Refused(503) => f.write_str("503: the peer says it cannot serve at present"),
            Self::Refused(status) => write!(f, "OPTIONS answered with {status}"),
            Self::Registered => f.write_str("registered; calls come over the binding"),
            Self::CredentialsRefused(status) => write!(
                f,
                "REGISTER answered with {status}: check user name, password and realm of the account",
            ),
            Self::RegistrationRefused(status) => write!(
                f,
                "REGISTER answered with {status}: check user and domain, and ask the carrier",
            ),
            Self::RegistrationUnanswered => {
                f.write_str("no answer to REGISTER: check the registrar's address and the firewall")
            }
            Self::NotBound => f.write_str(
                "REGISTER was accepted but our contact is not bound: ask the carrier how many \
                 devices the account may have",
            ),
            Self::ListenerFailed => f.write_str("the listener failed; nothing is accepted"),
            Self::TrunkStopped => f.write_str("the trunk has stopped"),
        }
    }
}

/// Something that is wrong with a peer that still answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HealthWarning {
    /// It has sent us no OPTIONS for [`SILENCE_WARNING`].
    DoesNotAsk,
    /// It has not answered ours for [`SILENCE_WARNING`].
    DoesNotAnswer,
}

impl fmt::Display for HealthWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DoesNotAsk => {
                "no OPTIONS from the peer for three minutes: check that our name, as in Contact, \
                 resolves to us and that our signalling port is open to its ranges"
            }
            Self::DoesNotAnswer => {
                "no answer to OPTIONS for three minutes: Teams takes the trunk for silent by now"
            }
        })
    }
}

/// What is known about one peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ping {
    /// Whether the peer can be used.
    pub state: PeerState,
    /// Why.
    pub reason: HealthReason,
    /// When the peer last answered.
    pub last_answer: Option<Instant>,
    /// When the peer last asked us.
    pub last_asked_us: Option<Instant>,
    /// What is wrong nevertheless.
    pub warning: Option<HealthWarning>,
    first_asked: Option<Instant>,
    due: Instant,
    waiting: bool,
}

/// Asks each of a list of peers, by position.
#[derive(Clone, Debug)]
pub struct OptionsPing {
    peers: Vec<Ping>,
    interval: Duration,
}

impl OptionsPing {
    /// Asks `peers` peers at once and then every `interval`.
    #[must_use]
    pub fn new(peers: usize, interval: Duration) -> Self {
        Self { peers: vec![Ping::default(); peers], interval: interval.max(Duration::from_secs(1)) }
    }

    /// The next peer to ask now, which then counts as asked.
    pub fn due(&mut self, now: Instant) -> Option<usize> {
        let interval = self.interval;
        self.peers.iter_mut().enumerate().find_map(|(position, peer)| {
            let ask = !peer.waiting && peer.due <= now;
            ask.then(|| {
                peer.waiting = true;
                peer.first_asked.get_or_insert(now);
                peer.due = now + interval;
                position
            })
        })
    }

    /// Notes the status of an answer; tells whether the peer's health changed.
    pub fn answered(&mut self, now: Instant, position: usize, status: u16) -> bool {
        let (state, reason) = match status {
            // An answer to OPTIONS that complains about the request still proves a living peer,
            // except where it refuses us or announces that it cannot serve.
            200..=299 | 405 | 415 | 420 | 481 | 486 | 488 | 501 => {
                (PeerState::Up, HealthReason::Answered)
            }
            403 => (PeerState::Down, HealthReason::ContactNotAccepted),
            408 => (PeerState::Down, HealthReason::NoAnswer),
            other => (PeerState::Down, HealthReason::Refused(other)),
        };
        if let Some(peer) = self.peers.get_mut(position)
            && state == PeerState::Up
        {
            peer.last_answer = Some(now);
        }
        self.set(position, state, reason)
    }

    /// Notes that a peer could not be asked or did not answer. Tells whether its health changed.
    pub fn failed(&mut self, position: usize, reason: HealthReason) -> bool {
        self.set(position, PeerState::Down, reason)
    }

    /// Notes that a peer asked us.
    pub fn asked_us(&mut self, now: Instant, position: usize) {
        if let Some(peer) = self.peers.get_mut(position) {
            peer.last_asked_us = Some(now);
        }
    }

    /// Looks at how long a peer has been silent; tells whether its warning changed.
    ///
    /// Only Teams asks us (`asks`); a carrier that does not is no cause for worry.
    pub fn note_silence(&mut self, now: Instant, position: usize, asks: bool) -> bool {
        let Some(peer) = self.peers.get_mut(position) else { return false };
        let silent = |last: Option<Instant>| {
            let since = last.max(peer.first_asked);
            since.is_some_and(|since| now - since >= SILENCE_WARNING)
        };
        let warning = if silent(peer.last_answer) {
            Some(HealthWarning::DoesNotAnswer)
        } else if asks && silent(peer.last_asked_us) {
            Some(HealthWarning::DoesNotAsk)
        } else {
            None
        };
        std::mem::replace(&mut peer.warning, warning) != warning
    }

    /// When the next peer is to be asked.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.peers.iter().filter(|peer| !peer.waiting).map(|peer| peer.due).min()
    }

    /// What is known about each peer, by position.
    #[must_use]
    pub fn peers(&self) -> &[Ping] {
        &self.peers
    }

    fn set(&mut self, position: usize, state: PeerState, reason: HealthReason) -> bool {
        let Some(peer) = self.peers.get_mut(position) else {
            return false;
        };
        let changed = (peer.state, peer.reason) != (state, reason);
        peer.waiting = false;
        peer.state = state;
        peer.reason = reason;
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_peer_is_asked_at_once_and_then_once_a_minute() {
        let mut ping = OptionsPing::new(3, PING_INTERVAL);
        let start = Instant::from_secs(5);
        assert_eq!(
            [ping.due(start), ping.due(start), ping.due(start)],
            [Some(0), Some(1), Some(2)]
        );
        assert_eq!(ping.due(start), None);
        assert_eq!(ping.next_deadline(), None, "all three are waited for");
        for position in 0..3 {
            assert!(ping.answered(start, position, 200));
        }
        let next = start + PING_INTERVAL;
        assert_eq!(ping.next_deadline(), Some(next));
        assert_eq!(ping.due(start + Duration::from_secs(59)), None);
        assert_eq!(ping.due(next), Some(0));
    }

    #[test]
    fn an_unanswered_peer_is_not_asked_twice_at_a_time() {
        let mut ping = OptionsPing::new(1, PING_INTERVAL);
        assert_eq!(ping.due(Instant::ZERO), Some(0));
        assert_eq!(ping.due(Instant::from_secs(600)), None);
        assert!(ping.failed(0, HealthReason::NoAnswer));
        assert_eq!(ping.due(Instant::from_secs(600)), Some(0));
    }

    #[test]
    fn a_peer_that_is_silent_for_three_minutes_is_warned_of() {
        let mut ping = OptionsPing::new(1, PING_INTERVAL);
        let at = |seconds| Instant::from_secs(seconds);
        ping.due(at(0));
        ping.answered(at(0), 0, 200);
        ping.asked_us(at(60), 0);
        ping.answered(at(179), 0, 200);
        assert!(!ping.note_silence(at(239), 0, true));
        assert!(ping.note_silence(at(240), 0, true), "it answers and does not ask");
        assert_eq!(ping.peers()[0].warning, Some(HealthWarning::DoesNotAsk));
        assert!(ping.note_silence(at(240), 0, false), "a carrier need not ask");
        assert!(ping.note_silence(at(359), 0, false));
        assert_eq!(ping.peers()[0].warning, Some(HealthWarning::DoesNotAnswer));
        ping.answered(at(360), 0, 200);
        ping.asked_us(at(360), 0);
        assert!(ping.note_silence(at(360), 0, true));
        assert_eq!(ping.peers()[0].warning, None);
    }

    /// Pain 81.
    #[test]
    fn a_peer_that_says_it_cannot_serve_is_not_healthy() {
        let mut ping = OptionsPing::new(1, PING_INTERVAL);
        assert!(ping.answered(Instant::ZERO, 0, 503));
        assert_eq!(ping.peers()[0].state, PeerState::Down);
        assert_eq!(ping.peers()[0].reason, HealthReason::Refused(503));
        assert!(ping.answered(Instant::ZERO, 0, 200), "it is up again");
    }

    #[test]
    fn a_refused_contact_is_named_as_such() {
        let mut ping = OptionsPing::new(1, PING_INTERVAL);
        assert!(ping.answered(Instant::ZERO, 0, 403));
        assert_eq!(ping.peers()[0].reason, HealthReason::ContactNotAccepted);
        assert!(ping.peers()[0].reason.to_string().contains("register"));
        assert!(!ping.answered(Instant::ZERO, 0, 403), "nothing changed");
        assert!(ping.answered(Instant::ZERO, 0, 405));
        assert_eq!(ping.peers()[0].state, PeerState::Up);
        assert!(!ping.answered(Instant::ZERO, 9, 200));
    }
}
