//! What is wrong with a description, and why an offer has no answer.

/// The rule that a session description breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SdpRule {
    /// More octets than the limits allow.
    #[error("description is larger than the limit allows")]
    TooLarge,
    /// More lines than the limits allow.
    #[error("description has more lines than the limit allows")]
    TooManyLines,
    /// More media sections than the limits allow.
    #[error("description has more media than the limit allows")]
    TooManyMedia,
    /// A line that is not one letter, `=` and a value.
    #[error("line is not a letter, an equals sign and a value")]
    Line,
    /// The description does not start with `v=0`.
    #[error("description does not start with v=0")]
    Version,
    /// `o=` is missing, stands twice or is malformed.
    #[error("origin is missing or malformed")]
    Origin,
    /// `c=` is malformed.
    #[error("connection is malformed")]
    Connection,
    /// `m=` is malformed.
    #[error("media line is malformed")]
    Media,
    /// `a=rtpmap` is malformed.
    #[error("rtpmap is malformed")]
    RtpMap,
    /// `a=crypto` is malformed.
    #[error("crypto attribute is malformed")]
    Crypto,
}

/// A broken rule and the line it was broken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{rule} in line {line}")]
#[non_exhaustive]
pub struct SdpError {
    /// Which rule.
    pub rule: SdpRule,
    /// The line, counted from 1; 0 when the description as a whole is at fault.
    pub line: usize,
}

impl SdpError {
    pub(super) const fn new(rule: SdpRule, line: usize) -> Self {
        Self { rule, line }
    }
}

/// Why an offer cannot be answered or an answer not be used. 488 is the response to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The description cannot be read.
    #[error(transparent)]
    Sdp(#[from] SdpError),
    /// There is no audio, or all of it is refused.
    #[error("no audio to connect, offer one audio section with a port")]
    NoAudio,
    /// There is no codec both sides have.
    #[error("no common codec, offer pcmu or pcma")]
    NoCodec,
    /// The transport differs: SRTP against RTP.
    #[error("media profile differs, use rtp/savp on both sides or rtp/avp on both")]
    Profile,
    /// There is no key of a suite both sides have.
    #[error("no usable key, offer AES_CM_128_HMAC_SHA1_80 without session parameters")]
    NoKey,
    /// SRTP is wanted and the caller gave no key.
    #[error("no key given for srtp, pass one with `with_key`")]
    NoLocalKey,
    /// There is no address to send to.
    #[error("no connection address, write a c= line with an address")]
    NoAddress,
    /// The answer does not have the media sections of the offer.
    #[error("answer does not match the offer section by section")]
    Mismatch,
}
