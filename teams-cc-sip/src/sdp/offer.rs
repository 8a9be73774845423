//! Offers of audio (RFC 3264 §5).

use std::net::IpAddr;

use super::{
    AnswerError, Codec, Crypto, Direction, IceCredentials, MasterKey, Media, SessionDescription,
    Suite, media::digits,
};
use crate::message::address_text;

/// What carries the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the two profiles that SDES and plain RTP have")]
pub enum Profile {
    /// RTP without protection: `RTP/AVP`.
    Avp,
    /// SRTP with keys in the description: `RTP/SAVP`, what Teams requires.
    Savp,
}

impl Profile {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Avp => "RTP/AVP",
            Self::Savp => "RTP/SAVP",
        }
    }
}

/// What this side has to offer or to answer with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LocalAudio {
    /// Where packets are wanted.
    pub address: IpAddr,
    /// The port of RTP.
    pub port: u16,
    /// Codecs in order of preference.
    pub codecs: Vec<Codec>,
    /// The payload type for telephone events in an offer; nothing leaves them out.
    pub telephone_event: Option<u8>,
    /// Whether comfort noise (RFC 3389) is taken and sent.
    pub comfort_noise: bool,
    /// Name and password for connectivity checks, where this side answers them.
    pub ice: Option<IceCredentials>,
    /// Milliseconds of sound in a packet.
    pub ptime: u16,
    /// Which way sound shall flow.
    pub direction: Direction,
    /// Whether RTCP shares the port.
    pub rtcp_mux: bool,
    /// The session id of `o=`, the same for the whole call.
    pub session_id: u64,
    /// The version of `o=`; add one for each new description of a call.
    pub version: u64,
    /// The key packets from here are protected with; SRTP is used if it stands.
    pub key: Option<MasterKey>,
    /// The number of the codec in use, where the peer has given it one.
    pub(super) learned: Option<(u8, Codec)>,
}

impl LocalAudio {
    /// G.711 with telephone events both ways, 20 ms a packet, without SRTP.
    #[must_use]
    pub fn new(address: IpAddr, port: u16, session_id: u64) -> Self {
        Self {
            address,
            port,
            codecs: Codec::G711.to_vec(),
            telephone_event: Some(101),
            comfort_noise: false,
            ice: None,
            ptime: 20,
            direction: Direction::SendRecv,
            rtcp_mux: true,
            session_id,
            version: 1,
            key: None,
            learned: None,
        }
    }

    /// The same audio under SRTP with this key.
    #[must_use]
    pub fn with_key(mut self, key: MasterKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The same audio flowing another way; [`Direction::Inactive`] holds the call.
    #[must_use]
    pub const fn with_direction(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    /// The same audio in a later version of the description.
    #[must_use]
    pub const fn with_version(mut self, version: u64) -> Self {
        self.version = version;
        self
    }

    /// The same audio with other codecs.
    #[must_use]
    pub fn with_codecs(mut self, codecs: impl Into<Vec<Codec>>) -> Self {
        self.codecs = codecs.into();
        self
    }

    /// The same audio with comfort noise.
    #[must_use]
    pub const fn with_comfort_noise(mut self) -> Self {
        self.comfort_noise = true;
        self
    }

    /// The same audio with connectivity checks answered (RFC 8445, as lite agent).
    ///
    /// Teams takes one IPv4 candidate; an IPv6 address offers none.
    #[must_use]
    pub fn with_ice(mut self, ice: IceCredentials) -> Self {
        self.ice = self.address.is_ipv4().then_some(ice);
        self
    }

    pub(super) const fn profile(&self) -> Profile {
        if self.key.is_some() { Profile::Savp } else { Profile::Avp }
    }

    /// Writes a description with these sections, each in its place.
    pub(super) fn describe<'a>(
        &self,
        places: impl IntoIterator<Item = Place<'a>>,
        ice: bool,
    ) -> Vec<u8> {
        let family = if self.address.is_ipv4() { " IP4 " } else { " IP6 " };
        let address = &*address_text(self.address);
        let mut out = Vec::with_capacity(512);
        put(&mut out, &["v=0\r\no=- "]);
        digits(self.session_id, &mut out);
        out.push(b' ');
        digits(self.version, &mut out);
        put(&mut out, &[" IN", family, address, "\r\ns=-\r\nc=IN", family, address]);
        put(&mut out, &["\r\nt=0 0\r\n", if ice { "a=ice-lite\r\n" } else { "" }]);
        for place in places {
            match place {
                Place::Ours(says) => self.write(says, &mut out),
                Place::Refused(media) => media.write_refused(&mut out),
            }
        }
        out
    }

    /// Writes the audio section that says this.
    fn write(&self, says: &Section<'_>, out: &mut Vec<u8>) {
        let profile = if says.crypto.is_some() { Profile::Savp } else { Profile::Avp };
        put(out, &["m=audio "]);
        digits(self.port.into(), out);
        put(out, &[" ", profile.as_str()]);
        let events = says.telephone_event.map(|(event, _)| event);
        let noise = says.comfort_noise.then_some(COMFORT_NOISE);
        let codecs = says.codecs.iter().map(|(payload_type, _)| *payload_type);
        for payload_type in codecs.chain(noise).chain(events) {
            out.push(b' ');
            digits(payload_type.into(), out);
        }
        put(out, &["\r\n"]);
        let map = |payload_type: u8, encoding: &str, rate: u32, out: &mut Vec<u8>| {
            put(out, &["a=rtpmap:"]);
            digits(payload_type.into(), out);
            put(out, &[" ", encoding, "/"]);
            digits(rate.into(), out);
            put(out, &["\r\n"]);
        };
        for (payload_type, codec) in says.codecs {
            map(*payload_type, codec.encoding(), codec.clock_rate(), out);
        }
        if says.comfort_noise {
            map(COMFORT_NOISE, "CN", 8_000, out);
        }
        if let Some((event, rate)) = says.telephone_event {
            map(event, "telephone-event", rate, out);
            // RFC 4733 §2.4.1: events 0 to 15 are the sixteen keys.
            put(out, &["a=fmtp:"]);
            digits(event.into(), out);
            put(out, &[" 0-15\r\n"]);
        }
        if let Some(crypto) = says.crypto {
            put(out, &["a=crypto:", &crypto.reveal(), "\r\n"]);
        }
        put(out, &["a=ptime:"]);
        digits(self.ptime.into(), out);
        put(out, &["\r\n", if says.rtcp_mux { "a=rtcp-mux\r\n" } else { "" }]);
        if let Some(ice) = says.ice {
            ice.write(self.address, self.port, says.rtcp_mux, out);
        }
        put(out, &["a=", says.direction.as_str(), "\r\n"]);
    }
}

fn put(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}

/// What stands in one place of a description.
pub(super) enum Place<'a> {
    /// Our audio.
    Ours(&'a Section<'a>),
    /// A section that is refused, or was.
    Refused(&'a Media),
}

/// The payload type of comfort noise at 8000 ticks (RFC 3389 §4).
pub(super) const COMFORT_NOISE: u8 = 13;

/// What an audio section is to say.
pub(super) struct Section<'a> {
    pub(super) codecs: &'a [(u8, Codec)],
    /// The payload type of telephone events, and their clock.
    pub(super) telephone_event: Option<(u8, u32)>,
    pub(super) comfort_noise: bool,
    pub(super) crypto: Option<&'a Crypto>,
    pub(super) direction: Direction,
    pub(super) rtcp_mux: bool,
    pub(super) ice: Option<&'a IceCredentials>,
}

/// Describes what this side offers.
///
/// # Errors
///
/// [`AnswerError::NoCodec`] when no codec is given.
pub fn offer(local: &LocalAudio) -> Result<SessionDescription, AnswerError> {
    offer_after(None, local)
}

/// Describes what this side offers after it has described something before.
///
/// Sections keep their places for the life of a session (RFC 3264 §8): the audio stands where it
/// stood, and what was refused stays refused.
///
/// # Errors
///
/// [`AnswerError::NoCodec`] when no codec is given.
pub fn offer_after(
    before: Option<&SessionDescription>,
    local: &LocalAudio,
) -> Result<SessionDescription, AnswerError> {
    Ok(SessionDescription::parse_own(&written_after(before, local)?)?)
}

/// The same as it goes into a body.
pub(super) fn written_after(
    before: Option<&SessionDescription>,
    local: &LocalAudio,
) -> Result<Vec<u8>, AnswerError> {
    if local.codecs.is_empty() {
        return Err(AnswerError::NoCodec);
    }
    let number = |codec: Codec| match local.learned {
        Some((number, learned)) if learned == codec => number,
        _ => codec.payload_type(),
    };
    // A number the peer has given to one thing is not given to another (RFC 3264 §8.3.2).
    let taken = |number: u8, codec: Codec| {
        local.telephone_event == Some(number)
            || local.learned.is_some_and(|(known, learned)| known == number && learned != codec)
    };
    let codecs = local.codecs.iter().map(|codec| (number(*codec), *codec));
    let codecs: Vec<_> = codecs.filter(|(number, codec)| !taken(*number, *codec)).collect();
    let crypto = local.key.clone().map(|key| Crypto::new(1, Suite::AesCm128HmacSha1_80, key));
    let section = Section {
        codecs: &codecs,
        telephone_event: local.telephone_event.map(|payload_type| (payload_type, 8_000)),
        comfort_noise: local.comfort_noise,
        crypto: crypto.as_ref(),
        direction: local.direction,
        rtcp_mux: local.rtcp_mux,
        ice: local.ice.as_ref(),
    };
    let before = before.map(SessionDescription::media).unwrap_or_default();
    let ours = before.iter().position(|m| m.kind() == "audio" && !m.is_refused());
    let mut places: Vec<Place<'_>> = before.iter().map(Place::Refused).collect();
    match ours.and_then(|at| places.get_mut(at)) {
        Some(place) => *place = Place::Ours(&section),
        None => places.push(Place::Ours(&section)),
    }
    Ok(local.describe(places, local.ice.is_some()))
}
