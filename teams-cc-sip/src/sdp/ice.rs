//! ICE-lite for media bypass (RFC 8445, RFC 8839; Learn, *Media protocols in Direct Routing*).
//!
//! This side has one IPv4 candidate and answers checks; it never sends any. Name and password stay
//! the same from the first answer to the last, and change when the peer restarts with a name of
//! its own that is new.

use std::{fmt, net::IpAddr};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::{MasterKey, Media, SessionDescription};
use crate::message::Text;

/// Octets of the digest that become the name: 6, which are 8 characters. RFC 8839 §5.4 asks for 4.
const UFRAG_OCTETS: usize = 6;
/// Octets that become the password: 18, which are 24 characters. RFC 8839 §5.4 asks for 22.
const PWD_OCTETS: usize = 18;
/// The most characters of a name or a password (RFC 8839 §5.4).
const MAX_CHARACTERS: usize = 256;
/// The priority of the one host candidate: type 126, local 65,535, component 1. RFC 8445 §5.1.2.
const HOST_PRIORITY: u32 = (126 << 24) | (65_535 << 8) | 255;

/// Name and password of one side of a check.
#[derive(Clone, PartialEq, Eq)]
pub struct IceCredentials {
    ufrag: Text,
    pwd: Text,
}

impl IceCredentials {
    /// Takes a name and a password as a peer wrote them.
    ///
    /// `None` where one of them is shorter or longer than RFC 8839 §5.4 allows, or holds a
    /// character it does not allow.
    #[must_use]
    pub fn new(ufrag: &str, pwd: &str) -> Option<Self> {
        let good = |text: &str, least: usize| {
            (least..=MAX_CHARACTERS).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
        };
        if !good(ufrag, 4) || !good(pwd, 22) {
            return None;
        }
        Some(Self { ufrag: Text::new(ufrag).ok()?, pwd: Text::new(pwd).ok()? })
    }

    /// Credentials for the nth start of a session. They follow from its secret and tell nothing
    /// of it, so that an answer that is made twice is the same twice.
    #[must_use]
    pub fn derived(secret: &MasterKey, start: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"teams-cc ice");
        hash.update(secret.reveal());
        hash.update(start.to_be_bytes());
        let digest = hash.finalize();
        let text = |octets: &[u8]| Text::checked(STANDARD_NO_PAD.encode(octets).into_bytes());
        let (ufrag, rest) = digest.split_at(UFRAG_OCTETS);
        Self { ufrag: text(ufrag), pwd: text(rest.get(..PWD_OCTETS).unwrap_or_default()) }
    }

    /// The name.
    #[must_use]
    pub fn ufrag(&self) -> &str {
        &self.ufrag
    }

    /// The password; the caller answers for where it goes.
    #[must_use]
    pub fn reveal_pwd(&self) -> &str {
        &self.pwd
    }

    /// What a peer states for a section, there or for the whole session.
    pub(super) fn of(description: &SessionDescription, media: &Media) -> Option<Self> {
        let stated = |name: &str| {
            let session = || description.lines().iter().find_map(|line| line.value_of(name));
            media.attribute(name).or_else(session)
        };
        Self::new(stated("ice-ufrag")?.trim(), stated("ice-pwd")?.trim())
    }

    /// Writes the lines of a section with one candidate; a second component only where RTCP has a
    /// port of its own.
    pub(super) fn write(&self, address: IpAddr, port: u16, rtcp_mux: bool, out: &mut Vec<u8>) {
        let (ufrag, pwd) = (&self.ufrag, &self.pwd);
        let candidate = |component: u32, port: u16| {
            let priority = HOST_PRIORITY + 1 - component;
            format!("a=candidate:1 {component} UDP {priority} {address} {port} typ host\r\n")
        };
        let rtcp = (!rtcp_mux).then(|| candidate(2, port.saturating_add(1)));
        let named = format!("a=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\n");
        for lines in [named, candidate(1, port), rtcp.unwrap_or_default()] {
            out.extend_from_slice(lines.as_bytes());
        }
    }
}

impl fmt::Debug for IceCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IceCredentials(…)")
    }
}

/// What both sides of a session check connectivity with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NegotiatedIce {
    /// Our name and password.
    pub local: IceCredentials,
    /// The peer's.
    pub remote: IceCredentials,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_repeat_for_a_start_and_differ_between_starts() {
        let secret = MasterKey::new([7; MasterKey::BYTES]);
        let first = IceCredentials::derived(&secret, 0);
        assert_eq!(first, IceCredentials::derived(&secret, 0));
        assert_ne!(first, IceCredentials::derived(&secret, 1));
        assert!(IceCredentials::new(first.ufrag(), first.reveal_pwd()).is_some());
        assert!(!format!("{first:?}").contains(first.reveal_pwd()));
    }

    #[test]
    fn names_and_passwords_of_the_wrong_form_are_refused() {
        let pwd = "0123456789abcdefghijkl";
        for (ufrag, pwd) in [("abc", pwd), ("abcd", &pwd[1..]), ("ab d", pwd), ("abcd", "")] {
            assert!(IceCredentials::new(ufrag, pwd).is_none(), "{ufrag} {pwd}");
        }
        assert!(IceCredentials::new("abcd", &"x".repeat(257)).is_none());
        assert!(IceCredentials::new("a+/9", pwd).is_some());
    }
}
