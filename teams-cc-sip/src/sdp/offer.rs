//! Offers of audio (RFC 3264 §5).

use std::net::IpAddr;

use super::{AnswerError, Crypto, Direction, Line, MasterKey, Media, SessionDescription, Suite};
use crate::message::Text;

/// A codec this crate connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

impl Codec {
    /// Both, µ-law first.
    pub const ALL: [Self; 2] = [Self::Pcmu, Self::Pcma];

    /// The payload type that RFC 3551 gives it.
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// The encoding name in rtpmap.
    #[must_use]
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }
}

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
}

impl LocalAudio {
    /// G.711 with telephone events both ways, 20 ms a packet, without SRTP.
    #[must_use]
    pub fn new(address: IpAddr, port: u16, session_id: u64) -> Self {
        Self {
            address,
            port,
            codecs: Codec::ALL.to_vec(),
            telephone_event: Some(101),
            ptime: 20,
            direction: Direction::SendRecv,
            rtcp_mux: true,
            session_id,
            version: 1,
            key: None,
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

    pub(super) const fn profile(&self) -> Profile {
        if self.key.is_some() { Profile::Savp } else { Profile::Avp }
    }

    pub(super) fn describe(&self, media: Vec<Media>) -> SessionDescription {
        let family = if self.address.is_ipv4() { "IP4" } else { "IP6" };
        let address = self.address;
        let (id, version) = (self.session_id, self.version);
        let lines = vec![
            Line::built(b'v', "0".into()),
            Line::built(b'o', format!("- {id} {version} IN {family} {address}")),
            Line::built(b's', "-".into()),
            Line::built(b'c', format!("IN {family} {address}")),
            Line::built(b't', "0 0".into()),
        ];
        SessionDescription::built(lines, media)
    }

    /// The audio section with these codecs and this crypto line.
    pub(super) fn section(
        &self,
        codecs: &[(u8, Codec)],
        telephone_event: Option<u8>,
        crypto: Option<&Crypto>,
        direction: Direction,
        rtcp_mux: bool,
    ) -> Media {
        let profile = if crypto.is_some() { Profile::Savp } else { Profile::Avp };
        let attribute = |value: String| Line::built(b'a', value);
        let mut lines = Vec::new();
        let mut formats = Vec::new();
        for (payload_type, codec) in codecs {
            formats.push(payload_type.to_string());
            lines.push(attribute(format!("rtpmap:{payload_type} {}/8000", codec.encoding())));
        }
        if let Some(event) = telephone_event {
            formats.push(event.to_string());
            lines.push(attribute(format!("rtpmap:{event} telephone-event/8000")));
            // RFC 4733 §2.4.1: events 0 to 15 are the sixteen keys.
            lines.push(attribute(format!("fmtp:{event} 0-15")));
        }
        if let Some(crypto) = crypto {
            lines.push(attribute(format!("crypto:{}", crypto.reveal())));
        }
        lines.push(attribute(format!("ptime:{}", self.ptime)));
        if rtcp_mux {
            lines.push(attribute("rtcp-mux".into()));
        }
        lines.push(attribute(direction.as_str().into()));
        let formats = formats.iter().filter_map(|f| Text::new(f).ok()).collect();
        Media::built(Text::known("audio"), self.port, Text::known(profile.as_str()), formats, lines)
    }
}

/// Describes what this side offers.
///
/// # Errors
///
/// [`AnswerError::NoCodec`] when no codec is given.
pub fn offer(local: &LocalAudio) -> Result<SessionDescription, AnswerError> {
    if local.codecs.is_empty() {
        return Err(AnswerError::NoCodec);
    }
    let codecs: Vec<_> = local.codecs.iter().map(|c| (c.payload_type(), *c)).collect();
    let crypto = local.key.clone().map(|key| Crypto::new(1, Suite::AesCm128HmacSha1_80, key));
    let media = local.section(
        &codecs,
        local.telephone_event,
        crypto.as_ref(),
        local.direction,
        local.rtcp_mux,
    );
    Ok(local.describe(vec![media]))
}
