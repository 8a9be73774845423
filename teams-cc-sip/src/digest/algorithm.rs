//! The hashes of digest authentication (RFC 7616 §3.2, RFC 8760 §2).

use md5::Md5;
use sha2::{Digest as _, Sha256, Sha512_256};

/// A hash that a digest is made with; the later ones are stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// MD5, which most carriers still ask for.
    Md5,
    /// SHA-256.
    Sha256,
    /// SHA-512/256.
    Sha512_256,
}

impl Algorithm {
    /// Every algorithm, the strongest first.
    pub const ALL: [Self; 3] = [Self::Sha512_256, Self::Sha256, Self::Md5];

    /// The name in a challenge.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
            Self::Sha512_256 => "SHA-512-256",
        }
    }

    /// What a challenge names, and whether it is the variant for one session.
    pub(super) fn read(name: Option<&str>) -> Option<(Self, bool)> {
        // RFC 7616 §3.3: no name means MD5.
        let name = name.unwrap_or("MD5");
        let plain = name.len().checked_sub("-sess".len()).and_then(|at| {
            let (plain, variant) = name.split_at_checked(at)?;
            variant.eq_ignore_ascii_case("-sess").then_some(plain)
        });
        let named = plain.unwrap_or(name);
        let found = Self::ALL.into_iter().find(|known| named.eq_ignore_ascii_case(known.name()))?;
        Some((found, plain.is_some()))
    }

    /// The hash of all parts with a colon between each two, in lower-case hexadecimal.
    pub(super) fn hash(self, parts: &[&[u8]]) -> String {
        match self {
            Self::Md5 => hex(&joined::<Md5>(parts)),
            Self::Sha256 => hex(&joined::<Sha256>(parts)),
            Self::Sha512_256 => hex(&joined::<Sha512_256>(parts)),
        }
    }
}

fn joined<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = D::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            hash.update(b":");
        }
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// Octets in lower-case hexadecimal.
pub(crate) fn hex(octets: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(*DIGITS.get(usize::from(value)).unwrap_or(&b'0'));
    octets.iter().flat_map(|octet| [digit(octet >> 4), digit(octet & 15)]).collect()
}

/// HMAC with SHA-256 (RFC 2104); keys of up to 64 octets.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; 64];
    for (place, octet) in block.iter_mut().zip(key) {
        *place = *octet;
    }
    let mut inner = Sha256::new_with_prefix(block.map(|octet| octet ^ 0x36));
    for part in parts {
        inner.update(part);
    }
    let outer = Sha256::new_with_prefix(block.map(|octet| octet ^ 0x5c));
    outer.chain_update(inner.finalize()).finalize().into()
}

/// Whether two texts are equal, in a time that depends on their lengths alone.
pub(super) fn equal(one: &[u8], other: &[u8]) -> bool {
    let differs = one.iter().zip(other).fold(0, |seen, (a, b)| seen | (a ^ b));
    one.len() == other.len() && std::hint::black_box(differs) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_are_found_by_any_spelling() {
        for (name, expected) in [
            (None, Some((Algorithm::Md5, false))),
            (Some("md5"), Some((Algorithm::Md5, false))),
            (Some("MD5-sess"), Some((Algorithm::Md5, true))),
            (Some("sha-256"), Some((Algorithm::Sha256, false))),
            (Some("SHA-512-256"), Some((Algorithm::Sha512_256, false))),
            (Some("SHA-512-256-SESS"), Some((Algorithm::Sha512_256, true))),
            (Some("SHA-512"), None),
            (Some("-sess"), None),
            (Some(""), None),
            (Some("é-sess"), None),
        ] {
            assert_eq!(Algorithm::read(name), expected, "{name:?}");
        }
        assert!(Algorithm::ALL.is_sorted_by(|stronger, weaker| stronger > weaker));
    }

    #[test]
    fn the_keyed_hash_is_that_of_rfc_4231() {
        // Test case 2 of RFC 4231 §4.3.
        let mac = hmac(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(&mac), expected);
    }

    #[test]
    fn only_equal_texts_are_equal() {
        for (one, other, same) in [
            ("", "", true),
            ("a", "a", true),
            ("a", "b", false),
            ("a", "", false),
            ("a", "aa", false),
        ] {
            assert_eq!(equal(one.as_bytes(), other.as_bytes()), same, "{one} {other}");
        }
    }
}
