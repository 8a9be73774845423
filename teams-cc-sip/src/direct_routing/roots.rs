//! The authorities that Microsoft's SIP certificates lead to, with the dates of their eras.
//!
//! The data is of 22 November 2026. Sources: Learn, *What's new in Direct Routing* (2023 and
//! earlier), and Message Center MC1213773 of December 2025 as vendors of session border
//! controllers quote it (`TelcoBridges`, `Spanvox`), with the thumbprints printed there. Thumbprints
//! are for comparing by eye; trust comes from the store the application fills.

use rustls::RootCertStore;

/// One authority of Microsoft's SIP certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MicrosoftRoot {
    /// The common name of its certificate.
    pub name: &'static str,
    /// The SHA-1 thumbprint of its certificate.
    pub sha1: &'static str,
    /// The month since which certificates may lead to it.
    pub since: &'static str,
}

/// The month in which the present era began: any of the seven may stand behind a certificate.
pub const ERA: &str = "2026-04";

/// All authorities that Microsoft's SIP certificates may lead to in the present era.
pub const MICROSOFT_ROOTS: [MicrosoftRoot; 7] = [
    root("DigiCert Global Root CA", "A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436", ERA),
    root("DigiCert Global Root G2", "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4", "2023-10"),
    root("DigiCert Global Root G3", "7E04DE896A3E666D00E687D33FFAD93BE83D349E", ERA),
    root("DigiCert TLS ECC P384 Root G5", "17F3DE5E9F0F19E98EF61F32266E20C407AE30EE", ERA),
    root("DigiCert TLS RSA4096 Root G5", "A78849DC5D7C758C8CDE399856B3AAD0B2A57135", ERA),
    root(
        "Microsoft ECC Root Certificate Authority 2017",
        "999A64C37FF47D9FAB95F14769891460EEC4C3C5",
        ERA,
    ),
    root(
        "Microsoft RSA Root Certificate Authority 2017",
        "73A5E64A3BFF8316FF0EDCCC618A906E4EAE4D74",
        ERA,
    ),
];

/// The authorities of the present era that a trust store lacks, by their common names.
///
/// Whoever lacks one loses the trunk on the day Microsoft's certificate changes, without a word
/// in the admin centre.
#[must_use]
pub fn missing_roots(store: &RootCertStore) -> Vec<MicrosoftRoot> {
    let trusted: Vec<String> =
        store.roots.iter().filter_map(|anchor| common_name(&anchor.subject)).collect();
    let lacks = |root: &MicrosoftRoot| !trusted.iter().any(|name| same_name(name, root.name));
    MICROSOFT_ROOTS.into_iter().filter(lacks).collect()
}

/// Compared without spaces: pages and certificates differ in them.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let letters = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    letters(one) == letters(other)
}

/// The common name in the octets of a distinguished name.
fn common_name(name: &[u8]) -> Option<String> {
    const COMMON_NAME: [u8; 5] = [0x06, 0x03, 0x55, 0x04, 0x03];
    let at = name.windows(COMMON_NAME.len()).position(|octets| octets == COMMON_NAME)?;
    let text = name.get(at + COMMON_NAME.len() + 1..)?;
    let (length, text) = text.split_first()?;
    String::from_utf8(text.get(..usize::from(*length))?.to_vec()).ok()
}

const fn root(name: &'static str, sha1: &'static str, since: &'static str) -> MicrosoftRoot {
    MicrosoftRoot { name, sha1, since }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pain 70.
    #[test]
    fn a_store_of_the_last_era_is_told_which_roots_it_lacks() {
        let mut store = RootCertStore::empty();
        assert_eq!(missing_roots(&store).len(), 7);
        for name in ["DigiCert Global Root G2", "DigiCert TLS RSA 4096 Root G5", "Other"] {
            let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
            params.distinguished_name = rcgen::DistinguishedName::new();
            params.distinguished_name.push(rcgen::DnType::OrganizationName, "Somebody");
            params.distinguished_name.push(rcgen::DnType::CommonName, name);
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            let key = rcgen::KeyPair::generate().unwrap();
            store.add(params.self_signed(&key).unwrap().der().clone()).unwrap();
        }
        let missing = missing_roots(&store);
        assert_eq!(missing.len(), 5);
        assert!(missing.iter().all(|root| root.since == ERA), "{missing:?}");
    }

    #[test]
    fn every_thumbprint_is_one() {
        for root in MICROSOFT_ROOTS {
            assert_eq!(root.sha1.len(), 40);
            assert!(root.sha1.bytes().all(|digit| digit.is_ascii_hexdigit()), "{}", root.name);
        }
    }
}
