//! A description as lines, with the meaning of those that have one (RFC 8866 §5).

use std::{fmt, net::IpAddr, ops::Range};

use bytes::Bytes;

use super::{Direction, Media, SdpError, SdpRule};

/// Bounds on a description; beyond each it is refused, never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SdpLimits {
    /// Octets: 16 KiB.
    pub octets: usize,
    /// Lines: 512.
    pub lines: usize,
    /// Media sections: 32.
    pub media: usize,
}

impl Default for SdpLimits {
    fn default() -> Self {
        Self { octets: 16 * 1024, lines: 512, media: 32 }
    }
}

/// One line: a letter and its value.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    letter: u8,
    value: Bytes,
}

impl Line {
    /// The letter before `=`.
    #[must_use]
    pub const fn letter(&self) -> char {
        self.letter as char
    }

    /// The value; a crypto line holds a key.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.value
    }

    /// Name and value of an attribute line.
    pub(super) fn attribute(&self) -> Option<(&str, Option<&str>)> {
        if self.letter != b'a' {
            return None;
        }
        let text = self.text()?;
        Some(text.split_once(':').map_or((text, None), |(name, value)| (name, Some(value))))
    }

    /// The value of the attribute of this name, where the line is one and has one.
    pub(super) fn value_of(&self, name: &str) -> Option<&str> {
        let value = self.value.strip_prefix(name.as_bytes()).filter(|_| self.letter == b'a')?;
        std::str::from_utf8(value.strip_prefix(b":")?).ok()
    }

    /// Whether the line is the attribute of this name without a value.
    pub(super) fn is_flag(&self, name: &str) -> bool {
        self.letter == b'a' && *self.value == *name.as_bytes()
    }

    pub(super) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.value).ok()
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.letter, b'=']);
        out.extend_from_slice(&self.value);
        out.extend_from_slice(b"\r\n");
    }
}

/// The line without keys and without what names people or places.
impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = matches!(self.letter, b'k' | b'e' | b'p' | b'i' | b's' | b'u' | b'o')
            || self.attribute().is_none_or(|(name, _)| {
                ["crypto", "ice-pwd", "ice-ufrag", "key-mgmt", "candidate", "identity"]
                    .contains(&name)
            }) && self.letter == b'a';
        let value = if secret { "***".into() } else { String::from_utf8_lossy(&self.value) };
        match self.attribute() {
            Some((name, Some(_))) if secret => write!(f, "a={name}:***"),
            _ => write!(f, "{}={value}", self.letter()),
        }
    }
}

/// Who made the session, and which version of it this is (RFC 8866 §5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// The session id, the same in every version.
    pub session_id: u64,
    /// The version; each change adds one (RFC 3264 §8).
    pub version: u64,
    /// The address of the machine, if it is one.
    pub address: Option<IpAddr>,
}

/// A session description: session lines, then media sections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDescription {
    lines: Vec<Line>,
    media: Vec<Media>,
}

impl SessionDescription {
    /// Reads a description with the default limits.
    ///
    /// # Errors
    ///
    /// The rule that is broken, with its line.
    pub fn parse(bytes: &[u8]) -> Result<Self, SdpError> {
        Self::parse_within(bytes, &SdpLimits::default())
    }

    /// Reads a description. LF alone ends a line too, as RFC 8866 §5 asks of readers.
    ///
    /// # Errors
    ///
    /// The rule that is broken, with its line.
    pub fn parse_within(bytes: &[u8], limits: &SdpLimits) -> Result<Self, SdpError> {
        if bytes.len() > limits.octets {
            return Err(SdpError::new(SdpRule::TooLarge, 0));
        }
        let bytes = Bytes::copy_from_slice(bytes);
        let mut read = Self { lines: Vec::with_capacity(6), media: Vec::with_capacity(1) };
        let mut start = 0;
        let mut number = 0;
        while start < bytes.len() {
            let rest = bytes.get(start..).unwrap_or_default();
            let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest.get(..len).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            number += 1;
            if number > limits.lines {
                return Err(SdpError::new(SdpRule::TooManyLines, number));
            }
            let place = start..start + line.len();
            start += len + 1;
            // Some devices end a description with empty lines.
            if line.is_empty() && bytes.get(start..).unwrap_or_default().trim_ascii().is_empty() {
                break;
            }
            read.take(&bytes, place, number, limits)?;
        }
        if read.lines.is_empty() {
            return Err(SdpError::new(SdpRule::Version, 0));
        }
        read.origin()?;
        Ok(read)
    }

    fn take(
        &mut self,
        text: &Bytes,
        place: Range<usize>,
        number: usize,
        limits: &SdpLimits,
    ) -> Result<(), SdpError> {
        let (letter, value) = match text.get(place.clone()).unwrap_or_default() {
            &[letter @ b'a'..=b'z', b'=', ..] => (letter, text.slice(place.start + 2..place.end)),
            _ => return Err(SdpError::new(SdpRule::Line, number)),
        };
        if value.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
            return Err(SdpError::new(SdpRule::Line, number));
        }
        if self.lines.is_empty() && (letter != b'v' || value.as_ref() != b"0") {
            return Err(SdpError::new(SdpRule::Version, number));
        }
        if letter == b'm' {
            if self.media.len() >= limits.media {
                return Err(SdpError::new(SdpRule::TooManyMedia, number));
            }
            self.media.push(Media::read(&value, number)?);
            return Ok(());
        }
        if letter == b'c' && connection(&value).is_none() {
            return Err(SdpError::new(SdpRule::Connection, number));
        }
        let line = Line { letter, value };
        match self.media.last_mut() {
            Some(media) => media.push(line),
            None => self.lines.push(line),
        }
        Ok(())
    }

    /// Reads what was written here before, however long it is.
    pub(super) fn parse_own(text: &[u8]) -> Result<Self, SdpError> {
        let limits = SdpLimits { octets: usize::MAX, lines: usize::MAX, media: usize::MAX };
        Self::parse_within(text, &limits)
    }

    /// The description as it goes into a body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        for line in &self.lines {
            line.write(&mut out);
        }
        for media in &self.media {
            media.write(&mut out);
        }
        out
    }

    /// The lines before the first media section.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The media sections.
    #[must_use]
    pub fn media(&self) -> &[Media] {
        &self.media
    }

    /// The first audio section that is not refused.
    #[must_use]
    pub fn audio(&self) -> Option<&Media> {
        self.media.iter().find(|m| m.kind() == "audio" && !m.is_refused())
    }

    /// Who made the session.
    ///
    /// # Errors
    ///
    /// [`SdpRule::Origin`] when the line is missing, stands twice or is malformed.
    pub fn origin(&self) -> Result<Origin, SdpError> {
        let mut found = self.lines.iter().enumerate().filter(|(_, line)| line.letter == b'o');
        let error = |line| SdpError::new(SdpRule::Origin, line);
        let (at, line) = found.next().ok_or(error(0))?;
        if let Some((again, _)) = found.next() {
            return Err(error(again + 1));
        }
        let text = line.text().ok_or(error(at + 1))?;
        let mut parts = text.split(' ').filter(|p| !p.is_empty());
        let mut next = || parts.next().ok_or(error(at + 1));
        let (_, session_id, version) = (next()?, next()?, next()?);
        let (_, _, address) = (next()?, next()?, next()?);
        if parts.next().is_some() {
            return Err(error(at + 1));
        }
        Ok(Origin {
            session_id: session_id.parse().map_err(|_| error(at + 1))?,
            version: version.parse().map_err(|_| error(at + 1))?,
            address: address.parse().ok(),
        })
    }

    /// Where a media section wants its packets: its own address or the session's.
    #[must_use]
    pub fn address_of(&self, media: &Media) -> Option<IpAddr> {
        let own = media.lines().iter().find(|line| line.letter == b'c');
        let line = own.or_else(|| self.lines.iter().find(|line| line.letter == b'c'))?;
        connection(&line.value).flatten()
    }

    /// The direction of a media section: its own, the session's, or both ways.
    ///
    /// The address `0.0.0.0` is the hold of RFC 2543 and counts as inactive; Teams does not
    /// understand it, but carriers send it.
    #[must_use]
    pub fn direction_of(&self, media: &Media) -> Direction {
        let unspecified = self.address_of(media).filter(IpAddr::is_unspecified);
        unspecified.map_or_else(|| self.stated(media), |_| Direction::Inactive)
    }

    /// The same, of a section whose address has been read.
    pub(super) fn direction_at(&self, media: &Media, address: IpAddr) -> Direction {
        if address.is_unspecified() { Direction::Inactive } else { self.stated(media) }
    }

    fn stated(&self, media: &Media) -> Direction {
        media.direction().or_else(|| Direction::among(&self.lines)).unwrap_or(Direction::SendRecv)
    }
}

/// `Some(None)` for a name, which is well-formed and no address; `None` when malformed.
#[expect(clippy::option_option, reason = "malformed, a name and an address are three things")]
fn connection(value: &[u8]) -> Option<Option<IpAddr>> {
    let text = std::str::from_utf8(value).ok()?;
    let mut parts = text.split(' ').filter(|p| !p.is_empty());
    let (net, family, address) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !net.eq_ignore_ascii_case("IN") {
        return None;
    }
    // A multicast address carries a TTL after a slash (RFC 8866 §5.7).
    let address: Option<IpAddr> = address.split('/').next()?.parse().ok();
    match (family, address) {
        ("IP4", Some(IpAddr::V6(_))) | ("IP6", Some(IpAddr::V4(_))) => None,
        ("IP4" | "IP6", address) => Some(address),
        _ => None,
    }
}
