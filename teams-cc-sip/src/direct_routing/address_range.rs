//! Ranges of addresses that signalling may come from.

use std::{fmt, net::IpAddr, str::FromStr};

/// A range of IP addresses in CIDR form, or one exact address.
///
/// ```
/// use teams_cc_sip::direct_routing::AddressRange;
///
/// let teams: AddressRange = "52.112.0.0/14".parse()?;
/// assert!(teams.contains("52.114.7.9".parse()?));
/// assert!(!teams.contains("52.116.0.1".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    network: IpAddr,
    prefix: u8,
}

impl AddressRange {
    /// The range of all addresses that share the first `prefix` bits with `network`.
    ///
    /// # Errors
    ///
    /// [`ParseRangeError`] where the prefix is longer than the address.
    pub fn new(network: IpAddr, prefix: u8) -> Result<Self, ParseRangeError> {
        let bits = if network.is_ipv4() { 32 } else { 128 };
        if prefix > bits {
            return Err(ParseRangeError);
        }
        Ok(Self { network, prefix })
    }

    /// The range that holds one address.
    #[must_use]
    pub fn exactly(address: IpAddr) -> Self {
        let prefix = if address.is_ipv4() { 32 } else { 128 };
        Self { network: address, prefix }
    }

    /// Whether an address lies in the range. An IPv4 address mapped into IPv6 counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl From<IpAddr> for AddressRange {
    fn from(address: IpAddr) -> Self {
        Self::exactly(address)
    }
}

impl FromStr for AddressRange {
    type Err = ParseRangeError;

    /// Reads `52.112.0.0/14` or a single address.
    fn from_str(text: &str) -> Result<Self, ParseRangeError> {
        match text.split_once('/') {
            None => text.parse().map(Self::exactly).map_err(|_| ParseRangeError),
            Some((network, prefix)) => Self::new(
                network.parse().map_err(|_| ParseRangeError)?,
                prefix.parse().map_err(|_| ParseRangeError)?,
            ),
        }
    }
}

impl fmt::Debug for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

/// The text is no range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a range of addresses: write it like 52.112.0.0/14, or one address")]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to say about it")]
pub struct ParseRangeError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        let cases = [
            ("52.112.0.0/14", "52.115.255.255", true),
            ("52.112.0.0/14", "52.116.0.0", false),
            ("52.122.0.0/15", "52.123.1.1", true),
            ("52.112.0.0/14", "::ffff:52.112.0.1", true),
            ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:7::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
        ];
        for (range, address, expected) in cases {
            let range: AddressRange = range.parse().unwrap();
            assert_eq!(range.contains(address.parse().unwrap()), expected, "{range} {address}");
        }
    }

    #[test]
    fn a_text_that_is_no_range_is_refused() {
        for text in ["", "52.112.0.0/33", "52.112.0.0/", "52.112.0/14", "::/129", "a/8"] {
            assert_eq!(text.parse::<AddressRange>(), Err(ParseRangeError), "{text}");
        }
    }
}
