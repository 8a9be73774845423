//! Why a token is not believed.

/// Why a token is not believed.
///
/// Meant for logs and counters on this side: telling the sender which rule failed would help
/// nobody but a forger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum JwtError {
    /// There is no token, or the authorization scheme is not `Bearer`.
    #[error("the request carries no bearer token")]
    Missing,
    /// The token is longer than [`MAX_TOKEN_BYTES`](super::MAX_TOKEN_BYTES).
    #[error("the token is longer than any the calling service sends")]
    TooLong,
    /// The token is not three parts of base64url, the first two JSON objects.
    #[error("the token is malformed or truncated")]
    Malformed,
    /// The algorithm is none of `RS256` and `PS256`.
    #[error("the token is signed with an algorithm that is not allowed")]
    AlgorithmNotAllowed,
    /// The header demands an extension (`crit`).
    #[error("the token demands an extension that is not supported")]
    CriticalExtension,
    /// The header names no key.
    #[error("the token does not name its key")]
    NoKeyId,
    /// No published key has this id.
    #[error("the token names a key that is not published")]
    UnknownKey,
    /// The named key is not known, and was not looked up: others were a moment ago.
    #[error("the token names a key that is not known yet, and others were looked up just now")]
    KeyNotLookedUp,
    /// The keys of the calling service could not be read yet.
    #[error("the signing keys could not be read; check that the metadata address is reachable")]
    KeysUnavailable,
    /// The signature does not fit.
    #[error("the token's signature does not fit")]
    BadSignature,
    /// A claim is missing or of the wrong type.
    #[error("the token lacks a claim or holds one of the wrong type")]
    BadClaims,
    /// The token is past its `exp`.
    #[error("the token has expired; check this machine's clock")]
    Expired,
    /// The token is before its `nbf`.
    #[error("the token is not valid yet; check this machine's clock")]
    NotYetValid,
    /// The issuer is not one of the calling service's.
    #[error("the token comes from another issuer")]
    WrongIssuer,
    /// The token is meant for another application.
    #[error("the token is meant for another application; check the configured app id")]
    WrongAudience,
    /// The token does not hold the nonce that was sent.
    #[error("the token answers another sign-in")]
    WrongNonce,
    /// The token does not hold the scope that is asked for: it is an app's own, or holds others.
    #[error("the token does not let its app act for a person in the scope that is asked for")]
    MissingScope,
    /// The token speaks for a tenant that is not served here.
    #[error("the token speaks for a tenant that is not served here")]
    WrongTenant,
}
