//! The seam to whatever carries sound.

use std::{io, net::SocketAddr, time::Duration};

use teams_cc_core::{
    LegId, OperationId,
    contact::{Capabilities, Prompt},
};

use super::MediaNews;
use crate::sdp::{Codec, Crypto, MasterKey, NegotiatedIce};

/// Opens, connects and closes the local ends of media streams.
///
/// The trunk only negotiates: it names the address this port gives in its session descriptions
/// and tells where the peer wants its packets. Each method returns at once; the trunk's one task
/// calls them.
pub trait MediaPort: Send + Sync + 'static {
    /// Opens the local end for a leg: the address named in the session description.
    ///
    /// # Errors
    ///
    /// Any I/O error; an inbound call then gets 503, a dial
    /// [`ErrorKind::Media`](crate::ErrorKind::Media), and its kind is told as
    /// [`TrunkEvent::MediaRefused`](super::TrunkEvent::MediaRefused).
    fn open(&self, leg: &LegId) -> io::Result<SocketAddr>;

    /// How many legs this port can carry at a time, where it knows.
    ///
    /// A trunk that takes more says so when it starts. The default does not know.
    fn room(&self) -> Option<usize> {
        None
    }

    /// Fresh SDES key material for what this leg sends (RFC 4568 §6.1).
    ///
    /// The default asks the operating system, as it must be in production.
    ///
    /// # Errors
    ///
    /// An error where there is no randomness; the call is treated as if `open` had failed.
    fn master_key(&self, _leg: &LegId) -> io::Result<MasterKey> {
        let mut key = [0; MasterKey::BYTES];
        rustls::crypto::aws_lc_rs::default_provider()
            .secure_random
            .fill(&mut key)
            .map_err(|_| io::Error::other("the operating system gives no randomness"))?;
        Ok(MasterKey::new(key))
    }

    /// The codecs this port can carry for a leg, in order of preference.
    ///
    /// The default is G.711, which every peer has.
    fn codecs(&self, _leg: &LegId) -> Vec<Codec> {
        Codec::G711.to_vec()
    }

    /// Whether this port takes comfort noise (RFC 3389). The default does not.
    fn comfort_noise(&self) -> bool {
        false
    }

    /// Whether this port answers connectivity checks (RFC 8445), which media bypass needs.
    ///
    /// Encrypted IPv4 legs then name a candidate. The default does not.
    fn ice(&self) -> bool {
        false
    }

    /// Names where the peer wants its packets; called again whenever that changes.
    fn connect(&self, leg: &LegId, remote: &RemoteMedia);

    /// Whether legs can hear each other through this port; orders to bridge are refused otherwise.
    ///
    /// The default is that they can.
    fn joins(&self) -> bool {
        true
    }

    /// Lets two legs hear each other. The default does nothing: for ports that only send.
    ///
    /// # Errors
    ///
    /// [`MediaError`] where they cannot; both legs are then ended.
    fn join(&self, _one: &LegId, _other: &LegId) -> Result<(), MediaError> {
        Ok(())
    }

    /// Lets a leg hear ringing, or no longer: whom it waits for rings without sound of its own.
    ///
    /// The default does nothing. Joining the leg ends the ringing as well.
    fn ring(&self, _leg: &LegId, _ringing: bool) {}

    /// Where to tell what only media shows, such as silence; called once, as the trunk starts.
    ///
    /// The default tells nothing: then a peer that vanished is noticed by session timers alone.
    fn attach(&self, _news: MediaNews) {}

    /// How a leg's stream has gone so far; asked for last before it is closed.
    ///
    /// The default measures nothing.
    fn quality(&self, _leg: &LegId) -> Option<MediaQuality> {
        None
    }

    /// Closes the local end; the last call for a leg.
    fn close(&self, leg: &LegId);

    /// The verbs of legs that this port carries out: play, collect tones, cancel media.
    ///
    /// The default has none, and legs say so.
    fn verbs(&self) -> Capabilities {
        Capabilities::default()
    }

    /// Plays prompts to a leg; the end comes as [`MediaEvent::PlayEnded`](super::MediaEvent::PlayEnded).
    ///
    /// # Errors
    ///
    /// [`MediaError`] says why nothing is played.
    fn play(
        &self,
        _leg: &LegId,
        _operation: &OperationId,
        _prompts: &[Prompt],
    ) -> Result<(), MediaError> {
        Err(MediaError::Unsupported)
    }

    /// Tells keys of a leg as [`MediaEvent::Tone`](super::MediaEvent::Tone) from now on.
    ///
    /// # Errors
    ///
    /// [`MediaError`] where keys cannot be told.
    fn collect(&self, _leg: &LegId) -> Result<(), MediaError> {
        Err(MediaError::Unsupported)
    }

    /// Stops what plays on a leg and what waits to be played.
    ///
    /// # Errors
    ///
    /// [`MediaError`] where nothing can play.
    fn cancel(&self, _leg: &LegId) -> Result<(), MediaError> {
        Err(MediaError::Unsupported)
    }
}

/// How one stream has gone, as far as a media port and its peer's reports (RTCP) know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaQuality {
    /// Packets that came.
    pub received: u64,
    /// Packets that should have come and did not; duplicates count against it.
    pub lost: u64,
    /// The mean deviation of arrival times (RFC 3550 §6.4.1).
    pub jitter: Duration,
    /// Packets that were sent.
    pub sent: u64,
    /// Packets of ours that the peer misses; none where it never reported.
    pub lost_by_peer: Option<u32>,
    /// How long the way to the peer and back takes, by the last report of it.
    pub round_trip: Option<Duration>,
}

/// Why a media port does not carry out an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The port has no such verb.
    #[error("this media port cannot do that, use a media endpoint or a relay")]
    Unsupported,
    /// The leg has no media, or its peer's is not known yet.
    #[error("the leg has no media yet, wait until media is active")]
    NotOpen,
    /// Nobody made the prompt known.
    #[error("the prompt is not known, give it to the media configuration")]
    UnknownPrompt,
    /// One leg would have to be decoded for the other.
    #[error("the legs have no common codec, offer g.711 on both")]
    Codec,
    /// The peer takes no telephone events.
    #[error("the peer takes no telephone events")]
    Tones,
    /// Too much waits on the leg already.
    #[error("too much waits to be played on the leg, wait for its end")]
    Full,
}

/// Where and how a peer wants to be sent media.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteMedia {
    /// Where packets go.
    pub address: SocketAddr,
    /// How speech is coded.
    pub codec: Codec,
    /// The codec's payload type in packets to the peer.
    pub payload_type: u8,
    /// The codec's payload type in packets from the peer; the two may differ.
    pub received_payload_type: u8,
    /// The payload type of DTMF, where the peer takes it (RFC 4733).
    pub telephone_event: Option<u8>,
    /// The payload type of DTMF that the peer sends.
    pub received_telephone_event: Option<u8>,
    /// Whether both sides take comfort noise (RFC 3389).
    pub comfort_noise: bool,
    /// Where RTCP goes; the address of RTP where they share a port.
    pub rtcp: SocketAddr,
    /// Whether either side has put the other on hold: nothing is to be sent.
    pub on_hold: bool,
    /// Whether packets of sound are due from the peer, so that their absence means something.
    pub expected: bool,
    /// What connectivity checks are answered with, where the peer sends any.
    pub ice: Option<NegotiatedIce>,
    /// The keys, where the stream is encrypted (SRTP).
    pub keys: Option<SrtpKeys>,
}

impl RemoteMedia {
    /// An unencrypted stream.
    #[must_use]
    pub fn new(address: SocketAddr, codec: Codec) -> Self {
        Self {
            address,
            codec,
            payload_type: codec.payload_type(),
            received_payload_type: codec.payload_type(),
            telephone_event: None,
            received_telephone_event: None,
            comfort_noise: false,
            rtcp: SocketAddr::new(address.ip(), address.port().saturating_add(1)),
            on_hold: false,
            expected: true,
            ice: None,
            keys: None,
        }
    }
}

/// The keys of one encrypted stream (RFC 4568), one for each direction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SrtpKeys {
    /// What we encrypt with.
    pub local: Crypto,
    /// What the peer encrypts with.
    pub remote: Crypto,
}

impl SrtpKeys {
    /// The keys of both directions.
    #[must_use]
    pub fn new(local: Crypto, remote: Crypto) -> Self {
        Self { local, remote }
    }
}
