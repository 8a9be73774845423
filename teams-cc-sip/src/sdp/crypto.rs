//! SDES keys in `a=crypto` (RFC 4568).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretBox};
use zeroize::Zeroizing;

use super::{SdpError, SdpRule};
use crate::message::Text;

/// Key parameters of one crypto line; more refuse the line.
const MAX_KEYS: usize = 8;

/// A master key with its salt; wiped from memory when dropped, never shown.
pub struct MasterKey(SecretBox<[u8; MasterKey::BYTES]>);

impl MasterKey {
    /// Octets of key and salt in both AES-CM-128 suites. RFC 4568 §6.1 has 128 + 112 bits.
    pub const BYTES: usize = 30;

    /// Takes 16 octets of key and 14 of salt, from a generator fit for keys.
    #[must_use]
    pub fn new(key_and_salt: [u8; Self::BYTES]) -> Self {
        Self(SecretBox::new(Box::new(key_and_salt)))
    }

    /// The octets; the caller answers for where they go.
    #[must_use]
    pub fn reveal(&self) -> &[u8; Self::BYTES] {
        self.0.expose_secret()
    }

    fn parse(text: &str) -> Option<Self> {
        let octets = Zeroizing::new(STANDARD.decode(text).ok()?);
        let octets: Zeroizing<[u8; Self::BYTES]> =
            Zeroizing::new(octets.as_slice().try_into().ok()?);
        Some(Self::new(*octets))
    }
}

impl Clone for MasterKey {
    fn clone(&self) -> Self {
        Self::new(*self.reveal())
    }
}

impl PartialEq for MasterKey {
    fn eq(&self, other: &Self) -> bool {
        // Looks at every octet, so that time tells nothing about where keys differ.
        self.reveal().iter().zip(other.reveal()).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
    }
}

impl Eq for MasterKey {}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What a key is used with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Suite {
    /// AES-CM-128 with an 80-bit tag: what Teams requires.
    AesCm128HmacSha1_80,
    /// AES-CM-128 with a 32-bit tag; Teams offers it first and wants the other picked.
    AesCm128HmacSha1_32,
    /// A suite this crate gives no meaning to.
    Other(Text),
}

impl Suite {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
            Self::Other(name) => name,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::AesCm128HmacSha1_80, Self::AesCm128HmacSha1_32]
            .into_iter()
            .find(|suite| suite.as_str() == name)
            .or_else(|| Text::new(name).ok().filter(|n| !n.is_empty()).map(Self::Other))
    }
}

/// Which key a packet was made with, where there are several (RFC 4568 §6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mki {
    /// The value.
    pub value: u64,
    /// Octets it takes in each packet.
    pub length: u8,
}

/// One key of a crypto line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyParams {
    /// The key.
    pub key: MasterKey,
    /// How many packets it may protect, if stated.
    pub lifetime: Option<u64>,
    /// Its identifier, if stated.
    pub mki: Option<Mki>,
}

/// One crypto line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Crypto {
    /// Ties an answer to the offer; Teams counts from 0.
    pub tag: u32,
    /// What the keys are used with.
    pub suite: Suite,
    /// The keys. Empty where the suite is unknown, whose keys have a form of their own.
    pub keys: Vec<KeyParams>,
    /// Whether session parameters stand, none of which is supported here.
    pub has_session_params: bool,
}

impl Crypto {
    /// A line with one key, without lifetime and identifier.
    #[must_use]
    pub fn new(tag: u32, suite: Suite, key: MasterKey) -> Self {
        let keys = vec![KeyParams { key, lifetime: None, mki: None }];
        Self { tag, suite, keys, has_session_params: false }
    }

    /// Reads the value of `a=crypto:`.
    ///
    /// # Errors
    ///
    /// [`SdpRule::Crypto`] when it is malformed.
    pub fn parse(value: &str) -> Result<Self, SdpError> {
        read(value).ok_or(SdpError::new(SdpRule::Crypto, 0))
    }

    /// Whether this crate can use the line: a known suite, one key, no session parameters.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        !matches!(self.suite, Suite::Other(_)) && self.keys.len() == 1 && !self.has_session_params
    }

    /// The value of `a=crypto:`, which holds the key.
    #[must_use]
    pub fn reveal(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(key_text).collect();
        format!("{} {} {}", self.tag, self.suite.as_str(), keys.join(";"))
    }
}

fn key_text(params: &KeyParams) -> String {
    let key = STANDARD.encode(params.key.reveal());
    let lifetime = match params.lifetime {
        None => String::new(),
        Some(packets) if packets.is_power_of_two() => format!("|2^{}", packets.trailing_zeros()),
        Some(packets) => format!("|{packets}"),
    };
    let mki = params.mki.map(|mki| format!("|{}:{}", mki.value, mki.length)).unwrap_or_default();
    format!("inline:{key}{lifetime}{mki}")
}

fn read(value: &str) -> Option<Crypto> {
    let mut parts = value.split(' ').filter(|p| !p.is_empty());
    let tag = parts.next()?;
    // RFC 4568 §9.1: one to nine digits without leading zeros.
    let good = (1..=9).contains(&tag.len())
        && tag.bytes().all(|b| b.is_ascii_digit())
        && (tag == "0" || !tag.starts_with('0'));
    let tag = if good { tag.parse().ok()? } else { return None };
    let suite = Suite::parse(parts.next()?)?;
    let keys = parts.next()?;
    let has_session_params = parts.next().is_some();
    let keys = match suite {
        Suite::Other(_) => Vec::new(),
        _ => keys.split(';').take(MAX_KEYS + 1).map(read_key).collect::<Option<Vec<_>>>()?,
    };
    (keys.len() <= MAX_KEYS).then_some(Crypto { tag, suite, keys, has_session_params })
}

/// `inline:<key||salt>["|" lifetime]["|" MKI ":" length]`.
fn read_key(text: &str) -> Option<KeyParams> {
    let mut parts = text.strip_prefix("inline:")?.split('|');
    let key = MasterKey::parse(parts.next()?)?;
    let (mut lifetime, mut mki) = (None, None);
    for part in parts {
        match part.split_once(':') {
            Some((value, length)) if mki.is_none() => {
                let length: u8 = length.parse().ok().filter(|l| (1..=128).contains(l))?;
                mki = Some(Mki { value: value.parse().ok()?, length });
            }
            None if lifetime.is_none() && mki.is_none() => lifetime = Some(read_lifetime(part)?),
            _ => return None,
        }
    }
    Some(KeyParams { key, lifetime, mki })
}

/// Decimal, or a power of two written `2^31`; at most 2⁴⁸ packets (RFC 4568 §6.1).
fn read_lifetime(text: &str) -> Option<u64> {
    let lifetime = match text.strip_prefix("2^") {
        Some(power) => 1u64.checked_shl(power.parse().ok()?)?,
        None => text.parse().ok()?,
    };
    (1..=1 << 48).contains(&lifetime).then_some(lifetime)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inline() -> String {
        STANDARD.encode([7u8; MasterKey::BYTES])
    }

    #[test]
    fn a_crypto_line_is_read_and_written_alike() {
        for tail in ["", "|2^31", "|2^48", "|3", "|2^31|1:1", "|1:4"] {
            let line = format!("0 AES_CM_128_HMAC_SHA1_80 inline:{}{tail}", inline());
            let crypto = Crypto::parse(&line).unwrap();
            assert_eq!(crypto.reveal(), line);
            assert!(crypto.is_usable());
            assert!(!format!("{crypto:?}").contains(&inline()), "keys are not shown");
        }
    }

    #[test]
    fn a_malformed_crypto_line_is_refused() {
        let short = STANDARD.encode([7u8; 29]);
        let key = inline();
        for line in [
            String::new(),
            "1".into(),
            "1 AES_CM_128_HMAC_SHA1_80".into(),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{short}"),
            format!("1 AES_CM_128_HMAC_SHA1_80 {key}"),
            format!("01 AES_CM_128_HMAC_SHA1_80 inline:{key}"),
            format!("-1 AES_CM_128_HMAC_SHA1_80 inline:{key}"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}|2^49"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}|2^999999999"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}|0"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}|1:0"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{key}|1:1|2^31"),
        ] {
            assert!(Crypto::parse(&line).is_err(), "{line}");
        }
    }

    #[test]
    fn an_unknown_suite_is_read_and_not_used() {
        let crypto = Crypto::parse("3 AEAD_AES_256_GCM inline:whatever|2^31").unwrap();
        assert!(!crypto.is_usable());
    }
}
