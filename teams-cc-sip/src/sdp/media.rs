//! One media section (RFC 8866 §5.14, §6).

use bytes::Bytes;

use super::{Crypto, Line, SdpError, SdpRule};
use crate::message::Text;

/// Which way packets flow, seen from the side that wrote the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "RFC 8866 §6.7 names exactly four")]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// Only from the writer.
    SendOnly,
    /// Only to the writer.
    RecvOnly,
    /// Neither way: the only hold that Teams understands.
    Inactive,
}

impl Direction {
    const ALL: [Self; 4] = [Self::SendRecv, Self::SendOnly, Self::RecvOnly, Self::Inactive];

    /// The attribute name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// Whether the writer sends.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the writer receives.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    const fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// What to answer to an offer of `self` when this side wants `wanted`. See RFC 3264 §6.1.
    #[must_use]
    pub const fn answered(self, wanted: Self) -> Self {
        Self::of(self.receives() && wanted.sends(), self.sends() && wanted.receives())
    }

    /// The same flow seen from the other side.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self::of(self.receives(), self.sends())
    }

    pub(super) fn among(lines: &[Line]) -> Option<Self> {
        lines.iter().find_map(|line| Self::ALL.into_iter().find(|d| line.is_flag(d.as_str())))
    }
}

/// What a payload type stands for (RFC 8866 §6.6).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RtpMap {
    /// The number in RTP packets.
    pub payload_type: u8,
    /// The encoding, such as `PCMU`; compares without case.
    pub encoding: Text,
    /// Clock rate in hertz.
    pub clock_rate: u32,
}

/// As [`RtpMap`], where it stands.
#[derive(Clone, Copy)]
pub(super) struct Map<'a> {
    pub(super) payload_type: u8,
    pub(super) encoding: &'a str,
    pub(super) clock_rate: u32,
}

/// A media section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    kind: Text,
    port: u16,
    /// The count after `/`, kept as written.
    ports: Option<Text>,
    protocol: Text,
    formats: Vec<Text>,
    lines: Vec<Line>,
}

impl Media {
    pub(super) fn read(value: &Bytes, number: usize) -> Result<Self, SdpError> {
        let error = SdpError::new(SdpRule::Media, number);
        let text = std::str::from_utf8(value).map_err(|_| error)?;
        let mut parts = text.split(' ').filter(|p| !p.is_empty());
        let mut next = || parts.next().and_then(|p| Text::new(p).ok()).ok_or(error);
        let (kind, place, protocol) = (next()?, next()?, next()?);
        let (port, count) = match place.split_once('/') {
            Some((port, count)) => (port.to_owned(), Some(Text::new(count).map_err(|_| error)?)),
            None => (place.to_string(), None),
        };
        let formats: Vec<Text> = std::iter::from_fn(|| next().ok()).collect();
        if formats.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
            return Err(error);
        }
        let port = port.parse().map_err(|_| error)?;
        Ok(Self { kind, port, ports: count, protocol, formats, lines: Vec::with_capacity(8) })
    }

    pub(super) fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Writes the same section refused: port 0, protocol and formats as offered (RFC 3264 §6).
    pub(super) fn write_refused(&self, out: &mut Vec<u8>) {
        self.write_first(0, None, out);
    }

    fn write_first(&self, port: u16, ports: Option<&Text>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"m=");
        out.extend_from_slice(self.kind.as_bytes());
        out.push(b' ');
        digits(port.into(), out);
        if let Some(ports) = ports {
            out.push(b'/');
            out.extend_from_slice(ports.as_bytes());
        }
        for word in std::iter::once(&self.protocol).chain(&self.formats) {
            out.push(b' ');
            out.extend_from_slice(word.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        self.write_first(self.port, self.ports.as_ref(), out);
        for line in &self.lines {
            line.write(out);
        }
    }

    /// `audio`, `video` and so on.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The port; 0 refuses the section.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether the section is refused or was ended.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        self.port == 0
    }

    /// The transport protocol, such as `RTP/SAVP`.
    #[must_use]
    pub fn protocol(&self) -> &str {
        &self.protocol
    }

    /// The formats; payload types where the protocol is RTP.
    #[must_use]
    pub fn formats(&self) -> &[Text] {
        &self.formats
    }

    /// The lines after `m=`.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The value of the first attribute of the name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.lines.iter().find_map(|line| line.value_of(name))
    }

    /// Values of all attributes of the name, in order.
    pub fn attributes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.lines.iter().filter_map(move |line| line.value_of(name))
    }

    /// Whether an attribute without value stands, such as `rtcp-mux`.
    #[must_use]
    pub fn has_flag(&self, name: &str) -> bool {
        self.lines.iter().any(|line| line.is_flag(name))
    }

    /// The direction, if the section states one.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        Direction::among(&self.lines)
    }

    /// Milliseconds of sound in a packet, if stated.
    #[must_use]
    pub fn ptime(&self) -> Option<u16> {
        self.attribute("ptime")?.trim().parse().ok()
    }

    /// What the payload types stand for; malformed lines are passed over.
    #[must_use]
    pub fn rtp_maps(&self) -> Vec<RtpMap> {
        let owned = |map: Map<'_>| {
            let encoding = Text::new(map.encoding).ok()?;
            Some(RtpMap { payload_type: map.payload_type, encoding, clock_rate: map.clock_rate })
        };
        self.maps().filter_map(owned).collect()
    }

    /// The same where they stand.
    pub(super) fn maps(&self) -> impl Iterator<Item = Map<'_>> {
        self.attributes("rtpmap").filter_map(read_rtp_map)
    }

    /// The SDES keys, in order of preference.
    ///
    /// # Errors
    ///
    /// [`SdpRule::Crypto`] when a crypto line is malformed.
    pub fn crypto(&self) -> Result<Vec<Crypto>, SdpError> {
        self.attributes("crypto").map(Crypto::parse).collect()
    }
}

/// Writes a number.
pub(super) fn digits(number: u64, out: &mut Vec<u8>) {
    if number >= 10 {
        digits(number / 10, out);
    }
    out.push(b'0' + u8::try_from(number % 10).unwrap_or(0));
}

/// `0 PCMU/8000[/channels]`.
fn read_rtp_map(value: &str) -> Option<Map<'_>> {
    let (payload_type, rest) = value.split_once(' ')?;
    let mut parts = rest.trim().split('/');
    let sound = |encoding: &&str| !encoding.bytes().any(|b| b.is_ascii_control());
    Some(Map {
        payload_type: payload_type.parse().ok().filter(|p| *p < 128)?,
        encoding: parts.next().filter(sound)?,
        clock_rate: parts.next()?.parse().ok()?,
    })
}
