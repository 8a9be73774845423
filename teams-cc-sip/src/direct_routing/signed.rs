//! Who has signed a certificate (RFC 5280 §4.1), looked at in its octets.

use rustls::crypto::aws_lc_rs::default_provider;
use x509_parser::prelude::X509Certificate;

/// Whether `issuer` has the name that `certificate` says issued it, and has signed it.
pub(super) fn is_signed_by(
    der: &[u8],
    certificate: &X509Certificate<'_>,
    issuer: &X509Certificate<'_>,
) -> bool {
    certificate.issuer().as_raw() == issuer.subject().as_raw()
        && verifies(der, issuer.public_key().raw).unwrap_or(false)
}

/// Whether a certificate is signed by its own key.
pub(super) fn is_self_signed(der: &[u8], certificate: &X509Certificate<'_>) -> bool {
    is_signed_by(der, certificate, certificate)
}

fn verifies(certificate: &[u8], key: &[u8]) -> Option<bool> {
    let parts = element(certificate)?.content;
    let signed = element(parts)?;
    let algorithm = element(signed.rest)?;
    let signature = bits(element(algorithm.rest)?.content)?;
    let key_algorithm = element(element(key)?.content)?;
    let key = bits(element(key_algorithm.rest)?.content)?;
    let known = default_provider().signature_verification_algorithms;
    Some(known.all.iter().any(|candidate| {
        candidate.public_key_alg_id().as_ref() == key_algorithm.content
            && candidate.signature_alg_id().as_ref() == algorithm.content
            && candidate.verify_signature(key, signed.whole, signature).is_ok()
    }))
}

/// One element of DER: its octets, what they hold, and what follows.
struct Element<'a> {
    whole: &'a [u8],
    content: &'a [u8],
    rest: &'a [u8],
}

fn element(octets: &[u8]) -> Option<Element<'_>> {
    let first = usize::from(*octets.get(1)?);
    let (length, header) = if first < 0x80 {
        (first, 2)
    } else {
        let count = first & 0x7f;
        let digits = octets.get(2..2_usize.checked_add(count)?).filter(|d| d.len() <= 4)?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), 2 + count)
    };
    let end = header.checked_add(length)?;
    Some(Element {
        whole: octets.get(..end)?,
        content: octets.get(header..end)?,
        rest: octets.get(end..)?,
    })
}

/// The octets of a bit string that has no odd bits.
fn bits(content: &[u8]) -> Option<&[u8]> {
    content.split_first().filter(|(odd, _)| **odd == 0).map(|(_, octets)| octets)
}
