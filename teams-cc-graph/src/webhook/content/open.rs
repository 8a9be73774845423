//! From an encrypted content to JSON.

use std::fmt;

use aws_lc_rs::{
    cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey},
    hmac,
    iv::FixedLength,
    rsa::OAEP_SHA1_MGF1SHA1,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::de::{DeserializeOwned, IgnoredAny};
use teams_cc_core::Instant;
use zeroize::Zeroizing;

use super::{ContentError, ContentKey, KeyRing};
use crate::{
    model::ChangeNotificationEncryptedContent,
    wire::{Field, Sensitive},
};

/// The octets of an AES block.
const BLOCK: usize = 16;
/// The octets of an AES-256 key.
const KEY: usize = 32;
/// The longest wrapped key, in octets: RSA of 4096 bits.
const MAX_WRAPPED: usize = 512;
/// The largest content opened, in octets of its plain form; those of Graph have some kilobytes.
pub(super) const MAX_CONTENT: usize = 1024 * 1024;

/// What was in a notification: JSON, and as a rule somebody's.
#[derive(Clone, PartialEq, Eq)]
pub struct Content(Bytes);

impl Content {
    /// The resource, as a type of [`model`](crate::model) or of your own.
    ///
    /// # Errors
    ///
    /// Where the content is not of this type.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.0)
    }

    /// The JSON as it was sent. It may tell who does what: keep it out of logs.
    #[must_use]
    pub fn reveal(&self) -> &Bytes {
        &self.0
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("bytes", &self.0.len()).finish()
    }
}

/// Opens a content with the key of the ring that it names; `now` is noted as that key's last use.
///
/// This proves that nobody changed the content since it was written, and not who wrote it: see
/// [`Opener`](super::Opener), which asks for that first.
///
/// # Errors
///
/// [`ContentError`], from [`ContentError::UnknownCertificate`] on.
pub fn open(
    ring: &KeyRing,
    content: &ChangeNotificationEncryptedContent,
    now: Instant,
) -> Result<Content, ContentError> {
    let id = content.encryption_certificate_id.text().unwrap_or_default();
    let key = ring.named(id, now).ok_or(ContentError::UnknownCertificate)?;
    if let Some(named) = content.encryption_certificate_thumbprint.text()
        && !key.has_thumbprint(named)
    {
        return Err(ContentError::ThumbprintMismatch);
    }
    let wrapped = decode(sensitive(&content.data_key), MAX_WRAPPED)?;
    let mut data = decode(sensitive(&content.data), MAX_CONTENT + BLOCK)?;
    let signature = decode(content.data_signature.text(), hmac_length())?;
    let symmetric = unwrap(&key, &wrapped)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &symmetric);
    hmac::verify(&key, &data, &signature).map_err(|_| ContentError::SignatureMismatch)?;
    let length = decrypt(&symmetric, &mut data)?;
    data.truncate(length);
    serde_json::from_slice::<IgnoredAny>(&data).map_err(|_| ContentError::PayloadNotJson)?;
    Ok(Content(data.into()))
}

fn sensitive(field: &Field<Sensitive>) -> Option<&str> {
    field.get().map(Sensitive::reveal)
}

fn hmac_length() -> usize {
    hmac::HMAC_SHA256.digest_algorithm().output_len()
}

/// Base64 of at most so many octets.
fn decode(text: Option<&str>, most: usize) -> Result<Vec<u8>, ContentError> {
    let text = text.filter(|text| !text.is_empty() && text.len() <= most.div_ceil(3) * 4);
    STANDARD.decode(text.ok_or(ContentError::Base64)?).map_err(|_| ContentError::Base64)
}

fn unwrap(key: &ContentKey, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, ContentError> {
    let mut room = Zeroizing::new(vec![0; key.private.min_output_size()]);
    let length = key
        .private
        .decrypt(&OAEP_SHA1_MGF1SHA1, wrapped, &mut room, None)
        .map_err(|_| ContentError::KeyUnwrapFailed)?
        .len();
    room.truncate(length);
    if length == KEY { Ok(room) } else { Err(ContentError::SymmetricKeyLength) }
}

/// Decrypts in place; how long the plain form is.
fn decrypt(symmetric: &[u8], data: &mut [u8]) -> Result<usize, ContentError> {
    if data.is_empty() || !data.len().is_multiple_of(BLOCK) {
        return Err(ContentError::CiphertextLength);
    }
    let iv = symmetric.first_chunk::<BLOCK>().ok_or(ContentError::SymmetricKeyLength)?;
    let key = UnboundCipherKey::new(&AES_256, symmetric)
        .and_then(PaddedBlockDecryptingKey::cbc_pkcs7)
        .map_err(|_| ContentError::SymmetricKeyLength)?;
    let context = DecryptionContext::Iv128(FixedLength::from(iv));
    let plain = key.decrypt(data, context).map_err(|_| ContentError::PaddingInvalid)?;
    Ok(plain.len())
}
