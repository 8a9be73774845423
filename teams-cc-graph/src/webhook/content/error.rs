//! Why a content is not opened, and why a key is not taken.

use crate::jwt::JwtError;

/// Why the content of a notification is not given to anybody.
///
/// Meant for logs and counters on this side: the service got the same answer as for any other
/// post, long before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// The notification carries no encrypted content.
    #[error("the notification carries no content: subscribe with includeResourceData")]
    NoContent,
    /// The post carries no token, though a webhook of encrypted content always does.
    #[error("the post carries no validation token, so nothing says that Microsoft Graph sent it")]
    NoToken,
    /// The post carries more tokens than any of Graph does.
    #[error("the post carries too many validation tokens")]
    TooManyTokens,
    /// A token of the post is not believed. One that is not makes the others worthless.
    #[error("a validation token of the post is not believed: {0}")]
    Token(#[from] JwtError),
    /// A token was issued to somebody else than Microsoft Graph's change tracking.
    #[error("a validation token of the post was issued to another publisher than Microsoft Graph")]
    WrongPublisher,
    /// No token of the post speaks for the tenant of the notification.
    #[error("no validation token of the post speaks for the tenant of the notification")]
    TenantNotCovered,
    /// The key ring holds no key of this name.
    #[error(
        "the content is for a certificate that is not in the key ring: put old keys back after a \
         restart (`KeyRing::with_old`), and prune them later (`KeyRing::prune_after`)"
    )]
    UnknownCertificate,
    /// The key of this name belongs to another certificate.
    #[error("the content names a certificate of the key ring by the wrong thumbprint")]
    ThumbprintMismatch,
    /// A part is not base64, or longer than any the service sends.
    #[error("a part of the content is missing, not base64 or too long")]
    Base64,
    /// The symmetric key does not come out of its wrapping.
    #[error("the symmetric key cannot be unwrapped: it was wrapped for another key")]
    KeyUnwrapFailed,
    /// The symmetric key is not 32 octets long.
    #[error("the symmetric key has not the length of AES-256")]
    SymmetricKeyLength,
    /// The signature over the data does not fit; nothing was decrypted.
    #[error("the signature over the content does not fit: it was changed on the way")]
    SignatureMismatch,
    /// The data is not a whole number of blocks.
    #[error("the encrypted content is not a whole number of blocks")]
    CiphertextLength,
    /// The padding of the last block is none.
    #[error("the encrypted content is not padded as it should be")]
    PaddingInvalid,
    /// What came out is not JSON.
    #[error("the decrypted content is not JSON")]
    PayloadNotJson,
}

/// Why a key is not taken into a [`KeyRing`](super::KeyRing).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentKeyError {
    /// The name is empty, or longer than [`MAX_CERTIFICATE_ID`](super::MAX_CERTIFICATE_ID).
    #[error("the certificate's id is empty or longer than 128 characters")]
    Id,
    /// The text holds no certificate or no key in PEM.
    #[error("the text holds no certificate, or no private key, in PEM")]
    Pem,
    /// The octets are no certificate of X.509.
    #[error("the certificate cannot be read: it has to be X.509 in DER")]
    Certificate,
    /// The octets are no private key, or none of 2048 to 4096 bits for RSA.
    #[error("the private key cannot be read: it has to be RSA of 2048 to 4096 bits in PKCS #8")]
    PrivateKey,
    /// Certificate and key do not belong together.
    #[error("the certificate is for another key")]
    NoPair,
    /// No key could be made, or the certificate would end later than dates go.
    #[error("no key could be made: let its certificate live for less than ten years")]
    Generation,
    /// The ring holds another key of the same name: notifications could not be told apart.
    #[error("another key of the ring has the same id: name the new one otherwise")]
    NameTaken,
    /// The ring is full of keys that are still in use.
    #[error("the ring is full of keys that notifications may still name: rotate less often")]
    Full,
    /// The certificate has expired or is not valid yet.
    #[error("the certificate is not valid now: Graph refuses subscriptions with it")]
    NotValidNow,
}
