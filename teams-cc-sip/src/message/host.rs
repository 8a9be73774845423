//! Hosts of URIs and of Via (RFC 3261 §25.1 `host`).

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use bytes::Bytes;

use super::{ParseError, Rule, Text, class, cursor::Cursor};

/// A host: a name or an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Host {
    /// A DNS name as written; names compare without case.
    Name(Text),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address, written in square brackets.
    V6(Ipv6Addr),
}

impl Host {
    /// Reads a host; an IPv6 address may stand with or without brackets.
    ///
    /// # Errors
    ///
    /// [`Rule::Host`] when the text is neither a name nor an address.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(address.into());
        }
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        let mut c = Cursor::new(&bytes, &super::Grammar::default());
        let host = Self::read(&mut c)?;
        if c.is_at_end() { Ok(host) } else { Err(c.fail(Rule::Host)) }
    }

    /// The address, if the host is one.
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::V4(address) => Some(IpAddr::V4(*address)),
            Self::V6(address) => Some(IpAddr::V6(*address)),
        }
    }

    /// The name, if the host is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name.as_str()),
            Self::V4(_) | Self::V6(_) => None,
        }
    }

    /// Whether both are the same name without regard to case, or the same address.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(a), Self::Name(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        }
    }

    #[inline]
    pub(crate) fn read(c: &mut Cursor<'_>) -> Result<Self, ParseError> {
        if c.peek() == Some(b'[') {
            let rest = c.rest();
            let end = rest.iter().position(|&b| b == b']').ok_or_else(|| c.fail(Rule::Host))?;
            let address = rest
                .get(1..end)
                .and_then(|inner| std::str::from_utf8(inner).ok())
                .and_then(|inner| inner.parse().ok())
                .ok_or_else(|| c.fail(Rule::Host))?;
            c.advance(end + 1);
            return Ok(Self::V6(address));
        }
        let rest = c.rest();
        let len = class::run(rest, class::HOST);
        let name = rest.get(..len).unwrap_or_default();
        // Only a name that ends with a digit can be an address, and most do not.
        if name.last().is_some_and(u8::is_ascii_digit)
            && let Some(address) = dotted(name)
        {
            c.advance(len);
            return Ok(Self::V4(address));
        }
        if len == 0 {
            return Err(c.fail(Rule::Host));
        }
        let start = c.pos();
        c.advance(len);
        Ok(Self::Name(Text::checked(c.cut(start))))
    }

    /// Reads `[ ":" port ]`, without white space.
    #[inline]
    pub(crate) fn read_port(c: &mut Cursor<'_>) -> Result<Option<u16>, ParseError> {
        if c.eat(b':') { Self::port_number(c).map(Some) } else { Ok(None) }
    }

    /// Reads `[ COLON port ]`, which only Via has: white space may stand around the colon.
    pub(crate) fn read_port_spaced(c: &mut Cursor<'_>) -> Result<Option<u16>, ParseError> {
        if c.separator(b':') { Self::port_number(c).map(Some) } else { Ok(None) }
    }

    #[inline]
    fn port_number(c: &mut Cursor<'_>) -> Result<u16, ParseError> {
        let at = c.pos();
        let number = c.number(u32::from(u16::MAX)).ok().and_then(|port| u16::try_from(port).ok());
        number.ok_or(ParseError::new(Rule::Port, at))
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Name(name) => out.extend_from_slice(name.as_bytes()),
            Self::V4(address) => out.extend_from_slice(Dotted::new(*address).as_bytes()),
            other @ Self::V6(_) => out.extend_from_slice(other.to_string().as_bytes()),
        }
    }

    /// The host in lower case, as its key in a table.
    pub(crate) fn to_key(&self) -> Box<str> {
        match self {
            Self::Name(name) => name.to_ascii_lowercase().into(),
            Self::V4(address) => Dotted::new(*address).as_str().into(),
            Self::V6(_) => self.to_string().to_ascii_lowercase().into(),
        }
    }
}

/// The text of an IPv4 address, written without the formatting machinery: it stands in nearly
/// every header of every message.
pub(crate) struct Dotted {
    text: [u8; 15],
    len: usize,
}

impl Dotted {
    pub(crate) fn new(address: Ipv4Addr) -> Self {
        let mut dotted = Self { text: [0; 15], len: 0 };
        for (at, octet) in address.octets().into_iter().enumerate() {
            if at > 0 {
                dotted.push(b'.');
            }
            if octet >= 100 {
                dotted.push(b'0' + octet / 100);
            }
            if octet >= 10 {
                dotted.push(b'0' + octet / 10 % 10);
            }
            dotted.push(b'0' + octet % 10);
        }
        dotted
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.text.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

/// The text of an address, as [`IpAddr`] writes it.
pub(crate) fn address_text(address: IpAddr) -> Box<str> {
    match address {
        IpAddr::V4(address) => Dotted::new(address).as_str().into(),
        IpAddr::V6(address) => address.to_string().into(),
    }
}

/// Four numbers up to 255 with dots between them, none with a leading zero.
fn dotted(text: &[u8]) -> Option<Ipv4Addr> {
    let mut address: u32 = 0;
    let (mut number, mut dots) = (None, 0);
    for &byte in text {
        match (byte, number) {
            // Only zero itself starts with a zero.
            (b'0'..=b'9', Some(0)) => return None,
            (b'0'..=b'9', _) => {
                let longer = number.unwrap_or(0) * 10 + u32::from(byte - b'0');
                number = (longer <= 255).then_some(longer);
                number?;
            }
            (b'.', Some(whole)) if dots < 3 => {
                address = address << 8 | whole;
                (number, dots) = (None, dots + 1);
            }
            _ => return None,
        }
    }
    let whole = number.filter(|_| dots == 3)?;
    Some(Ipv4Addr::from_bits(address << 8 | whole))
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6(address),
        }
    }
}

impl std::str::FromStr for Host {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::V4(address) => address.fmt(f),
            Self::V6(address) => write!(f, "[{address}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_the_standard_library_takes_for_an_address_is_one(text in "[0-9]{0,4}(\\.[0-9a]{0,4}){0,4}") {
            prop_assert_eq!(super::dotted(text.as_bytes()), text.parse().ok());
        }

        #[test]
        fn dotted_addresses_read_as_the_standard_library_writes_them(octets in any::<[u8; 4]>()) {
            let address = Ipv4Addr::from(octets);
            let dotted = Dotted::new(address);
            prop_assert_eq!(dotted.as_str(), address.to_string());
            prop_assert_eq!(super::dotted(address.to_string().as_bytes()), Some(address));
        }
    }
}
